//! One integration binary: the real program, real files, a real sandbox over loopback.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

mod apply;
mod archive;
mod audit;
mod bad_input;
mod company;
mod directory;
mod domo;
mod doors;
mod fields;
mod first_minutes;
#[allow(dead_code)]
mod folder;
mod guide;
mod local_domo;
mod notice;
mod packaging;
mod readme;
mod reconcile;
mod report;
mod road;
mod rooms;
mod samples;
mod schedule;
mod source;
mod supply;
#[allow(dead_code)]
mod support;
mod verdicts;
