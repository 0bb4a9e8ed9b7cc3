//! Where exports come apart: headers among the people, two tables in one file, cells in the dress of another program, records that
//! take back others, and people whose address is only half there.

use serde_json::{Value, json};

use super::exports::{Company, Judged, PEOPLE, object};

const HEAD: &str = "Employee ID,First Name,Last Name,Email,Status\n";

fn row(at: usize) -> String {
    let (given, family, email, number) = PEOPLE[at];
    format!("{number},{given},{family},{email},{}\n", if given == "Mara" { "Terminated" } else { "Active" })
}

fn rows(people: std::ops::Range<usize>) -> String {
    people.map(row).collect()
}

#[track_caller]
fn judged(name: &str, text: impl AsRef<[u8]>) -> Judged {
    Company::new().with(name, text).audit(name, 0)
}

#[track_caller]
fn assert_only_mara_has_left(what: &str, judged: &Judged) {
    assert_eq!(judged.of_kind("leaver"), ["mara.novak@acme.example"], "{what}");
    assert_eq!((judged.accounts("matched"), judged.people("rejected")), (3, 0), "{what}");
}

#[test]
fn headers_that_were_sorted_among_the_people_lose_nobody() {
    for above in 1..4 {
        let text = rows(0..above) + HEAD + &rows(above..4);
        assert_only_mara_has_left(&format!("{above} above"), &judged("people.csv", text));
    }
}

#[test]
fn a_second_table_with_other_columns_makes_nobody_an_orphan() {
    let (given, family, email, number) = PEOPLE[3];
    for (headers, row) in [
        (
            "Employee ID,First Name,Last Name,Department,Job Title,Email,Status",
            format!("{number},{given},{family},Finance,Clerk,{email},Active"),
        ),
        ("Email,Last Name,First Name,Employee ID,Status", format!("{email},{family},{given},{number},Active")),
        ("Email,Status", format!("{email},Active")),
    ] {
        let judged = judged("people.csv", format!("{HEAD}{}\u{feff}{headers}\n{row}\n", rows(0..3)));
        assert_eq!(judged.of_kind("orphan"), [""; 0], "{headers}");
        assert_eq!(judged.of_kind("leaver"), ["mara.novak@acme.example"], "{headers}");
    }
}

#[test]
fn dots_in_place_of_rows_are_a_list_that_was_cut() {
    for dots in ["...,...,...,...,...", "…,…,…,…,…", "..."] {
        let text = format!("{HEAD}{}{dots}\n{}", rows(0..1), rows(2..4));
        let company = Company::new().with("people.csv", text);
        assert_eq!(company.audit("people.csv", 3).of_kind("orphan"), [""; 0], "{dots}");
    }
}

#[test]
fn addresses_that_are_links_are_read() {
    for link in [
        "\"=HYPERLINK(\"\"mailto:{}\"\",\"\"{}\"\")\"",
        "<mailto:{}|{}>",
        "[{}](mailto:{})",
        "{}<mailto:{}>",
        "mailto:{}?subject=Hello",
        "'{}'",
    ] {
        let text = PEOPLE
            .iter()
            .fold(HEAD.to_owned() + &rows(0..4), |text, (_, _, email, _)| text.replace(email, &link.replace("{}", email)));
        assert_only_mara_has_left(link, &judged("people.csv", text));
    }
}

#[test]
fn numbers_in_the_dress_of_a_spreadsheet_are_the_same_numbers() {
    // `<` is the first digit, `>` the others.
    for dress in ["<,>", "<.>", "<’>", "<>,00", "#<>", "<>*", "ID:<>", "ACME\\<>"] {
        let line = |(given, family, _, number): &(&str, &str, &str, &str)| {
            let dressed = dress.replace('<', &number[..1]).replace('>', &number[1..]);
            format!("{dressed};{given};{family};{}\n", if *given == "Mara" { "Terminated" } else { "Active" })
        };
        let table = "Employee ID;First Name;Last Name;Status\n".to_owned() + &PEOPLE.iter().map(line).collect::<String>();
        assert_only_mara_has_left(dress, &judged("people.csv", table));
    }
}

