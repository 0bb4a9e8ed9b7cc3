//! What goes over the wire and what comes back: answers, refusals, and the ways an exchange can fail.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::text;

/// An answer that arrived whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Where a redirect leads.
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it is a page for people, as gateways and login forms send.
    pub(super) fn is_page(&self) -> bool {
        self.body.trim_ascii_start().starts_with(b"<")
    }
}

/// Domo's own words for not doing something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// What Domo said, where it said anything readable.
    pub message: Option<String>,
    /// Domo's trace id: its support can find the request by it.
    pub toe: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Domo answered {}", self.status)?;
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
pub(super) const PAGE: &str = "an HTML page instead of an API answer";

impl Refusal {
    /// Whether this may be Domo's way of saying that it knows no such thing: 404, or 400. A page for people is some gateway's.
    pub(super) fn may_mean_unknown(&self) -> bool {
        matches!(self.status, 400 | 404) && !self.is_page()
    }

    /// Whether the answer was a page for people.
    pub(super) fn is_page(&self) -> bool {
        self.message.as_deref() == Some(PAGE)
    }

    /// Reads any of the error bodies Domo is known to send: its own, OAuth's, SCIM's, an HTML page, nothing. Of a redirect it says
    /// where it leads, without the query.
    pub(super) fn read(answer: &Answer, secrets: &[&str]) -> Self {
        #[derive(Deserialize)]
        struct Body {
            message: Option<String>,
            detail: Option<String>,
            error_description: Option<String>,
            #[serde(rename = "statusReason")]
            status_reason: Option<String>,
            error: Option<serde_json::Value>,
            toe: Option<String>,
        }
        let told = |text: &str| {
            let mut text = text::visible(text.trim()).into_owned();
            for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
                text = text.replace(secret, "[secret]");
            }
            match text.char_indices().nth(400) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text,
            }
        };
        let leads = answer.location.as_ref().filter(|_| (300..400).contains(&answer.status));
        let leads = leads.and_then(|to| Some(format!("a redirect to {}", to.split(['?', '#']).next()?)));
        let (message, toe) = match serde_json::from_slice::<Body>(&answer.body) {
            _ if leads.is_some() => (leads, None),
            Ok(body) => {
                let error = body.error.as_ref().and_then(|error| error.as_str()).map(str::to_owned);
                (body.message.or(body.detail).or(body.error_description).or(error).or(body.status_reason), body.toe)
            }
            Err(_) if answer.is_page() => (Some(PAGE.into()), None),
            Err(_) => (None, None),
        };
        let filled = |text: String| Some(told(&text)).filter(|text| !text.is_empty());
        Self { status: answer.status, message: message.and_then(filled), toe: toe.and_then(filled) }
    }
}

/// Why a call did not give what it should. Every variant names the call (`GET /v1/users?offset=500`).
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// Domo answered, and the answer is no.
    #[error("{call}: {refusal}")]
    Refused {
        /// The call.
        call: String,
        /// Domo's words.
        refusal: Refusal,
    },
    /// The request certainly never reached Domo.
    #[error("{call}: not sent: {why}")]
    NotSent {
        /// The call.
        call: String,
        /// Why.
        why: String,
    },
    /// The request left, and no whole answer came back.
    #[error("{call}: {why}")]
    Lost {
        /// The call.
        call: String,
        /// Why.
        why: String,
    },
    /// A whole answer came, but it is not what this call answers with.
    #[error("{call}: {why}")]
    Unreadable {
        /// The call.
        call: String,
        /// What is wrong with it.
        why: String,
    },
    /// Every try failed; the last failure is the source.
    #[error("{call}: gave up after {} in {seconds} s{}", text::plural((*tries).into(), "try", "tries"), too_long(*wait))]
    GaveUp {
        /// The call.
        call: String,
        /// How often it was sent.
        tries: u32,
        /// For how long.
        seconds: u64,
        /// The wait in seconds that Domo asked for, where it is longer than anybody waits.
        wait: Option<u64>,
        /// The last failure.
        #[source]
        last: Box<CallError>,
    },
}

fn too_long(wait: Option<u64>) -> String {
    wait.map_or_else(String::new, |seconds| format!(": the next one should wait {seconds} s"))
}

