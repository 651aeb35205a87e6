-- A reply is a message to the customer; a stored text is a canned reply, under one name in tables, events and calls.
ALTER TABLE canned_replies RENAME COLUMN reply_id TO canned_reply_id;

UPDATE events SET kind = 'canned_reply.saved', payload = json_set(
    json_remove(payload, '$.record.reply_id'),
    '$.kind', 'canned_reply.saved',
    '$.record.noun', 'canned_reply',
    '$.record.canned_reply_id', json_extract(payload, '$.record.reply_id'))
WHERE kind = 'reply.saved';

UPDATE events SET kind = 'canned_reply.deleted', payload = json_set(
    payload, '$.kind', 'canned_reply.deleted', '$.record.of', 'canned_reply')
WHERE kind = 'reply.deleted';

-- The audit trail is append-only: it keeps the actions under the names that they had.