#[test]
fn whoever_has_a_login_or_half_an_address_in_its_place_is_no_orphan() {
    let accounts: Vec<Value> = PEOPLE
        .iter()
        .enumerate()
        .map(|(id, (given, family, email, _))| json!({"id": id + 1, "name": format!("{given} {family}"), "email": email, "role": "Editor", "active": true}))
        .collect();
    for cell in [
        "ACME\\leo.ricci",
        "leo.ricci",
        "leo.ricci.acme.example",
        "/o=ExchangeLabs/ou=Exchange/cn=Recipients/cn=leo.ricci",
        "leo.ricci@acme.ex...",
        "leo.ric…",
        "leo.ricci AT acme DOT example",
        "leo%2Ericci%40acme%2Eexample",
        "leo%2Ericci@acme.example",
        "leo=2Ericci@acme.example",
        "leo\\.ricci@acme.example",
        "ｌｅｏ．ｒｉｃｃｉ＠ａｃｍｅ．ｅｘａｍｐｌｅ",
        "leo.ricc├¡@acme.example",
        "2004;Leo;Ricci;leo.ricci@acme.example;Active",
    ] {
        let line = |(given, family, email, _): &(&str, &str, &str, &str)| {
            format!("{given},{family},{}\n", if *given == "Leo" { cell } else { email })
        };
        let text = "First Name,Last Name,Email\n".to_owned() + &PEOPLE.iter().map(line).collect::<String>();
        let judged = Company::of(&accounts.clone().into()).with("people.csv", text).audit("people.csv", 0);
        assert_eq!((judged.accounts("orphan"), judged.accounts("not_evaluable"), judged.accounts("matched")), (0, 1, 3), "{cell}");
    }
}

fn person(at: usize) -> Value {
    let mut person = object(at);
    if PEOPLE[at].0 == "Mara" {
        person["active"] = Value::Null;
        person["status"] = json!("Terminated");
    }
    person
}

#[test]
fn lines_of_a_bulk_request_take_back_and_replace_those_before() {
    let line = |action: &str, id: usize| json!({action: {"_index": "people", "_id": id.to_string()}}).to_string() + "\n";
    let put = |at: usize| line("index", at) + &person(at).to_string() + "\n";
    let all: String = (0..4).map(put).collect();
    let of = |more: &str| judged("people.ndjson", all.clone() + more);
    assert_only_mara_has_left("a stranger is deleted", &of(&line("delete", 99)));
    assert_only_mara_has_left("put again", &of(&put(2)));
    assert_only_mara_has_left("deleted and put again", &of(&(line("delete", 0) + &put(0))));
    let deleted = of(&line("delete", 3));
    assert_eq!((deleted.of_kind("orphan"), deleted.people("read")), (vec!["leo.ricci@acme.example"], 3));
    // A change of some members cannot be made here.
    let changed = all + &line("update", 0) + "{\"doc\": {\"status\": \"Terminated\"}}\n";
    let company = Company::new().with("people.ndjson", changed);
    assert!(company.audit("people.ndjson", 3).reasons().contains("update"));
}

