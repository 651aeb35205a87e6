"""The words of docstrings, comments, documents and names of files: plain ones, and one noun for one thing.

python -m scripts.build.checks.words     exit 1 and name every word that has a better one, with file and line

Code in back quotes, addresses and the targets of links are not read. Files below a line of `words_pending.txt` are not
yet clean: they are left alone, and the check fails when one of the lines is no longer needed.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.build.workspace import REPOSITORY

GLOSSARY = "docs/glossary.md"
PENDING = "scripts/build/checks/words_pending.txt"
PROSE = ("docs/*.md", "news/*.md", "*.md", ".github/*.md")
PYTHON = ("packages/*.py", "scripts/*.py", "benchmarks/*.py", "noxfile.py")
SQL = ("packages/*.sql",)
FRONT_END = ("packages/*.ts", "packages/*.tsx", "packages/*.css", "packages/*.js")
SHELL = ("*.sh", "*.nu", ".ci/run", "*.toml", "*.yml", "*.in")
READ = (*PROSE, *PYTHON, *SQL, *FRONT_END, *SHELL)

_PLAINER = "a plainer word"
BANNED = (
    *("whoever", "whomever", "whatever", "whichever", "nobody", "anew", "afresh", "deed", "deeds", "beside", "besides"),
    *("thereof", "therein", "thereby", "wherein", "whereof", "whereby", "hence", "thence", "thus", "hitherto"),
    *("bygone", "erstwhile", "amid", "amidst", "whilst", "lest", "in vain", "errand", "errands"),
)
# A function is a verb: no participle alone, as these and what ends in "ed" are. What `with` opens may be one.
FUNCTIONS = {"told": "notify", "shown": "serialize", "ended": "finish", "kept": "save", "taken": "reserve"}
PARTICIPLES = {
    *("begun", "chosen", "done", "drawn", "found", "given", "gone", "heard", "held", "hidden", "left", "lent", "lost"),
    *("made", "said", "seen", "sent", "sought", "written"),
}
NOUNS = {"property", "contextmanager", "overload", "fixture"}
_VERBS = {"embed", "exceed", "feed", "heed", "need", "proceed", "seed", "shed", "speed", "succeed"}

_TABLE = "## Words with a better one"
_ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \|$", re.MULTILINE)
# A string is matched first, so that no address in it is taken for a comment.
_FRONT_END_COMMENT = re.compile(r"""(?s)(["'`])(?:\\.|(?!\1)[^\\\n])*\1|(/\*.*?\*/|//[^\n]*)""")
_NOT_READ = re.compile(r"(?ms)^ *```.*?^ *```|`[^`]*`|https?://\S+|\]\([^)]*\)|<!--.*?-->")


@dataclass(frozen=True, order=True)
class Finding:
    """One word that has a better one."""

    file: str
    line: int
    word: str
    better: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.word!r}: use {self.better}"


def check_words(root: Path) -> list[str]:
    """Return one line for each word that has a better one, and for each pending path that is clean already."""
    files = _list_tracked(root)
    pending = _pending(root)
    findings = sorted(find_words(root, files))
    waived = {path: [found for found in findings if _below(found.file, path)] for path in pending}
    lines = [str(found) for found in findings if not any(_below(found.file, path) for path in pending)]
    return lines + [f"{PENDING}: {path} is clean: remove the line" for path, found in waived.items() if not found]


def find_words(root: Path, files: list[str]) -> Iterator[Finding]:
    """Yield what the files have of the banned words and of the left column of the glossary's table."""
    better = dict.fromkeys(BANNED, _PLAINER) | read_table((root / GLOSSARY).read_text("utf-8"))
    pattern = _any_of(better)
    for file in files:
        text = (root / file).read_text("utf-8")
        tree = ast.parse(text) if file.endswith(".py") else None
        if tree is not None:
            yield from (Finding(file, *found) for found in _bad_functions(tree))
        for line, prose in [(1, _words_of_name(file)), *_prose(file, text, tree)]:
            for match in pattern.finditer(_without_code(prose)):
                word = " ".join(match[0].split())
                yield Finding(file, line + prose.count("\n", 0, match.start()), word, better[word.lower()])


def read_table(glossary: str) -> dict[str, str]:
    """Return the right word for each wrong one, from the table at the end of the glossary."""
    rows = _ROW.findall(glossary.partition(_TABLE)[2])
    return {wrong.lower(): right for wrong, right in rows if wrong not in {"not", "---"}}


def _any_of(words: Mapping[str, str]) -> re.Pattern[str]:
    choices = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{choices})(?![\w-])", re.IGNORECASE)


def _without_code(text: str) -> str:
    """Blank what is not prose, and leave every other character where it is."""
    return _NOT_READ.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _words_of_name(file: str) -> str:
    """The name of a file as words: a document is linked by it, and a module imported."""
    return re.sub(r"[-_.]", " ", Path(file).stem)


def _prose(file: str, text: str, tree: ast.Module | None) -> Iterator[tuple[int, str]]:
    """Yield what is written for people in a file, with the line each piece begins on; `tree` is that of Python."""
    if tree is not None:
        yield from _python_prose(text, tree)
        return
    match Path(file).suffix:
        case ".sql":
            yield from _line_comments(text, "--")
        case ".ts" | ".tsx" | ".css" | ".js":
            yield from _front_end_comments(text)
        case ".md":
            yield from _paragraphs(file, text)
        case _:
            yield from _line_comments(text, "#")


def _paragraphs(file: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield a document, without the table of wrong words if it is the glossary."""
    yield 1, text.partition(_TABLE)[0] if file == GLOSSARY else text


def _line_comments(text: str, mark: str) -> Iterator[tuple[int, str]]:
    """Yield what stands behind the mark of a comment in each line."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield number, line.partition(mark)[2]


def _front_end_comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield each comment of TypeScript or CSS with the line it begins on."""
    for match in _FRONT_END_COMMENT.finditer(text):
        if match[2]:
            yield text.count("\n", 0, match.start()) + 1, match[2]


def _python_prose(text: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield each docstring and each comment with the line it begins on."""
    for node in ast.walk(tree):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                match node.body:
                    case [ast.Expr(value=ast.Constant(value=str() as docstring)) as first, *_]:
                        yield first.lineno, docstring
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _bad_functions(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = node.name.strip("_")
            if _is_participle(name) and not any(map(_is_noun, node.decorator_list)):
                better = f"a verb, such as {FUNCTIONS[name]}" if name in FUNCTIONS else "a verb"
                yield node.lineno, f"def {node.name}", better


def _is_participle(name: str) -> bool:
    return name in FUNCTIONS or name in PARTICIPLES or (name.isalpha() and name.endswith("ed") and name not in _VERBS)


def _is_noun(decorator: ast.expr) -> bool:
    """Whether a function with this decorator is read like a noun: a property, and what `with` opens."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(called).rpartition(".")[2].removeprefix("async").removeprefix("cached_") in NOUNS


def _list_tracked(root: Path) -> list[str]:
    """The files that git has or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *READ]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    return sorted({file for file in done.stdout.splitlines() if (root / file).is_file()})


def _pending(root: Path) -> list[str]:
    try:
        lines = (root / PENDING).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [line for line in lines if line and not line.startswith("#")]


def _below(file: str, path: str) -> bool:
    return file == path or file.startswith(f"{path}/")


def main() -> int:
    """Check this checkout and print what has a better word."""
    lines = check_words(REPOSITORY)
    print("\n".join(lines), end="\n" if lines else "", file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
