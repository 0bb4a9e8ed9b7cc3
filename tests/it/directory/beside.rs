//! What stands in a second column, in a further item of a list, or behind a value: it is heard, and where it is not certain what it
//! says, nobody is an orphan or a leaver for it.

use serde_json::{Value, json};

use super::exports::{Company, Judged, PEOPLE};

const INES: &str = "ines.duarte@acme.example";

#[track_caller]
fn judged(name: &str, text: impl AsRef<str>) -> Judged {
    Company::new().with(name, text.as_ref()).audit(name, 0)
}

/// What is said of Ines' account, and whether a cell of the directory is said to be doubtful.
fn of_ines(judged: &Judged) -> (Vec<&str>, bool) {
    let kinds = judged.findings.iter().filter(|finding| finding["account"]["email"] == INES && finding["kind"] != "drift");
    let doubt = judged.findings.iter().any(|finding| finding["kind"] == "quality");
    (kinds.filter_map(|finding| finding["kind"].as_str()).collect(), doubt)
}

#[test]
fn columns_that_nobody_knows_stop_the_load_by_name_in_json_as_in_tables() {
    let rows = |members: &Value| {
        [json!([members]).to_string(), members.to_string() + "\n" + &members.to_string(), json!({"users": [members]}).to_string()]
    };
    let address = json!({"employeeNumber": "2001", "name": "Ines Duarte", "contact": {"addr": INES}});
    let day = json!({"email": INES, "name": "Ines Duarte", "goneSince": "2026-05-31"});
    let word = json!({"email": INES, "name": "Ines Duarte", "standing": "Terminated"});
    for (members, named) in [(address, "email = \"contact.addr\""), (day, "`goneSince`"), (word, "`standing`")] {
        for text in rows(&members) {
            let refused = Company::new().with("list.json", &text).run("list.json").code(2).stdout;
            assert!(refused.contains(&named.replace('"', "\\\"")), "{text}: {refused}");
        }
    }
}

#[test]
fn addresses_of_a_json_list_are_read_however_its_items_are_written() {
    for emails in [
        json!([INES]),
        json!([{"address": INES, "primary": true}]),
        json!([{"email": INES}]),
        json!([{"value": "i.d@home.example", "type": "home"}, {"value": INES, "type": "work"}]),
    ] {
        let list = json!([{"name": "Ines Duarte", "active": true, "employeeNumber": "9", "emails": emails}]);
        assert_eq!(judged("list.json", list.to_string()).accounts("matched"), 1, "{list}");
    }
}

#[test]
fn a_login_or_a_further_address_in_the_own_row_is_one_of_the_person_s() {
    let list = json!([{"name": "Ines Duarte", "active": true, "emails": [{"value": "i.d@acme.example"}, {"value": INES}]}]);
    let configured = "[[directory]]\npath = \"staff\"\n[directory.columns]\nemail = \"mail\"\n";
    for text in [
        format!("mail,userPrincipalName,displayName,accountEnabled\ni.d@acme.example,{INES},Ines Duarte,True\n"),
        format!("Work Email,Primary Email,Name\ni.d@acme.example,{INES},Ines Duarte\n"),
        format!("profile.login,profile.email,status\n{INES},i.d@acme.example,ACTIVE\n"),
        list.to_string(),
    ] {
        let company = Company::new().with("staff", &text);
        let judged = company.audit("staff", 0);
        assert_eq!((judged.accounts("not_evaluable"), judged.accounts("orphan")), (1, 3), "{text}");
        if text.starts_with("mail") {
            let judged = company.with("domo-reconcile.toml", configured).audit_as_configured(0);
            assert_eq!((judged.accounts("not_evaluable"), judged.accounts("orphan")), (1, 3));
        }
    }
    // A login that is no address is none.
    let plain = super::loaded("staff.csv", format!("Email,User Name\n{INES},iduarte\n"));
    assert_eq!(super::column(&plain, "alternate_email"), ["-"]);
}

