//! The golden rule: the same people in every format and every system's style load to the same people, cell for cell.

use domo_reconcile::config;
use domo_reconcile::directory::People;
use domo_reconcile::terms::Status;

use super::apis::APIS;
use super::company::{Person, Row, Style, TABLES, WORKERS, company};
use super::{column, file, folder, people, writers};

fn rows(style: &Style, company: &[Person]) -> Vec<Row> {
    company.iter().map(|person| (style.row)(person, company)).collect()
}

/// What a column must hold.
fn expected(field: &str, company: &[Person]) -> Vec<String> {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".into());
    let one = |person: &Person| match field {
        "email" => person.email.clone(),
        "employee_number" => person.number.clone(),
        "name" => person.name(),
        "title" => person.title.into(),
        "department" => person.department.into(),
        "location" => person.location.into(),
        "phone" => person.phone.clone(),
        "status" => person.status.as_str().into(),
        "enabled" => person.enabled().to_string(),
        "hire_date" => person.hired.clone(),
        "termination_date" => or_dash(person.left.map(String::from)),
        "manager_email" => or_dash(person.manager.map(|manager| company[manager].email.clone())),
        other => panic!("{other}"),
    };
    company.iter().map(one).collect()
}

/// Where the people differ from the company: at most one line a field.
fn differences(loaded: &People, fields: &[&str]) -> Vec<String> {
    let company = company();
    let mut differences: Vec<String> = loaded.rejected.iter().map(|row| format!("rejected: {row:?}")).collect();
    for field in fields {
        let (read, expected) = (column(loaded, field), expected(field, &company));
        let at = read.iter().zip(&expected).position(|(read, expected)| read != expected);
        if let Some(at) = at {
            differences.push(format!("{field}: `{}` for `{}`", read[at], expected[at]));
        } else if read.len() != expected.len() {
            differences.push(format!("{field}: {} rows for {}", read.len(), expected.len()));
        }
    }
    differences
}

#[track_caller]
fn same(loaded: &People, fields: &[&str], what: &str) {
    let differences = differences(loaded, fields);
    assert!(differences.is_empty(), "{what}: {differences:#?}\n{:#?}", loaded.sources);
}

/// Loads bytes and compares them.
#[track_caller]
fn loads(name: &str, bytes: impl AsRef<[u8]>, fields: &[&str]) -> People {
    let folder = folder();
    let loaded = people(&file(folder.path(), name, bytes));
    same(&loaded, fields, name);
    loaded
}

