//! Logins: refresh tokens rotate, lost replies are forgiven, copies end the family.

use heimdex_api::SessionId;
use heimdex_server::catalog::{Catalog, RefreshOutcome, SessionRow, Successor};
use uuid::Uuid;

use super::{at, new_session, registered};
use crate::backends::both_backends;

/// Tokens are numbers here; under the key `k` of number `n` follows `n + 1`, under `j` follows `n + 101`.
async fn refresh(catalog: &Catalog, token: u8, second: i64) -> RefreshOutcome {
    let successors = [
        Successor {
            kid: "k".to_owned(),
            hash: [token + 1; 32],
        },
        Successor {
            kid: "j".to_owned(),
            hash: [token + 101; 32],
        },
    ];
    let expires = at(second + 1_000_000);
    catalog
        .refresh_session(&[token; 32], &successors, expires, at(second))
        .await
        .unwrap()
}

fn kid(outcome: RefreshOutcome) -> String {
    match outcome {
        RefreshOutcome::Successor { kid, .. } => kid,
        other => panic!("{other:?}"),
    }
}

both_backends! {
    fn a_login_is_read_back_as_it_was_written(database) {
        let catalog = database.open().await;
        let (account, session_id) = registered(&catalog, "ada@example.org", 1).await;
        let expected = SessionRow {
            session_id,
            user_id: account.user_id,
            library_id: account.library_id,
            by_password: true,
            created_at: at(0),
            last_seen_at: at(0),
            revoked_at: None,
            disabled_at: None,
        };
        assert_eq!(catalog.session(session_id).await.unwrap(), Some(expected));
        assert_eq!(catalog.session(SessionId::new(Uuid::new_v4())).await.unwrap(), None);
        catalog.close().await;
    }

    fn tokens_rotate_and_a_repetition_gets_the_same_successor(database) {
        let catalog = database.open().await;
        let (_, session) = registered(&catalog, "ada@example.org", 1).await;
        assert_eq!(kid(refresh(&catalog, 1, 10).await), "k");
        assert_eq!(kid(refresh(&catalog, 1, 500_000).await), "k", "its successor was never presented");
        assert_eq!(kid(refresh(&catalog, 2, 500_001).await), "k");
        let row = catalog.session(session).await.unwrap().unwrap();
        assert_eq!((row.last_seen_at, row.revoked_at), (at(500_001), None));
        catalog.close().await;
    }

    fn a_used_token_is_forgiven_for_thirty_seconds_and_then_ends_the_family(database) {
        let catalog = database.open().await;
        let (_, session) = registered(&catalog, "ada@example.org", 1).await;
        refresh(&catalog, 1, 0).await;
        refresh(&catalog, 2, 10).await;
        assert_eq!(kid(refresh(&catalog, 1, 30).await), "k");
        assert_eq!(refresh(&catalog, 1, 31).await, RefreshOutcome::Stolen { session_id: session });
        assert_eq!(refresh(&catalog, 3, 32).await, RefreshOutcome::Ended, "the thief's, or the owner's");
        let row = catalog.session(session).await.unwrap().unwrap();
        assert_eq!(row.revoked_at, Some(at(31)));
        catalog.close().await;
    }

    fn two_processes_that_refresh_at_once_get_the_same_successor(database) {
        let catalog = database.open().await;
        registered(&catalog, "ada@example.org", 1).await;
        let (a, b, c) = tokio::join!(
            refresh(&catalog, 1, 5),
            refresh(&catalog, 1, 5),
            refresh(&catalog, 1, 5),
        );
        assert_eq!([kid(a), kid(b), kid(c)], ["k", "k", "k"]);
        assert_eq!(kid(refresh(&catalog, 2, 6).await), "k");
        catalog.close().await;
    }

    fn a_repetition_after_a_change_of_keys_gets_the_first_answer(database) {
        let catalog = database.open().await;
        registered(&catalog, "ada@example.org", 1).await;
        let old = [Successor { kid: "j".to_owned(), hash: [102; 32] }];
        catalog.refresh_session(&[1; 32], &old, at(9_999), at(0)).await.unwrap();
        assert_eq!(kid(refresh(&catalog, 1, 1).await), "j");
        let without = [Successor { kid: "k".to_owned(), hash: [2; 32] }];
        let outcome = catalog.refresh_session(&[1; 32], &without, at(9_999), at(2)).await.unwrap();
        assert_eq!(outcome, RefreshOutcome::Ended);
        catalog.close().await;
    }

    fn a_login_is_seen_to_the_minute(database) {
        let catalog = database.open().await;
        let (_, session) = registered(&catalog, "ada@example.org", 1).await;
        let seen = async || catalog.session(session).await.unwrap().unwrap();
        for (second, expected) in [(59, 0), (60, 60), (100, 60), (121, 121)] {
            catalog.touch_session(&seen().await, at(second)).await.unwrap();
            assert_eq!(seen().await.last_seen_at, at(expected), "{second}");
        }
        catalog.close().await;
    }

    fn what_is_unknown_expired_ended_or_disabled_refreshes_nothing(database) {
        let catalog = database.open().await;
        let (_, session) = registered(&catalog, "ada@example.org", 1).await;
        assert_eq!(refresh(&catalog, 77, 0).await, RefreshOutcome::Unknown);
        assert_eq!(refresh(&catalog, 1, 1_000_000).await, RefreshOutcome::Ended, "expired");
        let (other, _) = registered(&catalog, "bob@example.org", 9).await;
        catalog.disable_account(other.user_id, at(0)).await.unwrap();
        assert_eq!(refresh(&catalog, 9, 1).await, RefreshOutcome::Ended, "disabled");
        catalog.end_session(session, at(2)).await.unwrap();
        catalog.end_session(session, at(3)).await.unwrap();
        assert_eq!(refresh(&catalog, 1, 4).await, RefreshOutcome::Ended, "ended");
        assert_eq!(catalog.session(session).await.unwrap().unwrap().revoked_at, Some(at(2)));
        catalog.close().await;
    }

    fn old_logins_are_forgotten_and_live_ones_are_not(database) {
        let catalog = database.open().await;
        let (account, ended) = registered(&catalog, "ada@example.org", 1).await;
        let live = new_session(account.user_id, 2);
        catalog.start_session(&live, at(0)).await.unwrap();
        catalog.end_session(ended, at(10)).await.unwrap();
        assert_eq!(catalog.forget_sessions(at(10)).await.unwrap(), 0);
        assert_eq!(catalog.forget_sessions(at(11)).await.unwrap(), 1);
        assert!(catalog.session(live.session_id).await.unwrap().is_some());
        assert_eq!(catalog.forget_sessions(at(1_000_001)).await.unwrap(), 1, "its token has expired");
        catalog.close().await;
    }
}
