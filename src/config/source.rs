//! What `[[directory]]` may say of where its people are: a file, an address, or a source; and what is wrong with what it says.

use super::Directory;
use crate::http;
use crate::terms::words;

words! {
    /// A kind of source that people are fetched from.
    SourceKind {
        /// Microsoft Graph.
        Entra = "entra",
        /// Okta.
        Okta = "okta",
        /// Google Workspace.
        Google = "google",
        /// A SCIM 2.0 server.
        Scim = "scim",
        /// Active Directory, or another LDAP server.
        Ldap = "ldap",
    }
}

words! {
    /// How we show a server who we are.
    SourceAuth {
        /// Not at all.
        None = "none",
        /// A name and a password.
        Basic = "basic",
        /// `Authorization: Bearer TOKEN`
        Bearer = "bearer",
        /// A token in a header of its own.
        Header = "header",
        /// OAuth2 client credentials.
        Oauth2 = "oauth2",
    }
}

words! {
    /// Whether further pages are read.
    #[derive(Default)]
    Pages {
        /// The answer is the whole export.
        #[default]
        None = "none",
        /// The next page that an answer itself names is read, too.
        Follow = "follow",
    }
}

/// Keys of a file, of an address, and of each kind, beside those of all.
const FILE: &[&str] = &["path", "format", "sheet", "header_row", "encoding", "delimiter"];
const ADDRESS: &[&str] = &["url", "url_env", "pages", "format", "sheet", "header_row", "encoding", "delimiter"];
const AUTH: &[&str] =
    &["auth", "user_env", "password_env", "token_env", "header", "token_url", "client_id_env", "client_secret_env", "scope"];
const FETCHED: &[&str] = &["expect_at_least", "ca_file", "timeout_s"];

impl SourceKind {
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Entra => &[
                "tenant",
                "client_id_env",
                "client_secret_env",
                "federated_token_file",
                "leave_dates",
                "filter",
                "api_url",
                "login_url",
                "token_url",
                "page_size",
            ],
            Self::Okta => &["url", "api_url", "token_url", "token_env", "client_id", "private_key_env", "page_size"],
            Self::Google => &["api_url", "token_url", "key_env", "admin", "customer", "page_size"],
            Self::Scim => &["url", "api_url", "page_size"],
            Self::Ldap => &["url", "base", "bind_env", "password_env", "filter", "page_size", "start_tls"],
        }
    }
}

/// What a directory of every sort may say.
const OF_ALL: &[&str] = &["name", "kind", "date_order", "columns", "status", "complete", "max_age_days", "ignore", "skip_rows"];

/// The keys beside [`OF_ALL`] that a directory sets: those whose value is not the one of an empty section.
fn set(directory: &Directory) -> Vec<String> {
    let table = |directory: &Directory| toml::Table::try_from(directory).unwrap_or_default();
    let empty = table(&Directory::default());
    let said = table(directory).into_iter().filter(|(key, value)| empty.get(key) != Some(value)).map(|(key, _)| key);
    said.filter(|key| !OF_ALL.contains(&key.as_str())).collect()
}

impl Directory {
    /// Whether it has to be fetched.
    pub fn is_fetched(&self) -> bool {
        self.kind.is_some() || self.url.is_some() || self.url_env.is_some()
    }

    /// What reports and evidence call it.
    pub fn label(&self) -> String {
        let host = || Some(self.url.as_deref()?.parse::<http::Url>().ok()?.host_str()?.to_owned());
        let file = || self.path.file_name().map(|name| name.to_string_lossy().into_owned());
        let kind = || self.kind.map(|kind| kind.as_str().to_owned());
        let named = self.name.clone().or_else(kind).or_else(host).or_else(file);
        named.unwrap_or_else(|| self.url_env.clone().unwrap_or_default())
    }
}

/// What is wrong with a directory that says nothing of where it is.
pub(super) const NOWHERE: &str = "has no path, no url and no kind";

