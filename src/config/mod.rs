//! `domo-reconcile.toml`: every key, its default, and a loader that refuses what it does not know.
//!
//! Flag beats environment beats file; the flags are applied by the commands. Secrets are never in the file: it names the
//! environment variables that hold them. The words that a file may use are those of [`crate::terms`].

mod account;
mod content;
pub mod environment;
mod instance;
mod limits;
mod load;
mod mistakes;
mod problems;
mod rights;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::terms::{Field, Key, Kind, Status, words};
pub use content::{Content, ReportPlace};
pub use instance::{instance_host, instance_name, same_instance};
pub use load::{DEFAULT_FILE, Loaded, quoted, shown};
pub use rights::{AccountRole, CustomRole, Rights};
pub use source::{Pages, SourceAuth, SourceKind};

/// What an instance is called that neither the configuration nor a token names. It is part of finding ids, so it stays as it is.
pub const UNNAMED: &str = "domo";

/// The whole file. Absent sections have their defaults.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The Domo instance and how to talk to it.
    pub domo: Domo,
    /// The directory exports: one or more.
    pub directory: Vec<Directory>,
    /// What correlates an account with a person.
    #[serde(rename = "match")]
    pub matching: Match,
    /// What somebody decided: this account is that person, or is not, whatever the keys say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub link: Vec<Link>,
    /// Who should have an account: canonical field = patterns. All fields must match, each by any of its patterns.
    /// Absent: every active person.
    pub expected: Option<Rule>,
    /// Which attributes are compared.
    pub drift: Drift,
    /// What the plan proposes for each kind of finding.
    pub policy: Policy,
    /// Limits beyond which a plan or an apply is refused.
    pub guards: Guards,
    /// Accounts that are not people.
    pub exclude: Vec<Exclude>,
    /// Who should have which role; the first match wins.
    pub role: Vec<RoleRule>,
    /// Groups of a new account.
    pub group: Vec<GroupRule>,
    /// Findings that are accepted until a day.
    pub exception: Vec<Exception>,
    /// What accounts own, and what DomoStats tells of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// How the report looks.
    pub report: Report,
    /// Who hears of a run.
    pub notify: Notify,
    /// Several Domos in one run.
    pub instance: Vec<Instance>,
}

/// `[domo]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Domo {
    /// `acme` for `acme.domo.com`.
    #[serde(deserialize_with = "instance::optional_name")]
    pub instance: Option<String>,
    /// Our share of the instance-wide limit, which others use too.
    pub requests_per_minute: u32,
    /// Reads under way at once. Writes go one at a time.
    pub concurrency: usize,
    /// Users a page, at most 500.
    pub page_size: usize,
    /// E-mail of the account behind the API client, where its token does not say.
    pub client_owner: Option<String>,
    /// Which door deactivates.
    pub deactivate_with: DeactivateWith,
    /// What this instance's custom roles are, by name; the rights of one that is not named are not known.
    pub roles: BTreeMap<String, CustomRole>,
    /// Read group memberships.
    pub groups: bool,
    /// Read that many days of the activity log (scope `audit`); 0 reads none.
    pub activity_days: u32,
}

impl Default for Domo {
    fn default() -> Self {
        Self {
            instance: None,
            requests_per_minute: 1500,
            concurrency: 4,
            page_size: 500,
            client_owner: None,
            deactivate_with: DeactivateWith::Rest,
            roles: BTreeMap::new(),
            groups: false,
            activity_days: 0,
        }
    }
}

words! {
    /// Which API carries out a deactivation.
    #[derive(Default)]
    DeactivateWith {
        /// `PUT /v1/users/{id}` with `active: false`.
        #[default]
        Rest = "rest",
        /// SCIM `PATCH active`. Domo's own article says that this deletes the user.
        Scim = "scim",
    }
}

/// How old an export may be where the configuration does not say: a month's, and two weeks to spare.
pub const MAX_AGE_DAYS: u32 = 45;

