//! Bytes that mean harm, or that an accident left: an answer or an error within bounded time and memory, never a panic.
//!
//! `DOMO_RECONCILE_FUZZ=N` runs N rounds of damage a kind of file instead of the few that every run does.

use domo_reconcile::directory::load;

use super::company::{Row, WORKERS, company};
use super::{file, folder, writers};

/// xorshift: the same damage for the same seed, on every machine.
struct Damage(u64);

impl Damage {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    /// Cut off, bits flipped, a piece doubled, removed or overwritten.
    fn apply(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            match self.below(6) {
                0 => bytes.truncate(at),
                1 | 2 => {
                    let bit = 1 << self.below(8);
                    bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bit);
                }
                3 => {
                    let piece: Vec<u8> = bytes.iter().skip(at).take(50).copied().collect();
                    bytes.splice(at..at, piece);
                }
                4 => {
                    let end = (at + self.below(50)).min(bytes.len());
                    bytes.drain(at..end);
                }
                _ => {
                    let with = *b"\"'\x00\xff<{[,;\n\r=\\".get(self.below(13)).unwrap();
                    bytes.iter_mut().skip(at).take(1 + self.0 as usize % 3).for_each(|byte| *byte = with);
                }
            }
        }
    }
}

/// Seeds that once found something stay here.
const SEEDS: [u64; 4] = [1, 20_261_123, 0xDEAD_BEEF, 7_777_777];

#[test]
fn damaged_files_of_every_kind_are_read_or_refused() {
    let company = company();
    let rows: Vec<Row> = company.iter().map(|person| (WORKERS.row)(person, &company)).collect();
    let csv = writers::csv(&rows, ',', "\r\n");
    let json = serde_json::to_vec(&writers::objects(&rows)).unwrap();
    let kinds: Vec<(&str, Vec<u8>)> = vec![
        ("a.csv", csv.clone().into_bytes()),
        ("utf16.csv", writers::utf16(&csv, false, true)),
        ("a.csv.gz", writers::gzip(csv.as_bytes())),
        ("a.json", json),
        ("a.xlsx", writers::xlsx(&rows, &["Title"])),
        ("a.ods", writers::ods(&rows)),
        ("a.xls", writers::LIBREOFFICE_XLS.to_vec()),
        ("a.xlsb", writers::xlsb(&rows)),
        ("html.xls", writers::html(&rows).into_bytes()),
        ("ml.xls", writers::spreadsheetml(&rows).into_bytes()),
        ("a.ldif", writers::ldif(&rows).into_bytes()),
    ];
    let rounds: usize = std::env::var("DOMO_RECONCILE_FUZZ").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3);
    let folder = folder();
    for (name, bytes) in &kinds {
        for seed in SEEDS {
            let mut damage = Damage(seed);
            for round in 0..rounds {
                let mut bytes = bytes.clone();
                damage.apply(&mut bytes);
                let directory = file(folder.path(), name, &bytes);
                // Kept in the message: the seed and round that panicked.
                let result = std::panic::catch_unwind(|| load(std::slice::from_ref(&directory)).map(|people| people.read()));
                assert!(result.is_ok(), "{name}, seed {seed}, round {round}");
            }
        }
    }
}

#[test]
fn every_prefix_of_a_small_file_is_read_or_refused() {
    let folder = folder();
    let csv = "\u{feff}sep=;\r\nEmail;Name\r\n\"a@b.com\";\"A \"\"x\"\"\r\ny\"\r\n";
    let json = r#"{"value":[{"email":"a\u00e9@b.com","name":{"x":[1,{"type":"y"}]}}],"next":null}"#;
    for text in [csv, json] {
        for end in 0..text.len() {
            let _ = load(&[file(folder.path(), "prefix", &text.as_bytes()[..end])]).map(|people| people.read());
        }
    }
}

