"""Existing consents brought in: a dry run first, then row by row, each once; nothing becomes a yes by itself (MIG-01 to MIG-05)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from peewee import BooleanField, ForeignKeyField, IntegerField, JSONField, ModelSelect, TextField

from adapters import clock, seal, tables
from models import ages, import_rows, retention
from models.base import Moment, Record, code_field, db, tools
from models.consent import Answer, Consent, Line, Means
from models.errors import Invalid, NotAllowed, Refusal, _l
from models.gather import today
from models.import_files import check_scan, table_of
from models.import_rows import Row, Rules, Verdict
from models.job import Job
from models.permission import Permission
from models.person import Person
from models.trail import Trace
from models.use import Use
from models.user import User

BATCH = 1000  # rows brought in before the job is put anew, well within its lease
ORDERS = ("", "dmy", "mdy", "ymd")
MOST_TABLE = tables.MOST_BYTES


class Import(Record):
    """One table: sealed in the vault until thirty days after it was brought in."""

    code = code_field()
    name = TextField()
    digest = TextField()
    headers = JSONField()
    mapping = JSONField()
    order = TextField(default="")
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    started_at = Moment(null=True)
    done_at = Moment(null=True)
    counts = JSONField(null=True)

    class Meta:
        personal = ("name", "headers", "mapping")
        plain = ("code", "digest", "order", "at", "started_at", "done_at", "counts")

    @classmethod
    def begin(cls, name: str, data: bytes, *, by: User, scans: Mapping[str, bytes] | None = None) -> Import:
        """Take in a table and, if there are any, the signed forms by file name. Invalid when it can't be read."""
        by.require(Permission.ASK)
        headers, _ = table_of(data)
        digest = hashlib.sha256(data).hexdigest()
        with db.atomic():
            made = cls.create(
                name=name[-200:] or "table", digest=digest, headers=headers, by=by, mapping=_remembered(headers),
            )  # fmt: skip
            tools.vault.put(made.vault_id, "table", data)
            for file, scan in (scans or {}).items():
                check_scan(file, scan)
                ImportedScan.create(import_=made, file=file, role=f"scan-{seal.new_code()}")
            for row in made.scans:
                tools.vault.put(made.vault_id, row.role, (scans or {})[row.file])
            Trace.leave(by, "import.begun", made, sha256=digest, scans=len(scans or {}))
        return made

    @property
    def vault_id(self) -> str:
        """Where its table and forms lie in the vault."""
        return f"import-{self.code}"

    @property
    def is_kept(self) -> bool:
        """Whether the table is still there."""
        return bool(tools.vault.has(self.vault_id, "table"))

    def remap(self, mapping: Mapping[str, str], order: str, *, by: User) -> None:
        """Say which column holds what and how dates are written; remembered for the next table with these columns."""
        by.require(Permission.ASK)
        if self.started_at is not None:
            raise Refusal(_l("This table was brought in already."))
        chosen = {header: target for header, target in mapping.items() if header in self.headers and target}
        held = list(chosen.values())
        if _on_offer(chosen) != chosen:
            raise Invalid(_l("Choose one of the list."), field="mapping")
        if len(set(held)) != len(held):
            raise Invalid(_l("Two columns can't hold the same thing."), field="mapping")
        if import_rows.Field.NAME not in held:
            raise Invalid(_l("Say which column holds the name."), field="mapping")
        with db.atomic():
            self.mapping, self.order = chosen, order if order in ORDERS else ""
            self.save(only=[Import.mapping, Import.order])
            remembered = _key_of(self.headers)
            ImportMapping.delete().where(ImportMapping.key == remembered).execute()
            ImportMapping.create(key=remembered, mapping=chosen)

    def rows(self) -> list[Row]:
        """The dry run: every row with its verdict; reads, and changes nothing."""
        _, lines = table_of(bytes(tools.vault.read(self.vault_id, "table")))
        rules = _rules(self.order, frozenset(row.file for row in self.scans))
        mapping = _on_offer(self.mapping)
        rows = [import_rows.judge(number, cells, mapping, rules) for number, cells in lines]
        marks = {row.number: fingerprint(row) for row in rows if row.verdict is not Verdict.REJECTED}
        prints = set(marks.values())
        known = ImportedRow.select(ImportedRow.fingerprint)
        seen: set[str] = {row.fingerprint for row in known if row.fingerprint in prints}
        met: set[str] = set()
        for row in rows:
            mark = marks.get(row.number)
            if mark is None:
                continue
            if mark in seen or mark in met:
                row.verdict = Verdict.KNOWN
                words = _l("It was brought in before; nothing changes.")
                row.notes = [(words if mark in seen else _l("It stands further up in this list."), {})]
            met.add(mark)
        return rows

    def names_anybody(self, tells: Callable[[str], bool]) -> bool:
        """Whether a cell or the name of a form tells who somebody is."""
        _, lines = table_of(bytes(tools.vault.read(self.vault_id, "table")))
        cells = (cell for _, row in lines for cell in row.values())
        return any(map(tells, cells)) or any(tells(scan.file) for scan in self.scans)

    def start(self, *, by: User) -> None:
        """Bring it in: the worker takes row after row, and goes on where it stopped."""
        by.require(Permission.ASK)
        if not self.is_kept:
            raise Refusal(_l("This table was forgotten after thirty days. Upload it again."))
        with db.atomic():
            begun = Import.update(started_at=clock.now()).where(
                Import.id == self.id, Import.started_at.is_null()
            )
            if begun.execute() != 1:
                raise Refusal(_l("This table was brought in already."))
            Job.put("import", self.id)
            Trace.leave(by, "import.started", self)

    def forget(self) -> None:
        """Forget a table that was only looked at, with its forms."""
        with db.atomic():
            tools.vault.destroy(self.vault_id)
            self.delete_instance(recursive=True)

    def kept(self) -> ModelSelect[Consent]:
        """The consents it brought."""
        return Consent.select().join(ImportedRow).where(ImportedRow.import_ == self).order_by(Consent.id)


