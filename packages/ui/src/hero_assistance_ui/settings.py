"""What the operator set for the page: secrets of the supervisor's store, never environment variables or files."""

from __future__ import annotations

from hero_assistance_sdk.errors import HeroError, NotFound
from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.paths import Paths
from hero_assistance_ui.page import Theme

THEME = "THEME"
# The page must come up without a supervisor, and soon when one hangs.
ANSWER_TIMEOUT_S = 1.0

_log = get_log("settings")


def theme_of(paths: Paths) -> Theme:
    """The theme that hero_proc, or else the embedded supervisor, keeps; dark when neither says."""
    for socket in (paths.hero_proc_socket, paths.socket("supervisor")):
        try:
            with SupervisorClient(socket, timeout_s=ANSWER_TIMEOUT_S) as supervisor:
                return _theme(supervisor.secret_get(THEME))
        except NotFound:
            break
        except HeroError as error:
            _log.debug("settings.unavailable", socket=socket, reason=error.reason)
    return Theme.DARK


def _theme(value: str) -> Theme:
    try:
        return Theme(value.strip().lower())
    except ValueError:
        _log.warning("settings.unknown_theme", value=value, used=Theme.DARK.value)
        return Theme.DARK
