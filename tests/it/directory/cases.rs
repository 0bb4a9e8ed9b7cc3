//! Exports that spell what they hold in odd ways, and people whose employment is not one stretch: judged as a person would.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::exports::{Company, Judged};
use super::writers::zip;

/// A workbook with parts and cells as writers really make them: other separators and roots, guides to the reading, rows out of
/// order.
fn odd_workbook(part: impl Fn(&str) -> String, target: &str, texts: &str, rows: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        (part("[Content_Types].xml"), r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#.to_owned()),
        (part("_rels/.rels"), format!(r#"<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#)),
        (part("xl/workbook.xml"), format!(r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Staff" sheetId="1" r:id="r1"/></sheets></workbook>"#)),
        (
            part("xl/_rels/workbook.xml.rels"),
            format!(r#"<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/worksheet" Target="{target}"/><Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#),
        ),
        (part("xl/sharedStrings.xml"), format!(r#"<sst xmlns="{main}">{texts}</sst>"#)),
        (part("xl/worksheets/sheet1.xml"), format!(r#"<worksheet xmlns="{main}"><dimension ref="A1"/><sheetData>{rows}</sheetData></worksheet>"#)),
    ];
    zip(&parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>())
}

#[test]
fn workbooks_that_excel_opens_are_read_whatever_their_parts_are_called_and_their_rows_come_in() {
    let text = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |number: usize, cells: [String; 3]| format!("<row r=\"{number}\">{}</row>", cells.concat());
    // The header with a guide to its reading is the first shared text.
    let guided = "<si><t>氏名</t><rPh sb=\"0\" eb=\"2\"><t>シメイ</t></rPh></si>";
    let header = row(1, [text("社員番号"), "<c t=\"s\"><v>0</v></c>".into(), text("メールアドレス")]);
    let person = |number: usize, id: &str, name: &str, mail: &str| row(number, [text(id), text(name), text(mail)]);
    let people = [
        person(2, "2001", "Ines Duarte", "ines.duarte@acme.example"),
        person(3, "2002", "Tom Becker", "tom.becker@acme.example"),
        person(4, "2003", "Mara Novak", "mara.novak@acme.example"),
        person(5, "2004", "Leo Ricci", "leo.ricci@acme.example"),
    ];
    let ordered = header.clone() + &people.concat();
    let shuffled = header + &people[2] + &people[3] + &people[0] + &people[1];
    let plain = |name: &str| name.to_owned();
    for (name, book) in [
        ("backslashes", odd_workbook(|name| name.replace('/', "\\"), "worksheets/sheet1.xml", guided, &ordered)),
        ("absolute", odd_workbook(plain, "/xl/worksheets/sheet1.xml", guided, &ordered)),
        ("shuffled", odd_workbook(plain, "worksheets/sheet1.xml", guided, &shuffled)),
    ] {
        let judged = Company::new().with("staff.xlsx", book).audit("staff.xlsx", 0);
        assert_eq!(
            (judged.accounts("matched"), judged.people("read"), judged.findings.len()),
            (4, 4, 0),
            "{name}: {:?}",
            judged.findings
        );
    }
}

#[test]
fn numbers_dressed_by_their_format_are_numbers_and_days_are_days() {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, header) in ["Employee ID", "Email", "Hire Date", "Termination Date"].iter().enumerate() {
        sheet.write_string(0, at as u16, *header).unwrap();
    }
    let formats = ["\"EMP-\"00000", "[Red]00000", "0;[Red]-0", "\"Mitarb. \"0"];
    let days = ["[$-407]d. mmmm yyyy;@", "dd/mm/yyyy", "yyyy\\-mm\\-dd", "m/d/yy"];
    for (down, (format, day)) in (1..).zip(formats.iter().zip(days)) {
        let mail = super::exports::PEOPLE[down as usize - 1].2;
        sheet.write_number_with_format(down, 0, 2_000.0 + f64::from(down), &Format::new().set_num_format(*format)).unwrap();
        sheet.write_string(down, 1, mail).unwrap();
        let date = |text: &str| ExcelDateTime::parse_from_str(text).unwrap();
        sheet.write_datetime_with_format(down, 2, date("2020-05-04"), &Format::new().set_num_format(day)).unwrap();
        if down == 3 {
            sheet.write_datetime_with_format(down, 3, date("2026-09-30"), &Format::new().set_num_format(day)).unwrap();
        }
    }
    let judged = Company::new().with("staff.xlsx", book.save_to_buffer().unwrap()).audit("staff.xlsx", 0);
    assert_eq!(judged.of_kind("leaver"), ["mara.novak@acme.example"]);
    assert_eq!((judged.findings.len(), judged.accounts("matched")), (1, 3), "{:?}", judged.findings);
    assert!(judged.findings[0]["reason"].as_str().unwrap().contains("2026-09-30"));
    assert_eq!(judged.findings[0]["matched_by"], json!(["email", "employee_number"]));
}

fn accounts(of: &[(&str, &str, u64)]) -> Value {
    let one = |(id, (name, email, number)): (usize, &(&str, &str, u64))| json!({"id": id + 1, "name": name, "email": email, "role": "Editor", "active": true, "employeeNumber": number});
    of.iter().enumerate().map(one).collect()
}

#[test]
fn a_contractor_who_became_an_employee_is_nobody_who_left() {
    let company = Company::of(&accounts(&[
        ("Nora Silva", "nora.silva@acme.example", 311),
        ("Piet Jansen", "piet.jansen@acme.example", 20_004),
    ]));
    // Nora's account still has the number of her contract, Piet's the one of his employment.
    let workers = "Employee ID,Worker,Email - Primary Work,Worker Type,Worker Status,Hire Date,Termination Date\n\
                   C-311,Nora Silva,nora.silva@acme.example,Contingent Worker,Terminated,2025-02-01,2026-05-31\n\
                   20003,Nora Silva,nora.silva@acme.example,Employee,Active,2026-06-01,\n\
                   C-312,Piet Jansen,piet.jansen@acme.example,Contingent Worker,Terminated,2025-02-01,2026-05-31\n\
                   20004,Piet Jansen,piet.jansen@acme.example,Employee,Active,2026-06-01,\n";
    let judged = company.with("workers.csv", workers).audit("workers.csv", 0);
    assert!(judged.findings.iter().all(|finding| finding["action"].is_null()), "{:?}", judged.findings);
    assert!(judged.audit["plan"].is_null());
    let nora = judged.findings.iter().find(|finding| finding["account"]["email"] == "nora.silva@acme.example").unwrap();
    assert!(nora["reason"].as_str().unwrap().contains("says employed"), "{nora}");
    assert!(!judged.of_kind("leaver").contains(&"piet.jansen@acme.example"));
}

#[test]
fn names_without_a_space_are_the_same_names_in_east_asian_writing_and_no_other() {
    let people = [
        ("中村 健一", "a@acme.example", 1),
        ("小林美咲", "b@acme.example", 2),
        ("김\u{3000}민준", "c@acme.example", 3),
        ("王小明", "d@acme.example", 4),
        ("Anna Lee", "e@acme.example", 5),
    ];
    let company = Company::of(&accounts(&people));
    let staff = "社員番号,姓,名,メールアドレス\n1,中村,健一,a@acme.example\n2,小林,美咲,b@acme.example\n3,김,민준,c@acme.example\n4,王,小明,d@acme.example\n5,AnnaLee,,e@acme.example\n";
    let judged = company.with("staff.csv", staff).audit("staff.csv", 0);
    assert_eq!(judged.of_kind("drift"), ["e@acme.example"], "{:?}", judged.findings);
}

#[test]
fn whoever_was_hired_again_after_the_last_day_is_employed() {
    let people = [
        ("Nora Silva", "nora.silva@acme.example", 1),
        ("Piet Jansen", "piet.jansen@acme.example", 2),
        ("Olga Berg", "olga.berg@acme.example", 3),
    ];
    let company = Company::of(&accounts(&people));
    let workers = "Employee ID,Name,Work Email,Original Hire Date,Termination Date,Rehire Date\n\
                   1,Nora Silva,nora.silva@acme.example,2018-04-01,2024-01-31,2025-09-01\n\
                   2,Piet Jansen,piet.jansen@acme.example,2016-04-01,2026-08-31,2021-09-01\n\
                   3,Olga Berg,olga.berg@acme.example,2020-01-01,,\n";
    let judged = company.with("workers.csv", workers).audit("workers.csv", 0);
    assert_eq!(judged.of_kind("leaver"), ["piet.jansen@acme.example"]);
    assert_eq!(judged.accounts("matched"), 2);
    assert!(judged.findings.iter().any(|finding| finding["kind"] == "quality" && finding["person"]["name"] == "Nora Silva"));
}

/// The exports of `cases/`, made after what people report of their own, each with what is right: how the audit ends, and in how
/// many situations its accounts and people are. A folder without accounts has those that stand beside the folders.
#[test]
fn every_case_is_judged_as_was_decided_before_it_was_run() {
    let all = |matched: u64| (0, json!({"matched": matched}), json!({"matched": matched}));
    let partial =
        |matched: u64, others: u64| (3, json!({"matched": matched, "not_evaluable": others}), json!({"matched": matched}));
    let one_left = (0, json!({"matched": 5, "leaver": 1}), json!({"matched": 6}));
    let twice = |others: u64| json!({"matched": others, "duplicate": 2});
    let cases = [
        ("c01-graphql-page", "users.json", partial(3, 3)),
        ("c01-graphql-page", "users-edges.json", partial(3, 3)),
        ("c01-graphql-page", "", partial(3, 3)),
        ("c03-ldapsearch-sizelimit", "cut.ldif", partial(3, 3)),
        ("c03-ldapsearch-sizelimit", "cut-dn-first.ldif", partial(3, 3)),
        ("c03-ldapsearch-sizelimit", "whole.ldif", all(6)),
        ("c04-whole-list-called-partial", "cursors.json", all(6)),
        ("c04-whole-list-called-partial", "licences.json", all(6)),
        ("c05-first-hundred", "graph-users.csv", (0, json!({"matched": 3, "orphan": 3}), json!({"matched": 3, "missing": 97}))),
        ("c07-uk-leave-date", "staff.csv", one_left.clone()),
        ("c09-quoted-lines", "export.csv", all(6)),
        ("c10-concatenated", "joined.csv", all(6)),
        ("c10-concatenated", "glued.csv", (0, json!({"matched": 5, "not_evaluable": 1}), json!({"matched": 5, "rejected": 1}))),
        ("c12-powerbi-filters", "above.xlsx", partial(5, 1)),
        ("c12-powerbi-filters", "below.xlsx", partial(5, 1)),
        ("c14-person-without-keys", "wide.csv", (0, json!({"matched": 5, "orphan": 1}), json!({"matched": 5, "rejected": 1}))),
        ("c15-domo-query-json", "query.json", all(6)),
        ("c15-domo-query-json", "arrays.json", all(6)),
        ("c16-mongoexport", "staff.json", one_left.clone()),
        ("c17-tab-per-department", "", all(6)),
        ("c19-odd-workbooks", "absolute.xlsx", all(6)),
        ("c19-odd-workbooks", "backslash.xlsx", all(6)),
        ("c19-odd-workbooks", "furigana.xlsx", all(6)),
        ("c19-odd-workbooks", "shuffled.xlsx", all(6)),
        ("c20-number-formats", "staff.xlsx", one_left.clone()),
        ("c21-mojibake", "staff.csv", all(5)),
        ("c23-bidi-marks", "staff.csv", one_left.clone()),
        (
            "c25-turkish-capitals",
            "staff.csv",
            (0, json!({"matched": 3, "not_evaluable": 1}), json!({"matched": 3, "not_evaluable": 1})),
        ),
        ("c26-placeholder-address", "staff.csv", one_left.clone()),
        ("c27-german-booleans", "entra.csv", (0, json!({"matched": 5, "suspended": 1}), json!({"matched": 6}))),
        ("c29-midnight-elsewhere", "people.json", all(6)),
        ("c30-contractor-converted", "workers.csv", (0, json!({"matched": 3, "leaver": 1}), twice(4))),
        ("c31-nul-bytes", "staff.csv", one_left),
        ("c33-japanese-names", "shain.csv", all(4)),
        ("c34-rehired", "workers.csv", (0, json!({"matched": 3, "leaver": 1}), json!({"matched": 4}))),
        ("c36-rowspan", "report.xls", (0, json!({"matched": 3, "ambiguous": 2}), json!({"matched": 3, "duplicate": 4}))),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/directory/cases");
    let there = std::fs::read_dir(&folder).unwrap().flatten().filter(|entry| entry.path().is_dir());
    let there: BTreeSet<String> = there.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(there, cases.iter().map(|(case, ..)| (*case).to_owned()).collect());
    for (case, file, (code, accounts, people)) in cases {
        let judged = case_of(&folder, case, file, code);
        let situations = |of: &str| -> Value {
            let counted = judged.audit[of].as_object().unwrap().iter();
            counted
                .filter(|(name, count)| *name != "read" && **count != 0)
                .map(|(name, count)| (name.clone(), count.clone()))
                .collect()
        };
        assert_eq!((situations("accounts"), situations("people")), (accounts, people), "{case} {file}");
        for finding in &judged.findings {
            let writes = |drift: &Value| finding["action"] == "update" && drift["field"] == "email";
            assert!(!finding["drift"].as_array().unwrap().iter().any(writes), "{case}: {finding}");
        }
        let refused = || judged.audit["plan"]["refused_by"].to_string();
        match case {
            "c05-first-hundred" => assert!(judged.reasons().contains("exactly 100"), "{}", judged.reasons()),
            "c14-person-without-keys" => assert!(refused().contains("rejected-rows"), "{}", judged.audit),
            "c21-mojibake" | "c33-japanese-names" => assert_eq!(judged.written(), [""; 0]),
            "c25-turkish-capitals" => {
                let near = judged.findings.iter().find(|finding| finding["kind"] == "not-evaluable").unwrap();
                assert_eq!((&near["code"], &near["account"]["email"]), (&json!("near-key"), &json!("irem.kaya@acme.example")));
            }
            "c30-contractor-converted" => assert!(judged.findings.iter().all(|finding| finding["action"].is_null())),
            _ => {}
        }
    }
    let sheets =
        Company::new().with("staff.xlsx", std::fs::read(folder.join("c17-tab-per-department/by-department.xlsx")).unwrap());
    assert!(sheets.run("staff.xlsx").code(2).json().to_string().contains("3 sheets hold people"));
}

/// The audit of one export of a case, or of those that its configuration names.
fn case_of(cases: &Path, case: &str, file: &str, code: i32) -> Judged {
    let read = |name: &str| std::fs::read(cases.join(case).join(name));
    let accounts = read("accounts.json").or_else(|_| std::fs::read(cases.join("accounts.json"))).unwrap();
    let mut company = Company::of(&serde_json::from_slice(&accounts).unwrap());
    for entry in std::fs::read_dir(cases.join(case)).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == file || file.is_empty() {
            company = company.with(&name, read(&name).unwrap());
        }
    }
    if file.is_empty() { company.audit_as_configured(code) } else { company.audit(file, code) }
}
