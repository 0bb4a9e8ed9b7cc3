//! What identifies somebody: e-mail addresses and employee numbers, and lists of further addresses or groups.

use std::borrow::Cow;

use polars::prelude::*;

use super::given::{Given, Read};
use super::text::coalesce;
use crate::directory::collect::can_be_number;
use crate::directory::headers::slot::Slot;
use crate::directory::headers::spellings::WEAK;
use crate::directory::lists::lists;
use crate::directory::people::Doubt;
use crate::directory::raw::RawColumn;
use crate::directory::{cells, headers};
use crate::terms::value::Number;
use crate::text::{damage, entities, shows_nothing};

lists! {
    "keys.txt";
    NO_ADDRESSES = "no address",
}

/// What is wrong with a cell that should hold an address and does not.
pub(super) const NO_ADDRESS: &str = "this is no single e-mail address";

/// What is said of a cell that says that there is no address.
const NONE_YET: &str = "this is no e-mail address but a word for none: read as empty";

/// The e-mail addresses: of the best column, blanks filled from the next best.
pub(super) fn emails(given: Given<'_>) -> Read<StringChunked> {
    let mut claims =
        given.mapping.columns(Slot::Email).filter_map(|claim| Some((claim.rank, given.raw.columns.get(claim.column)?)));
    let Some((rank, first)) = claims.next() else { return Read { values: given.none(), ..Read::default() } };
    let mut read = addresses(given, first, rank, None);
    for (rank, next) in claims {
        let blank = read.values.null_count();
        if blank == 0 {
            break;
        }
        let more = addresses(given, next, rank, Some(&read.values));
        let filled = blank - more.values.null_count();
        if filled > 0 {
            read.notes.push(format!(
                "{} without `{}`: e-mail taken from `{}`",
                crate::text::plural(filled as u64, "row", "rows"),
                first.header,
                next.header
            ));
        }
        read.values = more.values;
        read.doubts.extend(more.doubts);
    }
    read
}

/// The addresses of one column, where `before` has none.
fn addresses(given: Given<'_>, column: &RawColumn, rank: u8, before: Option<&StringChunked>) -> Read<StringChunked> {
    // Most columns hold nothing but addresses: nothing is copied then.
    if before.is_none() && column.values.iter().flatten().all(cells::is_plain_email) {
        return Read { values: column.values.clone(), ..Read::default() };
    }
    let mut doubts = Vec::new();
    let mut values = StringChunkedBuilder::new(PlSmallStr::EMPTY, given.height());
    let mut before = before.map(|before| before.iter());
    for (at, cell) in column.values.iter().enumerate() {
        let known = before.as_mut().and_then(|before| before.next().flatten());
        match (known, cell) {
            (Some(known), _) => values.append_value(known),
            (None, None) => values.append_null(),
            (None, Some(cell)) if cells::is_plain_email(cell) => values.append_value(cell),
            (None, Some(cell)) => match address(cell) {
                Some(address) => {
                    if cell.contains(shows_nothing) {
                        let doubt = given.doubt(at, "email", "it holds invisible characters: read without them", cell);
                        doubts.push(Doubt { not_comparable: false, ..doubt });
                    }
                    let damage = damage::of_address(&address);
                    doubts
                        .extend(damage.map(|damage| {
                            given.doubt(at, "email", &format!("it {}: never written", damage.kind.describe()), cell)
                        }));
                    values.append_value(&address);
                }
                None => {
                    values.append_null();
                    // A login need not be an address.
                    if rank < WEAK {
                        let problem = if is_word_for_none(cell) { NONE_YET } else { NO_ADDRESS };
                        doubts.push(given.doubt(at, "email", problem, cell));
                    }
                }
            },
        }
    }
    Read { values: values.finish(), doubts, ..Read::default() }
}

