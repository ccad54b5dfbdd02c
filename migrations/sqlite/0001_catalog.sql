-- The catalog. `migrations/postgres/0001_catalog.sql` makes the same tables and columns; a test compares them.
--
-- Times are microseconds since 1970 UTC, durations milliseconds, sizes bytes, hashes 32 bytes. Words are folded
-- (`*_fold`) by the program. Sort keys are never null: what is unknown sorts before everything that is known.

CREATE TABLE users (
    id              BLOB    NOT NULL PRIMARY KEY,
    email           TEXT    NOT NULL UNIQUE,
    password_hash   TEXT,
    display_name    TEXT,
    email_verified  INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
    is_admin        INTEGER NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1)),
    disabled_at     INTEGER,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE identities (
    issuer          TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    user_id         BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;
CREATE INDEX identities_user ON identities (user_id);

CREATE TABLE sessions (
    session_id      BLOB    NOT NULL PRIMARY KEY,
    user_id         BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client          TEXT,
    by_password     INTEGER NOT NULL CHECK (by_password IN (0, 1)),
    created_at      INTEGER NOT NULL,
    last_seen_at    INTEGER NOT NULL,
    revoked_at      INTEGER
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id, created_at);

CREATE TABLE refresh_tokens (
    token_hash      BLOB    NOT NULL PRIMARY KEY,
    session_id      BLOB    NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    used_at         INTEGER,
    successor_hash  BLOB,
    successor_kid   TEXT,
    successor_presented_at INTEGER
) STRICT;
CREATE UNIQUE INDEX refresh_tokens_one_unused ON refresh_tokens (session_id) WHERE used_at IS NULL;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id, created_at);
CREATE INDEX refresh_tokens_successor ON refresh_tokens (successor_hash);

