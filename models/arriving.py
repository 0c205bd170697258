"""A login from somewhere new is told to whom the account belongs (ASVS 6.3.5)."""

from __future__ import annotations

from datetime import timedelta

from adapters import clock, seal
from models.base import tools
from models.notice import Notice
from models.user import Session, User

REMEMBERED = timedelta(days=30)  # as long as sessions are kept


def tell_of_a_new_place(user: User, *, address: str, device: str) -> None:
    """A letter when this kind of device was not seen in this network within a month; each pair once a month.

    The very first login is no news: whoever made the account is there.
    """
    now = clock.now()
    known = Session.select().where(Session.user == user, Session.created_at > now - REMEMBERED)
    if known.where(Session.device == device, Session.address == address).exists():
        return
    if not known.exists() and user.created_at > now - REMEMBERED:
        return
    pair = seal.blind(tools.keys.secret("throttle"), f"place|{user.code}|{device}|{address}").hex()[:16]
    Notice.security(user, "device", once=f"{pair}|{now:%Y-%m}")
