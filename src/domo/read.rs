//! Reading: the whole list in a way that proves itself, and single accounts.
//!
//! Domo's list has row offsets, no total and no stated order, and others change it while it is read. So pages are asked for side
//! by side but taken in order, a pass only ends at an empty page, and the list is read again until two passes in a row name the
//! same ids. If that does not happen within a bounded number of passes, the evidence is incomplete and says why.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use anyhow::Result;
use chrono::Utc;
use serde_json::value::RawValue;
use tokio::task::JoinHandle;

use super::account::{Account, Lookup};
use super::accounts::{Accounts, Evidence, Snapshot};
use super::frame::{self, Extras};
use super::session::{Door, Session, Unfit, failure};
use super::wire::CallError;

/// Pages in a row that may hold nothing new: a list that grows at its head pushes old rows before us.
const STALE: u32 = 3;

/// Who wants to know how far reading has come.
pub trait Progress: Sync {
    /// Called a few times a second.
    fn update(&self, state: &State);
}

/// How far reading has come.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// What is read: `accounts`, `groups`, `activity`.
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

/// Nobody does.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn update(&self, _state: &State) {}
}

/// The read side.
#[derive(Clone)]
pub struct Reader {
    pub(super) session: Session,
}

/// One page: the objects as lines, and their ids in the same order.
struct Page {
    lines: Snapshot,
    ids: Vec<u64>,
}

/// One time over the list.
#[derive(Default)]
struct Pass {
    /// Whether the objects are kept, or only their ids.
    carries: bool,
    lines: Snapshot,
    ids: HashSet<u64>,
    repeated: Vec<u64>,
    rows: u64,
    pages: u64,
    /// Pages in a row without a new id.
    stale: u32,
    /// Why this pass cannot be the whole list.
    broken: Option<Broken>,
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

    /// Every account, with the evidence. A first page that cannot be had is an error; later trouble makes the evidence incomplete.
    pub async fn accounts(&self, progress: &dyn Progress) -> Result<Accounts> {
        let settings = self.session.settings();
        let source = self.session.url("/v1/users", &[]);
        let mut evidence = Evidence {
            source: source.to_string(),
            kind: "api".into(),
            started: Some(Utc::now()),
            page_size: Some(settings.page_size),
            credential: Some(self.session.credential().clone()),
            ..Evidence::default()
        };
        let retries = self.session.retries();
        let lines = self.settle(progress, &mut evidence).await?;
        let extras = self.extras(progress, &mut evidence).await;
        evidence.finished = Some(Utc::now());
        evidence.retries = self.session.retries() - retries;

        let (mut accounts, numbers) = frame::from_snapshot(lines, evidence, &extras)?;
        if let Some(as_number) = numbers {
            self.session.saw_employee_number(as_number);
        }
        accounts.evidence.warnings.extend(self.doubts(&accounts)?);
        Ok(accounts)
    }

    /// Groups and activity, where they are asked for. Without them the accounts are whole all the same.
    async fn extras(&self, progress: &dyn Progress, evidence: &mut Evidence) -> Extras {
        let settings = self.session.settings();
        let mut extras = Extras::default();
        if settings.groups {
            match self.memberships(progress).await {
                Ok(groups) => extras.groups = Some(groups),
                Err(error) => evidence.warnings.push(without("groups", "the scope `user` and the right to manage groups", &error)),
            }
        }
        if settings.activity_days > 0 {
            match self.last_seen(settings.activity_days, progress).await {
                Ok(seen) => extras.last_seen = Some(seen),
                Err(error) => evidence.warnings.push(without("the activity log", "the scope `audit`", &error)),
            }
        }
        extras
    }

