//! The ways in which a call can fail.

use super::response::Refusal;
use crate::text;

/// Why a call did not give what it should. Every variant names the call (`GET /v1/users?offset=500`).
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// The server answered, and the answer is no.
    #[error("{call}: {refusal}")]
    Refused {
        /// The call.
        call: String,
        /// Its words.
        refusal: Refusal,
    },
    /// The request certainly never reached the server.
    #[error("{call}: not sent: {why}")]
    NotSent {
        /// The call.
        call: String,
        /// Why.
        why: String,
        /// What kept it here.
        cause: Unsent,
    },
    /// The request was to leave by a moment, and its turn came later: it certainly never reached the server.
    #[error("{call}: not sent: its turn came too late")]
    TooLate {
        /// The call.
        call: String,
    },
    /// The request left, and no whole answer came back.
    #[error("{call}: {why}")]
    Lost {
        /// The call.
        call: String,
        /// Why.
        why: String,
    },
    /// A whole answer came, but it is not what this call answers with.
    #[error("{call}: {why}")]
    Unreadable {
        /// The call.
        call: String,
        /// What is wrong with it.
        why: String,
    },
    /// Every try failed; the last failure is the source.
    #[error("{call}: gave up after {} in {seconds} s{}", text::plural((*tries).into(), "try", "tries"), too_long(*wait))]
    GaveUp {
        /// The call.
        call: String,
        /// How often it was sent.
        tries: u32,
        /// For how long.
        seconds: u64,
        /// The wait in seconds that the server asked for, where it is longer than anybody waits.
        wait: Option<u64>,
        /// The last failure.
        #[source]
        last: Box<CallError>,
    },
}

/// What kept a request here, as far as the way on depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsent {
    /// The host's name is not known.
    Name,
    /// The proxy asks who we are.
    ProxyLogin,
    /// The proxy did not let it through.
    Proxy,
    /// No TLS connection came about that is trusted.
    Tls,
    /// Anything else.
    Other,
}

/// What TLS says, where an error is its or holds one of its: one error of the system may stand within another, and is no source of
/// it.
pub fn tls_error<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::Error> {
    let within = || tls_error(error.downcast_ref::<std::io::Error>()?.get_ref()?);
    error.downcast_ref().or_else(within)
}

fn too_long(wait: Option<u64>) -> String {
    wait.map_or_else(String::new, |seconds| format!(": the next one should wait {seconds} s"))
}

impl CallError {
    /// A request that certainly never reached the server.
    pub fn unsent(call: impl Into<String>, why: impl Into<String>) -> Self {
        Self::NotSent { call: call.into(), why: why.into(), cause: Unsent::Other }
    }

    /// The refusal, also under [`CallError::GaveUp`].
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal),
            Self::GaveUp { last, .. } => last.refusal(),
            _ => None,
        }
    }

    /// The status of the refusal.
    pub fn status(&self) -> Option<u16> {
        self.refusal().map(|refusal| refusal.status)
    }

    /// The whole chain in one line.
    pub fn sentence(&self) -> String {
        match self {
            Self::GaveUp { last, .. } => format!("{self}; the last failure: {}", last.sentence()),
            _ => self.to_string(),
        }
    }
}
