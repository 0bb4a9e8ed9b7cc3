//! What is known when the findings are made: both populations, who is matched to whom, every situation. The kinds of finding read
//! it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::Rules;
use super::access::Access;
use super::columns::{AccountColumns, PersonColumns};
use super::correlation::candidates::{self, Candidates};
use super::correlation::fold::Called;
use super::correlation::join::Agreeing;
use super::correlation::keys::{Addresses, Named};
use super::correlation::links::Links;
use super::correlation::matching::Matches;
use super::correlation::names::{self, Resemblance};
use super::correlation::placeholders::Placeholder;
use super::drift::Drifts;
use super::employment::{self, Employment};
use super::exclusions::Part;
use super::explain;
use super::finding::{AccountRef, Candidate, LISTED, PersonRef};
use super::identity::Draft;
use super::past::{Past, Taken};
use super::places::{Account, Each, Person};
use super::situation::{Gap, Gaps};
use super::unheard::Unheard;
use crate::config::Rights;
use crate::directory::people::RejectedRow;
use crate::domo::content::Reported;
use crate::terms::value::Number;
use crate::terms::{AccountSituation, DomoStats, Key, Kind, Owned, PersonSituation, Severity, Status};

/// Everything the findings are made from.
pub(super) struct Judge<'a> {
    pub(super) rules: &'a Rules<'a>,
    pub(super) accounts: &'a AccountColumns<'a>,
    pub(super) people: &'a PersonColumns<'a>,
    pub(super) addresses: &'a Addresses,
    pub(super) parts: &'a Each<Account, Part>,
    /// How many accounts each `[[exclude]]` rule covers, and Domo's support last.
    pub(super) excluded: &'a [u64],
    pub(super) links: &'a Links,
    pub(super) matches: &'a Matches,
    pub(super) gaps: &'a Gaps<'a>,
    pub(super) pull_is_whole: bool,
    pub(super) placeholders: &'a [Placeholder],
    /// What rules about people name and no row has, and the same of `domain_aliases`.
    pub(super) unheard: &'a (Vec<Unheard>, Vec<Unheard>),
    pub(super) employment: &'a Each<Person, Employment>,
    pub(super) account_situations: &'a Each<Account, AccountSituation>,
    pub(super) person_situations: &'a Each<Person, PersonSituation>,
    pub(super) drifts: &'a Drifts<'a>,
    /// What changed since an earlier run, where there is one to compare with.
    pub(super) access: Option<Access>,
    /// What our own plans did before.
    pub(super) past: &'a Arc<Past>,
    /// The last of our deactivations that this instance did not keep, where it keeps none.
    pub(super) lesson: Option<&'a Taken>,
    /// Accounts of each person with several, those that take part only.
    pub(super) holders: HashMap<Person, Vec<Account>>,
    /// Whose number, and whose address, is somebody else's too.
    pub(super) shared: HashSet<(Key, Person)>,
    /// People whom an orphan's name may mean.
    pub(super) candidates: Candidates<'a>,
}

