"""AUD-06, GOV-10: roles that end, roles that should not meet, and an administrator who is always left."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from adapters import clock
from models.base import db
from models.errors import Invalid
from models.permission import Role, should_not_meet
from models.user import User
from tests.makers import Browser


def _day(days):
    return (clock.now() + timedelta(days=days)).date()


def test_a_role_ends_after_the_day_that_was_named(house, web, later):
    admin = Browser(web).log_in(house.user("admin"))
    form = {"name": "Aud Itor", "email": "aud@clearframe.example", "role": "auditor"}
    assert "within 90 days" in admin.post("/settings/users", form | {"until": _day(120).isoformat()}).text
    assert "still to come" in admin.post("/settings/users", form | {"until": _day(-2).isoformat()}).text
    assert admin.post("/settings/users", form | {"until": "soon"}).status_code == 422
    assert admin.post("/settings/users", form | {"until": _day(7).isoformat()}).status_code == 200
    auditor = User.get(User.email == form["email"])
    assert auditor.roles_end() == _day(7)
    assert _day(7).isoformat() in admin.get(f"/settings/users/{auditor.code}").text
    later(days=6)
    assert User.get_by_id(auditor.id).roles == {Role.AUDITOR}
    later(days=3)
    assert User.get_by_id(auditor.id).roles == set()


@pytest.mark.both_engines
def test_the_last_administrator_stays_and_two_at_once_leave_one(house):
    """Two administrators close each other, or take each other's role, in the same moment: one is left, each time."""
    one, two = house.user("admin"), house.user("admin")
    for act in (
        lambda user: user.disable(by="operator"),
        lambda user: user.set_roles({Role.VIEWER}, by="operator"),
    ):
        refused, ready = [], threading.Barrier(2)

        def carry_out(user, act=act, refused=refused, ready=ready):
            with db.connection_context():
                mine = User.get_by_id(user.id)
                assert mine.roles == {Role.ADMIN}  # read before, as a request does
                ready.wait()
                try:
                    act(mine)
                except Invalid:
                    refused.append(user.id)

        threads = [threading.Thread(target=carry_out, args=(user,)) for user in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1
        for user in (one, two):
            again = User.get_by_id(user.id)
            again.enable(by="operator")
            again.set_roles({Role.ADMIN}, by="operator")
    two.disable(by="operator")
    with pytest.raises(Invalid):
        User.get_by_id(one.id).set_roles(
            {Role.ADMIN}, by="operator", until=_day(30)
        )  # nobody would be left then


def test_roles_that_should_not_meet_are_pointed_out(house, web):
    admin = Browser(web).log_in(house.user("admin"))
    assert "join the administrator" not in admin.get("/settings/users").text
    both = house.user("admin", "editor", name="Bo Beide")
    shown = admin.get("/settings/users").text
    assert "1 account joins the administrator" in shown
    assert "should not meet" in admin.get(f"/settings/users/{both.code}").text
    assert [should_not_meet({Role.ADMIN, role}) for role in Role if role is not Role.ADMIN] == [True] * 6
    assert not should_not_meet({Role.DPO, Role.EDITOR})
