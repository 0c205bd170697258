"""The one Config: its defaults, what it refuses, and the demo that never touches what is real."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from pathlib import Path

import pytest

from config import HERE, BadConfig, Config


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """Nothing is set but what a test sets."""
    for name in list(os.environ):
        if name.startswith("CLEARFRAME_") or name in (
            "HOST", "PORT", "BASE_URL", "DATABASE_URL", "QUEUE_URL", "STORAGE_URL", "SMTP_URL", "MAIL_FROM", "TIMEZONE",
            "LOCALE", "PROXY_COUNT", "TRUSTED_HOSTS",
        ):  # fmt: skip
            monkeypatch.delenv(name)


def test_the_defaults_are_those_of_the_contract():
    config = Config.from_environment()
    assert (config.data, config.keys) == (HERE / "var", HERE / "var-keys")
    assert (config.host, config.port, config.base_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert config.database_url == f"sqlite:///{HERE}/var/clearframe.db"
    assert (config.queue_url, config.storage_url, config.smtp_url) == ("", "file:", None)
    assert (config.timezone, config.locale, config.proxy_count) == ("Europe/Amsterdam", "en", 0)
    assert (config.trusted_hosts, config.demo) == ((), False)


def test_an_empty_setting_is_one_not_set(monkeypatch):
    before = Config.from_environment()
    for name in (
        "HOST",
        "PORT",
        "BASE_URL",
        "TIMEZONE",
        "LOCALE",
        "DATABASE_URL",
        "CLEARFRAME_DATA",
        "CLEARFRAME_KEYS",
        "BACKUP_DAYS",
        "PROXY_COUNT",
        "WEBHOOK_PRIVATE",
        "CLEARFRAME_DEMO",
    ):
        monkeypatch.setenv(name, "")
    assert Config.from_environment() == before


def test_what_is_given_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("CLEARFRAME_DATA", "/somewhere/else")
    config = Config.from_environment(data=tmp_path / "data", port=9001, locale="nl")
    assert (config.data, config.keys) == (tmp_path / "data", tmp_path / "data-keys")
    assert (config.port, config.base_url, config.locale) == (9001, "http://127.0.0.1:9001", "nl")


def test_a_relative_folder_lies_in_the_project(monkeypatch, tmp_path):
    monkeypatch.setenv("CLEARFRAME_DATA", "library")
    monkeypatch.setenv("BACKUP_TO", "copies/")
    monkeypatch.chdir(tmp_path)
    config = Config.from_environment()
    assert (config.data, config.backup_to) == (HERE / "library", f"{HERE}/copies/")


def test_a_host_for_all_addresses_is_shown_as_one_that_can_be_typed(monkeypatch):
    monkeypatch.setenv("HOST", "0.0.0.0")
    assert Config.from_environment().base_url == "http://127.0.0.1:8000"
    monkeypatch.setenv("HOST", "::1")
    assert Config.from_environment().base_url == "http://[::1]:8000"


def test_the_demo_never_touches_what_is_real(monkeypatch, tmp_path):
    real = {
        "CLEARFRAME_KEYS": str(tmp_path / "keys"),
        "DATABASE_URL": "postgresql://db/real",
        "QUEUE_URL": "redis://127.0.0.1/0",
        "STORAGE_URL": "s3://real",
        "SMTP_URL": "smtp://mail.example.org",
    }
    for name, value in real.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CLEARFRAME_DEMO", "1")
    demo = Config.from_environment()
    assert (demo.data, demo.keys) == (HERE / "var-demo", HERE / "var-demo-keys")
    assert demo.database_url == f"sqlite:///{HERE}/var-demo/clearframe.db"
    assert (demo.queue_url, demo.storage_url, demo.smtp_url) == ("", "file:", None)
    monkeypatch.setenv("CLEARFRAME_DATA", str(tmp_path / "data"))
    demo = Config.from_environment()
    assert (demo.data, demo.keys) == (tmp_path / "data" / "demo", tmp_path / "data" / "demo-keys")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"), ("PORT", "0"), ("PORT", "65536"), ("PORT", "²"),
        ("BASE_URL", "photos.example.org"), ("BASE_URL", "ftp://photos.example.org"), ("BASE_URL", "https://"),
        ("DATABASE_URL", "mysql://localhost/x"), ("QUEUE_URL", "amqp://localhost"), ("STORAGE_URL", "gs://bucket"),
        ("SMTP_URL", "mail.example.org:25"), ("TIMEZONE", "Mars/Olympus"), ("TIMEZONE", "../etc/passwd"), ("LOCALE", "fr"),
        ("PROXY_COUNT", "one"), ("PROXY_COUNT", "-1"), ("CLEARFRAME_DEMO", "perhaps"),
    ],
)  # fmt: skip
def test_an_unusable_setting_is_refused_by_its_name(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(BadConfig, match=rf"{name}.*\.$"):
        Config.from_environment()


@pytest.mark.parametrize("inside", ["", "keys", "deep/er"])
def test_keys_never_lie_inside_the_data(tmp_path, inside):
    with pytest.raises(BadConfig, match="CLEARFRAME_KEYS"):
        Config.from_environment(data=tmp_path, keys=tmp_path / inside)


@pytest.mark.parametrize(
    ("places", "named"),
    [
        ({"BACKUP_TO": "there"}, None), ({"BACKUP_TO": "there", "KEYS_BACKUP_TO": "elsewhere/"}, None),
        ({"BACKUP_TO": "data/backups/"}, ("BACKUP_TO", "CLEARFRAME_DATA")),
        ({"BACKUP_TO": "file:{here}/data"}, ("BACKUP_TO", "CLEARFRAME_DATA")),
        ({"BACKUP_TO": "."}, ("BACKUP_TO", "CLEARFRAME_DATA")), ({"BACKUP_TO": "keys/copy"}, ("BACKUP_TO", "CLEARFRAME_KEYS")),
        ({"BACKUP_TO": "there", "KEYS_BACKUP_TO": "there/"}, ("KEYS_BACKUP_TO", "BACKUP_TO")),
        ({"BACKUP_TO": "there", "KEYS_BACKUP_TO": "there/../there/keys"}, ("KEYS_BACKUP_TO", "BACKUP_TO")),
        ({"BACKUP_TO": "there/data", "KEYS_BACKUP_TO": "there"}, ("KEYS_BACKUP_TO", "BACKUP_TO")),
        ({"BACKUP_TO": "there", "KEYS_BACKUP_TO": "link/keys"}, ("KEYS_BACKUP_TO", "BACKUP_TO")),
        ({"KEYS_BACKUP_TO": "data/vault"}, ("KEYS_BACKUP_TO", "CLEARFRAME_DATA")),
        ({"CLEARFRAME_ROOT_KEY_FILE": "data/root.key"}, ("CLEARFRAME_ROOT_KEY_FILE", "CLEARFRAME_DATA")),
        ({"CLEARFRAME_ROOT_KEY_FILE": "x/root.key", "KEYS_BACKUP_TO": "x"}, ("CLEARFRAME_ROOT_KEY_FILE", "KEYS_BACKUP_TO")),
        ({"KEYS_BACKUP_TO": "keys"}, ("KEYS_BACKUP_TO", "CLEARFRAME_KEYS")),
        ({"BACKUP_TO": "s3://b/data", "KEYS_BACKUP_TO": "s3://b/keys"}, None),
        ({"BACKUP_TO": "s3://b/data", "KEYS_BACKUP_TO": "s3://b/data-keys"}, None),
        ({"BACKUP_TO": "s3://b/x?endpoint=https://one.example", "KEYS_BACKUP_TO": "s3://b/x?endpoint=https://two.example"}, None),
        ({"BACKUP_TO": "s3://b", "KEYS_BACKUP_TO": "s3://b/keys/"}, ("KEYS_BACKUP_TO", "BACKUP_TO")),
        ({"BACKUP_TO": "s3://b/data/", "KEYS_BACKUP_TO": "s3://b/data"}, ("KEYS_BACKUP_TO", "BACKUP_TO")),
        ({"STORAGE_URL": "s3://b/vault", "BACKUP_TO": "s3://b/vault/backups"}, ("BACKUP_TO", "STORAGE_URL")),
        ({"STORAGE_URL": "file:{here}/keys/vault"}, ("CLEARFRAME_KEYS", "STORAGE_URL")),
        ({"STORAGE_URL": "s3://b?endpoint=https://One.example:443/", "BACKUP_TO": "s3://b/x?endpoint=https://one.example&region=x"},
         ("BACKUP_TO", "STORAGE_URL")),
        ({"DATABASE_URL": "sqlite:///{here}/there/x.db", "BACKUP_TO": "there"}, ("BACKUP_TO", "DATABASE_URL")),
        ({"DATABASE_URL": "sqlite:///{here}/there/x.db", "BACKUP_TO": "there/x"}, None),
    ],
)  # fmt: skip
def test_keys_data_and_their_copies_lie_apart(monkeypatch, tmp_path, places, named):
    """ERA-04, SEC-04: no place lies in another, neither by its name nor by a link."""
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there")
    for name, value in places.items():
        whole = value.format(here=tmp_path)
        monkeypatch.setenv(name, whole if ":" in whole else f"{tmp_path}/{whole}")
    apart = {"data": tmp_path / "data", "keys": tmp_path / "keys"}
    if named is None:
        assert Config.from_environment(**apart).backup_to
        return
    with pytest.raises(BadConfig, match=rf"^{named[0]} must be another place than {named[1]}, .*\.$"):
        Config.from_environment(**apart)


def test_what_is_bound_elsewhere_is_the_same_place(tmp_path, small_disk):
    """A bind mount has no link to follow: the file system says that two names are one folder (ERA-04)."""
    bound = tmp_path / "bound"
    for folder in (bound, tmp_path / "data" / "backups"):
        folder.mkdir(parents=True)
    subprocess.run(["mount", "--bind", tmp_path / "data" / "backups", bound], check=True)
    try:
        config = Config.from_environment(data=tmp_path / "data", keys=tmp_path / "keys")
        for place in (f"{bound}/", f"{bound}/deeper/one.clf"):
            with pytest.raises(BadConfig, match=r"^Here must be another place than CLEARFRAME_DATA"):
                config.need_apart("Here", backup_to=place)
            with pytest.raises(BadConfig, match=r"^Here must be another place than CLEARFRAME_DATA"):
                config.need_apart("Here", keys_backup_to=place)
        config.need_apart("Here", backup_to=f"{small_disk}/")
    finally:
        subprocess.run(["umount", "-l", bound], check=True)


def test_a_relative_place_is_the_same_wherever_one_stands(monkeypatch, tmp_path):
    monkeypatch.setenv("BACKUP_TO", "../backups/")
    monkeypatch.chdir(tmp_path)
    config = Config.from_environment(data=tmp_path / "data", keys=tmp_path / "keys")
    assert config.backup_to == f"{HERE}/../backups/"


def test_the_config_is_frozen(tmp_path):
    config = Config.from_environment(data=tmp_path / "data")
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.data = Path("/elsewhere")


def test_data_is_noticed(tmp_path):
    config = Config.from_environment(data=tmp_path / "data")
    assert config.has_data() is False
    config.keys.mkdir()
    (config.keys / "keys.db").touch()
    assert config.has_data() is True
