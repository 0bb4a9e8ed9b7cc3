//! Findings in words, from the situations: those about accounts here, those about people beside.

mod people;

use std::collections::HashMap;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::candidates::Candidates;
use super::columns::{AccountColumns, PersonColumns};
use super::drift::Drifts;
use super::employment::Employment;
use super::explain;
use super::finding::{AccountRef, Action, Detail, DriftField, Kind, PersonRef, Severity};
use super::identity::Draft;
use super::keys::{Addresses, Number};
use super::matching::{Agreeing, Matches, Part, Verdict};
use super::situation::Gap;
use super::{AccountSituation, PersonSituation, Rules};
use crate::config::{Choice, Key, Status};

/// At most so many people or accounts are listed with one finding; the reason says how many there are.
const LISTED: usize = 50;

/// Everything the sentences are made from.
pub(super) struct Judge<'a> {
    pub(super) rules: &'a Rules<'a>,
    pub(super) accounts: &'a AccountColumns<'a>,
    pub(super) people: &'a PersonColumns<'a>,
    pub(super) addresses: &'a Addresses,
    pub(super) parts: &'a [Part],
    pub(super) matches: &'a Matches,
    pub(super) employment: &'a [Employment],
    pub(super) account_situations: &'a [AccountSituation],
    pub(super) person_situations: &'a [PersonSituation],
    pub(super) drifts: &'a Drifts<'a>,
    /// Accounts of each person with several, those that take part only.
    pub(super) holders: HashMap<u32, Vec<u32>>,
    /// People whom an orphan's name may mean.
    pub(super) candidates: Candidates,
}

