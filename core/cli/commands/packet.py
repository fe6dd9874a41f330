"""`packet`: the evidence packet."""

from pathlib import Path

import click

from core.cli.files import write_new
from core.cli.options import Invocation, invocation
from core.errors import UsageError
from core.services.trust import packet as packets

FORMATS = ("md", "json", "html")


@click.command()
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Write to a new file instead of stdout (-). Its ending sets the format.",
)
@click.option(
    "--format",
    "how",
    type=click.Choice(FORMATS),
    help="Format: Markdown, JSON, or one self-contained HTML page (default md).",
)
@invocation
def packet(call: Invocation, *, file: Path | None, how: str | None) -> None:
    """Write the evidence packet from live data: readiness, claims, runs, certificates, fingerprints, chain head."""
    if file == Path("-"):
        file = None
    ending = "" if file is None else file.suffix.lstrip(".")
    if how is None and ending not in ("", "txt", *FORMATS):
        raise UsageError(
            f"a packet is not written as {ending}",
            code="unknown_format",
            evidence={"file": str(file), "formats": [*FORMATS]},
            hint="End the file in .md, .json or .html, or name its --format. A browser prints the HTML page as PDF.",
        )
    chosen = how or ("json" if call.output.as_json else ending if ending in FORMATS else "md")
    if call.output.as_json and chosen != "json":
        raise UsageError(
            "--json conflicts with this --format or file ending", hint="Omit --json, or name the format json."
        )
    with call.browse() as connection:
        text = packets.render(packets.read(connection), chosen)
    if file is None:
        call.output.source(text)
        return
    write_new(file, text)
    call.output.progress(f"written: {file}")
    if call.output.as_json:
        call.output.document({"file": str(file), "format": chosen})
