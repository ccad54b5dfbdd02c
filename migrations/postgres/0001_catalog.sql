-- The catalog. `migrations/sqlite/0001_catalog.sql` makes the same tables and columns; a test compares them.
--
-- Times are microseconds since 1970 UTC, durations milliseconds, sizes bytes, hashes 32 bytes. Words are folded
-- (`*_fold`) by the program. Sort keys are never null: what is unknown sorts before everything that is known.
-- Texts that are compared or sorted are COLLATE "C", so that both engines agree on their order.

CREATE TYPE video_state AS ENUM ('uploading', 'validating', 'processing', 'indexed', 'failed', 'deleted');
CREATE TYPE video_kind AS ENUM ('video', 'file');
CREATE TYPE verified_how AS ENUM ('medium', 'cached', 'store');
CREATE TYPE part_checksum AS ENUM ('crc32c', 'md5');
CREATE TYPE job_state AS ENUM ('pending', 'running', 'completed', 'failed', 'cancelled');

CREATE TABLE users (
    id              UUID NOT NULL PRIMARY KEY,
    email           TEXT COLLATE "C" NOT NULL UNIQUE,
    password_hash   TEXT COLLATE "C",
    display_name    TEXT COLLATE "C",
    email_verified  BOOLEAN NOT NULL DEFAULT FALSE,
    is_admin        BOOLEAN NOT NULL DEFAULT FALSE,
    disabled_at     BIGINT,
    created_at      BIGINT NOT NULL
);

CREATE TABLE identities (
    issuer          TEXT COLLATE "C" NOT NULL,
    subject         TEXT COLLATE "C" NOT NULL,
    user_id         UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_user ON identities (user_id);

CREATE TABLE sessions (
    session_id      UUID NOT NULL PRIMARY KEY,
    user_id         UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client          TEXT COLLATE "C",
    by_password     BOOLEAN NOT NULL,
    created_at      BIGINT NOT NULL,
    last_seen_at    BIGINT NOT NULL,
    revoked_at      BIGINT
);
CREATE INDEX sessions_user ON sessions (user_id, created_at);

CREATE TABLE refresh_tokens (
    token_hash      BYTEA NOT NULL PRIMARY KEY,
    session_id      UUID NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    used_at         BIGINT,
    successor_hash  BYTEA,
    successor_kid   TEXT COLLATE "C",
    successor_presented_at BIGINT
);
CREATE UNIQUE INDEX refresh_tokens_one_unused ON refresh_tokens (session_id) WHERE used_at IS NULL;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id, created_at);
CREATE INDEX refresh_tokens_successor ON refresh_tokens (successor_hash);

CREATE TABLE libraries (
    library_id      UUID NOT NULL PRIMARY KEY,
    owner_id        UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    event_seq       BIGINT NOT NULL DEFAULT 0,
    quota_bytes     BIGINT,
    created_at      BIGINT NOT NULL
);
CREATE INDEX libraries_owner ON libraries (owner_id);

CREATE TABLE library_counts (
    library_id      UUID NOT NULL REFERENCES libraries (library_id) ON DELETE CASCADE,
    state           video_state NOT NULL,
    videos          BIGINT NOT NULL,
    bytes           BIGINT NOT NULL,
    PRIMARY KEY (library_id, state)
);

CREATE TABLE access_tokens (
    token_id        UUID NOT NULL PRIMARY KEY,
    user_id         UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash      BYTEA NOT NULL UNIQUE,
    name            TEXT COLLATE "C" NOT NULL,
    scopes          TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    last_used_at    BIGINT,
    expires_at      BIGINT,
    revoked_at      BIGINT
);
CREATE INDEX access_tokens_user ON access_tokens (user_id, created_at);

