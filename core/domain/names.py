"""The names under which people speak of things that the database numbers."""


def run_name(number: int) -> str:
    """What people call a run, and type where they confirm something about it."""
    return f"run-{number}"
