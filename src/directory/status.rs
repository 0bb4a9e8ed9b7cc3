//! Status words: what each was taken for.
//!
//! `[directory.status]` wins, then the recognised system's own words, then words that mean the same everywhere, then booleans. What
//! is left is `unknown` and shown with its count. `Inactive` is left on purpose: several systems write it for people on leave.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use polars::prelude::StringChunked;
use unicode_normalization::UnicodeNormalization;

use super::cells;
use super::headers::slot::Slot;
use super::headers::spellings;
use super::headers::systems::System;
use super::lists::split;
use crate::terms::Status;

/// Words that mean the same in every system, folded.
static WORDS: LazyLock<HashMap<String, Status>> = LazyLock::new(|| {
    let words = |status: Status| spellings::of(status.as_str()).map(move |word| (fold(word), status));
    Status::ALL.into_iter().flat_map(words).collect()
});

/// On leave or gone: nobody can tell, but somebody is not simply at work.
static INACTIVE: LazyLock<HashSet<String>> = LazyLock::new(|| spellings::of("inactive").map(fold).collect());

/// How somebody is or was employed, which says nothing of whether: neither a word for ended nor a last day that has passed
/// contradicts.
static KINDS: LazyLock<HashSet<String>> = LazyLock::new(|| spellings::of("kind").map(fold).collect());

/// What one word of a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A status.
    Word(Status),
    /// How somebody is or was employed, which says nothing of whether.
    Kind,
    /// Only whether the entry is switched on.
    Switch(bool),
}

/// Decides words of one column.
#[derive(Debug)]
pub(super) struct Words {
    slot: Slot,
    system: Option<&'static System>,
    configured: BTreeMap<String, Status>,
    /// The column's header, as the configuration may put it before a word: `Status: Inactive`.
    header: String,
    letters: bool,
}

impl Words {
    /// For a column of this slot and header.
    pub(super) fn new(slot: Slot, header: &str, system: Option<&'static System>, configured: &BTreeMap<String, Status>) -> Self {
        let configured = configured.iter().map(|(word, status)| (fold(word), *status)).collect();
        Self { slot, system, configured, header: fold(header), letters: false }
    }

    /// What the configuration says of a word, under the key by which it says it.
    pub(super) fn configured(&self, word: &str) -> Option<(String, Status)> {
        if self.configured.is_empty() {
            return None;
        }
        let folded = fold(word);
        let of_column = format!("{}: {folded}", self.header);
        [of_column, folded].into_iter().find_map(|key| self.configured.get(&key).map(|status| (key.clone(), *status)))
    }

    /// What a word of a column about an account says of somebody whose employment another column tells: only whether it is switched
    /// on.
    pub(super) fn of_account(&self, word: &str, meaning: Meaning) -> Option<Meaning> {
        match meaning {
            Meaning::Word(Status::Active | Status::Leave) | Meaning::Kind => Some(Meaning::Switch(true)),
            Meaning::Word(Status::Suspended | Status::Terminated) => Some(Meaning::Switch(false)),
            Meaning::Word(_) => self.is_inactive(word).then_some(Meaning::Switch(false)),
            Meaning::Switch(_) => Some(meaning),
        }
    }

    /// Whether a word without a certain meaning says at least that somebody is not at work.
    pub(super) fn is_inactive(&self, word: &str) -> bool {
        readings(word).any(|word| INACTIVE.contains(&word)) && self.meaning(word) == Meaning::Word(Status::Unknown)
    }

    /// Whether the letters of this column are yes and no.
    pub(super) fn of_column(self, cells: &StringChunked) -> Self {
        Self { letters: are_yes_and_no(cells), ..self }
    }

    /// A boolean. `O` is yes in French, nought to whoever mistypes it and off to others, `T` is true, yes in Polish and terminated:
    /// such letters count only where the column has nothing but them and their opposite.
    fn truth(&self, word: &str) -> Option<bool> {
        let is_clear = || self.letters || !matches!(word, "j" | "J" | "s" | "S" | "o" | "O" | "t" | "T" | "f" | "F");
        cells::boolean(word).filter(|_| is_clear())
    }

