//! Access tokens and the idempotency of what creates.

use heimdex_api::{Scope, Scopes, TokenId, UserId};
use heimdex_server::catalog::{
    CreateTokenOutcome, Idempotency, NewToken, PresentedTokenRow, TokenRow,
};
use uuid::Uuid;

use super::{at, registered};
use crate::backends::both_backends;

fn new_token(user: UserId, secret: u8) -> NewToken {
    NewToken {
        token_id: TokenId::new(Uuid::new_v4()),
        user_id: user,
        token_hash: [secret; 32],
        name: "nightly".to_owned(),
        scopes: Scopes::from_iter([Scope::Read, Scope::Upload]),
        expires_at: Some(at(100)),
    }
}

fn key(body: u8) -> Idempotency {
    Idempotency {
        key: "k-1".to_owned(),
        route: "POST /auth/tokens",
        body_hash: [body; 32],
    }
}

fn created(outcome: CreateTokenOutcome) -> TokenRow {
    match outcome {
        CreateTokenOutcome::Created(row) => row,
        CreateTokenOutcome::IdempotencyConflict => panic!("a conflict"),
    }
}

both_backends! {
    fn a_token_is_read_back_as_it_was_written(database) {
        let catalog = database.open().await;
        let (account, _) = registered(&catalog, "ada@example.org", 1).await;
        let new = new_token(account.user_id, 9);
        let row = created(catalog.create_token(&new, None, at(1)).await.unwrap());
        let expected = TokenRow {
            token_id: new.token_id,
            name: "nightly".to_owned(),
            scopes: new.scopes,
            created_at: at(1),
            last_used_at: None,
            expires_at: Some(at(100)),
            revoked_at: None,
        };
        assert_eq!(row, expected);
        assert_eq!(catalog.tokens(account.user_id).await.unwrap(), [expected]);
        let presented = catalog.presented_token(&[9; 32]).await.unwrap();
        let expected = PresentedTokenRow {
            token_id: new.token_id,
            user_id: account.user_id,
            library_id: account.library_id,
            scopes: new.scopes,
            last_used_at: None,
            expires_at: Some(at(100)),
            revoked_at: None,
            disabled_at: None,
        };
        assert_eq!(presented, Some(expected));
        assert_eq!(catalog.presented_token(&[8; 32]).await.unwrap(), None);
        catalog.close().await;
    }

    fn use_is_recorded_to_the_minute(database) {
        let catalog = database.open().await;
        let (account, _) = registered(&catalog, "ada@example.org", 1).await;
        let new = new_token(account.user_id, 9);
        catalog.create_token(&new, None, at(0)).await.unwrap();
        for (second, expected) in [(10, 10), (69, 10), (70, 70)] {
            let token = catalog.presented_token(&[9; 32]).await.unwrap().unwrap();
            catalog.touch_token(&token, at(second)).await.unwrap();
            let token = catalog.presented_token(&[9; 32]).await.unwrap().unwrap();
            assert_eq!(token.last_used_at, Some(at(expected)), "at {second}");
        }
        catalog.close().await;
    }

    fn a_repeated_request_replaces_the_secret_of_the_same_token(database) {
        let catalog = database.open().await;
        let (account, _) = registered(&catalog, "ada@example.org", 1).await;
        let (one, two) = (new_token(account.user_id, 1), new_token(account.user_id, 2));
        let first = created(catalog.create_token(&one, Some(&key(7)), at(0)).await.unwrap());
        let second = created(catalog.create_token(&two, Some(&key(7)), at(1)).await.unwrap());
        assert_eq!(first, second);
        assert_eq!(catalog.presented_token(&[1; 32]).await.unwrap(), None);
        let live = catalog.presented_token(&[2; 32]).await.unwrap().unwrap();
        assert_eq!(live.token_id, one.token_id);
        catalog.close().await;
    }

    fn another_body_or_route_under_a_key_is_a_conflict(database) {
        let catalog = database.open().await;
        let (account, _) = registered(&catalog, "ada@example.org", 1).await;
        let new = |secret| new_token(account.user_id, secret);
        catalog.create_token(&new(1), Some(&key(7)), at(0)).await.unwrap();
        let other_body = catalog.create_token(&new(2), Some(&key(8)), at(1)).await.unwrap();
        assert_eq!(other_body, CreateTokenOutcome::IdempotencyConflict);
        let other_route = Idempotency { route: "POST /ingests", ..key(7) };
        let outcome = catalog.create_token(&new(3), Some(&other_route), at(1)).await.unwrap();
        assert_eq!(outcome, CreateTokenOutcome::IdempotencyConflict);
        assert_eq!(catalog.tokens(account.user_id).await.unwrap().len(), 1);
        let (bob, _) = registered(&catalog, "bob@example.org", 2).await;
        let his = new_token(bob.user_id, 4);
        created(catalog.create_token(&his, Some(&key(8)), at(1)).await.unwrap());
        catalog.close().await;
    }

    fn a_key_is_forgotten_after_a_day(database) {
        let catalog = database.open().await;
        let (account, _) = registered(&catalog, "ada@example.org", 1).await;
        let day = 24 * 60 * 60;
        let (one, two) = (new_token(account.user_id, 1), new_token(account.user_id, 2));
        catalog.create_token(&one, Some(&key(7)), at(0)).await.unwrap();
        assert_eq!(catalog.forget_idempotency_keys(at(day)).await.unwrap(), 0);
        let second = catalog.create_token(&two, Some(&key(8)), at(day + 1)).await.unwrap();
        assert_eq!(created(second).token_id, two.token_id);
        assert_eq!(catalog.forget_idempotency_keys(at(3 * day)).await.unwrap(), 1);
        catalog.close().await;
    }

    fn a_token_that_was_taken_back_stays_so_and_leaves_the_list(database) {
        let catalog = database.open().await;
        let (account, _) = registered(&catalog, "ada@example.org", 1).await;
        let (bob, _) = registered(&catalog, "bob@example.org", 2).await;
        let new = new_token(account.user_id, 9);
        catalog.create_token(&new, Some(&key(7)), at(0)).await.unwrap();
        assert!(!catalog.revoke_token(bob.user_id, new.token_id, at(1)).await.unwrap());
        assert!(catalog.revoke_token(account.user_id, new.token_id, at(2)).await.unwrap());
        assert!(catalog.revoke_token(account.user_id, new.token_id, at(3)).await.unwrap());
        assert!(catalog.tokens(account.user_id).await.unwrap().is_empty());
        let presented = catalog.presented_token(&[9; 32]).await.unwrap().unwrap();
        assert_eq!(presented.revoked_at, Some(at(2)));
        let again = new_token(account.user_id, 10);
        let row = created(catalog.create_token(&again, Some(&key(7)), at(4)).await.unwrap());
        assert_eq!(row.token_id, again.token_id, "the same request gets one that works");
        catalog.close().await;
    }
}
