"Requests of people about their data: the request, the code that shows who asks, the letters, and the calendar."

from peewee import (
    BlobField,
    BooleanField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

# What used to be a message of her own page and is a claim from now on.
RIGHTS = {
    "copy": "access", "correct": "rectification", "erase": "erasure", "restrict": "restriction", "object": "objection",
}  # fmt: skip


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Person(Model):
        name = TextField()
        email = TextField(null=True)
        locale = TextField()

        class Meta:
            database = db
            table_name = "person"

    class Guardian(Model):
        name = TextField()
        email = TextField(null=True)
        locale = TextField()

        class Meta:
            database = db
            table_name = "guardian"

    class Holiday(Model):
        day = DateField(unique=True)
        counts = BooleanField()
        name = TextField(default="")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "holiday"

    class Claim(Model):
        code = TextField(unique=True)
        right = TextField()
        channel = TextField()
        person = ForeignKeyField(Person, null=True, on_delete="SET NULL", backref="claims")
        guardian = ForeignKeyField(Guardian, null=True, on_delete="SET NULL")
        capacity = TextField()
        name = TextField()
        about = TextField(default="")
        email = TextField(null=True)
        postal = TextField(default="")
        locale = TextField(default="")
        words = TextField(default="")
        clues = TextField(default="")
        received_on = DateField(index=True)
        at = DateTimeField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        identity = TextField()
        identified_at = DateTimeField(null=True)
        identity_note = TextField(default="")
        paused_on = DateField(null=True)
        resumed_on = DateField(null=True)
        pause_note = TextField(default="")
        extended_at = DateTimeField(null=True)
        extension = TextField(null=True)
        extension_note = TextField(default="")
        acknowledged_at = DateTimeField(null=True)
        closed_at = DateTimeField(null=True, index=True)
        outcome = TextField(null=True)
        note = TextField(default="")
        joined = ForeignKeyField("self", null=True, on_delete="SET NULL")
        face_search_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "claim"

    class ClaimDigits(Model):
        claim = ForeignKeyField(Claim, on_delete="CASCADE", backref="codes")
        code = TextField(unique=True)
        purpose = TextField()
        sealed = BlobField(null=True)
        at = DateTimeField(index=True)
        tries = IntegerField(default=0)
        key = TextField(null=True, unique=True)
        typed_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "claim_digits"

    class ClaimLetter(Model):
        code = TextField(unique=True)
        claim = ForeignKeyField(Claim, on_delete="CASCADE", backref="letters")
        kind = TextField()
        locale = TextField()
        subject = TextField()
        words = TextField()
        at = DateTimeField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        posted_on = DateField(null=True)

        class Meta:
            database = db
            table_name = "claim_letter"

    class Feed(Model):
        user = ForeignKeyField(User, unique=True, on_delete="CASCADE", backref="feeds")
        key = TextField(unique=True)
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "feed"

    class Inquiry(Model):
        code = TextField()
        person = ForeignKeyField(Person)
        guardian = ForeignKeyField(Guardian, null=True)
        kind = TextField()
        words = TextField()
        at = DateTimeField()
        answered_at = DateTimeField(null=True)
        by = ForeignKeyField(User, null=True)
        note = TextField()

        class Meta:
            database = db
            table_name = "inquiry"

    db.create_tables([Feed, Holiday, Claim, ClaimDigits, ClaimLetter])
    for asked in list(Inquiry.select().where(Inquiry.kind.in_(list(RIGHTS)))):
        reader = asked.guardian or asked.person
        Claim.create(
            code=asked.code, right=RIGHTS[asked.kind], channel="own-page", person=asked.person, guardian=asked.guardian,
            capacity="parent" if asked.guardian else "self", name=reader.name, email=reader.email, locale=reader.locale,
            about=asked.person.name if asked.guardian else "", words=asked.words, received_on=asked.at.date(), at=asked.at,
            identity="code", identified_at=asked.at, closed_at=asked.answered_at, by=asked.by, note=asked.note,
            outcome="granted" if asked.answered_at else None,
        )  # fmt: skip
        asked.delete_instance()


def down(migrator, db):
    migrator.migrate(
        migrator.drop_table("claim_letter"),
        migrator.drop_table("claim_digits"),
        migrator.drop_table("claim"),
        migrator.drop_table("holiday"),
        migrator.drop_table("feed"),
    )
