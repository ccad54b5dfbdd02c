//! The statements that bring files which wait into the tables of the catalog. Pure.
//!
//! Ids and hashes are put together from two runs of noise each, which a file's number gives: no two files have both in
//! common. No chance is drawn in a database, so that the library is the same every time.

use super::dialect::{Dialect, text};
use super::film::PART;

/// So many runs of noise there are of each of the two kinds: primes, so that a number is known by the pair that it gives.
pub(super) const RUNS: [u64; 2] = [4_093, 4_091];
/// Bytes of a run.
pub(super) const RUN: u64 = 32;
/// So many lists of parts' hashes there are for files of few parts, and as many for the others.
pub(super) const LISTS: u64 = 31;
/// A file of few parts has no more than these, and no file has more than those.
const FEW_PARTS: u64 = 64;
const MOST_PARTS: u64 = 600;
/// Far behind every clock: work that no worker is to begin, because its bytes are in no store.
const NEVER: i64 = 4_102_444_800_000_000;
/// Microseconds of a job.
const WORK: i64 = 1_500_000;
const CUT: &str = "The file ends in the middle: its index (moov) is missing. It looks as if the camera lost power \
    while it was writing.";

/// Where files wait, what ids and hashes are made of, and each tag's bit. SQLite takes types that it does not know.
pub(super) const WAITING: &str = "CREATE TEMPORARY TABLE waiting (number INTEGER PRIMARY KEY, id UUID, ingest UUID, kind \
    video_kind, state video_state, state_before video_state, title TEXT, filename TEXT, mime_type TEXT, extension TEXT, \
    size BIGINT, duration BIGINT, width BIGINT, height BIGINT, codec TEXT, camera TEXT, captured_at BIGINT, \
    created_at BIGINT, tags BIGINT);\n\
    CREATE TEMPORARY TABLE noise (run INTEGER PRIMARY KEY, bytes BYTEA);\n\
    CREATE TEMPORARY TABLE lists (list INTEGER PRIMARY KEY, bytes BYTEA);\n\
    CREATE TEMPORARY TABLE labels (bit BIGINT, tag_id UUID);";

/// Bytes of a list.
pub(super) fn length(list: u64) -> u64 {
    RUN * if list < LISTS { FEW_PARTS } else { MOST_PARTS }
}

/// A statement a table, in the order of their references.
pub(super) fn statements(dialect: Dialect, owner: &str) -> Vec<String> {
    let owner = &dialect.uuid(owner);
    let mut all = vec![
        videos(dialect, owner),
        objects(dialect, owner),
        uploads(dialect, owner),
        locations(dialect),
    ];
    all.extend(JOBS.iter().map(|job| job.statement(dialect, owner)));
    all.push(
        "INSERT INTO video_tags (video_id, tag_id) SELECT id, tag_id FROM waiting JOIN labels ON (tags & bit) <> 0;"
            .to_owned(),
    );
    all.push(format!(
        "INSERT INTO events (library_id, seq, kind, video_id, payload, created_at) \
         SELECT {owner}, number, 'video', id, '{{}}', created_at FROM waiting ORDER BY number;"
    ));
    all
}

fn videos(dialect: Dialect, owner: &str) -> String {
    let (hash, files) = (hash(dialect, 1), files("number"));
    let cut = text(CUT);
    format!(
        "INSERT INTO videos (video_id, library_id, user_id, kind, title, title_fold, filename, filename_fold, mime_type, \
         size_bytes, held_bytes, blake3, duration_ms, width, height, rotation, frame_rate, video_codec, audio_codec, \
         camera, camera_fold, captured_at, media, state, state_before, error_text, created_at, updated_at, indexed_at, \
         deleted_at) SELECT id, {owner}, {owner}, kind, title, lower(title), filename, lower(filename), mime_type, size, \
         size, CASE WHEN state <> 'uploading' THEN {hash} END, duration, width, height, \
         CASE WHEN width IS NOT NULL THEN 0 END, CASE WHEN width IS NOT NULL THEN 25.0 END, codec, \
         CASE WHEN codec IS NOT NULL THEN 'aac' END, camera, lower(COALESCE(camera, '')), captured_at, \
         CASE WHEN codec IS NOT NULL THEN '{{\"timecode\":\"01:00:00:00\"}}' END, state, state_before, \
         CASE WHEN state = 'failed' THEN {cut} END, created_at, created_at + 20000000, \
         CASE WHEN state IN ('indexed', 'deleted') THEN created_at + 20000000 END, \
         CASE WHEN state = 'deleted' THEN {NEVER} END FROM {files} ORDER BY number;"
    )
}

