//! What the configuration's own rules find: exclusions without an owner, exceptions that cover, have expired or cover nothing.

use std::collections::HashMap;

use super::explain::plural;
use super::finding::{AcceptedBy, Detail, Finding, Kind, Severity};
use super::identity::Draft;
use super::keys::Addresses;
use super::{ExceptionUse, Rules};

/// Exclusions nobody answers for. `counts`: how many accounts each rule excludes.
pub(super) fn without_owner(rules: &Rules<'_>, counts: &[u64]) -> Vec<Draft> {
    let unowned = rules
        .config
        .exclude
        .iter()
        .enumerate()
        .filter(|(_, rule)| rule.owner.as_deref().is_none_or(|owner| owner.trim().is_empty()));
    let found = unowned.map(|(index, rule)| {
        let what = match (&rule.email, rule.id) {
            (Some(email), _) => format!("email = {email}"),
            (None, Some(id)) => format!("id = {id}"),
            (None, None) => String::new(),
        };
        let count = counts.get(index).copied().unwrap_or(0);
        let reason = format!(
            "The exclusion `{what}` ({}) covers {} and names no owner who answers for it",
            rule.reason,
            plural(count, "account", "accounts")
        );
        let detail = Detail::Quality {
            field: Some("owner".into()),
            problem: "exclusion without an owner".into(),
            value: Some(what.clone()),
        };
        Draft::new(Kind::Quality, Severity::Low, format!("exclude:{what}"), reason, detail)
    });
    found.collect()
}

/// Marks what is accepted, says what has expired, and finds the exceptions that cover nothing.
pub(super) fn exceptions(rules: &Rules<'_>, addresses: &Addresses, findings: &mut [Finding]) -> (Vec<ExceptionUse>, Vec<Draft>) {
    let exceptions = &rules.config.exception;
    let mut by_account: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, exception) in exceptions.iter().enumerate() {
        let account = exception.account.trim();
        let key = match account.parse::<u64>() {
            Ok(id) => format!("id:{id}"),
            Err(_) => addresses.key(account).map_or(String::new(), |email| email.into_owned()),
        };
        by_account.entry(key).or_default().push(index);
    }
    let mut uses: Vec<ExceptionUse> = exceptions
        .iter()
        .enumerate()
        .map(|(index, exception)| ExceptionUse { index, findings: Vec::new(), expired: exception.expires < rules.as_of })
        .collect();
    if exceptions.is_empty() {
        return (uses, Vec::new());
    }
    for finding in findings {
        let id = finding.account.as_ref().and_then(|account| account.id).map(|id| format!("id:{id}"));
        let email = match (&finding.account, &finding.person) {
            (Some(account), _) => account.email.as_deref(),
            (None, Some(person)) => person.email.as_deref(),
            (None, None) => None,
        };
        let email = email.and_then(|email| addresses.key(email)).map(|email| email.into_owned());
        let named = [id, email].into_iter().flatten().filter_map(|key| by_account.get(&key)).flatten().copied();
        let mut covering: Vec<usize> = named.filter(|index| exceptions[*index].kinds.contains(&finding.kind)).collect();
        covering.sort_unstable();
        covering.dedup();
        for index in &covering {
            uses[*index].findings.push(finding.id.clone());
        }
        if let Some(index) = covering.iter().find(|index| !uses[**index].expired) {
            let exception = &exceptions[*index];
            finding.action = None;
            finding.exception =
                Some(AcceptedBy { owner: exception.owner.clone(), reason: exception.reason.clone(), expires: exception.expires });
        } else if let Some(exception) = covering.iter().map(|index| &exceptions[*index]).max_by_key(|exception| exception.expires) {
            finding.reason.push_str(&format!(
                "; it had been accepted until {} by {} ({})",
                exception.expires, exception.owner, exception.reason
            ));
        }
    }
    let idle = uses.iter().filter(|usage| usage.findings.is_empty()).map(|usage| {
        let exception = &exceptions[usage.index];
        let kinds: Vec<&str> = exception.kinds.iter().map(|kind| kind.as_str()).collect();
        let (problem, until) = match usage.expired {
            true => ("expired, covers nothing", format!("; it expired on {}", exception.expires)),
            false => ("covers nothing", String::new()),
        };
        let account = exception.account.trim();
        let account = if account.contains('@') { account.to_owned() } else { format!("account {account}") };
        let reason = format!(
            "The exception for {account} ({}) covers no finding of this run{until}: {}",
            kinds.join(", "),
            exception.reason
        );
        let detail = Detail::Exception { account: exception.account.clone(), problem, expires: exception.expires };
        Draft::new(Kind::Exception, Severity::Info, format!("exception:{}:{}", exception.account, kinds.join("+")), reason, detail)
    });
    let idle = idle.collect();
    (uses, idle)
}
