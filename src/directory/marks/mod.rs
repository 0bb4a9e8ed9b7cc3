//! Marks of a partial list: what a list says of itself, wherever it says it.
//!
//! Every reader of a list, of a file as of an API's answers, tells one [`Marks`] what stands beside the people: the members around
//! a JSON list, the headers of an answer, the words above and below a table, the result of an LDAP search. After each page it says
//! how many items the page had, and in the end asks for the doubts:
//!
//! ```text
//!  beside("data.users", "pageInfo", {"hasNextPage": true})  ─┐
//!  header("Link", "<…>; rel=\"next\"")                       ├─► page_of(3) ─► doubts(): it says that there is more (`…hasNextPage`)
//!  words("Applied filters: Country is Germany")             ─┘
//! ```
//!
//! A next page counts on the last page only, a total or a filter on any. A total is one of this list where it stands directly
//! beside the list, or beside an object that holds it, or in an object named for paging: 50 licences are not 50 people. A cursor
//! alone says where the page lies, not that there is another. Nothing here decides what follows: a doubt is a sentence.

mod in_words;
mod members;
mod numbers;
mod query;
mod words;

use serde_json::{Map, Value};

use members::{
    ANYTHING, ASKED, CURRENT, LAST, LIMITS, MADE, PAGES, PAGING, PARTIAL, QUERIES, RANGES, REMAINING, SAYINGS, STATES, bad_status,
    flag, has_next_relation, is_address, is_filter, is_later, is_more, is_next, is_part, is_total, is_wrong, joined, leads_on,
    number, page_in_address, points,
};
use numbers::{Numbers, PEOPLE};
use query::{is_no_filter, narrows, restricts};

use crate::text::{plural, squashed};

/// What a list has said of itself so far.
#[derive(Debug, Default)]
pub struct Marks {
    pages: u64,
    items: u64,
    /// Of the page under way: that there is another.
    next: Option<String>,
    /// Of the page under way: that there is none.
    ended: bool,
    /// What the last page that was closed said of the next.
    last: Option<String>,
    last_ended: bool,
    totals: Vec<Total>,
    page_totals: Vec<Total>,
    /// Numbers of people or of pages, whichever it is.
    either: Vec<Total>,
    /// The most that a page was to hold, where it says so.
    limit: Option<u64>,
    /// The most that the list was to hold, in words.
    top: Option<(u64, String)>,
    /// The last page, and of how many, in words.
    page_in_words: Option<(u64, u64)>,
    /// What the page under way says of pages before it, and whether it says that there are none.
    later_here: Option<String>,
    begins_here: bool,
    /// What the first page said of pages before it.
    later: Option<String>,
    /// Whether any page said that it is the first.
    begins: bool,
    /// The first person shown, in words: the least where several parts are shown.
    from: Option<(u64, String)>,
    /// The day the list says it was made, as it says it.
    dated: Option<String>,
    /// What holds for the whole list: filters, a limit that was met.
    lasting: Vec<String>,
}

/// A number somebody counted, and where it says so.
#[derive(Debug)]
struct Total {
    place: String,
    number: u64,
}

/// Where a member stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    path: &'a str,
    /// Directly beside the list or in objects named for paging: numbers there are of this list.
    own: bool,
}

impl Marks {
    /// A member beside the list, or beside an object that holds it. `above` is the path of the object it is a member of, for
    /// messages.
    pub fn beside(&mut self, above: &str, key: &str, value: &Value) {
        let path = joined(above, key);
        self.member(Place { path: &path, own: true }, key, value);
    }

    /// The id of a MongoDB cursor, whose batch the list is: 0 where nothing is left.
    pub fn cursor(&mut self, place: &str, id: &Value) {
        match id.as_f64().map_or_else(|| leads_on(id), |id| id != 0.0) {
            true => self.goes_on(place),
            false => self.ended = true,
        }
    }

