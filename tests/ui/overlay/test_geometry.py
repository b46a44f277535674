from pathlib import Path

from callwatch_ui.overlay.geometry import (
    GeometryStore,
    Screen,
    first_place,
    is_right,
    key_of,
    on_screen,
    opens_upward,
)

LAPTOP = Screen("eDP-1", 0, 0, 1280, 800)
DESK = Screen("DP-2", 1280, 0, 2560, 1440)
SIZE = (520, 56)


def test_each_set_of_screens_has_its_own_place(tmp_path: Path) -> None:
    file = tmp_path / "state" / "places.json"
    places = GeometryStore(file)
    places.put([LAPTOP], (10, 20))
    places.put([LAPTOP, DESK], (3000, 900))
    again = GeometryStore(file)
    assert again.get([LAPTOP]) == (10, 20)
    assert again.get([DESK, LAPTOP]) == (3000, 900)
    assert again.get([DESK]) is None
    assert key_of([LAPTOP, DESK]) == key_of([DESK, LAPTOP])


def test_a_broken_file_is_forgotten_not_fatal(tmp_path: Path) -> None:
    file = tmp_path / "places.json"
    odd = ("{", "[]", '{"a": 3}', '{"a": ["x", 1]}', '{"a": [Infinity, 1]}', "[" * 5000, "\x00")
    for content in odd:
        file.write_text(content)
        assert GeometryStore(file).get([LAPTOP]) is None


def test_an_unwritable_place_is_kept_for_this_run(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    places = GeometryStore(blocker / "places.json")
    places.put([LAPTOP], (1, 2))
    assert places.get([LAPTOP]) == (1, 2)


def test_an_overlay_on_a_screen_that_is_gone_comes_back_whole() -> None:
    assert on_screen((3000, 900), SIZE, [LAPTOP]) == (760, 744)
    assert on_screen((-200, -50), SIZE, [LAPTOP]) == (0, 0)
    assert on_screen((1300, 10), SIZE, [LAPTOP, DESK]) == (1300, 10)
    assert first_place([LAPTOP], SIZE) == (736, 720)


def test_the_bar_grows_towards_the_middle_of_its_screen() -> None:
    for x, right in ((100, False), (640, False), (641, True), (1400, False), (3000, True)):
        assert is_right(x, [LAPTOP, DESK]) is right


def test_the_card_opens_into_the_free_half() -> None:
    assert not opens_upward((700, 24), [LAPTOP], 56)
    assert opens_upward((700, 700), [LAPTOP], 56)
    assert opens_upward((1400, 800), [LAPTOP, DESK], 56)
