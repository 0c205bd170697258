"""Files fit a few screens, what is public promises something, and nothing of a workshop is left lying about."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import HERE, files, in_rooms, tree

LONGEST = 400  # lines; about 250 is the aim
TEXT = (
    ".py",
    ".md",
    ".html",
    ".css",
    ".js",
    ".toml",
    ".in",
    ".txt",
    ".po",
    ".sh",
    ".yml",
    ".svg",
    ".config",
    "",
)
MARKS = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
# Folders that exist on one machine only, and where a package was fetched from.
MACHINE = re.compile(
    r"(?<![\w.])/(?:work|home|Users)/\w|(?<!no-emit-)index-url|https?://[\w.-]*(?:pypi|artifactory|npmjs)\."
)


def test_a_file_fits_a_few_screens():
    rooms = in_rooms("app", "config", "tasks", "commands", "views", "models", "adapters")
    lengths = {str(path): len(_lines(path)) for path in rooms}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_what_is_public_promises_something():
    assert [line for path in in_rooms("models", "adapters") for line in _unpromised(path)] == []


def _unpromised(path: Path) -> list[str]:
    module = tree(path)
    promised = {node.name for _, node in _public(module) if ast.get_docstring(node)}
    bare = [
        f"{path}:{node.lineno} {node.name}" for owner, node in _public(module) if not ast.get_docstring(node)
    ]
    # A protocol's method is promised where it is kept, in the same file; a field's hooks are promised by peewee.
    known = promised | {"db_value", "python_value", "save", "Meta"}
    silent = [str(path)] if module.body and not ast.get_docstring(module) else []
    return silent + [line for line in bare if line.rpartition(" ")[2] not in known]


def _public(module: ast.Module) -> Iterator[tuple[ast.AST, ast.FunctionDef | ast.ClassDef]]:
    kinds = [node for node in module.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    for owner in (module, *kinds):
        for node in owner.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                yield owner, node


def test_nothing_is_put_off():
    assert _found(MARKS) == []


def test_no_file_knows_a_machine():
    assert _found(MACHINE) == []


def test_every_dependency_is_pinned_with_a_hash():
    for path in (path for path in files(".txt") if path.name.startswith("requirements")):
        entries = re.findall(
            r"^(?=[\w-])(?:.*\\\n)*.*$", (HERE / path).read_text(encoding="utf-8"), re.MULTILINE
        )
        assert entries
        assert [
            entry for entry in entries if not re.match(r"[\w.-]+(\[\w+\])?==\S+ .*\n +--hash=sha256:", entry)
        ] == []
        assert not MACHINE.search("".join(entries))


def _found(pattern: re.Pattern[str]) -> list[str]:
    """Where it stands in what people wrote here; this file alone may name what it looks for."""
    return [
        f"{path}:{number}"
        for path in files(*TEXT)
        if "vendor" not in path.parts and path.name != Path(__file__).name
        for number, line in enumerate(_lines(path), 1)
        if pattern.search(line)
    ]


def _lines(path: Path) -> list[str]:
    return (HERE / path).read_text(encoding="utf-8").splitlines()