    /// Passes until two in a row agree. Only one of them needs to carry the objects; the other one is its witness.
    async fn settle(&self, progress: &dyn Progress, evidence: &mut Evidence) -> Result<Snapshot> {
        let most = u64::from(self.session.settings().limits.passes.max(2));
        let mut lines = Snapshot::default();
        // Whether `lines` are the objects of `last`.
        let mut carried = false;
        let mut last: Option<Pass> = None;
        // Why `lines` are only a part, while they are.
        let mut partial: Option<String> = None;
        let (mut agreed, mut broken) = (0, 0);
        loop {
            evidence.passes += 1;
            let carries = !carried;
            let mut pass = self.pass(evidence.passes, carries, last.as_ref().map(|last| last.rows), progress).await?;
            evidence.pages += pass.pages;
            evidence.rows += pass.rows;
            evidence.repeated += pass.repeated.len() as u64;

            let reason = match (pass.broken.take(), &last) {
                (Some(Broken { why, lasting }), _) => {
                    broken += u64::from(lasting);
                    // Better than nothing, and never called whole.
                    if pass.lines.len() > lines.len() {
                        lines = pass.lines;
                        partial = Some(why.clone());
                    }
                    why
                }
                (None, before) => {
                    broken = 0;
                    let agrees = before.as_ref().is_some_and(|before| pass.agrees(before));
                    agreed = if agrees { agreed + 1 } else { 0 };
                    let difference = before.as_ref().map(|before| pass.difference(before, evidence.passes));
                    carried = carries || agrees;
                    if carries {
                        lines = std::mem::take(&mut pass.lines);
                        partial = None;
                    }
                    let repeated = pass.repeated.len();
                    last = Some(pass);
                    // Rows that come twice in every pass are Domo's own; believing that takes one agreement more.
                    if agreed > usize::from(repeated > 0) {
                        if repeated > 0 {
                            evidence.warnings.push(format!("Domo lists {repeated} of its accounts twice; each counts once"));
                        }
                        return Ok(lines);
                    }
                    difference.unwrap_or_else(|| "the list was read only once".into())
                }
            };
            // A page that cannot be had after all tries, in two passes in a row, will not be had in the next one either.
            if evidence.passes >= most || broken == 2 {
                evidence.incomplete.push(partial.unwrap_or(reason));
                return Ok(lines);
            }
            tracing::info!(pass = evidence.passes, "reading the list again: {reason}");
        }
    }

    /// One time over the list: pages side by side, taken in order, until an empty one.
    async fn pass(&self, number: u64, carries: bool, expected: Option<u64>, progress: &dyn Progress) -> Result<Pass> {
        let settings = self.session.settings();
        let mut pass = Pass { carries, ..Pass::default() };
        let mut window = Window::new(self.session.clone(), settings.page_size as u64);
        let mut state = State { what: "accounts", pass: number, expected, ..State::default() };
        loop {
            window.fill(settings.concurrency, expected);
            let page = loop {
                state.rows = pass.rows;
                state.waiting = self.session.inner.pacer.held();
                progress.update(&state);
                if let Ok(page) = tokio::time::timeout(Duration::from_millis(250), window.front()).await {
                    break page;
                }
            };
            let page = match page {
                Ok(page) => page,
                Err(error) if number == 1 && pass.pages == 0 => {
                    return Err(failure(error, "the list of users cannot be read".into()));
                }
                Err(error) => {
                    let why = format!("after {} rows the list could not be read on: {}", pass.rows, error.sentence());
                    pass.broken = Some(Broken { why, lasting: true });
                    return Ok(pass);
                }
            };
            pass.pages += 1;
            if page.ids.is_empty() {
                if window.holds_rows().await {
                    let why = format!("the page at offset {} was empty, but a later one was not", pass.rows);
                    pass.broken = Some(Broken { why, lasting: false });
                }
                return Ok(pass);
            }
            let offset = pass.rows;
            pass.take(&page);
            pass.broken = pass.endless(&page, offset, settings.limits.rows);
            if pass.broken.is_some() {
                return Ok(pass);
            }
            window.received(page.ids.len() as u64);
        }
    }

    /// What Domo says about an id now.
    pub async fn account(&self, id: u64) -> Result<Lookup> {
        let found = self.lookup(id).await;
        found.map_err(|error| failure(error, format!("account {id} cannot be read")))
    }

