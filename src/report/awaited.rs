//! Files that are still written while the pages that name them are rendered: what only the whole file tells has a stand-in on the
//! page until it is known.

use anyhow::{Result, ensure};
use memchr::memmem;

use super::figures;
use crate::archive::FileEntry;
use crate::digest;

/// Stand-ins for files: other numbers and another digest for each.
pub(super) struct Awaited {
    files: Vec<FileEntry>,
    /// From here on a number stands for one that is not known yet: no file has so many bytes or records.
    unknown: u64,
    /// What a digest begins with that is not known yet.
    no_digest: String,
}

impl Awaited {
    /// `seed` is what nobody could know who typed something that is on the page: that is never taken for a stand-in.
    pub(super) fn new<'n>(names: impl IntoIterator<Item = &'n str>, seed: &str) -> Self {
        let seed = digest::of(seed);
        let drawn = seed.iter().fold(0u64, |drawn, byte| (drawn * 256 + u64::from(*byte)) % 100_000_000_000_000);
        let unknown = 9_000_000_000_000_000_000 + drawn * 1000;
        let no_digest = digest::hex(&seed[..17]);
        let stand_in = |(number, name): (u64, &str)| FileEntry {
            name: name.to_owned(),
            // A page has no records.
            rows: (!name.ends_with(".md")).then_some(unknown + 2 * number),
            bytes: unknown + 2 * number + 1,
            // As long as a digest: a page may be cut where it gets too long.
            sha256: format!("sha256:{no_digest}{number:030}"),
        };
        Self { files: (0..).zip(names).map(stand_in).collect(), unknown, no_digest }
    }

    /// The files that are there and those that are awaited, by name.
    pub(super) fn beside(&self, mut files: Vec<FileEntry>) -> Vec<FileEntry> {
        files.extend(self.files.iter().cloned());
        files.sort_by(|one, other| one.name.cmp(&other.name));
        files
    }

    /// A page with what the files came to in the place of the stand-ins.
    ///
    /// # Errors
    /// The page names a file that did not come.
    pub(super) fn put_right(&self, page: &str, files: &[FileEntry]) -> Result<String> {
        let mut texts = Vec::new();
        for stand_in in &self.files {
            let Some(file) = files.iter().find(|file| file.name == stand_in.name) else {
                ensure!(!page.contains(stand_in.digits()), "{} was not written", stand_in.name);
                continue;
            };
            for (unknown, known) in stand_in.rows.zip(file.rows).into_iter().chain([(stand_in.bytes, file.bytes)]) {
                texts.push((figures::grouped(unknown), figures::grouped(known)));
                texts.push((unknown.to_string(), known.to_string()));
            }
            texts.push((stand_in.digits().to_owned(), file.digits().to_owned()));
        }
        // What all stand-ins begin with is looked for, not each of them: a page has megabytes.
        let beginnings = [figures::grouped(self.unknown / 1000), (self.unknown / 1000).to_string(), self.no_digest.clone()];
        let found = beginnings.iter().flat_map(|beginning| memmem::find_iter(page.as_bytes(), beginning));
        let mut found: Vec<usize> = found.collect();
        found.sort_unstable();
        let (mut right, mut done) = (String::with_capacity(page.len()), 0);
        for at in found {
            let stand_in = texts.iter().find(|(unknown, _)| at >= done && page[at..].starts_with(unknown));
            if let Some((unknown, known)) = stand_in {
                right.push_str(&page[done..at]);
                right.push_str(known);
                done = at + unknown.len();
            }
        }
        Ok(right + &page[done..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_what_came_in_the_place_of_what_was_awaited() {
        let awaited = Awaited::new(["a.csv", "b.csv", "c.md"], "drawn");
        let there = |name: &str| {
            let rows = (!name.ends_with(".md")).then_some(1234);
            FileEntry { name: name.into(), rows, bytes: 56_789, sha256: digest::sha256(name) }
        };
        let line = |file: &FileEntry| {
            let rows = file.rows.map_or("-".to_owned(), |rows| format!("{} {rows}", figures::grouped(rows)));
            format!("{} {rows} {} {} {}\n", file.name, figures::grouped(file.bytes), file.bytes, file.digits())
        };
        let page: String = awaited.beside(vec![there("0.csv")]).iter().map(line).collect();
        let files = ["0.csv", "a.csv", "b.csv", "c.md"].map(there);
        let expected: String = files.iter().map(line).collect();
        assert_eq!(awaited.put_right(&page, &files).unwrap(), expected);
        assert_eq!(awaited.put_right(&page, &files[..3]).unwrap_err().to_string(), "c.md was not written");
        assert_eq!(awaited.put_right("neither", &files[..1]).unwrap(), "neither");
    }
}
