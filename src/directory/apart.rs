//! Records that are no people: groups, contacts, rooms and devices that stand among them, and vacant positions. They are counted
//! apart.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use anyhow::Result;

use super::cells;
use super::headers;
use super::headers::mapping::Mapping;
use super::headers::slot::Slot;
use super::lists::{lines, lists, split};
use super::people::{Doubt, Source};
use super::raw::Raw;
use super::status;
use crate::config;
use crate::text::{Pattern, plural, squashed};

lists! {
    "apart.txt";
    VACANT = "vacant",
    MAY_BE_CALLED = "may be called",
    OF_PEOPLE = "of people",
}

/// What a record of each kind is called (one of several, many), and the words by which its kind is told.
static KINDS: LazyLock<Vec<(&str, &str, Vec<&str>)>> = LazyLock::new(|| {
    let kind = |(what, words): (&'static str, &'static str)| {
        let (one, many) = what.split_once(", ")?;
        Some((one, many, split(words).collect()))
    };
    lines(include_str!("apart.txt")).filter_map(kind).collect()
});

/// Rows that are nobody's.
#[derive(Default)]
struct Apart {
    /// With why.
    out: BTreeMap<u32, Cow<'static, str>>,
    /// Rows of which one cell says that they are nobody's, and others that they are somebody's.
    doubtful: BTreeMap<u32, String>,
    /// The numbers of vacant positions. Whoever has such a number may be somebody all the same.
    numbers: Vec<(u32, String)>,
}

/// Takes them out, says how many of each there were, and doubts the numbers that vacant positions have.
pub(super) fn take_out(
    raw: &mut Raw,
    mapping: &Mapping,
    file: &config::Directory,
    index: u32,
    source: &mut Source,
) -> Result<Vec<Doubt>> {
    let mut apart = Apart::default();
    apart.kinds(raw, mapping, source);
    apart.vacancies(raw, mapping, source);
    apart.configured(raw, file, source);
    // Hundreds of groups are told by their number, single rows by their place.
    source.skipped_rows += apart.out.len() as u64;
    raw.doubtful = apart.doubtful;
    raw.drop_rows(&apart.out)?;
    let doubt = |(row, value): (u32, String)| Doubt {
        source: index,
        row,
        field: "employee_number".into(),
        problem: "it is that of a vacant position".into(),
        value,
        not_comparable: true,
    };
    Ok(apart.numbers.into_iter().map(doubt).collect())
}

impl Apart {
    /// Records that say what they are.
    fn kinds(&mut self, raw: &Raw, mapping: &Mapping, source: &mut Source) {
        let mut counted: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
        for column in mapping.columns(Slot::RecordKind).filter_map(|claim| raw.columns.get(claim.column)) {
            for (at, (row, cell)) in raw.rows.iter().zip(column.values.iter()).enumerate() {
                let Some(cell) = cell else { continue };
                let Some(Kind { one, many, may_be_person }) = kind(cell) else { continue };
                let word = if may_be_person { status::is_state } else { status::is_of_people };
                if !filled(raw, mapping, Slot::EmployeeNumber, at).is_empty() || is_somebody(raw, mapping, at, word) {
                    let header = &column.header;
                    self.doubtful.insert(
                        *row,
                        format!("`{header}` says that it is a {one}, and other cells that it is a person; skip_rows settles it"),
                    );
                    continue;
                }
                if self.out.insert(*row, Cow::Borrowed("no person, by what it says it is")).is_none() {
                    counted.entry(one).or_insert((0, many)).0 += 1;
                }
            }
        }
        for (one, (count, many)) in counted {
            let (is, no) = if count == 1 { ("is", "no person") } else { ("are", "no people") };
            source.notes.push(format!("{} {is} {no}: counted apart", plural(count, one, many)));
        }
    }

    /// Positions that nobody holds.
    fn vacancies(&mut self, raw: &Raw, mapping: &Mapping, source: &mut Source) {
        let before = self.out.len();
        for at in without_address(raw, mapping) {
            let cells = |slot| filled(raw, mapping, slot, at);
            // `Poste` and `vacant` in two cells are one word for it; Mr Vaga Silva is nobody's vacancy.
            let joined = [cells(Slot::GivenName), cells(Slot::FamilyName)].concat().join(" ");
            let names = || cells(Slot::Name).into_iter().chain([joined.as_str()]);
            let Some(row) = raw.rows.get(at) else { continue };
            // A family may be called so: `Vaga, Anna`.
            let (vacant, may_be) = (names().any(is_vacant), names().any(is_vacant_or_family));
            // A position is active as people are: beside `VACANT` or `TBD - Clerk` such a word says nothing.
            let is_position = names().any(|name| is_vacant_position(name) || is_vacant(name) && !may_be_called(name));
            let said = |cell: &str| if is_position { status::is_of_people(cell) } else { status::is_state(cell) };
            let numbers = cells(Slot::EmployeeNumber);
            match (vacant, may_be, is_somebody(raw, mapping, at, said)) {
                (false, false, _) | (false, true, true) => {}
                (false, true, false) | (true, _, true) if !numbers.is_empty() => {
                    self.doubtful.insert(*row, "its name may be a word for a vacant position; skip_rows settles it".to_owned());
                }
                _ => {
                    self.out.entry(*row).or_insert(Cow::Borrowed("a vacant position"));
                    self.numbers.extend(numbers.into_iter().map(|number| (*row, number.to_owned())));
                }
            }
        }
        say(self.out.len() - before, "vacant position", "vacant positions", source);
    }

