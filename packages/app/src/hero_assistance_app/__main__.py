"""The program `hero_assistance_app`: many projects in one inbox, on a person's own machine."""

from __future__ import annotations

from hero_assistance_sdk.release import answer_version

PROGRAM = "hero_assistance_app"


def main() -> int | None:
    """Entry point of the binary; returns the exit status."""
    if answer_version(PROGRAM):
        return 0
    from hero_assistance_sdk.program_imports import without_collections

    with without_collections():
        import click

        from hero_assistance_app.command import INTERRUPTED, command
        from hero_assistance_sdk.failure_report import report_failure

    try:
        status = command.main(prog_name=PROGRAM, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001
        return report_failure(PROGRAM, error)
    return int(status)


if __name__ == "__main__":
    raise SystemExit(main())
