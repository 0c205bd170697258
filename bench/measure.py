"""How figures are taken and shown: medians with their spread, beside a baseline of the same run."""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Row:
    """One figure: what was measured at which size, beside the bare libraries, against its target."""

    what: str
    size: int
    value: float
    unit: str
    spread: float = 0.0  # half the distance between the quarters, in the same unit
    baseline: float | None = None
    target: str = ""
    holds: bool | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over the bare libraries."""
        return self.value / self.baseline if self.baseline else None


@dataclass(frozen=True)
class Times:
    """CPU and wall seconds of one act, by median and spread."""

    cpu: float
    wall: float
    cpu_spread: float
    wall_spread: float
    p95: float


def timed(act: Callable[[], Any], times: int, *, cpu: Callable[[], float] = time.process_time) -> Times:
    """Run an act so often, once before to warm up; seconds."""
    act()
    spent, passed = [], []
    for _ in range(times):
        began, started = cpu(), time.perf_counter()
        act()
        spent.append(cpu() - began)
        passed.append(time.perf_counter() - started)
    return Times(
        statistics.median(spent), statistics.median(passed), spread(spent), spread(passed), _p95(passed)
    )


def spread(values: list[float]) -> float:
    """Half the distance between the quarters."""
    if len(values) < 4:
        return 0.0
    low, _, high = statistics.quantiles(values, n=4)
    return (high - low) / 2


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, int(len(values) * 0.95 + 0.5) - 1)]


def child_cpu(pid: int) -> float:
    """CPU seconds a living child has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def scratch_library() -> Iterator[Any]:
    """A started library in a folder of its own, gone afterwards; never the operator's."""
    import app
    from config import Config
    from models.base import db, tools

    with tempfile.TemporaryDirectory(prefix="clearframe-bench-") as folder:
        config = Config.from_environment(
            data=Path(folder) / "data", keys=Path(folder) / "keys", demo=False, database_url=f"sqlite:///{folder}/data/clearframe.db",
            storage_url="file:", queue_url="", smtp_url=None, base_url="http://localhost", trusted_hosts=(),
        )  # fmt: skip
        app.first_start(config)
        from models.job import Job

        Job.nudge = staticmethod(lambda _job_id: None)
        try:
            with db.connection_context():
                yield config
        finally:
            tools.sandbox.close()
            tools.keys.close()


def machine() -> str:
    """The machine in a few words."""
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")),
        platform.machine(),
    )  # fmt: skip
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def as_json(bench: str, rows: list[Row]) -> dict[str, Any]:
    """The figures for a program."""
    return {
        "bench": bench,
        "machine": machine(),
        "rows": [{**asdict(row), "ratio": row.ratio} for row in rows],
    }


def as_table(rows: list[Row]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| what | size | ours | spread | bare libraries | ratio | target | holds |",
        "|---|--:|--:|--:|--:|--:|---|---|",
    ]
    for row in rows:
        ratio = f"{row.ratio:.2f}" if row.ratio else ""
        bare = f"{row.baseline:.3g} {row.unit}" if row.baseline else ""
        holds = {True: "yes", False: "NO", None: ""}[row.holds]
        lines.append(
            f"| {row.what} | {row.size:,} | {row.value:.3g} {row.unit} | {row.spread:.2g} | {bare} | {ratio} | {row.target} | {holds} |"
        )
    return "\n".join(lines)
