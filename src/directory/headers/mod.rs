//! Headers: what one means, which row of a file holds them, and which system writes such a row.

pub(super) mod mapping;
pub(super) mod slot;
pub(super) mod spellings;
pub(super) mod systems;
pub(super) mod typed;
pub(super) mod unread;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::days::dates;
use super::lists::split;
use super::{cells, status};
use crate::terms::FIELDS;
use crate::text;
use slot::Slot;
use systems::{SYSTEMS, System};

/// How many rows are looked at for the headers.
pub(super) const SEARCHED: usize = 30;

/// The rank of a field's canonical name.
const OWN_NAME: u8 = 20;

/// Bytes of a cell that are looked at in search of a header.
const LONGEST: usize = 1_000;

/// The rank of a work address by the words of its header.
const COMPOSED: u8 = 13;

/// The rank of further addresses of a list.
const FURTHER: u8 = 25;

static KNOWN: LazyLock<HashMap<String, (Slot, u8)>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    for (slot, rank, spelling) in spellings::headers() {
        known.entry(squash(spelling)).or_insert((slot, rank));
    }
    // A field's own name is a header for it; but a column called `role` is a job's.
    for (field, slot) in FIELDS.iter().zip(Slot::OF_FIELDS).filter(|(_, slot)| *slot != Slot::Role) {
        known.entry(squash(field.name)).or_insert((slot, OWN_NAME));
    }
    known
});
static NEVER_READ: LazyLock<HashSet<String>> = LazyLock::new(|| squashed("never"));
static OTHER_DAYS: LazyLock<HashSet<String>> = LazyLock::new(|| squashed("other days"));
static OF_ACCOUNTS: LazyLock<HashSet<String>> = LazyLock::new(|| squashed("accounts"));
static LOCKS: LazyLock<HashSet<String>> = LazyLock::new(|| squashed("locks"));
static AREAS: LazyLock<HashSet<String>> = LazyLock::new(|| squashed("areas"));
static PARENTS: LazyLock<HashSet<String>> = LazyLock::new(|| squashed("parents"));

static SYSTEM_COLUMNS: LazyLock<HashSet<String>> =
    LazyLock::new(|| SYSTEMS.iter().flat_map(|system| system.columns.iter().map(|(header, _)| squash(header))).collect());

static SIGNATURES: LazyLock<HashSet<String>> =
    LazyLock::new(|| SYSTEMS.iter().flat_map(|system| system.signatures.iter().flat_map(|line| split(line)).map(squash)).collect());

/// Whether the words of a status column say who may sign in rather than who is employed.
pub(super) fn is_of_account(header: &str) -> bool {
    keys(header).iter().any(|key| OF_ACCOUNTS.contains(key))
}

/// Whether a header is an attribute that an LDAP server gives only to whoever is locked out.
pub(super) fn is_lock(header: &str) -> bool {
    keys(header).iter().any(|key| LOCKS.contains(key))
}

/// Whether a header helps to tell the system.
pub(super) fn is_telling(header: &str) -> bool {
    own_keys(header).iter().any(|key| SIGNATURES.contains(key))
}

fn squashed(list: &str) -> HashSet<String> {
    spellings::of(list).map(squash).collect()
}

/// A header without what people vary: case, width, accents, spaces, dashes, `_ . / : * ?`, invisible characters; `#` is "number".
fn squash(header: &str) -> String {
    let mut squashed = String::with_capacity(header.len());
    if header.is_ascii() {
        // The same in short: there are thousands of spellings to know before the first row is read.
        for byte in header.bytes() {
            match byte {
                b'#' => squashed.push_str("number"),
                b'`' => squashed.push('\''),
                _ if byte.is_ascii_whitespace() || byte.is_ascii_control() || b"_-./:*?".contains(&byte) => {}
                _ => squashed.push(byte.to_ascii_lowercase().into()),
            }
        }
        return squashed;
    }
    for character in header.nfkd().filter(|character| !text::is_invisible(*character) && !character.is_control()) {
        match character {
            '#' => squashed.push_str("number"),
            '\u{2018}' | '\u{2019}' | '\u{2bc}' | '`' => squashed.push('\''),
            // Hebrew writes its sign of an abbreviation as a quote: `דוא"ל`.
            '"' => squashed.push('\u{5F4}'),
            ' ' | '_' | '-' | '.' | '/' | ':' | '*' | '?' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            // Accents are lost on the way through many programs: `Prenom`, `Numero de empleado`.
            _ if text::is_accent(character) => {}
            _ if character.is_whitespace() => {}
            _ => squashed.extend(text::lowered(character)),
        }
    }
    squashed
}

