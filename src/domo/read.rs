//! Reading: the whole list in a way that proves itself, and single accounts.
//!
//! Domo's list has row offsets, no total and no stated order, and others change it while it is read. So pages are asked for side
//! by side but taken in order, a pass only ends at an empty page, and the list is read again until two passes in a row name the
//! same ids, one of them over pages of another size. If that does not happen within a bounded number of passes, the evidence is
//! incomplete and says why.
//!
//! The second pass costs as much as the first, and nothing cheaper shows as much. Pages that overlap by a row notice that a row
//! went or came between two reads, but not one that went and one that came, or two that changed places; a page cannot be larger
//! than 500 rows; and Domo tells no total, no version and no digest of its list that could be compared instead.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Result;
use chrono::Utc;
use serde_json::{Map, Value};

use super::account::{Account, Lookup};
use super::accounts::{Accounts, Evidence};
use super::extras::Extras;
use super::frame::NO_INACTIVE_STATE;
use super::objects;
use super::pages::{Keep, Page, Window, plain_address};
use super::session::{Door, Session, Unusable, failure, json};
use super::snapshot::Snapshot;
use super::wire::{self, CallError, Refusal};
use crate::text;

/// Pages in a row that may hold nothing new: a list that grows at its head pushes old rows before us.
const STALE: u32 = 3;

/// The field and the column that say whether an account is active.
const ACTIVE: &str = "active";
/// So many accounts are read singly where the list does not say it.
const SINGLY: usize = 3;

/// Who wants to know how far reading has come.
pub trait ReadProgress: Sync {
    /// Called a few times a second.
    fn update(&self, state: &ReadState);
}

/// How far reading has come.
#[derive(Debug, Clone, Default)]
pub struct ReadState {
    /// What is read: `accounts`, `groups`, `events of the activity log`, `actions`.
    pub what: &'static str,
    /// The pass over the list, from 1.
    pub pass: u64,
    /// Rows in this pass so far.
    pub rows: u64,
    /// How many to expect, once a pass has told.
    pub expected: Option<u64>,
    /// How long Domo asked us to wait still.
    pub waiting: Option<Duration>,
}

/// Progress that nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl ReadProgress for Silent {
    fn update(&self, _state: &ReadState) {}
}

/// The read side.
#[derive(Clone)]
pub struct Reader {
    pub(super) session: Session,
}

/// One time over the list.
#[derive(Default)]
struct Pass {
    /// The objects, where they are kept.
    lines: Snapshot,
    ids: HashSet<u64>,
    /// Who has the address that is looked for; a pass ends with the page that names one.
    holders: Vec<u64>,
    repeated: Vec<u64>,
    rows: u64,
    /// Of the largest page.
    most: u64,
    pages: u64,
    /// Pages in a row without a new id.
    stale: u32,
    /// Why this pass cannot be the whole list.
    broken: Option<Broken>,
    /// What was asked for behind the end. It is looked at when the pass is to count; until then the next one need not wait.
    behind: Option<Window>,
}

/// What keeps a pass from being the whole list.
struct Broken {
    why: String,
    /// The next pass will hardly fare better.
    lasting: bool,
}

impl Reader {
    /// A reader over this session.
    pub fn new(session: &Session) -> Self {
        Self { session: session.clone() }
    }

    /// Every account, with the evidence. Trouble after the first page makes the evidence incomplete.
    ///
    /// # Errors
    /// The first page cannot be had, or an account in the list cannot be read.
    pub async fn accounts(&self, progress: &dyn ReadProgress) -> Result<Accounts> {
        let settings = self.session.settings();
        let source = self.session.url("/v1/users", &[]);
        let mut evidence = Evidence {
            source: source.to_string(),
            kind: Evidence::API.into(),
            started: Some(Utc::now()),
            page_size: Some(settings.page_size),
            credential: Some(self.session.credential().clone()),
            ..Evidence::default()
        };
        let retries = self.session.retries();
        let lines = self.settle(progress, &mut evidence).await?;
        let lines = self.extras(progress, &mut evidence).await.woven_into(lines)?;
        evidence.finished = Some(Utc::now());
        evidence.retries = self.session.retries() - retries;

        let mut accounts = objects::from_snapshot(lines, evidence)?;
        if let Some(as_number) = accounts.numbers {
            self.session.saw_employee_number(as_number);
        }
        if !accounts.provided.contains(ACTIVE) && self.says_active_singly(&accounts).await {
            accounts.provided.insert(ACTIVE.to_owned());
            accounts.evidence.warnings.retain(|warning| !warning.starts_with(NO_INACTIVE_STATE));
        }
        accounts.evidence.warnings.extend(self.doubts(&accounts)?);
        Ok(accounts)
    }

