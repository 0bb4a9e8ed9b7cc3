//! Everything that was judged as one: the findings, and around them evidence, sums, method, floods, and the rows as frames.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::NaiveDate;
use polars::prelude::*;
use rayon::prelude::*;

use super::columns::{AccountColumns, PersonColumns};
use super::correlation::fold::Fold;
use super::correlation::join::Agreeing;
use super::correlation::matching::Matches;
use super::drift;
use super::employment::Employment;
use super::exclusions::Part;
use super::explain::{days, plural};
use super::judge::Judge;
use super::past::{MAX_SHRINK, shrink};
use super::places::{Account, Each, Person, Row, all};
use super::{
    Dormancy, DriftPattern, EvidenceStatus, EvidenceSummary, ExceptionUse, External, Finding, Method, Privileged, Reconciliation,
    Rules, kinds, untested,
};
use crate::config::Choice;
use crate::directory::Source;
use crate::domo;
use crate::terms::{AccountSituation, AccountTotals, Key, Kind, PersonSituation, PersonTotals, Role, Status};

/// An export older than this is said to be, unless somebody asks for no age (`max_age_days = 0`).
const FRESH_DAYS: i64 = 7;

/// From so many equal drifts on, they are one cause.
const FLOOD: u64 = 10;

/// Patterns listed.
const PATTERNS: usize = 50;

/// Everything that was judged, with the rows and the sums of both sides.
pub(super) fn reconciliation(
    judge: Judge<'_>,
    whole: &Wholeness,
    findings: Vec<Finding>,
    exceptions: Vec<ExceptionUse>,
) -> Result<Reconciliation> {
    let Judge { rules, accounts, people, matches, employment, account_situations, person_situations, past, .. } = judge;
    let fold = &people.fold;
    let rejected = people.people.rejected.len() as u64;
    let row_situations = Each::of(people.rows().len() as u32, |row| person_situations[fold.person(row)]);
    let rows = row_situations.values();
    let mut person_totals = PersonTotals::of(rows.len() as u64 + rejected, rows.iter().copied());
    person_totals.add(PersonSituation::Rejected, rejected);
    let folded = fold.members.values().filter_map(|rows| Some((rows.first()?.0, rows.iter().map(|row| row.0).collect())));
    // Each goes through all accounts or findings, and keeps one core.
    let ((privileged, patterns), (external, method)) = rayon::join(
        || (privileged(&judge, &findings), patterns(&findings, judge.candidates.moved_domains(account_situations))),
        || (external(&judge), method(&judge)),
    );
    Ok(Reconciliation {
        instance: rules.instance.to_owned(),
        as_of: rules.as_of,
        evidence: whole.evidence(&judge, person_totals[PersonSituation::Rejected]),
        accounts: AccountTotals::of(accounts.height.into(), account_situations.values().iter().copied()),
        people: person_totals,
        account_rows: account_rows(&judge)?,
        person_rows: person_rows(matches, fold, &row_situations, employment)?,
        folded: folded.collect(),
        privileged,
        dormancy: dormancy(accounts, rules),
        patterns,
        exceptions,
        external,
        not_tested: untested::not_tested(&judge),
        method,
        findings,
        access: judge.access,
        past: past.clone(),
    })
}

/// Why either side may not be whole.
pub(super) struct Wholeness {
    pub(super) accounts: Vec<String>,
    pub(super) directory: Vec<String>,
}

impl Wholeness {
    pub(super) fn new(accounts: &AccountColumns<'_>, people: &PersonColumns<'_>, as_of: NaiveDate) -> Self {
        let mut ours = accounts.accounts.evidence.incomplete.clone();
        if accounts.height == 0 {
            ours.push("no accounts were read".into());
        }
        let sources = people.people.sources.iter();
        let why = |source: &Source| source.incomplete.iter().cloned().chain(source.too_old(as_of)).collect::<Vec<_>>();
        let mut theirs: Vec<String> =
            sources.flat_map(|source| why(source).into_iter().map(|why| format!("{}: {why}", source.name))).collect();
        if people.height == 0 {
            theirs.push("the directory has no usable row".into());
        }
        Self { accounts: ours, directory: theirs }
    }

