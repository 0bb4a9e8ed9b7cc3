//! A company of any size with a known truth: made the same way every time, written as a snapshot and an HR export.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// The day judged.
pub const AS_OF: &str = "2026-11-23";

const CONFIG: &str = r#"[domo]
instance = "bench"

[[directory]]
path = "directory.csv"

[match]
domain_aliases = { "old-acme.example" = "acme.example" }

[[exclude]]
email = "svc-*@acme.example"
reason = "service accounts"
owner = "it@acme.example"
"#;

const FIRST: [&str; 24] = [
    "Ada", "Ben", "Chiara", "Deniz", "Elif", "Femi", "Grace", "Hiro", "Ines", "Jürgen", "Kofi", "Lena", "Mateo", "Noor", "Olga",
    "Priya", "Quentin", "Rosa", "Søren", "Tove", "Uma", "Viktor", "Wanda", "Zoë",
];
const LAST: [&str; 24] = [
    "Adler", "Byron", "Costa", "Demir", "Eriksen", "Fuchs", "García", "Hopper", "Ito", "Jensen", "Kowalski", "Larsen", "Müller",
    "Nguyen", "Okafor", "Patel", "Quist", "Rossi", "Sato", "Tanaka", "Ueda", "Varga", "Weber", "Zhang",
];
const DEPARTMENTS: [&str; 9] =
    ["Finance", "Engineering", "Marketing", "Operations", "Product", "People", "IT", "Customer Success", "Sales EMEA"];
const TITLES: [&str; 6] = ["Analyst", "Senior Analyst", "Manager", "Director", "Specialist", "Coordinator"];
const CITIES: [&str; 6] = ["Berlin", "London", "Lehi", "Kraków", "Tokyo", "São Paulo"];

/// How much of a company there is something to say of.
#[derive(Debug, Clone, Copy)]
pub enum Share {
    /// Findings on 7 % of the accounts.
    Few,
    /// Findings on 16 %: a company's first audit.
    Many,
    /// As few, and besides an address or a number that stands twice, on 1 % of the accounts and rows.
    Duplicates,
}

impl Share {
    pub const ALL: [Self; 3] = [Self::Few, Self::Many, Self::Duplicates];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Few => "few",
            Self::Many => "many",
            Self::Duplicates => "duplicates",
        }
    }

    /// Those of which there is something to say come again after so many.
    fn period(self) -> u64 {
        match self {
            Self::Few | Self::Duplicates => 1000,
            Self::Many => 440,
        }
    }

    /// What there is to say of the nth, as [`Files::pair`] numbers it.
    fn about(self, n: u64) -> u64 {
        match self {
            // Where there would be nothing to say.
            Self::Duplicates if n % 100 == 99 => [25, 28, 1000, 1001, 1002][(n / 100 % 5) as usize],
            _ => n % self.period(),
        }
    }
}

/// What each account and each row must come out as, and how many.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Truth {
    pub accounts: BTreeMap<&'static str, u64>,
    pub people: BTreeMap<&'static str, u64>,
    pub drift: u64,
}

impl Truth {
    /// The counts in the form in which the scripts in `benches/peers` print theirs.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        let side = |side: &'static str, counts: &BTreeMap<&'static str, u64>| {
            counts.iter().map(|(situation, count)| (format!("{side}_{situation}"), *count)).collect::<Vec<_>>()
        };
        let drift = ("drift".to_owned(), self.drift);
        [side("account", &self.accounts), side("person", &self.people), vec![drift]].into_iter().flatten().collect()
    }
}

/// The files of one company and the truth about it.
pub struct Company {
    pub folder: PathBuf,
    pub truth: Truth,
    pub bytes: u64,
}

struct Member {
    id: u64,
    email: String,
    number: String,
    name: String,
    title: &'static str,
    department: &'static str,
    city: &'static str,
    phone: String,
    hired: String,
}

