//! The engine: gives a value its token, remembers what it stands for, and finds in a text what has one.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use ring::rand::SecureRandom as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::archive::tokens::{self, SECRET_BYTES, digits, is_token};
use crate::failure::Failure;
use crate::rows::{Rows, csv};
use crate::terms::TokenSort;
use crate::text;

/// Gives tokens and remembers what they stand for.
pub(in crate::report) struct Redactor {
    secret: Vec<u8>,
    tokens: BTreeMap<String, String>,
    /// Names of files that were read, the longest first.
    files: Vec<String>,
    /// What the rules say of people, as in [`Sentence::named`](crate::archive::history::Sentence::named), the longest first.
    rules: Vec<(TokenSort, String)>,
}

impl Redactor {
    /// With the archive's secret, which is made when there is none yet.
    pub(in crate::report) fn of(archive: &Path) -> Result<Self> {
        let secret = match tokens::secret(archive)? {
            Some(secret) => secret,
            None => {
                let secret = random()?;
                tokens::keep(archive, &secret)?;
                secret
            }
        };
        Ok(Self::under(secret))
    }

    pub(super) fn under(secret: Vec<u8>) -> Self {
        Self { secret, tokens: BTreeMap::new(), files: Vec::new(), rules: Vec::new() }
    }

    /// The names of these files are not to be said.
    pub(in crate::report) fn hide(&mut self, files: impl IntoIterator<Item = String>) {
        self.files = longest_first(files, |name| name);
    }

    /// What the rules say of people is not to be said.
    pub(super) fn rule(&mut self, said: Vec<(TokenSort, String)>) {
        self.rules = longest_first(said, |(_, words)| words);
    }

    /// `name-3f9a01c2bd`; blank stays blank, a token stays a token.
    pub(super) fn token(&mut self, sort: TokenSort, value: &str) -> String {
        if value.trim().is_empty() || is_token(value) {
            return value.to_owned();
        }
        if let Some(token) = self.tokens.get(value) {
            return token.clone();
        }
        let hex = digits(&self.secret, value);
        let token = format!("{sort}-{hex}");
        self.tokens.insert(value.to_owned(), token.clone());
        token
    }

    pub(super) fn replace(&mut self, sort: TokenSort, value: &mut Option<String>) {
        if let Some(value) = value {
            *value = self.token(sort, value);
        }
    }

    /// Whoever answers for something or decided it.
    pub(super) fn who(&mut self, who: &str) -> String {
        self.token(if who.contains('@') { TokenSort::Email } else { TokenSort::Name }, who)
    }

    /// What was said of people: a name may be an address.
    pub(super) fn said(&mut self, sort: TokenSort, words: &str) -> String {
        if sort == TokenSort::Name { self.who(words) } else { self.token(sort, words) }
    }

    /// A sentence without these words.
    pub(super) fn without(&mut self, sentence: &str, named: Vec<(TokenSort, String)>) -> String {
        self.tokenized(sentence, &longest_first(named, |(_, words)| words), |_, _, _| true)
    }

    /// A sentence with tokens in place of these words, where they stand for themselves and, by what is before and behind them, are
    /// meant.
    fn tokenized(&mut self, sentence: &str, named: &[(TokenSort, String)], are_meant: fn(TokenSort, &str, &str) -> bool) -> String {
        let mut shown = sentence.to_owned();
        for (sort, words) in named {
            if shown.contains(words.as_str()) {
                let token = self.said(*sort, words);
                shown = replaced(&shown, words, &token, |before, behind| are_meant(*sort, before, behind));
            }
        }
        shown
    }

    /// A sentence without what the rules say of people. That can be any words, so they go where a rule is quoted only.
    pub(super) fn ruled(&mut self, sentence: &str) -> String {
        let rules = std::mem::take(&mut self.rules);
        let shown = self.tokenized(sentence, &rules, |sort, before, behind| {
            let has_decided = sort == TokenSort::Name && (behind.starts_with(" decided") || before.ends_with(" by "));
            has_decided || is_quoted(before, behind)
        });
        self.rules = rules;
        shown
    }

    /// Free text: every e-mail address in it, and the values named.
    pub(super) fn scrub(&mut self, text: &str, known: &[(TokenSort, String)]) -> String {
        let mut scrubbed = text.to_owned();
        for (sort, value) in known {
            if value.chars().count() > 1 && scrubbed.contains(value.as_str()) {
                let token = self.token(*sort, value);
                scrubbed = match sort {
                    TokenSort::Number => replaced(&scrubbed, value, &token, is_a_number_of_its_own),
                    _ => scrubbed.replace(value.as_str(), &token),
                };
            }
        }
        self.text(&scrubbed)
    }

