"""What a person sees who is asked to renew: what changed in the text, and the photos of her that are in use (T5)."""

from __future__ import annotations

from dataclasses import dataclass

from peewee import ModelSelect

from models import evidence
from models.consent import Consent, in_force
from models.delivery import Delivery
from models.face import Appearance
from models.photo import Photo
from models.request import Request

MOST_SHOWN = 24


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of the new text; `new` when it was not in the one she signed."""

    text: str
    new: bool


def changes(request: Request, locale: str) -> list[Paragraph] | None:
    """The paragraphs of the new text with those marked that differ from what was signed; None when nothing differs."""
    signed = prior(request)
    shown = evidence.wording(request, locale).body.split("\n\n")
    if signed is None or signed.version is None:
        return None
    old = signed.version.wording.text(locale, signed.version.number)
    before = {_plain(part) for part in evidence.filled(old, request).split("\n\n")}
    marked = [Paragraph(part, _plain(part) not in before) for part in shown]
    return marked if any(part.new for part in marked) else None


def continues(request: Request) -> bool:
    """Whether a yes of the same hand still stands for one of the uses asked about: only then is anything renewed."""
    return prior(request) is not None


def in_use(request: Request) -> tuple[list[Photo], int]:
    """The photos of her that went out for the uses asked about, newest first, at most two dozen; and how many there are."""
    query = _in_use(request)
    return list(query.order_by(Photo.id.desc()).limit(MOST_SHOWN)), query.count()


def _in_use(request: Request) -> ModelSelect[Photo]:
    hers = Appearance.select(Appearance.photo).where(
        Appearance.person == request.person, Appearance.undone_at.is_null()
    )
    out = Delivery.select(Delivery.photo).where(
        Delivery.use.in_(request.uses()), Delivery.digest != "", Delivery.photo.in_(hers)
    )
    return Photo.select().where(Photo.id.in_(out), Photo.placeholder.is_null(False))


def shown(request: Request) -> ModelSelect[Photo]:
    """Every photo this request's page may show."""
    from models.request import AskedPhoto

    asked = AskedPhoto.select(AskedPhoto.photo).where(AskedPhoto.request == request)
    chosen = Photo.id.in_(asked)
    return Photo.select().where(
        chosen | Photo.id.in_(_in_use(request).select(Photo.id)) if request.renews else chosen
    )


def prior(request: Request) -> Consent | None:
    """The newest signature of the same hand that still stands for one of the uses asked about."""
    uses = {use.id for use in request.uses()}
    own = [
        line.consent for line in in_force(request.person)
        if line.use_id in uses and line.consent.guardian_id == request.guardian_id
    ]  # fmt: skip
    return max(own, key=lambda consent: consent.signed_at, default=None)


def _plain(text: str) -> str:
    # A date that moved or a space more is no change of what was agreed.
    return "".join(char for char in text.casefold() if char.isalpha())