/// Whether text is a JSON object. A list would do for a struct, too: its items are taken for the fields in their order.
pub(super) fn is_object(json: &[u8]) -> Result<(), String> {
    let object = json.trim_ascii_start().starts_with(b"{");
    if object { Ok(()) } else { Err("it is no JSON object".into()) }
}

impl CallError {
    /// Domo's refusal, also under [`CallError::GaveUp`].
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal),
            Self::GaveUp { last, .. } => last.refusal(),
            _ => None,
        }
    }

    /// The status of the refusal.
    pub fn status(&self) -> Option<u16> {
        self.refusal().map(|refusal| refusal.status)
    }

    /// The whole chain in one line.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::GaveUp { last, .. } => format!("{self}; the last failure: {}", last.sentence()),
            _ => self.to_string(),
        }
    }
}

/// A value whose JSON type Domo is not consistent about: text, a number of up to 16 digits and more, or nothing. The digits of a
/// number are kept as they were sent.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Loose<'a>(Option<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<&RawValue>::deserialize(deserializer).map(Self)
    }
}

impl<'a> Loose<'a> {
    /// Text, or a number's or a boolean's own characters; `None` when absent or null; an error for a list or an object.
    pub(super) fn text(self) -> Result<Option<std::borrow::Cow<'a, str>>, String> {
        let Some(raw) = self.0 else { return Ok(None) };
        let raw = raw.get();
        match raw.as_bytes().first() {
            Some(b'"') if memchr::memchr(b'\\', raw.as_bytes()).is_none() => Ok(Some(raw[1..raw.len() - 1].into())),
            Some(b'"') => match serde_json::from_str::<String>(raw) {
                Ok(text) => Ok(Some(text.into())),
                Err(error) => Err(error.to_string()),
            },
            Some(b'n') => Ok(None),
            Some(b'[') => Err("a list where text should be".into()),
            Some(b'{') => Err("an object where text should be".into()),
            _ => Ok(Some(raw.into())),
        }
    }

    /// A number or the same number as text.
    pub(super) fn id(self) -> Result<Option<u64>, String> {
        match self.text()? {
            None => Ok(None),
            Some(text) => text.trim().parse().map(Some).map_err(|_| format!("`{}` is no id", text::visible(&text))),
        }
    }

    /// `true` or `false`, as JSON or as text.
    pub(super) fn boolean(self) -> Result<Option<bool>, String> {
        match self.text()?.as_deref() {
            None => Ok(None),
            Some("true" | "True" | "TRUE") => Ok(Some(true)),
            Some("false" | "False" | "FALSE") => Ok(Some(false)),
            Some(other) => Err(format!("`{}` is neither true nor false", text::visible(other))),
        }
    }

    /// Whether it came as a JSON number.
    pub(super) fn is_number(self) -> bool {
        self.0.is_some_and(|raw| raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit()))
    }

    /// The value as it was sent; `None` when absent or null.
    pub(super) fn raw(self) -> Option<&'a RawValue> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &[u8], secrets: &[&str]) -> Refusal {
        Refusal::read(&Answer { status, location: None, body: body.to_vec() }, secrets)
    }

    #[test]
    fn every_known_error_body_gives_its_message_and_trace() {
        let domo =
            br#"{"status":401,"statusReason":"Internal Server Error","message":"Full authentication is required","toe":"O6Q67"}"#;
        assert_eq!(refusal(401, domo, &[]).to_string(), "Domo answered 401: Full authentication is required (toe O6Q67)");
        let oauth = br#"{"error":"insufficient_scope","error_description":"Insufficient scope for this resource"}"#;
        assert_eq!(refusal(403, oauth, &[]).to_string(), "Domo answered 403: Insufficient scope for this resource");
        assert!(refusal(406, b"\n<html>", &[]).to_string().contains("HTML"));
        assert_eq!(refusal(500, b"", &[]).to_string(), "Domo answered 500");
    }

    #[test]
    fn an_echoed_secret_and_a_terminal_escape_are_not_passed_on() {
        let refusal = refusal(400, b"{\"message\":\"bad hush \\u001b[2J\"}", &["hush"]);
        assert_eq!(refusal.message.as_deref(), Some("bad [secret] <U+001B>[2J"));
    }

    #[test]
    fn sixteen_digits_survive_as_number_and_as_text() {
        for json in ["9007199254740993", "\"9007199254740993\""] {
            let loose: Loose<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(loose.text().unwrap().unwrap(), "9007199254740993");
        }
    }
}