    /// What a word means, as it stands or without its code.
    pub(super) fn meaning(&self, word: &str) -> Meaning {
        let said = self.said(word).or_else(|| self.said(without_code(word)?));
        // `T` is "terminated" in as many systems as it is "true": letters are booleans only where the header asks a question.
        let letter = self.slot == Slot::Status && word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        let boolean = || self.truth(word).filter(|_| !letter).map(Meaning::Switch);
        said.or_else(boolean).unwrap_or(Meaning::Word(Status::Unknown))
    }

    /// What is known of a word.
    fn said(&self, word: &str) -> Option<Meaning> {
        if let Some((_, status)) = self.configured(word) {
            return Some(Meaning::Word(status));
        }
        let folded = fold(word);
        match self.slot {
            Slot::AccountControl => {
                // Bit 2 is ACCOUNTDISABLE; 512 and 66048 are normal accounts.
                return Some(word.parse::<u32>().map_or(Meaning::Word(Status::Unknown), |bits| Meaning::Switch(bits & 2 == 0)));
            }
            Slot::Disabled => {
                if let Some(off) = self.truth(word).or_else(|| is_locked_for_good(word)) {
                    return Some(Meaning::Switch(!off));
                }
            }
            Slot::Ended => match self.truth(word) {
                Some(true) => return Some(Meaning::Word(Status::Terminated)),
                Some(false) => return Some(Meaning::Switch(true)),
                None => {}
            },
            _ => {}
        }
        if let Some(status) = self.system.and_then(|system| find(system.words, &folded)) {
            return Some(Meaning::Word(status));
        }
        // `Aktiv` and `Inaktiv` answer the question of such a header.
        let answers = self.slot == Slot::Enabled;
        match WORDS.get(&folded) {
            Some(Status::Active) if answers => Some(Meaning::Switch(true)),
            Some(status) => Some(Meaning::Word(*status)),
            None if INACTIVE.contains(&folded) && answers => Some(Meaning::Switch(false)),
            None if INACTIVE.contains(&folded) => Some(Meaning::Word(Status::Unknown)),
            None if !KINDS.contains(&folded) => None,
            None if self.slot == Slot::Status => Some(Meaning::Kind),
            None => Some(Meaning::Switch(true)),
        }
    }
}

/// OpenLDAP's `pwdAccountLockedTime`: the first moment of all where somebody locked it, else when wrong passwords did.
fn is_locked_for_good(word: &str) -> Option<bool> {
    let digits = word.strip_suffix('Z').filter(|digits| digits.len() >= 12)?;
    digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.').then(|| digits.starts_with("00000101"))
}

/// The bytes of the longest cell that may be a word for a status with its code, or among other cells.
const LONGEST: usize = 40;

/// A cell, and what it is without its code, folded.
fn readings(cell: &str) -> impl Iterator<Item = String> {
    [Some(cell), without_code(cell)].into_iter().flatten().map(fold)
}

/// A word without the code that a system writes beside it, a number or the capitals that the word begins with: `T: Terminated`,
/// `Terminated (T)`, `LOA: Leave of Absence`, `Active [1]`; before a dash any three letters. Whatever says no is no code:
/// `Terminated: N`, `Ex - Employee`.
fn without_code(word: &str) -> Option<&str> {
    let word = cells::trim(word);
    if word.len() > LONGEST {
        return None;
    }
    let (one, other) = if let Some(inner) = word.strip_suffix([')', ']', '）']) {
        inner.rsplit_once(['(', '[', '（'])
    } else if let Some(inner) = word.strip_prefix(['(', '[']) {
        inner.split_once([')', ']'])
    } else {
        [" - ", ": ", "-", "–", ":"].iter().find_map(|sign| word.split_once(sign))
    }?;
    let (one, other) = (one.trim(), other.trim());
    let is_code = |code: &str, named: &str| {
        let initials = || named.split([' ', '-']).filter_map(|part| part.chars().next()).collect::<String>();
        let begins = |named: &str| named.get(..code.len()).is_some_and(|start| start.eq_ignore_ascii_case(code));
        let of_word = || code.bytes().all(|byte| byte.is_ascii_uppercase()) && (begins(named) || begins(&initials()));
        let is_before_dash = word.starts_with(&format!("{code} - "));
        let is_number = code.bytes().all(|byte| byte.is_ascii_digit());
        let negates = || cells::boolean(code) == Some(false) || ["not", "ex", "un"].contains(&code.to_lowercase().as_str());
        // SAP's `0 - Left` and `3 - Active`.
        let says_no = || negates() && !(is_number && is_before_dash);
        (1..=3).contains(&code.len()) && named.chars().count() > 1 && !says_no() && (of_word() || is_number || is_before_dash)
    };
    is_code(one, other).then_some(other).or_else(|| is_code(other, one).then_some(one))
}

