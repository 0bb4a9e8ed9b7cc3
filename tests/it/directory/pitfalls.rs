//! What goes wrong with exports, each with the case that shows it is handled. The numbers are a list of pitfalls that other
//! importers fell into.

use domo_reconcile::config::{DateOrder, Directory};
use domo_reconcile::directory::{People, load};
use domo_reconcile::failure;
use domo_reconcile::terms::Status;

use super::{column, file, folder, loaded, people, writers};

fn loaded_with(name: &str, bytes: impl AsRef<[u8]>, settings: impl FnOnce(&mut Directory)) -> People {
    let folder = folder();
    let mut directory = file(folder.path(), name, bytes);
    settings(&mut directory);
    people(&directory)
}

/// The paragraph a person reads; every refusal says what to do next and is wrong usage.
#[track_caller]
fn refused(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let folder = folder();
    let error = load(&[file(folder.path(), name, bytes)]).map(|people| people.sources).unwrap_err();
    assert_eq!(failure::kind(&error), failure::FailureKind::Usage, "{error:#}");
    let paragraph = failure::paragraph(&error);
    assert!(paragraph.contains("\n  next: "), "{paragraph}");
    paragraph
}

#[track_caller]
fn says(people: &People, text: &str) {
    let source = &people.sources[0];
    let notes: Vec<String> = source.notes().collect();
    let said = notes.iter().chain(&source.skipped).chain(&source.incomplete);
    assert!(said.clone().any(|said| said.contains(text)), "`{text}` is not said: {:#?}", said.collect::<Vec<_>>());
}

#[test]
fn pitfall_01_byte_order_mark_glued_to_the_first_header() {
    for text in
        ["\u{feff}Email,Name\na@b.com,A\n", "\u{feff}\u{feff}\"Email\",Name\na@b.com,A\n", "Name,\u{feff}Email\nA,a@b.com\n"]
    {
        assert_eq!(column(&loaded("bom.csv", text), "email"), ["a@b.com"]);
    }
}

#[test]
fn pitfall_02_utf16_with_tabs_and_without_a_mark() {
    let text = "Email\tName\r\na@b.com\tÅsa\r\n";
    for (big, mark) in [(false, true), (true, true), (false, false), (true, false)] {
        let people = loaded("wide.csv", writers::utf16(text, big, mark));
        assert_eq!(column(&people, "name"), ["Åsa"]);
        assert_eq!(people.sources[0].delimiter.as_deref(), Some("tab"));
    }
}

#[test]
fn pitfall_03_a_legacy_encoding_is_a_guess_that_is_said_and_can_be_overridden() {
    let text = "Email,Name,Department\na@b.com,José Núñez,Dirección\nb@b.com,Zoë Façade,Privé\n";
    let people = loaded("legacy.csv", writers::encoded(text, "windows-1252"));
    assert_eq!(column(&people, "name"), ["José Núñez", "Zoë Façade"]);
    assert_eq!(people.sources[0].encoding.as_deref(), Some("windows-1252 (guessed)"));
    says(&people, "as in `José`");
    let japanese = "Email,Name\na@b.com,山田太郎\nb@b.com,佐藤花子\n";
    let people =
        loaded_with("sjis.csv", writers::encoded(japanese, "shift_jis"), |directory| directory.encoding = Some("shift_jis".into()));
    assert_eq!(column(&people, "name"), ["山田太郎", "佐藤花子"]);
    for (label, name) in [("macintosh", "José Müller"), ("windows-1251", "Иван Петров")] {
        let text = format!("Email,Name\na@b.com,{name}\nb@b.com,Bob\n");
        let people = loaded("legacy.csv", writers::encoded(&text, label));
        assert_eq!(
            (column(&people, "name")[0].as_str(), people.sources[0].encoding.clone()),
            (name, Some(format!("{label} (guessed)")))
        );
    }
    // One bad byte in UTF-8: never lossy in silence, and the name is not compared.
    let people = loaded_with("bad.csv", b"Email,Name\na@b.com,Jos\xE9\n", |directory| directory.encoding = Some("utf-8".into()));
    says(&people, "U+FFFD");
    assert!(people.doubts.iter().any(|doubt| doubt.field == "name" && doubt.not_comparable));
}

#[test]
fn pitfall_04_the_comma_of_last_first_does_not_win_over_the_delimiter() {
    let people = loaded("semicolon.csv", "Name;Email;Status\nByron, Ada;a@b.com;Active\nKing, Bob;b@b.com;Active\n");
    assert_eq!(people.sources[0].delimiter.as_deref(), Some(";"));
    assert_eq!(column(&people, "name"), ["Ada Byron", "Bob King"]);
}

#[test]
fn pitfall_05_sep_and_type_lines_are_dropped_and_rows_keep_their_numbers() {
    let people = loaded("sep.csv", "sep=;\nEmail;Name\na@b.com;A, B; C\n".replace("; C", ""));
    assert_eq!(column(&people, "row"), ["3"]);
    let people = loaded(
        "type.csv",
        "#TYPE Selected.Microsoft.ActiveDirectory.Management.ADUser\n\"UserPrincipalName\";\"GivenName\"\n\"a@b.com\";\"A\"\n",
    );
    assert_eq!((column(&people, "email"), column(&people, "row")), (vec!["a@b.com".to_owned()], vec!["3".to_owned()]));
}

