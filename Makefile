# One line a target; bare `make` prints them.
PYTHON ?= python3
BIN = .venv/bin
FIGURES = $(addprefix tests/test_, $(addsuffix .py, exit_truth secrets disk_full scheduler faults_network faults_stall))
URL ?=
CASE ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test crawl check bench soak fixture lock

help: ## print these lines
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

setup: .venv/.stamp ## virtual environment and dependencies (every target does it itself)

.venv/.stamp: requirements.lock deploy/setup.sh
	@PYTHON="$(PYTHON)" sh deploy/setup.sh

demo: .venv/.stamp ## crawl two simulated nights into a real Postgres and show what was found
	@$(BIN)/python -m tests.demo

test: .venv/.stamp ## run every test
	@sh deploy/setup.sh tests
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not soak and not live"

crawl: .venv/.stamp ## run the nightly job against the live site
	$(BIN)/scrapy crawl udn_world

check: .venv/.stamp ## formatting, linting, types, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/scrapy-lint

bench: .venv/.stamp ## measure against the peers, in one run
	$(BIN)/python -m bench

soak: .venv/.stamp ## the slow tests; their figures go to docs/reliability.md
	$(BIN)/python -m pytest -m soak
	$(BIN)/python -m pytest -p tests.reliability -m "not soak" $(FIGURES)
	$(BIN)/python -m tests.reliability

fixture: .venv/.stamp ## keep a page as a test case: make fixture URL=… CASE=…
	$(BIN)/scrapy fixture "$(URL)" --case "$(CASE)"

lock: .venv/.stamp ## choose versions anew and write them with their hashes
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q --upgrade requirements.in -o requirements.lock
