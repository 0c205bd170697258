"What was erased, what may not come back, and a log of deliveries that outlives the photo."

from peewee import BlobField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField

# Each with the tables that point to it further back: a table that is dropped takes those rows along.
LOG = ("delivery", "publication", "take_down")
STRICT, LOOSE = '"photo_id" INTEGER NOT NULL', '"photo_id" INTEGER'
CASCADE = 'FOREIGN KEY ("photo_id") REFERENCES "photo" ("id") ON DELETE {}'


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Erasure(Model):
        number = IntegerField(unique=True)
        noun = CharField()
        code = TextField()
        at = DateTimeField()
        why = TextField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        tidied_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "erasure"
            indexes = ((("noun", "code"), True),)

    class Guard(Model):
        erasure = ForeignKeyField(Erasure, on_delete="CASCADE")
        mark = BlobField(index=True)
        lifted_at = DateTimeField(null=True)
        lifted_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        lifted_why = TextField(default="")

        class Meta:
            database = db
            table_name = "guard"

    db.create_tables([Erasure, Guard])
    migrator.migrate(
        migrator.add_column("photo", "pixels", BlobField(null=True)),
        migrator.add_column("delivery", "photo_was", TextField(default="")),
    )
    if "ostgre" in type(db).__name__:
        for table in LOG:
            db.execute_sql(f"ALTER TABLE {table} ALTER COLUMN photo_id DROP NOT NULL")
        _on_delete(db, "SET NULL")
    else:
        _rebuild(db, (STRICT, LOOSE), (CASCADE.format("CASCADE"), CASCADE.format("SET NULL")))


def down(migrator, db):
    for table in reversed(LOG):
        db.execute_sql(f"DELETE FROM {table} WHERE photo_id IS NULL")
    if "ostgre" in type(db).__name__:
        for table in LOG:
            db.execute_sql(f"ALTER TABLE {table} ALTER COLUMN photo_id SET NOT NULL")
        _on_delete(db, "CASCADE")
    else:
        _rebuild(db, (LOOSE, STRICT), (CASCADE.format("SET NULL"), CASCADE.format("CASCADE")))
    migrator.migrate(migrator.drop_column("delivery", "photo_was"), migrator.drop_column("photo", "pixels"))
    for table in ("guard", "erasure"):
        migrator.migrate(migrator.drop_table(table))


def _on_delete(db, act):
    for table in LOG:
        db.execute_sql(f"ALTER TABLE {table} DROP CONSTRAINT {table}_photo_id_fkey")
        db.execute_sql(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_photo_id_fkey FOREIGN KEY (photo_id) REFERENCES photo(id) ON DELETE {act}"
        )


def _rebuild(db, *changes):
    """SQLite changes no column in place: the three tables are put aside, made anew and filled again."""
    made = {}
    for table in LOG:
        (create,) = db.execute_sql("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        indexes = db.execute_sql(
            "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
            (table,),
        ).fetchall()
        for old, new in changes:
            if create.count(old) != 1:
                raise RuntimeError(f"{table} is not as it was left")
            create = create.replace(old, new)
        made[table] = [create, *(index for (index,) in indexes)]
        db.execute_sql(f"CREATE TEMP TABLE aside_{table} AS SELECT * FROM {table}")
    for table in reversed(LOG):
        db.execute_sql(f"DROP TABLE {table}")
    for table in LOG:
        for statement in made[table]:
            db.execute_sql(statement)
        names = ", ".join(f'"{column.name}"' for column in db.get_columns(table))
        db.execute_sql(f"INSERT INTO {table} ({names}) SELECT {names} FROM temp.aside_{table}")
        db.execute_sql(f"DROP TABLE temp.aside_{table}")
