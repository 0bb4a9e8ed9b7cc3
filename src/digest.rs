//! Digests, and the ids that are made of them: whoever names bytes by their SHA-256 does it here.

use std::io::Read;

use sha2::{Digest, Sha256};

/// A SHA-256 that is fed piece by piece.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hasher(Sha256);

impl Hasher {
    /// The next piece.
    pub(crate) fn update(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.update(bytes);
    }

    /// The digest's 32 bytes.
    pub(crate) fn bytes(self) -> [u8; 32] {
        self.0.finalize().into()
    }

    /// 64 hexadecimal digits.
    pub(crate) fn hex(self) -> String {
        hex(&self.bytes())
    }

    /// As files write it: `sha256:` and 64 hexadecimal digits.
    pub(crate) fn named(self) -> String {
        named(&self.hex())
    }

    /// `PREFIX-` and up to 12 characters of Crockford's base32: the digest's first bits, five a character.
    pub(crate) fn id(self, prefix: char, characters: u32) -> String {
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let bits = self.bytes().iter().take(8).fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        let letter = |place: u32| ALPHABET.get((bits >> (59 - 5 * place) & 31) as usize).map_or('0', |byte| char::from(*byte));
        [prefix, '-'].into_iter().chain((0..characters.min(12)).map(letter)).collect()
    }
}

/// SHA-256 of these bytes.
pub(crate) fn of(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(bytes.as_ref()).into()
}

/// SHA-256 of these bytes: 64 hexadecimal digits, as evidence keeps it.
pub(crate) fn digits(bytes: impl AsRef<[u8]>) -> String {
    hex(&of(bytes))
}

/// Such digits with the name of the hash, as files write it.
pub(crate) fn named(digits: &str) -> String {
    format!("sha256:{digits}")
}

/// SHA-256 of these bytes as files write it: `sha256:` and 64 hexadecimal digits.
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> String {
    named(&digits(bytes))
}

/// SHA-256 of all that can be read, as files write it, and how many bytes that was; read in pieces.
pub(crate) fn sha256_of(mut input: impl Read) -> std::io::Result<(String, u64)> {
    let (mut hasher, mut bytes, mut buffer) = (Hasher::default(), 0, vec![0; 1 << 16]);
    loop {
        let read = input.read(&mut buffer)?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else { break };
        hasher.update(piece);
        bytes += read as u64;
    }
    Ok((hasher.named(), bytes))
}

/// Two hexadecimal digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| DIGITS.get(usize::from(value)).map_or('0', |digit| char::from(*digit));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The [id](Hasher::id) of a text.
pub(crate) fn id(prefix: char, subject: &str, characters: u32) -> String {
    let mut hasher = Hasher::default();
    hasher.update(subject);
    hasher.id(prefix, characters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_sha256sum() {
        // printf abc | sha256sum
        let known = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256("abc"), known);
        assert_eq!(sha256_of(&b"abc"[..]).unwrap(), (known.to_owned(), 3));
        let mut pieces = Hasher::default();
        pieces.update("a");
        pieces.update("bc");
        assert_eq!(pieces.named(), known);
    }

    #[test]
    fn an_id_is_the_first_bits_in_base32() {
        // ba7816bf8f01cf in groups of five bits: 10111 01001 11100 00001 01101 01111 11100 01111 00000 00111
        assert_eq!(id('F', "abc", 10), "F-q9w1dfwf07");
        assert!(id('F', "abc", 12).starts_with("F-q9w1dfwf07"));
    }
}