    fn evidence(&self, judge: &Judge<'_>, rejected: u64) -> EvidenceSummary {
        let Judge { rules, accounts, people, lesson, past, .. } = *judge;
        let mut reasons: Vec<String> = self.accounts.iter().chain(&self.directory).cloned().collect();
        let sources = people.people.sources.iter().map(|source| source.evidence_on(rules.as_of)).collect();
        if !reasons.is_empty() {
            return EvidenceSummary { status: EvidenceStatus::Incomplete, reasons, sources };
        }
        reasons.extend(accounts.accounts.evidence.warnings.iter().cloned());
        reasons.extend(lesson.map(|taken| format!("{}: no deactivation is proposed. {}", taken.unkept(), domo::WAYS_ON)));
        // Whoever has taken one of the ways on is not told of them.
        let mut choices = Kind::ALL.into_iter().filter_map(|kind| kinds::choice(kind, &rules.config.policy));
        if choices.all(|choice| choice != Choice::Deactivate) {
            reasons.iter_mut().for_each(|why| *why = why.replace(domo::WAYS_ON, "").trim_end().to_owned());
        }
        if let Some(before) = past.sizes {
            let read = (people.people.frame.height() + people.people.rejected.len()) as u64;
            reasons.extend(shrunk(accounts.height.into(), before.accounts, "accounts were", before.as_of));
            reasons.extend(shrunk(read, before.people, "directory rows were", before.as_of));
        }
        if rejected > 0 {
            reasons.push(format!(
                "{} of the directory {} rejected",
                plural(rejected, "row", "rows"),
                if rejected == 1 { "was" } else { "were" }
            ));
        }
        for source in &people.people.sources {
            reasons.extend(source.warnings.iter().map(|why| format!("{}: {why}", source.name)));
            let age = source.day().map(|day| (rules.as_of - day).num_days());
            if let Some(age) = age.filter(|age| *age > FRESH_DAYS && source.max_age_days > 0) {
                reasons.push(format!(
                    "{} is {} older than the day judged (limit {FRESH_DAYS}; over {}, max_age_days, the evidence is incomplete)",
                    source.name,
                    days(age),
                    source.max_age_days
                ));
            }
        }
        for source in &people.people.sources {
            reasons.extend(source.origin.doubts.iter().map(|doubt| format!("{}: {doubt}", source.name)));
        }
        let status = if reasons.is_empty() { EvidenceStatus::Complete } else { EvidenceStatus::Warnings };
        EvidenceSummary { status, reasons, sources }
    }
}

/// What is said of a population that shrank more than it may.
fn shrunk(now: u64, then: u64, what: &str, day: NaiveDate) -> Option<String> {
    let percent = shrink(then, now);
    (percent > MAX_SHRINK).then(|| {
        format!("{now} {what} read, {percent} % fewer than the {then} of the run of {day}: look whether the list is whole")
    })
}

/// A text column of few distinct words: views into one small buffer.
fn words<'w>(name: &str, dictionary: impl IntoIterator<Item = Option<&'w str>>, places: Vec<IdxSize>) -> Result<Column> {
    let dictionary = StringChunked::from_iter_options(name.into(), dictionary.into_iter());
    let places = IdxCa::from_vec("place".into(), places);
    Ok(dictionary.into_series().take(&places)?.into_column())
}

fn rows(name: &str, rows: impl Iterator<Item = Option<u32>>) -> Column {
    UInt32Chunked::from_iter_options(name.into(), rows).into_column()
}

