# Everything lives in .venv and .cache; nothing outside the tree but the tools' own caches.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := requirements-dev.lock

.PHONY: help demo test check bench quality format lock clean

help: ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: .venv/demo ## Real purchases to alerts on an embedded broker, live
	$(BIN)/heed demo $(ARGS)

test: .venv/test ## All tests; with Java 17 and Maven also on a real Kafka
	$(BIN)/python -m pytest -n 2 $(ARGS)

check: .venv/test ## Lint and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/bench ## Heed beside its peers on a real Kafka; QUICK=1 for a short one
	QUICK=$(QUICK) $(BIN)/python -m benchmarks.run $(ARGS)

quality: .venv/base ## Precision, recall and delay of each signal on simulated companies
	$(BIN)/python -m heed.simulator.quality --seeds 10 $(ARGS)
	$(BIN)/python -m heed.simulator.troubles --seeds 20 --jobs 2

format: .venv/test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## Renew the lock files
	$(PYTHON) -m venv .cache/lock
	.cache/lock/bin/python -m pip install --quiet uv
	.cache/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header \
		pyproject.toml -o requirements.lock
	.cache/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header \
		--extra test --extra bench --extra dashboards pyproject.toml -o $(LOCK)

clean:
	rm -rf .venv .cache build dist *.egg-info state

# One stamp per extra: an unchanged lock file means nothing to do, also without a network.
.venv/base: pyproject.toml $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Heed needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing Heed into .venv (once, about a minute)"
	$(PIP) --constraint $(LOCK) --editable .
	touch $@

.venv/demo: .venv/base
	$(PIP) --no-deps lifetimes==0.11.3
	touch $@

.venv/test: .venv/demo
	$(PIP) --constraint $(LOCK) --editable '.[test,dashboards]'
	touch $@

.venv/bench: .venv/test
	$(PIP) --constraint $(LOCK) --editable '.[bench]'
	touch $@