class ImportedScan(Record):
    """A signed form that came with a table."""

    import_ = ForeignKeyField(Import, backref="scans", on_delete="CASCADE", column_name="import_id")
    file = TextField()
    role = TextField()

    class Meta:
        personal, plain = ("file",), ("role",)


class ImportMapping(Record):
    """Which column held what, the last time a table had these columns."""

    key = TextField(unique=True)
    mapping = JSONField()

    class Meta:
        personal, plain = (), ("key", "mapping")


class ImportedRow(Record):
    """A row that was brought in, known again by a keyed hash of what it said."""

    fingerprint = TextField(unique=True)
    import_ = ForeignKeyField(Import, null=True, on_delete="SET NULL", column_name="import_id")
    consent = ForeignKeyField(Consent, null=True, on_delete="CASCADE")
    vague = BooleanField(default=False)  # it didn't say what for: asked again, never accepted (MIG-05)
    documented = BooleanField(default=False)  # its form lies in the vault
    number = IntegerField(default=0)

    class Meta:
        personal, plain = (), ("fingerprint", "vague", "documented", "number")


def carry_out(import_id: int) -> None:
    """Bring in the next rows that are not there yet, each in a transaction of its own; a job that may run twice."""
    made = Import.get_by_id(import_id)
    if made.done_at is not None or made.by is None:
        return
    rows, there = made.rows(), {row.fingerprint for row in ImportedRow.select(ImportedRow.fingerprint)}
    wanted = [row for row in rows if row.verdict in (Verdict.DOCUMENTED, Verdict.UNPROVED)]
    missing = [row for row in wanted if fingerprint(row) not in there]
    for row in missing[:BATCH]:
        _bring_in(made, row, made.by)
    if len(missing) > BATCH:
        with db.atomic():
            Job.put("import", made.id)
        return
    kept = ImportedRow.select().where(ImportedRow.import_ == made).count()
    counts = {**import_rows.summary(rows), "kept": kept}
    with db.atomic():
        Import.update(done_at=clock.now(), counts=counts).where(Import.id == made.id).execute()
        Trace.leave("system", "import.done", made, counts=counts)


