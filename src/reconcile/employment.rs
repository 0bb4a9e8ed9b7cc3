//! Whether somebody is employed on the day judged: explicit status first, then the termination date, then the hire date, then a
//! boolean, else unknown. The last day counts as employed, and a contradiction is read as employed.

use chrono::NaiveDate;

use crate::config::Status;

/// What one row of the directory says of somebody's employment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// The canonical reading of its status word; none for a blank cell.
    pub status: Option<Status>,
    /// A column of booleans such as `accountEnabled`.
    pub enabled: Option<bool>,
    /// The first day.
    pub hire_date: Option<NaiveDate>,
    /// The last day.
    pub termination_date: Option<NaiveDate>,
    /// Whether the file has a status column at all. Without one, being listed is the evidence.
    pub status_provided: bool,
    /// A termination date stands there but cannot be read: being listed, or a boolean that is true, proves nothing then.
    pub unreadable: bool,
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The status word.
    Word,
    /// The termination date.
    TerminationDate,
    /// The hire date.
    HireDate,
    /// The boolean.
    Boolean,
    /// The file says nothing of employment: everyone listed is employed.
    Listed,
    /// Nothing readable.
    Nothing,
}

/// Two facts of one row that cannot both be true. The safer reading, employed, decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contradiction {
    /// The word says employed, the termination date has passed.
    EmployedAfterLastDay,
    /// The word says ended, the termination date lies ahead.
    EndedBeforeLastDay,
    /// Hired after the termination date: most likely a date that survived a rehire.
    HiredAfterLastDay,
    /// One file says ended, another employed.
    FilesDisagree,
}

/// The judgement of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Employment {
    /// The status on the day judged.
    pub status: Status,
    /// What decided.
    pub basis: Basis,
    /// What cannot both be true.
    pub contradiction: Option<Contradiction>,
}

/// Judges one row on a day.
pub fn judge(facts: &Facts, as_of: NaiveDate) -> Employment {
    let plain = |status, basis| Employment { status, basis, contradiction: None };
    let against = |contradiction, basis| Employment { status: Status::Active, basis, contradiction: Some(contradiction) };
    let ended = facts.termination_date.is_some_and(|last_day| last_day < as_of);
    let ahead = facts.hire_date.is_some_and(|first_day| first_day > as_of);
    let rehired = !ahead && matches!((facts.hire_date, facts.termination_date), (Some(hired), Some(left)) if hired > left);

    match facts.status {
        Some(Status::Active) if ended => return against(Contradiction::EmployedAfterLastDay, Basis::Word),
        Some(Status::Leave) if ended => {
            return Employment { status: Status::Leave, ..against(Contradiction::EmployedAfterLastDay, Basis::Word) };
        }
        Some(Status::Terminated) if !ended => match facts.termination_date {
            // The last day itself counts as employed, and is no contradiction.
            Some(last_day) if last_day == as_of => return plain(Status::Active, Basis::TerminationDate),
            Some(_) => return against(Contradiction::EndedBeforeLastDay, Basis::Word),
            None => return plain(Status::Terminated, Basis::Word),
        },
        Some(Status::Unknown) | None => {}
        Some(status) => return plain(status, Basis::Word),
    }
    if ended {
        return match rehired {
            true => against(Contradiction::HiredAfterLastDay, Basis::HireDate),
            false => plain(Status::Terminated, Basis::TerminationDate),
        };
    }
    if ahead {
        return plain(Status::Prehire, Basis::HireDate);
    }
    match facts.enabled {
        // A last day that lies ahead does not say that somebody whose entry is switched off already still works.
        Some(false) => plain(Status::Suspended, Basis::Boolean),
        _ if facts.termination_date.is_some() => plain(Status::Active, Basis::TerminationDate),
        _ if facts.unreadable => plain(Status::Unknown, Basis::Nothing),
        Some(true) => plain(Status::Active, Basis::Boolean),
        None if !facts.status_provided => plain(Status::Active, Basis::Listed),
        None => plain(Status::Unknown, Basis::Nothing),
    }
}

