"""What takes another answer's place: one rule, asked in SQL for lists and in memory for pages (T10, MIN-04)."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from adapters import clock
from models import states
from models.consent import About, Answer, Consent, Line, Means, Scope
from models.gather import today
from models.person import Person
from models.request import Request, Way
from models.wording import Wording

pytestmark = pytest.mark.both_engines


def takes_its_place(newer, older):
    """The rule in plain words: newer, of the same party or of herself when grown, about the same, for all or the same album."""
    same = ("person_id", "about", "use_id")
    return (
        newer.decided_at > older.decided_at
        and newer.answer is not Answer.UNKNOWN
        and all(getattr(newer, name) == getattr(older, name) for name in same)
        and (
            newer.consent.guardian_id == older.consent.guardian_id
            or (newer.consent.guardian_id is None and newer.decided_at.date() >= newer.person.of_age_on())
        )
        and (newer.scope is Scope.ALL or (newer.scope is Scope.ALBUM and newer.album_id == older.album_id))
    )


@pytest.mark.parametrize("days", [12 * 365, 0], ids=["a child", "turning sixteen meanwhile"])
def test_lists_and_pages_agree(house, days):
    """Three hundred answers of a child and two parents, about uses and recognition, for all, albums and chosen photos; T12."""
    editor, dice = house.user("editor"), random.Random(2)
    child = house.person(
        "Fien Voorbeeld", by=editor, born=today() - timedelta(days=days) if days else _sixteen_tomorrow()
    )
    parents = [
        child.add_guardian(name=name, email=f"{name[:5].lower()}@people.example", by=editor)
        for name in ("Moeder Voorbeeld", "Vader Voorbeeld")
    ]
    albums = [house.album(by=editor), house.album("Other", by=editor)]
    uses = [house.use("website"), house.use("print"), None]
    request = Request.ask([child], uses[:1], Wording.current()[0], by=None, way=Way.LINK)[0]
    for number in range(300):
        consent = Consent.create(
            request=request, person=child, guardian=dice.choice([None, *parents]), signer="A",
            signed_at=clock.now(), locale="en", means=Means.LINK, withdrawal_token=str(number),
        )  # fmt: skip
        scope, use = dice.choice(list(Scope)), dice.choice(uses)
        Line.create(
            consent=consent, person=child, use=use, about=About.USE if use else About.RECOGNITION,
            answer=dice.choice([Answer.GIVEN, Answer.REFUSED, Answer.RENEWED, Answer.UNKNOWN]), scope=scope,
            album=dice.choice(albums) if scope is Scope.ALBUM else None, valid_from=today(),
            decided_at=clock.now() + timedelta(hours=dice.randrange(-36, 36), seconds=number),
        )  # fmt: skip
    lines = list(Line.select(Line, Consent, Person).join(Consent).join_from(Line, Person))
    expected = {old.id for old in lines if any(takes_its_place(new, old) for new in lines)}
    assert 50 < len(expected) < 300
    assert {line.id for line in Line.select().where(states.overtaken())} == expected
    assert {key for key, state in states.of(lines).items() if state is states.State.SUPERSEDED} == expected


def _sixteen_tomorrow():
    day = today() + timedelta(days=1)
    return day.replace(year=day.year - 16)
