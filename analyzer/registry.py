"""Finds parsers and rules by walking their packages: adding one edits no existing file."""

import importlib
import pkgutil
from types import ModuleType

import parsers


def _modules(package: ModuleType) -> list[str]:
    return sorted(info.name for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))


def load_parsers() -> None:
    """Import every module of `parsers`, so that Parser.registry is complete."""
    for name in _modules(parsers):
        importlib.import_module(name)


def load_rules() -> None:
    """Import every module of `analyzer.rules`, so that Rule.registry is complete."""
    import analyzer.rules  # noqa: PLC0415 - rules import joins and parsers, which a mere listing of parsers does not need

    for name in _modules(analyzer.rules):
        importlib.import_module(name)


def load_diagnoses() -> None:
    """Import every module of `analyzer.diagnoses`, so that DiagnosisRule.registry is complete."""
    import analyzer.diagnoses  # noqa: PLC0415 - as above

    for name in _modules(analyzer.diagnoses):
        importlib.import_module(name)