/// A header on one line, and the same without `[Required]` and `(Personal Profile)`.
fn own_forms(header: &str) -> (String, String) {
    // Any cell of the first rows may be asked; no header is longer.
    let header = header.get(..header.floor_char_boundary(LONGEST)).unwrap_or(header);
    let whole: String = header.chars().map(|character| if character.is_whitespace() { ' ' } else { character }).collect();
    let whole = whole.trim();
    let whole = whole.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(whole).to_owned();
    let mut plain = whole.clone();
    if let (Some(open), Some(close)) = (plain.find('['), plain.rfind(']'))
        && open < close
        && close + 1 == plain.len()
    {
        plain.truncate(open);
    }
    if let Some(open) = plain.rfind('(')
        && let Some(area) = plain.get(open + 1..).and_then(|rest| rest.trim_end().strip_suffix(')'))
        && AREAS.contains(&squash(area))
    {
        plain.truncate(open);
    }
    (whole, plain)
}

/// The forms under which a header is looked up, most particular first.
pub(super) fn keys(header: &str) -> Vec<String> {
    let mut keys = own_keys(header);
    let (_, plain) = own_forms(header);
    // `profile.email`, `urn:…:2.0:User.employeeNumber`: parents that say nothing are dropped from the left.
    let mut rest = plain.as_str();
    while let Some((parent, leaf)) = split_parent(rest) {
        if !PARENTS.contains(&squash(parent)) {
            break;
        }
        keys.push(squash(leaf));
        rest = leaf;
    }
    // A wrapper around one value: `{"email": {"value": …}}`.
    if let Some(wrapped) = rest.strip_suffix(".value") {
        keys.push(squash(wrapped));
    }
    keys
}

/// The first segment of a dotted path and the rest. The URN of a SCIM extension holds dots itself, so the longest known parent
/// counts.
fn split_parent(path: &str) -> Option<(&str, &str)> {
    let known = spellings::of("parents").filter(|parent| parent.starts_with("urn:"));
    for parent in known {
        if let Some(leaf) =
            path.get(..parent.len()).filter(|start| start.eq_ignore_ascii_case(parent)).and(path.get(parent.len()..))
            && let Some(leaf) = leaf.strip_prefix(['.', ':', '/'])
        {
            return Some((path.get(..parent.len())?, leaf));
        }
    }
    path.trim_start_matches('/').split_once(['.', '/'])
}

/// The forms of a header that keep its parents: `work.title` is not `title`.
pub(super) fn own_keys(header: &str) -> Vec<String> {
    let (whole, plain) = own_forms(header);
    let mut keys = vec![squash(&whole)];
    let plain = squash(&plain);
    if !plain.is_empty() && plain != keys[0] {
        keys.push(plain);
    }
    keys
}

/// The key two headers are compared by: the most forgiving of [`own_keys`].
pub(super) fn key(header: &str) -> String {
    own_keys(header).pop().unwrap_or_default()
}

/// What a header means in general.
pub(super) fn meaning(header: &str) -> Option<(Slot, u8)> {
    let keys = keys(header);
    if is_never_read(header, &keys) {
        return None;
    }
    if let Some((slot, rank)) = keys.iter().find_map(|key| KNOWN.get(key)) {
        // The first of a list says less than the one marked as primary or by its type.
        let first = u8::from(header.contains("[0]") || header.contains(".0."));
        return Some((*slot, rank + first));
    }
    // Further addresses of a list are the person's as well.
    if let Some(first) = of_the_first(header) {
        let address = meaning(&first).filter(|(slot, _)| matches!(slot, Slot::Email | Slot::AlternateEmail));
        return address.map(|(_, rank)| (Slot::AlternateEmail, rank.max(FURTHER)));
    }
    if header.len() <= LONGEST && is_work_address(header) {
        return Some((Slot::Email, COMPOSED));
    }
    // `Job Title Description1`: some systems number the second column of a name.
    keys.iter().find_map(|key| {
        let bare = key.trim_end_matches(|character: char| character.is_ascii_digit());
        let numbered = bare.len() < key.len() && key.len() - bare.len() <= 2;
        KNOWN.get(bare).filter(|_| numbered).map(|(slot, rank)| (*slot, rank.saturating_add(5)))
    })
}

