-- What goes out of this server. A key is unique: the same thing is added once, however often it is tried.
CREATE TABLE deliveries (
    delivery_id    INTEGER NOT NULL PRIMARY KEY,
    channel        TEXT NOT NULL,
    key            TEXT NOT NULL UNIQUE,
    target         TEXT NOT NULL,
    payload        TEXT NOT NULL CHECK (json_valid(payload)),
    summary        TEXT NOT NULL,
    keeps_payload  INTEGER NOT NULL CHECK (keeps_payload IN (0, 1)),
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'dead', 'dropped')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL,
    due_at         INTEGER NOT NULL,
    finished_at    INTEGER,
    -- Set while an attempt is in flight, and by a process that was killed in one.
    leased_until   INTEGER,
    note           TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX deliveries_due ON deliveries (channel, due_at, delivery_id) WHERE state = 'waiting';
CREATE INDEX deliveries_in_state ON deliveries (state, channel, delivery_id);
CREATE INDEX deliveries_leased ON deliveries (leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;

-- The Message-IDs of the mails of a ticket, ours and others', by which answers find it.
CREATE TABLE mail_message_ids (
    mail_id     TEXT NOT NULL PRIMARY KEY,
    ticket_id   INTEGER NOT NULL REFERENCES tickets (ticket_id),
    message_id  INTEGER REFERENCES messages (message_id),
    added_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX mail_message_ids_of_ticket ON mail_message_ids (ticket_id, added_at);

-- How far a background job has followed the audit trail, by the job's name.
CREATE TABLE job_positions (
    job       TEXT NOT NULL PRIMARY KEY,
    position  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What users set of their notifications; who has no row has the defaults.
CREATE TABLE notification_settings (
    user_id   TEXT NOT NULL PRIMARY KEY REFERENCES users (user_id),
    settings  TEXT NOT NULL CHECK (json_valid(settings))
) STRICT, WITHOUT ROWID;

CREATE TABLE muted_tickets (
    user_id    TEXT NOT NULL REFERENCES users (user_id),
    ticket_id  INTEGER NOT NULL REFERENCES tickets (ticket_id),
    PRIMARY KEY (user_id, ticket_id)
) STRICT, WITHOUT ROWID;

-- What is to be told to whom, until it is put into a letter together with what came within the same minute.
CREATE TABLE pending_notifications (
    notification_id  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id          TEXT NOT NULL REFERENCES users (user_id),
    ticket_id        INTEGER NOT NULL REFERENCES tickets (ticket_id),
    message_id       INTEGER REFERENCES messages (message_id),
    reason           TEXT NOT NULL,
    actor            TEXT REFERENCES users (user_id),
    due_at           INTEGER NOT NULL
) STRICT;

CREATE INDEX pending_notifications_due ON pending_notifications (due_at);
CREATE INDEX pending_notifications_of ON pending_notifications (user_id, ticket_id);

-- A desk that is upgraded begins now: letters about what is over help no user.
INSERT INTO job_positions SELECT 'notifications', coalesce(max(audit_id), 0) FROM audit;
