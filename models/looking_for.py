"""Looking for everything: photos by every way that needs no face, and how much each store holds; sets, not rows (DSR-10, DSR-11)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from peewee import JOIN, ModelSelect, chunked, fn

from adapters import clock
from models import search, stores
from models.album import Album
from models.base import db, is_postgres, tools, tuples
from models.claim import Claim, Outcome, Right
from models.claim_desk import HINDRANCES
from models.claims import Claimed
from models.errors import Invalid, _l
from models.face import Appearance, Face, Remark
from models.folding import folded, folded_name
from models.names import tidy
from models.permission import Permission
from models.photo import Photo, Tag
from models.search_of_claim import ClaimSearch, Found, Searched, Way
from models.trail import Trace
from models.user import User

MOST_NAMED = 20_000  # photos whose words hold her last name: more is another question
MOST_CLUES = 500  # photos a human still looks through one by one
MOST_NAMES = 8
BATCH = 500
Ways = dict[int, set[Way]]


def look(
    claim: Claim, *, by: User, names: str = "", places: str = "", first: date | None = None, last: date | None = None
) -> ClaimSearch:  # fmt: skip
    """Ask every store for whom this claim is about; what was confirmed or rejected before stays so.

    `names` are further names, one a line; `places` events and places; the days are those between which a photo may be from.
    Of somebody who is not on file the words of photos are asked all the same. Raises Invalid for days in the wrong order.
    """
    by.require(Permission.COMPLIANCE)
    claim.require_open()
    if first and last and first > last:
        raise Invalid(_l("The last day lies before the first."), field="last")
    typed = [name for line in names.strip().split("\n") if (name := tidy(line))]
    if len(typed) > MOST_NAMES:
        raise Invalid(_l("Write at most %(count)s names, one a line."), field="names", count=MOST_NAMES)
    found, unsearchable, cut = _photos(claim, typed, places, first, last)
    counts = stores.counts(claim.person)
    with db.atomic():
        _keep(claim, found)
        Searched.delete().where(Searched.claim == claim).execute()
        Searched.insert_many(
            [
                {"claim": claim, "store": store, "count": count, "at": clock.now()}
                for store, count in counts.items()
            ]
        ).execute()
        ClaimSearch.delete().where(ClaimSearch.claim == claim).execute()
        row: ClaimSearch = ClaimSearch.create(
            claim=claim, names="\n".join(typed), places=places.strip()[:1000], first=first, last=last, by=by,
            unsearchable=unsearchable, cut=cut,
        )  # fmt: skip
        Trace.leave(
            by,
            "claim.searched",
            claim,
            person=claim.person,
            photos=len(found),
            stores=len(counts),
            limited=cut,
        )
    return row


def variants(name: str) -> list[re.Pattern[str]]:
    """A name as people write it: words in any order, an initial for the first, accents or not, joined as in file names."""
    words = folded_name(name).split()
    if len(words) < 2:
        return [_whole(words)] if words else []
    first, rest = words[0], words[1:]
    return [
        _whole([first, *rest]),
        _whole([*rest, first]),
        _whole([first[0], *rest]),
        _whole([*rest, first[0]]),
    ]


def _whole(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(r"(?<![^\W_])" + r"[\s_.,+-]*".join(map(re.escape, words)) + r"(?![^\W_])")


def _photos(
    claim: Claim, further: list[str], places: str, first: date | None, last: date | None
) -> tuple[Ways, int, bool]:
    found: Ways = defaultdict(set)
    there = Appearance.select(Appearance.photo).where(
        Appearance.person == claim.person_id, Appearance.undone_at.is_null()
    )
    for (photo,) in tuples(there.distinct()) if claim.person_id else ():
        found[photo].add(Way.LINK)
    full = False
    for name in [claim.person.name if claim.person else claim.subject, *further]:
        patterns = variants(name)
        full = _by_words(name, patterns, found) or full
        _by_claims(patterns, found)
    proposed = Found.select(Found.photo).where(Found.claim == claim, Found.distance.is_null(False))
    for (photo,) in tuples(proposed):
        found[photo].add(Way.FACE)
    unsearchable, more = _by_clues(places, first, last, found)
    return found, unsearchable, full or more


def _by_words(name: str, patterns: list[re.Pattern[str]], found: Ways) -> bool:
    """Photos whose words name her: the index narrows it down by her last name, the patterns decide."""
    words = folded_name(name).split()
    if not words:
        return False
    columns = (Photo.id, Photo.title, Photo.caption, Photo.alt_text, Photo.name)
    ids = [photo for (photo,) in tuples(_holding(name).select(Photo.id).limit(MOST_NAMED + 1))]
    for some in chunked(ids[:MOST_NAMED], BATCH):
        for photo, title, caption, alt, file in tuples(Photo.select(*columns).where(Photo.id.in_(some))):
            for way, text in ((Way.TITLE, title), (Way.CAPTION, f"{caption} {alt}"), (Way.FILE_NAME, file)):
                if _names(patterns, text):
                    found[photo].add(way)
        for photo, word in tuples(Tag.select(Tag.photo, Tag.word).where(Tag.photo.in_(some))):
            if _names(patterns, word):
                found[photo].add(Way.TAG)
    return len(ids) > MOST_NAMED


def _holding(name: str) -> ModelSelect[Photo]:
    """Photos that hold the longest word of her last name, written either way."""
    key = max(name.split()[1:] or name.split(), key=len)
    spelled = {folded(key), folded_name(key)}
    hits = [search.matching(Photo.select(Photo.id), word, names=False) for word in sorted(spelled)]
    if is_postgres():  # its parser takes a file's name for one word
        hits += [Photo.select(Photo.id).where(Photo.name.contains(word)) for word in sorted({*spelled, key})]
    return Photo.select().where(reduce(or_, [Photo.id.in_(query) for query in hits]))


def _names(patterns: list[re.Pattern[str]], text: str) -> bool:
    plain = folded_name(text)
    return bool(plain) and any(pattern.search(plain) for pattern in patterns)


def _by_claims(patterns: list[re.Pattern[str]], found: Ways) -> None:
    """Photos whose files name her: each name is compared once, however many files claim it."""
    names = [name for (name,) in tuples(Claimed.select(Claimed.name).distinct()) if _names(patterns, name)]
    for some in chunked(names, BATCH):
        for (photo,) in tuples(Claimed.select(Claimed.photo).where(Claimed.name.in_(some))):
            found[photo].add(Way.CLAIMED)


def _by_clues(places: str, first: date | None, last: date | None, found: Ways) -> tuple[int, bool]:
    """Photos of the event, place or days she named in which somebody is left without a name; and how many such faces."""
    texts = [text for text in re.split(r"[\n,;]+", places) if text.strip()]
    if not texts and not (first or last):
        return 0, False
    open_ = unnamed()
    query = Photo.select(Photo.id).where(Photo.id.in_(open_.select(Face.photo)))
    if first:
        query = query.where(Photo.taken_at >= _midnight(first))
    if last:
        query = query.where(Photo.taken_at < _midnight(last + timedelta(days=1)))
    ids = sorted({photo for one in _at(query, texts) for (photo,) in tuples(one.limit(MOST_CLUES + 1))})
    for photo in ids[:MOST_CLUES]:
        found[photo].add(Way.CLUE)
    faces = sum(open_.where(Face.photo.in_(some)).count() for some in chunked(ids[:MOST_CLUES], BATCH))
    return faces, len(ids) > MOST_CLUES


def _at(query: ModelSelect[Photo], texts: list[str]) -> Iterator[ModelSelect[Photo]]:
    if not texts:
        yield query
    for text in texts:
        yield search.matching(query, text, names=False)


def unnamed() -> ModelSelect[Face]:
    """Faces of which no human said anything: they can't be searched by name (Art. 11)."""
    named = Appearance.select(Appearance.face).where(
        Appearance.undone_at.is_null(), Appearance.face.is_null(False)
    )
    said = Remark.select(Remark.face).where(Remark.undone_at.is_null())
    return Face.select(Face.id).where(Face.id.not_in(named), Face.id.not_in(said))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(tools.zone))


