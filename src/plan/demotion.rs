//! What a demotion takes from an account, and what is said of it before anybody approves.

use serde_json::{Map, Value};

use super::fields::{self, GROUPS};
use crate::domo::Group;
use crate::domo::extras::Membership;
use crate::terms::Role;

/// The fields at stake, the fields as they should be, and what cannot be taken or given back, as sentences behind a reason: the
/// role, and every group that can be left by hand and whose id is known. `identity` is who the account is; the groups are none
/// where they were not read, `asked` or not, and those that cannot be left are named by their ids.
pub(super) fn demotion(
    identity: Map<String, Value>,
    (groups, fixed): &(Option<Vec<Membership>>, Vec<u64>),
    asked: bool,
    role: &str,
) -> (Map<String, Value>, Map<String, Value>, String) {
    let (mut before, mut said) = (identity, String::new());
    let mut after = Map::from_iter([("role".to_owned(), Value::from(role))]);
    if let Some(own) = before.get("role").or(before.get("roleId")).filter(|own| own.as_str().and_then(Role::from_word).is_none()) {
        said.push_str(&format!(". The role `{}` is the instance's own: a revert does not give it back", fields::shown(own)));
    }
    match groups {
        None if asked => said.push_str(". Its groups could not be read, as [domo] groups = true asks, so none is left"),
        None => said.push_str(". Its groups were not read ([domo] groups = true reads them), so none is left"),
        Some(groups) => {
            let known: Vec<&Group> = groups.iter().filter_map(Membership::group).collect();
            if known.len() < groups.len() {
                said.push_str(". The ids of some of its groups are not known, so those are not left");
            }
            let (staying, left): (Vec<&Group>, Vec<&Group>) = known.into_iter().partition(|group| fixed.contains(&group.id));
            if !staying.is_empty() {
                let names: Vec<&str> = staying.iter().map(|group| group.name.as_str()).collect();
                said.push_str(&format!(". Not left, because their members are not chosen by hand: {}", names.join(", ")));
            }
            let left: Vec<Value> = left.into_iter().filter_map(|group| serde_json::to_value(group).ok()).collect();
            before.insert(GROUPS.into(), left.into());
            after.insert(GROUPS.into(), Vec::<Value>::new().into());
        }
    }
    (before, after, said)
}
