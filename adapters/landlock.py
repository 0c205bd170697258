"""The kernel's own fence around files: whoever stands inside reads only the folders named here (Linux 5.13 and later)."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every processor
ASK_VERSION, PATH_BENEATH = 1, 1
READ = 0b1101  # execute, read a file, list a folder
FILE_READ = 0b101
WORK = READ | 0b1_1011_0010 | 1 << 14  # besides: write, cut short, make and remove files and folders
PAPERS = ("/etc/fonts", "/var/cache/fontconfig", "/etc/mime.types")  # what setting a paper reads
HOME = Path(__file__).resolve().parent


def fence(libc: ctypes.CDLL, folders: Iterable[Path], scratch: Path | None = None) -> bool:
    """Leave this process only reading, and only beneath these folders, for good; False where the kernel can't.

    Beneath `scratch` it may work as well: write, make and remove.
    """
    version = libc.syscall(CREATE_RULESET, None, 0, ASK_VERSION)
    if version < 1:
        return False
    every = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    network = 0b11 if version >= 4 else 0  # TCP too, should the network's own cut not hold
    rules = struct.pack("QQ", every, network)
    ruleset = libc.syscall(CREATE_RULESET, rules, len(rules) if version >= 4 else 8, 0)
    if ruleset < 0:
        return False
    try:
        for folder in folders:
            with suppress(OSError):
                _allow(libc, ruleset, folder, READ if folder.is_dir() else FILE_READ)
        if scratch is not None:
            _allow(libc, ruleset, scratch, WORK & every)
        return bool(libc.syscall(RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", access, handle)
        libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0)
    finally:
        os.close(handle)


def libraries() -> list[Path]:
    """Where Python, its packages and what they are linked with lie; of the project only this folder."""
    given = {sys.prefix, sys.base_prefix, *(entry for entry in sys.path if entry)}
    project = HOME.parent
    packages = {path for path in map(Path, given) if path.resolve() != project}
    return [
        HOME,
        *sorted(packages),
        Path("/usr"),
        Path("/lib"),
        Path("/lib64"),
        Path("/etc/ld.so.cache"),
        *map(Path, PAPERS),
    ]
