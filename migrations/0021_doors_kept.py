"Names for sessions, a token's calls, emergency access, files taken out in a day, and forms that wait for a proof."

import secrets

from peewee import BlobField, DateField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Session(Model):
        code = TextField(null=True)

        class Meta:
            database = db
            table_name = "session"

    class BreakGlass(Model):
        code = TextField(unique=True)
        user = ForeignKeyField(User, on_delete="CASCADE")
        reason = TextField()
        began_at = DateTimeField()
        until = DateTimeField()
        ended_at = DateTimeField(null=True)
        seen_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        seen_at = DateTimeField(null=True)
        note = TextField(default="")

        class Meta:
            database = db
            table_name = "break_glass"

    class TakenOut(Model):
        user = ForeignKeyField(User, on_delete="CASCADE")
        day = DateField()
        files = IntegerField(default=0)
        more = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "taken_out"
            indexes = ((("user", "day"), True),)

    class WaitingForm(Model):
        code = TextField(unique=True)
        session = ForeignKeyField(Session, on_delete="CASCADE")
        sealed = BlobField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "waiting_form"

    migrator.migrate(
        migrator.add_column("session", "code", TextField(null=True)),
        migrator.add_column("api_token", "minute", IntegerField(default=0)),
        migrator.add_column("api_token", "calls", IntegerField(default=0)),
    )
    for row in Session.select(Session.id):
        Session.update(code=secrets.token_hex(5)).where(Session.id == row.id).execute()
    migrator.migrate(
        migrator.add_not_null("session", "code"),
        migrator.add_index("session", ("code",), True),
    )
    db.create_tables([BreakGlass, TakenOut, WaitingForm])


def down(migrator, db):
    migrator.migrate(
        migrator.drop_table("waiting_form"),
        migrator.drop_table("taken_out"),
        migrator.drop_table("break_glass"),
        migrator.drop_column("api_token", "calls"),
        migrator.drop_column("api_token", "minute"),
        migrator.drop_index("session", "session_code"),
        migrator.drop_column("session", "code"),
    )
