//! Accounts, logins and access tokens over the real routes, on both engines.

use std::time::Duration;

use heimdex_api::Timestamp;
use heimdex_process::clock::{Clock, ManualClock};
use serde_json::{Value, json};

use crate::backends::{TestDatabase, both_backends};
use crate::uploads::server::Server;

const PASSWORD: &str = "correct horse battery";

fn clock() -> ManualClock {
    let start: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    ManualClock::new(start)
}

async fn at_ten(database: &TestDatabase, settings: &[(&str, &str)]) -> (Server, ManualClock) {
    let clock = clock();
    let server = Server::with(database, settings, Clock::Manual(clock.clone())).await;
    (server, clock)
}

async fn login(server: &Server) -> Value {
    let body = json!({"email": "ada@example.org", "password": PASSWORD});
    server.post("/auth/login", &body).await.expect(200)
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap().to_owned()
}

async fn refresh(server: &Server, token: &str) -> crate::uploads::server::Reply {
    let body = json!({"refresh_token": token});
    server.post("/auth/refresh", &body).await
}

both_backends! {
    fn one_person_has_one_account_however_the_address_is_typed(database) {
        let server = Server::start(database).await;
        let body = json!({"email": " Ada@EXAMPLE.org", "password": PASSWORD});
        assert_eq!(server.post("/auth/register", &body).await.refused(409), "email_taken");
        let reply = server.post("/auth/login", &body).await.expect(200);
        assert_eq!(reply["user"]["email"], "ada@example.org");
        assert_eq!(reply["token_type"], "bearer");
        assert_eq!(reply["expires_in"], 3600);
    }

    fn an_unknown_address_costs_the_same_work_and_gets_the_same_words(database) {
        let server = Server::start(database).await;
        let mut replies = Vec::new();
        for (email, password) in [
            ("ada@example.org", "wrong horse battery"),
            ("nobody@example.org", "wrong horse battery"),
            ("no address", "wrong horse battery"),
        ] {
            let before = server.app.hasher.done();
            let body = json!({"email": email, "password": password});
            let mut problem = server.post("/auth/login", &body).await.expect(401);
            assert_eq!(server.app.hasher.done(), before + 1, "{email}");
            problem["request_id"] = Value::Null;
            replies.push(problem);
        }
        assert_eq!(replies[0]["code"], "invalid_credentials");
        assert!(replies.iter().all(|reply| *reply == replies[0]), "{replies:?}");
    }

    fn attempts_are_limited_before_any_hashing(database) {
        let limit = [("HEIMDEX_SERVER_AUTH_ATTEMPTS_PER_ACCOUNT", "2")];
        let (server, clock) = at_ten(database, &limit).await;
        login(&server).await;
        let body = json!({"email": "ADA@example.org", "password": PASSWORD});
        let before = server.app.hasher.done();
        assert_eq!(server.post("/auth/login", &body).await.refused(429), "rate_limited");
        assert_eq!(server.app.hasher.done(), before);
        let other = json!({"email": "eve@example.org", "password": PASSWORD});
        server.post("/auth/login", &other).await.expect(401);
        clock.advance(Duration::from_mins(5));
        server.post("/auth/login", &body).await.expect(200);
    }

    fn an_address_that_tries_too_often_is_held_back_at_every_account(database) {
        let limit = [("HEIMDEX_SERVER_AUTH_ATTEMPTS_PER_ADDRESS", "2")];
        let (server, _) = at_ten(database, &limit).await;
        let one = json!({"email": "one@example.org", "password": PASSWORD});
        server.post("/auth/login", &one).await.expect(401);
        let two = json!({"email": "two@example.org", "password": PASSWORD});
        assert_eq!(server.post("/auth/login", &two).await.refused(429), "rate_limited");
    }

    fn a_repeated_refresh_gives_the_same_successor_and_a_late_one_ends_the_login(database) {
        let (server, clock) = at_ten(database, &[]).await;
        let first = text(&login(&server).await, "refresh_token");
        let second = text(&refresh(&server, &first).await.expect(200), "refresh_token");
        assert_ne!(first, second);
        clock.advance(Duration::from_hours(1));
        let again = text(&refresh(&server, &first).await.expect(200), "refresh_token");
        assert_eq!(second, again, "the successor was never presented");
        let third = text(&refresh(&server, &second).await.expect(200), "refresh_token");
        assert_eq!(refresh(&server, &first).await.refused(401), "token_invalid");
        assert_eq!(refresh(&server, &third).await.refused(401), "token_invalid");
        assert_eq!(refresh(&server, "hdxr_nonsense").await.refused(401), "token_invalid");
    }

    fn a_logout_holds_at_once_and_may_be_repeated(database) {
        let mut server = Server::start(database).await;
        let login = login(&server).await;
        server.authorised(text(&login, "access_token"));
        server.get("/auth/me").await.expect(200);
        server.post("/auth/logout", &json!({})).await.expect(200);
        assert_eq!(server.get("/auth/me").await.refused(401), "token_invalid");
        server.post("/auth/logout", &json!({})).await.expect(200);
        let token = text(&login, "refresh_token");
        assert_eq!(refresh(&server, &token).await.refused(401), "token_invalid");
    }

    fn an_access_token_of_a_login_expires(database) {
        let (server, clock) = at_ten(database, &[]).await;
        clock.advance(Duration::from_mins(59));
        server.get("/auth/me").await.expect(200);
        clock.advance(Duration::from_mins(2));
        assert_eq!(server.get("/auth/me").await.refused(401), "token_expired");
    }

    fn a_new_password_ends_every_other_login(database) {
        let (mut server, clock) = at_ten(database, &[]).await;
        let other = text(&login(&server).await, "access_token");
        let mine = text(&login(&server).await, "access_token");
        server.authorised(mine.clone());
        let body = json!({"new_password": "another horse battery"});
        server.post("/auth/password-update", &body).await.expect(200);
        server.get("/auth/me").await.expect(200);
        server.authorised(other);
        assert_eq!(server.get("/auth/me").await.refused(401), "token_invalid");
        server.authorised(mine);
        clock.advance(Duration::from_mins(11));
        let code = server.post("/auth/password-update", &body).await.refused(403);
        assert_eq!(code, "reauthentication_required");
        let wrong = json!({"new_password": PASSWORD, "current_password": PASSWORD});
        let code = server.post("/auth/password-update", &wrong).await.refused(401);
        assert_eq!(code, "invalid_credentials");
        let right = json!({"new_password": PASSWORD, "current_password": "another horse battery"});
        server.post("/auth/password-update", &right).await.expect(200);
        login(&server).await;
    }

    fn access_tokens_reach_nothing_under_auth_but_me(database) {
        let (mut server, clock) = at_ten(database, &[]).await;
        let session = text(&login(&server).await, "access_token");
        server.authorised(session.clone());
        let body = json!({"name": "nas", "scopes": ["read", "write"], "expires_in": 60});
        let token = server.post("/auth/tokens", &body).await.expect(201);
        let listed = server.get("/auth/tokens").await.expect(200);
        assert_eq!(listed["tokens"][0]["id"], token["id"]);
        assert!(listed["tokens"][0].get("token").is_none());
        server.authorised(text(&token, "token"));
        assert_eq!(server.get("/auth/me").await.expect(200)["email"], "ada@example.org");
        assert_eq!(server.get("/auth/tokens").await.refused(403), "insufficient_scope");
        for (path, body) in [
            ("/auth/tokens", body),
            ("/auth/logout", json!({})),
            ("/auth/password-update", json!({"new_password": PASSWORD})),
        ] {
            assert_eq!(server.post(path, &body).await.refused(403), "insufficient_scope", "{path}");
        }
        clock.advance(Duration::from_mins(2));
        assert_eq!(server.get("/auth/me").await.refused(401), "token_expired");
    }

    fn a_token_taken_back_is_good_for_nothing(database) {
        let mut server = Server::start(database).await;
        let body = json!({"name": "nas", "scopes": ["read"]});
        let token = server.post("/auth/tokens", &body).await.expect(201);
        let path = format!("/auth/tokens/{}", text(&token, "id"));
        server.delete(&path).await.expect(204);
        server.delete(&path).await.expect(204);
        assert_eq!(server.delete("/auth/tokens/nonsense").await.refused(404), "not_found");
        let unknown = "/auth/tokens/7a6f0e2e-2f0f-4c53-9d0a-111111111111";
        assert_eq!(server.delete(unknown).await.refused(404), "not_found");
        server.authorised(text(&token, "token"));
        assert_eq!(server.get("/auth/me").await.refused(401), "token_invalid");
    }

    fn a_repeated_token_request_replaces_the_secret(database) {
        let mut server = Server::start(database).await;
        let body = json!({"name": "nas", "scopes": ["read"]});
        let one = server.post_with_key("/auth/tokens", &body, "k").await.expect(201);
        let two = server.post_with_key("/auth/tokens", &body, "k").await.expect(201);
        assert_eq!(one["id"], two["id"]);
        assert_ne!(one["token"], two["token"]);
        let other = json!({"name": "other", "scopes": ["read"]});
        let reply = server.post_with_key("/auth/tokens", &other, "k").await;
        assert_eq!(reply.refused(422), "idempotency_conflict");
        server.authorised(text(&one, "token"));
        server.get("/auth/me").await.expect(401);
        server.authorised(text(&two, "token"));
        server.get("/auth/me").await.expect(200);
    }
}

