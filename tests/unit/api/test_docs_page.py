"""The reference page is whole, needs nothing from elsewhere, and runs no script."""

from html.parser import HTMLParser
from typing import Any

import pytest

from hooklog.api.app import document_of
from hooklog.api.docs_page import render_page
from hooklog.testing.served import served
from hooklog.testing.system import MemorySystem

DOCUMENT = document_of()
OPERATIONS = [
    (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
_VOID = {"meta", "link", "wbr"}


class Page(HTMLParser):
    """The page taken apart; complains about tags that are not closed in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert [] == self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self._open.pop(), self._open

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, attribute: str) -> list[str]:
        """All values of an attribute."""
        return [str(attributes[attribute]) for _, attributes in self.tags if attribute in attributes]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(render_page(DOCUMENT))


def test_every_operation_has_its_place_and_a_link_to_it(page: Page) -> None:
    places, links = page.values("id"), page.values("href")
    assert sorted(set(places)) == sorted(places), "no place twice"
    for _, _, operation in OPERATIONS:
        assert operation["operationId"] in places
        assert f"#{operation['operationId']}" in links
    assert set() == {link[1:] for link in links if link.startswith("#")} - set(places)


def test_every_parameter_and_every_error_is_told(page: Page) -> None:
    text = " ".join("".join(page.text).split())
    for path, _, operation in OPERATIONS:
        assert path in text
        for parameter in operation["parameters"]:
            assert parameter["name"] in text
            assert " ".join(parameter["description"].replace("`", "").split()) in text
        for status, response in operation["responses"].items():
            assert status.startswith("2") or response["description"] in text


def test_nothing_comes_from_elsewhere_and_nothing_runs(page: Page) -> None:
    assert {"/docs/style.css", "/openapi.json"} == {
        link for link in page.values("href") if not link.startswith("#")
    }
    assert [] == page.values("src")
    assert [] == page.values("style")
    assert {"script", "style", "iframe", "form"}.isdisjoint(tag for tag, _ in page.tags)
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_what_the_document_says_is_text_and_never_markup() -> None:
    trap = '<script>alert("&")</script>'
    operation: dict[str, Any] = {
        "operationId": "trap",
        "summary": trap,
        "description": trap,
        "tags": [trap],
        "x-scope": trap,
        "parameters": [
            {
                "name": trap,
                "in": "query",
                "required": True,
                "description": trap,
                "example": trap,
                "schema": {"type": trap, "enum": [trap], "default": trap},
            }
        ],
        "requestBody": {"content": {trap: {"schema": {"properties": {trap: {}}}, "example": {trap: trap}}}},
        "responses": {
            "200": {"description": trap, "content": {trap: {"example": trap}}},
            "400": {
                "description": trap,
                "content": {"application/json": {"example": {"status": {"code": 1, "message": trap}}}},
            },
        },
    }
    html = render_page({**DOCUMENT, "paths": {f"/{trap}": {"get": operation}}})
    assert "<script" not in html
    assert trap in "".join(Page(html).text)


def test_it_is_served_with_a_policy_that_allows_its_style_only() -> None:
    with served(MemorySystem()) as api:
        answers = [api.page(path) for path in ("/docs", "/docs/style.css")]
    assert ["text/html; charset=utf-8", "text/css; charset=utf-8"] == [
        answer.headers["content-type"] for answer in answers
    ]
    for answer in answers:
        assert 200 == answer.status_code
        assert "default-src 'none'; style-src 'self'" in answer.headers["content-security-policy"]
        assert "nosniff" == answer.headers["x-content-type-options"]
