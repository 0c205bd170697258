"Tables and columns of consent over its whole life."

from peewee import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)


def up(migrator, db):
    class Album(Model):
        class Meta:
            database = db
            table_name = "album"

    class Person(Model):
        class Meta:
            database = db
            table_name = "person"

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

    class CampaignUse(Model):
        campaign = ForeignKeyField(Campaign, on_delete="CASCADE")
        use = ForeignKeyField(Use)

        class Meta:
            database = db
            table_name = "campaign_use"
            indexes = ((("campaign", "use"), True),)

    db.create_tables([CampaignUse])

    class Visit(Model):
        campaign = ForeignKeyField(Campaign, on_delete="CASCADE")
        person = ForeignKeyField(Person, unique=True, on_delete="CASCADE")
        at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "visit"

    db.create_tables([Visit])

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
    migrator.migrate(migrator.add_index("job", ("kind", "subject")))


def down(migrator, db):
    migrator.migrate(migrator.drop_index("job", "job_kind_subject"))
    migrator.migrate(migrator.drop_index("request", "request_witness_id"))
    migrator.migrate(migrator.drop_index("request", "request_campaign_id"))
    migrator.migrate(migrator.drop_index("request", "request_attested_by_id"))
    migrator.migrate(migrator.drop_index("request", "request_album_id"))
    migrator.migrate(migrator.drop_column("request", "reminded_at"))
    migrator.migrate(migrator.drop_column("request", "witness_id"))
    migrator.migrate(migrator.drop_column("request", "attested_at"))
    migrator.migrate(migrator.drop_column("request", "attested_by_id"))
    migrator.migrate(migrator.drop_column("request", "album_id"))
    migrator.migrate(migrator.drop_column("request", "campaign_id"))
    migrator.migrate(migrator.drop_table("visit"))
    migrator.migrate(migrator.drop_table("campaign_use"))
    migrator.migrate(migrator.drop_table("addressee"))
    migrator.migrate(migrator.drop_table("campaign"))
