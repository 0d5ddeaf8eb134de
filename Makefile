# The workbook's commands. `make report` and `make test` do all their own set-up on a fresh machine.

PYTHON ?= python3
CLIENT ?= data/clients/support-knowledge-base.yaml
UNDER ?= /
ENVIRONMENT := .venv
BIN := $(ENVIRONMENT)/bin
READY := $(ENVIRONMENT)/.ready

.PHONY: help report test lab app notebooks model lint benchmarks clean

help: ## show this help
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

report: $(READY) ## set up what is missing, then write one client report: make report CLIENT=data/clients/NAME.yaml
	$(BIN)/python -m lib report $(CLIENT)

test: $(READY) ## set up what is missing, then run every test and every notebook
	$(BIN)/python -m pytest

lab: $(READY) ## open the notebooks in JupyterLab, at the start page
	JUPYTER_CONFIG_PATH=lib $(BIN)/jupyter lab notebooks/0_start_here.ipynb

app: $(READY) ## serve the same pages without code, in a browser: make app UNDER=/workbook/ behind a proxy
	$(BIN)/voila notebooks --base_url=$(UNDER)

notebooks: $(READY) ## execute all notebooks again and save them with their outputs
	$(BIN)/python -m lib.notebooks

model: $(READY) ## fetch the experiment's model once (the first run does it too): 93 MB
	$(BIN)/python -m lib.models.fetch

lint: $(READY) ## check style
	$(BIN)/ruff check lib tests
	$(BIN)/ruff format --check lib tests

benchmarks: $(READY) ## print the speed ratios of tests/benchmarks
	$(BIN)/python -m pytest tests/benchmarks -s -o addopts= -o python_files='bench_*.py'

clean: ## remove the environment, the reports and the stored runs
	rm -rf $(ENVIRONMENT) reports data/runs

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; say which: make report PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv $(ENVIRONMENT)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@