/// Whether a cell says that somebody is at work or not, rather than how: `actif`, `archivé`, and not `part-time`.
pub(super) fn is_state(cell: &str) -> bool {
    let plainly = |word: &str| ["acti", "akti", "attiv", "ativ", "在"].iter().any(|start| word.starts_with(start));
    let is = |word: String| match WORDS.get(&word) {
        Some(Status::Active) => plainly(&word),
        Some(status) => *status != Status::Unknown,
        None => INACTIVE.contains(&word),
    };
    cell.len() <= LONGEST && readings(cell).any(is)
}

/// Whether a cell is a word that is said of people alone: gone, on leave, to begin. Rooms and groups are active and inactive, too.
pub(super) fn is_of_people(cell: &str) -> bool {
    let of_people = |status: &Status| matches!(status, Status::Terminated | Status::Leave | Status::Prehire);
    cell.len() <= LONGEST && readings(cell).any(|word| WORDS.get(&word).is_some_and(of_people))
}

/// Whether a column has nothing but the letters of yes and no in one language; `O` needs its `N` beside it.
fn are_yes_and_no(cells: &StringChunked) -> bool {
    const PAIRS: [&str; 6] = ["yn", "jn", "sn", "tn", "tf", "on"];
    let mut seen = BTreeSet::new();
    for cell in cells.iter().flatten() {
        match cell.as_bytes() {
            [letter] if letter.is_ascii_alphabetic() => seen.insert(char::from(letter.to_ascii_lowercase())),
            _ => return false,
        };
    }
    PAIRS.iter().any(|pair| seen.iter().all(|letter| pair.contains(*letter)) && (*pair != "on" || seen.contains(&'n')))
}

fn find(table: &[(Status, &str)], folded: &str) -> Option<Status> {
    table.iter().find(|(_, words)| split(words).any(|word| fold(word) == folded)).map(|(status, _)| *status)
}

