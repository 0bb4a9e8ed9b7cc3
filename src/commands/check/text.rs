//! The answer of `check` as people read it.

use chrono::NaiveDate;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::{Checked, Problem};
use crate::directory::Overview;
use crate::plan::NOT_SHOWN_KEPT;
use crate::terms::{Field, Status, label};
use crate::text::plural;

/// Columns of the table of people.
const SHOWN: [&str; 8] = ["row", "email", "employee_number", "name", "status", "title", "department", "termination_date"];

/// The whole answer; with `quiet`, as a schedule asks for it and mails it, what was read and every problem, and nobody's name.
pub(super) fn render(checked: &Checked, quiet: bool) -> String {
    let mut out = Vec::new();
    match &checked.configuration {
        Some(path) => out.push(format!("Configuration  {path}")),
        None => out.push("Configuration  none: the defaults".into()),
    }
    for answer in &checked.credentials {
        let instance = answer.instance.as_deref().map(|name| format!("{name}: ")).unwrap_or_default();
        out.push(format!("Credentials    {instance}{}", answer.found));
        out.extend(answer.notes.iter().map(|note| format!("               {note}")));
    }
    if checked.credentials.iter().any(|answer| answer.credential.is_some()) {
        out.push(format!("Writes         {NOT_SHOWN_KEPT}"));
    }
    if let Some(accounts) = &checked.accounts {
        out.push(format!("Accounts       {} ({}): {}", accounts.source, accounts.kind, count(accounts.read, "account")));
        out.extend(accounts.incomplete.iter().map(|why| format!("               incomplete: {why}")));
        // The counts first, and then who.
        let beside = accounts.beside.iter().take(if quiet { 1 } else { usize::MAX });
        out.extend(accounts.notes.iter().chain(beside).map(|note| format!("               {note}")));
    }
    for directory in &checked.directories {
        out.push(String::new());
        out.push(head(directory));
        match quiet {
            true => out.extend(directory.source.incomplete.iter().map(|why| format!("               incomplete: {why}"))),
            false => out.push(self::directory(directory, checked.as_of)),
        }
    }
    if !checked.between_directories.is_empty() && !quiet {
        out.push(String::new());
        out.push("Between the directories".into());
        out.extend(checked.between_directories.iter().map(|said| format!("  - {said}")));
    }
    if !checked.in_no_directory.is_empty() {
        out.push(String::new());
        out.extend(checked.in_no_directory.iter().map(|said| format!("Rules          {said}")));
    }
    out.push(String::new());
    if checked.problems.is_empty() {
        out.push(if checked.is_incomplete() {
            let mut said = "No problem found, but a population may not be whole: no plan will be made from it.".to_owned();
            if checked.directories.iter().any(|directory| !directory.source.incomplete.is_empty()) {
                said.push_str(
                    " Export the list whole; one that is whole in spite of what it says of itself has `complete = true` \
                     under [[directory]].",
                );
            }
            said
        } else {
            match checked.directories.iter().map(|directory| directory.source.rejected).sum() {
                0 => "No problem found.".into(),
                rejected => format!(
                    "No problem found, but {} back every deactivation until mended, or acknowledged by number when the plan is \
                     applied.",
                    plural(rejected, "rejected row holds", "rejected rows hold")
                ),
            }
        });
    } else {
        out.push(to_put_right(&checked.problems));
    }
    out.join("\n")
}

/// Every problem, with what to do about it.
pub(super) fn to_put_right(problems: &[Problem]) -> String {
    let told = |problem: &Problem| {
        let next = problem.next.as_ref().map(|next| format!("\n    next: {next}")).unwrap_or_default();
        format!("\n  {}: {}{next}", problem.place, problem.problem)
    };
    format!("{} to put right:{}", count(problems.len() as u64, "problem"), problems.iter().map(told).collect::<String>())
}

