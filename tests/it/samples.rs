//! The sample company is made by a script, and its files are what the script makes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use domo_reconcile::config::Config;

use super::company::company;
use super::support;

/// Compares a file of `samples/company/` with what it should hold; with `SAMPLES=write`, writes it.
fn is_made_again(name: &str, bytes: Vec<u8>) {
    let path: PathBuf = support::samples().join("company").join(name);
    if std::env::var("SAMPLES").is_ok_and(|word| word == "write") {
        std::fs::write(&path, &bytes).unwrap();
    }
    let kept = std::fs::read(&path).unwrap();
    assert!(kept == bytes, "{name} is not what tests/it/company/ makes: SAMPLES=write cargo test --test it samples::");
}

#[test]
fn the_accounts_are_made_again() {
    is_made_again("domo-users.json", company().users_json());
}

#[test]
fn what_accounts_own_and_what_domostats_tells_is_made_again() {
    let company = company();
    is_made_again("content.json", company.content_json());
    is_made_again("domostats-people.csv", company.stats_of_people());
    is_made_again("domostats-roles.csv", company.stats_of_roles());
    is_made_again("domostats-role-grants.csv", company.stats_of_role_grants());
    is_made_again("domo-users-october.json", company.users_of_october());
}

#[test]
fn the_directory_as_csv_is_made_again() {
    is_made_again("directory.csv", company().directory_csv());
}

#[test]
fn the_directory_as_json_is_made_again() {
    is_made_again("directory.json", company().directory_json());
}

#[test]
fn the_directory_as_a_workbook_is_made_again() {
    is_made_again("directory.xlsx", company().directory_xlsx());
}

/// What `EXPECTED.md` says by hand only holds if nobody shares a key by accident.
#[test]
fn no_two_people_share_a_key_but_those_who_should() {
    let company = company();
    let twice = |keys: Vec<String>| {
        let mut keys: Vec<_> = keys.into_iter().filter(|key| !key.is_empty()).collect();
        keys.sort();
        keys.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()).collect::<Vec<_>>()
    };
    let emails = twice(company.people.iter().map(|person| person.email.clone()).collect());
    assert_eq!(emails, ["amina.diallo@acme.example", "birgitta.ahlgren@acme.example", "lab.berlin@acme.example"]);
    let numbers = twice(company.people.iter().map(|person| person.number.clone()).collect());
    assert_eq!(numbers.len(), 1, "{numbers:?}"); // Amina Diallo's two positions
    assert!(twice(company.accounts.iter().map(|account| account.email.clone()).collect()).is_empty());
}

#[test]
fn the_configuration_of_each_source_is_valid_and_fetches() {
    let files: Vec<_> = std::fs::read_dir(support::samples().join("sources")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let configurations = files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    assert_eq!(configurations.clone().count(), 8);
    let readme = std::fs::read_to_string(support::samples().join("sources/README.md")).unwrap();
    for path in configurations {
        let config = Config::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert!(config.directory.iter().all(|directory| directory.is_fetched()), "{}", path.display());
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(readme.contains(name), "README.md does not say what {name} needs");
    }
}

#[test]
fn the_sample_configuration_is_valid() {
    let text = std::fs::read_to_string(support::samples().join("domo-reconcile.toml")).unwrap();
    Config::parse(&text).unwrap();
}

#[test]
fn the_sample_configurations_document_every_key() {
    let mut text = std::fs::read_to_string(support::samples().join("domo-reconcile.toml")).unwrap();
    for source in std::fs::read_dir(support::samples().join("sources")).unwrap() {
        text += &std::fs::read_to_string(source.unwrap().path()).unwrap();
    }
    let schema = schemars::schema_for!(Config).to_value();
    let sections = [schema.clone()].into_iter().chain(schema["$defs"].as_object().unwrap().values().cloned());
    let keys: Vec<String> =
        sections.flat_map(|section| section["properties"].as_object().cloned().unwrap_or_default()).map(|(key, _)| key).collect();
    assert!(keys.len() > 50, "{keys:?}");
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    let silent: Vec<_> = keys.iter().filter(|key| !words.contains(&key.as_str())).collect();
    assert!(silent.is_empty(), "not documented: {silent:?}");
}

/// The hand-counted tables of `EXPECTED.md`: heading -> word -> count.
pub fn expected() -> BTreeMap<String, BTreeMap<String, u64>> {
    let text = std::fs::read_to_string(support::samples().join("company/EXPECTED.md")).unwrap();
    let mut tables = BTreeMap::<String, BTreeMap<String, u64>>::new();
    let mut heading = String::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            heading = title.to_owned();
        }
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        if let (true, [word, count]) = (line.starts_with('|'), cells.as_slice())
            && let Ok(count) = count.parse()
        {
            tables.entry(heading.clone()).or_default().insert((*word).to_owned(), count);
        }
    }
    tables
}

#[test]
fn the_hand_counted_situations_add_up() {
    let expected = expected();
    let company = company();
    for (side, read) in [("Accounts", company.accounts.len()), ("People", company.people.len())] {
        let situations = &expected[side];
        assert_eq!(situations["read"], read as u64);
        assert_eq!(situations.values().sum::<u64>(), 2 * situations["read"], "{situations:?}");
    }
    let findings = expected["Findings by kind"].values().sum::<u64>();
    assert_eq!(findings, expected["Findings by severity"].values().sum::<u64>());
}
