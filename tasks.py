#!/usr/bin/env python3
"""Set up and run this project with nothing but Python 3.11 or newer.

    python3 tasks.py demo          value a patent, quote a loan, show what public money adds
    python3 tasks.py test [args]   run the tests; further arguments go to pytest
    python3 tasks.py lint          format, lint, types, import contracts
    python3 tasks.py wheel         build the wheel and try it in a clean environment, outside the checkout
    python3 tasks.py check         what continuous integration runs: lint, wheel, test
    python3 tasks.py lock [args]   renew the lock files; further arguments go to `uv pip compile`

Every command first brings `.venv` up to date from the hashed lock files and leaves a stamp there, so that the
next call skips that step. Only the standard library is used here.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # before any newer import, so that an old Python gets this sentence
    sys.exit(
        "ipfin needs Python 3.11 or newer, this is Python %d.%d at %s.\n"
        "Run this file with a newer one, for example: python3.12 tasks.py demo"
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )

import functools
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
STAMP = VENV / "ipfin-stamp.json"
PYPROJECT = ROOT / "pyproject.toml"

UV_LOCK = ROOT / "requirements-uv.lock"  # the installer itself, for machines without uv
RUNTIME_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "requirements-test.lock"

DOMAIN = ("valuation", "pledge", "leverage")
PACKAGES = (*DOMAIN, "api")
PYTEST_WORKERS = "2"


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code is that of the program it ran."""
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    return COMMANDS[arguments[0]](list(arguments[1:]))


def demo(arguments: list[str]) -> int:
    """Run the worked example on the runtime packages only."""
    ensure_environment(RUNTIME_LOCK)
    if not (ROOT / "api" / "demo.py").is_file():
        raise SetupError("api/demo.py is not in this checkout, so there is no example to run.")
    return run(PYTHON, "-m", "api.demo", *arguments)


def test(arguments: list[str]) -> int:
    """Run pytest, on two workers unless the arguments choose otherwise."""
    ensure_environment(TEST_LOCK)
    workers = [] if has_worker_choice(arguments) else ["-n", PYTEST_WORKERS]
    # Every worker would otherwise start as many threads of linear algebra as there are cores, to wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return run(PYTHON, "-m", "pytest", *workers, *arguments)


def lint(arguments: list[str]) -> int:
    """Run every static check, all of them even when an early one fails."""
    refuse_arguments("lint", arguments)
    ensure_environment(TEST_LOCK)
    steps: list[list[str | Path]] = [
        [PYTHON, "-m", "ruff", "format", "--check", "."],
        [PYTHON, "-m", "ruff", "check", "."],
        [PYTHON, "-m", "mypy"],
        [BIN / "lint-imports", "--no-logo"],
    ]
    return max([run(*step) for step in steps])


def wheel(arguments: list[str]) -> int:
    """Build the wheel, install it with the runtime lock alone, and use it outside the checkout."""
    refuse_arguments("wheel", arguments)
    ensure_environment(TEST_LOCK)
    with tempfile.TemporaryDirectory(prefix="ipfin-wheel-") as name:
        folder = Path(name)
        build: list[str | Path] = [
            PYTHON,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            folder,
            ROOT,
        ]
        require(build, "The wheel could not be built.")
        (built,) = folder.glob("*.whl")
        clean = folder / "venv"
        require([find_uv(), "venv", "--quiet", "--python", PYTHON, clean], "No clean environment could be made.")
        python = clean / PYTHON.relative_to(VENV)
        install: list[str | Path] = [find_uv(), "pip", "install", "--quiet", "--python", python]
        require([*install, "--require-hashes", "-r", RUNTIME_LOCK], "The runtime packages were not installed.")
        require([*install, "--no-deps", built], "The wheel was not installed.")
        return smoke(python, folder)


def smoke(python: Path, folder: Path) -> int:
    """Use an installed ipfin from another folder: every module imports, the console script answers."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    steps: list[list[str | Path]] = [
        [python, "-c", IMPORT_EVERYTHING, str(ROOT), *PACKAGES],
        [python.parent / "ipfin", "doctor"],
    ]
    return max(subprocess.call(step, cwd=folder, env=environment) for step in steps)


IMPORT_EVERYTHING = """
import importlib, pathlib, pkgutil, sys
checkout, *names = sys.argv[1:]
count = 0
for name in names:
    package = importlib.import_module(name)
    installed = pathlib.Path(package.__file__).parent
    assert not installed.is_relative_to(checkout), f"{name} came from the checkout"
    for path in pathlib.Path(checkout, name).rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            relative = path.relative_to(pathlib.Path(checkout, name))
            assert (installed / relative).is_file(), f"{name}/{relative} is not in the wheel"
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)
            count += 1
