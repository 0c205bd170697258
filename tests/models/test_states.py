"""Every way from one state of a line to another: the eleven by eleven of CON-20, walked with the real verbs."""

from __future__ import annotations

import pytest

from adapters import clock
from models import states
from models.consent import Answer, Consent, Line, Means, withdraw
from models.errors import Refusal
from models.request import Choice, Request, Way
from models.states import TRANSITIONS, State
from models.voiding import Void, Voiding
from models.wording import Wording


class World:
    """One person, one use, and the line or request under test."""

    def __init__(self, house, later):
        self.later = later
        self.editor, self.dpo, self.second = (
            house.user("editor", "consent-officer"),
            house.user("dpo"),
            house.user("dpo"),
        )
        self.use, self.person = (
            house.use(),
            house.person("Noor Voorbeeld", by=self.editor, email="noor@people.example"),
        )
        self.request = self.line = None

    def ask(self):
        self.request = Request.ask(
            [self.person], [self.use], Wording.current()[0], by=None, way=Way.LINK, renews=True
        )[0]

    def sign(self, yes, request=None):
        return Consent.sign(
            request or self.request, Choice({self.use.code: yes}, None), signer="Noor Voorbeeld", steps={}
        )

    def bring(self, state):
        """Bring line or request into a state."""
        getattr(self, f"_{state.value}")()
        return self

    def _draft(self):
        pass

    def _requested(self):
        self.ask()

    def _given(self):
        self.ask()
        self.line = self.sign(True).answers()[0]

    def _renewed(self):
        self._given()
        Line.update(answer=Answer.RENEWED).where(Line.id == self.line.id).execute()

    def _refused(self):
        self.ask()
        self.line = self.sign(False).answers()[0]

    def _withdrawn(self):
        self._given()
        self.to_withdrawn()

    def _expired(self):
        self._given()
        self.later(days=800)

    def _invalidated(self):
        self._given()
        self.to_invalidated()

    def _revoked(self):
        self._given()
        self.to_revoked()

    def _superseded(self):
        self._given()
        self.to_superseded()

    def _unknown(self):
        consent = Consent.create(
            person=self.person, means=Means.IMPORT, locale="en", signer="Noor Voorbeeld", withdrawal_token="t"
        )
        self.line = Line.create(
            consent=consent,
            person=self.person,
            use=self.use,
            answer=Answer.UNKNOWN,
            valid_from=clock.now().date(),
        )

    # The verbs that could lead to each state, tried on whatever is there.

    def to_requested(self):
        if self.line is not None:
            # A line never becomes a request: the old one's link is dead and asking again is another row.
            self.request.remind(by=self.editor) if self.request else None
        elif self.request is None:
            self.ask()

    def to_given(self):
        self.sign(True)

    def to_renewed(self):
        if self.request is not None and self.line is None:
            # T5 takes a yes that stands: she gave one by another link while this question waited.
            use, text = [self.use], Wording.current()[0]
            self.sign(True, Request.ask([self.person], use, text, by=None, way=Way.LINK)[0])
            self.later(seconds=1)
        self.sign(True)

    def to_refused(self):
        self.sign(False)

    def to_withdrawn(self):
        self.later(seconds=1)
        withdraw(self.person, uses=None, recognition=False, actor="signer", means="link")

    def to_expired(self):
        self.later(days=800)

    def to_invalidated(self):
        self.later(seconds=1)
        Voiding.propose(self.line.consent, Void.INVALIDATED, reason="the text was wrong", by=self.dpo)
        Voiding.confirm(self.line.consent, by=self.second)

    def to_revoked(self):
        self.later(seconds=1)
        Voiding.propose(self.line.consent, Void.REVOKED, reason="the plan was given up", by=self.editor)

    def to_superseded(self):
        self.later(seconds=1)
        again = Request.ask(
            [self.person], [self.use], Wording.current()[0], by=None, way=Way.LINK, renews=True
        )[0]
        self.sign(True, again)

    @property
    def state(self):
        """Where it stands now, as the product says it."""
        if self.line is not None:
            line = Line.get_by_id(self.line.id)
            return states.of([line])[line.id]
        if self.request is None:
            return State.DRAFT
        request = Request.get_by_id(self.request.id)
        if request.used_at is not None:
            line = request.consents.get().answers()[0]
            return states.of([line])[line.id]
        return State.REQUESTED


@pytest.mark.parametrize("old", list(State))
@pytest.mark.parametrize("new", [state for state in State if state not in (State.DRAFT, State.UNKNOWN)])
def test_a_line_moves_only_as_listed(house, later, old, new):
    """CON-20: what the table lists happens, everything else leaves the state as it was."""
    world = World(house, later).bring(old)
    assert world.state is old
    try:
        getattr(world, f"to_{new.value}")()
    except (Refusal, AttributeError):
        assert world.state is old
        return
    expected = new if (old, new) in TRANSITIONS else old
    # Time passes for everyone; a second act on what ended stands beside it and changes nothing.
    assert world.state is expected, TRANSITIONS.get((old, new))


def test_no_verb_leads_back_to_a_draft_or_to_doubt():
    assert not [pair for pair in TRANSITIONS if pair[1] in (State.DRAFT, State.UNKNOWN)]
    assert not [pair for pair in TRANSITIONS if pair[0] is State.SUPERSEDED], (
        "what was replaced stays replaced"
    )


def test_an_invalidation_takes_two_and_shuts_meanwhile(house, later):
    """T8: the second person is another one, and nothing opens while it waits."""
    from models.errors import Refusal

    world = World(house, later).bring(State.GIVEN)
    Voiding.propose(world.line.consent, Void.INVALIDATED, reason="not free", by=world.dpo)
    with pytest.raises(Refusal, match="Somebody else"):
        Voiding.confirm(world.line.consent, by=world.dpo)
    assert Voiding.waiting(world.line.consent)
    Voiding.confirm(world.line.consent, by=world.second)
    assert world.state is State.INVALIDATED
