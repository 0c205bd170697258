"""The tables of the first version."""

from models import search
from models.schema import records


def up(migrator, db):
    db.create_tables(records())
    search.create_tables()
