//! What can go wrong between the catalog and its database.
//!
//! A database's own message may name a value (an e-mail address in a duplicate key), so it is cut down to what names
//! none as it comes in: these errors may be logged.

use heimdex_api::VideoState;

/// A fault of the database, or of what it holds. What callers must tell apart has its own outcome types instead.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// It does not answer, or not in time.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// Its disk has no room left.
    #[error("the database's disk is full")]
    Full,
    /// Another writer was in the way for too long.
    #[error("the database is busy")]
    Busy,
    /// A row breaks a rule of the schema.
    #[error("the database refused a row: {rule}")]
    Refused {
        /// The constraint, where it has a name.
        rule: String,
        /// Whether the rule was that there be no second one.
        duplicate: bool,
    },
    /// A row holds what was never written.
    #[error("a row cannot be read: {0}")]
    Corrupt(String),
    /// A statement is wrong: a defect of the server.
    #[error("the database refused a statement ({0})")]
    Statement(String),
    /// A move that the states do not have: a defect of the caller.
    #[error("a video that is {from} cannot become {to}")]
    InvalidMove {
        /// What it is.
        from: VideoState,
        /// What was wanted.
        to: VideoState,
    },
}

impl CatalogError {
    /// Whether the same transaction may well succeed a moment later.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_))
    }

    /// Whether the row is there already.
    pub(crate) fn is_duplicate(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                duplicate: true,
                ..
            }
        )
    }
}

impl From<sqlx::Error> for CatalogError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Database(fault) => of_fault(&*fault),
            E::Io(source) => Self::Unavailable(source.kind().to_string()),
            E::Tls(_) => Self::Unavailable("TLS failed".to_owned()),
            E::PoolTimedOut => Self::Unavailable("no connection came free in time".to_owned()),
            E::PoolClosed | E::WorkerCrashed => Self::Unavailable("it was shut down".to_owned()),
            E::ColumnDecode { index, source } => Self::Corrupt(format!("column {index}: {source}")),
            E::Decode(source) => Self::Corrupt(source.to_string()),
            other => Self::Statement(other.to_string()),
        }
    }
}

fn of_fault(fault: &dyn sqlx::error::DatabaseError) -> CatalogError {
    use sqlx::error::ErrorKind;
    let code = fault.code().unwrap_or_default();
    match fault.kind() {
        ErrorKind::Other => of_code(&code),
        kind => CatalogError::Refused {
            rule: fault.constraint().map_or_else(
                || format!("{kind:?} ({code})"),
                |rule| format!("{kind:?} of {rule}"),
            ),
            duplicate: fault.is_unique_violation(),
        },
    }
}

/// PostgreSQL's codes are five characters (its manual, appendix A); SQLite's are numbers whose low byte counts.
fn of_code(code: &str) -> CatalogError {
    if code.len() == 5 {
        return match code {
            "40001" | "40P01" | "55P03" => CatalogError::Busy,
            "53100" => CatalogError::Full,
            _ if ["08", "53", "57", "58"].contains(&&code[..2]) => {
                CatalogError::Unavailable(format!("SQLSTATE {code}"))
            }
            _ => CatalogError::Statement(format!("SQLSTATE {code}")),
        };
    }
    match code.parse::<u32>().map(|number| number & 0xff) {
        Ok(5 | 6) => CatalogError::Busy,
        Ok(13) => CatalogError::Full,
        Ok(10 | 14) => CatalogError::Unavailable(format!("SQLite code {code}")),
        Ok(11 | 26) => CatalogError::Corrupt("the database file is damaged".to_owned()),
        _ => CatalogError::Statement(format!("SQLite code {code}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_engines_are_told_apart() {
        for code in ["5", "517", "6", "40001", "40P01", "55P03"] {
            assert!(matches!(of_code(code), CatalogError::Busy), "{code}");
        }
        for code in ["13", "53100"] {
            assert!(matches!(of_code(code), CatalogError::Full), "{code}");
        }
        for code in ["57P01", "08006", "53300", "10", "266"] {
            assert!(
                matches!(of_code(code), CatalogError::Unavailable(_)),
                "{code}"
            );
        }
        for code in ["1", "42703", "", "nonsense"] {
            assert!(
                matches!(of_code(code), CatalogError::Statement(_)),
                "{code}"
            );
        }
    }
}
