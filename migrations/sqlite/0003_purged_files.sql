-- Files of ingests whose videos were thrown away for good: what a card lacks is named, not only counted. One is forgotten
-- when its path has bytes again.

CREATE TABLE purged_files (
    location_id     BLOB    NOT NULL PRIMARY KEY,
    ingest_id       BLOB    NOT NULL REFERENCES ingests (ingest_id) ON DELETE CASCADE,
    video_id        BLOB    NOT NULL, -- there is none of it any more
    path            TEXT    NOT NULL,
    path_raw        BLOB, -- the exact bytes, where they are not UTF-8
    path_hash       BLOB    NOT NULL, -- of the exact bytes
    path_sort       TEXT    NOT NULL GENERATED ALWAYS AS (substr(path, 1, 400)) STORED,
    filename        TEXT    NOT NULL,
    mtime           INTEGER,
    size_bytes      INTEGER,
    blake3          BLOB,
    purged_at       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX purged_files_one_per_path ON purged_files (ingest_id, path_hash);
CREATE INDEX purged_files_by_path ON purged_files (ingest_id, path_sort, location_id);
