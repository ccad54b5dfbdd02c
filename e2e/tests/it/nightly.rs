//! The folder that is taken in every night: what did not change is not sent, not written down again, and asked for in few
//! requests.

use heimdex_testkit::{TestServer, without_syncs};

use crate::support::{LIMIT, asked_since, card_of, on_both_databases, requests, summary};

const FILES: usize = 1_100;

on_both_databases! {
    fn a_folder_that_did_not_change_sends_nothing_and_adds_no_row(start) {
        // Nothing moves but by the uploads; and what is counted needs no disk that keeps it.
        let (name, value) = without_syncs();
        let builder = TestServer::builder().arg("--no-worker");
        let setup = start(builder.env(&name, &value))?;
        let server = &setup.server;
        let home = setup.registered("ana@example.org").with_env(&name, &value);
        card_of(&home, FILES, 100);
        home.heimdex(["upload", "CARD", "--quiet"]).limit(LIMIT).ok();
        let (rows, (asked_before, puts)) = (setup.rows(), requests(server));
        assert_eq!((rows["videos"], rows["locations"]), (FILES as u64, FILES as u64), "{rows:?}");

        for night in 1..=2 {
            let again = home.heimdex(["upload", "CARD", "--json"]).limit(LIMIT).ok();
            let ended = summary(&again.ndjson());
            assert_eq!(
                (&ended["already_stored"], &ended["stored"], &ended["failed"], &ended["sent_bytes"]),
                (&FILES.into(), &0.into(), &0.into(), &0.into()),
                "{ended:#}"
            );
            assert_eq!(setup.rows(), rows, "night {night}");
        }
        assert_eq!(requests(server).1, puts, "no file is sent");
        let (asked, which) = asked_since(server, &asked_before);
        // A look-up and a list of places a thousand files, and the few that every run asks.
        assert!(asked <= 2 * (2 * FILES.div_ceil(1_000) + 5), "{asked} requests in two nights: {which:#?}");

        // One more file is one more file.
        home.write("CARD/D00/NEW.BIN", "shot today");
        let third = home.heimdex(["upload", "CARD", "--json"]).limit(LIMIT).ok();
        let ended = summary(&third.ndjson());
        assert_eq!((&ended["stored"], &ended["already_stored"]), (&1.into(), &FILES.into()), "{ended:#}");
        assert_eq!(requests(server).1, puts + 1);
        let after = setup.rows();
        for table in ["videos", "locations", "objects"] {
            assert_eq!(after[table], rows[table] + 1, "{table}");
        }
        assert_eq!(after["ingests"], rows["ingests"], "it is the same run over the same folder");
    }
}