    /// A header of the answer that the list stands in.
    pub fn header(&mut self, name: &str, value: &str) {
        let place = format!("the header {name}");
        let name = squashed(name);
        // What is no standard begins with an x, and what is WordPress's with its name.
        let name = ["xwp", "x"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(&name);
        match name {
            "link" if has_next_relation(value) => self.goes_on(&place),
            "link" => self.ended = true,
            _ => {
                let text = || Value::String(value.trim().to_owned());
                let value = Some(value).filter(|value| value.starts_with('{')).and_then(|value| serde_json::from_str(value).ok());
                self.member(Place { path: &place, own: true }, name, &value.unwrap_or_else(text));
            }
        }
    }

    /// Which part a file is, and of how many, by its name in lower case: `workers_part1of3`, `staff (2 of 2)`, `teil 1 von 2`.
    pub fn part_in_name(name: &str) -> Option<(u64, u64)> {
        Numbers::of(&name.replace('_', " ")).part_of_all()
    }

    /// The result of an LDAP search: its code and what the server calls it.
    pub fn ldap_result(&mut self, code: u32, name: &str) {
        match code {
            0 => self.ended = true,
            _ => self.lasts(format!("the server did not give the whole list: result {code} {}", name.trim())),
        }
    }

    /// Closes a page of so many items.
    pub fn page_of(&mut self, items: u64) {
        let later = self.later_here.take();
        self.begins |= std::mem::take(&mut self.begins_here) && later.is_none();
        self.later = self.later.take().or(later.filter(|_| self.pages == 0));
        self.pages += 1;
        self.items += items;
        self.last = self.next.take();
        self.last_ended = std::mem::take(&mut self.ended);
    }

    /// Adds to the page that was closed last what was said of it since.
    pub fn close(&mut self) {
        self.last = self.last.take().or(self.next.take());
        self.later = self.later.take().or(self.later_here.take().filter(|_| self.pages <= 1));
        self.last_ended |= std::mem::take(&mut self.ended);
    }

    /// Why the list may be a part only.
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts: Vec<String> = self.last.iter().chain(&self.lasting).cloned().collect();
        if let Some(total) = self.totals.iter().filter(|total| total.number > self.items).max_by_key(|total| total.number) {
            doubts.push(format!("it has {} of {} people (`{}`)", self.items, total.number, total.place));
        }
        if let Some(total) = self.page_totals.iter().filter(|total| total.number > self.pages).max_by_key(|total| total.number) {
            doubts.push(format!("it has {} of {} (`{}`)", plural(self.pages, "page", "pages"), total.number, total.place));
        }
        let is_all = |total: &Total| total.number <= self.pages || total.number == self.items;
        if let Some(total) = self.either.iter().find(|total| !is_all(total)) {
            doubts.push(format!(
                "it has {} on {} (`{}`: {})",
                self.items,
                plural(self.pages, "page", "pages"),
                total.place,
                total.number
            ));
        }
        if let Some((_, said)) = self.top.as_ref().filter(|(top, _)| *top <= self.items) {
            doubts.push(format!("it has as many people as it was to show at most, by its own words: `{said}`"));
        }
        // Whoever counted all of them here gathered the pages.
        if let Some(later) =
            self.later.as_ref().filter(|_| !self.begins && !self.totals.iter().any(|total| total.number == self.items))
        {
            doubts.push(format!("it begins with a later page, by its own words (`{later}`)"));
        }
        if let Some((_, said)) = self.from.as_ref().filter(|(from, _)| *from > 1) {
            doubts.push(format!("it does not begin with the first, by its own words: `{said}`"));
        }
        if let Some((page, of)) = self.page_in_words.filter(|(page, of)| page < of) {
            doubts.push(format!("it ends with page {page} of {of}, by its own words"));
        }
        doubts
    }

    /// Whether the list says that it ends here: no further page, or a total that is all here.
    pub fn is_ended(&self) -> bool {
        self.last_ended || self.totals.iter().chain(&self.either).any(|total| total.number == self.items)
    }

    /// Whether nothing was said at all.
    pub fn is_silent(&self) -> bool {
        self.next.is_none()
            && !self.ended
            && self.totals.is_empty()
            && self.page_totals.is_empty()
            && self.either.is_empty()
            && self.top.is_none()
            && self.lasting.is_empty()
            && self.last.is_none()
    }

    /// The most that a page was to hold, where the list says so.
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// The day the list says it was made, in its own words.
    pub fn dated(&self) -> Option<&str> {
        self.dated.as_deref()
    }

