//! The judgement: who is matched, who is not, and what differs. Pure: no clock, no files, no network; the day judged comes in.
//!
//! [`reconcile`] takes the two populations and the rules and gives a [`Reconciliation`]: every account and every person in exactly
//! one situation, the findings, and totals that balance.

mod access;
mod candidates;
mod columns;
mod drift;
pub mod employment;
mod exclusions;
mod explain;
pub mod finding;
mod fold;
mod identity;
mod index;
mod join;
mod judge;
mod judgement;
mod keyed;
mod keys;
mod kinds;
mod links;
mod matching;
mod names;
mod near;
mod outcome;
mod past;
mod placeholders;
mod rejected;
mod rule;
mod rules;
mod situation;
mod taken;
mod untested;

pub use access::{Access, AccessChange, Earlier, Moved, Ours, since};
pub(crate) use drift::compared;
pub use exclusions::{Exclusions, idle as idle_exclusions};
pub(crate) use keys::Addresses;
pub use past::{Past, Taken};
pub use rule::PeopleRules;

pub use finding::{AcceptedBy, AccountRef, Candidate, DriftField, Finding, FindingId, Particular, PersonRef, Value};
pub use judgement::{
    Dormancy, DriftPattern, EvidenceStatus, EvidenceSummary, ExceptionUse, External, Method, NotTested, Privileged, Reconciliation,
    Rules,
};
pub use kinds::{TestedOn, choice, holds, tested_on};

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;

use crate::directory::People;
use crate::domo::Accounts;
use crate::terms::{AccountTotals, PersonSituation, PersonTotals};
use candidates::Candidates;
use columns::{AccountColumns, PersonColumns};
use drift::Drifts;
use exclusions::Part;
use fold::Fold;
use index::{Account, Each, Person};
use join::Sides;
use judge::Judge;
use links::Links;
use matching::Matches;
use outcome::Wholeness;
use rejected::RejectedKeys;
use situation::Gaps;

/// Judges the two populations. The same input in any order of rows, columns and keys gives the same judgement.
///
/// # Errors
/// As [`reconcile_since`].
pub fn reconcile(accounts: &Accounts, people: &People, rules: &Rules<'_>) -> Result<Reconciliation> {
    reconcile_since(accounts, people, rules, Arc::default())
}

/// The same, with what is known from before: whose access changed, and what our own plans did.
///
/// # Errors
/// A frame is not as documented, or the judgement does not balance: a defect.
pub fn reconcile_since(accounts: &Accounts, people: &People, rules: &Rules<'_>, past: Arc<Past>) -> Result<Reconciliation> {
    let config = rules.config;
    let addresses = Addresses::new(&config.matching.domain_aliases);
    let placeholders = placeholders::find(people, &addresses)?;
    let addresses = addresses.without(placeholders.iter().map(|placeholder| placeholder.address.clone()).collect());
    let fold = Fold::new(people, &addresses, &config.matching.keys)?;
    let (accounts, people) = (AccountColumns::new(accounts)?, PersonColumns::new(people, fold, &addresses)?);
    let whole = Wholeness::new(&accounts, &people, rules.as_of);

    // Who takes part, who is whom, who is employed.
    let parts = exclusions::parts(&accounts, &Exclusions::new(config));
    let links = Links::new(&config.link, &accounts, &people, &addresses);
    let keys = &config.matching.keys;
    let sides = Sides { accounts: &accounts, people: &people, addresses: &addresses, keys, parts: &parts, links: &links };
    let matches = Matches::new(sides)?;
    let employment = situation::employment(&people, rules.as_of);

    // Exactly one situation each.
    let rejected = RejectedKeys::new(&people, &addresses);
    let gaps = Gaps { sides, matches: &matches, rejected, directory_is_whole: whole.directory.is_empty() };
    let account_situations = situation::of_accounts(&gaps, &employment);
    let person_situations = situation::of_people(sides, config, &matches, &employment, whole.accounts.is_empty());

    // What is found, in words.
    let access = match &past.earlier {
        Some(earlier) => access::between(earlier, &accounts, &config.domo)?,
        None => None,
    };
    let drifts = Drifts::new(&accounts, &people, &addresses, config, (&matches, &parts))?;
    let judge = Judge {
        rules,
        accounts: &accounts,
        people: &people,
        addresses: &addresses,
        parts: &parts,
        excluded: &exclusions::covered(&parts, config),
        links: &links,
        matches: &matches,
        gaps: &gaps,
        pull_is_whole: whole.accounts.is_empty(),
        placeholders: &placeholders,
        employment: &employment,
        account_situations: &account_situations,
        person_situations: &person_situations,
        drifts: &drifts,
        access: access.as_ref(),
        past: &past,
        lesson: past.lesson(&accounts),
        holders: holders(&matches, &parts),
        candidates: Candidates::new(&accounts, &people, &addresses, &matches, &account_situations),
    };
    let mut findings = identity::identify(rules.instance, kinds::find(&judge));
    let exceptions = rules::exceptions(rules, &addresses, &mut findings);
    findings.extend(identity::identify(rules.instance, kinds::idle_exceptions(rules, &exceptions)));
    findings.par_sort_unstable_by(|a, b| (a.urgency(), &a.id).cmp(&(b.urgency(), &b.id)));

    let rejected_rows = people.people.rejected.len();
    let row_situations = Each::of(people.rows().len() as u32, |row| person_situations[people.fold.person(row)]);
    let read = (row_situations.values().len() + rejected_rows) as u64;
    let mut person_totals = PersonTotals::of(read, row_situations.values().iter().copied());
    person_totals.add(PersonSituation::Rejected, rejected_rows as u64);
    Reconciliation {
        instance: rules.instance.to_owned(),
        as_of: rules.as_of,
        evidence: whole.evidence(rules, &accounts, &people, judge.lesson, past.earlier.as_deref()),
        accounts: AccountTotals::of(accounts.height.into(), account_situations.values().iter().copied()),
        people: person_totals,
        account_rows: outcome::account_rows(&matches, &people.fold, &account_situations)?,
        person_rows: outcome::person_rows(&matches, &people.fold, &row_situations, &employment)?,
        folded: people
            .fold
            .members
            .values()
            .filter_map(|rows| Some((rows.first()?.0, rows.iter().map(|row| row.0).collect())))
            .collect(),
        privileged: outcome::privileged(&judge, &findings),
        dormancy: outcome::dormancy(&accounts, rules),
        patterns: outcome::patterns(&findings, judge.candidates.moved_domains(&account_situations)),
        exceptions,
        external: outcome::external(&judge),
        not_tested: untested::not_tested(&judge),
        method: outcome::method(&judge),
        findings,
        access,
        past: past.clone(),
    }
    .checked()
}

/// The accounts of each person with several, in the order of the frame.
fn holders(matches: &Matches, parts: &Each<Account, Part>) -> HashMap<Person, Vec<Account>> {
    let mut holders: HashMap<Person, Vec<Account>> = HashMap::new();
    for (account, _) in parts.iter().filter(|(_, part)| **part == Part::Takes) {
        if let Some((person, _)) = matches.person_of(account).filter(|(person, _)| matches.holders[*person] > 1) {
            holders.entry(person).or_default().push(account);
        }
    }
    holders
}
