"""The demo's house, filled once: what is not whole is begun anew."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

from adapters import clock
from commands.children import die_with
from config import BadConfig, Config
from demo.history import PASSWORD, USERS, History, email
from demo.past import past
from demo.shoots import SHOOTS, Shoot
from demo.sight import Picture, drawn
from models import my_page
from models.base import db, tools
from models.consent import Consent, Means
from models.job import Job
from models.person import Person
from models.request import Request
from models.share import Share

DONE = "demo-is-complete"
BEGAN = 400  # days ago
DRAWERS = 2  # processes


def build(config: Config, shoots: Sequence[Shoot] = SHOOTS) -> list[str]:
    """Fill the demo's data folder once; return what to print: logins, a link to sign, a link to take back.

    A library whose building broke off is begun anew: nothing counts before the mark of the last step. BadConfig for
    a configuration that is not the demo's, whose data must never be touched.
    """
    if not config.demo:
        raise BadConfig("The demo library is built in the demo's own data folder only.")
    done = config.data / DONE
    if not done.exists():
        _begin_anew(config, shoots)
        done.touch()
    with db.connection_context():
        return list(_lines())


def _begin_anew(config: Config, shoots: Sequence[Shoot]) -> None:
    import app

    print("Drawing the demo library: a minute or two, this once ...", file=sys.stderr, flush=True)
    tools.keys.close()
    for folder in (config.data, config.keys):
        shutil.rmtree(folder, ignore_errors=True)
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(DRAWERS, context, initializer=die_with, initargs=(os.getpid(),)) as pool,
        past(BEGAN) as move,
    ):
        pictures = {shoot.title: [pool.submit(drawn, picture) for picture in _day(shoot)] for shoot in shoots}
        app.first_start(config)
        nudge = Job.nudge
        Job.nudge = staticmethod(lambda job_id: None)  # all is carried out here and now, in order
        with db.connection_context():
            History(shoots, pictures, move).tell()
        Job.nudge = staticmethod(nudge)


def _day(shoot: Shoot) -> list[Picture]:
    day = clock.now() + timedelta(days=BEGAN - shoot.days_ago - 1)  # brought in on the day after
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return [Picture(shot, midnight + timedelta(hours=shot.hour)) for shot in shoot.shots()]


def _lines() -> Iterator[str]:
    yield f"The password of every demo account is: {PASSWORD}"
    for role, (_, does) in USERS.items():
        yield f"  {email(role):32} {does}"
    waiting = Request.select(Request, Person).join(Person).order_by(Request.id)
    asked = next((one for one in waiting if one.is_open and not one.needs_code and not one.renews), None)
    if asked is not None:
        yield f"Sign as {asked.person.name}: {asked.link}"
    given = (
        Consent.select(Consent, Person)
        .join(Person)
        .where(Consent.means == Means.LINK, Consent.guardian.is_null())
    )
    signed = given.order_by(Consent.id).first()
    if signed is not None:
        yield f"Change your mind as {signed.person.name}: {signed.withdrawal_link}"
        yield f"See the photos of {signed.person.name} (the code comes by mail, Settings > Mail): {my_page.link(signed.person)}"
    shared = Share.select().where(Share.revoked_at.is_null()).first()
    if shared is not None:
        yield f"Look at what was shared with {shared.recipient}: {shared.link}"
