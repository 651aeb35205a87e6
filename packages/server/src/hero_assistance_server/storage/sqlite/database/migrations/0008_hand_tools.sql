-- What agents use again and again: whose it is, NULL for everybody's.
CREATE TABLE canned_replies (
    reply_id    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    body        TEXT NOT NULL,
    owner       TEXT REFERENCES users (user_id),
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE macros (
    macro_id    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    actions     TEXT NOT NULL CHECK (json_valid(actions)),
    owner       TEXT REFERENCES users (user_id),
    updated_at  INTEGER NOT NULL
) STRICT;
