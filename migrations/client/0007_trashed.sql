-- When a stored file was moved to the trash of this machine: who asks for it later is told where it is.
ALTER TABLE kept ADD COLUMN trashed_at INTEGER;
