"""Segments and stumps of a pruned trail, who witnessed its heads, the one way in which a line may go; reasons out of the trail."""

from peewee import BigIntegerField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField

COVERED = (
    "seq", "at", "actor", "role", "action", "kind", "code", "person", "promise", "request_id", "address", "head",
)  # fmt: skip
KEYS = {"trace": "seq", "head": "id", "segment": "id", "stump": "seq"}
# A line may go once its stump stands in its place, under a segment of lines older than itself.
HAS_STUMP = (
    "EXISTS (SELECT 1 FROM stump JOIN segment ON segment.id = stump.segment_id "
    "WHERE stump.seq = OLD.seq AND stump.head = OLD.head AND OLD.at < segment.before)"
)


def up(migrator, db):
    class Segment(Model):
        rule = TextField()
        first = BigIntegerField()
        last = BigIntegerField()
        lines = IntegerField()
        before = DateTimeField()
        at = DateTimeField()
        note = TextField()

        class Meta:
            database = db
            table_name = "segment"

    class Stump(Model):
        seq = BigIntegerField(primary_key=True)
        leaf = TextField()
        head = TextField()
        segment = ForeignKeyField(Segment)

        class Meta:
            database = db
            table_name = "stump"

    class Witnessed(Model):
        place = TextField(primary_key=True)
        head = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "witnessed"

    class Album(Model):
        class Meta:
            database = db
            table_name = "album"

    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Reopening(Model):
        album = ForeignKeyField(Album, on_delete="CASCADE")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        reason = TextField()

        class Meta:
            database = db
            table_name = "reopening"

    db.create_tables([Segment, Stump, Witnessed, Reopening])
    for statement in _postgres() if "ostgre" in type(db).__name__ else _sqlite():
        db.execute_sql(statement)


def _sqlite():
    yield "DROP TRIGGER trace_delete_forbidden"
    yield (
        f"CREATE TRIGGER trace_delete_forbidden BEFORE DELETE ON trace WHEN NOT {HAS_STUMP} "
        "BEGIN SELECT RAISE(ABORT, 'trace is append-only'); END"
    )
    for table in ("segment", "stump"):
        for act in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_{act.lower()}_forbidden BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    for table, key in KEYS.items():
        # INSERT OR REPLACE would remove the row that is there without asking the trigger for removing.
        yield (
            f"CREATE TRIGGER {table}_replace_forbidden BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _postgres():
    new, old = (", ".join(f"{row}.{column}" for column in COVERED) for row in ("NEW", "OLD"))
    yield (
        "CREATE OR REPLACE FUNCTION trace_append_only() RETURNS trigger AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' THEN IF NEW.facts IS NULL AND NEW.salt IS NULL "
        f"AND ({new}) IS NOT DISTINCT FROM ({old}) THEN RETURN NEW; END IF; "
        f"ELSIF {HAS_STUMP} THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'trace is append-only'; END $$ LANGUAGE plpgsql"
    )
    for table in ("segment", "stump"):
        yield (
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger AS $$ BEGIN "
            f"RAISE EXCEPTION '{table} is append-only'; END $$ LANGUAGE plpgsql"
        )
        yield (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
        )
    for table in KEYS:
        yield (
            f"CREATE FUNCTION {table}_never_emptied() RETURNS trigger AS $$ BEGIN "
            f"RAISE EXCEPTION '{table} is append-only'; END $$ LANGUAGE plpgsql"
        )
        yield (
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_never_emptied()"
        )
