"""Guessing at one account from many networks at once: strangers are held up, its owner is not (SEC-02, ASVS 6.3.1).

Each network has its own cap (models/session.py). A thousand of them could still try one account a thousand times over; then
only networks it was used from in the last month may try it, and everybody may have a link mailed. Nobody is locked out, and the
answer is the same whether the account exists.
"""

from __future__ import annotations

from datetime import timedelta

from adapters import clock, seal
from models.arriving import REMEMBERED
from models.attempt import Attempt
from models.base import tools
from models.errors import TooMany, _l
from models.user import Session, User

WINDOW = timedelta(hours=1)
MOST_TRIES = 50  # at one account, from everywhere


class Besieged(TooMany):
    """Too many wrong tries at one account, from many places."""

    kind = "besieged"
    words = _l(
        "There were too many wrong tries from many places. Wait an hour, or have a link mailed under “Forgotten your password?”."
    )


def hold_up(email: str, address: str) -> None:
    """Raise Besieged at a network this account is not used from, while it is being guessed at."""
    since = clock.now() - WINDOW
    if Attempt.select().where(Attempt.key == key(email), Attempt.at > since).count() < MOST_TRIES:
        return
    month = clock.now() - REMEMBERED
    mine = (
        Session.select()
        .join(User)
        .where(User.email == email, Session.address == address, Session.created_at > month)
    )
    if not mine.exists():
        raise Besieged


def key(email: str) -> bytes:
    """Under what wrong tries at an account are counted, whether there is one or not."""
    return seal.blind(tools.keys.secret("throttle"), f"everywhere:{email}")