print(f"The wheel on its own: {count} modules import, no file of the checkout is missing.")
"""


def check(arguments: list[str]) -> int:
    """Run what continuous integration runs, all of it even when an early part fails."""
    codes = {"lint": attempt(lint), "wheel": attempt(wheel), "test": attempt(test, *arguments)}
    failed = [name for name, code in codes.items() if code]
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return max(codes.values())


def attempt(command: Callable[[list[str]], int], *arguments: str) -> int:
    """Run one command of several; one that cannot be set up counts as failed and lets the others run."""
    try:
        return command(list(arguments))
    except SetupError as error:
        print(f"tasks.py: {error}", file=sys.stderr)
        return 1


def refuse_arguments(command: str, arguments: list[str]) -> None:
    """Stop at arguments that would be ignored."""
    if arguments:
        raise SetupError(f"{command} takes no arguments, found: {' '.join(arguments)}")


def lock(arguments: list[str]) -> int:
    """Renew the lock files; pins already there are kept unless `--upgrade` is given."""
    ensure_environment(None)
    options = ["--universal", "--generate-hashes", "--no-annotate", "--no-header", "--python-version", "3.11"]
    compile_command: list[str | Path] = [find_uv(), "pip", "compile", "--quiet", *options, *arguments]
    targets: list[tuple[list[str | Path], Path]] = [
        ([PYPROJECT], RUNTIME_LOCK),
        ([PYPROJECT, "--group", "test", "-c", RUNTIME_LOCK], TEST_LOCK),
        (["--group", "installer"], UV_LOCK),
    ]
    return max([run_installer(*compile_command, *source, "-o", target) for source, target in targets])


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "test": test,
    "lint": lint,
    "wheel": wheel,
    "check": check,
    "lock": lock,
}


class SetupError(Exception):
    """The environment cannot be made; the message says what to do."""


def has_worker_choice(arguments: Sequence[str]) -> bool:
    """Tell whether the pytest arguments choose the number of workers or need a single process."""
    single_process = ("--pdb", "--trace", "-s", "--collect-only", "--co")
    return any(argument in single_process or argument.startswith(("-n", "--numprocesses")) for argument in arguments)


def run(*command: str | Path) -> int:
    """Run a program in the checkout and return its exit code."""
    return subprocess.call([str(part) for part in command], cwd=ROOT)


def run_installer(*command: str | Path) -> int:
    """Run uv or pip in the checkout and return its exit code."""
    return subprocess.call([str(part) for part in command], cwd=ROOT, env=installer_environment())


def installer_environment() -> dict[str, str]:
    """Our own environment, with uv told never to fetch a Python and where pip's packages come from."""
    environment = dict(os.environ)
    environment["UV_PYTHON_DOWNLOADS"] = "never"
    if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & environment.keys() and (mirror := index_of_pip()):
        environment["UV_DEFAULT_INDEX"] = mirror
    return environment


@functools.cache
def index_of_pip() -> str:
    """The package index this machine's pip is set to, empty when it has its standard one.

    uv does not read pip's settings, and where the standard index is slow or closed the mirror is set there.
    """
    if mirror := os.environ.get("PIP_INDEX_URL"):
        return mirror
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else ""


# --- the environment -------------------------------------------------------------------------------------


def ensure_environment(lock_file: Path | None) -> None:
    """Bring `.venv` to the state the lock file asks for, or skip at once when the stamp says it is there.

    The test lock holds everything of the runtime lock, so its stamp serves both and `demo` never takes
    packages away. `None` asks only for an interpreter.
    """
    if lock_file is not None and is_stamped(lock_file):
        return
    make_venv()
    if lock_file is None:
        return
    print(f"Setting up .venv from {lock_file.name} (only after a change) ...", file=sys.stderr, flush=True)
    STAMP.unlink(missing_ok=True)
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    require(
        [find_uv(), "pip", "install", *quiet, "--python", PYTHON, "--require-hashes", "-r", lock_file],
        f"The packages of {lock_file.name} could not be installed; the lines above say why.",
    )
    install_project()
    STAMP.write_text(json.dumps({"lock": lock_file.name, "fingerprint": fingerprint()}), encoding="utf-8")


