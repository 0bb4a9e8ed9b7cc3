//! What is known of an account beyond its own object: the names of its groups, and the last day it was seen. Domo tells both
//! elsewhere, so a snapshot keeps them in each object under a key of ours, after everything Domo sent; that way the file alone
//! gives the same frame again. Nothing ever writes the key to Domo.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::snapshot::Snapshot;
use super::wire::{self, Group};
use crate::terms::Owned;
use crate::text;

/// No field of Domo's is called this.
pub(crate) const KEY: &str = "domo-reconcile";

/// What the activity log says of accounts.
#[derive(Debug, Clone, Default)]
pub(super) struct Activity {
    /// The last day each was seen, in days since 1970.
    pub(super) seen: HashMap<u64, i32>,
    /// What others last did to each: the day, and who did what.
    pub(super) done_to: HashMap<u64, (i32, DoneTo)>,
    /// How many events came.
    pub(super) events: u64,
    /// Of how many of them it cannot be read who did something.
    pub(super) unread: u64,
    /// Of how many others, when.
    pub(super) undated: u64,
}

impl Activity {
    /// Notes that an account was seen on a day.
    pub(super) fn see(&mut self, id: u64, day: i32) {
        self.seen.entry(id).and_modify(|last| *last = day.max(*last)).or_insert(day);
    }

    /// What cannot be read of it and costs no more than a few days of whom it is about.
    pub(super) fn gap(&self) -> Option<String> {
        (self.undated > 0).then(|| {
            format!(
                "the time of {} of the activity log cannot be read: whoever did it counts as seen at the end of the days that were \
                 asked for",
                text::plural(self.undated, "event", "events")
            )
        })
    }

    /// Why nobody counts as unseen by it, where that is so: who is not in it may only not have been read.
    pub(super) fn doubt(&self) -> Option<String> {
        let why = match (self.unread, self.events) {
            (0, _) if !self.seen.is_empty() => return None,
            (0, 0) => "the activity log holds not one event".to_owned(),
            (0, events) => format!("the activity log shows no account in its {}", text::plural(events, "event", "events")),
            (unread, events) => format!(
                "of {unread} of {} of the activity log it cannot be read who did it",
                text::plural(events, "event", "events")
            ),
        };
        Some(format!("{why}: that it does not show an account proves nothing, so who is dormant is not tested by it"))
    }
}

/// What was read besides the list, by id; `None` where it was not asked for or could not be had.
#[derive(Default)]
pub(super) struct Extras {
    /// The groups of each account.
    pub(super) groups: Option<HashMap<u64, Vec<Arc<Group>>>>,
    /// What the activity log says of them.
    pub(super) activity: Option<Activity>,
}

/// The value under [`KEY`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Extra {
    /// The account's groups, where memberships were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) groups: Option<Vec<Membership>>,
    /// Where the activity log was read: the last day (`YYYY-MM-DD`) it shows of the account, or `""`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_seen: Option<String>,
    /// The same day where the log could be read in part only: it says nothing of accounts that it does not name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seen_in_part: Option<String>,
    /// What somebody else last did to it, where the activity log was read and says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) done_to: Option<DoneTo>,
    /// How many objects of each sort it owns, by the reports that `[content]` names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) owns: BTreeMap<Owned, u64>,
    /// Whether a second factor is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) two_factor: Option<bool>,
    /// Whether it is locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) locked: Option<bool>,
    /// Domo's *Employee ID*.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) employee_id: Option<String>,
    /// The account that it reports to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reports_to: Option<u64>,
    /// Whether its role may administer, by the role's grants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) administers: Option<bool>,
    /// The ids of those of its groups that cannot be left by hand, where the types of groups are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fixed: Option<Vec<u64>>,
}

/// What somebody did to another's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DoneTo {
    /// The day, in UTC.
    pub(crate) on: NaiveDate,
    /// Who.
    pub(crate) by: String,
    /// What, in Domo's words.
    pub(crate) what: String,
}

/// A group of an account; older versions kept its name alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Membership {
    /// With its id.
    Group(Group),
    /// Its name.
    Name(String),
}

impl Membership {
    /// The group's name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Group(group) => &group.name,
            Self::Name(name) => name,
        }
    }

    /// The group, where its id is known.
    pub(crate) fn group(&self) -> Option<&Group> {
        match self {
            Self::Group(group) => Some(group),
            Self::Name(_) => None,
        }
    }
}

/// What a raw object of a snapshot says under [`KEY`]; nothing where it has no such key.
///
/// # Errors
/// What stands there is none of ours: "groups were not read" must not be taken from it.
pub(crate) fn of(object: &Map<String, Value>) -> Result<Extra> {
    let Some(extra) = object.get(KEY) else { return Ok(Extra::default()) };
    Extra::deserialize(extra).with_context(|| format!("what stands under `{KEY}` was not written by this program, or was altered"))
}

/// The groups of a raw object of a snapshot, none where memberships were not read; and those of them that cannot be left by hand.
///
/// # Errors
/// As [`of`].
pub(crate) fn groups_of(object: &Map<String, Value>) -> Result<(Option<Vec<Membership>>, Vec<u64>)> {
    let extra = of(object)?;
    Ok((extra.groups, extra.fixed.unwrap_or_default()))
}

