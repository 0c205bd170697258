"""Endings that nobody may miss: notices before consents end, renewal links, and the trail's head leaving the house."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from models import passkey, states
from models.attestation import is_attested
from models.base import db
from models.consent import About, Line
from models.errors import Refusal
from models.forgotten import Forgotten
from models.gather import today
from models.holders import holding
from models.notice import Notice, NoticeKind
from models.permission import Role
from models.person import Person, Speaking
from models.request import Request, Way
from models.trail import Head
from models.use import Use
from models.user import User
from models.webhook import Event, Webhook
from models.wording import Wording

OWNER_DAYS = (7, 30, 90)  # nearest first (T7)
RENEWAL_DAYS = 60
MOST_RENEWALS = 200  # in an hour: a school year ends for everyone on one day


def tell() -> int:
    """Write every notice that is due and was not written yet, each once per signature, end and threshold; returns how many.

    After a week off only the nearest threshold speaks; the ones it overtook stay silent for good.
    """
    day, told = today(), 0
    with db.atomic():
        # One letter for all uses of a signature that end on the same day: six at once would be read by nobody.
        together: dict[tuple[str, date | None], list[Line]] = defaultdict(list)
        for line in _ending(day, OWNER_DAYS[-1]):
            together[line.consent.code, line.valid_until].append(line)
        for (consent, until), lines in together.items():
            threshold = next(days for days in OWNER_DAYS if until is not None and (until - day).days <= days)
            for owner in _owners(lines[0]):
                key = f"ending|{consent}|{until}|{threshold}|{owner.code}"
                codes = [line.code for line in lines]
                told += Notice.put(NoticeKind.ENDING, key, user=owner, lines=codes) is not None
            uses = sorted(line.use.code for line in lines if line.use is not None)
            Webhook.tell(
                Event.ENDING, f"{consent}|{until}|{threshold}", consent=consent, uses=uses, until=str(until)
            )
    return told + _ask_to_renew(day)


def _ending(day: date, within: int) -> list[Line]:
    """Lines in force that end within so many days and that no newer answer has overtaken."""
    return list(
        Line.select(Line, Use, Person)
        .join(Use)
        .switch(Line)
        .join(Person)
        .where(
            Line.about == About.USE,
            states.stands(),
            Line.valid_until.between(day, day + timedelta(days=within)),
            ~states.overtaken(),
            Person.name != "",  # of whom nothing is left but the proof
        )
        .order_by(Line.person, Line.id)
    )


def _owners(line: Line) -> list[User]:
    """Who asked for the consent, while she still works here; else every consent officer."""
    request = line.consent.request
    if request is not None and request.by is not None and request.by.is_active:
        return [request.by]
    return holding(Role.CONSENT_OFFICER)


def _ask_to_renew(day: date) -> int:
    """One renewal request per person for everything that ends within 60 days; a valid consent stays in force (CON-21).

    At most MOST_RENEWALS in one go, and each by herself: who can't be asked holds up nobody else.
    """
    by_person: dict[Person, list[Line]] = defaultdict(list)
    for line in _ending(day, RENEWAL_DAYS):
        by_person[line.person].append(line)
    asked = 0
    for person, lines in by_person.items():
        if asked == MOST_RENEWALS:
            break
        last = lines[0].consent.request
        if last is None or not _reachable(person) or _was_asked(person, lines) or not is_attested(person):
            continue
        asked += _ask(person, [line.use for line in lines if line.use is not None], last.wording)
    return asked


def _ask(person: Person, uses: list[Use], wording: Wording) -> bool:
    """Whether she was asked; a second hand without an address, or a text that no longer fits, is left to people."""
    try:
        Request.ask([person], uses, wording, by=None, way=Way.MAIL, renews=True, ask_recognition=False)
    except Refusal:
        return False
    return True


def _last(line: Line) -> date:
    return line.valid_until or date.max


def _was_asked(person: Person, lines: list[Line]) -> bool:
    since = min(map(_last, lines)) - timedelta(days=RENEWAL_DAYS)
    return any(request.renews and request.at.date() >= since for request in person.requests)


def _reachable(person: Person) -> bool:
    if person.died_on():
        return False  # no letters to the dead (DCD-01); a relative is asked by hand
    if not person.is_minor():
        return bool(person.email)
    return any(guardian.email for guardian in person.speakers(Speaking.GUARDIAN)[:1])


def mail_head() -> None:
    """Write the notice that carries today's signed head to each DPO, out of the house (AUD-04)."""
    from models import restoring

    head = Head.sign()
    if head is None:
        return
    # The ledger's head beside it: a key store that is older than this letter is refused by a restore (ERA-06).
    note = "\n".join(filter(None, (head.note, restoring.ledger_note())))
    with db.atomic():
        for dpo in holding(Role.DPO):
            Notice.put(NoticeKind.TRAIL_HEAD, f"head|{today().isoformat()}|{dpo.code}", user=dpo, note=note)


def sweep() -> None:
    """Forget faceprints of whoever's consent ended by date, and all else that must not wait for the night (models/retention.py)."""
    from models import retaining

    retaining.often()
    passkey.sweep()
    Forgotten.sweep()