impl Judge<'_> {
    pub(super) fn account_ref(&self, row: u32) -> AccountRef {
        let accounts = self.accounts;
        AccountRef {
            index: row,
            id: accounts.id(row),
            email: accounts.email.owned(row),
            name: accounts.name.owned(row),
            role: accounts.role(row).map(str::to_owned),
            active: accounts.is_active(row),
        }
    }

    pub(super) fn person_ref(&self, row: u32) -> PersonRef {
        let people = self.people;
        PersonRef {
            index: Some(people.fold.row(row)),
            source: people.source_name(people.source(row)).to_owned(),
            row: people.line(row),
            email: people.email.owned(row),
            employee_number: people.employee_number.owned(row),
            name: people.display_name(row),
            status: self.employment[row as usize].status,
            termination_date: people.termination_date.get(row),
        }
    }

    /// The person an account is matched to.
    pub(super) fn person_of(&self, account: u32) -> Option<(u32, Agreeing)> {
        match self.matches.verdicts[account as usize] {
            Verdict::One { person, agreeing } => Some((person, agreeing)),
            _ => None,
        }
    }

    /// Findings about accounts, in the order of the frame.
    pub(super) fn of_accounts(&self, gap: impl Fn(u32) -> Option<Gap> + Sync) -> Vec<Draft> {
        let found = |row: u32| {
            let mut found = Vec::new();
            self.of_account(row, &gap, &mut found);
            found
        };
        (0..self.accounts.height).into_par_iter().with_min_len(1024).flat_map_iter(found).collect()
    }

    fn of_account(&self, row: u32, gap: &impl Fn(u32) -> Option<Gap>, found: &mut Vec<Draft>) {
        use AccountSituation::*;
        let mut push = |draft: Option<Draft>| found.extend(draft);
        match self.account_situations[row as usize] {
            Matched => {
                push(self.early(row));
                push(self.drift(row));
            }
            Orphan => push(Some(self.orphan(row))),
            Leaver | Suspended => push(self.leaver_or_suspended(row)),
            Conflict => push(Some(self.conflict(row))),
            Ambiguous => push(Some(self.ambiguous(row))),
            Duplicate => push(self.duplicate(row)),
            NotEvaluable => push(gap(row).map(|gap| self.not_evaluable(row, gap))),
            Inactive => push(self.deactivated(row)),
            Excluded => {}
        }
        if self.parts[row as usize] == Part::Takes {
            push(self.damaged_number(row));
        }
    }

    fn draft(&self, kind: Kind, severity: Severity, account: u32, reason: String, detail: Detail) -> Draft {
        let subject =
            match (self.accounts.id(account), self.accounts.email.get(account).and_then(|email| self.addresses.key(email))) {
                (Some(id), _) => id.to_string(),
                (None, Some(email)) => format!("email:{email}"),
                (None, None) => format!("name:{}", self.accounts.name.get(account).unwrap_or_default()),
            };
        let mut draft = Draft::new(kind, severity, subject, reason, detail);
        draft.finding.account = Some(self.account_ref(account));
        draft
    }

    fn with_person(&self, mut draft: Draft, person: u32, agreeing: Agreeing) -> Draft {
        if let Some(account) = draft.finding.account.as_ref().map(|account| account.index) {
            let needed = explain::needed(self.accounts, self.people, self.addresses, agreeing, account, person);
            draft.finding.reason.push_str(&needed);
        }
        draft.finding.reason.push_str(&explain::also_in(self.people, person));
        draft.finding.person = Some(self.person_ref(person));
        draft.finding.matched_by = agreeing.keys();
        draft
    }

    fn orphan(&self, row: u32) -> Draft {
        let tried: Vec<Key> = self.keys_tried(row);
        let severity = if self.accounts.may_administer(row) { Severity::High } else { Severity::Medium };
        let role = self.accounts.role(row).filter(|_| severity == Severity::High);
        let role = role.map(|role| format!(", with the role {role}")).unwrap_or_default();
        let mut reason = format!("Active{role}, but nobody in the directory has its {}", explain::any_key_in_words(&tried));
        reason.push_str(&self.last_seen(row, None));
        let candidates = self.candidates.of(self, row);
        if let Some(nearest) = candidates.first() {
            reason.push_str(&format!("; nearest: {}, {}", explain::person(&nearest.person), nearest.why));
        }
        let detail = Detail::Orphan { keys_tried: tried, candidates, created: self.accounts.created.get(row) };
        let mut draft = self.draft(Kind::Orphan, severity, row, reason, detail);
        draft.finding.action = removal(self.rules.config.policy.orphan);
        draft
    }

    /// When the account was last seen, where the source says; `left` is the last day its person worked.
    fn last_seen(&self, row: u32, left: Option<NaiveDate>) -> String {
        match self.accounts.provides("last_login") {
            true => explain::last_seen(self.accounts.last_login.get(row), self.rules.as_of, left),
            false => String::new(),
        }
    }

    /// The configured keys that this account carries.
    fn keys_tried(&self, row: u32) -> Vec<Key> {
        let carries = |key: &Key| match key {
            Key::Email => self.accounts.email.filled(row).is_some(),
            Key::AlternateEmail => self.accounts.alternate_email.filled(row).is_some(),
            Key::EmployeeNumber => self.accounts.employee_number.filled(row).is_some(),
        };
        super::KEYS.into_iter().filter(|key| self.rules.config.matching.keys.contains(key)).filter(carries).collect()
    }

    fn leaver_or_suspended(&self, row: u32) -> Option<Draft> {
        let (person, agreeing) = self.person_of(row)?;
        let as_of = self.rules.as_of;
        let last_day = self.people.termination_date.get(person);
        let word = self.word(person);
        let severity = if self.accounts.may_administer(row) { Severity::Critical } else { Severity::High };
        let role = self.accounts.role(row).filter(|_| severity == Severity::Critical);
        let left = self.employment[person as usize].status == Status::Terminated;
        let mut reason = match left {
            true => explain::leaver(word, last_day, as_of, role),
            false => explain::suspended(word, last_day, role),
        };
        reason.push_str(&self.last_seen(row, last_day.filter(|_| left)));
        let days_since = last_day.filter(|day| *day < as_of).map(|day| (as_of - day).num_days());
        let detail = Detail::Employment { status_word: word.map(str::to_owned), last_day, days_since };
        let kind = if left { Kind::Leaver } else { Kind::Suspended };
        let mut draft = self.with_person(self.draft(kind, severity, row, reason, detail), person, agreeing);
        let policy = &self.rules.config.policy;
        draft.finding.action = removal(if left { policy.leaver } else { policy.suspended });
        if let Some(employed) = self.employed_sibling(person) {
            let other = explain::person(&self.person_ref(employed));
            draft
                .finding
                .reason
                .push_str(&format!("; another row with one of the person's keys says employed: {other}, so a person decides"));
            draft.finding.action = None;
        }
        Some(draft)
    }

    /// The directory's own word for a person's status.
    fn word(&self, person: u32) -> Option<&str> {
        self.people.deciding_word(person, self.employment[person as usize].status, self.rules.as_of)
    }

    /// A row that shares a key with this one and says employed: a rehire, or somebody else's row.
    fn employed_sibling(&self, person: u32) -> Option<u32> {
        let siblings = self.matches.siblings.get(&person)?;
        let employed = |row: &&u32| matches!(self.employment[**row as usize].status, Status::Active | Status::Leave);
        siblings.iter().find(employed).copied()
    }

    fn early(&self, row: u32) -> Option<Draft> {
        let (person, agreeing) = self.person_of(row)?;
        if self.employment[person as usize].status != Status::Prehire {
            return None;
        }
        let (hire_date, as_of) = (self.people.hire_date.get(person), self.rules.as_of);
        let days_ahead = hire_date.filter(|day| *day > as_of).map(|day| (day - as_of).num_days());
        let detail = Detail::Early { hire_date, days_ahead };
        let draft = self.draft(Kind::Early, Severity::Medium, row, explain::early(hire_date, as_of), detail);
        Some(self.with_person(draft, person, agreeing))
    }

    fn drift(&self, row: u32) -> Option<Draft> {
        let (person, agreeing) = self.person_of(row)?;
        let drift = self.drifts.between(row, person, agreeing);
        if drift.is_empty() {
            return None;
        }
        let is_key = |field: &DriftField| matches!(field.field.as_str(), "email" | "employee_number");
        let severity = if drift.iter().any(is_key) { Severity::Medium } else { Severity::Low };
        let fields: Vec<&str> = drift.iter().map(|field| field.field.as_str()).collect();
        let mut reason = match fields.as_slice() {
            ["role"] => "The role differs from the one that a rule or the directory gives".to_owned(),
            [one] => format!("The {} differs from the directory", field_in_words(one)),
            many => {
                let many: Vec<String> = many.iter().map(|field| field_in_words(field)).collect();
                format!("{} fields differ from the directory: {}", many.len(), many.join(", "))
            }
        };
        if fields.contains(&"employee_number")
            && let (Some(created), Some(hired)) = (self.accounts.created.get(row), self.people.hire_date.get(person))
            && hired > created
            && !agreeing.has(Key::EmployeeNumber)
        {
            reason.push_str(&format!(
                "; the person was hired on {hired}, after the account was made on {created}: the address may have been re-used"
            ));
        }
        let writable = drift.iter().any(|field| field.writable);
        if !writable {
            let why = drift.first().and_then(|field| field.note.as_deref()).filter(|_| drift.len() == 1);
            let what = if drift.len() == 1 { "it cannot be written" } else { "none of them can be written" };
            reason.push_str(&format!("; {what}{}", why.map(|why| format!(" ({why})")).unwrap_or_default()));
        }
        let mut draft = self.with_person(self.draft(Kind::Drift, severity, row, reason, Detail::None), person, agreeing);
        draft.finding.drift = drift;
        draft.finding.action = (writable && self.rules.config.policy.drift == Choice::Update).then_some(Action::Update);
        Some(draft)
    }

    fn conflict(&self, row: u32) -> Draft {
        let pointers = &self.matches.pointers;
        let (by_main, by_alternate) = (pointers.by_email(row), pointers.by_alternate(row));
        let mut by_email = [by_main, &by_alternate].concat();
        by_email.sort_unstable();
        by_email.dedup();
        let by_number = pointers.by_number(row);
        let reused_address = self.is_reused(row, &by_email, by_number);
        let in_words = |rows: &[u32]| {
            let people = rows.iter().map(|person| {
                let employment = self.employment[*person as usize];
                let dates = (self.people.termination_date.get(*person), self.people.hire_date.get(*person));
                format!("{}, who {}", explain::person(&self.person_ref(*person)), explain::employment(employment, dates.0, dates.1))
            });
            explain::listed(people)
        };
        let keys = [("e-mail address", by_main), ("alternate e-mail", &by_alternate), ("employee number", by_number)];
        let named = keys.into_iter().filter(|(_, rows)| !rows.is_empty());
        let mut reason = named.map(|(key, rows)| format!("the {key} is that of {}", in_words(rows))).collect::<Vec<_>>().join("; ");
        reason.replace_range(..1, "T");
        if reused_address {
            reason.push_str(": a joiner seems to have a leaver's account");
        }
        let refs = |rows: &[u32]| rows.iter().take(LISTED).map(|person| self.person_ref(*person)).collect();
        let detail = Detail::Conflict { by_email: refs(&by_email), by_number: refs(by_number), reused_address };
        self.draft(Kind::Conflict, Severity::High, row, reason, detail)
    }

    /// The number is a leaver's, and the address belongs to somebody who came later.
    fn is_reused(&self, account: u32, by_email: &[u32], by_number: &[u32]) -> bool {
        let left = |person: &u32| self.employment[*person as usize].status == Status::Terminated;
        let joined_later = |person: &u32| {
            let hired = self.people.hire_date.get(*person);
            let last_day = by_number.first().and_then(|leaver| self.people.termination_date.get(*leaver));
            let before = last_day.or(self.accounts.created.get(account));
            !left(person) && hired.zip(before).is_none_or(|(hired, before)| hired > before)
        };
        by_number.iter().any(left) && by_email.iter().any(joined_later)
    }

    fn ambiguous(&self, row: u32) -> Draft {
        let candidates = self.matches.pointers.candidates(row);
        let refs: Vec<PersonRef> = candidates.iter().take(LISTED).map(|person| self.person_ref(*person)).collect();
        let more = candidates.len().saturating_sub(refs.len());
        let mut listed = explain::listed(refs.iter().map(explain::person));
        if more > 0 {
            listed.push_str(&format!(" ({} in all)", candidates.len()));
        }
        let reason = format!(
            "The account's keys point at {} rows of the directory, and no other key singles one out: {listed}",
            candidates.len()
        );
        self.draft(Kind::Ambiguous, Severity::Medium, row, reason, Detail::Ambiguous { candidates: refs, more })
    }

    fn duplicate(&self, row: u32) -> Option<Draft> {
        let (person, agreeing) = self.person_of(row)?;
        let holders = self.holders.get(&person).map_or(&[][..], Vec::as_slice);
        let agreement = |account: &u32| self.person_of(*account).map_or(0, |(_, agreeing)| agreeing.count());
        let most = holders.iter().map(agreement).max().unwrap_or(0);
        let mut with_most = holders.iter().filter(|account| agreement(account) == most);
        let best = match (with_most.next(), with_most.next()) {
            (Some(best), None) => Some(*best),
            _ => None,
        };
        let accounts: Vec<AccountRef> = holders.iter().take(LISTED).map(|account| self.account_ref(*account)).collect();
        let employment = self.employment[person as usize];
        let dates = (self.people.termination_date.get(person), self.people.hire_date.get(person));
        let mut reason = format!(
            "{}, who {}, has {} active accounts: {}",
            explain::person(&self.person_ref(person)),
            explain::employment(employment, dates.0, dates.1),
            holders.len(),
            explain::listed(accounts.iter().map(explain::account)),
        );
        match best {
            Some(best) if best == row => reason.push_str("; this one agrees on most keys"),
            Some(best) => {
                reason.push_str(&format!("; account {} agrees on most keys", explain::account(&self.account_ref(best))));
            }
            None => reason.push_str("; they agree on equally many keys"),
        }
        let detail = Detail::Duplicate { accounts, shared: agreeing.keys(), best };
        Some(self.with_person(self.draft(Kind::Duplicate, Severity::Medium, row, reason, detail), person, agreeing))
    }

    fn not_evaluable(&self, row: u32, gap: Gap) -> Draft {
        let (code, missing, reason) = match gap {
            Gap::NoStatus => {
                let word = self.person_of(row).and_then(|(person, _)| self.word(person));
                let reason = match word {
                    Some(word) => {
                        format!("The directory's status `{}` says neither employed nor ended, and no date decides", word)
                    }
                    None => "The directory's row has no readable status, and no date decides".to_owned(),
                };
                ("no-status", "a status or a termination date of the matched row", reason)
            }
            Gap::RejectedRow(place) => {
                let key = explain::key_in_words(place.key);
                let at = format!("row {} of {}", place.row, self.people.source_name(place.source));
                let reason = match place.rejected {
                    true => format!("Nobody has its keys, but {at}, which was rejected, may hold its {key}: its owner may be real"),
                    false => format!("Nobody has its keys, but an unusable cell in {at} may hold its {key}: its owner may be real"),
                };
                ("rejected-row", "the row or cell that could not be used", reason)
            }
            Gap::PartialDirectory => (
                "partial-directory",
                "the rest of the directory",
                "Nobody in the directory as it was read has its keys, but the directory is not whole".to_owned(),
            ),
            Gap::NoKey => {
                ("no-key", "a usable key", "The account carries none of the configured keys, so nobody can be looked up".to_owned())
            }
            Gap::DamagedNumber => (
                "damaged-number",
                "the employee number",
                "Its address finds nobody and its employee number is damaged, so its owner may be in the directory".to_owned(),
            ),
        };
        let detail = Detail::NotEvaluable { code, missing: missing.to_owned() };
        let draft = self.draft(Kind::NotEvaluable, Severity::Medium, row, reason, detail);
        match self.person_of(row) {
            Some((person, agreeing)) => self.with_person(draft, person, agreeing),
            None => draft,
        }
    }

    fn deactivated(&self, row: u32) -> Option<Draft> {
        let (person, agreeing) = self.person_of(row)?;
        if self.employment[person as usize].status != Status::Active {
            return None;
        }
        let how = if self.accounts.deleted.get(row).unwrap_or(false) { "deleted" } else { "deactivated" };
        let dates = (self.people.termination_date.get(person), self.people.hire_date.get(person));
        let employed = explain::employment(self.employment[person as usize], dates.0, dates.1);
        let mut reason = format!("The account is {how} in Domo, but its person {employed}");
        let other = self.matches.account_of[person as usize];
        if other != row && self.parts.get(other as usize) == Some(&Part::Takes) {
            reason.push_str(&format!(" and has the active account {}", explain::account(&self.account_ref(other))));
        }
        let draft = self.draft(Kind::Deactivated, Severity::Info, row, reason, Detail::Deactivated);
        Some(self.with_person(draft, person, agreeing))
    }

    fn damaged_number(&self, row: u32) -> Option<Draft> {
        let number = self.accounts.employee_number.get(row).filter(|number| Number::of(number) == Number::Damaged)?;
        let reason = format!("The employee number in Domo is `{}`: its digits are lost, so it is no key", number.trim());
        let detail = Detail::Quality {
            field: Some("employee_number".into()),
            problem: "scientific notation".into(),
            value: Some(number.to_owned()),
        };
        let mut draft = self.draft(Kind::Quality, Severity::Low, row, reason, detail);
        draft.subject = format!("account:{}:employee_number", draft.subject);
        Some(draft)
    }
}

fn field_in_words(field: &str) -> String {
    match field {
        "email" => "e-mail".into(),
        other => other.replace('_', " "),
    }
}

fn removal(choice: Choice) -> Option<Action> {
    match choice {
        Choice::Deactivate => Some(Action::Deactivate),
        Choice::Delete => Some(Action::Delete),
        Choice::Create | Choice::Update | Choice::Report => None,
    }
}
