"""Write the reference pages anew: ``.venv/bin/python -m docs.generate``.

Run it after a change to a method, a policy, an error or a command; a test fails while a page differs from the code.
The pages hold no date and no place, so the same code gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from docs.pages import (
    cli,
    disposal_ways,
    errors,
    index,
    instruments,
    loan_events,
    methods,
    papers,
    policies,
    programmes,
    repayment_forms,
    state_machines,
    subjects,
)

__all__ = ["COMMAND", "PAGES", "ROOT", "stale"]

COMMAND = ".venv/bin/python -m docs.generate"
ROOT = Path(__file__).resolve().parent
#: Each page by its file below ``docs``, and the function that gives its text.
PAGES: Mapping[str, Callable[[], str]] = {
    "index.md": index.page,
    "reference/methods.md": methods.page,
    "reference/subjects.md": subjects.page,
    "reference/rate_papers.md": papers.rate_papers,
    "reference/scores.md": papers.scores,
    "reference/policies.md": policies.page,
    "reference/programmes.md": programmes.page,
    "reference/instruments.md": instruments.page,
    "reference/repayment_forms.md": repayment_forms.page,
    "reference/disposal_ways.md": disposal_ways.page,
    **state_machines.pages(),
    "reference/loan_events.md": loan_events.page,
    "reference/errors.md": errors.page,
    "reference/cli.md": cli.page,
}


def stale(name: str, *, root: Path = ROOT) -> bool:
    """Does the page on disk differ from what the code says now?"""
    path = root / name
    return not path.is_file() or path.read_text(encoding="utf-8") != PAGES[name]()


def main(root: Path = ROOT) -> None:
    """Write every page."""
    for name, page in PAGES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
