"Assessments say what they are about and which uses they saw; events say whether they are held in public space."

from peewee import BooleanField, JSONField, TextField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("assessment", "about", TextField(default="recognition")),
        migrator.add_column("assessment", "uses", JSONField(null=True)),
        migrator.add_column("event", "public_space", BooleanField(default=False)),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("event", "public_space"),
        migrator.drop_column("assessment", "uses"),
        migrator.drop_column("assessment", "about"),
    )
