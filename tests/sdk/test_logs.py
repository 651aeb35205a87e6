"""A log line: time, level, event name, fields."""

from __future__ import annotations

import re
import subprocess
import sys


def logged(statement: str) -> str:
    """What a program that logs writes to standard error."""
    program = f"from hero_assistance_sdk.logs import *\nconfigure_logs()\nlog = get_log('test')\n{statement}"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert ended.stdout == ""
    return ended.stderr


def test_an_event_and_its_fields() -> None:
    line = logged("log.info('action.restarted', action='server', attempt=3, reason='two words', empty='')")
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info action\.restarted "
        r'action=server attempt=3 reason="two words" empty=""\n',
        line,
    )


def test_a_field_cannot_forge_a_line() -> None:
    assert logged("log.warning('e', text='a\\nb error forged')").count("\n") == 1


def test_debug_is_silent_unless_asked_for() -> None:
    assert logged("log.debug('e')") == ""


def test_a_defect_keeps_its_traceback() -> None:
    text = logged("try:\n    1 / 0\nexcept ZeroDivisionError:\n    log.exception('rpc.failed', method='m')")
    assert "error rpc.failed method=m\nTraceback" in text


def test_what_an_operator_has_to_mend_is_one_line_with_a_hint() -> None:
    raised = "raise OSError(28, 'No space left on device', '/x/y')"
    text = logged(f"try:\n    {raised}\nexcept OSError:\n    log.exception('rpc.failed', method='m')")
    assert text.endswith(
        'error rpc.failed method=m error="/x/y: No space left on device" hint="free some space on this disk"\n'
    )
    assert text.count("\n") == 1
