"""Every setting that can be given is described in docs/running.md, and nothing else is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.house.tree import HERE, in_rooms, tree

DOCS = HERE / "docs" / "running.md"
BY_THE_SHELL = {"CLEARFRAME_VENV"}
NOT_OURS = {"CREDENTIALS_DIRECTORY"}  # systemd's own
READERS = {"str", "int", "bool", "read", "place", "whole", "flag", "get", "getenv"}


def _read(path: Path) -> set[str]:
    """The variables this file reads, by whatever call or index names one in capitals."""
    found = set()
    for node in ast.walk(tree(path)):
        name = None
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).rpartition(".")[2] in READERS:
            name = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            name = node.slice
        if isinstance(name, ast.Constant) and re.fullmatch(r"[A-Z][A-Z_]+", str(name.value)):
            found.add(str(name.value))
    return found


def _described() -> set[str]:
    rows = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_every_setting_is_described_and_nothing_else():
    readers = in_rooms("app", "tasks", "commands", "adapters")
    readers = [path for path in readers if "environ" in ast.unparse(tree(path))] + in_rooms("config")
    assert _described() == set().union(BY_THE_SHELL, *map(_read, readers)) - NOT_OURS


def test_no_view_or_model_reads_the_environment():
    reads = re.compile(r"\b(?:environ|getenv)\b")
    assert [str(path) for path in in_rooms("views", "models") if reads.search(ast.unparse(tree(path)))] == []
