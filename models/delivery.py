"""Deliveries: the only way a file leaves."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from peewee import JOIN, DateField, ForeignKeyField, JSONField, TextField

from adapters import clock, imaging, metadata
from models import quota
from models.base import Moment, Record, code_field, db, find, tools
from models.clearance import GONE, RULES
from models.copy import Copy, Stage
from models.errors import Gone, Invalid, Missing, NotCleared, Refusal, _l
from models.face import Appearance, Face
from models.facts import Period
from models.gather import today
from models.permission import Permission
from models.person import Person
from models.photo import Photo
from models.reasons import RANK, Clearance, Code, State
from models.setting import Setting
from models.trail import Trace
from models.use import QUESTIONS, Use
from models.user import User

LINK_LIFE = timedelta(minutes=15)
RENDITIONS: dict[str, int | None] = {"web": 2048, "full": None}
LONGEST_RECIPIENT = 200
ERASED = _l("This photo was erased. The file is no longer to be had.")


class Delivery(Record):
    """One file leaving for one use to one recipient, with the verdict as it stood (PUB-08)."""

    code = code_field()
    photo = ForeignKeyField(Photo, null=True, backref="deliveries", on_delete="SET NULL")
    photo_was = TextField(default="")  # the code of a photo that was erased: the log outlives it (Art. 5(2))
    use = ForeignKeyField(Use)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    recipient = TextField(default="")
    rendition = TextField(default="web")
    starts_on = DateField()
    until = DateField(null=True)  # planned end of use
    valid_through = DateField(null=True)  # last day everyone agreed to, then
    verdict = JSONField()
    at = Moment(default=clock.now, index=True)
    expires_at = Moment()  # the file link's end
    digest = TextField(default="")  # SHA-256 of the file handed out
    share = TextField(default="", index=True)  # code of the share it left by, if it did
    # None: the photo as it is. Never set to null: a copy must not turn into the photo it hides people of.
    copy = ForeignKeyField(Copy, null=True, backref="deliveries", on_delete="CASCADE")

    class Meta:
        personal = ("recipient", "verdict")
        plain = (
            "code",
            "photo_was",
            "rendition",
            "starts_on",
            "until",
            "valid_through",
            "at",
            "expires_at",
            "digest",
            "share",
        )

    @classmethod
    def issue(
        cls,
        photo: Photo,
        use: Use,
        *,
        to: str,
        by: User,
        until: date | None = None,
        rendition: str = "web",
        share: str = "",
        copy: Copy | None = None,
    ) -> Delivery:
        """Decide anew and record a file leaving, in one transaction; raises NotCleared with the reasons (PUB-03).

        `until` is the last planned day of use, required where a use can't be taken back (PUB-06); with a masked `copy`
        that leaves, and the verdict is on what is covered in its bytes.
        """
        by.require(Permission.DELIVER)
        cls._check(photo, use, to, until, rendition)
        day = today()
        with db.atomic():
            trouble: Refusal | None = copy.trouble() if copy else None
            clearance = _asked(photo, copy, use, Period(day, until))
            if trouble or not clearance.allows:
                codes = sorted({reason.code.value for reason in clearance.reasons})
                stands = copy.stage.value if copy else None
                Trace.leave(
                    by, "delivery.refused", photo, use=use, until=until, reasons=codes, copy=copy, stands=stands,
                )  # fmt: skip
            elif not (trouble := None if share else quota.take(by)):  # a share was counted when it was made
                delivery = cls.create(
                    photo=photo, use=use, by=by, recipient=to.strip(), rendition=rendition, starts_on=day,
                    until=until, valid_through=clearance.valid_through, verdict=_verdict(clearance),
                    expires_at=clock.now() + LINK_LIFE, share=share, copy=copy,
                )  # fmt: skip
                Trace.leave(
                    by, "delivery.issued", delivery, photo=photo, use=use, until=until, copy=copy,
                    valid_through=clearance.valid_through, verdict=clearance.state.value, overrides=clearance.overrides or None,
                )  # fmt: skip
        # Raised after the commit, so that the refusal's trace stands (AUD-02).
        if trouble:
            raise trouble
        if not clearance.allows:
            raise NotCleared(clearance, photo=photo, use=use)
        return delivery

    @classmethod
    def still_open(cls, code: str) -> Delivery:
        """The delivery of a link, while whoever asked for it still works here and may still see and deliver the photo."""
        delivery: Delivery = find(cls.select(), code)
        user = delivery.by
        if user is None or not user.is_active or not user.may(Permission.DELIVER):
            raise Missing
        find(user.photos(), delivery.there.code)
        return delivery

    @property
    def there(self) -> Photo:
        """The photo that left, or Gone once it was erased."""
        if self.photo is None:
            raise Gone(ERASED)
        return self.photo

    @property
    def of(self) -> str:
        """The code of the photo that left, also once it was erased."""
        return str(self.photo.code if self.photo else self.photo_was)

    @property
    def is_by_exception(self) -> bool:
        """Whether the verdict it left on rested on an override (PUB-07)."""
        return any("override" in reason for reason in self.verdict.get("reasons", ()))

    def holds_today(self) -> bool:
        """Whether a copy found elsewhere may still be used: its planned days last, and the gate would still say yes (MET-08)."""
        day = today()
        if self.until is not None and self.until < day:
            return False
        if self.copy is not None and self.copy.stage is Stage.THROWN_AWAY:
            return False
        return self.clearance(Period(day, self.until or day)).allows

    def clearance(self, period: Period) -> Clearance:
        """The verdict on what left: the photo, or the copy of it with what is covered in it; an erased photo is a no."""
        if self.photo is None:
            return GONE
        if self.copy is None:
            return self.photo.clearance(self.use, period)
        return self.copy.clearance(self.use, period)

    @classmethod
    def latest(cls, photo: Photo) -> list[Delivery]:
        """The last ten deliveries of a photo, newest first."""
        query = cls.select(cls, Use).join(Use).where(cls.photo == photo)
        return list(query.order_by(cls.id.desc()).limit(10))

    @classmethod
    def _check(cls, photo: Photo, use: Use, to: str, until: date | None, rendition: str) -> None:
        if rendition not in RENDITIONS:
            raise Invalid(_l("Choose a size that is offered."), field="rendition")
        if use.channel in QUESTIONS:
            raise Invalid(
                _l(
                    "This question goes along with something else: no photo leaves for it alone. Choose what the photo is for."
                ),
                field="use",
            )
        if not to.strip() or len(to) > LONGEST_RECIPIENT:
            raise Invalid(_l("Say who gets the file, in a few words."), field="recipient")
        if until is None and use.irreversible:
            raise Invalid(
                _l("Say the last day of use: this can't be taken back once it is out."), field="until"
            )
        if until is not None and until < today():
            raise Invalid(_l("The last day of use lies in the past."), field="until")
        if not photo.ready or photo.set_aside.exists():
            raise Invalid(_l("This photo isn't ready yet. Try again in a moment."))

    def file(self, *, by: User | str) -> bytes:
        """The bytes that leave: a clean JPEG with a rights card; decides again before the first byte (PUB-03)."""
        if self.expires_at < clock.now():
            raise Gone(_l("This download link has expired. Ask for the photo again; it takes one click."))
        photo, period = self.there, Period(max(self.starts_on, today()), self.until)
        if self.copy is not None:
            self.copy.must_be_good()
        clearance = self.clearance(period)
        if not clearance.allows:
            raise NotCleared(clearance, photo=photo, use=self.use)
        clean = self._clean()
        card = self.card(clearance, (clean.width, clean.height))
        data = metadata.write_card(clean.data, ".jpg", card)
        with db.atomic():
            self.digest = hashlib.sha256(data).hexdigest()
            self.save(only=[Delivery.digest])
            Trace.leave(by, "delivery.fetched", self, photo=self.photo, use=self.use, sha256=self.digest)
        return data

    def _clean(self) -> imaging.Rendered:
        """A clean JPEG of the size asked for; of a copy only its own bytes, which a human has seen, are ever read."""
        longest = RENDITIONS[self.rendition]
        if self.copy is None:
            source = bytes(tools.vault.read(self.there.code, "original"))
        else:
            source = self.copy.picture()
            if longest is None:
                return imaging.Rendered(source, self.copy.width or 0, self.copy.height or 0)
        return imaging.render(tools.sandbox, source, imaging.kind_of(source), longest=longest)

    def card(self, clearance: Clearance, size: tuple[int, int]) -> metadata.Card:
        """What the file says of itself wherever it turns up: rights, allowed use, last day, where to check (MET-02..04)."""
        covered = _hidden(clearance)
        photo, named = self.there, self._named(covered)
        silent = self._silent({name for name, _ in named})
        nobody = any(reason.code is Code.NO_RECOGNISABLE_PERSONS for reason in clearance.reasons)
        last = min(filter(None, (self.until, clearance.valid_through)), default=None)
        return metadata.Card(
            creator=photo.creator,
            credit=photo.credit or str(Setting.of("photo_credit")),
            copyright=photo.copyright or str(Setting.of("organisation")),
            title=without_names(photo.title, silent),
            caption="",  # captions name people; naming needs a line of its own (CON-09)
            date_created=photo.taken_at,
            alt_text=without_names(photo.alt_text, silent),
            usage_terms=self._terms(last),
            licensor_name=str(Setting.of("organisation")),
            licensor_url=tools.base_url,
            web_statement=f"{tools.base_url}/check/{self.code}",
            model_status="MR-NAP" if nobody else "MR-LMR",
            model_ids=[] if nobody else [self.code],
            data_mining="DMI-PROHIBITED-AIMLTRAINING",
            source_type="digitalCapture" if self.copy is None else "humanEdits",  # MET-09
            instance=self.code,
            valid_until=last,
            names=[name for name, _ in named],
            regions=[metadata.Region(name, *box) for name, box in named if box],
            size=size,
        )

    def _named(self, covered: set[str | None]) -> list[tuple[str, tuple[float, float, float, float] | None]]:
        """Who may be named beside the photo for as long as this use lasts, with the place of the face (CON-09, MET-05).

        Whoever is covered in this copy is not named, whatever she agreed to: a name would undo the mask.
        """
        period = Period(max(self.starts_on, today()), self.until)
        agreed = {
            reason.person
            for use in Use.naming()
            for reason in self.there.clearance(use, period).reasons
            if reason.person and reason.person not in covered and RANK[reason.state] < RANK[State.UNCLEAR]
        }
        there = (
            Appearance.select(Appearance, Person, Face)
            .join(Person)
            .switch(Appearance)
            .join(Face, JOIN.LEFT_OUTER)
        )
        rows = there.where(
            Appearance.photo == self.photo, Appearance.undone_at.is_null(), Person.code.in_(agreed)
        ).order_by(Face.left, Appearance.id)
        return [(row.person.name, row.face.box if row.face else None) for row in rows]

    def _silent(self, named: set[str]) -> list[str]:
        """Everyone in the photo who may not be named beside it: a title can tell as much as a name (CON-09)."""
        there = (
            Person.select(Person.name)
            .join(Appearance)
            .where(Appearance.photo == self.photo, Appearance.undone_at.is_null())
        )
        return [person.name for person in there if person.name not in named]

    def _terms(self, last: date | None) -> str:
        use = self.use.name_in(tools.locale)
        return f"{use}: until {last.isoformat()}" if last else f"{use}: until withdrawn"


def _asked(photo: Photo, copy: Copy | None, use: Use, period: Period) -> Clearance:
    if copy is None:
        return photo.clearance(use, period)
    if copy.photo_id != photo.id:
        raise Missing
    return copy.clearance(use, period)


def _hidden(clearance: Clearance) -> set[str | None]:
    return {reason.person for reason in clearance.reasons if reason.code is Code.MASKED_HERE}


def without_names(text: str, names: Iterable[str]) -> str:
    """The text, or nothing when it names one of these people: who is covered or said nothing of it is not named (RED-04)."""
    words = {word for name in names for word in re.findall(r"\w{3,}", name.casefold())}
    return "" if words & set(re.findall(r"\w{3,}", text.casefold())) else text


def _verdict(clearance: Clearance) -> dict[str, object]:
    return {
        "state": clearance.state.value,
        "rules": RULES,
        "reasons": [
            {"code": r.code.value, "person": r.person, "until": r.until.isoformat() if r.until else None}
            | ({"lifted": r.lifted.value, "override": r.basis} if r.lifted else {})
            for r in clearance.reasons
        ],
    }


class OriginalView(Record):
    """An original handed out, with the purpose the asker named."""

    code = code_field()
    photo = ForeignKeyField(Photo, backref="original_views", on_delete="CASCADE")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    purpose = TextField()
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = ("purpose",), ("code", "at")

    @classmethod
    def issue(cls, photo: Photo, *, purpose: str, by: User) -> OriginalView:
        """Record that an original is handed out, and why; Invalid without a purpose (requirements 2.3)."""
        by.require(Permission.ORIGINAL)
        if not purpose.strip():
            raise Invalid(_l("Say what you need the original for."), field="purpose")
        with db.atomic():
            over = quota.take(by)
            if not over:
                view = cls.create(photo=photo, by=by, purpose=purpose.strip()[:500])
                Trace.leave(by, "original.issued", view, photo=photo)
        if over:
            raise over
        return view

    def chunks(self) -> Iterator[bytes]:
        """The original's bytes, as they came."""
        return tools.vault.open(self.photo.code, "original").chunks()
