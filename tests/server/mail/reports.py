"""The report of a mail system that could not deliver a letter."""

from __future__ import annotations

REPORT = (
    b"From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=q\r\n\r\n"
    b"--q\r\n\r\nSorry\r\n--q\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
    b"Final-Recipient: rfc822; carol@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    b"Diagnostic-Code: smtp; 550 no such user\r\n"
    b"--q\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <ticket-1.2.x@desk.example>\r\n\r\nhello\r\n--q--\r\n"
)
