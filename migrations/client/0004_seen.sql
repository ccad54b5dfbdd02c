-- The beginning of a library's list as it was last seen, to be shown while its server is away. One row an account: whose
-- it is not, it is not shown to; nothing in it grants access.
CREATE TABLE seen_libraries (
    server TEXT NOT NULL,
    account TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    -- How many videos there were in all, or at least.
    total INTEGER NOT NULL,
    is_lower_bound INTEGER NOT NULL CHECK (is_lower_bound IN (0, 1)),
    -- JSON: the newest videos, as the server's list has them.
    videos TEXT NOT NULL,
    PRIMARY KEY (server, account)
) STRICT, WITHOUT ROWID;
