//! The words themselves: kinds, severities, actions, statuses, keys, roles, and what accounts own.

/// An enum of words: the variant, and the word as files have it. The order is the one of lists and sortings.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        $(#[$meta])*
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// How many there are.
            pub const COUNT: usize = [$($word),+].len();
            /// All of them, in their order.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$variant),+];

            /// The word as files have it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// What this word means, exactly as files have it.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// The kinds of finding, worst first as the report lists them.
    #[allow(missing_docs)] // the words of the report's glossary
    Kind {
        Leaver = "leaver",
        Suspended = "suspended",
        Orphan = "orphan",
        Elevated = "elevated",
        Conflict = "conflict",
        Ambiguous = "ambiguous",
        Duplicate = "duplicate",
        Early = "early",
        Dormant = "dormant",
        SingleFactor = "single-factor",
        NotEvaluable = "not-evaluable",
        Drift = "drift",
        Missing = "missing",
        Quality = "quality",
        Deactivated = "deactivated",
        Retention = "retention",
        Exception = "exception",
    }
}

words! {
    /// How bad, worst first.
    #[allow(missing_docs)]
    Severity {
        Critical = "critical",
        High = "high",
        Medium = "medium",
        Low = "low",
        Info = "info",
    }
}

impl Severity {
    /// Its place among them: the worst is 0.
    pub const fn rank(self) -> usize {
        self as usize
    }
}

words! {
    /// What a plan may do to an account.
    #[allow(missing_docs)]
    #[schemars(rename = "Action")] // as the schemas of plans have called it from the first
    ActionKind {
        Update = "update",
        Deactivate = "deactivate",
        Demote = "demote",
        Delete = "delete",
        Create = "create",
        Reactivate = "reactivate",
    }
}

words! {
    /// What an account may own.
    #[allow(missing_docs)]
    Owned {
        Datasets = "datasets",
        Dataflows = "dataflows",
        Cards = "cards",
        Pages = "pages",
        Alerts = "alerts",
        Accounts = "accounts",
        Groups = "groups",
        ScheduledReports = "scheduled_reports",
    }
}

words! {
    /// A report of DomoStats, by the key of `[content]` that names it.
    #[allow(missing_docs)]
    DomoStats {
        Datasets = "datasets",
        Dataflows = "dataflows",
        Cards = "cards",
        Pages = "pages",
        Alerts = "alerts",
        Accounts = "accounts",
        GroupOwners = "group_owners",
        ScheduledReports = "scheduled_reports",
        Groups = "groups",
        People = "people",
        RoleGrants = "role_grants",
        Roles = "roles",
    }
}

words! {
    /// The canonical status of a person in the directory.
    Status {
        /// Employed.
        Active = "active",
        /// Employed, on leave.
        Leave = "leave",
        /// Switched off in the directory without saying why.
        Suspended = "suspended",
        /// Employment has ended.
        Terminated = "terminated",
        /// Employment has not begun.
        Prehire = "prehire",
        /// The directory's word means nothing certain.
        Unknown = "unknown",
    }
}

words! {
    /// What correlates an account with a person, in the order of `matched_by`.
    Key {
        /// Somebody decided that they belong together.
        Link = "link",
        /// The main e-mail address.
        Email = "email",
        /// Any further address, against the other side's main and further addresses.
        AlternateEmail = "alternate_email",
        /// The employee number, as text.
        EmployeeNumber = "employee_number",
    }
}

words! {
    /// Domo's own roles: the only ones that are ever written, exactly like this.
    #[allow(missing_docs)]
    Role {
        Admin = "Admin",
        Privileged = "Privileged",
        Editor = "Editor",
        Participant = "Participant",
        Social = "Social",
    }
}

words! {
    /// What a text says of who somebody is: the word before the digits of the token that redaction puts in its place.
    TokenSort {
        /// An e-mail address.
        Email = "email",
        /// The name of a file.
        File = "file",
        /// A name, or part of one.
        Name = "name",
        /// An employee number.
        Number = "number",
        /// A phone number.
        Phone = "phone",
        /// Anything that somebody typed.
        Text = "text",
    }
}

words! {
    /// By what the rows of a review or a certification are dealt out.
    Split {
        /// The manager, or the next above who is there.
        ManagerEmail = "manager_email",
        /// The department.
        Department = "department",
        /// The directory.
        Source = "source",
        /// The location.
        Location = "location",
        /// The account's role.
        Role = "role",
    }
}

words! {
    /// Which accounts are certified.
    Scope {
        /// Every active one that is not excluded.
        All = "all",
        /// Those that may administer.
        Privileged = "privileged",
        /// Those with findings.
        Findings = "findings",
    }
}

words! {
    /// Where the Markdown is pasted.
    #[derive(Default)]
    Flavour {
        /// Issues, pull requests and step summaries of GitHub.
        #[default]
        Github = "github",
        /// Issues and merge requests of GitLab.
        Gitlab = "gitlab",
        /// Jira: no tables, page one only.
        Jira = "jira",
        /// Text without tables or markup that needs a reader.
        Plain = "plain",
    }
}

/// A word of the files as people read it: `employee number`.
pub fn label(word: &str) -> String {
    word.replace('_', " ")
}

impl Owned {
    /// Whether Domo refuses to delete an account while it owns one.
    pub const fn holds(self) -> bool {
        matches!(self, Self::Datasets | Self::Dataflows)
    }

    /// `14 DataSets`
    pub fn counted(self, count: u64) -> String {
        let (one, many) = match self {
            Self::Datasets => ("DataSet", "DataSets"),
            Self::Dataflows => ("DataFlow", "DataFlows"),
            Self::Cards => ("card", "cards"),
            Self::Pages => ("page", "pages"),
            Self::Alerts => ("alert", "alerts"),
            Self::Accounts => ("connector account", "connector accounts"),
            Self::Groups => ("group", "groups"),
            Self::ScheduledReports => ("scheduled report", "scheduled reports"),
        };
        format!("{count} {}", if count == 1 { one } else { many })
    }
}

impl DomoStats {
    /// What it says who owns.
    pub const fn owned(self) -> Option<Owned> {
        Some(match self {
            Self::Datasets => Owned::Datasets,
            Self::Dataflows => Owned::Dataflows,
            Self::Cards => Owned::Cards,
            Self::Pages => Owned::Pages,
            Self::Alerts => Owned::Alerts,
            Self::Accounts => Owned::Accounts,
            Self::GroupOwners => Owned::Groups,
            Self::ScheduledReports => Owned::ScheduledReports,
            Self::Groups | Self::People | Self::RoleGrants | Self::Roles => return None,
        })
    }
}

impl ActionKind {
    /// Whether it takes access away: it is counted against the same limits, and done first.
    pub const fn removes_access(self) -> bool {
        matches!(self, Self::Deactivate | Self::Demote | Self::Delete)
    }
}

impl Role {
    /// Domo's number for it, `roleId`.
    pub const fn id(self) -> u64 {
        self as u64 + 1
    }

    /// The role with this `roleId`; other numbers are custom roles.
    pub fn from_id(id: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.id() == id)
    }

    /// The same for an id in text.
    pub fn of_id(text: &str) -> Option<Self> {
        crate::text::whole(text).parse().ok().and_then(Self::from_id)
    }

    /// The role that this text names, whatever the case: who may administer is looked at with more care than what may be written.
    pub fn in_any_case(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::ALL.into_iter().find(|role| text.eq_ignore_ascii_case(role.as_str()))
    }

    /// Whether it may administer the instance or other people's content.
    pub const fn may_administer(self) -> bool {
        matches!(self, Self::Admin | Self::Privileged)
    }
}