/// `[[directory]]`: exactly one of a file (`path`), an address (`url` or `url_env`) or a source (`kind`). What a file is, and where
/// its columns are, is found by itself and may be overridden.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Directory {
    /// The file, relative to the configuration file.
    pub path: PathBuf,
    /// What reports and evidence call it; otherwise the file's name, the host, or the kind.
    pub name: Option<String>,
    /// Its format, where the content should not decide.
    pub format: Option<Format>,
    /// The sheet of a workbook; of JSON with several lists the name of one.
    pub sheet: Option<String>,
    /// The row that holds the headers, 1-based.
    pub header_row: Option<u32>,
    /// An encoding label such as `windows-1252`.
    pub encoding: Option<String>,
    /// The delimiter of a CSV file.
    pub delimiter: Option<char>,
    /// How ambiguous dates such as `03/04/2026` are read.
    pub date_order: Option<DateOrder>,
    /// Canonical field = header in the file.
    pub columns: BTreeMap<String, String>,
    /// Value in the file = canonical status.
    pub status: BTreeMap<String, Status>,
    /// The list is whole in spite of what it says of itself. Not for one that is empty, cut or too old.
    pub complete: bool,
    /// An export older than this before the day judged is incomplete evidence; 0 asks for no age. 45 where nothing is said.
    pub max_age_days: Option<u32>,
    /// Headers that are not spoken of, although their cells look like a key or a day.
    pub ignore: Vec<String>,
    /// Header = patterns with `*`: rows that are no people, such as vacant positions.
    pub skip_rows: BTreeMap<String, Vec<String>>,
    /// What it is fetched from, where it is neither a file nor an address that returns an export.
    pub kind: Option<SourceKind>,
    /// The address: of an export, an Okta, a SCIM root, an LDAP server.
    pub url: Option<String>,
    /// The variable that holds the address, where the address itself is the secret.
    pub url_env: Option<String>,
    /// How we show who we are (an address, SCIM).
    pub auth: Option<SourceAuth>,
    /// The variable with the user's name (`auth = "basic"`).
    pub user_env: Option<String>,
    /// The variable with the password (`auth = "basic"`, LDAP).
    pub password_env: Option<String>,
    /// The variable with the token (`auth = "bearer"` or `"header"`, Okta, SCIM).
    pub token_env: Option<String>,
    /// The header that carries the token (`auth = "header"`).
    pub header: Option<String>,
    /// Where tokens are had.
    pub token_url: Option<String>,
    /// The variable with the client's id (`auth = "oauth2"`, Entra).
    pub client_id_env: Option<String>,
    /// The variable with the client's secret (`auth = "oauth2"`, Entra).
    pub client_secret_env: Option<String>,
    /// The scope asked for (`auth = "oauth2"`).
    pub scope: Option<String>,
    /// Whether the pages that an answer names are read too (an address).
    pub pages: Pages,
    /// The tenant (Entra).
    pub tenant: Option<String>,
    /// A file with a token of another identity provider, instead of a client secret (Entra).
    pub federated_token_file: Option<PathBuf>,
    /// Whether leave dates are read (Entra), which is a right of its own.
    pub leave_dates: bool,
    /// Which people (Entra, LDAP), in the source's own language.
    pub filter: Option<String>,
    /// The API's address, for other clouds, and for loopback (Entra, Google).
    pub api_url: Option<String>,
    /// Where tokens are had (Entra), for other clouds, and for loopback.
    pub login_url: Option<String>,
    /// The service app (Okta).
    pub client_id: Option<String>,
    /// The variable with the service app's private key, PEM or JWK (Okta).
    pub private_key_env: Option<String>,
    /// The variable with the service account's JSON key (Google).
    pub key_env: Option<String>,
    /// The administrator the service account stands for (Google); absent: it has a role itself.
    pub admin: Option<String>,
    /// The customer (Google).
    pub customer: Option<String>,
    /// Where people are looked for (LDAP): one or more.
    pub base: Vec<String>,
    /// The variable with the name to bind as (LDAP).
    pub bind_env: Option<String>,
    /// Whether `ldap://` goes on under TLS.
    pub start_tls: bool,
    /// People a page.
    pub page_size: Option<u32>,
    /// Fewer people than that are not the whole directory.
    pub expect_at_least: Option<u64>,
    /// A PEM file with roots that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// How long the whole fetch may take.
    pub timeout_s: Option<u64>,
}

words! {
    /// How the content of a directory export is taken, where it should not be looked at for that.
    Format {
        /// Delimited text.
        Csv = "csv",
        /// A workbook: XLSX, and XLSB, XLS and ODS too.
        Xlsx = "xlsx",
        /// JSON, in an envelope or one object a line.
        Json = "json",
    }
}

words! {
    /// The order of day, month and year in numeric dates.
    DateOrder {
        /// 31/12/2026
        Dmy = "dmy",
        /// 12/31/2026
        Mdy = "mdy",
        /// 2026/12/31
        Ymd = "ymd",
    }
}
/// `[match]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    /// The keys that are evaluated; their order means nothing.
    pub keys: BTreeSet<Key>,
    /// Old domain = the domain it counts as.
    pub domain_aliases: BTreeMap<String, String>,
}