    /// Whether this Domo says who is active: in its list, or of a few accounts that are read singly.
    ///
    /// # Errors
    /// Domo cannot be read.
    pub async fn says_who_is_active(&self) -> Result<bool> {
        let limit = SINGLY.to_string();
        let url = self.session.url("/v1/users", &[("limit", &limit), ("offset", "0")]);
        let rows = |body: &[u8]| json::<Vec<Map<String, Value>>>(body, "no JSON list");
        let rows = self.session.read(Door::Rest, &url, rows).await;
        let rows = rows.map_err(|error| failure(error, "the list of users cannot be read".into()))?;
        if rows.is_empty() || rows.iter().any(|row| row.contains_key(ACTIVE)) {
            return Ok(true);
        }
        let ids: Vec<u64> = rows.into_iter().filter_map(|row| Account::from_object(row).ok()).map(|account| account.id()).collect();
        Ok(self.any_says_it(ids).await)
    }

    /// Whether one of a few accounts says that it is active where the list says it of none.
    async fn says_active_singly(&self, accounts: &Accounts) -> bool {
        let ids = accounts.snapshot.objects().filter_map(|object| wire::id(object).ok().flatten());
        let ids: Vec<u64> = ids.take(SINGLY).collect();
        self.any_says_it(ids).await
    }

    async fn any_says_it(&self, ids: Vec<u64>) -> bool {
        for id in ids {
            if let Ok(Lookup::Found(account)) = self.lookup(id).await
                && account.raw().contains_key(ACTIVE)
            {
                return true;
            }
        }
        false
    }

    /// Groups and activity, where they are asked for. Without them the accounts are whole all the same.
    async fn extras(&self, progress: &dyn ReadProgress, evidence: &mut Evidence) -> Extras {
        let settings = self.session.settings();
        let mut extras = Extras::default();
        if settings.groups {
            match self.memberships(progress).await {
                Ok((groups, doubts)) => {
                    extras.groups = Some(groups);
                    evidence.warnings.extend(doubts);
                }
                Err(error) => evidence.warnings.push(without("groups", "the scope `user` and the right to manage groups", &error)),
            }
        }
        if settings.activity_days > 0 {
            match self.activity(settings.activity_days, progress).await {
                Ok(activity) => {
                    evidence.warnings.extend(activity.gap().into_iter().chain(activity.doubt()));
                    extras.activity = Some(activity);
                }
                Err(error) => evidence.warnings.push(without("the activity log", "the scope `audit`", &error)),
            }
        }
        extras
    }

