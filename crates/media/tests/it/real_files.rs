//! What ffmpeg writes is read as ffprobe reads it.

use heimdex_media::{Chapter, Completeness, Container, Report, TrackKind, inspect};

use crate::agreement::{agrees, look};
use crate::boxes::words;
use crate::ffmpeg::{EDITABLE, H264, PICTURE, SMALL, Studio, TONE, has_encoder};

/// The arguments that encode the first input once with each of these.
fn tracks_of(kind: &str, encoders: &[&str]) -> Vec<String> {
    let mut arguments = Vec::new();
    for (number, encoder) in encoders.iter().filter(|name| has_encoder(name)).enumerate() {
        arguments.extend(["-map", "0"].map(str::to_owned));
        arguments.extend([format!("-c:{kind}:{number}"), (*encoder).to_owned()]);
    }
    arguments
}

/// Makes a file of many tracks.
fn make_tracks(studio: &Studio, name: &str, input: &[&str], tracks: &[String]) -> Report {
    let tracks: Vec<&str> = tracks.iter().map(String::as_str).collect();
    agrees(&studio.make(
        name,
        &[input, &tracks, &["-ac", "2", "-strict", "-2", "-t", "0.4"]],
    ))
}

#[test]
fn an_index_at_the_end_or_at_the_beginning_reads_the_same() {
    let studio = Studio::open();
    let end = agrees(&studio.film("end.mp4", &[]));
    let start = agrees(&studio.film("start.mp4", &["-movflags", "+faststart"]));
    assert_eq!(end, start);
    assert_eq!(end.container, Container::Mp4);
    assert_eq!(end.probe.extra.brand.as_deref(), Some("isom"));
    assert!(!end.probe.extra.fragmented);
}

#[test]
fn fragments_are_added_up() {
    let studio = Studio::open();
    for flags in [
        "+frag_keyframe+empty_moov",
        "+frag_keyframe+empty_moov+default_base_moof",
        "+frag_keyframe+empty_moov+omit_tfhd_offset",
        "+frag_keyframe",
        "+frag_every_frame+empty_moov",
        "+dash+global_sidx+frag_keyframe+empty_moov",
        "+frag_keyframe+empty_moov+separate_moof",
    ] {
        let report = agrees(&studio.film("fragments.mp4", &["-movflags", flags]));
        assert!(report.probe.extra.fragmented, "{flags}");
    }
}

#[test]
fn quicktime_is_told_by_its_brand() {
    let studio = Studio::open();
    let report = agrees(&studio.film("film.mov", &[]));
    assert_eq!(report.container, Container::QuickTime);
    assert_eq!(report.probe.extra.brand.as_deref(), Some("qt"));
}

#[test]
fn a_3gp_is_told_by_its_brand() {
    let studio = Studio::open();
    let size = ["-s", "176x144", "-c:v", "h263", "-c:a", "aac", "-shortest"];
    let report = agrees(&studio.make("film.3gp", &[&PICTURE, &TONE, &size]));
    assert_eq!(report.container, Container::ThreeGp);
}

#[test]
fn other_writers_of_the_family_are_read() {
    let studio = Studio::open();
    let cases: [(&str, &[&str]); 7] = [
        ("ipod.m4v", &["-f", "ipod"]),
        (
            "psp.mp4",
            &["-f", "psp", "-r", "30000/1001", "-ar", "48000"],
        ),
        ("flash.f4v", &["-f", "f4v"]),
        ("smooth.ismv", &["-f", "ismv"]),
        ("hint.mp4", &["-movflags", "+rtphint"]),
        ("plain.mp4", &["-use_editlist", "0"]),
        (
            "negative.mp4",
            &["-movflags", "+negative_cts_offsets", "-bf", "2"],
        ),
    ];
    for (name, arguments) in cases {
        agrees(&studio.film(name, arguments));
    }
}

#[test]
fn what_is_encrypted_still_names_its_codecs() {
    let studio = Studio::open();
    let key = [
        "-encryption_scheme",
        "cenc-aes-ctr",
        "-encryption_key",
        "76a6c65c5ea762046bd749a2e632ccbb",
        "-encryption_kid",
        "a7e61c373e219033c21091fa607bf3b8",
    ];
    let report = look(&studio.film("locked.mp4", &key));
    assert_eq!(report.completeness, Completeness::Complete);
    assert_eq!(report.probe.video_codec.as_deref(), Some("h264"));
    assert_eq!(report.probe.audio_codec.as_deref(), Some("aac"));
    assert_eq!(report.probe.extra.tracks[0].format.as_deref(), Some("encv"));
}

