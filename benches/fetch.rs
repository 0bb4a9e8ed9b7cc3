//! How long a directory takes to fetch and how much memory it needs: each HTTP source from the sandbox at 50 ms an answer, and LDAP
//! from a slapd of this machine beside `ldapsearch` alone.
//!
//! `cargo bench --bench fetch` reads 1,000,000 people over HTTP and 100,000 over LDAP; `cargo bench --bench fetch -- 100000` that
//! many of each. The sandbox and each fetch run in processes of their own, so that the memory is the fetch's alone, and a fetch
//! runs on one thread, as in an audit. These sources give their pages one after the other, so the bound is pages × latency; the
//! address gives all in one answer, whose time is that of its bytes. `file` is what the same people need when they are loaded from
//! the export that the address returns.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "role.rs"]
mod role;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use domo_reconcile::config::Config;
use domo_reconcile::directory;
use domo_reconcile::http::Limits;
use domo_reconcile::sandbox::{DIRECTORY_TOKEN, Options, Profile, Sandbox};
use domo_reconcile::source::{self, Depth, Silent};
use role::{Role, cpu_seconds, peak_megabytes};
use serde_json::{Value, json};

const LATENCY: Duration = Duration::from_millis(50);
const KEY: &str = include_str!("../tests/it/source/service-account.pem");
const BASE: &str = "ou=Staff,dc=acme,dc=example";
const READER: &str = "cn=admin,dc=acme,dc=example";
const PASSWORD: &str = "Bench-Secret1!";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", people] => runtime.block_on(serve(people.parse().unwrap())),
        ["fetch", kind, url, people] => runtime.block_on(fetch(kind, url, people.parse().unwrap())),
        ["load", file, people] => load(file, people.parse().unwrap()),
        _ => {
            let asked: Option<usize> = args.iter().find_map(|arg| arg.parse().ok());
            http(asked.unwrap_or(1_000_000));
            ldap(asked.unwrap_or(100_000));
        }
    }
}

fn http(people: usize) {
    println!("{people} people over HTTP, {} ms an answer", LATENCY.as_millis());
    println!("{:>8} {:>7} {:>8} {:>7} {:>6} {:>6} {:>8}", "source", "pages", "bound s", "took s", "ratio", "cpu s", "peak MB");
    let mut server = Role::new(&["serve", &people.to_string()]);
    let url = server.line();
    for kind in ["url", "entra", "okta", "google", "scim"] {
        println!("{}", Role::new(&["fetch", kind, &url, &people.to_string()]).end());
    }
    let file = std::env::temp_dir().join(format!("domo-reconcile-fetch-{}.csv", std::process::id()));
    std::fs::write(&file, export(people)).unwrap();
    println!("{}", Role::new(&["load", file.to_str().unwrap(), &people.to_string()]).end());
    std::fs::remove_file(file).unwrap();
    server.end();
}

async fn serve(people: usize) {
    let profile = Profile { rate_limit: None, ..Profile::guide() };
    let people = (0..people).map(person).collect();
    let options = Options { people, people_page: 1000, latency: LATENCY, profile, ..Options::default() };
    let running = Sandbox::start(options).await.unwrap();
    println!("{}", running.url());
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await.unwrap().unwrap();
    println!("ended");
}

fn person(n: usize) -> Value {
    json!({
        "employeeId": format!("{}", 1_000_000 + n), "firstName": format!("Given{n}"), "lastName": format!("Family{n}"),
        "workEmail": format!("person{n}@acme.example"), "jobTitle": "Analyst", "department": format!("Department {}", n % 40),
        "location": "Berlin", "employmentStatus": if n % 50 == 7 { "Terminated" } else { "Active" }, "hireDate": "2021-05-03",
    })
}

fn export(people: usize) -> String {
    let head = "Employee ID,First Name,Last Name,Work Email,Job Title,Department,Location,Employment Status,Hire Date\n";
    let text = |person: &Value, key: &str| person[key].as_str().unwrap_or_default().to_owned();
    let keys =
        ["employeeId", "firstName", "lastName", "workEmail", "jobTitle", "department", "location", "employmentStatus", "hireDate"];
    let row = |n: usize| keys.map(|key| text(&person(n), key)).join(",") + "\n";
    std::iter::once(head.to_owned()).chain((0..people).map(row)).collect()
}

fn configured(kind: &str, url: &str) -> String {
    match kind {
        "entra" => format!("kind = \"entra\"\ntenant = \"acme\"\napi_url = \"{url}/graph\"\nlogin_url = \"{url}/graph\""),
        "okta" => format!("kind = \"okta\"\nurl = \"{url}/okta\""),
        "google" => format!("kind = \"google\"\napi_url = \"{url}/google\"\ntoken_url = \"{url}/google/token\""),
        "scim" => format!("kind = \"scim\"\nurl = \"{url}/directory/scim/v2\"\npage_size = 500"),
        "ldap" => format!("kind = \"ldap\"\nurl = \"{url}\"\nbase = [\"{BASE}\"]\npage_size = 500"),
        _ => format!("url = \"{url}/hr/workers.csv\"\nauth = \"bearer\"\ntoken_env = \"OKTA_TOKEN\""),
    }
}

fn variable(name: &str) -> Option<String> {
    match name {
        "ENTRA_CLIENT_ID" => Some("sandbox".into()),
        "ENTRA_CLIENT_SECRET" => Some("sandbox-secret".into()),
        "OKTA_TOKEN" | "SCIM_SOURCE_TOKEN" => Some(DIRECTORY_TOKEN.into()),
        "GOOGLE_KEY" => Some(json!({"client_email": "audit@acme.example", "private_key": KEY}).to_string()),
        "LDAP_BIND" => Some(READER.into()),
        "LDAP_PASSWORD" => Some(PASSWORD.into()),
        _ => None,
    }
}