#[test]
fn pitfall_06_line_ends_of_every_kind_even_mixed() {
    let people = loaded("mixed.csv", "Email,Name\ra@b.com,A\r\nb@b.com,B\nc@b.com,C");
    assert_eq!(column(&people, "email"), ["a@b.com", "b@b.com", "c@b.com"]);
    assert_eq!(column(&people, "row"), ["2", "3", "4"]);
}

#[test]
fn pitfall_07_titles_with_key_words_bands_and_a_second_header_row() {
    let text = "Email and Status report,,,\n,,,\nPersonal,,Employment,\nEmail,Name,Employee ID,Status\nE-mail,Full name,Employee number,Status\na@b.com,A,1,Active\n";
    let people = loaded("titles.csv", text);
    assert_eq!(people.sources[0].header_row, Some(4));
    assert_eq!(column(&people, "row"), ["6"]);
    says(&people, "above the headers");
    says(&people, "second row of headers");
    // SuccessFactors' second row is one of labels, whatever a company calls its fields; without it, people follow at once.
    let keys = "STATUS,USERID,USERNAME,FIRSTNAME,LASTNAME,TITLE,EMAIL,MANAGER,HR,DEPARTMENT,HIREDATE,EMPID,CUSTOM01\n";
    let labels =
        "State,Login,Short name,Given,Surname at work,Role here,Corporate Mail,Boss,Partner,Cost unit,Joined us,Payroll key,Shoe\n";
    let person = "active,u1,aa,Ada,Aa,Clerk,a@b.com,NO_MANAGER,NO_HR,Sales,2020-01-31,1,\n";
    for (text, rejected, rows) in [
        (format!("{keys}{labels}{person}"), 0, ["3"]),
        (format!("{keys}{}{person}", labels.replace("State,", "State here,").replace("Mail", "box")), 0, ["3"]),
        (format!("{keys}{person}"), 0, ["2"]),
        (format!("{keys}active,u2,bb,Bob,Bb,Clerk,,u1,NO_HR,Sales,2020-01-31,,x\n{person}"), 1, ["3"]),
        // The first person, of whom no word says that somebody is at work: a day, or what another has too, is no label.
        (format!("{keys}t,ub,bb,Bob,Bb,Manager,,ua,hr,Sales,2020-01-31,,x\n{person}"), 1, ["3"]),
        (format!("{keys}t,ub,bb,Bob,Bb,Manager,,ua,NO_HR,Law,,x,x\n{person}"), 1, ["3"]),
    ] {
        let people = loaded("udf.csv", &text);
        assert_eq!((people.rejected.len(), column(&people, "row")), (rejected, rows.map(str::to_owned).to_vec()), "{text}");
    }
}

#[test]
fn pitfall_08_totals_and_footers_are_skipped_and_said() {
    let text = "Employee ID,Email,Name,Department,Status\n1,a@b.com,A,X,Active\nGrand total,,,1,\nReport generated 2026-11-23,,,,\n,,,,Confidential\n";
    let people = loaded("totals.csv", text);
    assert_eq!(column(&people, "email"), ["a@b.com"]);
    assert_eq!((people.rejected.len(), people.sources[0].skipped.len()), (0, 3), "{:?}", people.sources[0].skipped);
    for footer in [
        "Grand totals,,,3000,",
        "Gesamt,,,3000,",
        "Summe,,,3.000,",
        "Headcount,30,,,",
        "Finance Total,,,3000,",
        ",,,,\n\"Questions? Contact hr@b.com\",,,,",
    ] {
        let lines = |headers: &str| format!("{headers}\nA,Ada,Finance,1,a@b.com\nB,Bob,Finance,2,b@b.com\n{footer}\n");
        for headers in ["Last Name,First Name,Department,Gross Pay,Email", "Employee ID,Name,Department,Gross Pay,Email"] {
            let people = loaded("totals.csv", lines(headers));
            assert_eq!(column(&people, "email"), ["a@b.com", "b@b.com"], "{footer}");
            assert_eq!(people.rejected.len(), 0, "{footer}: {:?}", people.rejected);
        }
    }
    // A sentence that is not one of a footer may be somebody's address, and so may one that names whose it is.
    for line in ["write to b@b.com,", "Contact Bob bob@b.com,", "Page Bob bob.bell@b.com,"] {
        let people = loaded("lone.csv", format!("Email,Name\na@b.com,A\n{line}\n"));
        assert_eq!(people.rejected.len(), 1, "{line}");
    }
    // But a person without any key is a rejected row, not a total.
    let people = loaded("agency.csv", "Employee ID,Email,Name,Department,Status\n1,a@b.com,A,X,Active\n,,Agency Temp,X,Active\n");
    assert_eq!(people.rejected[0].row, 3);
}

