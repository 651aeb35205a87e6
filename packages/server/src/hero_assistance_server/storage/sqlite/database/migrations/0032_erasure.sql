-- Tickets that were deleted: their ids, and those of their messages, are given to no others.
CREATE TABLE deleted_tickets (
    ticket_id        INTEGER NOT NULL PRIMARY KEY,
    last_message_id  INTEGER NOT NULL,
    deleted_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX deleted_tickets_by_message ON deleted_tickets (last_message_id);

-- What refers to a ticket or a message is found without a look at every row.
CREATE INDEX tickets_merged_into ON tickets (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX tickets_split_from ON tickets (split_from) WHERE split_from IS NOT NULL;
CREATE INDEX messages_read_on ON messages (read_on) WHERE read_on IS NOT NULL;
CREATE INDEX attachment_uses_of_ticket ON attachment_uses (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX attachment_uses_of_message ON attachment_uses (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX audit_of_message ON audit (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX muted_tickets_of_ticket ON muted_tickets (ticket_id);
CREATE INDEX pending_notifications_of_ticket ON pending_notifications (ticket_id);
CREATE INDEX pending_notifications_of_message ON pending_notifications (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX pending_notifications_of_actor ON pending_notifications (actor) WHERE actor IS NOT NULL;
CREATE INDEX mail_message_ids_of_message ON mail_message_ids (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX attachments_of_uploader ON attachments (uploader);
CREATE INDEX audit_of_attachment ON audit (detail ->> '$.attachment') WHERE action GLOB 'attachment.*';
