//! The keys of one population as a frame, and which of its rows share one.

use std::borrow::Cow;
use std::hash::BuildHasher;

use anyhow::Result;
use polars::prelude::*;
use rayon::prelude::*;

/// Stands for no group.
pub(super) const NONE: u32 = u32::MAX;

/// Keys are normalised so many rows at a time, on all cores.
const PART: u32 = 1 << 14;

/// The keys of one side, a row each: `at`, the place of its row, `key`, and `hash` of that (u64), by which rows are brought
/// together: numbers are faster than texts, and since two keys may have one hash, the keys are looked at then. Rows without a key
/// are left out.
pub(super) fn keyed<'a, K>(height: u32, keys: impl Fn(u32) -> K + Sync) -> Result<DataFrame>
where
    K: IntoIterator<Item = Cow<'a, str>>,
{
    let part = |part: u32| {
        let rows = part * PART..height.min((part + 1) * PART);
        let mut at = Vec::with_capacity(rows.len());
        let mut hashes = Vec::with_capacity(rows.len());
        let mut texts = StringChunkedBuilder::new("key".into(), rows.len());
        for row in rows {
            for key in keys(row) {
                at.push(row);
                hashes.push(hash(&key));
                texts.append_value(key);
            }
        }
        (at, texts.finish(), hashes)
    };
    let parts: Vec<_> = (0..height.div_ceil(PART)).into_par_iter().map(part).collect();
    let (mut at, mut texts, mut hashes) = (Vec::new(), StringChunked::full_null("key".into(), 0), Vec::new());
    for (part, keys, of_keys) in parts {
        at.extend(part);
        texts.append_owned(keys)?;
        hashes.extend(of_keys);
    }
    let hashes = UInt64Chunked::from_vec("hash".into(), hashes).into_column();
    Ok(DataFrame::new(at.len(), vec![places("at", at), texts.into_column(), hashes])?)
}

fn hash(key: &str) -> u64 {
    PlFixedStateQuality::with_seed(0).hash_one(key)
}

/// The same rows with another form of their keys; those that have none are left out.
pub(super) fn reformed(keyed: &DataFrame, form: impl Fn(&str) -> Option<&str>) -> Result<DataFrame> {
    let texts = keyed.column("key")?.str()?;
    let texts = StringChunked::from_iter_options("key".into(), texts.iter().map(|text| text.and_then(&form)));
    let hashes = UInt64Chunked::from_iter_options("hash".into(), texts.iter().map(|text| text.map(hash)));
    let has_key = texts.is_not_null();
    let columns = vec![keyed.column("at")?.clone(), texts.into_column(), hashes.into_column()];
    Ok(DataFrame::new(keyed.height(), columns)?.filter(&has_key)?)
}

/// The rows of both sides that have one key, with the columns of both.
pub(super) fn joined(ours: &DataFrame, theirs: &DataFrame) -> Result<DataFrame> {
    let joined = ours.join(theirs, ["hash"], ["hash"], JoinArgs::new(JoinType::Inner), None)?;
    let equal = joined.column("key")?.str()?.equal(joined.column("key_right")?.str()?);
    Ok(if equal.all() { joined } else { joined.filter(&equal)? })
}

/// The rows of one side by key.
pub(super) struct KeyedRows {
    /// `key` and its `hash`, `first` of the rows that have it, and `group`: the place of all of them, where they are several; else
    /// [`NONE`].
    pub(super) first: DataFrame,
    /// The rows of each group, ascending.
    pub(super) groups: Vec<Vec<u32>>,
}

impl KeyedRows {
    /// Each key that several rows have, and these rows.
    pub(super) fn each(&self) -> Result<impl Iterator<Item = (&str, &[u32])>> {
        let (keys, groups) = (self.first.column("key")?.str()?, self.first.column("group")?.u32()?);
        let several = keys.iter().flatten().zip(groups.into_no_null_iter());
        Ok(several.filter_map(|(key, group)| Some((key, self.groups.get(group as usize)?.as_slice()))))
    }
}

