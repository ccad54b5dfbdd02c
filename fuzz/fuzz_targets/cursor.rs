//! Cursors, on any bytes: below a seal as the server sets it, too, since what is sealed is no secret.

#![no_main]

use heimdex_api::LibraryId;
use heimdex_server::domain::listing::{
    IdPrefix, ListIdentity, PageStart, SortValue, decode_cursor, encode_cursor,
};
use libfuzzer_sys::fuzz_target;
use uuid::Uuid;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fuzz_target!(|data: &[u8]| {
    let list = ListIdentity::new(LibraryId::new(Uuid::nil()), &"list");
    if let Ok(text) = std::str::from_utf8(data) {
        check(list, text);
        let _ = IdPrefix::parse(text);
    }
    check(list, &sealed(data));
});

fn check(list: ListIdentity, cursor: &str) {
    let Some(start) = decode_cursor(list, cursor) else {
        return;
    };
    assert_eq!(encode_cursor(list, &start).as_deref(), Some(cursor));
    let (PageStart::After(position) | PageStart::Before(position)) = start else {
        panic!("an offset has no cursor");
    };
    if let SortValue::Text(text) = position.value {
        assert!(!text.contains('\0'), "no database takes it");
    }
}

/// The body as whoever read the code could seal it.
fn sealed(body: &[u8]) -> String {
    let first_8 = |hasher: &blake3::Hasher| {
        let mut bytes = [0; 8];
        hasher.finalize_xof().fill(&mut bytes);
        bytes
    };
    let mut identity = blake3::Hasher::new();
    identity.update(Uuid::nil().as_bytes()).update(b"\"list\"");
    let mut seal = blake3::Hasher::new();
    seal.update(&first_8(&identity)).update(body);
    let bytes = [body, &first_8(&seal)].concat();
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut three = [0; 3];
        three[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for sextet in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * sextet)) & 63;
            text.push(char::from(LETTERS[index as usize]));
        }
    }
    text
}