/// Whether a cell says that somebody has no address, or none yet. Any other text may be half of one.
pub(in crate::directory) fn is_word_for_none(cell: &str) -> bool {
    let lower = cells::trim(cell).to_lowercase();
    NO_ADDRESSES.contains(&lower.trim_matches(['(', ')', '<', '>', '[', ']', '-', ' ']))
        || lower.chars().all(|sign| "-–—._*/ ".contains(sign))
}

/// The employee numbers, as text.
pub(super) fn numbers(given: Given<'_>) -> Read<StringChunked> {
    let Some(column) = given.column(Slot::EmployeeNumber) else { return Read { values: given.none(), ..Read::default() } };
    let (column, mut doubts, mut notes) = with_further_numbers(given, column);
    let column = column.as_ref();
    notes.extend(lost_zeros(given, column));
    let grouped = are_grouped(&column.values);
    if grouped {
        notes.push(format!(
            "`{}` holds numbers in groups of three digits, as a spreadsheet shows them: read without the signs between",
            column.header
        ));
    }
    if column.values.iter().flatten().all(is_plain_number) {
        return Read { values: column.values.clone(), notes, doubts };
    }
    let mut values = StringChunkedBuilder::new(PlSmallStr::EMPTY, given.height());
    let lists = are_lists(&column.values);
    let all_alike = !lists && column.values.iter().flatten().all(|cell| several_numbers(cell, true).len() > 1);
    if all_alike {
        notes.push(format!("`{}` holds numbers with a sign between their parts: each is read as one", column.header));
    }
    for (at, cell) in column.values.iter().enumerate() {
        let Some(cell) = cell else {
            values.append_null();
            continue;
        };
        if is_plain_number(cell) {
            values.append_value(cell);
            continue;
        }
        let joined = cell.replace(GROUPED_BY, "");
        let several = if grouped { vec![joined.as_str()] } else { several_numbers(cell, lists) };
        let first = several.iter().find(|part| is_number(part)).or(several.first()).copied().unwrap_or(cell);
        // Whoever has a further one is no orphan: what is left out of a cell may be anybody's.
        let further = if several.iter().any(|part| *part != first) {
            Some("it holds several numbers: the first is the key, and who has another of them is not evaluable")
        } else if !lists && !all_alike && several_numbers(cell, true).len() > 1 || !grouped && is_perhaps_several(cell) {
            Some("this may be several numbers or one: it is read as one, and who has a part of it is not evaluable")
        } else {
            None
        };
        doubts.extend(further.map(|problem| given.doubt(at, "employee_number", problem, &cell.replace('\n', "; "))));
        let problem = match Number::of(first) {
            _ if !can_be_number(first) => "a number has a digit and no space, so this identifies nobody",
            Number::Damaged => {
                "a spreadsheet turned the number into scientific notation, so its digits are lost and it identifies nobody"
            }
            Number::Text(number) if is_number(first) => {
                values.append_value(&number);
                continue;
            }
            Number::Text(_) | Number::Blank => "only zeros, a placeholder and no number",
        };
        doubts.push(given.doubt(at, "employee_number", problem, cell));
        values.append_null();
    }
    Read { values: values.finish(), doubts, notes }
}

