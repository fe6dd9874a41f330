"""Before and after the acceptance line: ask what an apply would do, and take back what a run registered."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.content import Content

from core.domain.backfill.runs import Run
from core.domain.text import visible, visible_code
from tui.ledger import run_calls
from tui.ledger.run_actions import RunActions
from tui.ledger.run_text import MUTED
from tui.widgets.confirm import Confirm
from tui.widgets.dialog import Dialog
from tui.widgets.signs import count_of, rows_of

if TYPE_CHECKING:
    from core.errors import Json
    from core.services.backfill.rehearse import Rehearsal
    from core.services.backfill.withdraw import Withdrawal

WHY = "Reason, kept in the ledger:"
_SHOWN = 200  # refused rows in the dialog; the command lists all of them


class SecondLooks(RunActions):
    """A dry run and a withdrawal, of the run under the cursor."""

    def rehearse(self) -> None:
        """Ask the register function for every planned row; write nothing, and show what it would refuse."""
        run = self._meant()

        def show(found: "Rehearsal") -> None:
            self.host.push_screen(Dialog(f"Dry run of {run.name}", rehearsed(found), whole=True))

        self._write(f"dry-running {run.name}", lambda link: run_calls.rehearse(link, run.run, self._step), show)

    def withdraw(self) -> None:
        """Ask for the reason and have it confirmed, then plan the run that takes this one back."""
        run = self._meant()

        def withdraw(reason: str) -> None:
            self._write(
                f"withdrawing {run.name}", lambda link: run_calls.withdraw(link, run.run, reason), self._withdrawn
            )

        title, phrase = f"Withdraw {run.name}", self._phrase(run)
        question = Confirm(title, withdrawing(run), phrase, "withdraw it", asks=WHY)
        self.host.push_screen(question, lambda yes: withdraw(question.text) if yes else None)

    def _withdrawn(self, found: "Withdrawal") -> None:
        left = f", {count_of(len(found.left), 'kind')} of rows left" if found.left else ""
        self.host.say(f"{found.run.name} takes back {rows_of(found.rows)}{left}. c: reconcile")
        if found.left:
            left_rows = Content("\n").join(map(_left, found.left))
            self.host.push_screen(Dialog(f"Left by {found.run.name}", left_rows, whole=True))
        self.read_again(found.run.run)


def withdrawing(run: Run) -> Content:
    """What a withdrawal would do, before it is confirmed."""
    lines = (
        f"takes back  the registry rows that {run.name} wrote",
        "leaves      rows that were changed or certified since",
        "makes       a run: reconcile, apply, verify and certify it",
        "needs       a permit of kind withdraw, by a gatekeeper who took no part",
    )
    return Content("\n".join(lines))


def rehearsed(found: "Rehearsal") -> Content:
    """What an apply would do, with the rows that would be refused."""
    refused = found.would_refuse
    lines = [Content(found.summary), *([Content.styled(found.note, MUTED)] if found.note else [])]
    lines += [
        Content.assemble(
            ("! ", "$error"), f"{visible(each.collection)} {visible_code(each.entity_code)} ",
            (f"{each.sqlstate} {visible(each.message)}", MUTED),
        )
        for each in refused[:_SHOWN]
    ]  # fmt: skip
    if len(refused) > _SHOWN:
        lines.append(Content(f"… and {len(refused) - _SHOWN:,} more. X: the command lists all of them"))
    return Content("\n").join(lines)


def _left(each: "Json") -> Content:
    if not isinstance(each, Mapping):
        return Content(visible(str(each)))
    examples = each.get("examples")
    named = ", ".join(visible_code(str(code)) for code in examples) if isinstance(examples, list) else ""
    return Content(f"{visible(str(each.get('collection')))}: {each.get('rows')} {each.get('reason')} ({named})")
