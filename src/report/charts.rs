//! Charts as inline SVG: computed here, no styles, no script, each with the same numbers in a table beside it.
//!
//! Text in them is for the eye only (`aria-hidden`): the figure's caption and table say it to everybody else. Colours are classes.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::builder::Builder;
use super::escape::escaped;
use super::figures::grouped;
use super::view::{Cell, Chart, Column, SeverityCount, Table};
use crate::archive::history::TrendPoint;
use crate::terms::{AccountSituation, PersonSituation, Severity, label};

/// Width of every chart in its own units.
const WIDTH: f64 = 640.0;

/// Space between neighbouring parts, so that no two colours touch.
const GAP: f64 = 2.0;

/// An SVG being drawn.
struct Svg {
    id: &'static str,
    height: f64,
    body: String,
}

impl Svg {
    fn new(id: &'static str, height: f64) -> Self {
        Self { id, height, body: String::new() }
    }

    fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        let (x, y, width, height) = (round(x), round(y), round(width), round(height));
        let _ = write!(self.body, r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"/>"#);
    }

    fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let (x1, y1, x2, y2) = (round(from.0), round(from.1), round(to.0), round(to.1));
        let _ = write!(self.body, r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#);
    }

    /// `anchor` is `start`, `middle` or `end`.
    fn text(&mut self, class: &str, x: f64, y: f64, anchor: &str, text: &str) {
        let (x, y) = (round(x), round(y));
        let _ = write!(self.body, r#"<text class="{class}" x="{x}" y="{y}" text-anchor="{anchor}">{}</text>"#, escaped(text));
    }

    /// The finished chart: title and description for everybody, the drawing for the eye.
    fn chart(self, caption: String, table: Table) -> Chart {
        let (id, height) = (self.id, round(self.height));
        let title = escaped(&table.caption);
        let description = escaped(&caption);
        let svg = format!(
            "<svg role=\"img\" aria-labelledby=\"{id}t {id}d\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
             height=\"{height}\">\
             <title id=\"{id}t\">{title}</title><desc id=\"{id}d\">{description}</desc><g aria-hidden=\"true\">{}</g></svg>",
            self.body
        );
        Chart { id, caption, svg, table }
    }
}

/// Two decimals are enough for a screen, and the same on every machine.
fn round(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// The length of a part on a scale; at least a pixel for something, nothing for nothing.
fn length(part: u64, whole: u64, room: f64) -> f64 {
    match (part, whole) {
        (0, _) | (_, 0) => 0.0,
        _ => (part as f64 / whole as f64 * room).max(1.0),
    }
}

fn two_columns(builder: &Builder, id: &'static str, caption: &str, first: &str, rows: Vec<(String, u64)>) -> Table {
    let t = builder.t;
    let columns = vec![Column::new("what", first, "s"), Column::new("count", t.get("findings.count"), "n")];
    let mut table = Table::new(id, caption, columns, t.get("page.none"));
    for (label, number) in rows {
        table.row(None, vec![Cell::text(label), Cell::count(number)]);
    }
    table
}

/// One stacked bar, its labels below; an empty track where nothing was found.
pub(super) fn by_severity(builder: &Builder, severities: &[SeverityCount]) -> Chart {
    let t = builder.t;
    let total: u64 = severities.iter().map(|one| one.number).sum();
    let mut svg = Svg::new("ch-severity", 42.0);
    let there: Vec<_> = severities.iter().filter(|one| one.number > 0).collect();
    let room = WIDTH - GAP * there.len().saturating_sub(1) as f64;
    let mut x = 0.0;
    if total == 0 {
        svg.rect("track", 0.5, 0.5, WIDTH - 1.0, 19.0);
    }
    // Each severity has a place of its own below the bar: labels never meet, however small a part is.
    let place = WIDTH / severities.len().max(1) as f64;
    for one in &there {
        let width = length(one.number, total, room);
        svg.rect(one.severity.key, x, 0.0, width, 20.0);
        x += width + GAP;
        let label = format!("{} {}", one.severity.shown(), one.count);
        svg.text(&format!("label {}-t", one.severity.key), one.severity.rank as f64 * place, 37.0, "start", &label);
    }
    let rows = severities.iter().map(|one| (one.severity.label.clone(), one.number)).collect();
    let table = two_columns(builder, "t-severity", t.get("findings.by_severity_table"), t.get("findings.severity"), rows);
    svg.chart(t.fill("findings.by_severity_chart", &[("total", &grouped(total))]), table)
}

/// Both populations on one scale: matched, then what needs a decision, then the rest.
pub(super) fn population(builder: &Builder) -> Chart {
    let t = builder.t;
    let judged = builder.inputs.reconciliation;
    let accounts = judged.accounts.parts().map(|(situation, number)| {
        let class = match situation {
            AccountSituation::Matched => 0,
            AccountSituation::Inactive | AccountSituation::Excluded => 2,
            _ => 1,
        };
        (class, number)
    });
    let people = judged.people.parts().map(|(situation, number)| {
        let class = match situation {
            PersonSituation::Matched => 0,
            PersonSituation::NotExpected | PersonSituation::Left | PersonSituation::Prehire => 2,
            _ => 1,
        };
        (class, number)
    });
    let whole = judged.accounts.read.max(judged.people.read);
    let mut svg = Svg::new("ch-population", 92.0);
    let mut rows = Vec::new();
    let legend = [t.get("population.chart_matched"), t.get("population.chart_findings"), t.get("population.chart_other")];
    for (place, (label, parts)) in
        [(t.get("population.accounts"), accounts), (t.get("population.people"), people)].into_iter().enumerate()
    {
        let top = place as f64 * 48.0;
        let sums = [0, 1, 2].map(|class| parts.iter().filter(|(of, _)| *of == class).map(|(_, number)| number).sum::<u64>());
        let read: u64 = sums.iter().sum();
        svg.text("label", 0.0, top + 11.0, "start", &format!("{label} {}", grouped(read)));
        let mut x = 0.0;
        let words: Vec<String> =
            sums.iter().zip(legend).filter(|(sum, _)| **sum > 0).map(|(sum, word)| format!("{} {word}", grouped(*sum))).collect();
        svg.text("label muted-t", WIDTH, top + 11.0, "end", &words.join(" \u{00B7} "));
        for (sum, class) in sums.iter().zip(["matched", "attention", "other"]) {
            let width = length(*sum, whole, WIDTH - 2.0 * GAP);
            if width > 0.0 {
                svg.rect(class, x, top + 18.0, width, 16.0);
                x += width + GAP;
            }
        }
        rows.extend(sums.iter().zip(legend).map(|(sum, word)| (format!("{label}: {word}"), *sum)));
    }
    let table = two_columns(builder, "t-population", t.get("population.chart_table"), t.get("population.situation"), rows);
    let accounts = t.count("page.accounts", judged.accounts.read, &[]);
    let people = t.count("page.rows", judged.people.read, &[]);
    svg.chart(t.fill("population.chart", &[("accounts", &accounts), ("people", &people)]), table)
}

/// Four bars: how long open findings have been there. Not in a first run, where all are new.
pub(super) fn by_age(builder: &Builder) -> Option<Chart> {
    let t = builder.t;
    let history = builder.inputs.history;
    history.previous.as_ref()?;
    let mut ages = [0u64; 4];
    for finding in builder.inputs.reconciliation.findings.iter().filter(|finding| finding.is_open()) {
        let since = history.lifecycle.get(&finding.id).map_or(builder.inputs.run.as_of, |lifecycle| lifecycle.first_seen);
        let place = match (builder.inputs.run.as_of - since).num_days() {
            ..=30 => 0,
            31..=90 => 1,
            91..=180 => 2,
            _ => 3,
        };
        ages[place] += 1;
    }
    let labels = ["findings.age_0", "findings.age_31", "findings.age_91", "findings.age_181"].map(|key| t.get(key).to_owned());
    let rows: Vec<(String, u64)> = labels.into_iter().zip(ages).collect();
    let svg = bars("ch-age", &rows);
    let table = two_columns(builder, "t-age", t.get("findings.by_age_table"), t.get("findings.age"), rows);
    Some(svg.chart(t.get("findings.by_age_chart").to_owned(), table))
}

/// Drift by field: one mapping may fix hundreds.
pub(super) fn by_field(builder: &Builder) -> Option<Chart> {
    let t = builder.t;
    let mut fields: BTreeMap<&str, u64> = BTreeMap::new();
    for change in builder.inputs.reconciliation.findings.iter().flat_map(|finding| &finding.drift) {
        *fields.entry(&change.field).or_default() += 1;
    }
    let total: u64 = fields.values().sum();
    let mut rows: Vec<(String, u64)> = fields.into_iter().map(|(field, number)| (label(field), number)).collect();
    rows.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    if rows.len() > 12 {
        let others = rows.split_off(12);
        let label = t.count("findings.by_field_other", others.len() as u64, &[]);
        rows.push((label, others.iter().map(|(_, number)| number).sum()));
    }
    (!rows.is_empty()).then(|| {
        let svg = bars("ch-field", &rows);
        let table = two_columns(builder, "t-field", t.get("findings.by_field_table"), t.get("findings.field"), rows);
        svg.chart(t.count("findings.by_field_chart", total, &[]), table)
    })
}

/// Horizontal bars with a label before and a number after each.
fn bars(id: &'static str, rows: &[(String, u64)]) -> Svg {
    let most = rows.iter().map(|(_, number)| *number).max().unwrap_or(0);
    let mut svg = Svg::new(id, rows.len() as f64 * 22.0 + 2.0);
    for (place, (label, number)) in rows.iter().enumerate() {
        let top = place as f64 * 22.0;
        svg.text("label", 142.0, top + 15.0, "end", label);
        let width = length(*number, most, WIDTH - 150.0 - 70.0);
        if width > 0.0 {
            svg.rect("length", 150.0, top + 4.0, width, 14.0);
        }
        svg.text("label num", 156.0 + width, top + 15.0, "start", &grouped(*number));
    }
    svg
}

/// Places moved as little as it takes to stand `least` apart, none beyond `end`: two runs of one day are two bars.
fn apart(mut places: Vec<f64>, least: f64, end: f64) -> Vec<f64> {
    for next in 1..places.len() {
        places[next] = places[next].max(places[next - 1] + least);
    }
    let mut bound = end;
    for place in places.iter_mut().rev() {
        *place = place.min(bound);
        bound = *place - least;
    }
    places
}

/// A place for each run on the axis of days: half a label stands on either side of the first and the last.
fn at_their_days(points: &[TrendPoint], wide: f64) -> Vec<f64> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let (left, room) = (MARGIN, WIDTH - 2.0 * MARGIN);
    let span = (last.as_of - first.as_of).num_days().max(1);
    let at = points.iter().map(|point| left + (point.as_of - first.as_of).num_days().clamp(0, span) as f64 / span as f64 * room);
    apart(at.collect(), (wide + 4.0).min(room / points.len() as f64), left + room)
}

/// Half the width of a day's label.
const MARGIN: f64 = 44.0;

/// How wide a run's column may be.
fn column(points: &[TrendPoint]) -> f64 {
    ((WIDTH - 2.0 * MARGIN) / points.len().max(1) as f64 * 0.5).clamp(6.0, 26.0)
}

/// The days below the axis, as many as there is room for.
fn days_below(svg: &mut Svg, points: &[TrendPoint], at: &[f64], y: f64) {
    let mut labelled_to = f64::MIN;
    for (point, x) in points.iter().zip(at) {
        if x - 46.0 >= labelled_to {
            svg.text("label muted-t", *x, y, "middle", &point.as_of.to_string());
            labelled_to = x + 46.0;
        }
    }
}

/// How many findings there were at each run, by severity, the worst at the bottom where columns can be compared: what was found and
/// not yet set right.
pub(super) fn over_time(builder: &Builder) -> Option<Chart> {
    let t = builder.t;
    let points = &builder.inputs.history.trend;
    if points.len() < 2 {
        return None;
    }
    let count = |point: &TrendPoint, severity: Severity| point.by_severity.get(&severity).copied().unwrap_or_default();
    let sum = |point: &TrendPoint| Severity::ALL.iter().map(|severity| count(point, *severity)).sum::<u64>();
    let most = points.iter().map(sum).max().unwrap_or(0);
    let mut svg = Svg::new("ch-over-time", 178.0);
    let (floor, reach) = (122.0, 104.0);
    svg.line("axis", (0.0, floor), (WIDTH, floor));
    let wide = column(points);
    let at = at_their_days(points, wide);
    for (point, x) in points.iter().zip(&at) {
        let mut top = floor - 1.0;
        for severity in Severity::ALL {
            let height = length(count(point, severity), most, reach);
            if height > 0.0 {
                // The gap between two colours is taken from the part, so that the column keeps its height.
                let gap = if height > GAP { GAP / 2.0 } else { 0.0 };
                svg.rect(severity.as_str(), x - wide / 2.0, top - height, wide, height - gap);
                top -= height;
            }
        }
        svg.text("label num", *x, top - 4.0, "middle", &grouped(sum(point)));
    }
    days_below(&mut svg, points, &at, 138.0);
    let place = WIDTH / Severity::ALL.len() as f64;
    for (index, severity) in Severity::ALL.into_iter().enumerate() {
        let severity = builder.severity(severity);
        svg.text(&format!("label {}-t", severity.key), index as f64 * place, 170.0, "start", &severity.shown());
    }
    let mut columns = vec![Column::new("run", t.get("change.trend_run"), "d")];
    columns.extend(Severity::ALL.map(|severity| Column::new(severity.as_str(), &builder.severity(severity).label, "n")));
    let mut table = Table::new("t-over-time", t.get("findings.over_time_table"), columns, t.get("page.none"));
    for point in points {
        let day = Cell::day(Some(point.as_of), "");
        table.row(None, std::iter::once(day).chain(Severity::ALL.map(|severity| Cell::count(count(point, severity)))).collect());
    }
    Some(svg.chart(t.fill("findings.over_time_chart", &[("n", &grouped(points.len() as u64))]), table))
}

/// New findings up, resolved ones down, each run at its day: a gap is a review that did not happen.
pub(super) fn trend(builder: &Builder) -> Option<Chart> {
    let t = builder.t;
    let points = &builder.inputs.history.trend;
    if points.len() < 2 {
        return None;
    }
    let most = points.iter().map(|point| point.new.max(point.resolved)).max().unwrap_or(0);
    let mut svg = Svg::new("ch-trend", 140.0);
    let (zero, reach) = (66.0, 46.0);
    svg.line("axis", (0.0, zero), (WIDTH, zero));
    let wide = column(points);
    let at = at_their_days(points, wide);
    for (point, x) in points.iter().zip(&at) {
        let (up, down) = (length(point.new, most, reach), length(point.resolved, most, reach));
        if up > 0.0 {
            svg.rect("new", x - wide / 2.0, zero - 1.0 - up, wide, up);
            svg.text("label num", *x, zero - up - 5.0, "middle", &grouped(point.new));
        }
        if down > 0.0 {
            svg.rect("resolved", x - wide / 2.0, zero + 1.0, wide, down);
            svg.text("label num", *x, zero + down + 14.0, "middle", &grouped(point.resolved));
        }
    }
    days_below(&mut svg, points, &at, 136.0);
    let columns = vec![
        Column::new("run", t.get("change.trend_run"), "d"),
        Column::new("new", t.get("change.trend_new"), "n"),
        Column::new("resolved", t.get("change.trend_resolved"), "n"),
        Column::new("total", t.get("change.trend_total"), "n"),
    ];
    let mut table = Table::new("t-trend", t.get("change.trend_table"), columns, t.get("page.none"));
    for point in points {
        let total = Severity::ALL.iter().filter_map(|severity| point.by_severity.get(severity)).sum();
        let cells = vec![Cell::day(Some(point.as_of), ""), Cell::count(point.new), Cell::count(point.resolved), Cell::count(total)];
        table.row(None, cells);
    }
    Some(svg.chart(t.fill("change.trend", &[("n", &grouped(points.len() as u64))]), table))
}