CREATE TABLE idempotency_keys (
    user_id         UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    idempotency_key TEXT COLLATE "C" NOT NULL,
    route           TEXT COLLATE "C" NOT NULL,
    body_hash       BYTEA NOT NULL,
    row_id          UUID NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, idempotency_key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE videos (
    video_id        UUID NOT NULL PRIMARY KEY,
    library_id      UUID NOT NULL REFERENCES libraries (library_id),
    user_id         UUID NOT NULL REFERENCES users (id),
    access_token_id UUID REFERENCES access_tokens (token_id) ON DELETE SET NULL,
    kind            video_kind NOT NULL,
    title           TEXT COLLATE "C",
    title_fold      TEXT COLLATE "C" NOT NULL,
    description     TEXT,
    filename        TEXT COLLATE "C" NOT NULL,
    filename_fold   TEXT COLLATE "C" NOT NULL,
    mime_type       TEXT COLLATE "C" NOT NULL,
    size_bytes      BIGINT,
    held_bytes      BIGINT NOT NULL, -- what it adds to `library_counts`: promised or stored, nothing once both are gone
    blake3          BYTEA,
    duration_ms     BIGINT,
    width           BIGINT,
    height          BIGINT,
    rotation        BIGINT,
    frame_rate      DOUBLE PRECISION,
    video_codec     TEXT COLLATE "C",
    audio_codec     TEXT COLLATE "C",
    camera          TEXT COLLATE "C",
    camera_fold     TEXT COLLATE "C" NOT NULL DEFAULT '',
    captured_at     BIGINT,
    media           TEXT, -- JSON: what else the probe found
    state           video_state NOT NULL,
    state_before    video_state,
    error_text      TEXT,
    damaged         BOOLEAN NOT NULL DEFAULT FALSE,
    damaged_accepted BOOLEAN NOT NULL DEFAULT FALSE,
    quarantined_at  BIGINT,
    purging_at      BIGINT,
    replaces        UUID,
    version         BIGINT NOT NULL DEFAULT 1,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    indexed_at      BIGINT,
    deleted_at      BIGINT,
    sort_captured   BIGINT NOT NULL GENERATED ALWAYS AS (COALESCE(captured_at, -9223372036854775807)) STORED,
    sort_size       BIGINT NOT NULL GENERATED ALWAYS AS (COALESCE(size_bytes, -1)) STORED,
    sort_duration   BIGINT NOT NULL GENERATED ALWAYS AS (COALESCE(duration_ms, -1)) STORED,
    CHECK ((state = 'deleted') = (deleted_at IS NOT NULL)),
    CHECK ((state = 'deleted') = (state_before IS NOT NULL))
);
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
    object_id       UUID NOT NULL PRIMARY KEY,
    video_id        UUID NOT NULL REFERENCES videos (video_id) ON DELETE CASCADE,
    store           TEXT COLLATE "C" NOT NULL,
    object_key      TEXT COLLATE "C" NOT NULL,
    etag            TEXT COLLATE "C",
    size_bytes      BIGINT NOT NULL,
    part_size       BIGINT,
    subtrees        BYTEA, -- 32 bytes a part, in order
    verified_at     BIGINT,
    verified_how    verified_how,
    claimed_at      BIGINT,
    created_at      BIGINT NOT NULL,
    UNIQUE (video_id, store),
    UNIQUE (store, object_key)
);

CREATE TABLE ingests (
    ingest_id       UUID NOT NULL PRIMARY KEY,
    library_id      UUID NOT NULL REFERENCES libraries (library_id),
    user_id         UUID NOT NULL REFERENCES users (id),
    source          TEXT COLLATE "C" NOT NULL,
    root_name       TEXT COLLATE "C",
    host            TEXT COLLATE "C",
    started_at      BIGINT NOT NULL,
    finished_at     BIGINT,
    expected_files  BIGINT,
    expected_bytes  BIGINT
);
CREATE INDEX ingests_by_start ON ingests (library_id, started_at, ingest_id);
CREATE INDEX ingests_by_source ON ingests (library_id, source, started_at, ingest_id);

CREATE TABLE locations (
    location_id     UUID NOT NULL PRIMARY KEY,
    ingest_id       UUID NOT NULL REFERENCES ingests (ingest_id) ON DELETE CASCADE,
    video_id        UUID NOT NULL REFERENCES videos (video_id) ON DELETE CASCADE,
    path            TEXT COLLATE "C" NOT NULL,
    path_raw        BYTEA, -- the exact bytes, where they are not UTF-8
    path_hash       BYTEA NOT NULL, -- of the exact bytes: paths are longer than index entries may be
    path_sort       TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (substr(path, 1, 400)) STORED,
    filename        TEXT COLLATE "C" NOT NULL,
    mtime           BIGINT,
    created_at      BIGINT NOT NULL,
    superseded_at   BIGINT
);
CREATE UNIQUE INDEX locations_one_per_path ON locations (ingest_id, path_hash) WHERE superseded_at IS NULL;
CREATE INDEX locations_by_path ON locations (ingest_id, path_sort, location_id);
CREATE INDEX locations_video ON locations (video_id, created_at, location_id);

