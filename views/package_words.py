"""What stores, ways of finding and stages of a package are called on screen."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext

from models import package_words
from models.package import Package

_ = lazy_gettext

WAYS: dict[str, Any] = {
    "link": _("somebody saw this person in it"), "claimed": _("the file names this person"), "title": _("named in the title"),
    "caption": _("named in the caption"), "tag": _("named in a tag"), "file-name": _("named in the file's name"),
    "clue": _("from the event, place or days; somebody in it has no name"),
}  # fmt: skip
STORES: dict[str, Any] = {
    "photos": _("Photos in which somebody saw this person"), "vault": _("Stored files: photos and proofs"),
    "index": _("Search index"), "guardians": _("People who speak for this person"), "circumstances": _("Circumstances"), "holds": _("Kept by law"), "breaches": _("Breaches"),
    "requests": _("Consent requests"), "asked": _("Uses asked for"), "consents": _("Consents"), "lines": _("Answers"),
    "withdrawals": _("Withdrawals"), "voidings": _("Answers declared void"), "bases": _("Other grounds"), "rulings": _("Rulings"),
    "deliveries": _("Deliveries"), "publications": _("Publications"), "shares": _("Photos in shares"),
    "overrides": _("Exceptions for photos"), "takedowns": _("Take-downs"), "dispositions": _("Decisions about photos"), "messages": _("Messages"),
    "claims": _("Requests about data"), "claim-letters": _("Letters of requests"), "packages": _("Packages"),
    "letters": _("Letters"), "outbox": _("Outbox of this machine"), "campaigns": _("Campaigns"), "visits": _("Visits through a poster"),
    "entries": _("Codes for the own page"), "imports": _("Rows of imported lists"), "events": _("Objections at events"),
    "of-age": _("Letters at coming of age"), "merged": _("Entries brought together"), "distinct": _("Entries known to be two"),
    "sought": _("Searches through older photos"), "faceprints": _("Faceprints"), "selfies": _("Selfies"),
    "guesses": _("Guesses of the computer"), "rejections": _("Rejected guesses"), "desk": _("Acts at the desk, kept for a day"),
    "trail": _("Lines of the trail"), "backups": _("Backups"), "processors": _("Processors"),
}  # fmt: skip
STATED: dict[str, Any] = {
    "backups": _("The same again, sealed under this person's own key, for as many days as backups are kept; not searched one by one."),
    "processors": _("Mail and storage providers hold copies only while they do their work; ask those your register names."),
}  # fmt: skip
STAGES: dict[str, Any] = {
    "making": _("being made"), "review": _("waits for a look"), "reviewed": _("looked at, not let go"), "packing": _("being packed"),
    "ready": _("ready to be taken"), "gone": _("deleted"),
}  # fmt: skip


def way_words(ways: list[str]) -> str:
    """How a photo was found."""
    return ", ".join(str(WAYS[way]) for way in ways)


def store_words(store: str) -> str:
    """What a store is called."""
    return str(STORES[store])


def stated_words(store: str) -> str:
    """What is said of a store that can't be counted."""
    return str(STATED[store])


def package_stage(package: Package) -> str:
    """Where a package stands."""
    return str(STAGES[package.stage.value])


def own_words(own: str) -> str:
    """Whether the one who asked can be seen in a picture, said to a colleague."""
    return gettext(package_words.SEEN[own or "none"])


VOCABULARY = {
    "way_words": way_words, "store_words": store_words, "stated_words": stated_words, "package_stage": package_stage,
    "own_words": own_words,
}  # fmt: skip
