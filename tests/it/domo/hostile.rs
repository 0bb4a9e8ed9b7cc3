//! Servers that are no Domo, or a broken one: every error says what failed and what to do, within bounded time and memory.

use std::net::SocketAddr;
use std::time::Duration;

use domo_reconcile::domo::{Reader, Scim, Session, Settings, Silent};
use domo_reconcile::failure;
use domo_reconcile::sandbox::{Options, Profile, Sandbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{company, ids, sandbox, settings};
use crate::support::run_with;

/// A server that answers every request with what `answer` writes.
async fn server<F, A>(answer: A) -> SocketAddr
where
    F: Future<Output = std::io::Result<()>> + Send,
    A: Fn(String, TcpStream) -> F + Clone + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 16 << 10];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let _ = answer(request, stream).await;
            });
        }
    });
    address
}

const TOKEN: &str = r#"{"access_token":"t","token_type":"bearer","expires_in":"3599"}"#;

fn whole(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

/// A server that gives tokens and then does as `answer` says.
async fn after_the_token<F, A>(answer: A) -> SocketAddr
where
    F: Future<Output = std::io::Result<()>> + Send,
    A: Fn(TcpStream) -> F + Clone + Send + Sync + 'static,
{
    server(move |request, mut stream| {
        let answer = answer.clone();
        async move {
            if request.contains("/oauth/token") {
                return stream.write_all(whole("200 OK", "", TOKEN).as_bytes()).await;
            }
            answer(stream).await
        }
    })
    .await
}

fn impatient(url: &str) -> Settings {
    let mut settings = Settings::new(url, "me", "hush".into()).unwrap();
    settings.requests_per_minute = 6_000_000;
    settings.limits.tries = 3;
    settings.limits.exchange = Duration::from_millis(300);
    settings.limits.backoff = Duration::from_millis(1);
    settings.limits.backoff_most = Duration::from_millis(2);
    settings
}

/// What a person reads when a pull from there fails.
async fn told(settings: Settings) -> String {
    let pulled = async { Reader::new(&Session::open(settings).await?).accounts(&Silent).await };
    let error = tokio::time::timeout(Duration::from_secs(20), pulled).await.expect("it ends").expect_err("it fails");
    let told = failure::paragraph(&error);
    assert!(told.contains("next: "), "nothing says what to do: {told}");
    assert!(!told.contains("hush"), "{told}");
    told
}

async fn told_by(address: SocketAddr) -> String {
    told(impatient(&format!("http://{address}"))).await
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_names_where_it_leads() {
    let address = server(|_, mut stream| async move {
        let headers = "location: http://elsewhere.example/login?next=1\r\n";
        stream.write_all(whole("302 Found", headers, "").as_bytes()).await
    })
    .await;
    let told = told_by(address).await;
    assert!(told.contains("302") && told.contains("http://elsewhere.example") && told.contains("DOMO_API_URL"), "{told}");
}

#[tokio::test]
async fn a_body_that_drips_is_given_up() {
    let address = after_the_token(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n[").await?;
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            stream.write_all(b" ").await?;
        }
    })
    .await;
    let told = told_by(address).await;
    assert!(told.contains("gave up after 3 tries") && told.contains("timed out"), "{told}");
}

#[tokio::test]
async fn headers_that_drip_are_given_up() {
    let address = after_the_token(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            stream.write_all(b"x-more: 1\r\n").await?;
        }
    })
    .await;
    let told = told_by(address).await;
    assert!(told.contains("timed out"), "{told}");
}

#[tokio::test]
async fn a_body_without_an_end_is_cut_off_and_not_asked_for_again() {
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counted = asked.clone();
    let address = after_the_token(move |mut stream| {
        counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        async move {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
            let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
            loop {
                stream.write_all(chunk.as_bytes()).await?;
            }
        }
    })
    .await;
    let mut settings = impatient(&format!("http://{address}"));
    settings.limits.exchange = Duration::from_secs(10);
    settings.limits.answer = 1 << 20;
    settings.concurrency = 1;
    let told = told(settings).await;
    assert!(told.contains("larger than"), "{told}");
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn headers_without_an_end_are_cut_off() {
    let address = after_the_token(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
        let header = format!("x-more: {}\r\n", "y".repeat(8 << 10));
        loop {
            stream.write_all(header.as_bytes()).await?;
        }
    })
    .await;
    let mut settings = impatient(&format!("http://{address}"));
    settings.limits.exchange = Duration::from_secs(10);
    assert!(told(settings).await.contains("gave up after 3 tries"));
}

