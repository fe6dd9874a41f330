"""Tests. Where one is to fail because something is turned off, that happens before anything else."""

import os

if os.environ.get("BIRTH_MUTANT"):
    from tests.mutate import applied

    applied.installed_from_now_on()