#[test]
fn uncompressed_sound_is_named_as_ffprobe_names_it() {
    let tracks = tracks_of(
        "a",
        &[
            "pcm_s16le",
            "pcm_s16be",
            "pcm_s24le",
            "pcm_s24be",
            "pcm_s32le",
            "pcm_s32be",
            "pcm_f32le",
            "pcm_f32be",
            "pcm_f64le",
            "pcm_s8",
            "pcm_u8",
            "pcm_mulaw",
            "pcm_alaw",
        ],
    );
    make_tracks(&Studio::open(), "sound.mov", &TONE, &tracks);
}

#[test]
fn a_high_rate_of_many_channels_is_read_from_the_long_form() {
    let studio = Studio::open();
    let sound = [
        "-c:a",
        "pcm_s24le",
        "-ac",
        "6",
        "-ar",
        "192000",
        "-shortest",
    ];
    let report = agrees(&studio.make("film.mov", &[&PICTURE, &TONE, &H264, &sound]));
    assert_eq!(report.probe.extra.channels, Some(6));
}

#[test]
fn every_codec_this_ffmpeg_writes_is_named_as_ffprobe_names_it() {
    let studio = Studio::open();
    let plain = ["libx264", "libx265", "mpeg4", "mpeg2video", "mjpeg"];
    make_tracks(&studio, "plain.mp4", &SMALL, &tracks_of("v", &plain));
    let editing = ["prores_ks", "qtrle", "png", "v210", "cfhd", "dvvideo"];
    make_tracks(&studio, "editing.mov", &EDITABLE, &tracks_of("v", &editing));
    let sound = [
        "aac",
        "ac3",
        "eac3",
        "alac",
        "libmp3lame",
        "libopus",
        "flac",
    ];
    make_tracks(&studio, "sound.mp4", &TONE, &tracks_of("a", &sound));
    let sound = ["aac", "ac3", "alac", "adpcm_ima_qt", "libmp3lame"];
    make_tracks(&studio, "sound.mov", &TONE, &tracks_of("a", &sound));
}