def is_stamped(lock_file: Path) -> bool:
    """Tell whether an earlier run finished installing this lock, or the larger one that contains it."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return (
        PYTHON.exists()
        and stamp.get("lock") in {lock_file.name, TEST_LOCK.name}
        and stamp.get("fingerprint") == fingerprint()
    )


def fingerprint() -> str:
    """Digest of all that decides what is in `.venv`: locks, project file, this file, Python, place."""
    digest = hashlib.sha256()
    for part in (RUNTIME_LOCK, TEST_LOCK, PYPROJECT, Path(__file__)):
        digest.update(read_required(part))
    digest.update(f"{ROOT}|{read_required(VENV / 'pyvenv.cfg')!r}".encode())
    return digest.hexdigest()


def read_required(path: Path) -> bytes:
    """Read a file that must be there."""
    if not path.is_file():
        raise SetupError(f"{path.name} is missing; expected it at {path}.")
    return path.read_bytes()


def make_venv() -> None:
    """Make `.venv` with this Python when there is none that works."""
    if venv_works():
        return
    clear = ["--clear"] if VENV.exists() else []
    if uv := uv_on_path():
        require([uv, "venv", "--quiet", "--python", sys.executable, *clear, VENV], "uv could not make .venv.")
    elif importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        require([sys.executable, "-m", "venv", *clear, VENV], "The folder .venv could not be made.")
    else:
        raise SetupError(
            f"The Python at {sys.executable} cannot make a virtual environment: its `venv` and `ensurepip` "
            "parts are not installed.\nDebian and Ubuntu: `apt-get install python3-venv`; or put `uv` on the "
            "PATH. Then run the same command again."
        )


def venv_works() -> bool:
    """Tell whether `.venv` holds a Python of 3.11 or newer that starts."""
    if not (PYTHON.exists() and (VENV / "pyvenv.cfg").is_file()):
        return False
    probe = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0


def uv_on_path() -> Path | None:
    """The uv of this machine, when there is one that starts (a version manager's empty shim does not)."""
    found = shutil.which("uv")
    if found is None:
        return None
    works = subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0
    return Path(found) if works else None


def find_uv() -> Path:
    """The uv to install with: this machine's, or the pinned one, put into `.venv` by pip."""
    own = BIN / ("uv.exe" if WINDOWS else "uv")
    if own.is_file():
        return own
    if uv := uv_on_path():
        return uv
    pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    require(
        [*pip, "install", "--quiet", "--require-hashes", "-r", UV_LOCK],
        "uv could not be installed with pip; the lines above say why. Is a package index within reach?",
    )
    return own


def require(command: Sequence[str | Path], failure: str) -> None:
    """Run a set-up step that must succeed."""
    if run_installer(*command):
        raise SetupError(failure)


# --- the project itself ----------------------------------------------------------------------------------


def install_project() -> None:
    """Put the checkout on the environment's path, as an editable install does, without building anything.

    A build would download its back end unlocked. What an installer writes for an editable project is little:
    a path file, the metadata that `importlib.metadata` reads, and the console script.
    """
    project = tomllib.loads(read_required(PYPROJECT).decode())["project"]
    site = site_packages()
    name, version = project["name"], project["version"]
    for stale in site.glob(f"{name}-*.dist-info"):
        shutil.rmtree(stale)
    (site / f"{name}.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    metadata = site / f"{name}-{version}.dist-info"
    metadata.mkdir()
    scripts = project["scripts"]
    entry_points = "\n".join(["[console_scripts]", *(f"{key} = {value}" for key, value in scripts.items())])
    files = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "INSTALLER": "tasks.py\n",
        "top_level.txt": "\n".join(PACKAGES) + "\n",
        "entry_points.txt": entry_points + "\n",
    }
    for file_name, text in files.items():
        (metadata / file_name).write_text(text, encoding="utf-8")
    record = [f"{metadata.name}/{file_name},," for file_name in [*files, "RECORD"]]
    (metadata / "RECORD").write_text("\n".join([f"{name}.pth,,", *record]) + "\n", encoding="utf-8")
    for script, target in scripts.items():
        write_launcher(script, target)


def site_packages() -> Path:
    """The folder of `.venv` that packages are installed into."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(subprocess.check_output([PYTHON, "-c", code], text=True).strip())


def write_launcher(script: str, target: str) -> None:
    """Write the small program that starts a `module:function` target in `.venv`."""
    module, function = target.split(":")
    code = f"import sys\nfrom {module} import {function}\n\nsys.exit({function}())\n"
    if WINDOWS:
        (BIN / f"{script}-script.py").write_text(code, encoding="utf-8")
        (BIN / f"{script}.cmd").write_text(f'@"%~dp0python.exe" "%~dp0{script}-script.py" %*\r\n', encoding="utf-8")
        return
    launcher = BIN / script
    # Through `sh`, since the kernel cuts a `#!` line that holds a long path or one with a space.
    shell = f"#!/bin/sh\n'''exec' '{PYTHON}' \"$0\" \"$@\"\n' '''\n"
    launcher.write_text(shell + code, encoding="utf-8")
    launcher.chmod(0o755)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        sys.exit(f"tasks.py: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
