//! What people and programs read of a run: every file, under hostile values, at its limits, by a parser that is not ours.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine;
use domo_reconcile::archive::RunFolder;
use domo_reconcile::report;
use domo_reconcile::report::example::Example;
use domo_reconcile::terms::{Flavour, Kind};
use scraper::{Html, Selector};
use sha2::{Digest, Sha256};

use crate::folder::{AUDIT, Folder};
use crate::support;

/// A run's files on disk; the folder lives as long as this.
pub struct Written {
    _archive: tempfile::TempDir,
    folder: PathBuf,
}

impl Written {
    fn of(example: &Example) -> Self {
        let archive = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(archive.path(), example.run.started).unwrap();
        report::write(&example.inputs(), &folder).unwrap();
        Self { folder: folder.path().to_owned(), _archive: archive }
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).unwrap()
    }

    fn page(&self) -> Html {
        Html::parse_document(&self.text("report.html"))
    }

    fn csv(&self, name: &str) -> Vec<Vec<String>> {
        let text = self.text(name);
        let text = text.strip_prefix('\u{FEFF}').expect("a byte-order mark");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{name}: lines end with CRLF, cells have none");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: scraper::ElementRef) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_pages_name_what_became_of_every_file_though_they_are_rendered_before_some_are_written() {
    let written = Written::of(&Example::new(60, "").unwrap());
    let page = written.page();
    let rows = select(&page, "#files tr").into_iter().skip(1);
    let shown = rows.map(|row| row.child_elements().map(text).collect::<Vec<_>>());
    let shown: BTreeMap<String, Vec<String>> = shown.map(|mut cells| (cells.remove(0), cells)).collect();
    let names = std::fs::read_dir(&written.folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: BTreeSet<String> = names.filter(|name| name != "report.html").collect();
    assert_eq!(shown.keys().cloned().collect::<BTreeSet<_>>(), names);
    let markdown = written.text("report.md");
    for (name, cells) in shown {
        let bytes = std::fs::read(written.folder.join(&name)).unwrap();
        let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(cells[2].replace(',', ""), bytes.len().to_string(), "{name}");
        assert_eq!(cells[3], digest, "{name}");
        assert!(name == "report.md" || markdown.contains(&digest), "{name}");
        match name.as_str() {
            "report.md" => assert_eq!(cells[1], "\u{2013}"),
            "accounts.csv" | "people.csv" => assert_eq!(cells[1], (written.csv(&name).len() - 1).to_string(), "{name}"),
            _ => {}
        }
    }
}

/// Strings that strangers have typed into names elsewhere.
const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' style='color:red' onclick='x",
    "{{ 7*7 }}{% if x %}",
    "</style></title><b>",
    "=cmd|' /C calc'!A0",
    "+49 @team -x",
    "\u{202E}evil\u{200B}\u{0}\u{7}",
    "a|b`c``d```\n## e\r\n",
    "[x](javascript:1) ![y](z) <!-- @admin #1 :tada:",
    "＝1+1,\";\t",
    "policy-of-this-page &lt; &amp;",
];

#[test]
fn every_file_of_a_run_is_written() {
    let archive = tempfile::tempdir().unwrap();
    let example = Example::new(200, "").unwrap();
    let folder = RunFolder::create(archive.path(), example.run.started).unwrap();
    report::write(&example.inputs(), &folder).unwrap();
    let names: Vec<_> = folder.files().into_iter().map(|file| file.name).collect();
    let expected = [
        "accounts.csv",
        "drift.csv",
        "findings.csv",
        "findings.json",
        "people.csv",
        "report.html",
        "report.md",
        "review.csv",
        "review.xlsx",
    ];
    assert_eq!(names, expected);
    if let Ok(keep) = std::env::var("KEEP_REPORT") {
        for name in &names {
            std::fs::copy(folder.path().join(name), Path::new(&keep).join(name)).unwrap();
        }
    }
}

#[test]
fn the_page_is_well_formed_and_its_policy_allows_exactly_its_own_style_and_script() {
    let written = Written::of(&Example::new(400, "").unwrap());
    let page = written.page();
    let mut ids = BTreeSet::new();
    for element in select(&page, "[id]") {
        assert!(ids.insert(element.attr("id").unwrap().to_owned()), "the id {:?} is there twice", element.attr("id"));
    }
    for link in select(&page, "a[href]") {
        let href = link.attr("href").unwrap();
        assert!(href.strip_prefix('#').is_some_and(|target| ids.contains(target)), "{href} leads nowhere");
    }
    assert!(select(&page, "th:not([scope])").is_empty());
    assert_eq!(select(&page, "table").len(), select(&page, "table > caption").len());
    for labelled in select(&page, "[aria-labelledby]") {
        let names = labelled.attr("aria-labelledby").unwrap();
        assert!(names.split(' ').all(|name| ids.contains(name)), "{names}");
    }
    let policy = select(&page, "meta[http-equiv=Content-Security-Policy]")[0].attr("content").unwrap().to_owned();
    for tag in ["style", "script"] {
        let blocks = select(&page, tag);
        assert_eq!(blocks.len(), 1);
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(blocks[0].text().collect::<String>()));
        assert!(policy.contains(&format!("{tag}-src 'sha256-{hash}'")), "{policy}");
    }
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(!written.text("report.html").contains('\r'));
}

