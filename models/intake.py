"""The public door for claims: no account, no oracle; it counts from the moment it arrives (DSR-05, DSR-06)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from adapters import clock, seal
from models.attempt import Attempt
from models.base import db, tools
from models.claim import Channel, Claim
from models.claim_digits import ClaimDigits, Purpose
from models.errors import Invalid, TooMany, _l
from models.names import clean_email
from models.trail import knock

WINDOW = timedelta(hours=1)
MOST_OF_NETWORK = 10  # requests within an hour: a school's whole staff room, not a flood
MOST_OF_ADDRESS = 5  # within a day: nobody's mailbox is filled by somebody else
MOST_AGAIN = (
    10  # codes sent again to one address within a day: neither guessed nor flooded through many requests
)


def arrive(typed: Mapping[str, str], *, locale: str) -> Claim:
    """Take in what somebody typed into the public form, and send digits to the address she gave.

    The claim stands whether or not they are ever typed. Raises Invalid for what is missing, TooMany for a flood.
    """
    address = clean_email(typed.get("email", ""))  # without one nothing can be shown or sent by this door
    if not typed.get("name", "").strip():
        raise Invalid(_l("Fill in the name."), field="name")
    sent = _sent_just_now(address, typed)
    if sent is not None:
        return sent
    with db.atomic():
        _count(address)
        claim = Claim.receive(
            typed.get("right", ""), Channel.PAGE, actor="visitor", name=typed.get("name", ""), email=address,
            capacity=typed.get("capacity", ""), about=typed.get("about", ""), words=typed.get("words", ""),
            clues=typed.get("clues", ""), locale=typed.get("locale") or locale,
        )  # fmt: skip
        ClaimDigits.send(claim, Purpose.IDENTITY)
    return claim


def send_again(claim: Claim) -> None:
    """Send digits once more; TooMany for an address that got enough of them today, whatever number of requests names it."""
    claim.require_open()
    with db.atomic():
        _limit((f"claim-again|{claim.email}", MOST_AGAIN, timedelta(days=1)))
        ClaimDigits.send(claim, Purpose.IDENTITY)


def confirm(claim: Claim, number: str) -> None:
    """The digits show that the address is hers; of a request that was closed they show nothing any more."""
    claim.require_open()
    ClaimDigits.waiting(claim, Purpose.IDENTITY).confirm(number)


def _sent_just_now(address: str, typed: Mapping[str, str]) -> Claim | None:
    """The request that the same form made a moment ago: sent twice, or once more after going back, it is one."""
    recent = Claim.open_ones().where(
        Claim.channel == Channel.PAGE, Claim.email == address, Claim.at > clock.now() - WINDOW
    )
    for claim in recent:
        if all(
            getattr(claim, key) == typed.get(key, "").strip()
            for key in ("right", "name", "about", "words", "clues")
        ):
            return claim
    return None


def _count(address: str) -> None:
    _limit(
        (f"claim|{knock.get().address}", MOST_OF_NETWORK, WINDOW),
        (f"claim-mail|{address}", MOST_OF_ADDRESS, timedelta(days=1)),
    )


def _limit(*limits: tuple[str, int, timedelta]) -> None:
    for key, most, since in limits:
        hidden = seal.blind(tools.keys.secret("throttle"), key)
        if Attempt.select().where(Attempt.key == hidden, Attempt.at > clock.now() - since).count() >= most:
            raise TooMany(
                _l("Many requests came from here. Try again later, or write or call the organisation.")
            )
        Attempt.create(key=hidden)