CREATE TABLE libraries (
    library_id      BLOB    NOT NULL PRIMARY KEY,
    owner_id        BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    event_seq       INTEGER NOT NULL DEFAULT 0,
    quota_bytes     INTEGER,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX libraries_owner ON libraries (owner_id);

CREATE TABLE library_counts (
    library_id      BLOB    NOT NULL REFERENCES libraries (library_id) ON DELETE CASCADE,
    state           TEXT    NOT NULL
        CHECK (state IN ('uploading', 'validating', 'processing', 'indexed', 'failed', 'deleted')),
    videos          INTEGER NOT NULL,
    bytes           INTEGER NOT NULL,
    PRIMARY KEY (library_id, state)
) STRICT;

CREATE TABLE access_tokens (
    token_id        BLOB    NOT NULL PRIMARY KEY,
    user_id         BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash      BLOB    NOT NULL UNIQUE,
    name            TEXT    NOT NULL,
    scopes          TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    last_used_at    INTEGER,
    expires_at      INTEGER,
    revoked_at      INTEGER
) STRICT;
CREATE INDEX access_tokens_user ON access_tokens (user_id, created_at);

CREATE TABLE idempotency_keys (
    user_id         BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    idempotency_key TEXT    NOT NULL,
    route           TEXT    NOT NULL,
    body_hash       BLOB    NOT NULL,
    row_id          BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (user_id, idempotency_key)
) STRICT;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE videos (
    video_id        BLOB    NOT NULL PRIMARY KEY,
    library_id      BLOB    NOT NULL REFERENCES libraries (library_id),
    user_id         BLOB    NOT NULL REFERENCES users (id),
    access_token_id BLOB             REFERENCES access_tokens (token_id) ON DELETE SET NULL,
    kind            TEXT    NOT NULL CHECK (kind IN ('video', 'file')),
    title           TEXT,
    title_fold      TEXT    NOT NULL,
    description     TEXT,
    filename        TEXT    NOT NULL,
    filename_fold   TEXT    NOT NULL,
    mime_type       TEXT    NOT NULL,
    size_bytes      INTEGER,
    held_bytes      INTEGER NOT NULL, -- what it adds to `library_counts`: promised or stored, nothing once both are gone
    blake3          BLOB,
    duration_ms     INTEGER,
    width           INTEGER,
    height          INTEGER,
    rotation        INTEGER,
    frame_rate      REAL,
    video_codec     TEXT,
    audio_codec     TEXT,
    camera          TEXT,
    camera_fold     TEXT    NOT NULL DEFAULT '',
    captured_at     INTEGER,
    media           TEXT, -- JSON: what else the probe found
    state           TEXT    NOT NULL
        CHECK (state IN ('uploading', 'validating', 'processing', 'indexed', 'failed', 'deleted')),
    state_before    TEXT
        CHECK (state_before IN ('uploading', 'validating', 'processing', 'indexed', 'failed', 'deleted')),
    error_text      TEXT,
    damaged         INTEGER NOT NULL DEFAULT 0 CHECK (damaged IN (0, 1)),
    damaged_accepted INTEGER NOT NULL DEFAULT 0 CHECK (damaged_accepted IN (0, 1)),
    quarantined_at  INTEGER,
    purging_at      INTEGER,
    replaces        BLOB,
    version         INTEGER NOT NULL DEFAULT 1,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    indexed_at      INTEGER,
    deleted_at      INTEGER,
    sort_captured   INTEGER NOT NULL GENERATED ALWAYS AS (COALESCE(captured_at, -9223372036854775807)) STORED,
    sort_size       INTEGER NOT NULL GENERATED ALWAYS AS (COALESCE(size_bytes, -1)) STORED,
    sort_duration   INTEGER NOT NULL GENERATED ALWAYS AS (COALESCE(duration_ms, -1)) STORED,
    CHECK ((state = 'deleted') = (deleted_at IS NOT NULL)),
    CHECK ((state = 'deleted') = (state_before IS NOT NULL))
) STRICT;
CREATE INDEX videos_by_created ON videos (library_id, created_at, video_id)
    WHERE deleted_at IS NULL AND purging_at IS NULL;
CREATE INDEX videos_by_captured ON videos (library_id, sort_captured, video_id)
    WHERE deleted_at IS NULL AND purging_at IS NULL;
CREATE INDEX videos_by_title ON videos (library_id, title_fold, video_id)
    WHERE deleted_at IS NULL AND purging_at IS NULL;
CREATE INDEX videos_by_size ON videos (library_id, sort_size, video_id)
    WHERE deleted_at IS NULL AND purging_at IS NULL;
CREATE INDEX videos_by_duration ON videos (library_id, sort_duration, video_id)
    WHERE deleted_at IS NULL AND purging_at IS NULL;
CREATE INDEX videos_by_state ON videos (library_id, state, created_at, video_id);
CREATE INDEX videos_by_content ON videos (library_id, size_bytes, blake3)
    WHERE deleted_at IS NULL AND purging_at IS NULL;
CREATE INDEX videos_trash ON videos (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX videos_purging ON videos (purging_at) WHERE purging_at IS NOT NULL;
CREATE INDEX videos_user ON videos (user_id);
CREATE INDEX videos_access_token ON videos (access_token_id) WHERE access_token_id IS NOT NULL;

CREATE TABLE objects (
    object_id       BLOB    NOT NULL PRIMARY KEY,
    video_id        BLOB    NOT NULL REFERENCES videos (video_id) ON DELETE CASCADE,
    store           TEXT    NOT NULL,
    object_key      TEXT    NOT NULL,
    etag            TEXT,
    size_bytes      INTEGER NOT NULL,
    part_size       INTEGER,
    subtrees        BLOB, -- 32 bytes a part, in order
    verified_at     INTEGER,
    verified_how    TEXT CHECK (verified_how IN ('medium', 'cached', 'store')),
    claimed_at      INTEGER,
    created_at      INTEGER NOT NULL,
    UNIQUE (video_id, store),
    UNIQUE (store, object_key)
) STRICT;

CREATE TABLE ingests (
    ingest_id       BLOB    NOT NULL PRIMARY KEY,
    library_id      BLOB    NOT NULL REFERENCES libraries (library_id),
    user_id         BLOB    NOT NULL REFERENCES users (id),
    source          TEXT    NOT NULL,
    root_name       TEXT,
    host            TEXT,
    started_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    expected_files  INTEGER,
    expected_bytes  INTEGER
) STRICT;
CREATE INDEX ingests_by_start ON ingests (library_id, started_at, ingest_id);
CREATE INDEX ingests_by_source ON ingests (library_id, source, started_at, ingest_id);

CREATE TABLE locations (
    location_id     BLOB    NOT NULL PRIMARY KEY,
    ingest_id       BLOB    NOT NULL REFERENCES ingests (ingest_id) ON DELETE CASCADE,
    video_id        BLOB    NOT NULL REFERENCES videos (video_id) ON DELETE CASCADE,
    path            TEXT    NOT NULL,
    path_raw        BLOB, -- the exact bytes, where they are not UTF-8
    path_hash       BLOB    NOT NULL, -- of the exact bytes: paths are longer than index entries may be
    path_sort       TEXT    NOT NULL GENERATED ALWAYS AS (substr(path, 1, 400)) STORED,
    filename        TEXT    NOT NULL,
    mtime           INTEGER,
    created_at      INTEGER NOT NULL,
    superseded_at   INTEGER
) STRICT;
CREATE UNIQUE INDEX locations_one_per_path ON locations (ingest_id, path_hash) WHERE superseded_at IS NULL;
CREATE INDEX locations_by_path ON locations (ingest_id, path_sort, location_id);
CREATE INDEX locations_video ON locations (video_id, created_at, location_id);

CREATE TABLE uploads (
    upload_id       BLOB    NOT NULL PRIMARY KEY,
    video_id        BLOB    NOT NULL REFERENCES videos (video_id) ON DELETE CASCADE,
    library_id      BLOB    NOT NULL REFERENCES libraries (library_id),
    store_upload_id TEXT, -- none for one PUT
    multipart       INTEGER NOT NULL CHECK (multipart IN (0, 1)), -- which shapes the client speaks
    part_size       INTEGER,
    part_count      INTEGER,
    part_checksum   TEXT    CHECK (part_checksum IN ('crc32c', 'md5')),
    expected_blake3 BLOB, -- as the client promised at init
    epoch           INTEGER NOT NULL DEFAULT 1,
    adopted_by      BLOB,
    bytes_received  INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    last_progress_at INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    purging_at      INTEGER,
    closed_at       INTEGER
) STRICT;
CREATE UNIQUE INDEX uploads_one_open ON uploads (video_id) WHERE closed_at IS NULL;
CREATE INDEX uploads_video ON uploads (video_id);
CREATE INDEX uploads_open ON uploads (library_id, created_at, upload_id) WHERE closed_at IS NULL;
CREATE INDEX uploads_expiry ON uploads (expires_at) WHERE closed_at IS NULL;

CREATE TABLE upload_parts (
    upload_id       BLOB    NOT NULL REFERENCES uploads (upload_id) ON DELETE CASCADE,
    part_number     INTEGER NOT NULL,
    checksum        TEXT    NOT NULL,
    size_bytes      INTEGER NOT NULL,
    signed_at       INTEGER NOT NULL,
    etag            TEXT,
    acknowledged_at INTEGER,
    PRIMARY KEY (upload_id, part_number, checksum)
) STRICT;

CREATE TABLE tags (
    tag_id          BLOB    NOT NULL PRIMARY KEY,
    library_id      BLOB    NOT NULL REFERENCES libraries (library_id) ON DELETE CASCADE,
    name_fold       TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    UNIQUE (library_id, name_fold)
) STRICT;

CREATE TABLE video_tags (
    video_id        BLOB    NOT NULL REFERENCES videos (video_id) ON DELETE CASCADE,
    tag_id          BLOB    NOT NULL REFERENCES tags (tag_id) ON DELETE CASCADE,
    PRIMARY KEY (video_id, tag_id)
) STRICT;
CREATE INDEX video_tags_tag ON video_tags (tag_id, video_id);

CREATE TABLE captions (
    video_id        BLOB    NOT NULL REFERENCES videos (video_id) ON DELETE CASCADE,
    language        TEXT    NOT NULL,
    line            INTEGER NOT NULL,
    start_ms        INTEGER NOT NULL,
    end_ms          INTEGER NOT NULL,
    text            TEXT    NOT NULL,
    PRIMARY KEY (video_id, language, line)
) STRICT;

CREATE TABLE jobs (
    job_id          BLOB    NOT NULL PRIMARY KEY,
    video_id        BLOB    NOT NULL REFERENCES videos (video_id) ON DELETE CASCADE,
    stage           TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    progress        REAL    NOT NULL DEFAULT 0,
    attempt         INTEGER NOT NULL DEFAULT 0,
    run_at          INTEGER NOT NULL,
    lease_until     INTEGER,
    worker          TEXT,
    priority        INTEGER NOT NULL DEFAULT 0,
    error_text      TEXT,
    metadata        TEXT, -- JSON
    created_at      INTEGER NOT NULL,
    started_at      INTEGER,
    finished_at     INTEGER
) STRICT;
CREATE UNIQUE INDEX jobs_one_open ON jobs (video_id, stage, version) WHERE state IN ('pending', 'running');
CREATE INDEX jobs_video ON jobs (video_id, created_at, job_id);
CREATE INDEX jobs_pending ON jobs (priority, run_at, job_id) WHERE state = 'pending';
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';

CREATE TABLE events (
    library_id      BLOB    NOT NULL REFERENCES libraries (library_id) ON DELETE CASCADE,
    seq             INTEGER NOT NULL,
    kind            TEXT    NOT NULL,
    video_id        BLOB,
    payload         TEXT    NOT NULL, -- JSON, without URLs
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (library_id, seq)
) STRICT;
CREATE INDEX events_age ON events (created_at);

CREATE TABLE server_keys (
    purpose         TEXT    NOT NULL,
    kid             TEXT    NOT NULL,
    secret          BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (purpose, kid)
) STRICT;

CREATE TABLE settings (
    name            TEXT    NOT NULL PRIMARY KEY,
    value           TEXT    NOT NULL
) STRICT;

CREATE TABLE leases (
    name            TEXT    NOT NULL PRIMARY KEY,
    holder          TEXT    NOT NULL,
    held_until      INTEGER NOT NULL
) STRICT;
