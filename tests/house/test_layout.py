"""Files fit a few screens, what is public promises something, and nothing of a workshop is left lying about."""

from __future__ import annotations

import ast
import re

import pytest

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
    "",
    ".yml",
    ".svg",
    ".config",
)
MARKS = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
# Folders that exist on one machine only, and where a package was fetched from.
MACHINE = re.compile(
    r"(?<![\w.])/(?:work|home|Users)/\w|index-url|https?://[\w.-]*(?:pypi|artifactory|npmjs)\."
)


@pytest.mark.parametrize(
    "path", in_rooms("app", "config", "tasks", "commands", "views", "models", "adapters"), ids=str
)
def test_a_file_fits_a_few_screens(path):
    assert len((HERE / path).read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", in_rooms("models", "adapters"), ids=str)
def test_what_is_public_promises_something(path):
    module = tree(path)
    if not module.body:
        return
    bare = [] if ast.get_docstring(module) else [str(path)]
    for owner in (module, *(node for node in module.body if isinstance(node, ast.ClassDef))):
        for node in owner.body:
            is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if (
                is_public
                and node.name != "Meta"
                and not ast.get_docstring(node)
                and not _is_inherited(owner, node)
            ):
                bare.append(f"{path}:{node.lineno} {node.name}")
    assert bare == []


def _is_inherited(owner: ast.AST, node: ast.AST) -> bool:
    # peewee's field hooks and the like: the promise stands in the class they come from.
    return getattr(node, "name", "") in ("db_value", "python_value", "save") and bool(
        getattr(owner, "bases", ())
    )


def _written() -> list:
    return [
        path
        for path in files(*TEXT)
        if "vendor" not in path.parts and not path.name.startswith("requirements")
    ]


def test_nothing_is_put_off():
    assert _found(MARKS) == []


def test_no_file_knows_a_machine():
    assert _found(MACHINE) == []


def _found(pattern: re.Pattern) -> list[str]:
    return [
        f"{path}:{number}"
        for path in _written()
        for number, line in enumerate((HERE / path).read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_every_dependency_is_pinned_with_a_hash():
    for path in (path for path in files(".txt") if path.name.startswith("requirements")):
        text = (HERE / path).read_text(encoding="utf-8")
        pins = re.findall(r"^[\w.-]+==.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[\w.-]+(?:\[|=|<|>|@| )", text, re.MULTILINE))
        assert not MACHINE.search(text)
