"""docs/proxy: both examples stand in front of the real application, with TLS on loopback."""

from __future__ import annotations

import http.client
import io
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import replace

import pytest
from flask import jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

import app as composition
from tests.house.tree import HERE
from views.access import client_address, public

NAME = "photos.example.org"


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_about):
        """Nothing: the proxy's log is what is looked at."""


@pytest.fixture
def behind(house, config):
    """The port of the application, as an operator would set it behind one proxy."""
    settings = replace(config, base_url=f"https://{NAME}", proxy_count=1, trusted_hosts=(NAME,))
    web = composition.build(settings)

    @public
    def told():
        return jsonify(address=client_address(request), host=request.host)

    @public
    def swallowed():
        request.max_content_length = 30_000_000
        return jsonify(size=len(request.get_data()))

    web.add_url_rule("/told", "told", told)
    web.add_url_rule("/api/swallowed", "swallowed", swallowed, methods=["POST"])
    web.extensions["csrf"]._exempt_views.add(f"{swallowed.__module__}.{swallowed.__name__}")
    server = make_server("127.0.0.1", 0, web, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request, tmp_path, behind):
    """The example as it stands in docs/proxy, with only its places and ports replaced."""
    program = shutil.which(request.param, path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip(f"no {request.param} here: install the package to see the example at work")
    port, plain = free(), free()
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    log = tmp_path / "clearframe.log"
    if request.param == "nginx":
        command, check = _nginx(program, tmp_path, behind, port, plain, log)
    else:
        command, check = _caddy(program, tmp_path, behind, port, plain, log)
    tried = subprocess.run(check, check=False, capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield Front(port, certificate, log)
    process.terminate()
    process.wait(10)


def _nginx(program, folder, behind, port, plain, log):
    text = (HERE / "docs/proxy/nginx.conf").read_text()
    for old, new in (
        ("worker_processes auto;", f"daemon off; user root; pid {folder}/pid; worker_processes 1;"),
        ("    listen [::]:443 ssl default_server;\n", "\n"), ("    listen [::]:443 ssl;\n", "\n"), ("    listen [::]:80;\n", "\n"),
        ("listen 443", f"listen 127.0.0.1:{port}"), ("listen 80", f"listen 127.0.0.1:{plain}"), ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("/etc/ssl/photos.example.org.pem", f"{folder}/c.pem"), ("/etc/ssl/private/photos.example.org.key", f"{folder}/k.pem"),
        ("/var/log/nginx/clearframe.log", str(log)), ("/var/log/nginx/clearframe-error.log", f"{folder}/error.log"),
    ):  # fmt: skip
        assert old in text, old
        text = text.replace(old, new)
    (folder / "nginx.conf").write_text(text)
    command = [program, "-p", str(folder), "-e", f"{folder}/start.log", "-c", f"{folder}/nginx.conf"]
    return command, [*command, "-t"]


def _caddy(program, folder, behind, port, plain, log):
    text = (HERE / "docs/proxy/Caddyfile").read_text()
    for old, new in (
        ("admin off", f"admin off\n\thttp_port {plain}\n\thttps_port {port}\n\tstorage file_system {folder}/store"),
        ("tls {", f"tls {folder}/c.pem {folder}/k.pem {{"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"), ("/var/log/caddy/clearframe.log", str(log)),
    ):  # fmt: skip
        assert old in text, old
        text = text.replace(old, new)
    (folder / "Caddyfile").write_text(text)
    rest = ["--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]
    return [program, "run", *rest], [program, "validate", *rest]


class Front:
    """A visitor before the proxy, who trusts only its certificate."""

    def __init__(self, port, certificate, log):
        self.port, self.log = port, log
        self.trust = ssl.create_default_context(cafile=certificate)

    def ask(self, method, path, body=None, **headers):
        for _ in range(50):
            try:
                raw = socket.create_connection(("127.0.0.1", self.port), 20)
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.sock = self.trust.wrap_socket(raw, server_hostname=NAME)
        connection.request(method, path, body, {"Host": NAME, **headers})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer, data


def test_the_example_does_what_it_says(proxy):
    """TLS, the visitor's own address, one name only, no token in the log, headers and cookie of a secure site."""
    answer, _ = proxy.ask("GET", "/login")
    assert (answer.status, answer.headers["Strict-Transport-Security"]) == (
        200,
        "max-age=31536000; includeSubDomains",
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-clearframe=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    _, told = proxy.ask(
        "GET", "/told", **{"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example"}
    )
    assert json.loads(told) == {"address": "127.0.0.1", "host": NAME}
    forged, data = proxy.ask("GET", "/told", Host="evil.example")
    assert forged.status in (200, 400, 404, 421)
    assert b"address" not in data
    _, swallowed = proxy.ask(
        "POST", "/api/swallowed", io.BytesIO(bytes(25_000_000)), **{"Content-Length": "25000000"}
    )
    assert json.loads(swallowed) == {"size": 25_000_000}
    for room in ("sign", "my", "share", "welcome", "join", "withdraw", "check"):
        proxy.ask("GET", f"/{room}/TOKEN-{room}/more?key=TOKEN", Referer=f"https://{NAME}/sign/TOKEN")
    time.sleep(0.3)
    log = proxy.log.read_text()
    assert ("/told" in log, "/sign/..." in log, "TOKEN" in log) == (True, True, False)
