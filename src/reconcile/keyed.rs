//! The keys of one population as a frame, and which of its rows share one.

use std::borrow::Cow;

use anyhow::Result;
use polars::prelude::*;
use rayon::prelude::*;

/// Stands for no group.
pub(super) const NONE: u32 = u32::MAX;

/// Keys are normalised so many rows at a time, on all cores.
const PART: u32 = 1 << 14;

/// The keys of one side, a row each: `at`, the place of its row, and `key`. Rows without a key are left out.
pub(super) fn keyed<'a, K>(height: u32, keys: impl Fn(u32) -> K + Sync) -> Result<DataFrame>
where
    K: IntoIterator<Item = Cow<'a, str>>,
{
    let part = |part: u32| {
        let rows = part * PART..height.min((part + 1) * PART);
        let mut at = Vec::with_capacity(rows.len());
        let mut texts = StringChunkedBuilder::new("key".into(), rows.len());
        for row in rows {
            for key in keys(row) {
                at.push(row);
                texts.append_value(key);
            }
        }
        (at, texts.finish())
    };
    let parts: Vec<(Vec<u32>, StringChunked)> = (0..height.div_ceil(PART)).into_par_iter().map(part).collect();
    let (mut at, mut texts) = (Vec::new(), StringChunked::full_null("key".into(), 0));
    for (part, keys) in parts {
        at.extend(part);
        texts.append_owned(keys)?;
    }
    Ok(DataFrame::new(at.len(), vec![places("at", at), texts.into_column()])?)
}

/// The same rows with another form of their keys; those that have none are left out.
pub(super) fn reformed(keyed: &DataFrame, form: impl Fn(&str) -> Option<&str>) -> Result<DataFrame> {
    let texts = keyed.column("key")?.str()?;
    let texts = StringChunked::from_iter_options("key".into(), texts.iter().map(|text| text.and_then(&form)));
    let has_key = texts.is_not_null();
    Ok(DataFrame::new(texts.len(), vec![keyed.column("at")?.clone(), texts.into_column()])?.filter(&has_key)?)
}

/// The rows of one side by key.
pub(super) struct KeyedRows {
    /// `key`, `first` of the rows that have it, and `group`: the place of all of them, where they are several; else [`NONE`].
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

/// Which rows of one side share a key.
pub(super) fn shared(keyed: &DataFrame) -> Result<KeyedRows> {
    let at = keyed.column("at")?.u32()?.rechunk();
    let at = at.cont_slice()?;
    let grouped = keyed.group_by(["key"])?;
    let height = grouped.get_groups().len();
    let (mut keys, mut first, mut group) = (Vec::with_capacity(height), Vec::with_capacity(height), Vec::with_capacity(height));
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for rows in grouped.get_groups().iter() {
        keys.push(rows.first());
        let mut rows: Vec<u32> = match rows {
            GroupsIndicator::Idx((one, all)) if all.len() == 1 => {
                first.push(at[one as usize]);
                group.push(NONE);
                continue;
            }
            GroupsIndicator::Idx((_, all)) => all.iter().map(|row| at[*row as usize]).collect(),
            GroupsIndicator::Slice([from, len]) => at[from as usize..(from + len) as usize].to_vec(),
        };
        rows.sort_unstable();
        rows.dedup();
        first.push(rows[0]);
        group.push(if rows.len() > 1 { groups.len() as u32 } else { NONE });
        if rows.len() > 1 {
            groups.push(rows);
        }
    }
    let key = keyed.column("key")?.take(&IdxCa::from_vec("key".into(), keys))?;
    let first = DataFrame::new(height, vec![key, places("first", first), places("group", group)])?;
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
}