#[test]
fn a_hundred_thousand_columns() {
    let header: String = (0..100_000).map(|at| format!("c{at},")).collect();
    let folder = folder();
    let text = format!("Email,{header}\na@b.com,{}\n", ",".repeat(100_000));
    let people = load(&[file(folder.path(), "wide.csv", text)]).unwrap();
    assert_eq!(
        (people.read(), people.sources[0].incomplete.as_slice()),
        (1, &["columns beyond 16385 are not read".to_owned()][..])
    );
    let keys: String = (0..25_000).map(|at| format!("\"c{at}\":1,")).collect();
    // Where an object has a member for each project, what matters is read all the same.
    let text = format!("[{{\"email\":\"a@b.com\",{keys}\"profile\":{{\"status\":\"Terminated\"}}}}]");
    let people = load(&[file(folder.path(), "wide.json", text)]).unwrap();
    assert_eq!((people.read(), people.sources[0].incomplete.as_slice()), (1, &[][..]));
    assert_eq!(people.sources[0].status_words.len(), 1);
    // What is keyed by something of each person's own hides no field that comes after it.
    let person = |at: u32| {
        let reports: Vec<_> = (0..6_000).map(|report| format!("\"r{at}-{report}\":true")).collect();
        let last = if at == 4 { ",\"terminationDate\":\"2026-01-31\"" } else { "" };
        format!("{{\"email\":\"p{at}@b.com\",\"reports\":{{{}}}{last}}}", reports.join(","))
    };
    let people = load(&[file(folder.path(), "maps.json", format!("[{}]", [1, 2, 3, 4].map(person).join(",")))]).unwrap();
    assert_eq!((people.read(), people.sources[0].incomplete.len()), (4, 0));
    assert_eq!(people.frame.column("termination_date").unwrap().null_count(), 3);
}

#[test]
fn empty_rows_without_end() {
    let folder = folder();
    // A million where there is time for it.
    let many = if std::env::var_os("DOMO_RECONCILE_FUZZ").is_some() { 1_000_000 } else { 100_000 };
    let text = format!("Email,Name\na@b.com,A\n{}b@b.com,B\n", ",\n".repeat(many));
    let people = load(&[file(folder.path(), "empty.csv", text)]).unwrap();
    assert_eq!((people.read(), people.sources[0].skipped.len()), (2, 1));
    let sheet = writers::inline_row(&["Email", "Name"]) + &writers::inline_row(&["a@b.com", "A"]) + &"<row/>".repeat(many);
    assert_eq!(load(&[file(folder.path(), "empty.xlsx", writers::raw_xlsx(&sheet))]).unwrap().read(), 1);
}

const ODS_HEAD: &str = r#"<table:table-row><table:table-cell office:value-type="string"><text:p>Email</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Name</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell office:value-type="string"><text:p>a@b.com</text:p></table:table-cell></table:table-row>"#;

#[test]
fn one_far_cell_and_a_row_repeated_without_end() {
    let folder = folder();
    let far = r#"<table:table-row table:number-rows-repeated="1048570"/><table:table-row><table:table-cell table:number-columns-repeated="16383"/><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>"#;
    let people = load(&[file(folder.path(), "far.ods", writers::raw_ods(&format!("{ODS_HEAD}{far}")))]).unwrap();
    assert_eq!(people.read(), 1);
    let again = format!(
        r#"<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>{}</text:p></table:table-cell></table:table-row>"#,
        "x".repeat(1 << 20)
    );
    let error =
        load(&[file(folder.path(), "again.ods", writers::raw_ods(&format!("{ODS_HEAD}{again}")))]).map(|people| people.read());
    let error = format!("{:#}", error.unwrap_err());
    assert!(error.contains("GiB of text"), "{error}");
    // In the old format: the last cell of the sheet moved to IV65536.
    let mut bytes = writers::LIBREOFFICE_XLS.to_vec();
    let last = bytes.windows(4).rposition(|record| record == [0xFD, 0, 0x0A, 0]).unwrap();
    bytes[last + 4..last + 8].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0]);
    assert!(load(&[file(folder.path(), "far.xls", bytes)]).is_ok());
}

#[test]
fn more_sheets_than_anybody_looks_at() {
    let folder = folder();
    let sheets = r#"</table:table><table:table table:name="Again">"#.repeat(2_000);
    let mut many = file(folder.path(), "many.ods", writers::raw_ods(&format!("{ODS_HEAD}{sheets}")));
    let error = load(std::slice::from_ref(&many)).map(|people| people.read()).unwrap_err();
    assert!(format!("{error:#}").contains("2001 sheets"), "{error:#}");
    many.sheet = Some("Data".into());
    assert_eq!(load(&[many]).unwrap().read(), 1);
}

