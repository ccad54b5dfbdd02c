//! Checksum files as programs write them, as strangers might, and as no program ever would.

use proptest::prelude::*;

use super::*;

const MD5: &str = "b1946ac92492d2347c6235b4d2611184";

fn mhl(text: &str) -> Result<HashList, ManifestError> {
    parse_mhl(text.as_bytes())
}

fn sums(name: &str, text: &[u8]) -> Result<Vec<(String, String)>, ManifestError> {
    let name = sums_name(name.as_bytes()).unwrap();
    let listed = parse_sums(text, &name)?;
    Ok(listed
        .into_iter()
        .map(|listed| {
            let digest = &listed.digests[0];
            let digest = format!("{} {digest}", digest.kind().name());
            (path::escaped(&listed.path), digest)
        })
        .collect())
}

/// As the ASC's own tool writes it.
const ASC: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<hashlist version="2.0" xmlns="urn:ASC:MHL:v2.0">
  <creatorinfo><creationdate>2026-11-26T05:45:58+00:00</creationdate><hostname>set</hostname><tool version="1.2">ascmhl</tool></creatorinfo>
  <processinfo><process>in-place</process>
    <roothash><content><xxh128>ea77beda54a3d77e47b1836c04dd8a41</xxh128></content><structure><xxh128>117e90772467a16074b8d5c173bc6149</xxh128></structure></roothash>
    <ignore><pattern>.DS_Store</pattern></ignore>
  </processinfo>
  <hashes>
    <hash>
      <path size="6" lastmodificationdate="2026-11-26T05:45:57+00:00">A/a.mov</path>
      <md5 action="failed">b1946ac92492d2347c6235b4d2611180</md5>
      <xxh128 action="original" hashdate="2026-11-26T05:45:58+00:00">6bba86c7e069f56d5a10b435f1c8e49c</xxh128>
    </hash>
    <directoryhash><path>A</path><content><xxh128>87a89edf65a24385e36443dcd1ad427a</xxh128></content><structure><xxh128>7292f833fbe1e087ddbbde3c9ca24b04</xxh128></structure></directoryhash>
    <hash><path size="2">B/ü &amp; &#x41;.txt</path><xxh64 action="verified">2528250d92619b8e</xxh64><previousPath>B/old.txt</previousPath><metadata><path>no/path</path><md5>x</md5></metadata></hash>
  </hashes>
  <references><hashlistreference><path>C/ascmhl/0001.mhl</path><c4>c41111111111111111111111111111111111111111111111111111111111111111111111111111111111111111</c4></hashlistreference></references>
</hashlist>"#;

