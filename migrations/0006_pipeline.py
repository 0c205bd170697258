"Why a face is a box only, why a guess is a risk, and which making of faceprints is the newest."

from peewee import IntegerField, Model, TextField


def up(migrator, db):
    class Edition(Model):
        number = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "edition"

    db.create_tables([Edition])
    Edition.create(number=0)
    migrator.migrate(migrator.add_column("face", "flaw", TextField(default="")))
    migrator.migrate(migrator.add_column("match", "risk", TextField(default="")))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("match", "risk"))
    migrator.migrate(migrator.drop_column("face", "flaw"))
    migrator.migrate(migrator.drop_table("edition"))
