//! The templates: built in, and replaced one by one, by name, from `[report] templates`.
//!
//! Pages (`.html`) are escaped as HTML; Markdown (`.md`) has its own escaping; both have filters, see [`super::escape`]. Each has
//! its own engine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Serialize;
use tera::{Context, Tera};

use super::escape;
use super::texts::Texts;
use crate::config::Config;
use crate::failure::Failure;
use crate::files;

/// Files that `[report] templates` may replace.
const BUILT_IN: [(&str, &str); 15] = [
    ("report.html", include_str!("../../templates/report.html")),
    ("summary.html", include_str!("../../templates/summary.html")),
    ("failed.html", include_str!("../../templates/failed.html")),
    ("document.html", include_str!("../../templates/document.html")),
    ("packet.html", include_str!("../../templates/packet.html")),
    ("packet.css", include_str!("../../templates/packet.css")),
    ("packet.js", include_str!("../../templates/packet.js")),
    ("head.html", include_str!("../../templates/head.html")),
    ("parts.html", include_str!("../../templates/parts.html")),
    ("style.css", include_str!("../../templates/style.css")),
    ("script.js", include_str!("../../templates/script.js")),
    ("report.md", include_str!("../../templates/report.md")),
    ("report-plain.md", include_str!("../../templates/report-plain.md")),
    ("summary.md", include_str!("../../templates/summary.md")),
    ("summary-plain.md", include_str!("../../templates/summary-plain.md")),
];

/// Every template, ready to render, and the texts.
pub(super) struct Templates {
    pub(super) texts: Texts,
    pages: Tera,
    markdown: Tera,
    folder: Option<PathBuf>,
}

impl Templates {
    /// The built-in templates with those of `[report] templates` in their place. Other `.html` and `.md` files of that folder can
    /// be included by them.
    pub(super) fn load(config: &Config) -> Result<Self> {
        Self::load_without(config, &BTreeSet::new())
    }

    /// The same without some of the folder: the built-in ones in their place, and nothing in the place of those that are included.
    pub(super) fn load_without(config: &Config, without: &BTreeSet<String>) -> Result<Self> {
        let folder = config.report.templates.clone();
        let mut texts = Texts::built_in()?;
        let mut sources: Vec<(String, String)> = BUILT_IN.map(|(name, text)| (name.to_owned(), lines(text))).into();
        if let Some(folder) = &folder {
            for (name, text) in read(folder)? {
                let built_in = name == "texts.toml" || BUILT_IN.iter().any(|(built_in, _)| *built_in == name);
                if without.contains(&name) {
                    sources.extend((!built_in).then(|| (name, String::new())));
                    continue;
                }
                if name == "texts.toml" {
                    texts = Texts::over(&texts, &text, &folder.join(name).display().to_string())?;
                    continue;
                }
                sources.retain(|(built_in, _)| *built_in != name);
                sources.push((name, lines(&text)));
            }
        }
        let (markdown_files, page_files): (Vec<_>, Vec<_>) = sources.into_iter().partition(|(name, _)| name.ends_with(".md"));
        let mut pages = escape::pages();
        let mut markdown = escape::engine(&texts);
        let added = pages.add_raw_templates(page_files).and_then(|()| markdown.add_raw_templates(markdown_files));
        added.map_err(|error| failure(&error, folder.as_deref()))?;
        Ok(Self { texts, pages, markdown, folder })
    }

    /// What a template sees: `view`, and the texts as `t`.
    pub(super) fn context(&self, view: &impl Serialize) -> Result<Context> {
        let mut context = Context::from_serialize(view).context("preparing the report's view")?;
        context.insert("t", self.texts.tree());
        Ok(context)
    }

    /// Renders one template.
    pub(super) fn render(&self, name: &str, context: &Context) -> Result<String> {
        let engine = if name.ends_with(".md") { &self.markdown } else { &self.pages };
        engine.render(name, context).map_err(|error| failure(&error, self.folder.as_deref()).into())
    }

    /// Whether the user has templates of their own.
    pub(super) fn custom(&self) -> bool {
        self.folder.is_some()
    }
}

/// Bytes of a template.
const LONGEST: u64 = 16 << 20;

fn read(folder: &Path) -> Result<Vec<(String, String)>> {
    let cannot = || {
        Failure::usage(format!("cannot read the templates in {}", folder.display()))
            .hint("`[report] templates` names a folder beside the configuration file")
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        let name = crate::files::name_of(&path);
        let known = name == "texts.toml" || BUILT_IN.iter().any(|(built_in, _)| *built_in == name);
        if known || name.ends_with(".html") || name.ends_with(".md") {
            let text = files::read_text(&path, LONGEST)
                .with_context(|| Failure::usage(format!("cannot read the template {}", path.display())))?;
            files.push((name, text));
        }
    }
    files.sort();
    Ok(files)
}

/// Files of `[report] templates` that nothing comes of: each has the ending of a template, and neither has the name of one nor is
/// named by one. What people read beside them may be there.
pub(super) fn idle(config: &Config) -> Vec<String> {
    let Some(folder) = &config.report.templates else { return Vec::new() };
    // That it cannot be read is told by who loads it.
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten().filter(|entry| entry.path().is_file());
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let replaces = |name: &str| name == "texts.toml" || BUILT_IN.iter().any(|(built_in, _)| *built_in == name);
    let own = read(folder).unwrap_or_default();
    let is_named = |name: &str| own.iter().any(|(other, text)| other != name && text.contains(name));
    let may_be = |name: &str| {
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        ["html", "md", "css", "js", "toml"].contains(&ending.to_lowercase().as_str())
            && !stem.starts_with('.')
            && !stem.eq_ignore_ascii_case("readme")
    };
    let mut idle: Vec<String> = names.filter(|name| may_be(name) && !replaces(name) && !is_named(name)).collect();
    idle.sort();
    idle.into_iter().map(|name| folder.join(name).display().to_string()).collect()
}

/// The names of the files that may be replaced.
pub(super) fn names() -> String {
    BUILT_IN.map(|(name, _)| name).join(", ") + ", texts.toml"
}

/// Which file of the user's the template is that an error is about.
pub(super) fn broken_in(config: &Config, error: &anyhow::Error) -> Option<String> {
    let folder = config.report.templates.as_ref()?;
    let said = format!("{error:#}");
    // Of a filter that there is not, the engine says the name alone, as compilers do.
    let named = |name: &String| said.contains(&folder.join(name).display().to_string()) || said.contains(&format!("--> {name}:"));
    // Of two whose names begin alike, the one whose name goes on.
    read(folder).ok()?.into_iter().map(|(name, _)| name).filter(named).max_by_key(String::len)
}

/// LF only: a browser hashes a style or script with LF, whatever the file has.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The template's own message with file, line and column.
fn failure(error: &tera::Error, folder: Option<&Path>) -> Failure {
    use tera::ErrorKind;
    let message = match error.kind() {
        ErrorKind::SyntaxError(at) | ErrorKind::RenderingError(at) => {
            let name = at.filename();
            let own = folder.map(|folder| folder.join(name)).filter(|path| path.exists());
            let file = own.map_or_else(|| name.to_owned(), |path| path.display().to_string());
            let span = at.span();
            format!("{file}:{}:{}: {}", span.start_line, span.start_col + 1, at.message())
        }
        _ => error.to_string(),
    };
    Failure::usage(format!("the template {message}")).hint(
        "`domo-reconcile schema report` (or `summary`) prints what a template sees; `domo-reconcile check` finds such errors \
         before a run",
    )
}
