//! Real servers, started here, each in a folder of its own, and ended by process id; and slapd, the first of them. Where one is not
//! installed its tests say so and pass; under `CI=true` they fail.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use domo_reconcile::directory::Proof;
use domo_reconcile::failure;
use domo_reconcile::http::Limits;
use domo_reconcile::source::{self, Depth, Fetched, Silent};

use super::{addresses, configured, load, quiet};

/// How many people a server is given.
pub(super) const MANY: usize = 1_200;

/// Says that a test does not run because something is not here; in CI it must be.
pub(super) fn skipped(missing: &str) {
    assert!(std::env::var_os("CI").is_none(), "{missing} is not installed: .ci/run installs it");
    eprintln!("SKIPPED: {missing} is not installed");
}

/// Whether a program is here. Loud where it is not.
pub(super) fn is_here(program: &str) -> bool {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .any(|folder| folder.join(program).is_file());
    if !found {
        skipped(program);
    }
    found
}

/// Killed when it goes out of scope.
pub(super) struct Server {
    child: Mutex<Child>,
    pub(super) folder: tempfile::TempDir,
    pub(super) port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Server {
    pub(super) fn start(command: &mut Command, folder: tempfile::TempDir, port: u16) -> Self {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { child: Mutex::new(child), folder, port }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.id().to_string()]).status().unwrap().success());
    }

    /// Kills it and starts it anew, as another one that knows nothing of its connections.
    fn restart(&self, command: &mut Command) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        *child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        until_it_listens(self.port);
    }
}

pub(super) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(super) fn until_it_listens(port: u16) {
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(60), "nothing listens on {port}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub(super) fn certificate(folder: &Path, host: &str) -> PathBuf {
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

/// 1,200 people below two units.
fn many() -> String {
    let person = |n: usize| {
        let unit = if n < 100 { "Board" } else { "Staff" };
        format!(
            "dn: uid=p{n},ou={unit},dc=acme,dc=example\nobjectClass: inetOrgPerson\nuid: p{n}\ncn: Zoë Number{n}\nsn: Number{n}\ngivenName: Zoë\n\
             mail: p{n}@acme.example\nemployeeNumber: {}\ntitle: Analyst\nmanager: uid=p0,ou=Board,dc=acme,dc=example\n\n",
            10_000 + n
        )
    };
    (0..MANY).map(person).collect()
}

/// slapd with these people below `ou=Staff` and `ou=Board`, and a reader who pays for what the limits say.
pub(super) fn slapd(host: &str, limits: &str, people: &str) -> Server {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path(), host);
    let at = folder.path().display();
    std::fs::create_dir(folder.path().join("db")).unwrap();
    let schemas: String = ["core", "cosine", "inetorgperson", "nis", "msuser"]
        .map(|name| format!("include /etc/ldap/schema/{name}.schema\n"))
        .concat();
    let conf = format!(
        "{schemas}modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {at}/pid\nTLSCertificateFile {at}/cert.pem\nTLSCertificateKeyFile {at}/key.pem\n\
         sizelimit size.soft=500 size.hard=1000 size.prtotal=unlimited\ndisallow bind_anon\ndatabase mdb\nsuffix \"dc=acme,dc=example\"\n\
         rootdn \"cn=admin,dc=acme,dc=example\"\nrootpw Admin-Secret1!\ndirectory {at}/db\nmaxsize 104857600\n{limits}\n\
         access to dn.subtree=\"ou=Board,dc=acme,dc=example\" by dn.exact=\"cn=blind,dc=acme,dc=example\" none by * read\naccess to attrs=userPassword by anonymous auth\naccess to * by * read\n"
    );
    std::fs::write(folder.path().join("slapd.conf"), conf).unwrap();
    let mut entries =
        String::from("dn: dc=acme,dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Acme\ndc: acme\n\n");
    for unit in ["Staff", "Board"] {
        entries += &format!("dn: ou={unit},dc=acme,dc=example\nobjectClass: organizationalUnit\nou: {unit}\n\n");
    }
    for reader in ["reader", "blind"] {
        entries += &format!(
            "dn: cn={reader},dc=acme,dc=example\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: {reader}\nuserPassword: Read-Secret1!\n\n"
        );
    }
    std::fs::write(folder.path().join("people.ldif"), entries + people).unwrap();
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
    std::fs::write(folder.path().join("tls"), tls.to_string()).unwrap();
    let server = Server::start(&mut serving(folder.path(), port), folder, port);
    until_it_listens(tls);
    server
}

