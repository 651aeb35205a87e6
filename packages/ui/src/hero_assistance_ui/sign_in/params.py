"""The bodies of the sign-in requests."""

from __future__ import annotations

from typing import Annotated, Any, Self, TypeVar
from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_ui.preferences.languages import t

# A form of one field, or an address and a code.
BODY_LIMIT = 4096
# What a passkey signs, as JSON within JSON.
PASSKEY_BODY_LIMIT = 40_960
TOKEN_LIMIT = 512
_EMAIL_LIMIT = 320
_CODE_LIMIT = 32
_FIELDS = 8
_CREDENTIAL_LIMIT = 16_384

M = TypeVar("M", bound=BaseModel)


class LinkRequest(BaseModel):
    """The body of a request for a link."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    email: Annotated[str, Field(min_length=1, max_length=_EMAIL_LIMIT)]


class Proof(BaseModel):
    """The body of a sign-in: the token of a link, or an address and the code that was sent there."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    token: Annotated[str | None, Field(min_length=1, max_length=TOKEN_LIMIT)] = None
    email: Annotated[str | None, Field(min_length=1, max_length=_EMAIL_LIMIT)] = None
    code: Annotated[str | None, Field(min_length=1, max_length=_CODE_LIMIT)] = None

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        by_code = self.email is not None and self.code is not None
        if (self.token is None) != by_code or (self.email is None) != (self.code is None):
            raise ValueError("a token is given, or an email and a code")
        return self

    @property
    def params(self) -> dict[str, str]:
        """The params of `auth.redeem`."""
        return self.model_dump(exclude_none=True)


class Assertion(BaseModel):
    """The body of a sign-in by a passkey: the browser's `PublicKeyCredential`, as JSON."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    credential: Annotated[str, Field(min_length=2, max_length=_CREDENTIAL_LIMIT)]


class SignedIn(BaseModel):
    """The result of a method that signs in, as far as it counts here; over TCP it has no session."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    user: dict[str, Any]
    session: str | None = None
    expires_at: int | None = None


def parse_json_body(model: type[M], body: bytes) -> M:
    """Read a body of JSON; raises `InvalidParams`, which repeats nothing of what was sent."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        faults = [": ".join(filter(None, (".".join(map(str, fault["loc"])), fault["msg"]))) for fault in error.errors()]
        raise InvalidParams("the body is not what this address takes", faults=faults) from None


def parse_form_token(body: bytes) -> str:
    """Return the token of a form's body; raises `InvalidParams` without exactly one."""
    try:
        (token,) = parse_qs(body.decode(), max_num_fields=_FIELDS).get("token", [])
        return Proof(token=token).token or ""
    except ValueError:
        # What pydantic raises is one too.
        raise InvalidParams(t("The form has no token"), hint=t("Open the link of the mail again.")) from None
