//! An address that returns an export, as servers of all sorts answer.

use std::sync::{Arc, Mutex};

use domo_reconcile::directory::Proof;
use domo_reconcile::failure;
use domo_reconcile::source::{Depth, Fetched, Silent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{addresses, configured, impatient, load, quiet};

const CSV: &str = "Employee ID,Work Email,Status\r\n1,ana@acme.example,Active\r\n2,ben@acme.example,Active\r\n";

/// A server that answers each path with what is written for it, and remembers the requests.
struct Server {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(answer: impl Fn(&str, &str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (heard, answer, base) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer), url.clone());
        let log = heard.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (answer, log, base) = (answer.clone(), log.clone(), base.clone());
                tokio::spawn(async move {
                    let mut request = vec![0; 16 << 10];
                    let read = stream.read(&mut request).await.unwrap_or(0);
                    let request = String::from_utf8_lossy(&request[..read]).into_owned();
                    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                    log.lock().unwrap().push(request);
                    let _ = stream.write_all(&answer(&path, &base)).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { url, heard }
    }

    /// One that answers every request alike.
    async fn saying(headers: &str, body: &str) -> Self {
        let answer = whole(headers, body);
        Self::start(move |_, _| answer.clone()).await
    }

    fn heard(&self) -> String {
        self.heard.lock().unwrap().join("\n").to_lowercase()
    }
}

fn whole(headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len()).into_bytes()
}

async fn from(text: &str, server: &Server) -> anyhow::Result<Fetched> {
    let variable = |name: &str| match name {
        "HR_EXPORT" => Some(format!("{}/export.csv?sig=the-signature", server.url)),
        "HR_USER" => Some("integration".to_owned()),
        "HR_PASSWORD" | "HR_TOKEN" => Some("hush-hush".to_owned()),
        _ => None,
    };
    quiet::fetch(&configured(text, &server.url), &variable, impatient(), Depth::Whole, &Silent).await
}

async fn told(text: &str, server: &Server) -> String {
    let told = failure::paragraph(&from(text, server).await.unwrap_err());
    assert!(told.contains("next: ") && !told.contains("hush-hush") && !told.contains("the-signature"), "{told}");
    told
}

const PLAIN: &str = "url = \"URL/export.csv\"";

#[tokio::test]
async fn an_export_is_taken_as_it_came_with_its_day() {
    let server = Server::saying("last-modified: Sun, 22 Nov 2026 06:00:00 GMT\r\n", CSV).await;
    let fetched = from(PLAIN, &server).await.unwrap();
    assert_eq!(fetched.input.bytes, CSV.as_bytes());
    assert_eq!(fetched.input.modified.unwrap().to_string(), "2026-11-22");
    assert_eq!((fetched.input.stopped.len(), fetched.input.origin.proof), (0, Proof::Whole));
    assert_eq!(fetched.input.name, "127.0.0.1");
}

#[tokio::test]
async fn each_way_of_showing_who_we_are_is_shown_as_servers_want_it() {
    for (auth, shown) in [
        (
            "auth = \"basic\"\nuser_env = \"HR_USER\"\npassword_env = \"HR_PASSWORD\"",
            "authorization: basic aw50zwdyyxrpb246ahvzac1odxno",
        ),
        ("auth = \"bearer\"\ntoken_env = \"HR_TOKEN\"", "authorization: bearer hush-hush"),
        ("auth = \"header\"\nheader = \"X-Api-Key\"\ntoken_env = \"HR_TOKEN\"", "x-api-key: hush-hush"),
    ] {
        let server = Server::saying("", CSV).await;
        from(&format!("{PLAIN}\n{auth}"), &server).await.unwrap();
        assert!(server.heard().contains(shown), "{auth}: {}", server.heard());
    }
}

#[tokio::test]
async fn a_client_with_a_secret_gets_a_token_in_whichever_way_the_server_takes() {
    let token = r#"{"access_token":"t0ken","token_type":"bearer","expires_in":3600}"#;
    for posted in [false, true] {
        let count = std::sync::atomic::AtomicU64::new(0);
        let server = Server::start(move |path, _| {
            let first = path == "/token" && count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
            match path {
                "/token" if first && posted => {
                    b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 26\r\nconnection: close\r\n\r\n{\"error\":\"invalid_client\"}"
                        .to_vec()
                }
                "/token" => whole("", token),
                _ => whole("", CSV),
            }
        })
        .await;
        let text = format!(
            "{PLAIN}\nauth = \"oauth2\"\ntoken_url = \"URL/token\"\nclient_id_env = \"HR_USER\"\nclient_secret_env = \"HR_PASSWORD\"\nscope = \"hr.read\""
        );
        from(&text, &server).await.unwrap();
        let heard = server.heard();
        assert!(heard.contains("scope=hr.read") && heard.contains("authorization: bearer t0ken"), "{heard}");
        assert_eq!(heard.contains("client_secret=hush-hush"), posted, "{heard}");
    }
}

#[tokio::test]
async fn an_address_that_is_a_secret_is_shown_nowhere() {
    let secret = "url_env = \"HR_EXPORT\"";
    let server = Server::saying("", CSV).await;
    from(secret, &server).await.unwrap();
    let server = Server::start(|path, _| {
        format!(
            "HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{{\"message\":\"{path}\"}}",
            path.len() + 14
        )
        .into_bytes()
    })
    .await;
    assert!(told(secret, &server).await.contains("[secret]"));
    // A part of it alone, as storage names the signature that it does not take.
    let server = Server::start(|path, _| {
        let body = format!("{{\"message\":\"bad signature {}\"}}", path.rsplit('=').next().unwrap_or_default());
        format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).into_bytes()
    })
    .await;
    assert!(told(secret, &server).await.contains("bad signature [secret]"));
}

#[tokio::test]
async fn a_login_page_is_no_export() {
    let page = "\n<!DOCTYPE html><html><body><form>Sign in</form></body></html>";
    assert!(told(PLAIN, &Server::saying("content-type: text/html\r\n", page).await).await.contains("login page"));
    // A table in HTML is one where it is said to be.
    let table =
        "<html><table><tr><th>Work Email</th><th>Status</th></tr><tr><td>ana@acme.example</td><td>Active</td></tr></table></html>";
    from(&format!("{PLAIN}\nformat = \"xlsx\""), &Server::saying("", table).await).await.unwrap();
}

#[tokio::test]
async fn a_page_in_disguise_is_no_export_either() {
    let table = "<table><tr><th>Work Email</th></tr><tr><td>ana@acme.example</td></tr></table>";
    for (headers, before) in [
        ("", "<?xml version=\"1.0\"?>\n<!DOCTYPE html><html><body>"),
        ("", "<!-- made by a gateway -->\n<html><body>"),
        ("content-type: text/html; charset=utf-8\r\n", "<div>"),
    ] {
        assert!(told(PLAIN, &Server::saying(headers, &format!("{before}{table}")).await).await.contains("login page"), "{before}");
    }
}

#[tokio::test]
async fn the_day_of_an_export_is_read_in_every_form_of_http() {
    for day in ["Sun, 22 Nov 2026 06:00:00 GMT", "Sunday, 22-Nov-26 06:00:00 GMT", "Sun Nov 22 06:00:00 2026"] {
        let server = Server::saying(&format!("last-modified: {day}\r\n"), CSV).await;
        assert_eq!(
            from(PLAIN, &server).await.unwrap().input.modified.map(|day| day.to_string()).as_deref(),
            Some("2026-11-22"),
            "{day}"
        );
    }
    let server = Server::saying("", CSV).await;
    let people = load(&configured(PLAIN, &server.url), from(PLAIN, &server).await.unwrap().input);
    assert!(
        people.sources[0].notes.iter().any(|note| note.contains("how old it is is not known")),
        "{:?}",
        people.sources[0].notes
    );
}

#[tokio::test]
async fn a_redirect_is_followed_on_its_own_host_only() {
    let elsewhere = Server::saying("", CSV).await;
    let target = format!("{}/export.csv", elsewhere.url);
    let server = Server::start(move |path, base| match path {
        "/export.csv" => {
            format!("HTTP/1.1 302 Found\r\nlocation: {base}/moved.csv\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .into_bytes()
        }
        "/away.csv" => {
            format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
        }
        "/round.csv" => b"HTTP/1.1 302 Found\r\nlocation: /round.csv\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec(),
        _ => whole("", CSV),
    })
    .await;
    let bearer = "\nauth = \"bearer\"\ntoken_env = \"HR_TOKEN\"";
    from(&format!("{PLAIN}{bearer}"), &server).await.unwrap();
    assert!(told(&format!("url = \"URL/away.csv\"{bearer}"), &server).await.contains("redirect"));
    assert!(told(&format!("url = \"URL/round.csv\"{bearer}"), &server).await.contains("redirect"));
    assert_eq!(elsewhere.heard(), "");
}

#[tokio::test]
async fn what_is_cut_or_altered_is_never_taken_for_whole() {
    // The connection ends the body: CSV could go on, JSON could not.
    let endless = |body: &str| format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}").into_bytes();
    let server = Server::start(move |_, _| endless(CSV)).await;
    assert_eq!(from(PLAIN, &server).await.unwrap().input.stopped.len(), 1);
    let server = Server::start(move |_, _| endless(r#"[{"Work Email":"ana@acme.example"}]"#)).await;
    assert_eq!(from(PLAIN, &server).await.unwrap().input.stopped, [""; 0]);
    // Less than its length, and chunks without their end.
    for cut in ["content-length: 500\r\n\r\nWork Email\r\n", "transfer-encoding: chunked\r\n\r\n5\r\nEmail\r\n"] {
        let server = Server::start(move |_, _| format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{cut}").into_bytes()).await;
        told(PLAIN, &server).await;
    }
    let server = Server::saying("content-md5: 1B2M2Y8AsgTpgAmY7PhCfg==\r\n", CSV).await;
    assert!(told(PLAIN, &server).await.contains("Content-MD5"));
    let server = Server::saying("content-md5: q1wJsi6XQ1oLq6YQ7Vwd3w==\r\n", "").await;
    told(PLAIN, &server).await;
}

#[tokio::test]
async fn pages_are_followed_as_each_answer_names_the_next() {
    let person = |n: u32| format!(r#"{{"Employee ID":"{n}","Work Email":"p{n}@acme.example","Status":"Active"}}"#);
    type Mark = fn(&str) -> String;
    let pages: [(&str, Mark); 4] = [
        ("link header", |_| String::new()),
        ("nextLink", |base| format!(r#","nextLink":"{base}/export.csv?page=2""#)),
        ("relative", |_| r#","links":{"next":"/export.csv?page=2"}"#.to_owned()),
        ("token", |_| r#","nextPageToken":"2""#.to_owned()),
    ];
    for (name, mark) in pages {
        let header = name == "link header";
        let server = Server::start(move |path, base| {
            let second = path.contains("page=2") || path.contains("pageToken=2");
            let (who, mark) = if second { (person(2), String::new()) } else { (person(1), mark(base)) };
            let link =
                if header && !second { format!("link: <{base}/export.csv?page=2>; rel=\"next\"\r\n") } else { String::new() };
            whole(&link, &format!(r#"{{"data":[{who}]{mark}}}"#))
        })
        .await;
        let text = format!("{PLAIN}\npages = \"follow\"");
        let fetched = from(&text, &server).await.unwrap();
        assert_eq!(fetched.input.stopped, [""; 0], "{name}");
        let people = load(&configured(&text, &server.url), fetched.input);
        assert_eq!(people.sources[0].incomplete, [""; 0], "{name}");
        assert_eq!(addresses(&people).len(), 2, "{name}");
    }
}

#[tokio::test]
async fn a_row_that_moves_to_the_next_page_while_pages_are_read_may_hide_another() {
    let person = |n: u32| format!(r#"{{"Employee ID":"{n}","Work Email":"p{n}@acme.example","Status":"Active"}}"#);
    let csv = |n: u32| format!("p{n}@acme.example,Active");
    for (json, always, complete) in [(true, true, ""), (false, true, ""), (true, false, ""), (true, true, "\ncomplete = true")] {
        let read = std::sync::atomic::AtomicU32::new(0);
        let server = Server::start(move |path, base| {
            let second = path.contains("page=2");
            let times = read.fetch_add(u32::from(second), std::sync::atomic::Ordering::Relaxed);
            let numbers = match second {
                false => [1, 2],
                true if always || times == 0 => [2, 4],
                true => [3, 4],
            };
            let link = if second { String::new() } else { format!("link: <{base}/export.csv?page=2>; rel=\"next\"\r\n") };
            match json {
                true => whole(&link, &format!(r#"{{"total":4,"items":[{}]}}"#, numbers.map(person).join(","))),
                false => whole(&link, &format!("Work Email,Status\r\n{}\r\n", numbers.map(csv).join("\r\n"))),
            }
        })
        .await;
        let fetched = from(&format!("{PLAIN}\npages = \"follow\"{complete}"), &server).await.unwrap();
        let stopped = &fetched.input.stopped;
        let shifts = always && complete.is_empty();
        assert_eq!(stopped.iter().any(|why| why.contains("came again on a later page")), shifts, "{json} {stopped:?}");
        assert!(shifts || !always || stopped.is_empty());
    }
}

#[tokio::test]
async fn the_next_page_is_followed_however_its_link_is_written() {
    for link in ["rel='next'", "rel=NEXT", "rel=\"next last\"", "Rel = next"] {
        let server = Server::start(move |path, _| match path.contains("page=2") {
            true => whole("", "Work Email,Status\r\ncem@acme.example,Active\r\n"),
            false => whole(&format!("link: </export.csv?page=2>; {link}\r\n"), CSV),
        })
        .await;
        let fetched = from(&format!("{PLAIN}\npages = \"follow\""), &server).await.unwrap();
        assert!(String::from_utf8_lossy(&fetched.input.bytes).contains("cem@acme.example"), "{link}");
    }
}

#[tokio::test]
async fn what_headers_say_of_a_list_counts_where_its_pages_are_not_followed() {
    for (headers, parts) in [
        ("link: </export.csv?page=2>; rel=\"next\"\r\n", true),
        ("x-total-count: 40\r\n", true),
        ("x-total-pages: 2\r\n", true),
        ("x-total-count: 2\r\nlink: </style.css>; rel=preload\r\nx-ratelimit-limit: 900\r\n", false),
    ] {
        let server = Server::saying(headers, CSV).await;
        let fetched = from(PLAIN, &server).await.unwrap();
        let people = load(&configured(PLAIN, &server.url), fetched.input);
        assert_eq!(!people.sources[0].incomplete.is_empty(), parts, "{headers}: {:?}", people.sources[0].incomplete);
    }
}

#[tokio::test]
async fn only_200_is_a_whole_answer() {
    for status in ["202 Accepted", "203 Non-Authoritative Information", "206 Partial Content"] {
        let answer = String::from_utf8(whole("", CSV)).unwrap().replace("200 OK", status);
        let server = Server::start(move |_, _| answer.clone().into_bytes()).await;
        assert!(told(PLAIN, &server).await.contains("only 200 is a whole answer"), "{status}");
    }
}

#[tokio::test]
async fn pages_that_lead_elsewhere_or_in_a_circle_are_incomplete() {
    for next in ["http://127.0.0.1:9/x", "URL/export.csv", "URL/export.csv?again"] {
        let server = Server::start(move |_, base| {
            whole("", &format!(r#"{{"data":[{{"Work Email":"a@acme.example"}}],"nextLink":"{}"}}"#, next.replace("URL", base)))
        })
        .await;
        let fetched = from(&format!("{PLAIN}\npages = \"follow\""), &server).await.unwrap();
        assert_eq!(fetched.input.stopped.len(), 1, "{next}");
    }
}

/// A SCIM server that says of each page how many stand on it (seen in the wild), and one that looks at no index at all.
#[tokio::test]
async fn a_total_that_is_only_of_the_page_is_not_believed() {
    let person = |n: usize| format!(r#"{{"id":"{n}","userName":"p{n}@acme.example","active":true}}"#);
    let list = move |from: usize, to: usize| {
        let people: Vec<String> = (from..to).map(person).collect();
        whole("", &format!(r#"{{"totalResults":{},"Resources":[{}]}}"#, people.len(), people.join(",")))
    };
    let scim = "kind = \"scim\"\nurl = \"URL/scim\"\ntoken_env = \"HR_TOKEN\"";
    let missing = || b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec();
    let server = Server::start(move |path, _| match path {
        path if path.contains("Config") => missing(),
        path if path.contains("startIndex=1&") => list(0, 10),
        path if path.contains("startIndex=11&") => list(10, 20),
        _ => list(0, 0),
    })
    .await;
    assert_eq!(from(scim, &server).await.unwrap().input.stopped.len(), 1);
    let unavailable = || b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec();
    for (behind, stopped) in [(list(0, 10), 0), (list(0, 0), 0), (missing(), 0), (unavailable(), 1)] {
        let server = Server::start(move |path, _| match path {
            path if path.contains("Config") => missing(),
            path if path.contains("startIndex=1&") => list(0, 10),
            _ => behind.clone(),
        })
        .await;
        let fetched = from(scim, &server).await.unwrap();
        assert_eq!(
            (fetched.input.stopped.len(), fetched.input.origin.proof, fetched.input.origin.distinct),
            (stopped, Proof::Count, Some(10))
        );
    }
}
