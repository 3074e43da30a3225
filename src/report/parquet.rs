//! `futures.parquet`: a row per future, for people who go on in a statistics package.
//!
//! Every block of futures becomes a row group, encoded by itself and on any thread, so that no more than a few of them are
//! in memory; they are put into the file in order.

use super::Leaves;
use super::files::Format;
use super::folder::Folder;
use crate::diagnostic::Failure;
use crate::simulation::rows::{Block, Column, Values};
use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use ::parquet::column::writer::{ColumnCloseResult, get_column_writer, get_typed_column_writer};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use ::parquet::errors::Result;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use ::parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use ::parquet::schema::types::{ColumnDescPtr, ColumnPath, SchemaDescriptor, Type, TypePtr};
use bytes::Bytes;
use std::fs::File;
use std::sync::Arc;

pub(super) const PARQUET: Format =
    Format { name: "parquet", says: "a row for each future, in futures.parquet", by_default: false, write };

fn write(leaves: &Leaves, folder: &Folder) -> std::result::Result<(), Failure> {
    let Some(rows) = &leaves.rows else { return Ok(()) };
    let failed = |error| Failure::environment(format!("cannot write `futures.parquet`: {error}"));
    let layout = Layout::of(&rows.empty()).map_err(failed)?;
    let to = folder.create("futures.parquet")?;
    let (schema, properties) = (layout.schema.root_schema_ptr(), layout.properties.clone());
    let mut file = SerializedFileWriter::new(to, schema, properties).map_err(failed)?;
    rows.each(|block| layout.encode(block).map_err(failed), |columns| append(&mut file, columns).map_err(failed))?;
    file.close().map(drop).map_err(failed)
}

/// A column of a row group as it stands in the file, and what is noted of it there.
type Encoded = (Bytes, ColumnCloseResult);

fn append(file: &mut SerializedFileWriter<File>, columns: Vec<Encoded>) -> Result<()> {
    let mut group = file.next_row_group()?;
    columns.into_iter().try_for_each(|(bytes, noted)| group.append_column(&bytes, noted))?;
    group.close().map(drop)
}

/// What all row groups have in common.
struct Layout {
    schema: SchemaDescriptor,
    properties: WriterPropertiesPtr,
}

impl Layout {
    /// Columns that are called like those of `like`, and hold the same kinds of values.
    fn of(like: &Block) -> Result<Self> {
        let fields = like.columns.iter().map(field).collect::<Result<Vec<_>>>()?;
        let schema = Type::group_type_builder("futures").with_fields(fields).build()?;
        let mut properties = WriterProperties::builder()
            .set_created_by(concat!("forkcast version ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true);
        for Column { name, values } in &like.columns {
            // Numbers that are hardly ever equal gain nothing from being listed.
            if matches!(values, Values::Numbers(_)) {
                properties = properties.set_column_dictionary_enabled(path(name), false);
            }
        }
        Ok(Self { schema: SchemaDescriptor::new(Arc::new(schema)), properties: Arc::new(properties.build()) })
    }

    fn encode(&self, block: &Block) -> Result<Vec<Encoded>> {
        let columns = block.columns.iter().enumerate();
        columns.map(|(index, column)| self.column(self.schema.column(index), &column.values)).collect()
    }

    fn column(&self, column: ColumnDescPtr, values: &Values) -> Result<Encoded> {
        match values {
            Values::Counts(all) => self.all::<Int64Type>(column, all, None),
            Values::YesNo(all) => self.some::<BoolType>(column, all.iter().copied()),
            Values::Numbers(all) => self.some::<DoubleType>(column, all.iter().map(|x| x.is_finite().then_some(*x))),
            Values::Dates(all) => self.some::<Int32Type>(column, all.iter().copied()),
            Values::Words { words, picks } => {
                let words: Vec<ByteArray> = words.iter().map(|word| word.as_str().into()).collect();
                let word = |pick: &Option<u32>| words.get((*pick)? as usize).cloned();
                self.some::<ByteArrayType>(column, picks.iter().map(word))
            }
        }
    }

    /// A column in which values may be missing.
    fn some<T: DataType>(&self, column: ColumnDescPtr, values: impl Iterator<Item = Option<T::T>>) -> Result<Encoded> {
        let (mut there, mut present) = (Vec::new(), Vec::new());
        for value in values {
            there.push(i16::from(value.is_some()));
            present.extend(value);
        }
        self.all::<T>(column, &present, Some(&there))
    }

    fn all<T: DataType>(&self, column: ColumnDescPtr, values: &[T::T], there: Option<&[i16]>) -> Result<Encoded> {
        let mut bytes = TrackedWrite::new(Vec::new());
        let pages = Box::new(SerializedPageWriter::new(&mut bytes));
        let mut writer = get_typed_column_writer::<T>(get_column_writer(column, self.properties.clone(), pages));
        writer.write_batch(values, there, None)?;
        let noted = writer.close()?;
        Ok((bytes.into_inner()?.into(), noted))
    }
}

fn path(name: &str) -> ColumnPath {
    ColumnPath::new(vec![name.to_owned()])
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
        Values::Counts(_) => Repetition::REQUIRED,
        _ => Repetition::OPTIONAL,
    };
    let field = Type::primitive_type_builder(&column.name, physical).with_logical_type(logical);
    Ok(Arc::new(field.with_repetition(repetition).build()?))
}