    /// Every e-mail address in a text.
    fn addresses(&mut self, text: &str) -> String {
        text::without_addresses(text, |address| self.token(TokenSort::Email, address))
    }

    /// A text that is no one's field: the names of files, e-mail addresses, and names of two words or more that have a token.
    pub(in crate::report) fn text(&mut self, text: &str) -> String {
        let mut shown = text.to_owned();
        for name in std::mem::take(&mut self.files) {
            if shown.contains(&name) {
                shown = shown.replace(&name, &self.token(TokenSort::File, &name));
            }
            self.files.push(name);
        }
        let shown = self.addresses(&shown);
        self.names(&shown)
    }

    fn names(&self, text: &str) -> String {
        let bare = |word: &str| word.trim_matches(|letter: char| !letter.is_alphanumeric()).len();
        let words: Vec<&str> = text.split(' ').collect();
        let (mut shown, mut at): (Vec<String>, usize) = (Vec::new(), 0);
        while let Some(word) = words.get(at) {
            let found = (2..=6).rev().find_map(|count| {
                let several = words.get(at..at + count)?.join(" ");
                let name = several.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '\'');
                let token = self.tokens.get(name).filter(|_| bare(word) > 0)?;
                Some((count, several.replacen(name, token, 1)))
            });
            let (count, said) = found.unwrap_or_else(|| (1, (*word).to_owned()));
            shown.push(said);
            at += count;
        }
        shown.join(" ")
    }

    /// Every text of a value that files can hold, whatever its fields are called.
    pub(super) fn walked<T: Serialize + DeserializeOwned>(&mut self, value: &T) -> Result<T> {
        let mut json = serde_json::to_value(value)?;
        let whole = json.clone();
        self.walk(&mut json, false);
        // A source may be called like a word of the format: then such words stand.
        serde_json::from_value(json).or_else(|_| {
            let mut json = whole;
            self.walk(&mut json, true);
            Ok(serde_json::from_value(json)?)
        })
    }

    fn walk(&mut self, value: &mut Json, words_stand: bool) {
        let is_word = |text: &str| text.bytes().all(|letter| letter.is_ascii_lowercase() || matches!(letter, b'-' | b'_'));
        match value {
            Json::String(text) if words_stand && is_word(text) => {}
            Json::String(text) => *text = self.text(text),
            Json::Array(items) => items.iter_mut().for_each(|item| self.walk(item, words_stand)),
            Json::Object(fields) => {
                fields.iter_mut().for_each(|(field, value)| self.walk(value, words_stand && field != "name"));
            }
            _ => {}
        }
    }

    /// `redaction-key.csv`
    pub(in crate::report) fn key(&self, out: impl Write + Send) -> Result<u64> {
        let tokens: Vec<_> = self.tokens.iter().collect();
        let row = |record: usize, csv: &mut Rows| {
            let (value, token) = tokens[record];
            csv.cell(token);
            csv.cell(value);
            csv.end();
        };
        csv(out, &["token", "value"], tokens.len(), row)?;
        Ok(tokens.len() as u64)
    }
}

/// A name may be part of another.
fn longest_first<T: Ord>(all: impl IntoIterator<Item = T>, words: fn(&T) -> &String) -> Vec<T> {
    let mut all: Vec<T> = all.into_iter().filter(|one| !words(one).trim().is_empty()).collect();
    all.sort_by(|one, other| words(other).len().cmp(&words(one).len()).then_with(|| one.cmp(other)));
    all.dedup();
    all
}

/// Whether what stands between these is a value that a sentence quotes: in backticks or brackets, or as a part behind a sign.
fn is_quoted(before: &str, behind: &str) -> bool {
    let opens = before.is_empty() || ["`", "(", ": ", "= ", "; ", ", "].iter().any(|sign| before.ends_with(sign));
    opens && (behind.is_empty() || behind.starts_with(['`', ')', ',', ';', '.']))
}

