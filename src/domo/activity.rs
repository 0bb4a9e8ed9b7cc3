//! The activity log: the last day each account was seen doing anything, and who last did something to it. No event means "nothing
//! seen since", never "never".

use std::borrow::Cow;

use chrono::{Duration, NaiveDate, Utc};
use serde::Deserialize;

use super::extras::{Activity, DoneTo};
use super::read::{ReadProgress, ReadState, Reader};
use super::session::{Door, json};
use super::wire::{self, CallError, Loose};

/// The most a page holds.
const PAGE: i64 = 1000;
/// One slice of the log; offsets stay small, and the end of a slice does not grow.
const SLICE: Duration = Duration::days(7);
/// Domo keeps a year.
const REACH: u32 = 365;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow, default)]
    user_id: Loose<'a>,
    #[serde(borrow, default)]
    user_type: Loose<'a>,
    #[serde(borrow, default)]
    actor_id: Loose<'a>,
    #[serde(borrow, default)]
    time: Loose<'a>,
    #[serde(borrow, default)]
    user_name: Loose<'a>,
    #[serde(borrow, default)]
    object_type: Loose<'a>,
    #[serde(borrow, default)]
    object_id: Loose<'a>,
    #[serde(borrow, default)]
    action_type: Loose<'a>,
    #[serde(borrow, default)]
    event_text: Loose<'a>,
}

/// Whom one event shows.
enum Seen {
    /// This account, on that day.
    On(u64, i32),
    /// This account, and the day cannot be read.
    Undated(u64),
    /// No account's own doing.
    Nobody,
    /// Somebody, and who cannot be read.
    Unread,
}

/// What one event says.
type EventFacts = (Seen, Option<(u64, i32, DoneTo)>);

impl Event<'_> {
    /// Who was seen on which day; nobody by what others did in somebody's name, and by what is not a user.
    fn seen(&self) -> Seen {
        let user = self.user_type.text().ok().flatten();
        let user = user.is_none_or(|kind| kind.trim().is_empty() || kind.to_ascii_lowercase().contains("user"));
        let id = self.user_id.text().map(|text| text.map(|text| text.trim().to_owned()).unwrap_or_default());
        let nobody = id.as_ref().is_ok_and(|id| id.is_empty() || id.starts_with('-'));
        let id = id.ok().and_then(|id| id.strip_suffix(".0").unwrap_or(&id).parse::<u64>().ok());
        let own = self.actor_id.id().ok().flatten().is_none_or(|actor| actor == 0 || Some(actor) == id);
        if nobody || !user || !own {
            return Seen::Nobody;
        }
        let time = self.time.text().ok().flatten();
        match (id, time.and_then(|time| wire::day(&time))) {
            (Some(id), Some((day, _))) => Seen::On(id, day),
            (Some(id), None) => Seen::Undated(id),
            (None, _) => Seen::Unread,
        }
    }

    /// What somebody did to another account; to look at it is nothing.
    fn done_to(&self) -> Option<(u64, i32, DoneTo)> {
        let text = |value: Loose<'_>| value.text().ok().flatten().filter(|text| !text.trim().is_empty()).map(Cow::into_owned);
        let object = self.object_id.id().ok()??;
        let action = text(self.action_type).unwrap_or_default();
        let user = text(self.object_type).is_some_and(|kind| kind.eq_ignore_ascii_case("user"));
        let other = self.user_id.id().ok()?.is_some_and(|by| by != object);
        if !user || !other || action.to_ascii_uppercase().contains("VIEW") {
            return None;
        }
        let (day, _) = wire::day(&self.time.text().ok()??)?;
        let by = text(self.user_name).or_else(|| text(self.user_id))?;
        let what = text(self.event_text).unwrap_or(action);
        Some((object, day, DoneTo { on: NaiveDate::from_epoch_days(day)?, by, what }))
    }
}

impl Reader {
    /// What the log of these days says of each account.
    pub(super) async fn activity(&self, days: u32, progress: &dyn ReadProgress) -> Result<Activity, CallError> {
        let now = Utc::now();
        let oldest = now - Duration::days(days.min(REACH).into());
        let mut activity = Activity::default();
        let mut state = ReadState { what: "events of the activity log", pass: 1, ..ReadState::default() };
        let mut end = now;
        while end > oldest {
            let start = (end - SLICE).max(oldest);
            let mut offset = 0;
            loop {
                let numbers = [start.timestamp_millis(), end.timestamp_millis(), PAGE, offset].map(|number| number.to_string());
                let [from, to, limit, skip] = &numbers;
                let url = self.session.url("/v1/audit", &[("start", from), ("end", to), ("limit", limit), ("offset", skip)]);
                let parse = |body: &[u8]| {
                    let events: Vec<Event<'_>> = json(body, "no JSON list")?;
                    let told = events.iter().map(|event| (event.seen(), event.done_to()));
                    Ok((events.len(), told.collect::<Vec<EventFacts>>()))
                };
                let (rows, page) = self.session.read(Door::Rest, &url, parse).await?;
                activity.events += rows as u64;
                for (seen, done_to) in page {
                    match seen {
                        Seen::On(id, day) => activity.see(id, day),
                        // It was asked for by its day, which is none after that.
                        Seen::Undated(id) => {
                            activity.undated += 1;
                            activity.see(id, end.date_naive().to_epoch_days());
                        }
                        Seen::Unread => activity.unread += 1,
                        Seen::Nobody => {}
                    }
                    if let Some((id, day, done)) = done_to
                        && activity.done_to.get(&id).is_none_or(|(last, _)| *last <= day)
                    {
                        activity.done_to.insert(id, (day, done));
                    }
                }
                offset += i64::try_from(rows).unwrap_or(PAGE);
                state.rows += rows as u64;
                state.waiting = self.session.inner.client.held();
                progress.update(&state);
                if rows == 0 {
                    break;
                }
                if state.rows > self.session.settings().limits.rows {
                    return Err(CallError::Unreadable { call: "GET /v1/audit".into(), why: "the log has no end".into() });
                }
            }
            end = start;
        }
        Ok(activity)
    }
}
