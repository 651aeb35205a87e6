"""Limits of the servers that tests start: without rates, because one customer of a test does the work of hundreds.

`tests/server/test_rates.py` and `tests/server/test_quotas.py` use the defaults.
"""

from __future__ import annotations

from hero_assistance_sdk.limits import SETTING, Limits

_RATES = (
    "tickets_per_hour",
    "messages_per_hour",
    "files_per_hour",
    "invitations_per_hour",
    "changes_per_hour",
    "stranger_calls_per_minute",
    "links_per_hour",
    "links_per_hour_per_peer",
    "sign_ins_per_hour_per_peer",
    "codes_per_day",
    "codes_per_quarter_hour_per_peer",
    "mail_newcomers_per_hour",
    "mail_newcomers_per_hour_per_domain",
    "mail_unproved_per_hour",
    "mail_unproved_per_hour_per_ticket",
)
WITHOUT_RATES = {SETTING: ",".join(f"{name}=off" for name in _RATES)}
NO_RATES = Limits.from_environ(WITHOUT_RATES)
