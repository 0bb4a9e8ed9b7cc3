//! The pages of Domo's list of users: several asked for at once, taken in the order of their offsets.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::task::JoinHandle;

use super::session::{Door, Session, Unusable, json};
use super::snapshot::Snapshot;
use super::wire::{self, CallError, Loose};

/// Pages asked for ahead beyond those that may be under way.
const SPARE: usize = 2;

/// What is kept of a page beside the ids of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Keep {
    /// The objects.
    Objects,
    /// Nothing.
    Ids,
    /// The ids of the accounts with this address (see [`plain_address`]), deleted ones aside.
    Address(Arc<str>),
}

/// One page.
#[derive(Default)]
pub(super) struct Page {
    /// In the order of the rows.
    pub(super) ids: Vec<u64>,
    /// The objects, in the same order, where they are kept.
    pub(super) lines: Snapshot,
    /// Who has the address that was asked for.
    pub(super) holders: Vec<u64>,
}

/// An address as Domo tells two apart: without case, and without white space around it.
pub(crate) fn plain_address(address: &str) -> String {
    address.trim().to_lowercase()
}

/// Pages under way, in the order of their offsets.
pub(super) struct Window {
    session: Session,
    keep: Keep,
    /// How many rows the list has, where an earlier pass has told.
    expected: Option<u64>,
    /// Rows asked for a page.
    limit: u64,
    /// Rows a full page has: less than `limit` where Domo caps it.
    stride: u64,
    /// Offset of the page that comes next.
    next: u64,
    /// Offset of the first page not yet asked for.
    ahead: u64,
    /// How many pages are asked for at once, from the first one on: a short list costs a few idle requests, and any other one round
    /// trip less. After a page of another size than expected the list mostly ends, so then it is one, until the next page has shown
    /// how it goes on.
    width: usize,
    /// Each with its offset.
    pages: VecDeque<(u64, JoinHandle<Result<Page, CallError>>)>,
}

impl Window {
    /// Over pages of at most `limit` rows.
    pub(super) fn new(session: Session, keep: Keep, expected: Option<u64>, limit: u64) -> Self {
        let width = session.settings().concurrency;
        Self { session, keep, expected, limit, stride: limit, next: 0, ahead: 0, width, pages: VecDeque::new() }
    }

    /// Asks for more pages. Where the number of rows is expected, the page behind the last of them is the last that is asked for:
    /// it shows the end.
    fn fill(&mut self) {
        while self.pages.is_empty()
            || (self.pages.len() < self.width && self.expected.is_none_or(|expected| self.ahead <= expected))
        {
            let (session, keep, offset, limit) = (self.session.clone(), self.keep.clone(), self.ahead, self.limit);
            let mut page = Box::pin(async move { page(&session, &keep, offset, limit).await });
            // Tasks begin in any order. Polled once here, each page stands in line in the order of the offsets, and none waits for
            // a page before it that has not even left.
            let ready = page.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            let task = tokio::spawn(async move {
                match ready {
                    Poll::Ready(page) => page,
                    Poll::Pending => page.await,
                }
            });
            self.pages.push_back((offset, task));
            let after = offset + self.stride;
            self.ahead = self.expected.filter(|expected| offset < *expected).map_or(after, |expected| after.min(expected));
        }
    }

    /// The next page in order. Cancelling loses nothing.
    pub(super) async fn front(&mut self) -> Result<Page, CallError> {
        self.fill();
        self.under_way().await
    }

    async fn under_way(&mut self) -> Result<Page, CallError> {
        let Some((_, front)) = self.pages.front_mut() else {
            return Err(CallError::unsent("GET /v1/users", "no page was asked for"));
        };
        let page = front.await;
        self.pages.pop_front();
        page.unwrap_or_else(|error| Err(CallError::Lost { call: "GET /v1/users".into(), why: error.to_string() }))
    }

    /// Goes on by the rows received. After a page of another size than expected, what was asked for ahead stands at the wrong
    /// offsets and is asked for again.
    pub(super) fn received(&mut self, rows: u64) {
        self.next += rows;
        if self.pages.front().map_or(self.ahead, |(offset, _)| *offset) == self.next {
            // Some more than may be under way: while an early page is late or being read, no place is left empty.
            self.width = self.session.settings().concurrency + SPARE;
            return;
        }
        self.stop();
        self.ahead = self.next;
        self.stride = rows.clamp(1, self.limit);
        self.width = 1;
    }

    /// Whether any page that was asked for ahead holds rows: behind the end there should be none.
    pub(super) async fn holds_rows(&mut self) -> bool {
        while !self.pages.is_empty() {
            if self.under_way().await.is_ok_and(|page| !page.ids.is_empty()) {
                return true;
            }
        }
        false
    }

    fn stop(&mut self) {
        self.pages.drain(..).for_each(|(_, page)| page.abort());
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn page(session: &Session, keep: &Keep, offset: u64, limit: u64) -> Result<Page, CallError> {
    let url = session.url("/v1/users", &[("limit", &limit.to_string()), ("offset", &offset.to_string())]);
    let parse = |body: &[u8]| {
        let rows: Vec<&RawValue> = json(body, "the page is no JSON list")?;
        if rows.len() as u64 > limit {
            return Err(Unusable::Permanent(format!("Domo sent {} users where at most {limit} were asked for", rows.len())));
        }
        let mut page = Page { ids: Vec::with_capacity(rows.len()), ..Page::default() };
        for (position, row) in rows.into_iter().enumerate() {
            let position = offset + position as u64 + 1;
            let id = wire::id(row.get().as_bytes());
            let id = id.and_then(|id| id.ok_or_else(|| "it has no `id`".into()));
            let id = id.map_err(|why| Unusable::Permanent(format!("the user at position {position} cannot be read: {why}")))?;
            page.ids.push(id);
            match keep {
                Keep::Objects => page.lines.push(row.get()),
                Keep::Address(wanted) if has(row.get(), wanted) => page.holders.push(id),
                Keep::Ids | Keep::Address(_) => {}
            }
        }
        Ok(page)
    };
    session.read(Door::Rest, &url, parse).await
}

/// Whether an account that is not deleted has this address.
fn has(object: &str, wanted: &str) -> bool {
    #[derive(Deserialize)]
    struct Login<'a> {
        #[serde(borrow, default)]
        email: Loose<'a>,
        #[serde(borrow, default)]
        deleted: Loose<'a>,
    }
    let Ok(login) = serde_json::from_str::<Login<'_>>(object) else { return false };
    let email = login.email.text().ok().flatten();
    email.is_some_and(|email| plain_address(&email) == wanted) && login.deleted.boolean() != Ok(Some(true))
}
