"""Every setting that can be given is described in docs/running.md, and nothing else is."""

from __future__ import annotations

import ast
import re

from tests.house.tree import HERE, in_rooms, tree

DOCS = HERE / "docs" / "running.md"
# Read by the shell and by the command line, not by config.py.
ELSEWHERE = {"CLEARFRAME_VENV", "CLEARFRAME_DEBUG"}


def _read_by_config() -> set[str]:
    (config,) = in_rooms("config")
    first = [node.args[0] for node in ast.walk(tree(config)) if isinstance(node, ast.Call) and node.args]
    names = {arg.value for arg in first if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}
    return {name for name in names if re.fullmatch(r"[A-Z][A-Z_]+", name)}


def _described() -> set[str]:
    rows = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_every_setting_is_described():
    assert _described() == _read_by_config() | ELSEWHERE


def test_no_other_room_reads_a_setting():
    """Config is the one door for what an operator sets; CLEARFRAME_DEBUG and the demo flag are the command line's."""
    readers = {}
    for path in in_rooms("app", "tasks", "views", "models", "adapters"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv"):
                readers.setdefault(str(path), node.lineno)
    assert readers == {}