/// Loads every file, and names all that differ at once.
fn all(files: impl Iterator<Item = (String, String, &'static [&'static str], Option<&'static str>)>) {
    let folder = folder();
    let mut wrong = Vec::new();
    for (name, text, fields, system) in files {
        match domo_reconcile::directory::load(&[file(folder.path(), &name, text)]) {
            Ok(loaded) => {
                let mut differences = differences(&loaded, fields);
                let source = &loaded.sources[0];
                if source.system.as_deref() != system {
                    differences.push(format!("taken for {:?}", source.system));
                }
                differences.extend(source.incomplete.iter().cloned());
                if !differences.is_empty() {
                    wrong.push(format!("{name}: {differences:#?}"));
                }
            }
            Err(error) => wrong.push(format!("{name}: {error:#}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_system_that_exports_tables() {
    let company = company();
    all(TABLES.iter().map(|style| {
        (format!("{}.csv", style.file), writers::csv(&rows(style, &company), ',', "\r\n"), style.fields, style.system)
    }));
}

#[test]
fn every_system_that_answers_json() {
    let company = company();
    all(APIS.iter().map(|api| (api.file.to_owned(), (api.document)(&company).to_string(), api.fields, api.system)));
}

#[test]
fn every_delimiter_and_line_end() {
    let rows = rows(&WORKERS, &company());
    for delimiter in [',', ';', '\t', '|'] {
        for line_end in ["\n", "\r\n", "\r"] {
            let loaded =
                loads(&format!("workers{}.csv", u32::from(delimiter)), writers::csv(&rows, delimiter, line_end), WORKERS.fields);
            let shown = if delimiter == '\t' { "tab".to_owned() } else { delimiter.to_string() };
            assert_eq!(loaded.sources[0].delimiter, Some(shown));
        }
    }
}

#[test]
fn every_encoding() {
    let rows = rows(&WORKERS, &company());
    let text = writers::csv(&rows, '\t', "\r\n");
    loads("utf8bom.csv", format!("\u{feff}{text}"), WORKERS.fields);
    for (name, bytes) in [
        ("utf16le.csv", writers::utf16(&text, false, true)),
        ("utf16be.csv", writers::utf16(&text, true, true)),
        ("utf16le_nobom.csv", writers::utf16(&text, false, false)),
        ("windows1252.csv", writers::encoded(&text, "windows-1252")),
    ] {
        loads(name, bytes, WORKERS.fields);
    }
}

#[test]
fn every_workbook() {
    let company = company();
    let rows = rows(&WORKERS, &company);
    loads("workers.xlsx", writers::xlsx(&rows, &[]), WORKERS.fields);
    loads("titled.xlsx", writers::xlsx(&rows, &["Worker status and email report", "", "Run by: Ann"]), WORKERS.fields);
    loads("typed.xlsx", writers::typed_xlsx(&rows), WORKERS.fields);
    loads("workers.ods", writers::ods(&rows), WORKERS.fields);
    loads("workers.xlsb", writers::xlsb(&rows), WORKERS.fields);
    // LibreOffice's own, made from `typed.xlsx`: numbers formatted `00000`, real dates, a title, a hidden sheet.
    loads("libreoffice.xls", writers::LIBREOFFICE_XLS, WORKERS.fields);
    loads("libreoffice.ods", include_bytes!("fixtures/workers.ods"), WORKERS.fields);
    loads("html.xls", writers::html(&rows), WORKERS.fields);
    loads("spreadsheetml.xls", writers::spreadsheetml(&rows), WORKERS.fields);
    loads("tsv.xls", writers::csv(&rows, '\t', "\r\n"), WORKERS.fields);
    loads("xlsx_as.xls", writers::xlsx(&rows, &[]), WORKERS.fields);
}

#[test]
fn the_epoch_of_an_old_mac() {
    let mut bytes = writers::LIBREOFFICE_XLS.to_vec();
    let mode = bytes.windows(6).position(|record| record == [0x22, 0, 2, 0, 0, 0]).unwrap();
    bytes[mode + 4] = 1;
    let folder = folder();
    let read = column(&people(&file(folder.path(), "mac.xls", bytes)), "hire_date");
    let later = |day: &String| (day.parse::<chrono::NaiveDate>().unwrap() + chrono::Days::new(1_462)).to_string();
    assert_eq!(read, expected("hire_date", &company()).iter().map(later).collect::<Vec<_>>());
}

#[test]
fn every_shape_of_json() {
    let company = company();
    let objects = writers::objects(&rows(&WORKERS, &company));
    let list = serde_json::to_string_pretty(&objects).unwrap();
    loads("list.json", &list, WORKERS.fields);
    loads("list_utf16.json", writers::utf16(&list, false, true), WORKERS.fields);
    for envelope in
        ["value", "Resources", "data", "users", "employees", "workers", "results", "items", "records", "Report_Entry", "whatever"]
    {
        loads(&format!("{envelope}.json"), serde_json::json!({"ok": true, envelope: objects}).to_string(), WORKERS.fields);
    }
    let lines: String = objects.iter().map(|object| format!("{object}\n")).collect();
    loads("lines.ndjson", &lines, WORKERS.fields);
    loads("lines.ndjson.gz", writers::gzip(lines.as_bytes()), WORKERS.fields);
    let (first, second) = objects.split_at(10);
    let pages = format!(
        "{}\n{}",
        serde_json::json!({"value": first, "@odata.nextLink": "https://x"}),
        serde_json::json!({"value": second})
    );
    let loaded = loads("pages.json", pages, WORKERS.fields);
    assert_eq!(loaded.sources[0].incomplete, [""; 0]);
}

#[test]
fn packed_with_gzip() {
    let rows = rows(&WORKERS, &company());
    loads("workers.csv.gz", writers::gzip(writers::csv(&rows, ',', "\n").as_bytes()), WORKERS.fields);
}

#[test]
fn active_directory_as_ldif() {
    let company = company();
    let style = TABLES.iter().find(|style| style.file == "aduser").unwrap();
    let rows: Vec<Row> = rows(style, &company)
        .into_iter()
        .map(|mut row| {
            row.iter_mut().for_each(|cell| {
                cell.0 = match cell.0 {
                    "DistinguishedName" => "dn",
                    "ObjectClass" => "objectClass",
                    "EmailAddress" => "mail",
                    "OfficePhone" => "telephoneNumber",
                    other => other,
                }
            });
            row
        })
        .collect();
    loads("users.ldif", writers::ldif(&rows), style.fields);
}

#[test]
fn the_order_of_columns_and_rows_changes_nothing() {
    let folder = folder();
    let sorted = |rows: &[Row]| {
        let loaded = people(&file(folder.path(), "order.csv", writers::csv(rows, ',', "\n")));
        let columns: Vec<Vec<String>> = ["email"].iter().chain(WORKERS.fields).map(|field| column(&loaded, field)).collect();
        let mut people: Vec<Vec<String>> =
            (0..rows.len()).map(|at| columns.iter().map(|column| column[at].clone()).collect()).collect();
        people.sort();
        people
    };
    let rows = rows(&WORKERS, &company());
    let expected = sorted(&rows);
    for turn in 1..rows[0].len() {
        let mut turned = rows.clone();
        turned.iter_mut().for_each(|row| row.rotate_left(turn));
        turned.rotate_left(turn);
        if turn % 2 == 0 {
            turned.reverse();
            turned.iter_mut().for_each(|row| row.reverse());
        }
        assert_eq!(sorted(&turned), expected, "turned by {turn}");
    }
}

#[test]
fn booleans_that_switch_off_are_no_terminations() {
    let folder = folder();
    let style = TABLES.iter().find(|style| style.file == "m365_active_users").unwrap();
    let loaded = people(&file(folder.path(), "m365.csv", writers::csv(&rows(style, &company()), ',', "\n")));
    assert!(column(&loaded, "status").iter().all(|status| status == "-"));
    assert!(loaded.sources[0].status_words.iter().all(|word| word.taken_for != Status::Terminated));
}

#[test]
fn nothing_of_an_unmapped_column_is_kept() {
    let folder = folder();
    let rows = rows(&WORKERS, &company());
    for (name, bytes) in
        [("s.csv", writers::csv(&rows, ',', "\n").into_bytes()), ("s.json", serde_json::to_vec(&writers::objects(&rows)).unwrap())]
    {
        let loaded = people(&file(folder.path(), name, bytes));
        let kept = format!("{:?}{:?}{:?}{:?}", loaded.frame, loaded.sources, loaded.doubts, loaded.rejected);
        assert!(
            !kept.contains("98765") && !kept.contains("1970-05-13") && !kept.contains("Salary") && !kept.contains("Birth"),
            "{name}: {kept}"
        );
        assert_eq!(loaded.sources[0].unmapped, 2);
    }
}

#[test]
fn several_directories_keep_their_rows_apart() {
    let folder = folder();
    let company = company();
    let all = rows(&WORKERS, &company);
    let files: Vec<config::Directory> = [("employees.csv", &all[..20]), ("contractors.csv", &all[20..])]
        .map(|(name, rows)| file(folder.path(), name, writers::csv(rows, ',', "\n")))
        .into();
    let loaded = domo_reconcile::directory::load(&files).unwrap();
    // The managers of contractors are in the other file, by address.
    same(&loaded, WORKERS.fields, "two files");
    assert_eq!(loaded.sources.iter().map(|source| source.rows).collect::<Vec<_>>(), [20, 5]);
    assert_eq!(column(&loaded, "source").iter().filter(|source| *source == "1").count(), 5);
}
