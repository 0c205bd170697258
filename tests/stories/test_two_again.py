"""Two people wrongly made one are split with nothing lost: faces, consents, notes, and what was named since."""

from __future__ import annotations

import pytest

from models import faces, merging, search
from models.circumstance import Circumstance
from models.consent import Consent, Line
from models.errors import Refusal
from models.face import Appearance, Face, Rejection
from models.merging import Merging
from models.permission import Permission
from models.photo import Photo
from models.request import Choice, Request, Way
from models.trail import Trace
from models.wording import Wording
from tests.makers import Browser

pytestmark = pytest.mark.both_engines


@pytest.fixture
def scene(house):
    return Scene(house)


class Scene:
    """Two people who look like one on paper, each with faces, an answer and a note."""

    def __init__(self, house):
        self.house, self.editor = house, house.user("editor")
        self.album = house.album(by=self.editor)
        self.anna, self.ann = (
            house.person(name, by=self.editor) for name in ("Anna Voorbeeld", "Ann Sample")
        )
        self.photos = [house.photo(self.album, by=self.editor) for _ in range(3)]
        for number, person in enumerate((self.anna, self.ann)):
            self.name(self.photos[number], person, 0.1)
            self.sign(person, website=number == 0)
        faces.reject(self.face(self.photos[2], 0.1), self.ann, by=self.editor)
        faces.add_person(self.photos[2], self.ann, by=self.editor)
        Circumstance.record(self.ann, "objection_marketing", by=house.user("dpo"))

    def face(self, photo, left):
        return faces.draw(photo, (left, 0.1, 0.1, 0.2), by=self.editor)

    def name(self, photo, person, left):
        return faces.name(self.face(photo, left), person, by=self.editor)

    def sign(self, person, *, website):
        asked = Request.ask(
            [person], [self.house.use("website")], Wording.current()[0], by=self.editor, way=Way.LINK
        )[0]
        Consent.sign(asked, Choice({"website": website}, None), signer=person.name, steps={})

    def all_of(self, person):
        """Every row of the house that points at this person, by table, column and number."""
        return {
            (model.__name__, field.name, row[0])
            for model, field in merging._references()
            if model.__name__ not in ("Job", "Step")
            for row in model.select(model._meta.primary_key).where(field == person).tuples()
        }

    def found(self, text):
        return set(search.matching(Photo.select(), text, names=True))


def test_everything_goes_back_and_nothing_is_lost(scene):
    before = {person: scene.all_of(person) for person in (scene.anna, scene.ann)}
    assert {name for name, _, _ in before[scene.ann]} >= {
        "Appearance",
        "Rejection",
        "Line",
        "Request",
        "Circumstance",
    }
    merged = Merging.merge(scene.anna, scene.ann, by=scene.editor)
    assert scene.all_of(scene.ann) == set()
    assert scene.found("sample") == set()
    assert len(scene.found("voorbeeld")) == 3
    merged.undo(by=scene.editor)
    assert {person: scene.all_of(person) for person in (scene.anna, scene.ann)} == before
    assert len(scene.found("sample")) == 2
    states = {line.person.name: line.answer.value for line in Line.select()}
    assert states == {"Anna Voorbeeld": "given", "Ann Sample": "refused"}
    assert Rejection.get().person == scene.ann


def test_a_human_says_whose_the_faces_named_since_are(scene, web):
    merged = Merging.merge(scene.anna, scene.ann, by=scene.editor)
    new = [scene.house.photo(scene.album, by=scene.editor) for _ in range(2)]
    hers, theirs = (scene.name(photo, scene.anna, 0.7) for photo in new)
    editor = Browser(web).log_in(scene.editor)
    page = editor.get(f"/people/{scene.anna.code}/merge/{merged.code}").text
    assert "2 faces were named since" in page
    undo = f"/people/{scene.anna.code}/merge/{merged.code}/undo"
    assert editor.post(undo, {"theirs": theirs.code}).status_code == 303
    owners = {
        row.code: row.person
        for row in Appearance.select().where(Appearance.code.in_([hers.code, theirs.code]))
    }
    assert owners == {hers.code: scene.anna, theirs.code: scene.ann}
    assert editor.post(undo).status_code == 409, "once"
    assert Trace.select().where(Trace.action == "person.merge-undone").get().details["since"] == 1


def test_a_row_that_is_gone_takes_no_other_with_it(scene):
    """Numbers of deleted rows are given out anew: what is Anna's today must not become Ann's by its number."""
    merged = Merging.merge(scene.anna, scene.ann, by=scene.editor)
    moved = merged.moved["rejection.person"]
    Rejection.delete().where(Rejection.id.in_(moved)).execute()
    other = scene.house.person("Somebody Else", by=scene.editor)
    row = Rejection.create(id=moved[0], face=Face.select().first(), person=other, by=scene.editor)
    merged.undo(by=scene.editor)
    assert Rejection.get_by_id(row.id).person == other


def test_mergings_into_one_another_are_undone_in_their_order(scene):
    third = scene.house.person("Third Sample", by=scene.editor)
    first = Merging.merge(scene.anna, scene.ann, by=scene.editor)
    before = scene.all_of(scene.anna)
    second = Merging.merge(third, scene.anna, by=scene.editor)
    with pytest.raises(Refusal):
        first.undo(by=scene.editor)
    second.undo(by=scene.editor)
    assert scene.all_of(scene.anna) == before
    first.undo(by=scene.editor)
    assert scene.all_of(scene.ann)
    assert scene.editor.may(Permission.CONTACTS)
