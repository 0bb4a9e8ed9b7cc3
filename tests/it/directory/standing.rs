//! What a row says of employment: its columns against each other and against its days.

use serde_json::{Value, json};

use super::exports::{Company, Judged, PEOPLE};

const MARA: &str = "mara.novak@acme.example";

/// The company's people: behind their keys what Mara's row says, and what everybody else's does.
fn table(headers: &str, hers: &str, others: &str) -> String {
    let lines = PEOPLE.iter().map(|(given, family, email, number)| {
        format!("{number},{given} {family},{email},{}\n", if *given == "Mara" { hers } else { others })
    });
    format!("Employee ID,Name,Work Email,{headers}\n") + &lines.collect::<String>()
}

/// What became of Mara, and how many quality findings there are.
#[track_caller]
fn of_mara(judged: &Judged) -> (&'static str, usize) {
    let quality = judged.findings.iter().filter(|finding| finding["kind"] == "quality").count();
    let found = ["leaver", "suspended", "early", "not-evaluable"].into_iter().find(|kind| judged.of_kind(kind) == [MARA]);
    assert_eq!(judged.accounts("matched"), if matches!(found, None | Some("early")) { 4 } else { 3 }, "{:?}", judged.findings);
    (found.unwrap_or("matched"), quality)
}

/// Judges each table of what headers, Mara and others say, and compares what became of her.
#[track_caller]
fn judges(name: &str, tables: &[(&str, &str, &str, (&str, usize))]) {
    let judged = |(headers, hers, others, _): &(&str, &str, &str, _)| {
        of_mara(&Company::new().with(name, table(headers, hers, others)).audit(name, 0))
    };
    let wrong = tables.iter().filter_map(|table| Some((table, judged(table))).filter(|(table, judged)| table.3 != *judged));
    assert_eq!(wrong.collect::<Vec<_>>(), []);
}

#[test]
fn a_kind_of_employment_says_nothing_of_whether_it_lasts() {
    judges(
        "staff.csv",
        &[
            ("Employment Status,Status", "Full-Time,Terminated", "Full-Time,Active", ("leaver", 0)),
            ("Status,Employment Status,Termination Date", "Terminated,Full-Time,2026-09-30", "Active,Part-Time,", ("leaver", 0)),
            ("Employment Status,Terminated", "full_time,true", "full_time,false", ("leaver", 0)),
            ("Employment Status,Termination Date", "Permanent,2026-09-30", "Regular,", ("leaver", 0)),
            ("Employment Status,Termination Date", "Permanent,2026-11-23", "Regular,", ("matched", 0)),
            ("Employment Status,Status,Termination Date", "Full-Time,Inactive,2026-09-30", "Full-Time,Active,", ("leaver", 0)),
            ("Employment Status,accountEnabled", "Contractor,false", "Temporary,true", ("suspended", 0)),
            // Beside a word that nobody can read it says nothing. Alone it is employed, and so is who was hired again, or whose contract ended, which may have been renewed.
            ("Employment Status,Status", "Full-Time,Inactive", "Full-Time,Active", ("not-evaluable", 0)),
            (
                "Employment Status,Hire Date,Termination Date",
                "Full-Time,2026-01-31,2025-09-30",
                "Full-Time,2020-01-31,",
                ("matched", 1),
            ),
            ("Employment Status,End Date", "Contractor,2026-09-30", "Contractor,", ("matched", 1)),
            ("Status", "Full-Time", "Part-Time", ("matched", 0)),
        ],
    );
}

/// Judges several files, of each what headers, Mara and others say, and compares what became of her.
#[track_caller]
fn judges_together(files: &[(&str, &str, &str)], expected: (&str, usize)) {
    let names: Vec<String> = (1..=files.len()).map(|at| format!("{at}.csv")).collect();
    let mut company = Company::new();
    for (name, (headers, hers, others)) in names.iter().zip(files) {
        company = company.with(name, table(headers, hers, others));
    }
    let named: String = names.iter().map(|name| format!("[[directory]]\npath = \"{name}\"\n")).collect();
    assert_eq!(of_mara(&company.with("domo-reconcile.toml", named).audit_as_configured(0)), expected, "{files:?}");
}

