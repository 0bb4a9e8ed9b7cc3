//! The golden rule: the same people in every format give the same people, cell for cell.

use super::{column, file, folder, people};

const CSV: &str = "Email,Employee ID,First Name,Last Name,Job Title,Department,Worker Status,Hire Date,Termination Date\n\
    ada@acme.com,00123,Ada,Byron,Analyst,Finance,Active,2020-01-31,\n\
    bob@acme.com,124,Bob,O'Neil,\"Clerk, senior\",Sales,Terminated,2019-02-28,2026-10-31\n";

#[test]
fn csv_loads() {
    let folder = folder();
    let people = people(&file(folder.path(), "workers.csv", CSV));
    assert_eq!(column(&people, "email"), ["ada@acme.com", "bob@acme.com"]);
    assert_eq!(column(&people, "employee_number"), ["00123", "124"]);
    assert_eq!(column(&people, "title"), ["Analyst", "Clerk, senior"]);
    assert_eq!(column(&people, "status"), ["active", "terminated"]);
    assert_eq!(column(&people, "termination_date"), ["-", "2026-10-31"]);
    assert_eq!(column(&people, "row"), ["2", "3"]);
    assert_eq!(column(&people, "name"), ["Ada Byron", "Bob O'Neil"]);
}

#[test]
fn json_loads() {
    let folder = folder();
    let json = r#"{"value":[{"mail":"ada@acme.com","employeeId":"00123","accountEnabled":true,"manager":{"mail":"bob@acme.com"}},
        {"mail":"bob@acme.com","employeeId":124,"accountEnabled":"False"}],"@odata.nextLink":"https://x"}"#;
    let people = people(&file(folder.path(), "users.json", json));
    assert_eq!(column(&people, "email"), ["ada@acme.com", "bob@acme.com"]);
    assert_eq!(column(&people, "employee_number"), ["00123", "124"]);
    assert_eq!(column(&people, "enabled"), ["true", "false"]);
    assert_eq!(column(&people, "manager_email"), ["bob@acme.com", "-"]);
    assert_eq!(people.sources[0].incomplete.len(), 1);
}

#[test]
fn a_workbook_loads() {
    let folder = folder();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in CSV.replace("\"Clerk, senior\"", "Clerk").lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write_string(row as u32, column as u16, cell.trim()).unwrap();
        }
    }
    let people = people(&file(folder.path(), "workers.xlsx", book.save_to_buffer().unwrap()));
    assert_eq!(column(&people, "email"), ["ada@acme.com", "bob@acme.com"]);
    assert_eq!(column(&people, "employee_number"), ["00123", "124"]);
    assert_eq!(column(&people, "hire_date"), ["2020-01-31", "2019-02-28"]);
}
