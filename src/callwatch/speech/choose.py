"""Which recogniser a call gets: the one that was named, or the best that is installed.

`auto` takes an installed Vosk model of the call's language (streaming, quickest), else a
Whisper model that knows it, else none; a language is set and never guessed, and a model of
another language is never used in its place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from callwatch.core.build import how_to_install
from callwatch.core.channels import Language
from callwatch.core.errors import ConfigError, MissingPartError, ModelError
from callwatch.speech.models.installed import (
    MEANING,
    InstalledModel,
    inspect_model,
    installed_models,
)
from callwatch.speech.models.records import check_unchanged
from callwatch.speech.protocol import Recognizer
from callwatch.speech.vosk import VoskRecognizer
from callwatch.speech.whisper import WhisperConfig, WhisperRecognizer

PLUGIN_GROUP: Final = "callwatch.recognizers"
BUILT_IN: Final = ("auto", "vosk", "whisper", "none")
_NEEDS: Final = {
    "vosk": ("vosk",),
    "whisper": ("ctranslate2", "tokenizers"),
    MEANING: ("onnxruntime",),
}
_LANGUAGE_NAMES: Final = {
    Language.EN: "English",
    Language.SV: "Swedish",
    Language.DA: "Danish",
    Language.NB: "Norwegian Bokmål",
}


@dataclass(frozen=True, slots=True)
class RecognizerChoice:
    """What was chosen and why. `create` loads the model (seconds); None: words are not heard."""

    create: Callable[[], Recognizer] | None
    engine: str
    model: str | None
    explanation: str


def choose_recognizer(
    engine: str,
    model: Path | None,
    language: Language,
    whisper: WhisperConfig | None = None,
) -> RecognizerChoice:
    """Chooses by engine name ("auto", "vosk", "whisper", "none" or a plug-in's) and model.

    Raises ModelError for a model that is broken, of another kind or language, or missing where
    an engine was asked for; MissingPartError for a library that is not installed;
    ConfigError for an unknown engine.
    """
    if engine == "none":
        return _none("Speech recognition is off: what is said is not heard.")
    if engine not in BUILT_IN:
        return _plugin(engine, model, language)
    if model is not None:
        return _named(engine, inspect_model(model), language, whisper)
    known = [m for m in installed_models() if m.knows(language)]
    wanted = ("vosk", "whisper") if engine == "auto" else (engine,)
    without_library = []
    for kind in wanted:
        for candidate in known:
            if candidate.engine == kind:
                if _missing(kind):
                    without_library.append(candidate)
                    continue
                return _chosen(candidate, language, whisper, "")
    if engine != "auto":
        if without_library:
            _require(engine)
        raise ModelError(
            f"No {engine.capitalize()} model for {_LANGUAGE_NAMES[language]} is installed: see "
            "`callwatch models list`, then `callwatch models download NAME`."
        )
    return _none(_why_none(language, without_library))


def _named(
    engine: str, found: InstalledModel, language: Language, whisper: WhisperConfig | None
) -> RecognizerChoice:
    if found.engine == MEANING:
        raise ModelError(
            f"The model in {found.path} reads what phrases mean and hears nothing: name a Vosk or "
            "a Whisper model."
        )
    if engine not in ("auto", found.engine):
        raise ModelError(
            f"The model in {found.path} is a {found.engine.capitalize()} model, and the engine "
            f"asked for is {engine}: use --engine {found.engine}, or leave it out."
        )
    _require(found.engine)
    if found.languages is not None and not found.knows(language):
        raise ModelError(
            f"The model in {found.path} is for {_listed(found.languages)}, and the call is in "
            f"{_LANGUAGE_NAMES[language]}: name another model, or set --language."
        )
    unsure = "" if found.languages else " Its language is not known, so this was not checked."
    return _chosen(found, language, whisper, unsure)


def _chosen(
    found: InstalledModel, language: Language, whisper: WhisperConfig | None, note: str
) -> RecognizerChoice:
    def create() -> Recognizer:
        check_unchanged(found.path, found.name)
        if found.engine == "vosk":
            return VoskRecognizer(found.path, language, name=found.name)
        return WhisperRecognizer(found.path, language, whisper, name=found.name)

    sentence = (
        f"Speech recognition: {found.engine.capitalize()} with the model {found.name} "
        f"for {_LANGUAGE_NAMES[language]}.{note}"
    )
    return RecognizerChoice(create, found.engine, found.name, sentence)


def _plugin(name: str, model: Path | None, language: Language) -> RecognizerChoice:
    """A third engine: an entry point that is called with the language and the model or None."""
    points = {point.name: point for point in entry_points(group=PLUGIN_GROUP)}
    if name not in points:
        others = ", ".join([*BUILT_IN, *sorted(points)])
        raise ConfigError(f"There is no engine '{name}': choose one of {others}.")

    def create() -> Recognizer:
        recognizer: Recognizer = _load(points[name])(language, model)
        return recognizer

    shown = model.name if model else None
    with_model = f" with {shown}" if shown else ""
    sentence = f"Speech recognition: the plug-in {name}{with_model}."
    return RecognizerChoice(create, name, shown, sentence)


def _load(point: EntryPoint) -> Callable[[Language, Path | None], Recognizer]:
    try:
        factory: Callable[[Language, Path | None], Recognizer] = point.load()
    except (ImportError, AttributeError) as exc:
        raise MissingPartError(
            f"The recogniser plug-in {point.name} ({point.value}) cannot be loaded: {exc}. "
            "Install it again, or choose another engine."
        ) from exc
    return factory


def _none(explanation: str) -> RecognizerChoice:
    return RecognizerChoice(None, "none", None, explanation)


def _why_none(language: Language, without_library: list[InstalledModel]) -> str:
    if without_library:
        first = without_library[0]
        return (
            f"What is said is not heard: the model {first.name} is there, but its library is not. "
            f"{_how_to_install(first.engine)}"
        )
    return (
        f"What is said is not heard: no model for {_LANGUAGE_NAMES[language]} is installed. "
        "See `callwatch models list`; everything that does not need words works."
    )


def has_library(engine: str) -> bool:
    """Whether the library of a built-in engine is installed."""
    return not _missing(engine)


def _missing(engine: str) -> bool:
    return any(find_spec(name) is None for name in _NEEDS[engine])


def _require(engine: str) -> None:
    if _missing(engine):
        raise MissingPartError(f"The {engine} library is not installed. {_how_to_install(engine)}")


def _how_to_install(engine: str) -> str:
    package = "vosk" if engine == "vosk" else "callwatch[whisper]"
    return f"To put that right: {how_to_install(package)}."


def _listed(languages: frozenset[str]) -> str:
    names = {language.value: name for language, name in _LANGUAGE_NAMES.items()}
    return ", ".join(sorted(names.get(code, f"'{code}'") for code in languages))
