"""The commands as they are installed. Standing outside `core` and `tui`, this can say when those are not ours.

Both names are common. Python takes the first that it finds: a folder `core/` in PYTHONPATH, or in the working folder of
`python -m tui`, comes before what is installed.
"""

import json
import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("core", "tui")


def main() -> None:
    """Run `birth-console`."""
    _refuse_others()
    from tui.main import main as command_line  # noqa: PLC0415 - only now it is known to be ours

    command_line()


def plan() -> None:
    """Run `dot-birth-backfill-plan`."""
    _refuse_others()
    from core.cli.main import plan_main  # noqa: PLC0415 - as said

    plan_main()


def apply() -> None:
    """Run `dot-birth-backfill-apply`."""
    _refuse_others()
    from core.cli.main import apply_main  # noqa: PLC0415 - as said

    apply_main()


def _refuse_others() -> None:
    """Exit with one sentence where Python would import somebody else's package by the name of one of ours."""
    home = Path(__file__).resolve().parent
    for name in PACKAGES:
        spec = find_spec(name)
        places = [*(spec.submodule_search_locations or ()), spec.origin or ""] if spec else []
        if str(home / name) not in (str(Path(place).resolve()) for place in places[:1]):
            _leave(name, places[0] if places else None)


def _leave(name: str, place: str | None) -> None:
    message = f"another package named {name!r} hides that of birth-console: {place or 'none is found'}"
    hint = "Work in another folder or unset PYTHONPATH; `pipx install birth-console` keeps packages apart."
    if "--json" in sys.argv:
        error = {"code": "package_hidden", "message": message, "evidence": {"found": place}, "hint": hint}
        sys.stderr.write(json.dumps({"error": error}) + "\n")
    else:
        sys.stderr.write(f"error[package_hidden]: {message}\nhint: {hint}\n")
    sys.exit(1)
