//! Parse, run, print the failure, answer with the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    domo_reconcile::commands::main()
}
