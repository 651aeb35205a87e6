"""Commands that a person copies from a message into a shell."""

from __future__ import annotations


def quote_command(*words: object) -> str:
    """The words as one command line of a POSIX shell, each quoted where it has to be."""
    # Messages are rare: what needs none starts without this module.
    import shlex

    return shlex.join(map(str, words))
