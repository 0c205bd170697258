"Terms of the retention schedule, the proof of each run, the numbers of each month; photos without a ground may be nobody's."

from peewee import (
    BooleanField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Term(Model):
        key = TextField(index=True)
        amount = IntegerField()
        alone = BooleanField(default=False)
        why = TextField(default="")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "term"

    class Run(Model):
        key = TextField()
        at = DateTimeField()
        looked = IntegerField(default=0)
        acted = IntegerField(default=0)
        left = JSONField(default=dict)
        failed = TextField(default="")
        next_at = DateTimeField()

        class Meta:
            database = db
            table_name = "run"
            indexes = ((("key", "at"), False),)

    class Month(Model):
        month = TextField(primary_key=True)
        at = DateTimeField()
        numbers = JSONField()

        class Meta:
            database = db
            table_name = "month"

    db.create_tables([Term, Run, Month])
    migrator.migrate(migrator.drop_not_null("disposition", "person_id"))
    migrator.migrate(migrator.add_column("disposition", "review_on", DateField(null=True)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("disposition", "review_on"))
    db.execute_sql("DELETE FROM disposition WHERE person_id IS NULL")
    migrator.migrate(migrator.add_not_null("disposition", "person_id"))
    for table in ("month", "run", "term"):
        migrator.migrate(migrator.drop_table(table))
