//! The two Domos there are in writing.

use std::time::Duration;

/// How a Domo behaves where the sources disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// `guide` or `recorded`.
    pub name: &'static str,
    /// Takes the token request as a POST with its parameters in the query.
    pub token_by_post_query: bool,
    /// Takes it as a GET.
    pub token_by_get: bool,
    /// The token's answer has more than the guide's fields: role, environment, id.
    pub token_tells_more: bool,
    /// How long a token lives.
    pub token_lifetime: Duration,
    /// A client whose owner may not manage people is refused.
    pub checks_rights: bool,
    /// A PUT clears every field it leaves out; otherwise it keeps them.
    pub put_replaces: bool,
    /// `active` is kept and shown; otherwise it is ignored without a word.
    pub honours_active: bool,
    /// A PUT answers with the object; otherwise with an empty 200.
    pub put_answers: bool,
    /// The status of a creation.
    pub created: u16,
    /// Employee numbers are numbers and lose what is none; role ids are shown; dates stand in January 1970.
    pub recorded_types: bool,
    /// GET of one user tells picture and groups, which the list does not.
    pub tells_groups: bool,
    /// GET of a deleted user answers 200 with `deleted: true`; otherwise 404.
    pub remembers_deleted: bool,
    /// The status for an id nobody ever had.
    pub unknown: u16,
    /// Where SCIM is.
    pub scim_root: &'static str,
    /// SCIM's `active: false` deletes.
    pub scim_deletes: bool,
    /// Requests a minute, and whether headers tell.
    pub rate_limit: Option<u32>,
}

impl Profile {
    /// The Domo of the public guide: the default path.
    pub fn guide() -> Self {
        Self {
            name: "guide",
            token_by_post_query: true,
            token_by_get: false,
            token_tells_more: false,
            token_lifetime: Duration::from_secs(3600),
            checks_rights: true,
            put_replaces: true,
            honours_active: true,
            put_answers: true,
            created: 200,
            recorded_types: false,
            tells_groups: false,
            remembers_deleted: false,
            unknown: 404,
            scim_root: "/api/scim/v2",
            scim_deletes: false,
            rate_limit: Some(3000),
        }
    }

    /// The Domo of its own documents and of recorded answers.
    pub fn recorded() -> Self {
        Self {
            name: "recorded",
            token_by_post_query: false,
            token_by_get: true,
            token_tells_more: true,
            token_lifetime: Duration::from_secs(3599),
            checks_rights: true,
            put_replaces: false,
            honours_active: false,
            put_answers: false,
            created: 201,
            recorded_types: true,
            tells_groups: true,
            remembers_deleted: true,
            unknown: 400,
            scim_root: "/api/identity/v1/scim",
            scim_deletes: true,
            rate_limit: None,
        }
    }
}
