"""The catalogue of models: what can be fetched, from where, under which licence."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from callwatch.core.errors import ModelError

FORMS: Final = ("archive", "files", "convert")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file to fetch; what is not known of it is None."""

    name: str
    size: int | None = None
    sha256: str | None = None
    md5: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """One model; the fields are explained in catalogue.toml."""

    name: str
    engine: str
    languages: tuple[str, ...]
    size_mb: int
    licence: str
    page: str
    form: str
    base: str
    checksum: str
    files: tuple[ModelFile, ...]
    note: str
    first_for: tuple[str, ...] = ()
    only: ModelFile | None = None

    @property
    def limit_bytes(self) -> int:
        """More than this is not the model."""
        return 2 * self.size_mb * 1_000_000


@lru_cache(maxsize=1)
def catalogue() -> tuple[CatalogueModel, ...]:
    """All models of the catalogue, in its order."""
    text = files("callwatch.speech.models").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return tuple(_model(entry) for entry in tomllib.loads(text)["model"])


def catalogue_model(name: str) -> CatalogueModel:
    """The model of that name; ModelError names those that there are."""
    for model in catalogue():
        if model.name == name:
            return model
    names = ", ".join(model.name for model in catalogue())
    raise ModelError(f"There is no model '{name}' in the catalogue; it has {names}.")


def _model(entry: dict[str, Any]) -> CatalogueModel:
    if entry["form"] not in FORMS:
        raise ValueError(f"{entry['name']}: form must be one of {FORMS}")
    entry = dict(entry)
    entry["languages"] = tuple(entry["languages"])
    entry["first_for"] = tuple(entry.get("first_for", ()))
    entry["only"] = ModelFile(**entry["only"]) if "only" in entry else None
    entry["files"] = tuple(ModelFile(**file) for file in entry["files"])
    return CatalogueModel(**entry)
