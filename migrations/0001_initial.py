"""The tables of the first version: a frozen copy, independent of the models of today."""

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    class Team(Model):
        code = TextField(unique=True)
        name = TextField(unique=True)

        class Meta:
            database = db
            table_name = "team"

    db.create_tables([Team])

    class Album(Model):
        code = TextField(unique=True)
        team = ForeignKeyField(Team)
        title = TextField()
        description = TextField(default="")
        held_on = DateField(null=True)
        licence = CharField(default="granted")
        special_context = BooleanField(default=False)
        mode = CharField(null=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "album"
            indexes = ((("team", "title"), True),)

    db.create_tables([Album])

    class User(Model):
        code = TextField(unique=True)
        email = TextField(unique=True)
        name = TextField()
        password = TextField(null=True)
        locale = TextField(default="")
        created_at = DateTimeField()
        disabled_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "user"

    db.create_tables([User])

    class ApiToken(Model):
        code = TextField(unique=True)
        user = ForeignKeyField(User, on_delete="CASCADE")
        name = TextField(default="")
        token = TextField(unique=True)
        scopes = TextField()
        created_at = DateTimeField()
        used_at = DateTimeField(null=True)
        revoked_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "api_token"

    db.create_tables([ApiToken])

    class Photo(Model):
        code = TextField(unique=True)
        album = ForeignKeyField(Album)
        name = TextField()
        kind = TextField()
        size = BigIntegerField()
        fingerprint = BlobField(unique=True)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        taken_in_at = DateTimeField()
        prepared_at = DateTimeField(null=True)
        width = IntegerField(null=True)
        height = IntegerField(null=True)
        placeholder = BlobField(null=True)
        colour = TextField(default="")
        likeness = BlobField(null=True)
        taken_at = DateTimeField(null=True)
        title = TextField(default="")
        caption = TextField(default="")
        alt_text = TextField(default="")
        creator = TextField(default="")
        credit = TextField(default="")
        copyright = TextField(default="")
        place = TextField(default="")
        camera = TextField(default="")
        licence = CharField(default="granted")
        special_context = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "photo"
            indexes = ((("album", "id"), False),)

    db.create_tables([Photo])

    class Person(Model):
        code = TextField(unique=True)
        name = TextField(index=True)
        email = TextField(null=True)
        born = DateField(null=True)
        relation = CharField(default="visitor")
        locale = TextField(default="")
        note = TextField(default="")
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "person"

    db.create_tables([Person])

    class Face(Model):
        code = TextField(unique=True)
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        left = FloatField()
        top = FloatField()
        width = FloatField()
        height = FloatField()
        pixels = IntegerField(default=0)
        score = FloatField(default=0)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        waiting_since = DateTimeField(index=True, null=True)

        class Meta:
            database = db
            table_name = "face"

    db.create_tables([Face])

    class Appearance(Model):
        code = TextField(unique=True)
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        person = ForeignKeyField(Person, on_delete="CASCADE")
        face = ForeignKeyField(Face, null=True, on_delete="CASCADE")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        undone_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "appearance"
            indexes = ((("person", "photo"), False), (("photo", "undone_at"), False))

    db.create_tables([Appearance])

    class Arrival(Model):
        code = TextField(unique=True)
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "arrival"

    db.create_tables([Arrival])

    class Guardian(Model):
        code = TextField(unique=True)
        person = ForeignKeyField(Person, on_delete="CASCADE")
        name = TextField()
        email = TextField(null=True)
        locale = TextField(default="")
        declared_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "guardian"

    db.create_tables([Guardian])

    class Wording(Model):
        code = TextField(unique=True)
        name = TextField()
        kind = CharField(default="general")
        created_at = DateTimeField()
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "wording"

    db.create_tables([Wording])

    class Request(Model):
        code = TextField(unique=True)
        person = ForeignKeyField(Person, on_delete="CASCADE")
        guardian = ForeignKeyField(Guardian, null=True, on_delete="CASCADE")
        wording = ForeignKeyField(Wording)
        number = IntegerField()
        locale = TextField()
        way = CharField()
        token = TextField(unique=True)
        valid_until = DateField()
        ask_recognition = BooleanField(default=False)
        only_photos = BooleanField(default=False)
        renews = BooleanField(default=False)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField(index=True)
        expires_at = DateTimeField()
        renewed = IntegerField(default=0)
        opened_at = DateTimeField(null=True)
        used_at = DateTimeField(null=True)
        revoked_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "request"

    db.create_tables([Request])

    class Use(Model):
        code = TextField(unique=True)
        names = JSONField()
        about = JSONField()
        purpose = TextField()
        channel = CharField()
        territory = TextField(default="EU")
        irreversible = BooleanField(default=False)
        direct_marketing = BooleanField(default=False)
        place = IntegerField(default=0)
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "use"

    db.create_tables([Use])

    class Asked(Model):
        request = ForeignKeyField(Request, on_delete="CASCADE")
        use = ForeignKeyField(Use)

        class Meta:
            database = db
            table_name = "asked"
            indexes = ((("request", "use"), True),)

    db.create_tables([Asked])

    class AskedPhoto(Model):
        request = ForeignKeyField(Request, on_delete="CASCADE")
        photo = ForeignKeyField(Photo, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "asked_photo"
            indexes = ((("request", "photo"), True),)

    db.create_tables([AskedPhoto])

    class Assessment(Model):
        code = TextField(unique=True)
        mode = CharField()
        answers = JSONField()
        model = TextField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        expires_on = DateField()
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "assessment"

    db.create_tables([Assessment])

    class Attempt(Model):
        key = BlobField(index=True)
        at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "attempt"

    db.create_tables([Attempt])

    class Beat(Model):
        part = TextField(primary_key=True)
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "beat"

    db.create_tables([Beat])

    class Claimed(Model):
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        name = TextField()
        answered_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "claimed"
            indexes = ((("photo", "name"), True),)

    db.create_tables([Claimed])

    class Version(Model):
        wording = ForeignKeyField(Wording)
        number = IntegerField()
        locale = TextField()
        title = TextField()
        body = TextField()
        recognition = TextField(default="")
        digest = TextField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        published_at = DateTimeField()

        class Meta:
            database = db
            table_name = "version"
            indexes = ((("wording", "number", "locale"), True),)

    db.create_tables([Version])

    class Consent(Model):
        code = TextField(unique=True)
        person = ForeignKeyField(Person, on_delete="CASCADE")
        request = ForeignKeyField(Request, null=True, on_delete="SET NULL")
        version = ForeignKeyField(Version, null=True)
        means = CharField()
        locale = TextField()
        signer = TextField()
        guardian = ForeignKeyField(Guardian, null=True, on_delete="SET NULL")
        signed_at = DateTimeField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        checked_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        checked_at = DateTimeField(null=True)
        withdrawal_token = TextField(unique=True)
        receipt_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "consent"

    db.create_tables([Consent])

    class Delivery(Model):
        code = TextField(unique=True)
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        use = ForeignKeyField(Use)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        recipient = TextField(default="")
        rendition = TextField(default="web")
        starts_on = DateField()
        until = DateField(null=True)
        valid_through = DateField(null=True)
        verdict = JSONField()
        at = DateTimeField(index=True)
        expires_at = DateTimeField()
        digest = TextField(default="")

        class Meta:
            database = db
            table_name = "delivery"

    db.create_tables([Delivery])

    class Draft(Model):
        request = ForeignKeyField(Request, unique=True, on_delete="CASCADE")
        sealed = BlobField()
        expires_at = DateTimeField()
        tries = IntegerField(default=0)
        sent = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "draft"

    db.create_tables([Draft])

    class Faceprint(Model):
        person = ForeignKeyField(Person, on_delete="CASCADE")
        face = ForeignKeyField(Face, unique=True, on_delete="CASCADE")
        model = TextField()
        sealed = BlobField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "faceprint"

    db.create_tables([Faceprint])

    class Grant(Model):
        user = ForeignKeyField(User, on_delete="CASCADE")
        role = CharField()

        class Meta:
            database = db
            table_name = "grant"
            indexes = ((("user", "role"), True),)

    db.create_tables([Grant])

    class Head(Model):
        seq = IntegerField(index=True)
        at = DateTimeField()
        note = TextField()

        class Meta:
            database = db
            table_name = "head"

    db.create_tables([Head])

    class Indexed(Model):
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        use = ForeignKeyField(Use, on_delete="CASCADE")
        state = TextField()
        until = DateField(null=True)
        wakes_on = DateField(index=True, null=True)

        class Meta:
            database = db
            table_name = "indexed"
            indexes = (
                (("photo", "use"), True),
                (("use", "state", "photo"), False),
                (("use", "until", "photo"), False),
            )

    db.create_tables([Indexed])

    class Invitation(Model):
        user = ForeignKeyField(User, on_delete="CASCADE")
        token = TextField(unique=True)
        expires_at = DateTimeField()
        used_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "invitation"

    db.create_tables([Invitation])

    class Job(Model):
        code = TextField(unique=True)
        kind = TextField()
        subject = IntegerField()
        due_at = DateTimeField()
        leased_until = DateTimeField(null=True)
        tries = IntegerField(default=0)
        done_at = DateTimeField(null=True)
        failed_at = DateTimeField(null=True)
        why = TextField(default="")

        class Meta:
            database = db
            table_name = "job"
            indexes = ((("done_at", "failed_at", "due_at"), False),)

    db.create_tables([Job])

    class Line(Model):
        code = TextField(unique=True)
        consent = ForeignKeyField(Consent, on_delete="CASCADE")
        person = ForeignKeyField(Person, on_delete="CASCADE")
        about = CharField(default="use")
        use = ForeignKeyField(Use, null=True)
        answer = CharField()
        scope = CharField(default="all")
        album = ForeignKeyField(Album, null=True)
        explicit = BooleanField(default=False)
        valid_from = DateField()
        valid_until = DateField(null=True)
        decided_at = DateTimeField()
        number = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "line"
            indexes = ((("person", "decided_at"), False), (("valid_until", "answer"), False))

    db.create_tables([Line])

    class LinePhoto(Model):
        line = ForeignKeyField(Line, on_delete="CASCADE")
        photo = ForeignKeyField(Photo, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "line_photo"
            indexes = ((("line", "photo"), True),)

    db.create_tables([LinePhoto])

    class Match(Model):
        face = ForeignKeyField(Face, on_delete="CASCADE")
        person = ForeignKeyField(Person, on_delete="CASCADE")
        distance = FloatField()
        band = TextField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "match"
            indexes = ((("face", "person"), True),)

    db.create_tables([Match])

    class Membership(Model):
        team = ForeignKeyField(Team, on_delete="CASCADE")
        user = ForeignKeyField(User, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "membership"
            indexes = ((("user", "team"), True),)

    db.create_tables([Membership])

    class Notice(Model):
        code = TextField(unique=True)
        kind = CharField()
        key = TextField(unique=True)
        user = ForeignKeyField(User, null=True, on_delete="CASCADE")
        person = ForeignKeyField(Person, null=True, on_delete="CASCADE")
        guardian = ForeignKeyField(Guardian, null=True, on_delete="CASCADE")
        values = JSONField()
        at = DateTimeField()
        sent_at = DateTimeField(null=True)
        failed_at = DateTimeField(null=True)
        why = TextField(default="")
        tries = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "notice"

    db.create_tables([Notice])

    class OriginalView(Model):
        code = TextField(unique=True)
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        purpose = TextField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "original_view"

    db.create_tables([OriginalView])

    class Rejection(Model):
        face = ForeignKeyField(Face, on_delete="CASCADE")
        person = ForeignKeyField(Person, on_delete="CASCADE")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "rejection"
            indexes = ((("face", "person"), True),)

    db.create_tables([Rejection])

    class Remark(Model):
        face = ForeignKeyField(Face, on_delete="CASCADE")
        word = CharField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        undone_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "remark"

    db.create_tables([Remark])

    class Review(Model):
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        undone_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "review"

    db.create_tables([Review])

    class Session(Model):
        user = ForeignKeyField(User, on_delete="CASCADE")
        token = TextField(unique=True)
        created_at = DateTimeField()
        seen_at = DateTimeField()
        ended_at = DateTimeField(null=True)
        address = TextField(default="")
        device = TextField(default="")

        class Meta:
            database = db
            table_name = "session"

    db.create_tables([Session])

    class SetAside(Model):
        photo = ForeignKeyField(Photo, unique=True, on_delete="CASCADE")
        reason = TextField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "set_aside"

    db.create_tables([SetAside])

    class Setting(Model):
        key = TextField(primary_key=True)
        value = JSONField()

        class Meta:
            database = db
            table_name = "setting"

    db.create_tables([Setting])

    class Tag(Model):
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        word = TextField(index=True)

        class Meta:
            database = db
            table_name = "tag"
            indexes = ((("photo", "word"), True),)

    db.create_tables([Tag])

    class Trace(Model):
        seq = BigIntegerField(primary_key=True)
        at = DateTimeField(index=True)
        actor = TextField(index=True)
        role = TextField(default="")
        action = TextField(index=True)
        kind = TextField(default="")
        code = TextField(default="")
        person = TextField(default="")
        facts = TextField(null=True)
        salt = TextField(null=True)
        promise = TextField()
        request_id = TextField(default="")
        address = TextField(default="")
        head = TextField()

        class Meta:
            database = db
            table_name = "trace"
            indexes = ((("kind", "code"), False), (("person", "seq"), False))

    db.create_tables([Trace])

    class Withdrawal(Model):
        code = TextField(unique=True)
        line = ForeignKeyField(Line, unique=True, on_delete="CASCADE")
        actor = TextField()
        means = TextField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "withdrawal"

    db.create_tables([Withdrawal])

    _words(db)


def _words(db):
    if "ostgre" in type(db).__name__:
        db.execute_sql(
            "CREATE TABLE photo_words (photo_id INTEGER PRIMARY KEY REFERENCES photo(id) ON DELETE CASCADE, words TSVECTOR, "
            "whole TSVECTOR)"
        )
        for column in ("words", "whole"):
            db.execute_sql(f"CREATE INDEX photo_words_{column} ON photo_words USING GIN ({column})")
        return
    db.execute_sql(
        "CREATE VIRTUAL TABLE photo_words USING fts5(words, names, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
    )
    db.execute_sql("INSERT INTO photo_words(photo_words, rank) VALUES ('secure-delete', 1)")  # ERA-07
