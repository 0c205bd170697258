"""A real Chromium before the real application on loopback; the worker's jobs are carried out by the test itself."""

from __future__ import annotations

import logging
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from models.base import tools
from tests.conftest import opened
from tests.makers import Browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, once per process; without its windows where that can be had, for a third of the time."""
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None:
        pytest.skip("no Chromium here: install the package chromium to run the browser stories")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def application(house, config):
    """The application as it is served: nothing knows that it is tested."""
    return opened(replace(config, base_url="http://127.0.0.1:0"), testing=False)


@pytest.fixture
def site(application):
    """The address of the running application."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    tools._wired.base_url = f"http://127.0.0.1:{server.port}"
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield tools.base_url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit(chromium, site, application):
    """Opens pages as somebody, on a desk or a phone; whatever the console complains about fails the test.

    Who it is was logged in by the form before Chromium came, which takes over the cookie: the walks of the log-in
    itself stand in test_second_factor.py and test_passkeys.py.
    """
    opened, complaints = [], []

    def open_page(user=None, *, phone=False, dark=False, scripts=True):
        context = chromium.new_context(
            base_url=site, viewport=PHONE if phone else DESK, has_touch=phone, java_script_enabled=scripts,
            color_scheme="dark" if dark else "light", locale="en-GB", accept_downloads=True,
        )  # fmt: skip
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request", lambda asked: complaints.append(asked.url) if _is_elsewhere(asked.url, site) else None
        )
        if user is not None:
            name = application.config["SESSION_COOKIE_NAME"]
            cookie = Browser(application).log_in(user).client.get_cookie(name)
            context.add_cookies(
                [{"name": name, "value": cookie.value, "url": site, "httpOnly": True, "sameSite": "Lax"}]
            )
        return page

    yield open_page
    for context in opened:
        context.close()
    # A refused form answers 4xx, which Chromium prints as a failed load; that is no fault of the page.
    assert [words for words in complaints if "the server responded with a status of 4" not in words] == []


def _is_elsewhere(url, site):
    return not url.startswith((site, "data:", "blob:", "about:"))


@pytest.fixture
def axe():
    """Nothing that WCAG 2.2 AA forbids, as far as a machine can see."""

    def check(page):
        page.wait_for_load_state()
        # By the protocol, not by a tag: the page's own policy forbids scripts from anywhere else.
        page.evaluate(AXE.read_text())
        found = page.evaluate(
            "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
            ".then(found => found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 160)).join(' | ')}`))"
        )
        assert found == [], page.url

    return check
