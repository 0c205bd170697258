"""The components side by side, in the demo only."""

from __future__ import annotations

from dataclasses import replace

import pytest

import app as composition
from tests.house.tree import HERE

pytestmark = pytest.mark.browser


def test_it_hangs_in_the_demo_only(house, config):
    assert composition.build(config).test_client().get("/styleguide").status_code == 404
    demo = composition.build(replace(config, demo=True))
    assert demo.test_client().get("/styleguide").status_code == 200


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_component_is_accessible(house, config, chromium, axe, dark):
    page = composition.build(replace(config, demo=True)).test_client().get("/styleguide").text
    css = (HERE / "static/house.css").read_text()
    context = chromium.new_context(color_scheme="dark" if dark else "light")
    sheet = context.new_page()
    sheet.set_content(page.replace("</head>", f"<style>{css}</style></head>"))
    axe(sheet)
    context.close()
