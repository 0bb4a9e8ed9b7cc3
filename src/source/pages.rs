//! The one pager: page after page in sequence, until the source's own sign of the end. Addresses and ids that were seen before, an
//! error behind the first page, and more rows than any company has, end it as incomplete.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::atomic::Ordering;

use anyhow::Result;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fetch::{Fetch, Read, host};
use crate::directory::{LARGEST, Proof};
use crate::http::{Authenticator, Client, Method, Refusal, Response, Unusable, Url};

/// Empty pages in a row before a list counts as endless.
const EMPTY: u32 = 50;

/// One page, as its source reads it.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) people: Vec<Person>,
    /// How many people the source says that it has.
    pub(super) told: Option<u64>,
    pub(super) next: Option<Url>,
    /// The source says that this was the last page, and the next is only asked for to see that nobody stands there.
    pub(super) ended: bool,
}

/// One person as the source sent it: where in the page's bytes.
#[derive(Debug)]
pub(super) struct Person {
    id: Range<usize>,
    json: Range<usize>,
}

impl Person {
    /// Each of a page's items, by its `id`; whoever has none is known by all that is said of him.
    pub(super) fn each(page: &Response, items: &[&RawValue]) -> Result<Vec<Self>, Unusable> {
        #[derive(Deserialize)]
        struct Id<'a> {
            #[serde(borrow)]
            id: Option<&'a RawValue>,
        }
        let place = |part: &RawValue| {
            let start = part.get().as_ptr().addr() - page.body.as_ptr().addr();
            start..start + part.get().len()
        };
        let one = |json: &&RawValue| {
            let said: Id<'_> =
                serde_json::from_str(json.get()).map_err(|error| Unusable::Permanent(format!("an item is no person: {error}")))?;
            Ok(Self { id: place(said.id.unwrap_or(json)), json: place(json) })
        };
        items.iter().map(one).collect()
    }
}

/// All pages, read once.
#[derive(Debug, Default)]
pub(super) struct Pass {
    /// Everybody's JSON, each with a comma behind it: millions of pieces would take twice the memory.
    json: Vec<u8>,
    /// Each id, and where its person stands in `json`.
    people: HashMap<Box<[u8]>, Range<usize>>,
    /// People that came a second time.
    pub(super) repeated: u64,
    /// Every total that a page said.
    pub(super) told: BTreeSet<u64>,
    /// Why it ended before its end.
    pub(super) stopped: Option<String>,
}

impl Pass {
    pub(super) fn distinct(&self) -> u64 {
        self.people.len() as u64
    }

    /// What came.
    pub(super) fn json(&self) -> &[u8] {
        &self.json
    }

    /// Takes those who are new; how many.
    fn take(&mut self, page: &[u8], people: &[Person]) -> u64 {
        let before = self.distinct();
        for Person { id, json } in people {
            match self.people.entry(page[id.clone()].into()) {
                Entry::Occupied(_) => self.repeated += 1,
                Entry::Vacant(place) => _ = place.insert(append(&mut self.json, &page[json.clone()])),
            }
        }
        self.distinct() - before
    }

    /// Takes a second list in: who stands in both is what the later list says, unless `is_newer` of the two says no.
    pub(super) fn merge(&mut self, other: Self, is_newer: impl Fn(&[u8], &[u8]) -> bool) {
        let mut others: Vec<(Box<[u8]>, Range<usize>)> = other.people.into_iter().collect();
        others.sort_unstable_by_key(|(_, place)| place.start);
        for (id, place) in others {
            let theirs = &other.json[place];
            match self.people.entry(id) {
                Entry::Occupied(ours) if !is_newer(theirs, &self.json[ours.get().clone()]) => {}
                Entry::Occupied(mut ours) => {
                    let old = ours.get().clone();
                    self.json[old.start..old.end + SEPARATOR.len()].fill(b' ');
                    ours.insert(append(&mut self.json, theirs));
                }
                Entry::Vacant(place) => _ = place.insert(append(&mut self.json, theirs)),
            }
        }
        self.repeated += other.repeated;
        self.stopped = other.stopped;
    }

    /// One JSON list, as a file of it would be.
    fn into_json(self) -> Vec<u8> {
        let mut out = self.json;
        if out.is_empty() {
            out.push(b'[');
        }
        out.truncate(out.len() - if self.people.is_empty() { 0 } else { SEPARATOR.len() });
        out.extend_from_slice(b"\n]\n");
        out
    }
}

const SEPARATOR: &[u8] = b",\n";

fn append(list: &mut Vec<u8>, person: &[u8]) -> Range<usize> {
    list.extend_from_slice(if list.is_empty() { b"[\n" } else { b"" });
    let start = list.len();
    list.extend_from_slice(person);
    list.extend_from_slice(SEPARATOR);
    start..start + person.len()
}

impl Read {
    /// A list that came page by page, and has nothing but its end sign to prove it whole.
    pub(super) fn listed(api: &Url, client: &Client, pass: Pass) -> Self {
        Self {
            host: host(api),
            requests: client.requests(),
            retries: client.retries(),
            distinct: Some(pass.distinct()),
            bytes: pass.into_json(),
            extension: "json",
            modified: None,
            told: None,
            proof: Proof::End,
            headers: Vec::new(),
            stopped: Vec::new(),
            doubts: Vec::new(),
            rights: Vec::new(),
        }
    }
}

