//! The texts and bodies of the API, on any bytes: whatever is taken is written back as what it was read from.

#![no_main]

use heimdex_api::auth::{CreateTokenRequest, RegisterRequest};
use heimdex_api::batch::BatchRequest;
use heimdex_api::ingest::PutIngestFilesRequest;
use heimdex_api::upload::{CompleteUploadRequest, InitUploadRequest, LookupRequest, SignPartsRequest};
use heimdex_api::video::UpdateVideoRequest;
use heimdex_api::{Blake3, PartChecksum, Timestamp, VideoId, path};
use libfuzzer_sys::fuzz_target;
use serde_json::from_slice;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        texts(text);
    }
    raw_paths(data);
    if let Ok(init) = from_slice::<InitUploadRequest>(data) {
        let again = serde_json::to_vec(&init).expect("a request can be written");
        assert_eq!(from_slice::<InitUploadRequest>(&again).ok(), Some(init));
    }
    let _ = from_slice::<CompleteUploadRequest>(data);
    let _ = from_slice::<SignPartsRequest>(data);
    let _ = from_slice::<LookupRequest>(data);
    let _ = from_slice::<PutIngestFilesRequest>(data);
    let _ = from_slice::<BatchRequest>(data);
    let _ = from_slice::<UpdateVideoRequest>(data);
    let _ = from_slice::<CreateTokenRequest>(data);
    let _ = from_slice::<RegisterRequest>(data);
});

fn texts(text: &str) {
    if let Ok(id) = text.parse::<VideoId>() {
        assert_eq!(id.to_string().parse().ok(), Some(id));
    }
    if let Ok(hash) = text.parse::<Blake3>() {
        assert_eq!(hash.to_string().parse().ok(), Some(hash));
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        assert_eq!(time.to_string().parse().ok(), Some(time));
    }
    for algorithm in [PartChecksum::Crc32c, PartChecksum::Md5] {
        if let Some(checksum) = algorithm.parse(text) {
            assert_eq!(algorithm.parse(&checksum.to_string()), Some(checksum));
        }
    }
    // The first line is what is shown, the second how it is spelled.
    let (shown, raw) = text.split_once('\n').unwrap_or((text, ""));
    for raw in [None, Some(raw)] {
        if let Ok(bytes) = path::exact(shown, raw) {
            assert!(path::check(&bytes).is_ok(), "{bytes:?}");
            assert_eq!(path::escaped(&bytes), shown);
            let leaves = bytes.split(|byte| *byte == b'/').any(|part| part == b"..");
            assert!(!leaves && bytes.first() != Some(&b'/') && !bytes.contains(&0), "{bytes:?}");
        }
    }
}

fn raw_paths(data: &[u8]) {
    if path::check(data).is_ok() {
        let (shown, raw) = (path::escaped(data), path::raw_of(data));
        assert_eq!(path::exact(&shown, raw.as_deref()).as_deref(), Ok(data));
    }
}
