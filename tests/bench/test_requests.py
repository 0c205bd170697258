"""A package never holds all its pictures in memory, nor anything of them in the temporary folder (issue part 4, DSR-20)."""

from __future__ import annotations

from bench import requests as bench
from bench.measure import scratch_library


def test_a_package_is_made_one_picture_at_a_time():
    with scratch_library() as config:
        rows = {row.what: row for row in bench._pack(24, config)}
    size = rows["package, size of the ZIP"].value
    assert size > 20, "a megabyte for each picture"
    assert rows["package, most memory of Python objects at once"].value < size / 3
    assert rows["package, memory of the child that decodes"].holds
    assert rows["package, most disk in the vault while it was made"].holds
    assert rows["package, most disk in the temporary folder"].value == 0
