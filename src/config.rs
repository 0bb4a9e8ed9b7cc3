//! `domo-reconcile.toml`: every key, its default, and a loader that refuses what it does not know.
//!
//! Flag beats environment beats file; the flags are applied by the commands. Secrets are never in the file: it names the
//! environment variables that hold them. The words of the contract that a file may use (keys, statuses, kinds) live here too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The name looked for in the current folder when no `--config` is given.
pub const DEFAULT_FILE: &str = "domo-reconcile.toml";

/// The canonical fields of a directory row.
pub const FIELDS: &[&str] = &[
    "email",
    "alternate_email",
    "employee_number",
    "name",
    "given_name",
    "family_name",
    "title",
    "department",
    "location",
    "phone",
    "status",
    "hire_date",
    "termination_date",
    "manager_email",
    "user_type",
    "groups",
    "role",
];

/// The only roles that are ever written, exactly like this.
pub const ROLES: &[&str] = &["Admin", "Privileged", "Editor", "Participant", "Social"];

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
            groups: false,
            activity_days: 0,
        }
    }
}

/// Which API carries out a deactivation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeactivateWith {
    /// `PUT /v1/users/{id}` with `active: false`.
    #[default]
    Rest,
    /// SCIM `PATCH active`. Domo's own article says that this deletes the user.
    Scim,
}

/// `[[directory]]`: one export. Everything but the path is found by itself and may be overridden.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Directory {
    /// The file, relative to the configuration file.
    pub path: PathBuf,
    /// Its format, where the content should not decide.
    pub format: Option<Format>,
    /// The sheet of a workbook.
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
}

/// The three formats a directory export is loaded from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Delimited text.
    Csv,
    /// A workbook.
    Xlsx,
    /// JSON, in an envelope or one object a line.
    Json,
}

/// The order of day, month and year in numeric dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// 31/12/2026
    Dmy,
    /// 12/31/2026
    Mdy,
    /// 2026/12/31
    Ymd,
}

/// The canonical status of a person in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Employed.
    Active,
    /// Employed, on leave.
    Leave,
    /// Switched off in the directory without saying why.
    Suspended,
    /// Employment has ended.
    Terminated,
    /// Employment has not begun.
    Prehire,
    /// The directory's word means nothing certain.
    Unknown,
}

impl Status {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Leave => "leave",
            Self::Suspended => "suspended",
            Self::Terminated => "terminated",
            Self::Prehire => "prehire",
            Self::Unknown => "unknown",
        }
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

/// A correlation key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// The main e-mail address.
    Email,
    /// Any further address, against the other side's main and further addresses.
    AlternateEmail,
    /// The employee number, as text.
    EmployeeNumber,
}

impl Key {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::AlternateEmail => "alternate_email",
            Self::EmployeeNumber => "employee_number",
        }
    }
}

/// The kinds of finding, worst first as the report lists them. The words are an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the words of the report's glossary
pub enum Kind {
    Leaver,
    Suspended,
    Orphan,
    Conflict,
    Ambiguous,
    Duplicate,
    Early,
    NotEvaluable,
    Drift,
    Missing,
    Quality,
    Deactivated,
    Exception,
}

impl Kind {
    /// Every kind, in the report's order.
    pub const ALL: [Kind; 13] = [
        Kind::Leaver,
        Kind::Suspended,
        Kind::Orphan,
        Kind::Conflict,
        Kind::Ambiguous,
        Kind::Duplicate,
        Kind::Early,
        Kind::NotEvaluable,
        Kind::Drift,
        Kind::Missing,
        Kind::Quality,
        Kind::Deactivated,
        Kind::Exception,
    ];

    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Leaver => "leaver",
            Self::Suspended => "suspended",
            Self::Orphan => "orphan",
            Self::Conflict => "conflict",
            Self::Ambiguous => "ambiguous",
            Self::Duplicate => "duplicate",
            Self::Early => "early",
            Self::NotEvaluable => "not-evaluable",
            Self::Drift => "drift",
            Self::Missing => "missing",
            Self::Quality => "quality",
            Self::Deactivated => "deactivated",
            Self::Exception => "exception",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
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
        let fields = ["name", "title", "department", "location", "phone", "employee_number", "email"];
        Self { fields: fields.map(String::from).into(), clear_empty: false }
    }
}

/// What a plan may propose. Not every choice is allowed for every kind; [`Config::problems`] says which is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// Switch the account off.
    Deactivate,
    /// Delete the account.
    Delete,
    /// Create an account.
    Create,
    /// Write the directory's values.
    Update,
    /// Only report.
    Report,
}

/// `[policy]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// deactivate, delete or report
    pub orphan: Choice,
    /// deactivate, delete or report
    pub leaver: Choice,
    /// deactivate or report
    pub suspended: Choice,
    /// create or report
    pub missing: Choice,
    /// update or report
    pub drift: Choice,
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
            suspended: Choice::Report,
            missing: Choice::Report,
            drift: Choice::Update,
            default_role: "Participant".into(),
            send_invite: false,
            plan_valid_days: 7,
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

