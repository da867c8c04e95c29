"""Pictures of a report, as shapes on a plane: each module lays out one of them, a template writes them as SVG."""

from analyzer.render.pictures.drawn import pictures

__all__ = ["pictures"]