/// Which rows of one side share a key. Most share it with nobody, as their hashes show.
pub(super) fn shared(keyed: &DataFrame) -> Result<KeyedRows> {
    let (at, hashes) = (keyed.column("at")?.u32()?.rechunk(), keyed.column("hash")?.u64()?.rechunk());
    let (at, hashes) = (at.cont_slice()?, hashes.cont_slice()?);
    let mut order: Vec<(u64, u32)> = hashes.iter().copied().zip(0..).collect();
    order.par_sort_unstable();
    let (alone, alike): (Vec<_>, Vec<_>) = order.chunk_by(|one, other| one.0 == other.0).partition(|rows| rows.len() == 1);
    let rows = |runs: Vec<&[(u64, u32)]>| runs.into_iter().flatten().map(|(_, row)| *row).collect::<Vec<u32>>();
    let (mut keys, alike) = (rows(alone), rows(alike));
    let mut first: Vec<u32> = keys.iter().map(|row| at[*row as usize]).collect();
    let mut group = vec![NONE; keys.len()];
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let grouped = keyed.select(["key"])?.take(&IdxCa::from_slice("row".into(), &alike))?;
    for rows in grouped.group_by(["key"])?.get_groups().iter() {
        let alike_rows: Vec<u32> = match rows {
            GroupsIndicator::Idx((_, all)) => all.iter().map(|row| alike[*row as usize]).collect(),
            GroupsIndicator::Slice([from, len]) => alike[from as usize..(from + len) as usize].to_vec(),
        };
        let mut rows: Vec<u32> = alike_rows.iter().map(|row| at[*row as usize]).collect();
        rows.sort_unstable();
        rows.dedup();
        keys.push(alike_rows[0]);
        first.push(rows[0]);
        group.push(if rows.len() > 1 { groups.len() as u32 } else { NONE });
        if rows.len() > 1 {
            groups.push(rows);
        }
    }
    let key = keyed.select(["key", "hash"])?.take(&IdxCa::from_vec("row".into(), keys))?;
    let first = key.hstack(&[places("first", first), places("group", group)])?;
    Ok(KeyedRows { first, groups })
}

/// Places of rows as a column.
pub(super) fn places(name: &str, places: Vec<u32>) -> Column {
    UInt32Chunked::from_vec(name.into(), places).into_column()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(keys: &[&'static str]) -> Vec<Vec<u32>> {
        let key = |row: u32| Some(keys[row as usize % keys.len()]).filter(|key| !key.is_empty()).map(Cow::Borrowed);
        let mut groups = shared(&keyed(PART * 2 + 5, key).unwrap()).unwrap().groups;
        groups.sort_unstable();
        groups
    }

    #[test]
    fn rows_with_one_key_are_a_group_and_blanks_are_none() {
        let rows = |first: u32| (0..PART * 2 + 5).filter(|row| row % 3 == first).collect::<Vec<u32>>();
        assert_eq!(groups(&["a", "", "b"]), [rows(0), rows(2)]);
        assert_eq!(groups(&[""]), Vec::<Vec<u32>>::new());
    }

    #[test]
    fn a_row_that_has_its_key_twice_shares_it_with_nobody() {
        let twice = keyed(1, |_| [Cow::Borrowed("a"), Cow::Borrowed("a")]).unwrap();
        let shared = shared(&twice).unwrap();
        assert_eq!((shared.first.height(), shared.groups.len()), (1, 0));
    }
    #[test]
    fn two_keys_with_one_hash_are_two() {
        let of = |keys: [&'static str; 4]| {
            let mut frame = keyed(4, |row| Some(Cow::Borrowed(keys[row as usize]))).unwrap();
            frame.with_column(UInt64Chunked::full("hash".into(), 0, 4).into_column()).unwrap();
            frame
        };
        let (ours, theirs) = (of(["a", "b", "c", "d"]), shared(&of(["b", "x", "a", "b"])).unwrap());
        assert_eq!(theirs.groups, [[0, 3]]);
        let joined = joined(&ours, &theirs.first).unwrap();
        let column = |name| joined.column(name).unwrap().u32().unwrap().into_no_null_iter();
        let mut pairs: Vec<_> = column("at").zip(column("first")).collect();
        pairs.sort_unstable();
        assert_eq!(pairs, [(0, 2), (1, 0)]);
    }
}
