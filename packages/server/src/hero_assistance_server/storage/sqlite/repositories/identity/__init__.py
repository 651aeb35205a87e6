"""What lets users in, in SQLite: logins, devices, sessions, links, passkeys and identities of providers."""
