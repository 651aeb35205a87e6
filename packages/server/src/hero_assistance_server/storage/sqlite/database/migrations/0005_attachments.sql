-- Files on messages and on the texts of tickets. The bytes are next to the database, in a file named by their SHA-256.

CREATE TABLE attachments (
    attachment_id  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sha256         TEXT NOT NULL CHECK (length(sha256) = 64),
    name           TEXT NOT NULL,
    size           INTEGER NOT NULL CHECK (size >= 0),
    type           TEXT NOT NULL,
    width          INTEGER,
    height         INTEGER,
    uploader       TEXT NOT NULL REFERENCES users (user_id),
    uploaded_at    INTEGER NOT NULL,
    -- 0 while only its uploader sees it.
    used           INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1))
) STRICT;

CREATE INDEX attachments_by_content ON attachments (sha256);
CREATE INDEX attachments_unused ON attachments (uploaded_at) WHERE used = 0;
CREATE INDEX attachments_waiting ON attachments (uploader) WHERE used = 0;

-- Where an attachment is shown; one of a ticket that was merged is on two.
CREATE TABLE attachment_uses (
    attachment_id  INTEGER NOT NULL REFERENCES attachments (attachment_id),
    ticket_id      INTEGER REFERENCES tickets (ticket_id),
    message_id     INTEGER REFERENCES messages (message_id),
    CHECK ((ticket_id IS NULL) <> (message_id IS NULL))
) STRICT;

CREATE UNIQUE INDEX attachment_uses_once ON attachment_uses (attachment_id, ticket_id, message_id);

-- What a row shows of its attachments: they never change, so that a list needs no second look.
ALTER TABLE tickets ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(attachments));
ALTER TABLE messages ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(attachments));
