"""Emergency access, files taken out in a day and the pace of a token, on both engines (GOV-07, GOV-10, AUD-02)."""

from __future__ import annotations

import threading

import pytest

from adapters import clock
from models import quota, session, token
from models.base import db
from models.break_glass import LENT, BreakGlass, NobodyToTell
from models.delivery import OriginalView
from models.errors import Invalid
from models.notice import Notice, NoticeKind
from models.permission import GRANTS, Permission, Role
from models.setting import Setting
from models.token import ApiToken, TooFast
from models.trail import Trace
from models.user import Session

P = Permission
WHY = "A photo of a child must come down at once."


def at_once(*works):
    """Run each in a thread with a connection of its own, all starting together; returns what came of each."""
    start, said = threading.Barrier(len(works)), [None] * len(works)

    def run(place, work):
        with db.connection_context():
            start.wait()
            try:
                said[place] = work()
            except Exception as error:
                said[place] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_what_is_lent_lets_nothing_leave_and_erases_nothing():
    """GOV-10: no emergency opens evidence, originals, files, the trail or an erasure."""
    assert (
        LENT & {P.EVIDENCE, P.ERASE, P.ORIGINAL, P.DELIVER, P.TRAIL, P.COMPLIANCE, P.ASK, P.BASES, P.NAME}
        == set()
    )
    assert [role for role in Role if P.GLASS in GRANTS[role]] == [Role.ADMIN]
    assert GRANTS[Role.ADMIN] & LENT == set()


def test_emergency_access_tells_every_officer_and_ends_three_ways(engine, later):
    admin, first, second = engine.user("admin"), engine.user("dpo"), engine.user("dpo")
    with pytest.raises(Invalid):
        BreakGlass.begin(admin, hours=1, reason="because")
    with pytest.raises(Invalid):
        BreakGlass.begin(admin, hours=5, reason=WHY)
    row = BreakGlass.begin(admin, hours=2, reason=WHY)
    told = Notice.select().where(Notice.kind == NoticeKind.GLASS)
    assert {notice.user_id for notice in told} == {first.id, second.id}
    with pytest.raises(Invalid):
        BreakGlass.begin(admin, hours=1, reason=WHY)
    with pytest.raises(Invalid):
        row.acknowledge(note="Seen while it is open.", by=first)
    row.end(by=first)
    row.end(by=second)
    assert BreakGlass.open_of(admin) is None
    BreakGlass.begin(admin, hours=1, reason=WHY)
    later(hours=1, minutes=1)
    assert BreakGlass.open_of(admin) is None
    session.sweep()
    session.sweep()
    lines = (
        Trace.select(Trace.action, Trace.actor).where(Trace.action.startswith("glass.")).order_by(Trace.seq)
    )
    assert [(line.action, line.actor) for line in lines] == [
        ("glass.broken", admin.code), ("glass.ended", first.code), ("glass.broken", admin.code), ("glass.ended", "system"),
    ]  # fmt: skip
    assert WHY not in "".join(line.facts or "" for line in Trace.select())
    row = BreakGlass.get_by_id(row.id)
    row.acknowledge(note="It was right.", by=first)
    assert (BreakGlass.unseen(), BreakGlass.get_by_id(row.id).seen_by) == (1, first)


def test_without_another_officer_the_glass_stays_whole(engine):
    admin = engine.user("admin", "dpo")
    with pytest.raises(NobodyToTell):
        BreakGlass.begin(admin, hours=1, reason=WHY)
    assert BreakGlass.select().count() == 0


def test_two_requests_at_once_open_one(engine):
    admin = engine.user("admin")
    engine.user("dpo")
    said = at_once(*[lambda: BreakGlass.begin(admin, hours=1, reason=WHY)] * 4)
    assert sorted(type(each).__name__ for each in said) == ["BreakGlass", "Invalid", "Invalid", "Invalid"]


def test_no_more_files_leave_at_once_than_a_day_allows(engine):
    """Of eight downloads at the same moment as many go out as fit, and the officer is told once."""
    editor, officer = engine.user("editor"), engine.user("dpo")
    photo = engine.photo(engine.album(by=editor), by=editor)
    with db.atomic():
        Setting.put("files_a_day", 5)
    said = at_once(*[lambda: OriginalView.issue(photo, purpose="to look", by=editor)] * 8)
    names = [type(each).__name__ for each in said]
    assert (names.count("OriginalView"), names.count("OverQuota")) == (5, 3)
    assert OriginalView.select().count() == quota.standing(editor).files == 5
    assert Notice.select().where(Notice.kind == NoticeKind.QUOTA, Notice.user == officer).count() == 1
    assert Trace.select().where(Trace.action == "quota.refused").count() == 3


def test_more_for_one_colleague_until_midnight(engine, later):
    editor, officer = engine.user("editor"), engine.user("dpo")
    photo = engine.photo(engine.album(by=editor), by=editor)
    with db.atomic():
        Setting.put("files_a_day", 5)
    for _ in range(4):
        OriginalView.issue(photo, purpose="to look", by=editor)
    assert [(row.user, row.files) for row in quota.near()] == [(editor, 4)]
    OriginalView.issue(photo, purpose="to look", by=editor)
    with pytest.raises(quota.OverQuota) as refused:
        OriginalView.issue(photo, purpose="to look", by=editor)
    assert 0 < refused.value.after <= 86_400
    with pytest.raises(Invalid):
        quota.raise_for(officer, 5, by=officer)
    quota.raise_for(editor, 1, by=officer)
    OriginalView.issue(photo, purpose="to look", by=editor)
    with pytest.raises(quota.OverQuota):
        OriginalView.issue(photo, purpose="to look", by=editor)
    later(days=1)
    session.sweep()
    assert (quota.standing(editor), quota.TakenOut.select().count()) == (quota.Standing(0, 5), 0)


def test_a_token_makes_so_many_calls_a_minute_and_no_more(engine, later, monkeypatch):
    """Counted in the database in one statement: the cap holds for all workers together."""
    monkeypatch.setattr(token, "MOST_CALLS", 5)
    raw = ApiToken.create_for(engine.user("editor"), ["read"], by="system")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now.replace(second=20))
    said = at_once(*[lambda: session.living_token(raw, "read")] * 8)
    assert [type(each).__name__ for each in said].count("ApiToken") == 5
    assert {each.after for each in said if isinstance(each, TooFast)} == {40}
    monkeypatch.undo()
    later(minutes=2)
    assert session.living_token(raw, "read") is not None


def test_nothing_is_kept_that_opens_a_door(engine):
    """Tokens of programs and of sessions lie in the database as hashes alone (SEC-03)."""
    editor = engine.user("editor")
    raw, cookie = ApiToken.create_for(editor, ["read"], by=editor), Session.start(editor)
    kept = [str(row.__data__) for table in (ApiToken, Session) for row in table.select()]
    assert not any(raw in row or cookie in row for row in kept)
