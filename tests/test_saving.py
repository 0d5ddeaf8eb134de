"""What JupyterLab saves: a person's cells, and never what a run showed of a client."""

import copy
import json
from types import SimpleNamespace

import nbformat
import pytest

from lib import saving
from lib.paths import PROJECT


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """Give a function that saves a changed notebook as JupyterLab does, and returns what reaches the disk."""
    monkeypatch.setattr(saving, "NOTEBOOKS", tmp_path / "notebooks")
    (tmp_path / "notebooks").mkdir()
    cell = nbformat.v4.new_code_cell("decide()", outputs=[nbformat.v4.new_output("stream", text="sample")], id="one")
    stored = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(stored, tmp_path / "notebooks" / "1_decide.ipynb")

    def save(path: str, change) -> dict:
        content = copy.deepcopy(stored)
        change(content)
        model = {"type": "notebook", "content": content}
        saving.keep_outputs(model, path, SimpleNamespace(root_dir=str(tmp_path)))
        return model["content"]

    return save


def run(content):
    content.cells[0].outputs = [nbformat.v4.new_output("stream", text="Northwind pays USD 1,234")]
    content.cells[0].execution_count = 7
    content.cells.append(
        nbformat.v4.new_code_cell("more", outputs=[nbformat.v4.new_output("stream", text="Northwind")])
    )
    content.metadata["widgets"] = {"state": "Northwind"}


def test_outputs_of_a_run_never_reach_the_workbook_s_notebooks(saved):
    content = saved("notebooks/1_decide.ipynb", run)
    assert "Northwind" not in str(content) and content["cells"][0]["outputs"][0]["text"] == "sample"
    assert [cell["source"] for cell in content["cells"]] == ["decide()", "more"]


def test_a_person_s_change_of_a_cell_is_saved(saved):
    def edit(content):
        content.cells[0].source = "decide(again=True)"

    assert saved("notebooks/1_decide.ipynb", edit)["cells"][0]["source"] == "decide(again=True)"


def test_other_notebooks_are_left_as_they_are(saved):
    assert "Northwind" in str(saved("mine/copy.ipynb", run))


def test_an_output_goes_with_the_source_that_made_it(saved):
    def edit(content):
        content.cells[0].source = "decide(again=True)"

    assert saved("notebooks/1_decide.ipynb", edit)["cells"][0]["outputs"] == []


def test_make_lab_lets_jupyters_server_load_it():
    setting = "lib/jupyter_server_config.d/decision-workbook.json"
    assert "JUPYTER_CONFIG_PATH=lib $(BIN)/jupyter lab" in (PROJECT / "Makefile").read_text()
    assert json.loads((PROJECT / setting).read_text()) == {"ServerApp": {"jpserver_extensions": {"lib.saving": True}}}
    hooks = []
    manager = SimpleNamespace(register_pre_save_hook=hooks.append)
    saving._load_jupyter_server_extension(SimpleNamespace(contents_manager=manager))
    assert hooks == [saving.keep_outputs] and saving._jupyter_server_extension_points() == [{"module": "lib.saving"}]
