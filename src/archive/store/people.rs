//! `people.jsonl`: the directory as a run understood it, row by row, and back. Version 1 is still read.

use std::io::{BufRead, Write};

use anyhow::{Context, Result, bail, ensure};
use chrono::NaiveDate;
use polars::prelude::*;
use serde::ser::{Error as _, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::directory::people::{Doubt, RejectedRow, schema};
use crate::directory::{People, Source};
use crate::rows::write_rows;

/// What stands in the first line of `people.jsonl`; the second one names the columns.
const SCHEMA: &str = "domo-reconcile/people/v2";
/// No line names the columns: each row does.
const SCHEMA_V1: &str = "domo-reconcile/people/v1";

/// A line of `people.jsonl` that is not a row of the frame as a list of the columns' values.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Schema(String),
    /// What is not among them is null in every row: a directory has a third of the columns.
    Columns(Vec<String>),
    /// A row as version 1 wrote it, by column; a column that is not here is null.
    Person(serde_json::Map<String, Value>),
    Rejected(RejectedRow),
    Doubt(Doubt),
}

/// Writes the people of a run.
pub(super) fn write_people(people: &People, out: &mut (impl Write + Send)) -> Result<()> {
    fn line(mut out: impl Write, line: &impl Serialize) -> Result<()> {
        serde_json::to_writer(&mut out, line)?;
        Ok(out.write_all(b"\n")?)
    }
    let held = || people.frame.columns().iter().filter(|column| column.null_count() < column.len());
    let columns = held().map(|column| column.name().to_string()).collect();
    line(&mut *out, &Line::Schema(SCHEMA.to_owned()))?;
    line(&mut *out, &Line::Columns(columns))?;
    let cells = held().map(Cells::of).collect::<Result<Vec<_>>>()?;
    write_rows(out, people.frame.height(), |mut rows, text| {
        rows.try_for_each(|row| line(&mut *text, &Row { cells: &cells, row }))
    })?;
    people.rejected.iter().cloned().try_for_each(|row| line(&mut *out, &Line::Rejected(row)))?;
    people.doubts.iter().cloned().try_for_each(|doubt| line(&mut *out, &Line::Doubt(doubt)))
}

/// Reads them back; whose rows they are, the manifest says.
pub(super) fn read_people(input: impl BufRead, sources: Vec<Source>) -> Result<People> {
    let (mut rejected, mut doubts, mut builders) = (Vec::new(), Vec::new(), Builder::all());
    // The place of each of the frame's columns in a row, and how many values a row has.
    let (mut places, mut width) = (vec![None; builders.len()], 0);
    let mut height = 0;
    for (index, text) in input.lines().enumerate() {
        let (text, at) = (text?, || format!("line {}", index + 1));
        if index > 0 && text.starts_with('[') {
            let mut cells: Vec<Value> = serde_json::from_str(&text).with_context(at)?;
            ensure!(cells.len() == width, "{} has {} values for {width} columns", at(), cells.len());
            for ((name, builder), place) in builders.iter_mut().zip(&places) {
                let cell = place.and_then(|place: usize| cells.get_mut(place)).map(Value::take);
                builder.push(cell).with_context(|| format!("{}: {name}", at()))?;
            }
            height += 1;
            continue;
        }
        match (index, serde_json::from_str(&text).with_context(at)?) {
            (0, Line::Schema(schema)) if [SCHEMA, SCHEMA_V1].contains(&schema.as_str()) => {}
            (0, Line::Schema(schema)) => bail!("it is of version `{schema}`; this program reads {SCHEMA_V1} and {SCHEMA}"),
            (0, _) | (_, Line::Schema(_)) => bail!("{}: the first line, and no other, names the version", at()),
            (_, Line::Columns(columns)) => {
                ensure!(height == 0 && width == 0, "{} names columns again", at());
                let place = |(name, _): &(PlSmallStr, Builder)| columns.iter().position(|column| *column == name.as_str());
                (places, width) = (builders.iter().map(place).collect(), columns.len());
            }
            (_, Line::Person(mut row)) => {
                for (name, builder) in &mut builders {
                    builder.push(row.remove(name.as_str())).with_context(|| format!("{}: {name}", at()))?;
                }
                height += 1;
            }
            (_, Line::Rejected(row)) => rejected.push(row),
            (_, Line::Doubt(doubt)) => doubts.push(doubt),
        }
    }
    let columns = builders.into_iter().map(|(name, builder)| builder.finish(name)).collect::<Result<Vec<_>>>()?;
    People::new(DataFrame::new(height, columns)?, sources, rejected, doubts)
}