/// The judgement of a person whom several files have, from those of the rows, in the order of the files. What decides one row decides
/// several: a switch weighs less than any word or date, and a row that only lists the person less than either. Files that disagree
/// are a contradiction, read as employed where one of them says so; an end and a switched off entry are no disagreement.
pub fn combine(rows: &[Employment]) -> Option<Employment> {
    let settled = |status| rows.iter().any(|row| row.basis != Basis::Boolean && row.status == status);
    let (gone, coming) = (settled(Status::Terminated), settled(Status::Prehire));
    let counts = |row: &&Employment| match row.basis {
        Basis::Listed => false,
        Basis::Boolean => !coming && (!gone || row.status != Status::Active),
        _ => true,
    };
    let says = |status: &[Status]| rows.iter().filter(counts).find(|row| status.contains(&row.status)).copied();
    let (employed, ended) = (says(&[Status::Active, Status::Leave]), says(&[Status::Terminated]));
    let (off, ahead) = (says(&[Status::Suspended]), says(&[Status::Prehire]));
    let decided = employed.or(ahead).or(ended).or(off);
    let groups = usize::from(employed.is_some()) + usize::from(ahead.is_some()) + usize::from(ended.is_some() || off.is_some());
    match decided {
        Some(decided) if groups > 1 => Some(Employment { contradiction: Some(Contradiction::FilesDisagree), ..decided }),
        Some(decided) => Some(decided),
        None => rows.iter().find(|row| row.status != Status::Unknown).or(rows.first()).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// `word, enabled, hired, last day` on 2026-11-23, in a file with a status column.
    fn judged(status: Option<Status>, enabled: Option<bool>, hired: &str, last_day: &str) -> Employment {
        let date = |text: &str| (!text.is_empty()).then(|| day(text));
        let facts = Facts {
            status,
            enabled,
            hire_date: date(hired),
            termination_date: date(last_day),
            status_provided: true,
            unreadable: false,
        };
        judge(&facts, day("2026-11-23"))
    }

    fn status(status: Option<Status>, enabled: Option<bool>, hired: &str, last_day: &str) -> Status {
        judged(status, enabled, hired, last_day).status
    }

    #[test]
    fn an_explicit_status_comes_first() {
        assert_eq!(status(Some(Status::Leave), Some(false), "2027-01-01", ""), Status::Leave);
        assert_eq!(status(Some(Status::Suspended), Some(true), "", "2026-01-01"), Status::Suspended);
        assert_eq!(status(Some(Status::Terminated), Some(true), "2020-01-01", ""), Status::Terminated);
        assert_eq!(status(Some(Status::Prehire), None, "2020-01-01", ""), Status::Prehire);
    }

    #[test]
    fn the_last_day_counts_as_employed() {
        assert_eq!(status(None, None, "", "2026-11-23"), Status::Active);
        assert_eq!(status(None, None, "", "2026-11-22"), Status::Terminated);
        assert_eq!(judged(Some(Status::Terminated), None, "", "2026-11-23").contradiction, None);
        assert_eq!(status(Some(Status::Terminated), None, "", "2026-11-23"), Status::Active);
    }

    #[test]
    fn a_contradiction_is_read_as_employed() {
        let past = judged(Some(Status::Active), None, "", "2026-01-01");
        assert_eq!((past.status, past.contradiction), (Status::Active, Some(Contradiction::EmployedAfterLastDay)));
        let future = judged(Some(Status::Terminated), None, "", "2026-12-31");
        assert_eq!((future.status, future.contradiction), (Status::Active, Some(Contradiction::EndedBeforeLastDay)));
        let rehired = judged(None, None, "2026-06-01", "2025-01-01");
        assert_eq!((rehired.status, rehired.contradiction), (Status::Active, Some(Contradiction::HiredAfterLastDay)));
    }

    #[test]
    fn a_hire_date_ahead_is_a_prehire_before_a_boolean_is_asked() {
        assert_eq!(status(None, Some(false), "2026-12-01", ""), Status::Prehire);
        assert_eq!(status(None, Some(true), "2026-12-01", "2027-12-01"), Status::Prehire);
        assert_eq!(status(None, Some(false), "2020-12-01", ""), Status::Suspended);
        assert_eq!(status(None, Some(true), "", ""), Status::Active);
    }

    #[test]
    fn an_entry_switched_off_before_the_last_day_is_switched_off() {
        assert_eq!(status(None, Some(false), "2020-12-01", "2026-12-31"), Status::Suspended);
        assert_eq!(status(None, Some(true), "2020-12-01", "2026-12-31"), Status::Active);
    }

    #[test]
    fn a_word_that_means_nothing_leaves_it_to_the_dates_and_else_is_unknown() {
        assert_eq!(status(Some(Status::Unknown), None, "", "2026-01-01"), Status::Terminated);
        assert_eq!(status(Some(Status::Unknown), None, "2020-01-01", ""), Status::Unknown);
        assert_eq!(status(None, None, "2020-01-01", ""), Status::Unknown);
    }

    #[test]
    fn a_termination_date_that_cannot_be_read_leaves_nothing_certain() {
        let facts = Facts { unreadable: true, ..Facts::default() };
        assert_eq!(judge(&facts, day("2026-11-23")).status, Status::Unknown);
        let worded = Facts { status: Some(Status::Active), ..facts };
        assert_eq!(judge(&worded, day("2026-11-23")).status, Status::Active);
    }

    #[test]
    fn of_two_files_an_explicit_word_weighs_more_than_being_listed_and_employed_more_than_ended() {
        let row = |status, basis| Employment { status, basis, contradiction: None };
        let (listed, unknown) = (row(Status::Active, Basis::Listed), row(Status::Unknown, Basis::Nothing));
        let (ended, off) = (row(Status::Terminated, Basis::Word), row(Status::Suspended, Basis::Boolean));
        let active = row(Status::Active, Basis::Word);
        assert_eq!(combine(&[listed, ended]), Some(ended));
        assert_eq!(combine(&[unknown, listed]), Some(listed));
        assert_eq!(combine(&[off, ended]), Some(ended));
        assert_eq!(combine(&[active, off]).unwrap().contradiction, Some(Contradiction::FilesDisagree));
        let disagreeing = combine(&[ended, active]).unwrap();
        assert_eq!((disagreeing.status, disagreeing.contradiction), (Status::Active, Some(Contradiction::FilesDisagree)));
        assert_eq!(combine(&[]), None);
        let (on, coming) = (row(Status::Active, Basis::Boolean), row(Status::Prehire, Basis::HireDate));
        assert_eq!(combine(&[ended, on]), Some(ended));
        assert_eq!(combine(&[on, coming]), Some(coming));
        assert_eq!(combine(&[coming, row(Status::Suspended, Basis::Boolean)]), Some(coming));
        assert_eq!(combine(&[on, listed, unknown]), Some(on));
    }

    #[test]
    fn without_a_status_column_everyone_listed_is_employed() {
        let listed = judge(&Facts::default(), day("2026-11-23"));
        assert_eq!((listed.status, listed.basis), (Status::Active, Basis::Listed));
    }
}
