"Selfies, and faceprints that come from one."

from peewee import CharField, DateTimeField, ForeignKeyField, Model, TextField


def up(migrator, db):
    class Consent(Model):
        class Meta:
            database = db
            table_name = "consent"

    class Selfie(Model):
        code = TextField(unique=True)
        consent = ForeignKeyField(Consent, on_delete="CASCADE")
        state = CharField()
        why = TextField(default="")
        locale = TextField()
        at = DateTimeField()
        done_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "selfie"

    db.create_tables([Selfie])
    migrator.migrate(migrator.drop_not_null("faceprint", "face_id"))
    migrator.migrate(migrator.add_column("faceprint", "source", CharField(default="face")))


def down(migrator, db):
    db.execute_sql("DELETE FROM faceprint WHERE face_id IS NULL")
    migrator.migrate(migrator.drop_column("faceprint", "source"))
    migrator.migrate(migrator.add_not_null("faceprint", "face_id"))
    migrator.migrate(migrator.drop_table("selfie"))
