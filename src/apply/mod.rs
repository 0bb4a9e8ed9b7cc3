//! Carries out an approved plan: lock, guards, journal before and after each write, read-back.

pub mod files;
pub mod journal;
pub mod lock;
