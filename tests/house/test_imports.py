"""Imports point inward, and few may open the vault or ask for the decision (house rules 1 and 5)."""

from __future__ import annotations

import ast
import sys

import pytest

from tests.house.tree import files, imports, in_rooms, tree

# Each room may import itself and what stands behind it; commands stand beside views.
BEHIND = {
    "app": {"app", "config", "views", "tasks", "models", "adapters"},
    "commands": {"commands", "app", "config", "tasks", "models", "adapters", "demo", "bench"},
    "views": {"views", "tasks", "models"},
    "tasks": {"tasks", "app", "config", "models", "adapters"},  # a worker is wired by app when it starts
    "models": {"models", "adapters"},
    "adapters": {"adapters"},
    "config": {"config"},
}
OURS = set(BEHIND) | {"migrations", "demo", "bench", "tests"}
FORBIDDEN = {
    "views": {"peewee", "playhouse", "PIL"},
    "models": {"flask", "flask_login", "flask_wtf", "flask_babel", "werkzeug", "wtforms", "huey"},
    "adapters": {"peewee", "playhouse", "flask", "werkzeug", "huey"},
}
VAULT_OPENERS = {
    "photo",
    "preparation",  # photo's work in the worker: previews and facts from the original
    "faceprints",  # looks at faces in the original, once more when asked to
    "copy",  # a masked copy lies beside the original, under the photo's key
    "masking",  # covers people in a picture made from the original
    "delivery",
    "claim",
    "erasure",
    "package",  # what is handed out for a request, until it is deleted
    "consent",  # the paper form as scanned
    "importing",  # a list from before and its signed forms
    "scrub",  # reads all of it to see whether it is whole, and keeps nothing
    "pack",  # the evidence pack until it is taken out
    "selfie",  # until the worker has looked at it
    "face_search",  # pictures and numbers of one search by the face of who asks, until it ends
    "face_looking",  # the worker's part of it
    "evidence",  # what was shown and signed, its receipt and its sealed bundle
}
OPENING = {"writer", "put", "open", "read", "key", "drop", "destroy"}
DECIDING = {"clearance", "facts", "lifting", "reasons", "standing"}


def _tops(path):
    return {name.split(".")[0] for name in imports(path)}


def test_imports_point_inward():
    outward = {
        str(path): _tops(path) & OURS - BEHIND[path.parts[0].removesuffix(".py")]
        for path in in_rooms(*BEHIND)
    }
    assert {path: names for path, names in outward.items() if names} == {}
    assert len(outward) > 300, "all rooms were read"


def test_no_room_uses_a_library_of_its_neighbour():
    used = {str(path): _tops(path) & FORBIDDEN[path.parts[0]] for path in in_rooms(*FORBIDDEN)}
    assert {path: names for path, names in used.items() if names} == {}


def test_tables_are_read_and_written_in_one_place():
    """What guards a spreadsheet from a formula stands there, and no CSV leaves past it (ASVS 1.2.10)."""
    users = {
        path
        for path in in_rooms("app", "commands", "views", "tasks", "models", "adapters")
        if imports(path) & {"csv", "openpyxl"}
    }
    assert {path.as_posix() for path in users} == {"adapters/tables.py"}


def test_no_import_is_relative():
    assert [str(path) for path in files(".py") if any(name.startswith(".") for name in imports(path))] == []


@pytest.mark.parametrize("path", [path for path in in_rooms("models") if path.stem in DECIDING], ids=str)
def test_the_decision_imports_nothing_of_ours(path):
    """Beside clearance.py stand the facts, reasons, standing and lifting it is made of; they know nothing else of ours."""
    names = imports(path)
    ours = {name for name in names if name.split(".")[0] in OURS}
    assert {name for name in ours if name.split(".")[1:2] and name.split(".")[1] not in DECIDING} == set()
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names | {"models"}


def test_only_few_open_the_vault():
    """The vault is reached as `tools.vault`; only the models named above may open what lies in it."""
    openings = {
        f"{path}:{node.lineno}"
        for path in in_rooms("app", "commands", "views", "tasks", "models")
        if not (path.parts[0] == "models" and path.stem in VAULT_OPENERS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in OPENING
        and ast.unparse(node.value).endswith("vault")
    }
    assert openings == set()


def test_only_clearances_calls_decide():
    """Photo.clearances, through verdicts, gathers the facts and asks; whoever needs a verdict asks it."""
    callers = set()
    for path in in_rooms("app", "commands", "views", "tasks", "models", "adapters"):
        for function in (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)):
            calls = (ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call))
            if any(name in ("decide", "clearance.decide") for name in calls) and path.stem not in DECIDING:
                callers.add(f"{path}:{function.name}")
    assert callers == {"models/photo.py:verdicts"}