/// `[[exclude]]`: accounts that are not people, by e-mail pattern or id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exclude {
    /// An e-mail pattern; `*` is a wildcard.
    pub email: Option<String>,
    /// A Domo id.
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
    /// A folder whose files replace the built-in templates by name, relative to the configuration file.
    pub templates: Option<PathBuf>,
}

impl Default for Report {
    fn default() -> Self {
        Self { title: "Domo access review".into(), classification: None, timezone: None, templates: None }
    }
}

/// `[notify]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Notify {
    /// The environment variable that holds the webhook's address.
    pub url_env: Option<String>,
    /// A file for the node exporter's textfile collector.
    pub textfile: Option<PathBuf>,
}

/// `[[instance]]`: one of several Domos; what it names overrides `[domo]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// `acme-eu` for `acme-eu.domo.com`.
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

/// The configuration, the file it came from and that file's bytes.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// What the file says, with defaults.
    pub config: Config,
    /// The file, where there is one.
    pub path: Option<PathBuf>,
    /// Its text; empty without a file.
    pub text: String,
}

impl Loaded {
    /// Reads `path`, or [`DEFAULT_FILE`] in the current folder if it is there, or takes the defaults. Relative paths in the file
    /// are resolved against its folder.
    pub fn read(path: Option<&Path>) -> Result<Self> {
        let found = match path {
            Some(path) => path.to_owned(),
            None if Path::new(DEFAULT_FILE).exists() => PathBuf::from(DEFAULT_FILE),
            None => return Ok(Self::default()),
        };
        let text = std::fs::read_to_string(&found).with_context(|| {
            Failure::usage(format!("cannot read the configuration {}", found.display()))
                .hint("name an existing TOML file with --config")
        })?;
        let mut config = Config::parse(&text).with_context(|| {
            Failure::usage(format!("the configuration {} is not valid", found.display()))
                .hint("`domo-reconcile schema config` prints every key there is")
        })?;
        let base = found.parent().unwrap_or(Path::new("")).to_owned();
        for directory in &mut config.directory {
            directory.path = base.join(&directory.path);
        }
        if let Some(templates) = &mut config.report.templates {
            *templates = base.join(&templates);
        }
        Ok(Self { config, path: Some(found), text })
    }
}

impl Config {
    /// Parses the text of a configuration file. The error names key, line and the nearest known key.
    pub fn parse(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text).map_err(|error| anyhow::anyhow!("{}", with_suggestion(&error.to_string())))?;
        match config.problems().as_slice() {
            [] => Ok(config),
            problems => Err(Failure::usage(problems.join("; ")).into()),
        }
    }

    /// What is wrong with values that parse: every problem, at once.
    pub fn problems(&self) -> Vec<String> {
        use Choice::{Create, Deactivate, Delete, Report, Update};
        let mut problems = Vec::new();
        let policy = &self.policy;
        for (key, choice, allowed) in [
            ("orphan", policy.orphan, &[Deactivate, Delete, Report][..]),
            ("leaver", policy.leaver, &[Deactivate, Delete, Report]),
            ("suspended", policy.suspended, &[Deactivate, Report]),
            ("missing", policy.missing, &[Create, Report]),
            ("drift", policy.drift, &[Update, Report]),
        ] {
            if !allowed.contains(&choice) {
                problems.push(format!("[policy] {key} may be one of {allowed:?}, not {choice:?}").to_lowercase());
            }
        }
        if self.domo.page_size == 0 || self.domo.page_size > 500 {
            problems.push(format!("[domo] page_size is 1 to 500, not {}", self.domo.page_size));
        }
        if self.domo.concurrency == 0 {
            problems.push("[domo] concurrency is at least 1".into());
        }
        if self.domo.requests_per_minute == 0 {
            problems.push("[domo] requests_per_minute is at least 1".into());
        }
        if self.matching.keys.is_empty() {
            problems.push("[match] keys needs at least one key".into());
        }
        if let Some(zone) = &self.report.timezone
            && zone.parse::<chrono_tz::Tz>().is_err()
        {
            problems.push(format!("[report] timezone `{zone}` is not a zone such as `Europe/Berlin`"));
        }
        for (place, field) in self.named_fields() {
            if !FIELDS.contains(&field) {
                problems.push(format!("{place} names `{field}`, which is no field of the directory{}", nearest(field, FIELDS)));
            }
        }
        let roles = self.role.iter().map(|rule| ("[[role]] role", &rule.role));
        for (place, role) in roles.chain([("[policy] default_role", &self.policy.default_role)]) {
            if !ROLES.contains(&role.as_str()) {
                problems.push(format!("{place} is one of {}, exactly, not `{role}`", ROLES.join(", ")));
            }
        }
        for exclude in &self.exclude {
            if exclude.email.is_some() == exclude.id.is_some() {
                problems.push(format!("[[exclude]] `{}` needs either email or id", exclude.reason));
            }
        }
        for exception in &self.exception {
            if exception.kinds.is_empty() {
                problems.push(format!("[[exception]] for `{}` names no kinds", exception.account));
            }
            if exception.reason.trim().is_empty() || exception.owner.trim().is_empty() {
                problems.push(format!("[[exception]] for `{}` needs a reason and an owner", exception.account));
            }
        }
        for (index, directory) in self.directory.iter().enumerate() {
            if directory.path.as_os_str().is_empty() {
                problems.push(format!("[[directory]] number {} has no path", index + 1));
            }
        }
        problems
    }

    /// The configuration of one of several instances: what its section names overrides `[domo]`; its people, where it names them,
    /// are those who are expected there. People outside them still match, so that nobody becomes an orphan by a slice.
    pub fn for_instance(&self, instance: &Instance) -> Self {
        let mut config = self.clone();
        let domo = &mut config.domo;
        domo.instance = Some(instance.name.clone());
        domo.requests_per_minute = instance.requests_per_minute.unwrap_or(domo.requests_per_minute);
        domo.concurrency = instance.concurrency.unwrap_or(domo.concurrency);
        domo.page_size = instance.page_size.unwrap_or(domo.page_size);
        domo.client_owner = instance.client_owner.clone().or(domo.client_owner.take());
        domo.deactivate_with = instance.deactivate_with.unwrap_or(domo.deactivate_with);
        domo.groups = instance.groups.unwrap_or(domo.groups);
        domo.activity_days = instance.activity_days.unwrap_or(domo.activity_days);
        config.expected = instance.people.clone().or(config.expected.take());
        config
    }

    /// Every place where the file names a canonical field, and the name.
    fn named_fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let rules = (self.expected.iter().map(|rule| ("[expected]", rule)))
            .chain(self.role.iter().map(|rule| ("[[role]]", &rule.people)))
            .chain(self.group.iter().map(|rule| ("[[group]]", &rule.people)))
            .chain(self.instance.iter().filter_map(|instance| Some(("[[instance]] people", instance.people.as_ref()?))));
        (rules.flat_map(|(place, rule)| rule.keys().map(move |field| (place, field.as_str()))))
            .chain(self.drift.fields.iter().map(|field| ("[drift] fields", field.as_str())))
            .chain(
                self.directory
                    .iter()
                    .flat_map(|directory| directory.columns.keys().map(|field| ("[directory.columns]", field.as_str()))),
            )
    }
}

