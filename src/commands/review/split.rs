//! Packets, one a reviewer: a page, a workbook and a text to send with them; and `packets.json` beside the plan.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::apply::files;
use crate::commands::plan_file::{self, PlanFile};
use crate::commands::review::read::Filled;
use crate::commands::{Exit, Invocation};
use crate::config::Loaded;
use crate::failure::Failure;
use crate::plan::packets::{Dealt, Packets};
use crate::plan::review;
use crate::plan::sheet::{self, Decidable};
use crate::report::packet::{self, Item, Subject};
use crate::terms::Split;
use crate::terms::names::PACKETS;
use crate::{cli, text};

/// Writes a packet for each reviewer and says how the rows were dealt out.
pub(super) fn run(options: &cli::Review, split: Split, out: &Path, file: &PlanFile, invocation: &Invocation) -> Result<Exit> {
    let path = file.path.as_path();
    let _lock = file.lock("review --split")?;
    let sealed = files::read_plan(path)?;
    let plan = sealed.plan();
    review::in_time(plan, invocation.started)?;
    let loaded = Loaded::read(options.at.config.config.as_deref())?;
    let rows = sheet::rows(plan);
    let dealt: Vec<_> = rows.iter().map(|row| Dealt { id: row.id().to_owned(), about: row.about() }).collect();
    let due = plan.expires.date_naive();
    let packets = Packets::deal(&plan.id, &plan.digest, split, &dealt, invocation.started, Some(due));
    // What a plan lies with outside of a run says nothing of it: then the rules at hand do.
    let classification = plan_file::classification(path)?.or_else(|| loaded.config.report.classification.clone());
    let subject = Subject {
        of: packet::PacketOf::Plan,
        id: &plan.id,
        digest: &plan.digest,
        instance: &plan.instance,
        title: &loaded.config.report.title,
        classification: classification.as_deref(),
        read: plan.created,
        due,
        personal: split == Split::ManagerEmail,
        columns: &packet::COLUMNS,
        choices: sheet::choices(plan),
    };
    let by_id: BTreeMap<&str, &Decidable<'_>> = rows.iter().map(|row| (row.id(), row)).collect();
    let item = |id: &str| by_id.get(id).map(|row| Item::of(row, plan.decisions.get(id)));
    write(&packets, &packet::PacketWriter::new(&loaded.config, subject)?, out, item)?;
    crate::files::write(&files::beside(path, PACKETS), packets.to_json()?.as_bytes())?;
    summary(
        &packets,
        rows.len(),
        out,
        &format!("review {}{}", cli::argument(path), options.at.config.flag()),
        options.json,
        invocation,
    )?;
    Ok(None)
}

/// Writes the files of all packets into a folder. Files of an earlier split are replaced; what came back is not touched, and
/// nothing is written where somebody has filled in a workbook.
pub(in crate::commands) fn write(
    packets: &Packets,
    writer: &packet::PacketWriter<'_>,
    out: &Path,
    item: impl Fn(&str) -> Option<Item> + Sync,
) -> Result<()> {
    use rayon::prelude::*;
    crate::files::make_folder(out).map_err(|error| Failure::no_folder("the folder", out, "--out", error))?;
    let filled = packets.packets.par_iter().map(|packet| out.join(format!("{}.xlsx", packet.file))).filter(|path| {
        // What cannot be read cannot be said to be blank.
        path.exists() && Filled::read(path).map_or(true, |filled| filled.is_answered())
    });
    if let Some(path) = filled.find_first(|_| true) {
        return Err(Failure::usage(format!("{} may hold answers: it is not overwritten, and nothing was written", path.display()))
            .hint("read it with --from, and name another folder with --out or move the file away")
            .into());
    }
    packets.packets.par_iter().try_for_each(|packet| {
        let items: Vec<Item> = packet.rows.iter().filter_map(|id| item(id)).collect();
        let made = writer.files(packet, &items).with_context(|| format!("making the packet of {}", packet.reviewer))?;
        made.iter()
            .try_for_each(|(ending, bytes)| crate::files::write_quickly(&out.join(format!("{}.{ending}", packet.file)), bytes))
    })
}

/// How the rows were dealt out, with the sum.
pub(in crate::commands) fn summary(
    packets: &Packets,
    all: usize,
    out: &Path,
    verb: &str,
    json: bool,
    invocation: &Invocation,
) -> Result<()> {
    if json {
        return invocation.terminal.json(&json!({
            "of": packets.of,
            "digest": packets.digest,
            "split": packets.split,
            "out": out.display().to_string(),
            "rows": packets.rows(),
            "packets": packets.packets.iter().map(|packet| json!({"reviewer": packet.reviewer, "file": packet.file, "rows": packet.rows.len()})).collect::<Vec<_>>(),
        }));
    }
    let line = |packet: &crate::plan::packets::Packet| format!("{:>6}  {}", packet.rows.len(), text::visible(&packet.reviewer));
    let lines: Vec<_> = packets.packets.iter().map(line).collect();
    invocation.terminal.answer(format!(
        "{}\n{:>6}  in {}, of {all}: every row is in exactly one.\nWritten to {}: a page (.html), a workbook (.xlsx) and a text to \
         send (.txt, .eml) each.\nNext:   put what comes back into a folder, then: domo-reconcile {verb} --from FOLDER --by WHO",
        lines.join("\n"),
        packets.rows(),
        text::plural(packets.packets.len() as u64, "packet", "packets"),
        out.display(),
    ))
}
