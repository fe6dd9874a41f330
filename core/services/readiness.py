"""The readiness dashboard and the census behind it, read live."""

from core.db.connection import Connection, Row
from core.domain.readiness import METRICS, Census, Claim, FrozenScript, Readiness, claim_verdict


def read(connection: Connection) -> Readiness:
    """Read the dashboard, the census and the claims in one snapshot."""
    with connection.snapshot():
        values = {row["metric"]: row["value"] for row in connection.rows("readiness.metrics")}
        census = _census(connection.rows("readiness.census")[0])
        claims = connection.rows("readiness.claims")
    metrics = {name: _figure(values[name]) for name in METRICS}
    live = _live_figures(metrics, census)
    return Readiness(metrics, census, tuple(_claim(row, live) for row in claims if row["claim"] in live))


def _figure(value: str) -> int | str:
    return int(value) if value.isdigit() else value


def _census(row: Row) -> Census:
    return Census(
        column=row["column"],
        synthetic=row["synthetic"],
        unclassified=row["unclassified"],
        native_status=row["native_status"],
        no_table=tuple(row["no_table"]),
        table_without_trigger=tuple(row["table_without_trigger"]),
        trigger_disabled=tuple(row["trigger_disabled"]),
        with_trigger=row["with_trigger"],
        governed_required=row["governed_required"],
        governed_exempt=row["governed_exempt"],
        frozen_script=FrozenScript(row["frozen_compatible"], row["frozen_broken"]),
    )


def _live_figures(metrics: dict[str, int | str], census: Census) -> dict[str, str]:
    """The live value of every claim that can be recomputed, by the claim's name."""
    script = census.frozen_script
    resolvable, blockers = metrics["identity_resolvable_now"], metrics["identity_unclassified_blockers"]
    return {
        "trigger_gap": str(census.trigger_gap),
        "script_compatibility": _cut(script.compatible, script.broken),
        "metadata_compatibility": _cut(int(resolvable), int(blockers)),
    }


def _cut(compatible: int, broken: int) -> str:
    return f"{compatible} compatible / {broken} broken of {compatible + broken}"


def _claim(row: Row, live: dict[str, str]) -> Claim:
    found = live[row["claim"]]
    return Claim(row["claim"], row["source"], row["stated"], found, claim_verdict(row["stated"], found))
