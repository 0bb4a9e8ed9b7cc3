//! What became of a write, as far as its answer and the looks after it tell.

use super::account::Account;
use super::wire::Refusal;

/// Why a write is not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// Domo refused it.
    #[error("{}", refused(*status, message.as_deref(), toe.as_deref()))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Domo's words.
        message: Option<String>,
        /// Domo's trace id.
        toe: Option<String>,
    },
    /// The read-back does not show the change.
    #[error("{0}")]
    NotHonoured(String),
    /// It cannot be written as it is wanted: not without loss, not to anybody, not into one group.
    #[error("{0}; nothing was sent")]
    NotSent(String),
    /// The account was created or changed, but not with everything it should have.
    #[error("{why}")]
    Partly {
        /// The account as it reads back.
        account: Box<Account>,
        /// What was kept, and what it lacks.
        why: String,
    },
    /// Domo accepted it, and as long as anybody looked the account read as before: it may show later.
    #[error("Domo accepted it, but {0}")]
    NotShown(String),
    /// The account is not as it was read any more, so that nothing was sent.
    #[error("the account changed while the write waited: {0}; nothing was sent")]
    Moved(String),
    /// Something holds the account that came about while the write waited, so that it was not sent again.
    #[error("{0}")]
    Held(String),
    /// Something changed that was not asked for. No further write may follow.
    #[error("`{field}` changed although nobody asked for it: {why}; no further write in this run")]
    Surprise {
        /// The field.
        field: String,
        /// From what to what.
        why: String,
        /// The account as it reads back; none where it is gone.
        account: Option<Box<Account>>,
    },
    /// Domo said that it would delete whom it was asked to switch off, and cannot. It would delete the next one.
    #[error("this instance deletes instead of deactivating, and could not delete this one: {0}; no further write in this run")]
    Deletes(Refusal),
    /// There is no such account any more.
    #[error("{0}")]
    Gone(String),
    /// It may or may not have happened.
    #[error("it is not known whether the write took place: {0}")]
    Unknown(String),
    /// It did not happen: the network.
    #[error("the write did not take place: {0}")]
    Transport(String),
}

fn refused(status: u16, message: Option<&str>, toe: Option<&str>) -> String {
    Refusal { by: "Domo".into(), status, message: message.map(str::to_owned), toe: toe.map(str::to_owned), leads: None }.to_string()
}

impl WriteError {
    /// Whether the write may show later: it is ours until a later read settles it.
    pub fn may_show_later(&self) -> bool {
        matches!(self, Self::NotShown(_) | Self::Unknown(_))
    }

    /// Whether Domo, or what is there, said no to this one write for good: that says nothing of others.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::NotSent(_) | Self::Refused { status: 400 | 403 | 404 | 409 | 422, .. })
    }

    /// Whether the run must stop: what happened is not what was approved.
    pub fn stops_the_run(&self) -> bool {
        matches!(self, Self::Surprise { .. } | Self::Deletes(_))
    }

    /// The account as the write left it, where it was read back and did change.
    pub fn left(&self) -> Option<&Account> {
        match self {
            Self::Partly { account, .. } => Some(account),
            Self::Surprise { account, .. } => account.as_deref(),
            _ => None,
        }
    }
}

impl From<Refusal> for WriteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { status: refusal.status, message: refusal.message, toe: refusal.toe }
    }
}

/// What a single attempt told. Whatever it is, reading decides; this says what it means when reading shows no change.
pub(super) enum Sent {
    /// Domo said yes.
    Accepted,
    /// Domo said no, and may say otherwise the next time: its limit, a token that ended, a failure of its own.
    TurnedAway(Refusal),
    /// Nobody said anything: it may still take place.
    Lost(String),
    /// It never left.
    Nowhere(String),
    /// It did not leave: what it rests on was read too long before.
    Late,
}

impl Sent {
    /// Why there was no yes.
    pub(super) fn why(&self) -> Option<String> {
        match self {
            Self::Accepted => None,
            Self::TurnedAway(refusal) => Some(refusal.to_string()),
            Self::Lost(why) | Self::Nowhere(why) => Some(why.clone()),
            Self::Late => Some("its turn came too late".into()),
        }
    }

    /// Whether it certainly did nothing. Whoever waited too long for a request (408, 425) may have passed it on all the same.
    pub(super) fn did_nothing(&self) -> bool {
        match self {
            Self::TurnedAway(refusal) => !matches!(refusal.status, 408 | 425),
            Self::Nowhere(_) | Self::Late => true,
            Self::Accepted | Self::Lost(_) => false,
        }
    }

    /// What remains to be said after the last attempt, when reading shows that nothing changed.
    pub(super) fn gave_up(self, still: &str) -> WriteError {
        match self {
            Self::Accepted => WriteError::NotShown(still.to_owned()),
            Self::TurnedAway(refusal) => {
                let said = refusal.message.as_deref().unwrap_or("no reason given");
                WriteError::from(Refusal { message: Some(format!("{said}; {still}")), ..refusal })
            }
            Self::Lost(why) => WriteError::Unknown(format!("{why}; {still} so far")),
            Self::Nowhere(why) => WriteError::Transport(format!("{why}; {still}")),
            Self::Late => WriteError::Transport(format!("its turn came too late; {still}")),
        }
    }
}

/// What a refusal means after an earlier answer got lost: what was sent then may still take place.
pub(super) fn after(lost: Option<&Sent>, error: WriteError) -> WriteError {
    match lost.and_then(Sent::why) {
        Some(why) if matches!(error, WriteError::Held(_)) => WriteError::Unknown(format!("{why}; not sent again: {error}")),
        Some(why) => WriteError::Unknown(format!("{why}; sent again: {error}")),
        None => error,
    }
}
