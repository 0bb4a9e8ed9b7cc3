//! Secrets come from variables, or from files that variables name; never from arguments or the configuration.

use std::path::Path;

use anyhow::{Context, Result};

use crate::failure::Failure;
use crate::files;

/// Bytes of a file with a secret.
const LONGEST_SECRET: u64 = 64 << 10;

/// Where variables come from: the process's environment, or a test's table.
pub type Vars<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What `name` holds, else the file that `name_FILE` names; `None` where neither is set.
///
/// # Errors
/// Wrong usage: the file cannot be read, or is empty.
pub fn secret(var: Vars<'_>, name: &str) -> Result<Option<String>> {
    let filled = |name: &str| var(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let file = format!("{name}_FILE");
    match (filled(name), filled(&file)) {
        (Some(value), _) => Ok(Some(value)),
        (None, Some(path)) => read_secret(&file, &path).map(Some),
        (None, None) => Ok(None),
    }
}

/// A text with `[secret]` wherever it holds the secret: as it is, or with any of its characters percent-encoded (once or more),
/// escaped as in JSON or HTML, or as a form has its spaces.
pub(super) fn without(text: &str, secret: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = secret.chars().try_fold(rest, said_first).or_else(|| rest.strip_prefix(secret)).filter(|_| !secret.is_empty());
        match end {
            Some(end) => {
                shown.push_str("[secret]");
                rest = end;
            }
            None => {
                shown.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    shown
}

/// What comes after this character, where the text begins with it in any of its forms.
fn said_first(text: &str, character: char) -> Option<&str> {
    let entity = match character {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&apos;",
        ' ' => "+",
        _ => "\0",
    };
    let code = |open: &str, radix: u32, close: &str| -> Option<&str> {
        let after = text.strip_prefix(open)?;
        let digits = after.find(|digit: char| !digit.is_digit(radix)).unwrap_or(after.len());
        // Four digits and no end in JSON; as many as there are, and an end, in HTML.
        let digits = if close.is_empty() { digits.min(4) } else { digits };
        let (number, after) = after.split_at_checked(digits)?;
        (u32::from_str_radix(number, radix).ok()? == u32::from(character)).then(|| after.strip_prefix(close))?
    };
    let percent = || {
        let mut encoded = [0; 4];
        character.encode_utf8(&mut encoded).bytes().try_fold(text, |text, byte| {
            let mut text = text.strip_prefix('%')?;
            while let Some(again) = text.strip_prefix("25").filter(|_| byte != b'%' || text.starts_with("2525")) {
                text = again;
            }
            let (hex, after) = text.split_at_checked(2)?;
            (u8::from_str_radix(hex, 16).ok()? == byte).then_some(after)
        })
    };
    // What stands for a character may begin with it: `&amp;` and `%25`.
    percent()
        .or_else(|| text.strip_prefix(entity))
        .or_else(|| text.strip_prefix(character))
        .or_else(|| text.strip_prefix('\\').and_then(|after| after.strip_prefix(character)))
        .or_else(|| code("\\u", 16, ""))
        .or_else(|| code("&#x", 16, ";"))
        .or_else(|| code("&#", 10, ";"))
}

/// What the file holds that `variable` names.
///
/// # Errors
/// Wrong usage: it cannot be read, or is empty.
pub fn read_secret(variable: &str, path: &str) -> Result<String> {
    let shown = if looks_like_a_path(path) { path } else { "(not shown: it may be the secret itself)" };
    let text = files::read_text(Path::new(path), LONGEST_SECRET).with_context(|| {
        Failure::usage(format!("cannot read the file {shown} that {variable} names"))
            .hint("the file holds the secret and nothing else, and whoever runs this must be able to read it")
    })?;
    let secret = text.trim();
    if secret.is_empty() {
        return Err(Failure::usage(format!("the file {shown} that {variable} names is empty")).into());
    }
    Ok(secret.to_owned())
}

/// Whether this is a file's name and not what should stand in the file: it is there, or its folder is, or it ends as files do.
fn looks_like_a_path(path: &str) -> bool {
    let named = Path::new(path);
    let folder = named.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && folder.is_dir());
    let ending = named.extension().is_some_and(|ending| ending.len() <= 6) && !path.contains(['=', '+']);
    named.exists() || folder || ending
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_covered_in_every_form_a_server_may_echo_it_in() {
        let secret = "s3cr/t+ &ü\"";
        for said in [
            "s3cr/t+ &ü\"",
            "s3cr%2Ft%2B%20%26%C3%BC%22",
            "s3cr%2ft%2b+%26%c3%bc%22",
            "%73%33cr%252Ft%252B%2520&%25C3%25BC\"",
            r#"s3cr\/t+ &\u00fc\""#,
            "s3cr&#x2F;t&#43; &amp;ü&quot;",
        ] {
            assert_eq!(without(&format!("bad client: {said}!"), secret), "bad client: [secret]!", "{said}");
        }
        assert_eq!(without("s3cr%2Ft is only a part", secret), "s3cr%2Ft is only a part");
        assert_eq!(without("100%25 and 100%2525", "100%"), "[secret] and [secret]");
        assert_eq!(without("nothing", ""), "nothing");
    }

    #[test]
    fn a_secret_in_place_of_its_files_name_is_not_shown() {
        for path in ["/run/secrets/domo", "secret.txt", "no/such/folder/key.pem"] {
            assert!(looks_like_a_path(path) || path.starts_with("/run"), "{path}");
        }
        for secret in ["8f2c9d41a7b3e650", "abc/def+ghi==", "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"] {
            assert!(!looks_like_a_path(secret), "{secret}");
        }
    }
}
