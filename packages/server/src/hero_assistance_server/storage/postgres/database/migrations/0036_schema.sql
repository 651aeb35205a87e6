-- The schema of SQLite's migrations 1 to 36, for an empty database; later migrations have the same numbers in both engines.
-- Times are milliseconds since 1970 in UTC, truth values are 0 and 1, texts are compared by their bytes.

-- Five columns refer to a row and say it not: the check of each deletion would read the whole table, and an index would make
-- each new ticket slower. These are `listings.ticket_id`, `places.ticket_id`, `status_changes.changed_by`,
-- `tickets.customer` and `tickets.assignee`; an erasure finds their rows by other indexes.

-- The functions of SQLite that the shared statements use. What is simple is written into the statement by the planner.
CREATE FUNCTION json_valid(value TEXT) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT value::json IS NOT NULL';
CREATE FUNCTION json_each(array_text TEXT) RETURNS TABLE (key BIGINT, value TEXT)
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 10 AS $$
    SELECT place - 1, one COLLATE "C" FROM json_array_elements_text(array_text::json) WITH ORDINALITY AS found (one, place)
$$;
CREATE FUNCTION json_extract(object_text TEXT, path TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT (object_text::json ->> substr(path, 3)) COLLATE "C"';
CREATE FUNCTION json_extract(array_text TEXT, place INTEGER) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT (array_text::json ->> place) COLLATE "C"';
CREATE OPERATOR ->> (LEFTARG = TEXT, RIGHTARG = TEXT, FUNCTION = json_extract);
CREATE OPERATOR ->> (LEFTARG = TEXT, RIGHTARG = INTEGER, FUNCTION = json_extract);
CREATE FUNCTION json_quote(value TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT coalesce(to_json(value)::text, ''null'')';
CREATE FUNCTION join_json(values_ TEXT[]) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT array_to_json(values_)::text';
CREATE FUNCTION join_json(values_ JSON[]) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT array_to_json(values_)::text';
CREATE AGGREGATE json_group_array(TEXT) (SFUNC = array_append, STYPE = TEXT[], INITCOND = '{}', FINALFUNC = join_json);
CREATE AGGREGATE json_group_array(JSON) (SFUNC = array_append, STYPE = JSON[], INITCOND = '{}', FINALFUNC = join_json);
CREATE FUNCTION instr(text_ TEXT, part TEXT) RETURNS BIGINT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT strpos(text_, part)::bigint';
-- What `GLOB` is written as; the patterns have `*` alone.
CREATE FUNCTION glob(text_ TEXT, pattern TEXT) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT text_ LIKE replace(pattern, ''*'', ''%'')';
CREATE OPERATOR ~*~ (LEFTARG = TEXT, RIGHTARG = TEXT, FUNCTION = glob);
CREATE FUNCTION unixepoch(precision_ TEXT) RETURNS DOUBLE PRECISION LANGUAGE sql VOLATILE STRICT
    AS 'SELECT extract(epoch FROM clock_timestamp())::float8';
CREATE FUNCTION max(one BIGINT, other BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT CASE WHEN one >= other THEN one WHEN other > one THEN other END';
CREATE FUNCTION min(one BIGINT, other BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT CASE WHEN one <= other THEN one WHEN other < one THEN other END';

-- The last id that each table ever gave: what AUTOINCREMENT keeps in SQLite. The row of the events is locked by the
-- transaction of each group of commands, so that groups of all nodes follow each other and no number is left out.
CREATE TABLE last_ids (
    name     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    last_id  BIGINT NOT NULL
);

INSERT INTO last_ids VALUES ('events', 0);

CREATE FUNCTION keep_last_id() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO last_ids VALUES (TG_TABLE_NAME, (to_json(NEW) ->> TG_ARGV[0])::bigint)
        ON CONFLICT (name) DO UPDATE SET last_id = greatest(last_ids.last_id, excluded.last_id);
    RETURN NULL;
END $$;

-- Where each timeline of PostgreSQL began: the number of the last event before it, and the one after which its own are.
-- Those between were given to none. `has_lost` is set once a node has seen events that this timeline does not have.
CREATE TABLE timelines (
    first_seq  BIGINT NOT NULL PRIMARY KEY,
    last_seq   BIGINT NOT NULL,
    timeline   TEXT COLLATE "C" NOT NULL,
    has_lost   BIGINT NOT NULL DEFAULT 0
);

-- The groups that each node has committed: a node that loses the connection in COMMIT finds here what became of it. Its
-- lease, by the clock of the database, tells the others whether it is alive.
CREATE TABLE nodes (
    node_id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    last_group   BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    lease_until  BIGINT NOT NULL DEFAULT 0
);

-- Who is at which ticket on the screens of each node; it ends with the node's lease, and need not outlive a crash.
CREATE UNLOGGED TABLE presence (
    node_id    TEXT COLLATE "C" NOT NULL,
    ticket_id  BIGINT NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL,
    level      TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (node_id, ticket_id, user_id)
);

-- The pause of each channel of the outbox, as the node that sends knows it, or as another one wants it; the nodes that live
-- know it as well, so that it need not outlive a crash.
CREATE UNLOGGED TABLE channel_pauses (
    channel  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    fault    TEXT COLLATE "C",
    hint     TEXT COLLATE "C" NOT NULL,
    until    BIGINT,
    faults   BIGINT NOT NULL
);

-- What the nodes sign challenges and hash codes with. It is in no standby, no physical backup and no archive of the log;
-- where a crash has emptied the table, the nodes write it once more.
CREATE UNLOGGED TABLE shared_keys (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    key   BYTEA NOT NULL
);

-- The challenges that were answered, which count once, until they are too old.
CREATE TABLE used_challenges (
    challenge  BYTEA NOT NULL PRIMARY KEY,
    ends_at    BIGINT NOT NULL
);

-- Tells a node whether what it has on its own disk was made from this database.
CREATE TABLE identity (
    database_id  TEXT COLLATE "C" NOT NULL PRIMARY KEY
);

INSERT INTO identity VALUES (gen_random_uuid()::text);

CREATE TABLE users (
    user_id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name            TEXT COLLATE "C" NOT NULL,
    role            TEXT COLLATE "C" NOT NULL CHECK (role IN ('customer', 'agent', 'admin')),
    created_at      BIGINT NOT NULL,
    email           TEXT COLLATE "C",
    active          BIGINT NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    shows_presence  BIGINT NOT NULL DEFAULT 1 CHECK (shows_presence IN (0, 1)),
    signature       TEXT COLLATE "C" NOT NULL DEFAULT '',
    is_demo         BIGINT NOT NULL DEFAULT 0 CHECK (is_demo IN (0, 1)),
    language        TEXT COLLATE "C",
    time_zone       TEXT COLLATE "C"
);

CREATE TABLE tickets (
    ticket_id           BIGINT NOT NULL PRIMARY KEY,
    title               TEXT COLLATE "C" NOT NULL,
    body                TEXT COLLATE "C" NOT NULL,
    status              TEXT COLLATE "C" NOT NULL
        CHECK (status IN ('new', 'open', 'waiting', 'snoozed', 'solved', 'closed')),
    priority            TEXT COLLATE "C" NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    tags                TEXT COLLATE "C" NOT NULL CHECK (json_valid(tags)),
    customer            TEXT COLLATE "C" NOT NULL,
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL,
    public_updated_at   BIGINT NOT NULL,
    reply_count         BIGINT NOT NULL,
    note_count          BIGINT NOT NULL,
    collaborators       TEXT COLLATE "C" NOT NULL DEFAULT '[]' CHECK (json_valid(collaborators)),
    assignee            TEXT COLLATE "C",
    followers           TEXT COLLATE "C" NOT NULL DEFAULT '[]' CHECK (json_valid(followers)),
    snoozed_until       BIGINT,
    first_response_due  BIGINT,
    first_response_at   BIGINT,
    solved_at           BIGINT,
    merged_into         BIGINT REFERENCES tickets (ticket_id),
    split_from          BIGINT REFERENCES tickets (ticket_id),
    last_reply_id       BIGINT NOT NULL DEFAULT 0,
    last_message_id     BIGINT NOT NULL DEFAULT 0,
    attachments         TEXT COLLATE "C" NOT NULL DEFAULT '[]' CHECK (json_valid(attachments)),
    last_reply          TEXT COLLATE "C" NOT NULL DEFAULT '',
    last_note           TEXT COLLATE "C" NOT NULL DEFAULT ''
);

CREATE INDEX tickets_by_activity ON tickets (updated_at, ticket_id);

CREATE TABLE messages (
    message_id   BIGINT NOT NULL PRIMARY KEY,
    ticket_id    BIGINT NOT NULL REFERENCES tickets (ticket_id),
    kind         TEXT COLLATE "C" NOT NULL CHECK (kind IN ('reply', 'note')),
    author       TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    body         TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    edited_at    BIGINT,
    attachments  TEXT COLLATE "C" NOT NULL DEFAULT '[]' CHECK (json_valid(attachments)),
    read_on      BIGINT REFERENCES tickets (ticket_id),
    opening      BIGINT NOT NULL DEFAULT 0 CHECK (opening IN (0, 1))
);

CREATE TABLE client_tokens (
    user_id     TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    method      TEXT COLLATE "C" NOT NULL,
    token       TEXT COLLATE "C" NOT NULL,
    result_id   BIGINT NOT NULL,
    created_at  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, method, token)
);

CREATE INDEX tickets_snoozed ON tickets (snoozed_until) WHERE snoozed_until IS NOT NULL;

CREATE TABLE tallies (
    scope   TEXT COLLATE "C" NOT NULL,
    status  TEXT COLLATE "C" NOT NULL,
    count   BIGINT NOT NULL CHECK (count >= 0),
    PRIMARY KEY (scope, status)
);

CREATE TABLE status_changes (
    change_id    BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    ticket_id    BIGINT NOT NULL REFERENCES tickets (ticket_id),
    from_status  TEXT COLLATE "C",
    to_status    TEXT COLLATE "C" NOT NULL,
    changed_by   TEXT COLLATE "C",
    changed_at   BIGINT NOT NULL
);

CREATE INDEX status_changes_by_time ON status_changes (changed_at);

CREATE INDEX status_changes_of_ticket ON status_changes (ticket_id, change_id);

CREATE TABLE audit (
    audit_id    BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    at          BIGINT NOT NULL,
    actor       TEXT COLLATE "C" REFERENCES users (user_id),
    origin      TEXT COLLATE "C" NOT NULL,
    action      TEXT COLLATE "C" NOT NULL,
    ticket_id   BIGINT REFERENCES tickets (ticket_id),
    message_id  BIGINT REFERENCES messages (message_id),
    detail      TEXT COLLATE "C" NOT NULL CHECK (json_valid(detail))
);

CREATE INDEX audit_of_ticket ON audit (ticket_id, audit_id) WHERE ticket_id IS NOT NULL;

CREATE INDEX audit_of_actor ON audit (actor, audit_id) WHERE actor IS NOT NULL;

CREATE TABLE events (
    seq               BIGINT NOT NULL PRIMARY KEY,
    kind              TEXT COLLATE "C" NOT NULL,
    reach             TEXT COLLATE "C" NOT NULL CHECK (reach IN ('named', 'staff', 'everyone')),
    payload           TEXT COLLATE "C" NOT NULL CHECK (json_valid(payload)),
    customer_payload  TEXT COLLATE "C" CHECK (json_valid(customer_payload)),
    created_at        BIGINT NOT NULL,
    hidden            TEXT COLLATE "C" CHECK (hidden IS NULL OR customer_payload IS NULL)
);

CREATE INDEX events_for_everyone ON events (seq) WHERE reach = 'everyone';

CREATE INDEX events_by_time ON events (created_at);

CREATE TABLE event_readers (
    user_id  TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    seq      BIGINT NOT NULL REFERENCES events (seq) ON DELETE CASCADE,
    PRIMARY KEY (user_id, seq)
);

CREATE INDEX event_readers_by_event ON event_readers (seq);

CREATE TABLE settings (
    name   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value  TEXT COLLATE "C" NOT NULL CHECK (json_valid(value))
);

CREATE TABLE listings (
    scope      TEXT COLLATE "C" NOT NULL,
    status     TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    ticket_id  BIGINT NOT NULL,
    PRIMARY KEY (scope, status, at, ticket_id)
);

CREATE TABLE places (
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    at         BIGINT NOT NULL,
    ticket_id  BIGINT NOT NULL,
    PRIMARY KEY (user_id, at, ticket_id)
);

CREATE TABLE saved_views (
    view_id  BIGINT NOT NULL PRIMARY KEY,
    owner    TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    shared   BIGINT NOT NULL CHECK (shared IN (0, 1)),
    name     TEXT COLLATE "C" NOT NULL,
    filter   TEXT COLLATE "C" NOT NULL,
    UNIQUE (owner, name)
);

CREATE INDEX saved_views_shared ON saved_views (name) WHERE shared = 1;

CREATE INDEX tickets_by_filing ON tickets (created_at);

CREATE TABLE attachments (
    attachment_id  BIGINT NOT NULL PRIMARY KEY,
    sha256         TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    name           TEXT COLLATE "C" NOT NULL,
    size           BIGINT NOT NULL CHECK (size >= 0),
    type           TEXT COLLATE "C" NOT NULL,
    width          BIGINT,
    height         BIGINT,
    uploader       TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    uploaded_at    BIGINT NOT NULL,
    used           BIGINT NOT NULL DEFAULT 0 CHECK (used IN (0, 1))
);

CREATE INDEX attachments_by_content ON attachments (sha256);

CREATE INDEX attachments_unused ON attachments (uploaded_at) WHERE used = 0;

CREATE INDEX attachments_waiting ON attachments (uploader) WHERE used = 0;

CREATE TABLE attachment_uses (
    attachment_id  BIGINT NOT NULL REFERENCES attachments (attachment_id),
    ticket_id      BIGINT REFERENCES tickets (ticket_id),
    message_id     BIGINT REFERENCES messages (message_id),
    CHECK ((ticket_id IS NULL) <> (message_id IS NULL))
);

CREATE UNIQUE INDEX attachment_uses_once ON attachment_uses (attachment_id, ticket_id, message_id);

CREATE TABLE drafts (
    author        TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    ticket_id     BIGINT NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL CHECK (kind IN ('reply', 'note')),
    title         TEXT COLLATE "C" NOT NULL,
    body          TEXT COLLATE "C" NOT NULL,
    updated_at    BIGINT NOT NULL,
    client_token  TEXT COLLATE "C",
    attachments   TEXT COLLATE "C" NOT NULL DEFAULT '[]' CHECK (json_valid(attachments)),
    PRIMARY KEY (author, ticket_id, kind)
);

CREATE INDEX client_tokens_by_time ON client_tokens (created_at);

CREATE TABLE canned_replies (
    canned_reply_id  BIGINT NOT NULL PRIMARY KEY,
    name             TEXT COLLATE "C" NOT NULL,
    body             TEXT COLLATE "C" NOT NULL,
    owner            TEXT COLLATE "C" REFERENCES users (user_id),
    updated_at       BIGINT NOT NULL
);

CREATE TABLE macros (
    macro_id    BIGINT NOT NULL PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL,
    actions     TEXT COLLATE "C" NOT NULL CHECK (json_valid(actions)),
    owner       TEXT COLLATE "C" REFERENCES users (user_id),
    updated_at  BIGINT NOT NULL
);

CREATE TABLE reads (
    user_id     TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    ticket_id   BIGINT NOT NULL REFERENCES tickets (ticket_id),
    message_id  BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (user_id, ticket_id)
);

CREATE INDEX reads_of_ticket ON reads (ticket_id, user_id);

CREATE INDEX tickets_by_first_response ON tickets (first_response_at) WHERE first_response_at IS NOT NULL;

CREATE UNIQUE INDEX users_by_email ON users (email) WHERE email IS NOT NULL;

CREATE TABLE device_bindings (
    mycelium_addr  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id        TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    name           TEXT COLLATE "C" NOT NULL,
    bound_at       BIGINT NOT NULL,
    last_seen_at   BIGINT,
    public_key     TEXT COLLATE "C"
);

CREATE INDEX device_bindings_of_user ON device_bindings (user_id);

CREATE INDEX messages_of_ticket ON messages (ticket_id, created_at);

CREATE INDEX messages_moved ON messages (ticket_id, read_on) WHERE read_on IS NOT NULL;

CREATE TABLE logins (
    login     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    folded    TEXT COLLATE "C" NOT NULL,
    user_id   TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    bound_at  BIGINT NOT NULL
);

CREATE INDEX logins_by_folded ON logins (folded);

CREATE INDEX logins_of_user ON logins (user_id, login);

CREATE TABLE stored_bytes (
    scope  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    bytes  BIGINT NOT NULL
);

CREATE TABLE sessions (
    session_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    token_hash    BYTEA NOT NULL UNIQUE,
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    device_name   TEXT COLLATE "C" NOT NULL,
    method        TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT NOT NULL,
    last_seen_at  BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL
);

CREATE INDEX sessions_of_user ON sessions (user_id, created_at, session_id);

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE incoming_mails (
    mail_id      BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    source       TEXT COLLATE "C" NOT NULL,
    received_at  BIGINT NOT NULL,
    sha256       TEXT COLLATE "C" NOT NULL,
    size         BIGINT NOT NULL,
    recipients   TEXT COLLATE "C" NOT NULL DEFAULT '[]' CHECK (json_valid(recipients)),
    state        TEXT COLLATE "C" NOT NULL DEFAULT 'received'
        CHECK (state IN ('received', 'filed', 'ignored', 'quarantined')),
    reason       TEXT COLLATE "C" NOT NULL DEFAULT '',
    attempts     BIGINT NOT NULL DEFAULT 0,
    is_forced    BIGINT NOT NULL DEFAULT 0 CHECK (is_forced IN (0, 1)),
    sender       TEXT COLLATE "C",
    subject      TEXT COLLATE "C" NOT NULL DEFAULT '',
    header_id    TEXT COLLATE "C",
    fingerprint  TEXT COLLATE "C",
    ticket_id    BIGINT,
    message_id   BIGINT,
    has_bytes    BIGINT NOT NULL DEFAULT 1 CHECK (has_bytes IN (0, 1)),
    has_html     BIGINT NOT NULL DEFAULT 0 CHECK (has_html IN (0, 1))
);

CREATE UNIQUE INDEX incoming_mails_by_sha256 ON incoming_mails (sha256, source);

CREATE INDEX incoming_mails_by_state ON incoming_mails (state, mail_id);

CREATE INDEX incoming_mails_by_header_id ON incoming_mails (header_id) WHERE header_id IS NOT NULL;

CREATE INDEX incoming_mails_by_fingerprint ON incoming_mails (fingerprint) WHERE fingerprint IS NOT NULL;

CREATE INDEX incoming_mails_by_sender ON incoming_mails (sender, received_at) WHERE sender IS NOT NULL;

CREATE TABLE incoming_mail_bytes (
    mail_id  BIGINT PRIMARY KEY REFERENCES incoming_mails (mail_id),
    raw      BYTEA NOT NULL
);

CREATE TABLE mail_keys (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    key   TEXT COLLATE "C" NOT NULL
);

CREATE TABLE incoming_mail_counts (
    state  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    mails  BIGINT NOT NULL,
    bytes  BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE mailbox_positions (
    mailbox       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    uid_validity  BIGINT NOT NULL,
    last_uid      BIGINT NOT NULL
);

CREATE TABLE deliveries (
    delivery_id    BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    channel        TEXT COLLATE "C" NOT NULL,
    key            TEXT COLLATE "C" NOT NULL UNIQUE,
    target         TEXT COLLATE "C" NOT NULL,
    payload        TEXT COLLATE "C" NOT NULL CHECK (json_valid(payload)),
    summary        TEXT COLLATE "C" NOT NULL,
    keeps_payload  BIGINT NOT NULL CHECK (keeps_payload IN (0, 1)),
    state          TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'done', 'dead', 'dropped')),
    attempts       BIGINT NOT NULL DEFAULT 0,
    created_at     BIGINT NOT NULL,
    due_at         BIGINT NOT NULL,
    finished_at    BIGINT,
    begun_at       BIGINT,
    note           TEXT COLLATE "C" NOT NULL DEFAULT '',
    ticket_id      BIGINT
);

CREATE INDEX deliveries_due ON deliveries (channel, due_at, delivery_id) WHERE state = 'waiting';

CREATE INDEX deliveries_in_state ON deliveries (state, channel, delivery_id);

CREATE TABLE mail_message_ids (
    mail_id     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    ticket_id   BIGINT NOT NULL REFERENCES tickets (ticket_id),
    message_id  BIGINT REFERENCES messages (message_id),
    added_at    BIGINT NOT NULL,
    has_note    BIGINT CHECK (has_note IN (0, 1))
);

CREATE INDEX mail_message_ids_of_ticket ON mail_message_ids (ticket_id, added_at);

CREATE TABLE job_positions (
    job       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    position  BIGINT NOT NULL
);

CREATE TABLE notification_settings (
    user_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (user_id),
    settings  TEXT COLLATE "C" NOT NULL CHECK (json_valid(settings))
);

CREATE TABLE muted_tickets (
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    ticket_id  BIGINT NOT NULL REFERENCES tickets (ticket_id),
    PRIMARY KEY (user_id, ticket_id)
);

CREATE TABLE pending_notifications (
    notification_id  BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    user_id          TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    ticket_id        BIGINT NOT NULL REFERENCES tickets (ticket_id),
    message_id       BIGINT REFERENCES messages (message_id),
    reason           TEXT COLLATE "C" NOT NULL,
    actor            TEXT COLLATE "C" REFERENCES users (user_id),
    due_at           BIGINT NOT NULL
);

CREATE INDEX pending_notifications_due ON pending_notifications (due_at);

CREATE INDEX pending_notifications_of ON pending_notifications (user_id, ticket_id);

CREATE TABLE webhooks (
    webhook_id        BIGINT PRIMARY KEY,
    url               TEXT COLLATE "C" NOT NULL,
    description       TEXT COLLATE "C" NOT NULL,
    kinds             TEXT COLLATE "C" NOT NULL CHECK (json_valid(kinds)),
    with_notes        BIGINT NOT NULL CHECK (with_notes IN (0, 1)),
    key               TEXT COLLATE "C" NOT NULL UNIQUE,
    secret            TEXT COLLATE "C" NOT NULL,
    after_seq         BIGINT NOT NULL,
    created_at        BIGINT NOT NULL,
    created_by        TEXT COLLATE "C" REFERENCES users (user_id),
    former_secret     TEXT COLLATE "C",
    former_until      BIGINT,
    enabled           BIGINT NOT NULL CHECK (enabled IN (0, 1)),
    disabled_because  TEXT COLLATE "C" NOT NULL,
    failing_since     BIGINT
);

CREATE TABLE webhook_answers (
    answer_id    BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    webhook_id   BIGINT NOT NULL REFERENCES webhooks (webhook_id) ON DELETE CASCADE,
    message_id   TEXT COLLATE "C" NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    seq          BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    duration_ms  BIGINT NOT NULL,
    status       BIGINT,
    error        TEXT COLLATE "C" NOT NULL,
    excerpt      TEXT COLLATE "C" NOT NULL
);

CREATE INDEX webhook_answers_of_webhook ON webhook_answers (webhook_id, answer_id);

CREATE TABLE oidc_identities (
    issuer    TEXT COLLATE "C" NOT NULL,
    subject   TEXT COLLATE "C" NOT NULL,
    user_id   TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    bound_at  BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);

CREATE UNIQUE INDEX oidc_identities_of_user ON oidc_identities (user_id, issuer);

CREATE TABLE passkeys (
    passkey_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    public_key    BYTEA NOT NULL,
    sign_count    BIGINT NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT NOT NULL,
    last_used_at  BIGINT
);

CREATE INDEX passkeys_of_user ON passkeys (user_id, created_at);

CREATE TABLE mail_uses (
    usage  TEXT COLLATE "C" NOT NULL,
    span   BIGINT NOT NULL,
    uses   BIGINT NOT NULL,
    PRIMARY KEY (usage, span)
);

CREATE INDEX mail_uses_by_span ON mail_uses (span);

CREATE INDEX deliveries_in_flight ON deliveries (begun_at) WHERE begun_at IS NOT NULL;

CREATE INDEX deliveries_finished ON deliveries (channel, state, finished_at, delivery_id)
    WHERE finished_at IS NOT NULL;

CREATE TABLE pruned_deliveries (
    channel  TEXT COLLATE "C" NOT NULL,
    state    TEXT COLLATE "C" NOT NULL CHECK (state IN ('done', 'dead', 'dropped')),
    count    BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    PRIMARY KEY (channel, state)
);

CREATE INDEX deliveries_of_ticket ON deliveries (ticket_id) WHERE ticket_id IS NOT NULL;

CREATE TABLE mail_titles (
    ticket_id  BIGINT NOT NULL PRIMARY KEY REFERENCES tickets (ticket_id),
    title      TEXT COLLATE "C" NOT NULL
);

CREATE INDEX device_bindings_by_key ON device_bindings (public_key) WHERE public_key IS NOT NULL;

CREATE TABLE sign_in_tokens (
    address_hash     BYTEA NOT NULL,
    kind             TEXT COLLATE "C" NOT NULL,
    user_id          TEXT COLLATE "C" REFERENCES users (user_id),
    token_hash       BYTEA NOT NULL UNIQUE,
    expires_at       BIGINT NOT NULL,
    code_hash        BYTEA,
    code_expires_at  BIGINT NOT NULL,
    tries_left       BIGINT NOT NULL,
    PRIMARY KEY (address_hash, kind)
);

CREATE INDEX sign_in_tokens_of_user ON sign_in_tokens (user_id) WHERE user_id IS NOT NULL;

CREATE INDEX sign_in_tokens_by_expiry ON sign_in_tokens (expires_at);

CREATE TABLE sign_in_rates (
    address_hash  BYTEA NOT NULL,
    use           TEXT COLLATE "C" NOT NULL,
    full_at       BIGINT NOT NULL,
    PRIMARY KEY (address_hash, use)
);

CREATE INDEX sign_in_rates_by_time ON sign_in_rates (full_at);

CREATE INDEX incoming_mails_by_message ON incoming_mails (message_id) WHERE message_id IS NOT NULL;

CREATE INDEX incoming_mails_by_ticket ON incoming_mails (ticket_id, message_id) WHERE ticket_id IS NOT NULL;

CREATE TABLE stored_mail_bytes (
    state  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    bytes  BIGINT NOT NULL
);

CREATE INDEX incoming_mails_with_old_bytes ON incoming_mails (state, received_at)
    WHERE has_bytes = 1 AND state IN ('filed', 'ignored');

CREATE INDEX messages_of_author ON messages (author, ticket_id);

CREATE TABLE ratings (
    ticket_id  BIGINT NOT NULL REFERENCES tickets (ticket_id),
    solved_at  BIGINT NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    score      TEXT COLLATE "C" NOT NULL CHECK (score IN ('good', 'bad')),
    comment    TEXT COLLATE "C" NOT NULL,
    agent      TEXT COLLATE "C" REFERENCES users (user_id),
    rated_at   BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, solved_at)
);

CREATE INDEX ratings_by_time ON ratings (rated_at, ticket_id);

CREATE INDEX ratings_of_agent ON ratings (agent, rated_at, ticket_id) WHERE agent IS NOT NULL;

CREATE INDEX ratings_of_user ON ratings (user_id);

CREATE TABLE deleted_tickets (
    ticket_id        BIGINT NOT NULL PRIMARY KEY,
    last_message_id  BIGINT NOT NULL,
    deleted_at       BIGINT NOT NULL
);

CREATE INDEX deleted_tickets_by_message ON deleted_tickets (last_message_id);

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

CREATE INDEX audit_of_attachment ON audit ((detail ->> '$.attachment')) WHERE action ~*~ 'attachment.*';

CREATE TABLE view_places (
    user_id  TEXT COLLATE "C" NOT NULL REFERENCES users (user_id),
    view_id  BIGINT NOT NULL REFERENCES saved_views (view_id) ON DELETE CASCADE,
    place    BIGINT NOT NULL CHECK (place > 0),
    PRIMARY KEY (user_id, view_id)
);

CREATE INDEX view_places_of_view ON view_places (view_id);

-- The files of attachments: SQLite has them in a folder. A file is whole with its row.
CREATE TABLE stored_files (
    sha256  TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
    size    BIGINT NOT NULL CHECK (size >= 0)
);

CREATE TABLE file_chunks (
    sha256  TEXT COLLATE "C" NOT NULL REFERENCES stored_files (sha256) ON DELETE CASCADE,
    place   BIGINT NOT NULL,
    bytes   BYTEA NOT NULL,
    PRIMARY KEY (sha256, place)
);

-- Most files are compressed already, and a part of a chunk is read without the rest.
ALTER TABLE file_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Files for which a row of an attachment is being written; `held_until` is in seconds of the database's clock.
CREATE TABLE file_holds (
    hold_id     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    sha256      TEXT COLLATE "C" NOT NULL,
    held_until  BIGINT NOT NULL
);

CREATE INDEX file_holds_of_file ON file_holds (sha256);

CREATE TRIGGER saved_views_numbered AFTER INSERT ON saved_views
    FOR EACH ROW EXECUTE FUNCTION keep_last_id('view_id');
CREATE TRIGGER attachments_numbered AFTER INSERT ON attachments
    FOR EACH ROW EXECUTE FUNCTION keep_last_id('attachment_id');
CREATE TRIGGER canned_replies_numbered AFTER INSERT ON canned_replies
    FOR EACH ROW EXECUTE FUNCTION keep_last_id('canned_reply_id');
CREATE TRIGGER macros_numbered AFTER INSERT ON macros
    FOR EACH ROW EXECUTE FUNCTION keep_last_id('macro_id');
CREATE TRIGGER webhooks_numbered AFTER INSERT ON webhooks
    FOR EACH ROW EXECUTE FUNCTION keep_last_id('webhook_id');

CREATE FUNCTION refuse_change_of_audit() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('hero_assistance.audit_is_changeable', TRUE) = 'on' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit();

-- The bytes of uploads, of each user and of the project, where a file that is there twice counts once.
CREATE FUNCTION add_stored_bytes(whose TEXT, added BIGINT) RETURNS VOID LANGUAGE sql AS $$
    INSERT INTO stored_bytes VALUES (whose, added)
        ON CONFLICT (scope) DO UPDATE SET bytes = stored_bytes.bytes + excluded.bytes
$$;
CREATE FUNCTION count_stored_bytes() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM add_stored_bytes('user:' || NEW.uploader, NEW.size);
        IF NOT EXISTS (SELECT 1 FROM attachments WHERE sha256 = NEW.sha256 AND attachment_id <> NEW.attachment_id) THEN
            PERFORM add_stored_bytes('project', NEW.size);
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM add_stored_bytes('user:' || OLD.uploader, -OLD.size);
        IF NOT EXISTS (SELECT 1 FROM attachments WHERE sha256 = OLD.sha256) THEN
            PERFORM add_stored_bytes('project', -OLD.size);
        END IF;
    ELSIF OLD.uploader <> NEW.uploader THEN
        PERFORM add_stored_bytes('user:' || OLD.uploader, -OLD.size);
        PERFORM add_stored_bytes('user:' || NEW.uploader, NEW.size);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER attachments_counted AFTER INSERT OR DELETE OR UPDATE OF uploader ON attachments
    FOR EACH ROW EXECUTE FUNCTION count_stored_bytes();

-- The mails in each state, and the bytes that are kept of them.
CREATE FUNCTION add_mails(of_state TEXT, added BIGINT, size BIGINT, stored BIGINT) RETURNS VOID LANGUAGE sql AS $$
    INSERT INTO incoming_mail_counts (state, mails, bytes) SELECT of_state, added, size WHERE added <> 0
        ON CONFLICT (state) DO UPDATE SET mails = incoming_mail_counts.mails + excluded.mails,
            bytes = incoming_mail_counts.bytes + excluded.bytes;
    INSERT INTO stored_mail_bytes SELECT of_state, stored WHERE stored <> 0
        ON CONFLICT (state) DO UPDATE SET bytes = stored_mail_bytes.bytes + excluded.bytes
$$;
CREATE FUNCTION count_mails() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM add_mails(NEW.state, 1, NEW.size, NEW.size * NEW.has_bytes);
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM add_mails(OLD.state, -1, -OLD.size, -OLD.size * OLD.has_bytes);
    ELSIF OLD.state <> NEW.state THEN
        PERFORM add_mails(OLD.state, -1, -OLD.size, -OLD.size * OLD.has_bytes);
        PERFORM add_mails(NEW.state, 1, NEW.size, NEW.size * NEW.has_bytes);
    ELSE
        PERFORM add_mails(NEW.state, 0, 0, NEW.size * NEW.has_bytes - OLD.size * OLD.has_bytes);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER incoming_mails_counted AFTER INSERT OR DELETE OR UPDATE OF state, size, has_bytes ON incoming_mails
    FOR EACH ROW EXECUTE FUNCTION count_mails();

-- Which rows that let somebody in were written last, for what other nodes keep of them. Of a row that is gone
-- the key is not kept, but for sessions, whose ids name no one.
CREATE TABLE access_changes (
    kind        TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    change_id   BIGINT NOT NULL UNIQUE,
    changed_at  BIGINT NOT NULL,
    PRIMARY KEY (kind, key)
);

CREATE SEQUENCE access_change_ids;

-- The lock gives the numbers the order of the commits, also where no group writes.
CREATE FUNCTION note_access() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    own_key TEXT := to_json(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END) ->> TG_ARGV[0];
    is_gone BOOLEAN := TG_OP = 'DELETE' AND TG_TABLE_NAME <> 'sessions';
BEGIN
    PERFORM pg_advisory_xact_lock(x'48414163'::int, 0);
    IF is_gone THEN
        DELETE FROM access_changes WHERE kind = TG_TABLE_NAME AND key = own_key;
    END IF;
    INSERT INTO access_changes VALUES (TG_TABLE_NAME, CASE WHEN is_gone THEN '' ELSE own_key END,
        nextval('access_change_ids'), (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
        ON CONFLICT (kind, key) DO UPDATE SET change_id = excluded.change_id, changed_at = excluded.changed_at;
    RETURN NULL;
END $$;
CREATE TRIGGER users_noted AFTER INSERT OR UPDATE OR DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION note_access('user_id');
CREATE TRIGGER logins_noted AFTER INSERT OR UPDATE OR DELETE ON logins
    FOR EACH ROW EXECUTE FUNCTION note_access('login');
CREATE TRIGGER sessions_noted AFTER INSERT OR DELETE OR UPDATE OF user_id, token_hash, device_name, expires_at ON sessions
    FOR EACH ROW EXECUTE FUNCTION note_access('session_id');
CREATE TRIGGER devices_noted AFTER INSERT OR DELETE OR UPDATE OF user_id, name, bound_at, public_key ON device_bindings
    FOR EACH ROW EXECUTE FUNCTION note_access('mycelium_addr');
