import errno
import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from callwatch.core.errors import ModelError
from callwatch.speech.models.unpack import UnpackConfig, unpack


def archive(path: Path, files: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", kind) as pack:
        for name, body in files.items():
            pack.writestr(name, body)
    return path


def test_the_one_directory_is_stripped(tmp_path: Path) -> None:
    pack = archive(tmp_path / "m.zip", {"vosk-x/am/final.mdl": b"am", "vosk-x/README": b"hello"})
    unpack(pack, tmp_path / "out")
    assert (tmp_path / "out/am/final.mdl").read_bytes() == b"am"
    assert (tmp_path / "out/README").read_bytes() == b"hello"


def test_without_one_directory_nothing_is_stripped(tmp_path: Path) -> None:
    unpack(archive(tmp_path / "m.zip", {"am/final.mdl": b"am", "README": b"x"}), tmp_path / "out")
    assert (tmp_path / "out/am/final.mdl").is_file()


def test_one_file_alone_can_be_asked_for(tmp_path: Path) -> None:
    pack = archive(
        tmp_path / "m.zip", {"a/code.py": b"evil()", "a/b/weights": b"w", "weights": b"x"}
    )
    unpack(pack, tmp_path / "out", only="a/b/weights")
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["weights"]
    assert (tmp_path / "out/weights").read_bytes() == b"w"


def test_the_one_file_must_be_there(tmp_path: Path) -> None:
    pack = archive(tmp_path / "m.zip", {"a/weights": b"w"})
    with pytest.raises(ModelError, match="it has no b/weights"):
        unpack(pack, tmp_path / "out", only="b/weights")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "name", ["../evil", "a/../../evil", "/etc/evil", "C:\\evil", "a\\..\\evil", "c:evil"]
)
def test_no_way_out(name: str, tmp_path: Path) -> None:
    pack = archive(tmp_path / "m.zip", {"m/ok": b"ok", name: b"evil"})
    with pytest.raises(ModelError, match="would leave"):
        unpack(pack, tmp_path / "deep" / "out")
    assert not (tmp_path / "deep" / "out").exists()
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_no_links_and_devices(kind: int, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as pack:
        pack.writestr("m/ok", b"ok")
        entry = zipfile.ZipInfo("m/link")
        entry.external_attr = (kind | 0o777) << 16
        pack.writestr(entry, "/etc/passwd")
    with pytest.raises(ModelError, match="link or a device"):
        unpack(tmp_path / "m.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_bomb_is_stopped_by_what_really_comes_out(tmp_path: Path) -> None:
    pack = archive(tmp_path / "m.zip", {"m/zeros": bytes(30_000_000)})
    with pytest.raises(ModelError, match="without measure"):
        unpack(pack, tmp_path / "out", UnpackConfig(slack_bytes=1_000_000))
    assert not (tmp_path / "out").exists()


def test_a_bomb_of_many_files_is_stopped(tmp_path: Path) -> None:
    pack = archive(tmp_path / "m.zip", {f"m/{i}": b"" for i in range(30)})
    with pytest.raises(ModelError, match="more than 20 files"):
        unpack(pack, tmp_path / "out", UnpackConfig(max_entries=20))


@pytest.mark.parametrize(("files", "fits"), [(2_000, True), (2_001, False)])
def test_two_thousand_files_are_the_most(files: int, fits: bool, tmp_path: Path) -> None:
    pack = archive(tmp_path / "m.zip", {f"m/{i}": b"" for i in range(files)}, zipfile.ZIP_STORED)
    assert unpacks(pack, tmp_path / "out") is fits


@pytest.mark.parametrize(("share", "fits"), [(0.99, True), (1.01, False)])
def test_an_archive_may_grow_twelvefold_and_by_twenty_megabytes(
    share: float, fits: bool, tmp_path: Path
) -> None:
    dense = np.random.default_rng(3).bytes(1_500_000)
    packed = len(dense) + 25_000  # zeros shrink a thousandfold
    zeros = int(share * (12 * packed + 20_000_000)) - len(dense)
    pack = archive(tmp_path / "m.zip", {"m/am": dense, "m/zeros": bytes(zeros)})
    assert unpacks(pack, tmp_path / "out") is fits


def unpacks(pack: Path, out: Path) -> bool:
    try:
        unpack(pack, out)
    except ModelError:
        return False
    return True


def test_a_file_that_is_in_it_twice(tmp_path: Path) -> None:
    pack = archive(tmp_path / "m.zip", {"m/am": b"1", "m/AM": b"2"})
    with pytest.raises(ModelError, match="twice"):
        unpack(pack, tmp_path / "out")


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("m/am", "m/am/final.mdl"), "directory as well"),
        (("m/AM", "m/am/final.mdl"), "directory as well"),
        (("m/" + "x" * 300,), "too long"),
        (("m/" + "å" * 150,), "too long"),
        (("m/" + "/".join("abcdefghi") + "/x", "m/y"), "too deep"),
    ],
)
def test_names_that_clash_or_are_too_long(
    names: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    pack = archive(tmp_path / "m.zip", dict.fromkeys(names, b"x"))
    with pytest.raises(ModelError, match=says):
        unpack(pack, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("length", "fits"), [(200, True), (201, False)])
def test_a_name_may_be_so_long(length: int, fits: bool, tmp_path: Path) -> None:
    pack = archive(tmp_path / "m.zip", {"m/" + "x" * length: b"x", "m/y": b"y"})
    assert unpacks(pack, tmp_path / "out") is fits


@pytest.mark.parametrize(("depth", "fits"), [(8, True), (9, False)])
def test_directories_may_be_so_deep(depth: int, fits: bool, tmp_path: Path) -> None:
    name = "/".join("abcdefghijkl"[: depth - 1]) + "/x"
    pack = archive(tmp_path / "m.zip", {name: b"x", "y": b"y"})
    assert unpacks(pack, tmp_path / "out") is fits


def test_what_the_disk_refuses_of_an_archive_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = archive(tmp_path / "m.zip", {"m/a": b"x", "m/b": b"y"})
    full = OSError(errno.ENAMETOOLONG, "File name too long")
    monkeypatch.setattr(Path, "open", lambda *_a, **_k: (_ for _ in ()).throw(full))
    with pytest.raises(ModelError, match="cannot be made here"):
        unpack(pack, tmp_path / "out")


def _cut(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


def _flip(whole: bytes) -> bytes:
    return whole[:60] + bytes([whole[60] ^ 0xFF]) + whole[61:]


@pytest.mark.parametrize("spoil", [_cut, _flip, lambda whole: b"not a zip at all"])
def test_a_damaged_archive(spoil: Callable[[bytes], bytes], tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as pack:
        pack.writestr("m/final.mdl", bytes(range(256)) * 20)
    (tmp_path / "m.zip").write_bytes(spoil(whole.getvalue()))
    with pytest.raises(ModelError, match="is damaged"):
        unpack(tmp_path / "m.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_empty_archive(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="it is empty"):
        unpack(archive(tmp_path / "m.zip", {}), tmp_path / "out")