#[test]
fn lists_of_databases_and_streams_are_read_whatever_wraps_them() {
    let people = || (0..4).map(person);
    let keys = ["employeeId", "displayName", "email", "status"];
    let cell = |person: &Value, key: &str| {
        if key == "status" && person["status"].is_null() { json!("Active") } else { person[key].clone() }
    };
    let lists = || people().map(|person| keys.map(|key| cell(&person, key)).to_vec()).collect::<Vec<_>>();
    let named = || keys.map(|key| json!({"name": key, "type": "STRING"})).to_vec();
    let lines = |lines: Vec<Value>| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let typed = |person: Value| {
        keys.map(|key| (key.to_owned(), json!({"stringValue": cell(&person, key)}))).into_iter().collect::<serde_json::Map<_, _>>()
    };
    let by_row = |key: &str| {
        people().enumerate().map(|(at, person)| (at.to_string(), cell(&person, key))).collect::<serde_json::Map<_, _>>()
    };
    for (what, text) in [
        ("Singer", lines([json!({"type": "SCHEMA", "stream": "users"})].into_iter().chain(people().map(|person| json!({"type": "RECORD", "stream": "users", "record": person}))).chain([json!({"type": "STATE", "value": {}})]).collect())),
        ("Airbyte", lines(people().map(|person| json!({"type": "RECORD", "record": {"stream": "users", "data": person}})).collect())),
        ("Splunk", lines(people().map(|person| json!({"preview": false, "result": person})).chain([json!({"preview": false, "lastrow": true})]).collect())),
        ("Firestore", json!({"documents": people().map(|person| json!({"name": "users/x", "fields": typed(person)})).collect::<Vec<_>>()}).to_string()),
        ("BigQuery", json!({"schema": {"fields": named()}, "rows": lists().into_iter().map(|row| json!({"f": row.into_iter().map(|cell| json!({"v": cell})).collect::<Vec<_>>()})).collect::<Vec<_>>(), "totalRows": "4"}).to_string()),
        ("Snowflake", json!({"resultSetMetaData": {"numRows": 4, "rowType": named()}, "data": lists()}).to_string()),
        ("Azure", json!({"tables": [{"name": "PrimaryResult", "columns": named(), "rows": lists()}]}).to_string()),
        ("pandas", json!({"employeeId": by_row("employeeId"), "email": by_row("email"), "status": by_row("status"), "displayName": by_row("displayName")}).to_string()),
        ("Graph", json!({"responses": [{"id": "1", "status": 200, "body": {"value": people().take(2).collect::<Vec<_>>()}}, {"id": "2", "status": 200, "body": {"value": people().skip(2).collect::<Vec<_>>()}}]}).to_string()),
        ("lists", json!([people().take(2).collect::<Vec<_>>(), people().skip(2).collect::<Vec<_>>()]).to_string()),
    ] {
        assert_only_mara_has_left(what, &judged("people.json", text));
    }
}

#[test]
fn midnight_in_london_is_the_evening_before_in_summer_only() {
    let of = |last_day: &str| {
        let line = |(at, (given, family, email, number)): (usize, &(&str, &str, &str, &str))| {
            let hired = ["2019-01-31T00:00:00.000Z", "2020-07-13T23:00:00.000Z"][at % 2];
            format!("{number},{given} {family},{email},{hired},{}\n", if *given == "Mara" { last_day } else { "" })
        };
        "Employee ID,Name,Email,Start Date,Termination Date\n".to_owned() + &PEOPLE.iter().enumerate().map(line).collect::<String>()
    };
    assert_only_mara_has_left("yesterday", &judged("people.csv", of("2026-11-22T00:00:00.000Z")));
    assert_eq!(judged("people.csv", of("2026-11-23T00:00:00.000Z")).accounts("matched"), 4);
}

#[test]
fn marks_at_the_edge_of_cells_are_taken_off_and_said() {
    let marked = PEOPLE.iter().fold(HEAD.to_owned() + &rows(0..4), |text, (given, _, email, _)| {
        text.replace(email, &format!("\u{202A}{email}\u{202C}")).replace(given, &format!("{given}\u{200B}"))
    });
    let company = Company::new().with("people.csv", marked);
    assert_only_mara_has_left("marks", &company.audit("people.csv", 0));
    let said = company.check("people.csv").code(0).stdout;
    for column in ["Email", "First Name"] {
        assert!(said.contains(&format!("4 cells of `{column}` begin or end in invisible characters, first in row 2")), "{said}");
    }
}