/// The accounts, a row each: `situation`, `person` (a row of the directory), `matched_by`, `may_administer`.
fn account_rows(judge: &Judge<'_>) -> Result<DataFrame> {
    let Judge { matches, account_situations: situations, .. } = *judge;
    let fold = &judge.people.fold;
    let administers = situations.iter().map(|(account, _)| Some(judge.may_administer(account)));
    let of = || situations.iter().map(|(account, _)| matches.person_of(account));
    let keys: Vec<String> =
        Agreeing::all().map(|agreeing| agreeing.keys().iter().map(|key| key.as_str()).collect::<Vec<_>>().join(" + ")).collect();
    let columns = vec![
        words(
            "situation",
            AccountSituation::ALL.iter().map(|situation| Some(situation.as_str())),
            situations.values().iter().map(|situation| *situation as IdxSize).collect(),
        )?,
        rows("person", of().map(|matched| Some(fold.row(matched?.0).0))),
        words(
            "matched_by",
            keys.iter().map(|keys| Some(keys.as_str()).filter(|keys| !keys.is_empty())),
            of().map(|matched| matched.map_or(0, |(_, agreeing)| agreeing.index() as IdxSize)).collect(),
        )?,
        BooleanChunked::from_iter_options("may_administer".into(), administers).into_column(),
    ];
    Ok(DataFrame::new(situations.values().len(), columns)?)
}

/// The rows of the directory, a row each: `situation`, `status`, `account`.
fn person_rows(
    matches: &Matches,
    fold: &Fold,
    situations: &Each<Row, PersonSituation>,
    employment: &Each<Person, Employment>,
) -> Result<DataFrame> {
    let people = || situations.iter().map(|(row, _)| fold.person(row));
    let columns = vec![
        words(
            "situation",
            PersonSituation::ALL.iter().map(|situation| Some(situation.as_str())),
            situations.values().iter().map(|situation| *situation as IdxSize).collect(),
        )?,
        words(
            "status",
            Status::ALL.iter().map(|status| Some(status.as_str())),
            people().map(|person| employment[person].status as IdxSize).collect(),
        )?,
        rows("account", people().map(|person| Some(matches.account_of[person]?.0))),
    ];
    Ok(DataFrame::new(situations.values().len(), columns)?)
}

/// Every active account that may administer, whether or not there is a finding: those with the worst finding first, then by what
/// their role may do. `findings` are worst first.
fn privileged(judge: &Judge<'_>, findings: &[Finding]) -> Vec<Privileged> {
    let mut about: BTreeMap<Account, (usize, Vec<_>)> = BTreeMap::new();
    let accounts = judge.accounts;
    let mut high: Vec<Account> =
        all(accounts.height).filter(|account| accounts.is_active(*account) && judge.may_administer(*account)).collect();
    for (place, finding) in findings.iter().enumerate() {
        if let Some(account) = &finding.account
            && high.binary_search(&Account(account.index)).is_ok()
        {
            about.entry(Account(account.index)).or_insert((place, Vec::new())).1.push(finding.id.clone());
        }
    }
    let reach = |account: Account| match accounts.role(account).and_then(Role::in_any_case) {
        Some(Role::Admin) => 0,
        Some(Role::Privileged) => 1,
        _ => 2,
    };
    let worst = |account: &Account| about.get(account).map_or(usize::MAX, |(place, _)| *place);
    high.par_sort_by_cached_key(|account| (worst(account), reach(*account), accounts.id(*account), account.0));
    let listed = high.into_par_iter().map(|account| Privileged {
        account: judge.account_ref(account),
        rights: accounts.rights(account, &judge.rules.config.domo),
        situation: judge.account_situations[account],
        person: judge.person_of(account).map(|(person, _)| judge.person_ref(person)),
        findings: about.get(&account).map(|(_, findings)| findings.clone()).unwrap_or_default(),
        last_seen: accounts.last_login.get(account),
    });
    listed.collect()
}