#[test]
fn pitfall_09_headers_repeated_are_dropped_and_missing_ones_stop_the_load() {
    let people = loaded("repeated.csv", "Email,Name\na@b.com,A\nEmail,Name\nb@b.com,B\n");
    assert_eq!(column(&people, "row"), ["2", "4"]);
    says(&people, "the headers again");
    assert!(refused("none.csv", "a@b.com,A\nb@b.com,B\n").contains("no headers were found"));
}

#[test]
fn of_several_numbers_or_lines_of_one_field_the_first_is_the_value() {
    let text =
        "Employee ID,Worker,Email - Primary Work,Phone,Department\n1,A,a@b.com,+1 801 555 0100; +1 303 555 0199,\"Sales\nNorth\"\n";
    let people = loaded("workers.csv", text);
    assert_eq!(
        (column(&people, "phone"), column(&people, "department")),
        (vec!["+1 801 555 0100".to_owned()], vec!["Sales".to_owned()])
    );
    // A wrapped line of any other file, and an extension, are parts of one value.
    let people = loaded("staff.csv", "Email,Phone,Department\na@b.com,+1 801 555 0100;ext=12345,\"Sales\nNorth\"\n");
    assert_eq!(column(&people, "phone"), ["+1 801 555 0100;ext=12345"]);
    assert_eq!(column(&people, "department")[0].split_whitespace().collect::<Vec<_>>(), ["Sales", "North"]);
}

#[test]
fn pitfall_10_duplicate_and_dirty_headers() {
    let people = loaded("dirty.csv", "Work\u{a0}Email *,\"Employee\nID\",,Department,Department\na@b.com,1,x,,Finance\n");
    assert_eq!((column(&people, "email"), column(&people, "employee_number")), (vec!["a@b.com".to_owned()], vec!["1".to_owned()]));
    assert_eq!(column(&people, "department"), ["Finance"]);
    // Two that claim a key and differ: nobody but a person can choose.
    let said = refused("two.csv", "Email,Employee ID,Employee Number\na@b.com,1,2\n");
    assert!(said.contains("B `Employee ID` and C `Employee Number`") && said.contains("[directory.columns]"), "{said}");
    let chosen = loaded_with("two.csv", "Email,Employee ID,Employee Number\na@b.com,1,2\n", |directory| {
        directory.columns.insert("employee_number".into(), "Employee Number".into());
    });
    assert_eq!(column(&chosen, "employee_number"), ["2"]);
}

#[test]
fn pitfall_11_ragged_rows() {
    // Short: the rest is empty. Long: an unquoted comma has moved the cells, so nothing in the row can be believed.
    let people = loaded(
        "ragged.csv",
        "Email,Name,Hire Date,Termination Date\na@b.com,A\nb@b.com,Byron, Ada,2020-01-31,\nc@b.com,C,2020-01-31,\n",
    );
    assert_eq!(column(&people, "email"), ["a@b.com", "c@b.com"]);
    assert_eq!((people.rejected[0].row, people.rejected[0].email.as_deref()), (3, Some("b@b.com")));
    // In every row: still moved, and nothing is read.
    let people = loaded("moved.csv", "Email,Name,Status\na@b.com,Byron, Ada,Active\nb@b.com,King, Bob,Active\n");
    assert_eq!((people.frame.height(), people.rejected.len()), (0, 2));
    // A delimiter at the end of every line moves nothing.
    let people = loaded("trailing.csv", "Email,Name\na@b.com,A,\nb@b.com,B,\n");
    assert_eq!(people.rejected, []);
}

#[test]
fn pitfall_12_cells_of_several_lines() {
    let people = loaded("lines.csv", "Email,Title\n\"a@b.com\",\"Head\nof things\"\nnobody,x\n");
    assert_eq!(column(&people, "title"), ["Head\nof things"]);
    assert_eq!(people.rejected[0].row, 3);
    assert!(people.rejected[0].reason.contains("line 4"), "{}", people.rejected[0].reason);
}

#[test]
fn pitfall_13_stray_quotes() {
    let people = loaded(
        "quotes.csv",
        "Email,Title,Name\na@b.com,\"Lead\" engineer,A\nb@b.com,\"said \\\"hi\\\"\",B\nc@b.com,\"never closed,C\nd@b.com,x,D\n",
    );
    assert_eq!(column(&people, "title"), ["\"Lead\" engineer", "said \"hi\"", "\"never closed", "x"]);
    says(&people, "quotes that do not fit together");
}

#[test]
fn pitfall_14_invisible_characters_and_wrappers_around_addresses() {
    let people =
        loaded("dirty.csv", "Email,Name\n\u{a0}a@b.com\u{200b} ,A\nmailto:b@b.com,B\nC Person <c@b.com>,C\nd@b\u{ad}.com,D\n");
    assert_eq!(column(&people, "email"), ["a@b.com", "b@b.com", "c@b.com", "d@b.com"]);
    let people = loaded("inner.csv", "Email,Employee ID\njane doe@b.com,1\nb@b.com,2\n");
    assert_eq!((people.rejected[0].row, people.rejected[0].email.as_deref()), (2, Some("jane doe@b.com")));
    let people = loaded("umlaut.csv", "Email,Name\nzoë@b.com,Z\n");
    assert!(people.doubts[0].problem.contains("not ASCII"));
}

