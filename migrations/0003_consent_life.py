"Tables and columns of consent over its whole life."

from peewee import (
    BlobField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    class Album(Model):
        class Meta:
            database = db
            table_name = "album"

    class Consent(Model):
        class Meta:
            database = db
            table_name = "consent"

    class Delivery(Model):
        class Meta:
            database = db
            table_name = "delivery"

    class Guardian(Model):
        class Meta:
            database = db
            table_name = "guardian"

    class Line(Model):
        class Meta:
            database = db
            table_name = "line"

    class Person(Model):
        class Meta:
            database = db
            table_name = "person"

    class Photo(Model):
        class Meta:
            database = db
            table_name = "photo"

    class Use(Model):
        class Meta:
            database = db
            table_name = "use"

    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Wording(Model):
        class Meta:
            database = db
            table_name = "wording"

    class Campaign(Model):
        code = TextField(unique=True)
        name = TextField()
        wording = ForeignKeyField(Wording)
        number = IntegerField()
        way = CharField()
        scope = CharField(default="all")
        album = ForeignKeyField(Album, null=True, on_delete="SET NULL")
        ask_recognition = BooleanField(default=False)
        valid_until = DateField()
        renews = BooleanField(default=False)
        remind = BooleanField(default=False)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        attested_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        attested_at = DateTimeField(null=True)
        token = TextField(unique=True, null=True)
        closed_at = DateTimeField(null=True)
        chased_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        chased_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "campaign"

    db.create_tables([Campaign])

    class Addressee(Model):
        campaign = ForeignKeyField(Campaign, on_delete="CASCADE")
        person = ForeignKeyField(Person, on_delete="CASCADE")
        by_mail = BooleanField(default=False)
        why = TextField(default="")
        until = DateField(null=True)
        done_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "addressee"
            indexes = ((("campaign", "person"), True), (("campaign", "done_at"), False))

    db.create_tables([Addressee])

    class Basis(Model):
        code = TextField(unique=True)
        person = ForeignKeyField(Person, on_delete="CASCADE")
        use = ForeignKeyField(Use)
        kind = CharField()
        article = TextField()
        evidence = TextField()
        album = ForeignKeyField(Album, null=True, on_delete="SET NULL")
        owner = ForeignKeyField(User, null=True, on_delete="SET NULL")
        valid_from = DateField()
        valid_until = DateField(null=True)
        review_on = DateField()
        after_leaving = BooleanField(default=False)
        guardian_signed = BooleanField(default=False)
        informed_on = DateField(null=True)
        reviewed_at = DateTimeField(null=True)
        reviewed_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "basis"
            indexes = ((("person", "ended_at"), False),)

    db.create_tables([Basis])

    class CampaignUse(Model):
        campaign = ForeignKeyField(Campaign, on_delete="CASCADE")
        use = ForeignKeyField(Use)

        class Meta:
            database = db
            table_name = "campaign_use"
            indexes = ((("campaign", "use"), True),)

    db.create_tables([CampaignUse])

    class Circumstance(Model):
        code = TextField(unique=True)
        person = ForeignKeyField(Person, on_delete="CASCADE")
        kind = CharField()
        since = DateField()
        note = TextField(default="")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        ended_at = DateTimeField(null=True)
        ended_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        ended_note = TextField(default="")

        class Meta:
            database = db
            table_name = "circumstance"
            indexes = ((("person", "ended_at"), False),)

    db.create_tables([Circumstance])

    class Disposition(Model):
        code = TextField(unique=True)
        person = ForeignKeyField(Person, on_delete="CASCADE")
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        cause = TextField()
        due_on = DateField(index=True)
        at = DateTimeField()
        decision = TextField(default="")
        ground = TextField(default="")
        decided_at = DateTimeField(null=True)
        decided_by = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "disposition"
            indexes = ((("person", "photo"), True),)

    db.create_tables([Disposition])

    class Distinct(Model):
        one = ForeignKeyField(Person, on_delete="CASCADE")
        other = ForeignKeyField(Person, on_delete="CASCADE")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "distinct"
            indexes = ((("one", "other"), True),)

    db.create_tables([Distinct])

    class Entry(Model):
        code = TextField(unique=True)
        person = ForeignKeyField(Person, on_delete="CASCADE")
        guardian = ForeignKeyField(Guardian, null=True, on_delete="CASCADE")
        sealed = BlobField(null=True)
        at = DateTimeField(index=True)
        tries = IntegerField(default=0)
        key = TextField(unique=True, null=True)
        entered_at = DateTimeField(null=True)
        seen_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "entry"

    db.create_tables([Entry])

    class Event(Model):
        code = TextField(unique=True)
        album = ForeignKeyField(Album, unique=True, on_delete="CASCADE")
        kind = CharField(default="li")
        assessed_on = DateField()
        purpose = TextField()
        necessity = TextField()
        balance = TextField()
        notice = TextField()
        opt_out = TextField()
        children = BooleanField(default=False)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        approved_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        approved_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "event"

    db.create_tables([Event])

    class Webhook(Model):
        code = TextField(unique=True)
        url = TextField()
        events = JSONField()
        sealed = BlobField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        failing_since = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)
        ended_why = TextField(default="")

        class Meta:
            database = db
            table_name = "webhook"

    db.create_tables([Webhook])

    class HookCall(Model):
        code = TextField(unique=True)
        webhook = ForeignKeyField(Webhook, on_delete="CASCADE")
        event = TextField()
        key = TextField(unique=True)
        values = JSONField()
        at = DateTimeField()
        tries = IntegerField(default=0)
        sent_at = DateTimeField(null=True)
        why = TextField(default="")

        class Meta:
            database = db
            table_name = "hook_call"

    db.create_tables([HookCall])

    class Import(Model):
        code = TextField(unique=True)
        name = TextField()
        digest = TextField()
        headers = JSONField()
        mapping = JSONField()
        order = TextField(default="")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        started_at = DateTimeField(null=True)
        done_at = DateTimeField(null=True)
        counts = JSONField(null=True)

        class Meta:
            database = db
            table_name = "import"

    db.create_tables([Import])

    class ImportedRow(Model):
        fingerprint = TextField(unique=True)
        import_ = ForeignKeyField(Import, null=True, column_name="import_id", on_delete="SET NULL")
        consent = ForeignKeyField(Consent, null=True, on_delete="CASCADE")
        vague = BooleanField(default=False)
        documented = BooleanField(default=False)
        number = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "imported_row"

    db.create_tables([ImportedRow])

    class ImportedScan(Model):
        import_ = ForeignKeyField(Import, column_name="import_id", on_delete="CASCADE")
        file = TextField()
        role = TextField()

        class Meta:
            database = db
            table_name = "imported_scan"

    db.create_tables([ImportedScan])

    class ImportMapping(Model):
        key = TextField(unique=True)
        mapping = JSONField()

        class Meta:
            database = db
            table_name = "import_mapping"

    db.create_tables([ImportMapping])

    class Inquiry(Model):
        code = TextField(unique=True)
        person = ForeignKeyField(Person, on_delete="CASCADE")
        guardian = ForeignKeyField(Guardian, null=True, on_delete="SET NULL")
        photo = ForeignKeyField(Photo, null=True, on_delete="SET NULL")
        kind = CharField()
        words = TextField(default="")
        at = DateTimeField(index=True)
        answered_at = DateTimeField(index=True, null=True)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        note = TextField(default="")

        class Meta:
            database = db
            table_name = "inquiry"

    db.create_tables([Inquiry])

    class LinkWish(Model):
        code = TextField(unique=True)
        sealed = BlobField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "link_wish"

    db.create_tables([LinkWish])

    class Merging(Model):
        code = TextField(unique=True)
        kept = ForeignKeyField(Person, on_delete="CASCADE")
        gone = ForeignKeyField(Person, on_delete="CASCADE")
        moved = JSONField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        undone_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "merging"

    db.create_tables([Merging])

    class OptOut(Model):
        code = TextField(unique=True)
        event = ForeignKeyField(Event, on_delete="CASCADE")
        person = ForeignKeyField(Person, null=True, on_delete="SET NULL")
        note = TextField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        handled_at = DateTimeField(null=True)
        handled_by = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "opt_out"

    db.create_tables([OptOut])

    class Publication(Model):
        code = TextField(unique=True)
        delivery = ForeignKeyField(Delivery, on_delete="CASCADE")
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        url = TextField(default="")
        medium = TextField(default="")
        from_on = DateField()
        until_on = DateField(null=True)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        ended_at = DateTimeField(index=True, null=True)
        ended_note = TextField(default="")

        class Meta:
            database = db
            table_name = "publication"

    db.create_tables([Publication])

    class Ruling(Model):
        code = TextField(unique=True)
        person = ForeignKeyField(Person, on_delete="CASCADE")
        note = TextField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "ruling"

    db.create_tables([Ruling])

    class SecrecyCheck(Model):
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        undone_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "secrecy_check"

    db.create_tables([SecrecyCheck])

    class Share(Model):
        code = TextField(unique=True)
        token = TextField(unique=True)
        use = ForeignKeyField(Use)
        recipient = TextField()
        email = TextField(null=True)
        locale = TextField(default="")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        until = DateField(null=True)
        expires_on = DateField()
        password = TextField(default="")
        download = BooleanField(default=True)
        rendition = TextField(default="web")
        revoked_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "share"

    db.create_tables([Share])

    class SharedPhoto(Model):
        share = ForeignKeyField(Share, on_delete="CASCADE")
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        place = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "shared_photo"
            indexes = ((("share", "photo"), True),)

    db.create_tables([SharedPhoto])

    class ShareOpening(Model):
        share = ForeignKeyField(Share, on_delete="CASCADE")
        photo = ForeignKeyField(Photo, null=True, on_delete="CASCADE")
        kind = TextField()
        address = TextField(default="")
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "share_opening"

    db.create_tables([ShareOpening])

    class TakeDown(Model):
        code = TextField(unique=True)
        delivery = ForeignKeyField(Delivery, on_delete="CASCADE")
        publication = ForeignKeyField(Publication, null=True, on_delete="CASCADE")
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        person = ForeignKeyField(Person, null=True, on_delete="SET NULL")
        cause = TextField()
        owner = ForeignKeyField(User, null=True, on_delete="SET NULL")
        due_on = DateField(index=True)
        at = DateTimeField()
        done_at = DateTimeField(null=True)
        done_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        done_how = TextField(default="")
        note = TextField(default="")

        class Meta:
            database = db
            table_name = "take_down"
            indexes = ((("done_at", "due_on"), False),)

    db.create_tables([TakeDown])

    class Telling(Model):
        code = TextField(unique=True)
        person = ForeignKeyField(Person, on_delete="CASCADE")
        channel = TextField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "telling"

    db.create_tables([Telling])

    class Visit(Model):
        campaign = ForeignKeyField(Campaign, on_delete="CASCADE")
        person = ForeignKeyField(Person, unique=True, on_delete="CASCADE")
        at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "visit"

    db.create_tables([Visit])

    class Voiding(Model):
        code = TextField(unique=True)
        line = ForeignKeyField(Line, unique=True, on_delete="CASCADE")
        kind = CharField()
        reason = TextField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        confirmed_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        confirmed_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "voiding"

    db.create_tables([Voiding])

    migrator.migrate(migrator.add_column("guardian", "kind", CharField(default="guardian")))
    migrator.migrate(migrator.add_column("guardian", "ended_at", DateTimeField(null=True)))
    migrator.migrate(
        migrator.add_column(
            "request",
            "campaign_id",
            ForeignKeyField(Campaign, field=Campaign.id, null=True, on_delete="SET NULL"),
        )
    )
    migrator.migrate(
        migrator.add_column(
            "request", "album_id", ForeignKeyField(Album, field=Album.id, null=True, on_delete="SET NULL")
        )
    )
    migrator.migrate(
        migrator.add_column(
            "request", "attested_by_id", ForeignKeyField(User, field=User.id, null=True, on_delete="SET NULL")
        )
    )
    migrator.migrate(migrator.add_column("request", "attested_at", DateTimeField(null=True)))
    migrator.migrate(
        migrator.add_column(
            "request", "witness_id", ForeignKeyField(User, field=User.id, null=True, on_delete="SET NULL")
        )
    )
    migrator.migrate(migrator.add_column("request", "reminded_at", DateTimeField(null=True)))
    migrator.migrate(migrator.add_column("delivery", "share", TextField(index=True, default="")))
    migrator.migrate(
        migrator.add_column(
            "line", "renews_id", ForeignKeyField(Line, field=Line.id, null=True, on_delete="SET NULL")
        )
    )
    migrator.migrate(
        migrator.add_column(
            "withdrawal",
            "guardian_id",
            ForeignKeyField(Guardian, field=Guardian.id, null=True, on_delete="SET NULL"),
        )
    )
    migrator.migrate(migrator.add_index("job", ("kind", "subject")))


