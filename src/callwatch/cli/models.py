"""callwatch models: which speech models there are, and fetching, verifying and removing them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from callwatch.cli.console import err, out, print_json
from callwatch.core.errors import ModelError
from callwatch.core.model_folders import model_directories
from callwatch.speech.models.catalogue import CatalogueModel, catalogue, catalogue_model
from callwatch.speech.models.installed import InstalledModel, installed_models
from callwatch.speech.models.library import ModelLibrary, Verification

models_app = typer.Typer(
    no_args_is_help=True,
    help="Speech models: list, download, verify, remove. Only `download` uses the network.",
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


@models_app.command("list")
def list_models(as_json: Json = False) -> None:
    """Shows the catalogue, and what is installed on this machine."""
    found = installed_models()
    rows = [_catalogue_row(model, found) for model in catalogue()]
    rows += [
        _installed_row(model) for model in found if model.name not in {r["name"] for r in rows}
    ]
    if as_json:
        print_json({"directories": [str(p) for p in model_directories()], "models": rows})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "engine", "languages", "size", "licence", "installed"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        size = f"{row['size_mb']} MB" if row["size_mb"] else ""
        languages = " ".join(row["languages"] or ["?"])
        installed = "yes" if row["installed"] else "-"
        table.add_row(row["name"], row["engine"], languages, size, row["licence"] or "?", installed)
    out.print(table)
    if any(row["installed"] for row in rows):
        out.print("\nInstalled:")
    for row in rows:
        if row["installed"]:
            out.print(f"{row['name']}: {row['path']}", markup=False, soft_wrap=True)
    places = ", ".join(str(place) for place in model_directories())
    out.print(f"\nModels are looked for in {places} and in installed packages.", markup=False)
    out.print("Next: `callwatch models download NAME`.", markup=False)


@models_app.command()
def download(
    name: Annotated[str, typer.Argument(help="A name from `callwatch models list`.")],
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="A mirror: a directory, or an address that has the files.",
            metavar="DIR|URL",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Also when it is installed.")] = False,
    as_json: Json = False,
) -> None:
    """Fetches a model, checks it and installs it. What broke off is continued."""
    model = catalogue_model(name)
    library = ModelLibrary()
    if library.is_installed(name) and not force:
        path = library.path(name)
    else:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with _transfer(name) as progress:
            path = library.download(model, source, progress, time.sleep, now)
    if as_json:
        print_json({"name": name, "path": str(path), "checksum": model.checksum})
        return
    out.print(f"{name} is installed in {path}. Licence: {model.licence}.", markup=False)
    out.print(f"Checksum: {model.checksum}.", markup=False)


@models_app.command()
def verify(
    name: Annotated[str | None, typer.Argument(help="One model; all of them without.")] = None,
    as_json: Json = False,
) -> None:
    """Compares installed models with what they were when they were installed."""
    found = installed_models()
    chosen = [m for m in found if name in (None, m.name)]
    library = ModelLibrary()
    if not chosen and name is not None:
        if not library.path(name).is_dir():
            raise ModelError(f"No model {name} is installed: see `callwatch models list`.")
        chosen = [InstalledModel(library.path(name), "", name, None)]
    results = [library.verify(model) for model in chosen]
    if as_json:
        print_json([_verification_row(result) for result in results])
    for result in results if not as_json else ():
        state = "; ".join(result.problems) if result.problems else "in order"
        out.print(
            f"{result.name}: {state}" + (f" ({result.note})" if result.note else ""), markup=False
        )
    broken = [result.name for result in results if result.problems]
    if broken:
        raise ModelError(
            f"Damaged: {', '.join(broken)}. Run `callwatch models download --force NAME`."
        )


@models_app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The model to delete.")],
    forget: Annotated[
        bool, typer.Option("--forget", help="Also forget the checksums of its first download.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Deletes a model from this machine."""
    library = ModelLibrary()
    path = library.path(name)
    library.remove(name, forget)
    if as_json:
        print_json({"name": name, "removed": str(path)})
        return
    out.print(f"{name} is removed.", markup=False)


def _catalogue_row(model: CatalogueModel, found: list[InstalledModel]) -> dict[str, Any]:
    path = next((str(m.path) for m in found if m.name == model.name), None)
    return {
        "name": model.name,
        "engine": model.engine,
        "languages": list(model.languages),
        "size_mb": model.size_mb,
        "licence": model.licence,
        "page": model.page,
        "source": [model.base + file.name for file in model.files] or [model.base],
        "sha256": {file.name: file.sha256 for file in model.files},
        "checksum": model.checksum,
        "note": model.note,
        "installed": path is not None,
        "path": path,
    }


def _installed_row(model: InstalledModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "engine": model.engine,
        "languages": sorted(model.languages) if model.languages else None,
        "size_mb": round(sum(p.stat().st_size for p in model.path.rglob("*") if p.is_file()) / 1e6),
        "licence": None,
        "page": None,
        "source": None,
        "sha256": None,
        "checksum": None,
        "note": "not in the catalogue",
        "installed": True,
        "path": str(model.path),
    }


def _verification_row(result: Verification) -> dict[str, Any]:
    return {
        "name": result.name,
        "path": str(result.path),
        "in_order": not result.problems,
        "problems": list(result.problems),
        "note": result.note,
    }


@contextmanager
def _transfer(name: str) -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar on stderr, one line a file."""
    if not err.is_terminal:
        yield lambda _file, _at, _total: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def progress(file: str, at: int, total: int | None) -> None:
            if file not in tasks:
                tasks[file] = bar.add_task(f"{name}: {file}", total=total)
            bar.update(tasks[file], completed=at, total=total)

        yield progress
