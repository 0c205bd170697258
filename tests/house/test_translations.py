"""Every word of pages, letters and refusals exists in every language, with the same placeholders."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import pytest
from babel.messages.pofile import read_po

from tests.house.tree import HERE

HOLES = re.compile(r"%\(\w+\)s|\{\w+\}")


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    return {config: _gathered(config, tmp_path_factory) for config in ("babel.cfg", "babel-letters.cfg")}


def _gathered(config, tmp_path_factory):
    pot = tmp_path_factory.mktemp("words") / "messages.pot"
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "extract", "-F", config, "-k", "_l", "-k",
         "lazy_gettext", "-k", "ngettext:1,2", "-o", str(pot), "."],
        cwd=HERE, check=True, capture_output=True,
    )  # fmt: skip
    return [message for message in read_po(io.BytesIO(pot.read_bytes())) if message.id]


@pytest.mark.parametrize(
    ("lang", "of"), [("nl", "babel.cfg"), ("de", "babel.cfg"), ("fr", "babel-letters.cfg")]
)
def test_nothing_is_left_in_english(gathered, lang, of):
    """Pages, letters and refusals in two more languages; letters about personal data in French too (DSR-07)."""
    catalogue = read_po(
        io.BytesIO((HERE / f"translations/{lang}/LC_MESSAGES/messages.po").read_bytes()), locale=lang
    )
    missing, torn = [], []
    for message in gathered[of]:
        found = catalogue.get(message.id if isinstance(message.id, str) else message.id[0])
        said = found.string if found else ""
        forms = [said] if isinstance(said, str) else list(said)
        if not forms or not all(forms) or (found and found.fuzzy):
            missing.append(message.id)
            continue
        asked = set(HOLES.findall(message.id if isinstance(message.id, str) else message.id[1]))
        torn += [message.id for form in forms if not set(HOLES.findall(form)) <= asked]
        if len(forms) == 1 and set(HOLES.findall(forms[0])) != asked:
            torn.append(message.id)
    assert missing == []
    assert torn == []
