"""
Watches one run: `python -m sim.app.job_process FOLDER -- COMMAND ...` runs the command and notes how it ended.

A process of its own, so that a run goes on when the application is restarted.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run the command with its output in `output.txt`, then write `exit.json`."""
    folder, command = Path(arguments[0]), arguments[2:]
    with (folder / "output.txt").open("wb") as output:
        code = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False)
    temporary = folder / ".exit.json.tmp"
    temporary.write_text(json.dumps({"code": code.returncode, "time": time.time()}), encoding="utf-8")
    temporary.replace(folder / "exit.json")
    return code.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
