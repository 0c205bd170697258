"Whose account a name at an identity provider opens."

from peewee import DateTimeField, ForeignKeyField, Model, TextField


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Identity(Model):
        user = ForeignKeyField(User, backref="identities", on_delete="CASCADE")
        issuer = TextField()
        subject = TextField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "identity"
            indexes = ((("issuer", "subject"), True),)

    db.create_tables([Identity])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("identity"))
