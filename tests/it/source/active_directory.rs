//! Samba's Active Directory. Its ports cannot be moved, so it runs in a network of its own, and the program is sent there.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::quiet;
use super::servers::{MANY, PASSWORD, Server, certificate, is_here};
use crate::support::Ran;

const READER: &str = "reader@acme.example";

/// One attribute of an entry of LDIF.
pub(super) fn line(name: &str, value: &str) -> String {
    format!("{name}:: {}\n", STANDARD.encode(value))
}

/// A domain with these people below `OU=Staff`, and a reader. None where Samba is not here.
pub(super) fn samba(people: &str) -> Option<Server> {
    if !["samba", "samba-tool", "ldbadd", "unshare", "nsenter", "ip", "openssl"].into_iter().all(is_here) {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display().to_string();
    certificate(folder.path(), "DNS:localhost,IP:127.0.0.1");
    done(Command::new("samba-tool").args(["domain", "provision", &format!("--targetdir={at}")]).args([
        "--realm=ACME.EXAMPLE",
        "--domain=ACME",
        "--host-name=dc1",
        "--host-ip=127.0.0.1",
        "--adminpass=Admin-Secret1!",
        "--server-role=dc",
        "--dns-backend=NONE",
        "--option=interfaces=127.0.0.1",
        "--option=bind interfaces only=yes",
    ]));
    let unit = "dn: OU=Staff,DC=acme,DC=example\nobjectClass: organizationalUnit\nou: Staff\n\n";
    std::fs::write(folder.path().join("people.ldif"), format!("{unit}{people}")).unwrap();
    let database = format!("{at}/private/sam.ldb");
    done(Command::new("ldbadd").args(["-H", &database]).arg(folder.path().join("people.ldif")));
    done(Command::new("samba-tool").args(["user", "create", "reader", PASSWORD, "-H", &database]));
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", "ip link set lo up && exec samba \"$@\"", "samba", "-i", "-M", "single"]);
    command.args(["-s", &format!("{at}/etc/smb.conf"), "--option=server services=ldap", &format!("--option=pid directory={at}")]);
    command.args([
        &format!("--option=tls certfile={at}/cert.pem"),
        &format!("--option=tls keyfile={at}/key.pem"),
        "--option=tls cafile=",
    ]);
    let server = Server::start(&mut command, folder, 636);
    let begin = Instant::now();
    while !inside(&server, "bash").args(["-c", "</dev/tcp/127.0.0.1/636"]).stderr(Stdio::null()).status().unwrap().success() {
        assert!(begin.elapsed() < Duration::from_secs(60), "Samba does not listen");
        std::thread::sleep(Duration::from_millis(100));
    }
    Some(server)
}

