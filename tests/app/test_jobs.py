"""The queue of runs: one after the other, cancellable, kept over a restart."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sim.app import jobs as jobs_module
from sim.app.jobs import CANCELLED, DONE, FAILED, QUEUED, RUNNING, JobQueue
from sim.app.workspace import NotThereError, Workspace

WAIT = "import time, sys; print('begun', flush=True); time.sleep(30)"
QUICK = "print('done')"
WRONG = "import sys; print('error: seed: wrong'); sys.exit(2)"


@pytest.fixture
def queue(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> JobQueue:
    """A queue whose runs are small programs: the text after `code=`."""
    real = jobs_module.subprocess.Popen

    def small(command: list[str], **options: Any) -> Any:
        code = next(text for text in command if text.startswith("code=")).removeprefix("code=")
        return real([*command[: command.index("--") + 1], sys.executable, "-c", code], **options)

    monkeypatch.setattr(jobs_module.subprocess, "Popen", small)
    return JobQueue(Workspace(workspace))


def until(queue: JobQueue, claim: Callable[[], bool]) -> None:
    """Step until a claim holds."""
    for _ in range(300):
        queue.step()
        if claim():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to that")


def state(queue: JobQueue, job: dict[str, Any]) -> str:
    """State of a job."""
    return str(queue.job(job["job_id"])["state"])


def test_runs_go_one_after_the_other(queue: JobQueue) -> None:
    """The second waits until the first is done; a bad one says why and does not stop the next."""
    first, bad, last = (queue.add([f"code={code}"], "x") for code in (QUICK, WRONG, QUICK))
    queue.step()
    assert [state(queue, job) for job in (first, bad, last)] == [RUNNING, QUEUED, QUEUED]
    until(queue, lambda: state(queue, last) == DONE)
    assert [state(queue, job) for job in (first, bad, last)] == [DONE, FAILED, DONE]
    assert "seed: wrong" in queue.job(bad["job_id"])["output"]


def test_a_cancelled_run_ends_and_the_next_begins(queue: JobQueue) -> None:
    """The process is gone, not only the word changed; one that waits never begins."""
    running, waiting, last = (queue.add([f"code={code}"], "x") for code in (WAIT, WAIT, QUICK))
    until(queue, lambda: "begun" in queue.job(running["job_id"])["output"])
    told = queue.job(running["job_id"])
    queue.cancel(waiting["job_id"])
    assert queue.cancel(running["job_id"])["state"] == CANCELLED
    until(queue, lambda: state(queue, last) == DONE)
    assert state(queue, waiting) == CANCELLED
    assert not jobs_module._is_alive(told)
    assert queue.cancel(last["job_id"])["state"] == DONE


def test_a_restart_finds_runs_where_they_are(queue: JobQueue, workspace: Path) -> None:
    """A new queue on the same folder watches the run that the old one began, and goes on with those that wait."""
    running, waiting = queue.add([f"code={QUICK}"], "x"), queue.add([f"code={QUICK}"], "x")
    queue.step()
    after = JobQueue(Workspace(workspace))
    assert state(after, running) == RUNNING
    until(after, lambda: state(after, waiting) == DONE)
    assert state(after, running) == DONE


def test_a_run_that_vanished_is_begun_once_more(queue: JobQueue, workspace: Path) -> None:
    """A watcher that is gone without a word, as after a power cut, is begun again once and then given up."""
    job = queue.add([f"code={QUICK}"], "x")
    path = workspace / "results" / "app" / "jobs" / job["job_id"] / "job.json"
    path.write_text(json.dumps(job | {"state": RUNNING, "pid": 2**22 + 5, "birth": "1", "again": 1}))
    queue.step()
    assert state(queue, job) == FAILED
    path.write_text(json.dumps(job | {"state": RUNNING, "pid": 2**22 + 5, "birth": "1"}))
    until(queue, lambda: state(queue, job) == DONE)


def test_a_job_that_is_not_there_is_told(queue: JobQueue) -> None:
    """Names that could be paths find nothing."""
    with pytest.raises(NotThereError):
        queue.job("../../etc")


def test_progress_is_kept_for_who_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long work writes its progress into the file that the environment names, whole at any time."""
    from sim.terminal import PROGRESS_FILE, progress_bar

    monkeypatch.setenv(PROGRESS_FILE, str(tmp_path / "progress.json"))
    with progress_bar() as progress:
        progress("simulating", 1, 4)
        progress("simulating", 4, 4)
    assert json.loads((tmp_path / "progress.json").read_text()) == {"task": "simulating", "done": 4, "total": 4}


STUDY = """question: Nothing?
fixed: [network=grid, traffic=off, planning.iterations=5, demand.sample_share=0.2]
factors: {berths.spaces_per_shop: [0.1, 0.5]}
measures: [cost_per_order]
"""


def test_a_study_is_queued_by_name_and_others_are_refused(client: TestClient, workspace: Path) -> None:
    """Names of folders under `experiments/` alone; the job says what the command line would."""
    folder = workspace / "experiments" / "tiny"
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "seeds.csv").write_text("seed\n1\n2\n", encoding="utf-8")
    for wrong in ("other", "../tiny", "experiments/tiny", ""):
        assert client.post("/api/jobs", json={"study": wrong}).status_code == 422, wrong
    told = client.post("/api/jobs", json={"study": "tiny"}).json()
    assert (told["study"], told["label"], told["overrides"]) == ("tiny", "tiny", [])
    assert "tiny" in client.get("/monitoring").text


@pytest.mark.slow
def test_a_study_runs_to_its_tables(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue carries it out as `sim study` does, and its page can be opened then."""
    monkeypatch.chdir(workspace)
    folder = workspace / "experiments" / "tiny"
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(STUDY.replace(", demand.sample_share=0.2", ""), encoding="utf-8")
    (folder / "seeds.csv").write_text("seed\n1\n2\n", encoding="utf-8")
    queue = JobQueue(Workspace(workspace))
    job = queue.add([], "tiny", "tiny")
    for _ in range(3000):
        queue.step()
        if state(queue, job) not in (QUEUED, RUNNING):
            break
        time.sleep(0.1)
    told = queue.job(job["job_id"])
    assert told["state"] == DONE, told["output"]
    assert told["has_run"] and (workspace / "results" / "tiny" / "summary.csv").is_file()


def test_the_day_of_a_job_is_told_once_it_has_begun(client: TestClient, queue: JobQueue, workspace: Path) -> None:
    """No job, or a job whose day has not begun: 404. Afterwards the state that the run keeps in its folder."""
    job = queue.add(["network=grid"], "a run")
    path = f"/api/jobs/{job['job_id']}/live"
    assert client.get("/api/jobs/nothing/live").status_code == 404
    assert client.get(path).status_code == 404
    assert client.get("/api/jobs").json()["jobs"][0]["has_day"] is False
    state = {"network": "grid", "time_s": 30000.0, "positions": [[1, 0.5, 0]]}
    (workspace / "results" / "app" / "jobs" / job["job_id"] / "live.json").write_text(json.dumps(state))
    assert client.get(path).json() == state
    assert client.get("/api/jobs").json()["jobs"][0]["has_day"] is True
