//! One pacer for a whole session: even spacing by the configured rate, tightened by what the server says of its limit, and one
//! shared wait that every request observes once the server asked for it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use tokio::time::Instant;

/// What a rate limit counts over.
const MINUTE: Duration = Duration::from_secs(60);
/// The wait when nothing remains and the server names none.
const BREATH: Duration = Duration::from_secs(1);
/// Never slower than this many times the configured spacing because of a remainder: a wait is the server's to ask for.
const SLOWEST: f64 = 20.0;

pub(super) struct Pacer {
    /// Between two requests at the configured rate. A little more than 60 s / rate, so that no minute holds one request too many.
    spacing: Duration,
    rate: f64,
    /// Who waits for a turn, in the order they came. Whoever stops waiting leaves the line, and takes no turn along.
    line: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    /// When the next request may leave.
    next: Instant,
    /// Nobody sends before.
    blocked: Instant,
    /// Times the configured spacing, at least 1.
    stretch: f64,
    /// Our own turns of the last minute, oldest first.
    ours: VecDeque<Instant>,
}

impl Pacer {
    pub(super) fn new(requests_per_minute: u32) -> Self {
        let rate = f64::from(requests_per_minute.max(1));
        let now = Instant::now();
        Self {
            spacing: Duration::from_secs_f64(60.0 / rate * 1.002),
            rate,
            line: tokio::sync::Mutex::default(),
            state: Mutex::new(State { next: now, blocked: now, stretch: 1.0, ours: VecDeque::new() }),
        }
    }

    /// Waits for this request's turn.
    pub(crate) async fn turn(&self) {
        let came = Instant::now();
        let _first = self.line.lock().await;
        loop {
            let due = {
                let mut state = self.state();
                let slot = state.next.max(state.blocked).max(came);
                if slot <= Instant::now() {
                    state.next = slot + self.spacing.mul_f64(state.stretch);
                    while state.ours.front().is_some_and(|first| slot.duration_since(*first) >= MINUTE) {
                        state.ours.pop_front();
                    }
                    state.ours.push_back(slot);
                    return;
                }
                slot
            };
            // Somebody may be told to wait while we sleep.
            tokio::time::sleep_until(due).await;
        }
    }

    /// Nobody sends for that long.
    pub(super) fn hold(&self, wait: Duration) {
        let mut state = self.state();
        state.blocked = state.blocked.max(Instant::now() + wait);
    }

