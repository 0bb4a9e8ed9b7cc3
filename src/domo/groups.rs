//! Groups over v1: who is in which, and joining and leaving one user at a time, each read back.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

use super::read::{ReadProgress, ReadState, Reader};
use super::sent::{Sent, WriteError};
use super::session::{Door, Session, Unusable, failure, json};
use super::wire::{CallError, Group, Loose};
use super::write::Writer;
use crate::http::Method;
use crate::text;

/// The most a page of groups or of members holds; the default of 50 would cut lists short.
const PAGE: u64 = 500;
/// No instance has more of anything that is listed.
const ROWS: usize = 5_000_000;

/// The groups of each account.
pub(super) type Memberships = HashMap<u64, Vec<Arc<Group>>>;

impl Reader {
    /// Every group.
    ///
    /// # Errors
    /// They cannot be read, whatever was tried.
    pub async fn groups(&self) -> Result<Vec<Group>> {
        let groups = groups(&self.session).await.map(|groups| groups.into_iter().map(|(group, _)| group).collect());
        groups.map_err(|error| failure(error, "the groups cannot be read".into()))
    }

    /// The ids of a group's members; nobody where there is no such group any more.
    ///
    /// # Errors
    /// They cannot be read, whatever was tried.
    pub async fn members(&self, group: &Group) -> Result<Vec<u64>> {
        let members = members(&self.session, group.id).await;
        members
            .map(Option::unwrap_or_default)
            .map_err(|error| failure(error, format!("the members of {} cannot be read", text::visible(&group.name))))
    }

    /// Everybody's groups: a list of groups, then one list of members for each; and what is to be said of groups that were deleted
    /// meanwhile, or list fewer members than they say that they have.
    pub(super) async fn memberships(&self, progress: &dyn ReadProgress) -> Result<(Memberships, Vec<String>), CallError> {
        let groups = groups(&self.session).await?;
        let (mut names, mut said, mut short) = (Memberships::new(), Vec::new(), Vec::new());
        let mut under_way = std::collections::VecDeque::new();
        let mut next = groups.iter();
        let mut state = ReadState { what: "groups", pass: 1, expected: Some(groups.len() as u64), ..ReadState::default() };
        loop {
            while under_way.len() < self.session.settings().concurrency
                && let Some((group, told)) = next.next()
            {
                let (session, id) = (self.session.clone(), group.id);
                let name = Arc::new(group.clone());
                under_way.push_back((name, *told, tokio::spawn(async move { members(&session, id).await })));
            }
            let Some((group, told, task)) = under_way.pop_front() else {
                said.extend(shorter(&short));
                return Ok((names, said));
            };
            let lost = |error: tokio::task::JoinError| CallError::Lost { call: "GET /v1/groups".into(), why: error.to_string() };
            let name = text::visible(&group.name);
            match task.await.map_err(lost)?? {
                Some(members) => {
                    if let Some(told) = told.filter(|told| *told > members.len() as u64) {
                        short.push(format!("{name} ({} of {told})", members.len()));
                    }
                    members.into_iter().for_each(|id| names.entry(id).or_default().push(group.clone()));
                }
                None => said.push(format!(
                    "the group `{name}` was deleted in Domo while groups were read: nobody counts as a member of it"
                )),
            }
            state.rows += 1;
            state.waiting = self.session.inner.client.held();
            progress.update(&state);
        }
    }
}

impl Writer {
    /// Adds an account to a group, named by its name. Already there is done.
    ///
    /// # Errors
    /// No group or several have the name, and nothing is sent; or as [`Writer::membership`].
    pub async fn join_group(&self, account: u64, name: &str) -> Result<(), WriteError> {
        let shown = text::visible(name);
        let groups = groups(&self.session).await.map_err(|error| WriteError::Transport(error.sentence()))?;
        let mut fitting = groups.iter().map(|(group, _)| group).filter(|group| group.name == name);
        match (fitting.next(), fitting.next()) {
            (Some(group), None) => self.membership(account, group, true).await.map(|_| ()),
            (None, _) => Err(WriteError::NotSent(format!("there is no group `{shown}`"))),
            _ => Err(WriteError::NotSent(format!("several groups are called `{shown}`"))),
        }
    }