/// Which file it is and how many rows it has.
fn head(understood: &Overview) -> String {
    let source = &understood.source;
    let mut out = Vec::new();
    let system = source.system.as_deref().map(|system| format!(", {system}")).unwrap_or_default();
    let mut how = vec![format!("{}{system}", source.format)];
    how.extend(source.sheet.as_ref().map(|sheet| format!("sheet `{sheet}`")));
    how.extend(source.encoding.clone());
    how.extend(
        source
            .delimiter
            .as_ref()
            .map(|delimiter| format!("delimiter {}", if delimiter == "tab" { "tab".into() } else { format!("`{delimiter}`") })),
    );
    how.extend(source.header_row.map(|row| format!("headers in row {row}")));
    out.push(format!("Directory      {} ({})", source.name, how.join(", ")));
    let changed = match (source.exported, source.modified) {
        (Some(day), _) => format!(", export of {day}"),
        (None, Some(day)) => format!(", file of {day}"),
        (None, None) => String::new(),
    };
    let skipped = if source.skipped_rows > 0 { format!(", {} skipped", source.skipped_rows) } else { String::new() };
    out.push(format!("               {}, {} rejected{skipped}{changed}", count(source.rows, "row"), source.rejected));
    out.join("\n")
}

fn directory(understood: &Overview, as_of: NaiveDate) -> String {
    let source = &understood.source;
    let mut out = Vec::new();
    let people: u64 = source.rows - source.rejected.min(source.rows);
    out.push(String::new());
    out.push("Columns".into());
    out.push(columns(understood, people));
    out.push(match source.unmapped {
        0 => "No other columns.".into(),
        others => format!("{} not read: neither names nor values are kept.", count(others, "other column")),
    });
    if !source.status_words.is_empty() {
        out.push(String::new());
        out.push("Status words".into());
        out.push(words(understood));
    }
    let employed: Vec<String> = understood.employment.iter().map(|(status, count)| format!("{count} {status}")).collect();
    let employed = if employed.is_empty() { "nobody".into() } else { employed.join(", ") };
    out.push(format!("On {as_of}, the day judged: {employed}."));
    out.push(String::new());
    out.push(format!("The first people, as understood ({} of {people})", understood.people.len()));
    out.push(self::people(understood));
    let mut doubts = Vec::new();
    if !source.provided().contains("status") {
        doubts.push("no status column: everyone listed counts as employed unless a date says otherwise".into());
    }
    doubts.extend(uncertain(understood));
    doubts.extend(source.incomplete.iter().map(|why| format!("incomplete: {why}")));
    doubts.extend(source.warnings.iter().map(|why| format!("warning: {why}")));
    doubts.extend(source.notes());
    doubts.extend(source.skipped.iter().map(|skipped| format!("skipped {skipped}")));
    doubts.extend(understood.doubts.iter().map(|doubt| {
        let example = doubt.example.as_deref().map(|example| format!(", such as {}", cut(example, 160))).unwrap_or_default();
        format!("{}: {} ({}: {}){example}", doubt.field, doubt.problem, count(doubt.count, "row"), rows(&doubt.rows, doubt.count))
    }));
    doubts.extend(understood.rejected.iter().map(|rejected| format!("rejected row {}: {}", rejected.row, rejected.reason)));
    let unlisted = source.rejected as usize - understood.rejected.len().min(source.rejected as usize);
    if unlisted > 0 {
        doubts.push(format!("and {}", count(unlisted as u64, "more rejected row")));
    }
    out.push(String::new());
    out.push(if doubts.is_empty() { "Choices and doubts: none".into() } else { "Choices and doubts".into() });
    out.extend(doubts.into_iter().map(|doubt| format!("  - {doubt}")));
    out.join("\n")
}

fn columns(understood: &Overview, people: u64) -> String {
    let mut table = table(&["field", "read from", "because", "filled"]);
    for field in Field::names() {
        for (at, mapped) in understood.source.columns.iter().filter(|mapped| mapped.field == field).enumerate() {
            let filled = understood.filled.get(field).copied().unwrap_or_default();
            let share = match (filled * 100).checked_div(people) {
                _ if at > 0 => "also".into(),
                Some(percent) => format!("{filled} ({percent}%)"),
                None => "-".into(),
            };
            table.add_row([field, &header(&mapped.header), &mapped.why, &share]);
        }
    }
    table.to_string()
}

