"""Consents: what a person signed, in lines of one use each; withdrawals; the evidence."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from peewee import BooleanField, DateField, ForeignKeyField, IntegerField, TextField
from playhouse.fields import EnumField

from adapters import clock, seal
from models.album import Album
from models.base import Moment, Record, code_field, db, tools
from models.errors import Gone, Invalid, NotAllowed, Refusal, _l
from models.gather import today
from models.job import Job
from models.names import tidy
from models.permission import Permission
from models.person import Guardian, Person
from models.photo import Photo
from models.request import AskedPhoto, Choice, Request, Way
from models.trail import Trace, take_turn
from models.use import Use
from models.user import User
from models.webhook import Event, Webhook
from models.wording import Version


class Means(StrEnum):
    """How the signature came about."""

    LINK = "link"
    PAPER = "paper"
    DEVICE = "device"
    IMPORT = "import"


class Consent(Record):
    """One signature with its lines. Evidence and receipt lie in the vault under this code."""

    code = code_field()
    person = ForeignKeyField(Person, backref="consents", on_delete="CASCADE")
    request = ForeignKeyField(Request, null=True, backref="consents", on_delete="SET NULL")
    version = ForeignKeyField(Version, null=True)
    means = EnumField(Means)
    locale = TextField()
    signer = TextField()  # the name as typed
    guardian = ForeignKeyField(Guardian, null=True, on_delete="SET NULL")
    signed_at = Moment(default=clock.now)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")  # who entered a paper form
    # who read it again (SIG-07)
    checked_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
    checked_at = Moment(null=True)
    withdrawal_token = TextField(unique=True)
    receipt_at = Moment(null=True)  # when the receipt was made

    class Meta:
        personal = ("locale", "signer")
        plain = ("code", "means", "signed_at", "checked_at", "withdrawal_token", "receipt_at")

    @classmethod
    def sign(
        cls,
        request: Request,
        choice: Choice,
        *,
        signer: str,
        steps: Mapping[str, Any],
        guardian: bool = False,
        drawing: bytes | None = None,
        language: str = "",
    ) -> Consent:
        """Record a signature by link, exactly once; every use asked for becomes a line, given or refused (T2, T3).

        `steps` says how identity was shown, for the evidence; `language` is the one the text was read in. Raises Gone
        when the link was used meanwhile, Invalid without a name or, for a minor, the guardian's declaration (MIN-03).
        """
        from models.draft import Draft

        name = cls.clean_signer(signer)
        if request.guardian is not None and not guardian:
            raise Invalid(_l("Confirm that you may decide for this child."), field="guardian")
        with db.atomic():
            now = clock.now()
            spent = Request.update(used_at=now).where(
                Request.id == request.id,
                Request.used_at.is_null(),
                Request.revoked_at.is_null(),
                Request.expires_at > now,
            )
            if spent.execute() != 1:
                raise Gone(_l("This was signed already. Nothing was changed."))
            take_turn()
            consent = cls._create(
                request,
                Means.DEVICE if request.way is Way.DEVICE else Means.LINK,
                name,
                by=None,
                language=language,
            )
            consent._add_lines(request, choice)
            actor = "guardian" if request.guardian is not None else "signer"
            given = sorted(code for code, yes in choice.uses.items() if yes)
            Trace.leave(
                actor, "consent.signed", consent, person=request.person, given=given, recognition=choice.recognition,
                request=request,
            )  # fmt: skip
            consent._after(request, steps, drawing)
            Draft.delete().where(Draft.request == request).execute()
        return consent

    @staticmethod
    def clean_signer(typed: str) -> str:
        """The typed name, or Invalid: it is the signature."""
        name = tidy(typed)
        if not 2 <= len(name) <= 200:
            raise Invalid(_l("Type your name: it is your signature."), field="signer")
        return name

    @classmethod
    def enter_paper(cls, request: Request, choice: Choice, *, signer: str, scan: bytes, by: User) -> Consent:
        """Record a paper form in a request's place; it counts only once somebody else has checked it (SIG-07)."""
        by.require(Permission.ASK)
        mime = scan_kind(scan)
        name = cls.clean_signer(signer)
        with db.atomic():
            used = Request.update(used_at=clock.now()).where(
                Request.id == request.id, Request.used_at.is_null()
            )
            if used.execute() != 1:
                raise Refusal(_l("This request is over."))
            consent = cls._create(request, Means.PAPER, name, by=by)
            consent._add_lines(request, choice)
            tools.vault.put(consent.vault_id, "paper", scan)
            Trace.leave(
                by,
                "consent.paper-entered",
                consent,
                person=request.person,
                sha256=hashlib.sha256(scan).hexdigest(),
            )
            consent._after(request, {"identity": "paper", "kind": mime}, None)
        return consent

    def check_paper(self, *, by: User) -> None:
        """A second user confirms that the transcription says what the paper says."""
        by.require(Permission.ASK)
        if self.by_id == by.id:
            raise NotAllowed(
                _l("Somebody else has to check it: whoever typed it over reads what they expect.")
            )
        with db.atomic():
            self.checked_by, self.checked_at = by, clock.now()
            self.save(only=[Consent.checked_by, Consent.checked_at])
            Trace.leave(by, "consent.paper-checked", self, person=self.person)
            Job.put("recolour", self.person_id)

    @classmethod
    def _create(
        cls, request: Request, means: Means, signer: str, *, by: User | None, language: str = ""
    ) -> Consent:
        version = request.version(language)
        consent = cls(
            code=seal.new_code(), person=request.person, request=request, version=version, means=means,
            locale=language or request.locale, signer=signer, guardian=request.guardian, by=by,
        )  # fmt: skip
        consent.withdrawal_token = seal.token_hash(consent.raw_withdrawal_token)
        consent.save()
        return consent

    def _add_lines(self, request: Request, choice: Choice) -> None:
        day, explicit = today(), choice.recognition is not None
        scope = Scope.PHOTOS if request.only_photos else Scope.ALBUM if request.album_id else Scope.ALL
        chosen = [asked.photo_id for asked in AskedPhoto.select().where(AskedPhoto.request == request)]
        for number, use in enumerate(request.uses()):
            prior = _standing_yes(request, use) if request.renews else None
            yes = Answer.RENEWED if prior else Answer.GIVEN
            answer = yes if choice.uses.get(use.code) else Answer.REFUSED
            line = Line.create(
                consent=self, person=request.person, use=use, answer=answer, scope=scope, valid_from=day, renews=prior,
                valid_until=request.valid_until, decided_at=self.signed_at, number=number, explicit=request.is_explicit,
                album=request.album_id if scope is Scope.ALBUM else None,
            )  # fmt: skip
            if scope is Scope.PHOTOS:
                LinePhoto.insert_many([{"line": line, "photo": photo} for photo in chosen]).execute()
        if explicit:
            Line.create(
                consent=self, person=request.person, about=About.RECOGNITION, explicit=True, valid_from=day,
                answer=Answer.GIVEN if choice.recognition else Answer.REFUSED, valid_until=request.valid_until,
                decided_at=self.signed_at, number=len(choice.uses),
            )  # fmt: skip

    def _after(self, request: Request, steps: Mapping[str, Any], drawing: bytes | None) -> None:
        from models import cascade, evidence

        evidence.keep_shown(self, request, steps, drawing)
        cascade.after(request.person, "signed")
        Job.put("receipt", self.id)
        Job.put("faceprints", request.person_id)

    def answers(self) -> list[Line]:
        """The lines in the order they were asked."""
        return list(self.lines.order_by(Line.number))

    @property
    def vault_id(self) -> str:
        """Where evidence, receipt, drawing and scan lie in the vault, under one key of their own."""
        return f"consent-{self.code}"

    @property
    def raw_withdrawal_token(self) -> str:
        """The secret of the withdrawal link, worked out anew from our key: it is kept nowhere."""
        raw = hmac.new(tools.keys.secret("withdrawal-links"), self.code.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    @property
    def withdrawal_link(self) -> str:
        """Where its signer can take it back, any day, without an account (WDR-01)."""
        return f"{tools.base_url}/withdraw/{self.raw_withdrawal_token}"

    @classmethod
    def by_withdrawal_token(cls, token: str) -> Consent:
        """The consent of this link, however old; Gone for a token that is none (WDR-02)."""
        row = cls.get_or_none(cls.withdrawal_token == seal.token_hash(token))
        if row is None:
            raise Gone(_l("This link isn't one of ours. Check that it was copied whole."))
        if row.guardian is not None:
            row.guardian.check_speaks()
        return row


class About(StrEnum):
    """What a line is about; recognition stands apart from every use (BIO-02)."""

    USE = "use"
    RECOGNITION = "recognition"


class Answer(StrEnum):
    """What the person decided for one line when signing."""

    GIVEN = "given"
    RENEWED = "renewed"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # on file without proof (MIG-01)


class Scope(StrEnum):
    """Which photos a line covers."""

    ALL = "all"
    ALBUM = "album"
    PHOTOS = "photos"


class Line(Record):
    """One decision: about x scope x validity; append-only (CON-01). Withdrawal is a row of its own."""

    code = code_field()
    consent = ForeignKeyField(Consent, backref="lines", on_delete="CASCADE")
    person = ForeignKeyField(Person, backref="lines", on_delete="CASCADE")
    about = EnumField(About, default=About.USE)
    use = ForeignKeyField(Use, null=True)
    answer = EnumField(Answer)
    scope = EnumField(Scope, default=Scope.ALL)
    album = ForeignKeyField(Album, null=True)
    explicit = BooleanField(default=False)
    valid_from = DateField()
    valid_until = DateField(null=True)
    decided_at = Moment(default=clock.now)
    number = IntegerField(default=0)  # order within the consent
    renews = ForeignKeyField("self", null=True, on_delete="SET NULL")  # the yes this one continues (T5)

    @property
    def is_yes(self) -> bool:
        """Whether this line said yes when it was signed."""
        return self.answer in (Answer.GIVEN, Answer.RENEWED)

    class Meta:
        personal = ("answer",)
        plain = ("code", "about", "scope", "explicit", "valid_from", "valid_until", "decided_at", "number")
        indexes = ((("person", "decided_at"), False), (("valid_until", "answer"), False))


class LinePhoto(Record):
    """A photo that a line with scope `photos` covers."""

    line = ForeignKeyField(Line, backref="photos", on_delete="CASCADE")
    photo = ForeignKeyField(Photo, on_delete="CASCADE")

    class Meta:
        personal, plain = (), ()
        indexes = ((("line", "photo"), True),)


class Withdrawal(Record):
    """The end of a line by its person, guardian, or a user on their behalf; needs no reason (T6)."""

    code = code_field()
    line = ForeignKeyField(Line, backref="withdrawals", unique=True, on_delete="CASCADE")
    actor = TextField()  # person, guardian or staff
    means = TextField()  # link, phone, letter, mail, in person
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    guardian = ForeignKeyField(
        Guardian, null=True, on_delete="SET NULL"
    )  # which of those who speak for a child
    at = Moment(default=clock.now)

    class Meta:
        personal, plain = (), ("code", "actor", "means", "at")


def _standing_yes(request: Request, use: Use) -> Line | None:
    """The newest yes of the same signer for this use that nobody has ended, to be continued (T5)."""
    lines = [line for line in in_force(request.person) if line.use_id == use.id]
    own = [line for line in lines if line.consent.guardian_id == request.guardian_id]
    return max(own, key=lambda line: line.decided_at, default=None)


def in_force(person: Person) -> list[Line]:
    """Every line of a person that was given and neither withdrawn nor ended by us, whether its dates have passed or not."""
    from models import states

    return list(Line.select().where(Line.person == person, states.stands()).order_by(Line.about, Line.use))


def withdraw(
    person: Person,
    *,
    uses: list[str] | None,
    recognition: bool,
    actor: str,
    means: str,
    by: User | None = None,
    guardian: Guardian | None = None,
) -> list[Withdrawal]:
    """Withdraw every line in force for these uses (None: all) and, if so said, for recognition; at once (WDR-01..03).

    Needs no reason. Returns the withdrawals; nothing left to withdraw gives an empty list, never an error.
    """
    from models import cascade, recolour, withdrawing

    if by is not None:
        by.require(Permission.WITHDRAW)
    with db.atomic():
        take_turn()
        lines = [
            line for line in in_force(person)
            if (line.about is About.RECOGNITION and recognition)
            or (line.use is not None and (uses is None or line.use.code in uses))
        ]  # fmt: skip
        made = [
            Withdrawal.create(line=line, actor=actor, means=means, by=by, guardian=guardian) for line in lines
        ]
        if not made:
            return []
        if any(line.about is About.RECOGNITION for line in lines):
            withdrawing.forget_faceprints(person)
        codes = sorted({line.use.code for line in lines if line.use is not None})
        Trace.leave(
            by or actor, "consent.withdrawn", lines[0].consent, person=person, uses=codes, means=means,
            recognition=any(line.about is About.RECOGNITION for line in lines),
        )  # fmt: skip
        recolour.blocked(person, {line.use_id for line in lines if line.use_id})
        cascade.consequences(person, "withdrawn")
        for consent in {line.consent for line in lines}:
            Webhook.tell(Event.WITHDRAWN, consent=consent.code, person=person.code, uses=codes)
        withdrawing.tell(person, lines, made, guardian)
    return made


def scan_kind(scan: bytes) -> str:
    """The kind of a scanned form by its first bytes; Invalid for anything but PDF, JPEG and PNG."""
    for head, mime in (
        (b"%PDF-", "application/pdf"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG", "image/png"),
    ):
        if scan.startswith(head):
            return mime
    raise Invalid(_l("Upload the form as PDF, JPEG or PNG."), field="scan")