/// Active accounts outside the company's domains: those that are configured, else those of the directory's addresses.
fn external(judge: &Judge<'_>) -> Vec<External> {
    let (accounts, config) = (judge.accounts, judge.rules.config);
    let domain_in = |domains: &BTreeSet<String>, address: &str| {
        let key = judge.addresses.key(address)?;
        let (_, domain) = key.rsplit_once('@')?;
        let inside = domains.contains(domain) || domain.match_indices('.').any(|(dot, _)| domains.contains(&domain[dot + 1..]));
        (!inside).then(|| domain.to_owned())
    };
    let add = |mut domains: BTreeSet<String>, address: &str| {
        domains.extend(domain_in(&domains, address));
        domains
    };
    let own: BTreeSet<String> = match config.report.company_domains.as_slice() {
        [] => {
            let people = judge.people;
            let of = |domains, person: Person| {
                people.email.get(person).into_iter().chain(people.alternate_email.get(person)).fold(domains, add)
            };
            all(people.height).fold(BTreeSet::new, of).reduce(BTreeSet::new, |mut one, other| {
                one.extend(other);
                one
            })
        }
        // As an address of that domain is compared.
        configured => {
            let addresses = configured.iter().map(|name| format!("x@{}", name.trim().trim_start_matches('@')));
            addresses.fold(BTreeSet::new(), |domains, address| add(domains, &address))
        }
    };
    if own.is_empty() {
        return Vec::new();
    }
    let outside = |account: &Account| {
        accounts.is_active(*account) && accounts.email.get(*account).is_some_and(|email| domain_in(&own, email).is_some())
    };
    let outside: Vec<Account> = all(accounts.height).filter(outside).collect();
    let listed = outside.into_iter().map(|account| External {
        account: judge.account_ref(account),
        situation: judge.account_situations[account],
        owner: judge.answers_for(account),
    });
    listed.collect()
}

/// How long active accounts have not been seen.
fn dormancy(accounts: &AccountColumns<'_>, rules: &Rules<'_>) -> Option<Dormancy> {
    if !accounts.provides("last_login") {
        return None;
    }
    let mut dormancy = Dormancy::default();
    for account in accounts.all().filter(|account| accounts.is_active(*account)) {
        dormancy.active += 1;
        match accounts.last_login.get(account) {
            None => dormancy.unseen += 1,
            Some(day) if (rules.as_of - day).num_days() > i64::from(rules.config.policy.dormant_days) => {
                dormancy.idle += 1;
                dormancy.idle_privileged += u64::from(accounts.rights(account, &rules.config.domo).may_administer());
            }
            Some(_) => {}
        }
    }
    Some(dormancy)
}

/// Many drifts of one cause, largest first, after what suggests a domain alias.
fn patterns(findings: &[Finding], moved_domains: Vec<DriftPattern>) -> Vec<DriftPattern> {
    let pairs = drift::count_pairs(findings.iter().flat_map(|finding| &finding.drift));
    let mut floods: Vec<DriftPattern> = pairs
        .into_iter()
        .filter(|(_, count)| *count >= FLOOD)
        .map(|((field, domo, directory), count)| DriftPattern {
            field: field.to_owned(),
            domo: domo.to_owned(),
            directory: directory.to_owned(),
            count,
        })
        .collect();
    floods.extend(moved_domains.into_iter().filter(|moved| moved.count >= FLOOD));
    floods.sort_by(|a, b| {
        b.count.cmp(&a.count).then_with(|| (&a.field, &a.domo, &a.directory).cmp(&(&b.field, &b.domo, &b.directory)))
    });
    floods.truncate(PATTERNS);
    floods
}

/// Normalisations that matches needed.
#[derive(Debug, Clone, Copy, Default)]
struct Needed {
    case: u64,
    clean: u64,
    idna: u64,
    alias: u64,
    float: u64,
    loosely: u64,
}

impl Needed {
    fn add(self, other: Self) -> Self {
        Self {
            case: self.case + other.case,
            clean: self.clean + other.clean,
            idna: self.idna + other.idna,
            alias: self.alias + other.alias,
            float: self.float + other.float,
            loosely: self.loosely + other.loosely,
        }
    }

