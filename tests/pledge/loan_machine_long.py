"""The loan machine for longer: ``python -m tests.pledge.loan_machine_long [steps]``, 100,000 without a number."""

from __future__ import annotations

import sys

from tests.pledge.loan_machine_run import run

if __name__ == "__main__":
    # Other examples at every call: the test in CI repeats its own, this looks for new ones.
    seen = run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, repeats_itself=False)
    for thing, count in sorted(seen.items()):
        sys.stdout.write(f"{count:8d}  {thing}\n")
