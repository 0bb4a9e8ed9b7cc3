//! All that knows Domo over HTTP: session and token, wire types, the reader, the writer, SCIM.
//!
//! What leaves this room is [`Accounts`] (a frame, the raw objects, and the evidence of how they were read) and, for `apply`,
//! one account at a time. Reader and writer are different types; a writer is only opened with a [`Permission`].

mod account;
pub mod accounts;
mod activity;
mod compare;
pub mod content;
mod create;
mod enriched;
mod exports;
pub(crate) mod extras;
mod frame;
mod groups;
mod load;
mod objects;
mod pages;
mod read;
mod scim;
mod sent;
mod session;
mod settings;
mod snapshot;
mod token;
mod windows;
mod wire;
mod write;

pub use crate::http::{CallError, Refusal};
pub use account::{Account, Lookup, SUPPORT_EMAIL, SUPPORT_ID};
pub use accounts::{Accounts, Evidence};
pub use content::{AccountIds, Content, HoldingFiles};
pub use frame::{WAYS_ON, owns_column};
pub use load::{is_snapshot, load};
pub use objects::from_objects;
pub(crate) use pages::plain_address;
pub use read::{ReadProgress, ReadState, Reader, Silent};
pub use sent::WriteError;
pub use session::Session;
pub use settings::{Limits, Scim, Settings};
pub use snapshot::Snapshot;
pub use windows::Windows;
pub use wire::{Credential, Group};
pub use write::{Writer, Written};

/// Held by whoever may open a writer. Only an approved plan implements it, so that code that compares cannot write.
pub trait Permission {}
