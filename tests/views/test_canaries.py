"""What each role is shown of people: a word is planted in every field, and every page and call is read for it (GOV-10, EMP-03)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.access_table import FIELDS, document, shown, shown_elsewhere
from models.base import db
from models.permission import Role
from tests.views.knocking import Knocker, awake, whoever
from tests.views.test_matrix import OF_THE_SESSION, doors, objects
from tests.views.world import World, filled

ACCESS = Path(__file__).resolve().parents[2] / "docs" / "compliance" / "access.md"


@pytest.fixture(scope="module")
def world(standing: World) -> World:
    return standing


@pytest.fixture(scope="module")
def knockers(world: World) -> dict[str, Knocker]:
    return whoever(world)


def test_a_word_is_planted_in_every_field_of_the_table(world):
    assert set(world.words.said) | {"staff_mail"} == set(FIELDS)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_shown_what_the_table_says_and_nothing_else(world, knockers, role):
    """Every page and every call of programs, about one's own team and another one."""
    own, leaks = set(), []
    for address, text in pages(world, knockers, role):
        own |= {key for key, word in world.words.said.items() if word in text}
        foreign = {key for key, word in world.other_words.said.items() if word in text}
        leaks += [(address, key) for key in foreign - shown_elsewhere(role)]
        if any(user.email in text for other, user in world.users.items() if other is not role):
            own.add("staff_mail")
    own -= {"token"} if role is Role.EDITOR else set()  # it is her own
    assert own == shown(role)
    assert leaks == []


def pages(world: World, knockers: dict[str, Knocker], role: Role) -> Iterator[tuple[str, str]]:
    """Everything this role may open: its address and its text."""
    awake()
    for rule, method, sign in doors(world):
        if method != "GET" or rule.endpoint in OF_THE_SESSION or sign.permission is None:
            continue
        verb = {"publish": "publishes", "write": "writes", "read": "reads"}.get(sign.scope or "")
        knocker = knockers[f"{role.value} {verb}" if verb else role.value]
        hidden = {"hidden": world.own | {"people": world.hidden}} if "/people/<code>" in rule.rule else {}
        for which, codes in (objects(world, rule) | hidden).items():
            if which in ("own", "foreign", "hidden") and knocker.told(sign) == "in":
                with db.atomic() as undone:
                    answer = knocker.knock(world, method, filled(rule.rule, codes))
                    undone.rollback()
                yield f"{rule.endpoint} {which}", answer.get_data().decode(errors="replace")


def test_the_access_page_is_what_the_tables_say():
    """docs/compliance/access.md is written by models.access_table.document()."""
    assert ACCESS.read_text() == document()
