# One door to the project. `make` alone prints the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/dev.lock
TESTS ?=
TESTS_AT_A_TIME ?= 3
SOURCES := generated grpc_server rest_facade items_cli items_protojson items_runtime

# Images set it to stay small: then every process that a test starts compiles all it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

.PHONY: help
help: ## Print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.installed: $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "Installing the locked dependencies into $(VENV): once, and whenever they change."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: install
install: $(VENV)/.installed ## Create .venv with the locked dependencies

.PHONY: lock
lock: install ## Resolve the newest allowed dependencies, and lock them
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --group dev --all-extras --generate-hashes --no-emit-index-url --no-annotate --upgrade --quiet --custom-compile-command "make lock" -o $(LOCK)
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --generate-hashes --no-emit-index-url --no-annotate --constraint $(LOCK) --quiet --custom-compile-command "make lock" -o requirements/run.lock

.PHONY: run
run: install ## Start the gRPC server and the REST facade over data/items.db
	@$(BIN)/items serve

.PHONY: dev
dev: install ## Run both as `make run` does, and restart them when a source file changes
	@$(BIN)/python .ci/reload.py $(SOURCES) -- $(BIN)/items serve --log-level info

.PHONY: protos
protos: install ## Generate everything in generated/ from protos/, and check the contract
	$(BIN)/python -m codegen

.PHONY: format
format: install ## Format the code, and correct what ruff can correct
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: lint
lint: install ## Check the style, the format and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

.PHONY: types
types: install ## Check the types
	$(BIN)/mypy

.PHONY: generated
generated: install ## Check that generated/ is what `make protos` writes
	$(BIN)/python -m codegen --check

.PHONY: test
test: install ## Run the whole suite, or the part that TESTS names
	$(BIN)/python -m pytest --numprocesses $(TESTS_AT_A_TIME) --dist worksteal $(TESTS)

.PHONY: check
check: lint types generated test ## Run all checks and the whole suite, as CI does

.PHONY: campaign
campaign: install ## Run the long versions of the crash, model and fuzz tests
	$(BIN)/python -m pytest -m campaign

.PHONY: attack
attack: install ## Attack both doors, and print how long an honest client waits
	$(BIN)/python -m tests.fairness

.PHONY: bench
bench: install ## Measure both doors against the usual tutorial
	$(BIN)/python -m benchmarks

.PHONY: smoke
smoke: install ## Build the wheel, install it in a new environment, and run it from there
	$(BIN)/python .ci/smoke.py

.PHONY: clean
clean: ## Remove the output of the other targets, but not the data
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
