//! What the runs of an archive say of each other: new, open, changed, reappeared, resolved; what differs between two of them; and a
//! stored run judged again.
//!
//! A run is compared with the newest one of its instance that judged whole evidence; first-seen days, reappearances and the
//! trend come from all of them. What a run could not judge is not called resolved. Where the configuration changed since, the same
//! data is judged with the old one too, so that what a changed rule explains is told apart from what happened.

mod applied;
mod before;
mod certified;
mod compare;
pub mod diff;
mod difference;
pub mod findings;
mod last_review;
mod parameters;
mod past;
pub mod replay;
pub mod tokens;
mod types;
mod waiting;

pub use before::clock_went_back;
pub use compare::compare;
pub(crate) use difference::unname;
pub use last_review::{Decided, LastReview};
pub(in crate::archive) use past::{Counted, counted};
pub use past::{known_as, past, past_before};
pub use types::{History, How, Lifecycle, Present, Previous, Resolved, Sentence, State, TrendPoint};
pub use waiting::{AllWaiting, Waiting, waiting};
