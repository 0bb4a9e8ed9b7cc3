//! A wish to stop: Ctrl-C, a scheduler's termination, a terminal that was closed. One place hears it, from the program's first
//! moment on, and whoever waits waits for it too.
//!
//! While nothing is [held](Stop::hold) the program ends at once. Whoever has begun something that must not be left as it is holds
//! it, looks at [`Stop::wanted`] between two steps, and waits with [`Stop::or`].

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The wish of those who run this process.
static PROCESS: LazyLock<Stop> = LazyLock::new(Stop::default);

/// Whether somebody wants the work to end. Clones are one wish.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Wish>);

#[derive(Debug, Default)]
struct Wish {
    wanted: watch::Sender<bool>,
    /// What each holder says when it hears of the wish; the outermost speaks for all.
    held: Mutex<Vec<&'static str>>,
}

/// Something is under way that must not be left as it is; let go of when dropped.
#[derive(Debug)]
pub struct Held(Stop);

/// What came of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Something is held, and this is what becomes of it.
    Holding(&'static str),
    /// Nothing is: the process ends when the one who is told comes back.
    Ending,
}

impl Stop {
    /// The wish of those who run this process.
    pub fn of_process() -> Self {
        PROCESS.clone()
    }

    /// Wants it.
    pub fn now(&self) {
        self.0.wanted.send_replace(true);
    }

    /// Whether it is wanted.
    pub fn wanted(&self) -> bool {
        *self.0.wanted.borrow()
    }

    /// Waits until it is wanted.
    pub async fn requested(&self) {
        // The sender lives as long as this does.
        let _ = self.0.wanted.subscribe().wait_for(|wanted| *wanted).await;
    }

    /// The work's result; none where the wish came first, and then the work is dropped where it was.
    pub async fn or<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.requested() => None,
            done = work => Some(done),
        }
    }

    /// Keeps a signal from ending the process; `then` says, for people, what becomes of what is under way.
    pub fn hold(&self, then: &'static str) -> Held {
        self.holders().push(then);
        Held(self.clone())
    }

    fn holders(&self) -> MutexGuard<'_, Vec<&'static str>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A signal came. With nothing held the holders stay locked, so that nothing begins any more.
    fn signal(&self, code: u8, tell: &impl Fn(Effect)) {
        let first = !self.wanted();
        self.now();
        let holders = self.holders();
        match holders.first() {
            Some(then) if first => tell(Effect::Holding(then)),
            Some(_) => {}
            None => {
                tell(Effect::Ending);
                std::process::exit(code.into());
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.holders().pop();
    }
}

/// Hears SIGINT, SIGTERM and SIGHUP from now on, but for those that were ignored when the program began (`nohup`). `code` is the
/// exit code of a process that a signal ends. Where nothing can be heard, signals do what they do by default.
pub(crate) fn listen(code: u8, tell: impl Fn(Effect) + Send + 'static) {
    let (ready, listening) = std::sync::mpsc::sync_channel(0);
    let heard = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        runtime.block_on(async {
            let Some(mut signals) = Signals::all() else { return };
            let _ = ready.send(());
            while signals.next().await {
                PROCESS.signal(code, &tell);
            }
        });
    };
    // Nothing else begins before somebody listens.
    if std::thread::Builder::new().name("signals".into()).spawn(heard).is_ok() {
        let _ = listening.recv();
    }
}

#[cfg(unix)]
struct Signals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    fn all() -> Option<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let ignored = ignored();
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].into_iter();
        let kinds = kinds.filter(|kind| ignored >> (kind.as_raw_value() - 1) & 1 == 0);
        kinds.map(signal).collect::<Result<_, _>>().ok().map(Self)
    }

    /// Waits for one; false where there can be none.
    async fn next(&mut self) -> bool {
        std::future::poll_fn(|context| {
            let polled = self.0.iter_mut().map(|signal| signal.poll_recv(context));
            match polled.fold(None, |found, polled| if polled.is_ready() { Some(()) } else { found }) {
                Some(()) => std::task::Poll::Ready(true),
                None => std::task::Poll::Pending,
            }
        })
        .await
    }
}

/// The signals that this process was started with ignored, a bit each. Known where the system has /proc; elsewhere none are taken
/// to be.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn all() -> Option<Self> {
        Some(Self)
    }

    async fn next(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn what_is_held_hears_of_the_first_signal_and_goes_on() {
        let (stop, effects) = (Stop::default(), RefCell::new(Vec::new()));
        let outer = stop.hold("the run is ended");
        let inner = stop.hold("the write is finished");
        for _ in 0..3 {
            stop.signal(130, &|effect| effects.borrow_mut().push(effect));
        }
        assert_eq!(effects.into_inner(), [Effect::Holding("the run is ended")]);
        assert!(stop.wanted());
        drop((inner, outer));
        assert!(stop.holders().is_empty());
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_wait_ends_by_a_wish_that_came_before_it_or_comes_during_it() {
        let stop = Stop::default();
        assert_eq!(stop.or(async { 1 }).await, Some(1));
        let other = stop.clone();
        let (waited, ()) = tokio::join!(stop.or(std::future::pending::<()>()), async move { other.now() });
        assert_eq!(waited, None);
        assert_eq!(stop.or(async { 1 }).await, None);
    }
}
