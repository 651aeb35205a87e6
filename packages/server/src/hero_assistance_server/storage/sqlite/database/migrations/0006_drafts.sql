-- What somebody has begun to write; ticket 0 stands for a new one.
CREATE TABLE drafts (
    author      TEXT NOT NULL REFERENCES users (user_id),
    ticket_id   INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('reply', 'note')),
    title       TEXT NOT NULL,
    body        TEXT NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (author, ticket_id, kind)
) STRICT, WITHOUT ROWID;
