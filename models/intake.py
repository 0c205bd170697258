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


def arrive(typed: Mapping[str, str], *, locale: str) -> Claim:
    """Take in what somebody typed into the public form, and send digits to the address she gave.

    The claim stands whether or not they are ever typed. Raises Invalid for what is missing, TooMany for a flood.
    """
    address = clean_email(typed.get("email", ""))  # without one nothing can be shown or sent by this door
    if not typed.get("name", "").strip():
        raise Invalid(_l("Fill in the name."), field="name")
    with db.atomic():
        _count(address)
        claim = Claim.receive(
            typed.get("right", ""), Channel.PAGE, actor="visitor", name=typed.get("name", ""), email=address,
            capacity=typed.get("capacity", ""), about=typed.get("about", ""), words=typed.get("words", ""),
            clues=typed.get("clues", ""), locale=typed.get("locale") or locale,
        )  # fmt: skip
        ClaimDigits.send(claim, Purpose.IDENTITY)
    return claim


def _count(address: str) -> None:
    for key, most, since in (
        (f"claim|{knock.get().address}", MOST_OF_NETWORK, WINDOW),
        (f"claim-mail|{address}", MOST_OF_ADDRESS, timedelta(days=1)),
    ):
        hidden = seal.blind(tools.keys.secret("throttle"), key)
        if Attempt.select().where(Attempt.key == hidden, Attempt.at > clock.now() - since).count() >= most:
            raise TooMany(
                _l("Many requests came from here. Try again later, or write or call the organisation.")
            )
        Attempt.create(key=hidden)
