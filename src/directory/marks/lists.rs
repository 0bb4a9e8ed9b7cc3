//! The words by which a list says what it is, in the languages that exports are written in, as data: `words.txt`.

use crate::directory::headers::spellings::{lines, split};

/// The words of a list.
pub(super) fn list(name: &str) -> Vec<&'static str> {
    lines(include_str!("words.txt")).filter(|(list, _)| *list == name).flat_map(|(_, words)| split(words)).collect()
}

/// Lists by their names in `words.txt`.
macro_rules! lists {
    ($($name:ident = $list:literal,)+) => {
        $(pub(super) static $name: std::sync::LazyLock<Vec<&'static str>> =
            std::sync::LazyLock::new(|| super::lists::list($list));)+
    };
}
pub(super) use lists;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_that_is_asked_for_is_there_and_no_other() {
        let sources =
            [include_str!("words.rs"), include_str!("numbers.rs"), include_str!("members.rs"), include_str!("query.rs")].concat();
        let asked = sources.split("lists! {").skip(1).filter_map(|rest| rest.split('}').next());
        let mut asked: Vec<&str> = asked.flat_map(|names| names.split('"').skip(1).step_by(2)).collect();
        let mut there: Vec<&str> = lines(include_str!("words.txt")).map(|(name, _)| name).collect();
        asked.sort_unstable();
        there.sort_unstable();
        assert_eq!(asked, there);
        assert!(asked.iter().all(|name| list(name).iter().all(|word| !word.is_empty())));
    }
}
