//! An exception of the configuration that has expired or covers nothing.

use super::sheet::{Sheet, TestedOn};
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::{ExceptionUse, NotTested, Rules};
use crate::terms::{Kind, Severity};

/// Which exceptions cover nothing is known only when all other findings are: [`idle`].
pub(super) const SHEET: Sheet =
    Sheet { tested_on: TestedOn::Exceptions, ..Sheet::new(|judge| judge.rules.config.exception.len() as u64, |_| Vec::new()) };

/// That it is not known of so many exceptions whether they cover anything.
pub(super) fn untested(doubtful: u64) -> Option<NotTested> {
    let (cover, they) = if doubtful == 1 { ("exception covers", "it") } else { ("exceptions cover", "they") };
    let why = format!("Whether {doubtful} {cover} anything cannot be said: not everything that {they} may cover could be tested");
    (doubtful > 0).then(|| NotTested::new(Kind::Exception.as_str(), why))
}

/// The exceptions that cover nothing although all that they may cover was looked for.
pub(in crate::reconcile) fn idle(rules: &Rules<'_>, uses: &[ExceptionUse]) -> Vec<Draft> {
    let idle = uses.iter().filter(|usage| usage.tested && usage.findings.is_empty()).map(|usage| {
        let exception = &rules.config.exception[usage.index];
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
        let subject = format!("exception:{}:{}", exception.account, kinds.join("+"));
        let mut draft = Draft::new(Kind::Exception, Severity::Info, subject, reason)
            .with("exception", Value::Text(Some(exception.account.clone())))
            .with("problem", Value::Text(Some(problem.to_owned())))
            .with("expiry", Value::Day(Some(exception.expires)))
            .with("found", Value::ItsReason);
        draft.finding.rule = Some(exception.account.clone());
        draft
    });
    idle.collect()
}
