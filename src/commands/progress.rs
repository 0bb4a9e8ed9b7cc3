//! Progress on a terminal: what is read, how fast, and whether we wait on a limit. Nothing when piped.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Terminal;
use crate::domo::{Progress, State};

/// One line on stderr that goes away when reading ends.
#[derive(Debug)]
pub(crate) struct Line(ProgressBar);

impl Line {
    /// Draws only where the terminal does.
    pub(crate) fn new(terminal: &Terminal) -> Self {
        let target = if terminal.draws() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target).with_style(ProgressStyle::default_spinner());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }
}

impl Progress for Line {
    fn update(&self, state: &State) {
        let rate = state.rows as f64 / self.0.elapsed().as_secs_f64().max(0.1);
        let of = state.expected.map(|expected| format!(" of about {expected}")).unwrap_or_default();
        let pass = if state.pass > 1 { ", checking" } else { "" };
        let waiting = state.waiting.map(|left| format!("; waiting {} s on Domo's limit", left.as_secs() + 1)).unwrap_or_default();
        self.0.set_message(format!("{} {}{of}{pass} ({rate:.0} a second){waiting}", state.rows, state.what));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