/// The objects of what is stored.
fn objects(dialect: Dialect, owner: &str) -> String {
    let (id, parts, files) = (uuid(dialect), parts(), files("number"));
    // A literal of PostgreSQL is no UUID before it is said to be one.
    let library = match dialect {
        Dialect::Sqlite => dialect.hyphenated(owner),
        Dialect::Postgres => dialect.hyphenated(&format!("CAST({owner} AS UUID)")),
    };
    let video = dialect.hyphenated("id");
    let etag = dialect.digits("substr(a.bytes, 17)");
    format!(
        "INSERT INTO objects (object_id, video_id, store, object_key, etag, size_bytes, part_size, subtrees, \
         verified_at, verified_how, created_at) SELECT {id}, id, 'primary', \
         'videos/' || {library} || '/' || {video} || '.' || extension, {etag} || '-' || ({parts}), size, {PART}, \
         substr(lists.bytes, 1, CAST({RUN} * ({parts}) AS INTEGER)), created_at + 10000000, 'medium', created_at \
         FROM {files} JOIN lists ON list = number % {LISTS} + CASE WHEN {parts} > {FEW_PARTS} THEN {LISTS} ELSE 0 END WHERE state <> 'uploading' ORDER BY number;"
    )
}

/// The open uploads of what is not.
fn uploads(dialect: Dialect, owner: &str) -> String {
    let (id, parts, files) = (uuid(dialect), parts(), files("number"));
    let multipart = dialect.truth(true);
    format!(
        "INSERT INTO uploads (upload_id, video_id, library_id, multipart, part_size, part_count, part_checksum, \
         bytes_received, created_at, last_progress_at, expires_at) SELECT {id}, id, {owner}, {multipart}, {PART}, \
         {parts}, 'crc32c', size / 3, created_at, created_at, {NEVER} FROM {files} WHERE state = 'uploading' \
         ORDER BY number;"
    )
}

fn locations(dialect: Dialect) -> String {
    let (id, hash, files) = (uuid(dialect), hash(dialect, 9), files("number"));
    format!(
        "INSERT INTO locations (location_id, ingest_id, video_id, path, path_hash, filename, mtime, created_at) \
         SELECT {id}, ingest, id, 'CLIP/' || filename, {hash}, filename, COALESCE(captured_at, created_at), created_at \
         FROM {files} ORDER BY number;"
    )
}

/// A stage that some files have come to.
struct Job {
    stage: &'static str,
    ended: &'static str,
    /// Which files.
    files: &'static str,
    /// What tells a file's jobs from each other.
    number: u64,
}

const JOBS: [Job; 4] = [
    Job {
        stage: "upload_validate",
        ended: "failed",
        files: "state = 'failed'",
        number: 0,
    },
    Job {
        stage: "upload_validate",
        ended: "completed",
        files: "state IN ('processing', 'indexed', 'deleted')",
        number: 0,
    },
    Job {
        stage: "probe",
        ended: "pending",
        files: "state = 'processing'",
        number: 1,
    },
    Job {
        stage: "probe",
        ended: "completed",
        files: "state IN ('indexed', 'deleted') AND kind = 'video'",
        number: 1,
    },
];

impl Job {
    fn statement(&self, dialect: Dialect, owner: &str) -> String {
        let Self { stage, ended, .. } = self;
        let id = uuid(dialect);
        let files = files(&format!("(number * 2 + {})", self.number));
        let (attempt, run_at, started, finished) = match *ended {
            "pending" => (0, NEVER.to_string(), "NULL".to_owned(), "NULL".to_owned()),
            _ => (
                1,
                "created_at".to_owned(),
                format!("created_at + {WORK}"),
                format!("created_at + {}", 2 * WORK),
            ),
        };
        let priority = if *stage == "probe" { 200 } else { 100 };
        let (progress, error) = match *ended {
            "completed" => ("1.0", "NULL".to_owned()),
            "failed" => ("0.0", text(CUT)),
            _ => ("0.0", "NULL".to_owned()),
        };
        format!(
            "INSERT INTO jobs (job_id, video_id, library_id, stage, version, state, progress, attempt, run_at, priority, \
             error_text, created_at, started_at, finished_at) SELECT {id}, id, {owner}, '{stage}', 1, '{ended}', \
             {progress}, {attempt}, {run_at}, {priority}, {error}, created_at, {started}, {finished} FROM {files} \
             WHERE {} ORDER BY number;",
            self.files
        )
    }
}

/// Files that wait, each beside the two runs of noise `a` and `b` that a number gives.
fn files(number: &str) -> String {
    format!(
        "waiting JOIN noise a ON a.run = {number} % {} JOIN noise b ON b.run = {number} % {}",
        RUNS[0], RUNS[1]
    )
}

/// 32 bytes; another place gives others.
fn hash(dialect: Dialect, place: u64) -> String {
    dialect.bytes_of(&[
        format!("substr(a.bytes, {place}, 16)"),
        "substr(b.bytes, 17, 16)".to_owned(),
    ])
}

/// A version 4 UUID.
fn uuid(dialect: Dialect) -> String {
    dialect.uuid_of(&[
        "substr(a.bytes, 1, 6)".to_owned(),
        dialect.bytes("4e"),
        "substr(b.bytes, 17, 1)".to_owned(),
        dialect.bytes("9b"),
        "substr(b.bytes, 18, 7)".to_owned(),
    ])
}

fn parts() -> String {
    format!("(size + {}) / {PART}", PART - 1)
}
