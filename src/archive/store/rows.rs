//! Many rows into one file: rendered on all cores, written in order.

use std::io::Write;
use std::ops::Range;

use anyhow::Result;
use rayon::prelude::*;

/// Rows rendered by one core at a time.
const BLOCK: usize = 4096;

/// Blocks that are in memory while those before them are written.
const AHEAD: usize = 16;

/// Calls `render` with ranges that make up `0..rows`, from several threads, and writes what it appended in the order of the rows.
pub fn write_rows(
    out: &mut (impl Write + Send),
    rows: usize,
    render: impl Fn(Range<usize>, &mut Vec<u8>) -> Result<()> + Sync,
) -> Result<()> {
    let block = |start: usize| {
        let mut text = Vec::with_capacity(BLOCK * 256);
        render(start..rows.min(start + BLOCK), &mut text)?;
        Ok(text)
    };
    let blocks = |from: usize| -> Result<Vec<Vec<u8>>> {
        let starts: Vec<usize> = (from..rows).step_by(BLOCK).take(AHEAD).collect();
        starts.into_par_iter().map(block).collect()
    };
    let (mut ready, mut next) = (blocks(0)?, BLOCK * AHEAD);
    while !ready.is_empty() {
        let (written, following) = rayon::join(|| ready.iter().try_for_each(|text| out.write_all(text)), || blocks(next));
        written?;
        (ready, next) = (following?, next + BLOCK * AHEAD);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_order_however_many() {
        for rows in [0, 1, BLOCK - 1, BLOCK, BLOCK * AHEAD + 1, 3 * BLOCK * AHEAD] {
            let mut out = Vec::new();
            let render =
                |range: Range<usize>, text: &mut Vec<u8>| Ok(range.into_iter().try_for_each(|row| writeln!(text, "{row}"))?);
            write_rows(&mut out, rows, render).unwrap();
            let expected: String = (0..rows).map(|row| format!("{row}\n")).collect();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn an_error_of_any_row_is_the_answer() {
        let render = |range: Range<usize>, _: &mut Vec<u8>| match range.contains(&(BLOCK * AHEAD)) {
            true => anyhow::bail!("this one"),
            false => Ok(()),
        };
        assert_eq!(write_rows(&mut Vec::new(), 2 * BLOCK * AHEAD, render).unwrap_err().to_string(), "this one");
    }
}
