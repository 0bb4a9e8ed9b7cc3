//! The page over several instances that one command audited: which could not be, first and loudly; then what each one's own report
//! says, side by side; then who left and still has access in more than one of them.
//!
//! It is made from what the runs wrote (`manifest.json`, `findings.json`), redacted where they are, so it cannot say anything else
//! than they do.

mod left;
mod page;
mod types;

use anyhow::Result;

use super::templates::Templates;
use super::{html, markdown, redact};
use page::Page;
pub use types::{AuditedInstance, AuditedRun, InstanceResult, Overall, SCHEMA, Several, Trouble};

/// The page in both forms.
#[derive(Debug, Clone)]
pub struct Pages {
    /// As HTML.
    pub html: String,
    /// As Markdown, in the flavour that was asked for.
    pub markdown: String,
}

/// Renders the page.
///
/// # Errors
/// When a template of the user's own does not render; the error names file, line and column.
pub fn summary(several: &Several) -> Result<Pages> {
    let templates = Templates::load(&several.config.config)?;
    pages(&templates, several)
}

pub(super) fn pages(templates: &Templates, several: &Several) -> Result<Pages> {
    let mut view = Page { several, t: &templates.texts }.view();
    if several.options.redact {
        let mut redactor = redact::Redactor::of(several.archive)?;
        let directories = several.instances.iter().filter_map(|instance| match &instance.outcome {
            InstanceResult::Audited(run) => Some(&run.manifest.directory),
            InstanceResult::Failed { .. } => None,
        });
        redactor.hide(directories.flatten().map(|source| source.name.clone()));
        let facts = view.identity.iter_mut().map(|fact| &mut fact.value);
        for text in view.trouble.iter_mut().flat_map(|trouble| &mut trouble.lines).chain(facts) {
            *text = redactor.text(text);
        }
    }
    Ok(Pages { html: html::summary(templates, &view)?, markdown: markdown::summary(templates, &view, several.options.markdown)? })
}
