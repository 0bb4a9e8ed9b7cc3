//! What the files in a run's folder are called, and those that come beside them: whoever writes one and whoever looks for it says
//! it by the name that stands here.

/// What a run read and wrote, with the digest of each; the last file of a run.
pub const MANIFEST: &str = "manifest.json";
/// The accounts that were judged, as Domo sent them.
pub const ACCOUNTS: &str = "accounts.jsonl";
/// The people that were judged, as the directory was understood.
pub const PEOPLE: &str = "people.jsonl";
/// The rules of a run, as they were written.
pub const CONFIG: &str = "config.toml";
/// What was found, for other programs.
pub const FINDINGS: &str = "findings.json";

/// The report, as a page.
pub const REPORT_HTML: &str = "report.html";
/// The same for tickets.
pub const REPORT_MD: &str = "report.md";
/// What was found, as a table.
pub const FINDINGS_CSV: &str = "findings.csv";
/// The fields that differ.
pub const DRIFT_CSV: &str = "drift.csv";
/// Every account with its situation.
pub const ACCOUNTS_CSV: &str = "accounts.csv";
/// Every person with their situation.
pub const PEOPLE_CSV: &str = "people.csv";
/// What leavers own, and who may own it next.
pub const HANDOVER_CSV: &str = "handover.csv";
/// Where people decide, as a workbook.
pub const REVIEW_XLSX: &str = "review.xlsx";
/// The same as a table.
pub const REVIEW_CSV: &str = "review.csv";

/// What is proposed.
pub const PLAN: &str = "plan.json";
/// What became of a plan.
pub const OUTCOME: &str = "apply.json";
/// The end of a journal's name; what is before it is its plan's.
pub const JOURNAL_ENDING: &str = ".journal.jsonl";
/// Who has which rows of the plan.
pub const PACKETS: &str = "packets.json";
/// What was decided on the plan, as a page.
pub const DECISIONS_PAGE: &str = "decisions.html";
/// The same as a list.
pub const DECISIONS_LIST: &str = "decisions.csv";

/// What people confirmed in a certification, line by line; it only grows.
pub const CERTIFICATION: &str = "certification.jsonl";
/// Who certifies at the moment.
pub const CERTIFICATION_LOCK: &str = "certification.lock";
/// Who has which accounts of a certification.
pub const CERTIFICATION_PACKETS: &str = "certification.packets.json";
/// The evidence of a certification, as a page.
pub const CERTIFICATION_PAGE: &str = "certification.html";
/// The same for tickets.
pub const CERTIFICATION_MARKDOWN: &str = "certification.md";

/// `certification.plan.json`, `certification.2.plan.json` for what was decided after that was applied, and so on.
pub fn certification_plan(number: usize) -> String {
    numbered("certification", number)
}

/// `revert.plan.json`: the plan that undoes another, where nobody names it otherwise; `revert.2.plan.json` after that was applied,
/// and so on.
pub fn revert_plan(number: usize) -> String {
    numbered("revert", number)
}

fn numbered(what: &str, number: usize) -> String {
    match number {
        1 => format!("{what}.{PLAN}"),
        number => format!("{what}.{number}.{PLAN}"),
    }
}

/// Whether it is one of those.
pub fn is_certification_plan(name: &str) -> bool {
    name.starts_with("certification.") && is_plan(name)
}

/// Whether a run's folder has a plan under this name: its own, one of its certification, or one that undoes another.
pub fn is_plan(name: &str) -> bool {
    is_plans(name, PLAN)
}

/// Whether this is a plan's file of that name, of the run's own plan or of one beside it: `apply.json`, `revert.apply.json`.
pub fn is_plans(name: &str, file: &str) -> bool {
    name.strip_suffix(file).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// The name of a plan's journal, beside it.
pub fn journal_of(plan: &str) -> String {
    plan.strip_suffix(".json").unwrap_or(plan).to_owned() + JOURNAL_ENDING
}

/// The name of the plan that a journal is of; none where this is no journal's name.
pub fn plan_of(journal: &str) -> Option<String> {
    Some(journal.strip_suffix(JOURNAL_ENDING)?.to_owned() + ".json")
}