#[tokio::test]
async fn a_compressed_body_counts_as_large_as_it_unpacks() {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b' '; 8 << 20]).unwrap();
    let packed = packed.finish().unwrap();
    let address = after_the_token(move |mut stream| {
        let packed = packed.clone();
        async move {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", packed.len());
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&packed).await
        }
    })
    .await;
    let mut settings = impatient(&format!("http://{address}"));
    settings.limits.exchange = Duration::from_secs(10);
    settings.limits.answer = 1 << 20;
    assert!(told(settings).await.contains("larger than"));
}

#[tokio::test]
async fn what_is_no_http_at_all_says_so() {
    let address = server(|_, mut stream| async move { stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n").await }).await;
    let told = told_by(address).await;
    assert!(told.contains("invalid HTTP") && told.contains("DOMO_API_URL"), "{told}");
}

#[tokio::test]
async fn a_login_page_instead_of_the_api_points_at_the_address() {
    let address =
        server(|_, mut stream| async move { stream.write_all(whole("200 OK", "", "<!doctype html><p>Sign in").as_bytes()).await })
            .await;
    let mut patient = impatient(&format!("http://{address}"));
    patient.limits.tries = 8;
    let told = told(patient).await;
    assert!(told.contains("an HTML page instead of an API answer") && told.contains("DOMO_API_URL"), "{told}");
    assert!(told.contains("3 tries"), "where no API was ever seen, nobody waits long for one: {told}");
}

#[tokio::test]
async fn what_is_no_list_of_users_is_an_error_that_says_where() {
    for (page, words) in [
        (
            r#"[{"id":1,"email":"a@acme.example"},[2,"b@acme.example"]]"#.to_owned(),
            "the user at position 2 cannot be read: it is no JSON object",
        ),
        (format!("[{}]", vec![r#"{"id":1}"#; 501].join(",")), "501 users where at most 500 were asked for"),
    ] {
        let address = after_the_token(move |mut stream| {
            let page = whole("200 OK", "", &page);
            async move { stream.write_all(page.as_bytes()).await }
        })
        .await;
        let told = told_by(address).await;
        assert!(told.contains(words), "{told}");
    }
}

#[tokio::test]
async fn a_wait_of_a_year_is_told_and_not_waited_for() {
    let address = after_the_token(|mut stream| async move {
        let body = r#"{"status":429,"message":"slow down","toe":"T2"}"#;
        stream.write_all(whole("429 Too Many Requests", "retry-after: 31536000\r\n", body).as_bytes()).await
    })
    .await;
    let told = told_by(address).await;
    assert!(told.contains("gave up after 1 try in 0 s: the next one should wait 31536000 s") && told.contains("toe T2"), "{told}");
}

#[tokio::test]
async fn odd_fields_beside_a_token_are_no_reason_to_refuse_it_but_an_odd_token_is() {
    let token = |answer: &'static str| {
        server(move |request, mut stream| async move {
            let page = if request.contains("offset=0") { r#"[{"id":1,"email":"a@acme.example"}]"# } else { "[]" };
            let body = if request.contains("/oauth/token") { answer } else { page };
            stream.write_all(whole("200 OK", "", body).as_bytes()).await
        })
    };
    let address = token(r#"{"access_token":"t","expires_in":"soon","userId":"?","customer":7,"role":["Admin"]}"#).await;
    let session = Session::open(impatient(&format!("http://{address}"))).await.unwrap();
    assert_eq!((session.credential().customer.as_deref(), session.credential().user_id), (Some("7"), None));
    assert_eq!(Reader::new(&session).accounts(&Silent).await.unwrap().frame.height(), 1);

    let address = token(r#"{"access_token":"t\r\nx-more: 1"}"#).await;
    assert!(told_by(address).await.contains("characters that no token has"));
}

#[tokio::test]
async fn what_is_no_scim_list_does_not_mean_that_nobody_has_an_address() {
    for answer in ["[]", "{}", r#"{"totalResults":3,"Resources":[]}"#] {
        let address =
            after_the_token(move |mut stream| async move { stream.write_all(whole("200 OK", "", answer).as_bytes()).await });
        let url = format!("http://{}", address.await);
        let mut settings = impatient(&url);
        settings.scim = Some(Scim::new(&url, "hush".into()).unwrap());
        let reader = Reader::new(&Session::open(settings).await.unwrap());
        assert!(reader.by_email("nobody@acme.example").await.is_err(), "{answer}");
    }
}

#[tokio::test]
async fn an_empty_page_with_rows_behind_it_is_not_the_end_however_often_it_comes() {
    let address = server(|request, mut stream| async move {
        let number = |name: &str| request.split(name).nth(1)?.split(['&', ' ']).next()?.parse::<u64>().ok();
        let (offset, limit) = (number("offset="), number("limit=").unwrap_or(5).min(5));
        let row = |n: u64| format!(r#"{{"id":{n},"email":"{n}@acme.example"}}"#);
        // Sixty rows, five a page at most, and every time none at the fifth page.
        let rows = offset.map(|offset| (offset..60.min(offset + limit)).filter(|_| offset != 20).map(row).collect::<Vec<_>>());
        let body = rows.map_or_else(|| TOKEN.to_owned(), |rows| format!("[{}]", rows.join(",")));
        stream.write_all(whole("200 OK", "", &body).as_bytes()).await
    })
    .await;
    let mut settings = impatient(&format!("http://{address}"));
    settings.page_size = 10;
    let reader = Reader::new(&Session::open(settings).await.unwrap());
    let evidence = reader.accounts(&Silent).await.unwrap().evidence;
    let why = "the page at offset 20 was empty, but a later one was not";
    assert!(evidence.incomplete.iter().any(|reason| reason.contains(why)), "{evidence:?}");
    let found = reader.by_email("nobody@acme.example").await;
    assert!(failure::paragraph(&found.unwrap_err()).contains(why));
}

#[tokio::test]
async fn nested_nonsense_is_an_error_and_no_overflow() {
    let address =
        after_the_token(|mut stream| async move { stream.write_all(whole("200 OK", "", &"[".repeat(200_000)).as_bytes()).await })
            .await;
    assert!(told_by(address).await.contains("no JSON list"));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_a_port_nobody_listens_on_and_a_plain_server_behind_https_are_told_apart() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let plain = server(|_, mut stream| async move { stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await }).await;
    for (url, word, hint) in [
        ("https://api.domo.invalid".to_owned(), "dns", "name"),
        (format!("http://{closed}"), "refused", "DOMO_API_URL"),
        (format!("https://{plain}"), "message", "certificate"),
    ] {
        let mut settings = impatient(&url);
        settings.limits.exchange = Duration::from_secs(5);
        let told = told(settings).await;
        assert!(told.to_lowercase().contains(word) && told.contains(hint), "{url}: {told}");
    }
}

/// The environment's proxy carries what goes outside, and only that; what it answers is said, and the password it was given is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_asked_for_a_tunnel_and_its_refusal_says_what_to_do() {
    let running = sandbox(Profile::guide(), company(3)).await;
    for (answer, hint) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n", "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"),
        ("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n", "the proxy that HTTPS_PROXY names did not let this through"),
    ] {
        let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let keep = asked.clone();
        let proxy = server(move |request, mut stream| {
            keep.lock().unwrap().push(request.lines().next().unwrap_or_default().to_owned());
            async move { stream.write_all(answer.as_bytes()).await }
        })
        .await;
        let proxy = format!("http://ada:hunter2@{proxy}");
        let pull = |url: &str| {
            let env = [("HTTPS_PROXY", proxy.as_str()), ("HTTP_PROXY", &proxy), ("DOMO_API_URL", url)];
            let client = [("DOMO_CLIENT_ID", "sandbox"), ("DOMO_CLIENT_SECRET", "sandbox-secret")];
            let folder = tempfile::tempdir().unwrap();
            run_with(folder.path(), &[&env[..], &client].concat(), ["-vv", "pull"])
        };
        let refused = tokio::task::block_in_place(|| pull("https://api.domo.com")).code(1).stderr;
        assert!(refused.contains(hint) && !refused.contains("hunter2"), "{refused}");
        assert_eq!(asked.lock().unwrap().first().map(String::as_str), Some("CONNECT api.domo.com:443 HTTP/1.1"));
        let before = asked.lock().unwrap().len();
        tokio::task::block_in_place(|| pull(&running.url())).code(0);
        assert_eq!(asked.lock().unwrap().len(), before, "a sandbox on this machine is nobody's proxy's business");
    }
}

#[tokio::test]
async fn a_path_in_the_address_is_kept_and_ipv6_works() {
    let mut profile = Profile::guide();
    profile.rate_limit = None;
    let options = Options { profile, accounts: company(3), listen: "[::1]:0".parse().unwrap(), ..Options::default() };
    match Sandbox::start(options).await {
        Ok(running) => {
            let accounts = Reader::new(&Session::open(settings(&running)).await.unwrap()).accounts(&Silent).await.unwrap();
            assert_eq!(ids(&accounts).len(), 3);
        }
        Err(_) => println!("skipped: this machine has no IPv6"),
    }

    // A gateway that puts the API under a path: requests arrive there.
    let running = sandbox(Profile::guide(), company(3)).await;
    let mut settings = settings(&running);
    settings.api_url = format!("{}/gateway/domo", running.url()).parse().unwrap();
    assert!(Session::open(settings).await.is_err());
    assert!(running.requests().iter().all(|request| request.path.starts_with("/gateway/domo/oauth/token")));
}

/// Rows of one rank whose order depends on the offset: one comes twice and one never, in every pass alike.
#[tokio::test]
async fn a_list_whose_page_edges_are_not_stable_is_never_called_whole() {
    let running = sandbox(Profile::guide(), company(60)).await;
    let mut settings = settings(&running);
    settings.page_size = 30;
    running.fault("GET /v1/users=edge".parse().unwrap());
    let accounts = Reader::new(&Session::open(settings.clone()).await.unwrap()).accounts(&Silent).await.unwrap();
    assert!(!accounts.evidence.incomplete.is_empty(), "{:?}", accounts.evidence);
    // One page holds all of it: nothing is lost, and nothing is said.
    running.clear_faults();
    let accounts = Reader::new(&Session::open(settings).await.unwrap()).accounts(&Silent).await.unwrap();
    assert_eq!((accounts.evidence.incomplete.len(), accounts.frame.height()), (0, 60));
}

/// Fifty rows a page whatever is asked for, and two of them change places where a page ends.
#[tokio::test]
async fn a_cap_on_pages_does_not_hide_who_is_lost_at_their_edges() {
    let capped = |lost: bool| async move {
        let address = server(move |request, mut stream| async move {
            if request.contains("/oauth/token") {
                return stream.write_all(whole("200 OK", "", TOKEN).as_bytes()).await;
            }
            let number = |name: &str| {
                let rest = request.split(name).nth(1).unwrap_or("0");
                rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse::<usize>().ok()).unwrap_or(0)
            };
            let (limit, offset) = (number("limit=").min(50), number("offset="));
            let mut users = company(120);
            if lost && offset == 0 && limit == 50 {
                users.swap(49, 50);
            }
            let page: Vec<_> = users.into_iter().skip(offset).take(limit).collect();
            stream.write_all(whole("200 OK", "", &serde_json::to_string(&page).unwrap()).as_bytes()).await
        })
        .await;
        let session = Session::open(impatient(&format!("http://{address}"))).await.unwrap();
        Reader::new(&session).accounts(&Silent).await.unwrap()
    };
    let whole = capped(false).await;
    assert_eq!((whole.evidence.incomplete.len(), ids(&whole).len()), (0, 120), "{:?}", whole.evidence);
    let lost = capped(true).await;
    assert_eq!(lost.evidence.incomplete.len(), 1, "{:?}", lost.evidence);
}

#[tokio::test]
async fn a_part_of_an_answer_is_none() {
    let address = after_the_token(|mut stream| async move {
        let page = serde_json::to_string(&company(12)).unwrap();
        stream.write_all(whole("206 Partial Content", "", &page).as_bytes()).await
    })
    .await;
    assert!(told_by(address).await.contains("only 200 is a whole answer"));
}

#[tokio::test]
async fn an_activity_log_that_is_not_read_whole_makes_nobody_unseen() {
    let event = |user: &str, time: &str| format!(r#"{{"userId":{user},"userType":"USER","actorId":0,"time":{time}}}"#);
    let good = event("\"1000001\"", "\"2026-11-20T10:00:00Z\"");
    for (log, whole_log) in [
        (format!("[{good}]"), true),
        (format!("[{good},{}]", event("1000002.0", "1795168800000")), true),
        // Who did it was seen, if not on which day: it is said, and costs nobody else.
        (format!("[{good},{}]", event("\"1000002\"", "\"Nov 20, 2026 10:00 AM\"")), true),
        (format!("[{good},{}]", event("\"1000002\"", "null")), true),
        (format!("[{good},{}]", event("\"u-1000002\"", "1795168800000")), false),
        ("[]".to_owned(), false),
    ] {
        let said = log.clone();
        let address = server(move |request, mut stream| {
            let log = log.clone();
            async move {
                let first = request.contains("offset=0 ");
                let body = match () {
                    () if request.contains("/oauth/token") => TOKEN.to_owned(),
                    () if request.contains("/v1/audit") && first => log,
                    () if request.contains("/v1/users") && first => serde_json::to_string(&company(4)).unwrap(),
                    () => "[]".to_owned(),
                };
                stream.write_all(whole("200 OK", "", &body).as_bytes()).await
            }
        })
        .await;
        let mut settings = impatient(&format!("http://{address}"));
        settings.activity_days = 5;
        let accounts = Reader::new(&Session::open(settings).await.unwrap()).accounts(&Silent).await.unwrap();
        assert_eq!(accounts.provided.contains("last_login"), whole_log, "{said}: {:?}", accounts.evidence.warnings);
        let warned = |what: &str| accounts.evidence.warnings.iter().any(|why| why.contains("activity log") && why.contains(what));
        let undated = said.contains("null") || said.contains("AM");
        assert_eq!((!warned("proves nothing"), warned("counts as seen")), (whole_log, undated), "{said}");
        let unseen = accounts.frame.column("last_login").unwrap().null_count();
        assert_eq!(unseen == 4, said == "[]", "what was read counts: {said}");
        assert!(!undated || unseen == 2, "{said}");
    }
}
