//! Entries as LDIF (RFC 2849): what an LDAP server's own tools would have written to a file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Adds an entry: its name, then each attribute's values.
pub(super) fn entry<'a>(out: &mut Vec<u8>, dn: &str, attributes: impl Iterator<Item = (&'a str, &'a [String])>) {
    line(out, "dn", dn);
    for (name, values) in attributes {
        values.iter().for_each(|value| line(out, name, value));
    }
    out.push(b'\n');
}

/// Base64 where a value could be taken for something else: a line end in it, a space or a colon at its start, other letters.
fn line(out: &mut Vec<u8>, name: &str, value: &str) {
    let safe = !value.starts_with([' ', ':', '<']) && !value.ends_with(' ') && value.bytes().all(|byte| (32..127).contains(&byte));
    out.extend_from_slice(name.as_bytes());
    if safe {
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
    } else {
        out.extend_from_slice(b":: ");
        out.extend_from_slice(STANDARD.encode(value).as_bytes());
    }
    out.push(b'\n');
}