#[test]
fn of_several_values_one_that_says_employed_counts_and_is_said() {
    let table = |header: &str, cells: &str| format!("Email,Name,{header}\n{INES},Ines Duarte,{cells}\n");
    let listed = |member: &str, values: Value| json!([{"email": INES, "name": "Ines Duarte", member: values}]).to_string();
    let left = |days: [&str; 2]| json!([{"effective_date": days[0]}, {"effective_date": days[1]}]);
    for (name, text) in [
        ("staff.csv", table("Employment Status,Status", "Terminated,Active")),
        ("staff.csv", table("Employment Status,Status", "Active,Terminated")),
        ("staff.json", listed("status", json!(["Terminated", "Active"]))),
        ("staff.json", listed("status", json!(["Active", "Terminated"]))),
        ("staff.json", listed("terminations", left(["2022-05-31", "2026-12-31"]))),
        ("staff.csv", table("Termination Date,Date Left Company", "2022-05-31,2026-12-31")),
    ] {
        assert_eq!(of_ines(&judged(name, &text)), (vec![], true), "{text}");
    }
}

#[test]
fn the_status_of_somebody_outweighs_that_of_one_of_their_assignments() {
    let list = json!([{"associateOID": "G1", "workerID": {"idValue": "2001"}, "workerStatus": {"statusCode": {"codeValue": "Active"}},
        "businessCommunication": {"emails": [{"emailUri": INES}]},
        "workAssignments": [{"assignmentStatus": {"statusCode": {"codeValue": "T"}}}, {"assignmentStatus": {"statusCode": {"codeValue": "A"}}}]}]);
    assert_eq!(of_ines(&judged("workers.json", list.to_string())), (vec![], false));
}

#[test]
fn a_second_column_of_last_days_fills_the_blanks_and_the_end_of_something_else_is_a_doubt() {
    let of = |header: &str| {
        let text = format!("Email,Name,Termination Date,{header}\n{INES},Ines Duarte,,2026-05-31\n");
        judged("staff.csv", text)
    };
    assert_eq!(of_ines(&of("Actual Last Working Day")), (vec!["leaver"], false));
    assert_eq!(of_ines(&of("End Date")), (vec!["not-evaluable"], true));
    // Days on which a position began and not the employment.
    let text = format!("Email,Hire Date,Position Start Date,Termination Date\n{INES},2015-03-01,2026-06-15,2026-05-31\n");
    assert_eq!(of_ines(&judged("staff.csv", text)), (vec!["leaver"], false));
}

#[test]
fn people_who_are_called_or_classed_as_nobody_is_are_no_orphans() {
    for (row, kinds) in [
        ("2001,,\"Vaga, Ines\",Active,", &[][..]),
        ("2001,,\"Vaga, Ines\",,", &["not-evaluable"]),
        ("2001,,Vacant,Active,", &["not-evaluable"]),
        ("2001,ines.duarte@acme.example,Ines Duarte,Active,Team Lead", &[]),
        ("2001,ines.duarte@acme.example,Ines Duarte,Active,Resource", &["not-evaluable"]),
    ] {
        let judged = judged("staff.csv", format!("Employee ID,Email,Name,Status,Record Type\n{row}\n2002,,Tom Becker,Active,\n"));
        assert_eq!(of_ines(&judged).0, kinds, "{row}");
    }
}

#[test]
fn a_word_for_active_makes_nobody_of_a_room_a_group_or_a_vacancy() {
    for (row, rejected) in [
        (",room.a@acme.example,Room A,Active,,Room", 0),
        (",room.b@acme.example,Room B,Active,,Room - large", 0),
        (",dist@acme.example,Dist,Enabled,,Group (Universal)", 0),
        (",x@acme.example,X,Active,,Contact (external)", 1),
        (",,VACANT,Active,,", 0),
        ("4,,VACANT - Clerk,Active,,", 0),
        (",r@acme.example,Rita Room,Terminated,,Room", 1),
        (",r@acme.example,Rita Room,Active,2020-01-31,Room", 1),
        ("4,,VACANT - Clerk,Active,2020-01-31,", 1),
    ] {
        let text = format!("Employee ID,Email,Name,Status,Hire Date,Record Type\n2001,{INES},Ines Duarte,Active,,User\n{row}\n");
        let judged = judged("staff.csv", text);
        assert_eq!((judged.people("rejected"), judged.people("matched"), judged.people("missing")), (rejected, 1, 0), "{row}");
    }
}