def _bring_in(made: Import, row: Row, by: User) -> None:
    from models import cascade

    mark = fingerprint(row)
    with db.atomic():
        if ImportedRow.select().where(ImportedRow.fingerprint == mark).exists():
            return
        person = _person(row, by)
        consent = Consent(
            code=seal.new_code(), person=person, means=Means.IMPORT, locale=person.locale or tools.locale, signer=row.name,
            signed_at=_moment(row.signed_on), by=made.by,
        )  # fmt: skip
        consent.withdrawal_token = seal.token_hash(consent.raw_withdrawal_token)
        consent.save()
        _lines(consent, row)
        scan = made.scans.where(ImportedScan.file == row.file).first() if row.file else None
        if scan is not None:
            tools.vault.put(consent.vault_id, "paper", bytes(tools.vault.read(made.vault_id, scan.role)))
        ImportedRow.create(
            fingerprint=mark,
            import_=made,
            consent=consent,
            vague=row.vague,
            documented=scan is not None,
            number=row.number,
        )
        Trace.leave(
            by,
            "consent.imported",
            consent,
            person=person,
            no=row.no,
            unproved=row.yes,
            scan=scan is not None,
        )
        cascade.after(person, "imported")


def _person(row: Row, by: User) -> Person:
    """The same name at the same address is the same person; anything less is a new one, for a human to merge (MIG-03)."""
    if row.email:
        for person in Person.select().where(Person.email == row.email):
            if import_rows.plain(person.name) == import_rows.plain(row.name):
                return person
    person = Person.add(
        row.name, by=by, email=row.email, born=row.born, relation=row.relation.value, note=row.note,
    )  # fmt: skip
    if row.guardian and row.born:
        person.add_guardian(name=row.guardian, email=row.guardian_email, by=by)
    return person


def _lines(consent: Consent, row: Row) -> None:
    uses = {use.code: use for use in Use.current()}
    yes = list(uses) if row.vague and not row.yes else row.yes
    answers = [
        *((code, Answer.UNKNOWN) for code in yes if code not in row.no),
        *((code, Answer.REFUSED) for code in row.no),
    ]
    for number, (code, answer) in enumerate(dict(answers).items()):
        Line.create(
            consent=consent, person=consent.person, use=uses[code], answer=answer, valid_from=today(),
            valid_until=row.valid_until, decided_at=consent.signed_at, number=number,
        )  # fmt: skip


def waiting(user: User) -> ModelSelect[Consent]:
    """Imported consents with a form that nobody has compared yet, the oldest first (T11)."""
    clear = ImportedRow.select(ImportedRow.consent).where(~ImportedRow.vague, ImportedRow.documented)
    unknown = Line.select(Line.consent).where(Line.answer == Answer.UNKNOWN)
    return (
        user.consents()
        .where(
            Consent.means == Means.IMPORT,
            Consent.checked_at.is_null(),
            Consent.id.in_(clear),
            Consent.id.in_(unknown),
        )
        .order_by(Consent.id)
    )


