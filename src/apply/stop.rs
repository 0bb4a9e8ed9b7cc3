//! A wish to stop: Ctrl-C or a scheduler's termination. The action under way is finished and recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody wants the run to end.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    wanted: Arc<AtomicBool>,
}

impl Stop {
    /// Listens for Ctrl-C and SIGTERM from now on, and tells when the first has come. Must be called within a runtime.
    pub fn on_signals(tell: impl Fn() + Send + 'static) -> Self {
        let stop = Self::default();
        let heard = stop.clone();
        tokio::spawn(async move {
            while signal().await {
                if !heard.wanted() {
                    tell();
                }
                heard.now();
            }
        });
        stop
    }

    /// Ends the run after the action under way.
    pub fn now(&self) {
        self.wanted.store(true, Ordering::SeqCst);
    }

    /// Whether it should end.
    pub fn wanted(&self) -> bool {
        self.wanted.load(Ordering::SeqCst)
    }
}

/// Waits for the next signal; false when there can be none.
async fn signal() -> bool {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
            return tokio::signal::ctrl_c().await.is_ok();
        };
        tokio::select! {
            heard = interrupt.recv() => heard.is_some(),
            heard = terminate.recv() => heard.is_some(),
        }
    }
    #[cfg(not(unix))]
    {
        tokio::signal::ctrl_c().await.is_ok()
    }
}
