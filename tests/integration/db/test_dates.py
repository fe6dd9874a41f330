"""What a database or a login sets for its own taste changes nothing here."""

import pytest

from core.services.backfill import permits, runs
from core.services.classify import history
from core.services.trust import doctor
from tests import line
from tests.databases import Database
from tests.small import a_run, done


@pytest.mark.parametrize("style", ["German, DMY", "SQL, MDY", "Postgres, DMY"])
def test_a_run_is_walked_and_read_whatever_style_the_database_has_for_dates(small: Database, style: str) -> None:
    for setting in (
        f"\"DateStyle\" = '{style}'",
        "\"IntervalStyle\" = 'iso_8601'",
        "\"TimeZone\" = 'Asia/Kolkata'",
        "extra_float_digits = -15",
    ):
        small.run(f'ALTER DATABASE "{small.name}" SET {setting}')
    line.open_permit(small)
    run = a_run(small, "goods", goods=3)
    assert done(small, run).registered == 3
    with small.connect("viewer1") as viewer:
        assert [each.permit for each in permits.list_permits(viewer)] == [1, 2]
        assert [each.run for each in runs.runs(viewer)] == [run]
        assert history.history(viewer, "goods")
        # Seconds since 1970 of which one digit was left would be years off.
        assert [each.verdict for each in doctor.examine(viewer) if each.id == "clock"] == ["passed"]
