"""The ticket server: checks permissions, stores changes and publishes events."""
