//! `futures.parquet`: a row per future, for people who go on in a statistics package.
//!
//! Every block of futures becomes a row group, so that no more than one block need be in memory.

use super::files::Format;
use super::folder::Folder;
use super::{Column, Futures, Leaves, Values};
use crate::diagnostic::Failure;
use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use ::parquet::errors::Result;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::{Type, TypePtr};
use std::io::Write;
use std::sync::Arc;

pub(super) const PARQUET: Format =
    Format { name: "parquet", says: "a row for each future, in futures.parquet", by_default: false, write };

fn write(leaves: &Leaves, folder: &Folder) -> std::result::Result<(), Failure> {
    let [first, ..] = leaves.futures.as_slice() else { return Ok(()) };
    let failed = |error| Failure::environment(format!("cannot write `futures.parquet`: {error}"));
    let mut file = FuturesFile::begin(folder.create("futures.parquet")?, first).map_err(failed)?;
    leaves.futures.iter().try_for_each(|block| file.push(block)).map_err(failed)?;
    file.finish().map_err(failed)
}

/// A file of futures that is being written.
pub struct FuturesFile<W: Write + Send> {
    writer: SerializedFileWriter<W>,
}

impl<W: Write + Send> FuturesFile<W> {
    /// Begins a file whose columns are called like those of `like`, and hold the same kinds of values.
    pub fn begin(to: W, like: &Futures) -> Result<Self> {
        let fields = like.columns.iter().map(field).collect::<Result<Vec<_>>>()?;
        let schema = Type::group_type_builder("futures").with_fields(fields).build()?;
        let properties = WriterProperties::builder()
            .set_created_by(concat!("forkcast version ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::SNAPPY)
            .build();
        Ok(Self { writer: SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties))? })
    }

    /// Adds a block of futures as a row group; some 100,000 are a good size.
    pub fn push(&mut self, block: &Futures) -> Result<()> {
        let mut group = self.writer.next_row_group()?;
        for column in &block.columns {
            put(&mut group, &column.values)?;
        }
        group.close()?;
        Ok(())
    }

    pub fn finish(self) -> Result<()> {
        self.writer.close().map(drop)
    }
}

fn field(column: &Column) -> Result<TypePtr> {
    let (physical, logical) = match column.values {
        Values::Numbers(_) => (Physical::DOUBLE, None),
        Values::Counts(_) => (Physical::INT64, None),
        Values::YesNo(_) => (Physical::BOOLEAN, None),
        Values::Dates(_) => (Physical::INT32, Some(LogicalType::Date)),
        Values::Words { .. } => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let repetition = match column.values {
        Values::Counts(_) | Values::YesNo(_) => Repetition::REQUIRED,
        _ => Repetition::OPTIONAL,
    };
    let field = Type::primitive_type_builder(&column.name, physical).with_logical_type(logical);
    Ok(Arc::new(field.with_repetition(repetition).build()?))
}

fn put<W: Write + Send>(group: &mut SerializedRowGroupWriter<'_, W>, values: &Values) -> Result<()> {
    match values {
        Values::Counts(all) => put_all::<Int64Type, W>(group, all, None),
        Values::YesNo(all) => put_all::<BoolType, W>(group, all, None),
        Values::Numbers(all) => put_some::<DoubleType, W>(group, all.iter().map(|x| x.is_finite().then_some(*x))),
        Values::Dates(all) => put_some::<Int32Type, W>(group, all.iter().copied()),
        Values::Words { words, picks } => {
            let words: Vec<ByteArray> = words.iter().map(|word| word.as_str().into()).collect();
            put_some::<ByteArrayType, W>(group, picks.iter().map(|pick| words.get((*pick)? as usize).cloned()))
        }
    }
}

/// Writes a column in which values may be missing.
fn put_some<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<()> {
    let (mut there, mut present) = (Vec::new(), Vec::new());
    for value in values {
        there.push(i16::from(value.is_some()));
        present.extend(value);
    }
    put_all::<T, W>(group, &present, Some(&there))
}

fn put_all<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    there: Option<&[i16]>,
) -> Result<()> {
    if let Some(mut column) = group.next_column()? {
        column.typed::<T>().write_batch(values, there, None)?;
        column.close()?;
    }
    Ok(())
}
