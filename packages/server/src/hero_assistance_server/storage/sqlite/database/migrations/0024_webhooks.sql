-- Addresses that events are posted to. The secrets sign, so that they are stored as they are.
CREATE TABLE webhooks (
    webhook_id        INTEGER PRIMARY KEY AUTOINCREMENT,
    url               TEXT NOT NULL,
    description       TEXT NOT NULL,
    kinds             TEXT NOT NULL CHECK (json_valid(kinds)),
    with_notes        INTEGER NOT NULL CHECK (with_notes IN (0, 1)),
    key               TEXT NOT NULL UNIQUE,
    secret            TEXT NOT NULL,
    after_seq         INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    created_by        TEXT REFERENCES users (user_id),
    former_secret     TEXT,
    former_until      INTEGER,
    enabled           INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    disabled_because  TEXT NOT NULL,
    failing_since     INTEGER
) STRICT;

-- How the last attempts ended.
CREATE TABLE webhook_answers (
    answer_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id   INTEGER NOT NULL REFERENCES webhooks (webhook_id) ON DELETE CASCADE,
    message_id   TEXT NOT NULL,
    kind         TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    duration_ms  INTEGER NOT NULL,
    status       INTEGER,
    error        TEXT NOT NULL,
    excerpt      TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_answers_of_webhook ON webhook_answers (webhook_id, answer_id);
