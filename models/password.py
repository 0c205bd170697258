"""The one rule for passwords, wherever one is chosen: length, and nothing that is tried first (SEC-02, ASVS 6.2)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from models.base import db
from models.errors import Invalid, _l
from models.hashing import hash_password
from models.notice import Notice
from models.setting import Setting
from models.trail import Trace
from models.user import Session, User

SHORTEST, LONGEST = 12, 200
COMMON = Path(__file__).parent / "texts" / "common-passwords.txt"
RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp")  # fmt: skip
DISGUISES = str.maketrans("013457@$", "oleastas")
TOO_KNOWN = _l(
    "This password is among the first that are tried. A few words that belong together only for you work well."
)


def check(password: str, *, email: str = "", name: str = "") -> None:
    """Raise Invalid for what is too short, too long, commonly used, or the account's or organisation's own name."""
    if len(password) < SHORTEST:
        raise Invalid(_l("Choose at least %(count)s characters."), field="password", count=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid(_l("Choose at most %(count)s characters."), field="password", count=LONGEST)
    if _is_common(password):
        raise Invalid(TOO_KNOWN, field="password")
    about = {_bare(each) for each in (email, email.partition("@")[0], name, str(Setting.of("organisation")))}
    if _bare(password) in about:
        raise Invalid(
            _l("This is your name, your address or your organisation's. Choose something nobody would try."),
            field="password",
        )


def choose(user: User, password: str) -> str:
    """The hash of a password this user may have; Invalid says why she may not."""
    check(password, email=str(user.email), name=str(user.name))
    return hash_password(password)


def change(session: Session, *, present: str, password: str, again: str, address: str = "") -> str:
    """Change one's own password with the present one: every other session ends, a letter says so. The session's new token."""
    from models.session import check_password

    user: User = session.user
    if password != again:
        raise Invalid(_l("The two passwords differ."), field="again")
    check_password(session, present, address=address)
    digest = choose(user, password)
    with db.atomic():
        User.update(password=digest).where(User.id == user.id).execute()
        user.end_sessions(but=session)
        Trace.leave(user, "user.password", user)
        tell(user)
        return session.prove(factor=False)


def tell(user: User) -> None:
    """A letter that the password was changed, within the caller's transaction (ASVS 6.3.7)."""
    Notice.security(user, "password")


def _is_common(password: str) -> bool:
    plain = password.casefold()
    core = re.sub(
        r"^[^a-z@$]+|[^a-z@$]+$", "", plain
    )  # without the digits and signs people put around a word
    ways = {plain, _bare(plain), _bare(core.translate(DISGUISES))}
    return (
        any(way in _common() for way in ways)
        or _repeats(plain)
        or _runs(plain)
        or (len(core) > 5 and _runs(core))
    )


def _repeats(plain: str) -> bool:
    """One to four characters over and over, or a common word twice."""
    return bool(re.fullmatch(r"(.{1,4}?)\1+.{0,3}", plain)) or any(
        plain == word * (len(plain) // len(word))
        for word in _common()
        if word and len(plain) % len(word) == 0
    )


def _runs(plain: str) -> bool:
    """Made of at most two pieces of the alphabet, the digits or rows of a keyboard, forwards or backwards."""
    rows = [row for run in RUNS for row in (run * 2, (run * 2)[::-1])]

    def run(text: str) -> bool:
        return any(text in row for row in rows)

    return run(plain) or any(run(plain[:at]) and run(plain[at:]) for at in range(4, len(plain) - 3))


def _bare(text: str) -> str:
    letters = "".join(char for char in text.casefold() if char.isalnum())
    return letters.strip("0123456789") or letters


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="utf-8").split())
