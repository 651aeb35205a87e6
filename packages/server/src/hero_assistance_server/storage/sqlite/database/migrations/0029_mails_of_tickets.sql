-- Which messages of a ticket came by mail, and whether a mail has a form in HTML.

ALTER TABLE incoming_mails ADD COLUMN has_html INTEGER NOT NULL DEFAULT 0 CHECK (has_html IN (0, 1));
CREATE INDEX incoming_mails_by_message ON incoming_mails (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX incoming_mails_by_ticket ON incoming_mails (ticket_id, message_id) WHERE ticket_id IS NOT NULL;

-- The bytes that are still stored of the mails in each state; the triggers keep it true.
CREATE TABLE stored_mail_bytes (
    state  TEXT NOT NULL PRIMARY KEY,
    bytes  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO stored_mail_bytes SELECT state, sum(size) FROM incoming_mails WHERE has_bytes = 1 GROUP BY state;

CREATE TRIGGER mail_bytes_stored AFTER INSERT ON incoming_mails WHEN NEW.has_bytes = 1 BEGIN
    INSERT INTO stored_mail_bytes VALUES (NEW.state, NEW.size) ON CONFLICT (state) DO UPDATE SET bytes = bytes + NEW.size;
END;

CREATE TRIGGER mail_bytes_changed AFTER UPDATE OF state, size, has_bytes ON incoming_mails
WHEN OLD.state <> NEW.state OR OLD.size <> NEW.size OR OLD.has_bytes <> NEW.has_bytes BEGIN
    UPDATE stored_mail_bytes SET bytes = bytes - OLD.size * OLD.has_bytes WHERE state = OLD.state;
    INSERT INTO stored_mail_bytes VALUES (NEW.state, NEW.size * NEW.has_bytes)
        ON CONFLICT (state) DO UPDATE SET bytes = bytes + NEW.size * NEW.has_bytes;
END;

CREATE TRIGGER mail_bytes_deleted AFTER DELETE ON incoming_mails WHEN OLD.has_bytes = 1 BEGIN
    UPDATE stored_mail_bytes SET bytes = bytes - OLD.size WHERE state = OLD.state;
END;

-- The oldest of each state.
DROP INDEX incoming_mails_with_old_bytes;
CREATE INDEX incoming_mails_with_old_bytes ON incoming_mails (state, received_at)
    WHERE has_bytes = 1 AND state IN ('filed', 'ignored');