#[test]
fn an_old_workbook_whose_sectors_run_in_a_circle() {
    let folder = folder();
    let table = writers::LIBREOFFICE_XLS[76..80].try_into().map(u32::from_le_bytes).unwrap() as usize;
    for sector in 0..20 {
        let mut bytes = writers::LIBREOFFICE_XLS.to_vec();
        let entry = (table + 1) * 512 + sector * 4;
        bytes[entry..entry + 4].copy_from_slice(&0u32.to_le_bytes());
        let _ = load(&[file(folder.path(), "circle.xls", bytes)]).map(|people| people.read());
    }
}

#[test]
fn deeply_nested_json() {
    let folder = folder();
    for text in [
        format!("[{{\"email\":{}{}}}]", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000)),
        "[".repeat(1_000_000),
    ] {
        assert!(load(&[file(folder.path(), "deep.json", text)]).is_err());
    }
}

#[test]
fn a_zip_bomb_is_refused() {
    let folder = folder();
    // 100 MB of one letter in a part whose directory entry says 1 kB: the local reader would believe it.
    let mut bomb = writers::raw_xlsx(&format!("<!-- {} -->", "A".repeat(100 << 20)));
    let entry = bomb.windows(24).rposition(|window| window == b"xl/worksheets/sheet1.xml").unwrap() - 46;
    bomb[entry + 24..entry + 28].copy_from_slice(&1024u32.to_le_bytes());
    let error = load(&[file(folder.path(), "bomb.xlsx", bomb)]).map(|people| people.read()).unwrap_err();
    assert!(format!("{error:#}").contains("more than it says"), "{error:#}");
}

#[test]
fn a_path_that_is_no_file() {
    let folder = folder();
    let missing = domo_reconcile::config::Directory { path: folder.path().join("none.csv"), ..Default::default() };
    let here = domo_reconcile::config::Directory { path: folder.path().to_owned(), ..Default::default() };
    for directory in [missing, here] {
        let error = load(&[directory]).map(|people| people.read()).unwrap_err();
        let paragraph = domo_reconcile::failure::paragraph(&error);
        assert!(paragraph.contains("next: "), "{paragraph}");
    }
}

#[test]
fn one_cell_without_end_in_a_workbook() {
    let folder = folder();
    // Letters that no packer makes small, so that the part is looked at.
    let mut seed = 1u64;
    let letters: String = (0..2 << 20)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'a' + (seed >> 59) as u8 % 26)
        })
        .collect();
    let sheet = writers::inline_row(&["Email", "Name"]) + &writers::inline_row(&["a@b.com", &letters]);
    let error = load(&[file(folder.path(), "long.xlsx", writers::raw_xlsx(&sheet))]).map(|people| people.read()).unwrap_err();
    assert!(format!("{error:#}").contains("texts that no memory should hold"), "{error:#}");
}

#[test]
fn quotes_that_are_opened_on_every_line() {
    let folder = folder();
    let lines = |count: usize| format!("Email,Name\na@b.com,Ada\n{}", "\"x y z\n".repeat(count));
    let error = load(&[file(folder.path(), "open.csv", lines(60_000))]).map(|people| people.read()).unwrap_err();
    assert!(format!("{error:#}").contains("the quotes of 20001 do not fit together"), "{error:#}");
    // A few are each said.
    assert!(load(&[file(folder.path(), "few.csv", lines(100))]).is_ok());
}

#[test]
fn a_cell_of_many_megabytes_is_no_header_and_loses_nobody() {
    let huge = "x".repeat(16 << 20);
    let text = format!("Employee ID,Email,Notes\n1,a@acme.com,{huge}\n2,b@acme.com,\"{huge}\"\n3,c@acme.com,n\n");
    let folder = folder();
    assert_eq!(super::people(&file(folder.path(), "a.csv", text)).read(), 3);
}
