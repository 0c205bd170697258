"Registers of the privacy officer: breaches, outside parties, the record of processing, access reviews, deviations, packs."

from peewee import (
    BooleanField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    class Stays(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class User(Stays):
        pass

    class Person(Stays):
        pass

    def who():
        return ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")

    class Breach(Stays):
        code = TextField(unique=True)
        aware_at = DateTimeField()
        facts = TextField()
        kinds = TextField()
        people = IntegerField(default=0)
        rows = IntegerField(default=0)
        effects = TextField()
        remedy = TextField()
        by = who()
        at = DateTimeField()
        danger = TextField(null=True)
        reasons = TextField(default="")
        tell_authority = BooleanField(default=False)
        tell_people = BooleanField(default=False)
        keys_note = TextField(default="")
        decided_at = DateTimeField(null=True)
        closed_at = DateTimeField(null=True)

    class Told(Stays):
        code = TextField(unique=True)
        breach = ForeignKeyField(Breach, on_delete="CASCADE")
        whom = TextField()
        words = JSONField()
        late_why = TextField(default="")
        at = DateTimeField()
        by = who()

    class Affected(Stays):
        breach = ForeignKeyField(Breach, on_delete="CASCADE")
        person = ForeignKeyField(Person, on_delete="CASCADE")

        class Meta:
            indexes = ((("breach", "person"), True),)

    class Earlier(Stays):
        breach = ForeignKeyField(Breach, on_delete="CASCADE")
        said = JSONField()
        at = DateTimeField()
        by = who()

    class Party(Stays):
        code = TextField(unique=True)
        part = TextField()
        of = ForeignKeyField("self", null=True, on_delete="CASCADE")
        name = TextField()
        contact = TextField(default="")
        does = TextField()
        hosts = TextField(default="")
        country = TextField()
        safeguard = TextField(default="")
        safeguard_note = TextField(default="")
        clauses = JSONField(default=dict)
        told = TextField(default="")
        by = who()
        at = DateTimeField()
        changed_at = DateTimeField()
        ended_at = DateTimeField(null=True)

    class ActivityText(Stays):
        activity = TextField()
        field = TextField()
        number = IntegerField()
        text = TextField()
        by = who()
        at = DateTimeField()

        class Meta:
            indexes = ((("activity", "field", "number"), True),)

    class ActivityReview(Stays):
        code = TextField(unique=True)
        number = IntegerField(unique=True)
        at = DateTimeField()
        by = who()
        record = JSONField()
        digest = TextField()

    class AccessReview(Stays):
        code = TextField(unique=True)
        at = DateTimeField()
        by = who()
        accounts = JSONField()
        closed = IntegerField(default=0)

    class Deviation(Stays):
        code = TextField(unique=True)
        key = TextField()
        before = JSONField()
        after = JSONField()
        reason = TextField()
        by = who()
        at = DateTimeField()

    class Pack(Stays):
        code = TextField(unique=True)
        on = DateField()
        lang = TextField()
        by = who()
        at = DateTimeField()
        made_at = DateTimeField(null=True)
        size = IntegerField(default=0)
        sha256 = TextField(default="")
        parts = IntegerField(default=0)
        ended_at = DateTimeField(null=True)

    db.create_tables(
        [
            Breach, Told, Affected, Earlier, Party, ActivityText, ActivityReview, AccessReview, Deviation, Pack,
        ]
    )  # fmt: skip


def down(migrator, db):
    for table in (
        "pack", "deviation", "access_review", "activity_review", "activity_text", "party", "earlier", "affected", "told",
        "breach",
    ):  # fmt: skip
        migrator.migrate(migrator.drop_table(table))
