"Recognition weighed and bounded: what an assessment covers and names, rosters, scans of earlier photos."

from peewee import (
    CharField,
    DateTimeField,
    FloatField,
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

    class Face(Model):
        class Meta:
            database = db
            table_name = "face"

    class Person(Model):
        class Meta:
            database = db
            table_name = "person"

    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Roster(Model):
        code = TextField(unique=True)
        album = ForeignKeyField(Album, on_delete="CASCADE")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        ended_at = DateTimeField(null=True)
        why = CharField(null=True)
        face = ForeignKeyField(Face, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "roster"

    db.create_tables([Roster])

    class Scan(Model):
        code = TextField(unique=True)
        at = DateTimeField()
        started_at = DateTimeField(null=True)
        cursor = IntegerField(null=True)
        total = IntegerField(default=0)
        seen = IntegerField(default=0)
        found = IntegerField(default=0)
        spent = FloatField(default=0)
        paused_at = DateTimeField(null=True)
        ended_at = DateTimeField(index=True, null=True)
        why = CharField(null=True)

        class Meta:
            database = db
            table_name = "scan"

    db.create_tables([Scan])

    class Sought(Model):
        scan = ForeignKeyField(Scan, on_delete="CASCADE")
        person = ForeignKeyField(Person, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "sought"
            indexes = ((("scan", "person"), True),)

    db.create_tables([Sought])

    for name, field in (
        ("condition", CharField(null=True)),
        ("covers", JSONField(null=True)),
        ("risk", CharField(null=True)),
        ("place", TextField(default="")),
        ("ended_why", TextField(default="")),
    ):
        migrator.migrate(migrator.add_column("assessment", name, field))
    migrator.migrate(
        migrator.add_column(
            "assessment", "ended_by_id", ForeignKeyField(User, field=User.id, null=True, on_delete="SET NULL")
        )
    )


def down(migrator, db):
    migrator.migrate(migrator.drop_index("assessment", "assessment_ended_by_id"))
    for name in ("ended_by_id", "ended_why", "place", "risk", "covers", "condition"):
        migrator.migrate(migrator.drop_column("assessment", name))
    for table in ("sought", "scan", "roster"):
        migrator.migrate(migrator.drop_table(table))