/// The numbers, blanks filled from the next columns that agree with them. Where they differ in some row, or never stand side by
/// side, the next ones may be those of another system: whoever has such a number is no orphan.
fn with_further_numbers<'t>(given: Given<'t>, first: &'t RawColumn) -> (Cow<'t, RawColumn>, Vec<Doubt>, Vec<String>) {
    // Ids of other programs are no numbers of this one.
    const FOREIGN: u8 = 40;
    let (mut column, mut doubts, mut notes) = (Cow::Borrowed(first), Vec::new(), Vec::new());
    let further = given.mapping.columns(Slot::EmployeeNumber).skip(1).filter(|claim| claim.rank < FOREIGN);
    for next in further.filter_map(|claim| given.raw.columns.get(claim.column)) {
        let blank: Vec<(usize, &str)> = (column.values.iter().zip(next.values.iter()).enumerate())
            .filter_map(|(at, (one, other))| Some((at, other.filter(|other| one.is_none() && is_number(other))?)))
            .collect();
        if blank.is_empty() {
            continue;
        }
        let both = || column.values.iter().zip(next.values.iter()).filter_map(|(one, other)| Some((one?, other?)));
        let agree = both().next().is_some() && both().all(|(one, other)| one == other);
        if agree || are_of_contingent_workers(&column, next) {
            let rows = crate::text::plural(blank.len() as u64, "row", "rows");
            notes.push(format!("{rows} without `{}`: employee number taken from `{}`", first.header, next.header));
            column.to_mut().values = coalesce(&column.values, &next.values);
        } else {
            let problem = format!(
                "`{}` has one and `{}` has none, and the two may be of different systems: not read, and who has it is not \
                 evaluable",
                next.header, first.header
            );
            doubts.extend(blank.into_iter().map(|(at, cell)| given.doubt(at, "employee_number", &problem, cell)));
        }
    }
    (column, doubts, notes)
}

/// Whether these are the numbers of contingent workers, who stand among the employees under a header of their own, and none of them
/// is an employee's.
fn are_of_contingent_workers(employees: &RawColumn, others: &RawColumn) -> bool {
    let known: PlHashSet<&str> = employees.values.iter().flatten().collect();
    let mut rows = employees.values.iter().zip(others.values.iter());
    headers::key(&others.header) == "contingentworkerid"
        && rows.all(|(one, other)| other.is_none_or(|other| one.map_or_else(|| !known.contains(other), |one| one == other)))
}

/// Signs between groups of three digits. A space makes a number none.
const GROUPED_BY: [char; 4] = [',', '.', '\'', '’'];

/// Whether all numbers of a column are written in groups of three digits (`3,001`), by one sign: nobody gives out such numbers.
fn are_grouped(values: &StringChunked) -> bool {
    let mut sign = None;
    let mut is_grouped = |cell: &str| {
        let mut groups = cell.split(GROUPED_BY);
        let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
        let first = groups.next().is_some_and(|first| (1..=3).contains(&first.len()) && digits(first));
        let one = cell.chars().filter(|sign| GROUPED_BY.contains(sign)).all(|other| *sign.get_or_insert(other) == other);
        first && one && groups.all(|group| group.len() == 3 && digits(group))
    };
    values.iter().flatten().all(&mut is_grouped) && sign.is_some()
}

/// The numbers of a cell: several values of one attribute, each on its line, and where a column `lists` them, between signs.
fn several_numbers(cell: &str, lists: bool) -> Vec<&str> {
    if lists && cell.contains(cells::NUMBER_SEPARATORS) {
        let parts: Vec<&str> =
            cell.split(cells::NUMBER_SEPARATORS).flat_map(|part| part.split('\n')).filter_map(cells::clean).collect();
        if parts.iter().all(|part| can_be_number(part)) {
            return parts;
        }
    }
    cell.split('\n').filter_map(cells::clean).collect()
}

/// Signs that stand in numbers as often as between them.
const PERHAPS_SEPARATORS: &[char] = &[',', '/'];

/// Whether a number may be several, for a comma or a stroke stands in it.
fn is_perhaps_several(cell: &str) -> bool {
    cell.contains(PERHAPS_SEPARATORS) && cell.split(PERHAPS_SEPARATORS).all(|part| can_be_number(cells::trim(part)))
}

/// Whether separators stand between numbers: not where several people would have the same first one (`10;0001`, `10;0002`), for
/// then a site or a company stands in front of each.
fn are_lists(values: &StringChunked) -> bool {
    let signs = cells::NUMBER_SEPARATORS;
    let mut cells: PlHashMap<&str, &str> = PlHashMap::new();
    let parted = values.iter().flatten().filter_map(|cell| Some((cell, cell.split_once(signs)?)));
    parted.into_iter().all(|(cell, (first, rest))| {
        let parts = || rest.split(signs).chain([first]).filter_map(cells::clean);
        !parts().all(can_be_number) || parts().count() < 2 || *cells.entry(cells::trim(first)).or_insert(cell) == cell
    })
}