impl Fetch<'_> {
    /// Reads page after page. `open` is given the answer, its address, and how many people came before it.
    ///
    /// # Errors
    /// The first page could not be had; whatever goes wrong later is in [`Pass::stopped`].
    pub(super) async fn pass(
        &self,
        client: &Client,
        authenticator: &impl Authenticator,
        first: Url,
        open: impl Fn(&Response, &Url, u64) -> Result<Page, Unusable>,
    ) -> Result<Pass> {
        let (mut pass, mut seen, mut empty, mut ended) = (Pass::default(), HashSet::new(), 0, false);
        let (origin, mut next) = (first.origin(), Some(first));
        while let Some(url) = next.take() {
            let call = format!("GET {}", url.path());
            if url.origin() != origin {
                pass.stopped = Some(format!(
                    "the next page is said to be on {}: no credential goes to another host",
                    host(&url).unwrap_or_else(|| "another host".into())
                ));
                break;
            }
            if !seen.insert(url.clone()) {
                pass.stopped = Some(format!("its pages lead in a circle after {}", came(&pass)));
                break;
            }
            let so_far = pass.distinct() + pass.repeated;
            let parse = |answer: Response| {
                if answer.is_page() {
                    return Err(Unusable::Permanent("an HTML page instead of a list of people".into()));
                }
                Ok((open(&answer, &url, so_far)?, answer.body))
            };
            let (page, body) =
                match self.ask(client, &call, authenticator, || client.request(Method::GET, url.clone()), parse).await {
                    Err(error) if seen.len() == 1 => return Err(self.failed(error)),
                    // Behind the end some servers refuse, and some begin anew. What is no such refusal tells nothing of who stands
                    // there.
                    Err(error) if ended && error.refusal().is_some_and(Refusal::may_mean_unknown) => break,
                    Ok((page, body))
                        if ended && page.people.iter().all(|person| pass.people.contains_key(&body[person.id.clone()])) =>
                    {
                        break;
                    }
                    Ok(page) => page,
                    Err(error) => {
                        pass.stopped = Some(format!("it stopped after {}: {}", came(&pass), error.sentence()));
                        break;
                    }
                };
            self.pages.fetch_add(1, Ordering::Relaxed);
            let rows = page.people.len() as u64;
            pass.told.extend(page.told);
            let new = pass.take(&body, &page.people);
            self.progress.people(&self.name, pass.distinct(), pass.told.last().copied());
            empty = if rows == 0 { empty + 1 } else { 0 };
            next = page.next.filter(|_| !self.sample());
            ended = page.ended;
            if rows > 0 && new == 0 {
                pass.stopped = Some(format!("a page held nobody new after {}: its pages repeat", came(&pass)));
                break;
            }
            if next.is_some() && (pass.distinct() > self.limits.rows || pass.json.len() as u64 > LARGEST || empty > EMPTY) {
                pass.stopped = Some(format!("it did not end after {} on {} pages", came(&pass), seen.len()));
                break;
            }
        }
        Ok(pass)
    }
}

impl Fetch<'_> {
    /// Reads until the different people that came are as many as the source's own totals say, or lie between two of them: an index
    /// may lag, and pages may shift. Once more where they are not; then it is incomplete, with the reasons beside it.
    pub(super) async fn counted(
        &self,
        pass: impl AsyncFn() -> Result<Pass>,
        totals: impl Fn(&Pass) -> Vec<u64>,
    ) -> Result<(Pass, Vec<String>)> {
        let mut tries = 0;
        loop {
            let mut read = pass().await?;
            tries += 1;
            if let Some(stopped) = read.stopped.take() {
                return Ok((read, vec![stopped]));
            }
            let said = totals(&read);
            let (least, most) = (said.iter().min().copied(), said.iter().max().copied());
            let (distinct, repeated) = (read.distinct(), read.repeated);
            let fits = least.is_none_or(|least| distinct >= least) && most.is_none_or(|most| distinct <= most);
            if self.sample() || (fits && repeated == 0) {
                return Ok((read, Vec::new()));
            }
            if tries >= self.limits.passes {
                let told = said.iter().map(u64::to_string).collect::<Vec<_>>().join(" and ");
                let times = if tries == 2 { "twice".into() } else { format!("{tries} times") };
                let came = crate::text::plural(distinct, "different person", "different people");
                let why = match (fits, repeated) {
                    (false, 0) => format!("{came} came, and it says that it has {told}: read {times}, and they do not agree"),
                    (false, _) => format!("{came} came, {repeated} of them again, and it says that it has {told}: read {times}"),
                    (true, _) => format!("{came} came, {repeated} of them again: its pages shifted while they were read, {times}"),
                };
                return Ok((read, vec![why]));
            }
        }
    }
}

fn came(pass: &Pass) -> String {
    crate::text::plural(pass.distinct(), "person", "people")
}