/// Case, accents, `_`, `-` and white space do not count.
pub(super) fn fold(word: &str) -> String {
    let lower = crate::text::caseless(word);
    let spaced: String = lower
        .nfd()
        .filter(|character| !crate::text::is_accent(*character))
        .map(|character| match character {
            '_' | '-' => ' ',
            other => other,
        })
        .flat_map(crate::text::lowered)
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use polars::prelude::NewChunkedArray;

    use super::*;
    use crate::directory::headers::systems::SYSTEMS;

    fn meaning(system: Option<&str>, slot: Slot, word: &str) -> Meaning {
        let system = system.and_then(|name| SYSTEMS.iter().find(|system| system.name == name));
        let none = BTreeMap::new();
        Words::new(slot, "Status", system, &none).meaning(word)
    }

    #[test]
    fn inactive_is_not_terminated() {
        assert_eq!(meaning(None, Slot::Status, "Inactive"), Meaning::Word(Status::Unknown));
        assert_eq!(meaning(Some("SuccessFactors user data file"), Slot::Status, "inactive"), Meaning::Word(Status::Unknown));
        assert_eq!(meaning(Some("Personio"), Slot::Status, "inactive"), Meaning::Word(Status::Terminated));
    }

    #[test]
    fn one_letter_codes_need_a_recognised_system() {
        assert_eq!(meaning(None, Slot::Status, "D"), Meaning::Word(Status::Unknown));
        assert_eq!(meaning(Some("PeopleSoft"), Slot::Status, "D"), Meaning::Word(Status::Terminated));
        assert_eq!(meaning(Some("SuccessFactors"), Slot::Status, "D"), Meaning::Word(Status::Active));
        for word in ["T - Terminated", "T – Terminated", "T: Terminated", "T-Terminated", "(T) Terminated", "T (Terminated)"] {
            assert_eq!(meaning(None, Slot::Status, word), Meaning::Word(Status::Terminated), "{word}");
        }
        for (word, status) in [
            ("Terminated (T)", Status::Terminated),
            ("Active (A)", Status::Active),
            ("Active [1]", Status::Active),
            ("在籍（1）", Status::Active),
            ("Leave of Absence (L)", Status::Leave),
            ("0 - Inactive", Status::Unknown),
            ("Inactive (I)", Status::Unknown),
            ("Active (LOA)", Status::Unknown),
            ("non-active", Status::Unknown),
            ("A (T)", Status::Unknown),
            ("LOA: Leave of Absence", Status::Leave),
            ("On Leave (OL)", Status::Leave),
            ("Terminated: N", Status::Unknown),
            ("Left (N)", Status::Unknown),
            ("No Show: N", Status::Unknown),
            ("0 - Terminated", Status::Terminated),
            ("Terminated (0)", Status::Unknown),
            ("Active: N", Status::Unknown),
            ("N - Active", Status::Unknown),
            ("No: Active", Status::Unknown),
            ("Non – Active", Status::Unknown),
            ("Un: Employed", Status::Unknown),
            ("Ex - Mitarbeiter", Status::Unknown),
            ("Ex – Mitarbeiter", Status::Unknown),
            (format!("{}Active", "1-".repeat(100_000)).as_str(), Status::Unknown),
            ("1 - 1 - Active", Status::Unknown),
        ] {
            assert_eq!(meaning(None, Slot::Status, word), Meaning::Word(status), "{word}");
        }
        for word in ["Leaver: Y", "Leaver: N", "N - Leaver"] {
            assert_eq!(meaning(None, Slot::Ended, word), Meaning::Word(Status::Unknown), "{word}");
        }
        assert!(is_of_people("Terminated (T)") && is_of_people("T - Terminated") && !is_of_people("Active (A)"));
        assert_eq!(meaning(None, Slot::Status, "FT - Full-Time"), Meaning::Kind);
        assert_eq!(meaning(Some("Personio"), Slot::Status, "inactive (3)"), Meaning::Word(Status::Terminated));
    }

    #[test]
    fn booleans_only_switch() {
        assert_eq!(meaning(None, Slot::Status, "FALSE"), Meaning::Switch(false));
        assert_eq!(meaning(None, Slot::Disabled, "True"), Meaning::Switch(false));
        assert_eq!(meaning(None, Slot::Ended, "true"), Meaning::Word(Status::Terminated));
        assert_eq!(meaning(None, Slot::AccountControl, "514"), Meaning::Switch(false));
        assert_eq!(meaning(None, Slot::AccountControl, "66048"), Meaning::Switch(true));
    }

    #[test]
    fn letters_are_yes_and_no_only_where_the_column_has_nothing_else() {
        let none = BTreeMap::new();
        let meaning = |slot, cells: &[&str]| {
            let column = StringChunked::from_iter_values("".into(), cells.iter().copied());
            Words::new(slot, "", None, &none).of_column(&column).meaning(cells[0])
        };
        for pair in [["O", "N"], ["s", "n"], ["J", "N"], ["T", "F"], ["T", "N"], ["Y", "N"]] {
            assert_eq!(meaning(Slot::Enabled, &pair), Meaning::Switch(true), "{pair:?}");
            assert_eq!(meaning(Slot::Ended, &pair), Meaning::Word(Status::Terminated), "{pair:?}");
        }
        for cells in [&["O", "1"][..], &["O"], &["T", "A"], &["S", "A", "N"], &["o", "x", "n"]] {
            for slot in [Slot::Enabled, Slot::Disabled, Slot::Ended] {
                assert_eq!(meaning(slot, cells), Meaning::Word(Status::Unknown), "{cells:?}");
            }
        }
    }

    #[test]
    fn the_configuration_wins() {
        let configured = BTreeMap::from([("inactive".to_owned(), Status::Terminated)]);
        assert_eq!(Words::new(Slot::Status, "State", None, &configured).meaning("Inactive"), Meaning::Word(Status::Terminated));
        let of_column = BTreeMap::from([("HR Status: inactive".to_owned(), Status::Leave)]);
        let meaning = |header| Words::new(Slot::Status, header, None, &of_column).meaning("Inactive");
        assert_eq!((meaning("HR_STATUS"), meaning("Status")), (Meaning::Word(Status::Leave), Meaning::Word(Status::Unknown)));
    }
}
