//! The exceptions of the configuration: what they cover, and what they did until they expired.

use std::collections::HashMap;

use super::correlation::keys::{Addresses, Named};
use super::finding::{AcceptedBy, Finding};
use super::{ExceptionUse, Rules};
use crate::config::Exception;

/// Marks what is accepted and says what had been.
///
/// `tested` says whether all that one may cover was looked for.
pub(super) fn exceptions(
    rules: &Rules<'_>,
    addresses: &Addresses,
    findings: &mut [Finding],
    tested: impl Fn(&Exception) -> bool,
) -> Vec<ExceptionUse> {
    let exceptions = &rules.config.exception;
    let mut by_account: HashMap<Named, Vec<usize>> = HashMap::new();
    for (index, exception) in exceptions.iter().enumerate() {
        if let Some(named) = addresses.named(&exception.account) {
            by_account.entry(named).or_default().push(index);
        }
    }
    let mut uses: Vec<ExceptionUse> = exceptions
        .iter()
        .enumerate()
        .map(|(index, exception)| ExceptionUse {
            index,
            findings: Vec::new(),
            expired: exception.expires < rules.as_of,
            tested: tested(exception),
        })
        .collect();
    if exceptions.is_empty() {
        return uses;
    }
    for finding in findings {
        let id = finding.account.as_ref().and_then(|account| account.id);
        let email = match (&finding.account, &finding.person) {
            (Some(account), _) => account.email.as_deref(),
            (None, Some(person)) => person.email.as_deref(),
            (None, None) => None,
        };
        let named = addresses.names(id, email).filter_map(|name| by_account.get(&name)).flatten().copied();
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
    uses
}