    /// Puts an account into a group, or takes it out. Whether anything had to be sent for it: nobody is in a group that is not there
    /// any more. PUT and DELETE are settled by reading the members; both may be repeated, because the second time changes nothing.
    ///
    /// # Errors
    /// The members cannot be read, and nothing is sent; or [`WriteError`] says how far it came.
    pub async fn membership(&self, account: u64, group: &Group, wanted: bool) -> Result<bool, WriteError> {
        let _turn = self.turn.lock().await;
        let shown = text::visible(&group.name);
        let before = |error: CallError| WriteError::Transport(error.sentence());
        match members(&self.session, group.id).await.map_err(before)? {
            None if wanted => return Err(WriteError::NotSent("there is no such group any more".into())),
            None => return Ok(false),
            Some(members) if members.contains(&account) == wanted => return Ok(false),
            Some(_) => {}
        }
        let url = self.session.url(&format!("/v1/groups/{}/users/{account}", group.id), &[]);
        let method = if wanted { Method::PUT } else { Method::DELETE };
        // PUT wants a JSON body with some clients, none with others; an empty object does for both.
        let body = wanted.then(|| json!({}));
        let sent = self.send_by(Door::Rest, method, &url, body.as_ref(), None).await?;
        let accepted = matches!(sent, Sent::Accepted);
        let mut looks = self.looks(accepted);
        while looks.next().await {
            let after = members(&self.session, group.id).await.map_err(|error| WriteError::Unknown(error.sentence()))?;
            if after.unwrap_or_default().contains(&account) == wanted {
                return Ok(true);
            }
        }
        if accepted {
            self.miss();
        }
        Err(sent.gave_up(&format!(
            "the members of `{shown}` are as before (dynamic, directory and system groups cannot be edited by hand)"
        )))
    }
}

/// What is said of groups whose members did not all come.
fn shorter(groups: &[String]) -> Option<String> {
    /// Groups that are named.
    const NAMED: usize = 5;
    let more = groups.len().checked_sub(NAMED).filter(|more| *more > 0).map(|more| format!(" and {more} more"));
    let named = groups.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    (!groups.is_empty()).then(|| {
        format!(
            "{} fewer members than Domo counts: {named}{}",
            text::plural(groups.len() as u64, "group lists", "groups list"),
            more.unwrap_or_default()
        )
    })
}

/// Every group, with how many members it says that it has.
async fn groups(session: &Session) -> Result<Vec<(Group, Option<u64>)>, CallError> {
    #[derive(Deserialize)]
    struct Row<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
        #[serde(borrow, default)]
        name: Loose<'a>,
        #[serde(borrow, default, rename = "memberCount")]
        members: Loose<'a>,
    }
    let rows = |body: &[u8]| {
        let rows: Vec<Row<'_>> = json(body, "no JSON list")?;
        let group = |row: Row<'_>| {
            let id = row.id.id()?.ok_or("a group without an id")?;
            let group = Group { id, name: row.name.text()?.unwrap_or_default().into_owned() };
            Ok((group, row.members.id().ok().flatten()))
        };
        rows.into_iter().map(group).collect::<Result<Vec<_>, String>>().map_err(Unusable::Permanent)
    };
    let mut groups = every(session, "/v1/groups", PAGE, rows).await?;
    groups.sort_by_key(|(group, _)| group.id);
    groups.dedup_by_key(|(group, _)| group.id);
    Ok(groups)
}

/// None where Domo does not know the group, and does not list it either.
async fn members(session: &Session, group: u64) -> Result<Option<Vec<u64>>, CallError> {
    let rows = |body: &[u8]| {
        let rows: Vec<Loose<'_>> = json(body, "no JSON list")?;
        let id = |row: Loose<'_>| row.id()?.ok_or_else(|| "a member without an id".to_owned());
        rows.into_iter().map(id).collect::<Result<Vec<_>, String>>().map_err(Unusable::Permanent)
    };
    let mut members = match every(session, &format!("/v1/groups/{group}/users"), PAGE, rows).await {
        Err(error) if error.status() == Some(404) => {
            let listed = groups(session).await?.iter().any(|(one, _)| one.id == group);
            return if listed { Err(error) } else { Ok(None) };
        }
        members => members?,
    };
    members.sort_unstable();
    members.dedup();
    Ok(Some(members))
}

/// Every row of a list that is not worth two passes: page by page, by the rows received, until an empty one.
pub(super) async fn every<T>(
    session: &Session,
    path: &str,
    limit: u64,
    rows: impl Fn(&[u8]) -> std::result::Result<Vec<T>, Unusable>,
) -> Result<Vec<T>, CallError> {
    let mut all = Vec::new();
    let mut last = Vec::new();
    while all.len() < ROWS {
        let url = session.url(path, &[("limit", &limit.to_string()), ("offset", &all.len().to_string())]);
        let (page, body) = session.read(Door::Rest, &url, |body| Ok((rows(body)?, body.to_vec()))).await?;
        // Whoever does not look at the offset gives all of a short list again and again.
        if page.is_empty() || (body == last && (page.len() as u64) < limit) {
            return Ok(all);
        }
        if body == last {
            let why = format!("the page at offset {} is the one before it: the list turns in circles", all.len());
            return Err(CallError::Unreadable { call: format!("GET {path}"), why });
        }
        last = body;
        all.extend(page);
    }
    Err(CallError::Unreadable { call: format!("GET {path}"), why: format!("the list did not end within {ROWS} rows") })
}