#[tokio::test]
async fn a_scope_that_is_missing_is_refused() {
    let database = TestDatabase::sqlite();
    let mut server = Server::start(&database).await;
    let body = json!({"name": "camera", "scopes": ["upload"]});
    let token = server.post("/auth/tokens", &body).await.expect(201);
    server.authorised(text(&token, "token"));
    assert_eq!(
        server.get("/videos").await.refused(403),
        "insufficient_scope"
    );
    server.get("/videos/uploads").await.expect(200);
    server.get("/usage").await.expect(200);
}

#[tokio::test]
async fn a_registration_that_is_wrong_names_its_field() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database).await;
    let long = "x".repeat(256);
    for (field, body) in [
        ("email", json!({"email": "ada", "password": PASSWORD})),
        (
            "password",
            json!({"email": "b@example.org", "password": "short"}),
        ),
        ("password", json!({"email": "b@example.org"})),
        (
            "pasword",
            json!({"email": "b@example.org", "pasword": PASSWORD}),
        ),
        (
            "display_name",
            json!({"email": "b@example.org", "password": PASSWORD, "display_name": long}),
        ),
    ] {
        let problem = server.post("/auth/register", &body).await.expect(422);
        assert_eq!(problem["errors"][0]["field"], field, "{problem:#}");
        assert!(problem["detail"].is_string());
    }
    for body in [
        json!({"name": " ", "scopes": ["read"]}),
        json!({"name": "a", "scopes": []}),
        json!({"name": "a", "scopes": ["read"], "expires_in": 0}),
    ] {
        server.post("/auth/tokens", &body).await.expect(422);
    }
}

