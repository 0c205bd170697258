"Second factors and their recovery codes, how fresh a session's proof is, and roles that end."

from peewee import BlobField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Factor(Model):
        user = ForeignKeyField(User, on_delete="CASCADE")
        code = TextField(unique=True)
        kind = TextField()
        name = TextField()
        secret = BlobField()
        handle = TextField(null=True, unique=True)
        last_step = IntegerField(default=0)
        created_at = DateTimeField()
        confirmed_at = DateTimeField(null=True)
        used_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "factor"

    class RecoveryCode(Model):
        user = ForeignKeyField(User, on_delete="CASCADE")
        digest = BlobField()
        used_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "recovery_code"
            indexes = ((("user", "digest"), True),)

    db.create_tables([Factor, RecoveryCode])
    migrator.migrate(
        # Who is logged in while this step runs proves herself anew before anything grave.
        migrator.add_column("session", "proven_at", DateTimeField(default="1970-01-01 00:00:00")),
        migrator.add_column("session", "factor_at", DateTimeField(null=True)),
        migrator.add_column("api_token", "expires_at", DateTimeField(null=True)),
        migrator.add_column("grant", "until", DateTimeField(null=True)),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("grant", "until"),
        migrator.drop_column("api_token", "expires_at"),
        migrator.drop_column("session", "factor_at"),
        migrator.drop_column("session", "proven_at"),
        migrator.drop_table("recovery_code"),
        migrator.drop_table("factor"),
    )
