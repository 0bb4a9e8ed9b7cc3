//! Rows that cannot be used, and why.

use polars::prelude::*;

use super::given::Given;
use super::keys::NO_ADDRESS;
use crate::config;
use crate::digest::Hasher;
use crate::directory::headers::slot::Slot;
use crate::directory::people::{Doubt, Mapped, RejectedRow};
use crate::directory::raw::{Long, Raw, RawColumn};

/// Rows in which something that must be right is not, with why. Such a row is rejected whole: what else it says cannot be trusted.
pub(super) fn broken(given: Given<'_>, doubts: &[Doubt]) -> PlHashMap<u32, String> {
    let mut broken: PlHashMap<u32, String> = given.raw.doubtful.iter().map(|(row, why)| (*row, why.clone())).collect();
    for doubt in doubts.iter().filter(|doubt| doubt.field == "email" && doubt.problem == NO_ADDRESS) {
        broken.insert(doubt.row, "its e-mail cell holds no single address".to_owned());
    }
    for long in moved_rows(given.raw) {
        broken.insert(
            long.row,
            format!(
                "it has {} than there are headers: an unquoted delimiter has moved them",
                crate::text::plural(u64::from(long.more), "more cell", "more cells")
            ),
        );
    }
    broken
}

/// Rows that are longer than the headers. Where most rows have the same surplus of blank cells it is a delimiter at the line's end.
fn moved_rows(raw: &Raw) -> impl Iterator<Item = &Long> {
    let mut counts: PlHashMap<u32, usize> = PlHashMap::new();
    for long in raw.long.iter().filter(|long| long.blank) {
        *counts.entry(long.more).or_default() += 1;
    }
    let habit = counts.iter().find(|(_, count)| **count * 2 > raw.rows.len()).map(|(more, _)| *more);
    raw.long.iter().filter(move |long| !long.blank || Some(long.more) != habit)
}

/// Cells to which the file gives two values that differ: a key that stands twice in one object, a list.
pub(super) fn doubled(given: Given<'_>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for (claim, column) in given.mapping.all().filter_map(|claim| Some((claim, given.raw.columns.get(claim.column)?))) {
        let Some(field) = claim.slot.field_name() else { continue };
        let is_listed = given.is_listed(column);
        let employment = matches!(field, "status" | "hire_date" | "termination_date");
        for (at, value) in given.doubled(column) {
            let first = column.values.get(at).unwrap_or_default();
            let shown = if value.is_empty() { "none".to_owned() } else { format!("`{value}`") };
            let problem = format!(
                "{} with different values, `{first}` and {shown}: {}",
                if is_listed { "it is a list" } else { "its key stands twice" },
                if employment { "read as employed unless both say otherwise" } else { "not compared" }
            );
            doubts.push(Doubt { not_comparable: !employment, ..given.doubt(at, field, &problem, value) });
        }
    }
    doubts
}

/// A cell that begins with a quote nobody closed has swallowed or lost something: it is not compared.
pub(super) fn lonely_quotes(given: Given<'_>, mapped: &[Mapped]) -> Vec<Doubt> {
    let columns: Vec<(&str, &RawColumn)> = mapped
        .iter()
        .filter_map(|mapped| {
            let column = given.raw.columns.iter().find(|column| column.header == mapped.header)?;
            Some((mapped.field.as_str(), column))
        })
        .collect();
    let mut doubts = Vec::new();
    for row in &given.raw.odd_quotes {
        let Ok(at) = given.raw.rows.binary_search(row) else { continue };
        for (field, column) in &columns {
            let lonely = |cell: &&str| cell.starts_with('"') && cell.matches('"').count() % 2 == 1;
            let Some(cell) = column.values.get(at).filter(lonely) else { continue };
            // Joined names are compared as one.
            let joined = field.ends_with("_name").then_some("name");
            let doubt = |field| given.doubt(at, field, "it begins with a quote that is never closed", cell);
            doubts.extend([*field].into_iter().chain(joined).map(doubt));
        }
    }
    doubts
}

/// Rows with at least one usable key and nothing broken.
pub(super) fn usable(
    given: Given<'_>,
    emails: &StringChunked,
    numbers: &StringChunked,
    alternates: &ListChunked,
    broken: &PlHashMap<u32, String>,
) -> BooleanChunked {
    let keyed = emails.is_not_null() | numbers.is_not_null() | alternates.is_not_null();
    if broken.is_empty() {
        return keyed;
    }
    let whole = given.raw.rows.iter().map(|row| Some(!broken.contains_key(row)));
    keyed & BooleanChunked::from_iter_options(PlSmallStr::EMPTY, whole)
}

