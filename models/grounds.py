"""What is on file about people that decide needs: lines, requests, circumstances, other grounds; for a page in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from peewee import JOIN, fn

from adapters import clock
from models import ages, facts, parties
from models.base import tools
from models.clearance import shifted

_GRANTED = (facts.LineState.GIVEN, facts.LineState.RENEWED)


@dataclass
class Grounds:
    """Rows by person id; `covered` holds (line id, photo id) of lines for chosen photos."""

    rules: ages.Profile
    lapse_days: int = 0
    lines: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    covered: set[tuple[int, int]] = field(default_factory=set)
    pending: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    circumstances: dict[int, dict[str, date]] = field(default_factory=lambda: defaultdict(dict))
    bases: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    told: dict[int, date] = field(default_factory=dict)
    settled: dict[int, datetime] = field(default_factory=dict)

    def about(self, person: Any, photo_id: int, album_id: int, *, masked: bool) -> facts.PersonFacts:
        """Everything decide wants to know of one person about one photo."""
        since = self.circumstances.get(person.id, {})
        here = {line.id for line in self.lines[person.id] if self._covers(line, photo_id, album_id)}
        outlived = self._outlived(person, here, album_id, since)
        lines = [line for line in self.lines[person.id] if _use(line) not in outlived]
        verdict = parties.judge(
            (line for line in lines if line.id in here), person.born, self.rules, self.settled.get(person.id)
        )
        known = [
            self._line(line, line.id in here, verdict, since)
            for line in lines
            if line.id not in verdict.joined
        ]
        known += [_asked(row, photo_id, album_id) for row in self.pending[person.id]]
        of_age, told = self._of_age(person, lines), self.told.get(person.id)
        lapses = told and of_age and self.lapse_days and shifted(max(told, of_age), self.lapse_days)
        return facts.PersonFacts(
            code=person.code,
            erasure_pending=False,
            restricted="restricted" in since,
            protected="protected" in since,
            objects_to_marketing="objection_marketing" in since,
            objects="objection" in since,
            under_secrecy=person.relation == "patient",
            died_on=since.get("deceased"),
            of_age_on=of_age,
            told_of_age=told is not None,
            lapses_on=lapses or None,
            masked_here=masked,
            lines=tuple(known),
            bases=tuple(self._basis(basis, person, album_id, since) for basis in self.bases[person.id]),
        )

    def _of_age(self, person: Any, lines: list[Any]) -> date | None:
        if person.born:
            return ages.birthday(person.born, self.rules.publication_age)
        # Somebody's guardian signed, so she is a child whose birthday we don't know.
        return date.max if any(line.guardian_id and not line.is_relative for line in lines) else None

    def _covers(self, line: Any, photo_id: int, album_id: int) -> bool:
        if line.scope == "all":
            return True
        return line.album_id == album_id if line.scope == "album" else (line.id, photo_id) in self.covered

    def _outlived(
        self, person: Any, here: set[int], album_id: int, since: dict[str, date]
    ) -> set[tuple[str, ...]]:
        """The uses for which a contract that outlives the work stands in a consent's place (EMP-02, V10), never in that of a no
        that nothing newer has answered (CON-22).
        """
        left = since.get("left")
        if left is None or left > clock.today(tools.zone):
            return set()
        agreed = {
            _use(basis) for basis in self.bases[person.id]
            if basis.after_leaving and (basis.album_id is None or basis.album_id == album_id)
        }  # fmt: skip
        return {
            use for use in agreed
            if not _says_no(line for line in self.lines[person.id] if line.id in here and _use(line) == use)
        }  # fmt: skip

    def _line(
        self, line: Any, covers: bool, verdict: parties.Verdict, since: dict[str, date]
    ) -> facts.LineFact:
        state, at = _state(line, since.get("left"))
        until, left = line.valid_until, since.get("left")
        if left is not None and line.decided_at.date() < left:
            until = min(until or date.max, shifted(left, -1))
        return facts.LineFact(
            code=line.code,
            state=state,
            decided_at=at,
            purpose=line.purpose,
            channel=line.channel,
            territory=line.territory,
            valid_from=line.valid_from,
            valid_until=until,
            signer=_signer(line),
            guardian_veto=line.id in verdict.vetoed,
            co_signature_missing=line.id in verdict.alone,
            covers_photo=covers,
            explicit=line.explicit,
            evidence_complete=_is_proved(line),
        )

    def _basis(self, basis: Any, person: Any, album_id: int, since: dict[str, date]) -> facts.BasisFact:
        from models.basis import signed_too_young

        until, left = min(filter(None, (basis.valid_until, basis.review_on))), since.get("left")
        if left is not None and not basis.after_leaving:
            until = min(until, shifted(left, -1))
        child = (
            person.born is not None and ages.birthday(person.born, self.rules.contract_age) > basis.valid_from
        )
        return facts.BasisFact(
            code=basis.code,
            kind=facts.BasisKind(basis.kind),
            purpose=basis.purpose,
            channel=basis.channel,
            territory=basis.territory,
            valid_from=basis.valid_from,
            valid_until=until,
            child_unreviewed=child and basis.reviewed_at is None,
            guardian_missing=signed_too_young(basis, person.born, self.rules),
            covers_photo=basis.album_id is None or basis.album_id == album_id,
            assessed=True,  # no ground is kept without its evidence (BAS-01)
            informed=basis.informed_on is not None,
        )


def gather(person_ids: set[int], photo_ids: list[int], settings: dict[str, Any]) -> Grounds:
    """Read what is on file about these people, for these photos."""
    found = Grounds(ages.profile(str(settings["country"])), int(settings["coming_of_age_days"]))
    if person_ids:
        _lines(found, person_ids, photo_ids)
        _pending(found, person_ids)
        _circumstances(found, person_ids)
        _bases(found, person_ids)
        if any(line.guardian_id for rows in found.lines.values() for line in rows):
            _young(found, person_ids)
    return found


def _lines(found: Grounds, person_ids: set[int], photo_ids: list[int]) -> None:
    from models.consent import About, Consent, Line, LinePhoto, Withdrawal
    from models.person import Guardian
    from models.use import Use
    from models.voiding import Voiding

    # Plain rows: building a model of each line costs more than everything else on a page of the library.
    rows: Any = (
        Line.select(
            Line.id, Line.code, Line.person.alias("person_id"), Line.use.alias("use_id"), Line.answer, Line.scope,
            Line.album.alias("album_id"), Line.explicit, Line.valid_from, Line.valid_until, Line.decided_at, Use.purpose,
            Use.channel, Use.territory, Withdrawal.at.alias("withdrawn_at"), Withdrawal.actor.alias("withdrawn_actor"),
            Withdrawal.guardian.alias("withdrawn_by"), Consent.guardian.alias("guardian_id"),
            Guardian.kind.alias("guardian_kind"), Consent.version.alias("version_id"), Consent.means, Consent.checked_at,
            Voiding.kind.alias("void"), Voiding.confirmed_at.alias("void_at"), Consent.locale.alias("is_relative"),
        )
        .join(Use)
        .join_from(Line, Consent)
        .join_from(Consent, Guardian, JOIN.LEFT_OUTER)
        .join_from(Line, Withdrawal, JOIN.LEFT_OUTER)
        .join_from(Line, Voiding, JOIN.LEFT_OUTER)
        .where(Line.person.in_(person_ids), Line.about == About.USE)
        .namedtuples()
    )  # fmt: skip
    chosen = []
    for row in rows:
        line = row._replace(
            decided_at=aware(row.decided_at), withdrawn_at=row.withdrawn_at and aware(row.withdrawn_at),
            is_relative=row.guardian_kind == "relative",
        )  # fmt: skip
        found.lines[line.person_id].append(line)
        if line.scope == "photos":
            chosen.append(line.id)
    if chosen:
        pairs: Any = LinePhoto.select(LinePhoto.line, LinePhoto.photo).where(
            LinePhoto.line.in_(chosen), LinePhoto.photo.in_(photo_ids)
        )
        found.covered = set(pairs.tuples())


def _pending(found: Grounds, person_ids: set[int]) -> None:
    from models.request import Asked, Request
    from models.use import Use

    asked: Any = (
        Asked.select(
            Request.person, Request.at, Request.valid_until, Use.purpose, Use.channel, Use.territory, Request.code
        )
        .join(Request)
        .join_from(Asked, Use)
        .where(
            Request.person.in_(person_ids), Request.used_at.is_null(), Request.revoked_at.is_null(),
            Request.expires_at > clock.now(),
        )
        .namedtuples()
    )  # fmt: skip
    for row in asked:
        found.pending[row.person].append(row)


def _circumstances(found: Grounds, person_ids: set[int]) -> None:
    from models.circumstance import Circumstance

    rows: Any = Circumstance.select(Circumstance.person, Circumstance.kind, Circumstance.since).where(
        Circumstance.person.in_(person_ids), Circumstance.ended_at.is_null()
    )
    for person_id, kind, since in rows.tuples():
        found.circumstances[person_id][str(kind)] = since


def _bases(found: Grounds, person_ids: set[int]) -> None:
    from models.basis import Basis
    from models.use import Use

    rows: Any = (
        Basis.select(Basis, Use.purpose, Use.channel, Use.territory, Basis.album.alias("album_id"))
        .join(Use)
        .where(Basis.person.in_(person_ids), Basis.ended_at.is_null())
        .namedtuples()
    )
    for row in rows:
        found.bases[row.person].append(row)


def _young(found: Grounds, person_ids: set[int]) -> None:
    """When each was told that she decides now, and when those who decide for a child were last at one."""
    from models.coming_of_age import Telling
    from models.ruling import Ruling

    for model, told in ((Telling, True), (Ruling, False)):
        rows: Any = (
            model.select(model.person, fn.MAX(model.at))
            .where(model.person.in_(person_ids))
            .group_by(model.person)  # type: ignore[attr-defined]
        )
        for person_id, at in rows.tuples():
            if told:
                found.told[person_id] = aware(at).date()
            else:
                found.settled[person_id] = aware(at)


def _state(line: Any, left: date | None) -> tuple[facts.LineState, datetime]:
    """The stored state of a line today and since when; a consent ends with the work it came with (EMP-02)."""
    if line.withdrawn_at is not None:
        return facts.LineState.WITHDRAWN, line.withdrawn_at
    if line.void and line.void_at is not None:
        return facts.LineState(str(line.void)), aware(line.void_at)
    answer = facts.LineState(str(line.answer))
    if (
        answer in _GRANTED
        and left is not None
        and left <= clock.today(tools.zone)
        and line.decided_at.date() < left
    ):
        return facts.LineState.REVOKED, line.decided_at
    return answer, line.decided_at


def _signer(line: Any) -> facts.Signer:
    if line.is_relative:
        return facts.Signer.RELATIVE
    return facts.Signer.GUARDIAN if line.guardian_id else facts.Signer.PERSON


def _is_proved(line: Any) -> bool:
    """Whether the proof is whole: the text is ours or was read again, and nobody has put it in doubt (CON-02, SIG-07, T8)."""
    read_again = line.means not in ("paper", "import") or line.checked_at is not None
    return bool(line.version_id or line.means == "import") and read_again and line.void is None


def _use(row: Any) -> tuple[str, ...]:
    return row.purpose, row.channel, row.territory


def _says_no(lines: Iterable[Any]) -> bool:
    """Whether the newest of these answers is a no; on the same instant the no wins (CON-23)."""
    states = [_state(line, None) for line in lines]
    decided = [(at, state not in _GRANTED) for state, at in states if state is not facts.LineState.UNKNOWN]
    return bool(decided) and max(decided)[1]


def _asked(row: Any, photo_id: int, album_id: int) -> facts.LineFact:
    at = aware(row.at)
    return facts.LineFact(
        code=row.code,
        state=facts.LineState.REQUESTED,
        decided_at=at,
        purpose=row.purpose,
        channel=row.channel,
        territory=row.territory,
        valid_from=at.date(),
        valid_until=row.valid_until,
        signer=facts.Signer.PERSON,
        guardian_veto=False,
        co_signature_missing=False,
        covers_photo=True,
    )


def aware(value: Any) -> datetime:
    """An instant in the organisation's zone, whose day the age rules compare."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(ZoneInfo(tools.zone))
