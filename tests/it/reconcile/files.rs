//! Judgements that hang on how a cell was read: whole audits over small files.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::run;

/// `findings.json` of an audit of these accounts and directory files on 2026-11-23.
fn findings(accounts: &Value, directories: &[(&str, &str)], config: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("accounts.json", &accounts.to_string());
    write("domo-reconcile.toml", config);
    directories.iter().for_each(|(name, text)| write(name, text));
    let args = ["audit", "--json", "--as-of", "2026-11-23", "--accounts", "accounts.json"];
    let files = directories.iter().flat_map(|(name, _)| ["--directory", *name]);
    let ran = run(folder.path(), args.into_iter().chain(files)).code(0);
    let path = folder.path().join(ran.json()["files"]["findings.json"].as_str().unwrap());
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The kinds found about account 1, with their reasons.
fn about_one(findings: &Value) -> BTreeMap<String, String> {
    let all = findings["findings"].as_array().unwrap().iter().filter(|finding| finding["account"]["id"] == 1);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.map(|finding| (text(&finding["kind"]), text(&finding["reason"]))).collect()
}

/// Account 1, and one that has its person in the row `x@acme.com,9001`.
fn accounts(email: &str, number: &str) -> Value {
    let account = |id: u32, email: &str, number: &str| serde_json::json!({"id": id, "email": email, "employeeNumber": number, "name": "Ada", "role": "Editor", "active": true});
    Value::from([account(1, email, number), account(2, "x@acme.com", "9001")].to_vec())
}

#[test]
fn an_address_in_a_broken_cell_never_makes_an_orphan_whatever_stands_around_it() {
    for cell in [
        "\"MAILTO:ADA@ACME.COM, MAILTO:b@acme.com\"",
        "smtp:ada@acme.com smtp:b@acme.com",
        "ada@acme.com/b@acme.com",
        "b@acme.com+ada@acme.com",
        "ada@acme.com[old]",
        "\"ada@acme,com\"",
        "ada @acme.com",
        "ada@@acme.com",
        "Ada.ADA@OLD-acme.com/ada@old-acme.com",
        "\"\"\"ada\"\"@acme.com\"",
        "https://x.com/u/ada@acme.com",
        "=?UTF-8?Q?ada@acme.com?=",
        "ada@",
        "ada(a)acme.com",
        "ada-at-acme.com",
        "ada#acme.com",
    ] {
        let directory = format!("Email,Employee ID,Name\n{cell},,Ada\nx@acme.com,9001,Ada\n");
        let config = "[match]\ndomain_aliases = { \"old-acme.com\" = \"acme.com\" }";
        let judged = findings(&accounts("ada@acme.com", ""), &[("people.csv", &directory)], config);
        let found = about_one(&judged);
        assert!(!found.contains_key("orphan"), "{cell}: {found:?}");
        // Some cells are read as several addresses, and match.
        match found.get("not-evaluable") {
            Some(reason) => {
                assert!(reason.contains("row 2 of people.csv, which was rejected, may hold its e-mail"), "{cell}: {reason}")
            }
            None => assert_eq!(judged["accounts"]["matched"], 2, "{cell}: {judged:#}"),
        }
    }
}

#[test]
fn a_key_that_an_unquoted_delimiter_has_moved_never_makes_an_orphan() {
    for (header, row, rest) in [
        ("Name,Email,Employee ID,Status", "Doe, Ada,ada@acme.com,101,Active", "Ada,x@acme.com,9001,Active"),
        ("Name,Employee ID,Email", "Doe, Ada,101,ada@acme.com", "Ada,9001,x@acme.com"),
        ("Name,Employee ID,Email,Shoe Size", "Doe, Ada, MD,101,ada@acme.com,44", "Ada,9001,x@acme.com,39"),
    ] {
        let directory = format!("{header}\n{row}\n{rest}\n");
        for account in [accounts("ada@acme.com", ""), accounts("ada.doe@acme.com", "E00101")] {
            let kinds = about_one(&findings(&account, &[("people.csv", &directory)], ""));
            assert_eq!(kinds.keys().collect::<Vec<_>>(), ["not-evaluable"], "{directory}{account}");
        }
        let stranger = about_one(&findings(&accounts("zoe@acme.com", "44"), &[("people.csv", &directory)], ""));
        assert_eq!(stranger.keys().collect::<Vec<_>>(), ["orphan"], "{directory}");
    }
}

/// A delimiter at the end of every line and a note beside a sheet move nothing: what stands under the headers that are not read
/// stays there, and hides no orphan.
#[test]
fn of_rows_that_are_longer_but_have_not_moved_nothing_else_is_taken() {
    let csv = "Employee ID,Email,Recruiter,\n101,b@@acme,ada@acme.com,\n9001,x@acme.com,ada@acme.com,\n";
    let table = |rows: &[&[&str]]| {
        let row = |cells: &&[&str]| format!("<tr>{}</tr>", cells.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>());
        format!("<html><table>{}</table></html>", rows.iter().map(row).collect::<String>())
    };
    let sheet = table(&[&["Employee ID", "Email"], &["101", "b@@acme", "", "ada@acme.com"], &["9001", "x@acme.com"]]);
    for (name, text) in [("people.csv", csv), ("people.xls", &sheet)] {
        let judged = findings(&accounts("ada@acme.com", ""), &[(name, text)], "");
        assert_eq!(about_one(&judged).keys().collect::<Vec<_>>(), ["orphan"], "{text}");
    }
}

#[test]
fn further_addresses_of_a_rejected_row_and_of_an_account_count_too() {
    let directory = "Email,Employee ID,Alternate Email\nno address,,\"a@home.example;ada@acme.com\"\nx@acme.com,9001,\n";
    let by_row = findings(&accounts("ada@acme.com", ""), &[("people.csv", directory)], "");
    assert_eq!(about_one(&by_row).keys().collect::<Vec<_>>(), ["not-evaluable"]);
    let mut account = accounts("new@acme.com", "");
    account[0]["alternateEmail"] = "x@y.example; a@home.example".into();
    assert_eq!(about_one(&findings(&account, &[("people.csv", directory)], "")).keys().collect::<Vec<_>>(), ["not-evaluable"]);
}

#[test]
fn digits_lost_in_the_directory_make_no_orphan_of_who_has_the_rest_of_them() {
    for (row, said) in [
        ("was@acme.com,1.23457E+15", "an unusable cell in row 2 of people.csv may hold its employee number"),
        (",1.23457E+15", "row 2 of people.csv, which was rejected, may hold its employee number"),
    ] {
        let directory = format!("Email,Employee ID\n{row}\nx@acme.com,9001\n");
        let judged = |number| about_one(&findings(&accounts("ada@acme.com", number), &[("people.csv", &directory)], ""));
        let reason = &judged("1234567890123456")["not-evaluable"];
        assert!(reason.contains(said), "{reason}");
        assert_eq!(judged("2234567890123456").keys().collect::<Vec<_>>(), ["orphan"]);
    }
}

#[test]
fn a_number_of_zeros_is_nobody_s() {
    let directory = "Email,Employee ID\nwas@acme.com,0\nx@acme.com,9001\n";
    for number in ["0", "000"] {
        let kinds = about_one(&findings(&accounts("ada@acme.com", number), &[("people.csv", directory)], ""));
        assert_eq!(kinds.keys().collect::<Vec<_>>(), ["orphan"]);
    }
}

#[test]
fn of_several_files_a_word_or_a_date_weighs_more_than_a_switch() {
    let switches = |on: bool| format!("mail,employeeId,accountEnabled\nada@acme.com,101,{on}\n");
    let hr = |status: &str, first: &str, last: &str| {
        format!(
            "Email,Employee ID,Status,Hire Date,Termination Date\nada@acme.com,101,{status},{first},{last}\nx@acme.com,9001,Active,2020-01-31,\n"
        )
    };
    let judged = |hr: &str, on: bool| {
        let kinds = findings(&accounts("ada@acme.com", "101"), &[("hr.csv", hr), ("ad.csv", &switches(on))], "");
        about_one(&kinds)
    };
    for (hr, on, kind) in [
        (hr("Terminated", "2020-01-31", "2026-10-31"), true, "leaver"),
        (hr("", "2020-01-31", "2026-10-31"), true, "leaver"),
        (hr("Terminated", "", ""), false, "leaver"),
        (hr("", "2026-12-31", ""), true, "early"),
        (hr("", "2026-12-31", ""), false, "early"),
        (hr("Active", "2026-12-31", ""), true, "early"),
        (hr("Active", "2020-01-31", ""), false, "suspended"),
        (hr("", "", ""), false, "suspended"),
    ] {
        assert_eq!(judged(&hr, on).keys().collect::<Vec<_>>(), [kind], "{hr}{on}");
    }
}

#[test]
fn of_several_files_an_identity_provider_s_word_is_no_more_than_a_switch() {
    let okta = |status: &str| {
        format!("login,firstName,lastName,secondEmail,nickName,email,status\nada@acme.com,Ada,B,,,ada@acme.com,{status}\n")
    };
    let hr = |status: &str| format!("Email,Employee ID,Status\nada@acme.com,101,{status}\nx@acme.com,9001,Active\n");
    let judged =
        |hr: &str, okta: &str| about_one(&findings(&accounts("ada@acme.com", "101"), &[("hr.csv", hr), ("okta.csv", okta)], ""));
    for (in_hr, in_okta, kind) in [
        ("Terminated", "ACTIVE", "leaver"),
        ("Active", "SUSPENDED", "suspended"),
        ("On Leave", "DEPROVISIONED", "suspended"),
        ("Terminated", "STAGED", "leaver"),
    ] {
        let found = judged(&hr(in_hr), &okta(in_okta));
        assert!(found.contains_key(kind) && !found.contains_key("quality"), "{in_hr} and {in_okta}: {found:?}");
    }
}

#[test]
fn what_decides_about_somebody_in_several_files_is_the_word_of_the_file_that_said_so() {
    let header = "Email,Employee ID,Status,Termination Date";
    let first = format!("{header}\nada@acme.com,101,Inactive,\nx@acme.com,9001,Active,\n");
    let second = |word: &str, last: &str| format!("{header}\nada@acme.com,101,{word},{last}\n");
    let accounts = accounts("ada@acme.com", "101");
    let leaver = findings(&accounts, &[("one.csv", &first), ("two.csv", &second("Terminated", ""))], "");
    assert!(about_one(&leaver)["leaver"].starts_with("The directory says `Terminated`"), "{leaver}");
    let first = first.replace("Inactive,", "Terminated,2026-10-31");
    let disagreeing = findings(&accounts, &[("one.csv", &first), ("two.csv", &second("Active", ""))], "");
    let reason = disagreeing["findings"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("one.csv row 2 says `Terminated`, last day 2026-10-31; two.csv row 2 says `Active`"), "{reason}");
}

#[test]
fn of_several_files_each_one_s_further_addresses_are_the_person_s() {
    let hr = "Email,Employee ID,Name,Alternate Email\nada@acme.com,101,Ada,ada@home.example\nx@acme.com,9001,Ada,\n";
    let ad = "mail,employeeID,displayName,proxyAddresses\nada@acme.com,101,Ada,smtp:old.ada@acme.com;SMTP:ada@acme.com\n";
    let keys = "[match]\nkeys = [\"email\", \"employee_number\", \"alternate_email\"]\n";
    for directories in [[("hr.csv", hr), ("ad.csv", ad)], [("ad.csv", ad), ("hr.csv", hr)]] {
        for email in ["old.ada@acme.com", "ada@home.example"] {
            let found = about_one(&findings(&accounts(email, ""), &directories, keys));
            assert_eq!(found.keys().collect::<Vec<_>>(), ["drift"], "{email}: {found:?}");
        }
    }
}

#[test]
fn who_left_by_one_file_and_is_switched_on_under_another_address_in_the_next_is_said_first() {
    let hr = |name: &str, status: &str| {
        format!(
            "Email,Employee ID,Name,Status,Termination Date\nada@home.example,101,{name},{status}\nx@acme.com,9001,Ada,Active,\n"
        )
    };
    let ad = "mail,employeeID,displayName,accountEnabled\nada@acme.com,101,Ada Byron,true\n";
    let judged = |hr: &str, ad: &str| {
        let found = findings(&accounts("ada@acme.com", "101"), &[("hr.csv", hr), ("ad.csv", ad)], "");
        let about_one = |finding: &&Value| finding["kind"] == "quality" && finding["account"]["id"] == 1;
        let quality = found["findings"].as_array().unwrap().iter().find(about_one).cloned();
        quality.map(|finding| (finding["severity"].clone(), finding["reason"].as_str().unwrap().to_owned()))
    };
    let (severity, reason) = judged(&hr("Ada Byron", "Terminated,2026-10-31"), ad).unwrap();
    assert_eq!(severity, "high");
    assert!(
        reason.starts_with(
            "Ada Byron (hr.csv row 2) left on 2026-10-31 and has a key or an address of Ada Byron (ad.csv row 2), whose account this is"
        ),
        "{reason}"
    );
    for (name, status, ad) in [
        ("Ben Okoro", "Terminated,2026-10-31", ad),
        ("Ada Byron", "Active,", ad),
        // A word is as good as a word.
        ("Ada Byron", "Terminated,2026-10-31", &ad.replace("accountEnabled", "Employment Status").replace("true", "Active")),
    ] {
        assert_eq!(judged(&hr(name, status), ad), None, "{name} {status} {ad}");
    }
}

#[test]
fn whom_an_account_may_be_is_said_by_address_and_number_where_these_are_no_keys() {
    let directory = "Email,Employee ID,Name,Alternate Email\n\
        zoe@acme.com,E00101,Zoe Diaz,ada@home.example\nben@acme.com,F101,Ben Costa,\nx@acme.com,9001,Ada,\n";
    let by_email = "[match]\nkeys = [\"email\"]\n";
    let found = |accounts: &Value| about_one(&findings(accounts, &[("people.csv", directory)], by_email));
    let by_address = &found(&accounts("ada@home.example", ""))["not-evaluable"];
    assert!(
        by_address.starts_with(
            "Nobody has its keys, but it may be somebody's: Zoe Diaz (people.csv row 2), who is employed: the address ada@home.example"
        ),
        "{by_address}"
    );
    let by_number = &found(&accounts("ada@acme.com", "101"))["orphan"];
    assert!(by_number.ends_with("Zoe Diaz (people.csv row 2), the same number but for prefix and zeros"), "{by_number}");
}

#[test]
fn an_account_is_made_without_what_is_damaged_and_not_at_all_under_a_damaged_name() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("accounts.json", &accounts("ada@acme.com", "101").to_string());
    write("domo-reconcile.toml", "[policy]\nmissing = \"create\"\n[[directory]]\npath = \"people.csv\"\n");
    write(
        "people.csv",
        "Email,Employee ID,Name,Title,Phone,Status\nada@acme.com,101,Ada,,,Active\nx@acme.com,9001,Ada,,,Active\n\
         ben@acme.com,102,Ben Costa,GeschÃ¤ftsfÃ¼hrer,4.91521E+12,Active\nzoe@acme.com,103,Zo? Diaz,Analyst,,Active\n",
    );
    let ran = run(folder.path(), ["audit", "--json", "--accounts", "accounts.json"]).code(0);
    let path = folder.path().join(ran.json()["files"]["plan.json"].as_str().unwrap());
    let plan: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let made: Vec<_> = plan["actions"].as_array().unwrap().iter().filter(|action| action["kind"] == "create").collect();
    assert_eq!((made.len(), made[0]["after"]["email"].as_str()), (1, Some("ben@acme.com")), "{plan}");
    let (after, why) = (made[0]["after"].as_object().unwrap(), made[0]["why"].as_str().unwrap());
    assert!(!after.contains_key("title") && !after.contains_key("phone"), "{after:?}");
    assert!(why.contains("Not written: title") && why.contains("Not written: phone `4.91521E+12`"), "{why}");
}

