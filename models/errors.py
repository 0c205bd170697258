"""How the domain says no. A refusal carries words a person can act on, and never personal data."""

from __future__ import annotations

from typing import Any


def _l(words: str) -> str:
    """Mark a sentence for translation; whoever shows it translates it."""
    return words


class Refusal(Exception):
    """The domain says no: a status for the wire, words for the person, and what to do next."""

    status = 409
    kind = "refused"
    words = _l("This can't be done right now.")
    field: str | None = None  # the form's field it concerns, if it is one alone

    def __init__(self, words: str | None = None, **values: Any) -> None:
        super().__init__(words or self.words)
        self.words = words or self.words
        self.values = values

    def sentence(self, translate: Any = str) -> str:
        """The words with their values filled in, through the given gettext function."""
        words = str(translate(self.words))
        return words % self.values if self.values else words


class Missing(Refusal):
    """There is no such thing, or the one who asks may not know of it: the two look alike."""

    status, kind = 404, "missing"
    words = _l("There is nothing here, or you may not see it.")


class NotAllowed(Refusal):
    """The one who asks lacks the permission."""

    status, kind = 403, "not-allowed"
    words = _l("Your role doesn't include this. Ask your administrator if you need it.")


class NotLent(NotAllowed):
    """Emergency access lends looking and what stops a harm, and not this."""

    words = _l(
        "Emergency access lets you look, withdraw, take down and hold face recognition back. This waits for a colleague whose "
        "role includes it."
    )


class Invalid(Refusal):
    """What was sent can't be accepted; `field` names where to mend it."""

    status, kind = 422, "invalid"
    words = _l("Something in the form needs another look.")

    def __init__(self, words: str | None = None, *, field: str | None = None, **values: Any) -> None:
        super().__init__(words, **values)
        self.field = field


class NotCleared(Refusal):
    """The gate is shut for this use: `clearance` carries the reasons and next steps."""

    status, kind = 409, "not-cleared"
    words = _l("This photo may not be used so.")

    def __init__(self, clearance: Any, words: str | None = None, **values: Any) -> None:
        super().__init__(words, **values)
        self.clearance = clearance  # values hold the photo and the use that were asked for


class Gone(Refusal):
    """It was here and is no longer to be had."""

    status, kind = 410, "gone"
    words = _l("This is no longer available.")


class TooMany(Refusal):
    """Too many tries in a short time; `after` says in how many seconds it works again, if that is known."""

    after: int | None = None
    status, kind = 429, "too-many"
    words = _l("Too many tries. Wait a few minutes and try again.")


class TooLarge(Refusal):
    """More bytes than are taken."""

    status, kind = 413, "too-large"
    words = _l("This file is too large.")


class NotAccepted(Refusal):
    """A kind of file that isn't taken in."""

    status, kind = 415, "not-accepted"
    words = _l("This isn't a kind of image Clearframe takes in. Use JPEG, PNG, WebP, AVIF, TIFF or GIF.")


class TrailClosed(Refusal):
    """The trail can't be written, and what leaves no line does not happen."""

    status, kind = 503, "trail-closed"
    words = _l(
        "The audit trail can't be written at the moment, so nothing was done. Please try again shortly."
    )


class Full(Refusal):
    """A disk has no room left; what can be done without new bytes goes on."""

    status, kind = 507, "full"
    words = _l(
        "There is no room left on the disk, so nothing was kept. Please tell your administrator; it works again "
        "as soon as there is room."
    )


class Busy(Refusal):
    """A part we stand on does not answer for the moment."""

    status, kind = 503, "busy"
    words = _l("Clearframe can't answer at the moment. Nothing was half-saved. Please try again shortly.")


def within(text: str, most: int, field: str) -> str:
    """The text without blanks around it; Invalid where it is longer than what is kept, so that nothing is cut unseen."""
    said = text.strip()
    if len(said) > most:
        raise Invalid(_l("Write at most %(count)s characters."), field=field, count=most)
    return said
