"""Which verb carries out which kind of job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models import preparation, recognition

HANDLERS: dict[str, Callable[[int], Any]] = {
    "prepare": preparation.prepare,
    "faceprints": recognition.make_faceprints,
    "compare": recognition.compare,
}
