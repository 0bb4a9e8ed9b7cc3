//! Checks that could not run, and why: what the report does not say must not look like a result. Those of a kind of finding are in
//! the kind's file; here are those of none.

use std::collections::BTreeMap;

use super::explain::{carry_no, key_in_words, plural};
use super::judge::Judge;
use super::places::Account;
use super::{NotTested, kinds};
use crate::config::Rights;

/// Each check that could not run, on anybody or on some.
pub(super) fn not_tested(judge: &Judge<'_>) -> Vec<NotTested> {
    let (rules, accounts) = (judge.rules, judge.accounts);
    let mut list = kinds::untested(judge);
    let mut add = |check: &str, why: String| list.push(NotTested::new(check, why));
    if !accounts.provides("role") && !accounts.provides("role_id") {
        add("privileged", carry_no(accounts, "role"));
    }
    for report in &accounts.accounts.evidence.content {
        let check = format!("content.{}", report.report);
        match &report.not_tested {
            Some(why) => add(&check, format!("{}: {why}", report.source)),
            None if report.lower_bound => {
                add(&check, "The API's own list shows only what the client's owner may see: a lower bound".into())
            }
            None => {}
        }
    }
    if let Some(why) = unknown_roles(judge) {
        add("privileged", why);
    }
    let owner = accounts.accounts.evidence.credential.as_ref().and_then(|credential| credential.user_id);
    if owner.is_none() && rules.config.domo.client_owner.is_none() {
        add("self", "Neither the token nor client_owner says whose account is behind the API client".into());
    }
    let unproven = judge.matches.unproven(judge.parts);
    if unproven > 0 {
        let are = plural(unproven, "account is", "accounts are");
        add(
            "match.name",
            format!(
                "{are} matched by one key alone, for which the name does not speak: neither name nor e-mail address is written"
            ),
        );
    }
    for key in &rules.config.matching.keys {
        let (ours, theirs) = judge.carry(*key);
        if !(ours && theirs) {
            let what = key_in_words(*key);
            let why = if ours { format!("The directory carries no {what}") } else { carry_no(accounts, what) };
            add(&format!("match.{}", key.as_str()), why);
        }
    }
    list
}

/// The custom roles of active accounts whose rights are not known.
fn unknown_roles(judge: &Judge<'_>) -> Option<String> {
    let accounts = judge.accounts;
    let mut roles: BTreeMap<String, u64> = BTreeMap::new();
    let unknown =
        |account: &Account| accounts.is_active(*account) && accounts.rights(*account, &judge.rules.config.domo) == Rights::Unknown;
    for account in accounts.all().filter(unknown) {
        *roles.entry(accounts.role_shown(account).unwrap_or_default()).or_default() += 1;
    }
    let named: Vec<String> =
        roles.iter().map(|(role, count)| format!("{role} ({})", plural(*count, "account", "accounts"))).collect();
    (!named.is_empty()).then(|| {
        let (these, they, them) = match named.len() {
            1 => ("this custom role", "It is looked at as if it", "it is"),
            _ => ("these custom roles", "They are looked at as if they", "they are"),
        };
        format!("What {these} may do is not known: {}. {they} may administer; [domo] roles says what {them}", named.join(", "))
    })
}
