//! What the configuration names and neither side has: a department under `[expected]`, a domain under `domain_aliases`. Most likely
//! it is mistyped, and then people are silently not expected, or not matched.

use std::collections::{BTreeSet, HashSet};

use anyhow::Result;
use polars::prelude::DataType;

use super::column::{Lists, TextColumn};
use super::correlation::keys::{domain_form, domain_of};
use super::people_rules::{Pattern, as_matched};
use super::places::{Account, Row};
use crate::config::{self, Config};
use crate::directory::People;
use crate::domo::Accounts;
use crate::text::SEPARATORS;

/// One such name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unheard {
    /// Where in the configuration: `expected`, `role`, `group`, `domain_aliases`.
    pub(super) list: &'static str,
    /// `department = Salse`
    pub(super) what: String,
    /// As a sentence.
    pub reason: String,
}

/// The values that rules about people name, and no row has; of a field that no file carries nothing is said here.
///
/// # Errors
/// None in practice: the columns are there.
pub fn in_rules(config: &Config, people: &[&People]) -> Result<Vec<Unheard>> {
    let expected = config.expected.iter().map(|rule| ("expected", rule));
    let roles = config.role.iter().map(|rule| ("role", &rule.people));
    let groups = config.group.iter().map(|rule| ("group", &rule.people));
    let rules: Vec<(&'static str, &config::Rule)> = expected.chain(roles).chain(groups).collect();
    let mut unheard = BTreeSet::new();
    // The words for a status are the program's own: nobody need be on leave.
    let fields = rules.iter().flat_map(|(_, rule)| rule.keys()).filter(|field| **field != "status");
    for field in fields.collect::<BTreeSet<_>>() {
        let carrying = people.iter().filter(|people| people.sources.iter().any(|source| source.provided().contains(&**field)));
        let mut known = HashSet::new();
        for people in carrying {
            values(people, field, &mut known)?;
        }
        if known.is_empty() {
            continue;
        }
        for (list, pattern) in rules.iter().flat_map(|(list, rule)| rule.get(field).into_iter().flatten().map(|one| (*list, one))) {
            let is_known = match Pattern::new(pattern).exact() {
                Ok(value) => known.contains(&value),
                Err(wild) => known.iter().any(|value| wild.matches(value)),
            };
            if !is_known {
                let what = format!("{field} = {pattern}");
                let named = if list == "expected" { "[expected]".to_owned() } else { format!("[[{list}]]") };
                let reason = format!("{named} names `{what}`, which no row of the directory has: is it spelt as there?");
                unheard.insert(Unheard { list, what, reason });
            }
        }
    }
    Ok(unheard.into_iter().collect())
}

/// Every value of a field, as it is matched.
fn values(people: &People, field: &str, known: &mut HashSet<String>) -> Result<()> {
    let Ok(column) = people.frame.column(field) else { return Ok(()) };
    let rows = || (0..people.frame.height() as u32).map(Row);
    let mut seen: HashSet<&str> = HashSet::new();
    match column.dtype() {
        DataType::String => {
            let texts = TextColumn::<Row>::of(&people.frame, field)?;
            seen.extend(rows().filter_map(|row| texts.filled(row)));
            known.extend(seen.into_iter().map(|text| as_matched(text).into_owned()));
        }
        DataType::List(_) => {
            let lists = Lists::<Row>::of(&people.frame, field)?;
            seen.extend(rows().flat_map(|row| lists.get(row)));
            known.extend(seen.into_iter().map(|text| as_matched(text).into_owned()));
        }
        _ => {}
    }
    Ok(())
}

/// The domains of `domain_aliases` that no address of either side has: the old one, or the one that it counts as.
///
/// # Errors
/// None in practice: the columns are there.
pub fn in_aliases(config: &Config, accounts: &Accounts, people: &People) -> Result<Vec<Unheard>> {
    let aliases = &config.matching.domain_aliases;
    if aliases.is_empty() {
        return Ok(Vec::new());
    }
    // Before any alias: each domain as it stands.
    let mut known = HashSet::new();
    let mut see = |text: &str| known.extend(domain_of(text));
    let (main, further) =
        (TextColumn::of(&accounts.frame, "email")?, TextColumn::<Account>::of(&accounts.frame, "alternate_email")?);
    for account in (0..accounts.frame.height() as u32).map(Account) {
        let texts = [main.get(account), further.get(account)].into_iter().flatten();
        texts.flat_map(|text| text.split(SEPARATORS)).for_each(&mut see);
    }
    let (main, further) = (TextColumn::of(&people.frame, "email")?, Lists::<Row>::of(&people.frame, "alternate_email")?);
    for row in (0..people.frame.height() as u32).map(Row) {
        main.get(row).into_iter().chain(further.get(row)).for_each(&mut see);
    }
    // In a chain of aliases the one between need be nobody's.
    let forms = |domains: Vec<&String>| domains.into_iter().map(|domain| domain_form(domain)).collect::<HashSet<_>>();
    let (olds, news) = (forms(aliases.keys().collect()), forms(aliases.values().collect()));
    let is_known = |domain: &str, chain: &HashSet<String>| {
        let domain = domain_form(domain);
        known.contains(&domain) || chain.contains(&domain)
    };
    let unheard = aliases.iter().filter_map(|(old, new)| {
        let domain = [(old, &news), (new, &olds)].into_iter().find(|(domain, chain)| !is_known(domain, chain))?.0;
        let what = format!("{old} = {new}");
        let reason =
            format!("[match] domain_aliases has `{what}`, and no address on either side is of {domain}: is it spelt right?");
        Some(Unheard { list: "domain_aliases", what, reason })
    });
    Ok(unheard.collect())
}
