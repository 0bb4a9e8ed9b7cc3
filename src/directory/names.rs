//! Names as people read them: given name first, without the marks that systems hang on.

use polars::prelude::*;

use crate::text::last_first;

/// What some systems append to a name.
const MARKS: &str =
    "on leave | terminated | inactive | c | contractor | external | guest | retired | future hire | leave of absence";

/// Given and family name in one.
pub(super) fn joined(given: &StringChunked, family: &StringChunked) -> StringChunked {
    let mut names = StringChunkedBuilder::new(PlSmallStr::EMPTY, given.len());
    let mut name = String::new();
    for (given, family) in given.iter().zip(family.iter()) {
        match (given, family) {
            (Some(given), Some(family)) => {
                name.clear();
                name.push_str(given);
                name.push(' ');
                name.push_str(family);
                names.append_value(&name);
            }
            (one, other) => names.append_option(one.or(other)),
        }
    }
    names.finish()
}

/// Whether a column of names lacks a part of them that another column has, the given names or the family names: in hardly any row
/// does it contain that.
pub(super) fn lacks(names: &StringChunked, part: &StringChunked) -> bool {
    const LOOKED_AT: usize = 10_000;
    let pairs = || names.iter().zip(part.iter()).filter_map(|(name, part)| Some((name?, part?))).take(LOOKED_AT);
    let whole = pairs().filter(|(name, part)| name.to_lowercase().contains(&part.to_lowercase())).count();
    whole * 10 < pairs().count()
}

/// Turns `Last, First` around where a column is written so, and cuts marks off. Gives the names and what was done.
pub(super) fn in_reading_order(names: StringChunked) -> (StringChunked, Vec<String>) {
    let filled = names.len() - names.null_count();
    let inverted = names.iter().flatten().filter(|name| last_first(name).is_some()).count();
    let marked = names.iter().flatten().filter(|name| hint(name).is_some()).count();
    let turn = inverted * 10 >= filled * 6 && inverted > 0;
    let mut notes = Vec::new();
    if turn {
        notes.push(format!("names are written `Last, First` ({inverted} of {filled}): read as `First Last`"));
    }
    if marked > 0 {
        notes.push(format!("{} in a mark, such as `(C)`: cut off", crate::text::plural(marked as u64, "name ends", "names end")));
    }
    if !turn && marked == 0 {
        return (names, notes);
    }
    let mut read = StringChunkedBuilder::new(PlSmallStr::EMPTY, names.len());
    for name in names.iter() {
        let name = name.map(|name| if hint(name).is_some() { without_mark(name) } else { name });
        match name.filter(|_| turn).and_then(last_first) {
            Some((family, given)) => read.append_value(format!("{given} {family}")),
            None => read.append_option(name),
        }
    }
    (read.finish(), notes)
}

/// What stands behind the name in `Jane Doe (On Leave)`, `Jane Doe [C]` or `Jane Doe - Terminated`, if it is a mark and not a part
/// of it.
pub(super) fn hint(name: &str) -> Option<&str> {
    marked(name).map(|(_, mark)| mark)
}

fn without_mark(name: &str) -> &str {
    marked(name).map_or(name, |(name, _)| name)
}

/// A name and its mark.
fn marked(name: &str) -> Option<(&str, &str)> {
    let within = |open: char, close: char| name.strip_suffix(close)?.rsplit_once(open);
    let (name, mark) = within('(', ')').or_else(|| within('[', ']')).or_else(|| name.rsplit_once(" - "))?;
    let mark = mark.trim();
    MARKS.split('|').any(|known| mark.eq_ignore_ascii_case(known.trim())).then(|| (name.trim_end(), mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&str]) -> Vec<String> {
        let names = StringChunked::from_slice(PlSmallStr::EMPTY, names);
        in_reading_order(names).0.iter().flatten().map(str::to_owned).collect()
    }

    #[test]
    fn a_column_of_last_first_is_turned() {
        assert_eq!(read(&["Byron, Ada", "O'Neil,Bob", "Prince"]), ["Ada Byron", "Bob O'Neil", "Prince"]);
    }

    #[test]
    fn a_suffix_is_no_given_name() {
        assert_eq!(read(&["Ann Field, Jr.", "Ada Byron"]), ["Ann Field, Jr.", "Ada Byron"]);
    }

    #[test]
    fn marks_come_off_and_nicknames_stay() {
        assert_eq!(
            read(&[
                "Jane Doe (On Leave)",
                "Robert Roe [C]",
                "Eve Moe - Terminated",
                "William (Bill) Poe",
                "Ann Low (Annie)",
                "Max - Moritz"
            ]),
            ["Jane Doe", "Robert Roe", "Eve Moe", "William (Bill) Poe", "Ann Low (Annie)", "Max - Moritz"]
        );
    }
}
