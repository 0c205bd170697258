"""Screen 10: the privacy officer's registers at a desk and on a phone, light and dark, empty and filled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters import clock
from models import organisation
from models.breach import Breach
from models.pack import Pack
from models.processor import Party
from tests.stories.test_breaches import SAID, local
from tests.stories.test_registers import PARTICULARS, PROCESSOR

pytestmark = pytest.mark.browser
PAGES = ("", "/record", "/assessments", "/breaches", "/parties", "/accounts", "/deviations", "/parties/new")


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk", "dark phone"])
def test_every_register_can_be_read(house, visit, axe, drain, phone, dark):
    dpo = house.user("dpo", name="Dirk Dpo")
    page = visit(dpo, phone=phone, dark=dark)
    page.goto("/compliance/breaches")
    axe(page)
    organisation.change(
        PARTICULARS | {"shares": "1", "reason": "The press asks for single photos."}, by=house.user("admin")
    )
    Party.keep(PROCESSOR | {"clause_h": ""}, by=dpo)
    row = Breach.note({**SAID, "aware_at": local(clock.now() - timedelta(hours=2))}, by=dpo)
    Pack.ask("en", by=dpo)
    drain()
    for path in (*PAGES, f"/breaches/{row.code}"):
        page.goto(f"/compliance{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto("/accessibility")
    axe(page)