/// Whether a last day under this header may be another day: the end of a contract that is renewed.
pub(super) fn is_of_contracts(header: &str) -> bool {
    meaning(header).is_some_and(|(slot, rank)| slot == Slot::TerminationDate && rank >= spellings::UNCERTAIN)
}

/// The path of the first item, of a path that leads into a further one: `emails[0].value` of `emails[2].value`.
pub(super) fn of_the_first(path: &str) -> Option<String> {
    let signs = ['[', ']', '.'];
    let is_index = |part: &str| !part.is_empty() && part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut first = String::with_capacity(path.len());
    let mut further = false;
    for part in path.split_inclusive(signs) {
        let bare = part.trim_end_matches(signs);
        // A table has them in headers of their own, and `2026.5` is no path.
        let within = !first.is_empty() && first.ends_with(['[', '.']) && part.len() > bare.len();
        let is_further = within && is_index(bare) && bare.bytes().any(|digit| digit != b'0');
        further |= is_further;
        first.push_str(if is_further { "0" } else { bare });
        first.push_str(part.get(bare.len()..).unwrap_or_default());
    }
    further.then_some(first)
}

/// Whether the cells under a header can tell who a row is about.
pub(super) fn identifies(header: &str) -> bool {
    meaning(header).is_some_and(|(slot, _)| slot.identifies())
}

/// Whether every word of a header is one for mail, for work, or between them: `dienstl. E-Mail`, `Adresse email pro`. Whose address
/// it is (a manager's, a private one) would be another word.
fn is_work_address(header: &str) -> bool {
    static WORDS: LazyLock<[HashSet<String>; 3]> = LazyLock::new(|| ["mail", "work", "between"].map(squashed));
    let [mail, work, between] = &*WORDS;
    let words: Vec<String> =
        header.split(|letter: char| !letter.is_alphanumeric()).map(squash).filter(|word| !word.is_empty()).collect();
    let any = |known: &HashSet<String>| words.iter().any(|word| known.contains(word));
    any(mail) && any(work) && words.iter().all(|word| [mail, work, between].iter().any(|known| known.contains(word)))
}

/// Whether some system or synonym could read this header: what a JSON reader keeps before the system is known.
pub(super) fn may_be_read(header: &str) -> bool {
    meaning(header).is_some() || keys(header).iter().any(|key| SYSTEM_COLUMNS.contains(key))
}

/// Whether nobody need hear of a column that is not read, whatever its cells look like: a birthday, the day of the last sign-in.
pub(super) fn is_of_no_interest(header: &str) -> bool {
    let keys = keys(header);
    is_never_read(header, &keys) || keys.iter().any(|key| OTHER_DAYS.contains(key))
}

/// Whether the days under a header are certainly no last ones: a first day, an anniversary, the expiry of a document. Every word of
/// it is known to be of something else; one that is not known may be what ends.
pub(super) fn is_of_no_last_day(header: &str) -> bool {
    static WORDS: LazyLock<[HashSet<String>; 2]> = LazyLock::new(|| ["first days", "further days"].map(squashed));
    /// Letters from which on a word is looked for within others: `Eintrittsdatum`.
    const LONG: usize = 6;
    /// Words of which none says what begins or happens: `Inactive since` is nobody's first day.
    const MEANINGLESS: [&str; 13] =
        ["date", "day", "dates", "time", "on", "of", "in", "the", "and", "since", "from", "seit", "depuis"];
    let [first, further] = &*WORDS;
    let words: Vec<String> = words(header).iter().map(|word| squash(word)).collect();
    let within = |word: &String| {
        let is_part = |part: &String| (part.chars().count() >= LONG || !part.is_ascii()) && word.contains(part.as_str());
        first.iter().any(is_part)
    };
    let is_first = |word: &String| first.contains(word) || within(word);
    // What is called nothing but a day is anything, and what expires may be an employment.
    let tells = |word: &String| is_first(word) || !MEANINGLESS.contains(&word.as_str());
    let is = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let expires = is(&["expiry", "expiration", "expires", "valid"]) && !is(&["passport", "visa", "permit", "licence", "license"]);
    words.iter().all(|word| is_first(word) || further.contains(word)) && words.iter().any(tells) && !expires
}

