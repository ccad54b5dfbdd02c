//! Clients that are older or newer than the daemon are told so.

use heimdex_testkit::{Home, TestDaemon};
use serde_json::Value;

#[test]
fn clients_of_another_language_are_told_which_side_is_behind() {
    let home = Home::new();
    let daemon = TestDaemon::start(&home);
    for (spoken, status, code) in [
        ("1", 200, None),
        ("0", 426, Some("client_older")),
        ("2", 426, Some("client_newer")),
        ("one", 422, Some("invalid")),
    ] {
        let headers = [("heimdex-protocol", spoken)];
        let (answered, body) = daemon.ask_raw("GET", "/v1/version", &headers, None);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(answered, status, "{spoken}: {body}");
        assert_eq!(body.get("code").and_then(Value::as_str), code, "{spoken}");
    }
}