    /// A doubt that holds for the whole list, whatever page it came from.
    pub fn lasts(&mut self, doubt: String) {
        if !self.lasting.contains(&doubt) {
            self.lasting.push(doubt);
        }
    }

    fn goes_on(&mut self, place: &str) {
        self.next.get_or_insert_with(|| format!("it is one page of several: it says where the next is (`{place}`)"));
    }

    fn member(&mut self, place: Place<'_>, key: &str, value: &Value) {
        // `@Microsoft.Dynamics.CRM.morerecords`: a namespace stands before the name.
        let name = squashed(key.rsplit('.').next().filter(|_| key.starts_with('@')).unwrap_or(key));
        if place.own && is_filter(&name) {
            return self.filter(place, value);
        }
        if place.own && SAYINGS.contains(&name.as_str()) {
            return self.says(value);
        }
        if place.own && is_wrong(&name, value) {
            return self.lasts(format!("it says that something went wrong (`{}`)", place.path));
        }
        if let Some(code) = bad_status(&name, value).filter(|_| place.own) {
            let what = if code == 206 { "it is a part of an answer" } else { "something went wrong" };
            return self.lasts(format!("it says that {what} (`{}`: {code})", place.path));
        }
        match is_later(&name, value).filter(|_| place.own) {
            Some(true) => _ = self.later_here.get_or_insert_with(|| place.path.to_owned()),
            Some(false) => self.begins_here = true,
            None => {}
        }
        if let Some(query) = value.as_str().filter(|query| place.own && QUERIES.contains(&name.as_str()) && restricts(query)) {
            let shown: String = query.chars().take(120).collect();
            return self.lasts(format!("it is a selection, by its own words: `{}`: `{shown}`", place.path));
        }
        match value {
            Value::Object(object) => self.object(place, &name, object),
            // `"links": [{"rel": "next", "href": …}]`
            Value::Array(links) => {
                let is_next = |link: &&Value| {
                    let relations = ["rel", "relation"].iter().filter_map(|key| link.get(*key));
                    let mut relations = relations.flat_map(|rel| rel.as_array().map_or(std::slice::from_ref(rel), Vec::as_slice));
                    relations.any(|rel| rel.as_str().is_some_and(|rel| squashed(rel) == "next"))
                };
                if links.iter().find(is_next).and_then(Value::as_object).is_some_and(points) {
                    self.goes_on(&joined(place.path, "next"));
                }
            }
            _ => self.scalar(place, &name, value),
        }
    }

    fn object(&mut self, place: Place<'_>, name: &str, object: &Map<String, Value>) {
        if is_next(name, place.own) {
            return if points(object) { self.goes_on(place.path) } else { self.ended = true };
        }
        if name == "next" && object.values().any(is_address) {
            return self.goes_on(place.path);
        }
        // Some count in an object: `"total": {"value": 6, "relation": "eq"}`, `"count": {"returned": 4, "total": 6}`.
        if place.own && is_total(name) {
            for (key, value) in object {
                let of_people = matches!(squashed(key).as_str(), "value" | "t") || PEOPLE.contains(&squashed(key).as_str());
                if of_people {
                    self.scalar(place, name, value);
                } else {
                    self.member(Place { path: &joined(place.path, key), own: true }, key, value);
                }
            }
            return;
        }
        if name == "shards" && object.get("failed").and_then(Value::as_u64).is_some_and(|failed| failed > 0) {
            self.lasts(format!("it says that something went wrong (`{}`)", joined(place.path, "failed")));
        }
        let paging = PAGING.contains(&name);
        // `"page": {"current": 1, "total": 3}` counts pages, `"pagination"` perhaps people.
        if place.own
            && paging
            && object.keys().any(|key| CURRENT.contains(&squashed(key).as_str()))
            && let Some((key, number)) =
                object.iter().find_map(|(key, value)| Some((key, number(value).filter(|_| squashed(key) == "total")?)))
        {
            let total = Total { place: joined(place.path, key), number };
            let has = |is: &dyn Fn(&str) -> bool| object.keys().any(|key| is(&squashed(key)));
            let pages = name == "page" && has(&|key| key.starts_with("current")) && !has(&|key| PAGES.contains(&key));
            if pages {
                self.page_totals.push(total)
            } else {
                self.either.push(total)
            }
            let others = object.iter().filter(|(other, _)| *other != key);
            others.for_each(|(key, value)| self.member(Place { path: &joined(place.path, key), own: true }, key, value));
            return;
        }
        let is_list = |value: &Value| value.as_array().is_some_and(|list| list.first().is_some_and(Value::is_object));
        // Another list may have pages of its own.
        if !paging && object.values().any(is_list) {
            return;
        }
        for (key, value) in object {
            let path = joined(place.path, key);
            let narrowed = || narrows(key) && !STATES.contains(&squashed(key).as_str());
            if place.own && ASKED.contains(&name) && narrowed() {
                self.filter(Place { path: &path, own: true }, value);
                continue;
            }
            let asked = ASKED.contains(&name) && is_filter(&squashed(key));
            self.member(Place { path: &path, own: place.own && (paging || asked) }, key, value);
        }
    }

