//! What a run is: its id, its day, and who made it how.

use chrono::{DateTime, NaiveDate, SecondsFormat, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::user::host;

/// The identity of a run, for the report, the findings and the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RunInfo {
    /// `<YYYYMMDDTHHMMSSZ>-<6 hex>`, the folder's name.
    pub id: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When judging ended.
    pub finished: DateTime<Utc>,
    /// The day judged.
    pub as_of: NaiveDate,
    /// The day judged had not come yet: no plan, no previous run of any other, no month of a trend.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forecast: bool,
    /// The instance.
    pub instance: String,
    /// The tool's version.
    pub version: String,
    /// The operating system's user who ran it.
    pub user: String,
    /// The machine.
    pub host: String,
    /// The command line, without secrets (there are none in arguments).
    pub command: Vec<String>,
}

impl RunInfo {
    /// The identity of a run of this process, begun and so far ended at `started`; whole seconds.
    pub fn new(id: &str, started: DateTime<Utc>, as_of: NaiveDate, instance: &str, user: &str) -> Self {
        let started = started.trunc_subsecs(0);
        let command = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
        Self {
            id: id.to_owned(),
            started,
            finished: started,
            as_of,
            forecast: false,
            instance: instance.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            user: user.to_owned(),
            host: host(),
            command,
        }
    }

    /// Judging ended now; never before it began, even if the clock went back meanwhile.
    pub fn finish(&mut self, now: DateTime<Utc>) {
        self.finished = now.trunc_subsecs(0).max(self.started);
    }
}

/// `20261123T060000Z-4be21f`
pub(in crate::archive) fn new_id(started: DateTime<Utc>) -> String {
    format!("{}-{:06x}", started.format("%Y%m%dT%H%M%SZ"), fastrand::u32(..1 << 24))
}

/// Whether a folder's name is a run's.
pub fn is_id(name: &str) -> bool {
    let Some((moment, suffix)) = name.split_once('-') else { return false };
    suffix.len() == 6
        && suffix.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && moment.len() == 16
        && chrono::NaiveDateTime::parse_from_str(moment, "%Y%m%dT%H%M%SZ").is_ok()
}

/// A moment as files and people read it.
pub(crate) fn moment(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_recognised_and_nothing_else_is() {
        let id = new_id("2026-11-23T06:00:00Z".parse().unwrap());
        assert!(id.starts_with("20261123T060000Z-") && is_id(&id), "{id}");
        for other in ["", "-", "20261123T060000Z", "20261123T060000Z-4BE21F", "20261323T060000Z-4be21f", "pruned", "x-4be21f"] {
            assert!(!is_id(other), "{other}");
        }
    }

    #[test]
    fn a_run_never_ends_before_it_began() {
        let started: DateTime<Utc> = "2026-11-23T06:00:00Z".parse().unwrap();
        let mut run = RunInfo::new("x", started, started.date_naive(), "acme", "ada");
        run.finish("2026-11-22T06:00:00Z".parse().unwrap());
        assert_eq!(run.finished, started);
    }
}
