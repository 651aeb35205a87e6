-- Times are milliseconds since 1970 in UTC.

CREATE TABLE users (
    user_id     TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL,
    role        TEXT NOT NULL CHECK (role IN ('customer', 'agent', 'admin')),
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
    ticket_id          INTEGER NOT NULL PRIMARY KEY,
    title              TEXT NOT NULL,
    body               TEXT NOT NULL,
    status             TEXT NOT NULL CHECK (status IN ('new', 'open', 'waiting', 'snoozed', 'solved', 'closed')),
    priority           TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    tags               TEXT NOT NULL CHECK (json_valid(tags)),
    customer           TEXT NOT NULL REFERENCES users (user_id),
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    public_updated_at  INTEGER NOT NULL,
    reply_count        INTEGER NOT NULL,
    note_count         INTEGER NOT NULL
) STRICT;

-- One index an order of the list: the whole list for agents, a customer's own for that customer.
CREATE INDEX tickets_by_activity ON tickets (updated_at, ticket_id);
CREATE INDEX tickets_of_customer ON tickets (customer, public_updated_at, ticket_id);

CREATE TABLE messages (
    message_id  INTEGER NOT NULL PRIMARY KEY,
    ticket_id   INTEGER NOT NULL REFERENCES tickets (ticket_id),
    kind        TEXT NOT NULL CHECK (kind IN ('reply', 'note')),
    author      TEXT NOT NULL REFERENCES users (user_id),
    body        TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX messages_of_ticket ON messages (ticket_id, message_id);

-- Who received what. Agents get `payload`. `audience` is the customer who receives it as well, if any;
-- `customer_payload` is what that customer gets where it differs from the agents' view.
CREATE TABLE events (
    seq               INTEGER NOT NULL PRIMARY KEY,
    kind              TEXT NOT NULL,
    ticket_id         INTEGER NOT NULL REFERENCES tickets (ticket_id),
    audience          TEXT REFERENCES users (user_id),
    payload           TEXT NOT NULL CHECK (json_valid(payload)),
    customer_payload  TEXT CHECK (json_valid(customer_payload)),
    created_at        INTEGER NOT NULL,
    CHECK (audience IS NOT NULL OR customer_payload IS NULL)
) STRICT;

CREATE INDEX events_of_customer ON events (audience, seq) WHERE audience IS NOT NULL;

-- What a request with a client token made, so that a retry finds it instead of making another.
CREATE TABLE client_tokens (
    user_id    TEXT NOT NULL REFERENCES users (user_id),
    method     TEXT NOT NULL,
    token      TEXT NOT NULL,
    result_id  INTEGER NOT NULL,
    PRIMARY KEY (user_id, method, token)
) STRICT, WITHOUT ROWID;
