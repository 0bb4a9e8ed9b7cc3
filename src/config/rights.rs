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

/// What is known of an account's role.
#[derive(Debug, Clone, Copy, Default)]
pub struct AccountRole<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// Its id, as text.
    pub id: Option<&'a str>,
    /// Whether it may administer, by the grants that were read.
    pub administers: Option<bool>,
}

impl<'a> AccountRole<'a> {
    /// Name and id, as far as there is anything in them.
    fn filled(&self) -> (Option<&'a str>, Option<&'a str>) {
        let filled = |text: &&str| !text.is_empty();
        (self.name.map(str::trim).filter(filled), self.id.map(str::trim).filter(filled))
    }

    /// The role of Domo's own that it is, or whose name it bears.
    fn own(&self) -> Option<Role> {
        match self.filled() {
            (Some(name), _) => Role::in_any_case(name),
            (None, id) => id.and_then(Role::of_id),
        }
    }
}

impl Domo {
    /// Whether a role is this one of Domo's own: one of the instance's own may bear the name, with other rights.
    pub fn is_role(&self, word: &str, role: AccountRole<'_>) -> bool {
        let own = AccountRole { name: Some(word), ..AccountRole::default() };
        role.name == Some(word) && self.rights(role) == self.rights(own)
    }

    /// The role that a demotion to `word` leaves an account with: its own where that is one of Domo's with less, since a demotion
    /// gives nothing.
    pub fn demoted<'a>(&self, word: &'a str, role: AccountRole<'a>) -> &'a str {
        let rank = |word: &str| Role::from_word(word).map(Role::id);
        role.name.filter(|own| rank(own) > rank(word) && self.is_role(own, role)).unwrap_or(word)
    }

    /// Whether an account with this role is an administrator of the instance: it may administer, and is not Domo's own
    /// *Privileged*.
    pub fn is_admin(&self, role: AccountRole<'_>) -> bool {
        self.rights(role) == Rights::Administers && role.own() != Some(Role::Privileged)
    }

    /// How far a role reaches, as far as is known: 0 may not administer, 3 is *Admin*.
    pub fn reach(&self, role: AccountRole<'_>) -> u8 {
        match (self.rights(role), role.own()) {
            (Rights::Ordinary, _) => 0,
            (_, Some(Role::Privileged)) => 1,
            (_, Some(Role::Admin)) => 3,
            _ => 2,
        }
    }

    /// What an account with this role may do: by what the configuration says of it, and by its grants, whatever that says.
    pub fn rights(&self, role: AccountRole<'_>) -> Rights {
        match (self.configured(role), role.administers) {
            (Rights::Administers, _) | (_, Some(true)) => Rights::Administers,
            (Rights::Unknown, Some(false)) => Rights::Ordinary,
            (configured, _) => configured,
        }
    }

    /// The same by the role's name, whatever its case, and by its id.
    fn configured(&self, role: AccountRole<'_>) -> Rights {
        let (name, id) = role.filled();
        let said = |word: &str| self.roles.iter().find(|(role, _)| role.trim() == word).map(|(_, role)| *role);
        let own = |role: Role| if role.may_administer() { Rights::Administers } else { Rights::Ordinary };
        let by_id = id.and_then(Role::of_id);
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
    fn who_only_bears_a_name_is_told_by_the_grants_too() {
        let domo = Domo::default();
        let known = |name, id, administers| AccountRole { name: Some(name), id: Some(id), administers };
        for (role, is_social, is_admin, reach) in [
            (known("Social", "5", None), true, false, 0),
            (known("Social", "5", Some(true)), false, true, 2),
            (known("Social", "4711", None), false, false, 2),
            (known("Social", "4711", Some(false)), true, false, 0),
            (known("Privileged", "2", None), false, false, 1),
            (known("Admin", "1", None), false, true, 3),
            (AccountRole { name: None, id: Some("2.0"), administers: None }, false, false, 1),
        ] {
            assert_eq!(
                (domo.is_role("Social", role), domo.is_admin(role), domo.reach(role)),
                (is_social, is_admin, reach),
                "{role:?}"
            );
        }
    }

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
            assert_eq!(domo.rights(AccountRole { name, id, administers: None }), rights, "{name:?} {id:?}");
        }
    }
}
