-- Which messages of a ticket came by mail, and whether a mail has a form in HTML.

ALTER TABLE incoming_mails ADD COLUMN has_html INTEGER NOT NULL DEFAULT 0 CHECK (has_html IN (0, 1));
CREATE INDEX incoming_mails_by_message ON incoming_mails (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX incoming_mails_by_ticket ON incoming_mails (ticket_id, message_id) WHERE ticket_id IS NOT NULL;
