//! The copies: all that a report is made from, field by field, with tokens in place of whatever says who somebody is.

use std::path::Path;

use anyhow::Result;
use polars::prelude::{DataFrame, DataType, IntoColumn, Series, StringChunked};

use super::tokens::Redactor;
use crate::archive::history::{How, Lifecycle, Resolved, Sentence, unname};
use crate::archive::tokens::is_token;
use crate::archive::{History, RunInfo};
use crate::config::{self, Config, Loaded, SourceKind};
use crate::directory::People;
use crate::directory::people::{Doubt, RejectedRow};
use crate::domo::Accounts;
use crate::reconcile::{
    AcceptedBy, Access, AccessChange, AccountRef, Candidate, DriftField, DriftPattern, External, Finding, Method, Particular,
    PersonRef, Privileged, Reconciliation, Value,
};
use crate::report::Inputs;
use crate::terms::{Field, TokenSort};

/// Instead of the reason of a finding that is gone, where the run that had it was not redacted for sure.
const UNREDACTED: &str = "The reason stands in the previous run";

/// What stands where a sentence would say who decided what.
const UNNAMED: &str = "somebody whom the decisions of that run name";

/// What the files that leave the house are made from.
pub(in crate::report) struct Redacted {
    pub(in crate::report) run: RunInfo,
    pub(in crate::report) config: Loaded,
    pub(in crate::report) accounts: Accounts,
    pub(in crate::report) people: People,
    pub(in crate::report) reconciliation: Reconciliation,
    pub(in crate::report) history: History,
}

impl Redactor {
    /// A row of `handover.csv`: whose an object is, who may own it next, and what it is called, which is anything that somebody
    /// typed.
    pub(in crate::report) fn handover(&mut self, row: &mut [String; 8]) {
        let [_, email, _, _, object, _, heir, why] = row;
        *email = self.token(TokenSort::Email, email);
        *object = self.token(TokenSort::Text, object);
        *heir = self.token(TokenSort::Email, heir);
        *why = self.text(why);
    }

