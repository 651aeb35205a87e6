-- Who is signed in at a browser. Of a session's token only the SHA-256 is stored.
CREATE TABLE sessions (
    session_id    TEXT NOT NULL PRIMARY KEY,
    token_hash    BLOB NOT NULL UNIQUE,
    user_id       TEXT NOT NULL REFERENCES users (user_id),
    device_name   TEXT NOT NULL,
    method        TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user_id, created_at, session_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- The last link and code of an address. The address is hashed, since strangers ask for links of addresses that no user
-- has; these get a row as well, without a user, so that both take the same time.
CREATE TABLE sign_in_tokens (
    address_hash  BLOB NOT NULL PRIMARY KEY,
    user_id       TEXT REFERENCES users (user_id),
    token_hash    BLOB NOT NULL UNIQUE,
    code_hash     BLOB NOT NULL,
    tries_left    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_tokens_of_user ON sign_in_tokens (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX sign_in_tokens_by_expiry ON sign_in_tokens (expires_at);

-- The key of the node that has the address, where the mycelium daemon tells it.
ALTER TABLE device_bindings ADD COLUMN public_key TEXT;

-- The users of `--seed-dev-users`; the follow-up marks those of earlier releases.
ALTER TABLE users ADD COLUMN is_demo INTEGER NOT NULL DEFAULT 0 CHECK (is_demo IN (0, 1));
