//! What LDAP servers answer when something is wrong, and what no server answers: told byte by byte.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domo_reconcile::failure;
use domo_reconcile::source::Fetched;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::servers::{PASSWORD, limits, read};
use super::{addresses, configured, load};

/// A value of BER: its tag, its length, its bytes.
fn ber(tag: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&[tag, 0x82][..], &length, bytes].concat()
}

fn text(text: &str) -> Vec<u8> {
    ber(0x04, text.as_bytes())
}

/// What a server may say to a search.
#[derive(Clone)]
enum Say {
    /// So many people, from the first to the last number.
    People(std::ops::Range<usize>),
    /// The end of a page: a result code, and the cookie of the next.
    Done(u8, &'static str),
    /// Whatever this is.
    Bytes(Vec<u8>),
    /// Nothing more: the connection is cut.
    Cut,
}

fn result(operation: u8, code: u8) -> Vec<u8> {
    ber(operation, &[ber(0x0A, &[code]), text(""), text("")].concat())
}

fn person(n: usize) -> Vec<u8> {
    let attribute = |name: &str, value: &str| ber(0x30, &[text(name), ber(0x31, &text(value))].concat());
    let attributes =
        [attribute("mail", &format!("p{n}@acme.example")), attribute("employeeNumber", &format!("{}", 10_000 + n))].concat();
    ber(0x64, &[text(&format!("uid=p{n},dc=acme")), ber(0x30, &attributes)].concat())
}

/// The messages of an answer, each with the number of its request.
fn messages(number: u8, say: &Say) -> Vec<u8> {
    let message = |operation: Vec<u8>, controls: Vec<u8>| ber(0x30, &[ber(0x02, &[number]), operation, controls].concat());
    match say {
        Say::People(range) => range.clone().flat_map(|n| message(person(n), Vec::new())).collect(),
        Say::Done(code, cookie) => {
            let value = ber(0x30, &[ber(0x02, &[0]), text(cookie)].concat());
            let control = ber(0x30, &[text("1.2.840.113556.1.4.319"), ber(0x04, &value)].concat());
            message(result(0x65, *code), ber(0xA0, &control))
        }
        Say::Bytes(operation) => message(operation.clone(), Vec::new()),
        Say::Cut => Vec::new(),
    }
}

/// A server that takes every bind, and says on each connection to the first, second, … search what is written for it.
async fn server(script: impl Fn(usize, usize) -> Vec<Say> + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (script, connections) = (Arc::new(script), AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (script, connection) = (script.clone(), connections.fetch_add(1, Ordering::SeqCst));
            tokio::spawn(async move {
                let (mut request, mut searches) = (vec![0; 64 << 10], 0);
                while let Ok(read @ 1..) = stream.read(&mut request).await {
                    // SEQUENCE { INTEGER number, operation … }: lengths here are short or have two bytes at most.
                    let skip =
                        |at: usize| at + 2 + usize::from(request[at + 1].saturating_sub(0x80) * u8::from(request[at + 1] > 0x80));
                    let at = skip(0);
                    let (number, operation) = (request[at + 2], request[at + 3]);
                    // The root is asked of before and after: it says nothing of itself.
                    let root = request[..read].windows(13).any(|part| part == b"highestCommit");
                    let says = match operation {
                        0x60 => vec![Say::Bytes(result(0x61, 0))],
                        0x63 if root => vec![Say::Bytes(result(0x65, 0))],
                        0x63 => {
                            searches += 1;
                            script(connection, searches)
                        }
                        _ => return,
                    };
                    for say in says {
                        if matches!(say, Say::Cut) || stream.write_all(&messages(number, &say)).await.is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    port
}

async fn came(script: impl Fn(usize, usize) -> Vec<Say> + Send + Sync + 'static) -> anyhow::Result<Fetched> {
    let port = server(script).await;
    read(
        &format!("kind = \"ldap\"\nbase = [\"dc=acme\"]\nurl = \"ldap://127.0.0.1:{port}\"\npage_size = 10"),
        "cn=reader",
        PASSWORD,
    )
    .await
}

/// Two pages of ten, and in place of the second what is written.
async fn after_a_page(second: Vec<Say>) -> anyhow::Result<Fetched> {
    came(move |_, search| if search == 1 { vec![Say::People(0..10), Say::Done(0, "next")] } else { second.clone() }).await
}

#[tokio::test]
async fn pages_that_a_server_ends_are_read_to_their_end() {
    let fetched = after_a_page(vec![Say::People(10..15), Say::Done(0, "")]).await.unwrap();
    assert_eq!((fetched.input.stopped.len(), fetched.input.origin.pages), (0, 2), "{:?}", fetched.input.stopped);
    assert_eq!(
        addresses(&load(&configured("kind = \"ldap\"\nbase = [\"dc=acme\"]\nurl = \"ldap://127.0.0.1\"", ""), fetched.input)).len(),
        15
    );
}

/// The control of the page before is not there any more, or is broken.
#[tokio::test]
async fn a_page_that_does_not_say_whether_there_are_more_is_no_last_one() {
    let broken = ber(0xA0, &ber(0x30, &[text("1.2.840.113556.1.4.319"), text("")].concat()));
    for end in [result(0x65, 0), [result(0x65, 0), broken].concat()] {
        let fetched = after_a_page(vec![Say::People(10..12), Say::Bytes(end)]).await.unwrap();
        assert!(fetched.input.stopped.join("").contains("paging control"), "{:?}", fetched.input.stopped);
    }
}

#[tokio::test]
async fn a_reference_that_covers_the_base_is_seen_however_it_is_written() {
    for (to, stops) in [
        ("ldap://dc2/dc=acme??sub", 1),
        ("ldap://dc2/dc%3Dacme??sub", 1),
        ("ldap://dc2/DC%20=%20acme", 1),
        ("ldap://dc2/", 1),
        ("ldap://dc2", 1),
        ("ldap://dc2/dc=eu,dc=acme", 0),
    ] {
        let says = vec![Say::People(0..5), Say::Bytes(ber(0x73, &text(to))), Say::Done(0, "")];
        let fetched = came(move |_, _| says.clone()).await.unwrap();
        assert_eq!(fetched.input.stopped.len(), stops, "{to}: {:?}", fetched.input.stopped);
    }
}

/// One value of several is no UTF-8, and so is the only one of another attribute: neither reads as empty.
#[tokio::test]
async fn a_value_that_cannot_be_read_takes_no_other_with_it_and_is_not_empty() {
    let attribute = |name: &str, values: &[&[u8]]| {
        let values: Vec<u8> = values.iter().flat_map(|value| ber(0x04, value)).collect();
        ber(0x30, &[text(name), ber(0x31, &values)].concat())
    };
    let attributes = [
        attribute("mail", &[&b"\xff\xfe"[..], b"p1@acme.example"]),
        attribute("title", &[&b"Fin\xe9"[..]]),
        attribute("department;lang-en", &[&b"Sales"[..]]),
    ];
    let entry = ber(0x64, &[text("uid=p1,dc=acme"), ber(0x30, &attributes.concat())].concat());
    let fetched = came(move |_, _| vec![Say::Bytes(entry.clone()), Say::Done(0, "")]).await.unwrap();
    let people = load(&configured("kind = \"ldap\"\nbase = [\"dc=acme\"]\nurl = \"ldap://127.0.0.1\"", ""), fetched.input);
    assert!(people.rejected.is_empty(), "{:?}", people.rejected);
    let value = |column: &str| people.frame.column(column).unwrap().str().unwrap().get(0).map(str::to_owned);
    assert_eq!(value("email").as_deref(), Some("p1@acme.example"));
    assert_eq!((value("title").as_deref(), value("department").as_deref()), (Some("Fin\u{FFFD}"), Some("Sales")));
}

#[tokio::test]
async fn a_limit_that_was_met_is_no_end_whatever_came_before() {
    for (code, name) in [(3, "timeLimitExceeded"), (4, "sizeLimitExceeded"), (11, "adminLimitExceeded")] {
        let fetched = after_a_page(vec![Say::People(10..12), Say::Done(code, "")]).await.unwrap();
        assert!(fetched.input.stopped.join("").contains(name), "{code}: {:?}", fetched.input.stopped);
        let told = failure::paragraph(&came(move |_, _| vec![Say::Done(code, "")]).await.unwrap_err());
        assert!(told.contains(name) && told.contains("nothing was judged"), "{code}: {told}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_page_or_will_not_answer_is_an_error_or_an_incomplete_list() {
    for (code, name) in
        [(12, "unavailableCriticalExtension"), (32, "noSuchObject"), (50, "insufficientAccessRights"), (53, "unwillingToPerform")]
    {
        let told = failure::paragraph(&came(move |_, _| vec![Say::Done(code, "")]).await.unwrap_err());
        assert!(told.contains(name) && told.contains("next: "), "{code}: {told}");
        let fetched = after_a_page(vec![Say::Done(code, "")]).await.unwrap();
        assert!(fetched.input.stopped.join("").contains(name), "{code}: {:?}", fetched.input.stopped);
    }
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_from_the_first_page() {
    for trouble in [vec![Say::Done(51, "")], vec![Say::People(10..12), Say::Cut]] {
        let script = move |connection: usize, search: usize| match (connection, search) {
            (0, 1) => vec![Say::People(0..10), Say::Done(0, "next")],
            (0, _) => trouble.clone(),
            _ => vec![Say::People(0..15), Say::Done(0, "")],
        };
        let fetched = came(script).await.unwrap();
        assert_eq!((fetched.input.stopped.len(), fetched.input.origin.distinct, fetched.input.origin.retries), (0, Some(15), 1));
    }
}

#[tokio::test]
async fn an_answer_that_is_none_of_ldap_ends_no_program() {
    let broken = [
        // An entry without attributes, one whose name is a number, a code that is none, an operation nobody knows, and no BER at
        // all.
        ber(0x64, &text("uid=p1")),
        ber(0x64, &[ber(0x02, &[1]), ber(0x30, &[])].concat()),
        ber(0x65, &[text("0"), text(""), text("")].concat()),
        ber(0x7E, &[]),
        vec![0x64, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
    ];
    assert!(limits().exchange.as_millis() < 2_000, "what never ends is waited for");
    for (at, bytes) in broken.into_iter().enumerate() {
        let alone = bytes.clone();
        match came(move |_, _| vec![Say::Bytes(alone.clone())]).await {
            Err(error) => assert!(failure::paragraph(&error).contains("nothing was judged"), "{at}: {error:#}"),
            Ok(fetched) => assert!(!fetched.input.stopped.is_empty(), "{at}: {fetched:?}"),
        }
        let fetched = after_a_page(vec![Say::People(10..12), Say::Bytes(bytes)]).await.unwrap();
        assert!(fetched.input.stopped.join("").contains("it stopped after"), "{at}: {:?}", fetched.input.stopped);
    }
}