    /// A filter that was set: by its value, or by any value within it.
    fn filter(&mut self, place: Place<'_>, value: &Value) {
        fn filters(value: &Value) -> bool {
            match value {
                Value::Null | Value::Bool(_) => false,
                Value::Number(_) => true,
                Value::String(text) => !text.trim().is_empty() && !is_no_filter(&text.trim().to_lowercase()),
                Value::Array(list) => list.iter().any(filters),
                Value::Object(object) => object.iter().any(|(key, value)| {
                    let key = squashed(key);
                    !LIMITS.contains(&key.as_str()) && !CURRENT.contains(&key.as_str()) && filters(value)
                }),
            }
        }
        if filters(value) {
            let shown: String = value.to_string().chars().take(120).collect();
            self.lasts(format!("it is a selection, by its own words: `{}`: `{shown}`", place.path));
        }
    }

    /// What a list says in words: one sentence or several.
    fn says(&mut self, value: &Value) {
        match value {
            Value::String(text) => _ = self.said(text, true),
            Value::Array(list) => list.iter().for_each(|value| self.says(value)),
            Value::Object(object) => object.values().for_each(|value| self.says(value)),
            _ => {}
        }
    }

    fn scalar(&mut self, place: Place<'_>, name: &str, value: &Value) {
        if is_next(name, place.own)
            || name == "offset" && place.own && value.as_str().is_some_and(|text| text.parse::<u64>().is_err())
        {
            return if leads_on(value) { self.goes_on(place.path) } else { self.ended = true };
        }
        // `next` in an object of any name: a workflow has a next step, but no address of it.
        if name == "next" && is_address(value) {
            return self.goes_on(place.path);
        }
        if name == "link" && value.as_str().is_some_and(has_next_relation) {
            return self.goes_on(place.path);
        }
        // `"hasNext": 1`; a number behind `last` is one of a page.
        let counted = || value.as_u64().or_else(|| value.as_str()?.parse().ok()).filter(|_| is_more(name));
        let flag = flag(value).or_else(|| counted().filter(|number| *number < 2).map(|number| number == 1));
        if let Some(flag) = flag.filter(|_| place.own || !ANYTHING.contains(&name))
            && let Some(more) = is_more(name).then_some(flag).or_else(|| LAST.contains(&name).then_some(!flag))
        {
            match more {
                true => _ = self.next.get_or_insert_with(|| format!("it says that there is more (`{}`)", place.path)),
                false => self.ended = true,
            }
        }
        if let Some(said) =
            value.as_str().filter(|said| place.own && STATES.contains(&name) && PARTIAL.contains(&squashed(said).as_str()))
        {
            self.lasts(format!("it says that something is missing: `{}`: `{said}`", place.path));
        }
        if let Some(said) = value.as_str().filter(|_| place.own && RANGES.contains(&name)) {
            self.range(place, said);
        }
        if let Some(number) = value.as_str().filter(|_| place.own && name == "last").and_then(page_in_address) {
            self.page_totals.push(Total { place: place.path.to_owned(), number });
        }
        if let Some(day) = value.as_str().filter(|_| place.own && MADE.contains(&name)) {
            self.dated.get_or_insert_with(|| day.to_owned());
        }
        let cut_at = || name.ends_with("truncated") && number(value).is_some_and(|rows| rows > 1);
        if place.own && (flag == Some(true) && is_part(name) && !is_more(name) || cut_at()) {
            self.lasts(format!("it says that something is missing (`{}`)", place.path));
        }
        if let Some(said) = value.as_str().filter(|said| place.own && said.len() <= 100 && !RANGES.contains(&name)) {
            let said = format!("{} {said}", place.path.rsplit('.').next().unwrap_or_default());
            let lower = said.to_lowercase();
            self.part(&lower, &Numbers::of(&lower), &said);
        }
        let Some(number) = number(value).filter(|_| place.own) else { return };
        if is_total(name) {
            self.totals.push(Total { place: place.path.to_owned(), number });
        } else if PAGES.contains(&name) {
            self.page_totals.push(Total { place: place.path.to_owned(), number });
        } else if REMAINING.contains(&name) && number > 0 {
            self.next.get_or_insert_with(|| format!("it says that there is more (`{}`: {number})", place.path));
        } else if LIMITS.contains(&name) {
            self.limit = Some(number);
        }
    }

