"""What the privacy officer does about a claim: who asks, more time, the answer; each step with its letter in one transaction (DSR-03 to DSR-09)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from adapters import clock
from models.base import db, tools
from models.circumstance import Circumstance, Kind
from models.claim import Capacity, Claim, Extension, Identity, Outcome, Right, require_dpo
from models.claim_letter import ClaimLetter, LetterKind
from models.errors import Invalid, Refusal, _l
from models.gather import today
from models.person import Person
from models.search_of_claim import start_over
from models.trail import Trace
from models.user import User

SHORTEST = 10  # characters of a reason that somebody else is to understand
ANSWERS = {
    Outcome.GRANTED: LetterKind.GRANTED,
    Outcome.PARTLY: LetterKind.PARTLY,
    Outcome.REFUSED: LetterKind.REFUSED,
    Outcome.NOTHING: LetterKind.NOTHING,
}
# What must have been done before an answer says so; rooms that carry a right out add their own word here.
HINDRANCES: list[Callable[[Claim, Outcome], str | None]] = []


def point_to(claim: Claim, person: Person, *, by: User) -> None:
    """Say whom on file a claim is about; whoever says somebody else than before has to make sure anew who asks.

    Raises Refusal once something was laid out or made of the one before: it would be done to the wrong person.
    """
    require_dpo(by)
    claim.require_open()
    anew = claim.person_id is not None and claim.person_id != person.id
    if anew and (claim.plans.exists() or claim.packages.exists()):
        raise Refusal(_l("A plan or a package of this person was begun for this request. Enter a request of its own for the other one."))  # fmt: skip
    said = {"identity": Identity.OPEN, "identified_at": None, "identity_note": ""} if anew else {}
    with db.atomic():
        start_over(claim, person)
        Claim.update(person=person, guardian=None, **said).where(Claim.id == claim.id).execute()
        Trace.leave(by, "claim.person", claim, person=person)
        _reload(claim).settle(by=by)


def attest(claim: Claim, note: str, *, by: User) -> None:
    """Note how we know that it is her: in person, or by calling back a number on file; the clock goes on (DSR-05)."""
    require_dpo(by)
    claim.require_open()
    if len(note.strip()) < SHORTEST:
        raise Invalid(_l("Say in a few words how you know that it is this person."), field="identity_note")
    with db.atomic():
        Claim.update(
            identity=Identity.ATTESTED, identified_at=clock.now(), identity_note=note.strip()[:1000],
        ).where(Claim.id == claim.id).execute()  # fmt: skip
        Trace.leave(by, "claim.identified", claim, person=claim.person, how=Identity.ATTESTED.value)
        _reload(claim).settle(by=by)


def ask_identity(claim: Claim, why: str, *, by: User) -> None:
    """Ask once who it is, with the reason for the doubt; from then on both dates are shown (Art. 12(6), DSR-04)."""
    require_dpo(by)
    claim.require_open()
    if claim.identity is not Identity.OPEN or claim.paused_on is not None:
        raise Refusal(_l("This was asked already, or we know who it is."))
    _reason(why, "why")
    with db.atomic():
        asked = Claim.update(paused_on=today()).where(Claim.id == claim.id, Claim.paused_on.is_null())
        if asked.execute() != 1:
            raise Refusal(_l("This was asked already, or we know who it is."))
        Trace.leave(by, "claim.identity-asked", claim, person=claim.person)
        ClaimLetter.write(claim, LetterKind.IDENTITY, by=by, why=why.strip())


def rely_on_pause(claim: Claim, note: str, *, by: User) -> None:
    """Count without the days on which we waited to know who asks; only with a reason, for it is disputed (DSR-04)."""
    require_dpo(by)
    claim.require_open()
    if claim.paused_on is None:
        raise Refusal(_l("Nothing was asked, so nothing stood still."))
    _reason(note, "pause_note")
    with db.atomic():
        Claim.update(pause_note=note.strip()[:1000]).where(Claim.id == claim.id).execute()
        Trace.leave(by, "claim.pause-relied", claim, person=claim.person)


def may_extend(claim: Claim) -> bool:
    """Whether more time may still be taken: once, and before the day has passed (Art. 12(3))."""
    return claim.closed_at is None and claim.extended_at is None and today() <= claim.due.day


def extend(claim: Claim, ground: str, why: str, *, by: User) -> None:
    """Take two months more and tell her why, in the same breath (DSR-03)."""
    require_dpo(by)
    if not may_extend(claim):
        raise Refusal(_l("More time can be taken once, and only before the day has passed. Answer now; say what is still missing."))  # fmt: skip
    if ground not in set(Extension):
        raise Invalid(_l("Choose one of the list."), field="extension")
    _reason(why, "extension_note")
    with db.atomic():
        taken = Claim.update(
            extended_at=clock.now(), extension=Extension(ground), extension_note=why.strip()[:2000]
        ).where(Claim.id == claim.id, Claim.extended_at.is_null())
        if taken.execute() != 1:
            raise Refusal
        Trace.leave(by, "claim.extended", claim, person=claim.person, ground=ground)
        ClaimLetter.write(_reload(claim), LetterKind.EXTENDED, by=by, why=why.strip())


def warn_excessive(claim: Claim, why: str, *, by: User) -> None:
    """Tell her beforehand that we think she asks too often; without it nothing is refused for that (DSR-09)."""
    require_dpo(by)
    claim.require_open()
    _reason(why, "why")
    with db.atomic():
        Trace.leave(by, "claim.excessive", claim, person=claim.person)
        ClaimLetter.write(claim, LetterKind.EXCESSIVE, by=by, why=why.strip())


def answer(claim: Claim, outcome: str, words: str, *, by: User, excessive: bool = False) -> ClaimLetter:
    """Answer and close, in one breath; the words go into the letter as they stand (Art. 12(3), (4)).

    Raises Invalid without words, Refusal for what has to be done first.
    """
    require_dpo(by)
    claim.require_open()
    if outcome not in {each.value for each in ANSWERS}:
        raise Invalid(_l("Choose one of the list."), field="outcome")
    ended = Outcome(outcome)
    _reason(words, "words")
    first = hindrance(claim, ended)
    if first:
        raise Refusal(first)
    if excessive and not claim.letters.where(ClaimLetter.kind == LetterKind.EXCESSIVE).exists():
        raise Refusal(_l("Tell her first why you think she asks too often, and wait for what she says."))
    with db.atomic():
        claim.end(ended, note=words.strip()[:4000])
        letter = ClaimLetter.write(claim, ANSWERS[ended], by=by, why=words.strip())
        Trace.leave(
            by, "claim.closed", claim, person=claim.person, outcome=outcome, excessive=excessive or None
        )
    return letter


def hindrance(claim: Claim, outcome: Outcome) -> str | None:
    """What has to be done before this answer may be given; None when nothing stands in its way."""
    does = outcome in (Outcome.GRANTED, Outcome.PARTLY)
    if does and claim.identity is Identity.OPEN:
        return _l("Make sure first that it is this person: with a code, or by speaking to her.")
    if does and claim.person is None and claim.right is not Right.ERASURE:  # she is gone when it is done
        return _l("Say first whom on file this is about.")
    return next((said for check in HINDRANCES if (said := check(claim, outcome))), None)


def take_back(claim: Claim, note: str, *, by: User) -> None:
    """She does not want it any more; how we know is noted."""
    require_dpo(by)
    claim.require_open()
    _reason(note, "note")
    with db.atomic():
        claim.end(Outcome.TAKEN_BACK, note=note.strip()[:4000])
        Trace.leave(by, "claim.closed", claim, person=claim.person, outcome=Outcome.TAKEN_BACK.value)


def restrict(claim: Claim, *, by: User) -> None:
    """Freeze everything of her now, whatever she asked for besides (Art. 18(1))."""
    require_dpo(by)
    if claim.person is None:
        raise Refusal(_l("Say first whom on file this is about."))
    Circumstance.record(claim.person, Kind.RESTRICTED, by=by)


def announce_lifting(claim: Claim, why: str, until: date | None, *, by: User) -> None:
    """Tell her before what she had frozen may be used again (Art. 18(3), RST-01)."""
    require_dpo(by)
    if until is None or until < today():
        raise Invalid(_l("Give the day from which it may be used again: today or later."), field="until")
    _reason(why, "why")
    if frozen(claim) is None:
        raise Refusal(_l("Nothing of her is frozen."))
    with db.atomic():
        Trace.leave(by, "claim.lifting-told", claim, person=claim.person, until=until)
        ClaimLetter.write(claim, LetterKind.LIFTING, by=by, why=why.strip(), until=until)


def frozen(claim: Claim) -> Circumstance | None:
    """The restriction that holds of whom a claim is about."""
    if claim.person is None:
        return None
    return next((row for row in Circumstance.of(claim.person) if row.kind is Kind.RESTRICTED), None)


def told_of_lifting(person: Person, since: date) -> bool:
    """Whether she was told that her restriction ends, after it began (RST-01)."""
    query = (
        ClaimLetter.select().join(Claim).where(Claim.person == person, ClaimLetter.kind == LetterKind.LIFTING)
    )
    return any(clock.day_of(letter.at, tools.zone) >= since for letter in query)


def alike(claim: Claim) -> list[Claim]:
    """Open claims for the same thing about what may be the same person: the same name or entry on file, or address.

    A parent's requests for two children are two.
    """
    by_her = Claim.name == claim.name
    if claim.email:
        by_her = by_her | (Claim.email == claim.email)
    same = by_her & (Claim.about == claim.about)
    if claim.person_id:
        same = (same & Claim.person.is_null()) | (Claim.person == claim.person_id)
    query = Claim.open_ones().where(same, Claim.right == claim.right, Claim.id != claim.id)
    return list(query.order_by(Claim.received_on).limit(20))


def likely(claim: Claim, name: str = "") -> list[Person]:
    """People on file who may be meant: by address, then by the name given or another one the privacy officer tries."""
    people: Any = Person.select().where(Person.name != "")
    if name.strip():
        tried: Any = Person.nearest_to(people, name.strip()[:200]).limit(20)
        return list(tried)
    found = (
        list(people.where(Person.email == claim.email).limit(5))
        if claim.email and claim.capacity is Capacity.SELF
        else []
    )
    named = Person.nearest_to(people, claim.subject).limit(10)
    return list(dict.fromkeys([*found, *named]))


def _reload(claim: Claim) -> Claim:
    fresh: Claim = Claim.get_by_id(claim.id)
    return fresh


def _reason(text: str, field: str) -> None:
    if len(text.strip()) < SHORTEST:
        raise Invalid(_l("Say in a few words why, so that she understands it."), field=field)
    if len(text) > 4000:
        raise Invalid(_l("Write at most %(count)s characters."), field=field, count=4000)


# Rights that are carried out elsewhere say what is missing before they count as done.
def _decided(claim: Claim, outcome: Outcome) -> str | None:
    """A restriction that was granted holds (Art. 18)."""
    if claim.right is Right.RESTRICTION and outcome is Outcome.GRANTED and frozen(claim) is None:
        return _l("Freeze her photos and data first.")
    return None


HINDRANCES.append(_decided)
