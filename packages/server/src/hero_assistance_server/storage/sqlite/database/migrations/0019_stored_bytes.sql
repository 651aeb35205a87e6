-- What the files of each uploader take, and those of the project, where two with the same bytes are one file.
-- The triggers keep it true for every statement that adds, deletes or hands over an attachment.

CREATE TABLE stored_bytes (
    -- `project`, or `user:` and an id.
    scope  TEXT NOT NULL PRIMARY KEY,
    bytes  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO stored_bytes SELECT 'user:' || uploader, sum(size) FROM attachments GROUP BY uploader;
INSERT INTO stored_bytes
    SELECT 'project', sum(size) FROM (SELECT max(size) AS size FROM attachments GROUP BY sha256) HAVING count(*) > 0;

CREATE TRIGGER attachments_added AFTER INSERT ON attachments BEGIN
    INSERT INTO stored_bytes VALUES ('user:' || NEW.uploader, NEW.size)
        ON CONFLICT (scope) DO UPDATE SET bytes = bytes + excluded.bytes;
    INSERT INTO stored_bytes SELECT 'project', NEW.size WHERE NOT EXISTS
        (SELECT 1 FROM attachments WHERE sha256 = NEW.sha256 AND attachment_id <> NEW.attachment_id)
        ON CONFLICT (scope) DO UPDATE SET bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER attachments_deleted AFTER DELETE ON attachments BEGIN
    UPDATE stored_bytes SET bytes = bytes - OLD.size WHERE scope = 'user:' || OLD.uploader;
    UPDATE stored_bytes SET bytes = bytes - OLD.size WHERE scope = 'project' AND NOT EXISTS
        (SELECT 1 FROM attachments WHERE sha256 = OLD.sha256);
END;

CREATE TRIGGER attachments_handed_over AFTER UPDATE OF uploader ON attachments WHEN OLD.uploader <> NEW.uploader BEGIN
    UPDATE stored_bytes SET bytes = bytes - OLD.size WHERE scope = 'user:' || OLD.uploader;
    INSERT INTO stored_bytes VALUES ('user:' || NEW.uploader, NEW.size)
        ON CONFLICT (scope) DO UPDATE SET bytes = bytes + excluded.bytes;
END;
