-- Mails that arrive. Each is stored here as it came before anything reads it; `state` says what became of it.

CREATE TABLE incoming_mails (
    mail_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    -- `listener`, `imap` or `file`, and for `imap` the mailbox.
    source       TEXT NOT NULL,
    received_at  INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    size         INTEGER NOT NULL,
    -- The addresses of the envelope, a JSON array; empty where the source has none.
    recipients   TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(recipients)),
    state        TEXT NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'filed', 'ignored', 'quarantined')),
    reason       TEXT NOT NULL DEFAULT '',
    attempts     INTEGER NOT NULL DEFAULT 0,
    -- An operator wants it filed although it was ignored or quarantined.
    is_forced    INTEGER NOT NULL DEFAULT 0 CHECK (is_forced IN (0, 1)),
    -- What parsing found.
    sender       TEXT,
    subject      TEXT NOT NULL DEFAULT '',
    header_id    TEXT,
    fingerprint  TEXT,
    -- Where it was filed.
    ticket_id    INTEGER,
    message_id   INTEGER
) STRICT;
-- What is fetched or sent once more, after a crash before its receipt was confirmed.
CREATE UNIQUE INDEX incoming_mails_by_sha256 ON incoming_mails (sha256, source);
CREATE INDEX incoming_mails_by_state ON incoming_mails (state, mail_id);
CREATE INDEX incoming_mails_by_header_id ON incoming_mails (header_id) WHERE header_id IS NOT NULL;
CREATE INDEX incoming_mails_by_fingerprint ON incoming_mails (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX incoming_mails_by_sender ON incoming_mails (sender, received_at) WHERE sender IS NOT NULL;

-- The mails as they came; those of mails that were filed are deleted after some weeks.
CREATE TABLE incoming_mail_bytes (
    mail_id  INTEGER PRIMARY KEY REFERENCES incoming_mails (mail_id),
    raw      BLOB NOT NULL
) STRICT;

-- The keys that mail is signed with, as hexadecimal digits.
CREATE TABLE mail_keys (
    name  TEXT NOT NULL PRIMARY KEY,
    key   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How many mails are in each state; the triggers keep it true.
CREATE TABLE incoming_mail_counts (
    state  TEXT NOT NULL PRIMARY KEY,
    mails  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER incoming_mails_added AFTER INSERT ON incoming_mails BEGIN
    INSERT INTO incoming_mail_counts VALUES (NEW.state, 1) ON CONFLICT (state) DO UPDATE SET mails = mails + 1;
END;

CREATE TRIGGER incoming_mails_moved AFTER UPDATE OF state ON incoming_mails WHEN OLD.state <> NEW.state BEGIN
    UPDATE incoming_mail_counts SET mails = mails - 1 WHERE state = OLD.state;
    INSERT INTO incoming_mail_counts VALUES (NEW.state, 1) ON CONFLICT (state) DO UPDATE SET mails = mails + 1;
END;

-- How far each mailbox was read; another `uid_validity` means that its numbers have begun once more.
CREATE TABLE mailbox_positions (
    mailbox       TEXT NOT NULL PRIMARY KEY,
    uid_validity  INTEGER NOT NULL,
    last_uid      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
