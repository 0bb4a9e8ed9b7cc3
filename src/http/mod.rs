//! One way to speak HTTP, for Domo and for directories alike: one client, its pace, its patience, and the secrets that must not
//! come back out of it. What is asked for, and what an answer means, is for the room that asks.

mod address;
mod client;
mod error;
mod pace;
mod response;
mod secret;
mod token;

pub use address::{address, is_loopback, is_safe};
pub use client::{
    Anonymous, Authenticator, Client, Limits, Options, Unusable, authority, bearer, credential, describe, endpoint, json,
    plain_client, use_ring,
};
pub use error::{CallError, Unsent, tls_error};
pub use response::{PAGE, Refusal, Response};
pub use secret::{Vars, read_secret, secret};
pub use token::{KeptToken, Token, lifetime};

pub use reqwest::{Certificate, Method, Request, RequestBuilder, Url, header};
