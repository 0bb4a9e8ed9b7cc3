//! The table of fields holds for every one of them: what a row says happens, in the real program, and a new row needs no test of
//! its own.

use std::collections::BTreeSet;
use std::fs;

use domo_reconcile::terms::{Comparison, FIELDS, Field, Holds, TokenSort};
use serde_json::{Map, Value, json};

use super::folder::{Folder, Run};

/// A field's cell of somebody.
fn cell(field: &Field, n: usize) -> String {
    match (field.name, field.holds, field.personal) {
        ("status", ..) => "active".into(),
        ("role", ..) => "Participant".into(),
        ("name", ..) => format!("Given{n} Family{n}"),
        ("given_name", ..) => format!("Given{n}"),
        ("family_name", ..) => format!("Family{n}"),
        (_, Holds::Day, _) => "2020-01-02".into(),
        (name, _, Some(TokenSort::Email)) => format!("{}.{n}@acme.example", name.replace('_', ".")),
        (_, _, Some(TokenSort::Number)) => format!("{}", 407_205_118_000 + n),
        (_, _, Some(TokenSort::Phone)) => format!("+49 30 55501{n:03}"),
        (name, ..) => format!("{name} of {n}"),
    }
}

/// A value that is not the same as [`cell`]'s, however it is compared.
fn other(comparison: Comparison, n: usize) -> String {
    match comparison {
        Comparison::Name => format!("Changed{n} Family{n}"),
        Comparison::Text => format!("changed {n}"),
        Comparison::Phone => format!("+49 40 77701{n:03}"),
        Comparison::Number => format!("{}", 990_205_118_000 + n),
        Comparison::Address => format!("changed.{n}@acme.example"),
        Comparison::Role => "Editor".into(),
    }
}

fn compared() -> Vec<(usize, &'static Field, Comparison)> {
    FIELDS.iter().enumerate().filter_map(|(n, field)| Some((n, field, field.compared?))).collect()
}

/// A person for each field of the table, and the account of each: it differs from the person in that field, where it is compared.
fn company(rules: &str) -> Folder {
    let mut csv = Field::names().join(",");
    let mut accounts = Vec::new();
    for n in 0..FIELDS.len() {
        csv.push_str(&format!("\n{}", FIELDS.each_ref().map(|field| cell(field, n)).join(",")));
        let written = FIELDS.iter().filter_map(|field| Some((field.domo?.to_owned(), Value::String(cell(field, n)))));
        let mut account: Map<String, Value> = written.collect();
        account.insert("id".into(), json!(1000 + n));
        account.insert("active".into(), json!(true));
        if let Some((_, field, comparison)) = compared().into_iter().find(|(at, ..)| *at == n) {
            account.insert(field.domo.unwrap().into(), other(comparison, n).into());
        }
        accounts.push(Value::Object(account));
    }
    let columns: String = Field::names().iter().map(|name| format!("{name} = \"{name}\"\n")).collect();
    let config = format!("{rules}\n[[directory]]\npath = \"workers.csv\"\n[directory.columns]\n{columns}");
    Folder::of(&Value::Array(accounts), &(csv + "\n")).with("domo-reconcile.toml", config)
}

#[test]
fn no_two_fields_have_the_same_name_or_place_anywhere() {
    let distinct = |names: Vec<String>| assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    distinct(FIELDS.map(|field| field.name.to_owned()).to_vec());
    distinct(FIELDS.iter().filter_map(|field| field.domo.map(str::to_owned)).collect());
    distinct(FIELDS.iter().filter_map(|field| field.import.map(|(place, _)| place.to_string())).collect());
    distinct(FIELDS.iter().filter_map(|field| field.import.map(|(_, column)| column.to_owned())).collect());
    assert!(FIELDS.iter().all(|field| field.domo.is_some() || field.import.is_none() && field.compared.is_none()));
}

