//! What `--help` and the man pages say beyond the options: lines to copy, and what is true of every verb.

/// Lines of `domo-reconcile`.
pub const PROGRAM: &str = "\
Examples:
  domo-reconcile demo                                    # a sample company: no configuration, no credentials
  domo-reconcile check                                   # every problem of the configuration at once
  domo-reconcile audit --fail-on high                    # the monthly run
  domo-reconcile review latest                           # what it proposes
  domo-reconcile apply latest --confirm                  # carries out what was approved";

/// Lines of `demo`.
pub const DEMO: &str = "\
Examples:
  domo-reconcile demo                                    # one audit, then it ends
  domo-reconcile demo --keep                             # its Domo goes on: review, rehearse, apply, audit, revert
  domo-reconcile demo --keep --profile recorded          # the same on a Domo that does not honour `active`";

/// Lines of `audit`.
pub const AUDIT: &str = "\
Examples:
  domo-reconcile audit                                   # as domo-reconcile.toml says
  domo-reconcile audit --quiet --json --fail-on high     # scheduled: one document on stdout, exit code 4 at high findings
  domo-reconcile audit --directory workers.csv --accounts people_export.csv   # without the API
  domo-reconcile audit --as-of 2026-10-31 --redact       # of another day; names replaced in what leaves the house";

/// Lines of `review`.
pub const REVIEW: &str = "\
Examples:
  domo-reconcile review latest                                              # what is proposed, what is open
  domo-reconcile review latest --approve leaver --by you@acme.example       # by kind of finding
  domo-reconcile review latest --reject ana@acme.example --by you@acme.example --comment \"on leave until May\"
  domo-reconcile review latest --from review.xlsx --by you@acme.example     # a filled-in sheet";

/// Lines of `certify`.
pub const CERTIFY: &str = "\
Examples:
  domo-reconcile certify latest --split manager_email --out packets    # a packet a reviewer
  domo-reconcile certify latest --from packets --by you@acme.example   # takes what came back
  domo-reconcile certify latest                                        # how much is confirmed
  domo-reconcile certify latest --finish                               # the evidence, and a plan";

/// Lines of `apply`.
pub const APPLY: &str = "\
Examples:
  domo-reconcile apply latest                            # reads Domo, shows what would happen, writes nothing
  domo-reconcile apply latest --rehearse                 # carries it out on a local Domo made from the snapshot
  domo-reconcile apply latest --confirm                  # carries it out
  domo-reconcile apply latest --confirm --override rejected-rows=3 --reason \"three vacant positions\"";

/// Lines of `revert`.
pub const REVERT: &str = "\
Examples:
  domo-reconcile revert latest                           # a plan that undoes the last apply, reviewed like any other";

/// Lines of `pull`.
pub const PULL: &str = "\
Examples:
  domo-reconcile pull --out accounts.jsonl               # every account as Domo sent it";

/// Lines of `check`.
pub const CHECK: &str = "\
Examples:
  domo-reconcile check                                   # configuration, credentials, directories, templates
  domo-reconcile check --directory workers.csv           # how this export is understood
  domo-reconcile check --accounts people.csv             # without an API client: an export of Domo's users
  domo-reconcile check -q                                # for a schedule: every problem, and nobody's name";

/// Lines of `sandbox`.
pub const SANDBOX: &str = "\
Examples:
  domo-reconcile sandbox                                 # prints `listening on http://127.0.0.1:PORT`
  domo-reconcile sandbox --accounts accounts.jsonl --fault \"GET /v1/users#2=429:3\"";

/// Lines of `runs`.
pub const RUNS: &str = "\
Examples:
  domo-reconcile runs                                    # what is in the archive
  domo-reconcile runs diff RUN                           # from that run to the latest
  domo-reconcile runs remind                             # tells of a plan that expires undecided within a week
  domo-reconcile runs prune --keep-runs 24               # what would go; --confirm deletes it";

/// Lines of `verify`.
pub const VERIFY: &str = "\
Examples:
  domo-reconcile verify latest                           # every file of the run, and the chain of runs behind it
  domo-reconcile verify latest --allowed-signers signers # and who signed its manifest";

/// Lines of `replay`.
pub const REPLAY: &str = "\
Examples:
  domo-reconcile replay latest --archive /tmp/again      # judges the stored snapshot again, in another archive";

/// Lines of `init`.
pub const INIT: &str = "\
Examples:
  domo-reconcile init --directory workers.csv                               # columns found are shown in it
  domo-reconcile init --directory workers.csv --accounts people_export.csv  # exclusions are suggested, too";

/// Sections that every man page has after its own: a title, and entries of a term and what it means.
pub const SECTIONS: &[(&str, &[(&str, &str)])] = &[
    (
        "ENVIRONMENT",
        &[
            (
                "DOMO_CLIENT_ID, DOMO_CLIENT_SECRET",
                "The OAuth client of the Domo instance. DOMO_CLIENT_SECRET_FILE names a file instead.",
            ),
            ("DOMO_API_URL", "Where Domo's API is; https://api.domo.com by default. Plain http only to loopback addresses."),
            (
                "DOMO_SCIM_URL, DOMO_SCIM_TOKEN",
                "The SCIM root and its bearer token, where [domo] deactivate_with is scim; DOMO_SCIM_TOKEN_FILE names a file that \
                 holds the token.",
            ),
            ("NO_COLOR", "Set: no colours."),
            (
                "SOURCE_DATE_EPOCH",
                "Seconds since 1970 that stand for the clock, so that a run can be made again. An apply does not look at it.",
            ),
        ],
    ),
    (
        "FILES",
        &[
            ("domo-reconcile.toml", "The configuration, in the current folder unless --config names another."),
            ("audits/", "The archive: a folder a run, complete when manifest.json is in it, and the lock."),
            ("audits/RUN/plan.json, plan.journal.jsonl", "What a run proposes with what was decided, and what an apply did."),
        ],
    ),
    (
        "EXIT STATUS",
        &[
            ("0", "Done; findings or not."),
            ("1", "It failed: network, file, Domo's refusal."),
            ("2", "Wrong usage or configuration, a path that is not there or not what it should be."),
            ("3", "Not evaluable: the evidence is incomplete; the report is written and says so."),
            ("4", "Findings at or above --fail-on."),
            ("5", "A guard refused."),
            ("6", "The plan is expired, tampered with, or for another instance."),
            ("7", "Applied in part: some approved actions failed, are unknown, or were skipped as changed since the plan."),
            ("8", "Another run holds the lock."),
            ("130", "Interrupted: the action under way was finished and recorded."),
        ],
    ),
];
