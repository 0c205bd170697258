"""What waits on the disk while it is taken in is unreadable (ERA-07, SEC-12)."""

from __future__ import annotations

import os
import tempfile

import pytest

from adapters import spool
from adapters.spool import Spool


@pytest.mark.parametrize("size", [0, 1, 65_537, spool.IN_MEMORY + 100_000])
def test_what_is_written_comes_back(size):
    data = os.urandom(size)
    kept = Spool()
    for start in range(0, size, 60_000):
        kept.write(data[start : start + 60_000])
    for _ in range(2):
        kept.seek(0)
        assert kept.read() == data
    kept.close()


def test_nothing_readable_touches_the_disk(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    marker = b"MARKER-OF-A-PHOTO" * 60_000
    kept = Spool()
    kept.write(marker)
    kept._file.flush()
    raw = os.pread(kept._file.fileno(), len(marker), 0)
    assert len(raw) == len(marker)
    assert b"MARKER" not in raw
    assert list(tmp_path.iterdir()) == [], "the file has no name"


def test_it_goes_back_to_the_start_only():
    kept = Spool()
    kept.write(b"abc")
    with pytest.raises(OSError, match="from its start"):
        kept.seek(1)