#[test]
fn no_value_of_a_stranger_becomes_markup_whatever_it_is() {
    for hostile in HOSTILE {
        let written = Written::of(&Example::new(60, hostile).unwrap());
        let page = written.page();
        for element in select(&page, "*") {
            for (name, _) in element.value().attrs() {
                assert!(name != "style" && !name.starts_with("on"), "{hostile:?}: <{} {name}>", element.value().name());
            }
        }
        assert_eq!(select(&page, "script, style, img, iframe, b, object, form").len(), 2, "{hostile:?}");
        let html = written.text("report.html");
        assert!(!html.contains(['\u{202E}', '\u{200B}', '\u{0}', '\u{7}']), "{hostile:?}");
        assert!(!html.contains("49{%"), "{hostile:?}: a template ran");

        for name in ["findings.csv", "drift.csv", "accounts.csv", "people.csv", "review.csv"] {
            let rows = written.csv(name);
            for cell in rows.iter().flatten() {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']), "{hostile:?}: {name}: {cell}");
                assert!(!cell.contains(|letter: char| letter.is_control()), "{hostile:?}: {name}: {cell:?}");
            }
            assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{hostile:?}: {name}");
        }
    }
}

#[test]
fn markdown_holds_no_markup_links_or_mentions_of_a_stranger() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    for hostile in HOSTILE {
        for flavour in [Flavour::Github, Flavour::Gitlab] {
            let mut example = Example::new(60, hostile).unwrap();
            example.options.markdown = flavour;
            let markdown = Written::of(&example).text("report.md");
            let (mut cells, mut columns) = (0, 0);
            for event in Parser::new_ext(&markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
                match event {
                    Event::Html(html) | Event::InlineHtml(html) => panic!("{hostile:?}: {html}"),
                    Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("{hostile:?}: a link"),
                    // Outside code spans nothing mentions anybody.
                    Event::Text(text) => assert!(!text.contains(['@', '`']), "{hostile:?}: {text}"),
                    Event::Start(Tag::Table(alignments)) => columns = alignments.len(),
                    Event::Start(Tag::TableRow) => cells = 0,
                    Event::Start(Tag::TableCell) => cells += 1,
                    Event::End(pulldown_cmark::TagEnd::TableRow) => assert_eq!(cells, columns, "{hostile:?}"),
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn the_sums_of_the_page_are_those_of_the_csv_files() {
    let example = Example::new(500, "").unwrap();
    let written = Written::of(&example);
    let page = written.page();
    let findings = written.csv("findings.csv");
    let mut by: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in &findings[1..] {
        *by.entry((&row[1], &row[2])).or_default() += 1;
    }
    let number = |text: String| text.replace(',', "").parse::<usize>().unwrap();
    let kinds: Vec<Kind> = example.reconciliation.method.tested.keys().copied().collect();
    let listed = select(&page, "table.kinds tbody tr");
    // All kinds together are the last row.
    assert_eq!(listed.len(), kinds.len() + 1);
    for (row, kind) in listed.into_iter().zip(kinds) {
        let counts: Vec<usize> = row.select(&Selector::parse("td").unwrap()).take(5).map(|cell| number(text(cell))).collect();
        let expected =
            ["critical", "high", "medium", "low", "info"].map(|severity| by.get(&(kind.as_str(), severity)).copied().unwrap_or(0));
        assert_eq!(counts, expected, "{kind}");
    }
    assert_eq!(select(&page, "section.kind tbody tr[id]").len(), findings.len() - 1);
    assert_eq!(written.csv("accounts.csv").len() - 1, example.accounts.frame.height());
    let fields: usize = example.reconciliation.findings.iter().map(|finding| finding.drift.len()).sum();
    assert_eq!(written.csv("drift.csv").len() - 1, fields);
    let judged = &example.reconciliation;
    for (table, count) in [("accounts", judged.accounts.read as usize), ("people", judged.people.read as usize)] {
        let rows = select(&page, &format!("section[aria-labelledby=t-{table}-c] tbody tr"));
        let counts: Vec<usize> =
            rows.iter().map(|row| number(text(row.select(&Selector::parse("td").unwrap()).next().unwrap()))).collect();
        assert_eq!((counts[0], counts[1..11].iter().sum::<usize>(), counts[11]), (count, count, count));
    }
}

fn grouped(number: usize) -> String {
    assert!((1_000..1_000_000).contains(&number), "{number}");
    format!("{},{:03}", number / 1_000, number % 1_000)
}

#[test]
fn a_page_holds_5000_findings_and_says_where_the_others_are() {
    let example = Example::new(6_000, "").unwrap();
    let total = example.reconciliation.findings.len();
    let written = Written::of(&example);
    let page = written.page();
    let shown = select(&page, "section.kind tbody tr[id]").len();
    assert!((4_900..=5_000).contains(&shown), "{shown}");
    assert_eq!(written.csv("findings.csv").len(), total + 1);
    let notes: Vec<_> = select(&page, "p.note").into_iter().map(text).collect();
    assert!(notes.iter().any(|note| note.contains(&format!("of {} findings", grouped(total)))), "{notes:?}");
    let all = written.csv("findings.csv");
    for note in notes.iter().filter(|note| note.contains("worst first. All")) {
        // The rows named are those of the kind.
        let range = note.split("(rows ").nth(1).unwrap().split(';').next().unwrap().replace(',', "");
        let (from, to) = range.split_once('-').unwrap();
        let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
        let kinds: BTreeSet<_> = all[from - 1..to].iter().map(|row| &row[1]).collect();
        assert_eq!(kinds.len(), 1, "{note}");
        assert!(all.get(to).is_none_or(|row| !kinds.contains(&row[1])), "{note}");
    }
    assert!(select(&page, "table tbody").iter().all(|body| body.child_elements().count() <= 1_200));
}

#[test]
fn markdown_keeps_to_the_length_its_place_takes() {
    for (flavour, cap) in
        [(Flavour::Github, 60_000), (Flavour::Gitlab, 900_000), (Flavour::Jira, 30_000), (Flavour::Plain, 500_000)]
    {
        let mut example = Example::new(3_000, "").unwrap();
        example.options.markdown = flavour;
        let markdown = Written::of(&example).text("report.md");
        assert!(markdown.chars().count() <= cap, "{flavour:?}: {}", markdown.chars().count());
        let total = grouped(example.reconciliation.findings.len());
        assert!(markdown.contains(&format!("of {total} findings")) && markdown.contains("findings.csv"), "{flavour:?}");
        assert!(markdown.ends_with('\n') && !markdown.contains("\n\n\n"), "{flavour:?}");
    }
}

#[test]
fn the_workbook_opens_and_its_action_sheet_has_exactly_the_columns_that_are_read_back() {
    use domo_reconcile::directory::table::read_rows;
    let example = Example::new(80, "=1+1").unwrap();
    let written = Written::of(&example);
    let path = written.folder.join("review.xlsx");
    let plan = example.plan.as_ref().unwrap();
    let actions = read_rows(&path, Some("Actions")).unwrap();
    assert_eq!(actions[0], domo_reconcile::plan::sheet::COLUMNS);
    assert_eq!(actions.len() - 1, plan.actions.len() + plan.findings.len());
    let worst = domo_reconcile::plan::sheet::rows(plan)[0];
    assert_eq!(actions[1][0], worst.id());
    assert_eq!(actions[1][4], worst.account_id().unwrap().to_string());
    let summary = read_rows(&path, Some("Summary")).unwrap();
    let value = |label: &str| summary.iter().find(|row| row[0] == label).map(|row| row[1].clone());
    assert_eq!((value("Plan"), value("Plan digest")), (Some(plan.id.clone()), Some(plan.digest.clone())));
    let judged = &example.reconciliation;
    let (findings, accounts) = (judged.findings.len(), judged.accounts.read as usize);
    let sheets = [("Findings", findings), ("Accounts", accounts), ("Privileged", 3), ("Exceptions", 2), ("Sign-off", 3)];
    for (sheet, rows) in sheets {
        assert!(read_rows(&path, Some(sheet)).unwrap().len() > rows, "{sheet}");
    }
}

#[test]
fn a_redacted_run_names_nobody_in_what_leaves_the_house() {
    let mut example = Example::new(120, "").unwrap();
    example.options.redact = true;
    let written = Written::of(&example);
    let names = ["O'Brien", "O&#", "Núñez", "Byron", "小龙", "Hopper", "example.com", "jane@acme.com", "finance@acme.com"];
    for file in ["report.html", "report.md", "findings.json", "findings.csv", "drift.csv", "accounts.csv", "people.csv"] {
        let text = support::page(&written.folder.join(file));
        for name in names {
            assert!(!text.contains(name), "{file} has {name}");
        }
        assert!(text.contains("name-"), "{file} has no token");
        // A token is nobody's number.
        assert!(!text.contains("[[link]]\n") && !text.contains("account = &quot;"), "{file} suggests a link");
    }
    assert!(written.text("redaction-key.csv").contains("Ada Byron"));
    // The same person has the same token in the next run of the archive, and another one in another archive.
    let archive = tempfile::tempdir().unwrap();
    let key = |archive: &Path| {
        let folder = RunFolder::create(archive, example.run.started).unwrap();
        report::write(&example.inputs(), &folder).unwrap();
        std::fs::read_to_string(folder.path().join("redaction-key.csv")).unwrap()
    };
    assert_eq!(key(archive.path()), key(archive.path()));
    assert_ne!(key(archive.path()), written.text("redaction-key.csv"));
}

#[test]
fn a_folder_of_templates_replaces_by_name_and_a_mistake_names_file_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let page = support::samples().join("templates/report.md");
    std::fs::copy(&page, folder.path().join("report.md")).unwrap();
    std::fs::write(folder.path().join("texts.toml"), "[severity]\ncritical = \"Kritisch\"\n").unwrap();
    let mut example = Example::new(60, "").unwrap();
    example.config.config.report.templates = Some(folder.path().to_owned());
    let written = Written::of(&example);
    assert!(written.text("report.md").lines().count() < 90, "the sample page is short");
    assert!(written.text("report.html").contains("Kritisch"));
    assert!(report::check_templates(&example.config.config).is_empty());

    for (text, place) in [("one\n{{ title | nosuch }}", ":2:"), ("{% for x in %}", ":1:"), ("a\nb\n{{ nosuch.field }}", ":3:")] {
        std::fs::write(folder.path().join("report.md"), text).unwrap();
        let problems = report::check_templates(&example.config.config);
        let [error] = &problems[..] else { panic!("{problems:?}") };
        let said = format!("{error:#}");
        assert!(said.contains(&format!("report.md{place}")), "{text:?}: {said}");
        assert_eq!(domo_reconcile::failure::kind(error), domo_reconcile::failure::FailureKind::Usage);
    }
}

#[test]
fn a_page_that_is_too_large_for_mail_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("people.csv");
    std::fs::write(&directory, "Email,Name,Status\na@acme.com,Ada Byron,Active\n").unwrap();
    std::fs::write(folder.path().join("accounts.json"), r#"[{"id":1,"name":"Ada Byron","email":"a@acme.com","role":"Admin"}]"#)
        .unwrap();
    let audit = ["audit", "--accounts", "accounts.json", "--directory", "people.csv", "--config", "own.toml"];
    for (megabytes, said) in [(1, false), (10, true)] {
        std::fs::write(
            folder.path().join("report.html"),
            format!("<style>{{{{ style | safe }}}}</style>{}", "x".repeat(megabytes * 1_000_000 + 1)),
        )
        .unwrap();
        std::fs::write(folder.path().join("own.toml"), "[domo]\ninstance = \"acme\"\n[report]\ntemplates = \".\"\n").unwrap();
        let ran = support::run(folder.path(), audit).code(0);
        assert_eq!(ran.stderr.contains("report.html has 10.0 MB"), said, "{megabytes} MB: {}", ran.stderr);
    }
}

#[test]
fn every_schema_is_printed_and_findings_json_keeps_to_its_own() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["findings", "plan", "report", "summary", "config"] {
        let schema = support::run(folder.path(), ["schema", name]).code(0).json();
        assert!(schema["properties"].is_object(), "{name}");
    }
    let schema = support::run(folder.path(), ["schema", "findings"]).code(0).json();
    let written = Written::of(&Example::new(60, "").unwrap());
    let findings = serde_json::from_str(&written.text("findings.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(&findings).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn the_page_reads_in_its_documented_order() {
    let page = Written::of(&Example::new(60, "").unwrap()).page();
    let ids: Vec<_> = select(&page, "main section[id]").into_iter().filter_map(|section| section.attr("id")).collect();
    let order =
        ["summary", "evidence", "population", "findings", "new", "exceptions", "not-tested", "sign-off", "plan", "k-leaver"];
    let places: Vec<_> = order.iter().map(|id| ids.iter().position(|there| there == id).unwrap()).collect();
    assert!(places.is_sorted(), "{ids:?}");
    let order = ["k-exception", "privileged", "resolved", "accepted", "method", "parameters", "sources", "files", "glossary"];
    let places: Vec<_> = order.iter().map(|id| ids.iter().position(|there| there == id).unwrap()).collect();
    assert!(places.is_sorted(), "{ids:?}");
}

#[test]
fn the_markdown_of_a_run_is_what_it_was() {
    let markdown = Written::of(&Example::new(30, "").unwrap()).text("report.md");
    // Digests of files follow every other change.
    let lines = markdown.lines().map(|line| match line.split_once("SHA-256") {
        Some((before, _)) => format!("{before}SHA-256 …"),
        None => line.to_owned(),
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_colour_of_the_palette_can_be_read_on_its_ground() {
    let css = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/style.css")).unwrap();
    let palettes: Vec<BTreeMap<&str, &str>> = css
        .split(":root {")
        .skip(1)
        .map(|block| {
            block
                .split('}')
                .next()
                .unwrap()
                .split(';')
                .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "))
                .collect()
        })
        .collect();
    assert!(css.contains("@media screen and (prefers-color-scheme: dark)"), "paper is light whatever the system says");
    for palette in &palettes[..2] {
        let on = |one: &str, other: &str| contrast(palette[one], palette[other]);
        for ground in ["bg", "surface"] {
            for ink in ["text", "muted", "link", "visited", "critical", "high", "medium", "low", "info", "ok", "del"] {
                assert!(on(ink, ground) >= 4.5, "{ink} on {ground}: {}", on(ink, ground));
            }
            assert!(on("control", ground) >= 3.0, "control on {ground}");
        }
        for (ink, ground) in [("ok", "ok-tint"), ("del", "del-tint"), ("text", "mark"), ("text", "ok-tint"), ("text", "del-tint")] {
            assert!(on(ink, ground) >= 4.5, "{ink} on {ground}: {}", on(ink, ground));
        }
        for ground in ["critical", "high", "ok", "medium", "del"] {
            assert!(on("badge", ground) >= 4.5, "badge on {ground}: {}", on("badge", ground));
        }
    }
}

/// WCAG 2's contrast ratio.
fn contrast(one: &str, other: &str) -> f64 {
    let light = |colour: &str| {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    };
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn a_browser_finds_nothing_wrong_with_the_page() {
    let Some(browser) = support::browser() else { return };
    let plain = Written::of(&Example::new(600, "").unwrap());
    let hostile = Written::of(
        &Example::new(60, "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>").unwrap(),
    );
    let archive = tempfile::tempdir().unwrap();
    let pages = [plain.folder.join("report.html"), hostile.folder.join("report.html")];
    support::in_browser(browser, "check.mjs", &pages.into_iter().chain(drawn(archive.path())).collect::<Vec<_>>());
}

/// Reports whose charts are easily wrong: nothing found, several runs of one day, evidence that is not whole.
fn drawn(folder: &Path) -> [std::path::PathBuf; 3] {
    let audit = |accounts: &str, directory: &str, archive: &str, code: i32| {
        std::fs::write(folder.join("accounts.json"), accounts).unwrap();
        std::fs::write(folder.join("people.csv"), directory).unwrap();
        let options = ["audit", "--accounts", "accounts.json", "--directory", "people.csv", "--as-of", "2026-11-23", "--json"];
        let ran = support::run(folder, options.into_iter().chain(["--archive", archive])).code(code);
        folder.join(ran.json()["run_dir"].as_str().unwrap()).join("report.html")
    };
    let both = "Email,Name,Status\na@acme.com,Ada Byron,Active\nb@acme.com,Bob King,Active\n";
    let clean = audit(TWO, both, "clean", 0);
    audit(TWO, both, "day", 0);
    audit(TWO, "Email,Name,Status\na@acme.com,Ada Byron,Active\nb@acme.com,Bob King,Terminated\n", "day", 0);
    let day = audit(TWO, both, "day", 0);
    let incomplete = audit(TWO, "Email,Name,Status\n", "day", 3);
    [clean, day, incomplete]
}

#[test]
fn page_one_names_the_worst_and_says_one_number_of_accounts_that_should_not_have_access() {
    let accounts = r#"[{"id":1,"name":"Ada Byron","email":"a@acme.com","role":"Editor","active":true},
        {"id":2,"name":"Bob King","email":"b@acme.com","role":"Admin","active":true},
        {"id":3,"name":"Cy Young","email":"c@acme.com","role":"Editor","active":true},
        {"id":4,"name":"Nobody Known","email":"n@acme.com","role":"Editor","active":true}]"#;
    let directory = "Email,Name,Status,Termination Date\na@acme.com,Ada Byron,Terminated,2026-10-31\n\
        b@acme.com,Bob King,Terminated,2026-11-20\nc@acme.com,Cy Young,Terminated,2026-01-31\n";
    let page = audited(accounts, directory);
    assert_eq!(
        text(select(&page, "#worst h2")[0]),
        "By the directory, 4 active accounts should not have access: 3 leavers, 1 orphan."
    );
    let names: Vec<String> = select(&page, "#worst li a").into_iter().map(text).collect();
    assert_eq!(names, ["Bob King", "Cy Young", "Ada Byron"], "severity first, then the days since they left");
}

#[test]
fn page_one_counts_accounts_of_people_who_have_left_although_nobody_can_say_which_or_whose() {
    let accounts = r#"[{"id":1,"name":"Ada Byron","email":"a@acme.com","role":"Editor","active":true},
        {"id":2,"name":"Ada Byron","email":"old@acme.com","employeeNumber":"101","role":"Editor","active":true},
        {"id":3,"name":"Bob King","email":"b@acme.com","role":"Editor","active":true}]"#;
    let directory = |second: &str| {
        format!(
            "Email,Employee ID,Name,Status,Termination Date\na@acme.com,101,Ada Byron,Terminated,2026-10-31\n\
             b@acme.com,102,Bob King,Terminated,2026-10-31\nb@acme.com,103,Bob King,{second}\n"
        )
    };
    let headline = |directory: &str| text(select(&audited(accounts, directory), "#worst h2")[0]);
    assert_eq!(
        headline(&directory("Terminated,2026-01-31")),
        "3 active accounts belong to people who have left, whoever of the candidates these are: 1 ambiguous, 2 duplicates."
    );
    assert!(headline(&directory("Active,")).ends_with(": 2 duplicates."), "one of them is employed");
}

#[test]
fn page_one_does_not_call_accounts_fine_whose_people_were_never_looked_at() {
    let page = audited(TWO, "Email,Name\na@acme.com,Ada Byron\nb@acme.com,Bob King\n");
    assert_eq!(
        text(select(&page, "#worst h2")[0]),
        "By the directory, no active account was found that should not have access. Who has left was not tested, or not for everybody."
    );
}

#[test]
fn an_incomplete_run_asks_nobody_for_a_decision_and_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let [.., incomplete] = drawn(folder.path());
    let page = Html::parse_document(&std::fs::read_to_string(incomplete).unwrap());
    let findings = text(select(&page, "#findings .lead")[0]);
    assert!(findings.contains("decide nothing by") && !findings.contains("need"), "{findings}");
    assert!(text(select(&page, "#worst h2")[0]).contains("cannot be said"));
    assert!(select(&page, "#worst li").is_empty());
    assert_eq!(select(&page, "#new tbody tr").len(), 3, "the trend has the three whole runs before it, and not this one");
}

#[test]
fn page_one_says_what_changed_in_access_and_the_page_draws_what_stood_open_at_each_run() {
    let folder = tempfile::tempdir().unwrap();
    let [_, day, _] = drawn(folder.path());
    let page = Html::parse_document(&std::fs::read_to_string(day).unwrap());
    let hints: Vec<String> = select(&page, "#worst .hint").into_iter().map(text).collect();
    assert_eq!(hints[0], "No account's access changed since the last run.", "{hints:?}");
    assert!(hints[1].starts_with("Last review: 0 of "), "{hints:?}");
    // Three runs: nothing, a leaver, nothing again; a column only where there is something.
    assert_eq!(select(&page, "section[aria-labelledby=t-over-time-c] tbody tr").len(), 3);
    let columns = select(&page, "#more svg[viewBox] rect.high");
    assert_eq!(columns.len(), 1, "the leaver, and only at the second run");
}

/// The page of an audit of one account file and one directory, without any configuration.
fn audited(accounts: &str, directory: &str) -> Html {
    let (_folder, run) = run_of(accounts, directory);
    Html::parse_document(&std::fs::read_to_string(run.join("report.html")).unwrap())
}

/// The run folder of such an audit; it lives as long as the first.
fn run_of(accounts: &str, directory: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("accounts.json"), accounts).unwrap();
    std::fs::write(folder.path().join("people.csv"), directory).unwrap();
    let ran = support::run(
        folder.path(),
        ["audit", "--accounts", "accounts.json", "--directory", "people.csv", "--as-of", "2026-11-23", "--json"],
    );
    let run = folder.path().join(ran.code(0).json()["run_dir"].as_str().unwrap());
    (folder, run)
}

const TWO: &str = r#"[{"id":1,"name":"Ada Byron","email":"a@acme.com","role":"Admin","active":true},
    {"id":2,"name":"Bob King","email":"b@acme.com","role":"Editor","active":true}]"#;

#[test]
fn what_was_not_tested_is_no_zero_and_an_instance_nobody_named_has_no_address() {
    let page = audited(TWO, "Email,Name\na@acme.com,Ada Byron\nb@acme.com,Bob King\n");
    let row = |kind: &str| {
        let row = select(&page, "table.kinds tbody tr").into_iter().find(|row| text(*row).starts_with(kind)).unwrap();
        row.select(&Selector::parse("td").unwrap()).map(text).collect::<Vec<_>>()
    };
    assert_eq!(row("Leaver"), ["–", "–", "–", "–", "–", "–", "–", "not tested"]);
    let tested = |kind: &str| row(kind).pop().unwrap();
    assert_eq!(tested("Conflict"), "not tested", "one key contradicts nothing");
    for nothing_to_test in ["Exceptions", "Deactivated", "Kept long enough"] {
        assert_eq!(tested(nothing_to_test), "not applicable", "{nothing_to_test}");
    }
    assert_eq!(row("Orphan"), ["0", "0", "0", "0", "0", "0", "0", "2"]);
    assert!(!page.html().contains("domo.domo.com"));
}

#[test]
fn nobody_is_said_to_have_no_row_whose_account_has_one_in_conflict() {
    let accounts = r#"[{"id":1,"name":"Ada Byron","email":"a@acme.com","employeeNumber":2,"role":"Admin","active":true}]"#;
    let page = audited(accounts, "Email,Employee ID,Name,Status\na@acme.com,1,Ada Byron,Active\nb@acme.com,2,Bob King,Active\n");
    let row = text(select(&page, "#privileged tbody tr")[0]);
    assert!(row.contains("Conflictnot certain: see the finding"), "{row}");
}

#[test]
fn only_an_exception_that_holds_and_accepts_the_account_says_who_answers_for_it() {
    let folder = Folder::ada_and_olga();
    for (kind, expires, answers) in [
        ("orphan", "2027-03-31", "it@acme.example"),
        ("orphan", "2026-09-30", "nobody named"),
        ("drift", "2027-03-31", "nobody named"),
    ] {
        let rule = format!(
            "[report]\ncompany_domains = [\"acme.com\"]\n[[exception]]\naccount = \"olga@acme.example\"\nkinds = [\"{kind}\"]\n\
             reason = \"r\"\nowner = \"it@acme.example\"\nexpires = {expires}\n"
        );
        folder.write("domo-reconcile.toml", rule);
        let run = folder.audit(&["--as-of", "2026-11-23"]);
        let page = Html::parse_document(&std::fs::read_to_string(run.folder.join("report.html")).unwrap());
        let row = select(&page, "#external tbody tr").into_iter().map(text).find(|row| row.contains("olga@")).unwrap();
        assert!(row.ends_with(answers), "{kind} until {expires}: {row}");
    }
}

#[test]
fn page_one_says_of_every_kind_that_was_not_tested_that_it_was_not() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("accounts.json"), TWO).unwrap();
    std::fs::write(folder.path().join("people.csv"), "Email,Name,Status,Hire Date\n").unwrap();
    let ran = support::run(folder.path(), ["audit", "--accounts", "accounts.json", "--directory", "people.csv", "--json"]);
    let run = ran.code(3).json()["run_dir"].as_str().unwrap().to_owned();
    let page = Html::parse_document(&std::fs::read_to_string(folder.path().join(run).join("report.html")).unwrap());
    let listed = text(select(&page, "#not-tested")[0]);
    let mut untested = 0;
    for row in select(&page, "table.kinds tbody tr").into_iter().filter(|row| text(*row).ends_with("not tested")) {
        let kind = text(row.select(&Selector::parse("th").unwrap()).next().unwrap());
        assert!(listed.contains(&kind), "{kind}: {listed}");
        untested += 1;
    }
    assert!(untested >= 4 && !listed.contains("nothing to test"), "{listed}");
    assert!(listed.contains("Nothing of what was read falls under it, and the evidence is incomplete"), "{listed}");
}

#[test]
fn without_a_single_account_page_one_gives_the_cause_once_and_names_every_check() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("accounts.json"), "[]").unwrap();
    std::fs::write(folder.path().join("people.csv"), "Email,Name,Title,Department\na@acme.com,Ada Byron,Engineer,IT\n").unwrap();
    let ran = support::run(folder.path(), ["audit", "--accounts", "accounts.json", "--directory", "people.csv", "--json"]);
    let run = ran.code(3).json()["run_dir"].as_str().unwrap().to_owned();
    let page = Html::parse_document(&std::fs::read_to_string(folder.path().join(run).join("report.html")).unwrap());
    let lines: Vec<_> = select(&page, "#not-tested .list div").into_iter().map(text).collect();
    let caused: Vec<_> = lines.iter().filter(|line| line.ends_with("No account was read")).collect();
    assert_eq!(caused.len(), 1, "{lines:?}");
    for check in ["Privileged accounts", "Drift of title", "Drift of role", "Matching by email"] {
        assert!(caused[0].contains(check), "{check}: {caused:?}");
    }
}

