"""Every table with words about people says whose they are, so that backups can forget them (ERA-04)."""

from __future__ import annotations

from models import dump, schema
from models.person import Person
from models.photo import Photo

# Words of colleagues, of those nobody knows yet, or of the organisation: in a backup they rely on its encryption alone.
OF_NOBODY_IN_A_PHOTO = {
    "album", "campaign", "factor", "forgotten", "guard", "identity", "import", "imported_scan", "link_wish", "reopening", "session", "share", "trace", "user",
}  # fmt: skip


def test_whose_words_a_table_holds_is_known():
    silent = {
        model._meta.table_name for model in schema.records()
        if getattr(model._meta, "personal", ()) and dump.concerns(model) is None
    }  # fmt: skip
    assert silent == OF_NOBODY_IN_A_PHOTO


def test_the_way_ends_at_a_person_or_a_photo():
    ends = {way[-1].rel_model for model in schema.records() if (way := dump.concerns(model))}
    assert ends == {Person, Photo}
