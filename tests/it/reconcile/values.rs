//! What a value is, is asked in several places and answered once: whole audits over small files.

use serde_json::{Value, json};

use crate::support::run;

/// An audit of these accounts and one directory file; what stands in a file of its run.
struct Audit {
    folder: tempfile::TempDir,
    answer: Value,
}

impl Audit {
    fn of(accounts: &Value, directory: &str, config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("accounts.json", &accounts.to_string());
        write("people.csv", directory);
        write("domo-reconcile.toml", config);
        let args = ["audit", "--json", "--as-of", "2026-11-23", "--accounts", "accounts.json", "--directory", "people.csv"];
        let answer = run(folder.path(), args).code(0).json();
        Self { folder, answer }
    }

    fn text(&self, name: &str) -> String {
        let path = self.answer["files"][name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.answer));
        std::fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }
}

fn account(id: u32, number: Value) -> Value {
    json!({"id": id, "email": format!("p{id}@acme.com"), "name": format!("Person Number{id}"), "role": "Editor", "active": true, "employeeNumber": number})
}

#[test]
fn digits_that_a_spreadsheet_may_have_lost_are_damaged_however_it_writes_them() {
    for number in ["1E5", "12.5e3", "4.5E+15", "1E+05"] {
        let directory = format!("Email,Employee ID,Name\np1@acme.com,{number},Person Number1\np2@acme.com,2,Person Number2\n");
        let audit = Audit::of(&json!([account(1, Value::Null), account(2, json!("2"))]), &directory, "");
        let findings = audit.json("findings.json");
        let quality = findings["findings"].as_array().unwrap().iter().find(|finding| finding["kind"] == "quality");
        let reason = quality.unwrap_or_else(|| panic!("{number}: {findings}"))["reason"].as_str().unwrap();
        assert!(reason.contains("scientific notation") && reason.contains(number), "{reason}");
        assert!(!audit.text("drift.csv").contains("employee_number"), "a damaged number is never written");
    }
}

#[test]
fn the_normalised_columns_of_drift_csv_are_what_was_compared() {
    let mut one = account(1, json!("1"));
    one["phone"] = "49 30".into();
    let mut two = account(2, json!("2"));
    two["email"] = "Two@old.example".into();
    let directory = "Email,Employee ID,Name,Phone\np1@acme.com,1,Person Number1,(+49) 30\nzwei@acme.com,2,Person Number2,\n";
    let config = "[match]\ndomain_aliases = { \"old.example\" = \"acme.com\" }\n";
    let drift = Audit::of(&json!([one, two]), directory, config).text("drift.csv");
    let normalised = |field: &str| {
        let row = drift.lines().find(|line| line.split(',').nth(1) == Some(field)).unwrap_or_else(|| panic!("{drift}"));
        let cells: Vec<String> = row.split(',').map(|cell| cell.trim_start_matches('\'').to_owned()).collect();
        (cells[4].clone(), cells[5].clone())
    };
    assert_eq!(normalised("phone"), ("4930".into(), "+4930".into()));
    assert_eq!(normalised("email"), ("two@acme.com".into(), "zwei@acme.com".into()));
}

/// Most accounts carry a JSON number, the first does not: the instance keeps numbers.
#[test]
fn what_cannot_be_written_as_a_number_is_neither_updated_nor_created() {
    let accounts = json!([account(1, json!("1")), account(2, json!(2)), account(3, json!(3)), account(4, Value::Null)]);
    for number in ["0", "007", "E77", "12345678901234567"] {
        let directory = format!(
            "Email,Employee ID,Name,Title\np1@acme.com,1,Person Number1,Lead\np2@acme.com,2,Person Number2,Lead\n\
             p3@acme.com,3,Person Number3,Lead\np4@acme.com,{number},Person Number4,Lead\nnew@acme.com,9{number},New Person,Lead\n"
        );
        let plan = Audit::of(&accounts, &directory, "[policy]\nmissing = \"create\"\n").json("plan.json");
        let of = |email: &str| {
            let actions = plan["actions"].as_array().unwrap();
            actions.iter().find(|action| action["email"] == email).unwrap_or_else(|| panic!("{number}: {plan}"))
        };
        assert_eq!(of("p4@acme.com")["after"].get("employeeNumber"), None, "{number}");
        let created = of("new@acme.com");
        let whole = format!("9{number}").parse::<u64>().ok().filter(|_| number.len() < 16);
        assert_eq!(created["after"].get("employeeNumber").cloned(), whole.map(Value::from), "{number}");
    }
}

#[test]
fn a_number_longer_than_domo_takes_is_not_created_where_numbers_are_text_either() {
    let accounts = json!([account(1, json!("1")), account(2, json!("2"))]);
    let directory = "Email,Employee ID,Name\np1@acme.com,1,Person Number1\np2@acme.com,2,Person Number2\n\
                     new@acme.com,A1234567890123456,New Person\n";
    let plan = Audit::of(&accounts, directory, "[policy]\nmissing = \"create\"\n").json("plan.json");
    let created = &plan["actions"][0];
    assert_eq!((&created["kind"], created["after"].get("employeeNumber")), (&json!("create"), None), "{plan}");
    assert!(created["why"].as_str().unwrap().contains("longer than the 16 characters Domo takes"), "{created}");
}