#[test]
fn every_field_that_is_compared_is_found_to_differ_and_proposed_under_its_name_in_domo() {
    let folder = company("");
    let run = folder.audit(&[]);
    let findings = run.findings();
    let drift = |n: usize| {
        let of = findings.iter().find(|finding| finding["account"]["id"] == 1000 + n);
        let fields = of.into_iter().flat_map(|finding| finding["drift"].as_array().unwrap());
        fields.map(|field| field["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let plan = run.json("plan.json");
    let proposed = |n: usize| {
        let of = plan["actions"].as_array().unwrap().iter().find(|action| action["account_id"] == 1000 + n);
        of.into_iter().flat_map(|action| action["after"].as_object().unwrap().keys().cloned()).collect::<Vec<_>>()
    };
    for (n, field) in FIELDS.iter().enumerate() {
        let expected: Vec<String> = field.compared.map(|_| field.name.to_owned()).into_iter().collect();
        assert_eq!(drift(n), expected, "{}", field.name);
        let expected: Vec<String> = field.compared.and(field.domo).map(str::to_owned).into_iter().collect();
        assert_eq!(proposed(n), expected, "{}", field.name);
    }
}

#[test]
fn every_field_that_says_who_somebody_is_is_redacted() {
    const STAY: [&str; 6] = ["plan.json", "review.csv", "accounts.jsonl", "people.jsonl", "config.toml", "redaction-key.csv"];
    let folder = company("");
    let personal = || FIELDS.iter().filter(|field| field.personal.is_some());
    // Who stands in the files that leave the house.
    let told = |run: &Run| -> BTreeSet<&str> {
        let files = fs::read_dir(&run.folder).unwrap().map(|file| file.unwrap().path());
        let leaving = files.filter(|file| !STAY.iter().any(|name| file.ends_with(name)));
        let texts: Vec<String> = leaving.filter_map(|file| fs::read_to_string(file).ok()).collect();
        let says = |value: &str| texts.iter().any(|text| text.contains(value));
        let values = |field: &Field| {
            let others = compared().into_iter().filter(|(_, other, _)| other.name == field.name).map(|(n, _, how)| other(how, n));
            others.chain((0..FIELDS.len()).map(|n| cell(field, n))).collect::<Vec<_>>()
        };
        personal().filter(|field| values(field).iter().any(|value| says(value))).map(|field| field.name).collect()
    };
    let clear = told(&folder.audit(&[]));
    let expected: BTreeSet<_> = personal().filter(|field| field.compared.is_some()).map(|field| field.name).collect();
    assert!(expected.is_subset(&clear), "only {clear:?} stand in the files of a run that is not redacted");
    assert_eq!(told(&folder.audit(&["--redact"])), BTreeSet::new());
}

#[test]
fn a_rule_of_roles_may_ask_for_every_field_but_a_day() {
    // `role` in such a rule is what it gives.
    let asked = || FIELDS.iter().enumerate().filter(|(_, field)| field.holds != Holds::Day && field.name != "role");
    let rule = |(n, field): (usize, &Field)| {
        let own = format!(
            "[[role]]\nrole = \"Privileged\"\nemployee_number = [\"{}\"]\n",
            cell(Field::named("employee_number").unwrap(), n)
        );
        let also =
            if field.name == "employee_number" { String::new() } else { format!("{} = [\"{}\"]\n", field.name, cell(field, n)) };
        own + &also
    };
    let folder = company(&asked().map(rule).collect::<String>());
    let findings = folder.audit(&[]).findings();
    for (n, field) in asked() {
        let mut drift = findings.iter().filter(|finding| finding["account"]["id"] == 1000 + n);
        let fields = drift.next().and_then(|finding| finding["drift"].as_array().cloned()).unwrap_or_default();
        let role = fields.iter().find(|field| field["field"] == "role").map(|role| role["directory"].clone());
        assert_eq!(role, Some("Privileged".into()), "{}", field.name);
    }
}

#[test]
fn check_names_the_column_of_every_field_and_init_offers_each() {
    let folder = company("");
    let checked = folder.run(&["check"]);
    for name in Field::names() {
        let stands =
            |line: &str| line.split_whitespace().eq([name, name, "configured"].into_iter().chain(line.split_whitespace().skip(3)));
        assert!(checked.stdout.lines().any(stands), "{name}:\n{}\n{}", checked.stdout, checked.stderr);
    }
    folder.run(&["init", "--directory", "workers.csv", "--out", "new.toml"]).code(0);
    let written = folder.read("new.toml");
    for name in Field::names() {
        assert!(written.lines().any(|line| line.starts_with(&format!("# {name} = "))), "{name}:\n{written}");
    }
}
