//! [`Sealed`], a plan whose digest was found to fit; and why a file is none.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::canonical::digest_of;
use super::decision::Decision;
use super::format::{Plan, SCHEMA, is_plan_schema, pretty};
use super::unambiguous::unambiguous;
use crate::terms::ActionKind;

/// Why a file is not a plan that may be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not JSON, or not a plan at all.
    #[error("this is not a plan: {0}")]
    NotAPlan(String),
    /// A plan of a version this program does not know, or with an action that only such a one knows.
    #[error("the plan has {0}, which this version does not know; it reads {SCHEMA}")]
    Newer(String),
    /// A decision that somebody wrote by hand cannot be read.
    #[error("the decision on {0}")]
    Decision(String),
    /// It was changed after it was made.
    #[error("the plan was changed after it was made: {0}")]
    Tampered(String),
}

/// A plan whose digest was found to fit. Only its decisions can change.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    plan: Plan,
    /// The document as it was read, where the types would write another one: the digest is over it.
    document: Option<Value>,
}

impl Sealed {
    /// Reads `plan.json`. The digest is computed over what stands in the file, before anything is made of it.
    ///
    /// # Errors
    /// The text is no plan, a decision in it is none, or it was changed since it was sealed.
    pub fn read(text: &str) -> Result<Self, Problem> {
        unambiguous(text).map_err(|error| match serde_json::from_str::<Value>(text) {
            // JSON, but with a key twice: readers differ in which one they show.
            Ok(_) => Problem::Tampered(error.to_string()),
            Err(_) => Problem::NotAPlan(error.to_string()),
        })?;
        let document: Value = serde_json::from_str(text).map_err(|error| Problem::NotAPlan(error.to_string()))?;
        let schema = document.get("schema").and_then(Value::as_str).unwrap_or_default();
        let digest = document.get("digest").and_then(Value::as_str);
        let (Some(digest), true) = (digest, is_plan_schema(schema)) else {
            return Err(Problem::NotAPlan(format!("it has no `schema` {SCHEMA} or no `digest`")));
        };
        if schema != SCHEMA {
            return Err(Problem::Newer(format!("the format {schema}")));
        }
        let actual = digest_of(&document);
        if digest != actual {
            return Err(Problem::Tampered(format!("its content has the digest {actual}, but it says {digest}")));
        }
        // All else was written by this program, as the digest shows.
        for (action, decision) in document.get("decisions").and_then(Value::as_object).into_iter().flatten() {
            if let Err(error) = Decision::deserialize(decision) {
                return Err(Problem::Decision(format!("{action} cannot be read: {error}")));
            }
        }
        let kinds = document["actions"].as_array().into_iter().flatten().map(|action| &action["kind"]);
        if let Some(kind) = kinds.into_iter().find(|kind| kind.is_string() && ActionKind::deserialize(*kind).is_err()) {
            return Err(Problem::Newer(format!("an action of the kind {kind}")));
        }
        let plan: Plan = serde_json::from_str(text).map_err(|error| Problem::NotAPlan(error.to_string()))?;
        let rewritten = serde_json::to_value(&plan).map_err(|error| Problem::NotAPlan(error.to_string()))?;
        let sealed = Self { plan, document: (digest_of(&rewritten) != digest).then_some(document) };
        sealed.consistent()?;
        Ok(sealed)
    }

    /// A plan that was just made; its digest is checked all the same.
    ///
    /// # Errors
    /// It is no plan whose digest fits: a defect.
    pub fn made(plan: Plan) -> Result<Self, Problem> {
        let text = plan.to_json().map_err(|error| Problem::NotAPlan(error.to_string()))?;
        Self::read(&text)
    }

    /// What a digest cannot say: ids that are unique, and decisions that belong to actions.
    fn consistent(&self) -> Result<(), Problem> {
        let mut ids = BTreeSet::new();
        let mut accounts = BTreeSet::new();
        for action in &self.plan.actions {
            if !ids.insert(action.id.as_str()) {
                return Err(Problem::Tampered(format!("two actions have the id {}", action.id)));
            }
            if let Some(account) = action.account_id
                && !accounts.insert(account)
            {
                return Err(Problem::Tampered(format!("two actions are about account {account}")));
            }
        }
        let findings: BTreeSet<&str> = self.plan.findings.iter().map(|open| open.finding.as_str()).collect();
        match self.plan.decisions.keys().find(|id| !ids.contains(id.as_str()) && !findings.contains(id.as_str())) {
            Some(foreign) => {
                Err(Problem::Tampered(format!("there is a decision on {foreign}, which is neither an action nor a finding of it")))
            }
            None => Ok(()),
        }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The plan alone.
    pub(super) fn into_plan(self) -> Plan {
        self.plan
    }

    /// Records a decision on one of its actions, or on a finding without one. What it replaces is in its `earlier` list already.
    pub(super) fn decide(&mut self, subject: &str, decision: Decision) {
        self.plan.decisions.insert(subject.to_owned(), decision);
    }

    /// The file's text: in the order of the types where that is the same document, else as it was read, with the decisions.
    ///
    /// # Errors
    /// None in practice: a plan is JSON.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let Some(mut document) = self.document.clone() else { return self.plan.to_json() };
        if let Value::Object(fields) = &mut document {
            fields.insert("decisions".into(), serde_json::to_value(&self.plan.decisions)?);
        }
        pretty(&document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plan_is_told_from_what_was_changed() {
        assert!(matches!(Sealed::read("{"), Err(Problem::NotAPlan(_))));
        assert!(matches!(Sealed::read("[]"), Err(Problem::NotAPlan(_))));
        let newer = r#"{"schema": "domo-reconcile/plan/v9", "digest": "sha256:0"}"#;
        assert!(matches!(Sealed::read(newer), Err(Problem::Newer(_))));
        let changed = format!(r#"{{"schema": "{SCHEMA}", "digest": "sha256:0"}}"#);
        assert!(matches!(Sealed::read(&changed), Err(Problem::Tampered(_))));
    }
}
