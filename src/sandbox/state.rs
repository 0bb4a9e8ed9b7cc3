//! What the sandbox knows: users, tokens, invitations, and what was asked of it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{NaiveDate, NaiveTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::fault::Fault;
use super::groups::Group;
use super::profile::Profile;
use super::{ActivityEvent, DataFlow, DataSet, Options, Request};
use crate::domo::SUPPORT_ID;
use crate::domo::extras::{self, Extra};
use crate::terms::Role;

pub(super) struct State {
    /// In the order they are listed; as text, because a million objects would not fit otherwise.
    users: Vec<User>,
    /// Deleted users that GET still knows.
    deleted: HashMap<u64, Map<String, Value>>,
    /// What SCIM clients wrote, as they wrote it.
    pub(super) scim: HashMap<u64, Map<String, Value>>,
    pub(super) groups: Vec<Group>,
    /// The activity log.
    pub(super) activity: Vec<ActivityEvent>,
    pub(super) datasets: Vec<DataSet>,
    pub(super) dataflows: Vec<DataFlow>,
    domains: Vec<String>,
    pub(super) tokens: HashMap<String, Token>,
    pub(super) invites: Vec<String>,
    pub(super) log: Vec<Request>,
    /// The account behind the API client.
    pub(super) owner: Option<u64>,
    pub(super) faults: Vec<Fault>,
    /// When the requests of the last minute came.
    pub(super) recent: VecDeque<Instant>,
    next_id: u64,
    pub(super) profile: Profile,
    /// What is still shown of users whose change shows later, and until when.
    shadows: HashMap<u64, (Instant, User)>,
    /// The next page behind the first begins a row early.
    pub(super) edge: bool,
}

struct User {
    id: u64,
    json: String,
}

/// What a token is good for.
pub(super) struct Token {
    pub(super) end: Instant,
    /// Separated by spaces.
    pub(super) scope: String,
}

/// Why a user cannot be saved.
pub(super) struct Wrong(pub(super) u16, pub(super) String);

impl State {
    pub(super) fn new(options: &Options) -> Result<Self> {
        let mut state = Self {
            users: Vec::with_capacity(options.accounts.len()),
            deleted: HashMap::new(),
            scim: HashMap::new(),
            groups: Vec::new(),
            activity: options.activity.clone(),
            datasets: options.datasets.clone(),
            dataflows: options.dataflows.clone(),
            domains: options.domains.clone(),
            tokens: HashMap::new(),
            invites: Vec::new(),
            log: Vec::new(),
            owner: options.owner.or_else(|| options.accounts.iter().find_map(ordinary_admin)),
            faults: options.faults.clone(),
            recent: VecDeque::new(),
            next_id: 1_000_000_000,
            profile: options.profile.clone(),
            shadows: HashMap::new(),
            edge: false,
        };
        options.owners.iter().for_each(|owner| state.own(*owner));
        let mut memberships = BTreeMap::new();
        for (position, account) in options.accounts.iter().enumerate() {
            let extra = account.as_object().map(extras::of).transpose().with_context(|| format!("user {}", position + 1))?;
            let user = || -> Option<User> {
                let object = account.as_object()?;
                let id = match object.get("id")? {
                    Value::String(text) => text.parse().ok()?,
                    other => other.as_u64()?,
                };
                let mut object = object.clone();
                object.remove(extras::KEY);
                state.know(id, extra.unwrap_or_default(), &mut memberships);
                state.profile.dress(&mut object);
                Some(User { id, json: serde_json::to_string(&object).ok()? })
            };
            let user = user().with_context(|| format!("user {} has no usable id", position + 1))?;
            state.next_id = state.next_id.max(user.id + 1);
            state.users.push(user);
        }
        for n in 0..options.made_up {
            let id = state.new_id();
            let user = json!({
                "id": id, "name": format!("Person Number{n}"), "email": format!("person.number{n}@acme.example"), "role": "Participant",
                "title": "Senior Business Analyst", "department": "Finance and Controlling", "phone": format!("801-555-{n:07}"),
                "location": "American Fork", "timezone": "America/Denver", "locale": "en-US", "employeeNumber": (10_000_000 + n).to_string(),
                "active": true, "createdAt": "2024-02-01T09:00:00Z",
            });
            state.users.push(User { id, json: user.to_string() });
        }
        let named = options.groups.iter().cloned().map(|(name, members)| ((None, name), members));
        for ((id, name), members) in named.chain(memberships) {
            let dynamic = options.dynamic_groups.contains(&name);
            let group = Group { id: id.unwrap_or_else(|| state.new_id()), name, active: true, dynamic, members };
            state.groups.push(group);
        }
        Ok(state)
    }

