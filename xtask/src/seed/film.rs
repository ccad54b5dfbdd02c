//! What a library of some years looks like: cards that were taken in day by day, takes with names of cameras, a few with
//! names of people, notes and sounds between them. The same seed gives the same library.

use super::random::Random;

/// A microsecond count of a day.
const DAY: i64 = 86_400_000_000;
/// The library's last day, 2026-11-01, whenever it is made: what is the same every time can be compared.
const LAST_DAY: i64 = 1_793_491_200_000_000;
/// It goes back so far.
const DAYS: i64 = 3 * 365;
/// Takes of one card, about.
const CARD: u64 = 120;
/// What the bytes are cut at.
pub(super) const PART: u64 = 16 << 20;

const SOURCES: [&str; 8] = [
    "A cam", "B cam", "Drone", "C cam", "Helmet", "Sound", "Archive", "Phone",
];
const CAMERAS: [&str; 6] = [
    "Sony ILME-FX6",
    "Canon EOS R5",
    "Panasonic DC-GH6",
    "DJI FC3582",
    "GoPro HERO11 Black",
    "Apple iPhone 15 Pro",
];
const SUBJECTS: [&str; 12] = [
    "Harbour",
    "Market",
    "Interview",
    "Old bridge",
    "Station",
    "Rooftops",
    "Workshop",
    "Ferry",
    "Rehearsal",
    "Quarry",
    "Orchard",
    "Control room",
];
const MOMENTS: [&str; 8] = [
    "at dusk",
    "in the morning",
    "from above",
    "wide",
    "close",
    "in the rain",
    "handheld",
    "at night",
];
const TAGS: [&str; 16] = [
    "select",
    "b-roll",
    "interview",
    "harbour",
    "drone",
    "night",
    "rain",
    "reject",
    "slow motion",
    "paris",
    "timelapse",
    "handheld",
    "graded",
    "release signed",
    "archive",
    "winter",
];
const CODECS: [&str; 3] = ["h264", "hevc", "prores"];

/// Where a video of the library stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Indexed,
    Processing,
    Failed,
    Uploading,
    Deleted,
}

/// A card that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) id: String,
    pub(super) source: String,
    pub(super) started_at: i64,
}

/// A video, or another file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Film {
    pub(super) id: String,
    pub(super) filename: String,
    pub(super) title: String,
    pub(super) is_video: bool,
    pub(super) mime_type: &'static str,
    pub(super) extension: &'static str,
    pub(super) size: u64,
    pub(super) duration_ms: Option<u64>,
    pub(super) picture: Option<(u32, u32, &'static str)>,
    pub(super) codec: Option<&'static str>,
    pub(super) camera: Option<&'static str>,
    pub(super) captured_at: Option<i64>,
    pub(super) created_at: i64,
    pub(super) standing: Standing,
    pub(super) tags: Vec<&'static str>,
}

/// All tags that there are.
pub(super) fn tags() -> &'static [&'static str] {
    &TAGS
}

/// Makes the library, card by card.
#[derive(Debug)]
pub(super) struct Library {
    random: Random,
    cards: u64,
    card: u64,
    left: u64,
}

impl Library {
    /// Of so many videos.
    pub(super) fn new(videos: u64, seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            cards: videos.div_ceil(CARD).max(1),
            card: 0,
            left: videos,
        }
    }

    /// The next card and its files; `None` behind the last.
    pub(super) fn next_card(&mut self) -> Option<(Card, Vec<Film>)> {
        if self.left == 0 {
            return None;
        }
        let day = self.day();
        let random = &mut self.random;
        let source = *random.skewed(&SOURCES).unwrap_or(&SOURCES[0]);
        let number = self.card + 1;
        let card = Card {
            id: random.uuid(),
            source: format!("{source}, day {number}"),
            started_at: LAST_DAY - day * DAY
                + i64::try_from(random.below(40_000_000_000)).unwrap_or(0),
        };
        let count = self.left.min(CARD);
        let camera = random.one(&CAMERAS).copied();
        let films = (1..=count)
            .map(|take| film(random, &card, number, take, camera))
            .collect();
        self.left -= count;
        self.card += 1;
        Some((card, films))
    }

    /// How many days before the last this card was: they lie closer together towards the end, as work grows.
    fn day(&self) -> i64 {
        let before = i64::try_from(self.cards - 1 - self.card).unwrap_or(0);
        let cards = i64::try_from(self.cards).unwrap_or(1);
        DAYS * before * before / (cards * cards)
    }
}

