"""The daemon `hero_assistance_ui`: the page of this machine's ticket server."""

from __future__ import annotations

from hero_assistance_sdk.release import answer_version

PROGRAM = "hero_assistance_ui"


def main() -> int | None:
    """Entry point of the binary; returns the exit status."""
    if answer_version(PROGRAM):
        return 0
    from hero_assistance_ui.daemon import command

    return command.main(prog_name=PROGRAM)


if __name__ == "__main__":
    raise SystemExit(main())
