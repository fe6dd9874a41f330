"""The prompt for a typed identity: what is typed is weighed on the sample as it is typed."""

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.content import Content

from core.domain.classify.sample_check import weigh
from core.domain.text import visible
from core.errors import ConsoleError
from tui.classify import evidence_text
from tui.classify.decisions import read_identity
from tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from core.domain.classify.column_statistics import SampledTable
    from core.domain.classify.identity import Identity

_LABEL = "A column, or collection:{column}/{column}. It is never stored as SQL."
_WIDTH = 72
_CODES = 3  # shown of those that it gives: enough to see a pattern, and cheap on a slow line


def template_prompt(collection: str, sampled: "SampledTable", identity: "Identity | None") -> Prompt:
    """Ask for the identity of a collection, beginning with one that is at hand."""

    def check(text: str) -> tuple[Content, bool]:
        try:
            found = weigh(sampled, read_identity(collection, text))
        except ConsoleError as error:
            return Content.styled(f"✗ {visible(error.message)}", "bold $error"), False
        columns = Content.styled("columns: " + ", ".join(map(visible, sampled.by_name)), "$text-muted")
        told = evidence_text.weighed(replace(found, codes=found.codes[:_CODES]), _WIDTH)
        return Content("\n").join([*told, columns]), not found.refuted

    start = identity.text if identity is not None else f"{collection}:{{}}"
    return Prompt(f"Identity of {visible(collection)}", _LABEL, start, check)
