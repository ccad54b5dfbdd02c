-- Files of an ingest that were named one by one and did not come: its server knows how many, this machine knows which.
CREATE TABLE absent (
    ingest_id BLOB NOT NULL,
    -- Within the folder of the ingest.
    path BLOB NOT NULL,
    PRIMARY KEY (ingest_id, path)
) STRICT, WITHOUT ROWID;
