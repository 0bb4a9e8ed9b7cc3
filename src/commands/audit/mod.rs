//! `audit`: pull, load, reconcile, report, plan, and a run folder with the evidence of it all; of one instance, or of several one
//! after the other.

mod answer;
mod group;
mod one;
mod several;

use anyhow::Result;

use super::{Exit, Invocation, instance_name, notice};
use crate::commands::notice::Notice;
use crate::config::Loaded;
use crate::failure::Failure;
use crate::stop::Stop;
use crate::{cli, domo, report};

pub(super) use answer::Audited;
pub(super) use one::{Audit, From};

/// Audits the one instance, or each of several.
pub(super) fn run(options: &cli::Audit, invocation: &Invocation) -> Result<Exit> {
    let mut loaded = Loaded::read(options.config.config.as_deref()).inspect_err(|_| unheard(options, invocation))?;
    loaded.config.directory = loaded.config.directories(&options.directory);
    let as_of = options.as_of.unwrap_or_else(|| loaded.config.report.today(invocation.started));
    let audit = Audit {
        as_of,
        forecast: loaded.config.report.lies_ahead(as_of, invocation.started),
        archive: options.archive.clone(),
        report: report::Options { markdown: options.markdown, redact: options.redact, replay: false },
        config_flag: options.config.flag(),
        fail_on: options.fail_on,
    };
    // From here on, whoever watches is told how it ended.
    let _held = Stop::of_process().hold("this run ends, and says so");
    for idle in report::idle_templates(&loaded.config) {
        tracing::warn!("{idle:#}");
    }
    // Known before an hour is spent on reading.
    let readable = loaded.config.content.as_ref().map_or(Ok(()), domo::Content::are_readable);
    let from = match &options.accounts {
        Some(file) => Ok(From::File(file.clone())),
        None if !loaded.config.instance.is_empty() && readable.is_ok() => {
            return several::run(&audit, &loaded, options.json, invocation);
        }
        None => domo::Settings::from_env(&loaded.config, None).map(|settings| From::Api(Box::new(settings))),
    };
    let audited = readable.and(from).and_then(|from| audit.of(invocation, &loaded, from));
    let notice = match &audited {
        Ok(audited) => audited.notice.clone(),
        Err(error) => Notice::failed(&instance_name(&loaded.config, None), invocation.started, error),
    };
    notice::tell(&loaded.config, &options.archive, &[notice], invocation);
    let audited = audited?;
    match options.json {
        true => invocation.terminal.json(&audited)?,
        false => invocation.terminal.answer(audited.summary())?,
    }
    Ok(audited.ended)
}

/// A configuration that is not valid is told to whom it names. What is wrong with it may quote names, so that is for `check` to
/// say.
fn unheard(options: &cli::Audit, invocation: &Invocation) {
    let (Loaded { config, .. }, _) = Loaded::read_in_part(options.config.config.as_deref());
    let error = Failure::usage("the configuration is not valid").hint("`domo-reconcile check` says what is wrong with it");
    let notice = Notice::failed(&instance_name(&config, None), invocation.started, &error.into());
    notice::tell(&config, &options.archive, &[notice], invocation);
}
