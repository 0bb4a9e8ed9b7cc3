//! One key at a time: which people does each account point at?
//!
//! Each side becomes a frame of 64-bit hashes of its normalised keys. The people's keys are grouped first, so that the join is from
//! many accounts to one group and duplicates cannot multiply; Polars joins the two frames; then every pair and every group is
//! compared as text. Two texts with one hash make the whole key start again with another seed, so that the result is exact.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};

use anyhow::Result;
use polars::prelude::*;
use rayon::prelude::*;

/// Stands for no group and no row.
pub(super) const NONE: u32 = u32::MAX;

/// The hash of a blank key. A blank points at nobody.
const BLANK: u64 = 0;

/// One side of a correlation: `len` entries, each with a text or none, and the key that a text is normalised to. Both sides normalise
/// in the same way.
pub(super) trait Keyed<'a>: Sync {
    fn len(&self) -> u32;
    fn text(&self, entry: u32) -> Option<&'a str>;
    fn key(&self, entry: u32) -> Option<Cow<'a, str>>;
}

/// A side made of two functions.
pub(super) struct Keys<T, F> {
    pub(super) len: u32,
    pub(super) text: T,
    pub(super) form: F,
}

impl<'a, T, F> Keyed<'a> for Keys<T, F>
where
    T: Fn(u32) -> Option<&'a str> + Sync,
    F: Fn(&'a str) -> Option<Cow<'a, str>> + Sync,
{
    fn len(&self) -> u32 {
        self.len
    }

    fn text(&self, entry: u32) -> Option<&'a str> {
        (self.text)(entry)
    }

    fn key(&self, entry: u32) -> Option<Cow<'a, str>> {
        (self.form)((self.text)(entry)?)
    }
}

/// Entries that share a key, as groups of ascending entries.
#[derive(Debug, Default)]
pub(super) struct Groups {
    hashes: Vec<u64>,
    starts: Vec<u32>,
    entries: Vec<u32>,
}

impl Groups {
    fn new(hashes: &[u64]) -> Self {
        let mut pairs: Vec<(u64, u32)> =
            (0u32..).zip(hashes).filter(|(_, hash)| **hash != BLANK).map(|(at, hash)| (*hash, at)).collect();
        pairs.par_sort_unstable();
        let mut groups = Self { hashes: Vec::with_capacity(pairs.len()), starts: Vec::new(), entries: Vec::new() };
        groups.starts.reserve_exact(pairs.len() + 1);
        groups.entries.reserve_exact(pairs.len());
        for (hash, entry) in pairs {
            if groups.hashes.last() != Some(&hash) {
                groups.hashes.push(hash);
                groups.starts.push(groups.entries.len() as u32);
            }
            groups.entries.push(entry);
        }
        groups.starts.push(groups.entries.len() as u32);
        groups
    }

    pub(super) fn len(&self) -> u32 {
        self.hashes.len() as u32
    }

    /// The entries of a group; none for [`NONE`].
    pub(super) fn get(&self, group: u32) -> &[u32] {
        let group = group as usize;
        match (self.starts.get(group), self.starts.get(group.wrapping_add(1))) {
            (Some(start), Some(end)) => &self.entries[*start as usize..*end as usize],
            _ => &[],
        }
    }

    /// The groups with more than one entry.
    pub(super) fn repeated(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.len()).map(|group| self.get(group)).filter(|entries| entries.len() > 1)
    }

    /// Whether the entries of each group have one and the same key.
    fn agree<'a>(&self, keyed: &impl Keyed<'a>) -> bool {
        (0..self.len()).into_par_iter().all(|group| match self.get(group) {
            [first, rest @ ..] if !rest.is_empty() => {
                let key = keyed.key(*first);
                rest.iter().all(|entry| keyed.key(*entry) == key)
            }
            _ => true,
        })
    }
}

/// Where the entries of one side point: at groups of the other side.
#[derive(Debug, Default)]
pub(super) struct Correlation {
    /// The other side's entries by key.
    pub(super) groups: Groups,
    /// For each entry of this side the group it points at, or [`NONE`].
    pub(super) pointing: Vec<u32>,
    /// Whether its text is that of the group's first entry even before either is normalised.
    verbatim: Vec<bool>,
}

impl Correlation {
    /// What this entry points at.
    pub(super) fn at(&self, entry: u32) -> &[u32] {
        self.pointing.get(entry as usize).map_or(&[], |group| self.groups.get(*group))
    }

    /// Whether this entry points at one other alone, and their texts are the same as they stand.
    pub(super) fn is_verbatim(&self, entry: u32) -> bool {
        self.verbatim.get(entry as usize).is_some_and(|same| *same) && self.at(entry).len() == 1
    }
}

/// Points every entry of `from` at the entries of `to` with the same key.
pub(super) fn correlate<'a, 'b>(from: &impl Keyed<'a>, to: &impl Keyed<'b>) -> Result<Correlation> {
    correlate_hashed(from, to, PlFixedStateQuality::with_seed)
}

