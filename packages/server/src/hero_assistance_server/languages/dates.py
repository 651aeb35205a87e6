"""Writes a moment as the readers of a language do, with the clocks of their time zone."""

from __future__ import annotations

from datetime import datetime, tzinfo

from hero_assistance_server.languages.language import Language


def write_moment(language: Language, at: datetime, zone: tzinfo) -> str:
    """Return a moment such as `28 November 2026, 10:00 CET`."""
    local = at.astimezone(zone)
    return language.t(
        "{day} {month} {year}, {time} {zone}",
        # Some languages have a word of its own for the first day of a month.
        day=language.t("1") if local.day == 1 else local.day,
        month=_name_months(language)[local.month - 1],
        year=local.year,
        time=f"{local:%H:%M}",
        zone=f"{local:%Z}",
    )


def _name_months(language: Language) -> tuple[str, ...]:
    """Return the months as they stand in a date."""
    return (
        language.t("January"),
        language.t("February"),
        language.t("March"),
        language.t("April"),
        language.t("May"),
        language.t("June"),
        language.t("July"),
        language.t("August"),
        language.t("September"),
        language.t("October"),
        language.t("November"),
        language.t("December"),
    )
