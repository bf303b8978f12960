"""
Sets of levers that a search tries: proposed by Optuna, kept in a file beside the results.
"""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.errors import ResultsError
from sim.experiment.search_file import Search
from sim.experiment.search_tables import Appraised
from sim.experiment.study_file import Level, StudyError
from sim.random_streams import RandomStreams

STORAGE = "search.db"
"""File of Optuna's storage in the folder of the results (SQLite)."""

_PROPOSAL = "proposal"
"""Attribute of Optuna's trials that are proposals; trials without it repeated a set and made way for another."""

Levels = dict[str, Level]


class Proposals:
    """
    Proposals by number, the same whenever they are asked for, since the sampler is seeded anew for each.

    Parameters
    ----------
    search
        The search.
    out
        Folder of its results.
    overrides
        Overrides of every run; another list is another search.
    begin_anew
        Whether to drop what the storage holds.

    Raises
    ------
    InputError
        If Optuna is missing, the storage cannot be read or written, or it is that of another search.
    """

    def __init__(self, search: Search, out: Path, overrides: Sequence[str] = (), *, begin_anew: bool = False) -> None:
        try:
            import optuna
            from sqlalchemy.exc import SQLAlchemyError
        except ImportError as error:
            raise StudyError(
                "sim search: expected the packages of the extra `studies`, "
                f"found no {error.name}; pip install 'urban-freight-sim[studies]'"
            ) from error
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._optuna: Any = optuna
        self._search = search
        self._tried: dict[tuple[int, ...], int] = {}
        path = out / STORAGE
        content = {"search": search.file.model_dump(mode="json"), "seeds": search.seeds, "overrides": list(overrides)}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        try:
            if begin_anew:
                path.unlink(missing_ok=True)
            self._study = optuna.create_study(
                storage=f"sqlite:///{path}",
                study_name=search.name,
                directions=["minimize", "minimize"],
                load_if_exists=True,
            )
            known = self._study.user_attrs.get("content_sha256")
            if known is None:
                self._study.set_user_attr("content_sha256", digest)
        except (SQLAlchemyError, optuna.exceptions.OptunaError, RuntimeError, OSError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise ResultsError(
                f"{path}: expected the storage of a search that can be read and written, found: {reason}; "
                "--redo begins anew and keeps finished runs"
            ) from error
        if known not in (None, digest):
            raise ResultsError(
                f"{path}: found the storage of another search (search.yaml, seeds.csv or overrides have changed); "
                "give --out another folder, or --redo to begin anew: finished runs are kept"
            )

    def levels(self, number: int) -> Levels:
        """Levels of a proposal; numbers are asked for in rising order, and no set is proposed twice."""
        optuna = self._optuna
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            kept = self._kept(number)
            places = self._places(kept) if kept is not None else self._propose(number)
        self._tried[places] = number
        names = self._search.file.levers
        return {name: self._search.file.levels_of(name)[place] for name, place in zip(names, places, strict=True)}

    def tell(self, number: int, result: Appraised | None) -> None:
        """What a proposal came to; None where it could not be appraised."""
        values = None if result is None else [result.public_cost, result.shortfall]
        state = None if values is not None else self._optuna.trial.TrialState.FAIL
        trial = self._kept(number)
        self._study.tell(trial.number, values, state=state, skip_if_finished=True)

    def _kept(self, number: int) -> Any:
        """The trial that holds a proposal; None where there is none yet."""
        trials = self._study.get_trials(deepcopy=False)
        return next((trial for trial in trials if trial.user_attrs.get(_PROPOSAL) == number), None)

    def _propose(self, number: int) -> tuple[int, ...]:
        """
        A new set, kept as this proposal.

        Stopped half-way, it is found again: what was drawn stays drawn, and the sampler is seeded by the number.
        """
        optuna = self._optuna
        seed = int(RandomStreams(self._search.file.search_seed).keyed("experiment.search").uniform_one(number) * 2**32)
        self._study.sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True)
        fixed = self._fixed(number)
        while True:
            trial = self._open_trial(fixed)
            places = self._places(trial)
            before = self._tried.get(places)
            if before is None:
                trial.set_user_attr(_PROPOSAL, number)
                return places
            # A set that was tried tells the sampler what it came to, once more, and makes way for one that was not.
            known = self._kept(before)
            is_known = known is not None and known.state == optuna.trial.TrialState.COMPLETE
            state = None if is_known else optuna.trial.TrialState.FAIL
            self._study.tell(trial.number, list(known.values) if is_known else None, state=state)
            fixed = self._untried(number)

    def _open_trial(self, fixed: dict[str, int] | None) -> Any:
        """The trial that was begun and not kept, else a new one."""
        optuna = self._optuna
        running = optuna.trial.TrialState.RUNNING
        for trial in self._study.get_trials(deepcopy=False, states=[running]):
            if _PROPOSAL not in trial.user_attrs:
                return optuna.trial.Trial(self._study, trial._trial_id)
        if fixed is not None and not self._study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.WAITING]):
            self._study.enqueue_trial(fixed)
        return self._study.ask()

    def _untried(self, number: int) -> dict[str, int]:
        """A set drawn at random among those not tried."""
        sizes = self._sizes()
        luck = RandomStreams(self._search.file.search_seed).keyed("experiment.search_untried")
        first = int(luck.uniform_one(number) * math.prod(sizes.values()))
        for step in range(math.prod(sizes.values())):
            places = self._set_of(first + step)
            if tuple(places[name] for name in sizes) not in self._tried:
                return places
        raise ResultsError(f"{STORAGE}: every set of levers was tried; --redo begins anew")

    def _places(self, trial: Any) -> tuple[int, ...]:
        return tuple(self._place(trial, name) for name in self._search.file.levers)

    def _sizes(self) -> dict[str, int]:
        return {name: len(self._search.file.levels_of(name)) for name in self._search.file.levers}

    def _set_of(self, number: int) -> dict[str, int]:
        """Places of the levels of the set of this number, counted round."""
        places = {}
        for name, size in reversed(self._sizes().items()):
            number, places[name] = divmod(number, size)
        return places

    def _place(self, trial: Any, name: str) -> int:
        """Place of the chosen level among those of a lever: ordered levels as numbers, named options as categories."""
        if isinstance(trial, self._optuna.trial.FrozenTrial):
            return int(trial.params[name])
        n = len(self._search.file.levels_of(name))
        if self._search.file.levers[name].options is not None:
            return int(trial.suggest_categorical(name, list(range(n))))
        return int(trial.suggest_int(name, 0, n - 1))

    def _fixed(self, number: int) -> dict[str, int] | None:
        """Proposals that are not the sampler's: all sets where there are few, else nothing and everything first."""
        sizes = self._sizes()
        if math.prod(sizes.values()) <= self._search.file.trials:
            return self._set_of(number)
        return {0: dict.fromkeys(sizes, 0), 1: {name: size - 1 for name, size in sizes.items()}}.get(number)