#[test]
fn pitfall_15_the_unicode_form_is_kept_as_it_was_written() {
    let people = loaded("nfd.csv", "Email,Name\nA@B.com,Jose\u{301}\n");
    assert_eq!((column(&people, "email"), column(&people, "name")), (vec!["A@B.com".to_owned()], vec!["Jose\u{301}".to_owned()]));
}

#[test]
fn pitfall_16_numbers_that_went_through_a_spreadsheet() {
    let people = loaded("ids.csv", "Email,Employee ID\na@b.com,00123\nb@b.com,12345.0\nc@b.com,4.5E+15\nd@b.com,73928e05\n");
    assert_eq!(column(&people, "employee_number"), ["00123", "12345", "-", "73928e05"]);
    assert_eq!((people.doubts.len(), people.doubts[0].row), (1, 4));
    let people = loaded("only.csv", "Email,Employee ID\n,4.5E+15\na@b.com,1\n");
    assert!(people.rejected[0].reason.contains("scientific notation"));
    let sheet = writers::inline_row(&["Email", "Employee ID"])
        + r#"<row><c t="inlineStr"><is><t>a@b.com</t></is></c><c><v>12345678901234567890</v></c></row>"#;
    assert_eq!(column(&loaded("long.xlsx", writers::raw_xlsx(&sheet)), "employee_number"), ["-"]);
}

#[test]
fn pitfall_17_zeros_that_only_the_number_format_shows() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let zeros = rust_xlsxwriter::Format::new().set_num_format("00000");
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["Email", "Employee ID"]).unwrap();
    sheet.write_string(1, 0, "a@b.com").unwrap();
    sheet.write_number_with_format(1, 1, 123, &zeros).unwrap();
    assert_eq!(column(&loaded("zeros.xlsx", book.save_to_buffer().unwrap()), "employee_number"), ["00123"]);
}

#[test]
fn pitfall_18_phones_as_numbers_apostrophes_and_formulas_that_keep_zeros() {
    let people = loaded("wrapped.csv", "Email,Employee ID,Mobile\na@b.com,\"=\"\"00123\"\"\",'+13035550100\n");
    assert_eq!(
        (column(&people, "employee_number"), column(&people, "phone")),
        (vec!["00123".to_owned()], vec!["+13035550100".to_owned()])
    );
    let sheet = writers::inline_row(&["Email", "Mobile"])
        + r#"<row><c t="inlineStr"><is><t>a@b.com</t></is></c><c><v>15551234567</v></c></row>"#;
    assert_eq!(column(&loaded("phone.xlsx", writers::raw_xlsx(&sheet)), "phone"), ["15551234567"]);
}

#[test]
fn pitfall_19_days_are_read_by_their_column_and_refused_where_it_cannot_tell() {
    let people = loaded("us.csv", "Email,Hire Date\na@b.com,03/04/2020\nb@b.com,12/31/2020\n");
    assert_eq!(column(&people, "hire_date"), ["2020-03-04", "2020-12-31"]);
    let people = loaded("eu.csv", "Email,Hire Date\na@b.com,03/04/2020\nb@b.com,31/12/2020\n");
    assert_eq!(column(&people, "hire_date"), ["2020-04-03", "2020-12-31"]);
    let both = "Email,Termination Date\na@b.com,03/04/2026\n";
    assert!(refused("either.csv", both).contains("date_order"));
    let people = loaded_with("either.csv", both, |directory| directory.date_order = Some(DateOrder::Dmy));
    assert_eq!(column(&people, "termination_date"), ["2026-04-03"]);
    let people = loaded(
        "odd.csv",
        "Email,Termination Date\na@b.com,0000-00-00\nb@b.com,9999-12-31\nc@b.com,46349\nd@b.com,soon\ne@b.com,/Date(1795392000000+0000)/\n",
    );
    assert_eq!(column(&people, "termination_date"), ["-", "-", "2026-11-23", "-", "2026-11-23"]);
    assert_eq!((people.doubts.len(), people.doubts[0].row), (1, 5));
    // A year in two digits may come first: only the configuration can say so.
    let short = "Email,Termination Date\na@b.com,26-01-02\n";
    let undecided = loaded("short.csv", short);
    assert_eq!(column(&undecided, "termination_date"), ["-"]);
    assert!(undecided.doubts[0].problem.contains("its year may stand first or last"), "{:?}", undecided.doubts);
    for (order, day) in [(DateOrder::Ymd, "2026-01-02"), (DateOrder::Dmy, "2002-01-26")] {
        let people = loaded_with("short.csv", short, |directory| directory.date_order = Some(order));
        assert_eq!(column(&people, "termination_date"), [day]);
    }
    // A column that holds both orders is decided by no other column.
    let mixed = "Email,Hire Date,Termination Date\na@b.com,31/01/2020,31/12/2025\nb@b.com,28/02/2020,12/31/2025\nc@b.com,28/02/2020,03/04/2026\n";
    assert!(refused("mixed.csv", mixed).contains("others only month/day/year"));
}

