//! Files that are still written while the pages that name them are rendered: what only the whole file tells has a stand-in on the page
//! until it is known.

use anyhow::{Result, ensure};
use memchr::memmem;

use super::figures;
use crate::archive::FileEntry;

/// From here on a number stands for one that is not known yet: no file has so many bytes or records.
const UNKNOWN: u64 = 9_000_000_000_000_000_000;

/// What a digest begins with that is not known yet.
const NO_DIGEST: &str = "000000000000stands0for000000000000";

/// Stand-ins for files: other numbers and another digest for each.
pub(super) struct Awaited(Vec<FileEntry>);

impl Awaited {
    pub(super) fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let stand_in = |(number, name): (u64, &str)| FileEntry {
            name: name.to_owned(),
            rows: Some(UNKNOWN + 2 * number),
            bytes: UNKNOWN + 2 * number + 1,
            // As long as a digest: a page may be cut where it gets too long.
            sha256: format!("sha256:{NO_DIGEST}{number:030}"),
        };
        Self((0..).zip(names).map(stand_in).collect())
    }

    /// The files that are there and those that are awaited, by name.
    pub(super) fn beside(&self, mut files: Vec<FileEntry>) -> Vec<FileEntry> {
        files.extend(self.0.iter().cloned());
        files.sort_by(|one, other| one.name.cmp(&other.name));
        files
    }

    /// A page with what the files came to in the place of the stand-ins.
    ///
    /// # Errors
    /// The page names a file that did not come.
    pub(super) fn put_right(&self, page: &str, files: &[FileEntry]) -> Result<String> {
        let mut texts = Vec::new();
        for stand_in in &self.0 {
            let Some(file) = files.iter().find(|file| file.name == stand_in.name) else {
                ensure!(!page.contains(digits(stand_in)), "{} was not written", stand_in.name);
                continue;
            };
            for (unknown, known) in [(stand_in.rows, file.rows.unwrap_or_default()), (Some(stand_in.bytes), file.bytes)] {
                let unknown = unknown.unwrap_or_default();
                texts.push((figures::grouped(unknown), figures::grouped(known)));
                texts.push((unknown.to_string(), known.to_string()));
            }
            texts.push((digits(stand_in).to_owned(), digits(file).to_owned()));
        }
        // What all stand-ins begin with is looked for, not each of them: a page has megabytes.
        let beginnings = [figures::grouped(UNKNOWN / 1000), (UNKNOWN / 1000).to_string(), NO_DIGEST.to_owned()];
        let found = beginnings.iter().flat_map(|beginning| memmem::find_iter(page.as_bytes(), beginning));
        let mut found: Vec<usize> = found.collect();
        found.sort_unstable();
        let (mut right, mut done) = (String::with_capacity(page.len()), 0);
        for at in found {
            if let Some((unknown, known)) = texts.iter().find(|(unknown, _)| page[at..].starts_with(unknown)) {
                right.push_str(&page[done..at]);
                right.push_str(known);
                done = at + unknown.len();
            }
        }
        Ok(right + &page[done..])
    }
}

/// A digest as pages show it.
fn digits(file: &FileEntry) -> &str {
    file.sha256.trim_start_matches("sha256:")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest;

    #[test]
    fn a_page_names_what_came_in_the_place_of_what_was_awaited() {
        let awaited = Awaited::new(["a.csv", "b.csv"]);
        let there = |name: &str, bytes| FileEntry { name: name.into(), rows: Some(1234), bytes, sha256: digest::sha256(name) };
        let page: String = awaited
            .beside(vec![there("0.csv", 5)])
            .iter()
            .map(|file| {
                format!("{} {} {} {} {}\n", file.name, file.rows.unwrap(), figures::grouped(file.bytes), file.bytes, digits(file))
            })
            .collect();
        let files = ["0.csv", "a.csv", "b.csv"].map(|name| there(name, 5));
        let expected: String = files.iter().map(|file| format!("{} 1234 5 5 {}\n", file.name, digits(file))).collect();
        assert_eq!(awaited.put_right(&page, &files).unwrap(), expected);
        assert_eq!(awaited.put_right(&page, &files[..2]).unwrap_err().to_string(), "b.csv was not written");
        assert_eq!(awaited.put_right("neither", &files[..1]).unwrap(), "neither");
    }
}