/// One row of the frame: its values as they are, since there may be a million.
struct Row<'a> {
    cells: &'a [Cells<'a>],
    row: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_seq(Some(self.cells.len()))?;
        for cells in self.cells {
            match cells {
                Cells::Number(cells) => row.serialize_element(&cells.get(self.row))?,
                Cells::Text(cells) => row.serialize_element(&cells.get(self.row))?,
                Cells::Truth(cells) => row.serialize_element(&cells.get(self.row))?,
                Cells::Day(cells) => row.serialize_element(&cells.physical().get(self.row).and_then(NaiveDate::from_epoch_days))?,
                Cells::List(cells) => {
                    let list = cells.get_as_series(self.row);
                    let texts = list.as_ref().map(|list| list.str().map_err(S::Error::custom)).transpose()?;
                    row.serialize_element(&texts.map(|texts| texts.iter().collect::<Vec<_>>()))?;
                }
            }
        }
        row.end()
    }
}

/// A column of the frame, cell by cell.
enum Cells<'a> {
    Number(&'a UInt32Chunked),
    Text(&'a StringChunked),
    Truth(&'a BooleanChunked),
    Day(&'a DateChunked),
    List(&'a ListChunked),
}

impl<'a> Cells<'a> {
    fn of(column: &'a Column) -> Result<Self> {
        Ok(match column.dtype() {
            DataType::UInt32 => Self::Number(column.u32()?),
            DataType::String => Self::Text(column.str()?),
            DataType::Boolean => Self::Truth(column.bool()?),
            DataType::Date => Self::Day(column.date()?),
            DataType::List(_) => Self::List(column.list()?),
            other => bail!("a column of people of type {other} is not stored"),
        })
    }
}

/// A column of the frame on its way back.
enum Builder {
    Number(Vec<Option<u32>>),
    Text(Vec<Option<String>>),
    Truth(Vec<Option<bool>>),
    Day(Vec<Option<i32>>),
    List(Vec<Option<Series>>),
}

impl Builder {
    /// One for every column, in the schema's order.
    fn all() -> Vec<(PlSmallStr, Self)> {
        let builder = |dtype: &DataType| match dtype {
            DataType::UInt32 => Self::Number(Vec::new()),
            DataType::Boolean => Self::Truth(Vec::new()),
            DataType::Date => Self::Day(Vec::new()),
            DataType::List(_) => Self::List(Vec::new()),
            _ => Self::Text(Vec::new()),
        };
        schema().iter().map(|(name, dtype)| (name.clone(), builder(dtype))).collect()
    }

    fn push(&mut self, value: Option<Value>) -> Result<()> {
        let value = value.unwrap_or(Value::Null);
        match self {
            Self::Number(cells) => cells.push(serde_json::from_value(value)?),
            Self::Text(cells) => cells.push(serde_json::from_value(value)?),
            Self::Truth(cells) => cells.push(serde_json::from_value(value)?),
            Self::Day(cells) => cells.push(serde_json::from_value::<Option<NaiveDate>>(value)?.map(|day| day.to_epoch_days())),
            Self::List(cells) => {
                let list: Option<Vec<Option<String>>> = serde_json::from_value(value)?;
                cells.push(list.map(|list| Series::new(PlSmallStr::EMPTY, list)));
            }
        }
        Ok(())
    }

    fn finish(self, name: PlSmallStr) -> Result<Column> {
        let series = match self {
            Self::Number(cells) => Series::new(name, cells),
            Self::Text(cells) => Series::new(name, cells),
            Self::Truth(cells) => Series::new(name, cells),
            Self::Day(cells) => Int32Chunked::from_iter_options(name, cells.into_iter()).into_date().into_series(),
            Self::List(cells) => {
                let texts = DataType::List(Box::new(DataType::String));
                let list: ListChunked = cells.into_iter().collect();
                list.with_name(name).into_series().cast(&texts)?
            }
        };
        Ok(series.into_column())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Drawn = (Option<String>, Option<Vec<Option<String>>>, Option<bool>, Option<i32>);

    /// Every column filled from one drawn cell of its type.
    fn people(rows: &[Drawn]) -> People {
        let schema = schema();
        let columns = schema.iter().map(|(name, dtype)| {
            let name = name.clone();
            let series = match dtype {
                DataType::UInt32 => Series::new(name, (0..rows.len() as u32).collect::<Vec<_>>()),
                DataType::Boolean => Series::new(name, rows.iter().map(|row| row.2).collect::<Vec<_>>()),
                DataType::Date => Int32Chunked::from_iter_options(name, rows.iter().map(|row| row.3)).into_date().into_series(),
                DataType::List(_) => {
                    let mut builder = ListStringChunkedBuilder::new(name, rows.len(), 8);
                    for row in rows {
                        match &row.1 {
                            Some(list) => builder.append_trusted_len_iter(list.iter().map(Option::as_deref)),
                            None => builder.append_null(),
                        }
                    }
                    builder.finish().into_series()
                }
                _ => Series::new(name, rows.iter().map(|row| row.0.clone()).collect::<Vec<_>>()),
            };
            series.into_column()
        });
        let frame = DataFrame::new(rows.len(), columns.collect()).unwrap();
        let rejected = RejectedRow {
            source: 0,
            row: 9,
            reason: "no usable key".into(),
            email: None,
            employee_number: Some("1E+05".into()),
            carried: vec!["a@b.com".into()],
            name: Some("Ada".into()),
            digest: "00".into(),
        };
        let doubt = Doubt {
            source: 0,
            row: 3,
            field: "name".into(),
            problem: "holds U+FFFD".into(),
            value: "J\u{FFFD}".into(),
            not_comparable: true,
        };
        People::new(frame, vec![Source::default()], vec![rejected], vec![doubt]).unwrap()
    }

    fn round(people: &People) -> People {
        let mut bytes = Vec::new();
        write_people(people, &mut bytes).unwrap();
        read_people(bytes.as_slice(), people.sources.clone()).unwrap()
    }

    proptest! {
        #[test]
        fn people_come_back_as_they_were_kept(rows in proptest::collection::vec(
            (any::<Option<String>>(), any::<Option<Vec<Option<String>>>>(), any::<Option<bool>>(), any::<Option<i32>>()
                .prop_map(|days| days.map(|days| days % 100_000))), 0..6)
        ) {
            let kept = people(&rows);
            let back = round(&kept);
            prop_assert!(back.frame.equals_missing(&kept.frame), "{:?}\n{:?}", back.frame, kept.frame);
            prop_assert_eq!(back.rejected, kept.rejected);
            prop_assert_eq!(back.doubts, kept.doubts);
        }
    }

    #[test]
    fn a_newer_version_is_refused_by_name() {
        let error = read_people(&b"{\"schema\":\"domo-reconcile/people/v3\"}\n"[..], Vec::new()).unwrap_err();
        let said =
            "it is of version `domo-reconcile/people/v3`; this program reads domo-reconcile/people/v1 and domo-reconcile/people/v2";
        assert_eq!(error.to_string(), said);
    }

    #[test]
    fn nonsense_is_told_with_its_line() {
        let first = "{\"schema\":\"domo-reconcile/people/v1\"}\n";
        let columns = "{\"schema\":\"domo-reconcile/people/v2\"}\n{\"columns\":[\"source\",\"row\"]}\n";
        for (text, said) in [
            ("{\"columns\":[]}\n", "line 1: the first line, and no other, names the version"),
            ("[0,2]\n", "line 1"),
            (&format!("{first}{{\"person\":{{\"source\":0,\"row\":\"x\"}}}}\n"), "line 2: row"),
            (&format!("{columns}[0,\"x\"]\n"), "line 3: row"),
            (&format!("{columns}[0,2]\n[0]\n"), "line 4 has 1 values for 2 columns"),
            (&format!("{columns}[0,2]\n{{\"columns\":[\"row\"]}}\n"), "line 4 names columns again"),
            (&format!("{columns}{first}"), "line 3: the first line, and no other, names the version"),
        ] {
            assert_eq!(read_people(text.as_bytes(), Vec::new()).unwrap_err().to_string(), said, "{text}");
        }
    }
}
