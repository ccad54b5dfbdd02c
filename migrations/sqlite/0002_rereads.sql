-- Runs in which stored bytes are read and hashed again at somebody's request. What is still to be done of one are its
-- jobs; what came of it is kept here for a while, and the bytes count against the account's budget.

CREATE TABLE rereads (
    reread_id       BLOB    NOT NULL PRIMARY KEY,
    library_id      BLOB    NOT NULL REFERENCES libraries (library_id) ON DELETE CASCADE,
    user_id         BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    bytes           INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX rereads_by_library ON rereads (library_id, created_at);
CREATE INDEX rereads_age ON rereads (created_at);

CREATE TABLE reread_videos (
    reread_id       BLOB    NOT NULL REFERENCES rereads (reread_id) ON DELETE CASCADE,
    place           INTEGER NOT NULL, -- in the request
    video_id        BLOB    NOT NULL, -- as asked for; there may be no such video, or none any more
    size_bytes      INTEGER NOT NULL,
    outcome         TEXT    NOT NULL
        CHECK (outcome IN ('pending', 'equal', 'differs', 'missing', 'unreadable', 'not_counted')),
    verified_at     INTEGER,
    verified_how    TEXT CHECK (verified_how IN ('medium', 'cached', 'store')),
    PRIMARY KEY (reread_id, place)
) STRICT;
CREATE INDEX reread_videos_pending ON reread_videos (video_id) WHERE outcome = 'pending';
