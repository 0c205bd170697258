"""My photos: what a person, or who speaks for her, sees and decides on her own page, for as long as we hold anything of her."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from peewee import ModelSelect, fn

from adapters import clock
from models import consents_of, masking
from models.attestation import is_attested
from models.base import db, find, tools
from models.consent import About, Consent, Line, Withdrawal, in_force, withdraw
from models.delivery import Delivery
from models.entry import Reader, actor_of, person_of
from models.errors import Gone, Invalid, NotAllowed, Refusal, _l
from models.gather import today
from models.merging import Merging
from models.person import Guardian, Person, Speaking
from models.photo import Photo, Review
from models.publication import Publication
from models.request import Asked, Request, Way
from models.use import Use
from models.wording import Wording, WordingKind

MEANS = "my photos"
_LETTERS: dict[str, type[Reader]] = {"p": Person, "g": Guardian}


def token(reader: Reader) -> str:
    """The secret of a reader's link, worked out from our key and her code: kept nowhere, the same for ever."""
    name = ("g" if isinstance(reader, Guardian) else "p") + reader.code
    return f"{name}.{_mac(name)}"


def link(reader: Reader) -> str:
    """Where a reader finds her own page, any day, without an account (WDR-01, WDR-02)."""
    return f"{tools.base_url}/my/{token(reader)}"


def by_token(given: str) -> Reader:
    """The reader of a link, however old; Gone for none of ours, NotAllowed once the other decides alone (MIN-08)."""
    name, _, mac = given.partition(".")
    right = hmac.compare_digest(_mac(name).encode(), mac.encode())
    kind = _LETTERS.get(name[:1])
    reader: Reader | None = kind.get_or_none(kind.code == name[1:]) if right and kind else None
    if reader is None:
        raise Gone(_l("This link isn't one of ours. Check that it was copied whole."))
    if isinstance(reader, Guardian):
        reader.check_speaks()
    return Merging.standing_for(reader) if isinstance(reader, Person) else reader


def _mac(name: str) -> str:
    raw = hmac.new(tools.keys.secret("my-links"), name.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True)
class Choice:
    """What stands for one use, or for recognition (`use` None): its state, until when, and which button it has."""

    use: Use | None
    state: str  # given, refused, withdrawn, ended, void, doubted, unknown or none
    until: date | None
    may_take_back: bool
    may_say_yes: bool


def choices(reader: Reader) -> list[Choice]:
    """One row per use on offer or ever answered, in the organisation's order, and recognition as a row of its own."""
    person = person_of(reader)
    newest, giving = consents_of.choices(person), may_give(reader)
    held = in_force(person)
    kept = {line.use_id for line in held if line.about is About.USE}
    rows = []
    for use in (
        Use.select().where(Use.ended_at.is_null() | Use.id.in_(list(newest))).order_by(Use.place, Use.id)
    ):
        state = newest[use.id].state if use.id in newest else "none"
        back = use.id in kept and state == "given"
        rows.append(
            Choice(use, state, newest[use.id].until if use.id in newest else None, back,
                   giving and not back and use.ended_at is None)
        )  # fmt: skip
    return [*rows, _recognition(person, held)]


def _recognition(person: Person, held: list[Line]) -> Choice:
    line = next((line for line in held if line.about is About.RECOGNITION), None)
    if line is not None:
        over = line.valid_until is not None and line.valid_until < today()
        return Choice(
            None, "ended" if over else "given", line.valid_until, may_take_back=not over, may_say_yes=False
        )
    last: Any = (
        Line.select(Line.answer, fn.COUNT(Withdrawal.id).alias("back"))
        .left_outer_join(Withdrawal)
        .where(Line.person == person, Line.about == About.RECOGNITION)
        .group_by(Line.id, Line.answer)
        .order_by(Line.id.desc())
        .first()
    )
    state = "none" if last is None else "withdrawn" if last.back else "void" if last.is_yes else "refused"
    return Choice(None, state, None, may_take_back=False, may_say_yes=False)


def may_give(reader: Reader) -> bool:
    """Whether a yes of this reader can count: a minor may take back at any age, but not give (MIN-05)."""
    if isinstance(reader, Guardian):
        return is_attested(reader.person)
    return not (reader.is_minor() or reader.died_on()) and is_attested(reader)


def take_back(
    reader: Reader, *, use: str = "", recognition: bool = False, everything: bool = False
) -> list[Withdrawal]:
    """Take back one use, recognition or all of it, at once; nothing left to take back is no mistake (WDR-01, WDR-02)."""
    if not (use or recognition or everything):
        raise Invalid(_l("Choose one of the list."))
    return withdraw(
        person_of(reader), uses=None if everything else [use] if use else [], recognition=recognition or everything,
        actor=actor_of(reader), means=MEANS, guardian=reader if isinstance(reader, Guardian) else None,
    )  # fmt: skip


