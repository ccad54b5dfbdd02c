-- What the daemon remembers. Nobody used the first version's table of waiting files: it is made anew.

-- The TOML file that declares the watch; null where a command added it.
ALTER TABLE watches ADD COLUMN declared_in BLOB;
-- Null: not paused. The largest number: until somebody resumes it.
ALTER TABLE watches ADD COLUMN paused_until INTEGER;
-- The file system that the root was on when it was first looked through: another one there later is not the same card.
ALTER TABLE watches ADD COLUMN fs_id TEXT;
ALTER TABLE watches ADD COLUMN first_scan_at INTEGER;

CREATE UNIQUE INDEX watches_in_use ON watches (profile, root) WHERE removed_at IS NULL;

-- Files that were there before a watch that leaves existing files alone, in the state that they had then.
CREATE TABLE passed_over (
    watch INTEGER NOT NULL REFERENCES watches (id) ON DELETE CASCADE,
    fs_id TEXT NOT NULL,
    path BLOB NOT NULL,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,
    ctime INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    PRIMARY KEY (watch, fs_id, path)
) STRICT, WITHOUT ROWID;

DROP TABLE queue;

-- Files that wait to be sent; a row is a wish, a row of `uploads` is an observation.
CREATE TABLE queue (
    id INTEGER PRIMARY KEY,
    watch INTEGER REFERENCES watches (id) ON DELETE SET NULL,
    profile TEXT NOT NULL,
    -- Absolute, as it was seen.
    path BLOB NOT NULL,
    -- In the watch's root; the name, of a file that is sent alone.
    relative BLOB NOT NULL,
    lane TEXT NOT NULL CHECK (lane IN ('interactive', 'watch', 'bulk')),
    -- The state that was found finished.
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,
    ctime INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    -- JSON.
    options TEXT NOT NULL,
    -- Moved by a person: lower ones go first.
    place INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    run_at INTEGER NOT NULL,
    error_text TEXT,
    error_hint TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'failed', 'cancelled')),
    added_at INTEGER NOT NULL,
    UNIQUE (profile, path)
) STRICT;

CREATE INDEX queue_watch ON queue (watch);

-- What is stored of each path, in its last version: an edited file replaces it, the same state is not looked at again.
CREATE TABLE kept (
    profile TEXT NOT NULL,
    fs_id TEXT NOT NULL,
    path BLOB NOT NULL,
    shown_path BLOB NOT NULL,
    watch INTEGER REFERENCES watches (id) ON DELETE SET NULL,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,
    ctime INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    blake3 BLOB NOT NULL CHECK (length(blake3) = 32),
    video_id BLOB NOT NULL,
    stored_at INTEGER NOT NULL,
    verified_at INTEGER,
    -- What is still to be done with the file itself.
    after TEXT CHECK (after IN ('trash')),
    PRIMARY KEY (profile, fs_id, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX kept_watch ON kept (watch);
CREATE INDEX kept_after ON kept (after) WHERE after IS NOT NULL;

-- A file under a new name is found by its number.
CREATE INDEX files_inode ON files (fs_id, inode);

-- What must outlive a restart and belongs to no file: that everything is paused, until when.
CREATE TABLE daemon_state (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
