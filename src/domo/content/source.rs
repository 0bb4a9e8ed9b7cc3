//! Where a report comes from: a file, a DataSet of the instance over the API, or, without DomoStats, the API's own lists.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use chrono::NaiveDate;
use polars::prelude::DataFrame;
use serde::Deserialize;

use super::super::groups::every;
use super::super::session::{Door, Session, Unusable, json};
use super::super::wire::{self, CallError, Loose};
use super::report::frame_of;
use crate::config::ReportPlace;
use crate::directory::table;
use crate::files;
use crate::terms::Owned;

/// Bytes of a file: some millions of rows.
const LONGEST: u64 = 2 << 30;

/// What Domo gives of its lists at once.
const DATASETS: u64 = 50;
const CARDS: u64 = 35;

/// A report as it lies there; or why there is none.
pub(super) type Fetched = Result<RawReport, String>;

/// A report, and what is said of it outside of it.
#[derive(Clone)]
pub(super) struct RawReport {
    pub(super) bytes: Vec<u8>,
    /// The day it is of.
    pub(super) of: Option<NaiveDate>,
    /// How many rows it has.
    pub(super) rows: Option<u64>,
}

/// Reads a report where it is.
pub(super) async fn fetch(place: &ReportPlace, session: Option<&Session>) -> Fetched {
    match (place, session) {
        (ReportPlace::File(path), _) => file(path).await,
        (ReportPlace::DataSet(id), Some(session)) => dataset(session, id).await.map_err(refused),
        (ReportPlace::DataSet(_), None) => {
            Err("it is a DataSet of the instance, which is not asked where the accounts come from a file: name a CSV file of it"
                .into())
        }
    }
}

/// Read beside everybody else: it may be large, or a pipe that is silent.
async fn file(path: &Path) -> Fetched {
    let path = path.to_owned();
    let changed = |path: &Path| std::fs::metadata(path).ok().as_ref().and_then(files::changed_on);
    let read = move || Ok(RawReport { bytes: files::read(&path, LONGEST)?, of: changed(&path), rows: None });
    let read = tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    read.map_err(|error| format!("it cannot be read: {error}"))
}

/// Whether a file is there and begins as a CSV does, or why not. Nothing is known of a pipe before it is read.
pub(super) fn begins_as_csv(path: &Path) -> Result<(), String> {
    const LOOKED_AT: u64 = 1 << 16;
    let mut head = Vec::new();
    let read = std::fs::metadata(path).and_then(|metadata| match files::is_pipe(&metadata)? {
        true => Ok(0),
        false => File::open(path)?.take(LOOKED_AT).read_to_end(&mut head),
    });
    read.map_err(|error| format!("it cannot be read: {error}"))?;
    let is_whole = (head.len() as u64) < LOOKED_AT;
    if table::may_be_delimited(head, is_whole) { Ok(()) } else { Err("it is no CSV".into()) }
}

async fn dataset(session: &Session, id: &str) -> Result<RawReport, CallError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct About<'a> {
        #[serde(borrow, default)]
        data_current_at: Loose<'a>,
        #[serde(borrow, default)]
        rows: Loose<'a>,
    }
    let current = |body: &[u8]| {
        let about: About<'_> = json(body, "no JSON object")?;
        let text = about.data_current_at.text().map_err(Unusable::Permanent)?;
        let day = text.and_then(|text| wire::day(&text)).and_then(|(day, _)| NaiveDate::from_epoch_days(day));
        Ok((day, about.rows.id().ok().flatten()))
    };
    let (of, rows) = session.read(Door::Rest, &session.url(&format!("/v1/datasets/{id}"), &[]), current).await?;
    let url = session.url(&format!("/v1/datasets/{id}/data"), &[("includeHeader", "true")]);
    Ok(RawReport { bytes: session.read_csv(&url).await?, of, rows })
}

/// Why a list tells nothing.
pub(super) struct NotListed {
    pub(super) why: String,
    /// Whether this Domo has no such list for this client, now or later.
    pub(super) never: bool,
}

impl NotListed {
    fn never(why: impl Into<String>) -> Self {
        Self { why: why.into(), never: true }
    }
}

impl From<CallError> for NotListed {
    fn from(error: CallError) -> Self {
        let never = matches!(error.status(), Some(403 | 404));
        Self { why: refused(error), never }
    }
}

/// The DataSets, or the cards, that the client's owner may see, with who owns each.
pub(super) async fn listed(kind: Owned, session: Option<&Session>) -> Result<DataFrame, NotListed> {
    let Some(session) = session else {
        return Err(NotListed::never("the API's lists are not asked where the accounts come from a file"));
    };
    let objects = match kind {
        Owned::Cards => every(session, "/v1/cards", CARDS, cards).await?,
        _ => every(session, "/v1/datasets", DATASETS, datasets).await?,
    };
    if !objects.is_empty() && objects.iter().all(|(owner, ..)| owner.is_none()) {
        return Err(NotListed::never("the API's list does not say who owns what"));
    }
    let owned = objects.into_iter().filter_map(|(owner, id, name)| Some((owner?, id, name)));
    let (mut owners, mut ids, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for (owner, id, name) in owned {
        owners.push(owner);
        ids.push(id);
        names.push(name);
    }
    frame_of(kind, owners, &ids, &names).map_err(|error| NotListed::never(error.to_string()))
}

/// An object of a list: its owner, its id, its name.
type Object = (Option<u64>, String, String);

fn datasets(body: &[u8]) -> Result<Vec<Object>, Unusable> {
    #[derive(Deserialize)]
    struct Owner<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
    }
    #[derive(Deserialize)]
    struct Row<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
        #[serde(borrow, default)]
        name: Loose<'a>,
        owner: Option<Owner<'a>>,
    }
    let rows: Vec<Row<'_>> = json(body, "no JSON list")?;
    rows.into_iter().map(|row| object(row.owner.map(|owner| owner.id).unwrap_or_default(), row.id, row.name)).collect()
}

fn cards(body: &[u8]) -> Result<Vec<Object>, Unusable> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Row<'a> {
        #[serde(borrow, default)]
        card_urn: Loose<'a>,
        #[serde(borrow, default)]
        card_title: Loose<'a>,
        #[serde(borrow, default)]
        owner_id: Loose<'a>,
    }
    #[derive(Deserialize)]
    struct Page<'a> {
        #[serde(borrow)]
        cards: Vec<Row<'a>>,
    }
    let page: Page<'_> = json(body, "no page of cards")?;
    page.cards.into_iter().map(|row| object(row.owner_id, row.card_urn, row.card_title)).collect()
}

fn object(owner: Loose<'_>, id: Loose<'_>, name: Loose<'_>) -> Result<Object, Unusable> {
    let text = |value: Loose<'_>| value.text().map(|text| text.unwrap_or_default().into_owned()).map_err(Unusable::Permanent);
    Ok((owner.id().map_err(Unusable::Permanent)?, text(id)?, text(name)?))
}

/// What is said where the API gives nothing.
fn refused(error: CallError) -> String {
    let hint = match error.status() {
        Some(401 | 403 | 404) => "; the API client needs the scope `data`, and the person who made it has to see the DataSet",
        _ => "",
    };
    format!("{}{hint}", error.sentence())
}