    /// What a snapshot says beside Domo's own fields is told where Domo tells it: groups, and the activity log.
    fn know(&mut self, id: u64, extra: Extra, memberships: &mut BTreeMap<(Option<u64>, String), Vec<u64>>) {
        for group in extra.groups.into_iter().flatten() {
            let known = group.group().map(|group| group.id);
            memberships.entry((known, group.name().to_owned())).or_default().push(id);
        }
        let day = extra.last_seen.and_then(|day| day.parse::<NaiveDate>().ok());
        let evening = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
        let time = day.map(|day| day.and_time(evening).and_utc().min(Utc::now()).timestamp_millis());
        self.activity.extend(time.map(|time| ActivityEvent { user: id, time, action: "LOGIN".into(), actor: 0, object: None }));
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id - 1
    }

    pub(super) fn users(&self) -> impl Iterator<Item = Map<String, Value>> {
        self.users.iter().filter_map(|user| serde_json::from_str(&user.json).ok())
    }

    /// One page as JSON text.
    pub(super) fn page(&self, offset: usize, limit: usize) -> String {
        let begins_early = self.edge && offset > 0 && offset < self.users.len();
        let early = begins_early.then(|| &self.users[offset - 1]);
        let rows = early.into_iter().chain(self.users.iter().skip(offset + usize::from(begins_early)));
        let rows = rows.take(limit).map(|user| self.shadowed(user.id).unwrap_or(user).json.as_str());
        format!("[{}]", rows.collect::<Vec<_>>().join(","))
    }

    /// Whatever happens to the user of this path now shows only later.
    pub(super) fn shadow(&mut self, path: &str, wait: Duration) {
        let id = path.rsplit('/').next().and_then(|id| id.parse().ok());
        if let Some(user) = self.users.iter().find(|user| Some(user.id) == id).filter(|user| self.shadowed(user.id).is_none()) {
            let user = User { id: user.id, json: user.json.clone() };
            self.shadows.insert(user.id, (Instant::now() + wait, user));
        }
    }

    /// What is still shown of a user.
    fn shadowed(&self, id: u64) -> Option<&User> {
        self.shadows.get(&id).filter(|(until, _)| Instant::now() < *until).map(|(_, user)| user)
    }

    pub(super) fn get(&self, id: u64) -> Option<Map<String, Value>> {
        let user = self.shadowed(id).or_else(|| self.users.iter().find(|user| user.id == id))?;
        serde_json::from_str(&user.json).ok()
    }

    pub(super) fn deleted(&self, id: u64) -> Option<&Map<String, Value>> {
        self.deleted.get(&id)
    }

    /// The id of the user who was created last.
    pub(super) fn newest(&self) -> Option<u64> {
        self.users.last().map(|user| user.id)
    }

    /// Whether the account behind the API client may manage people: a client has the rights of whoever made it. A role of the
    /// instance's own may.
    pub(super) fn may_manage(&self) -> bool {
        let role = self.owner.and_then(|owner| self.get(owner)?.get("role")?.as_str().map(str::to_owned));
        !self.profile.checks_rights || role.and_then(|role| Role::from_word(&role)).is_none_or(Role::may_administer)
    }

    /// The groups of a user, as one GET tells them.
    pub(super) fn groups_of(&self, id: u64) -> Vec<Value> {
        let of = self.groups.iter().filter(|group| group.members.contains(&id));
        of.map(|group| json!({"id": group.id, "name": group.name})).collect()
    }

    /// By address, without regard to case: an address is unique.
    pub(super) fn by_email(&self, email: &str) -> Option<u64> {
        let email = email.to_lowercase();
        self.users().find_map(|user| {
            let found = user.get("email")?.as_str()?.to_lowercase();
            (found == email).then(|| user.get("id")?.as_u64()).flatten()
        })
    }

    pub(super) fn create(&mut self, mut object: Map<String, Value>) -> Result<Map<String, Value>, Wrong> {
        self.fits(&object, None)?;
        let email = object.get("email").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        // An address that belonged to a deleted user brings that user back.
        let revived = self
            .deleted
            .iter()
            .find(|(_, user)| user.get("email").and_then(Value::as_str).is_some_and(|found| found.to_lowercase() == email));
        let id = revived.map(|(id, _)| *id);
        let id = id.unwrap_or_else(|| self.new_id());
        self.scim.remove(&id);
        self.deleted.remove(&id);
        object.insert("id".into(), json!(id));
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
        object.insert("createdAt".into(), json!(now));
        if self.profile.honours_active {
            object.entry("active").or_insert(Value::Bool(true));
        }
        self.profile.dress(&mut object);
        let json = serde_json::to_string(&object).map_err(|error| Wrong(500, error.to_string()))?;
        self.users.push(User { id, json });
        Ok(object)
    }

    pub(super) fn update(&mut self, id: u64, mut object: Map<String, Value>) -> Result<Map<String, Value>, Wrong> {
        let before = self.get(id).ok_or_else(|| Wrong(self.profile.unknown, "User not found".into()))?;
        self.fits(&object, Some(id))?;
        if !self.profile.honours_active {
            object.remove("active");
        }
        let mut after = if self.profile.put_replaces { Map::new() } else { before.clone() };
        after.extend(object);
        for own in ["id", "createdAt", "image", "groups"] {
            match before.get(own) {
                Some(value) => drop(after.insert(own.into(), value.clone())),
                None => drop(after.remove(own)),
            }
        }
        if self.profile.recorded_types {
            let now = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
            after.insert("updatedAt".into(), json!(now));
            // The role's name wins over its id.
            if before.get("role") != after.get("role") {
                after.remove("roleId");
            }
        }
        self.profile.dress(&mut after);
        self.scim.remove(&id);
        self.save(id, &after)?;
        Ok(after)
    }