def ask_anew(reader: Reader, code: str) -> Request:
    """A request in the reader's own name for one use; a pause after a no does not bind her own wish (T3).

    The same request while it is open. Raises NotAllowed for a minor, Invalid for a use that is not on offer.
    """
    person = person_of(reader)
    if not is_attested(person):  # EMP-01: nobody has shown yet that her choice is free
        raise Refusal(_l("The organisation has to ask you first. Please contact it."))
    if not may_give(reader):
        raise NotAllowed(
            _l("A parent or guardian says yes for you. You can say no, or take a yes back, on any day.")
        )
    use: Use | None = Use.get_or_none(Use.code == code, Use.ended_at.is_null())
    if use is None:
        raise Invalid(_l("Choose one of the list."))
    guardian = reader if isinstance(reader, Guardian) else None
    with db.atomic():
        return _open_request(person, guardian, use) or Request.ask(
            [person], [use], _wording(person, guardian), by=None, way=Way.LINK, renews=True, signer=reader
        )[0]  # fmt: skip


def _open_request(person: Person, guardian: Guardian | None, use: Use) -> Request | None:
    same = Request.guardian.is_null() if guardian is None else Request.guardian == guardian
    found: Request | None = (
        Request.select()
        .join(Asked)
        .where(
            Request.person == person, same, Asked.use == use, Request.by.is_null(), Request.way == Way.LINK,
            Request.renews, Request.used_at.is_null(), Request.revoked_at.is_null(), Request.expires_at > clock.now(),
        )
        .first()
    )  # fmt: skip
    return found


def _wording(person: Person, guardian: Guardian | None) -> Wording:
    """The text she signed last, while it is on offer; else the one for her situation."""
    current = Wording.current()
    last = consents_of.history(person)[:1]
    signed = {consent.request.wording_id for consent in last if consent.request is not None}
    young = guardian is not None and guardian.kind is Speaking.GUARDIAN
    kind = WordingKind.MINOR if young else WordingKind.GENERAL
    fits = [wording for wording in current if wording.id in signed] or [
        wording for wording in current if wording.kind is kind
    ]
    if not (fits or current):
        raise Refusal(_l("There is no text to sign at the moment. Please contact the organisation."))
    return (fits or current)[0]


def photos(reader: Reader) -> ModelSelect[Photo]:
    """Every photo in which a human saw this person, newest first; shown only through the masked picture (RED-01)."""
    shown: Any = Photo.select().where(Photo.placeholder.is_null(False))
    return cast("ModelSelect[Photo]", Photo.of_person(shown, person_of(reader)))


def checked(shown: Iterable[Photo]) -> set[int]:
    """The ids of those in which a human saw that every face is found: only their pictures go out (RED-01)."""
    ids = [photo.id for photo in shown]
    rows = Review.select(Review.photo).where(Review.photo.in_(ids), Review.undone_at.is_null())
    return {row.photo_id for row in rows}


def picture(reader: Reader, code: str) -> bytes:
    """One of those photos as a JPEG with everybody else covered; Refusal before a human looked for faces (RED-01)."""
    photo = find(photos(reader), code)
    if photo.id not in checked([photo]):
        raise Refusal(
            _l("Somebody still has to check that other people are covered. Then you can see this photo.")
        )
    return masking.for_person(photo, person_of(reader))


def published(person: Person, shown: Iterable[Photo]) -> dict[int, list[Publication]]:
    """Where each of these photos was or is shown, by the photo's id, newest first."""
    ids = {photo.id for photo in shown}
    found: dict[int, list[Publication]] = defaultdict(list)
    for row in Publication.of_person(person):
        if row.photo_id in ids:
            found[row.photo_id].append(row)
    return found


def delivered(shown: Iterable[Photo]) -> dict[int, dict[Use, Delivery]]:
    """For which uses each of these photos left the house, with the newest delivery, by the photo's id; not to whom."""
    query = Delivery.select(Delivery, Use).join(Use).where(Delivery.photo.in_([photo.id for photo in shown]))
    found: dict[int, dict[Use, Delivery]] = defaultdict(dict)
    for row in query.order_by(Delivery.id):
        found[row.photo_id][row.use] = row
    return found


def receipts(reader: Reader) -> ModelSelect[Consent]:
    """The signatures whose receipts a reader may have, newest first: a guardian's are those she signed herself."""
    query = Consent.select().where(Consent.person == person_of(reader), Consent.request.is_null(False))
    if isinstance(reader, Guardian):
        query = query.where(Consent.guardian == reader)
    return query.order_by(Consent.signed_at.desc(), Consent.id.desc())
