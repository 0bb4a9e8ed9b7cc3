//! Exports that read well and mean something else: what is taken for what, and what is left for a person to say.

use super::{column, file, folder, loaded};
use crate::support::run;

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
    let people = loaded("both.csv", "email,name,status,terminated\na@acme.com,A B,Active,true\n");
    assert_eq!(column(&people, "status"), ["active"]);
    assert_eq!((people.doubts.len(), people.doubts[0].not_comparable), (1, false));
    assert!(people.doubts[0].problem.contains("says employed"), "{:?}", people.doubts);
    // A kind of contract contradicts nothing, and `Inactive` is on leave or gone.
    let text = "EEID,Employee #,Name,Work Email,Employment Status,Status\n1,10,A B,a@acme.com,Full-Time,Inactive\n";
    assert_eq!(column(&loaded("bamboo.csv", text), "status"), ["unknown"]);
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
fn a_column_of_managers_may_hold_numbers_in_some_rows_and_addresses_in_others() {
    let mixed =
        loaded("mixed.csv", "Employee ID,Email,Name,Manager\n1,j@acme.com,J B,\n2,a@acme.com,A C,1\n3,c@acme.com,C D,j@acme.com\n");
    assert_eq!(column(&mixed, "manager_email"), ["-", "j@acme.com", "j@acme.com"]);
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

#[test]
fn an_entry_switched_off_is_no_colleague_because_it_expires_later() {
    let text = "DistinguishedName,SamAccountName,Enabled,EmailAddress,AccountExpirationDate\nCN=A,a,False,a@acme.com,2026-12-31\nCN=B,b,True,b@acme.com,2026-12-31\n";
    let shown = checked("ad.csv", text);
    assert!(shown.contains("On 2026-11-23, the day judged: 1 active, 1 suspended."), "{shown}");
}

#[test]
fn a_switch_that_is_off_beside_a_word_that_says_employed_is_said() {
    let people = loaded("both.csv", "Email,Name,Status,Active\na@acme.com,A,Active,False\nb@acme.com,B,On Leave,False\n");
    assert_eq!(column(&people, "status"), ["active", "leave"]);
    assert_eq!((people.doubts.len(), people.doubts[0].row), (1, 2), "{:?}", people.doubts);
}

#[test]
fn a_nickname_is_no_name_and_a_blank_name_is_put_together() {
    let ukg = "employeeNumber,firstName,lastName,preferredName,emailAddress,emailAddressAlternate\n1,Ada,Byron,Addie,a@acme.com,\n2,Bob,King,,b@acme.com,\n";
    assert_eq!(column(&loaded("ukg.csv", ukg), "name"), ["Ada Byron", "Bob King"]);
    let blank =
        loaded("blank.csv", "Email,Display Name,First Name,Last Name\na@acme.com,Byron Ada,Ada,Byron\nb@acme.com,,Bob,King\n");
    assert_eq!(column(&blank, "name"), ["Byron Ada", "Bob King"]);
    assert!(blank.sources[0].notes[0].contains("1 row without `Display Name`"), "{:?}", blank.sources[0].notes);
    let whole = loaded(
        "whole.csv",
        "Worker ID,Legal First Name,Legal Last Name,Preferred Name,Email\n1,Ada,Byron,Addie Byron,a@acme.com\n",
    );
    assert_eq!(column(&whole, "name"), ["Addie Byron"]);
}

#[test]
fn an_id_of_the_system_is_no_employee_number() {
    let people = loaded("ids.csv", "User ID,Email,Name\n27,a@acme.com,A\n");
    assert!(!people.sources[0].provided().contains("employee_number"));
    let okta =
        loaded("okta.csv", "first_name,last_name,employee_id,onboard_time,email\nA,B,00u1a2b3c4d5e6f7g8h9,2020-01-01,a@acme.com\n");
    assert!(!okta.sources[0].provided().contains("employee_number"));
    assert!(okta.sources[0].notes[0].contains("`employee_id` holds Okta's own ids"), "{:?}", okta.sources[0].notes);
}

#[test]
fn the_finer_status_of_two_decides() {
    let text = "EMPLID,NAME,EMAIL_ADDR,HR_STATUS,EMPL_STATUS\n1,\"Byron,Ada\",a@acme.com,A,L\n2,\"King,Bob\",b@acme.com,I,D\n";
    assert_eq!(column(&loaded("ps.csv", text), "status"), ["leave", "terminated"]);
}

#[test]
fn a_system_is_recognised_by_members_that_hold_nothing() {
    let user = |status: u8| {
        format!(
            r#"{{"id":1,"username":"a{status}@acme.com","email":"a{status}@acme.com","status":{status},"state":1,"directory_id":null,"external_id":null,"manager_ad_id":null,"manager_user_id":null,"samaccountname":null,"userprincipalname":null}}"#
        )
    };
    let people = loaded("onelogin.json", format!("[{},{},{}]", user(1), user(2), user(7)));
    assert_eq!(people.sources[0].system.as_deref(), Some("OneLogin"));
    assert_eq!(column(&people, "status"), ["active", "suspended", "prehire"]);
}

#[test]
fn zeros_that_a_spreadsheet_dropped_are_a_doubt() {
    let people = loaded("ids.csv", "Email,Employee ID\na@acme.com,00123\nb@acme.com,124\nc@acme.com,E7\nd@acme.com,12345\n");
    assert_eq!(column(&people, "employee_number"), ["00123", "124", "E7", "12345"]);
    assert!(
        people.sources[0].notes[0].contains("`Employee ID`: 1 number has fewer digits than the 5"),
        "{:?}",
        people.sources[0].notes
    );
}

#[test]
fn a_list_without_addresses_says_so() {
    let people = loaded("paycom.csv", "eecode,eename,eestatus\nA1,Ada Byron,Active\n");
    assert!(people.sources[0].notes[0].contains("no column holds e-mail addresses"), "{:?}", people.sources[0].notes);
}

#[test]
fn addresses_of_exchange_are_aliases_too() {
    let people = loaded(
        "m365.csv",
        "Block credential,Display name,User principal name,Proxy addresses\nFalse,A,a@acme.onmicrosoft.com,smtp:old@acme.com+SMTP:a+x@acme.com+x500:/o=E\n",
    );
    assert_eq!(column(&people, "email"), ["a+x@acme.com"]);
    let aliases = people.frame.column("alternate_email").unwrap().list().unwrap().get_as_series(0).unwrap();
    assert_eq!(aliases.str().unwrap().iter().collect::<Vec<_>>(), [Some("a@acme.onmicrosoft.com"), Some("old@acme.com")]);
}

#[test]
fn headers_with_a_typographic_apostrophe_and_days_in_words() {
    let people = loaded(
        "fr.csv",
        "Adresse e-mail;Nom;Prénom;Date d\u{2019}embauche;Date de sortie\na@acme.fr;Roy;Luc;1er février 2020;31 déc. 2025\n",
    );
    assert_eq!(column(&people, "termination_date"), ["2025-12-31"]);
    assert!(people.sources[0].provided().contains("hire_date"));
}
