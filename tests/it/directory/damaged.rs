//! Values that were damaged on their way are compared as they certainly were, or not at all, and never written: not by an update,
//! not in a new account.

use serde_json::Value;

use super::exports::Company;
use crate::support::run;

#[test]
fn a_repair_that_is_certain_is_compared_and_what_differs_all_the_same_is_said_and_not_written() {
    // Ines is called Inès in the directory, twice encoded; Tom's title is; Mara's lost a letter.
    let staff = "Employee ID,Name,Email,Title\n2001,InÃ¨s Duarte,ines.duarte@acme.example,Analyst\n2002,Tom Becker,tom.becker@acme.example,GeschÃ¤ftsfÃ¼hrer\n\
                 2003,Mara Nov?k,mara.novak@acme.example,Analyst\n2004,Leo Ricci,leo.ricci@acme.example,Analyst\n";
    let accounts: Value = serde_json::from_str(
        r#"[{"id":1,"name":"Ines Duarte","email":"ines.duarte@acme.example","role":"Editor","active":true,"employeeNumber":2001,"title":"Analyst"},
            {"id":2,"name":"Tom Becker","email":"tom.becker@acme.example","role":"Editor","active":true,"employeeNumber":2002,"title":"Geschäftsführer"},
            {"id":3,"name":"Mara Novak","email":"mara.novak@acme.example","role":"Editor","active":true,"employeeNumber":2003,"title":"Analyst"},
            {"id":4,"name":"Leo Ricci","email":"leo.ricci@acme.example","role":"Editor","active":true,"employeeNumber":2004,"title":"Clerk"}]"#,
    )
    .unwrap();
    let judged = Company::of(&accounts).with("staff.csv", staff).audit("staff.csv", 0);
    let drift: Vec<(&str, &Value, &Value)> = (judged.findings.iter().filter(|finding| finding["kind"] == "drift"))
        .map(|finding| (finding["account"]["email"].as_str().unwrap(), &finding["drift"][0]["field"], &finding["action"]))
        .collect();
    // Tom's title is the same once repaired, Mara's name cannot be compared, Leo's title is written.
    let ines = drift.iter().find(|(email, ..)| *email == "ines.duarte@acme.example").unwrap();
    assert_eq!((ines.1.as_str(), ines.2), (Some("name"), &Value::Null));
    assert_eq!(drift.len(), 2, "{drift:?}");
    assert_eq!(judged.written(), ["\"Analyst\""]);
}

/// What an update would write where one person's name, or title, is this in the export and that in Domo, and what differs.
fn written_for(field: &str, export: &str, domo: &str) -> (Vec<String>, usize) {
    let quoted = |value: &str| format!("\"{}\"", value.replace('"', "\"\""));
    let (name, title) = if field == "name" { (export, "Analyst") } else { ("Ines Duarte", export) };
    let staff = format!(
        "Employee ID,Name,Email,Title\n2001,{},ines.duarte@acme.example,{}\n2002,Tom Becker,tom.becker@acme.example,Analyst\n",
        quoted(name),
        quoted(title)
    );
    let (name, title) = if field == "name" { (domo, "Analyst") } else { ("Ines Duarte", domo) };
    let account = |id: u64, name: &str, email: &str, title: &str| serde_json::json!({"id": id, "name": name, "email": email, "role": "Editor", "active": true, "employeeNumber": 2000 + id, "title": title});
    let accounts = Value::from(vec![
        account(1, name, "ines.duarte@acme.example", title),
        account(2, "Tom Becker", "tom.becker@acme.example", "Analyst"),
    ]);
    let judged = Company::of(&accounts).with("staff.csv", staff).audit("staff.csv", 0);
    let drift = judged.findings.iter().filter(|finding| finding["kind"] == "drift").count();
    (judged.written(), drift)
}

