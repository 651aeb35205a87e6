"""Attachments: files sent with tickets and messages, uploaded and downloaded over HTTP."""
