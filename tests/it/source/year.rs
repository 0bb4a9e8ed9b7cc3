//! A year without hands: twelve months with a fetched directory, each with its trouble.

use std::path::PathBuf;

use serde_json::Value;

use super::program::{ENTRA, Place, SECRETS};
use super::quiet;
use crate::local_domo::LocalDomo;
use crate::support::run_with;

/// What goes wrong in each month, and how the first run of it ends.
const MONTHS: [(&str, i32, &str); 12] = [
    ("2025-12-23", 0, "GET /graph/v1.0/users#2=429:0"),
    ("2026-01-23", 1, "POST /graph/acme/oauth2/v2.0/token=400"),
    ("2026-02-23", 3, "GET /graph/v1.0/users#2-=403"),
    ("2026-03-23", 0, "GET /graph/v1.0/users#2=cut"),
    ("2026-04-23", 3, "GET /graph/v1.0/users/$count=lie:3"),
    ("2026-05-23", 1, "GET /graph/v1.0/users=html"),
    ("2026-06-23", 0, "GET /graph/v1.0/users#2=expire"),
    ("2026-07-23", 3, "GET /graph/v1.0/users#2-=circle"),
    ("2026-08-23", 0, "GET /graph/v1.0/users#2=empty"),
    ("2026-09-23", 0, "GET /v1/users#1=503:0"),
    ("2026-10-23", 3, "GET /graph/v1.0/users=half"),
    ("2026-11-23", 0, "GET /graph/v1.0/users#2=truncate"),
];

#[test]
fn twelve_months_with_a_fault_each_lock_nobody_out_and_leave_an_archive_that_verifies() {
    let place = Place::with("path = \"nobody.csv\"", &[]);
    let rules = std::fs::read_to_string(place.folder().join("domo-reconcile.toml")).unwrap();
    let mut months = Vec::new();
    for (day, code, fault) in MONTHS {
        // A failed month is run again the next morning, when its trouble is over.
        for (faults, code) in [(&[fault][..], Some(code)), (&[], (code != 0).then_some(0))] {
            let Some(code) = code else { continue };
            let domo = LocalDomo::with_faults(
                &crate::support::samples().join("company/domo-users.json"),
                "id",
                "the-client-secret",
                faults,
            );
            let directory = rules.replace("path = \"nobody.csv\"", &ENTRA.replace("URL", domo.url()));
            std::fs::write(place.folder().join("domo-reconcile.toml"), directory).unwrap();
            let env: Vec<_> =
                domo.env().into_iter().chain(SECRETS.into_iter().filter(|(name, _)| name.starts_with("ENTRA"))).collect();
            let ran = quiet::run(place.folder(), &env, ["audit", "--as-of", day, "--json"]).code(code);
            if code != 1 {
                months.push((code, ran.json()));
            }
        }
    }
    let counts = [0, 3].map(|wanted| months.iter().filter(|(code, _)| *code == wanted).count());
    assert_eq!(counts, [12, 4]);
    for (code, answer) in &months {
        let folder = place.folder().join(PathBuf::from(answer["run_dir"].as_str().unwrap()));
        let findings: Value = serde_json::from_slice(&std::fs::read(folder.join("findings.json")).unwrap()).unwrap();
        let orphans = findings["findings"].as_array().unwrap().iter().filter(|finding| finding["kind"] == "orphan").count();
        // Nine accounts are nobody's, this year as in any.
        assert_eq!((orphans, answer["plan"].is_null()), if *code == 0 { (9, false) } else { (0, true) }, "{answer}");
    }
    let ids: Vec<&str> = months.iter().filter_map(|(_, answer)| answer["run_id"].as_str()).collect();
    for id in &ids {
        run_with(place.folder(), &[], ["verify", id]).code(0);
    }
    let listed = run_with(place.folder(), &[], ["runs"]).code(0).stdout;
    assert!(ids.iter().all(|id| listed.contains(id)), "{listed}");
}
