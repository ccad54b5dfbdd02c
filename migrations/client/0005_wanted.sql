-- Files under watch that a person handed over before they were finished, and what was said of them: once a file is
-- finished it goes before all others, with that. Whoever queues it takes its row out.
CREATE TABLE wanted (
    -- Absolute, as it was named.
    path BLOB PRIMARY KEY,
    -- JSON.
    texts TEXT NOT NULL
) STRICT, WITHOUT ROWID;
