//! Tells whoever watches how a run ended: `[notify]`. Whatever goes wrong here is said and changes nothing about the run.

use super::Terminal;
use crate::commands::notice::{Notice, body, write_textfile};
use crate::config::Notify;
use crate::domo::webhook;

/// Writes the textfile and calls the webhook, where they are configured.
pub(super) fn tell(notify: &Notify, notices: &[Notice], terminal: &Terminal) {
    let textfile = notify.textfile.as_deref().map_or(Ok(()), |path| write_textfile(path, notices));
    let called = notify.url_env.as_deref().map_or(Ok(()), |name| super::runtime()?.block_on(webhook::post(name, &body(notices))));
    if let Err(error) = textfile {
        terminal.error(&format!("warning: the metrics of this run are not there: {error:#}"));
    }
    if let Err(error) = called {
        terminal.error(&format!("warning: nobody was told of this run: {error:#}"));
    }
}
