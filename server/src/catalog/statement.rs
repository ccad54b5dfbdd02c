//! Statements whose conditions depend on what was asked for: text with numbered places, and what goes there.
//!
//! The text is put together from literals only; whatever comes from outside is bound.

use std::fmt::Write as _;

use heimdex_api::{VideoKind, VideoState};
use uuid::Uuid;

/// A value that goes into a place.
#[derive(Debug, Clone)]
pub(crate) enum Bind {
    Number(i64),
    Text(String),
    Id(Uuid),
    Bytes(Vec<u8>),
    State(VideoState),
    Kind(VideoKind),
}

/// A statement as far as it is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Statement {
    text: String,
    binds: Vec<Bind>,
}

impl Statement {
    /// Begins with this text.
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            binds: Vec::new(),
        }
    }

    /// Goes on with this text.
    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Goes on with a place for this value.
    pub(crate) fn bind(&mut self, value: Bind) -> &mut Self {
        self.binds.push(value);
        // Writing to a string cannot fail.
        let _ = write!(self.text, "${}", self.binds.len());
        self
    }

    /// Goes on with this number itself. A planner that knows how few rows are wanted makes one plan that is good for every
    /// call; with a place for it PostgreSQL plans each call anew, as any number might come.
    pub(crate) fn number(&mut self, number: u32) -> &mut Self {
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{number}");
        self
    }

    /// Goes on with `(…, …)`: a place for each of the values.
    pub(crate) fn bind_list(&mut self, values: impl IntoIterator<Item = Bind>) -> &mut Self {
        self.push("(");
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self.push(")")
    }

    /// The text and its values, for [`bound!`].
    pub(crate) fn finish(self) -> (sqlx::AssertSqlSafe<String>, Vec<Bind>) {
        (sqlx::AssertSqlSafe(self.text), self.binds)
    }
}

/// Binds every value of a [`Statement`] to a query.
macro_rules! bound {
    ($query:expr, $binds:expr) => {{
        let mut query = $query;
        for bind in $binds {
            query = match bind {
                $crate::catalog::statement::Bind::Number(number) => query.bind(number),
                $crate::catalog::statement::Bind::Text(text) => query.bind(text),
                $crate::catalog::statement::Bind::Id(id) => query.bind(id),
                $crate::catalog::statement::Bind::Bytes(bytes) => query.bind(bytes),
                $crate::catalog::statement::Bind::State(state) => query.bind(Sql(state)),
                $crate::catalog::statement::Bind::Kind(kind) => query.bind(Sql(kind)),
            };
        }
        query
    }};
}
pub(crate) use bound;