#[test]
fn a_kind_of_employment_in_one_file_contradicts_no_word_of_another() {
    let kind = ("Employment Status", "Full-Time", "Full-Time");
    let left = ("Status", "Terminated", "Active");
    judges_together(&[kind, left], ("leaver", 0));
    judges_together(&[left, kind], ("leaver", 0));
    judges_together(&[kind, ("Termination Date", "2026-09-30", "")], ("leaver", 0));
    judges_together(&[kind, ("accountEnabled", "true", "true"), left], ("leaver", 0));
    judges_together(&[kind, ("Status", "Active", "Active"), left], ("matched", 1));
    judges_together(&[kind, ("Status", "On Leave", "Active")], ("matched", 0));
    judges_together(&[kind, ("accountEnabled", "false", "true")], ("suspended", 0));
    judges_together(&[kind, kind], ("matched", 0));
    // Days that go on may be of another employment.
    judges_together(
        &[("Status,Contract Start,Contract End", "Contractor,2026-07-01,2027-06-30", "Intern,,"), left],
        ("matched", 1),
    );
    judges_together(&[("Status,Contract End", "Contractor,open ended", "Intern,2027-06-30"), left], ("matched", 2));
    judges_together(&[("Status,Hire Date", "Contractor,2026-07-01", "Intern,2026-07-01"), left], ("matched", 1));
    // A word that the configuration explains is a word.
    let company =
        Company::new().with("1.csv", table("Status", "Contractor", "Active")).with("2.csv", table(left.0, left.1, left.2));
    let files =
        "[[directory]]\npath = \"1.csv\"\n[directory.status]\n\"Contractor\" = \"active\"\n[[directory]]\npath = \"2.csv\"\n";
    assert_eq!(of_mara(&company.with("domo-reconcile.toml", files).audit_as_configured(0)), ("matched", 1));
}

#[test]
fn a_word_about_the_account_is_a_switch_beside_one_about_employment() {
    judges(
        "staff.csv",
        &[
            ("Employment Status,User status", "Terminated,Active", "Active,Active", ("leaver", 0)),
            ("Account Status,Employment Status", "Active,Terminated", "Active,Active", ("leaver", 0)),
            ("Employment Status,User status", "Active,Suspended", "Active,Active", ("matched", 1)),
            ("Employment Status,User status", "On Leave,Inactive", "Active,Active", ("matched", 0)),
            // Where it is all that a row has, it counts.
            ("Employment Status,User status", ",Terminated", "Active,Active", ("leaver", 0)),
            ("User status", "Terminated", "Active", ("leaver", 0)),
            // That somebody may sign in is no word against a day that has passed, nor against one that may be of something else.
            ("Account Status,Leaving Date", "Active,2026-09-30", "Active,", ("leaver", 0)),
            ("Account Status,Resignation Date", "Active,2026-09-30", "Active,", ("not-evaluable", 1)),
            ("accountEnabled,Resignation Date", "true,2026-09-30", "true,", ("not-evaluable", 1)),
            ("Account Status,Leaving Date", "Active,2026-12-30", "Active,", ("matched", 0)),
            ("Account Status,Contract End", "Active,2026-09-30", "Active,", ("matched", 1)),
            ("Account Status,Contract End", "Active,open ended", "Active,2026-12-30", ("matched", 1)),
            ("Account Status,User status", "Active,Suspended", "Active,Active", ("matched", 1)),
        ],
    );
}