/// `; did you mean ...?` where a known word is near.
fn nearest(word: &str, known: &[&str]) -> String {
    let near = known.iter().map(|known| (strsim::damerau_levenshtein(word, known), known)).min();
    match near.filter(|(distance, known)| *distance <= known.len().max(4) / 2) {
        Some((_, known)) => format!("; did you mean `{known}`?"),
        None => String::new(),
    }
}

/// serde names the unknown key and the known ones; people want the nearest.
fn with_suggestion(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next().filter(|_| message.contains("unknown field") || message.contains("unknown variant"));
    let suggestion = unknown.map(|unknown| nearest(unknown, &quoted.collect::<Vec<_>>())).unwrap_or_default();
    format!("{}{suggestion}", message.trim_end())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        crate::failure::paragraph(&Config::parse(text).unwrap_err())
    }

    #[test]
    fn an_empty_file_gives_the_defaults() {
        assert_eq!(Config::parse("").unwrap(), Config::default());
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_key() {
        let refusal = refusal("[domo]\ninstance = \"acme\"\nrequest_per_minute = 3\n");
        assert!(refusal.contains("line 3"), "{refusal}");
        assert!(refusal.contains("`request_per_minute`"), "{refusal}");
        assert!(refusal.contains("did you mean `requests_per_minute`?"), "{refusal}");
    }

    #[test]
    fn every_wrong_value_is_said_at_once() {
        let refusal = refusal(
            "[domo]\npage_size = 501\n[policy]\norphan = \"create\"\ndefault_role = \"admin\"\n[expected]\ndepartement = [\"x\"]\n",
        );
        for part in ["page_size is 1 to 500", "[policy] orphan", "default_role", "did you mean `department`?"] {
            assert!(refusal.contains(part), "{part} is not in {refusal}");
        }
    }

    #[test]
    fn an_exception_needs_owner_reason_and_day() {
        let whole =
            "[[exception]]\naccount = \"a@b.example\"\nkinds = [\"orphan\"]\nreason = \"r\"\nowner = \"o\"\nexpires = 2027-03-31\n";
        assert_eq!(Config::parse(whole).unwrap().exception[0].expires, NaiveDate::from_ymd_opt(2027, 3, 31).unwrap());
        for key in ["reason", "owner", "expires"] {
            let without: Vec<_> = whole.lines().filter(|line| !line.starts_with(key)).collect();
            assert!(refusal(&without.join("\n")).contains(key));
        }
    }
}
