-- A file that was left alone is left alone under another name too: it is found by its number.
CREATE INDEX passed_over_inode ON passed_over (watch, fs_id, inode);
