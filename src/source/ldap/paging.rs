//! The paging control that a server answers with (RFC 2696). Read by hand: `PagedResults::parse` of ldap3 0.12 panics on a value
//! that is not whole, and what a server sends is a stranger's.

/// The cookie of a paging control's value: `SEQUENCE { INTEGER, OCTET STRING }`; none where it is no such value.
pub(super) fn cookie_of(value: &[u8]) -> Option<Vec<u8>> {
    fn part(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
        let (first, rest) = bytes.split_first()?;
        let (length, rest) = rest.split_first()?;
        let (length, rest) = match length {
            0..=127 => (usize::from(*length), rest),
            _ => {
                let (digits, rest) = rest.split_at_checked(usize::from(length & 127).min(4))?;
                (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest)
            }
        };
        (*first == tag).then(|| rest.split_at_checked(length)).flatten()
    }
    let (sequence, _) = part(value, 0x30)?;
    let (_, rest) = part(sequence, 0x02)?;
    part(rest, 0x04).map(|(cookie, _)| cookie.to_vec())
}
