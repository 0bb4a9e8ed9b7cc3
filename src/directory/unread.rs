//! Columns that are not read although their cells look like something that decides: addresses, and days or words for employment
//! where nothing says who left.

use anyhow::{Result, bail};

use super::headers;
use super::mapping::Mapping;
use super::raw::{Raw, Watched};
use super::slot::Slot;
use crate::config;
use crate::failure::Failure;

/// Stops the load where such a column may be the one that is needed, and names the others.
pub(super) fn refuse(raw: &Raw, mapping: &Mapping, file: &config::Directory, notes: &mut Vec<String>) -> Result<()> {
    let ignored = |column: &&Watched| file.ignore.iter().any(|header| headers::key(header) == headers::key(&column.header));
    let watched = || raw.watched.iter().filter(|column| !ignored(column));
    let addresses: Vec<&Watched> = watched().filter(|column| column.holds_addresses()).collect();
    let days: Vec<&Watched> = watched().filter(|column| column.holds_days()).collect();
    let states: Vec<&Watched> = watched().filter(|column| column.holds_states()).collect();
    let mapped = |slots: &[Slot]| slots.iter().any(|slot| mapping.first(*slot).is_some());
    if !addresses.is_empty() && !mapped(&[Slot::Email]) {
        let one = named(&addresses);
        bail!(Failure::usage(format!("{one} e-mail addresses, and no column is known to be the work address")).hint(format!(
            "if it is, say so in [directory.columns]: email = \"{}\"; if not, under [[directory]]: ignore = {}",
            addresses.first().map_or("", |column| column.header.as_str()),
            list(&addresses)
        )));
    }
    let says_who_left =
        mapped(&[Slot::Status, Slot::Enabled, Slot::Disabled, Slot::Ended, Slot::AccountControl, Slot::TerminationDate]);
    if !days.is_empty() && !says_who_left {
        let one = named(&days);
        bail!(Failure::usage(format!("{one} days, and nothing that is known in the file says who has left")).hint(format!(
            "if it is the last day, say so in [directory.columns]: termination_date = \"{}\"; if not, under [[directory]]: ignore = {}",
            days.first().map_or("", |column| column.header.as_str()),
            list(&days)
        )));
    }
    if !states.is_empty() && !says_who_left {
        let one = named(&states);
        bail!(
            Failure::usage(format!("{one} words for who is employed, and nothing that is known in the file says who has left"))
                .hint(format!(
                    "if it is the status, say so in [directory.columns]: status = \"{}\"; if not, under [[directory]]: ignore = {}",
                    states.first().map_or("", |column| column.header.as_str()),
                    list(&states)
                ))
        );
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

/// What `ignore` names that is no column of the file: a slip, or a column that came under another name.
pub(super) fn ignored_in_vain<'f>(headers: &'f [String], file: &'f config::Directory) -> impl Iterator<Item = String> + 'f {
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