/// The words of a header, also where they are written without spaces: `JobStartDate`.
fn words(header: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in header.chars() {
        let begins = letter.is_uppercase() && before.is_lowercase();
        match words.last_mut() {
            Some(word) if letter.is_alphanumeric() && !begins => word.push(letter),
            _ => words.push(if letter.is_alphanumeric() { letter.to_string() } else { String::new() }),
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a header is never read, whatever it matches.
fn is_never_read(header: &str, keys: &[String]) -> bool {
    let for_input = header.contains('[') && header.to_uppercase().contains("[UPLOAD ONLY]");
    // Workday's queries give a reference to each worker, `{"id": …, "descriptor": …}`: its id is no number of `Worker ID`.
    let reference = header.eq_ignore_ascii_case("worker.id");
    for_input || reference || keys.iter().any(|key| NEVER_READ.contains(key))
}

/// The system that writes such headers.
pub(super) fn system<'a>(headers: impl Iterator<Item = &'a str>) -> Option<&'static System> {
    let present: HashSet<String> = headers.flat_map(own_keys).collect();
    // `First Name [Required]` is Google's, `First Name` anybody's: a signature counts as it is written.
    let complete = |signature: &&str| split(signature).all(|header| present.contains(&squash(header)));
    SYSTEMS.iter().find(|system| system.signatures.iter().any(complete))
}

/// The row that holds the headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HeaderRow {
    /// Index into the rows searched.
    pub(super) at: usize,
    /// Whether the next row only repeats the headers as labels.
    pub(super) labels: bool,
    /// How many known headers it has: the better sheet of two has more.
    pub(super) score: usize,
    /// Whether one of them says who a row is about.
    pub(super) identified: bool,
}

/// Finds the row of headers among the first rows: the one with most distinct known headers, at least two, an e-mail alone, or one
/// that the configuration names. A title that contains a known word is none, because only whole cells count.
pub(super) fn find(rows: &[Vec<String>], configured: &dyn Fn(&str) -> bool) -> Option<HeaderRow> {
    let slots = |row: &[String]| -> BTreeSet<Slot> {
        let bare = without_prefix(row, configured);
        bare.as_deref().unwrap_or(row).iter().filter_map(|cell| meaning(cell)).map(|(slot, _)| slot).collect()
    };
    let score = |row: &Vec<String>| {
        // People are no headers, and most rows are people.
        let slots = if row.iter().any(|cell| cell.contains('@')) { BTreeSet::new() } else { slots(row) };
        let named = row.iter().filter(|cell| !cell.is_empty() && configured(cell)).count();
        let known = slots.len();
        let enough = known >= 2 || known == 1 && slots.contains(&Slot::Email) || named > 0;
        let recognised = usize::from(enough && system(row.iter().map(String::as_str)).is_some());
        if enough { known + 100 * recognised + 1_000 * named } else { 0 }
    };
    let scores: Vec<usize> = rows.iter().take(SEARCHED).map(score).collect();
    let best = *scores.iter().max()?;
    if best == 0 {
        return None;
    }
    let at = scores.iter().position(|score| *score == best)?;
    // Two tables one after the other: people above the better headers stand under the worse.
    let people = |from: usize| rows.get(from..at).unwrap_or_default().iter().any(|row| is_person(row));
    let at = (0..at).find(|first| scores.get(*first).is_some_and(|score| *score > 0) && people(first + 1)).unwrap_or(at);
    let identified = slots(rows.get(at)?).iter().any(|slot| slot.identifies()) || best >= 1_000;
    Some(HeaderRow { at, labels: has_labels(rows, at), score: best, identified })
}

/// Headers without what all of them begin with, the name of their table: `t.employee_id`, `Employee - Work email`.
pub(super) fn without_prefix(row: &[String], configured: &dyn Fn(&str) -> bool) -> Option<Vec<String>> {
    let first = row.iter().find(|cell| !cell.is_empty())?;
    let prefix = [".", " - "].iter().find_map(|sign| first.get(..first.find(sign)? + sign.len()))?;
    let filled = || row.iter().filter(|cell| !cell.is_empty());
    (filled().count() >= FEWEST && filled().all(|cell| cell.len() > prefix.len() && cell.starts_with(prefix) && !configured(cell)))
        .then(|| row.iter().map(|cell| cell.strip_prefix(prefix).unwrap_or(cell).to_owned()).collect())
}