#[test]
fn a_missing_number_stands_among_numbers_and_a_contradiction_says_what_contradicts_what() {
    let directory = "Email,Name,Status,Termination Date\na@acme.com,Ada Byron,Terminated,2026-10-31\n\
        b@acme.com,Bob King,Terminated,\nc@acme.com,Cy Young,Active,2026-01-31\n";
    let page = audited(TWO, directory);
    let numbers = select(&page, "#k-leaver td.number");
    let numbers: Vec<String> = numbers.into_iter().map(text).collect();
    assert_eq!(numbers, ["23", "(empty)"]);
    let problem = select(&page, "#k-quality tbody tr td.long").into_iter().map(text).collect::<String>();
    assert!(
        problem.contains("Active") && !problem.contains('`') && problem.contains("2026-01-31 was 296 days before"),
        "{problem}"
    );
}

#[test]
fn what_was_decided_is_as_confidential_as_the_report_and_shows_no_empty_column() {
    let company = Folder::ada_and_olga().with("domo-reconcile.toml", "[report]\nclassification = \"Hush\"\n");
    let run = company.run(&AUDIT).code(0).json()["run_dir"].as_str().unwrap().to_owned();
    company.run(&["review", "latest", "--approve", "all", "--by", "ana"]).code(0);
    let page = company.read(format!("{run}/decisions.html"));
    assert!(page.contains("<strong>Hush</strong>") && page.contains("approved on"), "{page}");
    assert!(!page.contains("Decided before") && !page.contains("Read back"), "nothing was, yet");
    company.run(&["review", "latest", "--reject", "all", "--comment", "stays", "--by", "ana"]).code(0);
    assert!(company.read(format!("{run}/decisions.html")).contains("Decided before"));
    company.run(&["certify", "latest", "--finish"]).code(0);
    let certified = company.read(format!("{run}/certification.html"));
    assert!(certified.contains("<strong>Hush</strong>"));
    assert!(!certified.contains("<td></td>") && !certified.contains("<bdi></bdi>"), "a cell says nothing: {certified}");
    assert!(company.read(format!("{run}/certification.md")).contains("**Hush**"));
    // And so are the packets, whatever the rules where they are dealt out say.
    std::fs::write(company.at("domo-reconcile.toml"), "").unwrap();
    for (verb, out) in [("review", "packets"), ("certify", "asked")] {
        company.run(&[verb, "latest", "--split", "role", "--out", out]).code(0);
        let packets = std::fs::read_dir(company.at(out)).unwrap().map(|entry| entry.unwrap().path());
        let pages: Vec<_> = packets.filter(|path| path.extension().is_some_and(|ending| ending == "html")).collect();
        assert!(!pages.is_empty());
        for page in pages {
            let page = std::fs::read_to_string(page).unwrap();
            assert!(page.contains("<strong>Hush</strong>") && page.contains("@top-right { content: \"Hush\" }"), "{page}");
        }
    }
    let note = std::fs::read_dir(company.at("asked")).unwrap().map(|entry| entry.unwrap().path());
    let note = note.filter(|path| path.extension().is_some_and(|ending| ending == "txt"));
    let note = note.map(|path| std::fs::read_to_string(path).unwrap()).next().unwrap();
    assert!(note.contains("counts as not confirmed") && !note.contains("rejection"), "{note}");
}

