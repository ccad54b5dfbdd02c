//! Accounts: what is registered is found, once.

use heimdex_api::{LibraryId, Secret, UserId};
use heimdex_server::catalog::operators::{AccountListRow, AddOutcome};
use heimdex_server::catalog::{AccountRow, NewAccount, NewToken, RegisterOutcome};
use uuid::Uuid;

use super::library::Library;
use super::{at, new_account, new_session, registered};
use crate::backends::both_backends;

both_backends! {
    fn what_is_registered_is_found_by_address_and_id(database) {
        let catalog = database.open().await;
        let new = new_account("ada@example.org");
        let outcome = catalog.register(&new, &new_session(new.user_id, 1), at(7)).await.unwrap();
        let expected = AccountRow {
            user_id: new.user_id,
            library_id: LibraryId::new(new.user_id.as_uuid()),
            email: "ada@example.org".to_owned(),
            password_hash: new.password_hash.clone(),
            display_name: Some("Ada".to_owned()),
            email_verified: false,
            is_admin: false,
            disabled_at: None,
            created_at: at(7),
        };
        assert_eq!(outcome, RegisterOutcome::Registered(expected.clone()));
        let found = catalog.account_by_email("ada@example.org").await.unwrap();
        assert_eq!(found, Some(expected.clone()));
        assert_eq!(catalog.account(new.user_id).await.unwrap(), Some(expected));
        assert_eq!(catalog.account_by_email("bob@example.org").await.unwrap(), None);
        assert_eq!(catalog.account(UserId::new(Uuid::new_v4())).await.unwrap(), None);
        catalog.close().await;
    }

    fn an_account_needs_neither_password_nor_name(database) {
        let catalog = database.open().await;
        let new = NewAccount { password_hash: None, display_name: None, ..new_account("é@xn--e1a.example") };
        catalog.register(&new, &new_session(new.user_id, 1), at(0)).await.unwrap();
        let found = catalog.account(new.user_id).await.unwrap().unwrap();
        assert_eq!((found.password_hash, found.display_name), (None, None));
        catalog.close().await;
    }

    fn of_two_registrations_of_one_address_one_wins(database) {
        let catalog = database.open().await;
        let (one, two) = (new_account("ada@example.org"), new_account("ada@example.org"));
        let (first, second) = (new_session(one.user_id, 1), new_session(two.user_id, 2));
        let (a, b) = tokio::join!(
            catalog.register(&one, &first, at(0)),
            catalog.register(&two, &second, at(0)),
        );
        let taken = [a.unwrap(), b.unwrap()]
            .iter()
            .filter(|outcome| **outcome == RegisterOutcome::EmailTaken)
            .count();
        assert_eq!(taken, 1);
        let winner = catalog.account_by_email("ada@example.org").await.unwrap().unwrap();
        let loser = if winner.user_id == one.user_id { second } else { first };
        assert_eq!(catalog.session(loser.session_id).await.unwrap(), None, "nothing half-made stays");
        catalog.close().await;
    }

    fn a_new_password_ends_the_other_logins(database) {
        let catalog = database.open().await;
        let (account, here) = registered(&catalog, "ada@example.org", 1).await;
        let there = new_session(account.user_id, 2);
        catalog.start_session(&there, at(1)).await.unwrap();
        let new = Secret::new("$argon2id$new");
        catalog.update_password(account.user_id, &new, Some(here), at(5)).await.unwrap();
        let revoked = |row: Option<heimdex_server::catalog::SessionRow>| row.unwrap().revoked_at;
        assert_eq!(revoked(catalog.session(here).await.unwrap()), None);
        assert_eq!(revoked(catalog.session(there.session_id).await.unwrap()), Some(at(5)));
        let found = catalog.account(account.user_id).await.unwrap().unwrap();
        assert_eq!(found.password_hash, Some(new.clone()));
        catalog.update_password(account.user_id, &new, None, at(6)).await.unwrap();
        assert_eq!(revoked(catalog.session(here).await.unwrap()), Some(at(6)));
        catalog.close().await;
    }

    fn an_account_that_is_disabled_has_no_logins_and_no_tokens_any_more(database) {
        let catalog = database.open().await;
        let (account, session) = registered(&catalog, "ada@example.org", 1).await;
        let (other, untouched) = registered(&catalog, "bob@example.org", 2).await;
        let token = NewToken {
            token_id: heimdex_api::TokenId::new(Uuid::new_v4()),
            user_id: account.user_id,
            token_hash: [7; 32],
            name: "t".to_owned(),
            scopes: heimdex_api::Scopes::ALL,
            expires_at: None,
        };
        catalog.create_token(&token, None, at(0)).await.unwrap();
        for second in [3, 4] {
            catalog.disable_account(account.user_id, at(second)).await.unwrap();
            let row = catalog.session(session).await.unwrap().unwrap();
            assert_eq!((row.disabled_at, row.revoked_at), (Some(at(3)), Some(at(3))));
            let token = catalog.presented_token(&[7; 32]).await.unwrap().unwrap();
            assert_eq!(token.revoked_at, Some(at(3)));
        }
        catalog.enable_account(account.user_id).await.unwrap();
        assert_eq!(catalog.account(account.user_id).await.unwrap().unwrap().disabled_at, None);
        let row = catalog.session(session).await.unwrap().unwrap();
        assert_eq!(row.revoked_at, Some(at(3)), "what has ended stays so");
        assert_eq!(catalog.session(untouched).await.unwrap().unwrap().revoked_at, None);
        assert_eq!(catalog.account(other.user_id).await.unwrap().unwrap().disabled_at, None);
        catalog.close().await;
    }

    fn an_operator_adds_limits_and_lists_accounts(database) {
        let catalog = database.open().await;
        let mut new = new_account("bob@example.org");
        new.display_name = None;
        assert_eq!(catalog.add_account(&new, at(1)).await.unwrap(), AddOutcome::Added);
        assert_eq!(catalog.add_account(&new, at(1)).await.unwrap(), AddOutcome::Added, "a lost reply");
        let twin = new_account("bob@example.org");
        assert_eq!(catalog.add_account(&twin, at(1)).await.unwrap(), AddOutcome::EmailTaken);
        let library = Library::new(&catalog, "ada@example.org").await;
        let id = library.account.library_id;
        library.open(library.plain("1.mp4", 10, at(2)), at(2)).await;
        let stored = library.open(library.plain("2.mp4", 20, at(2)), at(2)).await;
        library.complete(stored, 20, 1, at(3)).await;
        let gone = library.open(library.plain("3.mp4", 40, at(2)), at(2)).await;
        library.complete(gone, 40, 2, at(3)).await;
        catalog.delete_video(id, gone, at(4)).await.unwrap();
        catalog.set_quota(library.account.user_id, Some(1 << 40)).await.unwrap();
        let accounts = catalog.accounts().await.unwrap();
        let expected = AccountListRow {
            user_id: library.account.user_id,
            email: "ada@example.org".to_owned(),
            display_name: Some("Ada".to_owned()),
            created_at: at(0),
            disabled_at: None,
            session_seen_at: Some(at(0)),
            token_seen_at: None,
            quota_bytes: Some(1 << 40),
            videos: 2,
            bytes: 20,
            bytes_uploading: 10,
            bytes_deleted: 40,
        };
        assert_eq!(accounts[0], expected);
        let bob = (accounts[1].email.as_str(), accounts[1].videos, accounts[1].quota_bytes);
        assert_eq!((accounts.len(), bob), (2, ("bob@example.org", 0, None)));
        catalog.set_quota(library.account.user_id, None).await.unwrap();
        assert_eq!(catalog.quota(id).await.unwrap(), None);
        catalog.close().await;
    }
}
