"""Options that several commands share, and the configuration that they lead to."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from callwatch.cli.console import err
from callwatch.config import Config, LoadedConfig, load_config
from callwatch.core.channels import Channel, Language
from callwatch.core.errors import ConfigError

LanguageName = Annotated[
    str | None,
    typer.Option("--language", "-l", help="Language of the call: en, sv, da or nb."),
]


def parse_language(name: str) -> Language:
    """A language by its code; `no` is taken for Norwegian Bokmål."""
    try:
        return Language({"no": "nb", "se": "sv", "dk": "da"}.get(name.lower(), name.lower()))
    except ValueError as exc:
        raise ConfigError(f"The language {name!r} is not known: use en, sv, da or nb.") from exc


PrintedLanguage = Annotated[
    Language,
    typer.Option(
        "--language",
        parser=parse_language,
        metavar="LANGUAGE",
        help="The language of what is printed: en, sv, da or nb.",
    ),
]
KnownLanguage = Annotated[
    Language,
    typer.Option(
        "--language",
        "-l",
        parser=parse_language,
        metavar="LANGUAGE",
        help="The language of the words: en, sv, da or nb.",
    ),
]
EngineName = Annotated[
    str | None,
    typer.Option("--engine", help="Recogniser: auto, vosk, whisper, none or a plug-in's name."),
]
ModelDir = Annotated[
    Path | None, typer.Option("--model", help="Directory of a Vosk or Whisper model.")
]
Channels = Annotated[
    str,
    typer.Option("--channels", help="Which channel is whose: agent,customer or customer,agent."),
]
Experimental = Annotated[
    list[str] | None,
    typer.Option(
        "--experimental",
        metavar="STAGE.NAME=VALUE",
        help="Try another threshold of the analysis; repeatable. The names change without notice.",
    ),
]
AgentFile = Annotated[
    Path | None, typer.Option("--agent-file", help="Mono recording of the agent.")
]
CustomerFile = Annotated[
    Path | None, typer.Option("--customer-file", help="Mono recording of the customer.")
]


def settings() -> LoadedConfig:
    """The settings of this machine; what they hold in vain is said on stderr.

    Raises ConfigError for a file that cannot be used.
    """
    loaded = load_config()
    for note in loaded.notes:
        err.print(f"note: {note}", markup=False)
    return loaded


def configured(
    language: str | None = None,
    engine: str | None = None,
    model: Path | None = None,
    experimental: list[str] | None = None,
) -> Config:
    """The configuration of this machine with what the command line said.

    Raises CallwatchError for an unknown language, an unknown threshold or a broken settings file.
    """
    config = settings().config
    if language is not None:
        config = replace(config, call=replace(config.call, language=parse_language(language)))
    recognition = config.recognition
    if engine is not None:
        recognition = replace(recognition, engine=engine)
    if model is not None:
        recognition = replace(recognition, model=str(model))
    config = replace(config, recognition=recognition)
    if not experimental:
        return config
    # The stages of the analysis are loaded only by the commands that analyse.
    from callwatch.session.experimental import parse_overrides

    return replace(config, experimental=parse_overrides(experimental))


def parse_channels(names: str) -> tuple[Channel, Channel]:
    """`agent,customer` or `customer,agent`."""
    parts = [part.strip().lower() for part in names.split(",")]
    if sorted(parts) != ["agent", "customer"]:
        raise typer.BadParameter("say agent,customer or customer,agent", param_hint="--channels")
    return Channel(parts[0]), Channel(parts[1])