    /// Passes until two in a row agree. Only one of them needs to carry the objects; the other one is its witness.
    async fn settle(&self, progress: &dyn ReadProgress, evidence: &mut Evidence) -> Result<Snapshot> {
        let most = u64::from(self.session.settings().limits.passes.max(2));
        let (mut lines, mut agreement) = (Snapshot::default(), Agreement::default());
        // Whether `lines` are the objects of the last pass that was whole.
        let mut carried = false;
        // Rows of a full page of the last pass.
        let mut full = None;
        // Why `lines` are only a part, while they are.
        let mut partial: Option<String> = None;
        let mut reason = "the list was read only once".to_owned();
        loop {
            evidence.passes += 1;
            let carries = !carried;
            let keep = if carries { Keep::Objects } else { Keep::Ids };
            let size = self.page_size(evidence.passes, full);
            let pass = self.pass(evidence.passes, size, keep, agreement.rows(), progress).await;
            let mut pass = pass.map_err(|error| failure(error, "the list of users cannot be read".into()))?;
            full = pass.full_page();
            evidence.pages += pass.pages;
            evidence.rows += pass.rows;
            evidence.repeated += pass.repeated.len() as u64;

            let mut lasting = false;
            if let Some(broken) = pass.broken.take() {
                (reason, lasting) = (broken.why, broken.lasting);
                // Better than nothing, and never called whole.
                if pass.lines.len() > lines.len() {
                    lines = pass.lines;
                    partial = Some(reason.clone());
                }
            } else {
                if carries {
                    lines = std::mem::take(&mut pass.lines);
                    partial = None;
                }
                match agreement.with(pass, evidence.passes).await {
                    Shown::Whole { twice } => {
                        if twice > 0 {
                            evidence.warnings.push(format!("Domo lists {twice} of its accounts twice; each counts once"));
                        }
                        return Ok(lines);
                    }
                    Shown::NotYet(why) => {
                        carried = carries || agreement.times > 0;
                        reason = why.unwrap_or(reason);
                    }
                    Shown::Missing(why) => {
                        carried = false;
                        partial = Some(why.clone());
                        reason = why;
                    }
                }
            }
            // A page that cannot be had after all tries will not be had in the next pass either, and somebody waits.
            if evidence.passes >= most || lasting {
                evidence.incomplete.push(partial.unwrap_or(reason));
                return Ok(lines);
            }
            tracing::info!(pass = evidence.passes, "reading the list again: {reason}");
        }
    }

    /// Rows a page in this pass. Every second pass asks for other pages: where the order of equal rows depends on the offset, a row
    /// at the edge of a page comes twice and another one never, every time alike with pages of one size. What counts is what came,
    /// which may be less than was asked for: `full`, the rows of a full page of the pass before.
    fn page_size(&self, number: u64, full: Option<u64>) -> u64 {
        let size = self.session.settings().page_size as u64;
        match (number % 2, full.map_or(size, |full| full.min(size))) {
            (0, 0 | 1) => 2,
            (0, came) => came - 1,
            _ => size,
        }
    }

    /// One time over the list: pages side by side, taken in order, until an empty one. Only the very first page of all is an error;
    /// a pass that ends early says why.
    async fn pass(
        &self,
        number: u64,
        size: u64,
        keep: Keep,
        expected: Option<u64>,
        progress: &dyn ReadProgress,
    ) -> Result<Pass, CallError> {
        let mut pass = Pass::default();
        let mut window = Window::new(self.session.clone(), keep, expected, size);
        let mut state = ReadState { what: "accounts", pass: number, expected, ..ReadState::default() };
        loop {
            let page = loop {
                state.rows = pass.rows;
                state.waiting = self.session.inner.client.held();
                progress.update(&state);
                if let Ok(page) = tokio::time::timeout(Duration::from_millis(250), window.front()).await {
                    break page;
                }
            };
            let page = match page {
                Ok(page) => page,
                Err(error) if number == 1 && pass.pages == 0 => return Err(error),
                Err(error) => {
                    let why = format!(
                        "after {} the list could not be read on: {}",
                        text::plural(pass.rows, "row", "rows"),
                        error.sentence()
                    );
                    pass.broken = Some(Broken { why, lasting: true });
                    return Ok(pass);
                }
            };
            pass.pages += 1;
            if page.ids.is_empty() {
                pass.behind = Some(window);
                return Ok(pass);
            }
            let offset = pass.rows;
            pass.take(&page);
            pass.broken = pass.endless(&page, offset, self.session.settings().limits.rows);
            if pass.broken.is_some() || !pass.holders.is_empty() {
                return Ok(pass);
            }
            window.received(page.ids.len() as u64);
        }
    }

    /// What Domo says about an id now.
    ///
    /// # Errors
    /// Domo cannot be read.
    pub async fn account(&self, id: u64) -> Result<Lookup> {
        let found = self.lookup(id).await;
        found.map_err(|error| failure(error, format!("account {id} cannot be read")))
    }

