"""Every route, every role and every way of not being in, one's own things, foreign ones and none, plain and htmx (GOV-10, SEC-04)."""

from __future__ import annotations

from typing import Any

import pytest

from models.base import db
from models.permission import Permission
from tests.views.knocking import NAMES, Knocker, same, touched, verdict, whoever
from tests.views.world import ABSENT, BY_LINK, OF_A_TEAM, OF_ONE_USER, OF_THE_HOUSE, World, filled, nouns

# What ends or begins the session it is asked with answers otherwise than its sign alone would have it.
OF_THE_SESSION = {"session.enter", "session.leave", "session.login", "factors.code", "factors.enter"}
# A holder of the permission whom the domain itself refuses: two people have to look (WIT-02).
SECOND_LOOK = {"consents.check"}
# Everything a form of ours may ask, filled in plausibly: what is closed must be so for a right form too.
FORM = {
    "use": "website", "purpose": "a closer look", "name": "Anders", "title": "Anders", "note": "Anders", "how": "removed",
    "left": "10", "top": "10", "width": "10", "height": "10", "act": "face-not-recognisable", "word": "good", "sure": "yes",
    "recipient": "Gazette", "reason": "said so", "medium": "Gazette", "from": "2026-11-26", "decision": "keep",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(standing: World) -> World:
    return standing


@pytest.fixture(scope="module")
def knockers(world: World) -> dict[str, Knocker]:
    return whoever(world)


def doors(world: World) -> list[tuple[Any, str, Any]]:
    """Every rule with its method and sign."""
    return [
        (rule, method, world.web.view_functions[rule.endpoint].sign)
        for rule in world.web.url_map.iter_rules() if rule.endpoint != "static"
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]  # fmt: skip


def objects(world: World, rule: Any) -> dict[str, dict[str, str]]:
    """The codes to ask an address for: one's own, a foreign team's, none; of several, also one's own with the last one foreign."""
    named = nouns(rule.rule)
    if not named:
        return {"own": world.own}
    mixed = world.own | {named[-1]: world.foreign[named[-1]]}
    half = world.own | {named[-1]: ABSENT}
    return {
        "own": world.own,
        "foreign": world.foreign,
        "absent": dict.fromkeys(world.own, ABSENT),
        **({"mixed": mixed, "half": half} if len(named) > 1 else {}),
    }


def test_the_world_has_an_object_of_each_kind_for_every_address(world):
    """Whoever adds a route adds what it shows: one's own, and a foreign team's where teams part."""
    asked = {noun for rule, _, _ in doors(world) for noun in nouns(rule.rule)}
    known = OF_A_TEAM | OF_ONE_USER | BY_LINK | OF_THE_HOUSE
    assert asked - known == set()
    assert known - asked == set()
    assert {noun for noun in asked if not world.own.get(noun) or not world.foreign.get(noun)} == set()
    parted = OF_A_TEAM | OF_ONE_USER
    assert {noun for noun in asked & parted if world.own[noun] == world.foreign[noun]} == set()


def test_everybody_of_the_matrix_is_knocking(knockers):
    assert list(knockers) == NAMES


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
@pytest.mark.parametrize("name", NAMES)
def test_each_door_tells_each_knocker_what_the_tables_say(world, knockers, name, htmx):
    """The sign of the route and the permission table alone decide; who is refused learns nothing and changes no row."""
    knocker = knockers[name]
    wrong = []
    for rule, method, sign in doors(world):
        api = rule.rule.startswith("/api/")
        if rule.endpoint in OF_THE_SESSION or api != _is_program(knocker) or (api and htmx):
            continue
        expected, answers = knocker.told(sign), {}
        for which, codes in objects(world, rule).items():
            if expected != "in" and which not in ("own", "absent"):
                continue
            address, before = filled(rule.rule, codes), touched()
            with db.atomic() as undone:
                answer = knocker.knock(world, method, address, htmx=htmx)
                undone.rollback()
            said = verdict(answer)
            if said != expected and not (said == "no" and rule.endpoint in SECOND_LOOK):
                wrong.append((method, rule.rule, which, answer.status_code, said, expected))
            if expected != "in" and touched() != before:
                wrong.append((method, rule.rule, which, "wrote", touched() - before))
            answers[which] = _plain(answer, rule, codes)
        wrong += _oracles(knocker, rule, method, expected, answers)
    assert wrong == []


def _is_program(knocker: Knocker) -> bool:
    return bool(knocker.bearer) or knocker.name in ("no token", "a cookie at a program's door")


def _plain(answer: Any, rule: Any, codes: dict[str, str]) -> tuple[int, str, str]:
    status, where, text = same(answer, ABSENT)
    for noun in nouns(rule.rule):
        where, text = where.replace(codes[noun], "CODE"), text.replace(codes[noun], "CODE")
    return status, where, text


def _oracles(knocker: Knocker, rule: Any, method: str, expected: str, answers: dict[str, Any]) -> list[Any]:
    """Answers that differ where they may not: by them one could tell what there is."""
    if expected != "in":
        pairs = [("own", "absent")] if "absent" in answers else []
    else:
        named = nouns(rule.rule)
        pairs = [("foreign", "absent")] if "absent" in answers and not knocker.sees(rule) else []
        if "half" in answers and not knocker.sees(rule) and named[-1] in OF_A_TEAM:
            pairs.append(("mixed", "half"))
    found = [
        (method, rule.rule, one, other, answers[one][:2], answers[other][:2])
        for one, other in pairs if answers[one] != answers[other]
    ]  # fmt: skip
    if expected == "in" and "foreign" in pairs and answers["foreign"][0] != 404:
        found.append((method, rule.rule, "foreign is there", answers["foreign"][:2]))
    return found
