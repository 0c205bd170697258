"""What the organisation decides about itself, checked and traced (SEC, DBD-01)."""

from __future__ import annotations

from collections.abc import Mapping

from models import deviation
from models.ages import COUNTRIES
from models.base import db
from models.errors import Invalid, _l
from models.names import clean_email
from models.permission import Permission
from models.setting import DEFAULTS, Setting
from models.trail import Trace
from models.user import User

LONGEST_CONSENT = 60  # months; a consent nobody remembers is none
TEXTS = {"organisation": 120, "organisation_address": 300, "photo_credit": 120}


def check_known() -> None:
    """Raise Invalid unless everyone who is asked can read who asks and where to write (Art. 13)."""
    known = Setting.of("organisation") != DEFAULTS["organisation"]
    if not known or not all(Setting.of(key) for key in ("organisation_address", "privacy_email")):
        raise Invalid(
            _l("Who asks must be known: an administrator fills in the organisation's name, address and e-mail address for "
               "privacy under Settings first.")
        )  # fmt: skip


def change(given: Mapping[str, str], *, by: User) -> list[str]:
    """Keep the organisation's particulars and defaults; returns which changed. Invalid names the field."""
    by.require(Permission.SETTINGS)
    wanted = {key: given.get(key, "").strip()[:most] for key, most in TEXTS.items()}
    if not wanted["organisation"]:
        raise Invalid(_l("Fill in the name."), field="organisation")
    values: dict[str, object] = {
        **wanted,
        "privacy_email": _address(given.get("privacy_email", "")),
        "country": _country(given.get("country", "")),
        "authority": bool(given.get("authority")),
        "consent_months": _number(given, "consent_months", 1, LONGEST_CONSENT),
        "ends_soon_days": _number(given, "ends_soon_days", 1, 180),
        "link_days": _number(given, "link_days", 1, 90),
        "shares": bool(given.get("shares")),
        "share_minors": bool(given.get("share_minors")),
        "second_factor": bool(given.get("second_factor")),
        "share_days": _number(given, "share_days", 1, 90),
        "files_a_day": _number(given, "files_a_day", 1, 100_000),
        "coming_of_age_days": _number(given, "coming_of_age_days", 0, 90),
    }
    old = Setting.all()
    changed = sorted(key for key, value in values.items() if value != old[key])
    with db.atomic():
        for key in changed:
            Setting.put(key, values[key])
        deviation.record(old, values, given.get("reason", ""), by=by)
        if changed:
            Trace.leave(by, "setting.changed", settings=changed)
    return changed


def _address(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return clean_email(text)
    except Invalid as mistake:
        raise Invalid(mistake.words, field="privacy_email") from mistake


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise Invalid(_l("Choose one of the list."), field="country")
    return code


def _number(given: Mapping[str, str], key: str, least: int, most: int) -> int:
    text = given.get(key, "").strip()
    if not text.isdecimal() or not least <= int(text) <= most:
        raise Invalid(
            _l("Give a whole number from %(least)s to %(most)s."), field=key, least=least, most=most
        )
    return int(text)