    pub(super) async fn lookup(&self, id: u64) -> Result<Lookup, CallError> {
        let url = self.session.url(&format!("/v1/users/{id}"), &[]);
        let read = self.session.read(Door::Rest, &url, |body| {
            let object = serde_json::from_slice(body).map_err(|error| Unfit::Garbled(format!("no JSON object: {error}")))?;
            let account = Account::from_object(object).map_err(Unfit::Wrong)?;
            if account.id() == id { Ok(account) } else { Err(Unfit::Wrong(format!("Domo sent account {} instead", account.id()))) }
        });
        match read.await {
            Ok(account) if account.deleted() => Ok(Lookup::Deleted),
            Ok(account) => Ok(Lookup::Found(account)),
            Err(error) if matches!(error.status(), Some(400 | 404)) => Ok(Lookup::NotFound),
            Err(error) => Err(error),
        }
    }

    /// The account with this address, compared without case.
    pub async fn by_email(&self, email: &str) -> Result<Option<Account>> {
        let found = self.find(email).await;
        found.map_err(|error| failure(error, format!("the address {} cannot be looked up", crate::text::visible(email))))
    }

    pub(super) async fn find(&self, email: &str) -> Result<Option<Account>, CallError> {
        let settings = self.session.settings();
        if settings.scim.is_some() {
            let Some(found) = self.scim_find(email).await? else { return Ok(None) };
            return Ok(match self.lookup(found.id).await? {
                Lookup::Found(account) => Some(account),
                Lookup::Deleted | Lookup::NotFound => None,
            });
        }
        let wanted = email.trim().to_lowercase();
        let mut window = Window::new(self.session.clone(), settings.page_size as u64);
        let mut seen = HashSet::new();
        loop {
            window.fill(settings.concurrency, None);
            let page = window.front().await?;
            if page.ids.is_empty() {
                return Ok(None);
            }
            let before = seen.len();
            seen.extend(page.ids.iter().copied());
            if seen.len() == before || seen.len() as u64 > settings.limits.rows {
                return Err(CallError::Unreadable { call: "GET /v1/users".into(), why: "the list has no end".into() });
            }
            for object in page.lines.objects() {
                if let Ok(account) = Account::from_json(object)
                    && account.email().is_some_and(|found| found.trim().to_lowercase() == wanted)
                    && !account.deleted()
                {
                    // The list's object may be shorter than the account's own.
                    return Ok(match self.lookup(account.id()).await? {
                        Lookup::Found(account) => Some(account),
                        Lookup::Deleted | Lookup::NotFound => None,
                    });
                }
            }
            window.received(page.ids.len() as u64);
        }
    }

    /// What the credential says against what was read.
    fn doubts(&self, accounts: &Accounts) -> Result<Vec<String>> {
        let credential = self.session.credential();
        let mut doubts = Vec::new();
        if let Some(owner) = credential.user_id
            && accounts.evidence.incomplete.is_empty()
            && !accounts.frame.column("id")?.u64()?.iter().any(|id| id == Some(owner))
        {
            doubts.push(format!("the account behind the API client ({owner}) is not in its own list"));
        }
        Ok(doubts)
    }
}

/// Why something that was asked for is not part of the evidence.
fn without(what: &str, needs: &str, error: &CallError) -> String {
    let rights = if error.status() == Some(403) { format!("; it needs {needs}") } else { String::new() };
    format!("{what} could not be read: {}{rights}", error.sentence())
}

impl Pass {
    fn take(&mut self, page: &Page) {
        self.rows += page.ids.len() as u64;
        let fresh: Vec<bool> = page.ids.iter().map(|id| self.ids.insert(*id)).collect();
        let whole = fresh.iter().all(|fresh| *fresh);
        if whole && self.carries {
            self.lines.append(&page.lines);
        }
        if whole {
            return;
        }
        for ((object, id), fresh) in page.lines.objects().zip(&page.ids).zip(fresh) {
            if !fresh {
                self.repeated.push(*id);
            } else if self.carries {
                // A line of a snapshot is UTF-8: it was cut from JSON text.
                self.lines.push(&String::from_utf8_lossy(object));
            }
        }
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
        let count = |new: &HashSet<u64>, old: &HashSet<u64>| new.difference(old).count();
        format!(
            "the list did not hold still: between the last two of {passes} passes {} accounts appeared and {} vanished, \
             {} rows came twice",
            count(&self.ids, &before.ids),
            count(&before.ids, &self.ids),
            self.repeated.len(),
        )
    }
}

