//! What the crate says of a file, held against what ffprobe says of it.

use std::path::Path;

use fs_err::File;
use heimdex_media::{Completeness, FileSource, Report, TrackDetails, TrackKind, inspect};
use serde_json::Value;

use crate::ffmpeg::ffprobe;

pub(crate) fn look(path: &Path) -> Report {
    let source = FileSource::new(File::open(path).unwrap().into_file()).unwrap();
    inspect(&source).unwrap().unwrap()
}

/// Looks at bytes that are of some container.
#[track_caller]
pub(crate) fn see(bytes: &[u8]) -> Report {
    inspect(&bytes).unwrap().unwrap()
}

/// How these bytes are damaged.
#[track_caller]
pub(crate) fn sentence(bytes: &[u8]) -> String {
    match see(bytes).completeness {
        Completeness::Damaged { sentence } => sentence,
        other => panic!("{} bytes: {other:?}", bytes.len()),
    }
}

/// Compares a look with ffprobe's, and answers it.
pub(crate) fn agrees(path: &Path) -> Report {
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
    compare_tracks(&report, streams);
    let video = streams
        .iter()
        .find(|stream| stream["codec_type"] == "video");
    compare_picture(&report, video);
    report
}

/// Pictures and sound, track by track; the first of each is the one that the probe names.
fn compare_tracks(report: &Report, streams: &[Value]) {
    let probe = &report.probe;
    for (kind, name) in [(TrackKind::Video, "video"), (TrackKind::Audio, "audio")] {
        let tracks = probe.extra.tracks.iter().filter(|track| track.kind == kind);
        let own: Vec<_> = tracks.map(track_facts).collect();
        let of_kind = streams.iter().filter(|stream| stream["codec_type"] == name);
        let seen: Vec<_> = of_kind.map(stream_facts).collect();
        assert_eq!(own, seen);
        let first = own.first();
        if kind == TrackKind::Video {
            assert_eq!(
                probe.video_codec.as_ref(),
                first.and_then(|facts| facts.0.as_ref())
            );
            assert_eq!(
                (probe.width, probe.height),
                first.map_or((None, None), |it| (it.1, it.2))
            );
        } else {
            assert_eq!(
                probe.audio_codec.as_ref(),
                first.and_then(|facts| facts.0.as_ref())
            );
            let sound = (probe.extra.channels, probe.extra.sample_rate);
            assert_eq!(sound, first.map_or((None, None), |it| (it.3, it.4)));
        }
    }
}

type Facts = (
    Option<String>,
    Option<u32>,
    Option<u32>,
    Option<u32>,
    Option<u32>,
);

fn track_facts(track: &TrackDetails) -> Facts {
    (
        track.codec.clone(),
        track.width,
        track.height,
        track.channels,
        track.sample_rate,
    )
}

fn stream_facts(stream: &Value) -> Facts {
    let number = |name: &str| {
        stream[name]
            .as_u64()
            .map(|number| u32::try_from(number).unwrap())
    };
    (
        stream["codec_name"].as_str().map(str::to_owned),
        number("width"),
        number("height"),
        number("channels"),
        stream["sample_rate"]
            .as_str()
            .map(|rate| rate.parse().unwrap()),
    )
}

fn compare_picture(report: &Report, stream: Option<&Value>) {
    let probe = &report.probe;
    let Some(stream) = stream else {
        assert_eq!((probe.rotation, probe.frame_rate), (None, None));
        return;
    };
    let (over, under) = stream["avg_frame_rate"]
        .as_str()
        .unwrap()
        .split_once('/')
        .unwrap();
    let rate = over.parse::<f64>().unwrap() / under.parse::<f64>().unwrap();
    let own = probe.frame_rate.unwrap();
    // Of fragments ffprobe leaves some pictures out.
    let tolerance = if probe.extra.fragmented { 0.05 } else { 0.001 };
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