/// Fetches and loads as an audit does.
async fn fetch(kind: &str, url: &str, people: usize) {
    let config = Config::parse(&format!("[[directory]]\n{}\n", configured(kind, url))).unwrap();
    let limits = Limits { total: Duration::from_secs(3600), answer: 1 << 30, ..Limits::default() };
    let begin = Instant::now();
    let fetched = source::fetch(&config.directory[0], &variable, limits, Depth::Whole, &Silent).await.unwrap();
    let took = begin.elapsed().as_secs_f64();
    assert!(fetched.input.stopped.is_empty(), "{:?}", fetched.input.stopped);
    let pages = fetched.input.origin.pages;
    let mut input = Some(fetched.input);
    let loaded = directory::load_with(&config.directory, |_| Ok(input.take().unwrap())).unwrap();
    assert_eq!(loaded.frame.height(), people);
    let bound = pages as f64 * LATENCY.as_secs_f64();
    match kind {
        "ldap" => row(kind, pages, "-", took, "-"),
        _ => row(kind, pages, &format!("{bound:.1}"), took, &format!("{:.2}", took / bound)),
    }
}

fn load(file: &str, people: usize) {
    let config = Config::parse(&format!("[[directory]]\npath = \"{file}\"\n")).unwrap();
    let begin = Instant::now();
    assert_eq!(directory::load(&config.directory).unwrap().frame.height(), people);
    row("file", 1, "-", begin.elapsed().as_secs_f64(), "-");
}

fn row(kind: &str, pages: u64, bound: &str, took: f64, ratio: &str) {
    let cpu = cpu_seconds().map_or("?".into(), |seconds| format!("{seconds:.1}"));
    let peak = peak_megabytes().map_or("?".into(), |megabytes| megabytes.to_string());
    println!("{kind:>8} {pages:>7} {bound:>8} {took:>7.1} {ratio:>6} {cpu:>6} {peak:>8}");
}

fn ldap(people: usize) {
    if !Path::new("/usr/sbin/slapd").exists() {
        return println!("no slapd on this machine: LDAP is not measured");
    }
    let folder = std::env::temp_dir().join(format!("domo-reconcile-slapd-{}", std::process::id()));
    let url = "ldap://127.0.0.1:38911";
    let mut slapd = serving(&folder, url, people);
    println!("{people} people over LDAP, from slapd, 500 a page");
    println!("{:>8} {:>7} {:>8} {:>7} {:>6} {:>6} {:>8}", "source", "pages", "bound s", "took s", "ratio", "cpu s", "peak MB");
    let begin = Instant::now();
    let alone = Command::new("ldapsearch")
        .args(["-x", "-LLL", "-H", url, "-D", READER, "-w", PASSWORD, "-b", BASE, "-E", "pr=500/noprompt", "(objectClass=person)"])
        .output()
        .unwrap();
    let found = alone.stdout.windows(5).filter(|line| line == b"\nmail").count();
    println!("{:>8} {:>7} {:>8} {:>7.1} (ldapsearch alone, {found} people)", "", "", "", begin.elapsed().as_secs_f64());
    println!("{}", Role::new(&["fetch", "ldap", url, &people.to_string()]).end());
    slapd.kill().unwrap();
    slapd.wait().unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}

/// A slapd with so many people.
fn serving(folder: &Path, url: &str, people: usize) -> std::process::Child {
    std::fs::create_dir_all(folder.join("db")).unwrap();
    let at = folder.display();
    let schemas: String =
        ["core", "cosine", "inetorgperson"].map(|name| format!("include /etc/ldap/schema/{name}.schema\n")).concat();
    let conf = format!(
        "{schemas}modulepath /usr/lib/ldap\nmoduleload back_mdb\nsizelimit unlimited\ndatabase mdb\nsuffix \"dc=acme,dc=example\"\n\
         rootdn \"{READER}\"\nrootpw {PASSWORD}\ndirectory {at}/db\nmaxsize 4294967296\nindex objectClass eq\n"
    );
    std::fs::write(folder.join("slapd.conf"), conf).unwrap();
    let mut entries = String::from(
        "dn: dc=acme,dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Acme\ndc: acme\n\n\
         dn: ou=Staff,dc=acme,dc=example\nobjectClass: organizationalUnit\nou: Staff\n\n",
    );
    entries.extend((0..people).map(|n| {
        format!(
            "dn: uid=p{n},{BASE}\nobjectClass: inetOrgPerson\nuid: p{n}\ncn: Given{n} Family{n}\ngivenName: Given{n}\nsn: Family{n}\n\
             mail: person{n}@acme.example\nemployeeNumber: {}\ntitle: Analyst\n\n",
            1_000_000 + n
        )
    }));
    std::fs::write(folder.join("people.ldif"), entries).unwrap();
    let conf = folder.join("slapd.conf");
    let added = Command::new("/usr/sbin/slapadd").args(["-q", "-f"]).arg(&conf).arg("-l").arg(folder.join("people.ldif")).output();
    assert!(added.as_ref().unwrap().status.success(), "{}", String::from_utf8_lossy(&added.unwrap().stderr));
    let slapd = Command::new("/usr/sbin/slapd").arg("-f").arg(&conf).args(["-h", url, "-d", "0"]).spawn().unwrap();
    while std::net::TcpStream::connect(url.trim_start_matches("ldap://")).is_err() {
        std::thread::sleep(Duration::from_millis(100));
    }
    slapd
}
