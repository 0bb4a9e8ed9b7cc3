//! One company, wherever its people are: the same findings, as far as each source can tell.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::active_directory::{self, line};
use super::people;
use super::program::{ENTRA, EXPORT, GOOGLE, OKTA, Place, SCIM};
use super::quiet;
use super::servers::{BASE, PASSWORD, READER, is_here, slapd};
use crate::support::{Ran, samples};

/// Told by an HR system's words only: on leave, *Inactive*, a word that its own day contradicts; a status in no identity provider.
const BY_WORDS: [&str; 4] =
    ["paulina.grabowska@acme.example", "petra.novotna@acme.example", "diego.santos@acme.example", "maeve.osullivan@acme.example"];

/// Their first day is ahead, which a hire date tells, or a status for it.
const AHEAD: [&str; 3] = ["isabel.montero@acme.example", "nikhil.bose@acme.example", "charlotte.meunier@acme.example"];

/// Kinds that Domo itself tells of, where it is asked.
const BY_DOMOSTATS: [&str; 2] = ["dormant", "single-factor"];

/// A row with no key at all, which LDAP's filter for people leaves out.
const KEYLESS: &str = "a rejected row";

/// Kind, whom it is about, and the fields that differ.
type Found = BTreeSet<(String, String, String)>;

/// The findings of a run, but for those about people of whom its source cannot tell.
fn findings(folder: &Path, ran: Ran, untold: &[&str]) -> Found {
    let run = ran.code(0).json()["run_dir"].as_str().unwrap().to_owned();
    let read: Value = serde_json::from_slice(&std::fs::read(folder.join(run).join("findings.json")).unwrap()).unwrap();
    let one = |finding: &Value| {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (account, person) = (&finding["account"], &finding["person"]);
        let who = text(&account["email"]).or(text(&person["email"])).or(text(&person["employee_number"])).unwrap_or_default();
        let reason = finding["reason"].as_str().unwrap();
        let who = match who.as_str() {
            "" if reason.contains("was rejected") => KEYLESS.to_owned(),
            "" => reason.to_owned(),
            _ => who,
        };
        // Left, or switched off without saying why: which of both is for the source to know.
        let kind = match finding["kind"].as_str().unwrap() {
            "leaver" | "suspended" => "gone",
            kind => kind,
        };
        let fields: Vec<&str> =
            finding["drift"].as_array().into_iter().flatten().filter_map(|field| field["field"].as_str()).collect();
        (kind.to_owned(), who, fields.join(" "))
    };
    // Those that DomoStats tells of are no matter of the directory.
    let all = read["findings"].as_array().unwrap().iter().map(one).filter(|(kind, ..)| !BY_DOMOSTATS.contains(&kind.as_str()));
    all.filter(|(_, who, _)| !untold.contains(&who.as_str())).collect()
}

/// What an audit of the sample company's own file finds.
fn expected(untold: &[&str]) -> Found {
    let place = Place::with(EXPORT, &[]);
    let file = samples().join("company/directory.csv");
    let ran = place.audit(&["--directory", file.to_str().unwrap()]);
    findings(place.folder(), ran, untold)
}

fn untold(lists: &[&[&'static str]]) -> Vec<&'static str> {
    lists.concat()
}

#[test]
fn the_sample_company_has_the_same_findings_wherever_its_people_are() {
    let nothing: &[&str] = &[];
    assert_eq!(expected(&[]).len(), 73);
    for (directory, lists) in [
        (EXPORT, &[nothing][..]),
        (ENTRA, &[&BY_WORDS]),
        (OKTA, &[&BY_WORDS, &AHEAD[..1]]),
        (GOOGLE, &[&BY_WORDS, &AHEAD]),
        (SCIM, &[&BY_WORDS, &AHEAD]),
    ] {
        let (place, untold) = (Place::with(directory, &[]), untold(lists));
        assert_eq!(findings(place.folder(), place.audit(&[]), &untold), expected(&untold), "{directory}");
    }
}

/// The company as entries of LDIF: their names, and what only one kind of server knows.
fn entries(name: impl Fn(usize) -> String, more: impl Fn(usize, &dyn Fn(&str) -> Option<String>) -> String) -> String {
    let all = people();
    let one = |(n, person): (usize, &Value)| {
        let said = |key: &str| person[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let gone = match said("employmentStatus").as_deref() {
            Some("Terminated" | "Suspended") => true,
            Some(_) => false,
            None => said("terminationDate").is_some(),
        };
        let mut entry = format!("dn: {}\n", name(n));
        let fields = [
            ("givenName", "firstName"),
            ("sn", "lastName"),
            ("mail", "workEmail"),
            ("title", "jobTitle"),
            ("department", "department"),
            ("telephoneNumber", "workPhone"),
        ];
        fields.iter().for_each(|(attribute, key)| entry.extend(said(key).map(|value| line(attribute, &value))));
        let whole = [said("firstName"), said("lastName")].into_iter().flatten().collect::<Vec<_>>().join(" ");
        entry += &line("displayName", &whole);
        entry += &format!("userAccountControl: {}\n", if gone { 546 } else { 544 });
        entry + &more(n, &said) + "\n"
    };
    all.iter().enumerate().map(one).collect()
}

const IN_LDAP: [&[&str]; 3] = [&BY_WORDS, &AHEAD, &[KEYLESS]];

#[test]
fn the_sample_company_has_the_same_findings_in_an_ldap_server() {
    if !is_here("slapd") {
        return;
    }
    let people = entries(
        |n| format!("uid=p{n},ou=Staff,dc=acme,dc=example"),
        |n, said| {
            let classes = "objectClass: inetOrgPerson\nobjectClass: extensibleObject\n";
            let number = said("employeeId").map(|number| line("employeeNumber", &number)).unwrap_or_default();
            let place = said("location").map(|place| line("physicalDeliveryOfficeName", &place)).unwrap_or_default();
            format!("{classes}uid: p{n}\ncn: p{n}\n{number}{place}")
        },
    );
    let server = slapd("IP:127.0.0.1", "", &people);
    let place = Place::with(&format!("{BASE}url = \"ldap://127.0.0.1:{}\"", server.port), &[]);
    let env: Vec<_> = place.env().into_iter().chain([("LDAP_BIND", READER), ("LDAP_PASSWORD", PASSWORD)]).collect();
    let ran = quiet::run(place.folder(), &env, ["audit", "--as-of", "2026-11-23", "--json"]);
    let untold = untold(&IN_LDAP);
    assert_eq!(findings(place.folder(), ran, &untold), expected(&untold));
}

#[test]
fn the_sample_company_has_the_same_findings_in_active_directory() {
    let people = entries(
        |n| format!("CN=P{n},OU=Staff,DC=acme,DC=example"),
        |n, said| {
            let number = said("employeeId").map(|number| line("employeeID", &number)).unwrap_or_default();
            let place = said("location").map(|place| line("physicalDeliveryOfficeName", &place)).unwrap_or_default();
            format!("objectClass: user\nsAMAccountName: p{n}\n{number}{place}")
        },
    );
    let Some(server) = active_directory::samba(&people) else { return };
    // Domo is in another network than this: its accounts come as a file.
    let place = Place::with(&active_directory::directory(&server, "ldaps://127.0.0.1"), &[]);
    let accounts = samples().join("company/domo-users.json");
    let args = ["audit", "--as-of", "2026-11-23", "--json", "--accounts", accounts.to_str().unwrap()];
    let ran = active_directory::run(&server, place.folder(), PASSWORD, &args);
    let untold = untold(&IN_LDAP);
    assert_eq!(findings(place.folder(), ran, &untold), expected(&untold));
}
