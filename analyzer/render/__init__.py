"""Views of a report. They read `analyzer.model` and nothing else; none of them judges."""

from analyzer.render.html import report_html
from analyzer.render.index import BatchRow, index_html
from analyzer.render.json_report import report_dict, report_json
from analyzer.render.terminal import print_summary
from analyzer.render.visible import visible

__all__ = ["BatchRow", "index_html", "print_summary", "report_dict", "report_html", "report_json", "visible"]
