//! What comes back: whole answers, and a server's own words for not doing something.

use std::fmt;
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, LOCATION};
use serde::Deserialize;
use serde_json::Value;

use crate::text;

/// An answer that arrived whole.
#[derive(Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// How long the server wants us to wait.
    pub retry_after: Option<Duration>,
}

impl Response {
    /// Whether the server said yes.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it is a page for people, as gateways and login forms send.
    pub fn is_page(&self) -> bool {
        self.body.trim_ascii_start().starts_with(b"<")
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The moment that a header names, in any of the three forms of HTTP.
    pub fn date(&self, name: &str) -> Option<SystemTime> {
        httpdate::parse_http_date(self.header(name)?.trim()).ok()
    }

    /// Where a redirect leads.
    pub fn leads(&self) -> Option<&str> {
        let location = self.headers.get(LOCATION)?.to_str().ok()?;
        (300..400).contains(&self.status).then_some(location)
    }
}

/// A server's own words for not doing something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Who said it: `Domo`, or a directory's name.
    pub by: String,
    /// The HTTP status.
    pub status: u16,
    /// What it said, where it said anything readable.
    pub message: Option<String>,
    /// Its trace id: its support can find the request by it.
    pub toe: Option<String>,
    /// Where a redirect leads.
    pub leads: Option<Box<str>>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} answered {}", self.by, self.status)?;
        if let Some(message) = &self.message {
            write!(out, ": {message}")?;
        }
        if let Some(toe) = &self.toe {
            write!(out, " (toe {toe})")?;
        }
        Ok(())
    }
}

/// What is said of a body that is a page for people.
pub const PAGE: &str = "an HTML page instead of an API answer";

impl Refusal {
    /// Whether this may be a way of saying that no such thing is known: 404, or 400. A page for people is some gateway's.
    pub fn may_mean_unknown(&self) -> bool {
        matches!(self.status, 400 | 404) && !self.is_page()
    }

    /// Whether the answer was a page for people.
    pub fn is_page(&self) -> bool {
        self.message.as_deref() == Some(PAGE)
    }

    /// Reads any of the error bodies that are known: Domo's own, OAuth's, SCIM's, Okta's, the object of Graph and Google, an HTML
    /// page, nothing. Of a redirect it says where it leads, without the query.
    pub fn read(by: &str, answer: &Response, hide: &dyn Fn(&str) -> String) -> Self {
        #[derive(Deserialize)]
        struct Body {
            message: Option<String>,
            detail: Option<String>,
            error_description: Option<String>,
            #[serde(rename = "errorSummary")]
            error_summary: Option<String>,
            #[serde(rename = "statusReason")]
            status_reason: Option<String>,
            error: Option<Value>,
            toe: Option<String>,
        }
        let told = |text: &str| {
            let text = hide(&text::visible(text.trim()));
            match text.char_indices().nth(400) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text,
            }
        };
        let redirect = answer.leads().map(Box::from);
        let leads = answer.leads().and_then(|to| Some(format!("a redirect to {}", to.split(['?', '#']).next()?)));
        let (message, toe) = match serde_json::from_slice::<Body>(&answer.body) {
            _ if leads.is_some() => (leads, None),
            Ok(body) => {
                let error = body.error.as_ref();
                let error = error.and_then(|error| error.as_str().or_else(|| error.get("message")?.as_str())).map(str::to_owned);
                let said = body.message.or(body.detail).or(body.error_description).or(body.error_summary);
                (said.or(error).or(body.status_reason), body.toe)
            }
            Err(_) if answer.is_page() => (Some(PAGE.into()), None),
            Err(_) => (None, None),
        };
        let filled = |text: String| Some(told(&text)).filter(|text| !text.is_empty());
        Self { by: by.into(), status: answer.status, message: message.and_then(filled), toe: toe.and_then(filled), leads: redirect }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &[u8]) -> Refusal {
        let answer = Response { status, headers: HeaderMap::new(), body: body.to_vec(), retry_after: None };
        Refusal::read("Domo", &answer, &|text| text.replace("hush", "[secret]"))
    }

    #[test]
    fn every_known_error_body_gives_its_message_and_trace() {
        let domo =
            br#"{"status":401,"statusReason":"Internal Server Error","message":"Full authentication is required","toe":"O6Q67"}"#;
        assert_eq!(refusal(401, domo).to_string(), "Domo answered 401: Full authentication is required (toe O6Q67)");
        let oauth = br#"{"error":"insufficient_scope","error_description":"Insufficient scope for this resource"}"#;
        assert_eq!(refusal(403, oauth).to_string(), "Domo answered 403: Insufficient scope for this resource");
        let graph = br#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}"#;
        assert_eq!(refusal(403, graph).to_string(), "Domo answered 403: Insufficient privileges");
        let okta = br#"{"errorCode":"E0000011","errorSummary":"Invalid token provided","errorId":"oae"}"#;
        assert_eq!(refusal(401, okta).to_string(), "Domo answered 401: Invalid token provided");
        assert!(refusal(406, b"\n<html>").to_string().contains("HTML"));
        assert_eq!(refusal(500, b"").to_string(), "Domo answered 500");
    }

    #[test]
    fn an_echoed_secret_and_a_terminal_escape_are_not_passed_on() {
        let refusal = refusal(400, b"{\"message\":\"bad hush \\u001b[2J\"}");
        assert_eq!(refusal.message.as_deref(), Some("bad [secret] <U+001B>[2J"));
    }
}