impl Default for Match {
    fn default() -> Self {
        Self { keys: [Key::Email, Key::EmployeeNumber].into(), domain_aliases: BTreeMap::new() }
    }
}
/// Canonical field = patterns with `*`; all fields must match, each by any of its patterns.
pub type Rule = BTreeMap<String, Vec<String>>;

/// `[drift]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Drift {
    /// The canonical fields that are compared.
    pub fields: Vec<String>,
    /// May the plan clear a value that is empty in the directory?
    pub clear_empty: bool,
}

impl Default for Drift {
    fn default() -> Self {
        let fields = Field::compared_by_default().into_iter().map(String::from).collect();
        Self { fields, clear_empty: false }
    }
}

words! {
    /// What a plan may propose. Not every choice is allowed for every kind; [`Config::problems`] says which is not.
    Choice {
        /// Switch the account off.
        Deactivate = "deactivate",
        /// Take away its role and its groups.
        Demote = "demote",
        /// Delete the account.
        Delete = "delete",
        /// Create an account.
        Create = "create",
        /// Write the directory's values.
        Update = "update",
        /// Only report.
        Report = "report",
    }
}

/// `[policy]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// deactivate, demote, delete or report
    pub orphan: Choice,
    /// deactivate, demote, delete or report
    pub leaver: Choice,
    /// deactivate, demote or report
    pub suspended: Choice,
    /// What a certification's `revoke` becomes: deactivate, demote or delete
    pub revoked: Choice,
    /// deactivate, demote or report
    pub dormant: Choice,
    /// Days without a sign-in after which an account is dormant.
    pub dormant_days: u32,
    /// create or report
    pub missing: Choice,
    /// update or report
    pub drift: Choice,
    /// What `demote` leaves an account with.
    pub demoted_role: String,
    /// Days after which an account is proposed for deletion that this tool deactivated or demoted, while it is still an orphan or a
    /// leaver; 0 proposes none.
    pub delete_after_days: u32,
    /// The role of created accounts.
    pub default_role: String,
    /// Whether Domo sends an invitation to a created account.
    pub send_invite: bool,
    /// Days until a plan expires.
    pub plan_valid_days: u32,
    /// The one who applies may not be the one who approved.
    pub second_person: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            orphan: Choice::Deactivate,
            leaver: Choice::Deactivate,
            revoked: Choice::Deactivate,
            suspended: Choice::Report,
            dormant: Choice::Report,
            dormant_days: 90,
            missing: Choice::Report,
            drift: Choice::Update,
            demoted_role: "Social".into(),
            delete_after_days: 0,
            default_role: "Participant".into(),
            send_invite: false,
            plan_valid_days: 30,
            second_person: false,
        }
    }
}

/// `[guards]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Guards {
    /// Deactivations and deletions still to be done.
    pub max_deactivations: u64,
    /// The same as a share of active accounts; not looked at below 20 of them.
    pub max_deactivations_percent: u64,
    /// Updates as a share of active accounts.
    pub max_updates_percent: u64,
    /// Creates.
    pub max_creates: u64,
    /// Active Admin accounts that must remain.
    pub min_admins: u64,
}

impl Default for Guards {
    fn default() -> Self {
        Self { max_deactivations: 50, max_deactivations_percent: 10, max_updates_percent: 50, max_creates: 200, min_admins: 2 }
    }
}

/// `[[link]]`: somebody decided whose an account is. Both sides by what does not change, or by an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The account's e-mail address or Domo id.
    #[serde(deserialize_with = "account::named")]
    #[schemars(schema_with = "account::named_schema")]
    pub account: String,
    /// The person's employee number or an e-mail address in the directory.
    pub person: String,
    /// Why, for the next who asks.
    pub reason: String,
    /// Who decided.
    pub owner: String,
    /// False: the account is *not* that person's, although their keys are equal or nearly so.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub same: bool,
}

fn yes() -> bool {
    true
}

fn is_yes(same: &bool) -> bool {
    *same
}

/// `[[exclude]]`: accounts that are not people, by e-mail pattern or id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exclude {
    /// An e-mail pattern; `*` is a wildcard.
    pub email: Option<String>,
    /// A Domo id.
    #[serde(default, deserialize_with = "account::id")]
    #[schemars(schema_with = "account::id_schema")]
    pub id: Option<u64>,
    /// Why these are not people.
    pub reason: String,
    /// Who answers for them; without one the rule is a `quality` finding.
    pub owner: Option<String>,
}

/// `[[role]]`: people whose fields match should have this role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RoleRule {
    /// The role.
    pub role: String,
    /// Which people.
    #[serde(flatten)]
    pub people: Rule,
}

