//! Who takes part in the matching: all but the excluded and the inactive accounts.

use std::borrow::Cow;
use std::collections::HashMap;

use anyhow::Result;

use super::columns::AccountColumns;
use super::correlation::keys::Addresses;
use super::people_rules::{Pattern, as_matched};
use super::places::{Account, Each};
use crate::config::{Config, Exclude};
use crate::domo::{Accounts, SUPPORT_EMAIL, SUPPORT_ID};

/// Who is excluded, and by which rule: the one place that decides it, for the judgement and for the guard alike. Addresses and ids
/// are looked up; only patterns with a wildcard are tried one after the other.
#[derive(Debug)]
pub struct Exclusions {
    count: usize,
    by_id: HashMap<u64, usize>,
    /// As written, and with domain aliases applied.
    by_address: [HashMap<String, usize>; 2],
    by_pattern: [Vec<(usize, Pattern)>; 2],
    addresses: Addresses,
}

impl Exclusions {
    /// Those of a configuration.
    pub fn new(config: &Config) -> Self {
        let addresses = Addresses::new(&config.matching.domain_aliases);
        let mut exclusions = Self {
            count: config.exclude.len(),
            by_id: HashMap::new(),
            by_address: Default::default(),
            by_pattern: Default::default(),
            addresses,
        };
        for (place, rule) in config.exclude.iter().enumerate() {
            if let Some(id) = rule.id {
                exclusions.by_id.entry(id).or_insert(place);
            }
            let written = rule.email.as_deref();
            let resolved = written.and_then(|pattern| exclusions.addresses.key(pattern)).map(Cow::into_owned);
            for (form, pattern) in [written.map(str::to_owned), resolved].into_iter().enumerate() {
                match pattern.as_deref().map(|pattern| Pattern::new(pattern).exact()) {
                    Some(Ok(address)) => {
                        exclusions.by_address[form].entry(address).or_insert(place);
                    }
                    Some(Err(pattern)) => exclusions.by_pattern[form].push((place, pattern)),
                    None => {}
                }
            }
        }
        exclusions
    }

    /// The first rule that names the account, by its place in the configuration; the number of rules stands for Domo's support
    /// account. Protecting one account too many is the safer mistake, so a pattern holds for the address as written and for what it
    /// counts as.
    pub fn rule(&self, id: Option<u64>, address: Option<&str>) -> Option<usize> {
        let plain = address.map(|email| self.addresses.plain(email));
        let by_id = id.and_then(|id| self.by_id.get(&id).copied());
        let by_address = plain.as_deref().and_then(|plain| {
            let resolved = self.addresses.key_of_plain(plain);
            let forms = [Some(plain), resolved.as_deref()];
            forms.into_iter().enumerate().filter_map(|(form, email)| self.by_form(form, email?)).min()
        });
        let support = || id == Some(SUPPORT_ID) || plain.as_deref() == Some(SUPPORT_EMAIL);
        by_id.into_iter().chain(by_address).min().or_else(|| support().then_some(self.count))
    }

    fn by_form(&self, form: usize, email: &str) -> Option<usize> {
        let (exact, patterns) = (&self.by_address[form], &self.by_pattern[form]);
        let looked_up = if exact.is_empty() { None } else { exact.get(as_matched(email).as_ref()).copied() };
        let tried = patterns.iter().find(|(_, pattern)| pattern.matches(email)).map(|(place, _)| *place);
        looked_up.into_iter().chain(tried).min()
    }
}

/// The exclusions that cover none of these accounts, said of each: before an audit, whom a mistyped rule was to protect can still
/// be.
///
/// # Errors
/// The frame is not as documented: a defect.
pub fn idle(accounts: &Accounts, config: &Config) -> Result<Vec<String>> {
    let parts = parts(&AccountColumns::new(accounts)?, &Exclusions::new(config));
    let rules = config.exclude.iter().zip(covered(&parts, config));
    Ok(rules.filter(|(_, covered)| *covered == 0).map(|(rule, _)| covers_nobody(rule)).collect())
}

/// How many accounts each rule covers, and Domo's support last.
pub(super) fn covered(parts: &Each<Account, Part>, config: &Config) -> Vec<u64> {
    let mut covered = vec![0; config.exclude.len() + 1];
    for part in parts.values() {
        if let Part::Excluded(rule) = part {
            covered[*rule as usize] += 1;
        }
    }
    covered
}

/// Said of an exclusion that covers nobody: most likely it is mistyped.
pub(super) fn covers_nobody(rule: &Exclude) -> String {
    format!("The exclusion `{}` ({}) covers no account: is it spelt as in Domo?", excluding(rule), rule.reason)
}

/// What an exclusion names.
pub(super) fn excluding(rule: &Exclude) -> String {
    match (&rule.email, rule.id) {
        (Some(email), _) => format!("email = {email}"),
        (None, Some(id)) => format!("id = {id}"),
        (None, None) => String::new(),
    }
}

/// How far an account takes part. Who does not is linked to its person, but makes no duplicate, conflict or ambiguity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Active and not excluded.
    Takes,
    /// Excluded, active or not, by the rule in this place.
    Excluded(u32),
    /// Deactivated or deleted.
    Inactive,
}

impl Part {
    /// Which of several accounts of a person stands for it: the higher.
    pub(super) fn weight(self) -> u8 {
        match self {
            Self::Takes => 2,
            Self::Excluded(_) => 1,
            Self::Inactive => 0,
        }
    }
}

/// Which part each account takes.
pub(super) fn parts(accounts: &AccountColumns<'_>, exclusions: &Exclusions) -> Each<Account, Part> {
    Each::of(accounts.height, |account| match exclusions.rule(accounts.id(account), accounts.email.get(account)) {
        Some(rule) => Part::Excluded(rule as u32),
        None if accounts.is_active(account) => Part::Takes,
        None => Part::Inactive,
    })
}
