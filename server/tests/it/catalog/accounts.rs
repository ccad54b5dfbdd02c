//! Accounts: what is registered is found, once.

use heimdex_api::{LibraryId, Secret, UserId};
use heimdex_server::catalog::{AccountRow, NewAccount, RegisterOutcome};
use uuid::Uuid;

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

    fn an_account_can_be_disabled_and_enabled(database) {
        let catalog = database.open().await;
        let (account, session) = registered(&catalog, "ada@example.org", 1).await;
        assert!(catalog.set_disabled(account.user_id, Some(at(3))).await.unwrap());
        let row = catalog.session(session).await.unwrap().unwrap();
        assert_eq!(row.disabled_at, Some(at(3)));
        assert!(catalog.set_disabled(account.user_id, None).await.unwrap());
        assert_eq!(catalog.account(account.user_id).await.unwrap().unwrap().disabled_at, None);
        assert!(!catalog.set_disabled(UserId::new(Uuid::new_v4()), None).await.unwrap());
        catalog.close().await;
    }
}
