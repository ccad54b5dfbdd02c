//! What access tokens may do with the library.

use serde_json::{Value, json};

use crate::backends::both_backends;
use crate::uploads::server::Server;
use crate::uploads::{noise, uploaded};

async fn token(server: &Server, scopes: Value) -> String {
    let body = json!({"name": "script", "scopes": scopes});
    let reply = server.post("/auth/tokens", &body).await.expect(201);
    reply["token"].as_str().unwrap().to_owned()
}

both_backends! {
    fn an_uploader_sees_what_tokens_sent_and_nothing_else(database) {
        let mut server = Server::start(database).await;
        let by_login = uploaded(&server, "a.mp4", &noise(1_000)).await;
        let uploader = token(&server, json!(["upload"])).await;
        server.authorised(uploader);
        let by_token = uploaded(&server, "b.mp4", &noise(1_000)).await;
        for suffix in ["", "/status"] {
            server.get(&format!("/videos/{by_token}{suffix}")).await.expect(200);
            for id in [by_login.as_str(), "7f3a91aa-1111-4111-8111-111111111111"] {
                let reply = server.get(&format!("/videos/{id}{suffix}")).await;
                assert_eq!(reply.refused(403), "insufficient_scope", "{id}{suffix}");
            }
        }
        for path in ["/usage", "/ingests", "/videos/uploads"] {
            server.get(path).await.expect(200);
        }
        for path in ["/videos".to_owned(), "/tags".to_owned(), format!("/videos/{by_token}/download")] {
            assert_eq!(server.get(&path).await.refused(403), "insufficient_scope", "{path}");
        }
        let reply = server.delete(&format!("/videos/{by_token}")).await;
        assert_eq!(reply.refused(403), "insufficient_scope");
        server.post("/videos/lookup", &json!({"files": []})).await.expect(200);
        server.stop().await;
    }

    fn a_reader_changes_nothing(database) {
        let mut server = Server::start(database).await;
        let video = uploaded(&server, "a.mp4", &noise(1_000)).await;
        let reader = token(&server, json!(["read"])).await;
        server.authorised(reader);
        for path in ["/videos", "/usage", "/ingests", "/tags"] {
            server.get(path).await.expect(200);
        }
        server.get(&format!("/videos/{video}/download")).await.expect(200);
        let body = json!({"source": "A"});
        for reply in [
            server.delete(&format!("/videos/{video}")).await,
            server.post(&format!("/videos/{video}/restore"), &Value::Null).await,
            server.post("/ingests", &body).await,
            server.post("/videos/lookup", &json!({"files": []})).await,
        ] {
            assert_eq!(reply.refused(403), "insufficient_scope");
        }
        server.stop().await;
    }
}
