//! Letters of one alphabet that are taken for another's: `Pаul` with a Cyrillic `а`.

/// The letter of Latin that a letter of another alphabet looks like: Cyrillic and Greek, as their capitals and small letters are
/// printed.
pub fn look_alike(letter: char) -> Option<char> {
    const OTHERS: &str = "АВЕЅІЈКМНОРСТУХЗаеѕіјорсухԁһԛԝѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρυ";
    const LATIN: &str = "ABESIJKMHOPCTYX3aesijopcyxdhqwvABEZHIKMNOPTYXovpu";
    if letter.is_ascii() {
        return None;
    }
    OTHERS.chars().zip(LATIN.chars()).find(|(other, _)| *other == letter).map(|(_, latin)| latin)
}

/// The alphabet of a letter, where it is one whose letters are taken for another's: for saying which letters differ.
pub fn alphabet(letter: char) -> Option<&'static str> {
    Some(match letter {
        'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => "Latin",
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => "Greek",
        '\u{400}'..='\u{52F}' => "Cyrillic",
        '\u{530}'..='\u{58F}' => "Armenian",
        '\u{FF01}'..='\u{FF5E}' => "full-width",
        _ => return None,
    })
}

/// Some where a word of Latin holds letters of another alphabet: the word without them, if each looks like a Latin one.
pub(super) fn other_alphabet(text: &str) -> Option<Option<String>> {
    if text.is_ascii() {
        return None;
    }
    let of = |name: &'static str| move |letter: char| alphabet(letter) == Some(name);
    let mixed = |word: &str| word.contains(of("Latin")) && (word.contains(of("Cyrillic")) || word.contains(of("Greek")));
    if !text.split(|letter: char| !letter.is_alphanumeric()).any(mixed) {
        return None;
    }
    let mut repaired = String::with_capacity(text.len());
    for letter in text.chars() {
        match alphabet(letter) {
            Some("Cyrillic" | "Greek") => match look_alike(letter) {
                Some(latin) => repaired.push(latin),
                None => return Some(None),
            },
            _ => repaired.push(letter),
        }
    }
    Some(Some(repaired))
}
