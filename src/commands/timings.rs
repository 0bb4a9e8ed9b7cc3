//! `audit --timings`: where the time went, stage by stage, measured by the program itself.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::stage::{BYTES, TARGET};

/// Ticks of `/proc/self/stat` in a second: what Linux tells programs, whatever its own clock does.
const TICKS: f64 = 100.0;

/// One stage. Stages run beside each other, so they do not add up to the whole; what the processors did and the memory are those of
/// the whole process.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Stage {
    stage: String,
    /// From its beginning to its end, in seconds.
    wall: f64,
    /// Seconds of all processors meanwhile, to a hundredth; none where there is no /proc.
    cpu: Option<f64>,
    /// What it read or wrote, where that is known.
    bytes: Option<u64>,
    /// The most memory that the process had held by its end, in bytes.
    peak: Option<u64>,
}

/// The stages that have ended, and the subscriber's layer that hears of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Timings(Arc<Mutex<Vec<Stage>>>);

impl Timings {
    /// Hears of stages from now on.
    pub(super) fn layer<S>(&self) -> impl tracing_subscriber::Layer<S> + use<S>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    {
        use tracing_subscriber::Layer;
        self.clone().with_filter(tracing_subscriber::filter::filter_fn(|span| span.target() == TARGET))
    }

    /// What has ended since it was last asked for, in the order of its ends.
    pub(super) fn take(&self) -> Vec<Stage> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A stage that is under way.
struct Begun {
    name: String,
    at: Instant,
    cpu: Option<f64>,
    bytes: Option<u64>,
}

impl Visit for Begun {
    fn record_str(&mut self, _: &Field, name: &str) {
        name.clone_into(&mut self.name);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == BYTES {
            self.bytes = Some(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> tracing_subscriber::Layer<S> for Timings {
    fn on_new_span(&self, attributes: &Attributes, id: &Id, context: Context<S>) {
        let mut begun = Begun { name: String::new(), at: Instant::now(), cpu: cpu(), bytes: None };
        attributes.record(&mut begun);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(begun);
        }
    }

    fn on_record(&self, id: &Id, values: &Record, context: Context<S>) {
        if let Some(span) = context.span(id)
            && let Some(begun) = span.extensions_mut().get_mut::<Begun>()
        {
            values.record(begun);
        }
    }

    fn on_close(&self, id: Id, context: Context<S>) {
        let Some(Begun { name, at, cpu: before, bytes }) = context.span(&id).and_then(|span| span.extensions_mut().remove()) else {
            return;
        };
        let cpu = before.zip(cpu()).map(|(before, now)| now - before);
        let stage = Stage { stage: name, wall: at.elapsed().as_secs_f64(), cpu, bytes, peak: peak() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(stage);
    }
}

/// The stages as a table.
pub(super) fn table(stages: &[Stage]) -> String {
    let mut text = format!("{:<28} {:>9} {:>9} {:>10} {:>9}", "stage", "wall s", "cpu s", "MB", "peak MB");
    let number = |value: Option<f64>, places: usize| value.map_or("-".to_owned(), |value| format!("{value:.places$}"));
    let megabytes = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64 / 1e6);
    for Stage { stage, wall, cpu, bytes, peak } in stages {
        let (bytes, peak) = (number(megabytes(*bytes), 1), number(megabytes(*peak), 0));
        let _ = write!(text, "\n{stage:<28} {wall:>9.3} {:>9} {bytes:>10} {peak:>9}", number(*cpu, 2));
    }
    text.push_str("\nStages run beside each other; cpu and peak are those of the whole process.");
    text
}

/// Seconds that the processors have given to this process, where Linux says.
fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name, in brackets, may hold spaces.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS)
}

/// The most memory that this process has held, where Linux says.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?;
    Some(kilobytes.parse::<u64>().ok()? * 1024)
}
