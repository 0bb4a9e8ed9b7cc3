//! `Link` headers (RFC 8288), as servers write them.

/// The address that a `Link` header names for this relation, of several links and relations, in any case of its letters.
pub fn related<'t>(header: &'t str, relation: &str) -> Option<&'t str> {
    let mut rest = header;
    while let Some((address, parameters)) = rest.split_once('<').and_then(|(_, link)| link.split_once('>')) {
        let (relations, behind) = relations(parameters);
        if relations.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(relation)) {
            return Some(address.trim());
        }
        rest = behind;
    }
    None
}

/// The relations among the parameters of a link, and what comes behind it.
fn relations(parameters: &str) -> (&str, &str) {
    let (mut relations, mut rest) = (None, parameters);
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        if rest.is_empty() || rest.starts_with(',') {
            return (relations.unwrap_or_default(), rest.get(1..).unwrap_or_default());
        }
        let (name, after) = rest.split_at(rest.find(['=', ';', ',']).unwrap_or(rest.len()));
        rest = after;
        if let Some(value) = after.strip_prefix('=') {
            let (said, behind) = value_of(value.trim_start());
            rest = behind;
            if name.trim().eq_ignore_ascii_case("rel") {
                relations.get_or_insert(said);
            }
        }
    }
}

/// A parameter's value, between quotes of either sort or up to its end, and what comes behind it.
fn value_of(text: &str) -> (&str, &str) {
    let quoted = text.strip_prefix('"').and_then(|text| text.split_once('"'));
    let quoted = quoted.or_else(|| text.strip_prefix('\'')?.split_once('\''));
    quoted.unwrap_or_else(|| text.split_at(text.find([';', ',']).unwrap_or(text.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_however_it_is_written() {
        for link in [
            "</p?page=2>; rel=\"next\"",
            "</p?page=2>;rel=next",
            "</p?page=2>; rel='next'",
            "</p?page=2>; Rel=NEXT",
            "</p?page=2>; rel=\"next last\"",
            "</p?page=2> ; title=\"a, <b>; rel=prev\" ; rel = \"next\"",
            "</p?a=1,2>; rel=\"prev\", </p?page=2>; rel=\"next\"",
            "<>; rel=first, < /p?page=2 >; anchor; rel=next, </p?page=9>; rel=last",
        ] {
            assert_eq!(related(link, "next"), Some("/p?page=2"), "{link}");
        }
        for link in
            ["", "</p>; rel=prev", "</p>; title=\"rel=next\"", "</p>; rev=next", "<", "</p", "</p>; rel=\"next", "</p>;=;=="]
        {
            assert_eq!(related(link, "next"), None, "{link}");
        }
    }
}
