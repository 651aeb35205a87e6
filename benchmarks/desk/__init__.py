"""The ticket server: its speed, its growth, its streams, and signing in."""
