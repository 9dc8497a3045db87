# Everything here needs only Python 3.11, make and git. The virtual environment is made on first use.
# On a machine without a GPU, PyTorch's CPU build is smaller: the README says what to put into PIP_ARGS.
PYTHON ?= python3.11
PIP_ARGS ?=
BIN := .venv/bin
RUN := .venv/.run
DEV := .venv/.dev

.PHONY: help run test test-slow explore check lint format logo eda bench logs-proof soak fuzz kits sheets screenshots lora-proof train-smoke clean

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 16

run: $(RUN) ## serve the API on :8000 and the UI on :8501
	PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH="$(CURDIR)" $(BIN)/honcho start

test: $(DEV) ## run the tests; those in a browser are skipped where there is no Chromium
	$(BIN)/python -m pytest -m "not slow and not gpu"

test-slow: $(DEV) ## run the long tests too
	$(BIN)/python -m pytest -m "not gpu"

explore: $(DEV) ## run the property tests with examples that no earlier run has drawn
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile explore backend/tests

check: lint test ## what CI runs

lint: $(DEV) ## format, lint, types, import contracts
	$(BIN)/ruff format --check backend frontend
	$(BIN)/ruff check backend frontend
	$(BIN)/mypy backend frontend
	PYTHONPATH="$(CURDIR)" $(BIN)/lint-imports

format: $(DEV) ## format the code
	$(BIN)/ruff format backend frontend
	$(BIN)/ruff check --fix backend frontend

logo: $(RUN) ## draw logos: make logo TEXT="a red fox for a coffee brand" NAME=Foxy
	$(BIN)/python -m backend generate "$(TEXT)" --name "$(NAME)"

eda: $(RUN) ## analyse a data set: make eda FILE=data/sample.parquet
	$(BIN)/python -m backend eda "$(FILE)"

bench: $(DEV) ## measure the figures of the README
	$(BIN)/python -m backend.bench

logs-proof: $(DEV) ## prove that logging loses nothing, breaks on nothing and waits for nobody (minutes)
	$(BIN)/python -m backend.bench.logs

soak: $(DEV) ## prove that kill -9, cut streams and 24 minutes of steady load harm nothing (an hour)
	$(BIN)/python -m backend.proof kills
	$(BIN)/python -m backend.proof streams
	$(BIN)/python -m backend.proof soak

fuzz: $(DEV) ## send 100,000 odd requests to a real server (minutes); SEED=2 for others
	$(BIN)/python -m backend.proof --seed $(or $(SEED),1) fuzz

kits: $(RUN) ## make brand kits of eight made-up brands, and a picture of them all
	$(BIN)/python -m backend kits

sheets: $(RUN) ## draw the README's pictures anew
	$(BIN)/python -m backend sheets

screenshots: $(DEV) ## take the README's pictures of the pages anew, by the browser tests
	LOGO_SCREENSHOTS="$(CURDIR)/data/pictures" $(BIN)/python -m pytest -m browser frontend/tests/browser

lora-proof: $(RUN) ## train an adapter from eight drawn pictures and measure what it changes
	$(BIN)/python -m backend train lora-proof

train-smoke: $(DEV) ## run every trainer for a minute, stop it, resume it, compare
	$(BIN)/python -m backend train smoke

$(RUN): requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r requirements.txt
	touch $@

$(DEV): $(RUN) backend/requirements-train.txt backend/requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r backend/requirements-dev.txt
	touch $@

.PHONY: env up down containers-test

env: ## write .env for docker compose, with passwords and an API key made up on the spot
	@test ! -e .env || { echo "there is a .env already; it is left alone"; exit 1; }
	@umask 077; key=lk_env_$$(od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n'); \
	while IFS= read -r line; do case $$line in \
	  LOGO_API__BOOTSTRAP_KEY=|LOGO_UI__API_KEY=) echo "$$line$$key" ;; \
	  [A-Z]*_PASSWORD=|[A-Z]*_KEY=) \
	    echo "$$line$$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" ;; \
	  *) printf '%s\n' "$$line" ;; esac; done <.env.example >.env
	@echo "wrote .env"

up: ## build the images and start the containers (make env first)
	docker compose up -d --build --wait

down: ## stop the containers; what they made stays in volumes
	docker compose down

containers-test: $(DEV) ## build the images, run them, try them out (Docker, or podman and podman-compose)
	LOGO_CONTAINERS=required $(BIN)/python -m pytest -s backend/tests/deploy

clean: ## remove the virtual environment and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
