//! Entries as LDIF (RFC 2849): what an LDAP server's own tools would have written to a file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Adds an entry: its name, then each value with its attribute's name.
pub(super) fn entry<'a>(out: &mut Vec<u8>, dn: &str, values: impl Iterator<Item = (&'a str, &'a [u8])>) {
    line(out, "dn", dn.as_bytes());
    values.for_each(|(name, value)| line(out, name, value));
    out.push(b'\n');
}

/// Base64 where a value could be taken for something else: a line end in it, a space or a colon at its start, other letters.
fn line(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    let opens = value.first().is_none_or(|first| !b" :<".contains(first));
    let safe = opens && value.last() != Some(&b' ') && value.iter().all(|byte| (32..127).contains(byte));
    out.extend_from_slice(name.as_bytes());
    if safe {
        out.extend_from_slice(b": ");
        out.extend_from_slice(value);
    } else {
        out.extend_from_slice(b":: ");
        out.extend_from_slice(STANDARD.encode(value).as_bytes());
    }
    out.push(b'\n');
}