/// Whether a row among the first is somebody's: an address beside other cells.
fn is_person(row: &[String]) -> bool {
    cells::filled(row).count() >= FEWEST && row.iter().any(|cell| cells::is_plain_email(cells::trim(cell)))
}

/// Cells of a person: a label and its value above a table are two.
const FEWEST: usize = 3;

/// The first row above the headers that is somebody's, with the address under theirs: whoever sorted the rows with their headers
/// moved those among the people.
pub(super) fn first_person(above: &[Vec<String>], headers: &[String]) -> Option<usize> {
    let mail: Vec<usize> = (0..headers.len())
        .filter(|at| headers.get(*at).and_then(|header| meaning(header)).is_some_and(|(slot, _)| slot == Slot::Email))
        .collect();
    let under = |row: &Vec<String>| mail.iter().any(|at| row.get(*at).is_some_and(|cell| cells::is_plain_email(cells::trim(cell))));
    above.iter().position(|row| is_person(row) && under(row))
}

/// Whether the row below the headers is a second row of headers: none of its cells looks like data, and most are header words, or
/// the system always writes such a row.
pub(super) fn has_labels(rows: &[Vec<String>], at: usize) -> bool {
    let (Some(headers), Some(row)) = (rows.get(at), rows.get(at + 1)) else { return false };
    let filled: Vec<&str> = cells::filled(row).collect();
    let known = filled.iter().filter(|cell| meaning(cell).is_some()).count();
    let data = filled.iter().any(|cell| cell.contains('@') || cell.chars().all(|character| character.is_ascii_digit()));
    let below = rows.get(at + 2..).unwrap_or_default();
    !data && (known >= 3 && known * 2 >= filled.len() || are_free_labels(headers, row, below))
}

/// Whether these are the labels of a user data file: one for nearly every header, and nothing that a person has, no word for who is
/// at work, no day, and no cell that stands again below.
fn are_free_labels(headers: &[String], row: &[String], below: &[Vec<String>]) -> bool {
    let is_word = |cell: &str| status::is_state(cell) || cell.to_lowercase().starts_with("active_");
    let again = |at: usize, cell: &str| below.iter().any(|other| other.get(at).is_some_and(|other| cells::trim(other) == cell));
    let is_data = |(at, cell): (usize, &str)| !cell.is_empty() && (is_word(cell) || dates::is_day(cell) || again(at, cell));
    system(headers.iter().map(String::as_str)).is_some_and(|system| system.name == systems::USER_DATA_FILE)
        && cells::filled(row).count() * 4 >= cells::filled(headers).count() * 3
        && !below.is_empty()
        && !row.iter().map(|cell| cells::trim(cell)).enumerate().any(is_data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_differ_in_what_people_vary() {
        for header in [
            "Work Email",
            "work_email",
            "WORK-EMAIL *",
            "\u{feff}Work\u{a0}E-mail",
            "Work\nEmail",
            "Work Email [Required]",
            "profile.workEmail",
        ] {
            assert_eq!(meaning(header).map(|(slot, _)| slot), Some(Slot::Email), "{header:?}");
        }
    }

    #[test]
    fn only_known_areas_are_cut_off() {
        assert_eq!(meaning("Associate ID (Employment Profile)").map(|(slot, _)| slot), Some(Slot::EmployeeNumber));
        assert_eq!(meaning("Tax ID (SSN) (Personal Profile)"), None);
        assert_eq!(meaning("Title (Salary)"), None);
    }

    #[test]
    fn a_parent_that_means_something_is_kept() {
        assert_eq!(meaning("manager.email").map(|(slot, _)| slot), Some(Slot::ManagerEmail));
        assert_eq!(meaning("spouse.email"), None);
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.employeeNumber";
        assert_eq!(meaning(urn).map(|(slot, _)| slot), Some(Slot::EmployeeNumber));
    }

    #[test]
    fn no_spelling_stands_in_two_lines() {
        let mut seen: HashMap<String, (Slot, u8)> = HashMap::new();
        for (slot, rank, spelling) in spellings::headers() {
            let before = seen.insert(squash(spelling), (slot, rank));
            assert!(before.is_none_or(|before| before == (slot, rank)), "{spelling}: {before:?}");
        }
    }

    #[test]
    fn every_signature_is_recognised_as_its_own_system_s() {
        for system in SYSTEMS {
            for signature in system.signatures {
                let found = super::system(split(signature)).map(|found| found.name);
                assert_eq!(found, Some(system.name), "{signature}");
            }
        }
    }
}
