//! Plans, their review, and what applying them does to a Domo.

mod company;
mod faults;
mod fixture;
mod import;
mod kill;
mod place;
mod plan;
mod properties;
mod revert;
mod review;
mod run;
mod story;
