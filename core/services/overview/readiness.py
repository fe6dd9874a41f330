"""The readiness dashboard and the census behind it, read live."""

from core.db.connection.session import Connection
from core.db.rows import readiness as rows
from core.db.rows.query import mismatch
from core.domain.overview.readiness import METRICS, Census, Claim, FrozenScript, Readiness, claim_verdict


def read(connection: Connection) -> Readiness:
    """Read the dashboard, the census and the claims in one snapshot."""
    with connection.snapshot():
        values = {row.metric: row.value for row in connection.rows(rows.METRICS)}
        census = _census(connection.one(rows.CENSUS))
        claims = connection.rows(rows.CLAIMS)
    if missing := [f"there is no metric {name}" for name in METRICS if name not in values]:
        raise mismatch(rows.METRICS.name, missing)
    metrics = {name: _figure(values[name]) for name in METRICS}
    live = _live_figures(metrics, census)
    partial = {"script_compatibility"} if census.locked else set()
    return Readiness(
        metrics,
        census,
        tuple(_claim(row, live, is_whole=row.claim not in partial) for row in claims if row.claim in live),
    )


def _figure(value: str) -> int | str:
    return int(value) if value.isdigit() else value


def _census(row: rows.Census) -> Census:
    return Census(
        column=row.column,
        synthetic=row.synthetic,
        unclassified=row.unclassified,
        native_status=row.native_status,
        no_table=row.no_table,
        table_without_trigger=row.table_without_trigger,
        trigger_disabled=row.trigger_disabled,
        with_trigger=row.with_trigger,
        governed_required=row.governed_required,
        governed_exempt=row.governed_exempt,
        frozen_script=FrozenScript(row.frozen_compatible, row.frozen_broken),
        locked=row.locked,
    )


def _live_figures(metrics: dict[str, int | str], census: Census) -> dict[str, str]:
    """The live value of every claim that can be recomputed, by the claim's name."""
    script = census.frozen_script
    resolvable, blockers = metrics["identity_resolvable_now"], metrics["identity_unclassified_blockers"]
    return {
        "trigger_gap": str(census.trigger_gap),
        "script_compatibility": _cut(script.compatible, script.broken, len(census.locked)),
        "metadata_compatibility": _cut(int(resolvable), int(blockers)),
    }


def _cut(compatible: int, broken: int, locked: int = 0) -> str:
    cut = f"{compatible} compatible / {broken} broken of {compatible + broken + locked}"
    return f"{cut}, {locked} locked" if locked else cut


def _claim(row: rows.Claim, live: dict[str, str], *, is_whole: bool) -> Claim:
    stated, found = row.stated, live[row.claim]
    return Claim(row.claim, row.source, stated, found, claim_verdict(stated, found, is_whole=is_whole))
