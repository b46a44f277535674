"""The models on this machine: fetched, verified, removed.

A download lies in `.partial/NAME` until it is whole, checked and recognised as a model; then one
rename makes it visible. What is broken off can be continued; what is wrong is never installed.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from callwatch.core.errors import ModelError, NoRoomError
from callwatch.core.files import is_held, rename
from callwatch.core.model_folders import model_directories
from callwatch.speech.models.catalogue import CatalogueModel, ModelFile, catalogue
from callwatch.speech.models.download import FetchConfig, Transfer, fetch
from callwatch.speech.models.installed import (
    RECORD_NAME,
    InstalledModel,
    inspect_model,
)
from callwatch.speech.models.records import (
    changed_files,
    digest,
    read_json,
    write_json,
    write_record,
)
from callwatch.speech.models.unpack import unpack

FileProgress = Callable[[str, int, int | None], None]

_PARTIAL: Final = ".partial"
_FIRST_USE: Final = ".first-use.json"  # checksums of what was downloaded without a published one
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found. `problems` empty: as it was when it was installed."""

    name: str
    path: Path
    problems: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class _Order:
    """A download that is going on."""

    model: CatalogueModel
    source: str | None
    staging: Path
    progress: FileProgress
    pause: Callable[[float], None]


class ModelLibrary:
    """The directory that models are installed into: the first that models are looked for in."""

    def __init__(self, directory: Path | None = None, config: FetchConfig | None = None) -> None:
        self.directory = directory or model_directories()[0]
        self._config = config or FetchConfig()

    def path(self, name: str) -> Path:
        """Where the model of that name lies or would lie."""
        return self.directory / name

    def is_installed(self, name: str) -> bool:
        """Whether it lies there whole."""
        try:
            inspect_model(self.path(name))
        except ModelError:
            return False
        return True

    def download(
        self,
        model: CatalogueModel,
        source: str | None,
        progress: FileProgress,
        pause: Callable[[float], None],
        now: str,
    ) -> Path:
        """Installs a model from its publisher, or from a mirror: a directory or an address.

        A mirror holds archives as they are called, and other files in a directory with the
        model's name. `now` (RFC 3339) goes into the record. Raises ModelError.
        """
        if model.form == "convert":
            raise ModelError(_how_to_convert(model, self.path(model.name)))
        staging = self.directory / _PARTIAL / model.name
        try:
            staging.mkdir(parents=True, exist_ok=True)
            order = _Order(model, source, staging, progress, pause)
            sums = {file.name: self._get(order, file) for file in model.files}
            self._check_first_use(model, sums)
            whole = self._assemble(model, staging)
            found = inspect_model(whole)
            if found.engine != model.engine:
                raise ModelError(
                    f"What was fetched as {model.name} is a {found.engine.capitalize()} model: it "
                    "was not installed. Try another mirror."
                )
            write_record(whole, model, source, sums, now)
            self._remember(model, sums)
            return self._publish(whole, staging, model.name)
        except OSError as exc:
            raise NoRoomError(
                f"{self.directory} cannot be written ({exc.strerror or exc}): free some space, or "
                "set CALLWATCH_MODELS to a directory that can be written."
            ) from exc

    def verify(self, model: InstalledModel) -> Verification:
        """Compares a model with its record, file by file."""
        try:
            inspect_model(model.path)
        except ModelError as exc:
            return Verification(model.name, model.path, (str(exc),), "")
        record = read_json(model.path / RECORD_NAME)
        listed = record.get("files")
        if not isinstance(listed, dict):
            return self._verify_without_record(model)
        problems = changed_files(model.path)
        return Verification(
            model.name, model.path, tuple(problems), str(record.get("checksum", ""))
        )

    def remove(self, name: str, forget: bool = False) -> None:
        """Deletes a model and what is left of its download; `forget` also its first checksums."""
        path = self.path(name)
        staging = self.directory / _PARTIAL / name
        if Path(name).name != name or name.startswith(".") or not name:
            raise ModelError(f"'{name}' is not a model's name: see `callwatch models list`.")
        if not path.is_dir() and not staging.is_dir() and not forget:
            raise ModelError(
                f"There is no model {name} in {self.directory}: see `callwatch models list`."
            )
        if path.is_dir():
            doomed = self.directory / _PARTIAL / f"{name}.removed"
            shutil.rmtree(doomed, ignore_errors=True)
            doomed.parent.mkdir(exist_ok=True)
            self._move(path, doomed)  # gone at once, even if the deletion is interrupted
            shutil.rmtree(doomed)
        shutil.rmtree(staging, ignore_errors=True)
        if forget:
            known = read_json(self.directory / _FIRST_USE)
            known.pop(name, None)
            write_json(self.directory / _FIRST_USE, known)

    def _get(self, order: _Order, file: ModelFile) -> str:
        """Fetches one file unless it is there; gives its SHA-256."""
        model = order.model
        done, part = order.staging / file.name, order.staging / f"{file.name}.part"
        limit = file.size if file.size is not None else model.limit_bytes

        def progress(at: int, total: int | None) -> None:
            order.progress(file.name, at, total or file.size)

        if not done.is_file():
            if order.source is None or order.source.startswith(("http://", "https://")):
                base = model.base if order.source is None else _mirror(order.source, model)
                transfer = Transfer(base + quote(file.name), part, limit, progress)
                fetch(transfer, order.pause, self._config)
            else:
                place = _in_mirror(Path(order.source), model, file, limit)
                _copy_in(place, part, progress)
            rename(part, done)
        try:
            return _checked(model, file, done)
        except ModelError:
            done.unlink()
            raise

    def _check_first_use(self, model: CatalogueModel, sums: dict[str, str]) -> None:
        known = read_json(self.directory / _FIRST_USE).get(model.name, {})
        for file in model.files:
            if file.sha256 is None and known.get(file.name, sums[file.name]) != sums[file.name]:
                (self.directory / _PARTIAL / model.name / file.name).unlink()
                raise ModelError(
                    f"{file.name} of {model.name} is not what it was when it was first "
                    "downloaded: it was not installed. If its publisher did change it, run "
                    f"`callwatch models remove {model.name} --forget` and download again."
                )

    def _remember(self, model: CatalogueModel, sums: dict[str, str]) -> None:
        known = read_json(self.directory / _FIRST_USE)
        known[model.name] = sums
        write_json(self.directory / _FIRST_USE, known)

    def _assemble(self, model: CatalogueModel, staging: Path) -> Path:
        """The model as it will lie there, still in the staging directory."""
        whole = staging / "whole"
        shutil.rmtree(whole, ignore_errors=True)
        if model.form == "archive":
            only = model.only.name if model.only else None
            unpack(staging / model.files[0].name, whole, only=only)
            if model.only:
                _checked(model, model.only, whole / Path(model.only.name).name)
            return whole
        whole.mkdir()
        for file in model.files:
            rename(staging / file.name, whole / file.name)
        return whole

    def _publish(self, whole: Path, staging: Path, name: str) -> Path:
        target = self.path(name)
        old = self.directory / _PARTIAL / f"{name}.old"
        shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            self._move(target, old)
        self._move(whole, target)
        shutil.rmtree(staging, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
        return target

    @staticmethod
    def _move(source: Path, target: Path) -> None:
        """Rename a model's folder; on Windows that fails while a program has a file of it open."""
        try:
            rename(source, target)
        except OSError as exc:
            if not is_held(exc):
                raise
            raise ModelError(
                f"{source} is in use: end the callwatch app and other programs that read it (an antivirus may "
                "need a minute), then try again."
            ) from exc

    def _verify_without_record(self, model: InstalledModel) -> Verification:
        """A model that we did not install: compared with the catalogue's checksums, if any."""
        problems, compared = [], 0
        for entry in catalogue():
            if entry.name == model.name:
                for file in (*entry.files, *((entry.only,) if entry.only else ())):
                    path = model.path / Path(file.name).name
                    if file.sha256 and path.is_file():
                        compared += 1
                        if digest(path, "sha256") != file.sha256:
                            problems.append(f"{file.name} is not the one of the catalogue")
        note = (
            f"not installed by callwatch; {compared} file(s) compared with the catalogue"
            if compared
            else "not installed by callwatch: there is nothing to compare it with"
        )
        return Verification(model.name, model.path, tuple(problems), note)


def _mirror(source: str, model: CatalogueModel) -> str:
    base = source.rstrip("/") + "/"
    return base if model.form == "archive" else f"{base}{quote(model.name)}/"


def _in_mirror(mirror: Path, model: CatalogueModel, file: ModelFile, limit: int) -> Path:
    """The file in a mirror directory."""
    places = [mirror / model.name / file.name, mirror / file.name]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise ModelError(f"The mirror {mirror} has no {places[0].relative_to(mirror)}.")
    if found.stat().st_size > limit:
        raise ModelError(f"{found} is larger than {model.name} can be: nothing was installed.")
    return found


def _copy_in(found: Path, part: Path, progress: Callable[[int, int | None], None]) -> None:
    total = found.stat().st_size
    with found.open("rb") as source, part.open("wb") as target:
        while block := source.read(_BLOCK):
            target.write(block)
            progress(target.tell(), total)


def _checked(model: CatalogueModel, file: ModelFile, path: Path) -> str:
    """The file's SHA-256, when size and published checksums agree."""
    wrong = file.size is not None and path.stat().st_size != file.size
    found = digest(path, "sha256")
    wrong = wrong or (file.sha256 is not None and found != file.sha256)
    wrong = wrong or (file.md5 is not None and digest(path, "md5") != file.md5)
    if wrong:
        raise ModelError(
            f"{file.name} is not the file that {model.name} should have (its checksum differs): "
            "it was thrown away. Download it again, or from another mirror."
        )
    return found


def _how_to_convert(model: CatalogueModel, target: Path) -> str:
    return (
        f"{model.name} is not published in a form that can be used at once: convert it with `pip "
        "install transformers torch ctranslate2` and `ct2-transformers-converter --model "
        f"{model.base} --output_dir {target} --copy_files tokenizer.json preprocessor_config.json "
        "--quantization int8`."
    )
