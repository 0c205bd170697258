"""A program that talks to /api/v1 and holds every answer against the OpenAPI document."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from models.token import ApiToken
from models.user import User
from views.api import openapi
from views.api.shape import read

SCOPES = ("read", "write", "publish")


class Program:
    """A client with a token of its own, no cookie."""

    def __init__(self, web: Flask, user: User | None, *scopes: str) -> None:
        self.client = web.test_client(use_cookies=False)
        self.token = ApiToken.create_for(user, scopes or SCOPES, by="system") if user else ""
        self.document = openapi.document("http://localhost")

    def get(self, path: str, **query: Any) -> Any:
        """Ask."""
        return self.call("GET", path, query_string=query)

    def post(self, path: str, body: Any = None) -> Any:
        """Send JSON."""
        return self.call("POST", path, json={} if body is None else body)

    def upload(self, data: bytes | None, **form: Any) -> Any:
        """Send a photo."""
        import io

        name = form.pop("name", "photo.jpg")
        file = {"file": (io.BytesIO(data), name)} if data is not None else {}
        return self.call("POST", "/photos", data={**file, **form}, content_type="multipart/form-data")

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Any call; what comes back must be what the document says comes back."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.client.open(
            f"/api/v1{path}", method=method, headers={**headers, **more.pop("headers", {})}, **more
        )
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in answer.headers
        if answer.status_code >= 400:
            self.is_problem(answer)
        else:
            self._check(method, path, answer)
        return answer

    def is_problem(self, answer: Any) -> None:
        """RFC 9457, and never a page."""
        assert answer.mimetype == "application/problem+json"
        body = answer.get_json(force=True)
        read(body, openapi.PROBLEM)
        assert body["status"] == answer.status_code
        assert body["title"]
        assert body["detail"]

    def _check(self, method: str, path: str, answer: Any) -> None:
        operation = next(
            methods[method.lower()]
            for form, methods in self.document["paths"].items()
            if re.fullmatch(re.sub(r"{\w+}", "[^/]+", form), path) and method.lower() in methods
        )
        content = operation["responses"][str(answer.status_code)]["content"]
        assert answer.mimetype in content
        if answer.mimetype == "application/json" and "properties" in str(content):
            read(answer.json, content["application/json"]["schema"])
