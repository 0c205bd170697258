"""Facts for the clearance tests: makers with a clearing default, and hypothesis strategies for any fact."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from models.clearance import decide
from models.facts import (
    BasisFact,
    BasisKind,
    CrowdBasis,
    FaceFact,
    FaceWord,
    Held,
    Licence,
    LineFact,
    LineState,
    Period,
    PersonFacts,
    PhotoFacts,
    Signer,
    UseFacts,
)
from models.reasons import Clearance

TODAY = date(2026, 11, 23)
WEB = UseFacts(
    code="web",
    purpose="recruitment",
    channel="website",
    territory="NL",
    irreversible=False,
    direct_marketing=False,
    authority_task=False,
)
PRINT = replace(WEB, code="print", channel="print", irreversible=True)
LANDSCAPE = PhotoFacts(
    code="photo",
    erased=False,
    held=None,
    special_context=False,
    unresolved_names=0,
    faces=(),
    licence=Licence.GRANTED,
    reviewed=True,
)


def line(state: LineState = LineState.GIVEN, **facts) -> LineFact:
    """A line for WEB that clears, of the first of January 2026."""
    known = {
        "code": "line",
        "state": state,
        "decided_at": datetime(2026, 1, 1, 12, tzinfo=UTC),
        "purpose": "recruitment",
        "channel": "website",
        "territory": "NL",
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2027, 12, 31),
        "signer": Signer.PERSON,
        "guardian_veto": False,
        "co_signature_missing": False,
        "covers_photo": True,
        "evidence_complete": True,
    }
    return LineFact(**(known | facts))


def basis(kind: BasisKind = BasisKind.CONTRACT, **facts) -> BasisFact:
    """A basis for WEB that clears."""
    known = {
        "code": "basis",
        "kind": kind,
        "purpose": "recruitment",
        "channel": "website",
        "territory": "NL",
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2027, 12, 31),
        "child_unreviewed": False,
        "guardian_missing": False,
        "covers_photo": True,
        "assessed": True,
        "informed": True,
    }
    return BasisFact(**(known | facts))


def person(code: str = "A", *lines: LineFact, **facts) -> PersonFacts:
    """A grown, living person with these lines and nothing against her."""
    known = {
        "code": code,
        "erasure_pending": False,
        "restricted": False,
        "protected": False,
        "objects_to_marketing": False,
        "objects": False,
        "under_secrecy": False,
        "died_on": None,
        "of_age_on": None,
        "lines": lines,
    }
    return PersonFacts(**(known | facts))


def face(word: FaceWord, who: str | None = None, code: str = "face") -> FaceFact:
    """One face with a word on it."""
    return FaceFact(code=code, word=word, person=who)


def photo(*faces: FaceFact, **facts) -> PhotoFacts:
    """A reviewed, licensed photo with these faces."""
    return replace(LANDSCAPE, faces=faces, **facts)


def ask(photo: PhotoFacts, *people: PersonFacts, use=WEB, start=TODAY, end=None, today=TODAY) -> Clearance:
    """Decide with the fixed today of the vectors (section 2.4)."""
    return decide(photo, people, use, Period(start, end), today=today)


def of(who: PersonFacts, use=WEB, start=TODAY, end=None, today=TODAY, **scene) -> tuple:
    """Decide for one person alone: (state, code, until)."""
    found = ask(
        photo(face(FaceWord.PERSON, who.code), **scene), who, use=use, start=start, end=end, today=today
    )
    assert len(found.reasons) == 1
    return found.state, found.reasons[0].code, found.reasons[0].until


# Days lie close together, so that boundaries meet often.
DAYS = st.integers(-45, 45).map(lambda days: TODAY + timedelta(days=days))
ANY_DAY = DAYS | st.sampled_from([date.min, date.max, date(2024, 2, 29)])
ZONED = st.integers(-3, 3).map(lambda hours: datetime(2026, 11, 1, 12, tzinfo=UTC) + timedelta(hours=hours))
FLAG = st.sampled_from([False, False, False, True])
LIKELY = st.sampled_from([True, True, True, False])
SCOPES = {
    "purpose": st.sampled_from(["recruitment", "recruitment", "news"]),
    "channel": st.sampled_from(["website", "website", "print"]),
    "territory": st.sampled_from(["NL", "NL", "DE"]),
    "covers_photo": LIKELY,
    "valid_from": ANY_DAY,
    "valid_until": st.none() | ANY_DAY,
}
CODES = st.text("abcdef", min_size=4, max_size=4)
USES = st.builds(
    UseFacts,
    code=st.just("use"),
    purpose=SCOPES["purpose"],
    channel=SCOPES["channel"],
    territory=SCOPES["territory"],
    irreversible=FLAG,
    direct_marketing=FLAG,
    authority_task=FLAG,
)
LINES = st.builds(
    LineFact,
    code=CODES,
    state=st.sampled_from([*LineState, LineState.GIVEN, LineState.GIVEN, LineState.RENEWED]),
    decided_at=ZONED,
    signer=st.sampled_from(Signer),
    guardian_veto=FLAG,
    co_signature_missing=FLAG,
    explicit=FLAG,
    evidence_complete=LIKELY,
    **SCOPES,
)
BASES = st.builds(
    BasisFact,
    code=CODES,
    kind=st.sampled_from(BasisKind),
    child_unreviewed=FLAG,
    guardian_missing=FLAG,
    assessed=LIKELY,
    informed=LIKELY,
    **SCOPES,
)
RARELY_A_DAY = st.one_of(st.none(), st.none(), ANY_DAY)
PERSONS = st.builds(
    PersonFacts,
    code=st.sampled_from("ABCDE"),
    erasure_pending=st.sampled_from([False] * 9 + [True]),
    restricted=st.sampled_from([False] * 9 + [True]),
    protected=st.sampled_from([False] * 9 + [True]),
    objects_to_marketing=FLAG,
    objects=FLAG,
    under_secrecy=FLAG,
    died_on=RARELY_A_DAY | st.just(date(2016, 11, 30)),
    of_age_on=RARELY_A_DAY,
    told_of_age=st.booleans(),
    lapses_on=RARELY_A_DAY,
    masked_here=FLAG,
    lines=st.lists(LINES, max_size=4).map(tuple),
    bases=st.lists(BASES, max_size=2).map(tuple),
)
PEOPLE = st.lists(PERSONS, max_size=3, unique_by=lambda person: person.code)
FACES = st.builds(
    FaceFact, code=CODES, word=st.sampled_from(FaceWord), person=st.none() | st.sampled_from("ABCDE")
)
PHOTOS = st.builds(
    PhotoFacts,
    code=st.just("photo"),
    erased=st.sampled_from([False] * 9 + [True]),
    held=st.sampled_from([None] * 6 + list(Held)),
    special_context=FLAG,
    unresolved_names=st.sampled_from([0, 0, 0, 1]),
    faces=st.lists(FACES, max_size=3).map(tuple),
    licence=st.sampled_from([Licence.GRANTED, Licence.GRANTED, *Licence]),
    licence_until=RARELY_A_DAY,
    reviewed=LIKELY,
    crowd_basis=st.none() | st.sampled_from(CrowdBasis),
    secrecy_checked=LIKELY,
)
PERIODS = st.builds(Period, start=ANY_DAY, end=st.none() | ANY_DAY)
