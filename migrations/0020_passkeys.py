"Passkeys beside code apps, the questions they answered, and who asked for a new password."

from peewee import BlobField, DateTimeField, IntegerField, Model, TextField


def up(migrator, db):
    class PasskeyAnswer(Model):
        digest = BlobField(unique=True)
        at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "passkey_answer"

    class Forgotten(Model):
        code = TextField(unique=True)
        sealed = BlobField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "forgotten"

    db.create_tables([PasskeyAnswer, Forgotten])
    migrator.migrate(migrator.add_column("factor", "counter", IntegerField(default=0)))


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("factor", "counter"),
        migrator.drop_table("forgotten"),
        migrator.drop_table("passkey_answer"),
    )
