# Every target sets up what it needs first; `make` alone lists them.

.DEFAULT_GOAL := help
.SHELLFLAGS := -euc
MAKEFLAGS += --no-print-directory

# Without byte code every command would compile the provider packages again, which costs seconds.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/.venv/bin:$(PATH)

PYTHON ?= $(shell toolchain/find-python)
ARGS ?=
BIN := .venv/bin
SETUP = @$(PYTHON) -m toolchain setup
TYPED := $(wildcard leaver __main__.py toolchain bench)
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-header --python-version 3.11

.PHONY: help demo test test-fast lint format bench setup lock clean clean-all

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile
	@echo "ARGS=... is handed on: make test ARGS='-k holds'. PYTHON=... names the Python to use."

demo: ## Run the whole product against the sandbox: preview, apply and verify three example clients
	$(SETUP) runtime
	@$(BIN)/leaver demo $(ARGS)

test: ## Run all tests (two at a time)
	$(SETUP) dev
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

test-fast: ## Run the tests of the core and the command line, in under a minute
	$(SETUP) dev --without-engine
	@$(BIN)/python -m pytest -n 3 --dist worksteal -W ignore --hypothesis-profile=quick -m "not e2e and not slow and not fuzz" $(ARGS)

lint: ## Check style, types, layers, lock files and workflows
	$(SETUP) dev --without-engine
	@failed=0; \
	$(BIN)/ruff check . || failed=1; \
	$(BIN)/ruff format --check . || failed=1; \
	$(BIN)/mypy --strict $(TYPED) || failed=1; \
	$(BIN)/lint-imports || failed=1; \
	$(BIN)/python -m toolchain.checks || failed=1; \
	$(BIN)/python -m toolchain.actionlint || failed=1; \
	exit $$failed

format: ## Put the code into its one style
	$(SETUP) dev --without-engine
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: ## Measure speed and memory for docs/performance.md
	$(SETUP) dev
	@$(BIN)/python -m bench $(ARGS)

setup: ## Get everything that demo and test need: packages, engine, launchers
	$(SETUP) dev

lock: ## Pin the newest Python packages that pyproject.toml and requirements/*.in allow
	$(SETUP) dev --without-engine
	@$(COMPILE) --upgrade requirements/bootstrap.in -o requirements/bootstrap.lock
	@$(COMPILE) --upgrade requirements/go.in -o requirements/go.lock
	@$(COMPILE) --upgrade --group dev pyproject.toml -o requirements/dev.lock
	@$(COMPILE) --upgrade -c requirements/dev.lock pyproject.toml -o requirements/runtime.lock

clean: ## Remove the virtual environment and the tools' caches; the sandbox and its state stay
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

clean-all: ## The same, and the sandbox, its state (.leaver), and the engines cached for this user
	@if [ -x $(BIN)/leaver ]; then $(BIN)/leaver sandbox stop >/dev/null 2>&1 || true; fi
	@rm -rf .leaver
	@$(PYTHON) -c 'import shutil; from toolchain import places; shutil.rmtree(places.cache_home(), ignore_errors=True)'
	@$(MAKE) clean
