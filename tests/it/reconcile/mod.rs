//! The judgement through its public surface: an example for each rule, properties over generated companies.

mod company;
mod examples;
mod files;
mod oracle;
mod properties;
mod values;
mod wild;