impl Judge<'_> {
    pub(super) fn account_ref(&self, account: Account) -> AccountRef {
        self.accounts.reference(account, &self.rules.config.domo)
    }

    pub(super) fn person_ref(&self, person: Person) -> PersonRef {
        let people = self.people;
        PersonRef {
            index: Some(people.fold.row(person).0),
            source: people.source_name(people.source(person)).to_owned(),
            row: people.line(person),
            email: people.email.owned(person),
            employee_number: people.employee_number.owned(person),
            name: people.display_name(person),
            status: self.employment[person].status,
            termination_date: people.termination_date.get(person),
            named_by: self.named_by(person),
        }
    }

    /// What a `[[link]]` can name somebody by: what nobody else has.
    fn named_by(&self, person: Person) -> Option<Key> {
        let number = self.people.employee_number.get(person).filter(|number| !number.contains('@'));
        let email = self.people.email.get(person).filter(|email| email.contains('@'));
        let keys = [
            (Key::EmployeeNumber, number.is_some_and(|number| Number::of(number).text().is_some())),
            (Key::Email, email.is_some_and(|email| self.addresses.identifying(email).is_some())),
        ];
        keys.into_iter().find(|(key, has)| *has && !self.shared.contains(&(*key, person))).map(|(key, _)| key)
    }

    /// A row that could not be used, as findings name it.
    pub(super) fn rejected_ref(&self, row: &RejectedRow) -> PersonRef {
        PersonRef {
            index: None,
            source: self.people.source_name(row.source).to_owned(),
            row: row.row,
            email: row.email.clone(),
            employee_number: row.employee_number.clone(),
            name: None,
            status: Status::Unknown,
            termination_date: None,
            named_by: None,
        }
    }

    /// Whom an orphan may be, best first: before others whoever bears its name in a row that could not be used.
    pub(super) fn candidates_of(&self, account: Account) -> Vec<Candidate> {
        let rejected = self.candidates.rejected(account).into_iter().map(|row| Candidate {
            person: PersonRef { name: row.name.clone(), ..self.rejected_ref(row) },
            score: 1.0,
            why: "same name, in a row that was rejected".to_owned(),
        });
        let likely = self.candidates.of(account).into_iter();
        let likely =
            likely.map(|likely| Candidate { person: self.person_ref(likely.person), score: likely.score, why: likely.why });
        rejected.chain(likely).take(candidates::SHOWN).collect()
    }

    /// Of these people as many as are listed with one finding.
    pub(super) fn person_refs(&self, people: &[Person]) -> Vec<PersonRef> {
        people.iter().take(LISTED).map(|person| self.person_ref(*person)).collect()
    }

    /// The person an account is matched to.
    pub(super) fn person_of(&self, account: Account) -> Option<(Person, Agreeing)> {
        self.matches.person_of(account)
    }

    /// What is found about the accounts in a situation, in the order of the frame.
    pub(super) fn accounts_that_are(
        &self,
        situation: AccountSituation,
        find: impl Fn(Account) -> Option<Draft> + Sync + Send,
    ) -> Vec<Draft> {
        let all = self.account_situations.par_iter();
        all.filter(|(_, is)| **is == situation).filter_map(|(account, _)| find(account)).collect()
    }

    /// What is found about the people in a situation, in the order of the frame.
    pub(super) fn people_who_are(
        &self,
        situation: PersonSituation,
        find: impl Fn(Person) -> Option<Draft> + Sync + Send,
    ) -> Vec<Draft> {
        let all = self.person_situations.par_iter();
        all.filter(|(_, is)| **is == situation).filter_map(|(person, _)| find(person)).collect()
    }

    /// How many accounts are in one of these situations.
    pub(super) fn count(&self, situations: &[AccountSituation]) -> u64 {
        self.account_situations.values().iter().filter(|situation| situations.contains(situation)).count() as u64
    }

    /// Accounts that take part: all but the inactive and the excluded ones.
    pub(super) fn taking_part(&self) -> u64 {
        self.parts.values().iter().filter(|part| **part == Part::Takes).count() as u64
    }

    /// Accounts whose person is known, one for each person.
    pub(super) fn whose_person_is_known(&self) -> u64 {
        self.count(&[AccountSituation::Matched, AccountSituation::Leaver, AccountSituation::Suspended])
    }

    /// Who answers for an account: the owner of the exclusion that covers it, or of an exception that accepts its being there.
    pub(super) fn answers_for(&self, account: Account) -> Option<String> {
        let (config, id, email) = (self.rules.config, self.accounts.id(account), self.accounts.email.get(account));
        let rule = match self.parts[account] {
            Part::Excluded(rule) => config.exclude.get(rule as usize),
            Part::Takes | Part::Inactive => None,
        };
        let by_rule = rule.and_then(|rule| rule.owner.clone());
        let names: Vec<Named> = self.addresses.names(id, email).collect();
        let kind = self.account_situations[account].finding();
        let named = |exception: &&crate::config::Exception| {
            exception.expires >= self.rules.as_of
                && kind.is_some_and(|kind| exception.kinds.contains(&kind))
                && self.addresses.named(&exception.account).is_some_and(|named| names.contains(&named))
        };
        by_rule.or_else(|| config.exception.iter().find(named).map(|exception| exception.owner.clone()))
    }

    /// Why an account is not evaluable.
    pub(super) fn gap(&self, account: Account) -> Option<Gap> {
        self.gaps.of(account)
    }

    /// Whether the account may administer, as far as is known.
    pub(super) fn may_administer(&self, account: Account) -> bool {
        self.accounts.rights(account, &self.rules.config.domo).may_administer()
    }

    /// The role of an account that may administer, in words.
    pub(super) fn high_role(&self, account: Account) -> Option<String> {
        let role = self.accounts.role_shown(account).unwrap_or_default();
        match self.accounts.rights(account, &self.rules.config.domo) {
            Rights::Administers => Some(role),
            Rights::Unknown => Some(format!("{role}, whose rights are not known")),
            Rights::Ordinary => None,
        }
    }

    /// A finding about an account.
    pub(super) fn about_account(&self, kind: Kind, severity: Severity, account: Account, reason: String) -> Draft {
        let email = self.accounts.email.get(account).and_then(|email| self.addresses.key(email));
        let subject = match (self.accounts.id(account), email) {
            (Some(id), _) => id.to_string(),
            (None, Some(email)) => format!("email:{email}"),
            (None, None) => format!("name:{}", self.accounts.name.get(account).unwrap_or_default()),
        };
        let mut draft = Draft::new(kind, severity, subject, reason);
        draft.finding.account = Some(self.account_ref(account));
        draft.finding.last_seen = self.accounts.last_login.get(account);
        draft.finding.owns = self.accounts.owns(account).collect();
        draft
    }

    /// The same, and about its person where it is matched, with what it took to match them.
    pub(super) fn about(&self, kind: Kind, severity: Severity, account: Account, reason: String) -> Draft {
        let draft = self.about_account(kind, severity, account, reason);
        let Some((person, agreeing)) = self.person_of(account) else { return draft };
        let needed = explain::needed(self.accounts, self.people, self.addresses, agreeing, account, person);
        let linked = self.links.place(account).and_then(|place| self.rules.config.link.get(place));
        let linked =
            linked.map(|link| format!("; {} decided that this is the person: {}", link.owner, link.reason)).unwrap_or_default();
        let mut draft = draft.say(&needed).say(&linked).say(&explain::also_in(self.people, person));
        draft.finding.person = Some(self.person_ref(person));
        draft.finding.matched_by = agreeing.keys();
        draft
    }

    /// A finding about a person.
    pub(super) fn about_person(&self, kind: Kind, severity: Severity, person: Person, subject: String, reason: String) -> Draft {
        let mut draft = Draft::new(kind, severity, subject, reason).say(&explain::also_in(self.people, person));
        draft.finding.person = Some(self.person_ref(person));
        draft
    }

    /// A person by their own key: never a value that changes, never a row number where anything better is there.
    pub(super) fn person_subject(&self, person: Person) -> String {
        let number = self.people.employee_number.get(person).and_then(|text| Number::of(text).text());
        let email = self.people.email.get(person).and_then(|text| self.addresses.key(text));
        let alternate = || self.people.alternate_email.get(person).find_map(|text| self.addresses.key(text));
        match (number, email) {
            (Some(number), _) => format!("employee_number:{number}"),
            (None, Some(email)) => format!("email:{email}"),
            (None, None) => format!("alternate_email:{}", alternate().unwrap_or_default()),
        }
    }

    /// When the account was last seen, where the source says; `left` is the last day its person worked.
    pub(super) fn last_seen(&self, account: Account, left: Option<NaiveDate>) -> String {
        match self.accounts.provides("last_login") {
            true => explain::last_seen(self.accounts.last_login.get(account), self.rules.as_of, left),
            false => String::new(),
        }
    }

    /// How one of our plans took this account's access away, where none gave it back since.
    pub(super) fn taken(&self, account: Account) -> Option<&Taken> {
        self.past.taken.get(&self.accounts.id(account)?)
    }

    /// The day from which an account that we took the access of is proposed for deletion; none where it may have been given back, or
    /// somebody's again, since.
    pub(super) fn due(&self, taken: &Taken) -> Option<NaiveDate> {
        let days = self.rules.config.policy.delete_after_days;
        (days > 0 && taken.back.is_none() && self.past.lost.is_empty())
            .then(|| taken.on.checked_add_days(chrono::Days::new(days.into())))
            .flatten()
    }

    /// What the account owns, and that it is locked, behind another sentence.
    pub(super) fn owned_and_locked(&self, account: Account) -> String {
        let bound = |kind: Owned| {
            let of = self.accounts.accounts.evidence.content.iter().find(|report| report.tells() == Some(kind));
            if of.is_some_and(|report| report.lower_bound) { "at least " } else { "" }
        };
        let owns: Vec<String> =
            self.accounts.owns(account).map(|(kind, count)| format!("{}{}", bound(kind), kind.counted(count))).collect();
        let owns = if owns.is_empty() { String::new() } else { format!("; it owns {}", owns.join(", ")) };
        let locked = if self.accounts.locked.get(account) == Some(true) { "; it is locked" } else { "" };
        owns + locked
    }

    /// Whether DomoStats *People*, where sign-ins come from there, has the account at all: of a newer one it says nothing.
    pub(super) fn is_told_of(&self, account: Account) -> bool {
        let relied_on = |report: &Reported| report.report == DomoStats::People && report.not_tested.is_none();
        let accounts = self.accounts;
        let has = accounts.two_factor.get(account).is_some() || accounts.locked.get(account).is_some();
        has || !accounts.accounts.evidence.content.iter().any(relied_on)
    }

    /// Whether an account without a last sign-in was never seen: the activity log says so of its window only.
    pub(super) fn never_is_known(&self) -> bool {
        let window = self.rules.config.domo.activity_days;
        window == 0 || window >= self.rules.config.policy.dormant_days
    }

    /// Whether accounts carry this key, and whether people do.
    pub(super) fn carry(&self, key: Key) -> (bool, bool) {
        let further = key == Key::AlternateEmail;
        let ours = self.accounts.provides(key.as_str()) || further && self.accounts.provides("email");
        let theirs = self.people.any_provides(&[key.as_str()]) || further && self.people.any_provides(&["email"]);
        (ours, theirs)
    }

    /// The configured keys that this account carries.
    pub(super) fn keys_tried(&self, account: Account) -> Vec<Key> {
        let carries = |key: &Key| match key {
            Key::Email => self.accounts.email.filled(account).is_some(),
            Key::AlternateEmail => self.accounts.alternate_email.filled(account).is_some(),
            Key::EmployeeNumber => self.accounts.employee_number.filled(account).is_some(),
            Key::Link => false,
        };
        Key::ALL.into_iter().filter(|key| self.rules.config.matching.keys.contains(key)).filter(carries).collect()
    }

    /// The employment of a person, as part of another sentence.
    pub(super) fn employed(&self, person: Person) -> String {
        let (last_day, hired) = (self.people.termination_date.get(person), self.people.hire_date.get(person));
        explain::employment(self.employment[person], last_day, hired)
    }

    /// The directory's own word for a person's status.
    pub(super) fn word(&self, person: Person) -> Option<&str> {
        self.people.deciding_word(person, self.employment[person].status, self.rules.as_of)
    }

    /// A row that shares a key or an address with this one and says employed, or else nothing that can be read: a rehire, or
    /// somebody else's row.
    pub(super) fn perhaps_employed_sibling(&self, person: Person) -> Option<Person> {
        let siblings = self.matches.siblings.get(&person)?;
        let which = |statuses: &[Status]| siblings.iter().copied().find(|row| statuses.contains(&self.employment[*row].status));
        which(&[Status::Active, Status::Leave]).or_else(|| which(&[Status::Unknown]))
    }

    /// A row of the person's own that says employed, where their address may have been given to somebody else: the rows by which they
    /// have left or are switched off call them otherwise than the account is called; or they call them so, and this one by another
    /// full name. A word that is no name or an abbreviation, as programs write it, is nobody else's then.
    pub(super) fn employed_under_another_name(&self, account: Account, person: Person) -> Option<&Called> {
        let says = |called: &Called| employment::judge(&self.people.facts(called.row), self.rules.as_of).status;
        let rows = self.people.called_beside(person, self.accounts.name.get(account));
        let gone = rows.iter().filter(|(called, _)| matches!(says(called), Status::Terminated | Status::Suspended));
        let gone_as: Vec<Resemblance> = gone.map(|(_, resemblance)| *resemblance).collect();
        let mut employed = rows.iter().filter(|(called, _)| matches!(says(called), Status::Active | Status::Leave));
        let found = match (gone_as.contains(&Resemblance::SharePart), gone_as.contains(&Resemblance::Differ)) {
            (true, _) => employed.find(|(called, is)| *is == Resemblance::Differ && names::is_full(&called.name)),
            (false, true) => employed.min_by_key(|(_, is)| *is != Resemblance::SharePart),
            (false, false) => None,
        };
        found.map(|(called, _)| *called)
    }

    /// A row of a file that has no row of this person, which shares a key or an address with them, may be theirs by its name, and
    /// by which they, were they one, would have left or be switched off. A file that has the person's own row says of them what it
    /// has to say there.
    pub(super) fn gone_sibling(&self, person: Person) -> Option<Person> {
        let siblings = self.matches.siblings.get(&person)?;
        let (name, files) = (self.people.display_name(person), self.people.files(person));
        let gone = |row: &&Person| {
            let both = employment::combine(&[self.employment[person], self.employment[**row]]);
            both.is_some_and(|both| matches!(both.status, Status::Terminated | Status::Suspended))
                && self.people.files(**row).iter().any(|file| !files.contains(file))
                && self.people.resemblance(**row, name.as_deref()) != Resemblance::Differ
        };
        siblings.iter().find(gone).copied()
    }
}
