"""The benchmarks with all peers: ``.venv/bin/python -m benchmarks [NAME ...]``.

Makes an environment of its own in a temporary folder, puts the peers into it from a hashed lock, lets it see the
project's packages too, runs everything there, and throws it away.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(chosen: list[str]) -> int:
    sys.path.insert(0, str(HERE.parent))
    import tasks

    with tempfile.TemporaryDirectory(prefix="ipfin-bench-") as name:
        venv = Path(name) / "venv"
        subprocess.run([tasks.find_uv(), "venv", "--quiet", "--python", sys.executable, venv], check=True)
        python = venv / ("Scripts/python.exe" if tasks.WINDOWS else "bin/python")
        install = [tasks.find_uv(), "pip", "install", "--quiet", "--python", python, "--require-hashes"]
        lock = HERE / "requirements-peers.lock"
        subprocess.run([*install, "-r", lock], check=True, env=tasks.installer_environment())
        code = "import sysconfig; print(sysconfig.get_path('purelib'))"
        site = subprocess.check_output([python, "-c", code], text=True).strip()
        seen = f"{HERE.parent}\n{sysconfig.get_path('purelib')}\n"
        (Path(site) / "project.pth").write_text(seen, encoding="utf-8")
        return subprocess.call([python, "-m", "benchmarks.run", *chosen], cwd=HERE.parent)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
