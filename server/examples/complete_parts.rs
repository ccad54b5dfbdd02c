//! Measures how long the embedded store takes to complete an upload of many parts of one byte: `complete_parts
//! [PARTS]`. Prints milliseconds, one round a line. `cargo xtask bench store` runs it.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use bytes::Bytes;
use crc_fast::{CrcAlgorithm, checksum};
use heimdex_api::{Checksum, Secret};
use heimdex_server::objects::embedded::{EmbeddedSettings, EmbeddedStore};
use heimdex_server::objects::{CompletedPart, ObjectStore};

/// As many parts as an upload of 100 GiB has.
const PARTS: u16 = 6_400;
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let parts = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => PARTS,
    };
    let directory = tempfile::tempdir()?;
    let embedded = EmbeddedStore::open(settings(directory.path())).await?;
    let store = ObjectStore::embedded(&embedded);
    for round in 0..ROUNDS {
        let key = format!("videos/{round}");
        let upload = store.create_multipart(&key, "video/mp4").await?;
        let sent = send(&store, &key, &upload, parts).await?;
        let began = Instant::now();
        store.complete_multipart(&key, &upload, &sent).await?;
        #[expect(clippy::print_stdout, reason = "it is what this program is for")]
        {
            println!("{:.1}", began.elapsed().as_secs_f64() * 1e3);
        }
    }
    Ok(())
}

fn settings(directory: &Path) -> EmbeddedSettings {
    EmbeddedSettings {
        objects_dir: directory.join("objects"),
        index_path: directory.join("index.db"),
        bucket: "uploads".to_owned(),
        region: "local".to_owned(),
        access_key: "heimdex".to_owned(),
        secret_key: Secret::new("of no use outside this directory"),
        previous_keys: Vec::new(),
    }
}

async fn send(
    store: &ObjectStore,
    key: &str,
    upload: &str,
    parts: u16,
) -> Result<Vec<CompletedPart>, Box<dyn Error>> {
    let bytes = Bytes::from_static(b"x");
    let crc = u32::try_from(checksum(CrcAlgorithm::Crc32Iscsi, &bytes))?;
    let checksum = Checksum::from_crc32c(crc);
    let mut sent = Vec::new();
    for number in 1..=parts {
        let etag = store
            .put_part(key, upload, number, bytes.clone(), &checksum)
            .await?;
        sent.push(CompletedPart {
            number,
            etag,
            checksum: Some(checksum.clone()),
        });
    }
    Ok(sent)
}
