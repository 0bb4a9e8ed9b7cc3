//! Real servers: slapd, Samba's Active Directory, scim2-server. Started here, each in a folder of its own, and ended by process id.
//! Where one is not installed its tests say so and pass; under `CI=true` they fail.

use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use domo_reconcile::directory::Proof;
use domo_reconcile::failure;
use domo_reconcile::http::Limits;
use domo_reconcile::source::{self, Depth, Fetched, Silent};

use super::{addresses, configured, load};

/// How many people a server is given.
const MANY: usize = 1_200;

/// Whether a program is here. Loud where it is not.
fn is_here(program: &str) -> bool {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .any(|folder| folder.join(program).is_file());
    if !found {
        assert!(std::env::var_os("CI").is_none(), "{program} is not installed: .ci/run installs it");
        eprintln!("SKIPPED: {program} is not installed");
    }
    found
}

/// Killed when it goes out of scope.
struct Server {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn until_it_listens(port: u16) {
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(60), "nothing listens on {port}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn certificate(folder: &Path, host: &str) -> PathBuf {
    let file = folder.join("cert.pem");
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-keyout"])
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(&file)
        .args(["-addext", &format!("subjectAltName={host}"), "-addext", "basicConstraints=critical,CA:FALSE"])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success());
    file
}

/// slapd with people below two units, and a reader who pays for what the limits say.
fn slapd(host: &str, limits: &str) -> Server {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path(), host);
    let at = folder.path().display();
    std::fs::create_dir(folder.path().join("db")).unwrap();
    let conf = format!(
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\ninclude /etc/ldap/schema/inetorgperson.schema\n\
         modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {at}/pid\nTLSCertificateFile {at}/cert.pem\nTLSCertificateKeyFile {at}/key.pem\n\
         sizelimit size.soft=500 size.hard=1000 size.prtotal=unlimited\ndisallow bind_anon\ndatabase mdb\nsuffix \"dc=acme,dc=example\"\n\
         rootdn \"cn=admin,dc=acme,dc=example\"\nrootpw Admin-Secret1!\ndirectory {at}/db\nmaxsize 104857600\n{limits}\n\
         access to dn.subtree=\"ou=Board,dc=acme,dc=example\" by dn.exact=\"cn=blind,dc=acme,dc=example\" none by * read\naccess to attrs=userPassword by anonymous auth\naccess to * by * read\n"
    );
    std::fs::write(folder.path().join("slapd.conf"), conf).unwrap();
    let mut people = std::fs::File::create(folder.path().join("people.ldif")).unwrap();
    write!(people, "dn: dc=acme,dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Acme\ndc: acme\n\n").unwrap();
    for unit in ["Staff", "Board"] {
        write!(people, "dn: ou={unit},dc=acme,dc=example\nobjectClass: organizationalUnit\nou: {unit}\n\n").unwrap();
    }
    for reader in ["reader", "blind"] {
        write!(people, "dn: cn={reader},dc=acme,dc=example\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: {reader}\nuserPassword: Read-Secret1!\n\n").unwrap();
    }
    for n in 0..MANY {
        let unit = if n < 100 { "Board" } else { "Staff" };
        write!(
            people,
            "dn: uid=p{n},ou={unit},dc=acme,dc=example\nobjectClass: inetOrgPerson\nuid: p{n}\ncn: Zoë Number{n}\nsn: Number{n}\ngivenName: Zoë\n\
             mail: p{n}@acme.example\nemployeeNumber: {}\ntitle: Analyst\nmanager: uid=p0,ou=Board,dc=acme,dc=example\n\n",
            10_000 + n
        )
        .unwrap();
    }
    drop(people);
    let file = |name: &str| folder.path().join(name);
    let added = Command::new("/usr/sbin/slapadd")
        .args(["-q", "-f"])
        .arg(file("slapd.conf"))
        .arg("-l")
        .arg(file("people.ldif"))
        .output()
        .unwrap();
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let (port, tls) = (free_port(), free_port());
    let child = Command::new("/usr/sbin/slapd")
        .arg("-f")
        .arg(file("slapd.conf"))
        .args(["-h", &format!("ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls}"), "-d", "0"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until_it_listens(tls);
    std::fs::write(folder.path().join("tls"), tls.to_string()).unwrap();
    Server { child, folder, port }
}

const BASE: &str = "kind = \"ldap\"\nbase = [\"ou=Staff,dc=acme,dc=example\", \"ou=Board,dc=acme,dc=example\"]\n";

fn limits() -> Limits {
    let ms = Duration::from_millis;
    Limits { total: ms(20_000), exchange: ms(1_500), backoff: ms(1), backoff_most: ms(4), ..Limits::default() }
}

async fn read(text: &str, bind: &'static str, password: &'static str) -> anyhow::Result<Fetched> {
    let variable = |name: &str| match name {
        "LDAP_BIND" => Some(bind.to_owned()),
        "LDAP_PASSWORD" => Some(password.to_owned()),
        _ => None,
    };
    source::fetch(&configured(text, ""), &variable, limits(), Depth::Whole, &Silent).await
}

const READER: &str = "cn=reader,dc=acme,dc=example";
const PASSWORD: &str = "Read-Secret1!";

#[tokio::test]
async fn an_ldap_server_is_read_page_by_page_over_tls_and_managers_have_their_addresses() {
    if !is_here("slapd") {
        return;
    }
    let server = slapd("DNS:localhost,IP:127.0.0.1", "");
    let ca = server.folder.path().join("cert.pem").display().to_string();
    let tls = std::fs::read_to_string(server.folder.path().join("tls")).unwrap();
    for address in [
        format!("url = \"ldaps://127.0.0.1:{tls}\"\nca_file = \"{ca}\""),
        format!("url = \"ldap://127.0.0.1:{}\"\nstart_tls = true\nca_file = \"{ca}\"", server.port),
        format!("url = \"ldap://127.0.0.1:{}\"", server.port),
    ] {
        let text = format!("{BASE}{address}");
        let fetched = read(&text, READER, PASSWORD).await.unwrap();
        assert_eq!(
            (fetched.input.stopped.len(), fetched.input.origin.proof, fetched.input.origin.pages),
            (0, Proof::End, 4),
            "{address}"
        );
        let people = load(&configured(&text, ""), fetched.input);
        assert_eq!(addresses(&people).len(), MANY, "{address}");
        let managers = people.frame.column("manager_email").unwrap().str().unwrap();
        assert_eq!(managers.get(700), Some("p0@acme.example"));
        assert_eq!(people.names().unwrap().get(0).map(|name| name.starts_with("Zoë Number")), Some(true));
    }
}

#[tokio::test]
async fn what_an_ldap_server_refuses_is_an_error_that_says_what_to_do() {
    if !is_here("slapd") {
        return;
    }
    let server = slapd("DNS:elsewhere.example", "");
    let address = format!("url = \"ldap://127.0.0.1:{}\"\n", server.port);
    let tls = std::fs::read_to_string(server.folder.path().join("tls")).unwrap();
    let ca = server.folder.path().join("cert.pem").display().to_string();
    for (text, bind, password, part) in [
        (format!("{BASE}{address}"), READER, "wrong", "rc 49"),
        (format!("kind = \"ldap\"\nbase = [\"ou=Nowhere,dc=acme,dc=example\"]\n{address}"), READER, PASSWORD, "rc 32"),
        (format!("{BASE}{address}filter = \"(mail=\""), READER, PASSWORD, "filter"),
        (format!("{BASE}url = \"ldaps://127.0.0.1:{tls}\"\nca_file = \"{ca}\""), READER, PASSWORD, "certificate"),
        (format!("{BASE}url = \"ldaps://127.0.0.1:{tls}\""), READER, PASSWORD, "certificate"),
        (format!("{BASE}url = \"ldap://127.0.0.1:{}\"", free_port()), READER, PASSWORD, "refused"),
    ] {
        let told = failure::paragraph(&read(&text, bind, password).await.unwrap_err());
        assert!(told.contains(part) && told.contains("next: ") && !told.contains(PASSWORD), "{part}: {told}");
    }
}

#[tokio::test]
async fn a_limit_and_a_denied_subtree_are_never_taken_for_the_whole() {
    if !is_here("slapd") {
        return;
    }
    let limit = "limits dn.exact=\"cn=reader,dc=acme,dc=example\" size.prtotal=600";
    let server = slapd("IP:127.0.0.1", limit);
    let text = format!("{BASE}url = \"ldap://127.0.0.1:{}\"\nexpect_at_least = {MANY}", server.port);
    let fetched = read(&text, READER, PASSWORD).await.unwrap();
    assert!(fetched.input.stopped.join("").contains("rc 4"), "{:?}", fetched.input.stopped);
    // What may not be read is not there, and nothing says so: the floor does.
    let fetched = read(&text, "cn=blind,dc=acme,dc=example", PASSWORD).await;
    match fetched {
        Ok(fetched) => {
            let people = load(&configured(&text, ""), fetched.input);
            assert!(people.sources[0].incomplete.join("").contains("1200 are expected"), "{:?}", people.sources[0].incomplete);
        }
        Err(error) => assert!(format!("{error:#}").contains("rc 32"), "{error:#}"),
    }
}

#[tokio::test]
async fn a_server_that_is_killed_or_hangs_in_the_middle_is_never_a_shorter_directory() {
    if !is_here("slapd") {
        return;
    }
    for signal in ["-KILL", "-STOP"] {
        let server = std::sync::Arc::new(slapd("IP:127.0.0.1", ""));
        let text = format!("{BASE}url = \"ldap://127.0.0.1:{}\"\npage_size = 20", server.port);
        struct After(std::sync::Arc<Server>, &'static str, std::sync::atomic::AtomicBool);
        impl source::Progress for After {
            fn people(&self, _name: &str, read: u64, _told: Option<u64>) {
                if read >= 400 && !self.2.swap(true, std::sync::atomic::Ordering::SeqCst) {
                    self.0.signal(self.1);
                }
            }
        }
        let variable = |name: &str| Some(if name == "LDAP_BIND" { READER } else { PASSWORD }.to_owned());
        let progress = After(server.clone(), signal, false.into());
        let short = Limits { total: Duration::from_millis(6_000), exchange: Duration::from_millis(500), ..limits() };
        let came = source::fetch(&configured(&text, ""), &variable, short, Depth::Whole, &progress).await.unwrap();
        assert!(came.input.stopped.join("").contains("it stopped after"), "{signal}: {:?}", came.input.stopped);
        server.signal("-CONT");
    }
}

#[tokio::test]
async fn a_scim_server_of_others_is_read_whole() {
    let Some(python) = std::env::var_os("CLIENTS_PYTHON") else {
        assert!(std::env::var_os("CI").is_none(), "CLIENTS_PYTHON is not set: .ci/run makes it");
        eprintln!("SKIPPED: CLIENTS_PYTHON is not set");
        return;
    };
    let program = PathBuf::from(&python).with_file_name("scim2-server");
    if !program.is_file() {
        assert!(std::env::var_os("CI").is_none(), "scim2-server is not installed beside {python:?}");
        eprintln!("SKIPPED: scim2-server is not installed");
        return;
    }
    let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
    let child = Command::new(program)
        .args(["--hostname", "127.0.0.1", "--port", &port.to_string(), "--bearer-token", "T"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server { child, folder, port };
    until_it_listens(server.port);
    let seed = format!(
        "import json,urllib.request\nfor n in range(300):\n  body={{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User'],'userName':f'p{{n}}@acme.example','active':n%7!=0,'emails':[{{'value':f'p{{n}}@acme.example','primary':True}}]}}\n  urllib.request.urlopen(urllib.request.Request('http://127.0.0.1:{port}/v2/Users',json.dumps(body).encode(),{{'Authorization':'Bearer T','Content-Type':'application/scim+json'}}))\n"
    );
    assert!(Command::new(python).args(["-c", &seed]).status().unwrap().success());
    let text = format!("kind = \"scim\"\nurl = \"http://127.0.0.1:{port}/v2\"");
    let variable = |name: &str| (name == "SCIM_SOURCE_TOKEN").then(|| "T".to_owned());
    let slow = Limits { exchange: Duration::from_secs(20), ..limits() };
    let fetched = source::fetch(&configured(&text, ""), &variable, slow, Depth::Whole, &Silent).await.unwrap();
    assert_eq!(fetched.input.stopped, [""; 0]);
    assert_eq!(addresses(&load(&configured(&text, ""), fetched.input)).len(), 300);
}