    /// `users 0-99/250` (RFC 9110): from where to where, and of how many.
    fn range(&mut self, place: Place<'_>, said: &str) {
        let Some((part, total)) = said.rsplit_once('/') else { return };
        let Some(number) = total.trim().parse::<u64>().ok() else { return };
        if part.trim_start().starts_with("bytes") {
            let last = part.rsplit_once('-').and_then(|(_, last)| last.trim().parse::<u64>().ok());
            if last.is_some_and(|last| last + 1 < number) {
                self.lasts(format!("it is a part of its bytes, by its own words: `{}`: `{said}`", place.path));
            }
        } else {
            self.totals.push(Total { place: place.path.to_owned(), number });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The doubts of one page of six people with these members beside it.
    fn beside(members: &Value) -> Vec<String> {
        let mut marks = Marks::default();
        members.as_object().unwrap().iter().for_each(|(key, value)| marks.beside("", key, value));
        marks.page_of(6);
        marks.doubts()
    }

    /// What the answers of well-known programs say beside a page of six people: where there are more, and where these are all.
    #[test]
    fn the_pages_of_well_known_programs_are_told_from_their_whole_lists() {
        for line in include_str!("programs.jsonl").lines() {
            let answers: Value = serde_json::from_str(line).unwrap();
            assert!(!beside(&answers["partial"]).is_empty(), "{line}");
            assert_eq!(beside(&answers["whole"]), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn a_next_page_is_seen_in_every_spelling_and_at_any_depth() {
        for members in [
            json!({"@odata.nextLink": "https://x"}),
            json!({"odata.nextLink": "https://x"}),
            json!({"__next": "https://x"}),
            json!({"NextToken": "AQ"}),
            json!({"next_cursor": "abc"}),
            json!({"nextPage": 2}),
            json!({"links": [{"rel": "self", "href": "https://x"}, {"rel": "next", "href": "https://y"}]}),
            json!({"_links": {"next": {"href": "https://y"}}}),
            json!({"Link": "<https://x>; rel=\"prev\", <https://y>; rel=\"next\""}),
            json!({"paging": {"cursors": {"after": "a"}, "next": {"after": "a"}}}),
            json!({"a": {"b": {"c": {"pageInfo": {"hasNextPage": true, "endCursor": "x"}}}}}),
            json!({"response_metadata": {"next_cursor": "x"}}),
            json!({"LastEvaluatedKey": {"id": {"S": "x"}}}),
            json!({"more": true}),
            json!({"isLast": false}),
            json!({"page": {"number": 0, "totalPages": 3}}),
            json!({"meta": {"pagination": {"last_page": 3}}}),
            json!({"offset": "itrAbc"}),
            json!({"moreRecords": "true"}),
            json!({"次のページ": "https://x"}),
            json!({"次ページ": "https://x"}),
            json!({"nächsteSeite": 2}),
            json!({"hayMás": true}),
            json!({"weitereSeiten": true}),
            json!({"pagina_siguiente": "https://x"}),
        ] {
            assert_eq!(beside(&members).len(), 1, "{members}");
        }
    }

    #[test]
    fn a_total_counts_beside_the_list_and_in_objects_about_its_pages() {
        for members in [
            json!({"totalResults": 50}),
            json!({"meta": {"total": "50"}}),
            json!({"meta": {"page": {"total_count": 50}}}),
            json!({"hits": {"total": {"value": 50, "relation": "eq"}}}),
            json!({"Gesamtanzahl": 50}),
            json!({"総件数": 50}),
        ] {
            assert_eq!(beside(&members).len(), 1, "{members}");
        }
        for members in [
            json!({"organization": {"licenses": {"total": 50}}}),
            json!({"seats": {"total": 50, "used": 6}}),
            json!({"groups": {"nodes": [{"id": 1}], "totalCount": 50, "pageInfo": {"hasNextPage": true}}}),
            json!({"total": 6}),
            json!({"total": 4}),
        ] {
            assert_eq!(beside(&members), Vec::<String>::new(), "{members}");
        }
    }

    #[test]
    fn a_page_that_is_not_the_first_and_an_error_are_said_by_the_list_itself() {
        for members in [
            json!({"previous": "https://x?page=1", "next": null}),
            json!({"page": 2, "per_page": 6}),
            json!({"first": false, "last": true}),
            json!({"pageInfo": {"hasPreviousPage": true, "hasNextPage": false}}),
            json!({"offset": 6, "limit": 6}),
            json!({"links": {"prev": "https://x"}}),
            json!({"startIndex": 7}),
            json!({"errors": [{"message": "x"}]}),
            json!({"timed_out": true}),
            json!({"failed": 2}),
            json!({"_shards": {"total": 5, "failed": 2}}),
            json!({"error": "rate limit"}),
        ] {
            assert_eq!(beside(&members).len(), 1, "{members}");
        }
        for members in [
            json!({"previous": null, "page": 1, "first": true, "offset": 0, "startIndex": 1, "links": {"prev": ""}}),
            json!({"errors": [], "error": null, "failed": 0, "timed_out": false, "_shards": {"total": 5, "failed": 0}}),
            // Pages that somebody gathered, with the words of the last.
            json!({"previous": "https://x?page=1", "page": 2, "total": 6}),
        ] {
            assert_eq!(beside(&members), Vec::<String>::new(), "{members}");
        }
        // What a further page says of the one before it is no doubt.
        let mut marks = Marks::default();
        marks.page_of(6);
        marks.beside("", "previous", &json!("https://x?page=1"));
        marks.page_of(6);
        assert!(marks.doubts().is_empty());
    }

    #[test]
    fn a_cursor_alone_is_no_next_page() {
        for members in [
            json!({"paging": {"cursors": {"before": "b", "after": "a"}}}),
            json!({"pageInfo": {"hasNextPage": false, "endCursor": "x"}}),
            json!({"cursor": "x", "has_more": false}),
            json!({"nextPageToken": ""}),
            json!({"links": {"next": null}}),
            json!({"next_step": "review", "workflow": {"next": "approve", "done": false}}),
        ] {
            assert_eq!(beside(&members), Vec::<String>::new(), "{members}");
        }
    }

    #[test]
    fn of_several_pages_a_total_counts_on_any_and_a_next_page_on_the_last() {
        let mut marks = Marks::default();
        marks.beside("", "total", &json!(20));
        marks.beside("", "next", &json!("https://x"));
        marks.page_of(6);
        marks.page_of(6);
        assert_eq!(marks.doubts(), ["it has 12 of 20 people (`total`)"]);
        marks.page_of(8);
        assert!(marks.doubts().is_empty() && marks.is_ended());
    }

    #[test]
    fn headers_of_an_answer_are_marks() {
        let mut marks = Marks::default();
        marks.header("Link", "<https://x?page=2>; rel=\"next\", <https://x?page=9>; rel=\"last\"");
        marks.page_of(6);
        assert_eq!(marks.doubts(), ["it is one page of several: it says where the next is (`the header Link`)"]);
        marks.header("X-Total-Count", "250");
        marks.page_of(6);
        assert_eq!(marks.doubts(), ["it has 12 of 250 people (`the header X-Total-Count`)"]);
    }

    #[test]
    fn words_say_that_a_list_is_a_part() {
        for (line, doubts) in [
            ("Applied filters: Country is Germany", 1),
            ("Applied filters:\nNo filters applied", 0),
            ("Filtered by department = Finance", 1),
            ("Filter: (all)", 0),
            ("Angewendete Filter: Land ist Deutschland", 1),
            ("Filter", 0),
            ("Page 1 of 3", 1),
            ("Seite 3 von 3", 0),
            ("Página 1/3", 1),
            ("1/3ページ", 1),
            ("Showing 1 to 6 of 1,214 entries", 1),
            ("Showing 1 to 6 of 6 entries", 0),
            ("1-6 of 214", 1),
            ("(250 rows affected)", 1),
            ("6 rows affected", 0),
            ("Total: 250", 1),
            ("Total employees: 1.250", 1),
            ("Total salary: 250", 0),
            ("Total: $250", 0),
            ("Employees 2026", 0),
            ("Staff list of 23.11.2026", 0),
            ("Exported data exceeded the allowed volume. Some data may have been omitted.", 1),
            ("Confidential", 0),
            ("合計 250 件", 1),
            ("View: Active employees", 1),
            ("Ansicht: Aktive Mitarbeiter", 1),
            ("View: All employees", 0),
            ("View: Employee list", 0),
            ("Active employees", 0),
            ("Showing 4 to 6 of 6 entries", 1),
            ("ORA-01555: snapshot too old", 1),
            ("Error", 1),
            ("Error report of our employees", 0),
            ("ERROR 2013 (HY000): Lost connection to MySQL server during query", 1),
            ("... (3 more rows)", 1),
            ("More than 3 records found", 1),
            ("TRAILER 7", 1),
            ("TRAILER 6", 0),
            ("Employees of more departments", 0),
        ] {
            let mut marks = Marks::default();
            marks.words(line);
            marks.page_of(6);
            assert_eq!(marks.doubts().len(), doubts, "{line}: {:?}", marks.doubts());
        }
        let mut marks = Marks::default();
        marks.row(&["Total", "250"], false, false);
        marks.page_of(6);
        assert!(marks.doubts().is_empty());
    }

    #[test]
    fn what_a_program_says_of_its_list_counts_around_a_table_as_it_does_beside_one() {
        let doubts = |row: &[&str]| {
            let mut marks = Marks::default();
            assert!(marks.row(row, false, false), "{row:?}");
            marks.page_of(6);
            marks.doubts().len()
        };
        for (name, value, partial) in [
            ("nextLink", "https://x/y?page=2", "https://x/y?page=2"),
            ("NextToken", "AQ", "AQ"),
            ("@odata.nextLink", "https://x", "https://x"),
            ("hasNextPage", "false", "true"),
            ("has_more", "False", "True"),
            ("next_cursor", "null", "abc"),
            ("totalResults", "6", "50"),
        ] {
            for line in [format!("{name}: {partial}"), format!("{name}={partial}")] {
                assert_eq!(doubts(&[&line]), 1, "{line}");
            }
            assert_eq!(doubts(&[name, partial]), 1, "{name}");
            assert_eq!(doubts(&[name, value]), usize::from(value == partial), "{name} {value}");
        }
        let mut marks = Marks::default();
        assert!(
            ![["McNext", "Ana"], ["more", "true"], ["next.step@acme.com", "Ana"]].iter().any(|row| marks.row(row, false, false))
        );
    }

    #[test]
    fn every_page_of_a_printed_list_may_be_there() {
        let mut marks = Marks::default();
        assert!((1..=3).all(|page| marks.words(&format!("Page {page} of 3"))));
        marks.page_of(6);
        assert!(marks.doubts().is_empty());
    }

    #[test]
    fn a_file_may_be_called_a_part() {
        for (name, part) in [
            ("workers_part1of3", Some((1, 3))),
            ("staff (2 of 2)", Some((2, 2))),
            ("users_page_1_of_2", Some((1, 2))),
            ("mitarbeiter teil 1 von 2", Some((1, 2))),
            ("staff_23_11_2026", None),
            ("empleados 5 de 11 de 2026", None),
            ("best of 2026", None),
        ] {
            assert_eq!(Marks::part_in_name(name), part, "{name}");
        }
    }

    #[test]
    fn a_server_that_ends_with_an_error_did_not_give_the_whole_list() {
        let mut marks = Marks::default();
        marks.ldap_result(4, " Size limit exceeded");
        marks.page_of(6);
        assert_eq!(marks.doubts(), ["the server did not give the whole list: result 4 Size limit exceeded"]);
    }
}
