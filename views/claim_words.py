"""Words for claims: rights, channels, steps and letters, in the reader's language."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import gettext, lazy_gettext

from models.claim import LETTER_LOCALES, RIGHTS, Capacity, Channel, Extension, Identity, Outcome, Right
from models.claim_letter import LetterKind
from models.erasure_plan import Fate
from models.face_search import Over
from models.hold import Ground
from models.recipients import Step, Told

_ = lazy_gettext
CHANNELS = {
    Channel.PAGE: _("by the form on the privacy page"),
    Channel.OWN_PAGE: _("on the person's own page"),
    Channel.MAIL: _("by e-mail"),
    Channel.LETTER: _("by letter"),
    Channel.PHONE: _("by phone"),
    Channel.DESK: _("in person"),
}
CAPACITIES = {
    Capacity.SELF: _("for myself"),
    Capacity.PARENT: _("for my child"),
    Capacity.REPRESENTATIVE: _("for somebody who asked me to"),
    Capacity.RELATIVE: _("for somebody who has died"),
}
IDENTITIES = {
    Identity.OPEN: _("not shown yet"),
    Identity.CODE: _("shown by a code to an address on file"),
    Identity.ATTESTED: _("a colleague says so"),
}
OUTCOMES = {
    Outcome.GRANTED: _("done as asked"),
    Outcome.PARTLY: _("done in part"),
    Outcome.REFUSED: _("not done"),
    Outcome.NOTHING: _("nothing on file"),
    Outcome.TAKEN_BACK: _("taken back"),
    Outcome.JOINED: _("joined to an earlier request"),
}
EXTENSIONS = {
    Extension.COMPLEX: _("the request is complex"),
    Extension.NUMBER: _("there are many requests"),
}
LETTERS = {
    LetterKind.RECEIVED: _("Acknowledgement"),
    LetterKind.IDENTITY: _("Question who asks"),
    LetterKind.EXTENDED: _("More time"),
    LetterKind.GRANTED: _("Answer: done"),
    LetterKind.PARTLY: _("Answer: done in part"),
    LetterKind.REFUSED: _("Answer: not done"),
    LetterKind.NOTHING: _("Answer: nothing on file"),
    LetterKind.EXCESSIVE: _("Asks too often: a word beforehand"),
    LetterKind.PACKAGE: _("The files are ready"),
    LetterKind.LIFTING: _("The restriction ends"),
    LetterKind.HELD: _("Kept for a reason of the law"),
    LetterKind.FACE: _("Question about a search by face"),
}
STEPS = {
    "claim.received": _("came in"),
    "claim.person": _("person on file named"),
    "claim.identified": _("identity shown"),
    "claim.identity-asked": _("asked who it is"),
    "claim.pause-relied": _("counts without the pause"),
    "claim.extended": _("more time taken"),
    "claim.excessive": _("told that this is asked too often"),
    "claim.code-sent": _("code sent"),
    "claim.code-typed": _("code typed"),
    "claim.joined": _("joined to an earlier request"),
    "claim.reminded": _("reminded"),
    "claim.recipients": _("recipients listed"),
    "claim.withdrawal": _("consents taken back"),
    "claim.lifting-told": _("told that the restriction ends"),
    "claim.closed": _("answered"),
    "claim.searched": _("every store asked"),
    "claim.found": _("photos confirmed"),
    "claim.not-found": _("photos rejected"),
    "claim.letter-posted": _("letter posted"),
    "claim.face-asked": _("asked about a search by face"),
    "claim.face-agreed": _("yes to a search by face"),
    "claim.face-given": _("pictures given for it"),
    "claim.face-measured": _("pictures measured"),
    "claim.face-refused": _("pictures did not do"),
    "claim.face-ended": _("search by face ended"),
    "claim.face-withdrawn": _("yes to the search by face taken back"),
}


FACE_OVER = {
    Over.DONE: _("The search came to its end."),
    Over.WITHDRAWN: _("The yes was taken back."),
    Over.CLOSED: _("The request was closed."),
    Over.OFF: _("The search ended, because faces may not be compared here any more."),
    Over.LATE: _("The search ended, because its 14 days were over."),
    Over.PERSON: _("The search ended, because the request is about somebody else."),
    Over.RESTORED: _("The search ended, because a backup was brought back."),
}
FATES = {
    Fate.DELETE: _("erase"),
    Fate.MASK: _("cover this person for good"),
    Fate.CROP: _("cut this person off"),
    Fate.RETAIN: _("keep, with a ground of the law"),
}
TOLD = {
    Told.MAIL: _("by e-mail"),
    Told.LETTER: _("by letter"),
    Told.PHONE: _("by phone"),
    Told.REMOVED: _("removed from where it was public"),
    Told.IMPOSSIBLE: _("can't be told"),
    Told.DISPROPORTIONATE: _("would take too much effort"),
}
TRIED = {
    Step.TAKEN_DOWN: _("taken down"),
    Step.SEARCH_ENGINES: _("search engines asked to forget it"),
    Step.PARTNERS: _("those who passed it on asked to remove it"),
}
GROUNDS = {
    Ground.DUTY: _("a duty of law or a public task"),
    Ground.ARCHIVE: _("archive law"),
    Ground.DEFENCE: _("a legal claim"),
    Ground.HERS: _("the person needs it for a claim of their own"),
}


def right_words(right: str) -> str:
    """What is asked for, in the words of who asks."""
    return gettext(RIGHTS[Right(right)])


def right_choices() -> list[tuple[str, str]]:
    """Choices for a select of rights."""
    return [(right.value, gettext(words)) for right, words in RIGHTS.items()]


def claim_words(value: Any) -> str:
    """The words for a channel, a capacity, an identity, an outcome, an extension or a letter."""
    return str(_ALL[type(value)][value])


def claim_choices(kind: str, only: Collection[Any] | None = None) -> list[tuple[str, str]]:
    """Choices for a select of one of these, or of some of them."""
    return [
        (each.value, str(words)) for each, words in _BY_NAME[kind].items() if only is None or each in only
    ]


def claim_step_words(action: str) -> str:
    """What was done about a claim, in a few words."""
    return str(STEPS.get(action, action.partition(".")[2]))


def face_over_words(over: Over) -> str:
    """Why a search by face ended."""
    return str(FACE_OVER[over])


_BY_NAME: dict[str, dict[Any, Any]] = {
    "channel": CHANNELS, "capacity": CAPACITIES, "outcome": OUTCOMES, "extension": EXTENSIONS, "fate": FATES, "told": TOLD, "step": TRIED, "ground": GROUNDS,
}  # fmt: skip
_ALL: dict[Any, dict[Any, Any]] = {
    Channel: CHANNELS, Capacity: CAPACITIES, Identity: IDENTITIES, Outcome: OUTCOMES, Extension: EXTENSIONS,
    LetterKind: LETTERS, Fate: FATES, Told: TOLD, Step: TRIED, Ground: GROUNDS,
}  # fmt: skip
VOCABULARY = {
    "right_words": right_words, "right_choices": right_choices, "claim_words": claim_words, "claim_choices": claim_choices,
    "claim_step_words": claim_step_words, "face_over_words": face_over_words,
    "letter_languages": list(LETTER_LOCALES.items()),
}  # fmt: skip
