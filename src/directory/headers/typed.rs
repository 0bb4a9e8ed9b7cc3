//! Lists of typed values spread over columns: `externalIds.0.type, externalIds.0.value, externalIds.1.type, …`, as tables made from
//! an API write them. Which index holds which type differs from row to row, so the value is chosen by its type.

use polars::prelude::*;

use crate::directory::raw::{Raw, RawColumn};

/// List and type of the values that can be somebody's number or manager.
const CHOSEN: [(&str, &str); 2] = [("externalIds", "organization"), ("relations", "manager")];

/// The list and the index a header belongs to, and whether it is the type.
fn part(header: &str) -> Option<(&'static str, &str, bool)> {
    let (list, rest) = header.trim().split_once('.')?;
    let (list, _) = CHOSEN.iter().find(|(known, _)| known.eq_ignore_ascii_case(list))?;
    let (index, leaf) = rest.split_once('.')?;
    let numbered = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    match leaf {
        "type" | "value" if numbered => Some((list, index, leaf == "type")),
        _ => None,
    }
}

/// Whether a column is a part of such a list.
pub(in crate::directory) fn is_part(header: &str) -> bool {
    part(header).is_some()
}

/// Replaces the parts of each list by one column, such as `externalIds[type=organization].value`.
pub(in crate::directory) fn choose(raw: &mut Raw) {
    for (list, kind) in CHOSEN {
        let (parts, others) = std::mem::take(&mut raw.columns)
            .into_iter()
            .partition::<Vec<_>, _>(|column| part(&column.header).is_some_and(|(of, ..)| of == list));
        raw.columns = others;
        let of = |index: &str, is_type: bool| parts.iter().find(|column| part(&column.header) == Some((list, index, is_type)));
        let indices = parts.iter().filter_map(|column| part(&column.header)).filter(|(.., is_type)| *is_type);
        let pairs: Vec<(&RawColumn, &RawColumn)> =
            indices.filter_map(|(_, index, _)| Some((of(index, true)?, of(index, false)?))).collect();
        let Some((first, _)) = pairs.first() else { continue };
        let values = (0..raw.rows.len()).map(|row| {
            let is_kind = |types: &RawColumn| types.values.get(row).is_some_and(|value| value.eq_ignore_ascii_case(kind));
            pairs.iter().find(|(types, _)| is_kind(types)).and_then(|(_, values)| values.values.get(row))
        });
        let values = StringChunked::from_iter_options(PlSmallStr::EMPTY, values);
        raw.columns.push(RawColumn { header: format!("{list}[type={kind}].value"), at: first.at, values });
    }
}
