"""The bill of materials names what is pinned and vendored, and says so in CycloneDX (GOV-09)."""

from __future__ import annotations

import json
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

from cyclonedx.model.bom import Bom

from adapters.recognition import SUMS
from tests.house.tree import HERE

PLACE = HERE / "docs" / "compliance" / "sbom.json"


def test_the_bill_of_materials_is_what_is_pinned_today():
    """bin/sbom writes it anew after bin/lock or bin/vendor."""
    loader = SourceFileLoader("sbom", str(HERE / "bin" / "sbom"))
    spec = spec_from_loader("sbom", loader)
    assert spec is not None
    script = module_from_spec(spec)
    loader.exec_module(script)
    assert PLACE.read_text(encoding="utf-8") == script.made()


def test_it_can_be_read_and_leaves_nothing_out():
    bom = Bom.from_json(json.loads(PLACE.read_text(encoding="utf-8")))
    names = {part.name for part in bom.components}
    pins = {
        line.partition("==")[0]
        for line in (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    }
    vendored = {
        f"static/vendor/{entry['file']}"
        for entry in json.loads((HERE / "static" / "vendor" / "VENDORED.json").read_text())
    }
    assert names == pins | vendored | set(SUMS)