    /// How long everybody still waits.
    pub(super) fn held(&self) -> Option<Duration> {
        let left = self.state().blocked.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Learns from `X-RateLimit-Limit` and `X-RateLimit-Remaining`, where they come: what of the limit is used, and not by us,
    /// others use. They keep it; we take no more than the rest.
    pub(super) fn learn(&self, headers: &HeaderMap) {
        let number = |name: &str| -> Option<f64> { headers.get(name)?.to_str().ok()?.trim().parse().ok() };
        let limit = number("x-ratelimit-limit").filter(|limit| *limit >= 1.0).unwrap_or(self.rate);
        let Some(remaining) = number("x-ratelimit-remaining").filter(|remaining| *remaining >= 0.0) else { return };
        let mut state = self.state();
        let others = (limit - remaining - state.ours.len() as f64).max(0.0);
        let allowed = (limit - others).max(self.rate / SLOWEST);
        state.stretch = (self.rate / allowed).max(1.0);
        if remaining < 1.0 {
            state.blocked = state.blocked.max(Instant::now() + BREATH);
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a server asks us to wait: `Retry-After`; with a 429 also `X-Rate-Limit-Reset`, a moment in seconds, by the server's own
/// clock.
pub(super) fn asked(status: u16, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let date = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    let reset = || {
        let reset = headers.get("x-rate-limit-reset")?.to_str().ok()?.trim().parse().ok()?;
        let date = date?.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
        // The second that it names has to be over.
        (status == 429).then(|| Duration::from_secs(u64::saturating_sub(reset, date) + 1))
    };
    // A date counts by the server's own clock, and no wait at all is no advice to whoever was just turned away.
    retry_after(headers, date.unwrap_or(now)).filter(|wait| !wait.is_zero()).or_else(reset)
}

/// `Retry-After` in seconds or as a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default()),
    }
}

/// The wait after the `failed`-th failure in a row: growing, capped, and anywhere in its upper half, so that several callers do not
/// come back at the same moment.
pub(super) fn backoff(failed: u32, first: Duration, growth: u32, most: Duration) -> Duration {
    let full = first.saturating_mul(growth.saturating_pow(failed.saturating_sub(1).min(16))).min(most);
    full.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        let wait = |text| retry_after(&headers(&[("retry-after", text)]), now);
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(7)));
        assert_eq!(wait("Tue, 06 Nov 1984 08:49:37 GMT"), Some(Duration::ZERO), "a date that has passed");
        assert_eq!(wait("soon"), None);
    }

    #[test]
    fn a_date_counts_by_the_servers_clock_and_no_wait_is_none() {
        let at =
            |text| asked(503, &headers(&[("retry-after", text), ("date", "Sun, 06 Nov 1994 08:49:30 GMT")]), SystemTime::now());
        assert_eq!(at("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(7)));
        assert_eq!((at("0"), at("Sun, 06 Nov 1994 08:49:29 GMT")), (None, None));
    }

    #[test]
    fn a_reset_counts_by_the_servers_clock_and_only_when_it_turns_away() {
        let headers = headers(&[("x-rate-limit-reset", "784111778"), ("date", "Sun, 06 Nov 1994 08:49:32 GMT")]);
        assert_eq!(asked(429, &headers, SystemTime::UNIX_EPOCH), Some(Duration::from_secs(7)));
        assert_eq!(asked(200, &headers, SystemTime::UNIX_EPOCH), None);
    }

    #[test]
    fn backoff_grows_within_its_cap_and_never_vanishes() {
        let (first, most) = (Duration::from_millis(100), Duration::from_secs(1));
        for failed in 1..40 {
            let wait = backoff(failed, first, 2, most);
            assert!(wait >= first / 2 && wait <= most, "{failed}: {wait:?}");
        }
    }

    #[tokio::test]
    async fn no_minute_holds_more_requests_than_configured() {
        // Virtual slots: the last of 101 turns at 60,000 a minute comes 100 spacings after the first.
        let pacer = Pacer::new(60_000);
        let begin = Instant::now();
        for _ in 0..101 {
            pacer.turn().await;
        }
        assert!(begin.elapsed() >= Duration::from_millis(100));
    }

    #[tokio::test]
    async fn a_hold_reaches_those_who_already_wait() {
        let pacer = std::sync::Arc::new(Pacer::new(600));
        pacer.turn().await;
        let waiting = tokio::spawn({
            let pacer = pacer.clone();
            async move {
                pacer.turn().await;
                Instant::now()
            }
        });
        tokio::task::yield_now().await;
        let until = Instant::now() + Duration::from_millis(250);
        pacer.hold(Duration::from_millis(250));
        assert!(waiting.await.unwrap() >= until);
    }

    #[tokio::test]
    async fn whoever_stops_waiting_takes_no_turn_along() {
        let pacer = std::sync::Arc::new(Pacer::new(1));
        pacer.turn().await;
        let next = pacer.state().next;
        let turn = || {
            let pacer = pacer.clone();
            tokio::spawn(async move { pacer.turn().await })
        };
        let waiting: Vec<_> = (0..5).map(|_| turn()).collect();
        tokio::task::yield_now().await;
        for task in waiting {
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        assert_eq!(pacer.state().next, next);
    }

    fn stretch(pacer: &Pacer, limit: &str, remaining: &str) -> f64 {
        pacer.learn(&headers(&[("x-ratelimit-limit", limit), ("x-ratelimit-remaining", remaining)]));
        pacer.state().stretch
    }

    #[tokio::test]
    async fn what_others_use_of_the_limit_is_left_to_them() {
        let pacer = Pacer::new(1500);
        assert!((stretch(&pacer, "3000", "2000") - 1.0).abs() < 1e-9, "there is room for our whole rate");
        assert!((stretch(&pacer, "3000", "300") - 5.0).abs() < 1e-9, "300 are left for our 1,500");
        assert!((stretch(&pacer, "750", "750") - 2.0).abs() < 1e-9, "a limit below our rate");
        assert!(pacer.held().is_none());
        assert!((stretch(&pacer, "3000", "0") - SLOWEST).abs() < 1e-9);
        assert!(pacer.held().is_some());
    }

    #[tokio::test]
    async fn what_we_use_ourselves_does_not_slow_us_down() {
        let pacer = Pacer::new(3000);
        pacer.state().ours.extend(std::iter::repeat_n(Instant::now(), 2990));
        assert!((stretch(&pacer, "3000", "10") - 1.0).abs() < 1e-9);
    }
}