/// All that is wrong with where the directory of this number, from 1, is.
pub(super) fn problems(number: usize, directory: &Directory) -> Vec<String> {
    let place = match &directory.name {
        Some(name) => format!("[[directory]] `{name}`"),
        None => format!("[[directory]] number {number}"),
    };
    let set = set(directory);
    let has = |key: &str| set.iter().any(|set| set == key);
    let (file, address) = (has("path"), has("url") || has("url_env"));
    let (what, allowed): (&str, Vec<&str>) = match (file, address, directory.kind) {
        (true, false, None) => ("a file", [FILE, &["expect_at_least"]].concat()),
        (false, true, None) => ("an address", [ADDRESS, AUTH, FETCHED].concat()),
        (false, _, Some(SourceKind::Scim)) => ("scim", [SourceKind::Scim.keys(), AUTH, FETCHED].concat()),
        (false, _, Some(kind)) => (kind.as_str(), [kind.keys(), FETCHED].concat()),
        (false, false, None) => return vec![format!("{place} {NOWHERE}: it needs exactly one of them")],
        _ => return vec![format!("{place} needs exactly one of path, url (or url_env) and kind")],
    };
    let mut problems: Vec<String> = Vec::new();
    for key in set.iter().filter(|key| !allowed.contains(&key.as_str())) {
        problems.push(format!("{place}: `{key}` means nothing with {what}"));
    }
    if has("url") && has("url_env") {
        problems.push(format!("{place} has both url and url_env"));
    }
    let further = lacks(directory, what, &has).into_iter().chain(wrong_values(directory, &has));
    problems.extend(further.map(|why| format!("{place}: {why}")));
    problems
}

/// The keys that a source of this kind needs and does not set, or sets and does not need.
fn lacks(directory: &Directory, what: &str, has: &dyn Fn(&str) -> bool) -> Vec<String> {
    let needed: &[&str] = match directory.kind {
        Some(SourceKind::Entra) => &["tenant"],
        Some(SourceKind::Okta | SourceKind::Scim) => &["url"],
        Some(SourceKind::Ldap) => &["url", "base"],
        Some(SourceKind::Google) | None => &[],
    };
    let with_auth: &[&str] = match directory.auth {
        Some(SourceAuth::Basic) => &["user_env", "password_env"],
        Some(SourceAuth::Bearer) => &["token_env"],
        Some(SourceAuth::Header) => &["header", "token_env"],
        Some(SourceAuth::Oauth2) => &["token_url", "client_id_env", "client_secret_env"],
        Some(SourceAuth::None) | None => &[],
    };
    let needed = needed.iter().filter(|key| !has(key)).map(|key| format!("{what} needs `{key}`"));
    let with_auth = with_auth.iter().filter(|key| !has(key)).map(|key| format!("this auth needs `{key}`"));
    let without_auth = directory.auth.is_none() && directory.kind.is_none();
    let idle = AUTH.iter().filter(|key| without_auth && has(key)).map(|key| format!("`{key}` is there, but no auth"));
    needed.chain(with_auth).chain(idle).collect()
}

/// What keys say that cannot be.
fn wrong_values(directory: &Directory, has: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(header) = &directory.header
        && header.parse::<http::header::HeaderName>().is_err()
    {
        problems.push("header is no name of a header".to_owned());
    }
    if directory.kind == Some(SourceKind::Okta) && has("client_id") != has("private_key_env") {
        problems.push("client_id and private_key_env belong together".to_owned());
    }
    if directory.expect_at_least == Some(0) {
        problems.push("expect_at_least is at least 1".to_owned());
    }
    let addresses = [
        ("url", &directory.url),
        ("api_url", &directory.api_url),
        ("login_url", &directory.login_url),
        ("token_url", &directory.token_url),
    ];
    for (key, value) in addresses {
        let is_ldap = key == "url" && directory.kind == Some(SourceKind::Ldap);
        let may_ask = key == "url" && directory.kind.is_none();
        let wrong = value.as_ref().and_then(|value| wrong_address(value, is_ldap.then_some(directory.start_tls), may_ask));
        problems.extend(wrong.map(|why| format!("{key} {why}")));
    }
    problems
}

