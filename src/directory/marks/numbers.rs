//! How many people or pages a line around a table speaks of, in the languages that reports are written in: counts, parts, pages.

use crate::directory::lists::lists;

lists! {
    "words.txt";
    FIRST = "first",
    PAGE = "page",
    OF = "of",
    IN_ALL = "in all",
    TO = "to",
    COUNT = "count",
    PEOPLE = "people",
    BETWEEN = "between",
    SHOWN = "shown",
    LEFT_OUT = "left out",
    LEFT_OUT_BESIDES = "left out besides",
}

/// The words and whole numbers of a line.
pub(super) struct Numbers<'t> {
    tokens: Vec<Token<'t>>,
}

#[derive(Clone, Copy)]
enum Token<'t> {
    Word(&'t str),
    Number(u64),
    /// A sum of money, a share: nothing that counts people.
    Other,
}

impl Token<'_> {
    fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Word(_) | Self::Other => None,
        }
    }

    fn is(&self, words: &[&str]) -> bool {
        matches!(self, Self::Word(word) if words.contains(word))
    }

    /// Whether it is a number, or one of these words.
    fn is_number_or(&self, words: &[&[&str]]) -> bool {
        matches!(self, Self::Number(_)) || words.iter().any(|words| self.is(words))
    }
}

impl<'t> Numbers<'t> {
    pub(super) fn of(lower: &'t str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = lower;
        while let Some(at) = rest.find(char::is_alphanumeric) {
            let (before, from) = rest.split_at(at);
            if before.ends_with(['$', '€', '£', '¥', '%']) {
                tokens.push(Token::Other);
            }
            let digits = from.starts_with(|letter: char| letter.is_ascii_digit());
            let end = if digits {
                number_end(from)
            } else {
                from.find(|letter: char| !letter.is_alphanumeric() || letter.is_ascii_digit()).unwrap_or(from.len())
            };
            let (token, after) = from.split_at(end);
            tokens.push(match digits {
                false => Token::Word(token),
                true if after.starts_with(['%', '$', '€', '£']) => Token::Other,
                true => whole(token).map_or(Token::Other, Token::Number),
            });
            // `4/6` is `4 of 6`, but `4/6/2026` is a day.
            let share = |rest: &str| {
                rest.starts_with('/') && rest.get(1..).is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()))
            };
            let of = after.get(1..).map_or("", |of| of.get(number_end(of)..).unwrap_or_default());
            if digits && !before.ends_with('/') && share(after) && !share(of) {
                tokens.push(Token::Word("of"));
            }
            rest = after;
        }
        // `3 out of 6` is `3 of 6`.
        let mut at = 0;
        while at + 1 < tokens.len() {
            match (tokens.get(at), tokens.get(at + 1)) {
                (Some(Token::Word("out")), Some(Token::Word("of"))) => drop(tokens.remove(at)),
                _ => at += 1,
            }
        }
        Self { tokens }
    }

    /// Whether one of these words stands in it.
    pub(super) fn has(&self, words: &[&str]) -> bool {
        self.tokens.iter().any(|token| token.is(words))
    }

    /// `page 1 of 3`, `Seite 1/3`, `1/3ページ`.
    pub(super) fn page_of(&self) -> Option<(u64, u64)> {
        let behind = |word: &str| ["ページ", "페이지"].iter().any(|page| word.starts_with(page));
        let behind = self.tokens.iter().any(|token| matches!(token, Token::Word(word) if behind(word)));
        if !behind && !self.has(&PAGE) {
            return None;
        }
        (0..self.tokens.len()).find_map(|at| {
            let one = self.tokens.get(at)?.number()?;
            let begins = behind || at.checked_sub(1).and_then(|before| self.tokens.get(before))?.is(&PAGE);
            let other = at + 1 + usize::from(self.tokens.get(at + 1)?.is(&OF));
            Some((one, self.tokens.get(other)?.number()?)).filter(|_| begins)
        })
    }

    /// The greatest number of the line.
    pub(super) fn greatest(&self) -> Option<u64> {
        self.tokens.iter().filter_map(Token::number).max()
    }

    /// `2 rows skipped`, `rows rejected: 2`, `2 errors`: whether a program had people that it left out.
    pub(super) fn left_out(&self) -> bool {
        let number = |at: Option<usize>| self.tokens.get(at?).and_then(Token::number);
        let people = |at: Option<usize>| at.and_then(|at| self.tokens.get(at)).is_some_and(|token| token.is(&PEOPLE));
        !self.has(&LEFT_OUT_BESIDES)
            && self.tokens.iter().enumerate().any(|(at, token)| {
                let beside = || {
                    number(Some(at + 1))
                        .or_else(|| number(Some(at + 2)).filter(|_| people(Some(at + 1))))
                        .or_else(|| number(at.checked_sub(1)))
                        .or_else(|| number(at.checked_sub(2)).filter(|_| people(at.checked_sub(1))))
                };
                token.is(&LEFT_OUT) && beside().is_some_and(|number| number > 0)
            })
    }

    /// `Top 50`, `Showing the first 50 rows`: the most that there were to be.
    pub(super) fn top(&self) -> Option<u64> {
        let mut numbers = self.tokens.iter().filter_map(Token::number);
        let number = numbers.next().filter(|_| numbers.next().is_none())?;
        let fits = self.tokens.iter().all(|token| token.is_number_or(&[&FIRST, &COUNT, &PEOPLE, &BETWEEN, &SHOWN]));
        let follows = self.tokens.windows(2).any(|pair| pair[0].is(&FIRST) && pair[1].number().is_some());
        (fits && follows).then_some(number)
    }

    /// `1-50 of 214`, `Showing 1 to 50 of 214 entries`, `50 of 214 rows`: how far it goes, and of how many.
    pub(super) fn part_of(&self) -> Option<(u64, u64)> {
        self.any_part_of().filter(|(upto, of)| upto <= of)
    }

    fn any_part_of(&self) -> Option<(u64, u64)> {
        let range = self.tokens.windows(2).any(|pair| matches!(pair, [Token::Number(from), Token::Number(to)] if from < to))
            || self.tokens.windows(3).any(|three| matches!(three, [Token::Number(_), to, Token::Number(_)] if to.is(&TO)));
        // `214件中1-50件`, `214 kayıttan 50`: of how many stands first.
        const OF_ALL: [&str; 6] = ["件中", "名中", "人中", "kayıttan", "çalışandan", "kullanıcıdan"];
        if let Some(at) = self.tokens.iter().position(|token| token.is(&OF_ALL)) {
            let (before, behind) = self.tokens.split_at(at);
            return behind.iter().rev().find_map(Token::number).zip(before.last().and_then(Token::number));
        }
        // `共6条，显示4条`
        const ALL: [&str; 4] = ["共", "总共", "총", "всего"];
        if let Some(at) = self.tokens.iter().position(|token| token.is(&ALL))
            && let Some(of) = self.tokens.get(at + 1).and_then(Token::number)
        {
            let others = self.tokens.iter().enumerate().filter(|(place, _)| *place != at + 1);
            return Some((others.filter_map(|(_, token)| token.number()).max()?, of));
        }
        if !range && !self.has(&SHOWN) {
            return None;
        }
        // `8 of 57`, and `8 de un total de 57`, `8 av totalt 57`.
        (0..self.tokens.len()).find_map(|at| {
            let upto = self.tokens.get(at)?.number()?;
            let behind = self.tokens.get(at + 1..)?;
            let between = behind.iter().take_while(|token| token.is(&OF) || token.is(&IN_ALL)).count();
            let of = behind.get(between)?.number()?;
            (between > 0).then_some((upto, of))
        })
    }

    /// `part 1 of 3`, `2 von 2`: the number of a part, and of how many.
    pub(super) fn part_of_all(&self) -> Option<(u64, u64)> {
        const MOST: u64 = 999;
        self.tokens.windows(3).find_map(|three| match three {
            [Token::Number(part), Token::Word("of" | "von"), Token::Number(of)]
                if (1..=*of).contains(part) && (2..=MOST).contains(of) =>
            {
                Some((*part, *of))
            }
            _ => None,
        })
    }

    /// `Showing 4 to 6 of 6`: where the part begins.
    pub(super) fn from(&self) -> Option<u64> {
        self.tokens.windows(3).find_map(|three| match three {
            [Token::Number(from), Token::Number(to), _] | [_, Token::Number(from), Token::Number(to)] if from < to => Some(*from),
            [Token::Number(from), to, Token::Number(_)] if to.is(&TO) => Some(*from),
            _ => None,
        })
    }

    /// `250 rows affected`, `Total employees: 250`, and where a total stands alone `Total: 250`: its number, the greatest of
    /// several. The record that closes a file has its count first, perhaps before its day: `TRL,250,20261123`.
    pub(super) fn count(&self, alone: bool) -> Option<u64> {
        if let [Token::Word("trailer" | "trl" | "eof"), Token::Number(number), ..] = self.tokens.as_slice() {
            return Some(*number);
        }
        let number = self.greatest()?;
        let known = |token: &Token<'_>| token.is_number_or(&[&COUNT, &PEOPLE, &BETWEEN]);
        (self.tokens.iter().all(known) && self.has(&COUNT) && (alone || self.has(&PEOPLE))).then_some(number)
    }

    /// Whether it is a number with nothing beside it but such words and words for people: `2 weitere Zeilen`.
    pub(super) fn count_of(&self, words: &[&str]) -> bool {
        let fits = |token: &Token<'_>| token.is_number_or(&[words, &PEOPLE]);
        self.tokens.iter().all(fits) && self.tokens.iter().any(|token| token.number().is_some()) && self.has(&PEOPLE)
    }
}

/// Where a number ends, with the signs that group its digits.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = digits(0);
    while matches!(bytes.get(end), Some(b',' | b'.' | b'\'')) && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    end
}

/// A whole number; digits may be grouped by threes.
pub(super) fn whole(token: &str) -> Option<u64> {
    let mut groups = token.split([',', '.', '\'']);
    let first = groups.next()?;
    let grouped = groups.all(|group| group.len() == 3) && (first.len() <= 3 || token.len() == first.len());
    grouped.then(|| token.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok()).flatten()
}