#[test]
fn a_hire_date_that_could_be_two_days_only_matters_where_no_word_says_more() {
    let decided = loaded("decided.csv", "Email,Status,Hire Date\na@b.com,Active,03/04/2020\nb@b.com,Terminated,05/06/2021\n");
    assert_eq!(column(&decided, "hire_date"), ["-", "-"]);
    assert_eq!(decided.doubts, []);
    says(&decided, "could be two different days, such as `03/04/2020` in row 2");
    for status in ["", "Inactive"] {
        let open = format!("Email,Status,Hire Date\na@b.com,Active,03/04/2020\nb@b.com,{status},05/06/2021\n");
        assert!(refused("open.csv", open).contains("date_order"));
    }
}

#[test]
fn pitfall_20_errors_of_formulas_are_nothing_and_said() {
    let people = loaded("errors.csv", "Email,Title,Department\na@b.com,#N/A,#REF!\n");
    assert_eq!((column(&people, "title"), column(&people, "department")), (vec!["-".to_owned()], vec!["-".to_owned()]));
    says(&people, "2 cells hold a formula's error");
}

#[test]
fn formulas_that_nobody_computed_are_named_and_stop_the_load_where_they_decide() {
    let sheet = |column: &str| {
        writers::raw_xlsx(
            &(writers::inline_row(&["Email", column])
                + r#"<row><c t="inlineStr"><is><t>a@b.com</t></is></c><c><f>CONCAT("x",1)</f><v></v></c></row>"#),
        )
    };
    for (decides, said) in [("Employee ID", "B `Employee ID`"), ("Termination Date", "B `Termination Date`")] {
        let said_too = refused("uncomputed.xlsx", sheet(decides));
        assert!(said_too.contains(said) && said_too.contains("open the workbook in Excel and save it"), "{said_too}");
    }
    says(&loaded("uncomputed.xlsx", sheet("Job Title")), "B `Job Title` holds formulas without values");
    let text = |text: &str| format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#);
    let row = |cells: String| format!("<table:table-row>{cells}</table:table-row>");
    let formula = row(text("a@b.com") + r#"<table:table-cell table:formula="of:=1+1"/>"#);
    let uncomputed = |column: &str| row(text("Email") + &text(column)) + &formula;
    assert!(refused("uncomputed.ods", writers::raw_ods(&uncomputed("Employee ID"))).contains("B `Employee ID`"));
    // Another sheet's formulas are no matter.
    let whole = row(text("Email") + &text("Employee ID")) + &row(text("a@b.com") + &text("1"));
    let two = format!(r#"{whole}</table:table><table:table table:name="Sums">{formula}"#);
    assert_eq!(column(&loaded("two.ods", writers::raw_ods(&two)), "employee_number"), ["1"]);
}

#[test]
fn pitfall_21_merged_cells_are_not_filled_down() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let plain = rust_xlsxwriter::Format::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["Department", "Email"]).unwrap();
    sheet.merge_range(1, 0, 2, 0, "Finance", &plain).unwrap();
    sheet.write_string(1, 1, "a@b.com").unwrap();
    sheet.write_string(2, 1, "b@b.com").unwrap();
    let people = loaded("merged.xlsx", book.save_to_buffer().unwrap());
    assert_eq!(column(&people, "department"), ["Finance", "-"]);
}

#[test]
fn pitfall_22_several_sheets_and_hidden_ones() {
    let book = |second_hidden: bool| {
        let mut book = rust_xlsxwriter::Workbook::new();
        let costs = book.add_worksheet().set_name("Costs").unwrap();
        costs.write_row(0, 0, ["Department", "Cost Center", "Location"]).unwrap();
        costs.write_row(1, 0, ["Finance", "1", "Denver"]).unwrap();
        for (name, address) in [("Staff", "a@b.com"), ("Leavers", "b@b.com")] {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            sheet.write_row(0, 0, ["Email", "Name"]).unwrap();
            sheet.write_row(1, 0, [address, "A"]).unwrap();
            // More headers make no sheet the better one: the other still holds people.
            if name == "Leavers" {
                sheet.write_row(0, 2, ["Status", "Termination Date"]).unwrap();
            }
            if second_hidden && name == "Leavers" {
                sheet.set_hidden(true);
            }
        }
        book.save_to_buffer().unwrap()
    };
    let said = refused("two.xlsx", book(false));
    assert!(said.contains("`Staff`, `Leavers`") && said.contains("choose one with `sheet`"), "{said}");
    assert_eq!(
        column(&loaded_with("two.xlsx", book(false), |directory| directory.sheet = Some("Leavers".into())), "email"),
        ["b@b.com"]
    );
    let people = loaded("hidden.xlsx", book(true));
    assert_eq!(column(&people, "email"), ["a@b.com"]);
    says(&people, "`Leavers` (hidden)");
    // Both, each as a directory of its own.
    let folder = folder();
    let one = file(folder.path(), "both.xlsx", book(false));
    let [staff, leavers] = ["Staff", "Leavers"].map(|sheet| Directory { sheet: Some(sheet.into()), ..one.clone() });
    let people = load(&[staff, leavers]).unwrap();
    assert_eq!(column(&people, "email"), ["a@b.com", "b@b.com"]);
    let names: Vec<&str> = people.sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(names, ["both.xlsx", "both.xlsx (Leavers)"]);
}

#[test]
fn pitfall_23_a_table_that_does_not_begin_at_a1() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(3, 1, ["Email", "Name"]).unwrap();
    sheet.write_row(4, 1, ["a@b.com", "A"]).unwrap();
    sheet.write_row(5, 1, ["nobody", "B"]).unwrap();
    let people = loaded("middle.xlsx", book.save_to_buffer().unwrap());
    assert_eq!((people.sources[0].header_row, column(&people, "row"), people.rejected[0].row), (Some(4), vec!["5".to_owned()], 6));
}