#[test]
fn page_one_says_how_much_of_a_change_the_configuration_explains_however_much_of_it_changed() {
    let company = Folder::ada_and_olga();
    company.audit(&[]);
    let rules = "[domo]\nconcurrency = 2\n[guards]\nmax_creates = 1\nmin_admins = 1\nmax_updates_percent = 9\nmax_deactivations = 9\n\
        [policy]\nplan_valid_days = 9\ndormant_days = 9\n[[exclude]]\nid = 2\nreason = \"robot\"\nowner = \"it\"\n";
    company.write("domo-reconcile.toml", rules);
    let page = Html::parse_document(&company.audit(&[]).read("report.html"));
    let said: Vec<String> = select(&page, "#new li").into_iter().map(text).collect();
    assert!(said[0].contains("1 of 1 that are gone come from changed parameters") && said.len() == 7, "{said:?}");
}

#[test]
fn page_one_says_why_there_is_no_plan_and_how_many_are_accepted() {
    let users = serde_json::json!([
        {"id": 1, "name": "Ada Byron", "email": "ada@acme.example", "role": "Editor", "active": true},
        {"id": 2, "name": "Olga Petrova", "email": "olga@acme.example", "role": "Editor", "active": true},
        {"id": 3, "name": "Otto Lang", "email": "otto@acme.example", "role": "Editor", "active": true},
    ]);
    let staff = "Name,Work Email,Status,Termination Date\nAda Byron,ada@acme.example,Active,\n";
    let leaving = staff.replace("Active,", "Active,2026-11-30");
    let left = staff.replace("Active,", "Terminated,2026-10-31");
    let accepts = |addresses: &[&str]| {
        let rule = |address: &&str| {
            format!(
                "[[exception]]\naccount = \"{address}\"\nkinds = [\"orphan\"]\nreason = \"r\"\nowner = \"o\"\nexpires = 2027-03-31\n"
            )
        };
        addresses.iter().map(rule).collect::<String>()
    };
    let (olga, otto) = ("olga@acme.example", "otto@acme.example");
    let none = "There is no plan: the policy proposes no action for any finding that is not accepted.";
    for (workers, rules, day, accepted, headline, plan) in [
        (
            staff,
            accepts(&[olga, otto]),
            "2026-11-23",
            2,
            "By the directory, no active account was found that should not have access, beside 2 that are accepted.",
            none,
        ),
        (
            &format!("{staff}Otto Lang,otto@acme.example,Active,\n"),
            accepts(&[olga]),
            "2026-11-23",
            1,
            "By the directory, no active account was found that should not have access, beside 1 that is accepted.",
            none,
        ),
        (
            &leaving,
            accepts(&[olga]),
            "2026-12-31",
            1,
            "By the directory, 2 accounts that are active today should not have access on 2026-12-31: 1 leaver, 1 orphan (1 more is accepted).",
            "There is no plan: this is a forecast. An audit of a day that has come proposes what to do.",
        ),
        // A kind of which all are accepted does not vanish beside another.
        (
            &left,
            accepts(&[olga, otto]),
            "2026-11-23",
            2,
            "By the directory, 1 active account should not have access: 1 leaver, 0 orphans (2 more are accepted).",
            "1 action is proposed",
        ),
    ] {
        let company = Folder::of(&users, workers).at_moment("2026-11-23T06:00:00Z").with("domo-reconcile.toml", rules);
        let answer = company.run(&[&AUDIT[..], &["--as-of", day]].concat()).code(0).json();
        let page = Html::parse_document(&company.run_of(&answer).read("report.html"));
        assert_eq!(text(select(&page, "#worst h2")[0]), headline);
        assert!(text(select(&page, "#plan")[0]).contains(plan), "{headline}: {}", text(select(&page, "#plan")[0]));
        assert_eq!(answer["findings"]["accepted"], accepted, "{answer}");
        let said = company.run(&["audit", "--accounts", "users.json", "--directory", "workers.csv", "--as-of", day]).code(0);
        assert!(said.stdout.contains(&format!("; {accepted} of them accepted by exceptions\n")), "{}", said.stdout);
    }
}

