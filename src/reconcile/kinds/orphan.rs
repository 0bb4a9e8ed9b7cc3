//! An active account with nobody in the directory.

use super::sheet::{Sheet, removing};
use crate::reconcile::explain;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::Account;
use crate::terms::{AccountSituation, Kind, Severity};

pub(super) const SHEET: Sheet = Sheet {
    policy: Some(|policy| policy.orphan),
    ..Sheet::new(
        |judge| judge.taking_part(),
        |judge| judge.accounts_that_are(AccountSituation::Orphan, |account| Some(orphan(judge, account))),
    )
};

fn orphan(judge: &Judge<'_>, account: Account) -> Draft {
    let tried = judge.keys_tried(account);
    let high = judge.high_role(account);
    let severity = if judge.may_administer(account) { Severity::High } else { Severity::Medium };
    let role = high.map(|role| format!(", with the role {role}")).unwrap_or_default();
    let candidates = judge.candidates_of(account);
    let nearest = candidates.first();
    let nearest = nearest.map(|near| format!("; nearest: {}, {}", explain::person(&near.person), near.why)).unwrap_or_default();
    let parted = judge.links.told_apart().contains(&account);
    let apart = if parted { ", apart from whom a [[link]] tells it apart from" } else { "" };
    let linked: Vec<String> = judge.links.not_there(account).iter().map(|person| format!("`{person}`")).collect();
    let linked = match linked.as_slice() {
        [] => String::new(),
        named => format!("; a [[link]] says that it is {}, and nobody in the directory is", named.join(" and ")),
    };
    let reason = format!(
        "Active{role}, but nobody in the directory has its {}{apart}{linked}{}{nearest}",
        explain::any_key_in_words(&tried),
        judge.last_seen(account, None)
    );
    removing(judge, account, judge.rules.config.policy.orphan, judge.about_account(Kind::Orphan, severity, account, reason))
        .with("keys_tried", Value::keys(&tried))
        .with("candidate", Value::Near(candidates))
        .with("created", Value::Day(judge.accounts.created.get(account)))
}
