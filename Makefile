# `make serve` and `make test` need nothing but Python 3.11+ and a way to the package registry.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests start many programs: what is compiled once need not be compiled again.
unexport PYTHONDONTWRITEBYTECODE
API ?=
ARGS ?=
SEED ?= $(shell date +%Y%m%d)

.PHONY: serve test lint format check-types unit nightly bench mutation fuzz chaos witnesses lock release-check sbom audit pictures clean help

help: ## Show what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/.installed: pyproject.toml locks/dev.txt locks/build.txt
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) ..."
	@$(PIP) --require-hashes -r locks/dev.txt -r locks/build.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

serve: $(VENV)/.installed ## Start a sandbox on 127.0.0.1:8080; ARGS="--port 9000" passes options
	@$(BIN)/mockserver serve $(API) $(ARGS)

test: lint ## Lint, check types, run all tests
	@$(MAKE) --no-print-directory -j 2 check-types unit

# For tools that have much to say about what is in order.
quietly = said=$$($(1) 2>&1) || { echo "$$said"; exit 1; }

lint: $(VENV)/.installed ## Check style, that imports point down, and what GitHub and Docker read
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(call quietly,$(BIN)/lint-imports --no-logo)
	@$(call quietly,$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml)
	@$(call quietly,$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml)
	@$(call quietly,$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yaml)

check-types: $(VENV)/.installed ## Check types
	@$(BIN)/mypy

unit: $(VENV)/.installed ## Run the tests, in parallel
	@$(BIN)/pytest -n auto --dist worksteal $(ARGS)

# What builds its apps without a store of its own: over PostgreSQL it has to hold as it does in memory.
ON_POSTGRESQL := $(addprefix tests/,apis console control sandbox web webhooks) $(addprefix tests/contract_tests/apis/test_laws.py::test_our_sandbox_,keeps_a_law_that_judges_what_it_declares lives_as_the_model_says)

nightly: lint check-types ## The same at full length, other examples each day; SEED=20260302 repeats a day's
	@echo "SEED=$(SEED)"
	@$(BIN)/pytest -n auto --dist worksteal -m '' --hypothesis-profile nightly --hypothesis-seed $(SEED) $(ARGS)
	@TEST_STORE=postgresql $(BIN)/pytest -n auto --dist worksteal $(ON_POSTGRESQL) $(ARGS)

bench: $(VENV)/.installed ## Measure; PEERS=1 measures Prism, WireMock and Mockoon beside us
	@$(BIN)/python -m benchmarks --write $(if $(PEERS),--peers) $(ARGS)

mutation: $(VENV)/.installed ## See how many bugs that nobody wrote the contract kit notices; API=anny for one, ARGS="--budget 20" for minutes, "--alone" for Schemathesis without it
	@$(BIN)/python -m benchmarks --write --only mutation $(if $(API),--api $(API)) $(ARGS)

fuzz: $(VENV)/.installed ## Ask a sandbox for what nobody should; ARGS="--requests 1000000 --seed 20260302" for more of a day's
	@$(BIN)/python -m benchmarks --write --only fuzz $(ARGS)

chaos: $(VENV)/.installed ## Kill a sandbox while it works, fill its disk, and look at what is left; ARGS="--strikes 100" for more
	@$(BIN)/python -m benchmarks --write --only chaos $(ARGS)

format: $(VENV)/.installed ## Format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

witnesses: $(VENV)/.installed ## Look for a bug that shows that a rule is tested, where one is missing; API=anny for one alone
	@$(BIN)/python -m benchmarks.mutation.witnesses $(API) $(ARGS)

# What is locked, each with the hashes of its files: what everything here needs, what the server and the kit, what a wheel is built with.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

lock: $(VENV)/.installed ## Pin what is new; ARGS=--upgrade chooses the newest versions that the ranges allow
	@$(PIP) uv
	@$(LOCK) --extra dev --output-file locks/dev.txt $(ARGS) pyproject.toml
	@$(LOCK) --extra kit --extra metrics --extra postgresql --extra traces --output-file locks/kit.txt --constraints locks/dev.txt pyproject.toml
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
	  | $(LOCK) --output-file locks/build.txt --constraints locks/dev.txt -

release-check: $(VENV)/.installed ## Build both distributions, install them offline and book; DIST=folder tries what was built there
	@$(PIP) build twine
ifndef DIST
	@rm -rf dist
	@for project in . plugin; do $(call quietly,$(BIN)/python -m build --outdir dist $$project); done
endif
	@$(BIN)/python -m twine check --strict $(or $(DIST),dist)/*
	@DIST=$(or $(DIST),dist) $(BIN)/pytest -m nightly tests/e2e/test_installed.py $(ARGS)

sbom: $(VENV)/.installed ## List what server and kit are made of, as CycloneDX in build/doublebook.cdx.json
	@$(PIP) cyclonedx-bom
	@mkdir -p build
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-file build/doublebook.cdx.json locks/kit.txt

audit: $(VENV)/.installed ## Ask whether a flaw is known of anything that is locked
	@$(PIP) pip-audit
	@$(BIN)/pip-audit --require-hashes --disable-pip --requirement locks/dev.txt --requirement locks/build.txt

pictures: $(VENV)/.installed ## Take the pictures of the README again, with Chromium
	@$(BIN)/python docs/pictures/take.py

clean: ## Remove what make has made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