def accept(consent: Consent, *, by: User) -> None:
    """Somebody other than the importer has read the form: it says what the row says, and counts from today (T11, SIG-07)."""
    from models import cascade

    by.require(Permission.EVIDENCE)
    if consent.by_id == by.id:
        raise NotAllowed(_l("Somebody else has to check it: whoever typed it over reads what they expect."))
    row = ImportedRow.get_or_none(ImportedRow.consent == consent)
    if row is None or row.vague or not tools.vault.has(consent.vault_id, "paper"):
        raise Refusal(_l("Without a form that says what for, it can't count. Ask this person again."))
    with db.atomic():
        done = Consent.update(checked_by=by, checked_at=clock.now()).where(
            Consent.id == consent.id, Consent.checked_at.is_null()
        )
        if done.execute() != 1:
            raise Refusal(_l("This was checked already."))
        lines = [line for line in consent.answers() if line.answer is Answer.UNKNOWN]
        for line in lines:
            # The paper's own day decides between it and a later no; it opens nothing before today (T2).
            Line.create(
                consent=consent, person=consent.person, use=line.use, answer=Answer.GIVEN, valid_from=today(),
                valid_until=line.valid_until, decided_at=line.decided_at, number=line.number + 100,
            )  # fmt: skip
        Trace.leave(
            by, "consent.import-accepted", consent, person=consent.person, uses=[line.use for line in lines]
        )
        cascade.after(consent.person, "accepted")


def refuse(consent: Consent, *, by: User) -> None:
    """The form does not say that, or can't be read: it stays without proof, and the person is asked again."""
    by.require(Permission.EVIDENCE)
    with db.atomic():
        ImportedRow.update(vague=True).where(ImportedRow.consent == consent).execute()
        Trace.leave(by, "consent.import-refused", consent, person=consent.person)


def sweep(before: datetime | None = None) -> int:
    """Forget tables and forms after they were brought in or left lying; returns how many."""
    old, count = before or retention.limit("import"), 0
    for made in Import.select().where(
        (Import.done_at < old) | (Import.done_at.is_null() & (Import.at < old))
    ):
        if made.is_kept:
            tools.vault.destroy(made.vault_id)
            count += 1
        ImportedScan.delete().where(ImportedScan.import_ == made).execute()
    return count


def forget_naming(tells: Callable[[str], bool]) -> int:
    """Forget every list that names somebody who is erased, with its forms; returns how many (ERA-02)."""
    naming = [made for made in Import.select() if made.is_kept and made.names_anybody(tells)]
    for made in naming:
        tools.vault.destroy(made.vault_id)
        ImportedScan.delete().where(ImportedScan.import_ == made).execute()
    return len(naming)


def fingerprint(row: Row) -> str:
    """What a row is known by again: a keyed hash, so that the list can't be guessed from it."""
    return hmac.new(tools.keys.secret("imports"), seal.canonical(row.facts()), hashlib.sha256).hexdigest()


def targets() -> dict[str, list[str]]:
    """The uses on offer with their names in all languages, as headers and cells may call them."""
    return {use.code: [str(name) for name in use.names.values()] for use in Use.current()}


def _rules(order: str, files: frozenset[str]) -> Rules:
    return Rules(targets(), today(), order, files, ages.profile().contract_age)


def _remembered(headers: list[str]) -> dict[str, str]:
    kept = ImportMapping.get_or_none(ImportMapping.key == _key_of(headers))
    if kept is None:
        return import_rows.guess(headers, targets())
    # Known again whatever the capitals and signs, so each column is found the same way.
    chosen = {import_rows.key(header): target for header, target in kept.mapping.items()}
    named = {
        header: chosen[import_rows.key(header)] for header in headers if import_rows.key(header) in chosen
    }
    return _on_offer(named)


def _on_offer(mapping: Mapping[str, str]) -> dict[str, str]:
    """A mapping without uses that are no longer asked for."""
    holds = {*import_rows.Field, *(f"use:{code}" for code in targets())}
    return {header: target for header, target in mapping.items() if target in holds}


def _key_of(headers: list[str]) -> str:
    return hashlib.sha256("\n".join(import_rows.key(header) for header in headers).encode()).hexdigest()


def _moment(day: date | None) -> datetime:
    if day is None:
        return clock.now()
    return min(datetime.combine(day, time(12), ZoneInfo(tools.zone)).astimezone(UTC), clock.now())
