-- What a list shows of the last reply, and of the last message where it is a note: its author, and after a line feed its
-- first words. The follow-up fills them.
ALTER TABLE tickets ADD COLUMN last_reply TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN last_note TEXT NOT NULL DEFAULT '';

-- Whether a user has written on a ticket, and what a user has written.
CREATE INDEX messages_of_author ON messages (author, ticket_id);

-- The tickets of events have what lists show of the last message; and those for customers no tags and no assignee,
-- which are the team's. Readers start from a snapshot, also those that had the last event.
DELETE FROM event_readers;
DELETE FROM events;
UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'events' AND seq > 0;
