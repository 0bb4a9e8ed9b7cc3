//! Columns that are not read although their cells look like something that decides: addresses, and days or words for employment
//! where nothing says who left.

use anyhow::{Result, bail};

use super::mapping::Mapping;
use super::slot::Slot;
use super::spellings::NOTICE;
use crate::config;
use crate::directory::headers;
use crate::directory::raw::{Raw, Watched};
use crate::failure::Failure;

/// Stops the load where such a column may be the one that is needed, and names the others.
pub(in crate::directory) fn refuse(raw: &Raw, mapping: &Mapping, file: &config::Directory, notes: &mut Vec<String>) -> Result<()> {
    let ignored = |column: &Watched| file.ignore.iter().any(|header| headers::key(header) == headers::key(&column.header));
    let those = |hold: fn(&Watched) -> bool| -> Vec<&Watched> {
        raw.watched.iter().filter(|column| !ignored(column) && hold(column)).collect()
    };
    let addresses = those(Watched::holds_addresses);
    let (days, states) = (those(Watched::holds_days), those(Watched::holds_states));
    let may_be_last: Vec<&Watched> = days.iter().copied().filter(|column| !headers::is_of_no_last_day(&column.header)).collect();
    // A day of notice says of nobody that they have left.
    let tells = |slot: &Slot| mapping.columns(*slot).any(|claim| *slot != Slot::TerminationDate || claim.rank != NOTICE);
    let mapped = |slots: &[Slot]| slots.iter().any(tells);
    if !mapped(&[Slot::Email]) {
        needed(&addresses, "e-mail addresses, and no column is known to be the work address", "it is", "email")?;
    }
    if !mapped(&[Slot::Status, Slot::Enabled, Slot::Disabled, Slot::Ended, Slot::AccountControl, Slot::TerminationDate]) {
        let nobody = |what: &str| format!("{what}, and nothing that is known in the file says who has left");
        needed(&may_be_last, &nobody("days"), "it is the last day", "termination_date")?;
        needed(&states, &nobody("words for who is employed"), "it is the status", "status")?;
    }
    for (columns, what) in [(addresses, "addresses"), (days, "days")] {
        if !columns.is_empty() {
            notes.push(format!(
                "{} {what} and {} not read; `ignore = {}` under [[directory]] says that this is right",
                named(&columns),
                if columns.len() == 1 { "is" } else { "are" },
                list(&columns)
            ));
        }
    }
    Ok(())
}

/// Refuses such columns, if there are any: what they hold, what the first may be, and the field that it is then.
fn needed(columns: &[&Watched], what: &str, if_so: &str, field: &str) -> Result<()> {
    let Some(first) = columns.first() else { return Ok(()) };
    bail!(Failure::usage(format!("{} {what}", named(columns))).hint(format!(
        "if {if_so}, say so in [directory.columns]: {field} = \"{}\"; if not, under [[directory]]: ignore = {}",
        first.header,
        list(columns)
    )))
}

/// What `ignore` names that is no column of the file: a slip, or a column that came under another name.
pub(in crate::directory) fn ignored_in_vain<'f>(
    headers: &'f [String],
    file: &'f config::Directory,
) -> impl Iterator<Item = String> + 'f {
    let unknown = |named: &&String| !headers.iter().any(|header| headers::key(header) == headers::key(named));
    file.ignore.iter().filter(unknown).map(|named| format!("ignore names `{named}`, which is no column of the file"))
}

/// `` `Exit` holds ``, `` `Exit` and `Start` hold ``.
fn named(columns: &[&Watched]) -> String {
    let names: Vec<String> = columns.iter().map(|column| format!("`{}`", shown(column))).collect();
    format!("{} {}", names.join(" and "), if columns.len() == 1 { "holds" } else { "hold" })
}

fn list(columns: &[&Watched]) -> String {
    let names: Vec<String> = columns.iter().map(|column| config::quoted(&shown(column))).collect();
    format!("[{}]", names.join(", "))
}

fn shown(column: &Watched) -> String {
    column.header.split_whitespace().collect::<Vec<_>>().join(" ")
}
