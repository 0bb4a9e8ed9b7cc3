//! Accounts from Domo's own exports: the People export of the Admin pages, and the People data set of DomoStats.
//!
//! Each row becomes an object with v1's field names, so that a snapshot of it reads back to the same frame. Only the columns the
//! file has are in it: what it does not carry is *not provided*.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::accounts::{Accounts, Evidence};
use super::objects;
use crate::directory::table::{self, TextRow};
use crate::failure::Failure;
use crate::terms::{FIELDS, Role};
use crate::text;

/// The field of an object that says that its absent fields are unknown rather than empty.
pub(super) const MARK: &str = "exportedBy";

/// v1's field for a header, whatever its spelling.
fn field(header: &str) -> Option<&'static str> {
    let plain = text::squashed(header);
    let written = FIELDS.iter().filter_map(|field| field.domo).find(|field| field.eq_ignore_ascii_case(&plain));
    written.or_else(|| {
        Some(match plain.as_str() {
            "userid" | "id" => "id",
            "displayname" => "name",
            "emailaddress" => "email",
            "securityprofile" => "role",
            "roleid" => "roleId",
            "employeeid" => "employeeId",
            "phonenumber" => "phone",
            "timezone" => "timezone",
            "locale" => "locale",
            "createddate" => "createdAt",
            "lastupdateddate" => "updatedAt",
            "lastlogin" => "lastLogin",
            "twofactorenabled" => "twoFactorEnabled",
            "groups" => "groups",
            _ => return None,
        })
    })
}

/// Reads one of the two exports.
pub(super) fn load(bytes: Vec<u8>, mut evidence: Evidence) -> Result<Accounts> {
    let (rows, cut) = table::table(bytes, None, &evidence.source)?;
    evidence.incomplete.extend(cut);
    let mut rows = rows.into_iter();
    let headers = rows.next().map(|row| row.cells).unwrap_or_default();
    let fields: Vec<Option<&str>> = headers.iter().map(|header| field(header)).collect();
    let has = |wanted: &str| fields.contains(&Some(wanted));
    if !has("email") || !has("name") {
        return Err(Failure::usage(format!(
            "{} is no export of Domo's people: it has no columns for e-mail and name",
            evidence.source
        ))
        .hint("a People export has displayName and email, DomoStats People has Display Name, Email and User ID")
        .into());
    }
    let mut twice: Vec<&str> = fields.iter().flatten().copied().collect();
    twice.sort_unstable();
    if let Some([one, _]) = twice.windows(2).find(|pair| matches!(pair, [one, other] if one == other)) {
        return Err(Failure::usage(format!("{} has two columns for `{one}`", evidence.source)).into());
    }
    evidence.kind = if has("id") { Evidence::DOMOSTATS } else { Evidence::PEOPLE_EXPORT }.into();
    evidence.warnings.push(if has("id") {
        "DomoStats leaves out removed people and Domo's own system users, and does not say who is active".into()
    } else {
        "a People export carries no ids and does not say who is active".into()
    });
    let kind = evidence.kind.clone();
    let objects = rows.map(|row| object(&kind, &fields, &row).with_context(|| format!("row {}", row.number)));
    let objects = objects.collect::<Result<Vec<String>>>().with_context(|| {
        Failure::usage(format!("{} cannot be read as accounts", evidence.source)).hint("correct the row, or export the file again")
    })?;
    objects::from_objects(objects, evidence)
}

fn object(kind: &str, fields: &[Option<&str>], row: &TextRow) -> Result<String> {
    let mut object = Map::from_iter([(MARK.to_owned(), Value::from(kind))]);
    for (at, (field, cell)) in fields.iter().zip(&row.cells).enumerate() {
        let Some(field) = *field else { continue };
        if row.uncomputed.contains(&at) {
            bail!("{field} is a formula that nobody has computed: open the workbook in a spreadsheet and save it");
        }
        let cell = cell.trim();
        let value = match field {
            "id" => {
                let id = text::whole(cell).parse::<u64>();
                Value::from(id.with_context(|| format!("the user id `{}` is no number", text::visible(cell)))?)
            }
            "groups" => cell.split(text::SEPARATORS).map(str::trim).filter(|name| !name.is_empty()).map(Value::from).collect(),
            _ => Value::from(cell),
        };
        object.insert(field.to_owned(), value);
    }
    // A People export knows the role by its id only.
    if !object.contains_key("role")
        && let Some(id) = object.get("roleId").and_then(Value::as_str)
        && let Some(role) = Role::of_id(id)
    {
        object.insert("role".into(), Value::from(role.as_str()));
    }
    Ok(Value::Object(object).to_string())
}

#[cfg(test)]
mod tests {
    use super::super::load::load;
    use super::Accounts;

    fn loaded(name: &str, text: &str) -> anyhow::Result<Accounts> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        load(&path)
    }

    fn text_of(read: &Accounts, column: &str) -> Vec<Option<String>> {
        let column = read.frame.column(column).unwrap().cast(&polars::prelude::DataType::String).unwrap();
        column.str().unwrap().iter().map(|value| value.map(str::to_owned)).collect()
    }

    #[test]
    fn a_people_export_has_no_ids_and_knows_roles_by_number() {
        let read = loaded(
            "people.csv",
            "displayName,roleID,title,department,email,employeeNumber\nAda Byron,1,Analyst,,ada@acme.com,00123\nBob,2317,,,bob@acme.com,\n",
        )
        .unwrap();
        assert_eq!(read.evidence.kind, "people-export");
        assert_eq!(text_of(&read, "id"), [None, None]);
        assert_eq!(text_of(&read, "role"), [Some("Admin".into()), None]);
        assert_eq!(text_of(&read, "employee_number")[0].as_deref(), Some("00123"));
        let provided: Vec<_> = read.provided.iter().map(String::as_str).collect();
        assert_eq!(provided, ["department", "email", "employee_number", "name", "role", "role_id", "title"]);
    }

    #[test]
    fn domostats_carries_ids_and_last_logins() {
        let read = loaded(
            "stats.csv",
            "\u{feff}User ID,Display Name,Email,Role,Last Login\n1704739518,Ada Byron,ada@acme.com,Admin,2026-11-01 10:00:00\n",
        )
        .unwrap();
        assert_eq!(read.evidence.kind, "domostats");
        assert_eq!(text_of(&read, "id"), [Some("1704739518".into())]);
        assert_eq!(text_of(&read, "last_login"), [Some("2026-11-01".into())]);
    }

    #[test]
    fn a_snapshot_of_an_export_reads_back_to_the_same_frame() {
        let read = loaded("people.csv", "displayName,email,phoneNumber\nAda,ada@acme.com,\n").unwrap();
        let again = loaded("accounts.jsonl", std::str::from_utf8(read.snapshot.bytes()).unwrap()).unwrap();
        assert!(read.frame.equals_missing(&again.frame));
        assert_eq!(read.provided, again.provided);
    }

    #[test]
    fn another_table_is_refused_as_wrong_usage() {
        let error = loaded("workers.csv", "Worker,Cost Center\nAda,7\n").unwrap_err();
        assert_eq!(crate::failure::kind(&error), crate::failure::FailureKind::Usage);
    }
}
