"""Every folder of the project, resolved from the package and never from the working directory.

Papermill runs a notebook in the shell's folder, nbval and nbconvert in the notebook's own; paths
resolved from here are the same in all of them.
"""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
NOTEBOOKS = PROJECT / "notebooks"
DATA = PROJECT / "data"
CLIENTS = DATA / "clients"
CASES = DATA / "cases"
FRAMEWORKS = DATA / "frameworks"
PRICES = DATA / "prices"
REFERENCE_RUN = DATA / "reference_run"
CURVES = DATA / "curves"
RUNS = Path(os.environ.get("WORKBOOK_RUNS") or DATA / "runs")
REPORTS = PROJECT / "reports"
