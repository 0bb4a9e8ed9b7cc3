//! Files of every kind, written by code: a table in, bytes out.

use std::io::{Cursor, Write};

use super::company::Row;

/// The same workers as Excel 97 has them.
pub(crate) const LIBREOFFICE_XLS: &[u8] = include_bytes!("fixtures/workers.xls");

/// CSV with the delimiter; quotes only where they are needed.
pub(crate) fn csv(rows: &[Row], delimiter: char, line_end: &str) -> String {
    let quote = |cell: &str| {
        if cell.contains([delimiter, '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
    };
    let line = |cells: Vec<String>| cells.join(&delimiter.to_string()) + line_end;
    let header = line(rows[0].iter().map(|(header, _)| quote(header)).collect());
    header + &rows.iter().map(|row| line(row.iter().map(|(_, cell)| quote(cell)).collect())).collect::<String>()
}

/// UTF-16 with a byte-order mark, or without.
pub(crate) fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

/// Text in a legacy encoding; it must fit.
pub(crate) fn encoded(text: &str, label: &str) -> Vec<u8> {
    let (bytes, _, lost) = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(text);
    assert!(!lost, "{label} cannot hold the text");
    bytes.into_owned()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A list of flat objects.
pub(crate) fn objects(rows: &[Row]) -> Vec<serde_json::Value> {
    let object = |row: &Row| {
        row.iter()
            .map(|(key, value)| ((*key).to_owned(), if value.is_empty() { serde_json::Value::Null } else { value.as_str().into() }))
            .collect()
    };
    rows.iter().map(object).collect()
}

/// A workbook of text cells, with rows of text above the table.
pub(crate) fn xlsx(rows: &[Row], above: &[&str]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, text) in above.iter().enumerate() {
        sheet.write_string(at as u32, 0, *text).unwrap();
    }
    let top = above.len() as u32;
    for (at, (header, _)) in rows[0].iter().enumerate() {
        sheet.write_string(top, at as u16, *header).unwrap();
    }
    for (down, row) in rows.iter().enumerate() {
        for (right, (_, cell)) in row.iter().enumerate() {
            sheet.write_string(top + 1 + down as u32, right as u16, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// A workbook as Excel itself would hold it: numbers formatted `00000`, real dates, a title, a hidden sheet.
pub(crate) fn typed_xlsx(rows: &[Row]) -> Vec<u8> {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    let mut book = Workbook::new();
    let zeros = Format::new().set_num_format("00000");
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let notes = book.add_worksheet().set_name("Notes").unwrap();
    notes.write_string(0, 0, "Printed for the board").unwrap();
    let sheet = book.add_worksheet().set_name("Workers").unwrap();
    sheet.write_string(0, 0, "Acme: all workers, confidential").unwrap();
    for (at, (header, _)) in rows[0].iter().enumerate() {
        sheet.write_string(2, at as u16, *header).unwrap();
    }
    for (down, row) in rows.iter().enumerate() {
        for (right, (header, cell)) in row.iter().enumerate() {
            let (down, right) = (3 + down as u32, right as u16);
            if cell.is_empty() {
                continue;
            }
            match *header {
                "Employee ID" => sheet.write_number_with_format(down, right, cell.parse::<f64>().unwrap(), &zeros).unwrap(),
                "Hire Date" | "Termination Date" => {
                    sheet.write_datetime_with_format(down, right, ExcelDateTime::parse_from_str(cell).unwrap(), &date).unwrap()
                }
                _ => sheet.write_string(down, right, cell).unwrap(),
            };
        }
    }
    let hidden = book.add_worksheet().set_name("Old").unwrap();
    hidden.set_hidden(true);
    hidden.write_string(0, 0, "Email").unwrap();
    hidden.write_string(0, 1, "Employee ID").unwrap();
    book.save_to_buffer().unwrap()
}

/// A ZIP archive of these parts.
pub(crate) fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
    archive(&parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>())
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook whose one sheet is this XML.
pub(crate) fn raw_xlsx(sheet: &str) -> Vec<u8> {
    zip(&[
        (
            "[Content_Types].xml",
            r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#,
        ),
        (
            "_rels/.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        (
            "xl/worksheets/sheet1.xml",
            &format!(
                r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>"#
            ),
        ),
    ])
}

/// One row of inline strings without positions, as hand-made writers leave them.
pub(crate) fn inline_row(cells: &[&str]) -> String {
    let cells: String = cells.iter().map(|cell| format!(r#"<c t="inlineStr"><is><t>{}</t></is></c>"#, escape(cell))).collect();
    format!("<row>{cells}</row>")
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\n', "&#10;")
}

fn table(rows: &[Row]) -> impl Iterator<Item = Vec<&str>> {
    let header = std::iter::once(rows[0].iter().map(|(header, _)| *header).collect());
    header.chain(rows.iter().map(|row| row.iter().map(|(_, cell)| cell.as_str()).collect()))
}

pub(crate) fn html(rows: &[Row]) -> String {
    let line = |cells: Vec<&str>| {
        format!("<tr>{}</tr>\n", cells.iter().map(|cell| format!("<td class=\"x\">{}</td>", escape(cell))).collect::<String>())
    };
    format!(
        "<html><head><style>td {{ mso-number-format:\"\\@\" }}</style></head><body><table>{}</table></body></html>",
        table(rows).map(line).collect::<String>()
    )
}

pub(crate) fn spreadsheetml(rows: &[Row]) -> String {
    let cell = |(at, cell): (usize, &&str)| {
        // Blank cells are left out, and the next says where it is.
        if cell.is_empty() {
            String::new()
        } else {
            format!(r#"<Cell ss:Index="{}"><Data ss:Type="String">{}</Data></Cell>"#, at + 1, escape(cell))
        }
    };
    let line = |cells: Vec<&str>| format!("<Row>{}</Row>", cells.iter().enumerate().map(cell).collect::<String>());
    format!(
        r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Data"><Table>{}</Table></Worksheet></Workbook>"#,
        table(rows).map(line).collect::<String>()
    )
}

pub(crate) fn ods(rows: &[Row]) -> Vec<u8> {
    let cell = |cell: &&str| {
        if cell.is_empty() {
            "<table:table-cell/>".to_owned()
        } else {
            format!(r#"<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>"#, escape(cell))
        }
    };
    let line = |cells: Vec<&str>| format!("<table:table-row>{}</table:table-row>", cells.iter().map(cell).collect::<String>());
    raw_ods(&table(rows).map(line).collect::<String>())
}

/// An OpenDocument workbook whose one table is this XML.
pub(crate) fn raw_ods(table: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="Data">{table}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    let manifest =
        r#"<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"#;
    zip(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", &content),
    ])
}

/// A binary workbook (XLSB) of text cells: records of a kind, a length and that many bytes.
pub(crate) fn xlsb(rows: &[Row]) -> Vec<u8> {
    fn record(out: &mut Vec<u8>, kind: u16, data: &[u8]) {
        // Both numbers are written in sevens of bits; a kind above 127 already has its mark.
        if kind < 0x80 {
            out.push(kind as u8)
        } else {
            out.extend(kind.to_le_bytes())
        }
        let mut length = data.len();
        while length >= 0x80 {
            out.push(length as u8 | 0x80);
            length >>= 7;
        }
        out.push(length as u8);
        out.extend(data);
    }
    fn wide(text: &str) -> Vec<u8> {
        let units: Vec<u16> = text.encode_utf16().collect();
        (units.len() as u32).to_le_bytes().into_iter().chain(units.into_iter().flat_map(u16::to_le_bytes)).collect()
    }
    let mut book = Vec::new();
    record(&mut book, 0x0183, &[]);
    record(&mut book, 0x018F, &[]);
    record(&mut book, 0x019C, &[vec![0; 4], vec![1, 0, 0, 0], wide("r1"), wide("Data")].concat());
    record(&mut book, 0x0190, &[]);
    record(&mut book, 0x0184, &[]);
    let mut sheet = Vec::new();
    record(&mut sheet, 0x0181, &[]);
    record(&mut sheet, 0x0194, &[0; 16]);
    record(&mut sheet, 0x0191, &[]);
    for (at, row) in (0u32..).zip(table(rows)) {
        record(&mut sheet, 0x0000, &at.to_le_bytes());
        for (column, cell) in (0u32..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            record(&mut sheet, 0x0006, &[column.to_le_bytes().to_vec(), vec![0; 4], wide(cell)].concat());
        }
    }
    record(&mut sheet, 0x0192, &[]);
    record(&mut sheet, 0x0182, &[]);
    let relationships = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#;
    archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.bin", &book),
        ("xl/_rels/workbook.bin.rels", relationships.as_bytes()),
        ("xl/worksheets/sheet1.bin", &sheet),
    ])
}

/// LDIF: base64 where the value is not ASCII, long lines folded.
pub(crate) fn ldif(rows: &[Row]) -> String {
    use base64::Engine;
    let mut out = String::from("version: 1\n\n");
    for row in rows {
        for (name, value) in row.iter().filter(|(_, value)| !value.is_empty()) {
            let line = if value.is_ascii() {
                format!("{name}: {value}")
            } else {
                format!("{name}:: {}", base64::engine::general_purpose::STANDARD.encode(value))
            };
            let mut rest = line.as_str();
            let mut first = true;
            while !rest.is_empty() {
                let (part, more) = rest.split_at(rest.len().min(40));
                out.push_str(if first { "" } else { " " });
                out.push_str(part);
                out.push('\n');
                rest = more;
                first = false;
            }
        }
        out.push('\n');
    }
    out
}
