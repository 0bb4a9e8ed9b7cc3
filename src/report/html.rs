//! `report.html`, and the page over several instances: one file that asks nobody for anything, under a content security policy that
//! allows exactly its own style and script, by their hashes.

use anyhow::Result;
use base64::Engine;
use tera::Context;

use super::figures;
use super::summary::Overall;
use super::templates::Templates;
use super::view::View;
use crate::archive::RunInfo;
use crate::digest;

/// From here on a page is said to be large. Rows are capped, so only long values get there.
const LARGE: usize = 10_000_000;

/// Stands for the policy until the page is rendered; the hashes are of what was rendered.
const POLICY: &str = "policy-of-this-page";

/// The report of a run; `seen` is what templates see of the view.
pub(super) fn render(templates: &Templates, view: &View, seen: Context) -> Result<String> {
    let margins = Margins {
        left: format!("{} - {}", view.title, view.instance),
        right: view.classification.as_deref().unwrap_or_default(),
        run: format!("{} - {}", view.run_time, view.run_id),
    };
    let script = templates.render("script.js", &templates.context(&serde_json::json!({}))?)?;
    let page = page(templates, "report.html", seen, &margins, &script)?;
    if page.len() > LARGE {
        tracing::warn!(
            "report.html has {}: some mail gateways and viewers refuse pages of that size. The CSV files and report.md say the \
             same",
            figures::size(page.len() as u64)
        );
    }
    Ok(page)
}

/// The page over several instances. It has no script.
pub(super) fn summary(templates: &Templates, view: &Overall) -> Result<String> {
    let margins = Margins {
        left: format!("{} - {}", view.title, view.instances_label),
        right: view.classification.as_deref().unwrap_or_default(),
        run: view.run_time.clone(),
    };
    page(templates, "summary.html", templates.context(view)?, &margins, "")
}

/// The page of a run that failed; it has no script.
pub(super) fn failed(templates: &Templates, title: &str, run: &RunInfo, why: &str) -> Result<String> {
    let margins = Margins { left: format!("{title} - {}", run.instance), right: "FAILED", run: run.id.clone() };
    let page_title = format!("FAILED: {title} of {}, {}", run.instance, run.as_of);
    let generator = format!("domo-reconcile {}", run.version);
    let began = figures::moment(run.started, None);
    let seen = serde_json::json!({ "title": title, "page_title": page_title, "generator": generator, "run": run, "began": began, "why": why });
    page(templates, "failed.html", templates.context(&seen)?, &margins, "")
}

/// A page of facts and tables, without a script. `margins` are what stands on printed pages.
pub(super) fn document(templates: &Templates, view: &impl serde::Serialize, [left, right, run]: [&str; 3]) -> Result<String> {
    let margins = Margins { left: left.to_owned(), right, run: run.to_owned() };
    page(templates, "document.html", templates.context(view)?, &margins, "")
}

/// The page of a packet, with a style and a script of its own. `margins` are what stands on printed pages.
pub(super) fn packet(templates: &Templates, view: &impl serde::Serialize, [left, right, run]: [&str; 3]) -> Result<String> {
    let nothing = templates.context(&serde_json::json!({}))?;
    let mut seen = templates.context(view)?;
    let printed = printed(templates, &Margins { left: left.to_owned(), right, run: run.to_owned() })?;
    let (style, script) = (templates.render("packet.css", &printed)?, templates.render("packet.js", &nothing)?);
    for (key, text) in [("style", style.as_str()), ("script", script.as_str()), ("policy", POLICY)] {
        seen.insert(key, text);
    }
    let page = templates.render("packet.html", &seen)?;
    let policy = policy(&page);
    Ok(page.replacen(POLICY, &policy, 1))
}

/// What stands on the margins of every printed page.
struct Margins<'a> {
    left: String,
    right: &'a str,
    run: String,
}

/// What a style sees of them.
fn printed(templates: &Templates, margins: &Margins) -> Result<Context> {
    let mut printed = templates.context(&serde_json::json!({}))?;
    for (key, text) in [("print_left", margins.left.as_str()), ("print_right", margins.right), ("print_run", margins.run.as_str())]
    {
        printed.insert(key, &css_string(text));
    }
    Ok(printed)
}

