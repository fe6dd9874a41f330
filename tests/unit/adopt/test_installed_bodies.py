"""The bodies of installed functions are held against the files of this program, whatever the database recorded."""

from core.db.install import catalog, installer


def test_of_two_functions_of_one_name_each_body_is_known_whichever_the_catalog_gives_last() -> None:
    bodies = [body for part in installer.function_parts() for body in part.bodies("birth")]
    found = {("function", f"birth.{name}({at})"): {"body": body} for at, (name, body) in enumerate(bodies)}
    assert len(bodies) > 100
    for order in (found, dict(reversed(found.items()))):
        assert catalog.foreign_bodies("birth", order) == []
    other = next(iter(found))
    assert [each.name for each in catalog.foreign_bodies("birth", {**found, other: {"body": "0"}})] == [other[1]]
