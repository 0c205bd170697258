"""A yes and a no that arrive at the same time: the later one received stands, on both engines (CON-23)."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from models.base import db
from models.consent import Consent, Withdrawal, in_force, withdraw
from models.request import Choice, Request, Way
from models.wording import Wording

pytestmark = pytest.mark.both_engines
ROUNDS = 25


def test_no_yes_received_before_a_withdrawal_outlives_it(house):
    """Without taking turns, a signature under way is not seen by the withdrawal and stands although it came first."""
    person, uses = house.person("Noor Voorbeeld", email="noor@people.example"), [house.use("website")]
    for number in range(ROUNDS):
        request = Request.ask([person], uses, Wording.current()[0], by=None, way=Way.LINK, renews=True)[0]
        _sign(request)
        again = Request.ask([person], uses, Wording.current()[0], by=None, way=Way.LINK, renews=True)[0]
        _at_once(lambda one=again: _sign(one), lambda: _take_back(person))
        last = Withdrawal.select().order_by(Withdrawal.at.desc()).get().at
        assert [line.decided_at for line in in_force(person) if line.decided_at <= last] == [], number


def _sign(request):
    yes = Choice({use.code: True for use in request.uses()}, None)
    Consent.sign(request, yes, signer="Noor Voorbeeld", steps={})


def _take_back(person):
    assert withdraw(person, uses=None, recognition=False, actor="signer", means="link")


def _at_once(*acts):
    """Run these at the same moment, each with a connection of its own; what one raises is raised."""
    ready, raised = Barrier(len(acts)), []

    def run(act):
        try:
            with db.connection_context():
                ready.wait()
                act()
        except BaseException as error:
            raised.append(error)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
