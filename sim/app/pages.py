"""Every page and every question that the application answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from functools import lru_cache, wraps
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from sim.app.appraisal import attribution_content, search_content
from sim.app.day_views import carrier_day, parties, shop_day
from sim.app.downloads import run_file, study_file
from sim.app.information import answer
from sim.app.jobs import JobQueue
from sim.app.notices import changes_to_come, notices
from sim.app.operators import operator_rows
from sim.app.scenario_files import SETTINGS, check_run, checked_overrides, faults_of, keep_draft
from sim.app.security import LOOPBACK, Guard
from sim.app.uploads import KINDS, keep_upload, read_upload
from sim.app.workspace import NotThereError, Workspace, checked_name
from sim.errors import InputError
from sim.measures.scorecard import BY_HAND, NUMBERS_TOLD, TARGETS, VERDICT_ZH
from sim.network import RoadNetwork
from sim.network.build import default_name
from sim.network.io import network_names, read_network
from sim.policy import rules_document
from sim.resources import resource_names
from sim.view.report import asset_text, network_content, pack, report_content
from sim.view.report.content import scorecard_rows
from sim.view.report.font import font_file, font_style
from sim.view.report.scorecard_table import HEADINGS

PAGES = ("monitoring", "management", "information", "statistics", "appraisal", "notices", "imports")
REPORT_ASSETS = {
    "words.js",
    "unpack.js",
    "map.js",
    "charts.js",
    "page.js",
    "style.css",
    "vendor/uPlot.iife.min.js",
    "vendor/uPlot.min.css",
}
APP_ASSETS = {
    "app.css",
    "app.js",
    "monitoring.js",
    "live.js",
    "management.js",
    "information.js",
    "day_views.js",
    "statistics.js",
    "appraisal.js",
    "imports.js",
    "run.js",
    "study.js",
}
JSON_BYTES_MOST = 2_000_000

Handler = Callable[[Request], Any]


@lru_cache(maxsize=1)
def words() -> dict[str, list[str]]:
    """Every word of the application in English and Chinese."""
    text = resources.files("sim.app").joinpath("assets", "words.json").read_text(encoding="utf-8")
    loaded: dict[str, list[str]] = json.loads(text)
    return loaded


@lru_cache(maxsize=1)
def _font() -> str:
    """
    Chinese characters for machines that have none: those of all words at once, and the whole font when a name needs it.
    """
    scorecard = f"{TARGETS}{NUMBERS_TOLD}{BY_HAND}{VERDICT_ZH}{HEADINGS}"
    of_words = font_style("".join("".join(pair) for pair in words().values()) + asset_text("words.js") + scorecard)
    of_names = '@font-face { font-family: "Sim CJK names"; src: url(/static/cjk.ttf); unicode-range: U+2E80-10FFFF; }'
    return f"{of_words}\n{of_names}\n"


def create_app(folder: Path | str = ".", *, token: str | None = None, hosts: tuple[str, ...] = LOOPBACK) -> Starlette:
    """
    The application for one workspace.

    Parameters
    ----------
    folder
        The workspace; must be the current directory, in which configs and networks are looked for.
    token
        What requests have to carry; None on loopback.
    hosts
        Names under which it may be asked.
    """
    workspace = Workspace(folder)
    queue = JobQueue(workspace)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        queue.start()
        yield
        queue.stop()

    site = _Site(workspace, queue)
    routes = [
        Route("/", lambda request: RedirectResponse("/monitoring")),
        *(Route(f"/{name}", site.page(name)) for name in PAGES),
        Route("/runs/{run}", site.run_page),
        Route("/studies/{study}", site.study_page),
        Route("/language/{language}", site.language),
        Route("/static/{name:path}", site.static),
        Route("/api/jobs", _told(site.jobs)),
        Route("/api/jobs", _told(site.add_job), methods=["POST"]),
        Route("/api/jobs/{job}/live", _told(site.live)),
        Route("/api/jobs/{job}/cancel", _told(site.cancel_job), methods=["POST"]),
        Route("/api/runs", _told(site.runs)),
        Route("/api/runs/{run}/content", _told(site.run_content)),
        Route("/api/runs/{run}/files/{name:path}", _told(site.run_file)),
        Route("/api/runs/{run}/operators", _told(site.operators)),
        Route("/api/runs/{run}/parties", _told(site.parties)),
        Route("/api/runs/{run}/shops/{shop}", _told(site.shop)),
        Route("/api/runs/{run}/carriers/{carrier}", _told(site.carrier)),
        Route("/api/studies/{study}/content", _told(site.study)),
        Route("/api/studies/{study}/files/{name:path}", _told(site.study_file)),
        Route("/api/appraisal", _told(site.appraisal)),
        Route("/api/networks/{network}/content", _told(site.network)),
        Route("/api/draft/check", _told(site.check_draft), methods=["POST"]),
        Route("/api/draft/keep", _told(site.keep_draft), methods=["POST"]),
        Route("/api/explain", _told(site.explain), methods=["POST"]),
        Route("/api/uploads/{kind}", _told(site.upload), methods=["POST"]),
        Route("/api/positions/{name}", _told(site.positions)),
    ]
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[Middleware(Guard, token=token, hosts=hosts)],
        exception_handlers={HTTPException: _plain_error, Exception: _unexpected},
    )


class _Site:
    """Answers of the application; each method is one route."""

    def __init__(self, workspace: Workspace, queue: JobQueue) -> None:
        self.workspace, self.queue = workspace, queue
        self.templates = Jinja2Templates(directory=str(resources.files("sim.app").joinpath("templates")))

    # -- pages -----------------------------------------------------------------------------------

    def page(self, name: str) -> Handler:
        """The page of one module."""

        def show(request: Request) -> Response:
            return self._render(request, f"{name}.html", page=name, **self._about(name, request))

        return show

    def _render(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        language = "zh" if request.cookies.get("sim_language") == "zh" else "en"
        column = 1 if language == "zh" else 0

        def t(key: str) -> str:
            return words()[key][column] if key in words() else key

        values |= {"t": t, "language": language, "pages": PAGES}
        return self.templates.TemplateResponse(request, template, values, status_code=status)

    def _about(self, name: str, request: Request) -> dict[str, Any]:
        if name in ("monitoring", "management", "information", "imports"):
            return {
                "scenarios": resource_names("configs", "scenario"),
                "networks": network_names(),
                "settings": SETTINGS,
                "studies_to_run": self.workspace.studies_to_run(),
                "runs": self.workspace.runs() if name == "information" else [],
                "kinds": {kind: ", ".join(about.endings) for kind, about in KINDS.items()},
            }
        if name in ("statistics", "appraisal"):
            studies = [
                {"name": study, "scorecard": scorecard_rows(path)}
                for study, path in self.workspace.study_folders().items()
            ]
            runs = self.workspace.runs()
            scorecards = [
                {"name": run["name"], "scorecard": scorecard_rows(self.workspace.run_folder(run["name"]))}
                for run in runs[:50]
            ]
            return {"runs": runs, "studies": studies, "scorecards": [one for one in scorecards if one["scorecard"]]}
        if name == "notices":
            today = date.today()
            return {"notices": notices(), "to_come": changes_to_come(notices(), today), "today": today.isoformat()}
        return {}

    def run_page(self, request: Request) -> Response:
        """Report of a run."""
        run = request.path_params["run"]
        try:
            files = list(self.workspace.files_of_run(run))
        except NotThereError as error:
            return self._render(request, "fault.html", status=404, page="", faults=error.faults)
        others = [other["name"] for other in self.workspace.runs() if other["name"] != run]
        base = request.query_params.get("base", "")
        return self._render(request, "run.html", page="", run=run, files=files, others=others, base=base)

    def study_page(self, request: Request) -> Response:
        """Report of a study."""
        study = request.path_params["study"]
        try:
            files = list(self.workspace.files_of_study(study))
        except NotThereError as error:
            return self._render(request, "fault.html", status=404, page="", faults=error.faults)
        return self._render(request, "study.html", page="", study=study, files=files)

    def language(self, request: Request) -> Response:
        """Remember the language and go back to the page."""
        language = "zh" if request.path_params["language"] == "zh" else "en"
        to = request.query_params.get("to", "")
        back = to if to in {f"/{name}" for name in PAGES} or to.startswith(("/runs/", "/studies/")) else "/"
        answer = RedirectResponse(back, status_code=303)
        answer.set_cookie("sim_language", language, samesite="strict", httponly=True)
        return answer

    def static(self, request: Request) -> Response:
        """Scripts and styles; those of the report are the report's own."""
        name = request.path_params["name"]
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        if name == "font.css":
            return Response(_font(), media_type="text/css", headers={"cache-control": "max-age=3600"})
        if name == "cjk.ttf" and (file := font_file()) is not None:
            return FileResponse(file, media_type="font/ttf", headers={"cache-control": "max-age=86400"})
        if name == "app_words.js":
            text = "const APP_WORDS = " + json.dumps(words(), ensure_ascii=False) + ";\n"
            return Response(text, media_type="text/javascript")
        if name in REPORT_ASSETS:
            return Response(asset_text(name), media_type=kind)
        if name in APP_ASSETS:
            return Response(
                resources.files("sim.app").joinpath("assets", name).read_text(encoding="utf-8"), media_type=kind
            )
        return _faults([f"no such file: {name[:80]}"], 404)

    # -- jobs and runs -----------------------------------------------------------------------------

    def jobs(self, request: Request) -> Response:
        """All jobs with their progress."""
        return JSONResponse({"jobs": self.queue.jobs()})

    async def add_job(self, request: Request) -> Response:
        """Check what is asked for and put it into the queue."""
        asked = await _json(request)
        if asked.get("study") is not None:
            study = checked_name(asked["study"], "study")
            if study not in self.workspace.studies_to_run():
                known = ", ".join(self.workspace.studies_to_run()) or "none"
                raise InputError(f"study: found {study!r}, expected one of experiments/: {known}")
            job = await run_in_threadpool(self.queue.add, [], study, study)
            return JSONResponse(job, status_code=201)
        overrides = checked_overrides(asked.get("overrides") or [])
        scenario = asked.get("scenario") or "baseline"
        await run_in_threadpool(check_run, scenario, overrides)
        label = str(asked.get("label") or scenario)[:100]
        job = await run_in_threadpool(self.queue.add, [f"scenario={scenario}", *overrides], label)
        return JSONResponse(job, status_code=201)

    def live(self, request: Request) -> Response:
        """The day that a job simulates, as it is now."""
        return JSONResponse(self.queue.live(request.path_params["job"]))

    def cancel_job(self, request: Request) -> Response:
        """End a job."""
        return JSONResponse(self.queue.cancel(request.path_params["job"]))

    def runs(self, request: Request) -> Response:
        """All finished runs with their indicators."""
        return JSONResponse({"runs": self.workspace.runs()})

    def run_content(self, request: Request) -> Response:
        """What the report of a run shows, packed; with `base`, compared with another run."""
        bases = [self.workspace.run_folder(name) for name in [request.query_params.get("base", "")] if name]
        return _packed(report_content([self.workspace.run_folder(request.path_params["run"])], bases))

    def run_file(self, request: Request) -> Response:
        """One result file of a run."""
        return run_file(self.workspace, request.path_params["run"], request.path_params["name"])

    def study_file(self, request: Request) -> Response:
        """One table or figure of a study."""
        return study_file(self.workspace, request.path_params["study"], request.path_params["name"])

    def appraisal(self, request: Request) -> Response:
        """Contributions of levers in each study that asked for them, and what searches have found."""
        studies = [attribution_content(path) for path in self.workspace.study_folders().values()]
        searches = [search_content(path) for path in self.workspace.search_folders().values()]
        return JSONResponse(
            {"attributions": [one for one in studies if one], "searches": [one for one in searches if one]}
        )

    def operators(self, request: Request) -> Response:
        """Carriers of a run side by side."""
        return JSONResponse({"rows": operator_rows(self.workspace.run_folder(request.path_params["run"]))})

    def parties(self, request: Request) -> Response:
        """Shops and carriers of a run."""
        return JSONResponse(parties(self.workspace.run_folder(request.path_params["run"])))

    def shop(self, request: Request) -> Response:
        """The day of a shop."""
        return JSONResponse(
            shop_day(self.workspace.run_folder(request.path_params["run"]), request.path_params["shop"])
        )

    def carrier(self, request: Request) -> Response:
        """The day of a carrier."""
        folder = self.workspace.run_folder(request.path_params["run"])
        return JSONResponse(carrier_day(folder, request.path_params["carrier"]))

    def study(self, request: Request) -> Response:
        """What the report of a study shows, packed."""
        return _packed(report_content([], study=self.workspace.study_folder(request.path_params["study"])))

    # -- maps, rules, questions --------------------------------------------------------------------

    def network(self, request: Request) -> Response:
        """Map of a network; with `scenario`, its rules too."""
        name = checked_name(request.path_params["network"], "network")
        if name not in network_names():
            raise NotThereError(f"network: there is no network {name!r}")
        scenario = request.query_params.get("scenario")
        network, rules = _network_under(scenario, name) if scenario else (read_network(name), None)
        return _packed(network_content(network, rules, weekday=request.query_params.get("weekday", "tu")))

    async def check_draft(self, request: Request) -> Response:
        """Faults of a draft, as one types."""
        return JSONResponse({"faults": await run_in_threadpool(faults_of, await _json(request))})

    async def keep_draft(self, request: Request) -> Response:
        """Write the files of a draft."""
        return JSONResponse(await run_in_threadpool(keep_draft, self.workspace, await _json(request)), status_code=201)

    async def explain(self, request: Request) -> Response:
        """May this vehicle drive there at that time."""
        return JSONResponse(await run_in_threadpool(answer, await _json(request)))

    async def upload(self, request: Request) -> Response:
        """Take a file, read it in a process of its own, tell what the importer says."""
        kind = request.path_params["kind"]
        if kind not in KINDS:
            raise InputError(f"kind: expected one of {', '.join(KINDS)}, found {kind[:40]!r}")
        async with request.form(max_files=1, max_fields=5, max_part_size=10_000) as form:
            file = form.get("file")
            if file is None or isinstance(file, str):
                raise InputError("file: expected a file, found none")
            content = await file.read(KINDS[kind].bytes_most + 1)
            options = {key: checked_name(form[key], key) for key in ("network", "name") if form.get(key)}
            name = file.filename or ""
        if kind == "network":
            wanted = checked_name(options.setdefault("name", default_name(Path(name).name)), "name")
            if wanted in network_names():
                raise InputError(f"name: there is a network {wanted!r} already; choose another")
        elif options.get("network") not in network_names():
            raise InputError(f"network: expected one of {', '.join(network_names())}")
        path = await run_in_threadpool(keep_upload, self.workspace, kind, name, content)
        try:
            told = await run_in_threadpool(read_upload, self.workspace, kind, path, options)
        except InputError:
            path.unlink(missing_ok=True)
            raise
        if told["faults"]:
            path.unlink(missing_ok=True)
        told["faults"] = [_in_the_users_words(fault, path, name) for fault in told["faults"]]
        return JSONResponse(told | {"kept": path.name}, status_code=422 if told["faults"] else 201)

    def positions(self, request: Request) -> Response:
        """Positions put on streets, for the map beside the simulated day."""
        name = request.path_params["name"]
        folder = self.workspace.own_folder("uploads")
        known = {path.name: path for path in folder.glob("positions-*.matched.csv")}
        if name not in known:
            raise NotThereError(f"positions: there is no file {name[:80]!r}")
        table = pd.read_csv(known[name])
        table = table.iloc[:: max(1, len(table) // 50_000)]
        return JSONResponse(
            {column: [None if pd.isna(cell) else cell for cell in table[column].tolist()] for column in table}
        )


def _network_under(scenario: str, name: str) -> tuple[RoadNetwork, dict[str, Any]]:
    """A network with the zones of a scenario, and its rules there."""
    from sim.app.scenario_files import COMPOSING
    from sim.config import load_scenario

    for part in scenario.split("+"):
        checked_name(part, "scenario")
    with COMPOSING:
        settings = load_scenario(scenario, [])
    network = read_network(name, settings.network.zones_file)
    return network, {"rules": rules_document(settings.policy.rules, network)["rules"]}


def _in_the_users_words(fault: str, kept: Path, name: str) -> str:
    """A fault with the user's name of the file instead of ours."""
    own = Path(name).name[-80:]
    return fault.replace(str(kept), own).replace(kept.name, own)


async def _json(request: Request) -> dict[str, Any]:
    """Body of a request as a JSON object."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise InputError("content-type: expected application/json")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > JSON_BYTES_MOST:
            raise InputError(f"body: expected at most {JSON_BYTES_MOST} bytes")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InputError("body: expected JSON") from error
    if not isinstance(content, dict):
        raise InputError("body: expected a JSON object")
    return content


def _packed(content: dict[str, Any]) -> Response:
    return Response(pack(content), media_type="application/octet-stream")


def _faults(faults: Sequence[str], status: int) -> Response:
    return JSONResponse({"faults": list(faults)}, status_code=status)


def _told(handler: Handler) -> Handler:
    """Bad input is an answer: 404 for what is not there, 422 with every fault otherwise."""
    import inspect

    if inspect.iscoroutinefunction(handler):

        @wraps(handler)
        async def coroutine(request: Request) -> Response:
            try:
                reply: Response = await handler(request)
            except NotThereError as error:
                return _faults(error.faults, 404)
            except InputError as error:
                return _faults(error.faults, 422)
            return reply

        return coroutine

    @wraps(handler)
    def plain(request: Request) -> Response:
        try:
            reply: Response = handler(request)
        except NotThereError as error:
            return _faults(error.faults, 404)
        except InputError as error:
            return _faults(error.faults, 422)
        return reply

    return plain


async def _plain_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _faults([str(getattr(error, "detail", "error"))[:200]], status)


async def _unexpected(request: Request, error: Exception) -> Response:
    return _faults(["something went wrong here; the terminal of the application says more"], 500)
