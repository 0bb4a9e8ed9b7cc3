//! Exports as people really have them, from the file to the judgement: each kind of trouble with several of its members.

use std::path::Path;

use serde_json::{Value, json};

use crate::folder::Folder;
use crate::support::Ran;

const DAY: &str = "2026-11-23";

/// Four people of one company: name, address, number. All have an account.
pub(super) const PEOPLE: [(&str, &str, &str, &str); 4] = [
    ("Ines", "Duarte", "ines.duarte@acme.example", "2001"),
    ("Tom", "Becker", "tom.becker@acme.example", "2002"),
    ("Mara", "Novak", "mara.novak@acme.example", "2003"),
    ("Leo", "Ricci", "leo.ricci@acme.example", "2004"),
];

/// The company's accounts beside one export.
pub(super) struct Company {
    folder: Folder,
}

/// What came out.
pub(super) struct Judged {
    pub(super) audit: Value,
    pub(super) findings: Vec<Value>,
}

impl Company {
    pub(super) fn new() -> Self {
        let account = |(id, (given, family, email, number)): (usize, &(&str, &str, &str, &str))| {
            json!({"id": id + 1, "name": format!("{given} {family}"), "email": email, "role": "Participant", "active": true,
                "employeeNumber": number.parse::<u64>().unwrap(), "department": null})
        };
        let accounts: Vec<Value> = PEOPLE.iter().enumerate().map(account).collect();
        Self::of(&Value::from(accounts))
    }

    pub(super) fn of(accounts: &Value) -> Self {
        Self { folder: Folder::new().with("accounts.json", accounts.to_string()) }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.folder.write(name, bytes);
        self
    }

    pub(super) fn check(&self, name: &str) -> Ran {
        self.folder.run(&["check", "--directory", name, "--as-of", DAY])
    }

    pub(super) fn run(&self, name: &str) -> Ran {
        self.folder.run(&["audit", "--accounts", "accounts.json", "--directory", name, "--as-of", DAY, "--json"])
    }

    /// The audit of this export, which ends with this code.
    #[track_caller]
    pub(super) fn audit(&self, name: &str, code: i32) -> Judged {
        self.judged(self.run(name), code)
    }

    /// The audit of what the configuration names.
    #[track_caller]
    pub(super) fn audit_as_configured(&self, code: i32) -> Judged {
        self.judged(self.folder.run(&["audit", "--accounts", "accounts.json", "--as-of", DAY, "--json"]), code)
    }

    #[track_caller]
    fn judged(&self, ran: Ran, code: i32) -> Judged {
        let audit = ran.code(code).json();
        let findings = self.folder.run_of(&audit).findings();
        Judged { audit, findings }
    }
}

impl Judged {
    pub(super) fn accounts(&self, situation: &str) -> u64 {
        self.audit["accounts"][situation].as_u64().unwrap()
    }

    pub(super) fn people(&self, situation: &str) -> u64 {
        self.audit["people"][situation].as_u64().unwrap()
    }

    pub(super) fn evidence(&self) -> &str {
        self.audit["evidence"].as_str().unwrap()
    }

    /// The reasons why the evidence is not complete.
    pub(super) fn reasons(&self) -> String {
        self.audit["reasons"].to_string()
    }

    /// Addresses of accounts with a finding of this kind.
    pub(super) fn of_kind(&self, kind: &str) -> Vec<&str> {
        let of_kind = self.findings.iter().filter(|finding| finding["kind"] == kind);
        of_kind.filter_map(|finding| finding["account"]["email"].as_str()).collect()
    }

    /// Values that an update would write.
    pub(super) fn written(&self) -> Vec<String> {
        let updates = self.findings.iter().filter(|finding| finding["action"] == "update");
        updates
            .flat_map(|finding| finding["drift"].as_array().unwrap().iter().map(|drift| drift["directory"].to_string()))
            .collect()
    }
}

/// One person as JSON.
pub(super) fn object(at: usize) -> Value {
    let (given, family, email, number) = PEOPLE[at];
    json!({"id": format!("u{at}"), "email": email, "displayName": format!("{given} {family}"), "employeeId": number, "active": true})
}

fn objects(people: std::ops::Range<usize>) -> Vec<Value> {
    people.map(object).collect()
}

/// The first people as CSV.
fn csv(count: usize) -> String {
    let line = |(given, family, email, number): &(&str, &str, &str, &str)| format!("{number},{given},{family},{email},Active\n");
    "Employee ID,First Name,Last Name,Email,Status\n".to_owned() + &PEOPLE.iter().take(count).map(line).collect::<String>()
}

fn ldif(count: usize) -> String {
    let entry = |(given, family, email, number): &(&str, &str, &str, &str)| {
        format!(
            "# {given}, people, acme.example\ndn: uid={given},ou=people,dc=acme,dc=example\nobjectClass: inetOrgPerson\ncn: {given} {family}\nmail: {email}\nemployeeNumber: {number}\n\n"
        )
    };
    "# extended LDIF\n#\n# LDAPv3\n# filter: (objectClass=person)\n#\n\n".to_owned()
        + &PEOPLE.iter().take(count).map(entry).collect::<String>()
}

#[test]
fn the_columns_and_words_of_further_systems_tell_who_has_left() {
    let table = |header: &str, row: &dyn Fn(&str, &str, &str, &str, bool) -> String| {
        let line =
            |(given, family, email, number): &(&str, &str, &str, &str)| row(given, family, email, number, *given == "Mara") + "\n";
        format!("{header}\n") + &PEOPLE.iter().map(line).collect::<String>()
    };
    let end = |left: bool| if left { "2026-10-31" } else { "" };
    for (system, text) in [
        (
            "OrangeHRM's table",
            table(
                "employee_id,emp_firstname,emp_lastname,emp_work_email,joined_date,termination_date",
                &|given, family, email, number, left| format!("{number},{given},{family},{email},2020-01-01,{}", end(left)),
            ),
        ),
        (
            "Chile",
            table("N.º empleado,Nombre,Apellido,Email,Fecha de Término", &|given, family, email, number, left| {
                format!("{number},{given},{family},{email},{}", if left { "31/10/2026" } else { "" })
            }),
        ),
        (
            "Date Ceased",
            table("Employee No,Name,Email,Date Ceased", &|given, family, email, number, left| {
                format!("{number},{given} {family},{email},{}", if left { "31/10/2026" } else { "" })
            }),
        ),
    ] {
        let judged = Company::new().with("export.csv", text).audit("export.csv", 0);
        assert_eq!((judged.of_kind("leaver"), judged.accounts("matched")), (vec!["mara.novak@acme.example"], 3), "{system}");
    }
    let text = table("User id,User name,Email,User status", &|given, family, email, number, left| {
        format!("{number},{given} {family},{email},{}", if left { "Deactivated" } else { "Active" })
    });
    let judged = Company::new().with("export.csv", text).audit("export.csv", 0);
    assert_eq!((judged.accounts("suspended"), judged.accounts("matched")), (1, 3));
}

