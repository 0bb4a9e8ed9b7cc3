//! First and last days, by the order of day and month that their column shows.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use chrono::NaiveDate;
use polars::prelude::*;

use super::given::{Given, Read};
use crate::config::DateOrder;
use crate::directory::days::clock::{Clock, Midnight};
use crate::directory::days::dates::{self, OrderCounts, WrittenDay};
use crate::directory::days::eras;
use crate::directory::days::short_years::{self, ShortYears};
use crate::directory::headers::slot::Slot;
use crate::directory::headers::spellings::{NOTICE, UNCERTAIN};
use crate::directory::people::Doubt;
use crate::directory::raw::RawColumn;
use crate::failure::Failure;
use crate::terms::Status;

/// What the cells of a file cannot say of their days.
#[derive(Debug, Clone, Copy)]
pub(in crate::directory) struct Calendar {
    /// Serials count from 1904.
    pub(in crate::directory) epoch_1904: bool,
    /// The order the configuration gives.
    pub(in crate::directory) order: Option<DateOrder>,
    /// The day the file is read on.
    pub(in crate::directory) today: NaiveDate,
}

/// The cells of a slot's columns, read one by one, and what they show together.
struct Cells<'t> {
    given: Given<'t>,
    calendar: Calendar,
    slot: Slot,
    columns: Vec<(&'t RawColumn, Vec<WrittenDay>)>,
    /// Columns whose days may be of something else: the end of a contract, a notice.
    lesser: Vec<&'t RawColumn>,
    evidence: OrderCounts,
    short_years: ShortYears,
    /// What the times of day of its stamps show.
    clock: Clock,
}

const NO_DATE: &str = "this is no date";

/// What the days of both slots show together.
#[derive(Clone, Copy)]
struct Both {
    /// Years of two digits may stand at either end.
    open_ends: bool,
    /// Years of the Buddhist era beside ours.
    two_calendars: bool,
}

/// First and last days, and the order of day and month in which the file writes them, where it shows one.
#[derive(Default)]
pub(super) struct Days {
    pub(super) hired: Column,
    pub(super) ended: Column,
    pub(super) order: Option<DateOrder>,
}

/// Hire and termination dates. `status` is what the rows' words say.
pub(super) fn read(given: Given<'_>, calendar: Calendar, status: &StringChunked) -> Result<Read<Days>> {
    let (hired, ended) =
        rayon::join(|| Cells::read(given, Slot::HireDate, calendar), || Cells::read(given, Slot::TerminationDate, calendar));
    let mut read = Read::default();
    let (of_hired, of_ended) = (hired.evidence, ended.evidence);
    let both = Both {
        open_ends: calendar.order.is_none() && hired.short_years.and(ended.short_years).are_open(),
        two_calendars: of_hired.buddhist + of_ended.buddhist > 0 && of_hired.gregorian + of_ended.gregorian > 0,
    };
    let (clock_hired, clock_ended) = (hired.clock.midnight_beside(ended.clock), ended.clock.midnight_beside(hired.clock));
    read.values = Days {
        hired: hired.days(of_ended, both, clock_hired, status, &mut read)?,
        ended: ended.days(of_hired, both, clock_ended, status, &mut read)?,
        order: calendar.order.or_else(|| of_hired.and(of_ended).order()),
    };
    Ok(read)
}

