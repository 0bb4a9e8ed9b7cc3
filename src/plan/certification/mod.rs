//! A certification: people confirm every account in scope, one by one. What they say is a record of lines that are only ever added,
//! bound to the manifest of the run that is certified; the last line of an account counts.

mod actions;
mod answer;
mod record;
mod sheet;
mod state;

pub use actions::{Asked, action_ids, asked};
pub use answer::Attestation;
pub use record::{Added, Attested, CertificationLine, CertificationRecord, stamp, stamped};
pub use sheet::{COLUMNS, Confirmed, LOCKED};
pub use state::ReviewState;
