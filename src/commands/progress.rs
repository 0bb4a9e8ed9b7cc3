//! Progress on a terminal: what is read, how fast, and whether we wait on a limit. Nothing when piped.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Terminal;
use crate::domo::{ReadProgress, ReadState};
use crate::source;

/// One line on stderr that goes away when reading ends.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    bar: ProgressBar,
    /// What is read, in which pass, and since when: the rate is of that.
    under_way: Mutex<(&'static str, u64, Instant)>,
}

impl ProgressLine {
    /// Draws only where the terminal does.
    pub(crate) fn new(terminal: &Terminal) -> Self {
        let target = if terminal.draws() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target).with_style(ProgressStyle::default_spinner());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar, under_way: Mutex::new(("", 0, Instant::now())) }
    }

    /// How long this pass has taken so far.
    fn since(&self, state: &ReadState) -> Duration {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if (under_way.0, under_way.1) != (state.what, state.pass) {
            *under_way = (state.what, state.pass, Instant::now());
        }
        under_way.2.elapsed()
    }
}

impl ReadProgress for ProgressLine {
    fn update(&self, state: &ReadState) {
        let rate = state.rows as f64 / self.since(state).as_secs_f64().max(0.1);
        let of = state.expected.map(|expected| format!(" of about {expected}")).unwrap_or_default();
        let pass = if state.pass > 1 { ", checking" } else { "" };
        let waiting = state.waiting.map(|left| format!("; waiting {} s on Domo's limit", left.as_secs() + 1)).unwrap_or_default();
        self.bar.set_message(format!("{} {}{of}{pass} ({rate:.0} a second){waiting}", state.rows, state.what));
    }
}

impl source::FetchProgress for ProgressLine {
    fn people(&self, name: &str, read: u64, told: Option<u64>) {
        let of = told.map(|told| format!(" of {told}")).unwrap_or_default();
        self.bar.set_message(format!("{name}: {read}{of} people"));
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