impl<'t> Cells<'t> {
    /// Reads the columns a day is taken from: those of the best rank, and of last days all that certainly are. Hire dates of every
    /// kind are looked at together, for a rehire stands in a column of its own; the original hire date only counts while there is
    /// no other.
    fn read(given: Given<'t>, slot: Slot, calendar: Calendar) -> Self {
        const ORIGINAL: u8 = 30;
        let best = given.mapping.first(slot).map_or(0, |claim| claim.rank);
        let counts = |rank: u8| match slot {
            Slot::HireDate if best < ORIGINAL => rank < ORIGINAL,
            Slot::TerminationDate if best < UNCERTAIN => rank < UNCERTAIN,
            Slot::TerminationDate if rank == NOTICE => false,
            _ => rank == best,
        };
        let mut evidence = OrderCounts::default();
        let (mut clock, mut short_years) = (Clock::default(), ShortYears::default());
        let mut read = |cell: Option<&str>| {
            let Some(cell) = cell else { return WrittenDay::None };
            let (written, pair) = dates::read(cell, calendar.epoch_1904, calendar.order);
            evidence.add(written, pair);
            clock.add(cell);
            short_years.add(cell, calendar.today);
            written
        };
        let of_claims = |wanted: bool| {
            let claims = given.mapping.columns(slot).filter(move |claim| counts(claim.rank) == wanted);
            claims.filter_map(|claim| Some((claim.rank == best, given.raw.columns.get(claim.column)?)))
        };
        // `Ended` may hold yes and no.
        let is_day = |cell: &str| {
            !matches!(dates::read(cell, calendar.epoch_1904, calendar.order).0, WrittenDay::None | WrittenDay::Unreadable)
        };
        let has_days = |column: &RawColumn| column.values.iter().flatten().any(is_day);
        let columns = of_claims(true).filter(|(is_best, column)| *is_best || has_days(column));
        let columns = columns.map(|(_, column)| (column, column.values.iter().map(&mut read).collect())).collect();
        let lesser = of_claims(false).map(|(_, column)| column).filter(|_| slot == Slot::TerminationDate).collect();
        Self { given, calendar, slot, columns, lesser, evidence, short_years, clock }
    }

    /// Whether a day has passed on the day the file is read.
    fn has_passed(&self, day: i32) -> bool {
        day < self.calendar.today.to_epoch_days()
    }

    /// A last day that may be of something else makes nobody a leaver where the better column is blank; one that has passed is a
    /// doubt where no word says more.
    fn doubt_lesser(&self, days: &[Option<i32>], status: &StringChunked, order: Option<DateOrder>, doubts: &mut Vec<Doubt>) {
        let better = self.columns.first().map(|(better, _)| format!(" and `{}` is blank", better.header)).unwrap_or_default();
        let Calendar { epoch_1904, order: given_order, .. } = self.calendar;
        for column in &self.lesser {
            let is_open = |day: &Option<i32>, status: Option<&str>| day.is_none() && !is_decided(status);
            let rows = days.iter().zip(status.iter()).zip(column.values.iter()).enumerate();
            let open = rows.filter_map(|(at, ((day, status), cell))| Some((at, cell.filter(|_| is_open(day, status))?)));
            for (at, cell) in open {
                let read = match dates::read(cell, epoch_1904, given_order).0 {
                    WrittenDay::Day(read) | WrittenDay::Buddhist(read) => Some(read),
                    WrittenDay::Either(first, second, year) => {
                        let read = |order| dates::ordered(first, second, year, order);
                        order.map_or_else(|| read(DateOrder::Dmy).max(read(DateOrder::Mdy)), read)
                    }
                    _ => None,
                };
                if read.is_some_and(|read| self.has_passed(read.to_epoch_days())) {
                    let problem = format!(
                        "`{}` has passed{better}: whether somebody has left or something else ended is not certain",
                        column.header
                    );
                    doubts.push(self.given.doubt(at, "termination_date", &problem, cell));
                }
            }
        }
    }

