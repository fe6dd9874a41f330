"""`docs`: the documentation, where the console is used."""

import sys
from importlib import resources

import click

from core.cli import schemas
from core.cli.options import showing
from core.cli.output import Output
from core.cli.usage import meant
from core.domain.trust import guide
from core.errors import UsageError


def _topics(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    return [name for name in (*documents(), "json") if name.startswith(typed)]


@click.command()
@click.argument("topic", required=False, shell_complete=_topics)
@showing
def docs(output: Output, topic: str | None) -> None:
    """List the pages, or print TOPIC: formatted on a terminal, Markdown into a pipe or file.

    TOPIC json prints a JSON Schema for the output of every command.
    """
    if topic == "json":
        output.document(schemas.document())
        return
    texts = documents()
    if topic is None:
        topics = [{"topic": name, "title": _title(text), "summary": _summary(text)} for name, text in texts.items()]
        if output.as_json:
            output.document({"topics": topics})
        else:
            output.pairs((each["topic"], each["summary"]) for each in topics)
        return
    if topic not in texts:
        raise UsageError(
            f"unknown page {topic}.{meant(topic, texts)}".removesuffix("."),
            code="no_such_topic",
            evidence={"topics": list(texts)},
            hint="List the pages: `birth-console docs`.",
        )
    if output.as_json:
        output.document({"topic": topic, "text": texts[topic]})
    else:
        _print(output, texts[topic])


def documents() -> dict[str, str]:
    """The Markdown of every document, by its topic; that of the gates is made from their lists."""
    files = resources.files("core").joinpath("docs").iterdir()
    written = {file.name.removesuffix(".md"): file.read_text(encoding="utf-8") for file in files}
    return dict(sorted({**written, "gates": guide.markdown()}.items()))


def _title(text: str) -> str:
    """What a page is called: its first line."""
    return text.partition("\n")[0].lstrip("# ")


def _summary(text: str) -> str:
    """What a page is for: the line under its title, which stands alone."""
    return text.split("\n", 3)[2]


def _print(output: Output, text: str) -> None:
    if not sys.stdout.isatty():
        output.source(text)
        return
    from rich.markdown import Markdown  # noqa: PLC0415 - help and pipes do without rich

    output.console().print(Markdown(text))
