//! Exports that read well and mean something else: what is taken for what, and what is left for a person to say.

use super::{column, file, folder, people};
use crate::support::run;
use domo_reconcile::directory::People;

fn loaded(name: &str, text: &str) -> People {
    let folder = folder();
    people(&file(folder.path(), name, text))
}

/// What `check` prints of one file.
fn checked(name: &str, text: &str) -> String {
    let folder = folder();
    file(folder.path(), name, text);
    run(folder.path(), ["check", "--directory", name, "--as-of", "2026-11-23"]).code(0).stdout
}

#[test]
fn a_german_list_is_not_read_by_the_words_of_one_system() {
    for text in [
        "Personalnummer;Nachname;Vorname;E-Mail;Status\n00123;Müller;Jörg;j@acme.com;inactive\n",
        "Vorname;Nachname;E-Mail;Status;Position;Abteilung;Vorgesetzter;Einstellungsdatum\nJörg;Müller;j@acme.com;inactive;;;;\n",
    ] {
        assert_eq!(column(&loaded("personal.csv", text), "status"), ["unknown"], "{text}");
    }
}

#[test]
fn a_family_called_totalino_is_no_total() {
    let text = "Last Name,First Name,Email,Employee ID,A,B,C,D,E,F,G\nTotalino,Marco,,E77,,,,,,,\nRossi,Ana,r@acme.com,E78,,,,,,,\nTotal: 2,,,,,,,,,,\n";
    let people = loaded("names.csv", text);
    assert_eq!(column(&people, "employee_number"), ["E77", "E78"]);
    assert_eq!(people.sources[0].skipped.len(), 1, "{:?}", people.sources[0].skipped);
}

#[test]
fn a_second_status_column_says_what_the_first_leaves_open() {
    let text = "EEID,Employee #,Name,Work Email,Employment Status,Status\n1,10,A B,a@acme.com,,Active\n2,11,C D,c@acme.com,Casual,Active\n3,12,E F,e@acme.com,,Inactive\n";
    let people = loaded("bamboo.csv", text);
    assert_eq!(column(&people, "status"), ["active", "active", "unknown"]);
    assert!(people.doubts.is_empty(), "{:?}", people.doubts);
}

#[test]
fn columns_that_contradict_each_other_leave_somebody_employed_and_say_so() {
    for text in [
        "EEID,Employee #,Name,Work Email,Employment Status,Status\n1,10,A B,a@acme.com,Full-Time,Inactive\n",
        "email,name,status,terminated\na@acme.com,A B,Active,true\n",
    ] {
        let people = loaded("both.csv", text);
        assert_eq!(column(&people, "status"), ["active"], "{text}");
        assert_eq!((people.doubts.len(), people.doubts[0].not_comparable), (1, false), "{text}");
        assert!(people.doubts[0].problem.contains("says employed"), "{:?}", people.doubts);
    }
}

#[test]
fn a_text_that_lost_letters_is_not_compared_whatever_its_field() {
    let people = loaded("lost.csv", "Email,Name,Title,Department,Office\na@acme.com,Ana,Contr?leur,Sales ? EMEA,K\u{FFFD}ln\n");
    let mut fields: Vec<&str> =
        people.doubts.iter().filter(|doubt| doubt.not_comparable).map(|doubt| doubt.field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["department", "location", "title"]);
}

#[test]
fn a_name_beside_given_names_is_a_family_name_unless_it_holds_them() {
    let family = loaded("family.csv", "Name;Vorname;E-Mail\nMüller;Jörg;j@acme.com\nAlt;Eva;e@acme.com\n");
    assert_eq!(column(&family, "name"), ["Jörg Müller", "Eva Alt"]);
    let whole = loaded("whole.csv", "Name;Vorname;E-Mail\nJörg Müller;Jörg;j@acme.com\n");
    assert_eq!(column(&whole, "name"), ["Jörg Müller"]);
}

#[test]
fn values_in_numbered_columns_are_chosen_by_their_type() {
    let text = "primaryEmail,name.fullName,suspended,externalIds,externalIds.0.type,externalIds.0.value,externalIds.1.type,externalIds.1.value,relations.0.type,relations.0.value\n\
        a@acme.com,A B,False,2,custom,x,organization,E1,manager,b@acme.com\n\
        b@acme.com,C D,False,1,organization,E2,,,assistant,a@acme.com\n";
    let people = loaded("gam.csv", text);
    assert_eq!(column(&people, "employee_number"), ["E1", "E2"]);
    assert_eq!(column(&people, "manager_email"), ["b@acme.com", "-"]);
    assert_eq!(people.sources[0].unmapped, 1, "only the count is not read");
}

