"""Signatures of Standard Webhooks."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from hero_assistance_server.webhooks.signing import make_secret, sign, signed_headers

pytestmark = pytest.mark.pure

# The example that the specification's own libraries are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105
MESSAGE_ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_example_of_the_specification() -> None:
    assert sign(SECRET, MESSAGE_ID, TIMESTAMP, BODY) == SIGNATURE


def test_the_headers() -> None:
    at = datetime.fromtimestamp(TIMESTAMP + 0.9, UTC)
    assert signed_headers([SECRET], MESSAGE_ID, at, BODY) == {
        "webhook-id": MESSAGE_ID,
        "webhook-timestamp": str(TIMESTAMP),
        "webhook-signature": SIGNATURE,
    }


def test_each_secret_signs() -> None:
    other = make_secret()
    found = signed_headers([other, SECRET], MESSAGE_ID, datetime.fromtimestamp(TIMESTAMP, UTC), BODY)
    assert found["webhook-signature"] == f"{sign(other, MESSAGE_ID, TIMESTAMP, BODY)} {SIGNATURE}"


def test_a_secret_has_as_many_bytes_as_the_specification_asks_for() -> None:
    made = {make_secret() for _ in range(10)}
    assert len(made) == 10
    for secret in made:
        assert secret.startswith("whsec_")
        assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