def down(migrator, db):
    migrator.migrate(migrator.drop_index("withdrawal", "withdrawal_guardian_id"))
    migrator.migrate(migrator.drop_index("line", "line_renews_id"))
    migrator.migrate(migrator.drop_index("job", "job_kind_subject"))
    migrator.migrate(migrator.drop_index("delivery", "delivery_share"))
    migrator.migrate(migrator.drop_index("request", "request_witness_id"))
    migrator.migrate(migrator.drop_index("request", "request_campaign_id"))
    migrator.migrate(migrator.drop_index("request", "request_attested_by_id"))
    migrator.migrate(migrator.drop_index("request", "request_album_id"))
    migrator.migrate(migrator.drop_column("withdrawal", "guardian_id"))
    migrator.migrate(migrator.drop_column("line", "renews_id"))
    migrator.migrate(migrator.drop_column("delivery", "share"))
    migrator.migrate(migrator.drop_column("request", "reminded_at"))
    migrator.migrate(migrator.drop_column("request", "witness_id"))
    migrator.migrate(migrator.drop_column("request", "attested_at"))
    migrator.migrate(migrator.drop_column("request", "attested_by_id"))
    migrator.migrate(migrator.drop_column("request", "album_id"))
    migrator.migrate(migrator.drop_column("request", "campaign_id"))
    migrator.migrate(migrator.drop_column("guardian", "ended_at"))
    migrator.migrate(migrator.drop_column("guardian", "kind"))
    migrator.migrate(migrator.drop_table("voiding"))
    migrator.migrate(migrator.drop_table("visit"))
    migrator.migrate(migrator.drop_table("telling"))
    migrator.migrate(migrator.drop_table("take_down"))
    migrator.migrate(migrator.drop_table("share_opening"))
    migrator.migrate(migrator.drop_table("shared_photo"))
    migrator.migrate(migrator.drop_table("share"))
    migrator.migrate(migrator.drop_table("secrecy_check"))
    migrator.migrate(migrator.drop_table("ruling"))
    migrator.migrate(migrator.drop_table("publication"))
    migrator.migrate(migrator.drop_table("opt_out"))
    migrator.migrate(migrator.drop_table("merging"))
    migrator.migrate(migrator.drop_table("link_wish"))
    migrator.migrate(migrator.drop_table("inquiry"))
    migrator.migrate(migrator.drop_table("import_mapping"))
    migrator.migrate(migrator.drop_table("imported_scan"))
    migrator.migrate(migrator.drop_table("imported_row"))
    migrator.migrate(migrator.drop_table("import"))
    migrator.migrate(migrator.drop_table("hook_call"))
    migrator.migrate(migrator.drop_table("webhook"))
    migrator.migrate(migrator.drop_table("event"))
    migrator.migrate(migrator.drop_table("entry"))
    migrator.migrate(migrator.drop_table("distinct"))
    migrator.migrate(migrator.drop_table("disposition"))
    migrator.migrate(migrator.drop_table("circumstance"))
    migrator.migrate(migrator.drop_table("campaign_use"))
    migrator.migrate(migrator.drop_table("basis"))
    migrator.migrate(migrator.drop_table("addressee"))
    migrator.migrate(migrator.drop_table("campaign"))
