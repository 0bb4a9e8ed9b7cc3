//! What an account may do, from its role: the one place that decides it, for findings, lists and guards alike.

use serde::{Deserialize, Serialize};

use super::Domo;
use crate::terms::Role;

/// What `[domo] roles` says of a custom role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CustomRole {
    /// It may administer the instance or other people's content.
    Administers,
    /// It may not.
    Ordinary,
}

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Admin, Privileged, or a custom role that is known to administer.
    Administers,
    /// A custom role of which nothing is known: ranked as if it might administer.
    Unknown,
    /// Anything else.
    Ordinary,
}

impl Rights {
    /// Whether the account is looked at as one that may administer.
    pub fn may_administer(self) -> bool {
        self != Self::Ordinary
    }
}

impl Domo {
    /// Whether a role, by its name and id, is this one of Domo's own: one of the instance's own may bear the name, with other rights.
    pub fn is_role(&self, role: &str, name: Option<&str>, id: Option<&str>) -> bool {
        name == Some(role) && self.rights(name, id) == self.rights(Some(role), None)
    }

    /// The role that a demotion to `role` leaves an account with: its own where that is one of Domo's with less, since a demotion gives
    /// nothing.
    pub fn demoted<'a>(&self, role: &'a str, name: Option<&'a str>, id: Option<&str>) -> &'a str {
        let rank = |word: &str| Role::from_word(word).map(Role::id);
        name.filter(|own| rank(own) > rank(role) && self.is_role(own, name, id)).unwrap_or(role)
    }

    /// What an account with this role may do: by the role's name, whatever its case, and by its id.
    pub fn rights(&self, name: Option<&str>, id: Option<&str>) -> Rights {
        let filled = |text: &&str| !text.is_empty();
        let (name, id) = (name.map(str::trim).filter(filled), id.map(str::trim).filter(filled));
        let said = |word: &str| self.roles.iter().find(|(role, _)| role.trim() == word).map(|(_, role)| *role);
        let own = |role: Role| if role.may_administer() { Rights::Administers } else { Rights::Ordinary };
        let by_id = id.and_then(|id| id.strip_suffix(".0").unwrap_or(id).parse().ok()).and_then(Role::from_id);
        let by_name = name.and_then(Role::in_any_case);
        match (by_name, name.or(id).and_then(said), by_id) {
            (Some(role), ..) if role.may_administer() => Rights::Administers,
            // A custom role may bear the name of one of Domo's own.
            (Some(_), ..) if id.is_some() && by_id.is_none() => Rights::Unknown,
            (Some(role), ..) => own(role),
            (None, Some(CustomRole::Administers), _) => Rights::Administers,
            (None, Some(CustomRole::Ordinary), _) => Rights::Ordinary,
            (None, None, Some(role)) if name.is_none() => own(role),
            (None, None, _) if name.is_none() && id.is_none() => Rights::Ordinary,
            (None, None, _) => Rights::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_known_by_name_by_id_or_by_what_the_configuration_says() {
        let text = "[domo]\nroles = { \"Super Admin\" = \"administers\", \"Viewer\" = \"ordinary\", \"77\" = \"ordinary\" }";
        let domo = crate::config::Config::parse(text).unwrap().domo;
        use Rights::{Administers, Ordinary, Unknown};
        for (name, id, rights) in [
            (Some("Admin"), None, Administers),
            (Some(" privileged "), Some("2"), Administers),
            (Some("Editor"), Some("3"), Ordinary),
            (Some("Editor"), Some("4711"), Unknown),
            (Some("Admin"), Some("4711"), Administers),
            (Some("Super Admin"), Some("4711"), Administers),
            (Some("Viewer"), Some("12"), Ordinary),
            (Some("Data Steward"), Some("12"), Unknown),
            (Some("Data Steward"), None, Unknown),
            (None, Some("1"), Administers),
            (None, Some("5"), Ordinary),
            (None, Some("0"), Unknown),
            (None, Some("4711"), Unknown),
            (None, Some("77"), Ordinary),
            (None, None, Ordinary),
            (Some(""), Some(" "), Ordinary),
        ] {
            assert_eq!(domo.rights(name, id), rights, "{name:?} {id:?}");
        }
    }
}
