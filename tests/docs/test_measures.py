"""The description of the measures (Art. 32, GOV-09) is written from the running installation, and the committed one is current."""

from __future__ import annotations

import re

import pytest

from models import measures
from models.base import db
from models.setting import Setting
from tests.house.tree import HERE

PLACE = HERE / "docs" / "compliance" / "toms.md"
CHANGING = re.compile(r"\d{4}-\d\d-\d\d|\d+ (lines?|objects?)|number \d+")


def steady(text):
    """The text without what differs from day to day."""
    return CHANGING.sub("...", text)


def test_the_committed_example_is_that_of_a_fresh_installation(house):
    with db.atomic():
        Setting.put("organisation", "Your organisation")
    assert steady(PLACE.read_text(encoding="utf-8")) == steady(measures.described())


@pytest.mark.both_engines
def test_it_says_what_is_true_now(house):
    before = measures.described()
    editor = house.user("editor")
    house.user("dpo")
    house.photo(house.album(by=editor), by=editor)
    after = measures.described()
    assert ("dpo 0" in before, "dpo 1" in after) == (True, True)
    assert "1 of 2 of these accounts" in after
    assert "1 object under" in after
    assert ("SQLCipher" in after) == (house.config.database_url.startswith("sqlite"))
