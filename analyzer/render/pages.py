"""The template engine: every value is made visible and escaped on its way into a page, whatever the template says."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from analyzer.render import words
from analyzer.render.markdown import prose
from analyzer.render.visible import bounded, marked, visible

_ANALYZER = Path(__file__).resolve().parent.parent
_PLACES = (_ANALYZER / "_templates" / "html", _ANALYZER.parent / "templates" / "html")  # installed; in the repository


def page(template: str, **context: Any) -> str:
    """One page from a template. It carries its style and script, and a policy that allows these and nothing else."""
    return environment().get_template(template).render(**context)


@cache
def environment() -> Environment:
    """The engine. `finalize` runs on the result of every expression, so no template can forget it."""
    folder = next(place for place in _PLACES if place.is_dir())
    env = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_safe,
    )
    style = "\n".join(_minified((folder / name).read_text(encoding="utf-8")) for name in ("style.css", "pictures.css"))
    script = (folder / "report.js").read_text(encoding="utf-8")
    env.globals |= {"style": Markup(style), "style_source": _source(style)}  # noqa: S704 - our own file
    env.globals |= {"script": Markup(script), "script_source": _source(script)}  # noqa: S704 - our own file
    env.filters |= {
        "attribute": _attribute,
        "bounded": bounded,
        "plural": words.plural,
        "prose": prose,
        "when": words.when,
        "few": words.first_few,
        "size": words.size,
        "number": lambda number: f"{number:,}",
    }
    env.globals |= {"line_range": words.lines}
    return env


def _source(text: str) -> Markup:
    """The text as a policy names it: by its digest."""
    return Markup("'sha256-{}'").format(b64encode(sha256(text.encode()).digest()).decode())


def _safe(value: Any) -> Any:
    return marked(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _attribute(value: str) -> Markup:
    return escape(visible(value))


def _minified(style: str) -> str:
    kept = (line.strip() for line in style.split("\n"))
    return "\n".join(line for line in kept if line and not (line.startswith("/*") and line.endswith("*/")))
