"""The mutants of a module: each number of its configs and constants changed, in memory only.

Also a pytest plugin (`-p benchmarks.mutants`): with a mutant in the environment, its module is
compiled from the changed text. No file is written, so any number of runs may go on side by side.
"""

import ast
import importlib.machinery
import importlib.util
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

VARIABLE: Final = "CALLWATCH_MUTANT"
FACTORS: Final = (1.5, 0.67)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One number of a module with another value. `start`, `end`: bytes in the line `line`."""

    module: str
    group: str  # the config, or "constants"
    name: str
    line: int
    start: int
    end: int
    text: str
    becomes: str

    @property
    def label(self) -> str:
        """For a list of survivors."""
        return f"{self.module}: {self.name} {self.text} -> {self.becomes}"

    def applied(self, source: str) -> str:
        """The module's text with this number changed."""
        lines = source.encode("utf-8").splitlines(keepends=True)
        line = lines[self.line - 1]
        lines[self.line - 1] = line[: self.start] + self.becomes.encode() + line[self.end :]
        return b"".join(lines).decode("utf-8")

    def environment(self) -> dict[str, str]:
        """What makes the plugin apply it."""
        return {VARIABLE: json.dumps(asdict(self))}


def mutants_of(path: Path, module: str) -> list[Mutant]:
    """Two for each number, one for each truth value: fields of *Config, constants of the module."""
    source = path.read_text("utf-8")
    out: list[Mutant] = []
    for group, name, node in _values(ast.parse(source)):
        text = ast.get_source_segment(source, node) or ""
        end = node.end_col_offset or 0
        for becomes in changed(ast.literal_eval(node)):
            out.append(
                Mutant(module, group, name, node.lineno, node.col_offset, end, text, becomes)
            )
    return out


def changed(value: object) -> list[str]:
    """Other values for a number or a truth value: x1.5 and x0.67, and at least one off."""
    if isinstance(value, bool):
        return [str(not value)]
    if isinstance(value, int):
        # Zero has no multiple.
        more, less = (round(value * factor) for factor in FACTORS)
        step = 1 if value >= 0 else -1
        more = more if more != value else value + step
        less = less if less != value else value - step
        return [str(more)] if value == 0 else [str(more), str(less)]
    if isinstance(value, float):
        return ["0.1"] if value == 0.0 else [repr(value * factor) for factor in FACTORS]
    return []


def _values(tree: ast.Module) -> Iterator[tuple[str, str, ast.expr]]:
    """(group, name, literal) of all that is mutated."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.endswith("Config"):
            for name, value in _assignments(node.body):
                for literal in _literals(value):
                    yield node.name, f"{node.name}.{name}", literal
    for name, value in _assignments(tree.body):
        if name.lstrip("_").isupper():
            for literal in _literals(value):
                yield "constants", name, literal


def _assignments(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _literals(node: ast.expr) -> Iterator[ast.expr]:
    """The numbers and truth values in a plain value, a tuple, a set, a table or a call's default.

    What is written as a shift is a flag or the size of a buffer, and no threshold.
    """
    if _is_number(node):
        yield node
    elif isinstance(node, ast.UnaryOp):
        yield from _literals(node.operand)
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for item in node.elts:
            yield from _literals(item)
    elif isinstance(node, ast.Dict):
        for item in node.values:
            yield from _literals(item)
    elif isinstance(node, ast.BinOp) and not isinstance(node.op, ast.LShift):
        yield from _literals(node.left)
        yield from _literals(node.right)
    elif isinstance(node, ast.Call):  # frozenset((1, 2)), limited(30, ...)
        for item in node.args:
            yield from _literals(item)


def _is_number(node: ast.expr) -> bool:
    """A number, with or without a minus, or a truth value."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return isinstance(node.operand, ast.Constant)
    return isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float)


class _MutantLoader(importlib.machinery.SourceFileLoader):
    """Compiles the changed text; no cached byte code is read or written."""

    def __init__(self, spec: importlib.machinery.ModuleSpec, mutant: Mutant) -> None:
        super().__init__(spec.name, str(spec.origin))
        self._mutant = mutant

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        """The code of the mutant."""
        source = self._mutant.applied(Path(self.path).read_text("utf-8"))
        code: CodeType = compile(source, self.path, "exec", dont_inherit=True)
        return code


class MutantFinder(MetaPathFinder):
    """Finds the mutant's module, and nothing else."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        """The module from its changed text."""
        if fullname != self._mutant.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin is None:
            return None
        return importlib.util.spec_from_file_location(
            fullname, spec.origin, loader=_MutantLoader(spec, self._mutant)
        )


if VARIABLE in os.environ:
    sys.meta_path.insert(0, MutantFinder(Mutant(**json.loads(os.environ[VARIABLE]))))
