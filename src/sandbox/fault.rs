//! What goes wrong on purpose: which requests, which of them by number, and how.

use std::str::FromStr;
use std::time::Duration;

use crate::text::Pattern;

/// One thing that goes wrong. On the command line: `[METHOD ]PATH[#N|#N-M|#N-]=WHAT`, with `*` in the path; without `#` every
/// request that fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    method: Option<String>,
    path: String,
    from: u64,
    to: u64,
    what: What,
    met: u64,
}

/// How a request goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// This status with Domo's error body, and `Retry-After` as given. `429`, `429:2`, `503:Wed, 21 Oct 2026 07:28:00 GMT`
    Status(u16, Option<String>),
    /// An HTML page with this status. `html` (200), `html:404`
    Html(u16),
    /// Half of the answer, then the connection is cut. `truncate`
    Truncate,
    /// The connection is cut before anything took place. `cut`
    Cut,
    /// The connection is cut after it took place. `cut-after`
    CutAfter,
    /// The answer comes this much later. `slow:500` (milliseconds)
    Slow(Duration),
    /// An empty list. `empty`
    Empty,
    /// Only the first half of the rows. `half`
    Half,
    /// The offset is ignored. `circle`
    Circle,
    /// Ever new rows, without an end. `endless`
    Endless,
    /// At most this many rows, whatever was asked for. `cap:50`
    Cap(usize),
    /// The first user of the list vanishes before the answer. `vanish`
    Vanish,
    /// A new user appears at the head of the list before the answer. `appear`
    Appear,
    /// The last user of the list moves to its head before the answer. `move`
    Move,
    /// The SCIM filter is not looked at. `unfiltered`
    Unfiltered,
    /// Every token ends before the answer. `expire`
    Expire,
    /// 403 with a message that repeats the request's own Authorization header. `echo`
    Echo,
    /// It takes place and shows this much later (milliseconds); with a status, that is the answer all the same. `late:500`,
    /// `late:500:503`
    Late(Duration, Option<u16>),
    /// One user is told without this field. `thin:phone`
    Thin(String),
    /// Pages behind the first begin with the last row of the page before, and the row that stood there comes nowhere. `edge`
    Edge,
    /// A directory says that it has that many more people. `lie:3`
    Lie(i64),
    /// This field of the user changes with a PUT or a creation, to something nobody wrote. `meddle:title`
    Meddle(String),
    /// After it took place, this account owns a DataSet and a DataFlow more. `own:20`
    Own(u64),
}

impl Fault {
    /// The `nth` request (from 1) of that method and path goes wrong.
    pub fn nth(method: &str, path: &str, nth: u64, what: What) -> Self {
        Self { method: Some(method.into()), path: path.into(), from: nth, to: nth, what, met: 0 }
    }

    /// Every request of that method and path goes wrong.
    pub fn always(method: &str, path: &str, what: What) -> Self {
        Self::from(method, path, 1, what)
    }

    /// Every request of that method and path goes wrong from the `nth` (from 1) on.
    pub fn from(method: &str, path: &str, nth: u64, what: What) -> Self {
        Self { method: Some(method.into()), path: path.into(), from: nth, to: u64::MAX, what, met: 0 }
    }

    /// Counts the request and says what goes wrong with it.
    pub(super) fn meets(&mut self, method: &str, path: &str) -> Option<What> {
        let fits = self.method.as_deref().is_none_or(|wanted| wanted == method) && Pattern::new(&self.path).matches(path);
        if !fits {
            return None;
        }
        self.met += 1;
        (self.from..=self.to).contains(&self.met).then(|| self.what.clone())
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (request, what) =
            text.split_once('=').ok_or("a fault is written as [METHOD ]PATH[#N]=WHAT, such as `GET /v1/users#2=429`")?;
        let (request, numbers) = request.trim().split_once('#').map_or((request.trim(), None), |(request, n)| (request, Some(n)));
        let (method, path) = match request.split_once(' ') {
            Some((method, path)) => (Some(method.to_uppercase()), path.trim()),
            None => (None, request),
        };
        if !path.starts_with(['/', '*']) {
            return Err(format!("`{path}` is no path: it begins with a slash"));
        }
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| format!("`{text}` is no number"));
        let (from, to) = match numbers.map(|numbers| numbers.split_once('-').unwrap_or((numbers, numbers))) {
            None => (1, u64::MAX),
            Some((from, "")) => (number(from)?, u64::MAX),
            Some((from, to)) => (number(from)?, number(to)?),
        };
        Ok(Self { method, path: path.into(), from, to, what: what.trim().parse()?, met: 0 })
    }
}

impl FromStr for What {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, value) = text.split_once(':').map_or((text, None), |(word, value)| (word, Some(value)));
        let number =
            || value.and_then(|value| value.parse::<usize>().ok()).ok_or(format!("`{word}` needs a number, as in `{word}:50`"));
        Ok(match word {
            "html" => match value.map_or(Ok(200), str::parse) {
                Ok(status) if (200..600).contains(&status) => Self::Html(status),
                _ => return Err("`html` takes a status, as in `html:404`".into()),
            },
            "truncate" => Self::Truncate,
            "cut" => Self::Cut,
            "cut-after" => Self::CutAfter,
            "slow" => Self::Slow(Duration::from_millis(number()? as u64)),
            "empty" => Self::Empty,
            "half" => Self::Half,
            "circle" => Self::Circle,
            "endless" => Self::Endless,
            "cap" => Self::Cap(number()?),
            "vanish" => Self::Vanish,
            "appear" => Self::Appear,
            "move" => Self::Move,
            "unfiltered" => Self::Unfiltered,
            "expire" => Self::Expire,
            "echo" => Self::Echo,
            "late" => {
                let (wait, status) = value.unwrap_or_default().split_once(':').unwrap_or((value.unwrap_or_default(), ""));
                let wait = wait.parse().map_err(|_| "`late` needs milliseconds, as in `late:500` or `late:500:503`")?;
                Self::Late(Duration::from_millis(wait), status.parse().ok())
            }
            "thin" => Self::Thin(value.unwrap_or("title").into()),
            "edge" => Self::Edge,
            "lie" => Self::Lie(value.and_then(|value| value.parse().ok()).ok_or("`lie` needs a number, as in `lie:3`")?),
            "own" => Self::Own(number()? as u64),
            "meddle" => Self::Meddle(value.unwrap_or("title").into()),
            _ => match word.parse::<u16>() {
                Ok(status) if (200..600).contains(&status) => Self::Status(status, value.map(str::to_owned)),
                _ => {
                    return Err(format!(
                        "`{word}` is neither a status nor one of html[:STATUS], truncate, cut, cut-after, slow:MS, empty, half, \
                         circle, endless, cap:N, vanish, appear, move, edge, unfiltered, expire, echo, lie:N, late:MS[:STATUS], \
                         thin:FIELD, meddle:FIELD, own:ID"
                    ));
                }
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_and_meets_its_requests_only() {
        let mut fault: Fault = "GET /v1/users/*#2-3=429:7".parse().unwrap();
        assert_eq!(fault.meets("PUT", "/v1/users/5"), None);
        assert_eq!(fault.meets("GET", "/v1/users"), None);
        let met: Vec<bool> = (0..4).map(|_| fault.meets("GET", "/v1/users/5").is_some()).collect();
        assert_eq!(met, [false, true, true, false]);
    }

    #[test]
    fn nonsense_is_refused_with_what_would_do() {
        for text in
            ["", "GET /v1/users", "users=429", "/v1/users=sometimes", "/v1/users#x=cut", "/v1/users=slow", "/v1/users=html:x"]
        {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
