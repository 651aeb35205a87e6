"""Entry point of the `hero_assistance_server` binary."""

from __future__ import annotations

import sys

from hero_assistance_sdk.release import answer_version

PROGRAM = "hero_assistance_server"


def main() -> int | None:
    """Run the server; returns the exit status."""
    if answer_version(PROGRAM):
        return 0
    # Imported after `--version` is handled, because these take half a second to load.
    import gc

    from hero_assistance_sdk.program_imports import without_collections

    with without_collections():
        import click

        from hero_assistance_sdk.failure_report import report_failure
        from hero_assistance_server.command import command

    # Looking for garbage every 700 objects takes a twentieth of the time under load.
    gc.set_threshold(20_000)
    try:
        command.main(prog_name=PROGRAM, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except Exception as error:  # noqa: BLE001
        return report_failure(PROGRAM, error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