#[test]
fn channels_of_surround_sound_are_counted() {
    let studio = Studio::open();
    let mut arguments = Vec::new();
    for (number, (encoder, channels)) in
        [("aac", 6), ("ac3", 6), ("eac3", 6), ("aac", 1), ("aac", 8)]
            .into_iter()
            .enumerate()
    {
        arguments.extend(["-map".to_owned(), "0".to_owned()]);
        arguments.extend([format!("-c:a:{number}"), encoder.to_owned()]);
        arguments.extend([format!("-ac:a:{number}"), channels.to_string()]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    agrees(&studio.make("surround.mp4", &[&TONE, &arguments]));
}

#[test]
fn a_turned_picture_says_by_how_much() {
    let studio = Studio::open();
    let upright = studio.film_bytes("upright.mp4", &[]);
    // How a picture is turned is asked of ffmpeg in other words in each of its versions.
    let matrix = upright
        .windows(4)
        .position(|window| window == b"tkhd")
        .unwrap()
        + 44;
    let (one, minus) = (0x1_0000, 0xffff_0000);
    let turns = [
        (0, [one, 0, 0, 0, one]),
        (90, [0, one, 0, minus, 0]),
        (180, [minus, 0, 0, 0, minus]),
        (270, [0, minus, 0, one, 0]),
    ];
    for (degrees, turn) in turns {
        let mut bytes = upright.clone();
        bytes[matrix..matrix + 20].copy_from_slice(&words(&turn));
        let path = studio.path("turned.mp4");
        fs_err::write(&path, bytes).unwrap();
        let report = agrees(&path);
        assert_eq!(report.probe.rotation, Some(degrees));
        assert_eq!(
            (report.probe.width, report.probe.height),
            (Some(160), Some(120))
        );
    }
}

#[test]
fn sound_alone_has_no_picture() {
    let studio = Studio::open();
    let report = agrees(&studio.make("sound.m4a", &[&TONE, &["-c:a", "aac"]]));
    assert_eq!(report.probe.extra.tracks.len(), 1);
    assert_eq!(report.probe.extra.tracks[0].kind, TrackKind::Audio);
}

#[test]
fn an_edit_list_shortens_what_is_played() {
    let studio = Studio::open();
    let whole = studio.film("whole.mp4", &[]);
    let cut = ["-ss", "0.73", "-i", whole.to_str().unwrap(), "-c", "copy"];
    agrees(&studio.make("cut.mp4", &[&cut]));
    let late = [
        "-itsoffset",
        "0.5",
        "-i",
        whole.to_str().unwrap(),
        "-c",
        "copy",
    ];
    agrees(&studio.make("late.mp4", &[&late]));
}

#[test]
fn a_varying_frame_rate_is_averaged() {
    let studio = Studio::open();
    let vary = [
        "-vf",
        "select='not(mod(n,3))+gt(n,25)'",
        "-fps_mode",
        "vfr",
        "-an",
    ];
    let report = agrees(&studio.make("varying.mp4", &[&PICTURE, &H264, &vary]));
    assert_ne!(report.probe.frame_rate, Some(25.0));
}

#[test]
fn drop_frame_time_code_is_read() {
    let studio = Studio::open();
    let picture = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=160x120:rate=30000/1001:duration=1",
    ];
    let code = ["-timecode", "10:59:59;28"];
    let report = agrees(&studio.make("film.mov", &[&picture, &H264, &code]));
    assert_eq!(report.probe.extra.timecode.as_deref(), Some("10:59:59;28"));
    let path = studio.film("film.mp4", &["-timecode", "01:02:03:04"]);
    assert_eq!(
        look(&path).probe.extra.timecode.as_deref(),
        Some("01:02:03:04")
    );
}

#[test]
fn the_camera_and_the_moment_are_read_from_every_kind_of_tag() {
    let studio = Studio::open();
    let keys = [
        "-movflags",
        "use_metadata_tags",
        "-metadata",
        "com.apple.quicktime.make=Apple",
        "-metadata",
        "com.apple.quicktime.model=iPhone 17 Pro",
        "-metadata",
        "com.apple.quicktime.creationdate=2026-07-14T10:20:30+0200",
    ];
    let probe = agrees(&studio.film("keys.mov", &keys)).probe;
    assert_eq!(probe.camera.as_deref(), Some("Apple iPhone 17 Pro"));
    assert_eq!(
        probe.captured_at.unwrap().to_string(),
        "2026-07-14T08:20:30Z"
    );

    let classic = ["-metadata", "make=Canon", "-metadata", "model=Canon EOS R5"];
    let probe = agrees(&studio.film("classic.mov", &classic)).probe;
    assert_eq!(probe.camera.as_deref(), Some("Canon EOS R5"));
    assert_eq!(probe.captured_at, None);

    let created = ["-metadata", "creation_time=2026-07-14T10:20:30Z"];
    let probe = agrees(&studio.film("created.mp4", &created)).probe;
    assert_eq!(
        probe.captured_at.unwrap().to_string(),
        "2026-07-14T10:20:30Z"
    );
}

#[test]
fn the_transfer_function_tells_a_high_dynamic_range() {
    let studio = Studio::open();
    let hlg = [
        "-color_primaries",
        "bt2020",
        "-color_trc",
        "arib-std-b67",
        "-colorspace",
        "bt2020nc",
        "-movflags",
        "+write_colr",
    ];
    let report = agrees(&studio.film("hlg.mp4", &hlg));
    assert_eq!(report.probe.extra.hdr, Some(heimdex_media::Hdr::Hlg));
}

#[test]
fn chapters_are_listed() {
    let studio = Studio::open();
    let list = studio.path("chapters.txt");
    let text = ";FFMETADATA1\n\
        [CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=700\ntitle=Morning\n\
        [CHAPTER]\nTIMEBASE=1/1000\nSTART=700\nEND=2000\ntitle=Evening\n";
    fs_err::write(&list, text).unwrap();
    let whole = studio.film("whole.mp4", &[]);
    let arguments = [
        "-i",
        whole.to_str().unwrap(),
        "-i",
        list.to_str().unwrap(),
        "-map_chapters",
        "1",
        "-c",
        "copy",
    ];
    let mut bytes = fs_err::read(studio.make("chapters.mov", &[&arguments])).unwrap();
    assert_eq!(
        chapters(&bytes),
        [(0, Some("Morning")), (700, Some("Evening"))].map(owned)
    );
    // Without the list, the times of the chapter track remain.
    let list = bytes
        .windows(4)
        .position(|window| window == b"chpl")
        .unwrap();
    bytes[list..list + 4].copy_from_slice(b"free");
    assert_eq!(chapters(&bytes), [(0, None), (700, None)].map(owned));
}

fn chapters(bytes: &[u8]) -> Vec<Chapter> {
    inspect(&bytes).unwrap().unwrap().probe.extra.chapters
}

fn owned((start_ms, title): (u64, Option<&str>)) -> Chapter {
    Chapter {
        start_ms,
        title: title.map(str::to_owned),
    }
}
