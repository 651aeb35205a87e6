"""What can be wrong with an export."""

from __future__ import annotations

from hero_assistance_sdk.errors import HeroError


class ExportFailed(HeroError):
    """The export could not be written; nothing of it is left."""

    reason = "export-failed"


class ImportRefused(HeroError):
    """The export is not whole, or there is a project already; nothing has changed."""

    reason = "import-refused"