    /// Gone takes two answers that say so: Domo says "no such user" with statuses that also stand for a request it did not
    /// understand just then.
    pub(super) async fn lookup(&self, id: u64) -> Result<Lookup, CallError> {
        let url = self.session.url(&format!("/v1/users/{id}"), &[]);
        let mut denied = false;
        loop {
            let read = self.session.read(Door::Rest, &url, |body| {
                let account = Account::from_object(json(body, "no JSON object")?).map_err(Unusable::Permanent)?;
                let same = account.id() == id;
                if same { Ok(account) } else { Err(Unusable::Permanent(format!("Domo sent account {} instead", account.id()))) }
            });
            match read.await {
                Ok(account) if account.deleted() => return Ok(Lookup::Deleted),
                Ok(account) => return Ok(Lookup::Found(account)),
                Err(error) if !error.refusal().is_some_and(Refusal::may_mean_unknown) => return Err(error),
                Err(_) if denied => return Ok(Lookup::NotFound),
                Err(_) => {
                    denied = true;
                    tokio::time::sleep(self.session.settings().limits.backoff).await;
                }
            }
        }
    }

    /// The account with this address, compared without case. That nobody has it is only said where it was shown: by SCIM, or by
    /// two passes over the list that agree.
    ///
    /// # Errors
    /// Domo cannot be read, or no two passes over its list agree.
    pub async fn by_email(&self, email: &str) -> Result<Option<Account>> {
        let found = self.find(email).await;
        found.map_err(|error| failure(error, format!("the address {} cannot be looked up", crate::text::visible(email))))
    }

    pub(super) async fn find(&self, email: &str) -> Result<Option<Account>, CallError> {
        let wanted = plain_address(email);
        if self.session.settings().scim.is_some()
            && let Some(found) = self.scim_filtered(email).await?
        {
            return match found {
                Some(user) => self.still_there(user.id).await,
                None => Ok(None),
            };
        }
        let most = u64::from(self.session.settings().limits.passes.max(2));
        let (mut agreement, mut why, mut full) = (Agreement::default(), String::new(), None);
        for number in 1..=most {
            let keep = Keep::Address(wanted.as_str().into());
            let mut pass = self.pass(number, self.page_size(number, full), keep, agreement.rows(), &Silent).await?;
            full = pass.full_page();
            if !pass.holders.is_empty() {
                // The list's object may be shorter than the account's own.
                for id in &pass.holders {
                    if let Some(account) = self.still_there(*id).await? {
                        return Ok(Some(account));
                    }
                }
                why = "an account that had it went away meanwhile".into();
                agreement = Agreement::default();
                continue;
            }
            if let Some(broken) = pass.broken.take() {
                why = broken.why;
                if broken.lasting {
                    break;
                }
                continue;
            }
            match agreement.with(pass, number).await {
                Shown::Whole { .. } => return Ok(None),
                Shown::NotYet(said) => why = said.unwrap_or(why),
                Shown::Missing(said) => why = said,
            }
        }
        Err(CallError::Unreadable { call: "GET /v1/users".into(), why: format!("it is not shown that nobody has it: {why}") })
    }

    async fn still_there(&self, id: u64) -> Result<Option<Account>, CallError> {
        Ok(match self.lookup(id).await? {
            Lookup::Found(account) => Some(account),
            Lookup::Deleted | Lookup::NotFound => None,
        })
    }

    /// What the credential says against what was read.
    fn doubts(&self, accounts: &Accounts) -> Result<Vec<String>> {
        let credential = self.session.credential();
        let mut doubts = Vec::new();
        if let Some(owner) = credential.user_id
            && accounts.evidence.incomplete.is_empty()
            && !accounts.ids()?.iter().any(|id| id == Some(owner))
        {
            doubts.push(format!("the account behind the API client ({owner}) is not in its own list"));
        }
        Ok(doubts)
    }
}

/// Whole passes in a row, and whether they name the same ids.
#[derive(Default)]
struct Agreement {
    last: Option<Pass>,
    /// How often in a row a pass named the same ids as the one before it.
    times: usize,
}

/// What passes show of the list.
enum Shown {
    /// Nothing is missing; so many rows come twice every time.
    Whole { twice: usize },
    /// Not yet that nothing is missing: why, where there is more than one.
    NotYet(Option<String>),
    /// Something is missing in those that agree: why.
    Missing(String),
}

impl Agreement {
    /// How many rows the last pass had.
    fn rows(&self) -> Option<u64> {
        self.last.as_ref().map(|last| last.rows)
    }