/// Whether a text is a number that can be somebody's.
fn is_number(text: &str) -> bool {
    can_be_number(text) && matches!(Number::of(text), Number::Text(number) if number.bytes().any(|byte| byte != b'0'))
}

/// Numbers that are shorter than the ones that begin with a zero, where those are all of one length.
fn lost_zeros(given: Given<'_>, column: &RawColumn) -> Option<String> {
    let digits = |cell: &&str| cell.bytes().all(|byte| byte.is_ascii_digit());
    let width = column.values.iter().flatten().filter(|cell| cell.starts_with('0')).filter(digits).map(str::len);
    let (least, most) = width.fold((usize::MAX, 0), |(least, most), width| (least.min(width), most.max(width)));
    if least != most || most < 2 {
        return None;
    }
    let mut shorter = column
        .values
        .iter()
        .enumerate()
        .filter(|(_, cell)| cell.as_ref().filter(|cell| digits(cell)).is_some_and(|cell| cell.len() < most));
    let (first, _) = shorter.next()?;
    let count = 1 + shorter.count() as u64;
    Some(format!(
        "`{}`: {} fewer digits than the {most} of those that begin with a zero, first in row {}: a spreadsheet may have dropped \
         zeros in front",
        column.header,
        crate::text::plural(count, "number has", "numbers have"),
        given.raw.rows.get(first).copied().unwrap_or_default()
    ))
}

/// Digits that no spreadsheet has touched, and not only zeros.
fn is_plain_number(cell: &str) -> bool {
    cell.bytes().all(|byte| byte.is_ascii_digit()) && cell.bytes().any(|byte| byte != b'0')
}

/// Further addresses: those of the columns for them, and what the columns of addresses and logins hold beside the main one.
pub(super) fn alternates(given: Given<'_>, emails: &StringChunked) -> ListChunked {
    let mains: Vec<&RawColumn> = given.columns(Slot::Email).collect();
    let others: Vec<&RawColumn> = given.columns(Slot::AlternateEmail).collect();
    let is_only_main =
        |column: &&RawColumn| column.values.iter().flatten().all(|cell| cells::is_plain_email(cell) && !holds_two(cell));
    if others.is_empty() && mains.len() < 2 && mains.iter().all(is_only_main) {
        return ListChunked::full_null_with_dtype(PlSmallStr::EMPTY, given.height(), &DataType::String);
    }
    let mut mains: Vec<_> = mains.iter().map(|column| column.values.iter()).collect();
    // A column of proxy addresses may be the one that the main address is taken from: then only its marked aliases are further
    // ones.
    let main = given.column(Slot::Email).map(|column| column.at);
    let mut others: Vec<_> = others.iter().map(|column| (column.values.iter(), Some(column.at) == main)).collect();
    let lists = emails.iter().map(|email| {
        let mut members: Vec<Cow<'_, str>> = Vec::new();
        let mut add = |member: String| {
            if !members.iter().any(|known| **known == member) {
                members.push(member.into());
            }
        };
        let is_main = |member: &String| email.is_some_and(|email| email.eq_ignore_ascii_case(member));
        for cell in mains.iter_mut().filter_map(|column| column.next().flatten()) {
            if email == Some(cell) {
                continue;
            }
            let several = several(cell);
            let found = if several.is_empty() { address(cell).into_iter().collect() } else { several };
            found.into_iter().filter(|member| !is_main(member)).for_each(&mut add);
        }
        for (cell, main) in others.iter_mut().filter_map(|(column, main)| Some((column.next().flatten()?, *main))) {
            let proxies = proxies(cell);
            let aliases = proxies.iter().map(String::as_str).filter(|proxy| !proxy.starts_with(PRIMARY));
            let plain = cell.split(cells::SEPARATORS).filter(|_| proxies.is_empty() && !main);
            let parts = aliases.chain(plain).filter_map(cells::clean).map(cells::email);
            parts.filter(|part| cells::is_email(part)).for_each(|part| add(part.into_owned()));
        }
        members
    });
    list_of(lists, given.height())
}

