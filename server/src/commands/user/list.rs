//! `heimdex-server user list`: who has an account, and what it holds.

use std::io::{self, IsTerminal as _};

use heimdex_api::Timestamp;
use serde_json::{Value, json};

use super::UserError;
use crate::args::UserListArgs;
use crate::catalog::Catalog;
use crate::catalog::operators::AccountListRow;
use crate::commands::{CommandError, out};

const COLUMNS: [&str; 7] = [
    "EMAIL",
    "STATE",
    "VIDEOS",
    "STORED",
    "UPLOADING",
    "QUOTA",
    "LAST SEEN",
];

pub(super) async fn run(catalog: &Catalog, args: &UserListArgs) -> Result<(), CommandError> {
    let accounts = catalog.accounts().await.map_err(UserError::from)?;
    if args.json {
        let accounts: Vec<Value> = accounts.iter().map(told).collect();
        return out(&format!("{:#}", json!({ "users": accounts })));
    }
    let rows: Vec<[String; 7]> = accounts.iter().map(row).collect();
    if io::stdout().is_terminal() {
        return out(&table(&rows));
    }
    // A pipe gets the same columns, without heads and without padding.
    let lines: Vec<String> = rows.iter().map(|row| row.join("\t")).collect();
    if lines.is_empty() {
        return Ok(());
    }
    out(&lines.join("\n"))
}

fn told(account: &AccountListRow) -> Value {
    json!({
        "id": account.user_id,
        "email": account.email,
        "display_name": account.display_name,
        "created_at": account.created_at,
        "disabled_at": account.disabled_at,
        "last_seen_at": last_seen(account),
        "videos": account.videos,
        "bytes": account.bytes,
        "bytes_uploading": account.bytes_uploading,
        "bytes_deleted": account.bytes_deleted,
        "quota_bytes": account.quota_bytes,
    })
}

fn last_seen(account: &AccountListRow) -> Option<Timestamp> {
    account.session_seen_at.max(account.token_seen_at)
}

fn row(account: &AccountListRow) -> [String; 7] {
    let state = if account.disabled_at.is_some() {
        "disabled"
    } else {
        "active"
    };
    [
        account.email.clone(),
        state.to_owned(),
        account.videos.to_string(),
        size(account.bytes + account.bytes_deleted),
        size(account.bytes_uploading),
        account.quota_bytes.map_or_else(|| "-".to_owned(), size),
        last_seen(account).map_or_else(|| "-".to_owned(), to_the_second),
    ]
}

/// RFC 3339 without a fraction.
fn to_the_second(time: Timestamp) -> String {
    format!("{time:.0}")
}

/// In the largest IEC unit of which there is one at least, with one digit behind the point.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut unit = "B";
    let (mut whole, mut rest) = (bytes, 0);
    for larger in UNITS {
        if whole < 1024 {
            break;
        }
        (whole, rest) = (whole >> 10, whole & 1023);
        unit = larger;
    }
    if unit == "B" {
        format!("{whole} B")
    } else {
        format!("{whole}.{} {unit}", rest * 10 / 1024)
    }
}

/// Columns as wide as what is in them.
fn table(rows: &[[String; 7]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([COLUMNS[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let head = COLUMNS.map(str::to_owned);
    let lines: Vec<String> = std::iter::once(&head)
        .chain(rows)
        .map(|row| line(row))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use heimdex_api::UserId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn accounts_are_shown_as_a_table_and_as_json() {
        let at = |second: i64| {
            Timestamp::from_micros(1_795_000_000_000_000 + second * 1_000_000).unwrap()
        };
        let ada = AccountListRow {
            user_id: UserId::new(Uuid::from_u128(1)),
            email: "ada@example.org".to_owned(),
            display_name: Some("Ada".to_owned()),
            created_at: at(0),
            disabled_at: None,
            session_seen_at: Some(at(5)),
            token_seen_at: Some(at(3)),
            quota_bytes: Some(500 << 30),
            videos: 204,
            bytes: (31 << 30) + (400 << 20),
            bytes_uploading: 58 << 30,
            bytes_deleted: 0,
        };
        let bob = AccountListRow {
            user_id: UserId::new(Uuid::from_u128(2)),
            email: "bob@example.org".to_owned(),
            display_name: None,
            disabled_at: Some(at(9)),
            session_seen_at: None,
            token_seen_at: None,
            quota_bytes: None,
            videos: 0,
            bytes: 0,
            bytes_uploading: 0,
            bytes_deleted: 1023,
            ..ada.clone()
        };
        let shown = table(&[row(&ada), row(&bob)]);
        insta::assert_snapshot!(shown, @r"
        EMAIL            STATE     VIDEOS  STORED    UPLOADING  QUOTA      LAST SEEN
        ada@example.org  active    204     31.3 GiB  58.0 GiB   500.0 GiB  2026-11-18T11:06:45Z
        bob@example.org  disabled  0       1023 B    0 B        -          -
        ");
        let told = told(&ada);
        assert_eq!(
            (&told["email"], &told["bytes_deleted"]),
            (&json!("ada@example.org"), &json!(0))
        );
        assert_eq!(
            (&told["last_seen_at"], &told["disabled_at"]),
            (&json!(at(5)), &Value::Null)
        );
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        for (bytes, expected) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (u64::MAX, "16777215.9 TiB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }
}
