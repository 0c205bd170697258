"""What is written down while it runs: a line per request or job, for machines as JSON, and never about a person."""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import Any

import structlog


def begin(level: str) -> None:
    """Send every logger of this process to stderr: JSON lines, or plain ones on a terminal."""
    shared: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    plain = sys.stderr.isatty()
    last: Any = structlog.dev.ConsoleRenderer() if plain else structlog.processors.JSONRenderer()
    ending: list[Any] = [] if plain else [structlog.processors.ExceptionRenderer(_bare)]
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                *shared,
                structlog.stdlib.ExtraAdder(["endpoint", "method", "ms", "request_id", "status"]),
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending, last],
        )
    )
    root = logging.getLogger()
    for old in [each for each in root.handlers if getattr(each, "_ours", False)]:
        root.removeHandler(old)
    handler._ours = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("clearframe").setLevel(level)


def _bare(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    """Where it happened and of what kind, without the error's words: a library may quote what somebody typed in them."""
    places, trace = [], exc_info[2]
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return f"{exc_info[0].__name__} at " + " > ".join(places[-12:])
