"""What the house tests read: our own files, as git knows them, and what each imports."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Every file of the project with one of these suffixes, tracked or about to be, relative to its folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HERE, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    found = (Path(name) for name in sorted(set(listed)) if name)
    return tuple(
        path for path in found if (HERE / path).is_file() and (not suffixes or path.suffix in suffixes)
    )


def in_rooms(*rooms: str) -> list[Path]:
    """The Python files of these rooms: `models` is models.py and all in models/."""
    return [path for path in files(".py") if path.parts[0].removesuffix(".py") in rooms]


@cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse((HERE / path).read_text(encoding="utf-8"), filename=str(path))


@cache
def imports(path: Path) -> frozenset[str]:
    """Dotted names this file imports at run time, wherever in the file; `from a import b` is both `a` and `a.b`.

    What stands under `if TYPE_CHECKING:` is only read by the type checker and is left out.
    """
    return frozenset(_imports(tree(path)))


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield "." * node.level + (node.module or "")
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)
