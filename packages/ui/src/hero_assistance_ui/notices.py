"""Pages of one sentence and one button, which need no script: a link in a mail is opened anywhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.hero_proc.settings import DaemonSettings, SettingsReader
from hero_assistance_ui.assets import Assets
from hero_assistance_ui.errors import plain_words, status_of
from hero_assistance_ui.page import language_fields, style_source
from hero_assistance_ui.preferences.languages import Language
from hero_assistance_ui.preferences.theme import choose_theme, theme_fields
from hero_assistance_ui.relays.desk_name import DeskName


@dataclass(frozen=True, slots=True)
class Form:
    """A form of one button: what it sends, and where; the address is relative to the page's own."""

    action: str
    button: str
    fields: tuple[tuple[str, str], ...] = ()

    def encode(self, language: Language) -> str:
        """Return the form as HTML."""
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in self.fields
        )
        words = escape(language.translate(self.button))
        button = f'<button type="submit" class="button button-strong button-large">{words}</button>'
        return f'<form method="post" action="{escape(self.action)}">{hidden}{button}</form>'


@dataclass(frozen=True, slots=True)
class Link:
    """A link that looks like a button; the address is relative to the page's own."""

    address: str
    text: str

    def encode(self, language: Language) -> str:
        """Return the link as HTML."""
        words = escape(language.translate(self.text))
        return f'<p><a class="button button-large" href="{escape(self.address)}">{words}</a></p>'


@dataclass(frozen=True, slots=True)
class Notice:
    """What such a page says: a title, sentences, and what to do next."""

    title: str
    sentences: tuple[str, ...]
    next: Form | Link | None = None
    status: int = 200


def failure_notice(error: HeroError, following: Form | Link | None = None) -> Notice:
    """Return the notice of what went wrong."""
    message, hint = plain_words(error)
    return Notice(message, (hint,) if hint else (), following, status=status_of(error))


class NoticePage:
    """Answers with a notice, in the style, the theme and the language of the page."""

    def __init__(self, assets: Assets, reader: SettingsReader | None, desk_name: DeskName) -> None:
        self._reader = reader
        self._desk_name = desk_name
        self._languages = assets.languages
        self._fixed = asdict(assets.first)
        self._template = Template((files("hero_assistance_ui") / "notice.html").read_text("utf-8"))
        self._policy = "; ".join(
            (
                "default-src 'none'",
                f"style-src {style_source(assets.first.style)}",
                "img-src 'self'",
                "font-src 'self'",
                "base-uri 'self'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            )
        )

    async def answer(self, request: Request, notice: Notice, *, base: str) -> Response:
        """Return the page; `base` leads from its own address to the page's root."""
        language = self._languages.choose(request)
        settings = self._reader.settings if self._reader else DaemonSettings()
        said = "".join(f"<p>{escape(language.translate(sentence))}</p>\n" for sentence in notice.sentences)
        document = self._template.substitute(
            self._fixed | theme_fields(choose_theme(request, settings.theme)) | language_fields(language),
            base=base,
            title=escape(language.translate(notice.title)),
            desk=escape(await self._desk_name.read()),
            body=said + (notice.next.encode(language) if notice.next else ""),
        )
        # The origin of a form is said by browsers only where the policy lets them: by it we know our own.
        headers = {
            "content-security-policy": self._policy,
            "referrer-policy": "strict-origin",
            "cache-control": "no-store",
        }
        return HTMLResponse(document, status_code=notice.status, headers=headers)