#[test]
fn pitfall_24_an_encrypted_workbook_is_named() {
    let mut bytes = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    bytes.resize(2048, 0);
    bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert!(refused("secret.xlsx", bytes).contains("password protected"));
}

#[test]
fn pitfall_25_names_lie_and_contents_are_named() {
    assert!(refused("report.csv", b"%PDF-1.7 ...").contains("PDF"));
    assert!(refused("report.xls", "MIME-Version: 1.0\nContent-Type: multipart/related\n").contains("MHTML"));
    let zip = writers::zip(&[("a.csv", "Email\na@b.com\n"), ("b.csv", "Email\nb@b.com\n")]);
    assert!(refused("export.xlsx", zip).contains("2 of the 2 files in it could be exports"));
    assert!(refused("word.docx", writers::zip(&[("word/document.xml", "<w/>")])).contains("no workbook"));
    let table = "<html><body><table><tr><th>Email<th>Name<tr><td>a@b.com<td>M&uuml;ller &amp; Co</table></body></html>";
    let people = loaded("table.xls", table);
    assert_eq!((column(&people, "name"), people.sources[0].format.as_str()), (vec!["Müller & Co".to_owned()], "html"));
    assert!(refused("login.xls", "<html><body><form>Sign in</form></body></html>").contains("no table"));
}

#[test]
fn pitfall_26_one_far_cell_does_not_ask_for_memory() {
    let sheet = writers::inline_row(&["Email", "Name"])
        + &writers::inline_row(&["a@b.com", "A"])
        + r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    assert_eq!(column(&loaded("far.xlsx", writers::raw_xlsx(&sheet)), "email"), ["a@b.com"]);
}

#[test]
fn pitfall_27_sheets_without_cell_positions_and_with_inline_text() {
    let sheet = writers::inline_row(&["Email", "Employee ID"]) + &writers::inline_row(&["a@b.com", "0012"]);
    assert_eq!(column(&loaded("nor.xlsx", writers::raw_xlsx(&sheet)), "employee_number"), ["0012"]);
}

