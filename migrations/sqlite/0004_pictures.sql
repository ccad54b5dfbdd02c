-- Pictures of videos, and jobs that know whose they are: so that one library's many do not hold up another's few.
ALTER TABLE videos ADD COLUMN poster_bytes INTEGER; -- none: there is no poster
ALTER TABLE videos ADD COLUMN contact_sheet_bytes INTEGER;
ALTER TABLE jobs ADD COLUMN library_id BLOB;
UPDATE jobs SET library_id = (SELECT v.library_id FROM videos v WHERE v.video_id = jobs.video_id);
CREATE INDEX jobs_turns ON jobs (priority, library_id, run_at, job_id) WHERE state = 'pending';
