//! An account that rose to a role that may administer since the last run, by no plan of ours.

use super::sheet::Sheet;
use crate::reconcile::access::{Access, AccessChange, Moved};
use crate::reconcile::exclusions::Part;
use crate::reconcile::explain;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::people_rules::PeopleRule;
use crate::reconcile::places::Account;
use crate::terms::{Kind, Severity};

pub(super) const SHEET: Sheet = Sheet {
    untested: |judge| {
        let why = "There is no earlier run whose accounts could be compared by their ids";
        judge.access.is_none().then(|| why.to_owned()).into_iter().collect()
    },
    ..Sheet::new(
        |judge| if judge.access.is_some() { judge.taking_part() } else { 0 },
        |judge| {
            let changes = judge.access.iter().flat_map(|access| access.changes.iter().map(move |change| (access, change)));
            changes.filter_map(|(access, change)| elevated(judge, access, change)).collect()
        },
    )
};

fn elevated(judge: &Judge<'_>, access: &Access, change: &AccessChange) -> Option<Draft> {
    let account = Account(change.account.index);
    let rose = matches!(change.moved, Moved::New | Moved::RoleRaised) && change.plan.is_none();
    if !rose || judge.parts[account] != Part::Takes || is_by_rule(judge, account, change.account.role.as_deref()) {
        return None;
    }
    let role = judge.high_role(account)?;
    let (day, days) = (access.as_of, explain::days((judge.rules.as_of - access.as_of).num_days()));
    let what = match (&change.before, change.moved) {
        (_, Moved::New) => format!("New with the role {role}"),
        (Some(before), _) => format!("The role rose from {before} to {role}"),
        (None, _) => format!("The role rose to {role}"),
    };
    let reason = format!("{what} since the run of {day}, {days} before: by none of this tool's plans and no [[role]] rule");
    Some(
        judge
            .about(Kind::Elevated, Severity::Medium, account, reason)
            .with("person", Value::ItsPerson)
            .with("role_before", Value::Text(change.before.clone()))
            .with("found", Value::ItsReason),
    )
}

/// Whether a `[[role]]` rule gives the person this role.
fn is_by_rule(judge: &Judge<'_>, account: Account, role: Option<&str>) -> bool {
    let Some((person, _)) = judge.person_of(account) else { return false };
    let first = judge.rules.config.role.iter().find(|rule| PeopleRule::new(&rule.people).matches(judge.people, person));
    first.is_some_and(|rule| Some(rule.role.as_str()) == role)
}