/// What `findings.json` says was not tested.
fn untested(findings: &Value) -> BTreeMap<String, String> {
    let all = findings["not_tested"].as_array().unwrap().iter();
    all.map(|one| (one["check"].as_str().unwrap().to_owned(), one["why"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn what_only_some_files_lack_is_not_tested_for_the_people_in_them() {
    let staff = "Email,Employee ID,Name,Title,Status\nada@acme.com,101,Ada,Analyst,Active\nx@acme.com,9001,Ada,Analyst,Active\n";
    let contractors = "Email,Employee ID,Name\nada@acme.com,101,Ada\nzoe@acme.com,102,Zoe\nben@acme.com,103,Ben\n";
    let accounts = accounts("ada@acme.com", "101");
    let said = untested(&findings(&accounts, &[("staff.csv", staff), ("contractors.csv", contractors)], ""));
    assert_eq!(
        said["leaver"],
        "2 people are only in contractors.csv, with neither a status nor a termination date: everyone listed counts as employed"
    );
    assert_eq!(said["drift.title"], "2 people are only in contractors.csv, with no column for title");
    let whole = untested(&findings(&accounts, &[("staff.csv", staff)], ""));
    assert!(!whole.contains_key("leaver") && !whole.contains_key("drift.title"), "{whole:?}");
}

#[test]
fn a_role_rule_that_can_fit_nobody_and_accounts_without_roles_are_not_tested() {
    let directory = "Email,Employee ID,Name,Status\nada@acme.com,101,Ada,Active\nx@acme.com,9001,Ada,Active\n";
    let rule = "[[role]]\ndepartment = [\"Finance\"]\nrole = \"Editor\"";
    let said = untested(&findings(&accounts("ada@acme.com", "101"), &[("people.csv", directory)], rule));
    assert_eq!(said["drift.role"], "A [[role]] rule asks for department, which the directory has no column for: it fits nobody");
}

#[test]
fn a_quality_finding_says_which_value_in_which_field_and_which_other_row() {
    let directory = "Email,Employee ID,Status,Termination Date\n\
        ada@acme.com,0,Active,soon\nx@acme.com,9001,Active,\nzoe@acme.com,77,Active,\nzoe@acme.com,78,Active,\n";
    let judged = findings(&accounts("ada@acme.com", ""), &[("people.csv", directory)], "");
    let all = judged["findings"].as_array().unwrap().iter().filter(|finding| finding["kind"] == "quality");
    let mut reasons: Vec<&str> = all.map(|finding| finding["reason"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    assert_eq!(
        reasons,
        [
            "The employee number is `0`: only zeros, a placeholder and no number",
            "The termination date is `soon`: this is no date",
            "This row shares the e-mail zoe@acme.com with row 4 of people.csv, and no other key singles it out",
            "This row shares the e-mail zoe@acme.com with row 5 of people.csv, and no other key singles it out",
        ]
    );
}

#[test]
fn a_near_miss_is_settled_by_the_block_that_the_page_shows() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("accounts.json", &accounts("p\u{430}ul@acme.com", "").to_string());
    write("staff.csv", "Email,Employee ID,Name\npaul@acme.com,101,Paul Jones\nx@acme.com,9001,Ada\n");
    let audit = || {
        let args = ["audit", "--json", "--as-of", "2026-11-23", "--accounts", "accounts.json", "--directory", "staff.csv"];
        let ran = run(folder.path(), args).code(0);
        let read = |name: &str| std::fs::read_to_string(folder.path().join(ran.json()["files"][name].as_str().unwrap())).unwrap();
        (serde_json::from_str::<Value>(&read("findings.json")).unwrap(), read("report.html"))
    };
    write("domo-reconcile.toml", "");
    let (found, page) = audit();
    let near = &found["findings"][0];
    assert_eq!((&near["kind"], &near["action"]), (&"not-evaluable".into(), &Value::Null));
    assert!(near["reason"].as_str().unwrap().contains("U+0430 Cyrillic \u{430} in Domo, a in the directory"), "{near}");
    for line in ["[[link]]", "account = ", "person = "] {
        assert!(page.contains(line), "the page does not show `{line}`");
    }
    write("domo-reconcile.toml", "[[link]]\naccount = \"1\"\nperson = \"101\"\nreason = \"a slip\"\nowner = \"it@acme.com\"\n");
    let (found, _) = audit();
    assert_eq!((&found["accounts"]["matched"], &found["accounts"]["not_evaluable"]), (&2.into(), &0.into()));
    let drift = &found["findings"][0];
    assert_eq!(drift["matched_by"], serde_json::json!(["link"]));
    assert!(drift["reason"].as_str().unwrap().ends_with("it@acme.com decided that this is the person: a slip"), "{drift}");
}

#[test]
fn a_client_owner_and_an_exclusion_that_are_no_account_of_a_file_are_said() {
    let directory = "Email,Employee ID\nada@acme.com,101\nx@acme.com,9001\n";
    let config = "[domo]\nclient_owner = \"bot@acme.com\"\n\
        [[exclude]]\nemail = \"scv-*\"\nreason = \"services\"\nowner = \"it@acme.com\"\n";
    let found = findings(&accounts("ada@acme.com", "101"), &[("people.csv", directory)], config);
    let reasons: Vec<&str> = found["findings"].as_array().unwrap().iter().map(|one| one["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("`client_owner = bot@acme.com` names no account")), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("`email = scv-*` (services) covers no account")), "{reasons:?}");
}

#[test]
fn what_rules_and_domain_aliases_name_and_nobody_has_is_said() {
    let directory = "Email,Employee ID,Department\nada@acme.com,101,Sales EMEA\nx@old-acme.com,9001,Finance\n";
    let said = |config: &str| -> Vec<String> {
        let found = findings(&accounts("ada@acme.com", "101"), &[("people.csv", directory)], config);
        let quality = found["findings"].as_array().unwrap().iter().filter(|finding| finding["kind"] == "quality");
        quality.map(|finding| finding["reason"].as_str().unwrap().to_owned()).collect()
    };
    for (config, named) in [
        ("[match.domain_aliases]\n\"old-acmee.com\" = \"acme.com\"\n", "no address on either side is of old-acmee.com"),
        ("[match.domain_aliases]\n\"old-acme.com\" = \"acmee.com\"\n", "no address on either side is of acmee.com"),
        ("[expected]\ndepartment = [\"finance\", \"Salse*\"]\n", "[expected] names `department = Salse*`"),
        ("[[role]]\nrole = \"Editor\"\ndepartment = [\"Finanze\"]\n", "[[role]] names `department = Finanze`"),
    ] {
        let reasons = said(config);
        assert!(reasons.len() == 1 && reasons[0].contains(named), "{config} {reasons:?}");
    }
    let known = "[match.domain_aliases]\n\"@OLD-acme.com\" = \"mid.com\"\n\"mid.com\" = \"acme.com\"\n\
        [expected]\ndepartment = [\"finance\", \"sales*\"]\nlocation = [\"Berlin\"]\n";
    assert_eq!(said(known), [""; 0]);
}

#[test]
fn a_rejected_row_is_named_beside_the_orphan_of_its_name_and_a_number_in_groups_may_be_the_account_s() {
    let nameless =
        findings(&accounts("zoe@acme.com", ""), &[("people.csv", "Name,Email,Employee ID\nADA,,\nX Y,x@acme.com,9001\n")], "");
    let reason = &about_one(&nameless)["orphan"];
    assert!(reason.ends_with("; nearest: ADA (people.csv row 2), same name, in a row that was rejected"), "{reason}");
    for number in ["12 345", "12\u{A0}345"] {
        let directory = format!("Name,Email,Employee ID\nAda,,{number}\nX Y,x@acme.com,9001\n");
        let kinds = about_one(&findings(&accounts("zoe@acme.com", "12345"), &[("people.csv", &directory)], ""));
        assert!(!kinds.contains_key("orphan"), "{number}: {kinds:?}");
    }
}

#[test]
fn domo_s_employee_id_beside_another_number_makes_nobody_an_orphan() {
    let directory = "Name,Email,Employee ID\nAda,ada@acme.com,C-1042\nX Y,x@acme.com,9001\n";
    let mut account = accounts("zoe@acme.com", "5");
    account[0]["employeeId"] = "C-1042".into();
    let kinds = about_one(&findings(&account, &[("people.csv", directory)], ""));
    let reason = &kinds["not-evaluable"];
    assert!(reason.contains("C-1042 is the account's Employee ID in Domo, which has the employee number 5 beside it"), "{reason}");
    // The number that is the key says more.
    account[0]["employeeNumber"] = "9001".into();
    assert!(!about_one(&findings(&account, &[("people.csv", directory)], "")).contains_key("not-evaluable"));
}

#[test]
fn a_department_is_compared_only_where_the_accounts_have_one_at_all() {
    let directory = "Name,Email,Employee ID,Department\nAda,ada@acme.com,1,Finance\nAda,x@acme.com,9001,Finance\n";
    let mut account = accounts("ada@acme.com", "1");
    let judged = findings(&account, &[("people.csv", directory)], "");
    assert_eq!(judged["findings"].as_array().unwrap().len(), 0, "{judged:#}");
    account[1]["department"] = Value::Null;
    assert_eq!(about_one(&findings(&account, &[("people.csv", directory)], "")).keys().collect::<Vec<_>>(), ["drift"]);
}
