-- Files of ingests whose videos were thrown away for good: what a card lacks is named, not only counted. One is forgotten
-- when its path has bytes again.

CREATE TABLE purged_files (
    location_id     UUID NOT NULL PRIMARY KEY,
    ingest_id       UUID NOT NULL REFERENCES ingests (ingest_id) ON DELETE CASCADE,
    video_id        UUID NOT NULL, -- there is none of it any more
    path            TEXT COLLATE "C" NOT NULL,
    path_raw        BYTEA, -- the exact bytes, where they are not UTF-8
    path_hash       BYTEA NOT NULL, -- of the exact bytes
    path_sort       TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (substr(path, 1, 400)) STORED,
    filename        TEXT COLLATE "C" NOT NULL,
    mtime           BIGINT,
    size_bytes      BIGINT,
    blake3          BYTEA,
    purged_at       BIGINT NOT NULL
);
CREATE UNIQUE INDEX purged_files_one_per_path ON purged_files (ingest_id, path_hash);
CREATE INDEX purged_files_by_path ON purged_files (ingest_id, path_sort, location_id);
