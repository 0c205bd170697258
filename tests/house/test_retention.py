"""The schedule on paper is the one the house goes by (GOV-09)."""

from __future__ import annotations

from models import retention
from tests.house.tree import HERE


def test_the_schedule_on_paper_is_current():
    assert (HERE / "docs" / "compliance" / "retention.md").read_text(encoding="utf-8") == retention.as_text()
