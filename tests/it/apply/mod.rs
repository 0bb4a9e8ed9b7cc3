//! Plans, their review, and what applying them does to a Domo.

mod auditor;
mod certify;
mod company;
mod content;
mod demote;
mod disturbed;
mod faults;
mod fixture;
mod import;
mod kill;
mod offboarding;
mod packets;
mod place;
mod plan;
mod properties;
mod revert;
mod review;
mod run;
mod story;
mod two_steps;