#[test]
fn pitfall_28_json_envelopes_one_object_and_several_lists() {
    let one = r#"{"email":"a@b.com","name":"A"}"#;
    assert_eq!(column(&loaded("one.json", one), "email"), ["a@b.com"]);
    assert_eq!(column(&loaded("entry.json", format!(r#"{{"Report_Entry":{one}}}"#)), "email"), ["a@b.com"]);
    assert_eq!(column(&loaded("nested.json", format!(r#"{{"_embedded":{{"users":[{one}]}}}}"#)), "email"), ["a@b.com"]);
    let two = format!(r#"{{"fields":[{{"id":"x","label":"y"}}],"list":[{one}]}}"#);
    assert_eq!(column(&loaded("two.json", two), "email"), ["a@b.com"]);
}

#[test]
fn pitfall_29_lines_gzip_and_lists_one_after_another() {
    let pages = r#"[{"value":[{"email":"a@b.com"}],"@odata.nextLink":"x"},{"value":[{"email":"b@b.com"}]}]"#;
    let people = loaded("gathered.json", pages);
    assert_eq!((column(&people, "email"), people.sources[0].incomplete.len()), (vec!["a@b.com".to_owned(), "b@b.com".into()], 0));
    let people =
        loaded("gathered.json", pages.replace(r#"[{"email":"b@b.com"}]"#, r#"[{"email":"b@b.com"}],"@odata.nextLink":"y""#));
    assert_eq!((people.read(), people.sources[0].incomplete.len()), (2, 1));
    let workers = r#"[{"workerID":{"idValue":"7"},"workAssignments":[{"jobTitle":"Clerk","primaryIndicator":true}]}]"#;
    assert_eq!(column(&loaded("workers.json", workers), "employee_number"), ["7"]);
    assert_eq!(column(&loaded("two.json", r#"[{"email":"a@b.com"}][{"email":"b@b.com"}]"#), "email"), ["a@b.com", "b@b.com"]);
    let lines = "{\"email\":\"a@b.com\"}\n\n{\"email\":\"b@b.com\"}\n";
    let people = loaded("lines.json.gz", writers::gzip(lines.as_bytes()));
    assert_eq!(
        (column(&people, "email"), column(&people, "row")),
        (vec!["a@b.com".to_owned(), "b@b.com".into()], vec!["1".to_owned(), "2".into()])
    );
}

#[test]
fn pitfall_30_one_page_of_several_is_incomplete() {
    for rest in [
        r#""@odata.nextLink":"https://x""#,
        r#""totalResults":2"#,
        r#""hasMore":true"#,
        r#""nextPageToken":"abc""#,
        r#""_links":{"next":{"href":"https://x"}}"#,
        r#""pagination":{"after_cursor":"abc"}"#,
        r#""totalCount":"9""#,
        r#""_meta":{"links":{"next":{"href":"https://x"}}}"#,
        r#""links":[{"rel":"self","href":"https://x"},{"rel":"next","href":"https://y"}]"#,
        r#""page":{"offset":0,"total_rows":2}"#,
        r#""page":1,"total_pages":3"#,
        r#""offset":"itr7/rec1""#,
        r#""paging":{"next":{"after":"NT"}}"#,
        r#""pagination":{"next":{"url":"https://x"}}"#,
        r#""info":{"more_records":true}"#,
        r#""done":false,"nextRecordsUrl":"/services/2000""#,
    ] {
        let people = loaded("page.json", format!(r#"{{"value":[{{"email":"a@b.com"}}],{rest}}}"#));
        assert_eq!(people.sources[0].incomplete.len(), 1, "{rest}");
    }
    for rest in [
        r#""@odata.nextLink":null"#,
        r#""totalResults":1"#,
        r#""hasMore":false"#,
        r#""nextPageToken":"""#,
        r#""links":[{"rel":"self","href":"https://x"}]"#,
        r#""paging":{"next":{"after":""}},"totalSize":1,"has_next":false"#,
        r#""page":1,"total_pages":1,"total_rows":1,"offset":"0""#,
    ] {
        let people = loaded("whole.json", format!(r#"{{"value":[{{"email":"a@b.com"}}],{rest}}}"#));
        assert_eq!(people.sources[0].incomplete, [""; 0], "{rest}");
    }
    assert_eq!(loaded("empty.csv", "Email,Name\n").sources[0].incomplete.len(), 1);
}

#[test]
fn pitfall_31_json_that_is_none_is_refused_with_line_and_column() {
    for text in [
        "[\n {\"email\":\"a@b.com\",}\n]",
        "[{'email':'a@b.com'}]",
        "[{\"email\":NaN}]",
        "[{\"email\":\"a@b.com\"} /* x */]",
        "[{\"email\":\"a@b.com\"}",
        "{\"value\":[{\"email\":\"a\"}}",
    ] {
        let said = refused("bad.json", text);
        assert!(said.contains("line ") && said.contains("column "), "{said}");
    }
    assert!(refused("comma.json", "[\n {\"email\":\"a@b.com\",}\n]").contains("line 2, column 21"));
}

#[test]
fn pitfall_32_json_values_of_every_type() {
    let text = r#"[{"EMAIL":"a@b.com","employeeId":123,"accountEnabled":"False","department":""},
        {"email":"b@b.com","employeeId":"00123","accountEnabled":0,"department":null},
        {"email":"c@b.com","employeeId":1e5,"accountEnabled":true,"department":"N/A","title":["Head","Deputy"]},
        {"email":"d@b.com","employeeId":1234567890123456789,"department":"-","title":{"name":"x"}}]"#;
    let people = loaded("types.json", text);
    assert_eq!(column(&people, "email"), ["a@b.com", "b@b.com", "c@b.com", "d@b.com"]);
    assert_eq!(column(&people, "employee_number"), ["123", "00123", "-", "1234567890123456789"]);
    assert_eq!(column(&people, "enabled"), ["false", "false", "true", "-"]);
    assert_eq!(column(&people, "title"), ["-", "-", "Head", "-"]);
    assert_eq!(column(&people, "department"), ["-"; 4]);
}

#[test]
fn pitfall_33_one_person_on_several_rows_stays_on_several_rows() {
    let people = loaded("twice.csv", "Email,Job Title\na@b.com,Clerk\na@b.com,Deputy\n");
    assert_eq!(
        (column(&people, "title"), column(&people, "row")),
        (vec!["Clerk".to_owned(), "Deputy".into()], vec!["2".to_owned(), "3".into()])
    );
}

#[test]
fn pitfall_34_formulas_in_names_are_text() {
    let people = loaded("formula.csv", "Email,Name\na@b.com,=3+1\nb@b.com,@SUM(A1)\n");
    assert_eq!(column(&people, "name"), ["=3+1", "@SUM(A1)"]);
}

#[test]
fn pitfall_35_what_is_not_mapped_is_not_in_any_message() {
    let said = refused("private.csv", "Email,Employee ID,Employee Number,SSN,Salary 98765\na@b.com,1,2,078-05-1120,5\n");
    assert!(!said.contains("078") && !said.contains("Salary") && !said.contains("SSN"), "{said}");
    let said = refused("private.json", "[{\"ssn\":\"078-05-1120\",\"email\":oops}]");
    assert!(!said.contains("078") && !said.contains("oops"), "{said}");
}

#[test]
fn pitfall_36_bad_rows_are_collected_and_bad_structure_stops() {
    let people = loaded("rows.csv", "Email,Name\na@b.com,A\nnobody,B\n,C\nd@b.com,D\n");
    assert_eq!(people.rejected.iter().map(|row| row.row).collect::<Vec<_>>(), [3, 4]);
    assert_eq!((people.sources[0].rows, people.sources[0].rejected), (4, 2));
    refused("structure.csv", "Some,Thing\n1,2\n");
}

#[test]
fn a_list_of_domo_users_is_no_directory() {
    let users = r#"[{"id":1,"name":"A","email":"a@b.com","role":"Admin","createdAt":"2020-01-01T00:00:00Z","updatedAt":"2020-01-01T00:00:00Z"}]"#;
    assert!(refused("domo-users.json", users).contains("Domo's own users"));
}

#[test]
fn a_readable_word_wins_over_one_that_means_nothing() {
    let people = loaded("words.csv", "Email,Name,Status,Terminated\na@b.com,A,Inactive,yes\n");
    assert_eq!(
        (column(&people, "status"), column(&people, "status_word")),
        (vec!["terminated".to_owned()], vec!["yes".to_owned()])
    );
}

#[test]
fn the_latest_hire_date_counts_whatever_the_order_of_the_columns() {
    for text in [
        "Email,Hire Date,Rehire Date,Termination Date\na@b.com,2018-01-01,2026-01-01,2024-01-01\nb@b.com,2027-01-15,,\n",
        "Email,Rehire Date,Hire Date,Termination Date\na@b.com,2026-01-01,2018-01-01,2024-01-01\nb@b.com,,2027-01-15,\n",
        "Email,Original Hire Date,Start Date,Rehire Date,Termination Date\na@b.com,2030-01-01,2018-01-01,2026-01-01,2024-01-01\nb@b.com,,2027-01-15,,\n",
    ] {
        assert_eq!(column(&loaded("rehired.csv", text), "hire_date"), ["2026-01-01", "2027-01-15"], "{text}");
    }
}

#[test]
fn an_empty_list_is_an_empty_directory() {
    for text in ["[]", r#"{"value":[]}"#] {
        let people = loaded("none.json", text);
        assert_eq!((people.read(), people.sources[0].incomplete.len()), (0, 1), "{text}");
    }
}

#[test]
fn a_quote_that_is_never_closed_is_not_compared() {
    let people = loaded("quote.csv", "Email,Name,Status\nf@a.com,\"N99,Active\ng@a.com,G,Active\n");
    assert_eq!((people.doubts.len(), people.doubts[0].field.as_str(), people.doubts[0].not_comparable), (1, "name", true));
}

#[test]
fn the_configured_status_wins() {
    let people = loaded_with("status.csv", "Email,Status\na@b.com,Inactive\nb@b.com,Active\n", |directory| {
        directory.status.insert("inactive".into(), Status::Terminated);
    });
    assert_eq!(column(&people, "status"), ["terminated", "active"]);
    assert_eq!(people.sources[0].status_words.len(), 2);
}

#[test]
fn a_status_in_the_name_is_a_hint_only_without_a_status_column() {
    let people = loaded("hint.csv", "Worker,Employee ID,Email\nJane Doe (On Leave),1,a@b.com\nBob Roe (C),2,b@b.com\n");
    assert_eq!(
        (column(&people, "name"), column(&people, "status")),
        (vec!["Jane Doe".to_owned(), "Bob Roe".into()], vec!["leave".to_owned(), "-".into()])
    );
}

#[test]
fn guests_have_their_own_address() {
    let people = loaded(
        "guest.csv",
        "userPrincipalName,displayName,mail\nalice_contoso.com#EXT#@acme.onmicrosoft.com,Alice,\nbob@acme.com,Bob,bob@acme.com\n",
    );
    assert_eq!(column(&people, "email"), ["alice@contoso.com", "bob@acme.com"]);
}

#[test]
fn read_rows_is_a_plain_rectangle() {
    let folder = folder();
    let csv = file(folder.path(), "sheet.csv", "action,decision\n\"A-1\",approve\n\n'A-2\n");
    let rows = domo_reconcile::directory::table::read_rows(&csv.path, None).unwrap();
    assert_eq!(rows, [["action", "decision"], ["A-1", "approve"], ["'A-2", ""]]);
}

#[test]
fn references_of_workday_s_queries_are_no_numbers_and_paylocity_s_days_are_read() {
    let rows = serde_json::json!({"total": 1, "data": [{"employeeID": "10001", "worker": {"id": "w1", "descriptor": "Ada Aa"}, "workerActive": true,
        "primaryWorkEmail": "a@b.com"}]});
    let people = loaded("workers.json", rows.to_string());
    assert_eq!([column(&people, "employee_number"), column(&people, "name")].concat(), ["10001", "Ada Aa"]);
    let rows = serde_json::json!([{"employeeId": "1", "firstName": "Ada", "workAddress": {"emailAddress": "a@b.com"},
        "status": {"employeeStatus": "T", "hireDate": "2019-03-04", "terminationDate": "2026-01-31"}}]);
    let people = loaded("employees.json", rows.to_string());
    assert_eq!([column(&people, "hire_date"), column(&people, "termination_date")].concat(), ["2019-03-04", "2026-01-31"]);
}
