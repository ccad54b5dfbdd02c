//! The library as statements, the same for both databases but for how each writes its values.

use std::io::{self, Write};

use super::dialect::{Dialect, hyphenated, or_null, text};
use super::film::{Card, Film, Library, PART, Standing, tags};
use super::random::Random;

/// Far behind every clock: work that no worker is to begin, because its bytes are in no store.
const NEVER: i64 = 4_102_444_800_000_000;
/// Microseconds of a job.
const WORK: i64 = 1_500_000;
/// As many rows of a table go into one statement.
const ROWS: usize = 200;
const CUT: &str = "The file ends in the middle: its index (moov) is missing. It looks as if the camera lost power \
    while it was writing.";
const STATES: [&str; 6] = [
    "uploading",
    "validating",
    "processing",
    "indexed",
    "failed",
    "deleted",
];

/// What is written of one library, and what it comes to.
struct Script<'a, W> {
    dialect: Dialect,
    owner: &'a str,
    random: Random,
    out: W,
    tag_ids: Vec<String>,
    /// Videos and bytes of each state.
    counts: [(u64, u64); STATES.len()],
    events: u64,
}

/// Writes the statements that fill the empty library of the account `owner` (its id, in hexadecimal digits).
pub(crate) fn write(
    out: impl Write,
    dialect: Dialect,
    owner: &str,
    videos: u64,
    seed: u64,
) -> io::Result<()> {
    let mut script = Script {
        dialect,
        owner,
        random: Random::new(seed ^ 0x5eed),
        out,
        tag_ids: Vec::new(),
        counts: [(0, 0); STATES.len()],
        events: 0,
    };
    writeln!(script.out, "BEGIN;")?;
    script.tags()?;
    let mut library = Library::new(videos, seed);
    while let Some((card, films)) = library.next_card() {
        script.card(&card, &films)?;
    }
    script.totals()?;
    writeln!(script.out, "COMMIT;")?;
    // What the planners know of the tables comes from here. PostgreSQL comes to the vacuum by itself, some minutes later.
    writeln!(
        script.out,
        "{}",
        match dialect {
            Dialect::Sqlite => "ANALYZE;",
            Dialect::Postgres => "VACUUM ANALYZE;",
        }
    )?;
    script.out.flush()
}