fn page(templates: &Templates, name: &str, mut seen: Context, margins: &Margins, script: &str) -> Result<String> {
    let style = templates.render("style.css", &printed(templates, margins)?)?;
    for (key, text) in [("style", style.as_str()), ("script", script), ("policy", POLICY)] {
        seen.insert(key, text);
    }
    let page = templates.render(name, &seen)?;
    if templates.custom()
        && let Some(found) = forbidden(&page)
    {
        tracing::warn!("{name}: {found} is blocked by the page's own policy: use a class, or script.js");
    }
    let policy = policy(&page);
    Ok(page.replacen(POLICY, &policy, 1))
}

/// The policy that allows exactly the styles and scripts of a page.
fn policy(page: &str) -> String {
    let hashes = |tag: &str| {
        let all: Vec<String> = blocks(page, tag).map(|text| format!("'sha256-{}'", digest(text))).collect();
        if all.is_empty() { "'none'".to_owned() } else { all.join(" ") }
    };
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        hashes("style"),
        hashes("script")
    )
}

fn digest(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(digest::of(text))
}

/// The contents of every `<tag …>…</tag>`. Values cannot hold one: they are escaped.
fn blocks<'a>(page: &'a str, tag: &str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
    let mut rest = page;
    std::iter::from_fn(move || {
        let (_, from) = rest.split_once(open.as_str())?;
        let (_, inside) = from.split_once('>')?;
        let (text, after) = inside.split_once(close.as_str())?;
        rest = after;
        Some(text)
    })
}

/// The first `style=` or `on…=` attribute of a page: the policy blocks both.
fn forbidden(page: &str) -> Option<String> {
    let mut rest = page;
    while let Some((_, from)) = rest.split_once('<') {
        let tag = from.split('>').next().unwrap_or_default();
        rest = from;
        if !tag.starts_with(|first: char| first.is_ascii_alphabetic()) || tag.starts_with("script") || tag.starts_with("style") {
            continue;
        }
        // Every second part lies outside quotes.
        for outside in tag.split('"').step_by(2) {
            let names = outside.split_ascii_whitespace().filter_map(|word| word.strip_suffix('='));
            for name in names {
                if name.eq_ignore_ascii_case("style") || (name.len() > 2 && name[..2].eq_ignore_ascii_case("on")) {
                    return Some(format!("the attribute `{name}`"));
                }
            }
        }
    }
    None
}

/// A CSS string: quoted, with everything that could end it or the style element as an escape.
fn css_string(text: &str) -> String {
    let mut string = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' | '<' | '>' | '&' | '{' | '}' => string.push_str(&format!("\\{:x} ", u32::from(letter))),
            letter if letter.is_control() => string.push_str(&format!("\\{:x} ", u32::from(letter))),
            letter => string.push(letter),
        }
    }
    string.push('"');
    string
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_css_string_cannot_end_early() {
        assert_eq!(css_string("a\"b\\c</style>\n"), "\"a\\22 b\\5c c\\3c /style\\3e \\a \"");
    }

    #[test]
    fn blocks_and_their_hashes_are_found() {
        let page = "<style>a{}</style><p>x</p><script type=\"module\">1;</script>";
        assert_eq!(blocks(page, "style").collect::<Vec<_>>(), ["a{}"]);
        assert_eq!(blocks(page, "script").collect::<Vec<_>>(), ["1;"]);
        assert!(policy(page).contains(&digest("a{}")) && policy(page).contains(&digest("1;")));
        assert!(policy("<p>").contains("script-src 'none'"));
    }

    #[test]
    fn inline_style_and_handlers_are_found_but_not_in_text_or_values() {
        assert!(forbidden("<p style=\"x\">").is_some());
        assert!(forbidden("<img src=\"a\" onerror=\"x\">").is_some());
        assert!(forbidden("<p title=\"style=\">style=</p><script>a onclick= </script>").is_none());
    }
}
