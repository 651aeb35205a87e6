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

    # Looking for garbage every 700 objects, among all that was imported, takes a twentieth of the time under load.
    gc.set_threshold(20_000)
    import click

    from hero_assistance_sdk.errors import HeroError
    from hero_assistance_sdk.rpc.errors import exit_status
    from hero_assistance_server.command import command

    gc.freeze()
    try:
        command.main(prog_name=PROGRAM, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except HeroError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return exit_status(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