#[test]
fn a_word_in_place_of_an_address_leaves_the_number_in_use() {
    // `N.A.` is an empty cell, as everywhere.
    for (cell, rejected, doubt) in [
        ("TBD", 0, true),
        ("no email", 0, true),
        ("N.A.", 0, false),
        ("ines.duarte(at)acme.example", 1, true),
        ("ines duarte", 1, true),
    ] {
        let text =
            format!("Employee ID,Email,Name,Status\n2001,{cell},Ines Duarte,Active\n2002,t@acme.example,Tom Becker,Active\n");
        let judged = judged("staff.csv", text);
        assert_eq!((judged.people("rejected"), of_ines(&judged).1), (rejected, doubt), "{cell}");
        assert_eq!(of_ines(&judged).0, if rejected == 0 { vec![] } else { vec!["not-evaluable"] }, "{cell}");
    }
}

#[test]
fn pairs_of_columns_that_differ_in_a_row_are_judged_row_by_row() {
    let text = format!("Email,Name,Termination Date,Last Day of Work\n{INES},Ines Duarte,2026-05-31,2026-05-29\n");
    assert_eq!(of_ines(&judged("staff.csv", text)).0, ["leaver"]);
    for (words, kinds, doubt) in
        [("Terminated,Regular", &["leaver"][..], false), ("Active,Regular", &[], false), ("Terminated,Active", &[], true)]
    {
        let text = format!("Email,Name,Worker Status,Employment Status\n{INES},Ines Duarte,{words}\n");
        assert_eq!(of_ines(&judged("staff.csv", text)), (kinds.to_vec(), doubt), "{words}");
    }
}

#[test]
fn numbers_of_contingent_workers_and_of_sites_are_numbers() {
    let contingent = "Email,Employee ID,Contingent Worker ID\nx@acme.example,,2001\ny@acme.example,";
    for (text, kinds, doubt) in [
        (format!("{contingent}2002,\n"), &[][..], false),
        // One number in both may be two people's: the employee's counts, and the doubt is said.
        (format!("{contingent}2001,\n"), &[], true),
        (format!("Email,Employee ID\n{INES},12/1001\ny@acme.example,12/1002\n"), &[], true),
    ] {
        assert_eq!(of_ines(&judged("staff.csv", &text)), (kinds.to_vec(), doubt), "{text}");
    }
}

#[test]
fn a_number_that_may_be_somebody_s_makes_no_orphan() {
    let further = |header: &str, [one, other]: [&str; 2]| {
        format!("Email,Employee ID,{header}\nx@acme.example,,2001\ny@acme.example,{one},{other}\n")
    };
    assert_eq!(judged("staff.csv", further("Personnel Number", ["2002", "2002"])).accounts("matched"), 2);
    for text in [
        further("Badge", ["2002", "77"]),
        further("Personnel Number", ["2002", ""]),
        "Email,Employee ID\nx@acme.example,\"7,2001\"\ny@acme.example,A8\n".to_owned(),
        "Email,Employee ID\nx@acme.example,7/2001\ny@acme.example,A8\n".to_owned(),
        "Email,Employee ID\nx@acme.example,7/2001\ny@acme.example,7/2002\n".to_owned(),
        "ID,Employee Name,Email,Status,Hire Date\n2001,Ines Duarte,,Active,2020-01-31\n2002,Tom Becker,y@acme.example,Active,2020-01-31\n".to_owned(),
        "Email,Employee ID\nx@acme.example,\"2,001\"\ny@acme.example,A8\n".to_owned(),
        "Email,Employee ID\nx@acme.example,２００１\ny@acme.example,A8\n".to_owned(),
    ] {
        assert_eq!(of_ines(&judged("staff.csv", &text)), (vec!["not-evaluable"], true), "{text}");
    }
}

/// RFC 7643 has no day on which somebody leaves: when a server made a record, and changed it, is no such day.
#[test]
fn a_scim_list_without_active_is_read() {
    let person = |(given, family, email, number): &(&str, &str, &str, &str)| {
        json!({"id": number, "userName": email, "name": {"givenName": given, "familyName": family},
            "emails": [{"value": email, "primary": true}],
            "meta": {"resourceType": "User", "created": "2024-01-02T10:00:00Z", "lastModified": "2025-03-04T10:00:00Z"}})
    };
    let people: Vec<Value> = PEOPLE.iter().map(person).collect();
    let list = json!({"totalResults": people.len(), "Resources": people}).to_string();
    let judged = Company::new().with("scim.json", list).audit("scim.json", 0);
    assert_eq!(judged.accounts("matched"), 4, "{}", judged.reasons());
    assert!(!judged.reasons().contains("meta."), "{}", judged.reasons());
}