CREATE TABLE uploads (
    upload_id       UUID NOT NULL PRIMARY KEY,
    video_id        UUID NOT NULL REFERENCES videos (video_id) ON DELETE CASCADE,
    library_id      UUID NOT NULL REFERENCES libraries (library_id),
    store_upload_id TEXT COLLATE "C", -- none for one PUT
    multipart       BOOLEAN NOT NULL, -- which shapes the client speaks
    part_size       BIGINT,
    part_count      BIGINT,
    part_checksum   part_checksum,
    expected_blake3 BYTEA, -- as the client promised at init
    epoch           BIGINT NOT NULL DEFAULT 1,
    adopted_by      UUID,
    bytes_received  BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    last_progress_at BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    purging_at      BIGINT,
    closed_at       BIGINT
);
CREATE UNIQUE INDEX uploads_one_open ON uploads (video_id) WHERE closed_at IS NULL;
CREATE INDEX uploads_video ON uploads (video_id);
CREATE INDEX uploads_open ON uploads (library_id, created_at, upload_id) WHERE closed_at IS NULL;
CREATE INDEX uploads_expiry ON uploads (expires_at) WHERE closed_at IS NULL;

CREATE TABLE upload_parts (
    upload_id       UUID NOT NULL REFERENCES uploads (upload_id) ON DELETE CASCADE,
    part_number     BIGINT NOT NULL,
    checksum        TEXT COLLATE "C" NOT NULL,
    size_bytes      BIGINT NOT NULL,
    signed_at       BIGINT NOT NULL,
    etag            TEXT COLLATE "C",
    acknowledged_at BIGINT,
    PRIMARY KEY (upload_id, part_number, checksum)
);

CREATE TABLE tags (
    tag_id          UUID NOT NULL PRIMARY KEY,
    library_id      UUID NOT NULL REFERENCES libraries (library_id) ON DELETE CASCADE,
    name_fold       TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    UNIQUE (library_id, name_fold)
);

CREATE TABLE video_tags (
    video_id        UUID NOT NULL REFERENCES videos (video_id) ON DELETE CASCADE,
    tag_id          UUID NOT NULL REFERENCES tags (tag_id) ON DELETE CASCADE,
    PRIMARY KEY (video_id, tag_id)
);
CREATE INDEX video_tags_tag ON video_tags (tag_id, video_id);

CREATE TABLE captions (
    video_id        UUID NOT NULL REFERENCES videos (video_id) ON DELETE CASCADE,
    language        TEXT COLLATE "C" NOT NULL,
    line            BIGINT NOT NULL,
    start_ms        BIGINT NOT NULL,
    end_ms          BIGINT NOT NULL,
    text            TEXT NOT NULL,
    PRIMARY KEY (video_id, language, line)
);

CREATE TABLE jobs (
    job_id          UUID NOT NULL PRIMARY KEY,
    video_id        UUID NOT NULL REFERENCES videos (video_id) ON DELETE CASCADE,
    stage           TEXT COLLATE "C" NOT NULL,
    version         BIGINT NOT NULL,
    state           job_state NOT NULL,
    progress        DOUBLE PRECISION NOT NULL DEFAULT 0,
    attempt         BIGINT NOT NULL DEFAULT 0,
    run_at          BIGINT NOT NULL,
    lease_until     BIGINT,
    worker          TEXT COLLATE "C",
    priority        BIGINT NOT NULL DEFAULT 0,
    error_text      TEXT,
    metadata        TEXT, -- JSON
    created_at      BIGINT NOT NULL,
    started_at      BIGINT,
    finished_at     BIGINT
);
CREATE UNIQUE INDEX jobs_one_open ON jobs (video_id, stage, version) WHERE state IN ('pending', 'running');
CREATE INDEX jobs_video ON jobs (video_id, created_at, job_id);
CREATE INDEX jobs_pending ON jobs (priority, run_at, job_id) WHERE state = 'pending';
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';

CREATE TABLE events (
    library_id      UUID NOT NULL REFERENCES libraries (library_id) ON DELETE CASCADE,
    seq             BIGINT NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    video_id        UUID,
    payload         TEXT NOT NULL, -- JSON, without URLs
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (library_id, seq)
);
CREATE INDEX events_age ON events (created_at);

CREATE TABLE server_keys (
    purpose         TEXT COLLATE "C" NOT NULL,
    kid             TEXT COLLATE "C" NOT NULL,
    secret          BYTEA NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (purpose, kid)
);

CREATE TABLE settings (
    name            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value           TEXT COLLATE "C" NOT NULL
);

CREATE TABLE leases (
    name            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder          TEXT COLLATE "C" NOT NULL,
    held_until      BIGINT NOT NULL
);
