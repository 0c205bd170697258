"""Which verb carries out which kind of job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HANDLERS: dict[str, Callable[[int], Any]] = {}
