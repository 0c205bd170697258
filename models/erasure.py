"""Erasure that holds: the ledger and the key first, then rows, bytes, letters, queue and pages (ERA-01 to ERA-11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from peewee import BlobField, ForeignKeyField, IntegerField, ModelSelect, TextField, chunked

from adapters import clock, seal
from adapters.ledger import Entry
from models import aftermath, faceprints, forgetting, hold, lapsed, search, takedown, unnaming
from models.base import Moment, Record, db, tools
from models.consent import Consent
from models.delivery import ERASED, Delivery
from models.disposition import Disposition
from models.errors import Gone, Invalid, Refusal, _l
from models.job import Job
from models.merging import Merging
from models.permission import Permission
from models.person import Person
from models.photo import Photo
from models.selfie import Selfie, State
from models.trail import Trace, take_turn
from models.user import User
from models.webhook import Event, Webhook

PHOTO, PERSON, BUT_PROOF, CONSENT, SELFIE, EVIDENCE = (
    "photo",
    "person",
    "person-but-proof",
    "consent",
    "selfie",
    "evidence",
)
# Where in the vault the bytes of each lie, by its code.
BYTES = {PHOTO: "{}", CONSENT: "consent-{}", SELFIE: "selfie-{}", EVIDENCE: "consent-{}"}
EVERYDAY, UNGROUNDED = "everyday", "disposition"  # why, in the ledger; the claims' reasons come beside them
MOST = 500  # photos erased by one request
AT_ONCE = 20  # of them, while somebody waits
AGAIN = timedelta(days=1)  # how long bytes that a broken-off job may still have written are looked for


Facts = dict[str, Any]  # counts for the trail


class Behind(Exception):
    """The key store is older than the database, or another one: what was erased would come back."""

    def __init__(self) -> None:
        super().__init__(
            "The key store is older than the database: erasures would be undone. "
            "Put back the newest copy of the keys folder, or restore database and keys together."
        )


class Erasure(Record):
    """That something was erased and when, by code alone; `number` is its place in the ledger beside the keys (ERA-06)."""

    number = IntegerField(unique=True)
    noun = TextField()
    code = TextField()
    at = Moment()
    why = TextField()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    tidied_at = Moment(null=True)  # when its bytes were gone too

    class Meta:
        personal = ()
        plain = ("number", "noun", "code", "at", "why", "tidied_at")
        indexes = ((("noun", "code"), True),)

    @classmethod
    def of(cls, noun: str, code: str) -> Erasure | None:
        """The erasure of this thing, if it was erased."""
        row: Erasure | None = cls.get_or_none(cls.noun == noun, cls.code == code)
        return row


class Guard(Record):
    """A keyed hash of something erased, so that it does not come in again by itself; never a faceprint (ERA-09)."""

    erasure = ForeignKeyField(Erasure, backref="guards", on_delete="CASCADE")
    mark = BlobField(index=True)
    lifted_at = Moment(null=True)
    lifted_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    lifted_why = TextField(default="")

    class Meta:
        personal = ("lifted_why",)
        plain = ("mark", "lifted_at")

    @classmethod
    def against(cls, mark: bytes) -> Guard | None:
        """What stands in the way of a photo with this hash, if anything does."""
        row: Guard | None = (
            cls.select(cls, Erasure).join(Erasure).where(cls.mark == mark, cls.lifted_at.is_null()).first()
        )
        return row

    @classmethod
    def refuse(cls, mark: bytes) -> None:
        """Raise for bytes that were erased here, with what to do (ERA-09)."""
        guard = cls.against(mark)
        if guard is not None:
            raise ErasedBefore(day=guard.erasure.at.date().isoformat(), code=guard.erasure.code)

    @classmethod
    def lift(cls, code: str, *, why: str, by: User) -> int:
        """Let an erased photo be taken in again; the privacy officer says why, and the trail keeps that it was so."""
        by.require(Permission.COMPLIANCE)
        if len(why.strip()) < 10:
            raise Invalid(_l("Say in a few words why it may come back."), field="why")
        theirs = Erasure.select(Erasure.id).where(Erasure.noun == PHOTO, Erasure.code == code.strip())
        with db.atomic():
            lifted = cls.update(lifted_at=clock.now(), lifted_by=by, lifted_why=why.strip()[:1000]).where(
                cls.erasure.in_(theirs), cls.lifted_at.is_null()
            )
            count = int(lifted.execute())
            if not count:
                raise Invalid(_l("Nothing stands in the way of this photo."), field="code")
            Trace.leave(by, "erasure.guard-lifted", Erasure.of(PHOTO, code.strip()), photo=code.strip())
        return count


class ErasedBefore(Refusal):
    """These bytes were erased here, and do not come in again by themselves."""

    kind = "erased-before"
    words = _l(
        "This photo (%(code)s) was erased on %(day)s, so it is not taken in again. If it must come back, ask the privacy officer."
    )


def may_erase(user: User, photos: Sequence[Photo]) -> None:
    """Raise unless this user may erase photos at all, and not too many at once."""
    user.require(Permission.ERASE)
    if not photos:
        raise Invalid(_l("Tick at least one photo."))
    hold.check_free(photos)
    if len(photos) > MOST:
        raise Invalid(_l("Erase at most %(count)s photos at once."), count=MOST)


def confirmed(sure: str) -> None:
    """Raise unless somebody ticked that it is for good."""
    if not sure:
        raise Invalid(_l("Tick that you know it is for good."))


def erase_photo(photo: Photo, *, by: User | None, why: str = EVERYDAY) -> Erasure:
    """Erase a photo with all that was made of it: its key at once and in the ledger, its rows with the trace, its bytes by a job.

    Twice does no harm; what breaks off in between is ended by the sweep.
    """
    if by is not None:
        by.require(Permission.ERASE)
        hold.check_free([photo])
    hold.check_not_held(
        [photo]
    )  # a restriction of her own does not stop the erasure she asked for; the law's hold does
    guard = ":".join(bytes(mark).hex() for mark in (photo.fingerprint, photo.pixels) if mark)
    return _carry_out(_enter(PHOTO, photo.code, why, [("object", photo.code)], guard), by)


def erase_photos(photos: Sequence[Photo], *, by: User) -> int:
    """Erase several photos: a few at once, the others by the worker within minutes; returns how many it is to do."""
    may_erase(by, photos)
    with db.atomic():
        for photo in photos[AT_ONCE:]:
            Job.put("erase", photo.id)
            Trace.leave(by, "photo.erasure-ordered", photo)
    for photo in photos[:AT_ONCE]:
        erase_photo(photo, by=by)
    return max(0, len(photos) - AT_ONCE)


def erase_person(person: Person, *, by: User | None, why: str, keep_proof: bool) -> Erasure:
    """Erase a person everywhere: name, contact, faceprints, appearances, papers, letters and the facts of her traces (Art. 17).

    With `keep_proof` her consents and their sealed proof stay under her code, for the privacy officer alone (WDR-06,
    Art. 17(3)(e)). Photos of her stay until somebody decides about each.
    """
    if by is not None:
        by.require(Permission.COMPLIANCE)
    hold.check_person_free(person)
    noun = BUT_PROOF if keep_proof else PERSON
    return _carry_out(_enter(noun, person.code, why, _keys_of(person, keep_proof=keep_proof)), by)


def _keys_of(person: Person, *, keep_proof: bool) -> list[tuple[str, str]]:
    keys = [(faceprints.KEY, person.code), (PERSON, person.code)]  # her words in backups lie under the second
    keys += [("object", BYTES[SELFIE].format(selfie.code)) for selfie in _selfies(person)]
    keys += [("object", package.vault_id) for package in person.packages]
    if not keep_proof:
        keys += [("object", consent.vault_id) for consent in person.consents]
    return keys


def _selfies(person: Person) -> ModelSelect[Selfie]:
    """The selfies whose picture still waits to be looked at."""
    return Selfie.select().join(Consent).where(Consent.person == person, Selfie.state == State.WAITING)


def _enter(noun: str, code: str, why: str, keys: Iterable[tuple[str, str]], guard: str = "") -> Entry:
    entry: Entry = tools.keys.erase(noun, code, at=clock.now(), why=why, keys=keys, guard=guard)
    return entry


def _carry_out(entry: Entry, by: User | None) -> Erasure:
    """Do in the database what the ledger says, once, in one transaction; also for rows that a backup brought back."""
    with db.atomic():
        take_turn()  # the same entry may be carried out elsewhere at this moment
        known = Erasure.get_or_none(Erasure.number == entry.seq)
        done: Erasure = known or Erasure.create(
            number=entry.seq, noun=entry.noun, code=entry.code, at=datetime.fromisoformat(entry.at),
            why=entry.why, by=by,
        )  # fmt: skip
        if known is None and entry.guard:
            for mark in entry.guard.split(":"):
                Guard.create(erasure=done, mark=bytes.fromhex(mark))
        facts: Facts = _VERBS.get(entry.noun, lambda *_: {})(entry, by)  # else the bytes are all there is
        if known is None or facts:
            Trace.leave(by or "system", f"{entry.noun}.erased", done, of=entry.code, why=entry.why, **facts)
            Erasure.update(tidied_at=None).where(Erasure.id == done.id).execute()
            Job.put("tidy", done.id)
            if tools.backups.keys_to:
                Job.put("keys-backup", 0)  # the destroyed key must not live on in a copy (ERA-04)
    return done


def _photo(entry: Entry, _by: User | None) -> Facts:
    photo = Photo.get_or_none(Photo.code == entry.code)
    if photo is None:
        return {}
    _kill(entry)  # a backup may have brought it back
    faceprints.lose(list(photo.faces), "source")
    rows = aftermath.below(Photo, [photo.id])
    Delivery.update(photo_was=photo.code).where(Delivery.photo == photo).execute()
    _take_out_of_queue(rows)
    aftermath.part(rows)
    search.forget(photo.id)
    Trace.forget(aftermath.codes(rows))
    count = aftermath.drop(rows)
    left = Delivery.select().where(Delivery.photo_was == photo.code).count()
    opened = takedown.check_erased([photo.code])
    Webhook.tell(Event.ERASED, f"erased|{photo.code}", photo=photo.code)
    return {"rows": count, "deliveries": left, "takedowns": len(opened)}


def _person(entry: Entry, by: User | None) -> Facts:
    person = Person.get_or_none(Person.code == entry.code)
    if person is None or (entry.noun == BUT_PROOF and unnaming.is_done(person)):
        return {}
    proof = entry.noun == BUT_PROOF
    for selfie in list(_selfies(person)):
        _carry_out(_enter(SELFIE, selfie.code, entry.why, [("object", selfie.vault_id)]), by)
    if not proof:
        for consent in list(person.consents):
            _carry_out(_enter(CONSENT, consent.code, entry.why, [("object", consent.vault_id)]), by)
    for other in list(Person.select().join(Merging, on=Merging.gone).where(Merging.kept == person, Merging.undone_at.is_null())):  # fmt: skip
        keys = _keys_of(other, keep_proof=proof)
        _carry_out(_enter(entry.noun, other.code, entry.why, keys), by)
    faceprints.forget(person, "erased")
    photos = unnaming.leave_photos(person)
    texts = unnaming.out_of_texts(person, photos)
    rows = aftermath.below(Person, [person.id])
    _take_out_of_queue(rows)
    aftermath.part(rows, proof=proof)
    Trace.forget(aftermath.codes(rows))
    if proof:
        aftermath.empty_proof(rows)
    count = aftermath.drop(rows, but=aftermath.PROOF if proof else ())
    unnaming.look_anew(photos)
    return {"rows": count, "photos": len(photos), "texts": texts}


def erase_evidence(consent: Consent) -> Erasure:
    """Erase a consent whose time is over, with its proof: the person stays, and how many answers there were of each kind."""
    return _carry_out(_enter(EVIDENCE, consent.code, "retention", [("object", consent.vault_id)]), None)


_VERBS: dict[str, Callable[[Entry, User | None], Facts]] = {
    PHOTO: _photo, PERSON: _person, BUT_PROOF: _person, EVIDENCE: lambda entry, _by: lapsed.drop(entry.code),
}  # fmt: skip


def _take_out_of_queue(rows: aftermath.Rows) -> None:
    for kind, ids in aftermath.waiting_jobs(rows):
        for some in chunked(ids, 500):
            Job.delete().where(Job.kind == kind, Job.subject.in_(some)).execute()


def tidy(erasure_id: int) -> None:
    """Take the bytes away too, then what the engine keeps of deleted rows; a job, which may run twice."""
    done = Erasure.get_or_none(Erasure.id == erasure_id)
    if done is None:
        return
    if done.noun in BYTES:
        tools.vault.destroy(BYTES[done.noun].format(done.code))
    with db.atomic():
        Erasure.update(tidied_at=clock.now()).where(Erasure.id == done.id).execute()
        Job.put("wipe", forgetting.EVERYTHING)


def check() -> list[Entry]:
    """The whole ledger, after it was held against the database: BadSeal for one that does not hold, Behind for an older one."""
    entries: list[Entry] = tools.keys.erased()
    last = Erasure.select().order_by(Erasure.number.desc()).first()
    if last is not None:
        found = entries[last.number - 1] if last.number <= len(entries) else None
        if found is None or (found.noun, found.code) != (last.noun, last.code):
            raise Behind
    return entries


def replay() -> int:
    """Carry out every entry of the ledger that this database does not know of, before anything is served (ERA-06).

    Entries are numbered with the ledger, so one that broke off stands out whatever came after it; returns how many.
    """
    entries = check()
    for entry in entries:
        _kill(entry)
    return _catch_up(entries)


def _kill(entry: Entry) -> None:
    """End a key that came back with an older copy of the key store."""
    lies = BYTES.get(entry.noun)
    hers = [(faceprints.KEY, entry.code), (PERSON, entry.code)]
    for kind, id in [("object", lies.format(entry.code))] if lies else hers:
        if tools.keys.has(kind, id):
            tools.keys.destroy(kind, id)


def _catch_up(entries: list[Entry]) -> int:
    known = {row.number for row in Erasure.select(Erasure.number)}
    missing = [entry for entry in entries if entry.seq not in known]
    for entry in missing:
        _carry_out(entry, None)
    return len(missing)


def sweep() -> int:
    """End what broke off: entries without their act, and bytes a job may have written while it was erased."""
    count = _catch_up(check())
    recent = Erasure.select().where(Erasure.tidied_at > clock.now() - AGAIN, Erasure.noun.in_(list(BYTES)))
    for done in recent:
        tools.vault.destroy(BYTES[done.noun].format(done.code))
    return count


def told_gone(code: str) -> None:
    """Raise Gone for the code of an erased photo: whoever still has it learns that there is nothing to look for."""
    if Erasure.of(PHOTO, code):
        raise Gone(ERASED)


def erase_ordered(photo_id: int) -> None:
    """Erase a photo that somebody ordered or decided to erase; a job."""
    photo = Photo.get_or_none(Photo.id == photo_id)
    if photo is not None:
        ungrounded = photo.dispositions.where(Disposition.decision == "erase").exists()
        erase_photo(photo, by=None, why=UNGROUNDED if ungrounded else EVERYDAY)


def mark_of_pixels(digest: str) -> bytes:
    """The keyed hash under which a picture is known again, however its file was saved (ERA-09)."""
    return seal.blind(tools.keys.secret("fingerprint"), f"pixels|{digest}")