/// The command that serves what a folder has.
fn serving(folder: &Path, port: u16) -> Command {
    let tls = std::fs::read_to_string(folder.join("tls")).unwrap();
    let mut command = Command::new("/usr/sbin/slapd");
    command.arg("-f").arg(folder.join("slapd.conf"));
    command.args(["-h", &format!("ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls}"), "-d", "0"]);
    command
}

pub(super) const BASE: &str = "kind = \"ldap\"\nbase = [\"ou=Staff,dc=acme,dc=example\", \"ou=Board,dc=acme,dc=example\"]\n";

pub(super) fn limits() -> Limits {
    let ms = Duration::from_millis;
    Limits { total: ms(20_000), exchange: ms(1_500), backoff: ms(1), backoff_most: ms(4), ..Limits::default() }
}

pub(super) async fn read(text: &str, bind: &'static str, password: &'static str) -> anyhow::Result<Fetched> {
    let variable = |name: &str| match name {
        "LDAP_BIND" => Some(bind.to_owned()),
        "LDAP_PASSWORD" => Some(password.to_owned()),
        _ => None,
    };
    quiet::fetch(&configured(text, ""), &variable, limits(), Depth::Whole, &Silent).await
}

pub(super) const READER: &str = "cn=reader,dc=acme,dc=example";
pub(super) const PASSWORD: &str = "Read-Secret1!";

#[tokio::test]
async fn an_ldap_server_is_read_page_by_page_over_tls_and_managers_have_their_addresses() {
    if !is_here("slapd") {
        return;
    }
    let server = slapd("DNS:localhost,IP:127.0.0.1", "", &many());
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
    let server = slapd("DNS:elsewhere.example", "", &many());
    let address = format!("url = \"ldap://127.0.0.1:{}\"\n", server.port);
    let tls = std::fs::read_to_string(server.folder.path().join("tls")).unwrap();
    let ca = server.folder.path().join("cert.pem").display().to_string();
    for (text, bind, password, part) in [
        (format!("{BASE}{address}"), READER, "Guessed-Secret1!", "rc 49"),
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
    let server = slapd("IP:127.0.0.1", limit, &many());
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
    let short = Limits { total: Duration::from_millis(6_000), exchange: Duration::from_millis(500), ..limits() };
    for (what, does) in [("-KILL", (|server| server.signal("-KILL")) as fn(&Server)), ("-STOP", |server| server.signal("-STOP"))] {
        let came = disturbed(does, short.clone()).await;
        assert!(came.input.stopped.join("").contains("it stopped after"), "{what}: {:?}", came.input.stopped);
    }
}

/// Does something to a server once so many people have come.
struct Once {
    server: std::sync::Arc<Server>,
    done: std::sync::atomic::AtomicBool,
    what: fn(&Server),
}

impl source::FetchProgress for Once {
    fn people(&self, _name: &str, read: u64, _told: Option<u64>) {
        if read >= 400 && !self.done.swap(true, std::sync::atomic::Ordering::SeqCst) {
            (self.what)(&self.server);
        }
    }
}

async fn disturbed(what: fn(&Server), limits: Limits) -> Fetched {
    let server = std::sync::Arc::new(slapd("IP:127.0.0.1", "", &many()));
    let text = format!("{BASE}url = \"ldap://127.0.0.1:{}\"\npage_size = 20", server.port);
    let variable = |name: &str| Some(if name == "LDAP_BIND" { READER } else { PASSWORD }.to_owned());
    let progress = Once { server: server.clone(), done: false.into(), what };
    let fetched = quiet::fetch(&configured(&text, ""), &variable, limits, Depth::Whole, &progress).await.unwrap();
    // One that was killed hears nothing any more.
    let _ = Command::new("kill").args(["-CONT", &server.id().to_string()]).stderr(Stdio::null()).status();
    fetched
}

#[tokio::test]
async fn a_server_that_is_restarted_in_the_middle_is_read_again_from_the_first_page() {
    if !is_here("slapd") {
        return;
    }
    let fetched = disturbed(|server| server.restart(&mut serving(server.folder.path(), server.port)), limits()).await;
    assert_eq!((fetched.input.stopped.len(), fetched.input.origin.retries), (0, 1), "{:?}", fetched.input.stopped);
    assert_eq!(addresses(&load(&configured(&format!("{BASE}url = \"ldap://127.0.0.1\""), ""), fetched.input)).len(), MANY);
}
