//! Checks that could not run, and why: what the report does not say must not look like a result. Those of a kind of finding are in
//! the kind's file; here are those of none.

use super::explain::{carry_no, days, key_in_words, plural};
use super::judge::Judge;
use super::{NotTested, kinds};
use crate::terms::Key;

/// Each check that could not run, on anybody or on some.
pub(super) fn not_tested(judge: &Judge<'_>) -> Vec<NotTested> {
    let (rules, accounts, people) = (judge.rules, judge.accounts, judge.people);
    let mut list = kinds::untested(judge);
    let mut add = |check: &str, why: String| list.push(NotTested::new(check, why));
    if !accounts.provides("last_login") {
        let why = match rules.config.domo.activity_days {
            0 => "No sign-in times: Domo's user API returns none, and activity_days is 0".to_owned(),
            window => {
                format!(
                    "No sign-in times: Domo's user API returns none, and the activity log of {} was not read",
                    days(window.into())
                )
            }
        };
        add("dormant", why);
    }
    if !accounts.provides("role") && !accounts.provides("role_id") {
        add("privileged", carry_no(accounts, "role"));
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
        let ours = accounts.provides(key.as_str()) || *key == Key::AlternateEmail && accounts.provides("email");
        let theirs = people.any_provides(&[key.as_str()]) || *key == Key::AlternateEmail && people.any_provides(&["email"]);
        if !(ours && theirs) {
            let what = key_in_words(*key);
            let why = if ours { format!("The directory carries no {what}") } else { carry_no(accounts, what) };
            add(&format!("match.{}", key.as_str()), why);
        }
    }
    list
}