/// `[[group]]`: new accounts of people whose fields match join these groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct GroupRule {
    /// Names of Domo groups.
    pub groups: Vec<String>,
    /// Which people.
    #[serde(flatten)]
    pub people: Rule,
}

/// `[[exception]]`: findings of one account that are accepted until a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// E-mail or Domo id.
    #[serde(deserialize_with = "account::named")]
    #[schemars(schema_with = "account::named_schema")]
    pub account: String,
    /// Kinds of finding that are accepted.
    pub kinds: Vec<Kind>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it holds.
    #[serde(with = "toml_date")]
    #[schemars(with = "NaiveDate")]
    pub expires: NaiveDate,
    /// The `[[instance]]` whose finding it is, where it is not accepted in all of them.
    #[serde(default, deserialize_with = "instance::optional_name", skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}

/// `[report]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// The heading.
    pub title: String,
    /// Printed on every page, such as `Confidential`.
    pub classification: Option<String>,
    /// A zone such as `Europe/Berlin`, shown beside UTC.
    pub timezone: Option<String>,
    /// The company's e-mail domains, where those of the directory's addresses are not it: accounts outside are listed as external.
    pub company_domains: Vec<String>,
    /// A folder whose files replace the built-in templates by name, relative to the configuration file.
    pub templates: Option<PathBuf>,
    /// Where a copy of a run folder can be opened, such as `https://reports.acme.com/domo/`: the notice links to it.
    pub url: Option<String>,
}

impl Report {
    /// Where the report of a run can be opened.
    pub fn link(&self, run_id: &str) -> Option<String> {
        self.url.as_deref().map(|url| format!("{}/{run_id}/report.html", url.trim().trim_end_matches('/')))
    }

    /// The day it is at a moment: in [`Self::timezone`], else in UTC.
    pub fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        let zone = self.timezone.as_deref().and_then(|zone| zone.parse::<chrono_tz::Tz>().ok());
        zone.map_or(now.date_naive(), |zone| now.with_timezone(&zone).date_naive())
    }

    /// Whether a day has begun at this moment neither in [`Self::timezone`] nor in UTC: to judge it is a forecast.
    pub fn lies_ahead(&self, day: NaiveDate, now: DateTime<Utc>) -> bool {
        day > self.today(now).max(now.date_naive())
    }
}

impl Default for Report {
    fn default() -> Self {
        Self {
            title: "Domo access review".into(),
            classification: None,
            timezone: None,
            company_domains: Vec::new(),
            templates: None,
            url: None,
        }
    }
}

/// `[notify]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Notify {
    /// The environment variable that holds the webhook's address.
    pub url_env: Option<String>,
    /// What is sent there.
    pub form: NotifyForm,
    /// A file for the node exporter's textfile collector, relative to the configuration file.
    pub textfile: Option<PathBuf>,
}

/// What a webhook takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotifyForm {
    /// A document for programs, with `text` for people.
    #[default]
    Json,
    /// An incoming webhook of Slack, or of what speaks like it.
    Slack,
    /// A workflow of Teams: an Adaptive Card.
    Teams,
}

/// `[[instance]]`: one of several Domos; what it names overrides `[domo]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// `acme-eu` for `acme-eu.domo.com`.
    #[serde(deserialize_with = "instance::name")]
    pub name: String,
    /// The variable that holds this instance's client id.
    pub client_id_env: Option<String>,
    /// The variable that holds this instance's client secret.
    pub client_secret_env: Option<String>,
    /// This instance's API address, where it is not Domo's own.
    pub api_url: Option<String>,
    /// The people of this instance: canonical field = patterns.
    #[serde(default)]
    pub people: Option<Rule>,
    /// See `[domo]`.
    pub requests_per_minute: Option<u32>,
    /// See `[domo]`.
    pub concurrency: Option<usize>,
    /// See `[domo]`.
    pub page_size: Option<usize>,
    /// See `[domo]`.
    pub client_owner: Option<String>,
    /// See `[domo]`.
    pub deactivate_with: Option<DeactivateWith>,
    /// See `[domo]`.
    pub groups: Option<bool>,
    /// See `[domo]`.
    pub activity_days: Option<u32>,
}
/// TOML has dates; chrono reads text.
mod toml_date {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(date: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(date)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Date(toml::value::Datetime),
            Text(String),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Date(date) => date.to_string(),
            Written::Text(text) => text,
        };
        text.parse().map_err(|_| D::Error::custom(format!("`{text}` is not a day such as 2027-03-31")))
    }
}
