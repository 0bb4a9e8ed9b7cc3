//! `--redact`: tokens instead of names, e-mail addresses, phones and employee numbers, in every file that leaves the house.
//!
//! It happens at the source: [`Redactor::redacted`] makes copies of all that a report is made from, in which every field is replaced
//! that is not known to say nothing of who somebody is ([`sort_of`]). A field that nobody thought of cannot leak: frames and what files
//! can hold are gone over whole, and of the rest every field is named here, so that a new one does not compile until somebody has looked
//! at it. What builds pages and tables knows nothing of it.
//!
//! The same value has the same token in every file and every run of an archive: a token is a keyed digest, and the archive keeps the
//! secret. What the tokens stand for is written to `redaction-key.csv`. Files that decisions or an apply go back to (plan.json, the
//! review sheets) and the evidence (accounts.jsonl, people.jsonl) keep their values: they do not leave the house.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result};
use polars::prelude::{DataFrame, DataType, IntoColumn, Series, StringChunked};
use ring::rand::SecureRandom as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::Inputs;
use crate::archive::history::{How, Lifecycle, Resolved, Told, unname};
use crate::archive::tokens::{SECRET, SECRET_BYTES, digits, is_token};
use crate::archive::{History, RunInfo};
use crate::config::{self, Config, Loaded, SourceKind};
use crate::directory::People;
use crate::directory::people::{Doubt, RejectedRow};
use crate::domo::Accounts;
use crate::failure::Failure;
use crate::files;
use crate::reconcile::{
    AcceptedBy, Access, AccessChange, AccountRef, Candidate, DriftField, DriftPattern, External, Finding, Method, Particular,
    PersonRef, Privileged, Reconciliation, Value,
};
use crate::rows::{Rows, csv};
use crate::terms::{Field, Key, Kind};
use crate::text;

/// What the tokens stand for, in the run's folder.
pub const KEY: &str = "redaction-key.csv";

/// Instead of the reason of a finding that is gone, where the run that had it was not redacted for sure.
const UNREDACTED: &str = "The reason stands in the previous run";

/// What stands where a sentence would say who decided what.
const UNNAMED: &str = "somebody whom the decisions of that run name";

/// Gives tokens and remembers what they stand for.
pub(super) struct Redactor {
    secret: Vec<u8>,
    tokens: BTreeMap<String, String>,
    /// Names of files that were read, the longest first.
    files: Vec<String>,
    /// What the rules say of people, as in [`Told::named`], the longest first.
    rules: Vec<(&'static str, String)>,
}

/// What the files that leave the house are made from.
pub(super) struct Redacted {
    pub(super) run: RunInfo,
    pub(super) config: Loaded,
    pub(super) accounts: Accounts,
    pub(super) people: People,
    pub(super) reconciliation: Reconciliation,
    pub(super) history: History,
}

/// Lets a run of one archive be redacted again in another: the same value has the same token only under the same secret.
///
/// # Errors
/// When the first archive's secret is not there, or the other has a secret of its own.
pub fn same_tokens(from: &Path, to: &Path) -> Result<()> {
    let (source, target) = (from.join(SECRET), to.join(SECRET));
    let secret = kept(&source)?.with_context(|| {
        Failure::failed(format!("the run is redacted, and the secret of its tokens, {}, is not there", source.display()))
            .hint("replay it in its own archive, or put that archive's redaction.secret there")
    })?;
    match kept(&target)? {
        Some(own) if own == secret => Ok(()),
        Some(_) => Err(Failure::usage(format!("{} redacts with a secret of its own: nothing could be compared", to.display()))
            .hint("name another --archive, or none")
            .into()),
        None => {
            files::make_folder(to).map_err(|error| Failure::no_folder("the archive", to, "--archive", error))?;
            keep(&target, &secret)
        }
    }
}

/// The secret in this file, if it is there. Tokens under half a secret could be guessed, and would be none of those that earlier runs have.
fn kept(path: &Path) -> Result<Option<Vec<u8>>> {
    match files::read_plain(path) {
        Ok(secret) if secret.len() == SECRET_BYTES => Ok(Some(secret)),
        Ok(secret) => Err(Failure::failed(format!(
            "{} has {} bytes, not {SECRET_BYTES}: it is not the secret that redaction made",
            path.display(),
            secret.len()
        ))
        .hint("put it back from a copy that is whole; without one, move it away: a new one gives everybody another token")
        .into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| Failure::failed(format!("cannot read {}", path.display()))),
    }
}

/// Writes a secret, never over another.
fn keep(path: &Path, secret: &[u8]) -> Result<()> {
    files::put(path, files::all(secret)).with_context(|| Failure::failed(format!("cannot write {}", path.display())))
}

impl Redactor {
    /// With the archive's secret, which is made when there is none yet.
    pub(super) fn of(archive: &Path) -> Result<Self> {
        let path = archive.join(SECRET);
        let secret = match kept(&path)? {
            Some(secret) => secret,
            None => {
                let secret = random()?;
                keep(&path, &secret)?;
                secret
            }
        };
        Ok(Self { secret, tokens: BTreeMap::new(), files: Vec::new(), rules: Vec::new() })
    }

