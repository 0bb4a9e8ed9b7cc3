//! Companies in which everything goes wrong at once: few keys, many holders, every decoration, every status.

use fastrand::Rng;

use super::company::{Account, Company, Person, account, day, person};

const CONFIGS: [&str; 5] = [
    "",
    "[match]\nkeys = [\"employee_number\", \"email\", \"alternate_email\"]",
    "[match]\nkeys = [\"email\"]",
    "[match]\nkeys = [\"employee_number\"]",
    "[expected]\ndepartment = [\"Finance\", \"Sales*\"]",
];

const RULES: &str = r#"
[[exclude]]
email = "svc-*"
reason = "service accounts"

[[role]]
department = ["Finance"]
role = "Editor"

[[exception]]
account = "p1@acme.com"
kinds = ["orphan", "drift", "leaver"]
reason = "agreed"
owner = "it"
expires = 2026-12-31

[[exception]]
account = "p2@acme.com"
kinds = ["orphan", "drift", "leaver"]
reason = "agreed"
owner = "it"
expires = 2026-01-31
"#;

/// The company of a seed.
pub(super) fn company(seed: u64) -> Company {
    let mut rng = Rng::with_seed(seed);
    let keys = rng.u64(2..14);
    let accounts = rng.u64(0..12);
    let people = rng.u64(0..12);
    let config = format!("{}\n{RULES}", CONFIGS[rng.usize(..CONFIGS.len())]);
    let config = match config.contains("[match]") {
        true => config.replacen("[match]", "[match]\ndomain_aliases = { \"old-acme.com\" = \"acme.com\" }", 1),
        false => format!("{config}\n[match]\ndomain_aliases = {{ \"old-acme.com\" = \"acme.com\" }}"),
    };
    let mut company = Company::with(
        (0..accounts).map(|n| wild_account(&mut rng, n, keys)).collect::<Vec<_>>(),
        (0..people).map(|n| Person { row: 2 + n as u32, ..wild_person(&mut rng, keys) }).collect::<Vec<_>>(),
    )
    .config(&config);
    for _ in 0..if rng.u8(..4) == 0 { rng.u8(1..3) } else { 0 } {
        let (email, number) = (address(&mut rng, keys), number(&mut rng, keys));
        company = company.rejecting(Some(&email).filter(|_| rng.bool()).map(|x| x.as_str()), Some(number.as_str()));
    }
    company.partial_directory = rng.u8(..12) == 0;
    company.partial_pull = rng.u8(..12) == 0;
    if rng.u8(..5) == 0 {
        company.sources = 2;
        company.people.iter_mut().for_each(|person| person.source = rng.u32(..2));
        let first: Vec<Person> = company.people.iter().filter(|person| person.source == 0).cloned().collect();
        let mut again = Vec::new();
        for person in &first {
            if rng.bool() {
                again.push(in_another_file(&mut rng, person, keys));
            }
        }
        company.people.extend((100..).zip(again).map(|(row, person)| Person { row, ..person }));
    }
    company
}

/// The same person as another file has them: by one key or both, and otherwise as it likes.
fn in_another_file(rng: &mut Rng, one: &Person, keys: u64) -> Person {
    let (email, number) = match rng.u8(..3) {
        0 => (one.email.clone(), String::new()),
        1 => (String::new(), one.number.clone()),
        _ => (one.email.clone(), one.number.clone()),
    };
    let is_nobody = email.is_empty() && number.is_empty();
    let number = if is_nobody { one.number.clone() } else { number };
    let email = if is_nobody { one.email.clone() } else { email };
    let number = match rng.u8(..4) {
        0 if !number.is_empty() => format!("00{number}"),
        _ => number,
    };
    Person { source: 1, email, number, ..wild_person(rng, keys) }
}

/// Few distinct addresses in many spellings.
fn address(rng: &mut Rng, keys: u64) -> String {
    let n = rng.u64(..keys);
    let domain = if rng.u8(..5) == 0 { "old-acme.com" } else { "acme.com" };
    let plain = format!("p{n}@{domain}");
    match rng.u8(..12) {
        0 => String::new(),
        1 => plain.to_uppercase(),
        2 => format!(" {plain}\u{A0}"),
        3 => format!("p\u{200B}{n}@{domain}"),
        4 => format!("p{n}+domo@{domain}"),
        5 => format!("svc-{n}@{domain}"),
        _ => plain,
    }
}

/// Few distinct numbers, padded, prefixed, damaged.
fn number(rng: &mut Rng, keys: u64) -> String {
    let n = 10 + rng.u64(..keys);
    match rng.u8(..14) {
        0 | 1 => String::new(),
        2 => format!("00{n}"),
        3 => format!("E{n}"),
        4 => format!("C0{n}"),
        5 => format!("{n}.0"),
        6 => "1.2E+15".into(),
        _ => n.to_string(),
    }
}

fn wild_account(rng: &mut Rng, n: u64, keys: u64) -> Account {
    let role = ["Admin", "Privileged", "Editor", "Participant", "Analyst (custom)"][rng.usize(..5)];
    Account {
        id: if rng.u8(..40) == 0 { 27 } else { 1000 + n },
        email: address(rng, keys),
        alternate: if rng.u8(..3) == 0 { address(rng, keys) } else { String::new() },
        number: number(rng, keys),
        name: name(rng),
        role: role.into(),
        title: ["Analyst", "analyst", "Manager", ""][rng.usize(..4)].into(),
        department: department(rng),
        active: rng.u8(..6) != 0,
        deleted: rng.u8(..20) == 0,
        ..account(n)
    }
}

fn wild_person(rng: &mut Rng, keys: u64) -> Person {
    let date = |rng: &mut Rng| {
        let days = ["2020-01-01", "2026-11-22", "2026-11-23", "2026-11-24", "2027-05-01"];
        (rng.u8(..3) == 0).then(|| day(days[rng.usize(..days.len())]))
    };
    let status = ["active", "active", "active", "leave", "suspended", "terminated", "prehire", "unknown", ""][rng.usize(..9)];
    let email = address(rng, keys);
    let mut number = number(rng, keys);
    if number.contains("E+") || (email.is_empty() && number.is_empty()) {
        // The loader has rejected such a row, or left the number out.
        number = format!("9{}", rng.u64(..keys));
    }
    Person {
        email,
        alternates: if rng.u8(..4) == 0 { vec![address(rng, keys), "other@home.example".into()] } else { Vec::new() },
        number,
        name: name(rng),
        title: ["Analyst", "Manager", ""][rng.usize(..3)].into(),
        department: department(rng),
        status,
        enabled: (rng.u8(..4) == 0).then(|| rng.bool()),
        hired: date(rng),
        last_day: date(rng),
        ..person(1)
    }
}

fn name(rng: &mut Rng) -> String {
    ["Ada Byron", "Byron, Ada", "Zoë Díaz", "Zoe Diaz", "Ada Byron", "Ben Byron", "山田太郎", ""][rng.usize(..8)].into()
}

fn department(rng: &mut Rng) -> String {
    ["Finance", "Sales EMEA", "IT", ""][rng.usize(..4)].into()
}
