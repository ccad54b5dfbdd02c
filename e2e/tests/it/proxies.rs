//! Behind a real nginx that makes another name of `Host`, as many do.

use heimdex_testkit::{Home, INNER_NAME, Nginx, TestServer};
use serde_json::{Value, json};

use crate::support::{blake3_of, large_video, runtime, the_video};

/// What tells the server where the client came to.
const FORWARDED: &str =
    "proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;";

fn up_and_down(nginx: &Nginx) {
    let home = Home::new();
    home.register(&nginx.url(), "ana@example.org");
    let path = large_video(&home, "A003C012.mp4", (40 << 20) + 5);
    home.heimdex(["upload", "A003C012.mp4", "--wait"]).ok();
    let video = the_video(&home);
    assert_eq!(video["state"], "indexed", "{video:#}");
    let id = video["video_id"].as_str().unwrap();
    home.heimdex(["download", id, "-o", "back.mp4"]).ok();
    assert_eq!(blake3_of(&home.path("back.mp4")), blake3_of(&path));
}

#[test]
fn a_trusted_proxy_tells_which_address_urls_are_signed_for() {
    let server = TestServer::builder()
        .env("HEIMDEX_SERVER_TRUSTED_PROXIES", "127.0.0.1")
        .start();
    if let Some(nginx) = Nginx::in_front_of(server.authority(), FORWARDED) {
        up_and_down(&nginx);
    }
}

#[test]
fn a_public_url_holds_whatever_a_proxy_makes_of_the_host() {
    let mut server = TestServer::start();
    let Some(nginx) = Nginx::in_front_of(server.authority(), "") else {
        return;
    };
    server.set_env("HEIMDEX_SERVER_PUBLIC_URL", nginx.url());
    server.restart();
    up_and_down(&nginx);
    let doctor = server.command(["doctor"]).run().exits(0);
    assert!(doctor.stdout().contains(&nginx.url()), "{doctor}");
}

#[test]
fn a_proxy_that_nobody_trusts_is_not_believed() {
    let server = TestServer::start();
    let Some(nginx) = Nginx::in_front_of(server.authority(), FORWARDED) else {
        return;
    };
    let home = Home::new();
    home.register(&nginx.url(), "ana@example.org");
    let token = home
        .heimdex(["token", "create", "t", "--scope", "write"])
        .ok();
    let init = json!({"filename": "a.mp4", "mime_type": "video/mp4", "size_bytes": 1000});
    let url = runtime().block_on(async {
        let reply = reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .post(format!("{}/videos/upload/init", nginx.url()))
            .bearer_auth(token.stdout().trim())
            .json(&init)
            .send()
            .await
            .unwrap();
        let reply: Value = reply.json().await.unwrap();
        reply["upload_url"].as_str().unwrap().to_owned()
    });
    // Signed for what the server itself saw: nothing that a client could have forged.
    assert!(
        url.starts_with(&format!("http://{INNER_NAME}/")),
        "{}",
        &url[..40]
    );
}
