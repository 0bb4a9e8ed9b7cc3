//! Raw objects into [`Accounts`]: nothing dropped, and an id that comes twice said.

use std::collections::HashSet;

use anyhow::{Result, anyhow};
use polars::prelude::*;
use rayon::prelude::*;

use super::accounts::{Accounts, Evidence};
use super::frame::{Built, build};
use super::snapshot::Snapshot;
use super::wire::id;
use crate::failure::Failure;
use crate::text;

/// Raw objects into [`Accounts`]. An object that cannot be read is an error that names its id and position, never a dropped row.
/// An id that comes twice is folded: the first stays.
///
/// # Errors
/// An object cannot be read: its id and position are named.
pub fn from_objects<T: AsRef<str>>(objects: impl IntoIterator<Item = T>, evidence: Evidence) -> Result<Accounts> {
    let mut lines = Snapshot::default();
    objects.into_iter().for_each(|object| lines.push(object.as_ref()));
    from_any_lines(lines, evidence)
}

/// The same of objects that stand in a snapshot already.
pub(super) fn from_any_lines(lines: Snapshot, evidence: Evidence) -> Result<Accounts> {
    from_lines(lines, evidence.clone()).unwrap_or_else(|lines| folded(&lines, evidence))
}

/// [`from_objects`] where an id comes twice, or one of them is no account.
fn folded(lines: &Snapshot, mut evidence: Evidence) -> Result<Accounts> {
    let mut snapshot = Snapshot::default();
    let mut seen = HashSet::new();
    for row in 0..lines.len() {
        let object = lines.line(row).unwrap_or_default();
        evidence.rows += 1;
        match id(object.as_bytes()) {
            Ok(Some(id)) if !seen.insert(id) => evidence.repeated += 1,
            _ => snapshot.push(object),
        }
    }
    if evidence.repeated > 0 {
        // Pages that moved while they were read repeat one account at an edge, and lose another there.
        evidence.incomplete.push(format!(
            "{} an id that came before (the first of each was kept): where pages were put together, as many accounts may be \
             missing",
            text::plural(evidence.repeated, "row repeats", "rows repeat")
        ));
    }
    from_snapshot(snapshot, evidence)
}

/// Accounts whose snapshot says more than before, row by row; how they were read stays.
pub(super) fn again(accounts: Accounts, snapshot: Snapshot) -> Result<Accounts> {
    let Accounts { provided, mut evidence, numbers, .. } = accounts;
    let built = build(&snapshot)
        .map_err(|(position, why)| unreadable(&evidence.source, position, snapshot.object(position).unwrap_or_default(), &why))?;
    if evidence.is_from_api() {
        (evidence.sha256, evidence.bytes) = (snapshot.sha256(), snapshot.bytes().len() as u64);
    }
    let provided = built.seen.provided().into_iter().chain(provided).collect();
    Ok(Accounts { numbers, ..Accounts::new(built.frame, snapshot, provided, evidence)? })
}

/// [`from_objects`] for lines that are a snapshot already, as a million accounts mostly come. They are given back where one is no
/// account, or an id comes twice: then each has to be looked at.
pub(super) fn from_lines(lines: Snapshot, mut evidence: Evidence) -> Result<Result<Accounts>, Snapshot> {
    let named = !evidence.sha256.is_empty();
    let (built, sha256) = rayon::join(|| build(&lines), || if named { String::new() } else { lines.sha256() });
    match built {
        Ok(built) if distinct(&built.frame) => {
            if !named {
                (evidence.sha256, evidence.bytes) = (sha256, lines.bytes().len() as u64);
            }
            evidence.rows += lines.len() as u64;
            Ok(accounts(built, lines, evidence))
        }
        _ => Err(lines),
    }
}

fn distinct(frame: &DataFrame) -> bool {
    let mut ids: Vec<u64> = frame.column("id").and_then(Column::u64).map_or(Vec::new(), |ids| ids.iter().flatten().collect());
    ids.par_sort_unstable();
    ids.windows(2).all(|pair| pair[0] != pair[1])
}

/// The frame over a snapshot whose ids are distinct.
pub(super) fn from_snapshot(snapshot: Snapshot, mut evidence: Evidence) -> Result<Accounts> {
    let built = build(&snapshot)
        .map_err(|(position, why)| unreadable(&evidence.source, position, snapshot.object(position).unwrap_or_default(), &why))?;
    if evidence.sha256.is_empty() {
        evidence.sha256 = snapshot.sha256();
        evidence.bytes = snapshot.bytes().len() as u64;
    }
    accounts(built, snapshot, evidence)
}

