import sys
from pathlib import Path

import pytest
from tests.access import is_owners_alone

from callwatch.core.owner_only import (
    is_owner_only,
    make_private_folder,
    names_only,
    restrict_to_owner,
    user_sid,
)

ME = "S-1-5-21-1-2-3-1001"
SOMEBODY = "S-1-5-21-1-2-3-1002"


def test_a_file_and_a_folder_become_their_owners_alone(tmp_path: Path) -> None:
    file, folder = tmp_path / "å report.json", tmp_path / "folder"
    file.write_text("x")
    folder.mkdir()
    for path in (file, folder):
        assert restrict_to_owner(path)
        assert is_owners_alone(path)
        assert is_owner_only(path)
    assert file.read_text() == "x"


def test_a_private_folder_is_made_and_one_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    made = tmp_path / "a" / "b"
    make_private_folder(made)
    assert is_owners_alone(made)
    if sys.platform != "win32":
        made.chmod(0o755)
        make_private_folder(made)
        assert made.stat().st_mode & 0o777 == 0o755


def test_a_path_of_250_characters_is_made_private(tmp_path: Path) -> None:
    folder = tmp_path
    while len(str(folder)) < 250:
        folder /= "å" * 40
    make_private_folder(folder)
    assert is_owners_alone(folder)


@pytest.mark.parametrize(
    ("sddl", "is_private"),
    [
        (f"D:P(A;;FA;;;{ME})", True),
        (f"D:P(A;OICI;FA;;;{ME})(A;;FA;;;SY)(A;;FA;;;BA)", True),
        ("D:P(A;;FA;;;OW)", True),
        (f"D:(A;ID;FA;;;{ME})(A;ID;FA;;;S-1-5-18)(A;ID;FA;;;S-1-5-32-544)", True),
        (f"D:P(A;;FA;;;{ME})(D;;FA;;;{SOMEBODY})", True),
        (f"D:P(A;;FA;;;{ME})(A;;FR;;;{SOMEBODY})", False),
        (f"D:P(A;;FA;;;{ME})(A;;0x1200a9;;;BU)", False),
        (f"D:P(A;;FA;;;{ME})(A;;FR;;;WD)", False),
        ("D:P", False),
        ("", False),
    ],
)
def test_an_access_list_is_read(sddl: str, is_private: bool) -> None:
    assert names_only(sddl, ME) is is_private


def test_the_user_has_a_name_on_windows_alone() -> None:
    assert user_sid().startswith("S-1-5-") is (sys.platform == "win32")
