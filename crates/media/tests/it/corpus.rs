//! A corpus of every kind of container, odd ones too: each whole file is named whole and reads as
//! ffprobe reads it, and each cut of it is named damaged.

use std::path::Path;

use heimdex_media::{Completeness, Container, Report, inspect};

use crate::agreement::agrees;
use crate::ffmpeg::{EDITABLE, H264, PICTURE, SMALL, Studio, TONE, has_encoder};

/// Two seconds as America counts them.
const NTSC: [&str; 4] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=320x240:rate=30000/1001:duration=2",
];
const SHORT: [&str; 1] = ["-shortest"];

/// One file: its name, the encoder that it needs, and what ffmpeg is told.
struct Case<'a> {
    name: &'a str,
    needs: &'a str,
    arguments: &'a [&'a [&'a str]],
}

fn case<'a>(name: &'a str, needs: &'a str, arguments: &'a [&'a [&'a str]]) -> Case<'a> {
    Case {
        name,
        needs,
        arguments,
    }
}

/// Makes each file that this ffmpeg can make, compares it, cuts it; answers what was seen.
fn check(container: Container, cases: &[Case<'_>]) -> Vec<(String, Report)> {
    let studio = Studio::open();
    let mut seen = Vec::new();
    for case in cases.iter().filter(|case| has_encoder(case.needs)) {
        let path = studio.make(case.name, case.arguments);
        let report = agrees(&path);
        assert_eq!(report.container, container, "{}", case.name);
        damaged_by_every_cut(&path);
        seen.push((case.name.to_owned(), report));
    }
    assert!(!seen.is_empty(), "this ffmpeg made none of the files");
    seen
}

/// Cuts a file at places all over it. Where only a boundary is known (packets, blocks of a live
/// recording) a cut may fall on one: one byte further it does not.
pub(crate) fn damaged_by_every_cut(path: &Path) {
    let bytes = fs_err::read(path).unwrap();
    let places = (1..16).map(|part| bytes.len() * part / 16);
    for length in places.chain([bytes.len() - 2]) {
        let damaged = [length, length + 1].map(|length| {
            let report = inspect(&&bytes[..length]).unwrap();
            report.is_none_or(|report| matches!(report.completeness, Completeness::Damaged { .. }))
        });
        assert!(
            damaged.contains(&true),
            "{} cut to {length} of {} bytes is not named damaged",
            path.display(),
            bytes.len()
        );
        let report = inspect(&&bytes[..=length]).unwrap();
        let named = report.is_some_and(|report| report.completeness != Completeness::NotJudged);
        assert!(
            named || length < 2048,
            "{} cut to {length} bytes",
            path.display()
        );
    }
    let last = inspect(&&bytes[..bytes.len() - 1]).unwrap().unwrap();
    assert!(
        matches!(last.completeness, Completeness::Damaged { .. }),
        "{} without its last byte: {:?}",
        path.display(),
        last.completeness
    );
}

#[test]
fn mp4_and_quicktime_agree() {
    let fragments = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"];
    let av1 = ["-c:v", "libsvtav1", "-preset", "12", "-c:a", "libopus"];
    let prores = ["-c:v", "prores_ks", "-c:a", "pcm_s24le"];
    let dnxhr = [
        "-c:v",
        "dnxhd",
        "-profile:v",
        "dnxhr_lb",
        "-pix_fmt",
        "yuv422p",
    ];
    let hevc = [
        "-c:v",
        "libx265",
        "-x265-params",
        "log-level=none",
        "-c:a",
        "aac",
    ];
    let aac = ["-c:a", "aac"];
    check(
        Container::Mp4,
        &[
            case(
                "start.mp4",
                "libx264",
                &[&NTSC, &TONE, &H264, &aac, &["-movflags", "+faststart"]],
            ),
            case("av1.mp4", "libsvtav1", &[&SMALL, &TONE, &av1, &SHORT]),
            case("hevc.mp4", "libx265", &[&NTSC, &TONE, &hevc, &SHORT]),
        ],
    );
    check(
        Container::QuickTime,
        &[
            case(
                "prores.mov",
                "prores_ks",
                &[&EDITABLE, &TONE, &prores, &SHORT],
            ),
            case("dnxhr.mov", "dnxhd", &[&EDITABLE, &dnxhr]),
        ],
    );
    let small = ["-s", "176x144", "-c:v", "h263", "-c:a", "aac"];
    check(
        Container::ThreeGp,
        &[case("film.3gp", "h263", &[&PICTURE, &TONE, &small, &SHORT])],
    );
    // A cut between two fragments cannot be told: those cuts have tests of their own.
    let studio = Studio::open();
    let report = agrees(&studio.make("live.mp4", &[&PICTURE, &TONE, &H264, &aac, &fragments]));
    assert!(report.probe.extra.fragmented);
}

#[test]
fn matroska_agrees() {
    let ac3 = [
        "-c:v",
        "libx265",
        "-x265-params",
        "log-level=none",
        "-c:a",
        "ac3",
    ];
    let vary = [
        "-vf",
        "select='not(mod(n,3))+gt(n,25)'",
        "-fps_mode",
        "vfr",
        "-an",
    ];
    let two = [
        "-map",
        "0",
        "-map",
        "1",
        "-map",
        "1",
        "-c:a:0",
        "aac",
        "-c:a:1",
        "flac",
        "-metadata:s:a:0",
        "language=fra",
        "-metadata:s:a:1",
        "language=deu",
    ];
    let windows = ["-c:v", "huffyuv", "-c:a", "wmav2"];
    let seen = check(
        Container::Matroska,
        &[
            case(
                "film.mkv",
                "libx264",
                &[&PICTURE, &TONE, &H264, &["-c:a", "aac"]],
            ),
            case("ntsc.mkv", "libx265", &[&NTSC, &TONE, &ac3]),
            case(
                "lossless.mkv",
                "ffv1",
                &[&PICTURE, &TONE, &["-c:v", "ffv1", "-c:a", "flac"]],
            ),
            case(
                "prores.mkv",
                "prores_ks",
                &[
                    &EDITABLE,
                    &TONE,
                    &["-c:v", "prores_ks", "-c:a", "pcm_s24le"],
                    &SHORT,
                ],
            ),
            case("windows.mkv", "huffyuv", &[&SMALL, &TONE, &windows, &SHORT]),
            case(
                "mpeg.mkv",
                "mpeg2video",
                &[&PICTURE, &TONE, &["-c:v", "mpeg2video", "-c:a", "mp2"]],
            ),
            case(
                "mjpeg.mkv",
                "mjpeg",
                &[
                    &SMALL,
                    &TONE,
                    &["-c:v", "mjpeg", "-c:a", "pcm_f32le"],
                    &SHORT,
                ],
            ),
            case("varying.mkv", "libx264", &[&PICTURE, &H264, &vary]),
            case(
                "sound.mka",
                "libopus",
                &[&TONE, &["-f", "matroska", "-c:a", "libopus"]],
            ),
            case("two.mkv", "flac", &[&PICTURE, &TONE, &H264, &two]),
            case(
                "front.mkv",
                "libx264",
                &[
                    &PICTURE,
                    &TONE,
                    &H264,
                    &["-c:a", "libmp3lame", "-cues_to_front", "1"],
                ],
            ),
        ],
    );
    let two = &seen.iter().find(|(name, _)| name == "two.mkv").unwrap().1;
    let languages: Vec<_> = two.probe.extra.tracks[1..]
        .iter()
        .map(|track| track.language.as_deref())
        .collect();
    assert_eq!(languages, [Some("fra"), Some("deu")]);
}

#[test]
fn webm_agrees() {
    let vp9 = [
        "-c:v",
        "libvpx-vp9",
        "-deadline",
        "realtime",
        "-c:a",
        "libopus",
    ];
    let vp8 = [
        "-c:v",
        "libvpx",
        "-deadline",
        "realtime",
        "-c:a",
        "libvorbis",
    ];
    let av1 = ["-c:v", "libsvtav1", "-preset", "12", "-c:a", "libopus"];
    check(
        Container::WebM,
        &[
            case("vp9.webm", "libvpx-vp9", &[&PICTURE, &TONE, &vp9]),
            case("vp8.webm", "libvpx", &[&NTSC, &TONE, &vp8]),
            case("av1.webm", "libsvtav1", &[&SMALL, &TONE, &av1, &SHORT]),
            case("sound.webm", "libopus", &[&TONE, &["-c:a", "libopus"]]),
        ],
    );
}

#[test]
fn avi_agrees() {
    let dv = [
        "-c:v",
        "dvvideo",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "pcm_s16le",
        "-ac",
        "2",
    ];
    let two = [
        "-map",
        "0",
        "-map",
        "1",
        "-map",
        "1",
        "-c:v",
        "mpeg4",
        "-c:a:0",
        "libmp3lame",
        "-c:a:1",
        "ac3",
    ];
    check(
        Container::Avi,
        &[
            case(
                "film.avi",
                "mpeg4",
                &[
                    &PICTURE,
                    &TONE,
                    &["-c:v", "mpeg4", "-vtag", "XVID", "-c:a", "libmp3lame"],
                ],
            ),
            case(
                "mjpeg.avi",
                "mjpeg",
                &[&PICTURE, &TONE, &["-c:v", "mjpeg", "-c:a", "pcm_s16le"]],
            ),
            case(
                "h264.avi",
                "libx264",
                &[&NTSC, &TONE, &H264, &["-c:a", "ac3"]],
            ),
            case("tape.avi", "dvvideo", &[&EDITABLE, &TONE, &dv, &SHORT]),
            case(
                "raw.avi",
                "rawvideo",
                &[
                    &SMALL,
                    &TONE,
                    &[
                        "-c:v",
                        "rawvideo",
                        "-pix_fmt",
                        "yuv420p",
                        "-c:a",
                        "pcm_s24le",
                    ],
                    &SHORT,
                ],
            ),
            case("two.avi", "ac3", &[&PICTURE, &TONE, &two]),
            case("silent.avi", "mpeg4", &[&NTSC, &["-c:v", "mpeg4"]]),
            case("vp8.avi", "libvpx", &[&SMALL, &["-c:v", "libvpx"]]),
        ],
    );
}

#[test]
fn transport_streams_agree() {
    let hevc = [
        "-c:v",
        "libx265",
        "-x265-params",
        "log-level=none",
        "-c:a",
        "ac3",
    ];
    let mpeg2 = ["-c:v", "mpeg2video", "-c:a", "mp2"];
    check(
        Container::MpegTs,
        &[
            case(
                "film.ts",
                "libx264",
                &[&PICTURE, &TONE, &H264, &["-c:a", "aac"]],
            ),
            case("hevc.ts", "libx265", &[&NTSC, &TONE, &hevc]),
            case("tape.ts", "mpeg2video", &[&NTSC, &TONE, &mpeg2]),
            case(
                "mpeg1.ts",
                "mpeg1video",
                &[
                    &PICTURE,
                    &TONE,
                    &["-c:v", "mpeg1video", "-c:a", "libmp3lame"],
                ],
            ),
            case(
                "late.ts",
                "libx264",
                &[
                    &PICTURE,
                    &TONE,
                    &H264,
                    &["-c:a", "libmp3lame", "-output_ts_offset", "1000"],
                ],
            ),
            // The times of this one begin again at zero after a fraction of a second.
            case(
                "wraps.ts",
                "libx264",
                &[
                    &PICTURE,
                    &TONE,
                    &H264,
                    &["-c:a", "aac", "-output_ts_offset", "95442"],
                ],
            ),
        ],
    );
}

#[test]
fn transport_streams_of_cameras_and_broadcasts_agree() {
    let two = [
        "-map",
        "0",
        "-map",
        "1",
        "-map",
        "1",
        "-c:a:0",
        "aac",
        "-c:a:1",
        "eac3",
        "-metadata:s:a:1",
        "language=fra",
    ];
    let interlaced = ["-flags", "+ilme+ildct", "-x264-params", "tff=1"];
    check(
        Container::MpegTs,
        &[
            case(
                "opus.ts",
                "libopus",
                &[&PICTURE, &TONE, &H264, &["-c:a", "libopus", "-ac", "2"]],
            ),
            case("two.ts", "eac3", &[&PICTURE, &TONE, &H264, &two]),
            case(
                "fields.ts",
                "libx264",
                &[&NTSC, &TONE, &H264, &interlaced, &["-c:a", "ac3"]],
            ),
            case("sound.ts", "aac", &[&TONE, &["-c:a", "aac"]]),
            case("silent.ts", "libx264", &[&NTSC, &H264]),
            case(
                "camera.m2ts",
                "libx264",
                &[&NTSC, &TONE, &H264, &["-c:a", "ac3"]],
            ),
            // ffmpeg calls this sound private, and does not say what it is.
            case(
                "private.m2ts",
                "mp2",
                &[&PICTURE, &TONE, &H264, &["-c:a", "mp2"]],
            ),
            case(
                "pcm.m2ts",
                "pcm_bluray",
                &[&PICTURE, &TONE, &H264, &["-c:a", "pcm_bluray", "-ac", "2"]],
            ),
        ],
    );
}

#[test]
fn mxf_agrees() {
    let mpeg2 = ["-c:v", "mpeg2video", "-c:a", "pcm_s16le"];
    let dnxhr = [
        "-c:v",
        "dnxhd",
        "-profile:v",
        "dnxhr_lb",
        "-pix_fmt",
        "yuv422p",
    ];
    let two = [
        "-map",
        "0",
        "-map",
        "1",
        "-map",
        "1",
        "-c:v",
        "mpeg2video",
        "-c:a",
        "pcm_s24le",
    ];
    let atom = ["-f", "mxf_opatom"];
    let full = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=1920x1080:rate=25:duration=0.4",
    ];
    let interlaced = [
        "-c:v",
        "mpeg2video",
        "-b:v",
        "5M",
        "-flags",
        "+ilme+ildct",
        "-vf",
        "setfield=tff",
    ];
    let seen = check(
        Container::Mxf,
        &[
            case("film.mxf", "mpeg2video", &[&PICTURE, &TONE, &mpeg2]),
            case(
                "ntsc.mxf",
                "mpeg2video",
                &[&NTSC, &TONE, &two, &["-timecode", "10:59:59;28"]],
            ),
            case(
                "fields.mxf",
                "mpeg2video",
                &[&full, &TONE, &interlaced, &["-c:a", "pcm_s16le"], &SHORT],
            ),
            case("avc.mxf", "libx264", &[&EDITABLE, &H264]),
            case(
                "tape.mxf",
                "dvvideo",
                &[&EDITABLE, &["-c:v", "dvvideo", "-pix_fmt", "yuv420p"]],
            ),
            case("atom.mxf", "dnxhd", &[&EDITABLE, &dnxhr, &atom]),
            case(
                "sound.mxf",
                "pcm_s16le",
                &[&TONE, &["-c:a", "pcm_s16le"], &atom],
            ),
            case(
                "vc3.mxf",
                "dnxhd",
                &[&EDITABLE, &TONE, &dnxhr, &["-c:a", "pcm_s24le"], &SHORT],
            ),
        ],
    );
    let ntsc = &seen.iter().find(|(name, _)| name == "ntsc.mxf").unwrap().1;
    assert_eq!(ntsc.probe.extra.timecode.as_deref(), Some("10:59:59;28"));
}