#[test]
fn a_list_that_says_it_is_a_part_makes_nobody_an_orphan() {
    let edges: Vec<Value> = objects(0..3).into_iter().map(|node| json!({"cursor": "c", "node": node})).collect();
    let lines: String = objects(0..3).iter().map(|person| format!("{person}\n")).collect();
    let by_id: Value = (0..3).map(|at| (format!("u{at}"), object(at))).collect::<serde_json::Map<_, _>>().into();
    let rows: Vec<Value> = PEOPLE.iter().take(3).map(|(given, _, email, number)| json!([given, email, number])).collect();
    let parts = [
        (
            "page.json",
            json!({"data": {"users": {"nodes": objects(0..3), "pageInfo": {"hasNextPage": true, "endCursor": "x"}}}}).to_string(),
        ),
        ("edges.json", json!({"data": {"users": {"edges": edges, "totalCount": 4}}}).to_string()),
        ("deep.json", json!({"a": {"b": {"c": {"d": {"members": objects(0..3)}, "paging": {"NextToken": "t"}}}}}).to_string()),
        ("first.json", json!([{"users": objects(0..2), "total": 4}, {"users": objects(2..3)}]).to_string()),
        ("dynamo.json", json!({"Items": objects(0..3), "Count": 3, "LastEvaluatedKey": {"id": {"S": "u2"}}}).to_string()),
        ("ids.json", json!({"users": by_id, "meta": {"total": 4}}).to_string()),
        ("query.json", json!({"columns": ["name", "email", "employeeId"], "rows": rows, "numRows": 4}).to_string()),
        ("lines.jsonl", lines.clone() + "{\"next_cursor\": \"abc\"}\n"),
        ("curl.json", format!("HTTP/2 200\r\nlink: <https://x/?page=2>; rel=\"next\"\r\n\r\n{}", Value::from(objects(0..3)))),
        ("cut.ldif", ldif(3) + "# search result\nsearch: 2\nresult: 4 Size limit exceeded\n"),
        ("paged.ldif", ldif(3) + "# search result\nsearch: 2\nresult: 0 Success\n# pagedresults: cookie=AbC=\n"),
        ("filtered.csv", format!("Applied filters: Country is Germany\n\n{}", csv(3))),
        ("gefiltert.csv", csv(3) + "\nAngewendete Filter: Land ist Deutschland,,,,\n"),
        ("printed.csv", csv(3) + ",,,,\nPage 1 of 2,,,,\n"),
        ("counted.csv", csv(3) + "\n(4 rows affected)\n"),
        ("total.csv", csv(3) + "Total,4,,,\n"),
        ("pair.csv", format!("Count,4,,,\n{}", csv(3))),
        ("shown.csv", format!("\"Showing 1 to 3 of 1,214 entries\",,,,\n{}", csv(3))),
        ("omitted.csv", csv(3) + "\n\"Exported data exceeded the allowed volume. Some data may have been omitted.\"\n"),
    ];
    for (name, text) in parts {
        let judged = Company::new().with(name, text).audit(name, 3);
        assert_eq!(
            (judged.evidence(), judged.accounts("orphan"), judged.accounts("not_evaluable")),
            ("incomplete", 0, 1),
            "{name}"
        );
        assert_eq!((judged.people("read"), &judged.audit["plan"]), (3, &Value::Null), "{name}: {}", judged.reasons());
    }
}

#[test]
fn a_whole_list_is_not_taken_for_a_part() {
    let lines: String = objects(0..4).iter().map(|person| format!("{person}\n")).collect();
    let wholes = [
        ("cursors.json", json!({"data": objects(0..4), "paging": {"cursors": {"before": "b", "after": "a"}}}).to_string()),
        ("licences.json", json!({"organization": {"licenses": {"total": 50}}, "users": objects(0..4)}).to_string()),
        ("groups.json", json!({"data": {"users": {"nodes": objects(0..4)}, "groups": {"nodes": [{"id": "g"}], "totalCount": 9, "pageInfo": {"hasNextPage": true}}}}).to_string()),
        ("pages.json", json!([{"users": objects(0..2), "total": 4, "next": "x"}, {"users": objects(2..4), "next": null}]).to_string()),
        ("lines.jsonl", lines + "{\"total\": 4, \"has_more\": false}\n"),
        ("whole.ldif", ldif(4) + "# search result\nsearch: 2\nresult: 0 Success\n\n# numResponses: 5\n# numEntries: 4\n"),
        ("printed.csv", format!("Page 1 of 2,,,,\n{}Page 2 of 2,,,,\n", csv(4))),
        ("summed.csv", format!("Applied filters: None\nStaff 2026\n\n{}Total,,,,12345\n\n4 rows\nEnd of report\n", csv(4))),
    ];
    for (name, text) in wholes {
        let judged = Company::new().with(name, text).audit(name, 0);
        assert_eq!(
            (judged.evidence(), judged.accounts("matched"), judged.people("read")),
            ("complete", 4, 4),
            "{name}: {}",
            judged.reasons()
        );
    }
}

#[test]
fn somebody_may_say_that_a_list_is_whole_and_the_report_says_that_he_did() {
    let list = json!({"users": objects(0..4), "total": 9}).to_string();
    let company = Company::new()
        .with("list.json", list)
        .with("domo-reconcile.toml", "[[directory]]\npath = \"list.json\"\ncomplete = true\n");
    let judged = company.audit("list.json", 0);
    assert_eq!(judged.evidence(), "warnings");
    assert!(judged.reasons().contains("`complete = true`") && judged.reasons().contains("4 of 9"), "{}", judged.reasons());
    // Not of one that is cut off.
    let cut = csv(4).replace("leo.ricci@acme.example,Active\n", "leo.r");
    let company =
        Company::new().with("list.csv", cut).with("domo-reconcile.toml", "[[directory]]\npath = \"list.csv\"\ncomplete = true\n");
    assert_eq!(company.audit("list.csv", 3).evidence(), "incomplete");
}

#[test]
fn a_number_at_which_lists_stop_by_themselves_is_warned_of_by_name() {
    let many = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let graph = "userPrincipalName,displayName,mail,accountEnabled\n".to_owned()
        + &many(100, &|at| format!("p{at}@acme.example,Person {at},p{at}@acme.example,True\n"));
    let entries = many(500, &|at| format!("dn: uid=p{at}\nobjectClass: inetOrgPerson\nmail: p{at}@acme.example\n\n"));
    let items: Vec<Value> =
        (0..50).map(|at| json!({"email": format!("p{at}@acme.example"), "name": format!("Person {at}")})).collect();
    for (name, text, said) in [
        ("graph.csv", graph.clone(), "exactly 100 people, which is where Get-MgUser"),
        ("dump.ldif", entries, "exactly 500 people, which is where LDAP servers stop"),
        ("list.json", json!({"results": items}).to_string(), "exactly 50 people, which is where pages of REST lists end"),
        ("limit.json", json!({"results": items[..7], "limit": 7}).to_string(), "exactly 7 people, the most it says it was to hold"),
    ] {
        let company = Company::new().with(name, text);
        assert!(company.check(name).code(0).stdout.contains(said), "{}", company.check(name).stdout);
        let judged = company.audit(name, 0);
        assert!(judged.evidence() == "warnings" && judged.reasons().contains(said), "{name}: {}", judged.reasons());
    }
    for (name, text) in [
        ("more.csv", graph + "p100@acme.example,Person 100,p100@acme.example,True\n"),
        ("ended.json", json!({"results": items, "next": null}).to_string()),
        ("total.json", json!({"results": items, "total": 50}).to_string()),
    ] {
        assert_eq!(Company::new().with(name, text).audit(name, 0).evidence(), "complete", "{name}");
    }
}

#[test]
fn a_person_without_a_key_is_rejected_however_little_stands_there() {
    for row in
        [",Leo,Ricci,,Active\n", ",,Ricci,,\n", ",Leo,Ricci,,\n", "no number,Leo,Ricci,,Active\n", "20 04,Leo,Ricci,,Active\n"]
    {
        for text in [csv(3) + row, csv(2) + row + csv(3).lines().last().unwrap() + "\n"] {
            let judged = Company::new().with("staff.csv", &text).audit("staff.csv", 0);
            assert_eq!((judged.people("read"), judged.people("rejected")), (4, 1), "{text}");
            assert!(
                judged.audit["plan"].is_null() || judged.audit["plan"]["refused_by"].to_string().contains("rejected-rows"),
                "{text}"
            );
        }
    }
}

