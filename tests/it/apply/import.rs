//! Files for Domo's own bulk import: no cell that would clear a value, none that a spreadsheet would run.

use domo_reconcile::plan::Action;
use domo_reconcile::plan::import::Import;
use domo_reconcile::terms::ActionKind;
use serde_json::{Value, json};

use super::fixture::{action, create, deactivate};

fn edit(account: u64, after: Value) -> Action {
    let before =
        after.as_object().unwrap().keys().map(|field| (field.clone(), Value::from("before"))).collect::<serde_json::Map<_, _>>();
    action(ActionKind::Update, account, before.into(), after)
}

fn texts(import: &Import) -> Vec<(String, String)> {
    import.files.iter().map(|file| (file.name.clone(), String::from_utf8(file.to_csv()).unwrap())).collect()
}

fn left(import: &Import) -> Vec<(Option<&str>, &str)> {
    import.left_out.iter().map(|left| (left.field.as_deref(), left.why.as_str())).collect()
}

#[test]
fn accounts_stand_together_only_where_the_same_fields_change() {
    let import = Import::of(&[
        edit(10, json!({"title": "Lead"})),
        edit(11, json!({"title": "Chief, of \"all\"", "location": "Berlin"})),
        edit(12, json!({"title": "Clerk"})),
        edit(13, json!({"name": "New Name"})),
    ]);
    let text = |name: &str| texts(&import).into_iter().find(|(file, _)| file == name).unwrap().1;
    assert_eq!(
        text("edit-title.csv").lines().collect::<Vec<_>>(),
        ["email,displayName,edit,title", "p10@acme.com,Person 10,TRUE,Lead", "p12@acme.com,Person 12,TRUE,Clerk"]
    );
    assert_eq!(
        text("edit-title-location.csv").lines().last(),
        Some("p11@acme.com,Person 11,TRUE,\"Chief, of \"\"all\"\"\",Berlin")
    );
    assert_eq!(text("edit-displayName.csv").lines().last(), Some("p13@acme.com,New Name,TRUE"));
    for file in &import.files {
        assert!(file.rows.iter().flatten().all(|cell| !cell.is_empty()), "{file:?}");
    }
    assert_eq!(left(&import), []);
}

#[test]
fn a_new_address_keeps_the_old_one_as_the_key_and_a_role_is_its_number() {
    let mut renamed = edit(10, json!({"email": "ten@acme.com", "role": "Privileged", "phone": "+49 (30) 123-45"}));
    renamed.before.insert("email".into(), "p10@acme.com".into());
    let import = Import::of(&[renamed]);
    assert_eq!(
        texts(&import)[0].1.lines().collect::<Vec<_>>(),
        ["email,displayName,edit,newEmail,roleId,phoneNumber", "p10@acme.com,Person 10,TRUE,ten@acme.com,2,+49 (30) 123-45"]
    );
}

#[test]
fn what_an_import_cannot_say_safely_is_left_out_and_named() {
    for (field, value, why) in [
        ("title", json!(""), "an empty cell would clear it"),
        ("title", json!("=HYPERLINK(\"x\")"), "begins as a formula does"),
        ("title", json!("@SUM(1)"), "begins as a formula does"),
        ("phone", json!("+cmd|' /C calc'!A0"), "begins as a formula does"),
        ("title", json!("a\u{202E}b"), "characters that the eye does not see"),
        ("employeeNumber", json!("00123"), "the import's column is a number"),
        ("department", json!("Finance"), "the import has no column for it"),
        ("role", json!("Chief"), "none of the five"),
        ("groups", json!(["a,b"]), "has a comma"),
    ] {
        let import = Import::of(&[edit(10, json!({field: value, "location": "Lehi"}))]);
        assert_eq!(texts(&import)[0].0, "edit-location.csv");
        let left = left(&import);
        assert!(left.len() == 1 && left[0].0 == Some(field) && left[0].1.contains(why), "{left:?}");
    }
    let import = Import::of(&[edit(10, json!({"department": "Finance"})), deactivate(11)]);
    assert!(import.files.is_empty());
    let whole: Vec<_> = left(&import).into_iter().filter(|(field, _)| field.is_none()).map(|(_, why)| why).collect();
    assert_eq!(whole, ["Domo's import cannot deactivate"]);
    let mut nameless = edit(10, json!({"title": "Lead"}));
    nameless.name = None;
    assert!(Import::of(&[nameless]).files.is_empty());
}

#[test]
fn new_accounts_are_never_edits_and_invite_nobody_unless_the_plan_does() {
    let (mut invited, plain) = (create(901), create(900));
    invited.after.extend([("sendInvite".to_owned(), true.into()), ("groups".to_owned(), json!(["A", "B"]))]);
    let import = Import::of(&[plain, invited]);
    assert_eq!(
        texts(&import)[0].1.lines().collect::<Vec<_>>(),
        [
            "email,displayName,edit,roleId,sendInvite,groups",
            "p900@acme.com,Person 900,FALSE,4,FALSE,",
            "p901@acme.com,Person 901,FALSE,4,TRUE,\"A,B\""
        ]
    );
}
