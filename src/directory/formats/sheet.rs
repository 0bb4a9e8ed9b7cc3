//! What the readers of workbooks share: a sheet's name, why one cannot be opened, what a number format shows, a number as text or
//! in bytes.

use std::borrow::Cow;
use std::fmt::Display;

use crate::failure::Failure;

/// A sheet that may be read.
#[derive(Debug, Clone)]
pub(in crate::directory) struct SheetInfo {
    pub(in crate::directory) name: String,
    pub(super) hidden: bool,
}

/// A workbook that cannot be opened.
pub(super) fn damaged(why: impl Display) -> Failure {
    cut_off("the workbook cannot be opened", &why)
}

/// A sheet that cannot be read to its end.
pub(super) fn unreadable(sheet: &str, why: &dyn Display) -> Failure {
    cut_off(&format!("the sheet `{sheet}` cannot be read to its end"), why)
}

fn cut_off(what: &str, why: &dyn Display) -> Failure {
    Failure::usage(format!("{what}, it is damaged or cut off: {why}"))
        .hint("open it in a spreadsheet and save it again, or export it again")
}

/// A workbook that only a password opens.
pub(super) fn protected() -> Failure {
    Failure::usage("the workbook is password protected").hint("open it in a spreadsheet and save a copy without a password")
}

/// Two bytes, the lowest first.
pub(super) fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

/// Four bytes, the lowest first.
pub(super) fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

/// How many digits a number format such as `00000` shows; 0 for any other.
pub(super) fn digits_shown(code: &str) -> usize {
    if code.len() > 1 && code.bytes().all(|byte| byte == b'0') { code.len() } else { 0 }
}

/// Whether a number format shows a day or a time: letters of a date outside quotes, escapes and brackets.
pub(super) fn is_date_format(code: &str) -> bool {
    let (mut quoted, mut bracketed, mut literal) = (false, false, false);
    for letter in code.chars().take_while(|letter| *letter != ';') {
        match letter {
            _ if literal => literal = false,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => literal = true,
            '[' => bracketed = true,
            ']' => bracketed = false,
            'd' | 'm' | 'y' | 'h' | 's' | 'D' | 'M' | 'Y' | 'H' | 'S' if !bracketed => return true,
            _ => {}
        }
    }
    false
}

/// A number as text, with at least so many digits.
pub(super) fn number(number: f64, digits: usize) -> Cow<'static, str> {
    let integral = number.fract() == 0.0;
    Cow::Owned(if integral && number.abs() < 1e15 {
        format!("{number:0digits$.0}")
    } else if integral {
        format!("{number:E}").replace('E', "E+")
    } else {
        number.to_string()
    })
}
