//! Our SQL types, each with one encoding per database, and the values that are written and read by them.
//!
//! The domain types stay free of diesel: rows hold the values defined here and convert.

use std::io::Write as _;

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    query_builder::QueryId,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, HasSqlType, SqlOrd, SqlType, Text, Timestamptz},
    sqlite::{Sqlite, SqliteValue},
};
use serde::{
    Serialize,
    de::{DeserializeOwned, IntoDeserializer as _},
};
use serde_json::value::{RawValue, to_raw_value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::connection::MultiBackend;
use crate::kernel::{BoxError, Id, Timestamp};

/// `uuid`, or a blob of 16 bytes.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct SqlUuid;
impl SqlOrd for SqlUuid {}

/// `timestamptz`, or an integer: microseconds since 1970.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct SqlTime;
impl SqlOrd for SqlTime {}

/// `jsonb`, or text. RowId order and spacing survive in one of them only: compare by value.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807))]
#[diesel(sqlite_type(name = "Text"))]
pub struct SqlJson;

/// The id of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlUuid)]
pub(super) struct RowId(pub(super) Uuid);

/// A point in time in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlTime)]
pub(super) struct RowTime(pub(super) Timestamp);

/// JSON in a row, as text: parsed by whoever knows its type.
#[derive(Debug, Clone, AsExpression, FromSqlRow)]
#[diesel(sql_type = SqlJson)]
pub(super) struct Json(Box<RawValue>);

impl<K> From<Id<K>> for RowId {
    fn from(id: Id<K>) -> Self {
        Self(id.as_uuid())
    }
}

impl<K> From<RowId> for Id<K> {
    fn from(key: RowId) -> Self {
        Self::from_uuid(key.0)
    }
}

impl From<Timestamp> for RowTime {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl From<RowTime> for Timestamp {
    fn from(at: RowTime) -> Self {
        at.0
    }
}

impl Json {
    /// Serialises a value.
    pub(super) fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, BoxError> {
        Ok(Self(to_raw_value(value)?))
    }

    /// Reads the value back.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, BoxError> {
        Ok(serde_json::from_str(self.0.get())?)
    }
}

impl ToSql<SqlUuid, Pg> for RowId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<SqlUuid, Pg> for RowId {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.as_bytes())?))
    }
}

impl ToSql<SqlUuid, Sqlite> for RowId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl FromSql<SqlUuid, Sqlite> for RowId {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.read_blob())?))
    }
}

impl ToSql<SqlTime, Pg> for RowTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Timestamptz, Pg>::to_sql(&self.0.as_offset_date_time(), &mut out.reborrow())
    }
}

impl FromSql<SqlTime, Pg> for RowTime {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let at: OffsetDateTime = FromSql::<Timestamptz, Pg>::from_sql(value)?;
        Ok(Self(Timestamp::new(at)))
    }
}

impl ToSql<SqlTime, Sqlite> for RowTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_micros());
        Ok(IsNull::No)
    }
}

impl FromSql<SqlTime, Sqlite> for RowTime {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?;
        let at = Timestamp::from_micros(micros).ok_or_else(|| format!("{micros} is not a time"))?;
        Ok(Self(at))
    }
}

/// What stands before the text when `jsonb` travels in binary.
const JSONB_VERSION: u8 = 1;

impl ToSql<SqlJson, Pg> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[JSONB_VERSION])?;
        out.write_all(self.0.get().as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<SqlJson, Pg> for Json {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((&JSONB_VERSION, text)) => {
                Ok(Self(RawValue::from_string(std::str::from_utf8(text)?.to_owned())?))
            }
            _ => Err("this is not version 1 of jsonb".into()),
        }
    }
}

impl ToSql<SqlJson, Sqlite> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.get());
        Ok(IsNull::No)
    }
}

impl FromSql<SqlJson, Sqlite> for Json {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Self(RawValue::from_string(text)?))
    }
}

/// Teaches the backend that stands for both databases one of our types.
macro_rules! on_both {
    ($sql:ident, $value:ty) => {
        impl HasSqlType<$sql> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                MultiBackend::lookup_sql_type::<$sql>(lookup)
            }
        }
        impl ToSql<$sql, MultiBackend> for $value {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }
        impl FromSql<$sql, MultiBackend> for $value {
            fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                value.from_sql::<$value, $sql>()
            }
        }
    };
}
on_both!(SqlUuid, RowId);
on_both!(SqlTime, RowTime);
on_both!(SqlJson, Json);

/// The word that stands for a value without data, as serde spells it.
pub(super) fn spell<T: Serialize>(value: &T) -> Result<String, BoxError> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(format!("{other} is not a word").into()),
    }
}

/// The value that a word stands for.
pub(super) fn read_word<T: DeserializeOwned>(word: &str) -> Result<T, BoxError> {
    let word: serde::de::value::StrDeserializer<'_, serde_json::Error> = word.into_deserializer();
    Ok(T::deserialize(word)?)
}

/// PostgreSQL has no text with a zero character in it, so nothing can be found by one. Without this check such
/// a look-up would fail there, for whoever cares to send one.
pub(super) fn can_exist(text: &str) -> bool {
    !text.contains('\0')
}
