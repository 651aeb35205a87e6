-- What is remembered for a retry is forgotten when no retry is to come. What there is now counts as of today.
ALTER TABLE client_tokens ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
UPDATE client_tokens SET created_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
CREATE INDEX client_tokens_by_time ON client_tokens (created_at);
