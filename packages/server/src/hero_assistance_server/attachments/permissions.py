"""Who may send and fetch files over HTTP."""

from __future__ import annotations

from hero_assistance_server.identity.permissions import KNOWN, Permission

DOWNLOAD = Permission("attachment.download", KNOWN)
UPLOAD = Permission("attachment.upload", KNOWN)
