"""The page about the tests names every folder of them."""

from tests.docs.pages import ROOT, page, rows

PAGE = "tests/README.md"
TESTS = ROOT / "tests"


def test_every_folder_of_tests_has_its_line() -> None:
    listed = [
        row[0].strip("`")
        for heading in ("Rooms of the code", "Across rooms")
        for row in rows(page(PAGE), heading)
    ]
    folders = [path.parent for path in TESTS.glob("*/__init__.py")]
    rooms = [path.parent for path in (TESTS / "grpc_server").glob("*/__init__.py")]
    assert sorted(listed) == sorted(f"{each.relative_to(TESTS)}/" for each in (*folders, *rooms))


def test_what_is_said_to_mirror_a_room_has_one() -> None:
    for folder, _ in rows(page(PAGE), "Rooms of the code"):
        name = folder.strip("`")
        assert (ROOT / name).is_dir() or name == "repository/", name
