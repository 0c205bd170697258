"""What stores, ways of finding and stages of a package are called on screen."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext

from models import package_words
from models.package import Package

_ = lazy_gettext

STAGES: dict[str, Any] = {
    "making": _("being made"), "review": _("waits for a look"), "reviewed": _("looked at, not let go"), "packing": _("being packed"),
    "ready": _("ready to be taken"), "gone": _("deleted"),
}  # fmt: skip


def way_words(ways: list[str]) -> str:
    """How a photo was found."""
    return ", ".join(gettext(package_words.WAYS[way]) for way in ways)


def store_words(store: str) -> str:
    """What a store is called."""
    return gettext(package_words.STORES[store])


def stores_words(stores: list[str]) -> str:
    """What several stores are called."""
    return ", ".join(map(store_words, stores))


def stated_words(store: str) -> str:
    """What is said of a store that can't be counted."""
    return gettext(package_words.STATED[store])


def package_stage(package: Package) -> str:
    """Where a package stands."""
    return str(STAGES[package.stage.value])


def own_words(own: str) -> str:
    """Whether the one who asked can be seen in a picture, said to a colleague."""
    return gettext(package_words.SEEN[own or "none"])


VOCABULARY = {
    "way_words": way_words, "store_words": store_words, "stores_words": stores_words, "stated_words": stated_words, "package_stage": package_stage,
    "own_words": own_words,
}  # fmt: skip
