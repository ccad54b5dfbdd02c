//! Checksum files as strangers may put them on a card, on any bytes: what is taken lies below its folder, and what is
//! written of it is read as the same.

#![no_main]

use heimdex_api::path;
use heimdex_client::manifest::{Listed, parse_chain, parse_mhl, parse_sums, sums_name};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(list) = parse_mhl(data) {
        below(&list.listed);
        assert!(list.ours.iter().all(|ours| ours.index < list.listed.len()));
    }
    if let Ok(listed) = parse_chain(data) {
        below(&listed);
    }
    for name in ["a.mov.md5", "SHA256SUMS", "card.xxh"] {
        let name = sums_name(name.as_bytes()).expect("a name of a checksum file");
        if let Ok(listed) = parse_sums(data, &name) {
            below(&listed);
        }
    }
});

fn below(listed: &[Listed]) {
    for file in listed {
        assert!(path::check(&file.path).is_ok());
        assert!(file.previous.as_deref().is_none_or(|previous| path::check(previous).is_ok()));
    }
}
