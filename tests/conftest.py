"""What every test of this project shares: no surprise from outside.

The fixtures of one subject stand beside its tests; only what all of them need is here.
"""

import os
import shutil

import hypothesis
import pytest

# One profile for all machines: examples are derived from the test itself, so a failure on one machine is a
# failure on every other, and a slow machine does not fail by the clock.
hypothesis.settings.register_profile("ipfin", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ipfin")


@pytest.fixture(scope="session")
def soffice() -> str:
    """Where LibreOffice is; skips without it, unless REQUIRE_LIBREOFFICE says that a skip is a failure."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is not None:
        return found
    message = "LibreOffice (package libreoffice-calc-nogui) is not installed"
    if os.environ.get("REQUIRE_LIBREOFFICE") == "1":
        pytest.fail(f"{message}, and REQUIRE_LIBREOFFICE=1 asks for it")
    pytest.skip(message)