    /// Copies of all that a report is made from, in which nobody can be recognised.
    pub(in crate::report) fn redacted(&mut self, inputs: &Inputs) -> Result<Redacted> {
        let file_of = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let (accounts, config) = (&inputs.accounts.evidence, &inputs.config.config);
        // One that has no name is called by its kind, which tells nothing.
        let kinds: Vec<&str> = config.directory.iter().filter_map(|directory| directory.kind).map(SourceKind::as_str).collect();
        let files = inputs.people.sources.iter().map(|source| source.name.clone()).filter(|name| !kinds.contains(&name.as_str()));
        let files = files.chain(config.directory.iter().filter_map(|directory| file_of(&directory.path)));
        self.hide(files.chain(file_of(Path::new(&accounts.source)).filter(|_| !accounts.is_from_api())));
        let said = said_of_people(&mut config.clone()).into_iter().map(|(sort, words)| (sort, words.clone())).collect::<Vec<_>>();
        self.rule(said);

        let mut people = inputs.people.clone();
        people.frame.with_column(people.names()?.with_name("name".into()).into_column())?;
        let mut accounts = inputs.accounts.clone();
        self.frame(&mut accounts.frame)?;
        self.frame(&mut people.frame)?;
        accounts.evidence = self.walked(&accounts.evidence)?;
        people.sources = people.sources.iter().map(|source| self.walked(source)).collect::<Result<_>>()?;
        for RejectedRow { reason, email, employee_number, carried, name, source: _, row: _, digest: _ } in &mut people.rejected {
            *reason = self.text(reason);
            self.replace(TokenSort::Email, email);
            self.replace(TokenSort::Number, employee_number);
            self.replace(TokenSort::Name, name);
            *carried = carried.iter().map(|key| self.token(TokenSort::Email, key)).collect();
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

    /// The rules. Of those that are about somebody, who that is, who answers for it and why are tokens whole; of the others every
    /// text.
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
                self.replace(TokenSort::Text, who);
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
        for Sentence { text, named } in applied {
            let shown = self.without(text, std::mem::take(named));
            *text = self.text(&shown);
        }
        for gone in resolved {
            let Resolved { subject, reason, how, id: _, kind: _, severity: _, first_seen: _, last_seen: _, by_parameter: _ } = gone;
            // A run in clear may have said it, and whom a reason names beside its subject (the nearest by name) is not known any
            // more.
            if !is_token(subject) {
                UNREDACTED.clone_into(reason);
            }
            let sort = if subject.contains('@') { TokenSort::Email } else { TokenSort::Name };
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

    /// Every column that holds text, but for those that say nothing of who somebody is. Those come first whose tokens other files
    /// have.
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

    fn column(&mut self, frame: &mut DataFrame, name: &str, sort: TokenSort) -> Result<()> {
        let values: StringChunked =
            frame.column(name)?.str()?.iter().map(|value| value.map(|value| self.token(sort, value))).collect();
        frame.with_column(values.with_name(name.into()).into_column())?;
        Ok(())
    }

    fn account(&mut self, account: &mut AccountRef) {
        let AccountRef { email, name, index: _, id: _, role: _, active: _, may_administer: _ } = account;
        self.replace(TokenSort::Email, email);
        self.replace(TokenSort::Name, name);
    }

    fn person(&mut self, person: &mut PersonRef) {
        let PersonRef { email, name, employee_number, source, index: _, row: _, named_by, status: _, termination_date: _ } = person;
        self.replace(TokenSort::Email, email);
        self.replace(TokenSort::Name, name);
        self.replace(TokenSort::Number, employee_number);
        *source = self.text(source);
        // A token is nobody's number: a link that names it would do nothing.
        *named_by = None;
    }

    fn finding(&mut self, finding: &mut Finding) {
        let known = known(finding);
        let Finding {
            account,
            person,
            drift,
            reason,
            exception,
            rule,
            particulars,
            id: _,
            kind: _,
            severity: _,
            matched_by: _,
            action: _,
            restricted: _,
            code: _,
            owns: _,
            last_seen: _,
        } = finding;
        // A link, an exception that expired or another rule says who decided, and why; `[expected]` whom it names.
        *reason = self.ruled(reason);
        *rule = rule.as_deref().map(|rule| self.ruled(rule));
        *reason = self.scrub(reason, &known);
        if let Some(AcceptedBy { owner, reason, expires: _ }) = exception {
            *owner = self.who(owner);
            *reason = self.token(TokenSort::Text, reason);
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

    fn value(&mut self, value: &mut Value, known: &[(TokenSort, String)]) {
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
}

/// What rules say of people: whom a link or a slice names, who answers for a rule, and why. Each with the word of its token.
fn said_of_people(config: &mut Config) -> Vec<(TokenSort, &mut String)> {
    let Config { link, exclude, exception, expected, role, group, instance, .. } = config;
    let links = link.iter_mut().flat_map(|rule| {
        let config::Link { person, reason, owner, account: _, same: _ } = rule;
        [(TokenSort::Number, person), (TokenSort::Text, reason), (TokenSort::Name, owner)]
    });
    let excluded = exclude.iter_mut().flat_map(|rule| {
        let config::Exclude { reason, owner, email: _, id: _ } = rule;
        std::iter::once((TokenSort::Text, reason)).chain(owner.as_mut().map(|owner| (TokenSort::Name, owner)))
    });
    let accepted = exception.iter_mut().flat_map(|rule| {
        let config::Exception { reason, owner, account: _, kinds: _, expires: _, instance: _ } = rule;
        [(TokenSort::Text, reason), (TokenSort::Name, owner)]
    });
    let slices = expected.iter_mut().chain(instance.iter_mut().filter_map(|one| one.people.as_mut()));
    let slices = slices.chain(role.iter_mut().map(|rule| &mut rule.people)).chain(group.iter_mut().map(|rule| &mut rule.people));
    let patterns = slices.flatten().filter_map(|(field, patterns)| Some((sort_of(field)?, patterns)));
    let patterns = patterns.flat_map(|(sort, patterns)| patterns.iter_mut().map(move |pattern| (sort, pattern)));
    links.chain(excluded).chain(accepted).chain(patterns).collect()
}

/// What a field's value says of a person; none where it is known to say nothing about who it is.
fn sort_of(field: &str) -> Option<TokenSort> {
    match (Field::named(field), field) {
        (Some(known), _) => known.personal,
        // Columns of the frames that are no field of a person.
        (None, "role_id" | "timezone" | "locale" | "status_word" | "enabled") => None,
        (None, _) => Some(TokenSort::Text),
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

/// What a finding says in its fields of who somebody is, the longest first: a name may be part of another.
fn known(finding: &Finding) -> Vec<(TokenSort, String)> {
    let mut known: Vec<(TokenSort, String)> = Vec::new();
    let mut add = |sort, value: &Option<String>| {
        known.extend(value.clone().filter(|value| !value.trim().is_empty()).map(|value| (sort, value)))
    };
    let (accounts, people) = everybody(finding);
    for account in accounts {
        add(TokenSort::Email, &account.email);
        add(TokenSort::Name, &account.name);
    }
    for person in people {
        add(TokenSort::Email, &person.email);
        add(TokenSort::Name, &person.name);
        add(TokenSort::Number, &person.employee_number);
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
    known.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
    known
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

#[cfg(test)]
mod tests {
    use polars::prelude::NamedFrom as _;

    use super::*;

    fn redactor() -> Redactor {
        Redactor::under(vec![7; 32])
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
    fn what_changed_names_neither_who_did_it_nor_whom_a_rule_was_about() {
        let sentence = Sentence {
            text: "Plan P-1 was applied on 2026-11-23 by Zoe as root, against the guard min-admins (1, limit 2; reason: Zoe may): \
                1 done."
                .into(),
            named: vec![(TokenSort::Name, "Zoe".into()), (TokenSort::Name, "root".into()), (TokenSort::Text, "Zoe may".into())],
        };
        let rules = [
            "[[exception]] added: account = 3; owner = Zoe",
            "[expected] name: Zoe* → (not set)",
            "[guards] max_creates: 1 → 2",
            "[[exception]] changed: Zoe: reason: a → b",
        ];
        let history =
            History { applied: vec![sentence], parameters_changed: rules.map(str::to_owned).into(), ..History::default() };
        let redacted = redactor().history(&history);
        assert!(!format!("{redacted:?}").contains("Zoe"), "{redacted:?}");
        assert!(redacted.applied[0].text.contains("min-admins (1, limit 2; reason: text-"), "{redacted:?}");
        assert_eq!(redacted.parameters_changed[2], rules[2]);
    }
}