fn film(
    random: &mut Random,
    card: &Card,
    number: u64,
    take: u64,
    camera: Option<&'static str>,
) -> Film {
    let is_video = !random.permille(80);
    let captured_at = card.started_at - DAY / 3 + i64::try_from(take).unwrap_or(0) * 90_000_000;
    // They came a few a second apart, and some in the same moment.
    let created_at = card.started_at + i64::try_from(take / 3).unwrap_or(0) * 2_000_000;
    let reel = char::from(b'A' + u8::try_from(number % 4).unwrap_or(0));
    let stem = format!("{reel}{:03}C{take:03}", number % 1_000);
    let (extension, mime_type) = match (is_video, random.below(10)) {
        (true, 0..7) => ("mp4", "video/mp4"),
        (true, 7..9) => ("mov", "video/quicktime"),
        (true, _) => ("mkv", "video/x-matroska"),
        (false, 0..5) => ("bin", "application/xml"),
        (false, _) => ("bin", "audio/x-wav"),
    };
    let ending = match mime_type {
        "application/xml" => "XML",
        "audio/x-wav" => "WAV",
        _ => extension,
    };
    let title = match (
        random.permille(150),
        random.one(&SUBJECTS),
        random.one(&MOMENTS),
    ) {
        (true, Some(subject), Some(moment)) => format!("{subject} {moment}"),
        _ => stem.clone(),
    };
    // Most takes are short and a few are hours: seconds are multiplied by chance three times over.
    let seconds = 4 + random.below(30) * (1 + random.below(8)) * (1 + random.below(6)) / 2;
    let bits = 20_000_000 + random.below(80_000_000);
    let size = if is_video {
        seconds * bits / 8
    } else {
        2_000 + random.below(900_000)
    };
    let standing = standing(random, is_video);
    let is_probed = is_video && matches!(standing, Standing::Indexed | Standing::Deleted);
    let pictures = [
        (3840, 2160, "3840x2160"),
        (1920, 1080, "1920x1080"),
        (1080, 1920, "1080x1920"),
    ];
    let count = random.below(4);
    let mut tags: Vec<&'static str> = (0..count)
        .filter_map(|_| random.skewed(&TAGS).copied())
        .collect();
    tags.sort_unstable();
    tags.dedup();
    Film {
        id: random.uuid(),
        filename: format!("{stem}.{ending}"),
        title,
        is_video,
        mime_type,
        extension,
        size,
        duration_ms: is_probed.then_some(seconds * 1_000),
        picture: random.skewed(&pictures).copied().filter(|_| is_probed),
        codec: random.skewed(&CODECS).copied().filter(|_| is_probed),
        camera: camera.filter(|_| is_probed),
        captured_at: is_probed.then_some(captured_at),
        created_at,
        standing,
        tags,
    }
}

fn standing(random: &mut Random, is_video: bool) -> Standing {
    match random.below(1_000) {
        0..10 => Standing::Uploading,
        10..25 if is_video => Standing::Processing,
        25..45 if is_video => Standing::Failed,
        45..60 => Standing::Deleted,
        _ => Standing::Indexed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(videos: u64, seed: u64) -> Vec<Film> {
        let mut library = Library::new(videos, seed);
        std::iter::from_fn(|| library.next_card())
            .flat_map(|(_, films)| films)
            .collect()
    }

    #[test]
    fn a_library_has_the_size_asked_for_and_a_bit_of_everything() {
        let films = all(10_000, 1);
        assert_eq!(films.len(), 10_000);
        for standing in [
            Standing::Indexed,
            Standing::Processing,
            Standing::Failed,
            Standing::Uploading,
            Standing::Deleted,
        ] {
            let count = films
                .iter()
                .filter(|film| film.standing == standing)
                .count();
            assert!(count > 50, "{standing:?}: {count}");
        }
        assert!(
            films
                .iter()
                .any(|film| !film.is_video && film.duration_ms.is_none())
        );
        let times = || films.iter().map(|film| film.created_at);
        let days = (times().max().unwrap() - times().min().unwrap()) / DAY;
        assert!((1_000..1_200).contains(&days), "{days} days");
        assert_eq!(all(10_000, 1), films, "the same every time");
        assert!(all(0, 1).is_empty());
        assert_eq!(all(1, 1).len(), 1);
    }
}