#[test]
fn asc_mhl_names_its_files_and_not_its_folders() {
    let list = mhl(ASC).unwrap();
    let told: Vec<String> = list
        .listed
        .iter()
        .map(|listed| {
            let digests: Vec<&str> = listed.digests.iter().map(|d| d.kind().name()).collect();
            let previous = listed.previous.as_deref().map(path::escaped);
            format!(
                "{} {:?} {digests:?} {previous:?}",
                path::escaped(&listed.path),
                listed.size
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r###"
    A/a.mov Some(6) ["xxh128"] None
    B/ü & A.txt None ["xxh64"] Some("B/old.txt")
    C/ascmhl/0001.mhl None ["c4"] None
    "###);
}

#[test]
fn the_older_mhl_is_read_too() {
    let list = mhl(
        "<?xml version='1.0'?><hashlist version='1.1'><creatorinfo><name>x</name></creatorinfo>\
         <hash><file>CLIP\\a.mov</file><size>6</size><xxhash64be>0ea03b369a463d9d</xxhash64be></hash>\
         <hash><file>b.mov</file><size>7</size><xxhash>0000000123</xxhash><hashdate>x</hashdate></hash>\
         <hash><file>c.mov</file><size>7</size><xxhash64>9d3d469a363ba00e</xxhash64></hash>\
         <hash><file>d.mov</file><size>7</size><null/></hash>\
         <hash><file>e.mov</file><size>7</size><crc32>0000</crc32></hash></hashlist>",
    )
    .unwrap();
    assert_eq!(list.version, Version::One);
    assert_eq!(list.listed[0].path, b"CLIP/a.mov");
    assert_eq!(list.listed[0].digests[0].kind(), Kind::Xxh64);
    let text = |index: usize| list.listed[index].digests[0].to_string();
    assert_eq!(list.listed[1].digests[0].kind(), Kind::Xxh32);
    assert_eq!(text(1), "0000007b");
    assert_eq!(text(2), text(0), "the same in the other order of bytes");
    let unknown: Vec<Option<&str>> = list
        .listed
        .iter()
        .map(|listed| listed.unknown.as_deref())
        .collect();
    // One has no checksum on purpose, and one has something that is not known here.
    assert_eq!(unknown, [None, None, None, None, Some("crc32")]);
    for wrong in [
        "<xxhash>4294967296</xxhash>",
        "<xxhash64>12</xxhash64>",
        "<md5/>",
    ] {
        let text = format!("<hashlist version='1.1'><hash><file>a</file>{wrong}</hash></hashlist>");
        assert!(mhl(&text).is_err(), "{wrong}");
    }
}

#[test]
fn what_heimdex_writes_it_reads() {
    let entry = |name: &str| Entry {
        path: name.to_owned(),
        size: 7,
        digest: Digest::new(Kind::Xxh128, &[3; 16]).unwrap(),
        blake3: heimdex_api::Blake3::new([5; 32]),
        video_id: heimdex_api::VideoId::new(uuid::Uuid::from_u128(9)),
    };
    let entries = [entry("A/<&>\"'.mov"), entry(" spaces \u{fc}")];
    let header = Header {
        made_at: heimdex_api::Timestamp::from_micros(0).unwrap(),
        host: "set".into(),
        version: "0".into(),
        server: "https://a.example/".into(),
        comment: None,
        ignored: vec!["ascmhl".into()],
    };
    let mut written = Vec::new();
    write_mhl(&mut written, &header, &entries).unwrap();
    let list = parse_mhl(&written[..]).unwrap();
    assert_eq!(list.server.as_deref(), Some("https://a.example/"));
    for (index, (listed, entry)) in list.listed.iter().zip(&entries).enumerate() {
        assert_eq!(listed.path, entry.path.as_bytes());
        assert_eq!((listed.size, &listed.digests[0]), (Some(7), &entry.digest));
        let ours = &list.ours[index];
        assert_eq!(
            (ours.index, ours.blake3, ours.video_id),
            (index, entry.blake3, entry.video_id)
        );
    }
}

#[test]
fn what_is_no_mhl_says_what_is_wrong_with_it() {
    let deep = format!("<hashlist version='2.0'>{}", "<a>".repeat(40));
    let long = format!(
        "<hashlist version='2.0'><hashes><hash><path>{}",
        "a".repeat(PIECE_MOST + 1)
    );
    let pieces = format!("<hashlist version='2.0'><a>{}", "&amp;b".repeat(PIECE_MOST));
    let bomb = "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><hashlist version='2.0'>&b;</hashlist>";
    let one = |path: &str| {
        format!(
            "<hashlist version='2.0'><hashes><hash><path>{path}</path></hash></hashes></hashlist>"
        )
    };
    let texts = [
        "",
        "hello",
        "<a/>",
        "<hashlist/>",
        "<hashlist version='3.0'/>",
        "<hashlist version='2.0'>",
        "<hashlist version='2.0'></hash>",
        "<hashlist version='2.0'/><hashlist version='2.0'/>",
        "<?xml version='1.0' encoding='UTF-16'?><hashlist version='2.0'/>",
        bomb,
        "<hashlist version='2.0'>&nbsp;</hashlist>",
        "<hashlist version='2.0'>&#x110000;</hashlist>",
        &deep,
        &long,
        &pieces,
        &one("../a"),
        &one("/a"),
        &one("a/../../b"),
        &one("C:/a"),
        &one(""),
        "<hashlist version='2.0'><hashes><hash><path>a</path><md5>zz</md5></hash></hashes></hashlist>",
        "<hashlist version='2.0'><hashes><hash><md5>b1946ac92492d2347c6235b4d2611184</md5></hash></hashes></hashlist>",
    ];
    let said: Vec<String> = texts
        .iter()
        .map(|text| mhl(text).map_or_else(|error| error.to_string(), |_| "taken".into()))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r###"
    byte 0: there is no XML in it
    byte 5: there is no XML in it
    byte 4: it is no MHL file
    byte 11: its version of MHL is not known
    byte 25: its version of MHL is not known
    byte 24: it ends in the middle
    byte 24: it is not XML
    byte 25: it has two roots
    byte 0: it is not UTF-8
    byte 21: it has a document type
    byte 24: it has an entity that is not XML's own
    byte 24: it has a reference to no character
    byte 117: its elements lie too deep
    byte 44 has more than 65536 bytes in one piece
    byte 196635 has more than 65536 bytes in one piece
    byte 38: `../a` is not below its folder
    byte 38: `/a` is not below its folder
    byte 38: `a/../../b` is not below its folder
    byte 38: `C:/a` is not below its folder
    byte 38: `` is not below its folder
    byte 65: what stands in `md5` is no checksum of that kind
    byte 38: a file has no path
    "###);
}

#[test]
fn lines_are_read_as_each_program_writes_them() {
    let cases: &[(&str, String)] = &[
        ("a.md5", format!("{MD5}  x y.mov\r\n")),
        (
            "a.md5",
            format!("{} *x.mov\n# a comment\n\n; another\n", MD5.to_uppercase()),
        ),
        ("a.md5", format!("\u{feff}{MD5} CLIP\\x.mov\n")),
        ("a.md5", format!("\\{MD5}  a\\nb\\\\c\n")),
        ("MD5SUMS.txt", format!("MD5 (x (1) = 2.mov) = {MD5}\n")),
        ("a.mov.md5", MD5.into()),
        ("a.xxh", format!("{MD5}  x.mov\n")),
        ("a.xxh", "0ea03b369a463d9d  x.mov\n".into()),
        ("a.xxh3", "XXH3_0ea03b369a463d9d  x.mov\n".into()),
        ("B3SUMS", format!("{MD5}{MD5}  x.mov\n")),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(name, text)| format!("{name}: {:?}", sums(name, text.as_bytes()).unwrap()))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r###"
    a.md5: [("x y.mov", "md5 b1946ac92492d2347c6235b4d2611184")]
    a.md5: [("x.mov", "md5 b1946ac92492d2347c6235b4d2611184")]
    a.md5: [("CLIP/x.mov", "md5 b1946ac92492d2347c6235b4d2611184")]
    a.md5: [("a\nb\\c", "md5 b1946ac92492d2347c6235b4d2611184")]
    MD5SUMS.txt: [("x (1) = 2.mov", "md5 b1946ac92492d2347c6235b4d2611184")]
    a.mov.md5: [("a.mov", "md5 b1946ac92492d2347c6235b4d2611184")]
    a.xxh: [("x.mov", "xxh128 b1946ac92492d2347c6235b4d2611184")]
    a.xxh: [("x.mov", "xxh64 0ea03b369a463d9d")]
    a.xxh3: [("x.mov", "xxh3 0ea03b369a463d9d")]
    B3SUMS: [("x.mov", "blake3 b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184")]
    "###);
    let bytes = [MD5.as_bytes(), b"  \xff\xfe.mov"].concat();
    assert_eq!(sums("a.md5", &bytes).unwrap()[0].0, "\\xff\\xfe.mov");
    for (name, text) in [
        ("a.md5", "hello\n".to_owned()),
        ("a.md5", format!("{MD5}  ../x\n")),
        ("a.md5", format!("{MD5}  /x\n")),
        ("a.sha1", format!("{MD5}  x\n")),
        ("MD5SUMS", MD5.into()),
        ("a.md5", format!("\\{MD5}  a\\x\n")),
        ("a.md5", "a".repeat(PIECE_MOST + 2)),
    ] {
        assert!(sums(name, text.as_bytes()).is_err(), "{name}: {text:.80}");
    }
    for name in ["a.mov", "md5", "a.txt", ".", "", "md5sums.bak", "a.xml"] {
        assert_eq!(sums_name(name.as_bytes()), None, "{name}");
    }
}

/// Pieces that a list is made of, and others, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let known = proptest::sample::select(vec![
        "<hashlist version='2.0'>",
        "<hashlist version='1.0'>",
        "</hashlist>",
        "<hashes>",
        "</hashes>",
        "<hash>",
        "</hash>",
        "<path size='1'>",
        "<path>",
        "</path>",
        "<file>",
        "</file>",
        "a/b",
        "../",
        "<md5>",
        "</md5>",
        MD5,
        "<metadata>",
        "</metadata>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "&amp;",
        "&#0;",
        "<?x ?>",
        "<references>",
        "<hashlistreference>",
        "</hashlistreference>",
        "</references>",
        "<file blake3='' video=''/>",
        "\"",
        ">",
        "<",
        "<ascmhldirectory>",
        "<!DOCTYPE a>",
    ]);
    let piece = prop_oneof![4 => known.prop_map(str::to_owned), 1 => ".{0,8}"];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_is_read_nothing_leads_out_and_nothing_panics(text in pieces(), bytes in any::<Vec<u8>>()) {
        let name = sums_name(b"a.mov.md5").unwrap();
        let read = [
            parse_mhl(text.as_bytes()).map(|list| list.listed),
            parse_mhl(&bytes[..]).map(|list| list.listed),
            parse_chain(text.as_bytes()),
            parse_sums(text.as_bytes(), &name),
            parse_sums(&bytes[..], &name),
        ];
        for listed in read.into_iter().flatten().flatten() {
            prop_assert!(path::check(&listed.path).is_ok());
        }
    }

    #[test]
    fn what_md5sum_would_write_is_read(name in "[^/\u{0}\r\n\\\\]{1,20}", bytes in any::<[u8; 16]>()) {
        prop_assume!(path::check(name.as_bytes()).is_ok() && !name.trim().is_empty());
        let digest = Digest::new(Kind::Md5, &bytes).unwrap();
        let read = sums("a.md5", format!("{digest}  {name}\n").as_bytes());
        let has_drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
        match read {
            Ok(read) => prop_assert_eq!(&read, &vec![(name, format!("md5 {digest}"))]),
            Err(_) => prop_assert!(has_drive),
        }
    }
}