    /// The names of these files are not to be said.
    pub(super) fn hide(&mut self, files: impl IntoIterator<Item = String>) {
        self.files = longest_first(files, |name| name);
    }

    /// `name-3f9a01c2bd`; blank stays blank, a token stays a token.
    fn token(&mut self, sort: &str, value: &str) -> String {
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

    fn replace(&mut self, sort: &str, value: &mut Option<String>) {
        if let Some(value) = value {
            *value = self.token(sort, value);
        }
    }

    /// Whoever answers for something or decided it.
    fn who(&mut self, who: &str) -> String {
        self.token(if who.contains('@') { "email" } else { "name" }, who)
    }

    /// What was said of people: a name may be an address.
    fn said(&mut self, sort: &str, words: &str) -> String {
        if sort == "name" { self.who(words) } else { self.token(sort, words) }
    }

    /// A sentence without these words.
    fn without(&mut self, sentence: &str, named: &[(&'static str, String)]) -> String {
        let mut shown = sentence.to_owned();
        for (sort, words) in named {
            if shown.contains(words.as_str()) {
                let token = self.said(sort, words);
                shown = replaced(&shown, words, &token);
            }
        }
        shown
    }

    /// A sentence without what the rules say of people.
    fn ruled(&mut self, sentence: &str) -> String {
        let rules = std::mem::take(&mut self.rules);
        let shown = self.without(sentence, &rules);
        self.rules = rules;
        shown
    }

    /// Free text: every e-mail address in it, and the values named.
    fn scrub(&mut self, text: &str, known: &[(&str, String)]) -> String {
        let mut scrubbed = text.to_owned();
        for (sort, value) in known {
            if value.chars().count() > 1 && scrubbed.contains(value.as_str()) {
                scrubbed = scrubbed.replace(value.as_str(), &self.token(sort, value));
            }
        }
        self.text(&scrubbed)
    }

    /// Every e-mail address in a text.
    fn addresses(&mut self, text: &str) -> String {
        text::without_addresses(text, |address| self.token("email", address))
    }

    /// A row of `handover.csv`: whose an object is, who may own it next, and what it is called, which is anything that somebody typed.
    pub(super) fn handover(&mut self, row: &mut [String; 8]) {
        let [_, email, _, _, object, _, heir, why] = row;
        *email = self.token("email", email);
        *object = self.token("text", object);
        *heir = self.token("email", heir);
        *why = self.text(why);
    }

    /// A text that is no one's field: the names of files, e-mail addresses, and names of two words or more that have a token.
    pub(super) fn text(&mut self, text: &str) -> String {
        let mut shown = text.to_owned();
        for name in std::mem::take(&mut self.files) {
            if shown.contains(&name) {
                shown = shown.replace(&name, &self.token("file", &name));
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
    fn walked<T: Serialize + DeserializeOwned>(&mut self, value: &T) -> Result<T> {
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

    /// Copies of all that a report is made from, in which nobody can be recognised.
    pub(super) fn redacted(&mut self, inputs: &Inputs) -> Result<Redacted> {
        let file_of = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let (accounts, config) = (&inputs.accounts.evidence, &inputs.config.config);
        // One that has no name is called by its kind, which tells nothing.
        let kinds: Vec<&str> = config.directory.iter().filter_map(|directory| directory.kind).map(SourceKind::as_str).collect();
        let files = inputs.people.sources.iter().map(|source| source.name.clone()).filter(|name| !kinds.contains(&name.as_str()));
        let files = files.chain(config.directory.iter().filter_map(|directory| file_of(&directory.path)));
        self.hide(files.chain(file_of(Path::new(&accounts.source)).filter(|_| !accounts.is_from_api())));
        let said = said_of_people(&mut config.clone()).into_iter().map(|(sort, words)| (sort, words.clone())).collect::<Vec<_>>();
        self.rules = longest_first(said, |(_, words)| words);

        let mut people = inputs.people.clone();
        people.frame.with_column(people.names()?.with_name("name".into()).into_column())?;
        let mut accounts = inputs.accounts.clone();
        self.frame(&mut accounts.frame)?;
        self.frame(&mut people.frame)?;
        accounts.evidence = self.walked(&accounts.evidence)?;
        people.sources = people.sources.iter().map(|source| self.walked(source)).collect::<Result<_>>()?;
        for RejectedRow { reason, email, employee_number, carried, source: _, row: _, digest: _ } in &mut people.rejected {
            *reason = self.text(reason);
            self.replace("email", email);
            self.replace("number", employee_number);
            *carried = carried.iter().map(|key| self.token("email", key)).collect();
        }
        for Doubt { field, problem, value, source: _, row: _, not_comparable: _ } in &mut people.doubts {
            *problem = self.text(problem);
            if let Some(sort) = sort_of(field) {
                *value = self.token(sort, value);
            }
        }
        Ok(Redacted {
            run: self.walked(inputs.run)?,
            config: Loaded { config: self.config(config)?, written: self.config(&inputs.config.written)?, ..inputs.config.clone() },
            accounts,
            people,
            reconciliation: self.reconciliation(inputs.reconciliation)?,
            history: self.history(inputs.history),
        })
    }

    /// The rules. Of those that are about somebody, who that is, who answers for it and why are tokens whole; of the others every text.
    fn config(&mut self, config: &Config) -> Result<Config> {
        let mut config = config.clone();
        for (sort, words) in said_of_people(&mut config) {
            *words = self.said(sort, words);
        }
        self.walked(&config)
    }

    fn reconciliation(&mut self, reconciliation: &Reconciliation) -> Result<Reconciliation> {
        let mut redacted = reconciliation.clone();
        // The others are numbers, days and rows of the frames, or, as what was known from before, not shown.
        let Reconciliation {
            findings,
            privileged,
            patterns,
            access,
            external,
            evidence,
            not_tested,
            method,
            instance: _,
            as_of: _,
            accounts: _,
            people: _,
            account_rows: _,
            person_rows: _,
            folded: _,
            dormancy: _,
            exceptions: _,
            past: _,
        } = &mut redacted;
        findings.iter_mut().for_each(|finding| self.finding(finding));
        if let Some(Access { changes, run_id: _, as_of: _ }) = access {
            for change in changes {
                let AccessChange { account, who, moved: _, before: _, after: _, administrator: _, plan: _ } = change;
                self.account(account);
                self.replace("text", who);
            }
        }
        for External { account, owner, situation: _ } in external {
            self.account(account);
            *owner = owner.as_deref().map(|owner| self.who(owner));
        }
        for one in privileged {
            let Privileged { account, person, rights: _, situation: _, findings: _, last_seen: _ } = one;
            self.account(account);
            person.iter_mut().for_each(|person| self.person(person));
        }
        for DriftPattern { field, domo, directory, count: _ } in patterns {
            if let Some(sort) = sort_of(field) {
                *domo = self.token(sort, domo);
                *directory = self.token(sort, directory);
            }
        }
        *evidence = self.walked(evidence)?;
        *not_tested = self.walked(not_tested)?;
        let Method { normalised, matched_by: _, compared: _, tested: _ } = method;
        normalised.iter_mut().for_each(|sentence| *sentence = self.text(sentence));
        Ok(redacted)
    }

    fn history(&mut self, history: &History) -> History {
        let mut redacted = history.clone();
        unname(&mut redacted);
        let History { lifecycle, resolved, parameters_changed, applied, last_review, notes, previous: _, unjudged: _, trend: _ } =
            &mut redacted;
        let changed = lifecycle.values_mut().flat_map(|lifecycle| {
            let Lifecycle { changed, state: _, first_seen: _, by_parameter: _ } = lifecycle;
            changed
        });
        changed.chain(notes).for_each(|sentence| *sentence = self.text(sentence));
        // Values of then are not known any more.
        for change in parameters_changed {
            let field = |what: &str| what.rsplit(' ').next().and_then(Field::named);
            let says_who = |what: &str| what.starts_with("[[") || field(what).is_some_and(|field| field.personal.is_some());
            *change = match change.split_once(": ").filter(|(what, _)| says_who(what)) {
                Some((what, _)) => format!("{what}: (not shown)"),
                None => self.text(change),
            };
        }
        for Told { sentence, named } in applied {
            let shown = self.without(sentence, &longest_first(std::mem::take(named), |(_, words)| words));
            *sentence = self.text(&shown);
        }
        for gone in resolved {
            let Resolved { subject, reason, how, id: _, kind: _, severity: _, first_seen: _, last_seen: _, by_parameter: _ } = gone;
            // A run in clear may have said it, and whom a reason names beside its subject (the nearest by name) is not known any more.
            if !is_token(subject) {
                UNREDACTED.clone_into(reason);
            }
            let sort = if subject.contains('@') { "email" } else { "name" };
            *subject = self.token(sort, subject);
            if let How::Ours(decided) = how {
                *decided = UNNAMED.to_owned();
            }
        }
        if let Some(last) = last_review {
            last.unname(|name| self.who(name));
        }
        redacted
    }

    /// Every column that holds text, but for those that say nothing of who somebody is. Those come first whose tokens other files have.
    fn frame(&mut self, frame: &mut DataFrame) -> Result<()> {
        let mut columns: Vec<(String, DataType)> =
            frame.columns().iter().map(|column| (column.name().to_string(), column.dtype().clone())).collect();
        columns.sort_by_key(|(name, _)| !["email", "name", "employee_number"].contains(&name.as_str()));
        for (name, kind) in columns {
            let Some(sort) = sort_of(&name) else { continue };
            match kind {
                DataType::String => self.column(frame, &name, sort)?,
                // Nothing that leaves the house has them.
                DataType::List(_) => {
                    frame.with_column(Series::full_null(name.as_str().into(), frame.height(), &kind).into_column())?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn column(&mut self, frame: &mut DataFrame, name: &str, sort: &str) -> Result<()> {
        let values: StringChunked =
            frame.column(name)?.str()?.iter().map(|value| value.map(|value| self.token(sort, value))).collect();
        frame.with_column(values.with_name(name.into()).into_column())?;
        Ok(())
    }

    fn account(&mut self, account: &mut AccountRef) {
        let AccountRef { email, name, index: _, id: _, role: _, active: _, may_administer: _ } = account;
        self.replace("email", email);
        self.replace("name", name);
    }

    fn person(&mut self, person: &mut PersonRef) {
        let PersonRef { email, name, employee_number, source, index: _, row: _, named_by, status: _, termination_date: _ } = person;
        self.replace("email", email);
        self.replace("name", name);
        self.replace("number", employee_number);
        *source = self.text(source);
        // A token is nobody's number: a link that names it would do nothing.
        *named_by = None;
    }

    fn finding(&mut self, finding: &mut Finding) {
        let mut known: Vec<(&'static str, String)> = Vec::new();
        let mut add = |sort, value: &Option<String>| {
            known.extend(value.clone().filter(|value| !value.trim().is_empty()).map(|value| (sort, value)))
        };
        let (accounts, people) = everybody(finding);
        for account in accounts {
            add("email", &account.email);
            add("name", &account.name);
        }
        for person in people {
            add("email", &person.email);
            add("name", &person.name);
            add("number", &person.employee_number);
        }
        for change in &finding.drift {
            if let Some(sort) = sort_of(&change.field) {
                add(sort, &change.domo);
                add(sort, &change.directory);
            }
        }
        for (field, value) in finding.particulars.iter().filter_map(|particular| field_of(&particular.value)) {
            if let Some(sort) = sort_of(field) {
                add(sort, value);
            }
        }
        // The longest first: a name may be part of another.
        known.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        let Finding {
            account,
            person,
            drift,
            reason,
            exception,
            rule,
            particulars,
            id: _,
            kind,
            severity: _,
            matched_by,
            action: _,
            restricted: _,
            code: _,
            owns: _,
            last_seen: _,
        } = finding;
        // A link or a rule says who decided, and why; `[expected]` whom it names.
        if rule.is_some() || *kind == Kind::Missing || matched_by.contains(&Key::Link) {
            *reason = self.ruled(reason);
            *rule = rule.as_deref().map(|rule| self.ruled(rule));
        }
        *reason = self.scrub(reason, &known);
        if let Some(AcceptedBy { owner, reason, expires: _ }) = exception {
            *owner = self.who(owner);
            *reason = self.token("text", reason);
        }
        account.iter_mut().for_each(|account| self.account(account));
        person.iter_mut().for_each(|person| self.person(person));
        for DriftField { field, domo, directory, note: _, writable: _ } in drift {
            if let Some(sort) = sort_of(field) {
                self.replace(sort, domo);
                self.replace(sort, directory);
            }
        }
        *rule = rule.as_deref().map(|rule| self.scrub(rule, &known));
        for Particular { value, column: _ } in particulars {
            self.value(value, &known);
        }
    }

    fn value(&mut self, value: &mut Value, known: &[(&str, String)]) {
        match value {
            Value::Text(text) => {
                let shown = text.as_deref().map(|text| self.ruled(text));
                *text = shown.map(|text| self.scrub(&text, known));
            }
            Value::Field(..) | Value::Cell { .. } => {
                let sort = field_of(value).and_then(|(field, _)| sort_of(field));
                let (Value::Field(_, text) | Value::Cell { text, .. }) = value else { return };
                match sort {
                    Some(sort) => self.replace(sort, text),
                    None => *text = text.as_deref().map(|text| self.scrub(text, known)),
                }
            }
            Value::People(people, _) => people.iter_mut().for_each(|person| self.person(person)),
            Value::Accounts(accounts, _) => accounts.iter_mut().for_each(|account| self.account(account)),
            Value::Near(candidates) => {
                for Candidate { person, why, score: _ } in candidates {
                    *why = self.scrub(why, known);
                    self.person(person);
                }
            }
            // Of the finding itself, or nothing that says who somebody is.
            Value::ItsPerson | Value::ItsSource | Value::ItsRow | Value::ItsReason => {}
            Value::FieldName(_) | Value::Code(_) | Value::Day(_) | Value::Days(_) => {}
        }
    }

    /// `redaction-key.csv`
    pub(super) fn key(&self, out: impl Write + Send) -> Result<u64> {
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

/// What rules say of people: whom a link or a slice names, who answers for a rule, and why. Each with the word of its token.
fn said_of_people(config: &mut Config) -> Vec<(&'static str, &mut String)> {
    let Config { link, exclude, exception, expected, role, group, instance, .. } = config;
    let links = link.iter_mut().flat_map(|rule| {
        let config::Link { person, reason, owner, account: _, same: _ } = rule;
        [("number", person), ("text", reason), ("name", owner)]
    });
    let excluded = exclude.iter_mut().flat_map(|rule| {
        let config::Exclude { reason, owner, email: _, id: _ } = rule;
        std::iter::once(("text", reason)).chain(owner.as_mut().map(|owner| ("name", owner)))
    });
    let accepted = exception.iter_mut().flat_map(|rule| {
        let config::Exception { reason, owner, account: _, kinds: _, expires: _ } = rule;
        [("text", reason), ("name", owner)]
    });
    let slices = expected.iter_mut().chain(instance.iter_mut().filter_map(|one| one.people.as_mut()));
    let slices = slices.chain(role.iter_mut().map(|rule| &mut rule.people)).chain(group.iter_mut().map(|rule| &mut rule.people));
    let patterns = slices.flatten().filter_map(|(field, patterns)| Some((sort_of(field)?, patterns)));
    let patterns = patterns.flat_map(|(sort, patterns)| patterns.iter_mut().map(move |pattern| (sort, pattern)));
    links.chain(excluded).chain(accepted).chain(patterns).collect()
}

/// A name may be part of another.
fn longest_first<T: Ord>(all: impl IntoIterator<Item = T>, words: fn(&T) -> &String) -> Vec<T> {
    let mut all: Vec<T> = all.into_iter().filter(|one| !words(one).trim().is_empty()).collect();
    all.sort_by(|one, other| words(other).len().cmp(&words(one).len()).then_with(|| one.cmp(other)));
    all.dedup();
    all
}

/// A text with a token in place of these words, where they stand for themselves.
fn replaced(text: &str, words: &str, token: &str) -> String {
    let (mut shown, mut from) = (String::with_capacity(text.len()), 0);
    for (at, _) in text.match_indices(words) {
        let joined = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let after = at + words.len();
        if !joined(text[..at].chars().next_back()) && !joined(text[after..].chars().next()) {
            shown.push_str(&text[from..at]);
            shown.push_str(token);
            from = after;
        }
    }
    shown.push_str(&text[from..]);
    shown
}

/// What a field's value says of a person; none where it is known to say nothing about who it is.
fn sort_of(field: &str) -> Option<&'static str> {
    match (Field::named(field), field) {
        (Some(known), _) => known.personal,
        // Columns of the frames that are no field of a person.
        (None, "role_id" | "timezone" | "locale" | "status_word" | "enabled") => None,
        (None, _) => Some("text"),
    }
}

/// The canonical field that a value is of, and the value.
fn field_of(value: &Value) -> Option<(&str, &Option<String>)> {
    match value {
        Value::Field(field, text) => Some((field, text)),
        Value::Cell { field: Some(field), text } => Some((field, text)),
        _ => None,
    }
}

/// Every account and person a finding names.
fn everybody(finding: &Finding) -> (Vec<&AccountRef>, Vec<&PersonRef>) {
    let mut accounts: Vec<&AccountRef> = finding.account.iter().collect();
    let mut people: Vec<&PersonRef> = finding.person.iter().collect();
    for particular in &finding.particulars {
        match &particular.value {
            Value::People(all, _) => people.extend(all),
            Value::Accounts(all, _) => accounts.extend(all),
            Value::Near(candidates) => people.extend(candidates.iter().map(|near| &near.person)),
            _ => {}
        }
    }
    (accounts, people)
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
    use polars::prelude::NamedFrom as _;

    use super::*;

    fn redactor() -> Redactor {
        Redactor { secret: vec![7; 32], tokens: BTreeMap::new(), files: Vec::new(), rules: Vec::new() }
    }

    #[test]
    fn the_same_value_has_the_same_token_whatever_its_case() {
        let mut redactor = redactor();
        assert_eq!(redactor.token("email", "Ada@acme.com"), redactor.token("email", "ada@acme.com"));
        let token = redactor.token("name", "Ada Byron");
        assert_eq!(redactor.token("name", &token), token);
        assert_eq!(redactor.token("name", ""), "");
    }

    #[test]
    fn a_field_that_nobody_thought_of_is_redacted() {
        let mut redactor = redactor();
        let text = |name: &str, value: &str| Series::new(name.into(), [value]).into_column();
        let columns = vec![text("nickname", "Dizzy"), text("title", "Analyst"), text("email", "ada@acme.com")];
        let mut frame = DataFrame::new(1, columns).unwrap();
        redactor.frame(&mut frame).unwrap();
        let cell = |name: &str| frame.column(name).unwrap().str().unwrap().get(0).unwrap().to_owned();
        assert!(cell("nickname").starts_with("text-") && cell("email").starts_with("email-"), "{frame:?}");
        assert_eq!(cell("title"), "Analyst");
        let mut value = Value::Field("nickname", Some("Dizzy".into()));
        redactor.value(&mut value, &[]);
        assert!(matches!(&value, Value::Field(_, Some(token)) if *token == cell("nickname")), "{value:?}");
    }

    #[test]
    fn a_sentence_names_neither_files_nor_people_that_are_known() {
        let mut redactor = redactor();
        redactor.files = vec!["berlin-staff.csv".into()];
        let (file, name) = (redactor.token("file", "berlin-staff.csv"), redactor.token("name", "Ada O'Byron King"));
        assert_eq!(
            redactor.text("company/berlin-staff.csv row 4: account 12 (Ada O'Byron King) is active again"),
            format!("company/{file} row 4: account 12 ({name}) is active again")
        );
        assert_eq!(redactor.text("  two  spaces stay"), "  two  spaces stay");
    }

    #[test]
    fn what_changed_names_neither_who_did_it_nor_whom_a_rule_was_about() {
        let told = Told {
            sentence: "Plan P-1 was applied on 2026-11-23 by Zoe as root, against the guard min-admins (1, limit 2; reason: Zoe may): 1 done.".into(),
            named: vec![("name", "Zoe".into()), ("name", "root".into()), ("text", "Zoe may".into())],
        };
        let rules =
            ["[[exception]] added: account = 3; owner = Zoe", "[expected] name: Zoe* → (not set)", "[guards] max_creates: 1 → 2"];
        let history = History { applied: vec![told], parameters_changed: rules.map(str::to_owned).into(), ..History::default() };
        let redacted = redactor().history(&history);
        assert!(!format!("{redacted:?}").contains("Zoe"), "{redacted:?}");
        assert!(redacted.applied[0].sentence.contains("min-admins (1, limit 2; reason: text-"), "{redacted:?}");
        assert_eq!(redacted.parameters_changed[2], rules[2]);
    }

    #[test]
    fn addresses_in_free_text_are_found() {
        let scrubbed = redactor().addresses("Ask ada@acme.com, or <o'brien+x@acme.co.uk>. At 5 @ noon; @media stays.");
        assert!(!scrubbed.contains("ada@") && !scrubbed.contains("brien"), "{scrubbed}");
        assert!(scrubbed.contains("At 5 @ noon; @media stays."), "{scrubbed}");
    }
}
