-- Runs in which stored bytes are read and hashed again at somebody's request. What is still to be done of one are its
-- jobs; what came of it is kept here for a while, and the bytes count against the account's budget.

CREATE TYPE reread_outcome AS ENUM ('pending', 'equal', 'differs', 'missing', 'unreadable', 'not_counted');

CREATE TABLE rereads (
    reread_id       UUID NOT NULL PRIMARY KEY,
    library_id      UUID NOT NULL REFERENCES libraries (library_id) ON DELETE CASCADE,
    user_id         UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    bytes           BIGINT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX rereads_by_library ON rereads (library_id, created_at);
CREATE INDEX rereads_age ON rereads (created_at);

CREATE TABLE reread_videos (
    reread_id       UUID NOT NULL REFERENCES rereads (reread_id) ON DELETE CASCADE,
    place           BIGINT NOT NULL, -- in the request
    video_id        UUID NOT NULL, -- as asked for; there may be no such video, or none any more
    size_bytes      BIGINT NOT NULL,
    outcome         reread_outcome NOT NULL,
    verified_at     BIGINT,
    verified_how    verified_how,
    PRIMARY KEY (reread_id, place)
);
CREATE INDEX reread_videos_pending ON reread_videos (video_id) WHERE outcome = 'pending';
