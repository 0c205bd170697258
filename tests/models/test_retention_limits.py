"""Every class of the retention schedule on both sides of its limit, by the organisation's calendar, driven from the table (section 8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from adapters import clock
from models import retaining, retention, trail
from models.base import db, tools
from models.delivery import Delivery
from models.face import Appearance
from models.hold import Ground, Hold
from models.publication import Publication
from models.retention import RULES, SCHEDULE, Term
from models.share import Share
from models.takedown import TakeDown
from models.trail import Trace, verify
from tests import remains
from tests.models import limits
from tests.models.limits import CASES, START, World
from tests.models.test_trail_pruning import strangers_verdict

LATE = datetime(2070, 1, 1, tzinfo=START.tzinfo)  # when every term is over
MARK = "Zqxvandermark"


@pytest.fixture
def world(house, monkeypatch):
    """A house whose clock says what `world.at` was told."""
    moment = [START]
    monkeypatch.setattr(clock, "_read", lambda: moment[0])
    tools._wired.zone = "Europe/Amsterdam"
    world = World(house)
    world.at = lambda when: moment.__setitem__(0, when)
    return world


def test_every_class_has_its_case():
    assert list(CASES) == list(RULES), "a new class needs a case in tests/models/limits.py"


@pytest.mark.both_engines
@pytest.mark.parametrize("longest", [False, True], ids=["shortest", "longest"])
def test_the_last_day_kept_is_kept_and_the_day_after_it_is_gone(world, longest):
    """AUD-05, ERA-05, BIO-07, DSR-21: one of each class, looked at a moment before its limit and a moment after, in the order of time."""
    terms = {
        rule.key: (rule.longest if longest and not rule.is_fixed else rule.shortest) for rule in SCHEDULE
    }
    for key, amount in terms.items():
        Term.create(key=key, amount=amount) if longest else None
    looks = sorted(
        (moment, rule.key, kept)
        for rule in SCHEDULE
        for moment, kept in zip(limits.limits(rule, terms[rule.key]), (True, False), strict=True)
    )
    there, found = {key: make(world) for key, make in CASES.items()}, []
    for before, (moment, key, kept) in pairwise([(START,), *looks]):
        for weighed in range(1, (moment - before[0]).days // 240 + 1):
            world.at(before[0] + timedelta(days=240 * weighed))
            limits.renew(world)
        world.at(moment)
        if RULES[key].operator:
            there[key]()  # the night's backup, of which the class is the proof
        run = retaining.carry_out(RULES[key])
        if (there[key](), run.failed) != (kept, ""):
            found.append(f"{key} at {moment}: there={not kept}, {run.failed or run.left}")
    assert not found, "\n".join(found)
    assert verify().bad is None, "and the trail is whole after all of it"


@pytest.mark.both_engines
@pytest.mark.parametrize("why", ["hold", "claim"])
def test_a_legal_hold_and_an_open_request_keep_what_is_of_her(world, why):
    """ERA-10, Art. 12(3), 17(3)(e): nothing of her goes by its time alone until the hold ends, or her request is answered."""
    house, hers = world.house, {}
    noor, other = (
        house.person("Noor Voorbeeld", by=world.editor),
        house.person("Daan Anders", by=world.editor),
    )
    asked = house.person("Ad Asked", by=world.editor, email="ad@people.example")
    photo = world.photo()
    Appearance.create(photo=photo, person=noor)
    for key in ("evidence", "request-case", "trail-access", "trail-incident", "trail-evidence", "visitor"):
        hers[key] = CASES[key](world, asked if key == "visitor" else noor)
    hers["asked"] = CASES["asked"](world, asked)
    hers["shared"] = CASES["shared"](world, noor, photo)
    hers["ungrounded"] = CASES["ungrounded"](world, noor)
    world_photo = limits.Photo.select().order_by(limits.Photo.id.desc()).get()
    Appearance.create(photo=world_photo, person=noor)
    theirs = CASES["evidence"](world, other)
    kept = []
    for person in (noor, asked):
        if why == "hold":
            kept.append(
                Hold.create(
                    person=person, ground=Ground.DEFENCE, scope="a claim", until=LATE.date(), by=world.dpo
                )
            )
        else:
            kept.append(world.claim(person, closed=False))
    world.at(LATE)
    for key in (*hers, *hers):
        assert retaining.carry_out(RULES[key]).failed == ""
    assert {key: there() for key, there in hers.items()} == dict.fromkeys(hers, True)
    assert not theirs(), "somebody else's goes"
    for row in kept:
        ended = {"ended_at" if why == "hold" else "closed_at": clock.now()}
        type(row).update(ended).where(type(row).id == row.id).execute()
    for key in hers:
        retaining.carry_out(RULES[key])
    assert {key: there() for key, there in hers.items()} == dict.fromkeys(hers, False)
    assert verify().bad is None


@pytest.mark.both_engines
def test_what_left_the_house_is_forgotten_to_the_last_page_and_the_chain_holds(world, drain):
    """ERA-07, ERA-11: facts and salts of deliveries, publications, take-downs and shares are in no page, log or copy any more."""
    if not remains.can_read_engine():
        pytest.skip("the engine's files can't be read from here")
    there, young = CASES["shared"](world), world.editor
    Delivery.update(recipient=f"{MARK} recipient").execute()
    Publication.update(url=f"https://{MARK}.example/", ended_note=MARK).execute()
    TakeDown.update(note=MARK).execute()
    Share.update(recipient=MARK, email=f"{MARK}@people.example").execute()
    lines = list(Trace.select().where(Trace.action.endswith(".noted")))
    assert {line.kind for line in lines} == {"delivery", "publication", "takedown", "share"}
    markers = {"text": [MARK.encode()], **{f"salt of {line.kind}": [line.salt.encode()] for line in lines}}
    assert set(remains.places(world.house.config, markers)) == set(markers), "what is looked for was there"
    drain()
    world.at(limits.limits(RULES["shared"], 5)[1])  # two years before the lines themselves are pruned
    with db.atomic():
        kept = Trace.leave(young, "share.made", young, number=7)
    retaining.tonight()
    drain()
    assert not there()
    assert remains.places(world.house.config, markers) == {}
    assert (verify().bad, Trace.get_by_id(kept.seq).details) == (None, {"number": 7})
    stripped = Trace.select(Trace.facts, Trace.salt).where(Trace.seq.in_([line.seq for line in lines]))
    assert list(stripped.tuples()) == [(None, None)] * 4
    assert strangers_verdict() == trail.length()


def test_a_term_is_taken_from_its_range_and_from_nowhere_else(world):
    """DBD-01: the shortest and the longest are taken, one less and one more are not, and nobody chooses what is fixed."""
    why = {"why": "a reason that is long enough"}
    for rule in SCHEDULE:
        taken = []
        for amount in (
            rule.shortest - 1,
            rule.shortest,
            rule.longest or rule.shortest + 1,
            (rule.longest or 10**6) + 1,
        ):
            try:
                retention.choose(rule.key, {"amount": str(amount), **why}, by=world.dpo)
                taken.append(amount)
            except retention.Invalid:
                continue
        assert taken == ([] if rule.is_fixed else [rule.shortest, rule.longest]), rule.key
        if not rule.is_fixed:
            assert retention.amount(rule.key) == rule.longest
            Term.create(key=rule.key, amount=rule.longest + 100)
            assert retention.amount(rule.key) == rule.longest, "whatever a row says"
            Term.create(key=rule.key, amount=1)
            assert retention.amount(rule.key) == rule.shortest
    with pytest.raises(retention.Invalid):
        retention.choose("no-such-class", {"amount": "5", **why}, by=world.dpo)