#[test]
fn managers_are_found_by_name_whatever_its_case() {
    let french = loaded(
        "fr.csv",
        "Nom;Prénom;Courriel;Responsable\nMÜLLER;Jörg;j@acme.com;\nLEFÈVRE;Anne;a@acme.com;Jörg Müller\nROY;Luc;l@acme.com;Müller, Jörg\n",
    );
    assert_eq!(column(&french, "manager_email"), ["-", "j@acme.com", "j@acme.com"]);
    let okta = loaded(
        "okta.csv",
        "login,firstName,lastName,email,secondEmail,nickName,manager\nj@acme.com,Jörg,Müller,j@acme.com,,,\na@acme.com,Anne,Roy,a@acme.com,,,Jörg Müller\n",
    );
    assert_eq!(column(&okta, "manager_email"), ["-", "j@acme.com"]);
}

#[test]
fn a_makeshift_column_that_nobody_fills_provides_nothing() {
    let people = loaded("all.csv", "Email,Name,Building ID,Department\na@acme.com,A B,,\n");
    let provided = people.sources[0].provided();
    assert!(!provided.contains("location") && provided.contains("department"), "{provided:?}");
}

#[test]
fn check_names_the_words_that_decide_nothing() {
    let shown = checked("words.csv", "Email,Name,Status\na@acme.com,A B,Active\nb@acme.com,C D,Inactive\n");
    assert!(shown.contains("no certain meaning: `Inactive` (1 row)") && shown.contains("[directory.status]"), "{shown}");
}

#[test]
fn check_names_rows_that_contradict_themselves_share_a_key_or_have_no_status() {
    let text = "Email,Employee ID,Name,Status,Termination Date\n\
        a@acme.com,1,A B,Active,2026-01-31\nb@acme.com,2,C D,Terminated,2027-01-31\nb@acme.com,3,C D,,\nd@acme.com,4,E F,Active,\n";
    let shown = checked("rows.csv", text);
    for doubt in [
        "employed by its word, but the termination date has passed: read as employed (1 row: row 2)",
        "ended by its word, but the termination date lies ahead: read as employed (1 row: row 3)",
        "email: it stands in several rows (2 rows: rows 3, 4)",
        "1 person has no status that can be read: not judged",
    ] {
        assert!(shown.contains(doubt), "{doubt} is not in\n{shown}");
    }
    assert!(!shown.contains("employee_number: it stands"), "{shown}");
}

#[test]
fn a_file_without_a_usable_row_is_no_evidence() {
    let folder = folder();
    file(folder.path(), "swapped.csv", "Name,Email,Employee ID\na@acme.com,A B,1\nb@acme.com,C D,2\n");
    let ran = run(folder.path(), ["check", "--directory", "swapped.csv"]).code(3);
    assert!(ran.stdout.contains("incomplete: none of its rows can be used"), "{}", ran.stdout);
}

#[test]
fn check_tells_long_paths_apart_by_their_ends() {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let shown = checked(
        "scim.json",
        &format!(r#"{{"Resources":[{{"schemas":[],"userName":"a@acme.com","{urn}":{{"employeeNumber":"1","department":"F"}}}}]}}"#),
    );
    for end in ["User.employeeNumber", "User.department"] {
        assert!(shown.contains(end), "{end} is not in\n{shown}");
    }
}

#[test]
fn check_counts_every_column_that_is_not_read() {
    let text = "Associate ID,Position ID,File Number,Legal First Name,Legal Last Name,Work Email,Position Status,Tax ID (SSN)\nA1,P1,F1,A,B,a@acme.com,Active,123-45-6789\n";
    let shown = checked("adp.csv", text);
    assert!(shown.contains("3 other columns not read") && !shown.contains("F1"), "{shown}");
}

#[test]
fn check_counts_one_as_one() {
    let text = "Email,Worker,Worker Status,Employee ID,Phone,Mobile Phone\na@acme.com,A B (On Leave),Active,1,5,\nb@acme.com,C D,Active,2,,7\nc@acme.com,E F,#N/A,3,,8\n";
    let shown = checked("one.csv", text);
    for (one, many) in [("1 name ends", "1 names"), ("1 cell holds", "1 cells"), ("1 row without `Mobile Phone`", "1 rows")] {
        assert!(shown.contains(one) && !shown.contains(many), "{one}:\n{shown}");
    }
}