def _keep(claim: Claim, found: Ways) -> None:
    """Write what was found; what a human said of it stays, and what is found no more and unanswered goes."""
    known = {row.photo_id: row for row in Found.select().where(Found.claim == claim)}
    new = [
        {"claim": claim, "photo": photo, "ways": sorted(ways), "at": clock.now()}
        for photo, ways in found.items() if photo not in known
    ]  # fmt: skip
    for some in chunked(new, 100):
        Found.insert_many(some).execute()
    for photo, row in known.items():
        ways = sorted(found.get(photo, ()))
        if ways and ways != row.ways:
            Found.update(ways=ways).where(Found.id == row.id).execute()
        elif not ways and row.confirmed_at is None and row.rejected_at is None:
            row.delete_instance()


def say(claim: Claim, codes: Iterable[str], *, hers: bool, by: User) -> int:
    """A human's word that these photos show her, or do not; returns of how many. What is packed already stays as it is."""
    by.require(Permission.COMPLIANCE)
    claim.require_open()
    now = clock.now()
    values = {"confirmed_at": now if hers else None, "rejected_at": None if hers else now, "by": by}
    count = 0
    with db.atomic():
        for some in chunked(sorted(set(codes)), BATCH):
            count += Found.update(**values).where(Found.claim == claim, Found.code.in_(some)).execute()
        Trace.leave(
            by, "claim.found" if hers else "claim.not-found", claim, person=claim.person, photos=count
        )
    return count


