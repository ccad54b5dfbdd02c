-- The index of the embedded store: what the manifests say, quick to look up, and the uploads that are open.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE objects (
    key          TEXT NOT NULL PRIMARY KEY,
    seq          INTEGER NOT NULL,
    manifest     TEXT NOT NULL,
    data         TEXT NOT NULL,
    size         INTEGER NOT NULL,
    etag         TEXT NOT NULL,
    content_type TEXT,
    upload_id    TEXT,
    modified_us  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE uploads (
    upload_id    TEXT NOT NULL PRIMARY KEY,
    key          TEXT NOT NULL,
    data         TEXT NOT NULL,
    content_type TEXT,
    checksum     TEXT,
    created_us   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX uploads_by_key ON uploads (key, upload_id);

-- Parts of objects and of open uploads alike: `data` names the directory they lie in. `start` is the place of the
-- part in its object; it is not known while the upload is open.
CREATE TABLE parts (
    data        TEXT NOT NULL,
    number      INTEGER NOT NULL,
    file        TEXT NOT NULL,
    start       INTEGER,
    size        INTEGER NOT NULL,
    crc32c      INTEGER NOT NULL,
    etag        TEXT NOT NULL,
    modified_us INTEGER NOT NULL,
    PRIMARY KEY (data, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX parts_by_start ON parts (data, start) WHERE start IS NOT NULL;

-- Files and directories that nothing names any more. A row is written in the transaction that makes it so and
-- goes when the file is gone.
CREATE TABLE trash (
    path     TEXT NOT NULL PRIMARY KEY,
    since_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
