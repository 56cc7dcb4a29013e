"""What is no JSON comes as one of the media types that its document names, with one charset at most."""

from collections.abc import Iterator

import pytest

from hooklog.api.export_formats import EXPORT_FORMATS
from hooklog.testing.program import Program, running, till_auth
from hooklog.testing.visitor import LOGS, Visitor


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("media") / "data") as one:
        yield one


@pytest.mark.parametrize("kind", EXPORT_FORMATS)
def test_an_export_comes_as_its_document_says(program: Program, kind: str) -> None:
    with Visitor(program) as anybody:
        document = anybody.answer("/openapi.json")
    documented = document["paths"][f"{LOGS}/export"]["get"]["responses"]["200"]
    with Visitor(program, till_auth("demo.till", "demo")) as reader:
        answer = reader.ask(f"{LOGS}/export", format=kind)
    assert 200 == answer.status_code
    media_type, *rest = [part.strip() for part in answer.headers["content-type"].split(";")]
    assert media_type in documented["content"]
    assert rest in ([], ["charset=utf-8"])
    assert set(documented["content"]) == {one.media_type for one in EXPORT_FORMATS.values()}
