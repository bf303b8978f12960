"""
Runs and studies that were asked for: a queue on disk, each a process of `sim` that outlives the application.

A job is a folder: `job.json` (what was asked, and its state), `progress.json`, `output.txt`, `exit.json`. The process
that watches a run writes `exit.json`; whoever reads the folder later knows how it ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

from sim.app.workspace import NotThereError, Workspace
from sim.errors import InputError
from sim.terminal import LIVE_FILE, PROGRESS_FILE

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
MOST_QUEUED = 100
POLL_S = 0.3
LAST_CHARACTERS = 6000


class JobQueue:
    """
    Jobs of a workspace, run one after the other.

    Parameters
    ----------
    workspace
        The workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look after the queue; jobs that an earlier application left behind go on."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; runs go on."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5.0)

    def add(self, overrides: list[str], label: str, study: str | None = None) -> dict[str, Any]:
        """
        Put a run or a study into the queue.

        Parameters
        ----------
        overrides
            Arguments of `sim run`, or further ones of `sim study`, checked before.
        label
            What the user calls it.
        study
            Name of a study of the workspace; None for a run.

        Raises
        ------
        InputError
            If too many jobs are waiting.
        """
        with self._lock:
            if sum(job["state"] == QUEUED for job in self._jobs()) >= MOST_QUEUED:
                raise InputError(f"queue: expected at most {MOST_QUEUED} waiting jobs; wait or cancel some")
            job_id = f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"
            folder = self.workspace.own_folder("jobs") / job_id
            folder.mkdir()
            job = {
                "job_id": job_id,
                "label": label,
                "overrides": overrides,
                "study": study,
                "state": QUEUED,
                "asked": time.time(),
                "began": None,
                "ended": None,
                "pid": None,
                "run": f"job-{job_id}",
            }
            _write(folder / "job.json", job)
        return job

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs, newest first, with progress and the last lines of output."""
        return [self._told(job) for job in reversed(self._jobs())]

    def job(self, job_id: str) -> dict[str, Any]:
        """
        One job.

        Raises
        ------
        NotThereError
            If there is none of that name.
        """
        found = [job for job in self._jobs() if job["job_id"] == job_id]
        if not found:
            raise NotThereError(f"job: there is no job {job_id[:80]!r}")
        return self._told(found[0])

    def live(self, job_id: str) -> dict[str, Any]:
        """
        State of the day that a job simulates, as from `sim.model.live_state`.

        Raises
        ------
        NotThereError
            If there is no such job, or its day has not begun.
        """
        found = _read(self._folder(self.job(job_id)) / "live.json")
        if found is None:
            raise NotThereError(f"job: the day of {job_id[:80]!r} has not begun")
        return found

    def cancel(self, job_id: str) -> dict[str, Any]:
        """End a job that waits or runs; one that has ended stays as it is."""
        with self._lock:
            job = self.job(job_id)
            if job["state"] in (QUEUED, RUNNING):
                if job["state"] == RUNNING:
                    _kill(job)
                self._set(job_id, state=CANCELLED, ended=time.time())
        return self.job(job_id)

    # -- the work ------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(OSError):  # a full or vanished disk: try again
                self.step()
            self._stop.wait(POLL_S)

    def step(self) -> None:
        """See how running jobs fare, and start the next one when none runs."""
        with self._lock:
            jobs = self._jobs()
            for job in jobs:
                if job["state"] == RUNNING:
                    self._look_after(job)
            if not any(job["state"] == RUNNING for job in self._jobs()):
                waiting = [job for job in jobs if job["state"] == QUEUED]
                if waiting:
                    self._begin(waiting[0])

    def _begin(self, job: dict[str, Any]) -> None:
        folder = self._folder(job)
        command = [sys.executable, "-m", "sim.cli", *self._words(job)]
        watcher = [sys.executable, "-m", "sim.app.job_process", str(folder), "--", *command]
        process = subprocess.Popen(
            watcher,
            cwd=self.workspace.folder,
            env={**os.environ, **self._files_to_watch(folder), "MPLBACKEND": "Agg"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        threading.Thread(target=process.wait, daemon=True).start()  # no zombie stays behind
        self._set(job["job_id"], state=RUNNING, began=time.time(), pid=process.pid, birth=_birth(process.pid))

    @staticmethod
    def _files_to_watch(folder: Path) -> dict[str, str]:
        """Environment that makes a process keep its progress and the state of its day in the job's folder."""
        return {PROGRESS_FILE: str(folder / "progress.json"), LIVE_FILE: str(folder / "live.json")}

    def _words(self, job: dict[str, Any]) -> list[str]:
        """Words after `sim` that do the job; a study that was stopped goes on where it was."""
        if job.get("study"):
            return ["study", job["study"], *job["overrides"]]
        return ["run", *job["overrides"], f"paths.run_dir={self.workspace.app_folder / 'runs' / job['run']}"]

    def _look_after(self, job: dict[str, Any]) -> None:
        ended = _read(self._folder(job) / "exit.json")
        if ended is not None:
            self._set(job["job_id"], state=DONE if ended.get("code") == 0 else FAILED, ended=ended.get("time"))
        elif not _is_alive(job):
            # The watcher is gone without a word: the machine was restarted, or somebody killed it. Once more.
            again = int(job.get("again") or 0)
            state = QUEUED if again < 1 else FAILED
            self._set(job["job_id"], state=state, again=again + 1, ended=None if state == QUEUED else time.time())

    # -- files ---------------------------------------------------------------------------------

    def _jobs(self) -> list[dict[str, Any]]:
        folders = sorted(self.workspace.own_folder("jobs").iterdir())
        found = [_read(folder / "job.json") for folder in folders if folder.is_dir()]
        return sorted((job for job in found if job), key=lambda job: (job["asked"], job["job_id"]))

    def _folder(self, job: dict[str, Any]) -> Path:
        return self.workspace.own_folder("jobs") / str(job["job_id"])

    def _set(self, job_id: str, **values: Any) -> None:
        path = self.workspace.own_folder("jobs") / job_id / "job.json"
        _write(path, (_read(path) or {}) | values)

    def _told(self, job: dict[str, Any]) -> dict[str, Any]:
        folder = self._folder(job)
        output = folder / "output.txt"
        text = output.read_text(encoding="utf-8", errors="replace")[-LAST_CHARACTERS:] if output.is_file() else ""
        finished = self.workspace.app_folder / "runs" / job["run"] / "kpis.json"
        if job.get("study"):
            finished = self.workspace.folder / "results" / job["study"] / "summary.csv"
        has_run = finished.is_file()
        has_day = (folder / "live.json").is_file()
        return job | {
            "progress": _read(folder / "progress.json"),
            "output": text,
            "has_run": has_run,
            "has_day": has_day,
        }


def _kill(job: dict[str, Any]) -> None:
    """End the process group of a job, if it is still the one that was started."""
    if _is_alive(job):
        try:
            os.killpg(int(job["pid"]), signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def _is_alive(job: dict[str, Any]) -> bool:
    """Whether the watcher lives; a process number that was given to another process since does not count."""
    birth = _birth(int(job.get("pid") or 0))
    return birth is not None and birth == job.get("birth")


def _birth(pid: int) -> str | None:
    """When a process began, in the machine's own count; None when it is gone or dead."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        if Path("/proc/self").exists():
            return None
        try:
            os.kill(pid, 0)  # a system without /proc: alive is all that can be known
        except OSError:
            return None
        return "alive"
    return None if fields[0] == "Z" else fields[19]


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    temporary.replace(path)
