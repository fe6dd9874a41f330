"""What stands under EXAMPLES in the help of each command: lines that can be typed as they are."""

import click

# The line, from the first look to the certificate: under the overview of all commands.
OVERVIEW = (
    ("birth-console", "open the console on the demo"),
    ("birth-console status", "what blocks the gate"),
    ("birth-console classify --accept-suggestions", "the clear identities at once"),
    ("birth-console plan --all", "which rows are missing"),
    ("birth-console apply 1", "register the rows of run 1"),
    ("birth-console verify 1", "check its acceptance gates"),
    ("birth-console --profile production doctor", "check an installation"),
)
_SHARED = "\b\nOPTIONS OF EVERY COMMAND (--dsn, --json, --quiet ...)\n  birth-console --help"

EXAMPLES = {
    "status": ("birth-console status", "birth-console --profile production status --json"),
    "matrix": ("birth-console matrix --counts", "birth-console matrix --all --json"),
    "overview": ("birth-console overview", "birth-console overview --json"),
    "metrics": ("birth-console metrics", "birth-console metrics --no-counts"),
    "columns": ("birth-console columns os_items",),
    "suggest": ("birth-console suggest", "birth-console suggest os_items team --explain"),
    "classify": (
        "birth-console classify categories --column slug",
        "birth-console classify doc_reviews --synthetic 'doc_reviews:{id}'",
        "birth-console classify --accept-suggestions --dry-run",
        "birth-console classify --from decisions.csv --keep-going",
        "birth-console classify --export decisions.csv",
        "birth-console classify doc_reviews --retire --reason 'its column was dropped'",
        "birth-console --as gatekeeper1 classify iu_staging_record --exempt --reason 'it has no table'",
        "birth-console classify --history tasks",
        "birth-console classify --undo",
        "birth-console classify --undo --all",
    ),
    "permit open": ("birth-console permit open --budget 50000 --expires 2h --reason 'QT-001 backfill'",),
    "permit request": ("birth-console permit request 1 --reason 'QT-001 backfill' --expires 4h",),
    "permit grant": ("birth-console --as gatekeeper1 permit grant 1",),
    "permit close": ("birth-console permit close 1 --reason done",),
    "permit list": ("birth-console permit list",),
    "plan": (
        "birth-console plan --all",
        "birth-console plan --all --html plan.html",
        "dot-birth-backfill-plan os_items team",
    ),
    "reconcile": (
        "birth-console reconcile 1 --note 'compared with the source'",
        "birth-console reconcile 1 --note 'the table is in use' --allow-drift 20",
    ),
    "withdraw": ("birth-console withdraw 1 --reason 'registered by the wrong column'",),
    "apply": (
        "birth-console apply 1",
        "birth-console apply 1 --workers 2 --detach",
        "dot-birth-backfill-apply 1 --batch-size 1000 --max-lag 5 --json",
    ),
    "control": (
        "birth-console control 1 pause --reason 'month-end closing'",
        "birth-console control 1 resume",
        "birth-console control 1 --batch-size 500",
    ),
    "verify": ("birth-console verify 1",),
    "certify": ("birth-console certify 1 --note 'compared ledger, diff and source' --evidence DIGEST",),
    "ledger show": ("birth-console ledger", "birth-console ledger 1 --sql"),
    "ledger diff": ("birth-console ledger diff 1 --only '!'", "birth-console ledger diff 1 2 --limit 100"),
    "audit": (
        "birth-console audit --write-anchor anchor.json",
        "birth-console audit --anchor anchor.json",
        "birth-console audit --since anchor.json",
    ),
    "packet": ("birth-console packet -o packet.html", "birth-console packet --format json"),
    "doctor": ("birth-console doctor", "birth-console doctor --json"),
    "init": (
        "birth-console init --dry-run --collections 'sales.*'",
        "birth-console init --collections 'public.*' --exempt 'public.audit_*'",
        "birth-console init --uninstall --dry-run",
    ),
    "upgrade": ("birth-console upgrade --dry-run", "birth-console upgrade"),
    "people list": ("birth-console people list",),
    "people add": ("birth-console people add ana --person 'Ana Lopes' --group operator --group reader",),
    "people retire": ("birth-console people retire ana",),
    "docs": ("birth-console docs", "birth-console docs runbook", "birth-console docs json"),
    "completion": ('eval "$(birth-console completion bash)"', "birth-console completion fish > birth-console.fish"),
    "demo start": ("birth-console demo start",),
    "demo stop": ("birth-console demo stop",),
    "demo reset": ("birth-console demo reset",),
    "demo dsn": ("birth-console demo dsn --as gatekeeper1",),
}


def with_examples(command: click.Command, path: str) -> click.Command:
    """Put its examples under a command's help, and under those of its own commands."""
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            # Else click cuts the first sentence where the line ends.
            each.short_help = (each.help or "").partition("\n\n")[0].split(". ")[0].rstrip(".") + "."
            with_examples(each, f"{path} {name}")
    lines = EXAMPLES.get(path, ())
    examples = "\b\nEXAMPLES\n" + "\n".join(f"  {line}" for line in lines) + "\n\n" if lines else ""
    command.epilog = examples + _SHARED
    return command
