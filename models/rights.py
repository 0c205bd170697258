"""What people may ask for under Articles 15 to 21, in their words: all of it is said in every language letters are written in (DSR-07)."""

from __future__ import annotations

from enum import StrEnum

from models.errors import _l


class Right(StrEnum):
    """What is asked for."""

    ACCESS = "access"  # Art. 15
    PORTABILITY = "portability"  # Art. 20
    RECTIFICATION = "rectification"  # Art. 16
    ERASURE = "erasure"  # Art. 17
    RESTRICTION = "restriction"  # Art. 18
    OBJECTION = "objection"  # Art. 21
    WITHDRAWAL = "withdrawal"  # Art. 7(3), said to somebody else than the page


RIGHTS = {
    Right.ACCESS: _l("A copy of all photos and data about me"),
    Right.PORTABILITY: _l("My own data, to take along to somebody else"),
    Right.RECTIFICATION: _l("Something about me is wrong"),
    Right.ERASURE: _l("Erase my photos or data"),
    Right.RESTRICTION: _l("Stop using my photos or data for now"),
    Right.OBJECTION: _l("I object to how my photos are used"),
    Right.WITHDRAWAL: _l("I take back my consent"),
}
