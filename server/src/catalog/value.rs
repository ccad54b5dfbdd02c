//! How our types are written into rows and read back, the same on both engines.
//!
//! [`Stored`] names the raw column type of a type of ours; [`Sql`] carries it through sqlx. Native enums of PostgreSQL
//! and checked text of SQLite meet in [`Word`].

use heimdex_api::{
    Blake3, IngestId, JobId, JobState, LibraryId, ObjectId, PartChecksum, RereadId, RereadOutcome,
    Scopes, Secret, SessionId, Timestamp, TokenId, UploadId, UserId, VerifiedHow, VideoId,
    VideoKind, VideoState,
};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef};
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Database, Decode, Encode, Postgres, Sqlite, Type};
use uuid::Uuid;

/// A type that has one column type on each engine.
pub(crate) trait Stored: Sized {
    /// What sqlx knows.
    type Raw;
    /// Into the column.
    fn to_raw(&self) -> Self::Raw;
    /// Out of the column.
    fn from_raw(raw: Self::Raw) -> Result<Self, BoxDynError>;
}

/// Binds and reads a [`Stored`] value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sql<T>(pub(crate) T);

impl<DB: Database, T: Stored> Type<DB> for Sql<T>
where
    T::Raw: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        T::Raw::type_info()
    }
    fn compatible(info: &DB::TypeInfo) -> bool {
        T::Raw::compatible(info)
    }
}

impl<'q, DB: Database, T: Stored> Encode<'q, DB> for Sql<T>
where
    T::Raw: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.0.to_raw().encode(buffer)
    }
    fn produces(&self) -> Option<DB::TypeInfo> {
        self.0.to_raw().produces()
    }
}

impl<'r, DB: Database, T: Stored> Decode<'r, DB> for Sql<T>
where
    T::Raw: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        T::from_raw(T::Raw::decode(value)?).map(Self)
    }
}

impl<T: Stored> Stored for Option<T> {
    type Raw = Option<T::Raw>;
    fn to_raw(&self) -> Self::Raw {
        self.as_ref().map(Stored::to_raw)
    }
    fn from_raw(raw: Self::Raw) -> Result<Self, BoxDynError> {
        raw.map(T::from_raw).transpose()
    }
}

macro_rules! stored_as_is {
    ($($type:ty),*) => { $(
        impl Stored for $type {
            type Raw = Self;
            fn to_raw(&self) -> Self {
                self.clone()
            }
            fn from_raw(raw: Self) -> Result<Self, BoxDynError> {
                Ok(raw)
            }
        }
    )* };
}
stored_as_is!(bool, i64, f64, String, Vec<u8>, Uuid);

macro_rules! stored_id {
    ($($type:ty),*) => { $(
        impl Stored for $type {
            type Raw = Uuid;
            fn to_raw(&self) -> Uuid {
                self.as_uuid()
            }
            fn from_raw(raw: Uuid) -> Result<Self, BoxDynError> {
                Ok(Self::new(raw))
            }
        }
    )* };
}
stored_id!(
    VideoId, UserId, LibraryId, UploadId, IngestId, TokenId, SessionId, JobId, ObjectId, RereadId
);