#[test]
fn what_reports_write_around_their_tables_is_nobody_and_is_counted() {
    let middle = |words: &str| csv(2) + words + &csv(4).lines().skip(3).map(|line| format!("{line}\n")).collect::<String>();
    for (text, skipped) in [
        (middle("\u{feff}Employee ID,First Name,Last Name,Email,Status\n"), 1),
        (middle("-----,-----,-----,-----,-----\n"), 1),
        (middle(",,,,\n"), 1),
        (middle("Finance,,,,\n"), 1),
        (csv(4) + "Report run 2026-11-23,,,,\nConfidential,,,,\nEnd of report\n", 3),
        (format!("Staff list\n{}", middle("Staff list\nEmployee ID,First Name,Last Name,Email,Status\n")), 3),
        (csv(4) + "\nTotal employees: 4\n", 1),
        (csv(4) + "Vertraulich,,,,\n", 1),
    ] {
        let company = Company::new().with("staff.csv", &text);
        let judged = company.audit("staff.csv", 0);
        assert_eq!((judged.evidence(), judged.accounts("matched"), judged.people("rejected")), ("complete", 4, 0), "{text}");
        let checked = company.check("staff.csv").code(0).stdout;
        assert!(checked.contains(&format!("4 rows, 0 rejected, {skipped} skipped")), "{checked}");
    }
}

#[test]
fn vacant_positions_and_rows_that_the_configuration_names_are_skipped_and_counted() {
    let text = "Position,Employee ID,Name,Email\nClerk,2001,Ines Duarte,ines.duarte@acme.example\nClerk,P-77,VACANT,\nLead,P-78,Vacant - Lead,\nLead,P-79,unbesetzt,\nLead,P-80,zz Template,\n";
    let company = Company::new().with("staff.csv", text);
    assert_eq!(company.audit("staff.csv", 0).people("read"), 2);
    assert!(company.check("staff.csv").stdout.contains("3 vacant positions skipped"));
    let company =
        company.with("domo-reconcile.toml", "[[directory]]\npath = \"staff.csv\"\nskip_rows = { \"Name\" = [\"zz *\"] }\n");
    assert_eq!(company.audit("staff.csv", 0).people("read"), 1);
}

#[test]
fn a_vacant_position_that_is_active_and_blocks_below_the_people_hold_nothing_and_lose_nobody() {
    let staff = "Employee ID,Name,Email,Status,Department\n2001,Ines Duarte,ines.duarte@acme.example,Active,Human Resources\n";
    for (below, rejected) in [
        ("2009,VACANT,,Active,Sales\n2010,Open position,,Active,Sales\n", 0),
        ("\nLegend\nA,Active employee\nL,On leave\nT,Left the company\n", 0),
        ("\nDepartment,Headcount\nHuman Resources,1\nSales,11\n", 0),
        ("\nSummary,,,,\nActive,42,,,\nTotal,1,,,\n", 0),
        // Somebody who has no key is not lost behind a blank line, nor without one.
        ("\nTBD,Nora Silva\n", 1),
        ("\nContractors\n,Nora Silva,,Active,Sales\n", 1),
        ("\n,nora silva,,Active\n", 1),
        ("\nTBD,Suharto\nTBD,Ana Ruiz (external)\n", 2),
        ("\nTBD,Nora silva\nX,Maria da Conceição Silva dos Santos\n", 2),
        ("\nTBD,Sales\nN/A,Human Resources\n", 2),
        ("A,Active employee\n", 1),
        ("2009,TBD,,Active,Sales\n", 1),
    ] {
        let judged = Company::new().with("staff.csv", format!("{staff}{below}")).audit("staff.csv", 0);
        assert_eq!((judged.people("rejected"), judged.people("matched")), (rejected, 1), "{below}");
    }
    // Whoever has the number of a position that is called vacant is no orphan.
    let judged = Company::new().with("staff.csv", format!("{staff}2002,VACANT,,Active,Sales\n")).audit("staff.csv", 0);
    assert_eq!((judged.of_kind("not-evaluable"), judged.people("rejected")), (vec!["tom.becker@acme.example"], 0));
}

/// The first address is the key. Whoever has the second is no orphan, whatever sign stands between them.
#[test]
fn nobody_is_an_orphan_whose_address_stands_second_in_a_cell() {
    let (first, second) = ("ines.duarte@acme.example", "i.duarte@acme.example");
    for cell in ["{}; {}", "\"{}, {}\"", "{} / {}", "{} {}", "{}|{}", "\"{}\n{}\"", "{} & {}", "SMTP:{};smtp:{}", "<{}>; <{}>"] {
        let cell = cell.replacen("{}", "i.d@acme.example", 1).replacen("{}", first, 1);
        let text = format!("Employee ID,Name,Email\n,Ines Duarte,{cell}\n2002,Tom Becker,tom.becker@acme.example\n");
        let judged = Company::new().with("staff.csv", text).audit("staff.csv", 0);
        assert!(!judged.of_kind("orphan").iter().any(|found| found.contains("ines")), "{cell}: {:?}", judged.of_kind("orphan"));
        assert_eq!((judged.accounts("orphan"), judged.accounts("not_evaluable")), (2, 1), "{cell}");
    }
    // Somebody who has an account by the first address has not two orphans for it: the second one is in doubt alone.
    let text = format!("Employee ID,Name,Email\n,Tom Becker,tom.becker@acme.example; {first}\n,X,{second}\n");
    let judged = Company::new().with("staff.csv", text).audit("staff.csv", 0);
    assert_eq!((judged.accounts("matched"), judged.accounts("not_evaluable"), judged.people("matched")), (1, 1, 1));
}

/// The first number is the key. Whoever has a further one is neither an orphan nor a leaver nobody sees.
#[test]
fn nobody_is_an_orphan_whose_number_is_one_of_several() {
    let csv = |number: &str| {
        format!("Employee ID,Name,Email,Status\n{number},Mara Novak,m.n@acme.example,Terminated\n2001,Ines Duarte,,Active\n")
    };
    let json = |number: Value| {
        json!([{"employeeNumber": number, "displayName": "Mara Novak", "mail": "m.n@acme.example", "status": "Terminated"},
            {"employeeNumber": "2001", "displayName": "Ines Duarte", "mail": "ines.duarte@acme.example", "status": "Active"}])
        .to_string()
    };
    let ldif = |numbers: [u32; 2]| {
        let [one, other] = numbers;
        let leaver =
            format!("dn: uid=m,dc=acme\ncn: Mara Novak\nmail: m.n@acme.example\nemployeeNumber: {one}\nemployeeNumber: {other}\n");
        format!(
            "version: 1\n\n{leaver}employeeStatus: Terminated\n\ndn: uid=i,dc=acme\ncn: Ines Duarte\nemployeeNumber: 2001\nemployeeStatus: Active\n\n"
        )
    };
    for (name, text) in [
        ("staff.csv", csv("2003;7")),
        ("staff.csv", csv("2003; 7")),
        ("staff.csv", csv("2003;")),
        ("staff.csv", csv("2003|7")),
        ("staff.csv", csv("\"2003\n7\"")),
        ("staff.csv", csv("0;2003")),
        ("staff.json", json(json!(["2003", "7"]))),
        ("staff.json", json(json!([2003, 7]))),
        ("staff.ldif", ldif([2003, 7])),
    ] {
        let judged = Company::new().with(name, &text).audit(name, 0);
        assert_eq!(judged.of_kind("leaver"), ["mara.novak@acme.example"], "{text}");
        assert_eq!(judged.accounts("matched"), 1, "{text}");
    }
    for (name, text) in [
        ("staff.csv", csv("7;2003")),
        ("staff.csv", csv("7; 2003")),
        ("staff.json", json(json!(["7", "2003"]))),
        ("staff.ldif", ldif([7, 2003])),
        // One number or several: nobody can say.
        ("staff.csv", csv("7;2003") + "7;2004,Leo Ricci,leo.ricci@acme.example,Active\n"),
    ] {
        let judged = Company::new().with(name, &text).audit(name, 0);
        let mara = judged.findings.iter().find(|finding| finding["account"]["email"] == "mara.novak@acme.example").unwrap();
        assert_eq!((&mara["kind"], &mara["action"]), (&json!("not-evaluable"), &Value::Null), "{text}: {mara}");
        assert!(judged.findings.iter().any(|finding| finding["kind"] == "quality" && finding["person"]["name"] == "Mara Novak"));
        assert_eq!(judged.written(), [""; 0], "{text}");
    }
    // Signs in numbers that are no lists.
    let text = "Employee ID,Name,Email\n10;0001,Tom Becker,t@b.com\n10;0002,Ada Lo,a@b.com\n";
    let people = super::loaded("staff.csv", text);
    assert_eq!(super::column(&people, "employee_number"), ["10;0001", "10;0002"]);
    assert!(people.doubts.is_empty(), "{:?}", people.doubts);
    let people = super::loaded("staff.csv", format!("{text}A12;B,Ines Duarte,ines.duarte@acme.example\n"));
    assert_eq!(super::column(&people, "employee_number"), ["10;0001", "10;0002", "A12;B"]);
}