#[test]
fn what_was_certainly_meant_is_compared_in_place_of_what_stands_there() {
    for name in [
        "Nora Mu¨ller",
        "Nora M+APw-ller",
        "Nora M├╝ller",
        "Nora M√ºller",
        "Nora M=C3=BCller",
        "Nora%20M%C3%BCller",
        "Nora M\\u00fcller",
        "Nora M<U+00FC>ller",
        "Nora M&amp;uuml;ller",
        "Nora_x000D_ Müller",
        "\u{202A}Nora M\u{AD}üller\u{202C}",
    ] {
        assert_eq!(written_for("name", name, "Nora Müller"), (Vec::new(), 0), "{name}");
        assert_eq!(written_for("title", name, "Nora Müller"), (Vec::new(), 0), "{name}");
        // Said and not written where it is another.
        assert_eq!(written_for("name", name, "Nora Maier").1, 1, "{name}");
        assert!(written_for("name", name, "Nora Maier").0.iter().all(|written| written == "\"Nora Müller\""), "{name}");
    }
}

#[test]
fn a_name_that_lost_letters_its_end_or_itself_is_never_written() {
    for name in [
        "Nora M³ller",
        "Nora MŸller",
        "Nora M¸ller",
        "Nora M¿ller",
        "Nora M□ller",
        "Nora M黮ler",
        "Nora Mﾃｼller",
        "Íèêîëàé Èâàíîâ",
        "ŽR“c ‘¾˜Y",
        "Nora M=FCller",
        "Nora M\\374ller",
        "Nora M&uumlller",
        "=?UTF-8?B?Tm9yYSBNw7xsbGVy?=",
        "Nora Mü…",
        "Nora Mül...",
        "ACME\\nora.mueller",
        "nora.mueller@acme.example",
        "3001",
        "2021-05-31",
        "TRUE",
        "[Error]",
        "Loading...",
        "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        "CN=Nora Müller,OU=Staff,DC=acme",
        "=Sheet1!B2",
        "<![CDATA[Nora Müller]]>",
        "Nora M\u{1c}ller",
        "[REDACTED] [REDACTED]",
        "Tm9yYQ== TcO8bGxlcg==",
        "e3b0c44298fc1c149afbf4c8996fb924 27ae41e4649b934ca495991b7852b855",
    ] {
        assert_eq!(written_for("name", name, "Nora Müller").0, [""; 0], "{name}");
    }
    for name in ["Nora O´Brien", "Nora Ysaÿe", "DŽENAN Žižka", "Nora Mayer, PhD", "Nora A+", "Nora Müller (Finance)", "ﾔﾏﾀﾞ ﾀﾛｳ"]
    {
        assert_eq!(written_for("name", name, "Nora Miller").0, [format!("\"{name}\"")], "{name}");
    }
    for title in ["C++ Developer", "QA=Quality", "50% Analyst", "H+M-Berater", "Sales\\Marketing", "Web開発Team", "Analyst*"] {
        assert_eq!(written_for("title", title, "Clerk").0.len(), 1, "{title}");
    }
}

#[test]
fn what_domo_has_shows_the_damage_that_the_export_alone_does_not() {
    for (export, domo) in [
        ("Jan Dvoøák", "Jan Dvořák"),
        ("Iþýk Yýldýz", "Işık Yıldız"),
        ("Ioan Þãran", "Ioan Țăran"),
        ("¤ý ¤p©ú", "王 小明"),
        ("J_rgen M_ller", "Jürgen Müller"),
        ("Jrgen Mller", "Jürgen Müller"),
        ("J\"urgen M{\"u}ller", "Jürgen Müller"),
        ("Sean O''Brien", "Sean O'Brien"),
    ] {
        for field in ["name", "title"] {
            assert_eq!(written_for(field, export, domo), (Vec::new(), 1), "{field}: {export}");
        }
        // Nothing of it is odd where somebody is called otherwise.
        assert_eq!(written_for("name", export, "Nora Miller").1, 1, "{export}");
    }
    for (export, domo) in [("Jan Dvořák", "Jan Dvoøák"), ("Jurgen Muller", "Jürgen Müller"), ("Þór Þórsson", "Nora Miller")]
    {
        assert_eq!(written_for("name", export, domo).0, [format!("\"{export}\"")], "{export}");
    }
}

