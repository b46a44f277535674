"""ARCHITECTURE.md describes the house as it is."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")


def rooms_on_disk() -> set[str]:
    package = ROOT / "src" / "callwatch"
    return {path.parent.name for path in package.glob("*/__init__.py")}


def window_rooms_on_disk() -> set[str]:
    return {p.parent.name for p in (ROOT / "ui" / "callwatch_ui").glob("*/__init__.py")}


def rooms_on_the_page() -> set[str]:
    drawing = TEXT.split("```")[1].split("ui/callwatch_ui/")[0]
    return set(re.findall(r"^  (\w+)/ ", drawing, flags=re.MULTILINE))


def window_rooms_on_the_page() -> set[str]:
    below = TEXT.split("```")[1].split("ui/callwatch_ui/")[1]
    drawing = below.partition("\nmodels/")[0]
    return set(re.findall(r"^  (\w+)/ ", drawing, flags=re.MULTILINE))


def test_every_room_is_on_the_page_and_every_room_on_the_page_exists() -> None:
    assert rooms_on_the_page() == rooms_on_disk()
    assert window_rooms_on_the_page() == window_rooms_on_disk()


def test_the_top_level_is_as_drawn() -> None:
    for name in re.findall(r"^([\w/]+)/ ", TEXT.split("```")[1], flags=re.MULTILINE):
        assert (ROOT / name).is_dir(), name


def test_the_rule_on_the_page_is_the_contract() -> None:
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = next(c["layers"] for c in contracts["contracts"] if c["type"] == "layers")
    assert layers[-1] == "demo | core"
    rule = " > ".join([*layers[:-1], "core"])
    assert f"`{rule}`" in TEXT


def test_files_stay_readable() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for folder in ("src", "ui")
        for path in (ROOT / folder).rglob("*.py")
        if (count := len(path.read_text("utf-8").splitlines())) > 400
    }
    assert not long, f"split these by concept: {long}"


def test_init_files_are_empty() -> None:
    packages = [*(ROOT / "src" / "callwatch").rglob("__init__.py")]
    packages += [*(ROOT / "ui" / "callwatch_ui").rglob("__init__.py")]
    full = [str(p) for p in packages if p.parent.name != "callwatch" and p.read_text().strip()]
    assert not full
