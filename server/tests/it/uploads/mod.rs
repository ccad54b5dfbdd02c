//! Uploads over the real routes and the embedded store: announced, sent, adopted, completed, cancelled.

mod batch;
mod complete;
mod init;
mod parts;
pub(crate) mod server;

use heimdex_api::Blake3;
use heimdex_api::hash::PartHasher;
use serde_json::{Value, json};

use server::Server;

/// The smallest part size: what a hint of one byte asks for.
pub(crate) const PART: usize = 8 << 20;

/// Bytes of which no two parts are alike.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length);
    heimdex_testkit::write_noise(&mut bytes, length as u64, 7).unwrap();
    bytes
}

/// The request for a file in parts.
pub(crate) fn in_parts(filename: &str, size: usize) -> Value {
    json!({"filename": filename, "mime_type": "video/mp4", "size_bytes": size, "multipart": true, "part_size_hint": 1})
}

/// Announces a file in parts; answers its video and the whole reply.
pub(crate) async fn opened(server: &Server, filename: &str, size: usize) -> (String, Value) {
    let reply = server
        .post("/videos/upload/init", &in_parts(filename, size))
        .await
        .expect(201);
    (reply["video_id"].as_str().unwrap().to_owned(), reply)
}

/// Announces and sends everything; completing is left to the caller.
pub(crate) async fn sent(server: &Server, filename: &str, bytes: &[u8]) -> String {
    let (video, _) = opened(server, filename, bytes.len()).await;
    for (index, part) in bytes.chunks(PART).enumerate() {
        server
            .send_part(&video, u32::try_from(index + 1).unwrap(), part)
            .await;
    }
    video
}

/// What a client says of the bytes at the end.
pub(crate) fn claim(video: &str, bytes: &[u8]) -> Value {
    json!({
        "video_id": video,
        "blake3": Blake3::from(blake3::hash(bytes)),
        "subtrees": subtrees(bytes),
    })
}

fn subtrees(bytes: &[u8]) -> Vec<Blake3> {
    let single = bytes.len() <= PART;
    bytes
        .chunks(PART)
        .enumerate()
        .map(|(index, part)| {
            let mut hasher = PartHasher::at((index * PART) as u64);
            hasher.update(part);
            if single {
                hasher.root()
            } else {
                hasher.subtree().unwrap()
            }
        })
        .collect()
}

/// Sends a whole file and completes it; answers its video.
pub(crate) async fn uploaded(server: &Server, filename: &str, bytes: &[u8]) -> String {
    let video = sent(server, filename, bytes).await;
    server
        .post("/videos/upload/complete", &claim(&video, bytes))
        .await
        .expect(202);
    video
}
