//! What a reviewer is given: a page that decides offline, a workbook, and a short text to send with them. One packet is a plan's
//! rows or a certification's accounts; the page and the workbook do not know which.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use chrono::{DateTime, NaiveDate, Utc};
use rust_xlsxwriter::Workbook;
use serde::Serialize;

use super::html;
use super::sheets::{Deciding, SheetWriter};
use super::templates::Templates;
pub use super::workbook::DECIDING as COLUMNS;
use crate::config::Config;
use crate::plan::certification::Confirmed;
use crate::plan::decision::commented;
use crate::plan::packets::{Packet, UNASSIGNED};
use crate::plan::sheet::{self, Decidable};
use crate::plan::{About, Decision};
use crate::terms::{Severity, words};
use crate::text::{self, shown};

words! {
    /// What the rows of a packet are of, as the decisions file calls it.
    PacketOf {
        /// A plan, which is reviewed.
        Plan = "plan",
        /// A run, whose accounts are certified.
        Run = "run",
    }
}

words! {
    /// What can be decided of a row, as the page's script calls it.
    Choices {
        /// An action: approved or rejected.
        Action = "a",
        /// A finding without an action: kept, or accepted until a day.
        Finding = "f",
        /// A finding that no exception can name: kept.
        Noted = "n",
        /// An account that is certified.
        Account = "c",
    }
}

/// What all packets of one split have in common.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// What the rows are of.
    pub of: PacketOf,
    /// The plan's id or the run's.
    pub id: &'a str,
    /// The digest of the plan, or of the run's manifest.
    pub digest: &'a str,
    /// The instance.
    pub instance: &'a str,
    /// `[report] title`.
    pub title: &'a str,
    /// `[report] classification` of the run.
    pub classification: Option<&'a str>,
    /// When the accounts were read.
    pub read: DateTime<Utc>,
    /// Until when answers are asked for.
    pub due: NaiveDate,
    /// Whether reviewers are people: then the packet's reviewer is who decides.
    pub personal: bool,
    /// The columns of the workbook, locked ones first, with their widths.
    pub columns: &'static [(&'static str, f64)],
    /// What can be chosen in the workbook, and whether nothing else may stand there.
    pub choices: (&'static [&'static str], bool),
}

/// One row of a packet.
#[derive(Debug, Clone)]
pub struct Item {
    /// The key of its decision.
    pub id: String,
    /// What can be decided.
    pub choices: Choices,
    /// How bad, where something was found.
    pub severity: Option<Severity>,
    /// Whom it is about: an address, else a name.
    pub subject: String,
    /// The name beside it.
    pub name: Option<String>,
    /// What is proposed, or what was found.
    pub what: String,
    /// What would change.
    pub change: Vec<String>,
    /// Why.
    pub why: String,
    /// What else is known, label and value.
    pub facts: Vec<(&'static str, String)>,
    /// The locked cells of its row in the workbook.
    pub cells: Vec<String>,
    /// What was decided already: shown, and never filled in. What nobody touched is nobody's answer.
    pub said: Option<PriorDecision>,
}

/// A decision as a page or a sheet shows it.
#[derive(Debug, Clone)]
pub struct PriorDecision {
    /// What was decided, as a reviewer writes it: `approve`, `accept-until 2027-03-31`.
    pub word: String,
    /// Who decided it.
    pub by: String,
    /// Why.
    pub comment: Option<String>,
}

impl From<&Decision> for PriorDecision {
    fn from(decision: &Decision) -> Self {
        Self { word: decision.word(), by: decision.by.clone(), comment: decision.comment.clone() }
    }
}

/// Whom an item is about.
fn whom(about: &About) -> [(&'static str, String); 6] {
    [
        ("department", about.department.clone().unwrap_or_default()),
        ("location", about.location.clone().unwrap_or_default()),
        ("manager", about.manager.clone().unwrap_or_default()),
        ("manager_note", about.manager_note.clone().unwrap_or_default()),
        ("last_seen", about.last_seen.map(|day| day.to_string()).unwrap_or_default()),
        ("owns", about.owned()),
    ]
}

impl Item {
    /// An account that is certified.
    pub fn certified(account: &Confirmed, said: Option<PriorDecision>) -> Self {
        let about = &account.about;
        Self {
            id: account.key.clone(),
            choices: Choices::Account,
            severity: about.severity,
            subject: account.subject(),
            name: account.name.clone().filter(|name| *name != account.subject()),
            what: about.role.clone().unwrap_or_default(),
            change: Vec::new(),
            why: account.findings.join("; "),
            facts: [("person", account.person.clone().unwrap_or_default())]
                .into_iter()
                .chain(whom(about))
                .chain([("groups", account.groups.join(", "))])
                .collect(),
            cells: account.locked().into(),
            said,
        }
    }

    /// A plan's row.
    pub fn of(row: &Decidable<'_>, said: Option<&Decision>) -> Self {
        let about = row.about().cloned().unwrap_or_default();
        let mut facts = vec![("role", about.role.clone().unwrap_or_default())];
        facts.extend(whom(&about));
        facts.push(("account", row.account_id().map(|id| id.to_string()).unwrap_or_default()));
        facts.push(("row", row.id().to_owned()));
        Self {
            id: row.id().to_owned(),
            choices: match row {
                Decidable::Action(_) => Choices::Action,
                Decidable::Finding(_) if row.may_be_accepted() => Choices::Finding,
                Decidable::Finding(_) => Choices::Noted,
            },
            severity: row.severity(),
            subject: row.subject(),
            name: row.name().filter(|name| *name != row.subject()).map(str::to_owned),
            what: row.kind().to_owned(),
            change: row.change().lines().map(str::to_owned).collect(),
            why: row.why().to_owned(),
            facts,
            cells: row.locked().into(),
            said: said.filter(|said| said.verdict != crate::plan::Verdict::Open).map(PriorDecision::from),
        }
    }
}

/// What the page's template sees.
#[derive(Serialize)]
struct View<'a> {
    lang: &'a str,
    page_title: String,
    title: String,
    generator: String,
    instance: &'a str,
    classification: Option<&'a str>,
    lead: String,
    facts: Vec<Fact>,
    workbook: String,
    words: String,
    of: PacketOf,
    id: &'a str,
    digest: &'a str,
    reviewer: &'a str,
    by: &'a str,
    file: String,
    rows: Vec<RowView<'a>>,
    footer: String,
}

#[derive(Serialize)]
struct Fact {
    label: String,
    value: String,
}

#[derive(Serialize)]
struct RowView<'a> {
    id: &'a str,
    choices: Choices,
    severity: Option<String>,
    rank: Option<usize>,
    subject: String,
    name: Option<String>,
    what: String,
    change: Vec<String>,
    why: String,
    facts: String,
    said: Option<String>,
}

