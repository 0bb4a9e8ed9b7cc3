//! Where a secret may be sent: over TLS, or nowhere outside this machine.

use anyhow::Result;
use reqwest::Url;

use crate::failure::Failure;
use crate::text;

/// An address that credentials go to, without a slash at its end: `https`, or `http` on loopback; no user, password, query or
/// fragment. `place` is the variable or key that holds it.
///
/// # Errors
/// Wrong usage that names the place; the address is only repeated where it cannot hold a secret.
pub fn address(place: &str, text: &str) -> Result<Url> {
    let wrong = |why: &str| Failure::usage(format!("{place} is not usable: {why}"));
    let mut url: Url =
        text.trim_end_matches('/').parse().map_err(|error| wrong(&format!("`{}` is no address ({error})", text::visible(text))))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it holds a user or a password").into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it has a query or a fragment").into());
    }
    match url.scheme() {
        _ if is_safe(&url) => {}
        "http" => {
            return Err(wrong(&format!("plain http to {} would show the secret to the network", url.host_str().unwrap_or("?")))
                .hint("use https; plain http is accepted for loopback addresses only")
                .into());
        }
        other => return Err(wrong(&format!("`{other}` is not https")).into()),
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Whether a secret may be sent there: over TLS, or without leaving this machine.
pub fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || url.scheme() == "http" && is_loopback(url)
}

/// Whether an address cannot leave this machine.
pub fn is_loopback(url: &Url) -> bool {
    // `host()` would need the `url` crate for its type; the text has brackets around IPv6.
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
