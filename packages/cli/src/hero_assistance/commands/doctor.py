"""`doctor`: what is wrong with this installation."""

from __future__ import annotations

import click

from hero_assistance.light_commands.output import print_json, print_table
from hero_assistance_sdk.paths import Paths


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def doctor_command(ctx: click.Context, *, as_json: bool) -> None:
    """Find what is wrong with this installation and say what to do; exit status 1 when there is a fault."""
    from hero_assistance.doctor import Verdict, examine, find_worst

    findings = examine(Paths.from_environ())
    verdict = find_worst(findings)
    if as_json:
        listed = [
            {"check": one.check, "verdict": one.verdict, "detail": one.detail, "hint": one.hint} for one in findings
        ]
        print_json({"verdict": verdict, "findings": listed})
    else:
        rows = [[one.check, one.verdict, one.detail, one.hint] for one in findings]
        print_table(["check", "verdict", "detail", "what to do"], rows)
    ctx.exit(1 if verdict is Verdict.FAULT else 0)
