//! The catalog on both engines.

mod accounts;
mod edits;
mod events;
mod ingests;
mod library;
mod lists;
mod lookup;
mod migrations;
mod sessions;
mod settings;
mod tags;
mod tokens;
mod trash;
mod videos;

use heimdex_api::{SessionId, Timestamp, UserId};
use heimdex_server::catalog::{AccountRow, Catalog, NewAccount, NewSession, RegisterOutcome};
use uuid::Uuid;

/// Seconds after a moment of no importance.
fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_795_000_000_000_000 + second * 1_000_000).unwrap()
}

fn new_account(email: &str) -> NewAccount {
    NewAccount {
        user_id: UserId::new(Uuid::new_v4()),
        email: email.to_owned(),
        password_hash: Some(heimdex_api::Secret::new("$argon2id$v=19$…")),
        display_name: Some("Ada".to_owned()),
    }
}

fn new_session(user: UserId, refresh: u8) -> NewSession {
    NewSession {
        session_id: SessionId::new(Uuid::new_v4()),
        user_id: user,
        client: Some("heimdex/0.1".to_owned()),
        by_password: true,
        refresh_hash: [refresh; 32],
        refresh_expires_at: at(1_000_000),
    }
}

/// An account with a login.
async fn registered(catalog: &Catalog, email: &str, refresh: u8) -> (AccountRow, SessionId) {
    let account = new_account(email);
    let session = new_session(account.user_id, refresh);
    match catalog.register(&account, &session, at(0)).await.unwrap() {
        RegisterOutcome::Registered(row) => (row, session.session_id),
        RegisterOutcome::EmailTaken => panic!("`{email}` is taken"),
    }
}
