//! How long a write is looked at, and how old a look may be: every wait of the write path, in one place.

use std::time::Duration;

use tokio::time::Instant;

/// People never see these; tests make them small.
#[derive(Debug, Clone)]
pub struct Windows {
    /// When an account is read after Domo accepted a write, counted from its answer: a change may show late.
    pub looks: Vec<Duration>,
    /// The last of these moments once a write of this session was accepted and never shown.
    pub shortened: Duration,
    /// How old what was read may be when the write that rests on it leaves.
    pub fresh: Duration,
}

impl Default for Windows {
    fn default() -> Self {
        let looks = [0, 500, 1000, 2000, 4000, 8000, 15_000].map(Duration::from_millis);
        Self { looks: looks.into(), shortened: Duration::from_secs(5), fresh: Duration::from_secs(2) }
    }
}

impl Windows {
    /// Looks as often within less time.
    pub(super) fn brief(&self) -> Vec<Duration> {
        let earlier = self.looks.iter().copied().filter(|look| *look < self.shortened);
        earlier.chain([self.shortened]).collect()
    }
}

/// The looks at one write.
pub(super) struct Looks {
    begin: Instant,
    times: std::vec::IntoIter<Duration>,
}

impl Looks {
    pub(super) fn at_once() -> Self {
        Self::within(vec![Duration::ZERO])
    }

    pub(super) fn within(times: Vec<Duration>) -> Self {
        Self { begin: Instant::now(), times: times.into_iter() }
    }

    /// Waits for the next look; false when there is none any more.
    pub(super) async fn next(&mut self) -> bool {
        let Some(time) = self.times.next() else { return false };
        tokio::time::sleep_until(self.begin + time).await;
        true
    }
}