fn accounts(built: Built, snapshot: Snapshot, mut evidence: Evidence) -> Result<Accounts> {
    evidence.distinct = snapshot.len() as u64;
    evidence.warnings.extend(built.seen.notes());
    if snapshot.is_empty() {
        evidence.incomplete.push(format!("{} holds no accounts at all", evidence.source));
    }
    let numbers = built.seen.numbers_are_numbers();
    Ok(Accounts { numbers, ..Accounts::new(built.frame, snapshot, built.seen.provided(), evidence)? })
}

/// Names the account where it can.
fn unreadable(source: &str, position: usize, object: &[u8], why: &str) -> anyhow::Error {
    let who = match id(object) {
        Ok(Some(id)) => format!("account {id}"),
        _ => "an account".into(),
    };
    anyhow!("{}", text::visible(why)).context(
        Failure::failed(format!("{who} at position {} of {source} cannot be read", position + 1))
            .hint("no row is dropped silently; this one has to be understood or corrected first"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(objects: &[&str]) -> Accounts {
        from_objects(objects, Evidence { source: "test".into(), ..Evidence::default() }).unwrap()
    }

    fn text_of(accounts: &Accounts, column: &str, row: usize) -> Option<String> {
        accounts.frame.column(column).unwrap().str().unwrap().get(row).map(str::to_owned)
    }

    #[test]
    fn numbers_and_texts_give_the_same_employee_number_and_role_id() {
        let read = accounts(&[
            r#"{"id":1,"employeeNumber":9007199254740993,"roleId":4}"#,
            r#"{"id":"2","employeeNumber":"9007199254740993","roleId":"4"}"#,
            r#"{"id":3,"employeeNumber":"00123"}"#,
        ]);
        for row in 0..2 {
            assert_eq!(text_of(&read, "employee_number", row).unwrap(), "9007199254740993");
            assert_eq!(text_of(&read, "role_id", row).unwrap(), "4");
        }
        assert_eq!(text_of(&read, "employee_number", 2).unwrap(), "00123");
    }

    #[test]
    fn absent_and_null_are_null_but_empty_is_empty() {
        let read = accounts(&[r#"{"id":1}"#, r#"{"id":2,"title":null}"#, r#"{"id":3,"title":""}"#]);
        assert_eq!(text_of(&read, "title", 0), None);
        assert_eq!(text_of(&read, "title", 1), None);
        assert_eq!(text_of(&read, "title", 2).as_deref(), Some(""));
    }

    #[test]
    fn a_day_in_january_1970_is_repaired_and_noted() {
        let read = accounts(&[r#"{"id":1,"createdAt":"1970-01-18T13:19:16.479Z","updatedAt":"2018-01-24T01:34:25.531Z"}"#]);
        let date = |column: &str| {
            let column = read.frame.column(column).unwrap().cast(&DataType::String).unwrap();
            column.str().unwrap().get(0).unwrap().to_owned()
        };
        assert_eq!((date("created").as_str(), date("updated").as_str()), ("2018-01-24", "2018-01-24"));
        assert!(read.evidence.warnings.iter().any(|note| note.contains("1970")), "{:?}", read.evidence.warnings);
    }

    #[test]
    fn absent_means_active_unless_deleted() {
        let read =
            accounts(&[r#"{"id":1}"#, r#"{"id":2,"active":false}"#, r#"{"id":3,"deleted":true}"#, r#"{"id":4,"active":"true"}"#]);
        let active: Vec<_> = read.frame.column("active").unwrap().bool().unwrap().iter().flatten().collect();
        assert_eq!(active, [true, false, false, true]);
    }

    #[test]
    fn an_unreadable_object_names_its_id_and_position() {
        for (broken, expected) in [
            (r#"{"id":77,"title":["a"]}"#, "account 77 at position 2"),
            (r#"{"id":-5}"#, "an account at position 2"),
            (r#"{"status":401,"message":"no"}"#, "an account at position 2"),
            (r#"{"id":77,"active":"maybe"}"#, "account 77 at position 2"),
            (r#"17"#, "an account at position 2"),
            (r#"[77,"a@acme.example"]"#, "an account at position 2"),
        ] {
            let error = from_objects([r#"{"id":1}"#, broken], Evidence { source: "x.jsonl".into(), ..Evidence::default() });
            let error = crate::failure::paragraph(&error.unwrap_err());
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_repeated_id_is_folded_and_told() {
        let read = accounts(&[r#"{"id":1,"name":"a"}"#, r#"{"id":1,"name":"b"}"#]);
        assert_eq!((read.frame.height(), read.evidence.rows, read.evidence.repeated), (1, 2, 1));
        assert_eq!(text_of(&read, "name", 0).as_deref(), Some("a"));
    }
}