fn member(n: u64) -> Member {
    // A small mixing of n, so that neighbours differ.
    let mix = |salt: u64| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17) ^ salt.wrapping_mul(0xD6E8_FEB8_6659_FD93)) >> 33;
    let pick = |salt: u64, of: &[&'static str]| of[(mix(salt) % of.len() as u64) as usize];
    let (first, last) = (pick(1, &FIRST), pick(2, &LAST));
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
    Member {
        id: 100_000_000 + n,
        email: format!("{}.{}{n}@acme.example", plain(first), plain(last)),
        number: (1_000_000 + n).to_string(),
        name: format!("{first} {last}"),
        title: pick(3, &TITLES),
        department: pick(4, &DEPARTMENTS),
        city: pick(5, &CITIES),
        phone: format!("+49 30 555 {:07}", n),
        hired: format!("20{:02}-{:02}-{:02}", 5 + mix(6) % 20, 1 + mix(7) % 12, 1 + mix(8) % 28),
    }
}

struct Files {
    accounts: BufWriter<File>,
    people: BufWriter<File>,
    truth: Truth,
    next_id: u64,
}

impl Files {
    fn account(&mut self, truth: &'static str, member: &Member, active: bool, role: &str) -> std::io::Result<()> {
        *self.truth.accounts.entry(truth).or_default() += 1;
        self.next_id += 1;
        let id = if member.id == 0 { 900_000_000 + self.next_id } else { member.id };
        let number = if member.number.is_empty() { String::new() } else { format!(r#","employeeNumber":{}"#, member.number) };
        writeln!(
            self.accounts,
            r#"{{"id":{id},"name":"{}","email":"{}","role":"{role}","title":"{}","department":"{}","location":"{}","phone":"{}","active":{active},"createdAt":"2024-02-01T09:00:00Z"{number}}}"#,
            member.name, member.email, member.title, member.department, member.city, member.phone,
        )
    }

    fn person(&mut self, truth: &'static str, member: &Member, status: &str, last_day: &str) -> std::io::Result<()> {
        *self.truth.people.entry(truth).or_default() += 1;
        writeln!(
            self.people,
            "{},{},{},{},{},{},{},{status},{},{last_day}",
            member.number, member.name, member.email, member.title, member.department, member.city, member.phone, member.hired,
        )
    }

    /// The nth of a company: most agree, and of each period some do not.
    fn pair(&mut self, n: u64, share: Share) -> std::io::Result<()> {
        let person = member(n);
        let mut account = member(n);
        let role = if n.is_multiple_of(97) { "Admin" } else { "Participant" };
        match share.about(n) {
            0..=9 => {
                account.number = String::new();
                account.email = format!("gone.{}", account.email);
                self.account("orphan", &account, true, role)?;
                self.person("missing", &person, "Active", "")
            }
            10..=19 => {
                self.account("leaver", &account, true, role)?;
                self.person("matched", &person, "Terminated", "2026-10-31")
            }
            20..=21 => {
                self.account("suspended", &account, true, role)?;
                self.person("matched", &person, "Suspended", "")
            }
            22..=24 => {
                self.account("inactive", &account, false, role)?;
                self.person("matched", &person, "Active", "")
            }
            25 => {
                self.account("duplicate", &account, true, role)?;
                account.id = 0;
                account.email = format!("second.{}", account.email);
                self.account("duplicate", &account, true, role)?;
                self.person("matched", &person, "Active", "")
            }
            // The address of one person, the number of the next.
            26 => {
                let other = member(n + 1);
                account.number = other.number;
                self.account("conflict", &account, true, role)?;
                self.person("conflict", &person, "Active", "")?;
                self.person("conflict", &member(n + 1), "Active", "")
            }
            27 => Ok(()),
            // One address on two rows, and an account without a number.
            28 => {
                account.number = String::new();
                self.account("ambiguous", &account, true, role)?;
                self.person("duplicate", &person, "Active", "")?;
                let second = Member { number: format!("7{}", person.number), ..member(n) };
                self.person("duplicate", &second, "Active", "")
            }
            29 => {
                account.email = format!("svc-{n}@acme.example");
                account.number = String::new();
                self.account("excluded", &account, true, role)?;
                self.person("left", &person, "Terminated", "2026-01-31")
            }
            // No findings: case, an old domain, padded and spaced addresses.
            30..=39 => {
                account.email = account.email.to_uppercase();
                self.account("matched", &account, true, role)?;
                self.person("matched", &person, "Active", "")
            }
            40..=49 => {
                account.email = account.email.replace("@acme.example", "@old-acme.example");
                self.account("matched", &account, true, role)?;
                self.person("matched", &person, "Active", "")
            }
            // Drift: a renamed department, a title, an address that changed.
            50..=69 => {
                account.department = "Sales – EMEA";
                self.truth.drift += 1;
                self.account("matched", &account, true, role)?;
                self.person("matched", &Member { department: "Sales EMEA", ..person }, "Active", "")
            }
            70..=84 => {
                account.title = "Trainee";
                self.truth.drift += 1;
                self.account("matched", &account, true, role)?;
                self.person("matched", &person, "Active", "")
            }
            85..=89 => {
                account.email = format!("old.{}", account.email);
                self.truth.drift += 1;
                self.account("matched", &account, true, role)?;
                self.person("matched", &person, "Active", "")
            }
            // The directory pads the number that Domo stores as an integer; the address has changed too.
            90..=94 => {
                account.email = format!("was.{}", account.email);
                self.truth.drift += 1;
                self.account("matched", &account, true, role)?;
                self.person("matched", &Member { number: format!("E0{}", person.number), ..person }, "Active", "")
            }
            // One address on two accounts.
            1000 => {
                self.account("duplicate", &account, true, role)?;
                let second = Member { id: 0, email: account.email.to_uppercase(), number: String::new(), ..account };
                self.account("duplicate", &second, true, role)?;
                self.person("matched", &person, "Active", "")
            }
            // One address on two rows: the number says which of them it is.
            1001 => {
                self.account("matched", &account, true, role)?;
                self.person("matched", &person, "Active", "")?;
                self.person("duplicate", &Member { number: format!("7{}", person.number), ..person }, "Terminated", "2024-03-31")
            }
            // One number on two rows: the address says which of them it is.
            1002 => {
                self.account("matched", &account, true, role)?;
                self.person("matched", &person, "Active", "")?;
                self.person("duplicate", &Member { email: format!("second.{}", person.email), ..person }, "Active", "")
            }
            _ => {
                self.account("matched", &account, true, role)?;
                self.person("matched", &person, "Active", "")
            }
        }
    }
}

/// Writes a company of about `n` accounts and `n` people into `folder`.
pub fn write(folder: &Path, n: u64, share: Share) -> std::io::Result<Company> {
    std::fs::create_dir_all(folder)?;
    let (accounts, people) = (folder.join("accounts.jsonl"), folder.join("directory.csv"));
    let mut files = Files {
        accounts: BufWriter::with_capacity(1 << 20, File::create(&accounts)?),
        people: BufWriter::with_capacity(1 << 20, File::create(&people)?),
        truth: Truth::default(),
        next_id: 0,
    };
    writeln!(
        files.people,
        "Employee ID,Name,Work Email,Job Title,Department,Location,Work Phone,Employment Status,Hire Date,Termination Date"
    )?;
    for at in 0..n {
        files.pair(at, share)?;
    }
    files.accounts.flush()?;
    files.people.flush()?;
    std::fs::write(folder.join("domo-reconcile.toml"), CONFIG)?;
    shuffle_lines(&people)?;
    let bytes = std::fs::metadata(&accounts)?.len() + std::fs::metadata(&people)?.len();
    Ok(Company { folder: folder.to_owned(), truth: files.truth, bytes })
}

/// The directory comes in its own order: neighbours in Domo are far apart there.
fn shuffle_lines(path: &Path) -> std::io::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    let mut rows: Vec<&str> = lines.collect();
    fastrand::Rng::with_seed(7).shuffle(&mut rows);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(file, "{header}")?;
    for row in rows {
        writeln!(file, "{row}")?;
    }
    file.flush()
}
