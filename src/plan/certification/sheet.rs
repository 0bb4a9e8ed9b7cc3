//! What is confirmed: an account, and its row in the sheet of a certification.

use serde_json::{Map, Value};

use crate::domo::extras::Membership;
use crate::plan::about::About;
use crate::plan::decision::may_be_same_person;
use crate::plan::sheet::ANSWERS;
use crate::text;

/// The columns of a certification's sheet with their widths: what is confirmed, and three to be filled in.
pub const COLUMNS: [(&str, f64); 14] = [
    ("account_id", 13.0),
    ("email", 28.0),
    ("name", 20.0),
    ("role", 12.0),
    ("person", 20.0),
    ("department", 18.0),
    ("manager", 28.0),
    ("last_seen", 12.0),
    ("owns", 14.0),
    ("groups", 24.0),
    ("findings", 30.0),
    (ANSWERS[0], 16.0),
    (ANSWERS[1], 20.0),
    (ANSWERS[2], 28.0),
];

/// How many of [`COLUMNS`] are locked.
pub const LOCKED: usize = COLUMNS.len() - ANSWERS.len();

/// An account that is to be confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmed {
    /// The account's id; its e-mail where the source has no ids.
    pub key: String,
    /// Its id.
    pub id: Option<u64>,
    /// Its e-mail.
    pub email: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The name of whom it belongs to, as the directory has it.
    pub person: Option<String>,
    /// By what its holder may sign: name and addresses, as Domo has them and as the directory does.
    pub holder: Vec<String>,
    /// The id of its role: one of the instance's own may bear the name of one of Domo's.
    pub role_id: Option<String>,
    /// Whether its role may administer, by the role's grants.
    pub administers: Option<bool>,
    /// Role, department, who leads them, and the rest; of several findings the worst.
    pub about: About,
    /// Whether it is looked at as one that may administer.
    pub may_administer: bool,
    /// Its groups.
    pub groups: Vec<String>,
    /// What was found about it: kind and sentence.
    pub findings: Vec<String>,
    /// The fields that say whose account it is and what it may do, as Domo has them.
    pub raw: Map<String, Value>,
    /// Why it must not be deleted.
    pub blocked: Option<String>,
    /// Its groups with their ids, none where they were not read; and those of them that cannot be left.
    pub(crate) memberships: (Option<Vec<Membership>>, Vec<u64>),
}

impl Confirmed {
    /// Whom it is about, for people.
    pub fn subject(&self) -> String {
        self.email.clone().or_else(|| self.name.clone()).unwrap_or_else(|| self.key.clone())
    }

    /// Whether a name may be its own holder's.
    pub fn is_own(&self, by: &str) -> bool {
        self.holder.iter().any(|name| may_be_same_person(name, by))
    }

    /// The locked cells of its row.
    pub fn locked(&self) -> [String; LOCKED] {
        let shown = |value: Option<&str>| text::visible(value.unwrap_or_default()).into_owned();
        let about = &self.about;
        [
            self.key.clone(),
            shown(self.email.as_deref()),
            shown(self.name.as_deref()),
            shown(about.role.as_deref()),
            shown(self.person.as_deref()),
            shown(about.department.as_deref()),
            shown(about.manager.as_deref()),
            about.last_seen.map(|day| day.to_string()).unwrap_or_default(),
            about.owned(),
            shown(Some(&self.groups.join("; "))),
            shown(Some(&self.findings.join("; "))),
        ]
    }
}
