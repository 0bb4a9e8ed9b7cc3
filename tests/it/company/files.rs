//! The two populations as files: what Domo would send, and what HR would export in three formats.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};

use super::{Account, Company, Person};

/// The directory's columns, in the words of an HR export.
const HEADERS: [&str; 12] = [
    "Employee ID",
    "First Name",
    "Last Name",
    "Work Email",
    "Job Title",
    "Department",
    "Location",
    "Work Phone",
    "Employment Status",
    "Hire Date",
    "Termination Date",
    "Manager Email",
];

impl Account {
    /// As Domo sends it: what is not set is left out.
    fn object(&self) -> Value {
        let mut object = json!({"id": self.id, "name": self.name, "email": self.email, "role": self.role, "active": self.active});
        let fields = object.as_object_mut().unwrap();
        for (field, value) in
            [("title", &self.title), ("department", &self.department), ("location", &self.location), ("phone", &self.phone)]
        {
            if !value.is_empty() {
                fields.insert(field.into(), json!(value));
            }
        }
        if !self.number.is_null() {
            fields.insert("employeeNumber".into(), self.number.clone());
        }
        fields.insert("timezone".into(), json!(self.place.timezone));
        fields.insert("locale".into(), json!(self.place.locale));
        fields.insert("createdAt".into(), json!(self.created));
        fields.extend(self.extra.clone());
        object
    }
}

impl Person {
    /// The cells under [`HEADERS`]; empty where there is nothing.
    fn cells(&self, manager: &str) -> [String; 12] {
        [
            self.number.clone(),
            self.given.clone(),
            self.family.clone(),
            self.email.clone(),
            self.title.clone(),
            self.department.clone(),
            self.place.name.into(),
            self.phone.clone(),
            self.status.clone(),
            self.hired.clone(),
            self.left.clone(),
            manager.into(),
        ]
    }
}

impl Company {
    /// `domo-users.json`: an array, one user a line.
    pub fn users_json(&self) -> Vec<u8> {
        let lines: Vec<_> = self.accounts.iter().map(|account| account.object().to_string()).collect();
        format!("[\n{}\n]\n", lines.join(",\n")).into_bytes()
    }

    fn rows(&self) -> Vec<[String; 12]> {
        let manager = |person: &Person| {
            let head = self
                .people
                .iter()
                .find(|head| head.department == person.department && head.status == "Active" && !head.email.is_empty());
            head.filter(|head| head.email != person.email).map_or(String::new(), |head| head.email.clone())
        };
        self.people.iter().map(|person| person.cells(&manager(person))).collect()
    }

    /// `directory.csv`
    pub fn directory_csv(&self) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
        writer.write_record(HEADERS).unwrap();
        for row in self.rows() {
            writer.write_record(row).unwrap();
        }
        writer.into_inner().unwrap()
    }

    /// `directory.json`: the same rows under the same names in camel case, nothing as null.
    pub fn directory_json(&self) -> Vec<u8> {
        let keys = HEADERS.map(|header| {
            let mut key = header.replace("ID", "Id").replace(' ', "");
            key[..1].make_ascii_lowercase();
            key
        });
        let lines: Vec<_> = self
            .rows()
            .into_iter()
            .map(|row| {
                let cells = keys.iter().cloned().zip(row.map(|cell| if cell.is_empty() { Value::Null } else { json!(cell) }));
                Value::Object(cells.collect()).to_string()
            })
            .collect();
        format!("{{\"employees\": [\n{}\n]}}\n", lines.join(",\n")).into_bytes()
    }

    /// `directory.xlsx`: the same rows, dates as dates.
    pub fn directory_xlsx(&self) -> Vec<u8> {
        let mut workbook = Workbook::new();
        let made = ExcelDateTime::from_ymd(2026, 11, 23).unwrap();
        workbook.set_properties(&DocProperties::new().set_author("Acme HR").set_creation_datetime(&made));
        let (bold, date) = (Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd"));
        let sheet = workbook.add_worksheet();
        sheet.set_name("Workers").unwrap();
        for (column, header) in HEADERS.iter().enumerate() {
            sheet.write_string_with_format(0, column as u16, *header, &bold).unwrap();
        }
        for (index, row) in self.rows().iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                let (line, at) = (index as u32 + 1, column as u16);
                if cell.is_empty() {
                    continue;
                }
                if HEADERS[column].ends_with("Date") {
                    sheet.write_datetime_with_format(line, at, ExcelDateTime::parse_from_str(cell).unwrap(), &date).unwrap();
                } else {
                    sheet.write_string(line, at, cell).unwrap();
                }
            }
        }
        sheet.autofit();
        sheet.set_freeze_panes(1, 0).unwrap();
        workbook.save_to_buffer().unwrap()
    }
}
