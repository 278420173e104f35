"""The loan machine for longer: ``python -m tests.pledge.loan_machine_long [steps]``, 100,000 without a number."""

from __future__ import annotations

import sys

import hypothesis

from tests.pledge.loan_machine import SEEN
from tests.pledge.test_loan_machine import run

if __name__ == "__main__":
    # Other examples at every call: the test in CI repeats its own, this looks for new ones.
    hypothesis.settings.register_profile("long", derandomize=False, database=None)
    hypothesis.settings.load_profile("long")
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    for thing, count in sorted(SEEN.items()):
        sys.stdout.write(f"{count:8d}  {thing}\n")
