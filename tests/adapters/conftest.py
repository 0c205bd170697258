"""A vault of the test's own, on real keys and a real folder."""

from __future__ import annotations

import pytest

from adapters.keys import KeyStore
from adapters.storage import Folder
from adapters.vault import Vault


@pytest.fixture
def keys(tmp_path):
    """A fresh key store."""
    store = KeyStore.create(tmp_path / "keys")
    yield store
    store.close()


@pytest.fixture
def vault(keys, tmp_path):
    """A vault over a folder."""
    made = Vault(keys, Folder(tmp_path / "vault"))
    made.storage.found(made.mark)
    return made