    /// Writes an object as it is.
    pub(super) fn save(&mut self, id: u64, object: &Map<String, Value>) -> Result<(), Wrong> {
        let json = serde_json::to_string(object).map_err(|error| Wrong(500, error.to_string()))?;
        if let Some(user) = self.users.iter_mut().find(|user| user.id == id) {
            user.json = json;
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, id: u64) -> Result<(), Wrong> {
        let user = self.get(id).ok_or_else(|| Wrong(self.profile.unknown, "User not found".into()))?;
        if self.holds(id) {
            return Err(Wrong(409, "The user owns DataSets or DataFlows and cannot be deleted".into()));
        }
        self.users.retain(|user| user.id != id);
        self.scim.remove(&id);
        self.groups.iter_mut().for_each(|group| group.members.retain(|member| *member != id));
        self.deleted.insert(id, user);
        Ok(())
    }

    /// What Domo checks: required fields, the five roles as they are spelt, addresses that are unique.
    pub(super) fn fits(&self, object: &Map<String, Value>, id: Option<u64>) -> Result<(), Wrong> {
        for field in ["name", "email", "role"] {
            if object.get(field).and_then(Value::as_str).is_none_or(str::is_empty) {
                return Err(Wrong(400, format!("{field} is required")));
            }
        }
        let role = object.get("role").and_then(Value::as_str).unwrap_or_default();
        let as_before = id.and_then(|id| self.get(id)).is_some_and(|before| before.get("role") == object.get("role"));
        if !as_before && Role::from_word(role).is_none() {
            return Err(Wrong(400, format!("Invalid role: {role}")));
        }
        let email = object.get("email").and_then(Value::as_str).unwrap_or_default();
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        let kept = id.and_then(|id| self.get(id)).is_some_and(|before| before.get("email") == object.get("email"));
        if !kept && !self.domains.is_empty() && !self.domains.iter().any(|known| known.eq_ignore_ascii_case(domain)) {
            return Err(Wrong(400, format!("The domain {domain} is not authorized for this instance")));
        }
        match self.by_email(email) {
            Some(other) if Some(other) != id => {
                Err(Wrong(if self.profile.recorded_types { 400 } else { 409 }, format!("Email already in use: {email}")))
            }
            _ => Ok(()),
        }
    }

    // What faults do to the list between two pages.

    pub(super) fn vanish(&mut self) {
        if !self.users.is_empty() {
            self.users.remove(0);
        }
    }

    pub(super) fn appear(&mut self) {
        let id = self.new_id();
        let json = json!({"id": id, "name": format!("New {id}"), "email": format!("new{id}@example.com"), "role": "Participant"});
        self.users.insert(0, User { id, json: json.to_string() });
    }

    pub(super) fn rotate(&mut self) {
        if let Some(last) = self.users.pop() {
            self.users.insert(0, last);
        }
    }
}

/// The id of an active Admin who is a person.
fn ordinary_admin(user: &Value) -> Option<u64> {
    let text = |field: &str| user.get(field).and_then(Value::as_str);
    let told = |field: &str| user.get(field).and_then(Value::as_bool);
    let id = user.get("id")?.as_u64()?;
    let person = id != SUPPORT_ID && !text("email")?.starts_with("svc-");
    (person && text("role") == Some("Admin") && told("active") != Some(false) && told("deleted") != Some(true)).then_some(id)
}

impl Profile {
    /// Gives an object the types this Domo sends.
    fn dress(&self, object: &mut Map<String, Value>) {
        if !self.recorded_types {
            return;
        }
        object.remove("active");
        if let Some(Value::String(number)) = object.get("employeeNumber") {
            match number.parse::<u64>() {
                Ok(number) => drop(object.insert("employeeNumber".into(), json!(number))),
                Err(_) => drop(object.remove("employeeNumber")),
            }
        }
        let role = object.get("role").and_then(Value::as_str).unwrap_or_default();
        if let Some(role) = Role::from_word(role) {
            object.entry("roleId").or_insert(json!(role.id()));
        }
        let created = object.get("createdAt").and_then(Value::as_str);
        let created = created.and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
        // Seconds written as if they were milliseconds: the recordings' 1970.
        if let Some(created) = created.filter(|created| created.timestamp() > 315_532_800)
            && let Some(shown) = chrono::DateTime::from_timestamp_millis(created.timestamp())
        {
            object.insert("createdAt".into(), json!(shown.to_rfc3339_opts(SecondsFormat::Millis, true)));
        }
        // Unset fields are left out, not null.
        object.retain(|_, value| !value.is_null());
    }
}