/// Cells of several values, over all columns of the slot.
pub(super) fn lists(given: Given<'_>, slot: Slot) -> ListChunked {
    let mut columns: Vec<_> = given.columns(slot).map(|column| column.values.iter()).collect();
    if columns.is_empty() {
        return ListChunked::full_null_with_dtype(PlSmallStr::EMPTY, given.height(), &DataType::String);
    }
    let lists = (0..given.height()).map(|_| {
        let mut members = Vec::new();
        for cell in columns.iter_mut().filter_map(|column| column.next().flatten()) {
            for part in cell.split(cells::SEPARATORS).filter_map(cells::clean) {
                if !members.contains(&Cow::Borrowed(part)) {
                    members.push(Cow::Borrowed(part));
                }
            }
        }
        members
    });
    list_of(lists, given.height())
}

fn list_of<'m>(lists: impl Iterator<Item = Vec<Cow<'m, str>>>, height: usize) -> ListChunked {
    let mut builder = ListStringChunkedBuilder::new(PlSmallStr::EMPTY, height, height);
    for members in lists {
        if members.is_empty() {
            builder.append_null();
        } else {
            builder.append_values_iter(members.iter().map(Cow::as_ref));
        }
    }
    builder.finish()
}

/// The address in a cell, if there is one.
fn address(cell: &str) -> Option<String> {
    if let Some(primary) = proxies(cell).iter().find_map(|proxy| proxy.strip_prefix(PRIMARY)) {
        return cells::is_email(primary).then(|| primary.to_owned());
    }
    if let Some(first) = several(cell).into_iter().next() {
        return Some(first);
    }
    let address = cells::email(cell);
    let address = cells::guest(&address).unwrap_or_else(|| address.into_owned());
    // One that was escaped for a page is an address, though a damaged one.
    cells::is_email(&entities::resolved(&address)).then_some(address)
}

/// Whether a second @ stands in a cell.
fn holds_two(cell: &str) -> bool {
    memchr::memchr(b'@', cell.as_bytes()) != memchr::memrchr(b'@', cell.as_bytes())
}

/// The addresses of a cell that holds several and nothing else; nothing for any other cell.
fn several(cell: &str) -> Vec<String> {
    if !holds_two(cell) || !cell.contains(cells::SEPARATORS) {
        return Vec::new();
    }
    let parts: Vec<String> =
        cell.split(cells::SEPARATORS).filter_map(cells::clean).map(|part| cells::email(part).into_owned()).collect();
    if parts.iter().all(|part| cells::is_email(part)) { parts } else { Vec::new() }
}

/// How Exchange marks the primary one of its addresses.
const PRIMARY: &str = "SMTP:";

/// Exchange's list of proxy addresses, each with its scheme in front: `SMTP:a@x.com+smtp:b@x.com`. Nothing for any other cell.
fn proxies(cell: &str) -> Vec<String> {
    let mut proxies: Vec<String> = Vec::new();
    if !cell.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(PRIMARY)) && !cell.contains(PRIMARY) {
        return proxies;
    }
    for part in cell.split(['+', ';', ',', '\n', ' ', '|']).filter(|part| !part.is_empty()) {
        match proxies.last_mut() {
            // A plus inside an address.
            Some(last) if !part.contains(':') => {
                last.push('+');
                last.push_str(part);
            }
            _ => proxies.push(part.to_owned()),
        }
    }
    proxies
}
