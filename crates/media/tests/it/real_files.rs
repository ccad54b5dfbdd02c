//! What ffmpeg writes is read as ffprobe reads it.

use std::path::Path;

use fs_err::File;
use heimdex_media::{Chapter, Completeness, Container, FileSource, Report, TrackKind, inspect};
use serde_json::Value;

use crate::ffmpeg::{H264, PICTURE, Studio, TONE, ffprobe, has_encoder};

fn look(path: &Path) -> Report {
    let source = FileSource::new(File::open(path).unwrap().into_file()).unwrap();
    inspect(&source).unwrap().unwrap()
}

/// Compares a look with ffprobe's, and answers it.
fn agrees(path: &Path) -> Report {
    let report = look(path);
    assert_eq!(
        report.completeness,
        Completeness::Complete,
        "{}",
        path.display()
    );
    let seen = ffprobe(path);
    let seconds: f64 = seen["format"]["duration"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let milliseconds = report.probe.duration_ms.unwrap();
    #[expect(clippy::cast_precision_loss, reason = "test files last seconds")]
    let difference = milliseconds as f64 / 1000.0 - seconds;
    assert!(
        difference.abs() <= 0.05,
        "{milliseconds} ms, but ffprobe says {seconds} s"
    );

    let streams = seen["streams"].as_array().unwrap();
    let first = |kind: &str| streams.iter().find(|stream| stream["codec_type"] == kind);
    compare_video(&report, first("video"));
    compare_audio(&report, first("audio"));
    report
}

fn compare_video(report: &Report, stream: Option<&Value>) {
    let probe = &report.probe;
    assert_eq!(
        probe.video_codec.as_deref(),
        stream.and_then(|it| it["codec_name"].as_str())
    );
    let Some(stream) = stream else {
        assert_eq!(
            (probe.width, probe.rotation, probe.frame_rate),
            (None, None, None)
        );
        return;
    };
    assert_eq!(probe.width.map(u64::from), stream["width"].as_u64());
    assert_eq!(probe.height.map(u64::from), stream["height"].as_u64());
    let (over, under) = stream["avg_frame_rate"]
        .as_str()
        .unwrap()
        .split_once('/')
        .unwrap();
    let rate = over.parse::<f64>().unwrap() / under.parse::<f64>().unwrap();
    let own = probe.frame_rate.unwrap();
    // Of fragments ffprobe leaves some pictures out.
    let tolerance = if report.probe.extra.fragmented {
        0.05
    } else {
        0.001
    };
    assert!(
        (own - rate).abs() <= tolerance * rate,
        "{own} a second, but ffprobe says {rate}"
    );
    // ffprobe turns the other way round.
    let mut turned = stream["side_data_list"].as_array().into_iter().flatten();
    let turned = turned
        .find_map(|data| data["rotation"].as_i64())
        .unwrap_or_default();
    assert_eq!(
        i64::from(probe.rotation.unwrap()),
        (-turned).rem_euclid(360)
    );
}

fn compare_audio(report: &Report, stream: Option<&Value>) {
    let probe = &report.probe;
    assert_eq!(
        probe.audio_codec.as_deref(),
        stream.and_then(|it| it["codec_name"].as_str())
    );
    let Some(stream) = stream else { return };
    assert_eq!(
        probe.extra.channels.map(u64::from),
        stream["channels"].as_u64()
    );
    let rate = stream["sample_rate"]
        .as_str()
        .map(|rate| rate.parse().unwrap());
    assert_eq!(probe.extra.sample_rate, rate);
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
fn uncompressed_sound_is_named_as_ffprobe_names_it() {
    let studio = Studio::open();
    for codec in [
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
    ] {
        let sound = ["-c:a", codec, "-ac", "2", "-shortest"];
        agrees(&studio.make("film.mov", &[&PICTURE, &TONE, &H264, &sound]));
    }
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
    let video: [(&str, &str, &[&str]); 12] = [
        ("libx264", "mp4", &["-preset", "ultrafast"]),
        (
            "libx265",
            "mp4",
            &["-preset", "ultrafast", "-x265-params", "log-level=none"],
        ),
        (
            "libx265",
            "mov",
            &[
                "-preset",
                "ultrafast",
                "-tag:v",
                "hvc1",
                "-x265-params",
                "log-level=none",
            ],
        ),
        ("mpeg4", "mp4", &[]),
        ("mpeg2video", "mp4", &[]),
        ("mpeg2video", "mov", &[]),
        ("mjpeg", "mov", &[]),
        ("mjpeg", "mp4", &[]),
        ("prores_ks", "mov", &["-profile:v", "3"]),
        (
            "dnxhd",
            "mov",
            &[
                "-profile:v",
                "dnxhr_sq",
                "-s",
                "256x144",
                "-pix_fmt",
                "yuv422p",
            ],
        ),
        (
            "libvpx-vp9",
            "mp4",
            &["-cpu-used", "8", "-deadline", "realtime"],
        ),
        ("qtrle", "mov", &[]),
    ];
    for (encoder, extension, arguments) in video.into_iter().filter(|row| has_encoder(row.0)) {
        let name = format!("{encoder}.{extension}");
        let path = studio.make(
            &name,
            &[&PICTURE, &["-c:v", encoder], arguments, &["-t", "0.4"]],
        );
        agrees(&path);
    }
    let audio = [
        ("aac", "mp4"),
        ("ac3", "mp4"),
        ("eac3", "mp4"),
        ("alac", "mp4"),
        ("libmp3lame", "mp4"),
        ("libopus", "mp4"),
        ("flac", "mp4"),
        ("aac", "mov"),
        ("alac", "mov"),
        ("ac3", "mov"),
    ];
    for (encoder, extension) in audio.into_iter().filter(|row| has_encoder(row.0)) {
        let name = format!("{encoder}.{extension}");
        let arguments = ["-c:a", encoder, "-ac", "2", "-strict", "-2"];
        agrees(&studio.make(&name, &[&TONE, &arguments]));
    }
}

#[test]
fn channels_of_surround_sound_are_counted() {
    let studio = Studio::open();
    for (encoder, channels) in [
        ("aac", "6"),
        ("ac3", "6"),
        ("eac3", "6"),
        ("aac", "1"),
        ("aac", "8"),
    ] {
        agrees(&studio.make("sound.mp4", &[&TONE, &["-c:a", encoder, "-ac", channels]]));
    }
}

#[test]
fn a_turned_picture_says_by_how_much() {
    let studio = Studio::open();
    let upright = studio.film("upright.mp4", &[]);
    // ffmpeg takes this tag the other way round.
    for (tag, clockwise) in [(0, 0), (90, 270), (180, 180), (270, 90)] {
        let tag = format!("rotate={tag}");
        let turn = [
            "-i",
            upright.to_str().unwrap(),
            "-c",
            "copy",
            "-metadata:s:v:0",
            &tag,
        ];
        let report = agrees(&studio.make("turned.mp4", &[&turn]));
        assert_eq!(report.probe.rotation, Some(clockwise));
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
        "-vsync",
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

#[test]
fn containers_that_are_not_judged_say_so() {
    let studio = Studio::open();
    let encoded = ["-c:v", "mpeg4", "-c:a", "mp2", "-shortest"];
    let mpeg2 = ["-c:v", "mpeg2video", "-c:a", "pcm_s16le", "-shortest"];
    let webm = [
        "-c:v",
        "libvpx",
        "-deadline",
        "realtime",
        "-c:a",
        "libopus",
        "-shortest",
    ];
    let cases: [(&str, &[&str], Container); 6] = [
        ("film.mkv", &encoded, Container::Matroska),
        ("film.avi", &encoded, Container::Avi),
        ("film.ts", &encoded, Container::MpegTs),
        ("film.m2ts", &encoded, Container::MpegTs),
        ("film.mxf", &mpeg2, Container::Mxf),
        ("film.webm", &webm, Container::WebM),
    ];
    for (name, arguments, container) in cases {
        let report = look(&studio.make(name, &[&PICTURE, &TONE, arguments]));
        assert_eq!(report.container, container, "{name}");
        assert_eq!(report.completeness, Completeness::NotJudged);
    }
}