#[test]
fn a_family_whose_name_is_a_word_for_nothing_keeps_it() {
    let staff = "Employee ID,First Name,Last Name,Email\n2001,Jennifer,Null,jennifer@acme.example\n2002,Na,Li,na.li@acme.example\n2003,Tom,Becker,tom@acme.example\n";
    let account = |id: u64, name: &str, email: &str| serde_json::json!({"id": id, "name": name, "email": email, "role": "Editor", "active": true, "employeeNumber": 2000 + id});
    let accounts = Value::from(vec![
        account(1, "Jennifer Null", "jennifer@acme.example"),
        account(2, "Na Li", "na.li@acme.example"),
        account(3, "Tom Baker", "tom@acme.example"),
    ]);
    let judged = Company::of(&accounts).with("staff.csv", staff).audit("staff.csv", 0);
    assert_eq!(judged.written(), ["\"Tom Becker\""]);
}

#[test]
fn a_new_account_carries_nothing_that_was_damaged() {
    let staff = "Employee ID,Name,Email,Title,Department,Location\n\
                 2001,Ines Duarte,ines.duarte@acme.example,Analyst,Finance,Lisbon\n2002,Tom Becker,tom.becker@acme.example,Analyst,Finance,Bonn\n\
                 2003,Mara Novak,mara.novak@acme.example,Analyst,Finance,Split\n2004,Leo Ricci,leo.ricci@acme.example,Analyst,Finance,Rome\n\
                 3001,JÃ¼rgen WeiÃŸ,jurgen.weiss@acme.example,Analyst,Finance,Bonn\n\
                 3002,Eva Lang,eva.lang@acme.example,GeschÃ¤ftsfÃ¼hrerin,R&amp;D,K?ln\n\
                 3003,Elif Kaya,ELİF.KAYA@ACME.EXAMPLE,Analyst,Finance,Bonn\n\
                 3004,One Noname,none@acme.example,Analyst,Finance,Bonn\n3005,Two Fischer,none@acme.example,Clerk,Sales,Ulm\n3006,Three Maier,none@acme.example,Cook,Canteen,Kiel\n\
                 3007,Sam Reed,sam.reed@acme.example,Analyst,Finance,Leeds\n";
    let company = Company::new()
        .with("staff.csv", staff)
        .with("domo-reconcile.toml", "[policy]\nmissing = \"create\"\n[guards]\nmax_updates_percent = 100\n");
    let audit = run(
        company.path(),
        ["audit", "--accounts", "accounts.json", "--directory", "staff.csv", "--as-of", "2026-11-23", "--json"],
    )
    .code(0)
    .json();
    let plan = std::fs::read_to_string(company.path().join(audit["run_dir"].as_str().unwrap()).join("plan.json")).unwrap();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    let made: Vec<&Value> = plan["actions"].as_array().unwrap().iter().filter(|action| action["kind"] == "create").collect();
    let emails: Vec<&str> = made.iter().filter_map(|action| action["after"]["email"].as_str()).collect();
    assert_eq!(emails.len(), 2, "{emails:?}");
    assert!(emails.contains(&"eva.lang@acme.example") && emails.contains(&"sam.reed@acme.example"), "{emails:?}");
    let eva = made.iter().find(|action| action["after"]["email"] == "eva.lang@acme.example").unwrap();
    for field in ["title", "department", "location"] {
        assert!(eva["after"].get(field).is_none(), "{field}: {eva}");
    }
    assert!(eva["why"].as_str().unwrap().contains("Not written: title"), "{eva}");
}
