-- What a list shows of the last reply, and of the last message where it is a note: its author, and after a line feed its
-- first words. The follow-up fills them.
ALTER TABLE tickets ADD COLUMN last_reply TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN last_note TEXT NOT NULL DEFAULT '';

-- Whether a user has written on a ticket, and what a user has written.
CREATE INDEX messages_of_author ON messages (author, ticket_id);

-- What waits for a webhook that was removed, or was given up, has no receiver any more.
UPDATE deliveries SET state = 'dropped', finished_at = unixepoch() * 1000, begun_at = NULL, payload = '{}'
    WHERE channel = 'webhook' AND state IN ('waiting', 'dead')
        AND CAST(target AS INTEGER) NOT IN (SELECT webhook_id FROM webhooks);

-- Events are deleted below: what webhooks were not sent yet is queued for them, as the server does it.
INSERT INTO deliveries
    (channel, key, target, payload, summary, keeps_payload, state, created_at, due_at, ticket_id)
SELECT 'webhook', message_id, webhook_id,
    json_object('message_id', message_id, 'kind', kind, 'seq', seq, 'body', '' || json_object(
        'type', kind,
        'timestamp', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'),
        'data', json_object('seq', seq, 'ticket', payload -> '$.ticket', 'message', payload -> '$.message',
            'record', payload -> '$.record'))),
    kind || ' ' || seq, 0, 'waiting', unixepoch() * 1000, unixepoch() * 1000, payload ->> '$.ticket.ticket_id'
FROM (
    SELECT webhooks.webhook_id, events.*, printf('msg_%s_%d_%x', webhooks.key, events.seq, events.created_at) AS message_id
    FROM webhooks JOIN events ON events.seq > webhooks.after_seq
    WHERE webhooks.enabled AND events.reach <> 'named'
        AND (webhooks.kinds = '[]' OR events.kind IN (SELECT value FROM json_each(webhooks.kinds)))
        AND (webhooks.with_notes OR json_extract(events.payload, '$.message.kind') IS NOT 'note')
    ORDER BY events.seq, webhooks.webhook_id)
WHERE true ON CONFLICT (key) DO NOTHING;

-- The tickets of events have what lists show of the last message; and those for customers no tags and no assignee,
-- which are the team's. Readers start from a snapshot, also those that had the last event.
DELETE FROM event_readers;
DELETE FROM events;
UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'events' AND seq > 0;