fn done(command: &mut Command) {
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// A program in the network of a server.
fn inside(server: &Server, program: &str) -> Command {
    let mut command = Command::new("nsenter");
    command.arg(format!("--net=/proc/{}/ns/net", server.id())).arg(program);
    command
}

/// This program there, as somebody who may read.
pub(super) fn run(server: &Server, folder: &Path, password: &str, args: &[&str]) -> Ran {
    let mut command = inside(server, env!("CARGO_BIN_EXE_domo-reconcile"));
    command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let env = [("LDAP_BIND", READER), ("LDAP_PASSWORD", password)];
    quiet::heard(folder, &env, command.envs(env).arg("-vvv").args(args))
}

/// The `[[directory]]` of a server.
pub(super) fn directory(server: &Server, address: &str) -> String {
    let ca = server.file("cert.pem");
    format!("kind = \"ldap\"\nurl = \"{address}\"\nca_file = \"{}\"\nbase = [\"OU=Staff,DC=acme,DC=example\"]", ca.display())
}

/// 1,200 people: every fiftieth is disabled, the account of every hundredth has expired, one has no address.
fn many() -> String {
    let person = |n: usize| {
        let disabled = if n % 50 == 7 { 546 } else { 544 };
        let expires = if n % 100 == 3 { "accountExpires: 134000000000000000\n" } else { "" };
        let mail = if n == 11 { String::new() } else { format!("mail: p{n}@acme.example\n") };
        format!(
            "dn: CN=P{n},OU=Staff,DC=acme,DC=example\nobjectClass: user\nsAMAccountName: p{n}\n{mail}sn: Number{n}\n{}employeeID: {}\n\
             title: Analyst\nmanager: CN=P0,OU=Staff,DC=acme,DC=example\nuserAccountControl: {disabled}\n{expires}\n",
            line("givenName", "Zoë"),
            10_000 + n
        )
    };
    // Who is named as manager is there first.
    (0..MANY).map(person).collect::<String>().replacen("manager: CN=P0,OU=Staff,DC=acme,DC=example\n", "", 1)
}

#[test]
fn active_directory_is_read_whole_with_its_disabled_and_expired_people_and_refuses_as_it_does() {
    let Some(server) = samba(&many()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let configure =
        |text: &str| std::fs::write(folder.path().join("domo-reconcile.toml"), format!("[[directory]]\n{text}\n")).unwrap();
    let pull =
        |password: &str| run(&server, folder.path(), password, &["pull", "--directory", "ldap", "--out", "people.ldif", "--json"]);

    for (address, more) in [("ldaps://127.0.0.1", ""), ("ldap://127.0.0.1", "\nstart_tls = true")] {
        configure(&format!("{}{more}", directory(&server, address)));
        let pulled = pull(PASSWORD).code(0).json();
        assert_eq!(
            (pulled["origin"]["distinct"].as_u64(), pulled["origin"]["pages"].as_u64()),
            (Some(MANY as u64), Some(3)),
            "{pulled}"
        );
    }
    let checked =
        run(&server, folder.path(), PASSWORD, &["check", "--as-of", "2026-11-23", "--directory", "people.ldif", "--json"]);
    let seen: Value = serde_json::from_str(&checked.stdout).unwrap();
    let seen = &seen["directories"][0];
    assert_eq!((seen["source"]["rows"].as_u64(), seen["source"]["rejected"].as_u64()), (Some(MANY as u64), Some(0)));
    // 24 are disabled, 12 others have expired.
    assert_eq!(seen["filled"]["manager_email"].as_u64(), Some(MANY as u64 - 1));
    let employment: Vec<(&str, u64)> =
        seen["employment"].as_object().unwrap().iter().map(|(status, count)| (status.as_str(), count.as_u64().unwrap())).collect();
    assert!(employment.contains(&("active", 1_164)), "{employment:?}");

    // The password is wrong; TLS is wanted before a password; and the unit may not be seen.
    let refused = pull("Guessed-Secret1!").code(1).stdout;
    assert!(
        refused.contains("rc 49") && refused.contains("name or password is wrong") && !refused.contains("wrong\\\""),
        "{refused}"
    );
    configure(&directory(&server, "ldap://127.0.0.1"));
    let refused = pull(PASSWORD).code(1).stdout;
    assert!(refused.contains("rc 8 strongerAuthRequired") && refused.contains("start_tls"), "{refused}");
    let database = format!("tdb://{}", server.file("private/sam.ldb").display());
    let sid =
        Command::new("samba-tool").args(["user", "show", "reader", "--attributes=objectSid", "-H", &database]).output().unwrap();
    let sid =
        String::from_utf8_lossy(&sid.stdout).lines().find_map(|line| line.strip_prefix("objectSid: ").map(str::to_owned)).unwrap();
    done(
        Command::new("samba-tool")
            .args(["dsacl", "set", "-H", &database, "--objectdn=OU=Staff,DC=acme,DC=example"])
            .arg(format!("--sddl=(D;CI;RPLCLO;;;{sid})")),
    );
    configure(&format!("{}\nexpect_at_least = {MANY}", directory(&server, "ldaps://127.0.0.1")));
    let denied = run(&server, folder.path(), PASSWORD, &["pull", "--directory", "ldap", "--out", "denied.ldif", "--json"]);
    let fewer = || denied.json()["origin"]["distinct"].as_u64() == Some(0);
    assert!(denied.code == 1 || fewer(), "{denied:?}");
}