/// The rows that are not kept.
pub(super) fn rejected(
    given: Given<'_>,
    keep: &BooleanChunked,
    broken: &PlHashMap<u32, String>,
    doubts: &[Doubt],
) -> Vec<RejectedRow> {
    let raw = given.raw;
    let (email, number) = (given.column(Slot::Email), given.column(Slot::EmployeeNumber));
    // The id that a system gives its people may be their number in Domo, though nobody says so.
    let further = [Slot::Email, Slot::AlternateEmail, Slot::EmployeeNumber, Slot::PersonKey];
    let further: Vec<&RawColumn> = further.into_iter().flat_map(|slot| given.columns(slot)).collect();
    let managers: Vec<usize> = [Slot::ManagerEmail, Slot::ManagerKey, Slot::ManagerName]
        .into_iter()
        .flat_map(|slot| given.columns(slot))
        .map(|column| column.at)
        .collect();
    let displaced: PlHashMap<u32, &Vec<String>> = moved_rows(raw).map(|long| (long.row, &long.displaced)).collect();
    let mut problems: PlHashMap<u32, Vec<&str>> = PlHashMap::new();
    for doubt in doubts.iter().filter(|doubt| matches!(doubt.field.as_str(), "email" | "employee_number")) {
        problems.entry(doubt.row).or_default().push(&doubt.problem);
    }
    // Both are in the order of the file: one walk finds the line of every row.
    let mut breaks = raw.breaks.iter().peekable();
    let mut before = 0u32;
    let mut rejected = Vec::new();
    for (at, (row, _)) in raw.rows.iter().zip(keep.iter()).enumerate().filter(|(_, (_, keep))| *keep != Some(true)) {
        while let Some((_, lines)) = breaks.next_if(|(broken, _)| broken < row) {
            before = before.saturating_add(*lines);
        }
        let mut reason = match (broken.get(row), problems.get(row)) {
            (Some(why), _) => why.clone(),
            (None, Some(why)) => format!("no usable key: {}", why.join("; ")),
            (None, None) => "it has neither an e-mail address nor an employee number".to_owned(),
        };
        if before > 0 {
            reason.push_str(&format!(" (line {} of the file)", row.saturating_add(before)));
        }
        let held = |column: Option<&RawColumn>| column.and_then(|column| column.values.get(at)).map(str::to_owned);
        let (email, employee_number) = (held(email), held(number));
        let name = held(given.column(Slot::Name)).or_else(|| {
            let parts = [Slot::GivenName, Slot::FamilyName].into_iter().filter_map(|slot| held(given.column(slot)));
            Some(parts.collect::<Vec<_>>().join(" "))
        });
        let moved = displaced.get(row).into_iter().flat_map(|cells| cells.iter().cloned());
        // Cells that moved without making the row longer: an address may stand in any of them, but in that of somebody else.
        let misplaced = raw.columns.iter().filter(|column| !managers.contains(&column.at)).filter_map(|column| held(Some(column)));
        let misplaced = misplaced.filter(|cell| cell.contains('@'));
        let mut carried: Vec<String> =
            further.iter().filter_map(|column| held(Some(column))).chain(moved).chain(misplaced).collect();
        carried.retain(|cell| Some(cell) != email.as_ref() && Some(cell) != employee_number.as_ref());
        carried.dedup();
        rejected.push(RejectedRow {
            source: given.index,
            row: *row,
            reason,
            email,
            employee_number,
            carried,
            name: name.filter(|name| !name.trim().is_empty()),
            digest: digest(raw, at),
        });
    }
    rejected
}

/// Ids that rows without another key have, where they may be employee numbers and nothing else is known to be.
pub(super) fn unread_ids(given: Given<'_>, rejected: &[RejectedRow], broken: &PlHashMap<u32, String>) -> Option<String> {
    /// The ids of directories themselves are longer.
    const LONGEST: usize = 12;
    if given.column(Slot::EmployeeNumber).is_some() {
        return None;
    }
    let keyless = rejected.iter().filter(|rejected| !broken.contains_key(&rejected.row));
    let places: Vec<usize> = keyless.filter_map(|rejected| given.raw.rows.binary_search(&rejected.row).ok()).collect();
    let is_number = |cell: &str| cell.len() <= LONGEST && cell.bytes().any(|byte| byte.is_ascii_digit());
    let may_be = |column: &&RawColumn| places.iter().any(|at| column.values.get(*at).is_some_and(is_number));
    let header = &given.columns(Slot::PersonKey).find(may_be)?.header;
    Some(format!(
        "rows without an address were rejected, and `{header}` is not read as the employee number; if it is, say so in \
         [directory.columns]: employee_number = {}",
        config::quoted(header)
    ))
}

/// SHA-256 of what a row's cells hold, whatever the order of the columns: an export that was arranged anew keeps its findings.
fn digest(raw: &Raw, at: usize) -> String {
    let mut cells: Vec<&str> =
        raw.columns.iter().filter_map(|column| column.values.get(at)).filter(|cell| !cell.is_empty()).collect();
    cells.sort_unstable();
    let mut digest = Hasher::default();
    for cell in cells {
        digest.update(cell.as_bytes());
        digest.update([0x1F]);
    }
    digest.hex()
}