    /// What the passes show with one more, the one of this number.
    async fn with(&mut self, mut pass: Pass, number: u64) -> Shown {
        let Some(mut last) = self.last.take() else {
            self.last = Some(pass);
            return Shown::NotYet(None);
        };
        let difference = Some(pass.difference(&last, number));
        let agrees = pass.agrees(&last);
        if let (true, Some(rows), true) = (agrees, pass.full_page(), pass.full_page() == last.full_page()) {
            self.times = 0;
            self.last = Some(pass);
            return Shown::NotYet(Some(format!(
                "Domo sends pages of {} whatever is asked for: what is lost at their edges would be lost every time",
                text::plural(rows, "row", "rows")
            )));
        }
        if agrees && let Some(why) = went_on([&mut last, &mut pass]).await {
            self.times = 0;
            return Shown::Missing(why);
        }
        self.times = if agrees { self.times + 1 } else { 0 };
        // Rows that come twice in every pass are Domo's own; believing that takes one more.
        let twice = pass.repeated.len();
        if self.times > usize::from(twice > 0) {
            return Shown::Whole { twice };
        }
        self.last = Some(pass);
        Shown::NotYet(difference)
    }
}

/// Why neither of two passes that agree is the whole list, where one of them found rows behind what looked like the end.
async fn went_on(passes: [&mut Pass; 2]) -> Option<String> {
    for pass in passes {
        if let Some(mut behind) = pass.behind.take()
            && behind.holds_rows().await
        {
            return Some(format!("the page at offset {} was empty, but a later one was not", pass.rows));
        }
    }
    None
}

/// Why something that was asked for is not part of the evidence.
fn without(what: &str, needs: &str, error: &CallError) -> String {
    let rights = if error.status() == Some(403) { format!("; it needs {needs}") } else { String::new() };
    format!("{what} could not be read: {}{rights}", error.sentence())
}

impl Pass {
    fn take(&mut self, page: &Page) {
        self.rows += page.ids.len() as u64;
        self.most = self.most.max(page.ids.len() as u64);
        self.holders.extend(&page.holders);
        let fresh: Vec<bool> = page.ids.iter().map(|id| self.ids.insert(*id)).collect();
        if fresh.iter().all(|fresh| *fresh) {
            self.lines.append(&page.lines);
            return;
        }
        self.repeated.extend(page.ids.iter().zip(&fresh).filter(|(_, fresh)| !**fresh).map(|(id, _)| *id));
        for (object, _) in page.lines.objects().zip(&fresh).filter(|(_, fresh)| **fresh) {
            // A line of a snapshot is UTF-8: it was cut from JSON text.
            self.lines.push(&String::from_utf8_lossy(object));
        }
    }

    /// Rows of a full page, where there was more than one: else there was no edge between two.
    fn full_page(&self) -> Option<u64> {
        (self.rows > self.most).then_some(self.most)
    }

    /// Why this list has no end, if it has none.
    fn endless(&mut self, page: &Page, offset: u64, most: u64) -> Option<Broken> {
        let known: HashSet<_> = self.repeated.iter().rev().take(page.ids.len()).collect();
        let stale = page.ids.iter().all(|id| known.contains(id));
        self.stale = if stale { self.stale + 1 } else { 0 };
        let (why, lasting) = if stale && self.repeated.len() >= self.ids.len() {
            (format!("the page at offset {offset} holds nothing but rows that came before: the list turns in circles"), true)
        } else if self.stale >= STALE {
            (format!("the list did not hold still: {STALE} pages in a row held nothing but rows that came before"), false)
        } else if self.rows >= most {
            (format!("the list did not end within {most} rows"), true)
        } else {
            return None;
        };
        Some(Broken { why, lasting })
    }

    fn agrees(&self, before: &Self) -> bool {
        self.ids == before.ids && self.repeated == before.repeated
    }

    fn difference(&self, before: &Self, passes: u64) -> String {
        let count = |new: &HashSet<u64>, old: &HashSet<u64>| new.difference(old).count() as u64;
        format!(
            "the list did not hold still: between the last two of {passes} passes {} appeared and {} vanished, {} came twice",
            text::plural(count(&self.ids, &before.ids), "account", "accounts"),
            count(&before.ids, &self.ids),
            text::plural(self.repeated.len() as u64, "row", "rows"),
        )
    }
}
