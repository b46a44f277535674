from pathlib import Path

from callwatch.app.folders import data_folder
from callwatch.app.remove_data import own_folders, remove_data
from callwatch.config import user_config_path
from callwatch.core.log import log_path


def test_all_of_the_users_own_goes_and_nothing_else(own_home: Path) -> None:
    elsewhere = own_home / "reports" / "report.json"
    mine = [data_folder() / "history.sqlite3", user_config_path(), log_path()]
    for path in (elsewhere, *mine):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert remove_data() == []
    assert [path.exists() for path in (elsewhere, *mine)] == [True, False, False, False]
    assert all(str(folder).startswith(str(own_home)) for folder in own_folders())