#[test]
fn one_of_something_is_one() {
    let one = r#"[{"id":1,"name":"Ada Byron","email":"a@acme.com","role":"Admin","active":true,"title":"Clerk"}]"#;
    let page = audited(one, "Email,Name,Status,Title\na@acme.com,Ada Byron,Active,Lead\n");
    let said = ["header", "nav", "main"].map(|part| text(select(&page, part)[0])).join(" ");
    let plurals = ["accounts", "rows", "findings", "fields", "days", "people", "pages", "passes", "files", "actions"];
    let wrong = plurals.iter().filter(|word| {
        let wrong = format!(" 1 {word}");
        said.split(&wrong).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), [] as [&&str; 0], "{said}");
    assert!(
        said.contains("The one account in accounts.json and the one directory row were read") && said.contains("1 field differs"),
        "{said}"
    );
}

#[test]
fn a_list_of_page_one_that_is_cut_says_so_and_rows_with_findings_are_not_said_to_have_none() {
    let people = 1..=12;
    let accounts =
        people.clone().map(|n| format!(r#"{{"id":{n},"name":"Ada {n}","email":"a{n}@acme.com","role":"Admin","active":true}}"#));
    let accounts = format!("[{}]", accounts.collect::<Vec<_>>().join(","));
    let rows = people.map(|n| format!("a{n}@acme.com,Ada {n},Terminated,2026-10-{:02}\n", 13 - n)).collect::<String>();
    let (_folder, run) = run_of(&accounts, &format!("Email,Name,Status,Termination Date\n{rows},Row Without A Key,Active,\n"));
    let page = Html::parse_document(&std::fs::read_to_string(run.join("report.html")).unwrap());
    let worst: Vec<String> = select(&page, "#worst li").into_iter().map(text).collect();
    assert_eq!((worst.len(), worst[10].as_str()), (11, "and 2 more below"));
    let matched = select(&page, "#t-people-c ~ tbody tr").into_iter().map(text).find(|row| row.starts_with("Matched")).unwrap();
    assert!(matched.ends_with("12 with findings"), "{matched}");
    // Page, plan and sheet have one order: who left longest ago comes first.
    let plan: serde_json::Value = serde_json::from_slice(&std::fs::read(run.join("plan.json")).unwrap()).unwrap();
    let planned: Vec<_> = plan["actions"].as_array().unwrap().iter().map(|action| action["account_id"].as_u64().unwrap()).collect();
    assert_eq!(planned, (1..=12).rev().collect::<Vec<_>>());
    // What has no name and no address is called as the report calls it.
    assert!(plan["findings"].as_array().unwrap().iter().any(|open| open["name"] == "people.csv row 14"), "{plan}");
    assert!(worst[0].contains("Ada 12") && worst[9].contains("Ada 3 "), "{worst:?}");
    let sheet = std::fs::read_to_string(run.join("review.csv")).unwrap();
    let at = |name: &str| sheet.find(name).unwrap();
    assert!(at("Ada 12") < at("Ada 11") && at("Ada 11") < at("Ada 1,"), "{sheet}");
}

#[test]
fn what_could_not_be_looked_for_is_not_said_to_be_absent_and_what_nobody_counted_has_no_number() {
    let folder = tempfile::tempdir().unwrap();
    let [clean, _, incomplete] = drawn(folder.path());
    let read = |path: &Path| Html::parse_document(&std::fs::read_to_string(path).unwrap());
    let owned =
        |page: &Html| select(page, "#answers div").into_iter().map(text).find(|line| line.starts_with("What leavers")).unwrap();
    assert!(!owned(&read(&incomplete)).contains("Nothing"), "{}", owned(&read(&incomplete)));
    let first = read(&clean);
    for (section, count) in [("#access h2 .n", 0), ("#resolved h2 .n", 0), ("#privileged h2 .n", 1)] {
        assert_eq!(select(&first, section).len(), count, "{section}");
    }
    let without = text(select(&first, "#without")[0]);
    assert!(without.contains("compared by their ids. "), "{without}");
}
