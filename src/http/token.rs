//! A token that was asked for: kept until shortly before it ends, and forgotten once a server no longer takes it.

use std::time::Duration;

use secrecy::SecretString;
use tokio::time::Instant;

use super::Client;

/// A token and which one it is.
#[derive(Clone)]
pub struct Token {
    /// As the server gave it.
    pub text: SecretString,
    /// The first is 1.
    pub serial: u64,
    renew: Instant,
}

/// The latest token, while it is good.
#[derive(Default)]
pub struct KeptToken {
    token: Option<Token>,
    serial: u64,
}

impl KeptToken {
    /// The token, where there is one that is not about to end.
    pub fn fresh(&self) -> Option<Token> {
        self.token.clone().filter(|token| Instant::now() < token.renew)
    }

    /// Keeps a new one, which the client shows to nobody.
    pub fn keep(&mut self, client: &Client, text: SecretString, lifetime: Duration) -> Token {
        client.hide(text.clone());
        self.serial += 1;
        let token = Token { text, serial: self.serial, renew: Instant::now() + lifetime.mul_f64(0.9) };
        self.token = Some(token.clone());
        token
    }

    /// The server no longer takes this one. A newer one stays.
    pub fn refused(&mut self, serial: u64) {
        self.token.take_if(|token| token.serial == serial);
    }
}

/// How long a token is good for, by its `expires_in`: an hour where that says nothing, and a day at the most.
pub fn lifetime(seconds: Option<f64>) -> Duration {
    let seconds = seconds.filter(|seconds| seconds.is_finite() && *seconds > 0.0).unwrap_or(3600.0);
    Duration::from_secs_f64(seconds.min(86_400.0))
}
