//! Plans made by hand, sealed as real ones are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use domo_reconcile::apply::Order;
use domo_reconcile::config::{self, Config, DeactivateWith};
use domo_reconcile::plan::build::assemble;
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::plan::{
    Action, Applier, Decision, GuardedAccounts, InputDigests, Override, Plan, PlanBinding, Sealed, Terms, Verdict,
};
use domo_reconcile::terms::ActionKind;
use serde_json::{Value, json};

pub fn noon() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub fn action(kind: ActionKind, account: u64, before: Value, after: Value) -> Action {
    let map = |value: Value| value.as_object().cloned().unwrap();
    Action {
        id: format!("A-{}-{account}", kind.as_str()),
        kind,
        finding: Some(format!("F-{account}")),
        account_id: (kind != ActionKind::Create).then_some(account),
        email: Some(format!("p{account}@acme.com")),
        name: Some(format!("Person {account}")),
        before: map(before),
        after: map(after),
        why: format!("because of {account}"),
        through: None,
        blocked: None,
        about: None,
    }
}

pub fn update(account: u64) -> Action {
    action(ActionKind::Update, account, json!({"title": "Analyst"}), json!({"title": "Lead"}))
}

pub fn deactivate(account: u64) -> Action {
    action(ActionKind::Deactivate, account, json!({"active": true}), json!({"active": false}))
}

pub fn create(account: u64) -> Action {
    let after = json!({"email": format!("p{account}@acme.com"), "name": format!("Person {account}"), "role": "Participant"});
    action(ActionKind::Create, account, json!({}), after)
}

/// To carry out a plan by these rules, as bob.
pub fn order<'a>(plan: &'a Path, config: &'a Config) -> Order<'a> {
    static NONE: BTreeMap<String, String> = BTreeMap::new();
    let (superseded, instances, overrides) = (&NONE, vec!["sandbox".into()], Vec::new());
    Order {
        plan,
        home: plan,
        archive: None,
        superseded,
        config,
        instances,
        by: applier("bob"),
        overrides,
        invite: false,
        alone: false,
    }
}

/// A hundred active accounts; 1 to 3 are Admins.
pub fn hundred() -> GuardedAccounts {
    GuardedAccounts {
        active: 100,
        admins: BTreeSet::from([1, 2, 3]),
        protected: BTreeMap::new(),
        own: BTreeSet::from([1]),
        ..GuardedAccounts::default()
    }
}

pub fn plan_judged(actions: Vec<Action>, guarded: &GuardedAccounts, judged: AuditFigures) -> Plan {
    let inputs = InputDigests { accounts: "sha256:a".into(), directory: vec!["sha256:d".into()], config: "sha256:c".into() };
    let context = PlanBinding { run_id: "20261123T120000Z-abcdef".into(), created: noon(), inputs, before: None };
    assemble(actions, Vec::new(), guarded, judged, &Config::default(), &context, "acme").unwrap().unwrap()
}

pub fn plan(actions: Vec<Action>) -> Plan {
    plan_judged(actions, &hundred(), AuditFigures::default())
}

/// All of it approved by Ana.
pub fn approved(mut plan: Plan) -> Sealed {
    let decision = Decision::new(Verdict::Approve, "ana", noon());
    plan.decisions = plan.actions.iter().map(|action| (action.id.clone(), decision.clone())).collect();
    Sealed::made(plan).unwrap()
}

/// A user of the machine who says nothing more.
pub fn applier(user: &str) -> Applier {
    Applier { said: None, user: user.into() }
}

/// What a plan is held against, with everything in order.
pub struct World {
    pub now: DateTime<Utc>,
    pub instances: Vec<String>,
    pub by: Applier,
    pub second_person: bool,
    pub deactivate_with: DeactivateWith,
    pub done: BTreeSet<String>,
    pub guarded: GuardedAccounts,
    pub limits: config::Guards,
    pub overrides: Vec<Override>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            now: noon() + TimeDelta::days(1),
            instances: vec!["acme".into()],
            by: applier("bob"),
            second_person: false,
            deactivate_with: DeactivateWith::Rest,
            done: BTreeSet::new(),
            guarded: hundred(),
            limits: config::Guards::default(),
            overrides: Vec::new(),
        }
    }
}

impl World {
    pub fn terms(&self) -> Terms<'_> {
        Terms {
            now: self.now,
            instances: &self.instances,
            by: &self.by,
            second_person: self.second_person,
            deactivate_with: self.deactivate_with,
            done: &self.done,
            guarded: &self.guarded,
            limits: &self.limits,
            overrides: &self.overrides,
        }
    }

    pub fn overriding(mut self, text: &str) -> Self {
        self.overrides.push(Override::parse(text, "looked at").unwrap());
        self
    }
}