impl<W: Write> Script<'_, W> {
    fn tags(&mut self) -> io::Result<()> {
        let library = self.dialect.uuid(self.owner);
        let mut rows = Vec::new();
        for tag in tags() {
            let id = self.random.uuid();
            rows.push(format!(
                "{}, {library}, {}, {}",
                self.dialect.uuid(&id),
                text(tag),
                text(tag)
            ));
            self.tag_ids.push(id);
        }
        self.insert("tags (tag_id, library_id, name_fold, name)", &rows)
    }

    fn card(&mut self, card: &Card, films: &[Film]) -> io::Result<()> {
        let (owner, ingest) = (self.dialect.uuid(self.owner), self.dialect.uuid(&card.id));
        let bytes: u64 = films.iter().map(|film| film.size).sum();
        let row = format!(
            "{ingest}, {owner}, {owner}, {}, 'CARD', 'cart', {}, {}, {}, {bytes}",
            text(&card.source),
            card.started_at,
            card.started_at + 3_600_000_000,
            films.len(),
        );
        self.insert(
            "ingests (ingest_id, library_id, user_id, source, root_name, host, started_at, finished_at, \
             expected_files, expected_bytes)",
            &[row],
        )?;
        for films in films.chunks(ROWS) {
            self.videos(films)?;
            self.bytes_of(films)?;
            self.places(card, films)?;
            self.work(films)?;
            self.labels(films)?;
            self.told(films)?;
        }
        Ok(())
    }

    fn videos(&mut self, films: &[Film]) -> io::Result<()> {
        let mut rows = Vec::with_capacity(films.len());
        for film in films {
            let row = self.video(film);
            rows.push(row);
            let counted = &mut self.counts[place(film.standing)];
            *counted = (counted.0 + 1, counted.1 + film.size);
        }
        self.insert(
            "videos (video_id, library_id, user_id, kind, title, title_fold, filename, filename_fold, mime_type, \
             size_bytes, held_bytes, blake3, duration_ms, width, height, rotation, frame_rate, video_codec, \
             audio_codec, camera, camera_fold, captured_at, media, state, state_before, error_text, created_at, \
             updated_at, indexed_at, deleted_at)",
            &rows,
        )
    }

    fn video(&mut self, film: &Film) -> String {
        let dialect = self.dialect;
        let owner = dialect.uuid(self.owner);
        let is_stored = film.standing != Standing::Uploading;
        let done = film.created_at + 20_000_000;
        let (width, height) = film
            .picture
            .map(|(width, height, _)| (width, height))
            .unzip();
        let deleted = film.standing == Standing::Deleted;
        let columns = [
            dialect.uuid(&film.id),
            owner.clone(),
            owner,
            text(if film.is_video { "video" } else { "file" }),
            text(&film.title),
            text(&film.title.to_lowercase()),
            text(&film.filename),
            text(&film.filename.to_lowercase()),
            text(film.mime_type),
            film.size.to_string(),
            film.size.to_string(),
            if is_stored {
                dialect.bytes(&self.random.bytes(32))
            } else {
                "NULL".to_owned()
            },
            or_null(film.duration_ms),
            or_null(width),
            or_null(height),
            or_null(width.map(|_| 0)),
            or_null(width.map(|_| "25.0")),
            or_null(film.codec.map(text)),
            or_null(film.codec.map(|_| text("aac"))),
            or_null(film.camera.map(text)),
            text(&film.camera.unwrap_or_default().to_lowercase()),
            or_null(film.captured_at),
            or_null(film.codec.map(|_| text("{\"timecode\":\"01:00:00:00\"}"))),
            text(STATES[place(film.standing)]),
            or_null(deleted.then(|| text("indexed"))),
            or_null((film.standing == Standing::Failed).then(|| text(CUT))),
            film.created_at.to_string(),
            done.to_string(),
            or_null(matches!(film.standing, Standing::Indexed | Standing::Deleted).then_some(done)),
            or_null(deleted.then_some(NEVER)),
        ];
        columns.join(", ")
    }

    /// The object of what is stored, the open upload of what is not.
    fn bytes_of(&mut self, films: &[Film]) -> io::Result<()> {
        let dialect = self.dialect;
        let (mut objects, mut uploads) = (Vec::new(), Vec::new());
        for film in films {
            let (id, video) = (self.random.uuid(), dialect.uuid(&film.id));
            let parts = film.size.div_ceil(PART);
            if film.standing == Standing::Uploading {
                uploads.push(format!(
                    "{}, {video}, {}, NULL, {}, {PART}, {parts}, 'crc32c', {}, {}, {}, {NEVER}",
                    dialect.uuid(&id),
                    dialect.uuid(self.owner),
                    dialect.truth(true),
                    film.size / 3,
                    film.created_at,
                    film.created_at,
                ));
                continue;
            }
            objects.push(format!(
                "{}, {video}, 'primary', {}, {}, {}, {PART}, {}, {}, 'medium', {}",
                dialect.uuid(&id),
                text(&format!(
                    "videos/{}/{}.{}",
                    hyphenated(self.owner),
                    hyphenated(&film.id),
                    film.extension
                )),
                text(&format!("{}-{parts}", self.random.bytes(16))),
                film.size,
                dialect.bytes(&self.random.bytes(32 * parts)),
                film.created_at + 10_000_000,
                film.created_at,
            ));
        }
        self.insert(
            "objects (object_id, video_id, store, object_key, etag, size_bytes, part_size, subtrees, verified_at, \
             verified_how, created_at)",
            &objects,
        )?;
        self.insert(
            "uploads (upload_id, video_id, library_id, store_upload_id, multipart, part_size, part_count, \
             part_checksum, bytes_received, created_at, last_progress_at, expires_at)",
            &uploads,
        )
    }

    fn places(&mut self, card: &Card, films: &[Film]) -> io::Result<()> {
        let dialect = self.dialect;
        let mut rows = Vec::with_capacity(films.len());
        for film in films {
            rows.push(format!(
                "{}, {}, {}, {}, {}, {}, {}, {}",
                dialect.uuid(&self.random.uuid()),
                dialect.uuid(&card.id),
                dialect.uuid(&film.id),
                text(&format!("CLIP/{}", film.filename)),
                dialect.bytes(&self.random.bytes(32)),
                text(&film.filename),
                film.captured_at.unwrap_or(film.created_at),
                film.created_at,
            ));
        }
        self.insert(
            "locations (location_id, ingest_id, video_id, path, path_hash, filename, mtime, created_at)",
            &rows,
        )
    }

    fn work(&mut self, films: &[Film]) -> io::Result<()> {
        let mut rows = Vec::new();
        for film in films {
            let stages: &[(&str, &str)] = match (film.standing, film.is_video) {
                (Standing::Uploading, _) => &[],
                (Standing::Failed, _) => &[("upload_validate", "failed")],
                (Standing::Processing, _) => {
                    &[("upload_validate", "completed"), ("probe", "pending")]
                }
                (Standing::Indexed | Standing::Deleted, true) => {
                    &[("upload_validate", "completed"), ("probe", "completed")]
                }
                (Standing::Indexed | Standing::Deleted, false) => {
                    &[("upload_validate", "completed")]
                }
            };
            for (stage, ended) in stages {
                let row = self.job(film, stage, ended);
                rows.push(row);
            }
        }
        self.insert(
            "jobs (job_id, video_id, stage, version, state, progress, attempt, run_at, priority, error_text, \
             created_at, started_at, finished_at)",
            &rows,
        )
    }

    fn job(&mut self, film: &Film, stage: &str, ended: &str) -> String {
        let (waits, at) = (ended == "pending", film.created_at);
        let columns = [
            self.dialect.uuid(&self.random.uuid()),
            self.dialect.uuid(&film.id),
            text(stage),
            "1".to_owned(),
            text(ended),
            if ended == "completed" { "1.0" } else { "0.0" }.to_owned(),
            if waits { "0" } else { "1" }.to_owned(),
            if waits { NEVER } else { at }.to_string(),
            if stage == "probe" { "200" } else { "100" }.to_owned(),
            or_null((ended == "failed").then(|| text(CUT))),
            at.to_string(),
            or_null((!waits).then_some(at + WORK)),
            or_null((!waits).then_some(at + 2 * WORK)),
        ];
        columns.join(", ")
    }

    fn labels(&mut self, films: &[Film]) -> io::Result<()> {
        let mut rows = Vec::new();
        for film in films {
            for tag in &film.tags {
                let known = tags()
                    .iter()
                    .zip(&self.tag_ids)
                    .find(|(name, _)| *name == tag);
                if let Some((_, id)) = known {
                    rows.push(format!(
                        "{}, {}",
                        self.dialect.uuid(&film.id),
                        self.dialect.uuid(id)
                    ));
                }
            }
        }
        self.insert("video_tags (video_id, tag_id)", &rows)
    }

    fn told(&mut self, films: &[Film]) -> io::Result<()> {
        let mut rows = Vec::with_capacity(films.len());
        for film in films {
            self.events += 1;
            rows.push(format!(
                "{}, {}, 'video', {}, '{{}}', {}",
                self.dialect.uuid(self.owner),
                self.events,
                self.dialect.uuid(&film.id),
                film.created_at,
            ));
        }
        self.insert(
            "events (library_id, seq, kind, video_id, payload, created_at)",
            &rows,
        )
    }

    fn totals(&mut self) -> io::Result<()> {
        let owner = self.dialect.uuid(self.owner);
        for (state, (videos, bytes)) in STATES.iter().zip(self.counts) {
            writeln!(
                self.out,
                "UPDATE library_counts SET videos = {videos}, bytes = {bytes} \
                 WHERE library_id = {owner} AND state = '{state}';"
            )?;
        }
        let events = self.events;
        writeln!(
            self.out,
            "UPDATE libraries SET event_seq = {events} WHERE library_id = {owner};"
        )
    }

    fn insert(&mut self, columns: &str, rows: &[String]) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        writeln!(
            self.out,
            "INSERT INTO {columns} VALUES\n({});",
            rows.join("),\n(")
        )
    }
}

fn place(standing: Standing) -> usize {
    match standing {
        Standing::Uploading => 0,
        Standing::Processing => 2,
        Standing::Indexed => 3,
        Standing::Failed => 4,
        Standing::Deleted => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_get_the_same_library_in_their_own_spelling() {
        let script = |dialect| {
            let mut out = Vec::new();
            write(&mut out, dialect, &"0a".repeat(16), 300, 7).unwrap();
            String::from_utf8(out).unwrap()
        };
        let (sqlite, postgres) = (script(Dialect::Sqlite), script(Dialect::Postgres));
        let plain = |script: &str| {
            script
                .replace("x'", "'")
                .replace("'\\'", "'\\x")
                .replace("'\\x", "'")
                .replace("TRUE", "1")
                .replace("VACUUM ANALYZE", "ANALYZE")
        };
        assert_eq!(plain(&sqlite), plain(&postgres));
        assert_eq!(sqlite.matches("INSERT INTO ingests").count(), 3);
        assert!(sqlite.contains("x'0a0a0a0a"), "{}", &sqlite[..500]);
        assert_eq!(
            hyphenated(&"0a".repeat(16)),
            "0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a"
        );
    }
}
