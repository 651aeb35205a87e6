ALTER TABLE users ADD COLUMN email TEXT;
ALTER TABLE users ADD COLUMN active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1));
ALTER TABLE users ADD COLUMN shows_presence INTEGER NOT NULL DEFAULT 1 CHECK (shows_presence IN (0, 1));
CREATE UNIQUE INDEX users_by_email ON users (email) WHERE email IS NOT NULL;

-- Whose device has which address of the overlay; the network vouches for the address.
CREATE TABLE device_bindings (
    mycelium_addr  TEXT NOT NULL PRIMARY KEY,
    user_id        TEXT NOT NULL REFERENCES users (user_id),
    name           TEXT NOT NULL,
    bound_at       INTEGER NOT NULL,
    last_seen_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX device_bindings_of_user ON device_bindings (user_id);
