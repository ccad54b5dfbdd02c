-- What was stored is found by its bytes: a video that failed since is not sent again.
CREATE INDEX uploads_stored ON uploads (profile, blake3) WHERE state = 'stored';
