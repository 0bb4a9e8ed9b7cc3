//! What is known when the findings are made: both populations, who is matched to whom, every situation. The kinds of finding read it.

use std::collections::HashMap;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::Rules;
use super::access::Access;
use super::candidates::Candidates;
use super::columns::{AccountColumns, PersonColumns};
use super::drift::Drifts;
use super::employment::Employment;
use super::explain;
use super::finding::{AccountRef, PersonRef};
use super::identity::Draft;
use super::keys::Addresses;
use super::matching::{Agreeing, Matches, Part, Verdict};
use super::past::{Past, Taken};
use super::placeholders::Placeholder;
use super::rejected::RejectedKeys;
use super::situation::{self, Gap};
use crate::config::Rights;
use crate::terms::value::Number;
use crate::terms::{AccountSituation, Key, Kind, PersonSituation, Severity, Status};

/// At most so many people or accounts are listed with one finding; the reason says how many there are.
pub(super) const LISTED: usize = 50;

/// Everything the findings are made from.
pub(super) struct Judge<'a> {
    pub(super) rules: &'a Rules<'a>,
    pub(super) accounts: &'a AccountColumns<'a>,
    pub(super) people: &'a PersonColumns<'a>,
    pub(super) addresses: &'a Addresses,
    pub(super) parts: &'a [Part],
    /// How many accounts each `[[exclude]]` rule covers, and Domo's support last.
    pub(super) excluded: &'a [u64],
    /// The rule that covers each excluded account.
    pub(super) excluded_by: &'a [u32],
    pub(super) matches: &'a Matches,
    pub(super) rejected: &'a RejectedKeys,
    pub(super) directory_is_whole: bool,
    pub(super) pull_is_whole: bool,
    pub(super) placeholders: &'a [Placeholder],
    pub(super) employment: &'a [Employment],
    pub(super) account_situations: &'a [AccountSituation],
    pub(super) person_situations: &'a [PersonSituation],
    pub(super) drifts: &'a Drifts<'a>,
    /// What changed since an earlier run, where there is one to compare with.
    pub(super) access: Option<&'a Access>,
    /// What our own plans did before.
    pub(super) past: &'a Past,
    /// The last of our deactivations that this instance did not keep, where it keeps none.
    pub(super) lesson: Option<&'a Taken>,
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
            role: accounts.role_shown(row),
            active: accounts.is_active(row),
            may_administer: self.may_administer(row),
        }
    }

    pub(super) fn person_ref(&self, row: u32) -> PersonRef {
        let people = self.people;
        PersonRef {
            index: Some(people.fold.row(row).0),
            source: people.source_name(people.source(row)).to_owned(),
            row: people.line(row),
            email: people.email.owned(row),
            employee_number: people.employee_number.owned(row),
            name: people.display_name(row),
            status: self.employment[row as usize].status,
            termination_date: people.termination_date.get(row),
        }
    }

    /// Of these people as many as are listed with one finding.
    pub(super) fn person_refs(&self, rows: &[u32]) -> Vec<PersonRef> {
        rows.iter().take(LISTED).map(|person| self.person_ref(*person)).collect()
    }

    /// The person an account is matched to.
    pub(super) fn person_of(&self, account: u32) -> Option<(u32, Agreeing)> {
        match self.matches.verdicts[account as usize] {
            Verdict::One { person, agreeing } => Some((person, agreeing)),
            _ => None,
        }
    }

    /// What is found about the accounts in a situation, in the order of the frame.
    pub(super) fn accounts_that_are(
        &self,
        situation: AccountSituation,
        find: impl Fn(u32) -> Option<Draft> + Sync + Send,
    ) -> Vec<Draft> {
        let all = self.account_situations.par_iter().enumerate().with_min_len(1024);
        all.filter(|(_, is)| **is == situation).filter_map(|(row, _)| find(row as u32)).collect()
    }

    /// What is found about the people in a situation, in the order of the frame.
    pub(super) fn people_who_are(
        &self,
        situation: PersonSituation,
        find: impl Fn(u32) -> Option<Draft> + Sync + Send,
    ) -> Vec<Draft> {
        let all = self.person_situations.par_iter().enumerate().with_min_len(1024);
        all.filter(|(_, is)| **is == situation).filter_map(|(row, _)| find(row as u32)).collect()
    }

    /// How many accounts are in one of these situations.
    pub(super) fn count(&self, situations: &[AccountSituation]) -> u64 {
        self.account_situations.iter().filter(|situation| situations.contains(situation)).count() as u64
    }

    /// Accounts that take part: all but the inactive and the excluded ones.
    pub(super) fn taking_part(&self) -> u64 {
        self.parts.iter().filter(|part| **part == Part::Takes).count() as u64
    }

    /// Accounts whose person is known, one for each person.
    pub(super) fn whose_person_is_known(&self) -> u64 {
        self.count(&[AccountSituation::Matched, AccountSituation::Leaver, AccountSituation::Suspended])
    }

    /// Who answers for an account: the owner of the exclusion or of the exception that covers it.
    pub(super) fn answers_for(&self, row: u32) -> Option<String> {
        let (config, id, email) = (self.rules.config, self.accounts.id(row), self.accounts.email.get(row));
        let exclusion = self.excluded_by[row as usize] as usize;
        let excluded = self.parts[row as usize] == Part::Excluded;
        let by_rule = config.exclude.get(exclusion).filter(|_| excluded).and_then(|rule| rule.owner.clone());
        let named = |exception: &&crate::config::Exception| {
            let account = exception.account.trim();
            let is_id = id.is_some_and(|id| account.parse() == Ok(id));
            is_id
                || email.is_some_and(|email| {
                    self.addresses.key(email).is_some() && self.addresses.key(email) == self.addresses.key(account)
                })
        };
        by_rule.or_else(|| config.exception.iter().find(named).map(|exception| exception.owner.clone()))
    }

    /// Why an account is not evaluable.
    pub(super) fn gap(&self, row: u32) -> Option<Gap> {
        situation::gap(self.accounts, self.addresses, self.rejected, self.directory_is_whole, self.matches, row)
    }

    /// Whether the account may administer, as far as is known.
    pub(super) fn may_administer(&self, row: u32) -> bool {
        self.accounts.rights(row, &self.rules.config.domo).may_administer()
    }

    /// The role of an account that may administer, in words.
    pub(super) fn high_role(&self, row: u32) -> Option<String> {
        let role = self.accounts.role_shown(row).unwrap_or_default();
        match self.accounts.rights(row, &self.rules.config.domo) {
            Rights::Administers => Some(role),
            Rights::Unknown => Some(format!("{role}, whose rights are not known")),
            Rights::Ordinary => None,
        }
    }

    /// A finding about an account.
    pub(super) fn about_account(&self, kind: Kind, severity: Severity, account: u32, reason: String) -> Draft {
        let email = self.accounts.email.get(account).and_then(|email| self.addresses.key(email));
        let subject = match (self.accounts.id(account), email) {
            (Some(id), _) => id.to_string(),
            (None, Some(email)) => format!("email:{email}"),
            (None, None) => format!("name:{}", self.accounts.name.get(account).unwrap_or_default()),
        };
        let mut draft = Draft::new(kind, severity, subject, reason);
        draft.finding.account = Some(self.account_ref(account));
        draft.finding.last_seen = self.accounts.last_login.get(account);
        draft
    }

    /// The same about a matched account: its person, and what it took to match them.
    pub(super) fn about_match(
        &self,
        kind: Kind,
        severity: Severity,
        account: u32,
        matched: (u32, Agreeing),
        reason: String,
    ) -> Draft {
        self.and_person(self.about_account(kind, severity, account, reason), account, matched)
    }

    /// The person of a finding about an account.
    pub(super) fn and_person(&self, draft: Draft, account: u32, (person, agreeing): (u32, Agreeing)) -> Draft {
        let needed = explain::needed(self.accounts, self.people, self.addresses, agreeing, account, person);
        let linked = self.matches.pointers.link(account).and_then(|place| self.rules.config.link.get(place));
        let linked =
            linked.map(|link| format!("; {} decided that this is the person: {}", link.owner, link.reason)).unwrap_or_default();
        let mut draft = draft.say(&needed).say(&linked).say(&explain::also_in(self.people, person));
        draft.finding.person = Some(self.person_ref(person));
        draft.finding.matched_by = agreeing.keys();
        draft
    }

    /// A finding about a person.
    pub(super) fn about_person(&self, kind: Kind, severity: Severity, row: u32, subject: String, reason: String) -> Draft {
        let mut draft = Draft::new(kind, severity, subject, reason).say(&explain::also_in(self.people, row));
        draft.finding.person = Some(self.person_ref(row));
        draft
    }

    /// A person by their own key: never a value that changes, never a row number where anything better is there.
    pub(super) fn person_subject(&self, row: u32) -> String {
        let number = self.people.employee_number.get(row).and_then(|text| Number::of(text).text());
        let email = self.people.email.get(row).and_then(|text| self.addresses.key(text));
        let alternate = || self.people.alternate_email.get(row).find_map(|text| self.addresses.key(text));
        match (number, email) {
            (Some(number), _) => format!("employee_number:{number}"),
            (None, Some(email)) => format!("email:{email}"),
            (None, None) => format!("alternate_email:{}", alternate().unwrap_or_default()),
        }
    }

    /// When the account was last seen, where the source says; `left` is the last day its person worked.
    pub(super) fn last_seen(&self, row: u32, left: Option<NaiveDate>) -> String {
        match self.accounts.provides("last_login") {
            true => explain::last_seen(self.accounts.last_login.get(row), self.rules.as_of, left),
            false => String::new(),
        }
    }

    /// How one of our plans took this account's access away, where none gave it back since.
    pub(super) fn taken(&self, row: u32) -> Option<&Taken> {
        self.past.taken.get(&self.accounts.id(row)?)
    }

    /// The day from which an account that we took the access of is proposed for deletion.
    pub(super) fn due(&self, taken: &Taken) -> Option<NaiveDate> {
        let days = self.rules.config.policy.delete_after_days;
        (days > 0).then(|| taken.on.checked_add_days(chrono::Days::new(days.into()))).flatten()
    }

    /// Whether an account without a last sign-in was never seen: the activity log says so of its window only.
    pub(super) fn never_is_known(&self) -> bool {
        let window = self.rules.config.domo.activity_days;
        window == 0 || window >= self.rules.config.policy.dormant_days
    }

    /// The configured keys that this account carries.
    pub(super) fn keys_tried(&self, row: u32) -> Vec<Key> {
        let carries = |key: &Key| match key {
            Key::Email => self.accounts.email.filled(row).is_some(),
            Key::AlternateEmail => self.accounts.alternate_email.filled(row).is_some(),
            Key::EmployeeNumber => self.accounts.employee_number.filled(row).is_some(),
            Key::Link => false,
        };
        Key::ALL.into_iter().filter(|key| self.rules.config.matching.keys.contains(key)).filter(carries).collect()
    }

    /// The employment of a person, as part of another sentence.
    pub(super) fn employed(&self, person: u32) -> String {
        let (last_day, hired) = (self.people.termination_date.get(person), self.people.hire_date.get(person));
        explain::employment(self.employment[person as usize], last_day, hired)
    }

    /// The directory's own word for a person's status.
    pub(super) fn word(&self, person: u32) -> Option<&str> {
        self.people.deciding_word(person, self.employment[person as usize].status, self.rules.as_of)
    }

    /// A row that shares a key with this one and says employed: a rehire, or somebody else's row.
    pub(super) fn employed_sibling(&self, person: u32) -> Option<u32> {
        let siblings = self.matches.siblings.get(&person)?;
        let employed = |row: &&u32| matches!(self.employment[**row as usize].status, Status::Active | Status::Leave);
        siblings.iter().find(employed).copied()
    }
}
