"""What the documentation of the API shows, pasted from its top to its end into one interpreter."""

import io
from contextlib import redirect_stdout

import pytest

from tests.documents import DOCUMENTS, examples
from tests.homes import a_demo_home

WITH_EXAMPLES = [name for name, path in DOCUMENTS.items() if examples(path)]


def test_the_api_is_documented_by_examples() -> None:
    assert "api" in WITH_EXAMPLES


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_every_example_runs_and_prints_what_is_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIRTH_CONSOLE_DSN", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")
    namespace: dict[str, object] = {}
    with a_demo_home() as home:
        monkeypatch.setenv("BIRTH_CONSOLE_HOME", str(home))
        for example in examples(DOCUMENTS[name]):
            # As many lines before it as in the document: a traceback names the line there.
            code = compile("\n" * (example.line - 1) + example.code, str(DOCUMENTS[name]), "exec")
            with redirect_stdout(io.StringIO()) as printed:
                exec(code, namespace)  # noqa: S102 - as a reader does
            assert example.prints.is_answered_by(printed.getvalue()), f"{example.code}\n{printed.getvalue()}"