#[test]
fn of_two_words_about_employment_the_last_day_decides_and_else_the_safer_counts() {
    judges(
        "staff.csv",
        &[
            ("Employment Status,Status,Termination Date", "Terminated,Active,2026-10-31", "Active,Active,", ("leaver", 1)),
            ("Employment Status,Status,Termination Date", "Active,Terminated,2026-10-31", "Active,Active,", ("leaver", 1)),
            ("Employment Status,Status,Termination Date", "Terminated,Active,2026-12-31", "Active,Active,", ("matched", 1)),
            ("Employment Status,Status", "Terminated,Active", "Active,Active", ("matched", 1)),
            ("Employment Status,HR_STATUS", "Terminated,Active", "Active,Active", ("matched", 1)),
            // The last day is one that survived a rehire.
            (
                "Employment Status,Status,Hire Date,Termination Date",
                "Terminated,Active,2026-11-01,2026-10-31",
                "Active,Active,2020-01-31,",
                ("matched", 2),
            ),
            // On leave is no contradiction of `Inactive`.
            ("Lifecycle status,Status", "Leave,Inactive", "Employed,Active", ("matched", 0)),
            ("Employment Status,Status", "Inactive,Leave of Absence", "Active,Active", ("matched", 0)),
        ],
    );
}

#[test]
fn a_day_that_may_be_of_something_else_is_no_doubt_where_a_word_decides() {
    judges(
        "staff.csv",
        &[
            ("Status,Termination Date,End Date", "Active,,2026-09-30", "Active,,", ("matched", 0)),
            ("Status,Termination Date,Resignation Date", "Active,2026-12-31,2026-09-30", "Active,,", ("matched", 0)),
            ("Status,Resignation Date", "Active,2026-09-30", "Active,", ("matched", 0)),
            ("Status,Resignation Date", "Terminated,2026-12-30", "Active,", ("leaver", 0)),
        ],
    );
    for (headers, hers, others) in [("Termination Date,End Date", ",2026-09-30", ","), ("Resignation Date", "2026-09-30", "")] {
        let judged = Company::new().with("staff.csv", table(headers, hers, others)).audit("staff.csv", 0);
        assert_eq!(of_mara(&judged).0, "not-evaluable", "{headers}");
    }
}

#[test]
fn a_switch_answers_by_the_words_of_its_language_and_outweighs_an_old_last_day() {
    judges(
        "staff.csv",
        &[
            ("Account Enabled", "Inaktiv", "Aktiv", ("suspended", 0)),
            ("Blocked", "true", "false", ("suspended", 0)),
            ("accountEnabled,Hire Date,Termination Date", "false,2025-01-01,2024-05-31", "true,2020-01-15,", ("suspended", 0)),
            ("accountEnabled,Hire Date,Termination Date", "true,2025-01-01,2024-05-31", "true,2020-01-15,", ("matched", 1)),
        ],
    );
}

#[test]
fn whoever_is_not_marked_as_switched_off_is_not_where_the_marks_are_all_there_is() {
    judges(
        "staff.csv",
        &[
            ("Account Disabled", "TRUE", "FALSE", ("suspended", 0)),
            ("Account Disabled", "Yes", "No", ("suspended", 0)),
            ("Deactivated", "x", "", ("suspended", 0)),
            ("Disabled", "TRUE", "", ("suspended", 0)),
            ("Leaver", "Yes", "", ("leaver", 0)),
            ("nsAccountLock", "TRUE", "", ("suspended", 0)),
            ("nsAccountLock,loginDisabled", ",TRUE", "FALSE,", ("suspended", 0)),
            // Locked by somebody, and for a while by wrong passwords.
            ("pwdAccountLockedTime", "000001010000Z", "", ("suspended", 0)),
            ("pwdAccountLockedTime", "20261120081500Z", "", ("matched", 0)),
            // A blank beside a no, or beside another column that is blank, says nothing.
            ("Status,Disabled", ",", "Active,", ("not-evaluable", 0)),
        ],
    );
    let company = || Company::new().with("staff.csv", table("Disabled", "", "FALSE"));
    assert_eq!(of_mara(&company().audit("staff.csv", 0)).0, "not-evaluable");
}

