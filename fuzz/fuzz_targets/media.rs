//! Every container's reader, on any bytes: no panic, no more reads than promised, and nothing but finite numbers.

#![no_main]

use std::cell::Cell;
use std::io;

use heimdex_media::{READ_BUDGET, READ_LIMIT, ReadAt, announced_size, inspect, sniff};
use libfuzzer_sys::fuzz_target;

/// The bytes, with a hole of any length in the middle, as a large file has; counts what is read.
struct Stretched<'a> {
    head: &'a [u8],
    tail: &'a [u8],
    hole: u64,
    reads: Cell<u32>,
    bytes: Cell<u64>,
}

impl<'a> Stretched<'a> {
    fn new(data: &'a [u8], hole: u64) -> Self {
        let (head, tail) = data.split_at(data.len() - data.len() / 4);
        let (reads, bytes) = (Cell::new(0), Cell::new(0));
        Self { head, tail, hole, reads, bytes }
    }

    fn byte(&self, at: u64) -> Option<u8> {
        let head = self.head.len() as u64;
        let tail = head.saturating_add(self.hole);
        if at < head {
            self.head.get(usize::try_from(at).ok()?).copied()
        } else if at < tail {
            Some(0)
        } else {
            self.tail.get(usize::try_from(at - tail).ok()?).copied()
        }
    }
}

impl ReadAt for Stretched<'_> {
    fn size(&self) -> u64 {
        self.hole.saturating_add((self.head.len() + self.tail.len()) as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.reads.set(self.reads.get() + 1);
        let mut read = 0;
        for place in &mut *buf {
            let Some(byte) = offset.checked_add(read as u64).and_then(|at| self.byte(at)) else {
                break;
            };
            *place = byte;
            read += 1;
        }
        self.bytes.set(self.bytes.get() + read as u64);
        Ok(read)
    }
}

fn look(data: &[u8], hole: u64) {
    let source = Stretched::new(data, hole);
    let report = inspect(&source);
    assert!(source.reads.get() <= READ_LIMIT, "{} reads", source.reads.get());
    assert!(source.bytes.get() <= READ_BUDGET, "{} bytes", source.bytes.get());
    if let Ok(Some(report)) = report {
        let probe = &report.probe;
        assert!(probe.duration_ms.is_none_or(|long| i64::try_from(long).is_ok()), "{:?} ms", probe.duration_ms);
        assert!(probe.frame_rate.is_none_or(|rate| rate.is_finite() && rate >= 0.0), "{:?}", probe.frame_rate);
        for text in [&probe.video_codec, &probe.audio_codec, &probe.camera].into_iter().flatten() {
            assert!(!text.contains('\0'), "no database takes {text:?}");
        }
        // What the catalog keeps of it.
        let text = serde_json::to_string(&probe.extra).expect("what was read can be written");
        assert!(text.len() < 8 << 20, "{} bytes of details", text.len());
    }
    let _ = announced_size(&Stretched::new(data, hole));
}

fuzz_target!(|data: &[u8]| {
    let _ = sniff(data);
    look(data, 0);
    // The last bytes say how long the hole is: small, or up to where offsets end.
    if let Some((data, size)) = data.split_last_chunk::<2>() {
        let [shift, low] = *size;
        let hole = u64::from(low).checked_shl(u32::from(shift % 64)).unwrap_or(0);
        look(data, hole);
    }
});