macro_rules! stored_number {
    ($($type:ty),*) => { $(
        impl Stored for $type {
            type Raw = i64;
            fn to_raw(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
            fn from_raw(raw: i64) -> Result<Self, BoxDynError> {
                Ok(Self::try_from(raw)?)
            }
        }
    )* };
}
stored_number!(u16, u32, u64);

impl Stored for Timestamp {
    type Raw = i64;
    fn to_raw(&self) -> i64 {
        self.as_micros()
    }
    fn from_raw(raw: i64) -> Result<Self, BoxDynError> {
        Self::from_micros(raw).ok_or_else(|| "a time beyond the calendar".into())
    }
}

impl Stored for Blake3 {
    type Raw = Vec<u8>;
    fn to_raw(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
    fn from_raw(raw: Vec<u8>) -> Result<Self, BoxDynError> {
        Ok(Self::from_slice(&raw)?)
    }
}

impl Stored for [u8; 32] {
    type Raw = Vec<u8>;
    fn to_raw(&self) -> Vec<u8> {
        self.to_vec()
    }
    fn from_raw(raw: Vec<u8>) -> Result<Self, BoxDynError> {
        Ok(Self::try_from(raw.as_slice())?)
    }
}

impl Stored for Vec<Blake3> {
    type Raw = Vec<u8>;
    fn to_raw(&self) -> Vec<u8> {
        self.iter().flat_map(|hash| *hash.as_bytes()).collect()
    }
    fn from_raw(raw: Vec<u8>) -> Result<Self, BoxDynError> {
        let (hashes, rest) = raw.as_chunks::<32>();
        if rest.is_empty() {
            Ok(hashes.iter().copied().map(Blake3::new).collect())
        } else {
            Err("hashes that are not 32 bytes each".into())
        }
    }
}

impl Stored for Secret {
    type Raw = String;
    fn to_raw(&self) -> String {
        self.expose().to_owned()
    }
    fn from_raw(raw: String) -> Result<Self, BoxDynError> {
        Ok(Self::new(raw))
    }
}

impl Stored for Scopes {
    type Raw = String;
    fn to_raw(&self) -> String {
        self.to_string()
    }
    fn from_raw(raw: String) -> Result<Self, BoxDynError> {
        Ok(raw.parse()?)
    }
}

/// A word of a closed list: an enum type of PostgreSQL, checked text in SQLite.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word<T>(T);

/// A closed list of words and the name of its PostgreSQL type.
pub(crate) trait Words: Copy {
    const PG_TYPE: &'static str;
    fn word(self) -> &'static str;
    fn from_word(word: &str) -> Result<Self, BoxDynError>;
}

macro_rules! stored_word {
    ($($type:ty = $name:literal, $parse:expr);* $(;)?) => { $(
        impl Words for $type {
            const PG_TYPE: &'static str = $name;
            fn word(self) -> &'static str {
                self.as_str()
            }
            fn from_word(word: &str) -> Result<Self, BoxDynError> {
                $parse(word)
            }
        }
        impl Stored for $type {
            type Raw = Word<Self>;
            fn to_raw(&self) -> Word<Self> {
                Word(*self)
            }
            fn from_raw(raw: Word<Self>) -> Result<Self, BoxDynError> {
                Ok(raw.0)
            }
        }
    )* };
}
stored_word! {
    VideoState = "video_state", |word: &str| Ok(word.parse()?);
    VideoKind = "video_kind", |word: &str| Ok(word.parse()?);
    VerifiedHow = "verified_how", |word: &str| Ok(word.parse()?);
    RereadOutcome = "reread_outcome", |word: &str| Ok(word.parse()?);
    JobState = "job_state", |word: &str| Ok(word.parse()?);
    PartChecksum = "part_checksum", |word: &str| Self::from_name(word).ok_or_else(|| "an unknown part checksum".into());
}

impl<T: Words> Type<Sqlite> for Word<T> {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
    fn compatible(info: &SqliteTypeInfo) -> bool {
        <str as Type<Sqlite>>::compatible(info)
    }
}

impl<T: Words> Encode<'_, Sqlite> for Word<T> {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        <&str as Encode<'_, Sqlite>>::encode(self.0.word(), buffer)
    }
}

impl<T: Words> Decode<'_, Sqlite> for Word<T> {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        T::from_word(&<String as Decode<'_, Sqlite>>::decode(value)?).map(Self)
    }
}

impl<T: Words> Type<Postgres> for Word<T> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name(T::PG_TYPE)
    }
}

impl<T: Words> Encode<'_, Postgres> for Word<T> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <&str as Encode<'_, Postgres>>::encode(self.0.word(), buffer)
    }
}

impl<T: Words> Decode<'_, Postgres> for Word<T> {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        T::from_word(value.as_str()?).map(Self)
    }
}

/// Declares a row type whose fields are columns of the same name, readable on both engines.
macro_rules! row {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident {
            $( $(#[$field_meta:meta])* $field_visibility:vis $field:ident : $type:ty ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        $visibility struct $name {
            $( $(#[$field_meta])* $field_visibility $field: $type, )*
        }
        impl sqlx::FromRow<'_, sqlx::sqlite::SqliteRow> for $name {
            fn from_row(row: &sqlx::sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                Ok(Self {
                    $( $field: row.try_get::<$crate::catalog::value::Sql<$type>, _>(stringify!($field))?.0, )*
                })
            }
        }
        impl sqlx::FromRow<'_, sqlx::postgres::PgRow> for $name {
            fn from_row(row: &sqlx::postgres::PgRow) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                Ok(Self {
                    $( $field: row.try_get::<$crate::catalog::value::Sql<$type>, _>(stringify!($field))?.0, )*
                })
            }
        }
    };
}
pub(crate) use row;
