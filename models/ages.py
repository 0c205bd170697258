"""From which age a young person decides alone, as dated data per country (MIN-01); counsel confirms each row before use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.setting import Setting


@dataclass(frozen=True)
class Profile:
    """The age rules of a country from a day on; ages in whole years, `co_consent_from` None where one hand is enough."""

    country: str
    since: date
    # Art. 8 GDPR: online services offered to the child; never the yardstick for a photographer's visit (MIN-02).
    self_consent_age: int
    co_consent_from: int | None  # from here the child signs beside the guardian
    publication_age: int  # from here she signs alone
    contract_age: int  # from here a paid contract binds without a guardian (MIN-09)
    source: str


_ALWAYS = date(2018, 5, 25)
PROFILES = (
    Profile("NL", _ALWAYS, 16, None, 16, 18, "UAVG 5; practice of the authority: parents below 16; BW 1:234"),
    Profile(
        "DE", _ALWAYS, 16, 14, 18, 18, "Art. 8 GDPR; practice on KUG 22: from 14 child and parent; BGB 106"
    ),
    Profile(
        "BE", _ALWAYS, 13, 14, 18, 18, "GBW 7; practice on portraits: discernment from about 14; oud BW 388"
    ),
)
COUNTRIES = tuple(sorted({profile.country for profile in PROFILES}, key=("NL", "BE", "DE").index))


def profile(country: str = "", on: date | None = None) -> Profile:
    """The rules of a country (the organisation's by default) on a day: the newest row that had begun by then."""
    wanted = country or str(Setting.of("country"))
    rows = [row for row in PROFILES if row.country == wanted and (on is None or row.since <= on)]
    # Doubt refuses: a country we don't know gets the strictest row there is.
    return max(rows, key=lambda row: row.since, default=PROFILES[1])


def birthday(born: date, age: int) -> date:
    """The day someone reaches an age; born on 29 February, the first of March in other years; never after the last of days."""
    if born.year + age > date.max.year:
        return date.max
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def must_sign_too(born: date, day: date, rules: Profile) -> bool:
    """Whether on this day a child of this birth date signs beside the guardian."""
    if rules.co_consent_from is None:
        return False
    return birthday(born, rules.co_consent_from) <= day < birthday(born, rules.publication_age)