    /// Rows that `skip_rows` in the configuration names.
    fn configured(&mut self, raw: &Raw, file: &config::Directory, source: &mut Source) {
        let before = self.out.len();
        for (header, patterns) in &file.skip_rows {
            let Some(column) = raw.columns.iter().find(|column| headers::key(&column.header) == headers::key(header)) else {
                source.warnings.push(format!("skip_rows names `{header}`, which is no column of the file: it skips nothing"));
                continue;
            };
            for pattern in patterns {
                let matched = Pattern::new(pattern);
                let fits = |cell: Option<&str>| cell.is_some_and(|cell| matched.matches(cell));
                let mut named = raw.rows.iter().zip(column.values.iter()).filter(|(_, cell)| fits(*cell)).peekable();
                if named.peek().is_none() {
                    source
                        .warnings
                        .push(format!("skip_rows names `{pattern}` in `{header}`, which stands in no row: it skips nothing"));
                }
                named.for_each(|(row, _)| {
                    _ = self.out.entry(*row).or_insert(Cow::Borrowed("skip_rows in the configuration names it"))
                });
            }
        }
        say(self.out.len() - before, "row that skip_rows names", "rows that skip_rows names", source);
    }
}

/// The places of the rows without an address: most lists have none.
fn without_address(raw: &Raw, mapping: &Mapping) -> Vec<usize> {
    let columns = mapping.columns(Slot::Email).filter_map(|claim| raw.columns.get(claim.column));
    match columns.map(|column| column.values.is_null()).reduce(|one, other| &one & &other) {
        Some(blank) if !blank.any() => Vec::new(),
        Some(blank) => blank.iter().enumerate().filter(|(_, blank)| *blank == Some(true)).map(|(at, _)| at).collect(),
        None => (0..raw.rows.len()).collect(),
    }
}

/// The cells that one row has in the columns of a slot.
fn filled<'r>(raw: &'r Raw, mapping: &Mapping, slot: Slot, at: usize) -> Vec<&'r str> {
    mapping.columns(slot).filter_map(|claim| raw.columns.get(claim.column)?.values.get(at)).collect()
}

/// Whether a row says what is said of people alone: a first day, or a `word` for their standing.
fn is_somebody(raw: &Raw, mapping: &Mapping, at: usize, word: impl Fn(&str) -> bool) -> bool {
    !filled(raw, mapping, Slot::HireDate, at).is_empty() || filled(raw, mapping, Slot::Status, at).into_iter().any(word)
}

fn say(count: usize, one: &str, many: &str, source: &mut Source) {
    if count > 0 {
        source.notes.push(format!("{} skipped: no people", plural(count as u64, one, many)));
    }
}

/// What a record is that is no person.
struct Kind {
    one: &'static str,
    many: &'static str,
    /// People are called so, too: an external contact, a resource of a project.
    may_be_person: bool,
}

/// What a record says it is, if it is no person. LDAP gives all classes of an entry: `top`, `person`, ..., `computer`.
fn kind(cell: &str) -> Option<Kind> {
    // `CN=Group,CN=Schema,…` is Active Directory's objectCategory.
    let class = cell.strip_prefix("CN=").and_then(|rest| rest.split(',').next()).unwrap_or(cell);
    // Of several words the last is the thing: a `Security Group` is one, a `Team Lead` is no team.
    let spaced = |part: &str| {
        let words: Vec<String> = part.split(' ').map(squashed).collect();
        let first = if words.iter().any(|word| word == "top") { 0 } else { words.len() - 1 };
        words.into_iter().skip(first).collect::<Vec<_>>()
    };
    // `Room - large`, `Group (Universal)`: the thing stands before what is said of it.
    let before = [" - ", " – ", " ("].iter().find_map(|sign| class.split_once(sign)).map_or("", |(thing, _)| thing);
    let words: Vec<String> = class.split(cells::SEPARATORS).chain([before]).flat_map(spaced).chain([squashed(class)]).collect();
    KINDS.iter().find_map(|(one, many, known)| {
        let word = known.iter().find(|known| words.iter().any(|word| word == *known))?;
        Some(Kind { one, many, may_be_person: OF_PEOPLE.contains(word) })
    })
}

/// Whether records that are called so are no people.
pub(super) fn is_no_person(word: &str) -> bool {
    kind(word).is_some()
}

/// Whether a name says that there is nobody: a word for it alone, or before a sign and the position (`VACANT - Clerk`).
fn is_vacant(name: &str) -> bool {
    is_vacant_before(name, &['-', '–', ':', '(', '/', '#'])
}

/// Whether it says so in a word that is a family's, too, or stands for a name that is not known yet.
fn may_be_called(name: &str) -> bool {
    let lower = cells::trim(name).to_lowercase();
    MAY_BE_CALLED.iter().any(|word| lower.trim_matches(|sign: char| !sign.is_alphanumeric()) == *word)
}

/// Whether it says so and names the position.
fn is_vacant_position(name: &str) -> bool {
    let named = |(word, position): (&str, &str)| is_vacant(word) && position.contains(char::is_alphabetic);
    name.split_once(['-', '–', ':', '(', '/', '#']).is_some_and(named)
}

/// Whether it says so, or is a family's with the given name behind it.
fn is_vacant_or_family(name: &str) -> bool {
    is_vacant_before(name, &[','])
}

fn is_vacant_before(name: &str, signs: &[char]) -> bool {
    let lower = cells::trim(name).trim_matches(['(', ')', '<', '>', '[', ']', '*', '-', '.', ' ']).to_lowercase();
    let behind = |word: &str| lower.strip_prefix(word).map(str::trim_start);
    VACANT.iter().any(|word| behind(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(signs)))
}
