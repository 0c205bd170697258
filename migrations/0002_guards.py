"""What no statement may do: change or remove a line of the trail, a signed head, or a published wording."""

TABLES = ("trace", "head", "version")
COVERED = [
    "seq",
    "at",
    "actor",
    "role",
    "action",
    "kind",
    "code",
    "person",
    "promise",
    "request_id",
    "address",
    "head",
]


def up(migrator, db):
    postgres = "ostgre" in type(db).__name__
    for table in TABLES:
        for statement in _postgres(table) if postgres else _sqlite(table):
            db.execute_sql(statement)


def _sqlite(table):
    for act in ("UPDATE", "DELETE"):
        # Erasing the facts of a line keeps its promise and its place in the chain (ERA-11).
        when = ""
        if (table, act) == ("trace", "UPDATE"):
            same = " OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in COVERED)
            when = f" WHEN NEW.facts IS NOT NULL OR NEW.salt IS NOT NULL OR {same}"
        yield (
            f"CREATE TRIGGER {table}_{act.lower()}_forbidden BEFORE {act} ON {table}{when} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _postgres(table):
    allowed = ""
    if table == "trace":
        allowed = (
            "IF TG_OP = 'UPDATE' AND NEW.facts IS NULL AND NEW.salt IS NULL AND "
            "(NEW.seq, NEW.at, NEW.actor, NEW.role, NEW.action, NEW.kind, NEW.code, NEW.person, NEW.promise, NEW.request_id,"
            " NEW.address, NEW.head) IS NOT DISTINCT FROM (OLD.seq, OLD.at, OLD.actor, OLD.role, OLD.action, OLD.kind,"
            " OLD.code, OLD.person, OLD.promise, OLD.request_id, OLD.address, OLD.head) THEN RETURN NEW; END IF; "
        )
    yield (
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger AS $$ BEGIN {allowed}"
        f"RAISE EXCEPTION '{table} is append-only'; END $$ LANGUAGE plpgsql"
    )
    yield (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
    )
