//! Which column fills which field: the configuration, then the recognised system, then the synonyms; by rank where several claim
//! one.

use std::borrow::Cow;

use anyhow::{Result, bail};

use super::slot::Slot;
use super::spellings::{NOTICE, WEAK, WRAPPERS};
use super::systems::System;
use crate::config;
use crate::directory::people::Mapped;
use crate::directory::raw::{Doubled, Raw};
use crate::directory::{cells, headers};
use crate::failure::Failure;
use crate::terms::{FIELDS, Field};

/// A column that claims a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::directory) struct Claim {
    /// Index into [`Raw::columns`].
    pub(in crate::directory) column: usize,
    /// The slot.
    pub(in crate::directory) slot: Slot,
    /// Lower is better; 0 is the configuration's word, 1 a preset's.
    pub(in crate::directory) rank: u8,
    /// `configured`, `preset okta`, `synonym`.
    pub(in crate::directory) why: String,
}

/// The columns in use.
#[derive(Debug, Default)]
pub(in crate::directory) struct Mapping {
    claims: Vec<Claim>,
    /// The system.
    pub(in crate::directory) system: Option<&'static System>,
    /// Choices made, as sentences.
    pub(in crate::directory) notes: Vec<String>,
}

/// Whether the configuration names this header: as a column, or to tell rows that are no people.
pub(in crate::directory) fn is_configured(header: &str, file: &config::Directory) -> bool {
    file.columns.values().chain(file.skip_rows.keys()).any(|named| same_header(named, header))
}

/// What the configuration says that this header is.
pub(in crate::directory) fn configured(header: &str, file: &config::Directory) -> Option<Slot> {
    let (field, _) = file.columns.iter().find(|(_, named)| same_header(named, header))?;
    Slot::of(field)
}

/// A path may be named with what wraps every item of its list (`node.email`), which is taken off when the items are read.
fn same_header(named: &str, header: &str) -> bool {
    let bare = WRAPPERS.iter().find_map(|wrapper| named.strip_prefix(wrapper)?.strip_prefix('.')).unwrap_or(named);
    [named, bare].iter().any(|named| *named == header || headers::key(named) == headers::key(header))
}

impl Mapping {
    /// Decides which columns fill which slots.
    pub(in crate::directory) fn decide(raw: &Raw, all_headers: &[String], file: &config::Directory) -> Result<Self> {
        let system = headers::system(all_headers.iter().map(String::as_str));
        let mut mapping = Self { system, ..Self::default() };
        mapping.configured(raw, all_headers, file)?;
        let configured: Vec<Slot> = mapping.claims.iter().map(|claim| claim.slot).collect();
        let taken = |slot: Slot| configured.iter().any(|taken| taken.field() == slot.field() && slot.field().is_some());
        for (column, candidate) in raw.columns.iter().enumerate() {
            if mapping.claims.iter().any(|claim| claim.column == column) {
                continue;
            }
            let preset = system.and_then(|system| {
                let keys = headers::own_keys(&candidate.header);
                system.columns.iter().find(|(header, _)| keys.contains(&headers::key(header)))
            });
            let claim = match (preset, system) {
                (Some((_, None)), _) => continue,
                (Some((_, Some(slot))), Some(system)) => {
                    Claim { column, slot: *slot, rank: 1, why: format!("preset {}", system.name) }
                }
                _ => match headers::meaning(&candidate.header) {
                    Some((slot, rank)) => Claim { column, slot, rank, why: Mapped::SYNONYM.into() },
                    None => continue,
                },
            };
            // Exchange's list has the primary address and the aliases.
            let aliases = claim.slot == Slot::Email && headers::key(&candidate.header) == "proxyaddresses";
            let also = aliases.then(|| Claim { slot: Slot::AlternateEmail, rank: 30, ..claim.clone() });
            // The configuration says which address is the main one; the others are the person's all the same.
            let is_other = claim.slot == Slot::Email && !aliases && taken(Slot::Email);
            let claim = if is_other { Claim { slot: Slot::AlternateEmail, rank: claim.rank.min(40), ..claim } } else { claim };
            mapping.claims.extend([Some(claim), also].into_iter().flatten().filter(|claim| !taken(claim.slot)));
        }
        mapping.claims.sort_by_key(|claim| (claim.slot, claim.rank, claim.column));
        mapping.drop_makeshifts(raw);
        mapping.drop_okta_ids(raw);
        mapping.refuse_contradictions(raw)?;
        Ok(mapping)
    }