    fn of(judge: &Judge<'_>, account: Account, person: Person, agreeing: Agreeing) -> Self {
        let Judge { accounts, people, addresses, drifts, .. } = judge;
        let mut needed = Self { loosely: u64::from(agreeing.loosely()), ..Self::default() };
        if !drifts.are_unequal(account, [Key::Email, Key::EmployeeNumber].into_iter().filter(|key| agreeing.has(*key))) {
            return needed;
        }
        let (ours, theirs) = (accounts.email.get(account).unwrap_or_default(), people.email.get(person).unwrap_or_default());
        if agreeing.has(Key::Email) && ours != theirs {
            if addresses.alias(ours) != addresses.alias(theirs) {
                needed.alias = 1;
            } else if ours.eq_ignore_ascii_case(theirs) {
                needed.case = 1;
            } else if addresses.plain(ours) != addresses.plain(theirs) {
                needed.idna = 1;
            } else {
                needed.clean = 1;
            }
        }
        let (ours, theirs) = (accounts.employee_number.get(account), people.employee_number.get(person));
        if agreeing.has(Key::EmployeeNumber)
            && !agreeing.loosely()
            && ours.unwrap_or_default().trim() != theirs.unwrap_or_default().trim()
        {
            needed.float = 1;
        }
        needed
    }
}

/// How it was compared, with counts.
fn method(judge: &Judge<'_>) -> Method {
    let config = judge.rules.config;
    let taking = |account: &Account| judge.parts[*account] == Part::Takes;
    let matched = |account| judge.person_of(account).map(|(person, agreeing)| (account, person, agreeing));
    let (counts, needed) = all(judge.accounts.height)
        .filter(taking)
        .filter_map(matched)
        .fold(
            || ([0u64; Agreeing::COMBINATIONS], Needed::default()),
            |(mut counts, needed), (account, person, agreeing)| {
                counts[agreeing.index()] += 1;
                (counts, needed.add(Needed::of(judge, account, person, agreeing)))
            },
        )
        .reduce(
            || ([0; Agreeing::COMBINATIONS], Needed::default()),
            |(mut counts, needed), (more, other)| {
                counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
                (counts, needed.add(other))
            },
        );
    let mut matched_by: BTreeMap<String, u64> = BTreeMap::new();
    for (agreeing, count) in Agreeing::all().zip(counts).filter(|(_, count)| *count > 0) {
        let keys = agreeing.keys().iter().map(|key| key.as_str()).collect::<Vec<_>>().join(" + ");
        *matched_by.entry(keys).or_default() += count;
    }

    let mut normalised = vec![
        "E-mail addresses are compared trimmed, without zero-width and no-break characters, in Unicode form NFC, in lower case, \
         with domains as punycode; plus-tags and dots are kept"
            .to_owned(),
        "Employee numbers are compared as text; an integral number loses its `.0`, scientific notation is no key".to_owned(),
    ];
    let mut say = |count: u64, what: &str| {
        if count > 0 {
            normalised.push(format!("{} {what}", plural(count, "match needed", "matches needed")));
        }
    };
    say(needed.case, "lower case of the e-mail address");
    say(needed.clean, "invisible characters, white space or Unicode form of the e-mail address folded");
    say(needed.idna, "the domain as punycode");
    say(needed.alias, "a domain alias");
    say(needed.float, "a number without its `.0` or invisible characters");
    say(needed.loosely, "the employee number without leading zeros or its letter prefix, unique on both sides");
    let folded = judge.people.fold.folded();
    if folded > 0 {
        let rows = plural(folded, "row was", "rows were");
        normalised.push(format!("{rows} folded into the same person's row of an earlier file: their keys agree"));
    }
    for (old, new) in &config.matching.domain_aliases {
        normalised.push(format!("The e-mail domain {old} counts as {new}"));
    }

    let tested = kinds::tested(judge).collect();
    Method { matched_by, normalised, compared: judge.drifts.compared(), tested }
}
