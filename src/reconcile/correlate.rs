//! The join: which people does each account's key name? One key at a time.
//!
//! The keys of either side are a frame of `entry` and `key`, without the entries that have none: a blank joins nobody. People with the
//! same key are one group, so that duplicates cannot multiply, and Polars joins the accounts to the groups on the keys themselves:
//!
//! ```text
//!  accounts (entry, key) ⋈ people grouped by key (key, group)  =>  entry -> group -> people
//! ```

use std::borrow::Cow;

use anyhow::Result;
use polars::prelude::*;
use rayon::prelude::*;

/// Stands for no group and no row.
pub(super) const NONE: u32 = u32::MAX;

/// Keys are normalised so many entries at a time, on all cores.
const PART: u32 = 1 << 14;

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
    starts: Vec<u32>,
    entries: Vec<u32>,
}

impl Groups {
    /// The groups of a frame of keys, in no particular order; and a frame of each group's `key` and `group`.
    fn of(keys: &DataFrame) -> Result<(Self, DataFrame)> {
        let entries = keys.column("entry")?.u32()?.rechunk();
        let entries = entries.cont_slice()?;
        let grouped = keys.group_by(["key"])?;
        let mut found = Self { starts: vec![0], entries: Vec::with_capacity(entries.len()) };
        let mut first: Vec<IdxSize> = Vec::with_capacity(grouped.get_groups().len());
        for group in grouped.get_groups().iter() {
            first.push(group.first());
            match group {
                GroupsIndicator::Idx((_, all)) => found.entries.extend(all.iter().map(|at| entries[*at as usize])),
                GroupsIndicator::Slice([from, len]) => found.entries.extend(&entries[from as usize..(from + len) as usize]),
            }
            if let Some(group) = found.starts.last().and_then(|start| found.entries.get_mut(*start as usize..)) {
                group.sort_unstable();
            }
            found.starts.push(found.entries.len() as u32);
        }
        let groups = UInt32Chunked::from_vec("group".into(), (0..first.len() as u32).collect()).into_column();
        let key = keys.column("key")?.take(&IdxCa::from_vec("first".into(), first))?;
        Ok((found, DataFrame::new(groups.len(), vec![key, groups])?))
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
        (0..self.starts.len() as u32).map(|group| self.get(group)).filter(|entries| entries.len() > 1)
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
    let (groups, named) = Groups::of(&keys(to)?)?;
    let joined = keys(from)?.join(&named, ["key"], ["key"], JoinArgs::new(JoinType::Inner), None)?;
    let mut pointing = vec![NONE; from.len() as usize];
    let pairs = joined.column("entry")?.u32()?.into_no_null_iter().zip(joined.column("group")?.u32()?.into_no_null_iter());
    for (entry, group) in pairs {
        pointing[entry as usize] = group;
    }
    let verbatim = |entry: u32| {
        let first = groups.get(pointing[entry as usize]).first();
        first.is_some_and(|first| from.text(entry) == to.text(*first))
    };
    let verbatim = (0..from.len()).into_par_iter().with_min_len(4096).map(verbatim).collect();
    Ok(Correlation { groups, pointing, verbatim })
}

/// Entries by key, within one side.
pub(super) fn group<'a>(side: &impl Keyed<'a>) -> Result<Groups> {
    Ok(Groups::of(&keys(side)?)?.0)
}

/// The entries that have a key: `entry`, `key`.
fn keys<'a>(side: &impl Keyed<'a>) -> Result<DataFrame> {
    let part = |part: u32| {
        let entries = part * PART..side.len().min((part + 1) * PART);
        let mut keyed = Vec::with_capacity(entries.len());
        let mut keys = StringChunkedBuilder::new("key".into(), entries.len());
        for (entry, key) in entries.filter_map(|entry| Some((entry, side.key(entry)?))) {
            keyed.push(entry);
            keys.append_value(key);
        }
        (keyed, keys.finish())
    };
    let parts: Vec<(Vec<u32>, StringChunked)> = (0..side.len().div_ceil(PART)).into_par_iter().map(part).collect();
    let (mut entries, mut keys) = (Vec::new(), StringChunked::full_null("key".into(), 0));
    for (keyed, part) in parts {
        entries.extend(keyed);
        keys.append_owned(part)?;
    }
    let entries = UInt32Chunked::from_vec("entry".into(), entries).into_column();
    Ok(DataFrame::new(entries.len(), vec![entries, keys.into_column()])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side<'a>(keys: &'a [&'a str]) -> impl Keyed<'a> {
        let text = move |entry: u32| Some(keys[entry as usize]).filter(|key| !key.is_empty());
        Keys { len: keys.len() as u32, text, form: |text: &'a str| Some(Cow::Borrowed(text)) }
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
        assert!(correlate(&side(&[]), &side(&[])).unwrap().at(0).is_empty());
    }

    #[test]
    fn entries_beyond_one_part_keep_their_places() {
        let many: Vec<String> = (0..PART * 2 + 5).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let reversed: Vec<&str> = many.iter().rev().copied().collect();
        let found = correlate(&side(&many), &side(&reversed)).unwrap();
        assert!((0..many.len() as u32).all(|entry| found.at(entry) == [many.len() as u32 - 1 - entry]));
    }
}
