//! The judgement: a join on e-mail address and employee number, and the sets that follow from it. Pure: no clock, no files, no
//! network; the day judged comes in.
//!
//! [`reconcile_since`] goes from top to bottom through this, and a newcomer may read the files in that order:
//!
//! 1. The two sides. `columns`: both frames, by `places`. `correlation::keys`, `placeholders`, `fold`: what an address is compared
//!    as, which of them stand for nobody, which rows are one person. `exclusions`: who takes part.
//! 2. Who is whom. `correlation::links`, `join`, `near`, `matching`: the pairs that the keys make, judged together.
//! 3. Exactly one `situation` for each, with `employment` on the day and what `correlation::rejected` rows may carry.
//! 4. `drift`: what differs between those who are matched.
//! 5. `judge`: all of that, and the `past`, as the `kinds` read it; each has a file for what it is called, said and proposed.
//! 6. The findings get their `identity`, `exceptions` accept some, and `outcome` puts evidence and sums around them.
//!
//! ```text
//!  accounts ⋈ people on each key = pairs (account, person, key)
//!    an account that takes part and is in no pair             orphan
//!    a person in no pair, who should have an account          missing
//!    an account and a person whom the keys agree on           matched
//!      whose employment has ended                             leaver
//!      whose fields differ                                    drift
//!    keys that disagree, or name several                      conflict, ambiguous, duplicate
//!  and wherever evidence is missing                           not evaluable: neither orphan nor missing
//! ```

mod access;
mod column;
mod columns;
mod correlation;
mod drift;
pub mod employment;
mod exceptions;
mod exclusions;
mod explain;
pub mod finding;
mod identity;
mod judge;
mod judgement;
mod kinds;
mod outcome;
mod past;
mod people_rules;
mod places;
mod situation;
mod taken;
mod unheard;
mod untested;

pub use access::{Access, AccessChange, Earlier, Moved, Ours, moved, since};
pub(crate) use correlation::keys::Addresses;
pub(crate) use drift::compared;
pub use exclusions::{Exclusions, idle as idle_exclusions};
pub use past::{MAX_SHRINK, Past, Sizes, Taken, shrink};
pub use people_rules::PeopleRules;
pub use unheard::{in_aliases as unheard_aliases, in_rules as unheard_rules};

pub use finding::{AcceptedBy, AccountRef, Candidate, DriftField, Finding, FindingId, Particular, PersonRef, Value};
pub use judgement::{
    Dormancy, DriftPattern, EvidenceStatus, EvidenceSummary, ExceptionUse, External, Method, NotTested, Privileged, Reconciliation,
    Rules,
};
pub use kinds::{TestedOn, choice, holds, tested_on};

use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;

use crate::config::Exception;
use crate::directory::People;
use crate::domo::Accounts;
use columns::{AccountColumns, PersonColumns};
use correlation::candidates::Candidates;
use correlation::fold::Fold;
use correlation::join::Sides;
use correlation::links::Links;
use correlation::matching::Matches;
use correlation::placeholders;
use correlation::rejected::RejectedKeys;
use drift::Drifts;
use judge::Judge;
use outcome::Wholeness;
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

    // The two sides: an address or number that many people share is no key, and rows of several files that are one person are one.
    let addresses = Addresses::new(&config.matching.domain_aliases);
    let unheard = (unheard::in_rules(config, &[people])?, unheard::in_aliases(config, accounts, people)?);
    let (people, nobodys_numbers) = placeholders::without_numbers(people, &addresses, &config.matching.keys)?;
    let people = &*people;
    let placeholders = placeholders::find(people, &addresses)?;
    let addresses = addresses.without(placeholders.iter().map(|placeholder| placeholder.address.clone()).collect());
    let fold = Fold::new(people, &addresses, &config.matching.keys)?;
    let (accounts, people) = (AccountColumns::new(accounts)?, PersonColumns::new(people, fold, &addresses)?);
    let whole = Wholeness::new(&accounts, &people, rules.as_of);
    let parts = exclusions::parts(&accounts, &Exclusions::new(config));
    let links = Links::new(&config.link, &accounts, &people, &addresses);

    // The join, and who is whom by it.
    let keys = &config.matching.keys;
    let sides = Sides { accounts: &accounts, people: &people, addresses: &addresses, keys, parts: &parts, links: &links };
    let matches = Matches::new(sides)?;

    // Orphan, leaver, missing and the others: exactly one situation for each account and each person.
    let employment = situation::employment(&people, rules.as_of);
    let rejected = RejectedKeys::new(sides);
    let directory_is_whole = whole.directory.is_empty();
    let gaps = Gaps { sides, matches: &matches, rejected, nobodys_numbers, directory_is_whole };
    let account_situations = situation::of_accounts(&gaps, &employment);
    let in_doubt = gaps.rows_in_doubt(&account_situations);
    let person_situations = situation::of_people(sides, config, &matches, &employment, &in_doubt, whole.accounts.is_empty());

    // Drift: what differs between those who are matched.
    let drifts = Drifts::new(&accounts, &people, &addresses, config, (&matches, &parts))?;

    // What is found, in words, worst first.
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
        unheard: &unheard,
        employment: &employment,
        account_situations: &account_situations,
        person_situations: &person_situations,
        drifts: &drifts,
        access: past.earlier.as_ref().map_or(Ok(None), |earlier| access::between(earlier, &accounts, &config.domo))?,
        past: &past,
        lesson: past.lesson(&accounts),
        holders: matches.several(&parts),
        shared: matches.pairs.shared(),
        candidates: Candidates::new(&accounts, &people, &addresses, &matches, &account_situations),
    };
    let mut findings = identity::identify(rules.instance, kinds::find(&judge));
    let tested = |exception: &Exception| kinds::are_tested(&judge, &exception.kinds);
    let exceptions = exceptions::exceptions(rules, &addresses, &mut findings, tested);
    findings.extend(identity::identify(rules.instance, kinds::idle_exceptions(rules, &exceptions)));
    findings.par_sort_by_cached_key(|finding| (finding.urgency(), finding.id.clone()));
    outcome::reconciliation(judge, &whole, findings, exceptions)?.checked()
}