    fn configured(&mut self, raw: &Raw, all_headers: &[String], file: &config::Directory) -> Result<()> {
        let mut absent = Vec::new();
        // An empty file without headers is reported as empty, not as lacking columns.
        let anything = !(raw.rows.is_empty() && all_headers.is_empty());
        for (field, header) in &file.columns {
            let Some(slot) = Slot::of(field) else {
                let known = Field::names().join(", ");
                bail!(Failure::usage(format!("[directory.columns] `{field}` is no field")).hint(format!("the fields are {known}")));
            };
            if !anything {
                continue;
            }
            let exact = raw.columns.iter().position(|column| column.header == *header);
            let found = exact.or_else(|| raw.columns.iter().position(|column| same_header(header, &column.header)));
            let Some(column) = found else {
                let said = format!("[directory.columns] {field} = \"{header}\": the file has no such column");
                absent.push((said, nearest(header, all_headers)));
                continue;
            };
            self.claims.push(Claim { column, slot, rank: 0, why: "configured".into() });
        }
        let seen = || raw.columns.iter().map(|column| format!("`{}`", column.header)).collect::<Vec<_>>().join(", ");
        match absent.as_slice() {
            [] => Ok(()),
            [(said, near)] => bail!(Failure::usage(said).hint(format!("{near}recognised in the file: {}", seen()))),
            several => {
                let lines: Vec<_> = several.iter().map(|(said, near)| format!("{said} {near}").trim_end().to_owned()).collect();
                bail!(Failure::usage(lines.join("\n")).hint(format!("recognised in the file: {}", seen())))
            }
        }
    }

    /// A makeshift header counts only while no better column claims the field, and only if it holds anything: a list of all columns
    /// has them whether or not somebody uses them. A login beside an e-mail still fills its blanks.
    fn drop_makeshifts(&mut self, raw: &Raw) {
        let claims = std::mem::take(&mut self.claims);
        let has_better = |claim: &Claim| claims.iter().any(|other| other.slot == claim.slot && other.rank < WEAK);
        let holds = |claim: &Claim| raw.columns.get(claim.column).is_some_and(|column| column.values.null_count() < raw.rows.len());
        let counts = |claim: &Claim| claim.slot == Slot::Email || !has_better(claim) && holds(claim);
        self.claims = claims.iter().filter(|claim| claim.rank < WEAK || counts(claim)).cloned().collect();
    }

    /// Exports of Okta name its own ids `employee_id`. They stand in no other system, and are no numbers to write to one.
    fn drop_okta_ids(&mut self, raw: &Raw) {
        let is_id =
            |cell: &str| cell.len() == 20 && cell.starts_with("00u") && cell.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let notes = &mut self.notes;
        self.claims.retain(|claim| {
            let column = raw.columns.get(claim.column).filter(|_| claim.slot == Slot::EmployeeNumber && claim.rank > 0);
            let ids = column.filter(|column| column.values.iter().flatten().next().is_some_and(is_id));
            let ids = ids.filter(|column| column.values.iter().flatten().all(is_id));
            notes.extend(
                ids.map(|column| format!("`{}` holds Okta's own ids, no employee numbers: it was not read", column.header)),
            );
            ids.is_none()
        });
    }

    /// Two columns of one rank that differ: of addresses, numbers and switches nobody but a person can say which is meant.
    fn refuse_contradictions(&mut self, raw: &Raw) -> Result<()> {
        let (mut contradictions, mut choices, mut rename) = (Vec::new(), Vec::new(), "");
        for pair in self.claims.windows(2) {
            let [one, other] = pair else { continue };
            let same_claim = one.slot == other.slot && one.rank == other.rank && one.rank < WEAK && !one.slot.is_list();
            if !same_claim || !one.slot.decides() {
                continue;
            }
            let (Some(first), Some(second)) = (raw.columns.get(one.column), raw.columns.get(other.column)) else { continue };
            let differ = first
                .values
                .iter()
                .zip(second.values.iter())
                .position(|(one, other)| one.is_some() && other.is_some() && one != other);
            let Some(at) = differ else {
                self.notes
                    .push(format!("the columns `{}` and `{}` hold the same; the first was used", first.header, second.header));
                continue;
            };
            // Words and last days are read from both, and a row in which one of them says employed is read so and doubted.
            if matches!(one.slot, Slot::Status | Slot::TerminationDate) {
                let (first, second) = (&first.header, &second.header);
                self.notes.push(format!("`{first}` and `{second}` differ in some rows: both are read, row by row"));
                continue;
            }
            let field = one.slot.field_name().unwrap_or_default();
            let row = raw.rows.get(at).copied().unwrap_or_default();
            contradictions.push(format!(
                "the columns {} `{}` and {} `{}` both look like {field} and differ, first in row {row}",
                letter(first.at),
                first.header,
                letter(second.at),
                second.header
            ));
            choices.push(format!("{field} = \"{}\"", first.header));
            if first.header == second.header {
                rename = " (or rename one of two equal headers)";
            }
        }
        if contradictions.is_empty() {
            return Ok(());
        }
        bail!(
            Failure::usage(contradictions.join("\n"))
                .hint(format!("choose with [directory.columns] {}{rename}", choices.join(", ")))
        )
    }

