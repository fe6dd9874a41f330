"""`classify`: prove and record what identifies a collection's rows."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from core.cli.commands import classify_bulk
from core.cli.known import COLLECTION, COLUMN
from core.cli.options import Invocation, invocation
from core.cli.wording import moment
from core.domain.classify.identity import Identity, column_identity, synthetic_identity
from core.errors import UsageError
from core.services.classify import classify as service
from core.services.classify import history as past
from core.services.classify import suggest
from core.services.classify.classify import Classification
from core.services.classify.proof import PROOF_SECONDS

if TYPE_CHECKING:
    from core.db.connection.session import Connection

# What each form takes besides its own option; every form takes COLLECTION but those of NO_COLLECTION.
_FORMS = {
    "column": {"reason", "time_limit", "although_secret"},
    "synthetic": {"reason", "time_limit", "although_secret"},
    "exempt": {"reason"},
    "require": {"reason"},
    "unclassify": {"reason"},
    "retire": {"reason"},
    "source": {"dry_run", "keep_going"},
    "accept": {"tier", "dry_run", "keep_going"},
    "export": set[str](),
    "undo": {"reason", "all"},
    "history": set[str](),
}
_SPELLING = {"source": "--from", "accept": "--accept-suggestions"}
_NO_COLLECTION = ("source", "accept", "export")
_OPTIONAL = ("undo", "history")


@click.command()
@click.argument("collection", type=COLLECTION, required=False)
@click.option("--column", type=COLUMN, metavar="C", help="Identify rows by one column, taken as text.")
@click.option("--synthetic", metavar="TEMPLATE", help="Join columns: collection:{column}/{column}…")
@click.option("--exempt", is_flag=True, help="Exempt the collection from registration (gatekeepers; needs --reason).")
@click.option(
    "--require",
    is_flag=True,
    help="Require registration of an exempted collection again (gatekeepers; needs --reason).",
)
@click.option("--unclassify", is_flag=True, help="Remove the identity, if no row is registered under it.")
@click.option(
    "--retire",
    is_flag=True,
    help="End an identity under which rows are registered: they keep their codes (needs --reason).",
)
@click.option("--from", "source", metavar="FILE", help="Classify from a CSV file: collection,strategy,identity,reason.")
@click.option("--accept-suggestions", "accept", is_flag=True, help="Classify by the suggestions of tier A.")
@click.option("--tier", type=click.Choice(["A"]), help="Tier to accept; only A can be accepted in bulk.")
@click.option("--export", metavar="FILE", help="Export classifications as a CSV file; - is stdout.")
@click.option("--undo", is_flag=True, help="Undo the last classification of COLLECTION, or your latest one.")
@click.option("--all", "all", is_flag=True, help="With --undo: everything that your latest save recorded.")
@click.option("--history", is_flag=True, help="Show who classified when, why, and on which evidence.")
@click.option("--dry-run", is_flag=True, help="Check everything; write nothing.")
@click.option("--keep-going", is_flag=True, help="Save the valid decisions even if others fail.")
@click.option(
    "--time-limit", metavar="S", type=click.IntRange(1, 86400), help="Timeout of a proof (seconds, default 300)."
)
@click.option("--although-secret", is_flag=True, help="Use a column that holds secrets (with --reason).")
@click.option("--reason", metavar="T", help="Reason; recorded in the history.")
@invocation
def classify(call: Invocation, /, collection: str | None, **given: Any) -> None:  # noqa: ANN401 - click passes what the options declare
    """Classify COLLECTION: set the identity of its rows. The identity is proven on live data before it is recorded."""
    form = _form(collection, given)
    flags = {"dry_run": given["dry_run"], "keep_going": given["keep_going"]}
    if form == "source":
        classify_bulk.from_file(call, given["source"], **flags)
    elif form == "accept":
        classify_bulk.accept(call, **flags)
    elif form == "export":
        classify_bulk.export(call, given["export"])
    elif form == "undo" and given["all"]:
        _undo_all(call, collection, given["reason"])
    elif form == "retire":
        _retire(call, collection or "", given["reason"])
    elif form == "history":
        _history(call, collection)
    else:
        with call.write() as connection:
            done = _decide(connection, form, collection, given)
        _print(call, done)


def _form(collection: str | None, given: dict[str, Any]) -> str:
    """The one form that was asked for. Raises UsageError for none, several, or options that belong to another."""
    chosen = [name for name in _FORMS if given[name] not in (None, False)]
    spelled = [_SPELLING.get(name, f"--{name}") for name in chosen]
    if len(chosen) != 1:
        raise UsageError(
            f"choose exactly one of {', '.join(_SPELLING.get(name, f'--{name}') for name in _FORMS)}",
            evidence={"given": spelled},
            hint="birth-console classify doc_reviews --synthetic 'doc_reviews:{id}'",
        )
    form = chosen[0]
    others = [name for name, value in given.items() if name not in _FORMS and value not in (None, False)]
    for name in others:
        if name not in _FORMS[form]:
            raise UsageError(
                f"{spelled[0]} cannot be combined with --{name.replace('_', '-')}", hint="See classify --help."
            )
    if form in _NO_COLLECTION and collection is not None:
        raise UsageError(
            f"{spelled[0]} does not take a COLLECTION", evidence={"collection": collection}, hint="Omit it."
        )
    if form not in (*_NO_COLLECTION, *_OPTIONAL) and collection is None:
        raise UsageError(f"{spelled[0]} needs a COLLECTION", hint="birth-console classify COLLECTION …")
    if form in ("exempt", "require", "retire") and not given["reason"]:
        what = "retiring an identity" if form == "retire" else "a policy decision"
        raise UsageError(f"{what} needs a reason", code="reason_missing", hint="Add --reason.")
    return form


def _decide(connection: "Connection", form: str, collection: str | None, given: dict[str, Any]) -> Classification:
    name, reason = collection or "", given["reason"]
    if form == "undo":
        return past.undo(connection, collection, reason)
    if form == "exempt":
        return service.exempt(connection, name, reason)
    if form == "require":
        return service.require(connection, name, reason)
    if form == "unclassify":
        return service.unclassify(connection, name, reason)
    make = column_identity if form == "column" else synthetic_identity
    return _classify(connection, make(name, given[form]), given)


def _classify(connection: "Connection", identity: Identity, given: dict[str, Any]) -> Classification:
    told, limit = suggest.standing_of(connection, identity), given["time_limit"]
    return service.classify(
        connection,
        identity,
        given["reason"],
        suggestion=told,
        seconds=PROOF_SECONDS if limit is None else limit,
        although_secret=given["although_secret"],
    )


def _retire(call: Invocation, collection: str, reason: str) -> None:
    with call.write() as connection:
        done = service.retire(connection, collection, reason)
    if call.output.as_json:
        call.output.document(asdict(done))
    else:
        call.output.text(
            f"version {done.retired} of the identity of {collection} is retired: registered rows keep their codes\n"
            f"classify {collection} again for its other rows"
        )


def _undo_all(call: Invocation, collection: str | None, reason: str | None) -> None:
    if collection is not None:
        raise UsageError("--undo --all does not take a COLLECTION", hint="Omit it, or omit --all.")
    with call.write() as connection:
        done = past.undo_all(connection, reason)
    if call.output.as_json:
        call.output.document({"results": [asdict(each) for each in done]})
    for each in () if call.output.as_json else done:
        _print(call, each)


def _history(call: Invocation, collection: str | None) -> None:
    with call.browse() as connection:
        found = past.history(connection, collection)
    if call.output.as_json:
        call.output.document({"history": [{**asdict(each), "at": each.at.isoformat()} for each in found]})
        return
    call.output.table(
        ["at", "collection", "version", "action", "identity", "by", "rank", "evidence", "reason"],
        ([moment(each.at), each.collection, each.version, each.action, each.identity,
          each.person or each.actor, each.suggestion_rank, (each.evidence_digest or "")[:8], each.reason]
         for each in found),
        right=["version", "rank"],
        spare=["evidence", "rank", "version", "by"],
        empty="no classifications yet. See the suggestions: `birth-console suggest`.",
    )  # fmt: skip


def _print(call: Invocation, done: Classification) -> None:
    if call.output.as_json:
        call.output.document(asdict(done))
    elif done.identity is None:
        call.output.text(f"{done.collection} is {done.strategy}")
    else:
        rows = int(str(done.evidence["rows"]))
        call.output.text(
            f"{done.collection} is identified by {done.identity} (version {done.version}):"
            f" {rows:,} rows, each with its own code"
        )
        warnings = done.evidence.get("warnings", ())
        for warning in warnings if isinstance(warnings, list) else ():
            call.output.progress(f"warning: {warning}")