fn correlate_hashed<'a, 'b, S: BuildHasher + Sync>(
    from: &impl Keyed<'a>,
    to: &impl Keyed<'b>,
    state: impl Fn(u64) -> S,
) -> Result<Correlation> {
    let mut seed = 0;
    loop {
        let state = state(seed);
        let groups = Groups::new(&hashes(to, &state));
        let pointing = join(&hashes(from, &state), &groups)?;
        // Most texts are the same as they stand; only others have to be normalised again.
        let verbatim = |entry: u32| match groups.get(pointing[entry as usize]).first() {
            None => Some(false),
            Some(first) if from.text(entry) == to.text(*first) => Some(true),
            Some(first) => (from.key(entry) == to.key(*first)).then_some(false),
        };
        let verbatim: Option<Vec<bool>> = (0..from.len()).into_par_iter().with_min_len(4096).map(verbatim).collect();
        if let Some(verbatim) = verbatim.filter(|_| groups.agree(to)) {
            return Ok(Correlation { groups, pointing, verbatim });
        }
        seed += 1;
    }
}

/// Entries by key, within one side.
pub(super) fn group<'a>(keyed: &impl Keyed<'a>) -> Groups {
    let mut seed = 0;
    loop {
        let groups = Groups::new(&hashes(keyed, &PlFixedStateQuality::with_seed(seed)));
        if groups.agree(keyed) {
            return groups;
        }
        seed += 1;
    }
}

fn hashes<'a, S: BuildHasher + Sync>(keyed: &impl Keyed<'a>, state: &S) -> Vec<u64> {
    let hash = |entry| {
        keyed.key(entry).map_or(BLANK, |key| {
            let mut hasher = state.build_hasher();
            hasher.write(key.as_bytes());
            hasher.finish().max(1)
        })
    };
    (0..keyed.len()).into_par_iter().with_min_len(4096).map(hash).collect()
}

/// Many to one: `groups` has each hash once.
fn join(hashes: &[u64], groups: &Groups) -> Result<Vec<u32>> {
    let mut pointing = vec![NONE; hashes.len()];
    let (keys, rows): (Vec<u64>, Vec<u32>) = hashes.iter().zip(0u32..).filter(|(hash, _)| **hash != BLANK).unzip();
    if keys.is_empty() || groups.hashes.is_empty() {
        return Ok(pointing);
    }
    let left = df!["key" => keys, "entry" => rows]?;
    let right = df!["key" => groups.hashes.as_slice(), "group" => (0..groups.len()).collect::<Vec<u32>>()]?;
    let joined = left.join(&right, ["key"], ["key"], JoinArgs::new(JoinType::Inner), None)?;
    let (entries, groups) = (joined.column("entry")?.u32()?, joined.column("group")?.u32()?);
    for (entry, group) in entries.into_no_null_iter().zip(groups.into_no_null_iter()) {
        pointing[entry as usize] = group;
    }
    Ok(pointing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side<'a>(keys: &'a [&'a str]) -> impl Keyed<'a> {
        let text = move |entry: u32| Some(keys[entry as usize]).filter(|key| !key.is_empty());
        Keys { len: keys.len() as u32, text, form: |text: &'a str| Some(Cow::Borrowed(text)) }
    }

    /// Hashes everything to the length of the text until the third seed.
    struct Poor(u64, PlFixedStateQuality);

    impl BuildHasher for Poor {
        type Hasher = PoorHasher;
        fn build_hasher(&self) -> PoorHasher {
            PoorHasher(self.0, 0, self.1.build_hasher())
        }
    }

    struct PoorHasher(u64, u64, <PlFixedStateQuality as BuildHasher>::Hasher);

    impl Hasher for PoorHasher {
        fn write(&mut self, bytes: &[u8]) {
            self.1 += bytes.len() as u64;
            self.2.write(bytes);
        }
        fn finish(&self) -> u64 {
            if self.0 < 2 { self.1 } else { self.2.finish() }
        }
    }

    #[test]
    fn each_entry_points_at_all_entries_with_its_key() {
        let found = correlate(&side(&["b", "", "x", "a"]), &side(&["a", "b", "a", ""])).unwrap();
        let at: Vec<&[u32]> = (0..4).map(|entry| found.at(entry)).collect();
        assert_eq!(at, [&[1][..], &[], &[], &[0, 2]]);
    }

    #[test]
    fn blank_never_points_at_blank() {
        assert!(correlate(&side(&[""]), &side(&[""])).unwrap().at(0).is_empty());
    }

    #[test]
    fn two_texts_with_one_hash_are_still_two() {
        let poor = |seed| Poor(seed, PlFixedStateQuality::with_seed(seed));
        let found = correlate_hashed(&side(&["ab", "cd", "zz"]), &side(&["cd", "ab", "ab"]), poor).unwrap();
        let at: Vec<&[u32]> = (0..3).map(|entry| found.at(entry)).collect();
        assert_eq!(at, [&[1, 2][..], &[0], &[]]);
    }
}
