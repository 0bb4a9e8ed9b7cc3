//! Whether somebody is employed on the day judged: explicit status first, then the termination date, then the hire date, then a
//! boolean, else unknown. The last day counts as employed, and a contradiction is read as employed. One date outweighs a word: many
//! systems call a future hire active, so a first day ahead is a prehire. A word says what was true on the day of its export: a last
//! or first day between that day and the one judged has changed it since, but for the end of a contract, which may have been renewed.

use chrono::NaiveDate;

use crate::directory::facts::Facts;
use crate::terms::Status;

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The status word.
    Word,
    /// The termination date.
    TerminationDate,
    /// The hire date.
    HireDate,
    /// A boolean or an identity provider's word: switched on or off.
    Switch,
    /// The file says nothing of employment: everyone listed is employed.
    Listed,
    /// Something that cannot be read.
    Unreadable,
    /// Nothing at all, where the file should say something.
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
    // `Active` was true when the export was made, be it on somebody's last day; a last day from then on outweighs it.
    let since = |day: Option<NaiveDate>| matches!((day, facts.said_on), (Some(day), Some(said)) if said <= day);
    let started_since = !ahead && facts.hire_date.is_some_and(|first_day| facts.said_on.is_some_and(|said| said < first_day));
    let by_word = if facts.identity_provider { Basis::Switch } else { Basis::Word };

    match facts.status {
        Some(Status::Active) if ahead => return plain(Status::Prehire, Basis::HireDate),
        Some(Status::Active | Status::Leave) if ended && !facts.renewable && since(facts.termination_date) => {}
        Some(Status::Prehire) if started_since && !facts.identity_provider => match ended {
            true => {}
            false => return plain(Status::Active, Basis::HireDate),
        },
        Some(Status::Active) if ended => return against(Contradiction::EmployedAfterLastDay, by_word),
        Some(Status::Leave) if ended => {
            return Employment { status: Status::Leave, ..against(Contradiction::EmployedAfterLastDay, by_word) };
        }
        Some(Status::Terminated) if !ended => match facts.termination_date {
            // The last day itself counts as employed, and is no contradiction.
            Some(last_day) if last_day == as_of => return plain(Status::Active, Basis::TerminationDate),
            Some(_) => return against(Contradiction::EndedBeforeLastDay, Basis::Word),
            None => return plain(Status::Terminated, by_word),
        },
        Some(Status::Unknown) | None => {}
        Some(status) => return plain(status, by_word),
    }
    if ended {
        return match rehired {
            true if facts.enabled == Some(false) => plain(Status::Suspended, Basis::Switch),
            true => against(Contradiction::HiredAfterLastDay, Basis::HireDate),
            false => plain(Status::Terminated, Basis::TerminationDate),
        };
    }
    if ahead {
        return plain(Status::Prehire, Basis::HireDate);
    }
    match facts.enabled {
        // A last day that lies ahead does not say that somebody whose entry is switched off already still works.
        Some(false) => plain(Status::Suspended, Basis::Switch),
        _ if facts.termination_date.is_some() => plain(Status::Active, Basis::TerminationDate),
        _ if facts.unreadable => plain(Status::Unknown, Basis::Unreadable),
        Some(true) => plain(Status::Active, Basis::Switch),
        None if facts.status.is_some() => plain(Status::Unknown, Basis::Unreadable),
        None if !facts.status_provided => plain(Status::Active, Basis::Listed),
        None => plain(Status::Unknown, Basis::Nothing),
    }
}

