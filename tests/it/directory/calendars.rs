//! Days in other calendars, of two digits, and of no calendar at all: read right, or nobody is judged by them and it is said why.

use super::exports::{Company, PEOPLE};

/// The company's people with their first days and Mara's last day. There is no status: the days decide.
fn table(first_day: &str, last_day: &str) -> String {
    let lines = PEOPLE.iter().map(|(given, family, email, number)| {
        format!("{number};{given} {family};{email};{first_day};{}\n", if *given == "Mara" { last_day } else { "" })
    });
    "Employee ID;Name;Work Email;Hire Date;Termination Date\n".to_owned() + &lines.collect::<String>()
}

/// Whether Mara has left, as of 23 November 2026; nothing where nobody can tell.
#[track_caller]
fn has_left(first_day: &str, last_day: &str) -> Option<bool> {
    let judged = Company::new().with("staff.csv", table(first_day, last_day)).audit("staff.csv", 0);
    match (judged.of_kind("leaver").as_slice(), judged.accounts("matched"), judged.accounts("not_evaluable")) {
        (["mara.novak@acme.example"], 3, 0) => Some(true),
        ([], 4, 0) => Some(false),
        ([], 3, 1) => None,
        _ => panic!("{first_day}, {last_day}: {:?}", judged.findings),
    }
}

#[test]
fn a_last_day_is_read_in_the_calendar_it_is_written_in() {
    for (first_day, last_day) in [
        ("01/03/2564", "31/10/2569"),
        ("", "2569-10-31"),
        ("", "31 Oct 2569"),
        ("", "๓๑/๑๐/๒๕๖๙"),
        ("平成31年4月1日", "令和8年10月31日"),
        ("H31.4.1", "R8.10.31"),
        ("108/04/01", "115/10/31"),
        ("民國108年4月1日", "民國115年10月31日"),
        ("1080401", "1151031"),
        ("2019년 4월 1일", "2026년 10월 31일"),
        ("2019. 4. 1.", "2026. 10. 31."),
        ("", "٢٠٢٦/١٠/٣١"),
        ("", "46326"),
        ("15/03/21", "31/10/26"),
        ("01.05.98", "31.10.26"),
        ("31. ledna 2020", "31. října 2026"),
        ("1. července 2020", "1. listopadu 2026"),
        ("31 Ocak 2020", "31 Ekim 2026"),
        ("31 Ιανουαρίου 2020", "31 Οκτωβρίου 2026"),
        ("31 января 2020 г.", "31 октября 2026 г."),
        ("31 يناير 2020", "31 أكتوبر 2026"),
        ("31 בינואר 2020", "31 באוקטובר 2026"),
        ("Fri Jan 31 00:00:00 UTC 2020", "Sat Oct 31 00:00:00 UTC 2026"),
        ("", "2026\u{2011}10\u{2011}31"),
        ("", "2026-10-31 오전 12:00:00"),
        ("", "2026年10月31日 午前0時00分"),
        ("", "31/10/2026 12:00:00 a. m."),
        ("", "31-OCT-26 12.00.00.000000000 AM"),
        ("", "2026-10-31-00.00.00.000000"),
        ("", "31-10-2026 00.00.00"),
        ("", "31/10/2026 à 0 h 00"),
        ("", "2026-10-31 0000"),
        ("", "10/31/2026 12:00:00 AM Eastern Standard Time"),
    ] {
        assert_eq!(has_left(first_day, last_day), Some(true), "{first_day}, {last_day}");
    }
    // The day itself is a day of work, in every calendar; what is no day at all is none.
    for last_day in [
        "23/11/2569",
        "令和8年11月23日",
        "115/11/23",
        "9999-12-31",
        "31/12/2500",
        "2958465",
        "30/11/2569",
        "no end date",
        "Süresiz",
        "αορίστου",
        "无固定期限",
        "재직중",
        "still employed",
        "dd/mm/yyyy",
    ] {
        assert_eq!(has_left("", last_day), Some(false), "{last_day}");
    }
}

#[test]
fn nobody_is_judged_by_a_last_day_that_may_be_any() {
    for (first_day, last_day, why) in [
        // Hijri and Persian.
        ("", "20/05/1448", "another calendar"),
        ("", "1405/08/09", "another calendar"),
        ("", "2420-10-31", "another calendar"),
        // The era of Buddha beside ours, or a slip.
        ("2020-05-04", "2569-10-31", "Buddhist era"),
        ("", "31/10/69", "two digits"),
        ("", "0026-10-31", "two digits"),
        // 26 October 2031, or 31 October 2026.
        ("21/03/28", "26/10/31", "date_order"),
    ] {
        assert_eq!(has_left(first_day, last_day), None, "{first_day}, {last_day}");
        let said = Company::new().with("staff.csv", table(first_day, last_day)).check("staff.csv").code(0).stdout;
        assert!(said.contains(why) && said.contains(last_day), "{first_day}, {last_day}: {said}");
    }
}

#[test]
fn check_says_that_years_were_read_as_those_of_another_era() {
    let said = Company::new().with("staff.csv", table("", "31/10/2569")).check("staff.csv").code(0).stdout;
    assert!(said.contains("the years of `Termination Date` are of the Buddhist era: 2569 was read as 2026"), "{said}");
    assert!(said.contains("3 active, 1 terminated"), "{said}");
}
