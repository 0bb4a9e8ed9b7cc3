//! The activity log: the last day each account was seen doing anything. No event means "nothing seen since", never "never".

use std::collections::HashMap;

use chrono::{Duration, Utc};
use serde::Deserialize;

use super::frame;
use super::read::{Progress, Reader, State};
use super::session::{Door, Unfit};
use super::wire::{CallError, Loose};

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
}

impl Event<'_> {
    /// Who was seen on which day; `None` for what others did in somebody's name, and for what is not a user.
    fn seen(&self) -> Option<(u64, i32)> {
        let user = self.user_type.text().ok().flatten().is_none_or(|kind| kind.eq_ignore_ascii_case("user"));
        let own = self.actor_id.id().ok().flatten().is_none_or(|actor| actor == 0);
        let (day, _) = frame::day(&self.time.text().ok()??)?;
        (user && own).then_some((self.user_id.id().ok()??, day))
    }
}

impl Reader {
    /// The last day each account was seen, in days since 1970.
    pub(super) async fn last_seen(&self, days: u32, progress: &dyn Progress) -> Result<HashMap<u64, i32>, CallError> {
        let now = Utc::now();
        let oldest = now - Duration::days(days.min(REACH).into());
        let mut seen: HashMap<u64, i32> = HashMap::new();
        let mut state = State { what: "events of the activity log", pass: 1, ..State::default() };
        let mut end = now;
        while end > oldest {
            let start = (end - SLICE).max(oldest);
            let mut offset = 0;
            loop {
                let numbers = [start.timestamp_millis(), end.timestamp_millis(), PAGE, offset].map(|number| number.to_string());
                let [from, to, limit, skip] = &numbers;
                let url = self.session.url("/v1/audit", &[("start", from), ("end", to), ("limit", limit), ("offset", skip)]);
                let parse = |body: &[u8]| {
                    let events: Vec<Event<'_>> =
                        serde_json::from_slice(body).map_err(|error| Unfit::Garbled(format!("no JSON list: {error}")))?;
                    Ok((events.len(), events.iter().filter_map(Event::seen).collect::<Vec<_>>()))
                };
                let (rows, page) = self.session.read(Door::Rest, &url, parse).await?;
                for (id, day) in page {
                    seen.entry(id).and_modify(|last| *last = day.max(*last)).or_insert(day);
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
        Ok(seen)
    }
}
