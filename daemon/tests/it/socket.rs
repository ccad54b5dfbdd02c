//! What the socket answers, and whom.

use fs_err as fs;
use heimdex_testkit::{Home, TestDaemon, left_out};
use serde_json::json;

#[test]
fn what_is_not_there_or_not_meant_is_a_problem_with_a_code() {
    let home = Home::new();
    let daemon = TestDaemon::start(&home);
    for (method, path, body, status, code) in [
        ("GET", "/v2/status", None, 404, "not_found"),
        ("DELETE", "/v1/status", None, 405, "method_not_allowed"),
        ("GET", "/v1/why", None, 422, "invalid"),
        ("GET", "/v1/why?path=relative", None, 422, "invalid"),
        ("GET", "/v1/why?item=q1&path=/a", None, 422, "invalid"),
        ("GET", "/v1/queue?wacth=w1", None, 422, "invalid"),
        (
            "POST",
            "/v1/pause",
            Some(json!({"wacth": "w1"})),
            422,
            "invalid",
        ),
        (
            "POST",
            "/v1/pause",
            Some(json!({"until": "2001-01-01T00:00:00Z"})),
            422,
            "invalid",
        ),
        (
            "POST",
            "/v1/queue/move",
            Some(json!({"item": "17"})),
            422,
            "invalid",
        ),
        // What is no object says nothing by the places of its values.
        ("POST", "/v1/stop", Some(json!([])), 422, "invalid"),
        ("POST", "/v1/pause", Some(json!([])), 422, "invalid"),
        ("POST", "/v1/reload", Some(json!({"x": 1})), 422, "invalid"),
        ("GET", "/v1/queue?watch=w77", None, 404, "not_found"),
        (
            "POST",
            "/v1/rescan",
            Some(json!({"watch": "w77"})),
            404,
            "not_found",
        ),
        (
            "POST",
            "/v1/queue/send",
            Some(json!({"paths": ["/etc/hostname"], "profile": "nope"})),
            404,
            "not_found",
        ),
    ] {
        let (answered, problem) = daemon.ask(method, path, body.as_ref());
        assert_eq!(
            (answered, &problem["code"]),
            (status, &json!(code)),
            "{method} {path}: {problem}"
        );
        assert_eq!(problem["status"], status);
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{problem}"
        );
    }
}

#[test]
fn curl_can_ask_it() {
    let home = Home::new();
    let daemon = TestDaemon::start(&home);
    let curl = |arguments: &[&str]| {
        home.any_program("curl")
            .args(["--silent", "--fail-with-body", "--unix-socket"])
            .arg(daemon.socket())
            .args(arguments)
            .ok()
            .json()
    };
    let version = curl(&["http://heimdexd/v1/version"]);
    assert_eq!(version["pid"], daemon.pid());
    assert_eq!(version["protocol"], 1);
    assert_eq!(
        curl(&["-X", "POST", "http://heimdexd/v1/reload"])["items"],
        json!([])
    );
}

#[test]
fn a_process_of_somebody_else_is_refused() {
    if !rustix::process::geteuid().is_root() {
        return left_out("only root can be somebody else");
    }
    let home = Home::new();
    // Whoever can reach the socket all the same, as root can, is told by whom it is: here the mode is out of the way.
    let daemon = TestDaemon::start(&home);
    for directory in daemon.socket().ancestors().skip(1).take(3) {
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(directory, open).unwrap();
    }
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    fs::set_permissions(daemon.socket(), open).unwrap();
    let output = home
        .any_program("setpriv")
        .args([
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "curl",
            "--silent",
            "--unix-socket",
        ])
        .arg(daemon.socket())
        .arg("http://heimdexd/v1/status")
        .ok();
    assert_eq!(output.json()["code"], "forbidden", "{output}");
    assert!(daemon.log().contains("somebody else was refused"));
}

#[test]
fn events_end_with_the_daemon() {
    let home = Home::new();
    let mut daemon = TestDaemon::start(&home);
    let mut listening = home
        .any_program("curl")
        .args([
            "--silent",
            "--no-buffer",
            "--dump-header",
            "headers",
            "--unix-socket",
        ])
        .arg(daemon.socket())
        .arg("http://heimdexd/v1/events")
        .spawn();
    let limit = std::time::Duration::from_secs(20);
    heimdex_testkit::wait_until("the stream to be open", limit, || {
        let head = fs::read_to_string(home.path("headers")).unwrap_or_default();
        if head.contains("text/event-stream") {
            Ok(())
        } else {
            Err(head)
        }
    });
    assert!(daemon.terminate().success());
    assert!(listening.wait(limit).success());
    let events = String::from_utf8(listening.stdout()).unwrap();
    assert_eq!(
        events,
        "event: stopping\ndata: {\"event\":\"stopping\"}\n\n"
    );
}