/// An object with what is known of its account, over what it said already: `more` is told the ids of the account's groups.
pub(super) fn merged(object: &str, more: impl FnOnce(&[u64]) -> Extra) -> serde_json::Result<String> {
    let mark = format!("\"{KEY}\":");
    let (bare, known) = match object.rfind(&mark) {
        Some(at) => {
            let told = object.get(at + mark.len()..).unwrap_or_default().trim_end();
            let bare = object.get(..at).unwrap_or_default().trim_end().trim_end_matches(',');
            (bare, serde_json::from_str(told.strip_suffix('}').unwrap_or(told))?)
        }
        None => (opened(object), Extra::default()),
    };
    let groups: Vec<u64> = known.groups.iter().flatten().filter_map(|group| Some(group.group()?.id)).collect();
    let more = more(&groups);
    let last_seen = known.last_seen.max(more.last_seen);
    let seen_in_part = known.seen_in_part.max(more.seen_in_part);
    let extra = Extra { groups: known.groups, done_to: known.done_to, last_seen, seen_in_part, ..more };
    closed(bare, &extra)
}

/// An object without its closing brace.
fn opened(object: &str) -> &str {
    object.trim_end().strip_suffix('}').unwrap_or(object).trim_end()
}

/// An object that is whole but for its closing brace, with what is known of its account behind all else.
fn closed(open: &str, extra: &Extra) -> serde_json::Result<String> {
    let comma = if open.ends_with('{') { "" } else { "," };
    Ok(format!("{open}{comma}\"{KEY}\":{}}}", serde_json::to_string(extra)?))
}

impl Extras {
    fn is_empty(&self) -> bool {
        self.groups.is_none() && self.activity.is_none()
    }

    fn of(&self, id: Option<u64>) -> Extra {
        let day = |activity: &Activity| id.and_then(|id| activity.seen.get(&id)).and_then(|days| NaiveDate::from_epoch_days(*days));
        let done_to = |activity: &Activity| Some(activity.done_to.get(&id?)?.1.clone());
        let names = |groups: &Vec<Arc<Group>>| groups.iter().map(|group| Membership::Group(group.as_ref().clone())).collect();
        let whole = self.activity.as_ref().filter(|activity| activity.doubt().is_none());
        let in_part = self.activity.as_ref().filter(|activity| activity.doubt().is_some());
        Extra {
            groups: self.groups.as_ref().map(|groups| id.and_then(|id| groups.get(&id)).map(names).unwrap_or_default()),
            last_seen: whole.map(|activity| day(activity).map(|day| day.to_string()).unwrap_or_default()),
            seen_in_part: in_part.and_then(day).map(|day| day.to_string()),
            done_to: self.activity.as_ref().and_then(done_to),
            ..Extra::default()
        }
    }

    /// The snapshot with what is known put into each of its objects. Objects stay as they came up to their closing brace.
    pub(super) fn woven_into(&self, snapshot: Snapshot) -> serde_json::Result<Snapshot> {
        if self.is_empty() {
            return Ok(snapshot);
        }
        let mut woven = Snapshot::default();
        for object in snapshot.objects() {
            let extra = self.of(wire::id(object).ok().flatten());
            woven.push(&closed(opened(&String::from_utf8_lossy(object)), &extra)?);
        }
        Ok(woven)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_stands_behind_what_domo_sent() {
        let mut snapshot = Snapshot::default();
        [r#"{"id":1,"name":"A}"}"#, r#"{ "id" : "2" } "#].iter().for_each(|object| snapshot.push(object));
        let extras = Extras {
            groups: Some(HashMap::from([(2, vec![Arc::new(Group { id: 7, name: "Sales \"EU\"".into() })])])),
            activity: Some(Activity { seen: HashMap::from([(1, 20_000)]), ..Activity::default() }),
        };
        let woven = extras.woven_into(snapshot).unwrap();
        assert_eq!(
            String::from_utf8_lossy(woven.bytes()),
            "{\"id\":1,\"name\":\"A}\",\"domo-reconcile\":{\"groups\":[],\"lastSeen\":\"2024-10-04\"}}\n\
             { \"id\" : \"2\",\"domo-reconcile\":{\"groups\":[{\"id\":7,\"name\":\"Sales \\\"EU\\\"\"}],\"lastSeen\":\"\"}}\n"
        );
    }

    #[test]
    fn groups_that_cannot_be_read_are_not_groups_that_were_not_read() {
        let object = |extra: &str| serde_json::from_str(&format!("{{\"id\":1,\"{KEY}\":{extra}}}")).unwrap();
        assert_eq!(groups_of(&object("{}")).unwrap(), (None, Vec::new()));
        assert_eq!(groups_of(&object(r#"{"groups":["Sales"]}"#)).unwrap().0, Some(vec![Membership::Name("Sales".into())]));
        assert!(groups_of(&object(r#"{"groups":["Sales"],"locked":"no"}"#)).is_err());
    }

    #[test]
    fn where_nothing_more_was_read_the_snapshot_is_what_domo_sent() {
        let mut snapshot = Snapshot::default();
        snapshot.push("{\"id\":1}");
        assert_eq!(Extras::default().woven_into(snapshot.clone()).unwrap(), snapshot);
    }
}