def confirm_links(claim: Claim, *, by: User) -> int:
    """Confirm every photo in which a human saw her before, at once."""
    rows = Found.select(Found.code, Found.ways).where(
        Found.claim == claim, Found.confirmed_at.is_null(), Found.rejected_at.is_null()
    )
    return say(claim, [code for code, ways in tuples(rows) if Way.LINK in ways], hers=True, by=by)


def listed(claim: Claim, *, tab: str = "open") -> ModelSelect[Found]:
    """What was found: waiting for a word, confirmed, or rejected."""
    query = (
        Found.select(Found, Photo, Album, Face).join(Photo).join(Album, JOIN.INNER)
        .join_from(Found, Face, JOIN.LEFT_OUTER).where(Found.claim == claim)
    )  # fmt: skip
    if tab == "confirmed":
        query = query.where(Found.confirmed_at.is_null(False))
    elif tab == "rejected":
        query = query.where(Found.rejected_at.is_null(False))
    else:
        query = query.where(Found.confirmed_at.is_null(), Found.rejected_at.is_null())
    return query.order_by(Found.distance.is_null(), Found.distance, Found.id)


def tally(claim: Claim) -> dict[str, int]:
    """How many wait for a word, are confirmed, are rejected."""
    row = (
        Found.select(
            fn.COUNT(Found.id), fn.COUNT(Found.confirmed_at), fn.COUNT(Found.rejected_at)
        ).where(Found.claim == claim).tuples().first()
    )  # fmt: skip
    total, yes, no = row or (0, 0, 0)
    return {"open": total - yes - no, "confirmed": yes, "rejected": no}


def confirmed_by_face(claim: Claim) -> int:
    """How many of what a search by face proposed were confirmed."""
    rows = Found.select(Found.ways).where(Found.claim == claim, Found.confirmed_at.is_null(False))
    return sum(Way.FACE in ways for (ways,) in tuples(rows))


def unanswered(claim: Claim) -> list[str]:
    """The stores that were not asked for this claim, in the order of the list (DSR-10)."""
    asked = {store for (store,) in tuples(Searched.select(Searched.store).where(Searched.claim == claim))}
    return [store for store in stores.STORES if store not in asked]


def is_about_everything(right: Right) -> bool:
    """Whether this right is about all there is of her."""
    return right in (Right.ACCESS, Right.PORTABILITY, Right.ERASURE)


def _looked_everywhere(claim: Claim, outcome: Outcome) -> str | None:
    """What is answered about everything was looked for everywhere (DSR-10)."""
    done = outcome in (Outcome.GRANTED, Outcome.PARTLY) and is_about_everything(claim.right)
    if (done or outcome is Outcome.NOTHING) and unanswered(claim):
        return _l("Not every store was asked yet. Open “Find everything”, look once, and answer then.")
    return None


HINDRANCES.append(_looked_everywhere)