    /// The day of every row.
    fn days<T>(
        &self,
        sibling: OrderCounts,
        both: Both,
        clock: Midnight,
        status: &StringChunked,
        said: &mut Read<T>,
    ) -> Result<Column> {
        let given = self.given;
        let mut days: Vec<Option<i32>> = vec![None; given.height()];
        let Some((first, _)) = self.columns.first() else {
            self.doubt_lesser(&days, status, self.calendar.order, &mut said.doubts);
            said.notes.extend(
                self.lesser
                    .iter()
                    .map(|column| format!("`{}` is a day of notice and no last day: nobody has left by it", column.header)),
            );
            return Ok(Column::full_null(PlSmallStr::EMPTY, given.height(), &DataType::Date));
        };
        let order = self.order(&first.header, sibling, both, status, &mut said.notes)?;
        if self.evidence.buddhist > 0 && !both.two_calendars {
            said.notes.push(format!("the years of `{}` are of the Buddhist era: 2569 was read as 2026", first.header));
        }
        let next_day = self.is_next_day(&first.header, clock, &mut said.notes);
        let again: BTreeSet<usize> = self.columns.iter().flat_map(|(column, _)| given.doubled(column)).map(|(at, _)| at).collect();
        for (column, cells) in &self.columns {
            for (at, (day, written)) in days.iter_mut().zip(cells).enumerate() {
                let cell = || column.values.get(at).unwrap_or_default();
                let read = match *written {
                    WrittenDay::None => continue,
                    _ if both.open_ends && short_years::short(cell()).is_some() => Err(dates::EITHER_END),
                    _ if both.two_calendars && written.is_buddhist() => Err(eras::TWO_CALENDARS),
                    WrittenDay::Day(read) if next_day && Clock::is_evening_before(cell()) => read.succ_opt().ok_or(NO_DATE),
                    WrittenDay::Day(read) | WrittenDay::Buddhist(read) => Ok(read),
                    WrittenDay::Either(first, second, year) => match order {
                        Some(order) => dates::ordered(first, second, year, order).ok_or(NO_DATE),
                        None => continue,
                    },
                    WrittenDay::Undecidable(why) => Err(why),
                    WrittenDay::Unreadable => Err(NO_DATE),
                };
                match read.map(|day| day.to_epoch_days()) {
                    // Of several hire dates the latest began the employment of today; a last day is the first one that is there.
                    Ok(read) if self.slot == Slot::HireDate => *day = Some(day.map_or(read, |known| known.max(read))),
                    // Two of which only one has passed: the safer reading.
                    Ok(read) if day.is_some_and(|known| self.has_passed(known) != self.has_passed(read)) => {
                        *day = (*day).max(Some(read));
                        let problem =
                            format!("`{}` and `{}` have different last days: the later one counts", first.header, column.header);
                        let doubt = given.doubt(at, "termination_date", &problem, cell());
                        said.doubts.push(Doubt { not_comparable: false, ..doubt });
                    }
                    Ok(read) => *day = day.or(Some(read)),
                    // One that stands twice is doubted as such, and is no last day.
                    Err(_) if again.contains(&at) => {}
                    Err(problem) => {
                        said.doubts.push(given.doubt(at, self.slot.field_name().unwrap_or_default(), problem, cell()));
                    }
                }
            }
        }
        self.hear_again(&mut days, order);
        self.doubt_lesser(&days, status, order, &mut said.doubts);
        Ok(Int32Chunked::from_iter_options(PlSmallStr::EMPTY, days.into_iter()).into_date().into_column())
    }

    /// The order of day and month in cells that could be read either way.
    fn order(
        &self,
        header: &str,
        sibling: OrderCounts,
        both: Both,
        status: &StringChunked,
        notes: &mut Vec<String>,
    ) -> Result<Option<DateOrder>> {
        // Days whose year may stand at either end are doubted one by one.
        let either = if both.open_ends { 0 } else { self.evidence.either };
        // A column that holds both orders is not decided by another column.
        let sibling = if self.evidence.is_mixed() { OrderCounts::default() } else { sibling };
        let order = self.calendar.order.or_else(|| self.evidence.order()).or_else(|| sibling.order());
        match order {
            None if either > 0 => {
                let problem = self.undecided(header);
                const HINT: &str = "say in the configuration, under this file's [[directory]], date_order = \"dmy\" (day first) \
                    or \"mdy\" (month first)";
                if self.matters(status) {
                    bail!(Failure::usage(problem).hint(HINT));
                }
                notes.push(format!("{problem}. They were not read, for every such row has a status. To have them, {HINT}"));
            }
            Some(order) if either > 0 && self.calendar.order.is_none() => {
                let from = if self.evidence.order().is_some() { "the column" } else { "the file's other date column" };
                let shown = if order == DateOrder::Dmy { "day/month/year" } else { "month/day/year" };
                notes.push(format!("`{header}` was read as {shown}: {from} has dates that can only be that"));
            }
            _ => {}
        }
        Ok(order)
    }