#[tokio::test]
async fn a_closed_registration_makes_no_accounts() {
    let closed = crate::web::Plain::start(&[("HEIMDEX_SERVER_AUTH_REGISTRATION", "closed")]).await;
    let body = json!({"email": "b@example.org", "password": PASSWORD});
    let reply = closed.post("/auth/register", &body).await;
    assert_eq!(reply.status(), 403);
    let problem: Value = reply.json().await.unwrap();
    assert_eq!(problem["code"], "registration_closed");
}

#[tokio::test]
async fn every_route_but_the_open_ones_wants_to_know_who_asks() {
    let server = crate::web::Plain::start(&[]).await;
    let id = "7a6f0e2e-2f0f-4c53-9d0a-111111111111";
    for (method, path) in [
        ("GET", "/auth/me".to_owned()),
        ("POST", "/auth/logout".to_owned()),
        ("POST", "/auth/password-update".to_owned()),
        ("GET", "/auth/tokens".to_owned()),
        ("POST", "/auth/tokens".to_owned()),
        ("DELETE", format!("/auth/tokens/{id}")),
        ("GET", "/usage".to_owned()),
        ("GET", "/videos".to_owned()),
        ("GET", format!("/videos/{id}")),
        ("DELETE", format!("/videos/{id}")),
        ("GET", format!("/videos/{id}/status")),
        ("GET", format!("/videos/{id}/download")),
        ("POST", format!("/videos/{id}/restore")),
        ("GET", format!("/videos/{id}/upload")),
        ("DELETE", format!("/videos/{id}/upload")),
        ("POST", format!("/videos/{id}/upload/adopt")),
        ("POST", format!("/videos/{id}/upload/parts")),
        ("GET", "/videos/uploads".to_owned()),
        ("POST", "/videos/upload/init".to_owned()),
        ("POST", "/videos/upload/complete".to_owned()),
        ("POST", "/videos/lookup".to_owned()),
        ("GET", "/ingests".to_owned()),
        ("POST", "/ingests".to_owned()),
        ("GET", format!("/ingests/{id}")),
        ("GET", format!("/ingests/{id}/files")),
        ("PUT", format!("/ingests/{id}/files")),
        ("POST", format!("/ingests/{id}/finish")),
    ] {
        for (authorization, code) in [
            (None, "not_authenticated"),
            (Some("Bearer nonsense"), "token_invalid"),
            (Some("Bearer hdx_nonsense"), "token_invalid"),
        ] {
            let mut request = server.request(method, &path).body("{}");
            if let Some(value) = authorization {
                request = request.header("authorization", value);
            }
            let reply = request.send().await.unwrap();
            assert_eq!(reply.status(), 401, "{method} {path}");
            let challenge = reply.headers()["www-authenticate"].to_str().unwrap();
            assert!(challenge.starts_with("Bearer"), "{challenge}");
            let problem: Value = reply.json().await.unwrap();
            assert_eq!(problem["code"], code, "{method} {path}");
        }
    }
}