/// Whether a parameter's name says that its value is a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    let ends = ["token", "key", "secret", "password", "passwd", "signature", "credential"];
    ["sig", "pwd", "code", "jwt", "auth"].contains(&name.as_str()) || ends.iter().any(|end| name.ends_with(end))
}

/// Why an address cannot be used as it stands in a file. Nothing of it is repeated: it may hold a secret.
fn wrong_address(text: &str, ldap: Option<bool>, may_ask: bool) -> Option<String> {
    let Ok(url) = text.parse::<http::Url>() else { return Some("is no address such as https://host/path".into()) };
    if url.host_str().unwrap_or_default().is_empty() {
        return Some("names no host".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("holds a user or a password: these come from variables, or the whole address does (url_env)".into());
    }
    if url.query_pairs().any(|(name, _)| is_secret(&name)) || url.fragment().is_some() {
        return Some("holds a token or a signature: put the address into a variable and name that in url_env".into());
    }
    if url.query().is_some() && !may_ask {
        return Some("has a query, which an API's address has not".into());
    }
    let local = http::is_loopback(&url);
    match (url.scheme(), ldap) {
        ("ldaps", Some(false)) | ("ldap", Some(true)) | ("https", None) => None,
        ("ldaps", Some(true)) => Some("is ldaps, which needs no start_tls".into()),
        ("ldap", Some(false)) | ("http", None) if local => None,
        ("ldap", Some(false)) => {
            Some("is ldap without TLS: use ldaps, or start_tls = true; the password would cross the wire".into())
        }
        ("http", None) => Some("is plain http, which is for loopback addresses only: use https".into()),
        (_, Some(_)) => Some("is neither ldaps nor ldap".into()),
        (_, None) => Some("is not https".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    fn problems(text: &str) -> String {
        match Config::parse(&format!("[[directory]]\n{text}")) {
            Ok(_) => String::new(),
            Err(error) => crate::failure::paragraph(&error),
        }
    }

    #[test]
    fn a_directory_is_exactly_one_of_a_file_an_address_and_a_source() {
        for one in [
            "path = \"a.csv\"",
            "url = \"https://hr.example/report?format=csv\"",
            "url_env = \"HR\"",
            "kind = \"entra\"\ntenant = \"t\"",
            "kind = \"scim\"\nurl = \"https://idp.example/scim\"",
            "kind = \"google\"",
            "kind = \"ldap\"\nurl = \"ldaps://dc.example\"\nbase = [\"DC=x\"]",
        ] {
            assert_eq!(problems(one), "", "{one}");
        }
        for (none, why) in [
            ("name = \"x\"", "exactly one"),
            ("path = \"a.csv\"\nurl = \"https://hr.example\"", "exactly one"),
            ("path = \"a.csv\"\nkind = \"okta\"", "exactly one"),
            ("kind = \"okta\"", "needs `url`"),
            ("kind = \"google\"\ntenant = \"x\"", "`tenant` means nothing with google"),
            ("url = \"https://hr.example\"\nuser_env = \"X\"", "no auth"),
            ("url = \"https://hr.example\"\nauth = \"header\"", "needs `token_env`"),
        ] {
            assert!(problems(none).contains(why), "{none}: {}", problems(none));
        }
    }

    #[test]
    fn an_address_with_a_secret_in_it_is_refused_and_not_repeated() {
        for url in [
            "https://u:hush@hr.example/x",
            "https://x.blob.example/y.csv?sv=1&sig=hush",
            "https://s3.example/y.csv?X-Amz-Signature=hush",
            "https://hr.example/y?api_key=hush",
            "http://hr.example/y?hush",
            "hush",
        ] {
            let told = problems(&format!("url = \"{url}\""));
            assert!(!told.is_empty() && !told.contains("hush"), "{url}: {told}");
        }
        let ldap = "kind = \"ldap\"\nbase = [\"DC=x\"]\nurl = ";
        assert!(problems(&format!("{ldap}\"ldap://dc.example\"")).contains("start_tls"));
        assert_eq!(problems(&format!("{ldap}\"ldap://127.0.0.1:3389\"")), "");
    }
}