    /// Of a field with several values the first is the value; where all are looked at, each stands on its line.
    pub(in crate::directory) fn choose_values(&self, raw: &mut Raw) {
        if !raw.several {
            return;
        }
        let mut firsts: Vec<String> = Vec::new();
        let Raw { columns, rows, doubled, .. } = raw;
        for (at, column) in columns.iter_mut().enumerate() {
            if !column.values.iter().flatten().any(|cell| cell.contains(cells::JOINER)) {
                continue;
            }
            let slots: Vec<Slot> = self.claims.iter().filter(|claim| claim.column == at).map(|claim| claim.slot).collect();
            let keeps = slots.is_empty() || slots.iter().any(|slot| slot.keeps_several());
            if slots.iter().any(|slot| slot.tells_who_left()) {
                let cells = rows.iter().zip(column.values.iter()).filter_map(|(row, cell)| Some((*row, cell?)));
                let further = cells.flat_map(|(row, cell)| {
                    cell.split(cells::JOINER).filter_map(cells::clean).skip(1).map(move |value| (row, value))
                });
                let doubling = |(row, value): (u32, &str)| Doubled {
                    row,
                    header: column.header.clone(),
                    value: value.to_owned(),
                    listed: true,
                };
                doubled.extend(further.map(doubling));
            }
            if !keeps {
                firsts.push(column.header.clone());
            }
            column.values = column.values.iter().map(|cell| cell.and_then(|cell| chosen(cell, keeps))).collect();
        }
        for doubled in raw.doubled.iter_mut().filter(|doubled| doubled.value.contains(cells::JOINER)) {
            doubled.value = chosen(&doubled.value, !firsts.contains(&doubled.header)).unwrap_or_default().into_owned();
        }
    }

    /// A formula that nobody has computed is no empty cell: whoever decides on it would decide wrongly.
    pub(in crate::directory) fn refuse_uncomputed(&mut self, raw: &Raw) -> Result<()> {
        const HINT: &str = "open the workbook in Excel and save it, then load it again";
        let mut decides = Vec::new();
        for claim in &self.claims {
            let Some(column) = raw.columns.get(claim.column).filter(|column| raw.unvalued.contains(&column.at)) else { continue };
            let problem = format!("the column {} `{}` holds formulas without values", letter(column.at), column.header);
            match claim.slot.decides() {
                true => decides.push(problem),
                false => self.notes.push(format!("{problem}: {HINT}")),
            }
        }
        if decides.is_empty() {
            return Ok(());
        }
        bail!(Failure::usage(decides.join("\n")).hint(HINT))
    }

    /// All columns in use.
    pub(in crate::directory) fn all(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter()
    }

    /// The columns of a slot, best first.
    pub(in crate::directory) fn columns(&self, slot: Slot) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(move |claim| claim.slot == slot)
    }

    /// How many columns were kept until the system was known, and then not read.
    pub(in crate::directory) fn passed_over(&self, raw: &Raw) -> u64 {
        (0..raw.columns.len()).filter(|column| !self.claims.iter().any(|claim| claim.column == *column)).count() as u64
    }

    /// The best column of a slot.
    pub(in crate::directory) fn first(&self, slot: Slot) -> Option<&Claim> {
        self.columns(slot).next()
    }

    /// What was read from where, for the evidence.
    pub(in crate::directory) fn mapped(&self, raw: &Raw) -> Vec<Mapped> {
        // A day of notice fills no last day.
        let fills = |claim: &&Claim| claim.slot != Slot::TerminationDate || claim.rank != NOTICE;
        let mapped = self.claims.iter().filter(fills).filter_map(|claim| {
            let header = raw.columns.get(claim.column)?.header.clone();
            Some(Mapped { field: claim.slot.field_name()?.to_owned(), header, why: claim.why.clone() })
        });
        let mut mapped: Vec<Mapped> = mapped.collect();
        let place = |field: &str| FIELDS.iter().position(|known| known.name == field);
        mapped.sort_by_key(|mapped| place(&mapped.field));
        mapped
    }
}

/// The first of several values, or all of them.
fn chosen(cell: &str, all: bool) -> Option<Cow<'_, str>> {
    match all {
        _ if !cell.contains(cells::JOINER) => Some(cell.into()),
        true => Some(cell.replace(cells::JOINER, "\n").into()),
        false => cell.split(cells::JOINER).find_map(cells::clean).map(Cow::Borrowed),
    }
}

/// `did you mean …? ` where a header of the file is near. Whoever mistyped it knows its name: no other unread header is shown.
fn nearest(named: &str, headers: &[String]) -> String {
    let key = headers::key(named);
    let near = headers.iter().map(|header| (strsim::damerau_levenshtein(&key, &headers::key(header)), header)).min();
    let near = near.filter(|(distance, header)| *distance <= key.chars().count() / 4 && !header.trim().is_empty());
    near.map(|(_, header)| format!("did you mean `{}`? ", header.trim())).unwrap_or_default()
}

/// A column as a spreadsheet names it.
pub(in crate::directory) fn letter(at: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = at + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}