/// Pages under way, in the order of their offsets.
struct Window {
    session: Session,
    /// Rows asked for a page.
    limit: u64,
    /// Rows a full page has: less than `limit` where Domo caps it.
    stride: u64,
    /// Offset of the page that comes next.
    next: u64,
    /// Offset of the first page not yet asked for.
    ahead: u64,
    /// Pages asked for at once: one at first, so that a short list costs no idle requests, then doubling.
    width: usize,
    pages: VecDeque<JoinHandle<Result<Page, CallError>>>,
}

impl Window {
    fn new(session: Session, limit: u64) -> Self {
        Self { session, limit, stride: limit, next: 0, ahead: 0, width: 1, pages: VecDeque::new() }
    }

    /// Asks for more pages, but not beyond the first one after the `expected` rows.
    fn fill(&mut self, concurrency: usize, expected: Option<u64>) {
        if expected.is_some() {
            self.width = concurrency;
        }
        while self.pages.is_empty()
            || (self.pages.len() < self.width.min(concurrency) && expected.is_none_or(|expected| self.ahead <= expected))
        {
            let (session, offset, limit) = (self.session.clone(), self.ahead, self.limit);
            self.pages.push_back(tokio::spawn(async move { page(&session, offset, limit).await }));
            self.ahead += self.stride;
        }
    }

    /// The next page in order. Cancelling loses nothing.
    async fn front(&mut self) -> Result<Page, CallError> {
        let Some(front) = self.pages.front_mut() else {
            return Err(CallError::NotSent { call: "GET /v1/users".into(), why: "no page was asked for".into() });
        };
        let page = front.await;
        self.pages.pop_front();
        page.unwrap_or_else(|error| Err(CallError::Lost { call: "GET /v1/users".into(), why: error.to_string() }))
    }

    /// Goes on by the rows received. After a page of another size than expected, what was asked for ahead stands at the wrong
    /// offsets and is asked for again.
    fn received(&mut self, rows: u64) {
        self.next += rows;
        if rows == self.stride {
            self.width = self.width.saturating_mul(2);
            return;
        }
        self.stop();
        self.ahead = self.next;
        self.width = 1;
        self.stride = rows.clamp(1, self.limit);
    }

    /// Whether any page that was asked for ahead holds rows: behind the end there should be none.
    async fn holds_rows(&mut self) -> bool {
        while !self.pages.is_empty() {
            if self.front().await.is_ok_and(|page| !page.ids.is_empty()) {
                return true;
            }
        }
        false
    }

    fn stop(&mut self) {
        self.pages.drain(..).for_each(|page| page.abort());
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn page(session: &Session, offset: u64, limit: u64) -> Result<Page, CallError> {
    let url = session.url("/v1/users", &[("limit", &limit.to_string()), ("offset", &offset.to_string())]);
    let parse = |body: &[u8]| {
        let rows: Vec<&RawValue> =
            serde_json::from_slice(body).map_err(|error| Unfit::Garbled(format!("the page is no JSON list: {error}")))?;
        let mut page = Page { lines: Snapshot::default(), ids: Vec::with_capacity(rows.len()) };
        for (position, row) in rows.into_iter().enumerate() {
            let position = offset + position as u64 + 1;
            let id = frame::id(row.get().as_bytes());
            let id = id.and_then(|id| id.ok_or_else(|| "it has no `id`".into()));
            page.ids.push(id.map_err(|why| Unfit::Wrong(format!("the user at position {position} cannot be read: {why}")))?);
            page.lines.push(row.get());
        }
        Ok(page)
    };
    session.read(Door::Rest, &url, parse).await
}
