"""The words of the retention schedule: terms, and why something stays."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext

from models import retention
from models.retention import DAYS, HOURS, MONTHS, Rule

_ = lazy_gettext
LEFT: dict[str, Any] = {
    "open": _("the link still opens"), "in its time": _("in its time"), "another night": _("another night"),
    "otherwise shut": _("shut for another reason"), "to decide": _("overdue for a decision"), "held": _("under a legal hold or an open request"),
    "open for some use": _("open for some use"), "elsewhere": _("made elsewhere, or not at all"),
}  # fmt: skip


def term_words(rule: Rule, count: int) -> str:
    """A term of a class, such as 24 months."""
    if rule.unit == HOURS:
        return ngettext("%(num)s hour", "%(num)s hours", count)
    if rule.unit == DAYS:
        return ngettext("%(num)s day", "%(num)s days", count)
    if rule.unit == MONTHS:
        return ngettext("%(num)s month", "%(num)s months", count)
    return ngettext("%(num)s year", "%(num)s years", count)


def left_words(why: str) -> str:
    """Why something stays."""
    return str(LEFT.get(why, gettext("other")))


VOCABULARY = {"term_words": term_words, "left_words": left_words, "rules": retention.RULES}
