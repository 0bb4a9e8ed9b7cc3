//! The report of a run that failed: it says so, so that a folder without findings is never taken for a clean one. It uses nothing
//! of the user's, because a template of theirs may be what failed.

use anyhow::Result;

use super::templates::Templates;
use super::{escape, html};
use crate::archive::{RunFolder, RunInfo};
use crate::config::{Config, Loaded};
use crate::failure;
use crate::terms::names;
use crate::text;

/// Writes `report.html` and `report.md`, in place of everything there may be: a page or a plan of a run that failed would be taken
/// for one that holds. The folder must not be completed afterwards: a run that failed has no manifest.
///
/// # Errors
/// The files cannot be written, or what is there cannot be removed.
pub fn failed(run: &RunInfo, config: &Loaded, error: &anyhow::Error, folder: &mut RunFolder) -> Result<()> {
    let title = &config.config.report.title;
    let why: Vec<_> = failure::paragraph(error).lines().map(text::shown).collect();
    let page = html::failed(&Templates::load(&Config::default())?, title, run, &why.join("\n"))?;
    folder.clear()?;
    folder.write(names::REPORT_HTML, page, None)?;
    folder.write(names::REPORT_MD, markdown_of(title, run, &why), None)?;
    Ok(())
}

/// Every value as a code span, so that nothing in it is Markdown.
fn markdown_of(title: &str, run: &RunInfo, why: &[String]) -> String {
    let code = escape::code;
    let mut lines = vec![
        format!("# {}: this run failed", code(title)),
        String::new(),
        "**Nothing was judged. This is not a report without findings: it is no report.**".to_owned(),
        String::new(),
        format!("- Instance {}, day to be judged {}", code(&run.instance), run.as_of),
        format!("- Run {}, by {} on {}, domo-reconcile {}", code(&run.id), code(&run.user), code(&run.host), run.version),
        String::new(),
        "Why:".to_owned(),
        String::new(),
    ];
    lines.extend(why.iter().map(|line| format!("- {}", code(line.trim()))));
    lines.push(String::new());
    lines.push("See to the cause and run the audit again; this folder counts for nothing.".to_owned());
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    #[test]
    fn a_failed_run_says_so_and_escapes_what_others_said() {
        let archive = tempfile::tempdir().unwrap();
        let started = chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let mut folder = RunFolder::create(archive.path(), started).unwrap();
        let run = RunInfo::new(folder.id(), started, started.date_naive(), "acme", "ada");
        folder.write("report.html", "half a page", None).unwrap();
        folder.write("plan.json", "a plan that nobody may apply", None).unwrap();
        let said = anyhow::anyhow!("<script>alert(1)</script> | `x`");
        let error = said.context(Failure::failed("Domo answered 503").hint("try again later"));
        failed(&run, &Loaded::default(), &error, &mut folder).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let page = read("report.html");
        assert!(page.contains("this run failed") && page.contains("next: try again later") && !page.contains("<script"), "{page}");
        assert!(page.contains("<dd>2026-09-21 14:13 UTC</dd>"), "a moment as everywhere: {page}");
        assert!(page.contains("style-src 'sha256-") && page.contains("--critical:"), "the style of a report: {page}");
        let text = read("report.md");
        assert!(
            text.contains("`error: Domo answered 503`") && text.contains("because: <script>alert(1)</script> \\| `x`"),
            "{text}"
        );
    }
}
