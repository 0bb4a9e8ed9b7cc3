//! What a list was asked for: queries and filters, and whether they leave anybody out.

use crate::directory::headers;
use crate::directory::lists::lists;
use crate::text::squashed;

lists! {
    "words.txt";
    NO_FILTER = "no filter",
    NARROWS = "member narrows",
}

/// Whether a query that asks for this asks for some people only: a field of a person, and not how many or in which order.
pub(super) fn narrows(asked: &str) -> bool {
    let field = || headers::meaning(asked).is_some_and(|(slot, _)| slot.field().is_some() && !slot.identifies());
    NARROWS.contains(&squashed(asked).as_str()) || field()
}

/// Whether a query asks for some people only: `department = 'Finance'`, `select … where …`, `status eq "active"`.
pub(super) fn restricts(query: &str) -> bool {
    let query = query.trim().to_lowercase();
    if query.starts_with("select ") {
        return query.split_whitespace().any(|word| word == "where");
    }
    let narrows = |clause: &str| {
        let pair = clause.split_once("!=").or_else(|| clause.split_once(['=', '<', '>'])).or_else(|| clause.split_once(" eq "));
        pair.is_some_and(|(field, value)| {
            let value = value.trim_matches(['=', ' ', '"', '\'', '>', '<', '(', ')']);
            narrows(field.trim()) && !value.is_empty() && !is_no_filter(value)
        })
    };
    query.split(['&', ';']).flat_map(|part| part.split(" and ")).any(narrows)
}

/// Whether what stands behind the label of a filter says that there is none.
pub(super) fn is_no_filter(lower: &str) -> bool {
    NO_FILTER.contains(&lower)
        || ["all ", "alle ", "tous ", "toutes ", "todos ", "todas ", "tutti "].iter().any(|all| lower.starts_with(all))
}
