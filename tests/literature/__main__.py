"""Report how the product stands against its published cases; exits with 1 if a built case fails."""

from __future__ import annotations

import sys

from tests.literature import outcomes


def main() -> int:
    found = outcomes()
    print(f"{'file':<14}{'passed':>8}{'failed':>8}{'not yet built':>16}")
    for file in dict.fromkeys(each.case.file for each in found):
        here = [each for each in found if each.case.file == file]
        missing = sum(each.problems is None for each in here)
        failed = sum(bool(each.problems) for each in here)
        print(f"{file:<14}{len(here) - missing - failed:>8}{failed:>8}{missing:>16}")
    failures = [each for each in found if each.problems]
    for each in failures:
        print(f"FAILED {each.case.id}: {'; '.join(each.problems or ())}")
    for each in found:
        if each.problems is None:
            print(f"not yet built: {each.case.file} {each.case.id}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