/// Of a field with several values the first is the value, in whatever a list is written.
#[test]
fn the_first_of_several_values_is_the_value_and_is_no_drift() {
    let account = json!([{"id": 1, "name": "Ines Duarte", "email": "ines.duarte@acme.example", "role": "Participant", "active": true,
        "employeeNumber": 2001, "title": "Analyst", "department": "Finance", "phone": "+49 1"}]);
    let lists = json!([{"employeeNumber": ["2001"], "displayName": ["Ines Duarte", "Inez Duarte"], "mail": "ines.duarte@acme.example",
        "status": "Active", "jobTitle": ["Analyst", "Fire Warden"], "department": [{"name": "Finance"}, {"name": "Sales"}],
        "businessPhones": ["+49 1", "+49 2"], "aliases": ["i.d@acme.example", "i.duarte@acme.example"]}]);
    let entry = "version: 1\n\ndn: uid=i,dc=acme\nemployeeNumber: 2001\ncn: Ines Duarte\ncn: Inez Duarte\nmail: ines.duarte@acme.example\n\
                 title: Analyst\ntitle: Fire Warden\ndepartment: Finance\ndepartment: Sales\ntelephoneNumber: +49 1\ntelephoneNumber: +49 2\n\n";
    for (name, text) in [("staff.json", lists.to_string()), ("staff.ldif", entry.to_owned())] {
        let judged = Company::of(&account).with(name, &text).audit(name, 0);
        assert_eq!((judged.accounts("matched"), judged.findings.len()), (1, 0), "{name}: {:?}", judged.findings);
    }
    // A text of two lines is one value, and of addresses all are looked at.
    let people = super::loaded("staff.json", lists.to_string().replace(r#"["Analyst","Fire Warden"]"#, r#""Analyst\nof Fire""#));
    assert_eq!(super::column(&people, "title"), ["Analyst\nof Fire"]);
    assert!(super::column(&people, "alternate_email")[0].contains("i.duarte@acme.example"));
}

#[test]
fn a_space_that_does_not_break_is_no_part_of_an_address() {
    for space in ["\u{a0}", "\u{202f}", "\u{2007}", "\u{200b}"] {
        let text = format!("Employee ID,Name,Email,Status\n,Mara Novak,mara.{space}novak@acme.example,Terminated\n");
        let judged = Company::new().with("staff.csv", text).audit("staff.csv", 0);
        assert_eq!((judged.of_kind("leaver"), judged.people("rejected")), (vec!["mara.novak@acme.example"], 0), "{space:?}");
    }
}

/// A row that is rejected may be of whoever has an address that it holds, however it is written there and wherever it was moved to;
/// the address of somebody's manager is that of somebody else.
#[test]
fn nobody_is_an_orphan_whose_address_a_rejected_row_holds() {
    let rest = "2002,Tom Becker,tom.becker@acme.example,\n2003,Mara Novak,mara.novak@acme.example,\n";
    let of = |row: &str| {
        let text = format!("Employee ID,Name,Email,Manager Email\n{row}\n{rest}");
        let judged = Company::new().with("staff.csv", text).audit("staff.csv", 0);
        assert_eq!(judged.people("rejected"), 1, "{row}");
        (judged.accounts("orphan"), judged.accounts("not_evaluable"))
    };
    for cell in [
        "ines.duarte＠acme.example",
        "ines.duarte(at)acme.example",
        "Ines.Duarte[at]acme[dot]example",
        "ines.duarte%40acme.example",
    ] {
        assert_eq!(of(&format!("E-1,Ines Duarte,{cell},")), (1, 1), "{cell}");
    }
    assert_eq!(of("E-1,ines.duarte@acme.example,Clerk,"), (1, 1), "moved to the left");
    assert_eq!(of("E-1,X,Clerk,ines.duarte@acme.example"), (2, 0), "their manager");
}

/// A rule that covers nothing is a slip, or an export that has changed: neither is silent.
#[test]
fn what_skip_rows_and_ignore_name_and_no_row_or_column_has_is_a_warning() {
    let rows: Vec<_> = (0..4).map(|at| PEOPLE[at]).map(|(given, family, email, number)| {
        serde_json::json!({"employeeId": number, "displayName": format!("{given} {family}"), "mail": email, "hrbp": "hr@acme.example"})
    }).collect();
    let json = serde_json::to_string(&rows).unwrap();
    let csv = csv(4).replace("Status\n", "Status,hrbp\n").replace("Active\n", "Active,hr@acme.example\n");
    for (file, text, name) in [("staff.csv", csv, "First Name"), ("staff.json", json, "displayName")] {
        // Of JSON only what is read is known by its name.
        let in_vain = (file == "staff.csv").then_some("ignore names `HRPB`, which is no column of the file");
        for (rules, said) in [
            (r#"ignore = ["hrbp"]"#.to_owned(), None),
            (r#"ignore = ["HRPB"]"#.to_owned(), in_vain),
            (r#"skip_rows = { "Nmae" = ["zz *"] }"#.to_owned(), Some("skip_rows names `Nmae`, which is no column of the file")),
            (format!(r#"skip_rows = {{ "{name}" = ["zz *", "I*"] }}"#), Some("skip_rows names `zz *` in `")),
        ] {
            let config = format!("[[directory]]\npath = \"{file}\"\n{rules}\n");
            let company = Company::new().with(file, text.clone()).with("domo-reconcile.toml", config);
            let checked = company.check(file).code(0).stdout;
            let judged = company.audit(file, 0);
            assert_eq!(judged.evidence(), if said.is_some() { "warnings" } else { "complete" }, "{rules}: {checked}");
            let told = checked.lines().any(|line| line.contains("warning: ") && line.contains(said.unwrap_or_default()));
            assert_eq!(told, said.is_some(), "{rules}: {checked}");
        }
    }
}

#[test]
fn a_cell_over_several_rows_belongs_to_each_of_them() {
    let rows =
        |cells: &str| format!("<table><tr><th>Employee ID</th><th>Name</th><th>Email</th><th>Job Title</th></tr>{cells}</table>");
    let two = rows(
        "<tr><td rowspan=2>2001</td><td rowspan=2>Ines Duarte</td><td rowspan=\"2\">ines.duarte@acme.example</td><td>Clerk</td></tr><tr><td>Fire Warden 2</td></tr>\
         <tr><td>2002</td><td>Tom Becker</td><td>tom.becker@acme.example</td><td>Lead</td></tr>",
    );
    let judged = Company::new().with("report.xls", two).audit("report.xls", 0);
    assert_eq!((judged.people("read"), judged.people("missing"), judged.people("rejected")), (3, 0, 0));
    let last = rows(
        "<tr><td>2001</td><td>Ines Duarte</td><td>ines.duarte@acme.example</td><td rowspan=3>Clerk</td></tr><tr><td>2002</td><td>Tom Becker</td><td>tom.becker@acme.example</td></tr><tr><td>2003</td><td>Mara Novak</td><td>mara.novak@acme.example</td></tr>",
    );
    let judged = Company::new().with("report.xls", last).audit("report.xls", 0);
    assert_eq!((judged.accounts("matched"), judged.people("read")), (3, 3));
}

#[test]
fn the_columns_and_words_of_ten_countries_are_known() {
    let leavers = [
        ("de", "Personalnummer;Vorname;Nachname;Geschäftliche E-Mail;Mitarbeiterstatus", "beschäftigt", "ausgeschieden"),
        ("fr", "Matricule salarié;Prénom;Nom;Adresse mail;Statut salarié", "présent", "démissionné"),
        ("es", "Código empleado;Nombre;Apellidos;Correo corporativo;Situación laboral", "de alta", "cesada"),
        ("br", "Matrícula;Primeiro nome;Sobrenome;E-mail corporativo;Situação", "Trabalhando", "Demitido"),
        ("it", "Matricola dipendente;Nome;Cognome;Email aziendale;Stato dipendente", "in forza", "cessata"),
        ("nl", "Medewerkernummer;Roepnaam;Achternaam;E-mail werk;Dienstverbandstatus", "in dienst", "uit dienst"),
        ("pl", "Numer ewidencyjny;Imię;Nazwisko;Adres e-mail;Status zatrudnienia", "zatrudniona", "zwolniony"),
        ("se", "Anställningsnummer;Förnamn;Efternamn;E-post;Anställningsstatus", "anställd", "slutat"),
        ("fi", "Henkilönumero;Etunimi;Sukunimi;Sähköposti;Työsuhteen tila", "voimassa", "päättynyt"),
        ("in", "Emp Code;First Name;Last Name;EmailID;Employee Status", "confirmed", "Relieved"),
        ("jp", "従業員番号;名;姓;会社メールアドレス;在籍状況", "在籍中", "退職済"),
    ];
    let days = [
        ("uk", "Works No;Forename;Surname;Email Address;Leave Date"),
        ("de", "PersNr;Vorname;Nachname;E-Mail;Letzter Arbeitstag"),
        ("fr", "Matricule;Prénom;Nom;Mail pro;Date de sortie"),
        ("es", "Legajo;Nombre;Apellidos;Correo laboral;Fecha de cese"),
        ("br", "Matrícula;Primeiro nome;Sobrenome;E-mail profissional;Data de desligamento"),
        ("it", "Numero matricola;Nome;Cognome;Indirizzo email;Data cessazione"),
        ("nl", "Personeelsnr.;Voornaam;Achternaam;Mailadres;Uit dienst"),
        ("pl", "Nr pracownika;Imię;Nazwisko;E-mail służbowy;Data zwolnienia"),
        ("dk", "Medarbejdernummer;Fornavn;Efternavn;E-mail arbejde;Fratrædelsesdato"),
        ("no", "Ansattnummer;Fornavn;Etternavn;E-postadresse;Sluttdato"),
        ("in", "Employee Code;First Name;Last Name;Official Email ID;Date of Exit"),
        ("jp", "社員コード;名;姓;メール;退職年月日"),
    ];
    let list = |headers: &str, last: &dyn Fn(usize) -> &'static str| {
        let row = |(at, (given, family, email, number)): (usize, &(&str, &str, &str, &str))| {
            format!("{number};{given};{family};{email};{}\n", last(at))
        };
        format!("{headers}\n") + &PEOPLE.iter().enumerate().map(row).collect::<String>()
    };
    for (country, headers, active, gone) in leavers {
        let judged =
            Company::new().with("staff.csv", list(headers, &|at| if at == 3 { gone } else { active })).audit("staff.csv", 0);
        assert_eq!((judged.of_kind("leaver"), judged.accounts("matched")), (vec![PEOPLE[3].2], 3), "{country}");
        assert_eq!(judged.of_kind("drift"), [""; 0], "{country}");
    }
    for (country, headers) in days {
        let judged =
            Company::new().with("staff.csv", list(headers, &|at| if at == 3 { "2026-10-31" } else { "" })).audit("staff.csv", 0);
        assert_eq!((judged.of_kind("leaver"), judged.accounts("matched")), (vec![PEOPLE[3].2], 3), "{country}");
    }
}

#[test]
fn the_booleans_that_excel_writes_are_read_in_its_languages() {
    for (on, off) in [
        ("WAHR", "FALSCH"),
        ("VRAI", "FAUX"),
        ("VERDADERO", "FALSO"),
        ("VERDADEIRO", "FALSO"),
        ("VERO", "FALSO"),
        ("WAAR", "ONWAAR"),
        ("PRAWDA", "FAŁSZ"),
        ("SANT", "FALSKT"),
        ("TOSI", "EPÄTOSI"),
        ("DOĞRU", "YANLIŞ"),
        ("EVET", "HAYIR"),
        ("sim", "não"),
    ] {
        let row =
            |(at, (_, _, email, _)): (usize, &(&str, &str, &str, &str))| format!("{email};{}\n", if at == 3 { off } else { on });
        let text = "mail;accountEnabled\n".to_owned() + &PEOPLE.iter().enumerate().map(row).collect::<String>();
        let judged = Company::new().with("entra.csv", text).audit("entra.csv", 0);
        assert_eq!((judged.of_kind("suspended"), judged.accounts("matched")), (vec![PEOPLE[3].2], 3), "{on}");
    }
}

#[test]
fn a_column_that_may_decide_and_is_not_read_stops_the_load_by_name() {
    let with = |header: &str, cells: [&str; 4]| {
        let row =
            |((given, family, _, number), cell): (&(&str, &str, &str, &str), &str)| format!("{number},{given} {family},{cell}\n");
        format!("Employee ID,Name,{header}\n") + &PEOPLE.iter().zip(cells).map(row).collect::<String>()
    };
    let addresses = PEOPLE.map(|(_, _, email, _)| email);
    let days = ["", "", "", "31.10.2026"];
    for (header, cells, said) in [("Kontakt", addresses, "email = "), ("Zeitpunkt", days, "termination_date = ")] {
        let company = Company::new().with("staff.csv", with(header, cells));
        let refused = company.run("staff.csv").code(2);
        assert!(refused.stdout.contains(&format!("`{header}`")) && refused.stdout.contains(said), "{}", refused.stdout);
        let ignored = format!("[[directory]]\npath = \"staff.csv\"\nignore = [\"{header}\"]\n");
        assert_eq!(company.with("domo-reconcile.toml", ignored).audit("staff.csv", 0).accounts("matched"), 4, "{header}");
    }
    // A header that can only be of a first day, of a document or of the list itself is none of somebody's last day.
    for (header, stops) in [
        ("Job Start Date", false),
        ("JobStartDate", false),
        ("Position Effective Date", false),
        ("Anniversary Date", false),
        ("Joined", false),
        ("Date added", false),
        ("Adjusted Service Date", false),
        ("Passport Expiry Date", false),
        ("As Of Date", false),
        ("Leave Start", false),
        ("Vertragsbeginn", false),
        ("Date d'entrée", false),
        ("Last Review Date", false),
        ("Exit", true),
        ("Inactive since", true),
        ("Start/End", true),
        ("Until", true),
        ("Last Work Day", true),
        ("Expiry Date", true),
        ("Date", true),
        ("Garden Leave Start", true),
        ("Resignation Effective Date", true),
        ("Anställd t.o.m.", true),
        ("Ansettelse slutt", true),
        ("Okres zatrudnienia do", true),
        ("Eintritt/Aus", true),
        ("Start - Stop", true),
        ("Entry/Withdrawal", true),
        ("Employee Last Working Date", true),
        ("Last Date in Company", true),
    ] {
        let company = Company::new().with(
            "staff.csv",
            with(&format!("Email,{header}"), addresses.map(|email| format!("{email},2020-01-31")).each_ref().map(String::as_str)),
        );
        if stops {
            company.run("staff.csv").code(2);
        } else {
            assert_eq!(company.audit("staff.csv", 0).accounts("matched"), 4, "{header}");
        }
    }
    // Beside a column that is read it is only named.
    let beside = csv(4).replace("Status\n", "Status,HRBP\n").replace("Active\n", "Active,hr@acme.example\n");
    let company = Company::new().with("staff.csv", beside);
    let said = "`HRBP` holds addresses and is not read; `ignore = [\"HRBP\"]`";
    assert!(company.check("staff.csv").code(0).stdout.contains(said));
    let company = company.with("domo-reconcile.toml", "[[directory]]\npath = \"staff.csv\"\nignore = [\"HRBP\"]\n");
    assert!(!company.check("staff.csv").stdout.contains("HRBP`"));
}

#[test]
fn a_damaged_value_is_never_written() {
    let accounts = json!([
        {"id": 1, "name": "Jürgen Weiß", "email": "jw@acme.example", "role": "Participant", "active": true, "title": "Geschäftsführer", "department": "R&D"},
        {"id": 2, "name": "Zoë Paul", "email": "zp@acme.example", "role": "Participant", "active": true, "title": "Lead", "department": "Sales"}
    ]);
    for (name, title, department) in [
        ("JÃ¼rgen WeiÃŸ", "GeschÃ¤ftsfÃ¼hrer", "R&amp;D"),
        ("J√ºrgen Wei√ü", "Gesch&auml;ftsf&uuml;hrer", "R&#38;D"),
        ("J?rgen Wei?", "Gesch\u{FFFD}ftsf\u{FFFD}hrer", "R?D"),
        ("J├╝rgen Wei├ƒ", "GeschÃƒÂ¤ftsfÃƒÂ¼hrer", "R&amp;amp;D"),
    ] {
        let text = format!(
            "Email,Name,Job Title,Department\njw@acme.example,{name},{title},{department}\nzp@acme.example,Zoë P\u{430}ul,Lead,Sales\n"
        );
        let company = Company::of(&accounts).with("staff.csv", text);
        let judged = company.audit("staff.csv", 0);
        assert_eq!((judged.accounts("matched"), judged.written()), (2, Vec::<String>::new()), "{name}");
        assert!(company.check("staff.csv").stdout.contains("never written"), "{name}");
    }
}

#[test]
fn addresses_are_read_without_what_the_eye_does_not_see() {
    for (before, behind) in [
        ("\u{202A}", ""),
        ("\u{2068}", "\u{2069}"),
        ("\u{61C}", ""),
        ("", "\u{FE0F}"),
        ("\u{180E}", ""),
        ("\u{E0001}", ""),
        ("", "."),
    ] {
        let row = |(_, _, email, _): &(&str, &str, &str, &str)| format!("{before}{email}{behind}\n");
        let text = "Email\n".to_owned() + &PEOPLE.iter().map(row).collect::<String>();
        let judged = Company::new().with("staff.csv", text).audit("staff.csv", 0);
        assert_eq!((judged.accounts("matched"), judged.written()), (4, Vec::<String>::new()), "{before:?} {behind:?}");
    }
}

#[test]
fn json_is_read_in_the_shapes_that_tools_give_it() {
    let mongo: String = PEOPLE
        .iter()
        .enumerate()
        .map(|(at, (given, family, email, number))| {
            let mut person = json!({"_id": {"$oid": format!("64b{at}")}, "displayName": format!("{given} {family}"), "email": email, "employeeNumber": {"$numberLong": number}});
            if at == 3 {
                person["terminationDate"] = json!({"$date": {"$numberLong": "1790726400000"}});
            }
            format!("{person}\n")
        })
        .collect();
    let dynamo: Vec<Value> = PEOPLE
        .iter()
        .enumerate()
        .map(|(at, (_, _, email, number))| json!({"email": {"S": email}, "employeeId": {"N": number}, "active": {"BOOL": true}, "terminationDate": if at == 3 { json!({"S": "2026-09-30"}) } else { json!({"NULL": true}) }}))
        .collect();
    let rows: Vec<Value> = PEOPLE
        .iter()
        .enumerate()
        .map(|(at, (given, _, email, number))| {
            json!([given, email, number.parse::<u64>().unwrap(), if at == 3 { "2026-09-30" } else { "" }])
        })
        .collect();
    let headers = json!(["First Name", "Email", "Employee ID", "Termination Date"]);
    let named: Vec<Value> = headers.as_array().unwrap().iter().map(|name| json!({"name": name, "type": "STRING"})).collect();
    let listed: Vec<Value> = std::iter::once(headers.clone()).chain(rows.clone()).collect();
    let by_address: serde_json::Map<String, Value> = PEOPLE
        .iter()
        .enumerate()
        .map(|(at, (given, _, email, number))| {
            (
                (*email).to_owned(),
                json!({"firstName": given, "employeeId": number, "terminationDate": if at == 3 { "2026-09-30" } else { "" }}),
            )
        })
        .collect();
    for (name, text) in [
        ("mongo.jsonl", mongo),
        ("dynamo.json", json!({"Items": dynamo}).to_string()),
        ("query.json", json!({"datasource": "x", "columns": headers, "rows": rows, "numRows": 4}).to_string()),
        ("named.json", json!({"result": {"columns": named, "data": rows}}).to_string()),
        ("lists.json", Value::from(listed.clone()).to_string()),
        ("lists.jsonl", listed.iter().map(|row| format!("{row}\n")).collect()),
        ("keyed.json", Value::from(by_address).to_string()),
    ] {
        let judged = Company::new().with(name, text).audit(name, 0);
        assert_eq!(
            (judged.of_kind("leaver"), judged.accounts("matched"), judged.people("read")),
            (vec![PEOPLE[3].2], 3, 4),
            "{name}"
        );
    }
}

#[test]
fn accounts_may_be_the_answer_to_a_query_of_a_dataset() {
    let row = |(id, (given, family, email, _)): (u64, (&str, &str, &str, &str))| json!([format!("{given} {family}"), email, id]);
    let rows: Vec<Value> = (1..).zip(PEOPLE).map(row).collect();
    let query = |total: u64| json!({"columns": ["Display Name", "Email", "User ID"], "rows": rows, "numRows": total});
    assert_eq!(Company::of(&query(4)).with("staff.csv", csv(4)).audit("staff.csv", 0).accounts("matched"), 4);
    assert_eq!(Company::of(&query(9)).with("staff.csv", csv(4)).audit("staff.csv", 3).evidence(), "incomplete");
}

#[test]
fn a_file_whose_lines_are_one_quoted_cell_each_is_read_and_said() {
    for text in [csv(4), csv(4).replace(',', ";"), csv(4).replace("Duarte", "\"Duarte, PhD\"")] {
        let quoted: String = text.lines().map(|line| format!("\"{}\"\r\n", line.replace('"', "\"\""))).collect();
        let company = Company::new().with("export.csv", quoted);
        assert_eq!(company.audit("export.csv", 0).accounts("matched"), 4, "{text}");
        assert!(company.check("export.csv").stdout.contains("each line of the file was one quoted cell"));
    }
}

#[test]
fn records_of_groups_rooms_and_changes_are_no_people_and_counted_apart() {
    let entries = ldif(4)
        + "dn: cn=Staff,dc=acme\nobjectClass: top\nobjectClass: group\nmail: staff@acme.example\n\ndn: cn=PC7,dc=acme\nobjectClass: top\nobjectClass: person\nobjectClass: user\nobjectClass: computer\nmail: pc7@acme.example\n\ndn: uid=Leo\nchangetype: modify\nreplace: mail\nmail: old@acme.example\n-\n\nsearch: 2\nresult: 0 Success\n";
    let exchange = "DisplayName,PrimarySmtpAddress,RecipientTypeDetails\n".to_owned()
        + &PEOPLE.map(|(given, family, email, _)| format!("{given} {family},{email},UserMailbox\n")).concat()
        + "Board Room,board@acme.example,RoomMailbox\nSupplier,s@other.example,MailContact\nAll Staff,all@acme.example,MailUniversalDistributionGroup\n";
    let mut graph = objects(0..4);
    graph.iter_mut().for_each(|person| person["@odata.type"] = "#microsoft.graph.user".into());
    graph.push(json!({"@odata.type": "#microsoft.graph.group", "email": "g@acme.example", "displayName": "All"}));
    for (name, text) in [("dump.ldif", entries), ("mailboxes.csv", exchange), ("members.json", json!({"value": graph}).to_string())]
    {
        let company = Company::new().with(name, text);
        assert_eq!((company.audit(name, 0).people("read"), company.audit(name, 0).people("missing")), (4, 0), "{name}");
        assert!(company.check(name).stdout.contains("1 group is no person: counted apart"), "{}", company.check(name).stdout);
    }
}

#[test]
fn what_people_are_called_as_well_is_doubtful_beside_a_word_for_who_is_at_work() {
    for (kind, rejected) in [
        ("Contact", 1),
        ("Contractor (Team)", 1),
        ("Resource (Contract)", 1),
        ("Domain - Sales", 1),
        ("Room - large", 0),
        ("Group (Universal)", 0),
    ] {
        let line = |(given, family, email, number): (&str, &str, &str, &str)| {
            format!("{},{given} {family},{email},Active\n", if number == PEOPLE[0].3 { kind } else { "User" })
        };
        let text = format!("Resource Type,Name,Email,Status\n{}", PEOPLE.map(line).concat());
        let judged = Company::new().with("staff.csv", text).audit("staff.csv", 0);
        assert_eq!((judged.people("rejected"), judged.accounts("orphan")), (rejected, 1 - rejected), "{kind}");
    }
}

#[test]
fn several_addresses_of_one_person_are_all_hers() {
    let attributes = ldif(3)
        + "dn: uid=Leo\nmail: l.ricci@acme.example\nmail: leo.ricci@acme.example\nemployeeNumber: 2004\nemployeeNumber: 9\n\nsearch: 2\nresult: 0 Success\n";
    let lists = csv(3) + "2004,Leo,Ricci,l.ricci@acme.example; leo.ricci@acme.example,Active\n";
    for (name, text) in [("dump.ldif", attributes), ("staff.csv", lists)] {
        let judged = Company::new().with(name, text).audit(name, 0);
        assert_eq!((judged.accounts("matched"), judged.people("rejected")), (4, 0), "{name}");
    }
}

#[test]
fn midnight_of_one_time_zone_is_a_day_of_that_zone() {
    // The last day at work is the day judged: written as an instant, it begins the evening before.
    for (hired, last) in [
        ("2021-05-31T22:00:00.000Z", "2026-11-22T23:00:00.000Z"),
        ("2021-05-31T18:30:00Z", "2026-11-22T18:30:00Z"),
        ("2021-05-31T15:00:00+00:00", "2026-11-22T15:00:00+00:00"),
        ("2021-06-01T04:00:00Z", "2026-11-23T05:00:00Z"),
    ] {
        let mut people = objects(0..4);
        people.iter_mut().for_each(|person| {
            person["hireDate"] = hired.into();
            person.as_object_mut().unwrap().remove("active");
        });
        people[3]["terminationDate"] = last.into();
        let company = Company::new().with("people.json", Value::from(people).to_string());
        assert_eq!(company.audit("people.json", 0).accounts("matched"), 4, "{last}");
        assert!(company.check("people.json").stdout.contains("midnight in one time zone"), "{last}");
    }
}

#[test]
fn a_file_that_ends_in_its_last_record_is_cut_off() {
    let whole = csv(4);
    for end in ["2004,Leo", "2004,Leo,Ricci,leo.ricci@acme.example", "2004,Leo,\"Ricci", "20"] {
        let start = whole.rfind("2004").unwrap();
        let judged = Company::new().with("staff.csv", format!("{}{end}", &whole[..start])).audit("staff.csv", 3);
        assert!(judged.reasons().contains("in the middle of row 5"), "{end}: {}", judged.reasons());
    }
    assert_eq!(Company::new().with("staff.csv", whole.trim_end()).audit("staff.csv", 0).evidence(), "complete");
}

#[test]
fn a_key_that_stands_twice_is_read_as_employed() {
    let judged = |members: &str| {
        let text = format!(r#"[{{"email":"{}","employeeId":"2001",{members}}}]"#, PEOPLE[0].2);
        let judged = Company::new().with("list.json", text).audit("list.json", 0);
        let said = |finding: &Value| finding["kind"] == "quality" && finding["reason"].to_string().contains("stands twice");
        assert!(judged.findings.iter().any(said), "{members}: {:?}", judged.findings);
        judged
    };
    for (key, one, other) in [
        ("status", r#""Terminated""#, r#""Active""#),
        ("status", r#""Terminated""#, r#""Inactive""#),
        ("status", r#""Terminated""#, r#""Suspended""#),
        ("status", r#""Terminated""#, r#""On leave""#),
        ("status", r#""Terminated""#, r#""""#),
        ("status", r#""Terminated""#, "null"),
        ("status", r#""Terminated""#, "[]"),
        ("status", r#""Terminated""#, "{}"),
        ("terminated", "true", "false"),
        ("accountEnabled", "false", "true"),
        ("accountEnabled", "false", "null"),
        ("terminationDate", r#""2026-01-31""#, "null"),
        ("terminationDate", r#""2026-01-31""#, r#""""#),
        ("terminationDate", r#""2026-01-31""#, r#""soon""#),
        ("terminationDate", r#""2026-01-31""#, r#""2027-01-31""#),
        ("hireDate", r#""2020-01-31""#, r#""2027-01-31""#),
        ("hireDate", "null", r#""2027-01-31""#),
    ] {
        for (one, other) in [(one, other), (other, one)] {
            let members = format!(r#""{key}":{one},"{key}":{other}"#);
            let judged = judged(&members);
            let situations = ["matched", "leaver", "suspended", "not_evaluable"].map(|situation| judged.accounts(situation));
            assert_eq!(situations, [1, 0, 0, 0], "{members}: {:?}", judged.findings);
            assert!(judged.of_kind("early").is_empty(), "{members}");
        }
    }
    for members in [
        r#""terminations":[{"effective_date":"2026-01-31","effective_date":null}]"#,
        r#""terminations":[{"effective_date":null,"effective_date":"2026-01-31"}]"#,
    ] {
        assert_eq!(judged(members).accounts("matched"), 1, "{members}");
    }
    // Where both say the same, that is what it is.
    for members in [r#""status":"Terminated","status":"Left""#, r#""terminationDate":"2026-01-31","terminationDate":"2026-02-28""#]
    {
        assert_eq!(judged(members).accounts("leaver"), 1, "{members}");
    }
}

#[test]
fn an_export_that_is_too_old_is_incomplete_evidence() {
    for (name, text) in [
        ("staff_2026-09-01.csv", csv(4)),
        ("staff-20260901.csv", csv(4)),
        ("staff_2026-9-1.csv", csv(4)),
        ("staff.csv", format!("Report run: 1 September 2026,,,,\n{}", csv(4))),
        ("stand.csv", csv(4) + "\nErstellt am 01.09.2026 08:00\n"),
        ("list.json", json!({"generatedAt": "2026-09-01T08:00:00Z", "users": objects(0..4)}).to_string()),
    ] {
        let company = Company::new().with(name, text);
        let judged = company.audit(name, 3);
        assert!(judged.reasons().contains("2026-09-01, 83 days before the day judged"), "{name}: {}", judged.reasons());
        company.check(name).code(3);
        for (days, code) in [(0, 0), (83, 0), (82, 3)] {
            std::fs::write(
                company.path().join("domo-reconcile.toml"),
                format!("[[directory]]\npath = \"{name}\"\nmax_age_days = {days}\n"),
            )
            .unwrap();
            // Whoever asks for no age is not warned of one either.
            let reasons = company.audit(name, code).reasons();
            assert_eq!(reasons.contains("83 days older than the day judged (limit 7; over 83"), days == 83, "{name}: {reasons}");
        }
    }
    assert_eq!(Company::new().with("staff_2026-11-01.csv", csv(4)).audit("staff_2026-11-01.csv", 0).accounts("matched"), 4);
}

#[test]
fn a_day_of_export_that_may_be_two_is_a_warning_unless_both_are_old_or_an_order_shows_which_it_is() {
    let dated = |hired: &str| {
        let line =
            |(given, family, email, number): &(&str, &str, &str, &str)| format!("{number},{given} {family},{email},{hired}\n");
        let people: String = PEOPLE.iter().map(line).collect();
        format!("Run Date: 11/09/2026,,,\nEmployee ID,Name,Email,Hire Date\n{people}")
    };
    let company = |hired: &str| Company::new().with("staff.csv", dated(hired));
    let older = company("2020-01-31");
    assert!(older.audit("staff.csv", 0).reasons().contains("may be 2026-09-11 or 2026-11-09"));
    assert!(older.check("staff.csv").stdout.contains("may be 2026-09-11 or 2026-11-09"));
    let order = |order: &str| format!("[[directory]]\npath = \"staff.csv\"\ndate_order = \"{order}\"\nmax_age_days = 30\n");
    for (hired, order, code) in [
        ("2020-01-31", "[[directory]]\npath = \"staff.csv\"\nmax_age_days = 10\n".to_owned(), 3),
        ("01/31/2020", String::new(), 0),
        ("31/01/2020", order("dmy"), 3),
        ("2020-01-31", order("mdy"), 0),
        ("2020-01-31", order("dmy"), 3),
    ] {
        assert_eq!(company(hired).with("domo-reconcile.toml", &order).run("staff.csv").code, code, "{hired} {order}");
    }
}

#[test]
fn a_sheet_for_each_department_is_a_directory_for_each() {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (sheet, people) in [("Finance", &PEOPLE[..2]), ("Sales", &PEOPLE[2..])] {
        let sheet = book.add_worksheet().set_name(sheet).unwrap();
        sheet.write_row(0, 0, ["Email", "Name"]).unwrap();
        for (row, (given, family, email, _)) in (1..).zip(people) {
            sheet.write_row(row, 0, [(*email).to_owned(), format!("{given} {family}")]).unwrap();
        }
    }
    let company = Company::new().with("by-department.xlsx", book.save_to_buffer().unwrap());
    company.run("by-department.xlsx").code(2);
    let block = |sheet: &str| format!("[[directory]]\npath = \"by-department.xlsx\"\nsheet = \"{sheet}\"\n");
    let company = company.with("domo-reconcile.toml", block("Finance") + &block("Sales"));
    assert_eq!(company.audit("by-department.xlsx", 0).accounts("matched"), 4);
}

#[test]
fn headers_and_status_words_are_known_without_their_accents_and_in_typographers_signs() {
    let people = |head: &str, status: &str| {
        let rows = PEOPLE.iter().enumerate().map(|(at, person)| {
            let (status, left) = if at == 3 { (status, "2026-10-31") } else { ("Actif", "") };
            format!("{},{},{status},{left}\n", person.3, person.2)
        });
        format!("{head}\n{}", rows.collect::<String>())
    };
    for (head, status) in [
        ("Numéro de matricule,E\u{2011}mail professionnel,Statut salarié,Date de sortie", "Démissionné"),
        ("Numero de matricule,E-mail professionnel,Statut salarie,Date de depart", "Demissionne"),
        ("N° matricule,Mail pro,Statut du contrat,Date d\u{2019}arrivée\u{a0}", "Licencie"),
    ] {
        let judged = Company::new().with("staff.csv", people(head, status)).audit("staff.csv", 0);
        assert_eq!((judged.people("rejected"), judged.of_kind("leaver").len()), (0, 1), "{head}: {}", judged.reasons());
    }
}

#[test]
fn a_status_word_is_known_with_its_code_and_a_word_for_leave_in_its_language() {
    let judged = |stayed: &str, hers: &str| {
        let rows = PEOPLE.iter().enumerate().map(|(at, person)| {
            let status = if at == 3 { hers } else { stayed }.replace('"', "\"\"");
            format!("{},{},\"{status}\"\n", person.3, person.2)
        });
        Company::new().with("staff.csv", format!("Employee ID,Email,Status\n{}", rows.collect::<String>())).audit("staff.csv", 0)
    };
    for (stayed, left) in [("Active (A)", "Terminated (T)"), ("A - Active", "T - Terminated"), ("A: Active", "T: Terminated")] {
        let judged = judged(stayed, left);
        assert_eq!((judged.of_kind("leaver").len(), judged.accounts("matched")), (1, 3), "{left}");
    }
    for away in ["Ruhend", "Abwesend", "חל\"ד", "חל״ד", "Leave of Absence (L)"] {
        assert_eq!(judged("Active", away).accounts("matched"), 4, "{away}");
    }
    assert_eq!(judged("Active", "Active (LOA)").of_kind("not-evaluable").len(), 1);
}

#[test]
fn a_question_whose_answer_is_that_somebody_left_is_heard() {
    let answers = |head: &str, stayed: &str, left: &str| {
        let rows = PEOPLE
            .iter()
            .enumerate()
            .map(|(at, person)| format!("{},{},{}\n", person.3, person.2, if at == 3 { left } else { stayed }));
        format!("Employee ID,Email,{head}\n{}", rows.collect::<String>())
    };
    for (head, stayed, left, kind) in [
        ("Left the company?", "No", "Yes", "leaver"),
        ("Is Leaver", "0", "1", "leaver"),
        ("Ist ausgeschieden", "nein", "ja", "leaver"),
        ("退職フラグ", "0", "1", "leaver"),
        ("Still employed?", "Y", "N", "suspended"),
    ] {
        let judged = Company::new().with("staff.csv", answers(head, stayed, left)).audit("staff.csv", 0);
        assert_eq!(judged.of_kind(kind).len(), 1, "{head}");
    }
}

#[test]
fn padding_of_nuls_and_headers_in_the_middle_lose_nobody() {
    let padded =
        csv(4).replace("ines.duarte@acme.example", "ines.duarte@acme.example\0\0\0").replace("Active", "Active\0\0") + "\0\0\0\0";
    let joined = csv(2)
        + "\u{feff}"
        + &csv(4).replace("2001,Ines,Duarte,ines.duarte@acme.example,Active\n2002,Tom,Becker,tom.becker@acme.example,Active\n", "");
    for (name, text) in [("padded.csv", padded), ("joined.csv", joined)] {
        let judged = Company::new().with(name, text).audit(name, 0);
        assert_eq!((judged.accounts("matched"), judged.people("rejected")), (4, 0), "{name}");
    }
}
