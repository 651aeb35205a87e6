"""Hostile mails of the largest size: what reading one takes of memory, measured in a process of its own.

The bound is a factor of the mail: its bytes, its decoded files, and some texts.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from hero_assistance_server.mail.receiving.intake import MAIL_LIMIT
from hero_assistance_server.quotas.rules import MIB

# The mail itself and its files, decoded, are two; the rest is for the texts.
FACTOR = 4.0

HEAD = "From: Erin <erin@example.org>\\r\\nSubject: hello\\r\\n"
MULTI = f'b"{HEAD}Content-Type: multipart/mixed; boundary=q\\r\\n\\r\\n"'
# Expressions of Python that make a mail of so many bytes; `pad(x, n)` repeats x up to n bytes.
MAILS = {
    "nested parts": f"""b"{HEAD}" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\\r\\n\\r\\n--b%d\\r\\n" % (n, n) for n in range(15)
    ) + b"Content-Type: application/zip; name=a.zip\\r\\n\\r\\n" + pad(b"x" * 76 + b"\\r\\n", SIZE)""",
    "nested alternatives": f"""b"{HEAD}" + b"".join(
        b"Content-Type: multipart/alternative; boundary=b%d\\r\\n\\r\\n--b%d\\r\\n\\r\\n--b%d\\r\\n" % (n, n, n)
        for n in range(15)
    ) + b"Content-Type: text/html\\r\\n\\r\\n" + pad(b"<b>x</b>\\r\\n", SIZE)""",
    "one text": f'b"{HEAD}\\r\\n" + pad(b"ab\\r\\n", SIZE)',
    "wide characters": f'b"{HEAD}\\r\\n" + "\\U0001f600".encode() + pad(b"a ", SIZE)',
    "empty lines": f'b"{HEAD}\\r\\n" + pad(b"\\r\\n", SIZE)',
    "HTML": f'b"{HEAD}Content-Type: text/html\\r\\n\\r\\n" + pad(b"<p><b>x</b>", SIZE)',
    "header lines": f'b"{HEAD}" + pad(b"a:b\\r\\n", SIZE)',
    "a thousand headers": MULTI + ' + pad(b"--q\\r\\n" + pad(b"a:b\\r\\n", 36_000) + b"\\r\\nhello\\r\\n", SIZE)',
    "a thousand texts": MULTI + ' + pad(b"--q\\r\\n\\r\\n" + pad(b"ab\\r\\n", 36_000) + b"\\r\\n", SIZE)',
    "base64": MULTI
    + ' + b"--q\\r\\nContent-Type: application/zip\\r\\nContent-Transfer-Encoding: base64\\r\\n\\r\\n"'
    + ' + pad(b"QUJD" * 19 + b"\\r\\n", SIZE)',
    "broken base64": MULTI
    + ' + b"--q\\r\\nContent-Type: application/zip\\r\\nContent-Transfer-Encoding: base64\\r\\n\\r\\nQ"'
    + ' + pad(b"Q!U!J!D!", SIZE)',
    "quoted-printable": f'b"{HEAD}Content-Transfer-Encoding: quoted-printable\\r\\n\\r\\n" + pad(b"=41=\\r\\n", SIZE)',
    "flowed": f'b"{HEAD}Content-Type: text/plain; format=flowed\\r\\n\\r\\n" + pad(b"a \\r\\n", SIZE)',
    "near delimiters": MULTI + ' + pad(b"\\r\\n--qq", SIZE)',
    "a report": f'''b"{HEAD}Content-Type: multipart/report; boundary=q\\r\\n\\r\\n--q\\r\\n"
    b"Content-Type: message/delivery-status\\r\\n\\r\\n" + pad(b"\\r\\n", SIZE // 2) + (
    b"--q\\r\\nContent-Type: message/rfc822\\r\\n\\r\\n") + pad(b"\\r\\n", SIZE // 2)''',
}

_PROGRAM = """
import resource
from hero_assistance_server.mail.receiving.filing.message_text import split_text
from hero_assistance_server.mail.receiving.parsing.parser import parse_mail
SIZE = {size}
def pad(piece, size):
    return piece * (size // len(piece))
parse_mail(b"From: a@example.org\\r\\nContent-Type: text/html\\r\\n\\r\\n<b>x</b>")
raw = ({mail})
raw = raw[:SIZE]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
parsed = parse_mail(raw)
split_text(parsed.content.text, lambda address: False)
assert parsed.unread == (), parsed.unread
print(len(raw), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_of_the_largest_size_takes_a_few_times_its_size(name: str) -> None:
    program = _PROGRAM.format(size=MAIL_LIMIT, mail=MAILS[name])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    size, more = map(int, done.stdout.split())
    assert size > MAIL_LIMIT * 0.9
    # What the mail itself takes was there before.
    assert more <= (FACTOR - 1) * MAIL_LIMIT, f"{more / MIB:.0f} MiB more"
