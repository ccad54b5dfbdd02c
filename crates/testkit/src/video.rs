//! Videos for tests: real ones made by ffmpeg and kept between runs, and cheap large ones made out of small ones.

use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fs_err as fs;

use crate::binary;

/// What the padding of a large file is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// A hole: costs no disk, but every part has the same bytes.
    Sparse,
    /// Bytes from a seed: no two parts are alike, so that parts put in the wrong order are noticed.
    Noise(u64),
}

/// The video that ships in the repository, for the demonstration and for tests.
pub fn demo_video() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize()
        .expect("the repository")
        .join("docs/demo/sunrise.mp4")
}

/// A playable MP4 of so many seconds (320×180, H.264 and AAC), made once and kept beside the binaries.
pub fn sample_mp4(seconds: u32) -> PathBuf {
    let length = seconds.to_string();
    let picture = format!("testsrc2=size=320x180:rate=25:duration={length}");
    let sound = format!("sine=frequency=440:duration={length}");
    ffmpeg(
        &format!("sample-{seconds}s.mp4"),
        &[
            "-f",
            "lavfi",
            "-i",
            &picture,
            "-f",
            "lavfi",
            "-i",
            &sound,
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
            "-shortest",
            "-movflags",
            "+faststart",
        ],
    )
}

/// A film of two seconds in the container that the extension of its name asks for (MPEG-2, with PCM or in transport
/// streams AC-3), made once and kept beside the binaries.
pub fn sample_film(extension: &str) -> PathBuf {
    ffmpeg(
        &format!("sample.{extension}"),
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x240:rate=25:duration=2",
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:sample_rate=48000:duration=2",
            "-c:v",
            "mpeg2video",
            "-c:a",
            if matches!(extension, "ts" | "m2ts") {
                "ac3"
            } else {
                "pcm_s16le"
            },
        ],
    )
}

/// Runs ffmpeg with these arguments once, and keeps the result under this name; `name` stands for the arguments.
pub fn ffmpeg(name: &str, arguments: &[&str]) -> PathBuf {
    let kept = binary::directory().join("testkit-samples");
    let path = kept.join(name);
    if path.is_file() {
        return path;
    }
    fs::create_dir_all(&kept).expect("a directory for samples");
    // Several tests may make the same sample at once: each makes its own, the last rename holds.
    let draft = tempfile::Builder::new()
        .prefix("draft-")
        .tempdir_in(&kept)
        .expect("a directory");
    let made = draft.path().join(name);
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostdin", "-loglevel", "error", "-y"])
        .args(arguments)
        .args([
            "-fflags",
            "+bitexact",
            "-flags:v",
            "+bitexact",
            "-flags:a",
            "+bitexact",
        ])
        .arg(&made)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| {
            panic!("cannot start ffmpeg ({error}): `cargo xtask test` installs what tests need")
        });
    assert!(
        output.status.success(),
        "ffmpeg: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::rename(&made, &path).expect("the sample can be put in its place");
    path
}

/// Makes an MP4 larger with a `free` box at its end, which players skip: it stays valid, whatever its size.
///
/// `size` is the size of the whole file afterwards; at least 16 bytes more than it has.
pub fn pad_mp4(path: &Path, size: u64, padding: Fill) {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .open(path)
        .expect("the file can be opened");
    let before = file.seek(SeekFrom::End(0)).expect("the file has an end");
    let length = size.checked_sub(before).filter(|&length| length >= 16);
    let length = length.unwrap_or_else(|| panic!("{before} bytes cannot grow to {size} by a box"));
    let mut header = Vec::from(1_u32.to_be_bytes());
    header.extend(b"free");
    header.extend(length.to_be_bytes());
    file.write_all(&header).expect("the box can be written");
    match padding {
        Fill::Sparse => file.set_len(size).expect("the file can grow"),
        Fill::Noise(seed) => {
            write_noise(&mut file, length - 16, seed).expect("the file can be written");
        }
    }
}

/// Writes `length` bytes that depend on nothing but `seed`.
///
/// # Errors
/// What the writer says.
pub fn write_noise(writer: &mut impl Write, length: u64, seed: u64) -> std::io::Result<()> {
    const BUFFER: usize = 1 << 20;
    // Xorshift: no state may be zero.
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut buffer = vec![0; BUFFER];
    let mut left = length;
    while left > 0 {
        for word in buffer.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        let take = usize::try_from(left).map_or(BUFFER, |left| left.min(BUFFER));
        writer.write_all(&buffer[..take])?;
        left -= take as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Fill, pad_mp4, write_noise};

    #[test]
    fn a_padded_file_has_the_size_and_ends_in_one_free_box() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.mp4");
        for fill in [Fill::Sparse, Fill::Noise(7)] {
            fs_err::write(&path, b"before").unwrap();
            pad_mp4(&path, 4096, fill);
            let bytes = fs_err::read(&path).unwrap();
            assert_eq!(bytes.len(), 4096);
            assert_eq!(&bytes[6..14], b"\0\0\0\x01free");
            assert_eq!(&bytes[14..22], 4090_u64.to_be_bytes());
        }
    }

    #[test]
    fn noise_depends_on_its_seed_alone() {
        let noise = |seed| {
            let mut bytes = Vec::new();
            write_noise(&mut bytes, 1_500_001, seed).unwrap();
            bytes
        };
        assert_eq!(noise(1), noise(1));
        assert_ne!(noise(1), noise(2));
        assert_eq!(noise(3).len(), 1_500_001);
    }
}