/// Whether what stands between these is a number for itself: no part of a day or a decimal, no count, and no row's or account's.
fn is_a_number_of_its_own(before: &str, behind: &str) -> bool {
    let joins = |signs: Option<char>, digit: Option<char>| {
        signs.is_some_and(|sign| "-.:/".contains(sign)) && digit.is_some_and(|digit| digit.is_ascii_digit())
    };
    let (mut back, mut on) = (before.chars().rev(), behind.chars());
    let is_part = joins(back.next(), back.next()) || joins(on.next(), on.next());
    let is_count = [" day", " row", " account", " field", " people", " person"].iter().any(|what| behind.starts_with(what));
    !is_part && !is_count && !["row ", "account "].iter().any(|what| before.ends_with(what))
}

/// A text with a token in place of these words, where they stand for themselves and, by what is before and behind them, are meant.
fn replaced(text: &str, words: &str, token: &str, are_meant: impl Fn(&str, &str) -> bool) -> String {
    let (mut shown, mut from) = (String::with_capacity(text.len()), 0);
    for (at, _) in text.match_indices(words) {
        let joined = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let after = at + words.len();
        let (before, behind) = (&text[..at], &text[after..]);
        if !joined(before.chars().next_back()) && !joined(behind.chars().next()) && are_meant(before, behind) {
            shown.push_str(&text[from..at]);
            shown.push_str(token);
            from = after;
        }
    }
    shown.push_str(&text[from..]);
    shown
}

/// Bytes nobody can guess.
fn random() -> Result<Vec<u8>, Failure> {
    let mut secret = vec![0; SECRET_BYTES];
    let drawn = ring::rand::SystemRandom::new().fill(&mut secret);
    drawn.map_err(|_| Failure::failed("cannot draw the secret of redaction: this system gives no random numbers"))?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::under(vec![7; 32])
    }

    #[test]
    fn the_same_value_has_the_same_token_whatever_its_case() {
        let mut redactor = redactor();
        assert_eq!(redactor.token(TokenSort::Email, "Ada@acme.com"), redactor.token(TokenSort::Email, "ada@acme.com"));
        let token = redactor.token(TokenSort::Name, "Ada Byron");
        assert_eq!(redactor.token(TokenSort::Name, &token), token);
        assert_eq!(redactor.token(TokenSort::Name, ""), "");
    }

    #[test]
    fn a_sentence_names_neither_files_nor_people_that_are_known() {
        let mut redactor = redactor();
        redactor.hide(["berlin-staff.csv".into()]);
        let (file, name) =
            (redactor.token(TokenSort::File, "berlin-staff.csv"), redactor.token(TokenSort::Name, "Ada O'Byron King"));
        assert_eq!(
            redactor.text("company/berlin-staff.csv row 4: account 12 (Ada O'Byron King) is active again"),
            format!("company/{file} row 4: account 12 ({name}) is active again")
        );
        assert_eq!(redactor.text("  two  spaces stay"), "  two  spaces stay");
    }

    #[test]
    fn what_a_rule_says_goes_where_the_rule_is_quoted_and_numbers_go_where_they_are_numbers() {
        let mut redactor = redactor();
        redactor.rule(vec![(TokenSort::Text, "account".into()), (TokenSort::Number, "11".into()), (TokenSort::Name, "Zoe".into())]);
        let (why, number, owner) =
            (redactor.token(TokenSort::Text, "account"), redactor.token(TokenSort::Number, "11"), redactor.who("Zoe"));
        let ended = "Employment ended on 2026-11-11, 11 days before the day judged; the account is still active (row 11)";
        for (sentence, shown) in [
            (
                format!("{ended}; Zoe decided that this is the person: account"),
                format!("{ended}; {owner} decided that this is the person: {why}"),
            ),
            (
                "The link `account = a, person = 11` (account) does nothing: no person is `11`".into(),
                format!("The link `account = a, person = {number}` ({why}) does nothing: no person is `{number}`"),
            ),
        ] {
            assert_eq!(redactor.ruled(&sentence), shown);
        }
        let known = [(TokenSort::Number, "11".to_owned())];
        assert_eq!(redactor.scrub(ended, &known), ended);
        assert_eq!(redactor.scrub("the number 11 is E11 loosely", &known), format!("the number {number} is E11 loosely"));
    }

    #[test]
    fn addresses_in_free_text_are_found() {
        let scrubbed = redactor().addresses("Ask ada@acme.com, or <o'brien+x@acme.co.uk>. At 5 @ noon; @media stays.");
        assert!(!scrubbed.contains("ada@") && !scrubbed.contains("brien"), "{scrubbed}");
        assert!(scrubbed.contains("At 5 @ noon; @media stays."), "{scrubbed}");
    }
}