fn words(understood: &Overview) -> String {
    let mut table = table(&["in the file", "rows", "taken for"]);
    const MOST: usize = 40;
    for word in understood.source.status_words.iter().take(MOST) {
        table.add_row([&one_line(&word.word), &word.count.to_string(), word.taken_for.as_str()]);
    }
    let more = understood.source.status_words.len().saturating_sub(MOST);
    if more > 0 {
        format!("{table}\nand {}: is this the status column?", count(more as u64, "more word"))
    } else {
        table.to_string()
    }
}

fn people(understood: &Overview) -> String {
    let mut fields: Vec<&str> = SHOWN
        .into_iter()
        .filter(|field| *field == "status" || understood.people.iter().any(|person| person.contains_key(*field)))
        .collect();
    // Headers may go over two lines, a person's cells may not; a blank stands on either side.
    let least = |field: &&str| {
        let cells = understood.people.iter().filter_map(|person| person.get(*field)).map(|cell| one_line(cell));
        let words = field.split('_').map(str::to_owned).chain(cells);
        2 + words.map(|word| word.chars().count()).max().unwrap_or_default()
    };
    let room = table(&fields).width().map_or(usize::MAX, usize::from);
    for dropped in ["department", "title"] {
        if fields.iter().map(least).sum::<usize>() > room {
            fields.retain(|field| *field != dropped);
        }
    }
    let mut table = table(&fields.iter().map(|field| label(field)).collect::<Vec<_>>());
    if fields.iter().map(least).sum::<usize>() <= room {
        for (column, field) in table.column_iter_mut().zip(&fields) {
            let least = u16::try_from(least(field)).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
    }
    for person in &understood.people {
        table.add_row(fields.iter().map(|field| person.get(*field).map(|value| one_line(value)).unwrap_or_default()));
    }
    table.to_string()
}

fn table(headers: &[impl ToString]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(headers.iter().map(ToString::to_string));
    table
}

/// A cell cannot break the table it stands in.
fn one_line(cell: &str) -> String {
    cut(cell, 60)
}

fn cut(text: &str, most: usize) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let visible = crate::text::visible(&words);
    if visible.chars().count() > most { visible.chars().take(most - 1).chain(['…']).collect() } else { visible.into_owned() }
}

/// A long path tells itself from others by its end.
fn header(header: &str) -> String {
    let visible = crate::text::visible(header.trim());
    let length = visible.chars().count();
    if length <= 60 {
        return one_line(header);
    }
    visible.chars().take(15).chain(['…']).chain(visible.chars().skip(length - 44)).collect()
}

/// Words that decide nothing, for somebody who can say what they mean.
fn uncertain(understood: &Overview) -> Option<String> {
    let people = understood.employment.get(Status::Unknown.as_str()).copied().unwrap_or_default();
    let unknown: Vec<_> = understood.source.status_words.iter().filter(|word| word.taken_for == Status::Unknown).collect();
    const MOST: usize = 5;
    let shown = unknown.iter().take(MOST).map(|word| format!("`{}` ({})", one_line(&word.word), count(word.count, "row")));
    let shown = shown.collect::<Vec<_>>().join(", ");
    let more = if unknown.len() > MOST { ", …" } else { "" };
    let example = unknown.first().map(|word| one_line(&word.word)).unwrap_or_default();
    let words = |people: &str| {
        format!(
            "no certain meaning: {shown}{more}{people}. Say in the configuration what it is, [directory.status] {example:?} \
             = \"…\", one of active, leave, suspended, terminated, prehire"
        )
    };
    match (unknown.is_empty(), people) {
        (true, 0) => None,
        (false, 0) => Some(words("; other columns decide for these rows")),
        (true, people) => Some(format!("{} no status that can be read: not judged", plural(people, "person has", "people have"))),
        (false, people) => Some(words(&format!("; {} not judged", plural(people, "person is", "people are")))),
    }
}

fn rows(rows: &[u32], count: u64) -> String {
    let shown: Vec<String> = rows.iter().take(5).map(u32::to_string).collect();
    let more = if count > shown.len() as u64 { ", …" } else { "" };
    format!("row{} {}{more}", if count == 1 { "" } else { "s" }, shown.join(", "))
}

fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