/// Makes packets.
pub struct PacketWriter<'a> {
    templates: Templates,
    subject: Subject<'a>,
}

impl<'a> PacketWriter<'a> {
    /// Over the built-in templates and those of the configuration.
    ///
    /// # Errors
    /// A template or a catalogue cannot be read.
    pub fn new(config: &Config, subject: Subject<'a>) -> Result<Self> {
        Ok(Self { templates: Templates::load(config)?, subject })
    }

    /// The files of one packet, by ending.
    ///
    /// # Errors
    /// A template does not render, or a workbook cannot be made.
    pub fn files(&self, packet: &Packet, items: &[Item]) -> Result<[(&'static str, Vec<u8>); 4]> {
        let note = self.note(packet, items.len());
        let mail = self.mail(packet, &note);
        Ok([
            ("html", self.page(packet, items)?.into_bytes()),
            ("xlsx", self.workbook(packet, items)?),
            ("txt", note.into_bytes()),
            ("eml", mail.into_bytes()),
        ])
    }

    fn t(&self, key: &str) -> String {
        self.templates.texts.get(&format!("packet.{key}")).to_owned()
    }

    fn lead(&self, packet: &Packet, rows: usize) -> String {
        let key = match (self.subject.of, packet.reviewer.as_str()) {
            (PacketOf::Run, _) => "packet.lead_certify",
            (_, UNASSIGNED) => "packet.lead_unassigned",
            _ => "packet.lead",
        };
        self.templates.texts.count(key, rows as u64, &[("instance", self.subject.instance)])
    }

    fn page(&self, packet: &Packet, items: &[Item]) -> Result<String> {
        let Subject { of, id, digest, instance, title, classification, read, due, personal, .. } = &self.subject;
        let texts = &self.templates.texts;
        let fact = |key: &str, value: String| Fact { label: self.t(key), value };
        let generator = format!("domo-reconcile {}", env!("CARGO_PKG_VERSION"));
        let reviewer = shown(&packet.reviewer);
        let view = View {
            lang: texts.get("page.lang"),
            page_title: format!("{title} - {reviewer}"),
            title: texts.fill("packet.title", &[("reviewer", &reviewer)]),
            footer: texts.fill("packet.footer", &[("generator", &generator), ("id", id), ("digest", digest)]),
            generator,
            instance,
            classification: *classification,
            lead: self.lead(packet, items.len()),
            facts: vec![fact("read", text::minute(*read)), fact("due", due.to_string()), fact(of.as_str(), (*id).to_owned())],
            workbook: format!("{}.xlsx", packet.file),
            words: serde_json::to_string(&texts.tree()["packet_script"])?,
            of: *of,
            id,
            digest,
            reviewer: &packet.reviewer,
            by: if *personal && packet.reviewer != UNASSIGNED { &packet.reviewer } else { "" },
            file: format!("decisions-{}.json", packet.file),
            rows: items.iter().map(|item| self.row(item)).collect(),
        };
        let left = format!("{title} - {instance}");
        html::packet(&self.templates, &view, [&left, classification.unwrap_or_default(), &view.title])
    }

    fn row<'i>(&self, item: &'i Item) -> RowView<'i> {
        let texts = &self.templates.texts;
        let facts = item.facts.iter().filter(|(_, value)| !value.is_empty()).map(|(label, value)| {
            let label = self.t(&format!("fact_{label}"));
            if label.is_empty() { shown(value) } else { format!("{label}: {}", text::visible(value)) }
        });
        RowView {
            id: &item.id,
            choices: item.choices,
            severity: item.severity.map(|severity| texts.get(&format!("severity.{}", severity.as_str())).to_owned()),
            rank: item.severity.map(Severity::rank),
            subject: shown(&item.subject),
            name: item.name.as_ref().map(shown),
            what: item.what.clone(),
            change: item.change.iter().map(shown).collect(),
            why: shown(&item.why),
            facts: facts.collect::<Vec<_>>().join(" \u{b7} "),
            said: item.said.as_ref().map(|said| self.said("said", said)),
        }
    }

    /// What was decided before the packet was made, as a sentence.
    fn said(&self, key: &str, said: &PriorDecision) -> String {
        let PriorDecision { word, by, comment } = said;
        let comment = commented(comment.as_deref());
        let told = self.templates.texts.fill(&format!("packet.{key}"), &[("verdict", word), ("by", by), ("comment", &comment)]);
        shown(&told)
    }

    fn workbook(&self, packet: &Packet, items: &[Item]) -> Result<Vec<u8>> {
        let Subject { id, digest, instance, title, classification, columns, choices, due, .. } = &self.subject;
        let texts = &self.templates.texts;
        let writer = SheetWriter::plain(texts, title, instance, classification.unwrap_or_default(), id);
        let mut book = Workbook::new();
        let deciding = Deciding { name: sheet::ACTIONS, columns, choices: *choices, rows: items.len() };
        let row = |at: usize| {
            let item = items.get(at);
            let said = item.and_then(|item| item.said.as_ref()).map(|said| self.said("said_blank", said));
            (item.map(|item| item.cells.clone()).unwrap_or_default(), said)
        };
        writer.deciding(book.add_worksheet(), &deciding, row)?;
        // Whose it is and what it is for.
        let run = self.subject.of == PacketOf::Run;
        let (label, digest_label) = if run { (sheet::RUN, sheet::RUN_DIGEST) } else { (sheet::PLAN, sheet::PLAN_DIGEST) };
        let facts = [
            (texts.get("workbook.how"), texts.get(if run { "packet.how_certify" } else { "packet.how" }).to_owned()),
            (label, (*id).to_owned()),
            (digest_label, (*digest).to_owned()),
            (sheet::PACKET_OF, packet.reviewer.clone()),
            (texts.get("packet.due"), due.to_string()),
        ];
        writer.facts(book.add_worksheet(), sheet::SUMMARY, &facts)?;
        book.save_to_buffer().context("making a packet's workbook")
    }

    /// The text to send with the files.
    fn note(&self, packet: &Packet, rows: usize) -> String {
        let Subject { due, title, .. } = &self.subject;
        let reviewer = text::visible(&packet.reviewer);
        let places = [
            ("reviewer", reviewer.as_ref()),
            ("title", title),
            ("lead", &self.lead(packet, rows)),
            ("due", &due.to_string()),
            ("page", &format!("{}.html", packet.file)),
            ("workbook", &format!("{}.xlsx", packet.file)),
            ("saved", &format!("decisions-{}.json", packet.file)),
        ];
        let note = if self.subject.of == PacketOf::Run { "packet.note_certify" } else { "packet.note" };
        self.templates.texts.fill(note, &places) + "\n"
    }

    /// The same as a mail that nobody has sent yet: it opens as a draft.
    fn mail(&self, packet: &Packet, note: &str) -> String {
        let code = |text: &str| base64::engine::general_purpose::STANDARD.encode(text.as_bytes());
        // A word of a header is at most 75 characters, and a letter is not cut in two.
        let encoded = |text: &str| {
            let letters: Vec<char> = text.chars().collect();
            letters
                .chunks(10)
                .map(|some| format!("=?utf-8?B?{}?=", code(&some.iter().collect::<String>())))
                .collect::<Vec<_>>()
                .join("\r\n ")
        };
        let title =
            self.templates.texts.fill("packet.subject", &[("title", self.subject.title), ("due", &self.subject.due.to_string())]);
        let address = Some(packet.reviewer.trim()).filter(|_| self.subject.personal).filter(|address| is_plain_address(address));
        let to = address.map(|address| format!("To: <{address}>\r\n")).unwrap_or_default();
        let body = code(&note.replace('\n', "\r\n"));
        let body = body.as_bytes().chunks(76).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n");
        format!(
            "X-Unsent: 1\r\n{to}Subject: {}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{body}\r\n",
            encoded(&title)
        )
    }
}

/// An address that can stand in a header as it is.
fn is_plain_address(address: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.@".contains(letter);
    address.split('@').filter(|part| !part.is_empty()).count() == 2
        && address.matches('@').count() == 1
        && address.chars().all(fits)
}
