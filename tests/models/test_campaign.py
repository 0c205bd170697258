"""Campaigns on both engines: who is asked, who is left out, how it stands, who is reminded (issue part 2, T1..T4, EMP-01)."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from playhouse.test_utils import count_queries

from adapters import clock
from models import audience, chasing, endings, faces, fitting, progress
from models import campaign as campaigns
from models.attempt import Attempt
from models.attestation import attestation
from models.base import db
from models.campaign import Addressee, Campaign, CampaignWay, Reach
from models.consent import Answer, Consent, Line, Means, Scope, withdraw
from models.errors import Gone, Invalid, NotAllowed, Refusal, TooMany
from models.gather import today
from models.job import Job
from models.notice import Notice
from models.person import Person
from models.request import Choice, Request, Way
from models.setting import Setting
from models.visit import MOST_VISITS, Typed, Visit
from models.wording import Wording, WordingKind

pytestmark = pytest.mark.both_engines


@pytest.fixture
def editor(house):
    return house.user("editor")


def crowd(house, editor, count, **more):
    return [
        house.person(f"Visitor {n:04}", by=editor, email=f"v{n}@people.example", **more) for n in range(count)
    ]


def start(house, editor, people, *, uses=("website", "press"), **more):
    chosen = [house.use(code) for code in uses]
    return Campaign.start("Open day", people, chosen, Wording.current()[0], by=editor, **more)


def answer(request, *yes):
    choice = Choice({use.code: use.code in yes for use in request.uses()}, None)
    return Consent.sign(
        Request.get_by_id(request.id), choice, signer="Noor Voorbeeld", steps={"identity": "link"}
    )


def test_everyone_is_asked_once_by_a_link_of_her_own(house, editor, drain):
    people = crowd(house, editor, 3)
    nobody = house.person("Without Address", by=editor)
    made = start(house, editor, [*people, nobody, people[0]])
    assert [row.way for row in made.requests.order_by(Request.id)] == [Way.MAIL] * 3 + [Way.LINK]
    assert len({row.token for row in made.requests}) == 4
    assert {row.number for row in made.requests} == {made.number}
    drain()
    assert Notice.select().where(Notice.sent_at.is_null(False)).count() == 3


def test_the_version_is_frozen_at_the_start(house, editor):
    made = start(house, editor, crowd(house, editor, 1))
    wording = made.wording
    texts = {
        v.locale: {"title": v.title, "body": v.body + " More.", "recognition": v.recognition}
        for v in wording.in_all_languages()
    }
    wording.publish(texts, by="system")
    late = house.person("Late Comer", by=editor, email="late@people.example")
    assert made.add([late], by=editor) == 1
    assert {row.number for row in made.requests} == {made.number}
    assert wording.number == made.number + 1
    assert made.add([late], by=editor) == 0


def test_many_are_asked_by_jobs_that_a_restart_takes_up(house, editor, drain):
    """A worker that dies between two batches leaves nobody out and asks nobody twice."""
    rows = [{"code": f"p{n}", "name": f"P{n:04}", "email": f"p{n}@people.example"} for n in range(230)]
    Person.insert_many(rows).execute()
    made = start(house, editor, list(Person.select().where(Person.name.startswith("P0"))))
    assert made.requests.count() == 0, "the web process asks nobody itself"
    campaigns.ask_next(made.id)
    assert made.requests.count() == campaigns.BATCH
    assert Job.waiting().where(Job.kind == "campaign", Job.due_at > clock.now()).count() <= 1
    campaigns.ask_next(made.id)
    campaigns.ask_next(made.id)
    campaigns.ask_next(made.id)
    assert made.requests.count() == 230
    assert len({row.person_id for row in made.requests}) == 230
    assert Job.waiting().where(Job.kind == "notice").count() == 230
    assert not made.waiting().exists()


def test_two_workers_ask_nobody_twice(house, editor):
    rows = [{"code": f"p{n}", "name": f"P{n:04}", "email": f"p{n}@people.example"} for n in range(130)]
    Person.insert_many(rows).execute()
    made = start(house, editor, list(Person.select().where(Person.name.startswith("P0"))))
    begin = threading.Barrier(2)

    def work():
        with db.connection_context():
            begin.wait()
            campaigns.ask_next(made.id)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    asked = [row.person_id for row in made.requests]
    assert len(asked) == len(set(asked))
    assert campaigns.BATCH <= len(asked) <= 130
    assert Job.select().where(Job.kind == "notice").count() == len(asked)


def test_who_said_no_lately_is_left_out_with_a_day(house, editor):
    """T3: six months, then asked again."""
    willem, noor = crowd(house, editor, 2)
    first = start(house, editor, [willem])
    answer(first.requests.get())
    plan = audience.plan([willem, noor], first.uses(), by_mail=True)
    assert (plan.by_mail, [person for person, _ in plan.refused]) == ([noor], [willem])
    assert plan.refused[0][1] == (clock.now() + timedelta(days=183)).date()
    second = start(house, editor, [willem, noor])
    assert [row.person for row in second.requests] == [noor]
    assert [(row.person, row.why) for row in second.left_out()] == [(willem, "refused")]
    Line.update(decided_at=clock.now() - timedelta(days=184)).execute()
    assert audience.plan([willem], first.uses(), by_mail=True).by_mail == [willem]


def test_a_minor_without_a_reachable_guardian_is_left_out(house, editor):
    child = house.person("Tom Muster", by=editor, born=today() - timedelta(days=3000))
    cared = house.person("Lotte Demo", by=editor, born=today() - timedelta(days=3000))
    cared.add_guardian(name="Lars Demo", email="lars@people.example", by=editor)
    plan = audience.plan([child, cared], [house.use("website")], by_mail=True)
    assert (plan.minors, plan.by_mail) == ([child], [cared])


@pytest.mark.parametrize("relation", ["employee", "volunteer", "patient", "pupil", "resident"])
def test_who_depends_is_asked_only_under_an_attestation(house, editor, relation):
    """EMP-01, for one request as for a campaign."""
    person = house.person("Noor Voorbeeld", by=editor, email="noor@people.example", relation=relation)
    uses, wording = [house.use("website")], Wording.current()[0]
    for ask in (
        lambda: Request.ask([person], uses, wording, by=editor, way=Way.MAIL),
        lambda: start(house, editor, [person]),
    ):
        with pytest.raises(Invalid) as refused:
            ask()
        assert refused.value.field == "attest"
    assert Request.select().count() == Campaign.select().count() == 0
    made = start(house, editor, [person], attested=True)
    request = made.requests.get()
    assert (request.attested_by, request.attested_at) == (editor, made.attested_at)


def test_the_system_takes_an_earlier_attestation_over(house, editor):
    person = house.person("Noor Voorbeeld", by=editor, email="noor@people.example", relation="employee")
    uses, wording = [house.use("website")], Wording.current()[0]
    with pytest.raises(Invalid):
        attestation(person, attested=True, by=None, campaign=None)
    (first,) = Request.ask([person], uses, wording, by=editor, way=Way.LINK, attested=True)
    answer(first, "website")
    Line.update(valid_until=today() + timedelta(days=20)).execute()
    endings.tell()
    renewal = Request.get(Request.renews == True)  # noqa: E712
    assert (renewal.attested_by, renewal.attested_at) == (editor, first.attested_at)


def test_a_renewal_without_any_attestation_is_left_to_people(house, editor):
    person = house.person("Noor Voorbeeld", by=editor, email="noor@people.example")
    (first,) = Request.ask([person], [house.use("website")], Wording.current()[0], by=editor, way=Way.LINK)
    answer(first, "website")
    Line.update(valid_until=today() + timedelta(days=20)).execute()
    person.change(by=editor, name=person.name, email=person.email, born=None, relation="employee", locale="")
    assert endings.tell() == 1, "the owner is told"
    assert Request.select().count() == 1


def test_an_album_is_the_scope_of_its_lines(house, editor):
    album = house.album(by=editor)
    made = start(house, editor, crowd(house, editor, 1), scope=Reach.ALBUM, album=album)
    answer(made.requests.get(), "website")
    assert {(line.scope, line.album) for line in Line.select()} == {(Scope.ALBUM, album)}


def test_chosen_photos_are_those_that_show_her(house, editor, drain):
    album = house.album(by=editor)
    photos = [house.photo(album, by=editor) for _ in range(2)]
    drain()
    noor, daan = crowd(house, editor, 2)
    faces.add_person(photos[0], noor, by=editor)
    made = start(house, editor, [noor, daan], scope=Reach.PHOTOS, album=album)
    answer(made.requests.where(Request.person == noor).get(), "website")
    line = Line.select().where(Line.answer == Answer.GIVEN).get()
    assert (line.scope, [row.photo for row in line.photos]) == (Scope.PHOTOS, [photos[0]])
    answer(made.requests.where(Request.person == daan).get(), "website")
    assert Line.select().where(Line.person == daan).first().scope is Scope.ALBUM


def test_everyone_unanswered_in_an_album(house, editor, drain):
    album, other = house.album("Open day", by=editor), house.album("Elsewhere", by=editor)
    here, there = house.photo(album, by=editor), house.photo(other, by=editor)
    drain()
    noor, daan, mei, lars = crowd(house, editor, 4)
    for person in (noor, daan, mei):
        faces.add_person(here, person, by=editor)
    faces.add_person(there, lars, by=editor)
    uses = [house.use("website")]
    answer(start(house, editor, [noor], uses=["website"]).requests.get(), "website")
    start(house, editor, [daan], uses=["website"])
    assert audience.unanswered_in(editor.people(), album, uses) == [mei]
    assert audience.unanswered_in(editor.people(), album, [*uses, house.use("press")]) == [noor, daan, mei]


def test_an_answer_about_other_photos_leaves_the_question_about_this_album_open(house, editor, drain):
    album, other = house.album("Open day", by=editor), house.album("Elsewhere", by=editor)
    here, also_here, there = (house.photo(each, by=editor) for each in (album, album, other))
    drain()
    noor, daan, mei = crowd(house, editor, 3)
    for person in (noor, daan, mei):
        faces.add_person(here, person, by=editor)
        faces.add_person(there, person, by=editor)
    uses = [house.use("website")]
    answer(
        start(house, editor, [noor], uses=["website"], scope=Reach.ALBUM, album=other).requests.get(),
        "website",
    )
    answer(
        start(house, editor, [daan], uses=["website"], scope=Reach.PHOTOS, album=album).requests.get(),
        "website",
    )
    answer(
        start(house, editor, [mei], uses=["website"], scope=Reach.ALBUM, album=album).requests.get(),
        "website",
    )
    assert audience.unanswered_in(editor.people(), album, uses) == [noor], "her yes was about elsewhere"
    faces.add_person(also_here, daan, by=editor)
    assert audience.unanswered_in(editor.people(), album, uses) == [noor, daan], (
        "a photo her yes does not name"
    )


def test_everyone_whose_consent_ends_in_a_window(house, editor):
    noor, daan, mei = crowd(house, editor, 3)
    for request in start(house, editor, [noor, daan, mei], uses=["website"]).requests:
        answer(request, "website")
    for person, days in ((noor, 10), (daan, 40), (mei, 10)):
        Line.update(valid_until=today() + timedelta(days=days)).where(Line.person == person).execute()
    withdraw(mei, uses=None, recognition=False, actor="person", means="link")
    window = today(), today() + timedelta(days=30)
    assert audience.ending_between(editor.people(), *window, [house.use("website")]) == [noor]
    assert audience.ending_between(editor.people(), *window, [house.use("press")]) == []
    with pytest.raises(Invalid):
        audience.ending_between(editor.people(), window[1], window[0], [house.use("website")])


def test_a_renewal_leaves_a_recent_no_alone(house, editor):
    """T3 holds for each use, whoever asks and why."""
    (noor,) = crowd(house, editor, 1)
    answer(start(house, editor, [noor]).requests.get(), "website")
    made = start(house, editor, [noor], renews=True)
    assert [use.code for use in made.requests.get().uses()] == ["website"]


def test_everyone_on_file_without_proof(house, editor):
    noor, daan = crowd(house, editor, 2)
    use = house.use("website")
    for person in (noor, daan):
        consent = Consent.create(
            person=person, means=Means.IMPORT, locale="en", signer="x", withdrawal_token=person.code
        )
        Line.create(consent=consent, person=person, use=use, answer=Answer.UNKNOWN, valid_from=date(2024, 1, 1),
                    decided_at=clock.now() - timedelta(days=900))  # fmt: skip
    assert audience.without_proof(editor.people(), [use]) == [noor, daan]
    answer(start(house, editor, [noor], uses=["website"]).requests.get(), "website")
    assert audience.without_proof(editor.people(), [use]) == [daan]


@pytest.fixture
def running(house, editor, drain):
    """A campaign with every outcome once."""
    people = crowd(house, editor, 8)
    made = start(house, editor, people)
    drain()
    requests = list(made.requests.order_by(Request.id))
    answer(requests[0], "website", "press")
    answer(requests[1], "website")
    answer(requests[2])
    requests[3].note_opening()
    Notice.update(failed_at=clock.now(), why="550 no such user").where(
        Notice.key == f"request|{requests[4].code}|0"
    ).execute()
    Request.update(expires_at=clock.now()).where(Request.id == requests[5].id).execute()
    requests[6].revoke(by=editor)
    return made


def test_progress_knows_every_outcome(running):
    assert {outcome.value: count for outcome, count in progress.counts(running).items()} == dict.fromkeys(
        ("signed", "partly", "refused", "opened", "sent", "bounced", "expired", "revoked"), 1
    )
    listed = [row.outcome for row in progress.rows(running).order_by(Request.id)]
    assert listed == ["signed", "partly", "refused", "opened", "bounced", "expired", "revoked", "sent"]
    bounced = list(progress.rows(running, progress.Outcome.BOUNCED))
    assert progress.reasons(bounced) == {bounced[0].id: "550 no such user"}
    assert progress.answers_of([running]) == {running.id: (8, 3)}


def test_a_cell_never_runs(house, editor):
    evil = ["=1+1", "+1", "-1", "@SUM(A1)"]
    made = start(house, editor, [house.person(name, by=editor) for name in evil])
    text = progress.export(made, by=editor).decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == [f'"\'{name}"' for name in evil]


def test_all_who_have_not_answered_are_reminded_once_in_three_days(running, editor, drain):
    assert running.chase(by=editor) == (0, 4), "they were asked just now"
    Request.update(at=clock.now() - timedelta(days=4)).execute()
    old = {row.code: row.token for row in running.requests}
    assert running.chase(by=editor) == (4, 0)
    drain()
    changed = {row.code for row in running.requests if row.token != old[row.code]}
    open_now = {row.code for row in running.requests if row.used_at is None and row.revoked_at is None}
    assert changed == open_now
    assert running.chase(by=editor) == (0, 4)
    running.close(by=editor)
    with pytest.raises(Refusal):
        running.chase(by=editor)


def test_a_link_in_someones_hand_is_never_replaced_unseen(house, editor, drain):
    """Only mail brings a new link; what was handed over, scanned from a poster or is being signed stays as it is."""
    mailed, handed = crowd(house, editor, 1)[0], house.person("Without Address", by=editor)
    made = start(house, editor, [mailed, handed], remind=True)
    visitor = Visit.begin(
        start(house, editor, [], way=CampaignWay.POSTER, remind=True),
        Typed("Lars Demo", "lars@people.example"),
    )
    Request.update(at=clock.now() - timedelta(days=8)).execute()
    assert chasing.remind_due() == 1
    Request.update(at=clock.now() - timedelta(days=8), reminded_at=None).execute()
    assert made.chase(by=editor) == (1, 0)
    drain()
    renewed = {row.person: row.renewed for row in Request.select()}
    assert renewed == {mailed: 2, handed: 0, visitor.person: 0}


def test_the_system_reminds_after_7_and_14_days_and_stops_at_an_answer(house, editor, drain):
    noor, daan, mei = crowd(house, editor, 3)
    made = start(house, editor, [noor, daan, mei], remind=True)
    silent = start(house, editor, crowd(house, editor, 1))
    answer(made.requests.where(Request.person == noor).get(), "website")
    elsewhere = start(house, editor, [mei])
    answer(elsewhere.requests.get())  # no to all, in another campaign
    begun = clock.now()
    told = []
    for days in (6, 7, 8, 13, 14, 15, 21):
        Request.update(at=begun - timedelta(days=days)).execute()
        moved = Request.update(reminded_at=begun - timedelta(days=days - told[-1])) if told else None
        if moved is not None:
            moved.where(Request.person == daan, Request.reminded_at.is_null(False)).execute()
        if chasing.remind_due():
            told.append(days)
    assert told == [7, 14]
    assert made.requests.where(Request.renewed == 1, Request.person != daan).count() == 0
    assert silent.requests.get().renewed == 0


def test_a_reminder_ends_the_witnessed_mode(house, editor):
    (request,) = start(house, editor, crowd(house, editor, 1)).requests
    request.hand_over(by=editor)
    assert (request.way, request.witness) == (Way.DEVICE, editor)
    request.remind(by=editor)
    fresh = Request.get_by_id(request.id)
    assert (fresh.way, fresh.witness) == (Way.MAIL, None)
    with pytest.raises(NotAllowed):
        fresh.hand_over(by=house.user("viewer"))


def test_a_witnessed_signature_says_so(house, editor):
    (request,) = start(house, editor, crowd(house, editor, 1)).requests
    request.hand_over(by=editor)
    assert answer(request, "website").means is Means.DEVICE


def test_visitors_of_one_poster_are_people_of_their_own(house, editor):
    made = start(house, editor, [], way=CampaignWay.POSTER)
    known = house.person("Noor Voorbeeld", by=editor, email="noor@people.example")
    found = Campaign.of_poster(made.raw_token)
    one, two = (Visit.begin(found, Typed("Noor Voorbeeld", "noor@people.example", "nl")) for _ in range(2))
    assert len({one.person_id, two.person_id, known.id}) == 3
    assert (one.way, one.locale, one.campaign) == (Way.QR, "nl", made)
    made.close(by=editor)
    with pytest.raises(Gone):
        Campaign.of_poster(made.raw_token)


def test_a_child_comes_with_a_guardian(house, editor):
    made = start(house, editor, [], way=CampaignWay.POSTER)
    born = today() - timedelta(days=3000)
    request = Visit.begin(made, Typed("Fatma Muster", "fatma@people.example", "de", "Tom Muster", born))
    assert (request.person.name, request.guardian.name, request.needs_code) == (
        "Tom Muster",
        "Fatma Muster",
        True,
    )
    for typed, field in (
        (Typed("F M", "", "de", "Tom", born), "email"),
        (Typed("F M", "f@people.example", "de", "Tom"), "born"),
        (Typed("F M", "f@people.example", "de", "Tom", date(1980, 1, 1)), "born"),
        (Typed(" ", "f@people.example", "de", "Tom", born), "name"),
        (Typed(" "), "name"),
        (Typed("Noor", "nonsense"), "email"),
    ):
        with pytest.raises(Invalid) as refused:
            Visit.begin(made, typed)
        assert refused.value.field == field
    assert Visit.select().count() == 1


def test_a_flood_from_one_network_is_held_back(house, editor):
    from models.visit import _network

    made = start(house, editor, [], way=CampaignWay.POSTER)
    Attempt.insert_many([{"key": _network()} for _ in range(MOST_VISITS)]).execute()
    with pytest.raises(TooMany):
        Visit.begin(made, Typed("Noor Voorbeeld"))


def test_who_never_answers_is_forgotten_after_90_days(house, editor):
    made = start(house, editor, [], way=CampaignWay.POSTER)
    silent, signed = (Visit.begin(made, Typed(name)).person for name in ("Noor Voorbeeld", "Daan Muster"))
    answer(signed.requests.get(), "website")
    Visit.update(at=clock.now() - timedelta(days=89)).execute()
    assert Visit.sweep() == 0
    Visit.update(at=clock.now() - timedelta(days=91)).execute()
    assert Visit.sweep() == 1
    assert Person.get_or_none(Person.id == silent.id) is None
    assert Person.get_by_id(signed.id).name == "Daan Muster"


def test_a_campaign_needs_a_name_uses_and_someone(house, editor):
    wording, person, use = Wording.current()[0], crowd(house, editor, 1), [house.use("website")]
    for arguments, more, field in (
        ((" ", person, use), {}, "name"),
        (("x", person, []), {}, "use"),
        (("x", [], use), {}, "person"),
        (("x", person, use), {"scope": Reach.ALBUM}, "album"),
        (("x", person, use), {"valid_until": today()}, "valid_until"),
    ):
        with pytest.raises(Invalid) as refused:
            Campaign.start(*arguments, wording, by=editor, **more)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        start(house, house.user("contributor"), person)
    assert Campaign.select().count() == 0


def test_progress_asks_as_much_for_forty_as_for_one(house, editor):
    from models import consent_list

    costs = []
    for count in (1, 40):
        made = start(house, editor, crowd(house, editor, count))
        with count_queries() as counted:
            progress.counts(made)
            rows, _ = consent_list.page(progress.rows(made))
            progress.reasons(rows)
            assert [row.person.name for row in rows]
        costs.append(counted.count)
    assert costs[0] == costs[1] <= 3
    assert Addressee.select().count() == 41
    assert Setting.of("link_days") == 30
    assert not db.in_transaction()


def test_a_ward_album_needs_a_text_for_an_explicit_yes_before_anybody_is_asked(house, editor):
    """SPC-01: a plain text would leave every photo of the place blocked, and everyone asked for nothing."""
    ward = house.album("Ward 3", by=editor, special_context=True)
    people = crowd(house, editor, 2)
    with pytest.raises(Invalid, match="explicit"):
        start(house, editor, people, scope=Reach.ALBUM, album=ward)
    assert (Campaign.select().count(), Request.select().count()) == (0, 0)
    text = fitting.fitting(people, album=ward)
    made = Campaign.start(
        "Ward", people, [house.use()], text, by=editor, scope=Reach.ALBUM, album=ward, attested=True
    )
    assert (text.kind, made.requests.count()) == (WordingKind.PATIENT, 2)
