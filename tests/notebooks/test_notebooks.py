"""Each notebook runs from top to bottom in a fresh kernel and ends in asserts that hold.

Checked against: the notebook's own asserts (a plain loop as second way, a million draws against Sobol points).
"""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbclient
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = jupytext.read(path)
    assert "assert" in notebook.cells[-1].source, "a notebook ends in asserts"
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute()


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS, "the researchers' notebooks are in notebooks/"