#[test]
fn a_word_is_true_on_the_day_of_its_export() {
    let name = "staff_2026-11-10.csv";
    for (headers, hers, others, expected) in [
        ("Status,Termination Date", "Active,2026-11-20", "Active,", ("leaver", 0)),
        ("Status,Termination Date", "On leave,2026-11-20", "Active,", ("leaver", 0)),
        ("Status,Termination Date", "Active,2026-11-09", "Active,", ("matched", 1)),
        ("Status,Contract End Date", "Active,2026-11-20", "Active,", ("matched", 1)),
        ("Status,Hire Date", "Future Hire,2026-11-16", "Active,2020-01-31", ("matched", 0)),
        ("Status,Hire Date", "Future Hire,2026-11-30", "Active,2020-01-31", ("early", 0)),
    ] {
        let company = Company::new().with(name, table(headers, hers, others));
        let written = chrono::DateTime::from_timestamp(1_794_286_800, 0).unwrap(); // 2026-11-10
        let file = std::fs::File::options().append(true).open(company.path().join(name)).unwrap();
        file.set_modified(written.into()).unwrap();
        assert_eq!(of_mara(&company.audit(name, 0)), expected, "{hers}");
    }
    // A day in its name may be another than that of its writing.
    judges(name, &[("Status,Termination Date", "Active,2026-11-20", "Active,", ("matched", 1))]);
}

/// The audit of a list of items, of which Mara's is made differently.
#[track_caller]
fn judged(name: &str, wrapped: impl FnOnce(Vec<Value>) -> Value, item: impl Fn([&str; 4], bool) -> Value) -> (&'static str, usize) {
    let items = PEOPLE.iter().map(|(given, family, email, number)| item([given, family, email, number], *given == "Mara"));
    of_mara(&Company::new().with(name, wrapped(items.collect()).to_string()).audit(name, 0))
}

#[test]
fn successfactors_and_personio_are_read_by_each_of_their_versions() {
    let user = |[given, family, email, number]: [&str; 4], gone| {
        json!({"__metadata": {"uri": format!("https://api/odata/v2/User('{number}')"), "type": "SFOData.User"}, "userId": number,
            "username": given, "status": if gone { "f" } else { "t" }, "firstName": given, "lastName": family, "email": email,
            "hireDate": "/Date(1551657600000+0000)/", "empId": number})
    };
    assert_eq!(judged("sf.json", |items| json!({"d": {"results": items}}), user), ("suspended", 0));
    let person = |[given, family, email, number]: [&str; 4], gone| {
        json!({"id": format!("9{number}"), "email": email, "first_name": given, "last_name": family, "preferred_name": "",
            "status": if gone { "INACTIVE" } else { "ACTIVE" }, "employments": [{"id": "1"}], "custom_attributes": []})
    };
    assert_eq!(judged("personio.json", |items| json!({"_data": items}), person), ("leaver", 0));
}

#[test]
fn last_days_that_are_all_midnights_of_a_zone_are_days_of_it_whatever_the_first_days_are() {
    for hired in ["2020-01-10T03:20:00Z", "2020-01-10T00:00:00Z", "2020-01-10"] {
        let person = |[given, family, email, number]: [&str; 4], leaves| {
            json!({"displayName": format!("{given} {family}"), "email": email, "employeeId": number, "hireDate": hired,
                "terminationDate": if leaves { Some("2026-11-22T23:00:00Z") } else { None }})
        };
        let former = json!({"displayName": "Una Alt", "email": "una.alt@acme.example", "employeeId": "2999", "hireDate": hired,
            "terminationDate": "2026-06-30T22:00:00Z"});
        let with_former = |mut items: Vec<Value>| {
            items.push(former);
            Value::from(items)
        };
        assert_eq!(judged("staff.json", with_former, person), ("matched", 0), "{hired}");
    }
}
