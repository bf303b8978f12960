"""
Findings from the literature beside the same in two studies, with intervals and verdicts, as Markdown.

    python benchmarks/plausibility.py   # the table of docs/validation.md, from the committed results
    sim study plausibility --out DIR    # simulates them anew; then give DIR to the command above

Exit code 1 when fewer than seven of ten hold.
"""

from __future__ import annotations

import argparse
import sys

from sim.errors import InputError
from sim.experiment.plausibility import plausibility_page, plausibility_table, values_of_cases
from sim.results import load_study

HOLD_AT_LEAST = 0.7
"""Share of findings that has to hold."""


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="?", default="results/plausibility", help="tables of the study plausibility")
    parser.add_argument("displaced", nargs="?", default="results/displacement", help="tables of the study displacement")
    arguments = parser.parse_args()
    try:
        studies = [load_study(folder) for folder in (arguments.results, arguments.displaced)]
        table = plausibility_table({k: v for s in studies for k, v in values_of_cases(s.design, s.outcomes).items()})
    except InputError as error:
        print("\n".join(error.faults), file=sys.stderr)
        return 2
    held = int((table["verdict"] == "holds").sum())
    print(plausibility_page(table))
    print(f"{held} of {len(table)} hold; {int(table['n'].min())} to {int(table['n'].max())} paired seeds")
    return 0 if held >= HOLD_AT_LEAST * len(table) else 1


if __name__ == "__main__":
    raise SystemExit(main())
