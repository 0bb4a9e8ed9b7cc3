//! Lists of accounts beside the findings: whose access changed since the last run, and who is outside the company.

use super::builder::{Builder, ROWS, caption, columns};
use super::sections::cut;
use super::texts::Texts;
use super::view::{Cell, Table};
use crate::reconcile::{AccessChange, AccountRef};
use crate::text::shown;

/// Whose access changed since the run that this one is compared with, and whether one of our plans did it.
pub(super) fn access(builder: &Builder) -> Table {
    let t = builder.t;
    let columns = columns(t, "account domo_id moved before after by");
    let (what, none) = match &builder.inputs.reconciliation.access {
        Some(access) => {
            let places = [("run", access.run_id.as_str()), ("as_of", &access.as_of.to_string())];
            (t.fill("access.caption", &places), "access.none")
        }
        None => (t.get("access.heading").to_owned(), "access.not_compared"),
    };
    let changes = builder.inputs.reconciliation.access.as_ref().map_or(&[][..], |access| &access.changes);
    let mut table = Table::new("access-table", caption(t, &what, changes.len(), "access.rest"), columns, t.get(none));
    if builder.inputs.reconciliation.access.is_some() {
        table = table.of(changes.len());
    }
    let empty = t.get("page.empty");
    for change in changes.iter().take(ROWS) {
        let by = match &change.plan {
            Some(plan) => t.fill("access.by_plan", &[("plan", plan)]),
            None => match &change.who {
                Some(who) => t.fill("access.outside_by", &[("who", &cut(who).0)]),
                None => t.get("access.outside").to_owned(),
            },
        };
        table.row(
            None,
            vec![
                account(t, &change.account),
                Cell::or(change.account.id.map(|id| id.to_string()), empty),
                Cell::text(moved(t, change)).with(administrator(t, change).into_iter().collect()),
                Cell::or(change.before.as_deref().map(|before| cut(before).0), empty),
                Cell::or(change.after.as_deref().map(|after| cut(after).0), empty),
                Cell::text(by),
            ],
        );
    }
    table
}

/// What happened, in words.
pub(super) fn moved(t: &Texts, change: &AccessChange) -> String {
    t.get(&format!("access.{}", change.moved.as_str())).to_owned()
}

fn administrator(t: &Texts, change: &AccessChange) -> Option<String> {
    change.administrator.map(|gained| t.get(if gained { "access.gained" } else { "access.lost" }).to_owned())
}

/// Active accounts outside the company's domains, and who answers for them.
pub(super) fn external(builder: &Builder) -> Table {
    let t = builder.t;
    let columns = columns(t, "account domo_id role situation answers");
    let all = &builder.inputs.reconciliation.external;
    let caption = caption(t, t.get("external.caption"), all.len(), "external.rest");
    let mut table = Table::new("external-table", caption, columns, t.get("external.none")).of(all.len());
    let empty = t.get("page.empty");
    for one in all.iter().take(ROWS) {
        let situation = one.situation.as_str();
        table.row(
            None,
            vec![
                account(t, &one.account),
                Cell::or(one.account.id.map(|id| id.to_string()), empty),
                Cell::or(one.account.role.as_deref().map(shown), empty),
                Cell::text(t.find(&format!("situation.{situation}")).unwrap_or(situation)),
                Cell::or(one.owner.as_deref().map(shown), t.get("external.nobody")),
            ],
        );
    }
    table
}

/// An account by its name, and the address under it.
pub(super) fn account(t: &Texts, account: &AccountRef) -> Cell {
    named(t, account.name.as_deref(), account.email.as_deref())
}

/// The name, and the address under it or in its place.
pub(super) fn named(t: &Texts, name: Option<&str>, email: Option<&str>) -> Cell {
    let under = email.filter(|_| name.is_some()).map(|email| cut(email).0);
    Cell::or(name.or(email).map(|name| cut(name).0), t.get("page.empty")).with(under.into_iter().collect())
}
