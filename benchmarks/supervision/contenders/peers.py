"""supervisord, s6 and runit."""

from __future__ import annotations

import contextlib
from pathlib import Path

from benchmarks.supervision.contenders.contender import Contender, Program, quote, run, tool

_SUPERVISORD = """\
[supervisord]
nodaemon=true
logfile={folder}/supervisord.log
pidfile={folder}/supervisord.pid
childlogdir={folder}
[unix_http_server]
file={folder}/control.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{folder}/control.sock
"""
# The group's signals are what its documentation recommends for a program with children of its own.
_PROGRAM = """\
[program:{name}]
command={command}
environment={environment}
autorestart=true
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={folder}/{name}.log
"""
# Longer than any of the programs takes.
_STOP_MS = "20000"


class Supervisord(Contender):
    """supervisord of PyPI."""

    name = "supervisord"
    needs = ("supervisord", "supervisorctl")
    package = "supervisor (PyPI)"

    @property
    def config(self) -> Path:
        """The path of the configuration file."""
        return self.folder / "supervisord.conf"

    def command(self) -> list[str]:
        """Write the configuration, with a section for each program."""
        parts = [_SUPERVISORD.format(folder=self.folder)]
        for program in self.programs:
            command = " ".join(map(quote, program.argv)).replace("%", "%%")
            environment = ",".join(f'{name}="{value}"' for name, value in program.env.items())
            parts.append(
                _PROGRAM.format(name=program.name, command=command, environment=environment, folder=self.folder)
            )
        self.config.write_text("".join(parts))
        return [str(tool("supervisord")), "-c", str(self.config)]

    def stop(self, program: Program) -> None:
        """Stop the program by supervisorctl, which waits."""
        run("supervisorctl", "-c", self.config, "stop", program.name, env=self.environment())

    def restart(self) -> None:
        """Restart all programs by supervisorctl, which waits."""
        run("supervisorctl", "-c", self.config, "restart", "all", env=self.environment())

    def read_written(self, program: Program) -> bytes:
        """Read the program's log files, the rotated ones too."""
        return _all(self.folder, f"{program.name}.log*")


class _Scanned(Contender):
    """One folder a service with a `run` script, and another one inside it for its log."""

    logger: str

    def command(self) -> list[str]:
        """Write the `run` scripts of each program and its logger."""
        for program in self.programs:
            service = self.folder / "scan" / program.name
            (service / "log").mkdir(parents=True, exist_ok=True)
            (self.folder / "logs" / program.name).mkdir(parents=True, exist_ok=True)
            logger = f"#!/bin/sh\nexec {self.logger} {quote(str(self.folder / 'logs' / program.name))}\n"
            for path, text in ((service / "run", self.script(program)), (service / "log" / "run", logger)):
                path.write_text(text)
                path.chmod(0o755)
        return self.scanner()

    def scanner(self) -> list[str]:
        """The command line of what looks after the folder."""
        raise NotImplementedError

    def read_written(self, program: Program) -> bytes:
        """Read everything in the folder of the program's logger."""
        return _all(self.folder / "logs" / program.name, "*")

    def service(self, program: Program) -> str:
        """The folder of one service."""
        return str(self.folder / "scan" / program.name)


class S6(_Scanned):
    """s6 of Debian, with s6-log."""

    name = "s6"
    needs = ("s6-svscan", "s6-svc", "s6-log")
    package = "s6 (Debian)"
    logger = "s6-log n20 s1000000"

    def scanner(self) -> list[str]:
        """Run s6-svscan."""
        return ["s6-svscan", str(self.folder / "scan")]

    def stop(self, program: Program) -> None:
        """Bring the service down by s6-svc, and wait until it is."""
        run("s6-svc", "-wD", "-T", _STOP_MS, "-d", self.service(program), env=self.environment())

    def restart(self) -> None:
        """Restart each service by s6-svc, and wait until it runs."""
        for program in self.programs:
            run("s6-svc", "-wr", "-T", _STOP_MS, "-r", self.service(program), env=self.environment())


class Runit(_Scanned):
    """runit of Debian, with svlogd."""

    name = "runit"
    needs = ("runsvdir", "sv", "svlogd")
    package = "runit (Debian)"
    logger = "svlogd"

    def scanner(self) -> list[str]:
        """Run runsvdir."""
        return ["runsvdir", "-P", str(self.folder / "scan")]

    def stop(self, program: Program) -> None:
        """Stop the service by sv, which waits."""
        run("sv", "-w", "20", "stop", self.service(program), env=self.environment())

    def restart(self) -> None:
        """Restart each service by sv, which waits."""
        for program in self.programs:
            run("sv", "-w", "20", "restart", self.service(program), env=self.environment())


def _all(folder: Path, pattern: str) -> bytes:
    """The content of every file of that name, one after the other."""
    content = []
    for path in sorted(folder.glob(pattern)):
        with contextlib.suppress(OSError):
            content.append(path.read_bytes())
    return b"".join(content)
