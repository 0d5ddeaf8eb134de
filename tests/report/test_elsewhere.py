"""The same report in another folder, time zone, language, profile and kernel; and by papermill alone."""

import json
import os
import subprocess
import sys

import nbformat
import yaml

from lib.paths import CLIENTS, NOTEBOOKS, PROJECT
from lib.report.engine import make_report, run_notebook
from lib.report.exporter import sections_of

CLIENT = CLIENTS / "general-chatbot.yaml"


def called(*command, cwd=PROJECT, **environment):
    return subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": f"{environment.pop('first', PROJECT)}{os.pathsep}{PROJECT}"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_folder_day_time_zone_language_profile_and_kernel_change_no_byte(tmp_path):
    elsewhere = tmp_path / "another folder, äöü"
    profile, kernel = elsewhere / "ipython" / "profile_default", elsewhere / "jupyter" / "kernels" / "python3"
    for folder in (profile / "startup", kernel):
        folder.mkdir(parents=True)
    (profile / "startup" / "first.py").write_text("raise SystemExit('somebody else\\'s profile')", encoding="utf-8")
    (profile / "ipython_config.py").write_text("get_config().InteractiveShell.ast_node_interactivity = 'all'")
    (kernel / "kernel.json").write_text('{"argv": ["false"], "display_name": "none", "language": "python"}')
    (elsewhere / "sitecustomize.py").write_text("import time\nnow = time.time\ntime.time = lambda: now() + 4e6\n")
    made = make_report(CLIENT, tmp_path / "here", experiment=False, pdf=False, xlsx=True, pptx=True)
    done = called(
        *("lib", "report", CLIENT, "--no-pdf", "--no-experiment", "--xlsx", "--pptx", "--out", "out"),
        cwd=elsewhere,
        first=elsewhere,
        TZ="Pacific/Kiritimati",
        LC_ALL="POSIX",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
        PYTHONHASHSEED="7",
        IPYTHONDIR=str(profile.parent),
        JUPYTER_PATH=str(kernel.parent.parent),
    )
    assert done.returncode == 0, done.stderr
    names = {path.name for path in made.html.parent.iterdir()}
    assert names == {path.name for path in (elsewhere / "out").iterdir()} and len(names) == 4
    for name in names:
        assert (elsewhere / "out" / name).read_bytes() == (made.html.parent / name).read_bytes(), name


def test_papermill_alone_gives_the_same_content_from_the_client_file(tmp_path):
    out = tmp_path / "out.ipynb"
    done = called("papermill", NOTEBOOKS / "report.ipynb", out, "-f", CLIENT, "-p", "experiment", "False")
    assert done.returncode == 0, done.stderr
    sections = json.loads(json.dumps(yaml.safe_load(CLIENT.read_text(encoding="utf-8")), default=str))
    assert sections_of(nbformat.read(out, 4)) == sections_of(run_notebook(sections | {"experiment": False}))


def test_papermill_alone_refuses_a_mistyped_parameter_before_anything_is_shown(tmp_path):
    done = called("papermill", NOTEBOOKS / "report.ipynb", tmp_path / "out.ipynb", "-p", "knowlege", "x")
    assert done.returncode and "knowlege is not a known parameter; did you mean knowledge" in done.stderr
    cells = nbformat.read(tmp_path / "out.ipynb", 4).cells
    assert "case_from(globals())" in [cell for cell in cells if cell.get("execution_count")][-1].source