/// The judgement of a person whom several files have, from those of the rows, in the order of the files. A switch weighs less than
/// any word or date, and a row that only lists the person less than either. Somebody who is employed in one file and switched off
/// in another is suspended. Words and dates that disagree are a contradiction, read as employed. What one file says and nobody can
/// read stays unknown where the others only switch the person on or list them, and so does a blank beside a list, as either does in
/// one file.
pub fn combine(rows: &[Employment]) -> Option<Employment> {
    let first = |fits: &dyn Fn(&Employment) -> bool| rows.iter().find(|row| row.basis != Basis::Listed && fits(row)).copied();
    let said = |status: &[Status]| first(&|row| row.basis != Basis::Switch && status.contains(&row.status));
    let switched = |status: &[Status]| first(&|row| row.basis == Basis::Switch && status.contains(&row.status));
    const EMPLOYED: &[Status] = &[Status::Active, Status::Leave];
    let (employed, ahead, ended) = (said(EMPLOYED), said(&[Status::Prehire]), said(&[Status::Terminated]));
    let off = said(&[Status::Suspended]).or(switched(&[Status::Suspended]));
    let unreadable = first(&|row| row.basis == Basis::Unreadable);
    let (on, staged, closed) = (switched(EMPLOYED), switched(&[Status::Prehire]), switched(&[Status::Terminated]));

    // What an account that is closed or switched off makes of somebody whom another file calls employed.
    let suspended = off.or(closed).map(|off| Employment { status: Status::Suspended, ..off });
    let decided = match (employed, ahead) {
        (Some(employed), _) => Some(suspended.unwrap_or(employed)),
        (None, Some(ahead)) => Some(ahead),
        (None, None) => ended.or(closed).or(off).or(unreadable).or(staged).or(on),
    };
    let disagree = [employed, ahead, ended].iter().flatten().count() > 1;
    match decided {
        Some(decided) if disagree => Some(Employment { contradiction: Some(Contradiction::FilesDisagree), ..decided }),
        Some(decided) => {
            let of_employed = employed.and_then(|employed| employed.contradiction);
            Some(Employment { contradiction: decided.contradiction.or(of_employed), ..decided })
        }
        None => rows.iter().find(|row| row.status == Status::Unknown).or(rows.first()).copied(),
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
            ..Facts::default()
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
    fn a_word_is_true_on_the_day_of_its_export_and_a_day_since_then_changes_it() {
        let facts = |status, hired: &str, last_day: &str| {
            let date = |text: &str| (!text.is_empty()).then(|| day(text));
            Facts {
                status: Some(status),
                hire_date: date(hired),
                termination_date: date(last_day),
                status_provided: true,
                said_on: Some(day("2026-11-10")),
                ..Facts::default()
            }
        };
        let said = |status, hired: &str, last_day: &str| {
            let judged = judge(&facts(status, hired, last_day), day("2026-11-23"));
            (judged.status, judged.contradiction)
        };
        assert_eq!(said(Status::Active, "", "2026-11-10"), (Status::Terminated, None));
        assert_eq!(said(Status::Leave, "", "2026-11-22"), (Status::Terminated, None));
        assert_eq!(said(Status::Active, "", "2026-11-23"), (Status::Active, None));
        assert_eq!(said(Status::Active, "", "2026-11-09"), (Status::Active, Some(Contradiction::EmployedAfterLastDay)));
        assert_eq!(said(Status::Active, "2026-11-20", "2026-11-15").1, Some(Contradiction::HiredAfterLastDay));
        assert_eq!(said(Status::Prehire, "2026-11-11", ""), (Status::Active, None));
        assert_eq!(said(Status::Prehire, "2026-11-10", ""), (Status::Prehire, None));
        assert_eq!(said(Status::Prehire, "2026-11-11", "2026-11-20"), (Status::Terminated, None));
        let contract = Facts { renewable: true, ..facts(Status::Active, "", "2026-11-15") };
        assert_eq!(judge(&contract, day("2026-11-23")).contradiction, Some(Contradiction::EmployedAfterLastDay));
    }

    #[test]
    fn whose_entry_is_switched_off_is_no_rehire_of_an_old_last_day() {
        let off = judged(None, Some(false), "2025-01-01", "2024-05-31");
        assert_eq!((off.status, off.basis, off.contradiction), (Status::Suspended, Basis::Switch, None));
        assert_eq!(status(None, Some(true), "2025-01-01", "2024-05-31"), Status::Active);
        assert_eq!(status(None, Some(false), "", "2024-05-31"), Status::Terminated);
    }

    #[test]
    fn a_hire_date_ahead_is_a_prehire_before_a_boolean_is_asked() {
        assert_eq!(status(None, Some(false), "2026-12-01", ""), Status::Prehire);
        assert_eq!(status(None, Some(true), "2026-12-01", "2027-12-01"), Status::Prehire);
        assert_eq!(status(None, Some(false), "2020-12-01", ""), Status::Suspended);
        assert_eq!(status(None, Some(true), "", ""), Status::Active);
    }

    #[test]
    fn a_hire_date_ahead_outweighs_a_word_for_active_and_no_other() {
        let active = |hired, last_day| judged(Some(Status::Active), Some(true), hired, last_day);
        let coming = active("2026-11-24", "");
        assert_eq!((coming.status, coming.basis, coming.contradiction), (Status::Prehire, Basis::HireDate, None));
        assert_eq!(active("2026-11-23", "").status, Status::Active, "the first day itself is worked");
        assert_eq!(active("2027-01-01", "2025-01-01").status, Status::Prehire, "somebody who comes back");
        assert_eq!(status(Some(Status::Terminated), None, "2026-12-01", ""), Status::Terminated);
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

    const DISAGREE: Option<Contradiction> = Some(Contradiction::FilesDisagree);

    /// What one of several files says, by a word or date, by a switch, or by listing somebody.
    fn row(status: Status, basis: Basis) -> Employment {
        Employment { status, basis, contradiction: None }
    }

    /// The person's status from two files, in either order, and whether they disagree.
    fn both(one: Employment, other: Employment) -> (Status, Option<Contradiction>) {
        let [first, second] = [[one, other], [other, one]].map(|rows| combine(&rows).unwrap());
        assert_eq!((first.status, first.contradiction), (second.status, second.contradiction));
        (first.status, first.contradiction)
    }

    #[test]
    fn of_two_files_a_word_or_a_date_outweighs_a_switch_and_a_switch_being_listed() {
        let word = |status| row(status, Basis::Word);
        let (on, off) = (row(Status::Active, Basis::Switch), row(Status::Suspended, Basis::Switch));
        let listed = row(Status::Active, Basis::Listed);
        assert_eq!(both(word(Status::Terminated), on), (Status::Terminated, None));
        assert_eq!(both(row(Status::Terminated, Basis::TerminationDate), on), (Status::Terminated, None));
        assert_eq!(both(word(Status::Terminated), off), (Status::Terminated, None));
        assert_eq!(both(word(Status::Terminated), listed), (Status::Terminated, None));
        for switch in [on, off, listed] {
            assert_eq!(both(row(Status::Prehire, Basis::HireDate), switch), (Status::Prehire, None));
        }
        assert_eq!(both(off, listed), (Status::Suspended, None));
        assert_eq!(both(on, row(Status::Unknown, Basis::Nothing)), (Status::Active, None));
        assert_eq!(both(listed, row(Status::Unknown, Basis::Nothing)), (Status::Unknown, None));
        let unreadable = row(Status::Unknown, Basis::Unreadable);
        assert_eq!(both(unreadable, on), (Status::Unknown, None));
        assert_eq!(both(unreadable, listed), (Status::Unknown, None));
        assert_eq!(both(unreadable, off), (Status::Suspended, None));
        assert_eq!(both(unreadable, word(Status::Active)), (Status::Active, None));
        assert_eq!(combine(&[]), None);
    }

    #[test]
    fn switched_off_in_one_file_and_employed_in_the_other_is_suspended_and_no_disagreement() {
        for off in
            [row(Status::Suspended, Basis::Switch), row(Status::Suspended, Basis::Word), row(Status::Terminated, Basis::Switch)]
        {
            for employed in [row(Status::Active, Basis::Word), row(Status::Leave, Basis::Word)] {
                assert_eq!(both(employed, off), (Status::Suspended, None));
            }
        }
        assert_eq!(both(row(Status::Active, Basis::Switch), row(Status::Suspended, Basis::Switch)), (Status::Suspended, None));
    }

    #[test]
    fn words_of_two_files_that_contradict_are_read_as_employed() {
        let word = |status| row(status, Basis::Word);
        assert_eq!(both(word(Status::Terminated), word(Status::Active)), (Status::Active, DISAGREE));
        assert_eq!(both(word(Status::Terminated), word(Status::Leave)), (Status::Leave, DISAGREE));
        assert_eq!(both(word(Status::Prehire), word(Status::Active)), (Status::Active, DISAGREE));
        assert_eq!(both(word(Status::Prehire), word(Status::Terminated)), (Status::Prehire, DISAGREE));
    }

    #[test]
    fn an_identity_provider_s_word_is_a_switch() {
        let facts = |status| Facts { status: Some(status), status_provided: true, identity_provider: true, ..Facts::default() };
        let judged = |status| judge(&facts(status), day("2026-11-23"));
        assert_eq!(judged(Status::Active), row(Status::Active, Basis::Switch));
        assert_eq!(both(judged(Status::Active), row(Status::Terminated, Basis::Word)), (Status::Terminated, None));
        assert_eq!(both(judged(Status::Terminated), row(Status::Active, Basis::Word)), (Status::Suspended, None));
        assert_eq!(judged(Status::Terminated).status, Status::Terminated, "alone it is all that is known");
    }

    #[test]
    fn without_a_status_column_everyone_listed_is_employed() {
        let listed = judge(&Facts::default(), day("2026-11-23"));
        assert_eq!((listed.status, listed.basis), (Status::Active, Basis::Listed));
    }
}
