"""What becomes of every table when a photo or a person is erased; a house test holds it against the records (ERA-01, ERA-02)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from peewee import ForeignKeyField, Model, chunked

from models import schema
from models.person import Relation

Rows = dict[type[Model], set[int]]
KEPT = object()  # a personal column that stays, for the reason beside it


@dataclass(frozen=True)
class Stays:
    """A row that outlives what it points to: the pointer is emptied, and each personal column becomes this or is KEPT."""

    why: str
    columns: Mapping[str, Any] = field(default_factory=dict)


GOES = "goes with it"
LOG = "what left, to whom and where it was shown must stay answerable (Art. 5(2), 17(3)(e)); the code alone says of what"

CLAIM = (
    "what was asked and how it was answered must be shown for five years; then the claim goes (Art. 5(2), 12)"
)
_OF_CLAIM = dict.fromkeys(
    ("right", "capacity", "name", "about", "email", "postal", "locale", "words", "clues", "identity", "identity_note", "pause_note",
     "extension_note", "note"), KEPT,
)  # fmt: skip

# Every column that points to a photo or a person, or to what goes with one.
# fmt: off
POINTERS: dict[str, str | Stays] = {
    "Addressee.person": GOES, "Affected.person": GOES,
    "Appearance.face": GOES, "Appearance.person": GOES, "Appearance.photo": GOES,
    "AskedPhoto.photo": GOES, "AskedPhoto.request": GOES, "Asked.request": GOES,
    "Basis.person": GOES,
    "Circumstance.person": GOES,
    "Claim.guardian": Stays(CLAIM, _OF_CLAIM), "Claim.person": Stays(CLAIM, _OF_CLAIM),
    "Claimed.photo": GOES,
    "Consent.guardian": Stays("its person's own consent"), "Consent.person": GOES, "Consent.request": Stays("the signature outlives the asking"),
    "Copy.photo": GOES, "CopyCheck.copy": GOES, "Cover.copy": GOES,
    "Delivery.copy": Stays(LOG, {"recipient": KEPT, "verdict": {}}),
    "Delivery.photo": Stays(LOG, {"recipient": KEPT, "verdict": {}}),
    "Disposition.person": GOES, "Disposition.photo": GOES,
    "Distinct.one": GOES, "Distinct.other": GOES,
    "Draft.request": GOES,
    "Entry.guardian": GOES, "Entry.person": GOES,
    "Face.photo": GOES, "Found.photo": GOES, "Found.face": Stays("the finding is of the photo; it goes with that"), "Faceprint.face": GOES, "Faceprint.person": GOES,
    "Guardian.person": GOES,
    "Hold.person": GOES,
    "ImportedRow.consent": GOES,
    "Indexed.photo": GOES,
    "Inquiry.guardian": Stays("her own message", {"kind": KEPT, "words": KEPT, "note": KEPT}), "Inquiry.person": GOES,
    "Inquiry.photo": Stays("her own message, about a photo that is gone", {"kind": KEPT, "words": KEPT, "note": KEPT}),
    "Line.consent": GOES, "Line.person": GOES, "Line.renews": Stays("her own newer answer", {"answer": KEPT}),
    "LinePhoto.line": GOES, "LinePhoto.photo": GOES,
    "Match.face": GOES, "Match.person": GOES,
    "Merging.gone": GOES, "Merging.kept": GOES,
    "Notice.guardian": GOES, "Notice.person": GOES,
    "OptOut.person": Stays("that objections were heeded at the event, by nobody's name", {"note": ""}),
    "OriginalView.photo": GOES,
    "Override.photo": GOES, "Package.person": GOES, "PackageCover.picture": GOES, "PackagePicture.package": GOES, "PackagePicture.photo": GOES,
    "PlanLine.photo": Stays("what was decided about it is part of the certificate, by its code", {"ground": KEPT}),
    "Publication.photo": Stays(LOG, {"url": KEPT, "medium": KEPT, "ended_note": KEPT}),
    "Rejection.face": GOES, "Rejection.person": GOES,
    "Remark.face": GOES,
    "Request.guardian": GOES, "Request.person": GOES,
    "Review.photo": GOES,
    "Roster.face": Stays("that recognition was begun for the album"),
    "Ruling.person": GOES,
    "SecrecyCheck.photo": GOES,
    "Selfie.consent": GOES,
    "SetAside.photo": GOES,
    "SharedPhoto.copy": GOES, "SharedPhoto.photo": GOES, "ShareOpening.photo": GOES,
    "Sought.person": GOES,
    "Step.face": GOES, "Step.person": GOES, "Step.photo": GOES,
    "Tag.photo": GOES,
    "TakeDown.person": Stays("the photo may still be out there", {"note": ""}),
    "TakeDown.photo": Stays("an erased photo that is still shown must come down", {"note": KEPT}),
    "Telling.person": GOES,
    "Unmasking.face": GOES, "Unmasking.picture": GOES,
    "Visit.person": GOES,
    "Voiding.line": GOES,
    "Withdrawal.guardian": Stays("the withdrawal counts whoever declared it"), "Withdrawal.line": GOES,
}

# What stays of a person while the proof of her consent is kept: in the privacy officer's reach alone, by her code (WDR-06).
PROOF: dict[str, Mapping[str, Any]] = {
    "Person": {
        "name": "", "folded": "", "email": None, "born": None, "relation": Relation.OTHER, "locale": "", "note": "",
    },
    "Guardian": {"name": "", "email": None, "locale": "", "kind": KEPT},
    "Consent": {"signer": "", "locale": KEPT},  # the typed name stands in the sealed proof and nowhere else
    "Line": {"answer": KEPT},
    "LinePhoto": {}, "Withdrawal": {}, "ImportedRow": {}, "Asked": {}, "AskedPhoto": {},
    "Request": {"locale": KEPT},
    "Voiding": {"reason": KEPT},
    "Basis": {"evidence": KEPT, "reason": KEPT},
}

# Whose id each kind of job carries; what waits for something erased is taken out of the queue.
JOBS: dict[str, str] = {
    "prepare": "Photo", "look-harder": "Photo", "look-turned": "Photo", "compare": "Photo", "erase": "Photo", "copy": "Copy",
    "faceprints": "Person", "recolour": "Person", "selfie": "Selfie", "receipt": "Consent", "notice": "Notice", "package": "Package",
    "recolour-album": "", "scan": "", "wipe": "", "my-links": "", "forgotten": "", "hook": "", "import": "", "campaign": "", "chase": "",
    "tidy": "", "erasure-plan": "", "backup": "", "keys-backup": "", "drill": "", "pack": "", "face-picture": "", "face-search": "",
}
# fmt: on


def _records() -> dict[str, type[Model]]:
    return {record.__name__: record for record in schema.records()}


def pointers() -> list[tuple[str, type[Model], ForeignKeyField, type[Model]]]:
    """Every declared pointer with its record, its column and what it points to."""
    named, found = _records(), []
    for name in POINTERS:
        record, _, column = name.partition(".")
        pointer: Any = named[record]._meta.fields[column]
        found.append((name, named[record], pointer, pointer.rel_model))
    return found


def below(root: type[Model], ids: Iterable[int]) -> Rows:
    """The root and every row that goes with it, by record."""
    rows: Rows = {root: set(ids)}
    growing = True
    while growing:
        growing = False
        for name, record, pointer, target in pointers():
            if POINTERS[name] != GOES or target not in rows:
                continue
            known = rows.setdefault(record, set())
            more = set(_ids(record, pointer, rows[target])) - known
            known |= more
            growing = growing or bool(more)
    return rows


def codes(rows: Rows) -> list[str]:
    """The public codes of all these rows, under which lines of the trail speak of them."""
    return [
        code
        for record, ids in rows.items()
        if "code" in record._meta.fields
        for some in chunked(ids, 500)
        for code in _column(record, record.code, _key(record).in_(some))  # type: ignore[attr-defined]
    ]


def part(rows: Rows, *, proof: bool = False) -> None:
    """Let go of what outlives these rows, emptied as its rule says; with `proof` what stays for it is no reason to."""
    for name, record, pointer, target in pointers():
        rule = POINTERS[name]
        if not isinstance(rule, Stays) or target not in rows or (proof and record.__name__ in PROOF):
            continue
        _empty(record, rule.columns, _ids(record, pointer, rows[target]), {pointer.name: None})


def drop(rows: Rows, *, but: Iterable[str] = ()) -> int:
    """Delete these rows, and what the engine deletes with them; returns how many there were."""
    count, spared = 0, set(but)
    for record, ids in rows.items():
        if record.__name__ in spared:
            continue
        for some in chunked(ids, 500):
            count += len(some)
            record.delete().where(_key(record).in_(some)).execute()
    return count


def empty_proof(rows: Rows) -> None:
    """Take name and contact out of what stays for the proof."""
    for record, ids in rows.items():
        if record.__name__ in PROOF:
            _empty(record, PROOF[record.__name__], ids, {})


def waiting_jobs(rows: Rows) -> list[tuple[str, set[int]]]:
    """Kinds of job with the ids in these rows they would be about."""
    by_name = {record.__name__: ids for record, ids in rows.items()}
    return [(kind, by_name[name]) for kind, name in JOBS.items() if name in by_name]


def _empty(
    record: type[Model], columns: Mapping[str, Any], ids: Iterable[int], more: Mapping[str, Any]
) -> None:
    values = {name: value for name, value in {**columns, **more}.items() if value is not KEPT}
    for some in chunked(ids, 500):
        if values:
            record.update(**values).where(_key(record).in_(some)).execute()


def _ids(record: type[Model], pointer: Any, targets: Iterable[int]) -> list[int]:
    return [id for some in chunked(targets, 500) for id in _column(record, _key(record), pointer.in_(some))]


def _key(record: type[Model]) -> Any:
    return record._meta.primary_key


def _column(record: type[Model], column: Any, where: Any) -> list[Any]:
    rows: Any = record.select(column).where(where).tuples()
    return [value for (value,) in rows]
