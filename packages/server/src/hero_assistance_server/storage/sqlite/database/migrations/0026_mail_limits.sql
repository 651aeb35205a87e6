-- Which mails still have their bytes, so that old ones are found without a look at all of them.
ALTER TABLE incoming_mails ADD COLUMN has_bytes INTEGER NOT NULL DEFAULT 1 CHECK (has_bytes IN (0, 1));
UPDATE incoming_mails SET has_bytes = 0 WHERE mail_id NOT IN (SELECT mail_id FROM incoming_mail_bytes);
CREATE INDEX incoming_mails_with_old_bytes ON incoming_mails (received_at)
    WHERE has_bytes = 1 AND state IN ('filed', 'ignored');

-- How many bytes the mails in each state have, next to how many mails: what is quarantined is bounded in both.
ALTER TABLE incoming_mail_counts ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
DELETE FROM incoming_mail_counts;
INSERT INTO incoming_mail_counts (state, mails, bytes)
    SELECT state, count(*), sum(size) FROM incoming_mails GROUP BY state;

DROP TRIGGER incoming_mails_added;
CREATE TRIGGER incoming_mails_added AFTER INSERT ON incoming_mails BEGIN
    INSERT INTO incoming_mail_counts (state, mails, bytes) VALUES (NEW.state, 1, NEW.size)
        ON CONFLICT (state) DO UPDATE SET mails = mails + 1, bytes = bytes + NEW.size;
END;

DROP TRIGGER incoming_mails_moved;
CREATE TRIGGER incoming_mails_moved AFTER UPDATE OF state ON incoming_mails WHEN OLD.state <> NEW.state BEGIN
    UPDATE incoming_mail_counts SET mails = mails - 1, bytes = bytes - OLD.size WHERE state = OLD.state;
    INSERT INTO incoming_mail_counts (state, mails, bytes) VALUES (NEW.state, 1, NEW.size)
        ON CONFLICT (state) DO UPDATE SET mails = mails + 1, bytes = bytes + NEW.size;
END;

CREATE TRIGGER incoming_mails_deleted AFTER DELETE ON incoming_mails BEGIN
    UPDATE incoming_mail_counts SET mails = mails - 1, bytes = bytes - OLD.size WHERE state = OLD.state;
END;

-- How often mails did what is limited, such as making a customer, in each span of some minutes.
CREATE TABLE mail_uses (
    usage  TEXT NOT NULL,
    span   INTEGER NOT NULL,
    uses   INTEGER NOT NULL,
    PRIMARY KEY (usage, span)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_uses_by_span ON mail_uses (span);

-- Whether a letter told a note, which an answer to it may quote; NULL where that is not known.
ALTER TABLE mail_message_ids ADD COLUMN has_note INTEGER CHECK (has_note IN (0, 1));
