//! What files in a run's folder are called that more than one place asks for. The plan, its journal and its outcome are named where they
//! are made: [`crate::plan::format`], [`crate::plan::journal`].

use crate::plan::format::FILE as PLAN;
pub use crate::plan::journal::{journal_of, plan_of};

/// The accounts that were judged, as Domo sent them.
pub const ACCOUNTS: &str = "accounts.jsonl";
/// Who has which rows of the plan.
pub const PACKETS: &str = "packets.json";
/// What was decided on the plan, as a page.
pub const DECISIONS_PAGE: &str = "decisions.html";
/// The same as a list.
pub const DECISIONS_LIST: &str = "decisions.csv";
/// What people confirmed in a certification, line by line; it only grows.
pub const CERTIFICATION: &str = "certification.jsonl";
/// Who has which accounts of a certification.
pub const CERTIFICATION_PACKETS: &str = "certification.packets.json";
/// The evidence of a certification, as a page.
pub const CERTIFICATION_PAGE: &str = "certification.html";
/// The same for tickets.
pub const CERTIFICATION_MARKDOWN: &str = "certification.md";

/// `certification.plan.json`, `certification.2.plan.json` for what was decided after that was applied, and so on.
pub fn certification_plan(number: usize) -> String {
    match number {
        1 => "certification.plan.json".to_owned(),
        number => format!("certification.{number}.plan.json"),
    }
}

/// Whether it is one of those.
pub fn is_certification_plan(name: &str) -> bool {
    name.starts_with("certification.") && is_plan(name)
}

/// Whether a run's folder has a plan under this name: its own, one of its certification, or one that undoes another.
pub fn is_plan(name: &str) -> bool {
    name == PLAN || name.ends_with(".plan.json")
}