    /// Whether a time of the evening before stands for the day after the one written.
    fn is_next_day(&self, header: &str, midnight: Midnight, notes: &mut Vec<String>) -> bool {
        match midnight {
            Midnight::Elsewhere(next_day, shown) => {
                let moved = if next_day { "the day after the one written" } else { "the day written" };
                notes.push(format!(
                    "every time of `{header}` is {shown}, midnight in one time zone: read as days of that zone, {moved}"
                ));
                next_day
            }
            Midnight::Uncertain(shown) if self.slot == Slot::TerminationDate => {
                notes.push(format!(
                    "times of `{header}` such as {shown} may be midnight somewhere else: the days are read as written, and a last \
                     day may be a day off"
                ));
                false
            }
            _ => false,
        }
    }

    /// Cells with a second value: no last day, or the later one, is the safer reading, and a first day that has come.
    fn hear_again(&self, days: &mut [Option<i32>], order: Option<DateOrder>) {
        let today = self.calendar.today.to_epoch_days();
        for (at, value) in self.columns.iter().flat_map(|(column, _)| self.given.doubled(column)) {
            let Some(day) = days.get_mut(at) else { continue };
            let other = match dates::read(value, self.calendar.epoch_1904, self.calendar.order).0 {
                WrittenDay::Day(other) | WrittenDay::Buddhist(other) => Some(other),
                WrittenDay::Either(first, second, year) => order.and_then(|order| dates::ordered(first, second, year, order)),
                WrittenDay::None | WrittenDay::Undecidable(_) | WrittenDay::Unreadable => None,
            };
            let other = other.map(|other| other.to_epoch_days());
            *day = match (*day, other) {
                (Some(known), Some(other)) if self.slot == Slot::HireDate && known.max(other) > today => Some(known.min(other)),
                (Some(known), Some(other)) => Some(known.max(other)),
                (known, other) if self.slot == Slot::HireDate => known.or(other).filter(|day| *day <= today),
                _ => None,
            };
        }
    }

    /// Why nobody can tell the day of some cells, with the first of them.
    fn undecided(&self, header: &str) -> String {
        let count = crate::text::plural(self.evidence.either, "date", "dates");
        let example = self.columns.iter().find_map(|(column, cells)| {
            let at = cells.iter().position(|written| matches!(written, WrittenDay::Either(first, second, _) if first != second))?;
            Some((self.given.raw.rows.get(at).copied()?, column.values.get(at)?))
        });
        let example = example.map(|(row, cell)| format!(", such as `{cell}` in row {row}")).unwrap_or_default();
        let why = if self.evidence.is_mixed() {
            "some dates of the column can only be day/month/year and others only month/day/year"
        } else {
            "no date of the column shows whether the day or the month comes first"
        };
        format!("{count} of `{header}` could be two different days{example}: {why}")
    }

    /// Whether somebody's employment hangs on a day that could be two: a last day always does, a first day where no word says more.
    fn matters(&self, status: &StringChunked) -> bool {
        let open = |cells: &[WrittenDay]| {
            let either =
                |(written, status): (&WrittenDay, Option<&str>)| matches!(written, WrittenDay::Either(..)) && !is_decided(status);
            cells.iter().zip(status.iter()).any(either)
        };
        self.slot == Slot::TerminationDate || self.columns.iter().any(|(_, cells)| open(cells))
    }
}

/// Whether a row's words say more than nothing of employment.
fn is_decided(status: Option<&str>) -> bool {
    status.is_some_and(|status| status != Status::Unknown.as_str())
}
