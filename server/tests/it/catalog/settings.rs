//! Settings, keys and leases: what several servers agree on.

use std::time::Duration;

use heimdex_api::Timestamp;
use heimdex_server::catalog::ServerKeyRow;

use crate::backends::both_backends;

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_795_000_000_000_000 + second * 1_000_000).unwrap()
}

both_backends! {
    fn the_first_value_of_a_setting_stays(database) {
        let catalog = database.open().await;
        assert_eq!(catalog.setting("store").await.unwrap(), None);
        assert_eq!(catalog.setting_or_insert("store", "one").await.unwrap(), "one");
        assert_eq!(catalog.setting_or_insert("store", "two").await.unwrap(), "one");
        catalog.set_setting("store", "three").await.unwrap();
        assert_eq!(catalog.setting("store").await.unwrap().as_deref(), Some("three"));
        catalog.close().await;
    }

    fn servers_that_start_at_once_get_the_same_key(database) {
        let catalog = database.open().await;
        let key = |byte: u8| ServerKeyRow {
            kid: format!("k{byte}"),
            secret: vec![byte; 32],
            created_at: at(byte.into()),
        };
        let (one, two, three) = (key(1), key(2), key(3));
        let (a, b, c) = tokio::join!(
            catalog.server_keys_or_insert("jwt", &one),
            catalog.server_keys_or_insert("jwt", &two),
            catalog.server_keys_or_insert("jwt", &three),
        );
        let a = a.unwrap();
        assert_eq!(a.len(), 1);
        assert_eq!(a, b.unwrap());
        assert_eq!(a, c.unwrap());
        assert!([one, two, three].contains(&a[0]));
        catalog.close().await;
    }

    fn a_lease_has_one_holder_until_it_ends_or_is_given_up(database) {
        let catalog = database.open().await;
        let minute = |start: i64| at(start).saturating_add(Duration::from_mins(1));
        assert!(catalog.hold_lease("janitor", "a", minute(0), at(0)).await.unwrap());
        assert!(!catalog.hold_lease("janitor", "b", minute(1), at(1)).await.unwrap());
        assert!(catalog.hold_lease("janitor", "a", minute(30), at(30)).await.unwrap());
        assert!(!catalog.hold_lease("janitor", "b", minute(61), at(61)).await.unwrap());
        assert!(catalog.hold_lease("janitor", "b", minute(90), at(90)).await.unwrap());
        catalog.release_lease("janitor", "a").await.unwrap();
        assert!(!catalog.hold_lease("janitor", "a", minute(91), at(91)).await.unwrap());
        catalog.release_lease("janitor", "b").await.unwrap();
        assert!(catalog.hold_lease("janitor", "a", minute(92), at(92)).await.unwrap());
        catalog.close().await;
    }
}
