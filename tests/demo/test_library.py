"""The demo's year, cut to a few photos a shoot: whole, in order, in every state, and built once."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

import app as composition
from adapters import clock
from config import BadConfig, Config
from demo import library
from demo.history import PASSWORD, USERS, email
from demo.past import past
from demo.shoots import SHOOTS
from models import faces, line, trail
from models.album import Album
from models.assessment import About, Assessment
from models.base import db, tools
from models.consent import Consent, Withdrawal
from models.delivery import Delivery
from models.face import Faceprint
from models.job import Job
from models.permission import Role
from models.photo import Photo
from models.request import Request
from models.use import Use
from models.user import User

pytestmark = pytest.mark.slow  # draws and prepares 23 photos, sets thirty receipts


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The demo, its printed lines and its configuration."""
    folder = tmp_path_factory.mktemp("demo")
    config = Config.from_environment(demo=True, data=folder / "data", keys=folder / "keys")
    composition.first_start(config)
    lines = library.build(config, [replace(shoot, count=5 if shoot is SHOOTS[-1] else 3) for shoot in SHOOTS])
    yield config, lines
    tools.sandbox.close()
    tools.keys.close()


@pytest.fixture
def house(built):
    """The same with its database open."""
    with db.connection_context():
        yield built


def test_every_role_can_log_in(house):
    from argon2 import PasswordHasher

    _, lines = house
    for role in USERS:
        user = User.get(User.email == email(role))
        assert user.roles == {role}
        assert PasswordHasher().verify(user.password, PASSWORD)
        assert any(email(role) in line for line in lines)
    assert {grant for user in User.select() for grant in user.roles} == set(Role)


def test_links_to_try_are_open(house):
    _, lines = house
    text = "\n".join(lines)
    token = re.search(r"/sign/(\S+)", text)[1]
    assert Request.open(token).person.name in text
    token = re.search(r"/withdraw/(\S+)", text)[1]
    assert Consent.by_withdrawal_token(token).person.name in text


def test_all_work_is_done_and_the_trail_is_whole(house):
    assert Job.select().where(Job.done_at.is_null()).count() == 0
    assert trail.verify().bad is None
    times = [line.at for line in trail.Trace.select().order_by(trail.Trace.seq)]
    assert times == sorted(times)
    assert times[-1] <= clock.now()


def test_consents_are_in_every_state(house):
    assert {"signed", "sent", "opened", "expired"} == {request.state for request in Request.select()}
    assert Counter(consent.means.value for consent in Consent.select())["paper"] == 2
    assert Withdrawal.select().count() > 5
    photos, reasons = list(Photo.select()), set()
    for clearances in Photo.verdicts(photos, list(Use.select())).values():
        reasons |= {reason.code.value for verdict in clearances.values() for reason in verdict.reasons}
    assert {"CONSENT", "REFUSED", "PEOPLE_NOT_REVIEWED"} <= reasons


def test_faces_wait_with_suggestions_and_only_who_agreed_has_faceprints(house):
    editor = User.get(User.email == email(Role.EDITOR))
    waiting = [face for album in line.albums(editor) for face in line.ahead(editor, album=album)]
    assert waiting
    assert any(faces.suggestions(face) for face in waiting)
    owners = {row.person.name for row in Faceprint.select()}
    assert owners
    assert owners.isdisjoint({"Hendrik Voorbeeld", "Tom Muster", "Omar Sample"})
    weighed = Assessment.select().where(Assessment.ended_at.is_null())
    assert sorted(row.about for row in weighed) == sorted(About)


def test_two_teams_have_albums_and_something_left_the_house(house):
    assert len({album.team_id for album in Album.select()}) == 2
    assert Delivery.select().where(Delivery.digest != "").count() > 0


def test_a_second_start_changes_nothing_and_says_the_same(built):
    config, lines = built
    with db.connection_context():
        before = trail.Trace.select().count()
    assert library.build(config) == lines
    with db.connection_context():
        assert trail.Trace.select().count() == before


def test_real_data_is_never_touched(tmp_path):
    config = Config.from_environment(demo=False, data=tmp_path / "data", keys=tmp_path / "keys")
    with pytest.raises(BadConfig):
        library.build(config)


def test_the_clock_goes_back_and_comes_again():
    today = clock.now()
    with past(10) as move:
        assert 9.9 < (today - clock.now()).total_seconds() / 86400 <= 10
        move(0)
        assert abs((clock.now() - today).total_seconds()) < 5
    assert abs((clock.now() - today).total_seconds()) < 5
