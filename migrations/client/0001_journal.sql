-- What this machine has observed of every upload. Times are microseconds since 1970, UTC; hashes are 32 bytes.
-- Paths are the bytes that the file system has, within the file system that `fs_id` names.

-- A file that was hashed, so that it need not be again while size, times and inode are the same.
CREATE TABLE files (
    fs_id TEXT NOT NULL,
    path BLOB NOT NULL,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,
    ctime INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    blake3 BLOB CHECK (length(blake3) = 32),
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (fs_id, path)
) STRICT, WITHOUT ROWID;

-- One attempt to bring a file to a server. The idempotency key is written before it is first sent.
CREATE TABLE uploads (
    id INTEGER PRIMARY KEY,
    profile TEXT NOT NULL,
    fs_id TEXT NOT NULL,
    path BLOB NOT NULL,
    -- Where a person would look for it, when it was last seen.
    shown_path BLOB NOT NULL,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,
    ctime INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    -- Null where somebody else's upload was taken over.
    idempotency_key TEXT UNIQUE,
    video_id BLOB,
    upload_id BLOB,
    epoch INTEGER,
    part_size INTEGER,
    part_checksum TEXT CHECK (part_checksum IN ('crc32c', 'md5')),
    ingest_id BLOB,
    -- Set when the completion was first asked for: the hash that it carries.
    blake3 BLOB CHECK (length(blake3) = 32),
    started_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'open', 'completing', 'stored', 'ended')),
    CHECK (state <> 'asked' OR idempotency_key IS NOT NULL),
    CHECK (state = 'asked' OR state = 'ended' OR
        (video_id IS NOT NULL AND upload_id IS NOT NULL AND epoch IS NOT NULL
            AND part_size IS NOT NULL AND part_checksum IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX uploads_unfinished ON uploads (profile, fs_id, path)
    WHERE state IN ('asked', 'open', 'completing');
CREATE INDEX uploads_video ON uploads (video_id);
-- What is forgotten after a while.
CREATE INDEX uploads_finished ON uploads (seen_at) WHERE state IN ('stored', 'ended');

-- A part that the store acknowledged.
CREATE TABLE parts (
    upload INTEGER NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 10000),
    crc32c INTEGER NOT NULL,
    checksum TEXT NOT NULL,
    subtree BLOB NOT NULL CHECK (length(subtree) = 32),
    etag TEXT NOT NULL,
    acknowledged_at INTEGER NOT NULL,
    PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;

-- A run over a card or folder: the same root and source goes on with the latest one.
CREATE TABLE ingests (
    ingest_id BLOB PRIMARY KEY,
    fs_id TEXT NOT NULL,
    root BLOB NOT NULL,
    profile TEXT NOT NULL,
    source TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX ingests_of_root ON ingests (profile, fs_id, root, source, started_at);

-- How fast a store took bytes, as last seen.
CREATE TABLE rates (
    store TEXT PRIMARY KEY,
    bytes_per_second INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The daemon's: folders under watch, files that wait, and what proves that a card may be wiped.
CREATE TABLE watches (
    id INTEGER PRIMARY KEY,
    profile TEXT NOT NULL,
    root BLOB NOT NULL,
    source TEXT NOT NULL,
    rules TEXT NOT NULL,
    ingest_id BLOB,
    created_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;

CREATE TABLE queue (
    id INTEGER PRIMARY KEY,
    watch INTEGER REFERENCES watches (id) ON DELETE SET NULL,
    profile TEXT NOT NULL,
    path BLOB NOT NULL,
    options TEXT NOT NULL,
    priority INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    run_at INTEGER NOT NULL,
    error_text TEXT,
    added_at INTEGER NOT NULL,
    UNIQUE (profile, path)
) STRICT;

CREATE TABLE receipts (
    id INTEGER PRIMARY KEY,
    profile TEXT NOT NULL,
    fs_id TEXT NOT NULL,
    root BLOB NOT NULL,
    ingest_id BLOB,
    body TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;
