"""Signing in by a link or a code that is sent by mail."""
