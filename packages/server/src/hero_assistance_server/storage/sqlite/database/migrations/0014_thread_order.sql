-- A thread is in the order of the times of its messages, and of their ids: the last column of an index is the row's id.
DROP INDEX messages_of_ticket;
CREATE INDEX messages_of_ticket ON messages (ticket_id, created_at);

-- Of a message that was moved, the ticket whose receipts say who has read it; NULL where it was written.
ALTER TABLE messages ADD COLUMN read_on INTEGER REFERENCES tickets (ticket_id);
-- The text of a merged ticket: read by everybody who has opened that ticket.
ALTER TABLE messages ADD COLUMN opening INTEGER NOT NULL DEFAULT 0 CHECK (opening IN (0, 1));
CREATE INDEX messages_moved ON messages (ticket_id, read_on) WHERE read_on IS NOT NULL;

-- The last message as agents see the thread. The id of a merged ticket's text says nothing of its place in the thread.
ALTER TABLE tickets RENAME COLUMN last_note_id TO last_message_id;
UPDATE tickets SET last_message_id = last_reply_id WHERE last_message_id < last_reply_id;

-- The texts of tickets that were merged before get their own time, and stay unread where they were.
UPDATE messages SET created_at = merged.at, read_on = merged.source, opening = 1
FROM (
    SELECT audit.message_id, tickets.ticket_id AS source, tickets.created_at AS at
    FROM audit JOIN tickets ON tickets.ticket_id = CAST(json_extract(audit.detail, '$.from') AS INTEGER)
    WHERE audit.action = 'ticket.merged' AND audit.message_id IS NOT NULL
) AS merged WHERE messages.message_id = merged.message_id AND messages.ticket_id <> merged.source;

INSERT OR IGNORE INTO reads (user_id, ticket_id, message_id, at)
    SELECT reads.user_id, messages.read_on, 0, reads.at FROM messages
    JOIN reads ON reads.ticket_id = messages.ticket_id AND reads.message_id >= messages.message_id
    WHERE messages.opening = 1;
UPDATE reads SET message_id = coalesce((SELECT message_id FROM messages WHERE messages.ticket_id = reads.ticket_id
    AND messages.message_id <= reads.message_id ORDER BY created_at DESC, message_id DESC LIMIT 1), 0)
WHERE ticket_id IN (SELECT ticket_id FROM messages WHERE opening = 1);

UPDATE tickets SET
    last_reply_id = coalesce((SELECT message_id FROM messages WHERE messages.ticket_id = tickets.ticket_id
        AND kind = 'reply' ORDER BY messages.created_at DESC, message_id DESC LIMIT 1), 0),
    last_message_id = coalesce((SELECT message_id FROM messages WHERE messages.ticket_id = tickets.ticket_id
        ORDER BY messages.created_at DESC, message_id DESC LIMIT 1), 0)
WHERE ticket_id IN (SELECT ticket_id FROM messages WHERE opening = 1);

-- A merged ticket that was reopened could never be merged again, nor closed by its merge.
UPDATE tickets SET merged_into = NULL WHERE merged_into IS NOT NULL AND status <> 'closed';
