//! Lists of words in the languages that exports are written in, as data beside the code that asks for them: a line each, what it
//! is, a colon, words between `|`.

/// Each line of such data: what its words are, and the words.
pub(super) fn lines(data: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    data.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "))
}

/// The words of one line.
pub(super) fn split(line: &str) -> impl Iterator<Item = &str> {
    line.split('|').map(str::trim)
}

/// The words of a list.
pub(super) fn list(data: &'static str, name: &str) -> Vec<&'static str> {
    lines(data).filter(|(list, _)| *list == name).flat_map(|(_, words)| split(words)).collect()
}

/// Lists by their names in a file beside the one that asks.
macro_rules! lists {
    ($file:literal; $($name:ident = $list:literal,)+) => {
        $(pub(super) static $name: std::sync::LazyLock<Vec<&'static str>> =
            std::sync::LazyLock::new(|| crate::directory::lists::list(include_str!($file), $list));)+
    };
}
pub(super) use lists;

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that the sources ask for every list of the data by its name, and for no other.
    fn check(sources: &[&str], data: &'static str) {
        let asked = sources.iter().flat_map(|source| source.split("lists! {").skip(1)).filter_map(|rest| rest.split('}').next());
        let names = asked.filter_map(|asked| asked.split_once(';')).flat_map(|(_, names)| names.split('"').skip(1).step_by(2));
        let mut asked: Vec<&str> = names.collect();
        // `group, groups` is a kind of record; those are all asked for.
        let mut there: Vec<&str> = lines(data).map(|(name, _)| name).filter(|name| !name.contains(", ")).collect();
        asked.sort_unstable();
        there.sort_unstable();
        assert_eq!(asked, there);
        assert!(asked.iter().all(|name| list(data, name).iter().all(|word| !word.is_empty())));
    }

    #[test]
    fn every_list_that_is_asked_for_is_there_and_no_other() {
        check(
            &[
                include_str!("marks/words.rs"),
                include_str!("marks/numbers.rs"),
                include_str!("marks/members.rs"),
                include_str!("marks/query.rs"),
            ],
            include_str!("marks/words.txt"),
        );
        check(&[include_str!("build/keys.rs")], include_str!("build/keys.txt"));
        check(&[include_str!("settle.rs")], include_str!("settle.txt"));
        check(&[include_str!("apart.rs")], include_str!("apart.txt"));
        check(&[include_str!("days/dates.rs"), include_str!("days/times.rs")], include_str!("days/words.txt"));
    }
}
