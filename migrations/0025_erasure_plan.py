"Plans of erasures, legal holds, and which recipients were told."

from peewee import BooleanField, DateField, DateTimeField, ForeignKeyField, JSONField, Model, TextField


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Person(Model):
        class Meta:
            database = db
            table_name = "person"

    class Photo(Model):
        class Meta:
            database = db
            table_name = "photo"

    class Claim(Model):
        class Meta:
            database = db
            table_name = "claim"

    class Hold(Model):
        code = TextField(unique=True)
        person = ForeignKeyField(Person, on_delete="CASCADE", backref="holds")
        ground = TextField()
        scope = TextField()
        until = DateField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "hold"

    class RecipientNotice(Model):
        code = TextField(unique=True)
        claim = ForeignKeyField(Claim, on_delete="CASCADE", backref="recipients")
        recipient = TextField()
        what = TextField()
        public = BooleanField(default=False)
        how = TextField(null=True)
        note = TextField(default="")
        on = DateField(null=True)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "recipient_notice"

    class Plan(Model):
        code = TextField(unique=True)
        claim = ForeignKeyField(Claim, unique=True, on_delete="CASCADE", backref="plans")
        keep_proof = BooleanField(default=True)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        approved_at = DateTimeField(null=True)
        approved_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
        done_at = DateTimeField(null=True)
        facts = JSONField(default=dict)

        class Meta:
            database = db
            table_name = "plan"

    class PlanLine(Model):
        plan = ForeignKeyField(Plan, on_delete="CASCADE", backref="lines")
        photo = ForeignKeyField(Photo, null=True, on_delete="SET NULL", backref="+")
        photo_was = TextField()
        fate = TextField()
        ground = TextField(default="")
        done_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "plan_line"
            indexes = ((("plan", "photo_was"), True),)

    db.create_tables([Hold, RecipientNotice, Plan, PlanLine])


def down(migrator, db):
    migrator.migrate(
        migrator.drop_table("plan_line"),
        migrator.drop_table("plan"),
        migrator.drop_table("recipient_notice"),
        migrator.drop_table("hold"),
    )
