-- What agents write under their replies.
ALTER TABLE users ADD COLUMN signature TEXT NOT NULL DEFAULT '';
