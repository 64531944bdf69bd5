# The verbs of this project. `make` alone lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test suite lint types replay calls serve fuzz chaos soak bench-fraud bench-speech bench bench-console screens ear lock fixtures clean security supply

VENV := .venv
EAR := .venv-ear
BIN := $(VENV)/bin
WORKERS ?= 2
PIPER ?=
# The synthesisers that the fraud bench is spoken by, beside those of the machine; those of another place by SPEAKERS.
VOICES := build/voices
SPEAKERS ?= --python $(VOICES)/bin/python --gnuspeech $(VOICES)/node_modules/@echogarden/gnuspeech-wasm

help: ## list the verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready ## make .venv and install exactly what requirements.lock names
	@:

demo: setup ## start the line, play a recorded borrower's call into it, show every step
	@$(BIN)/loanline demo

test: lint types suite ## everything CI runs

suite: setup ## the tests alone
	$(BIN)/python -m pytest -n $(WORKERS)

lint: setup ## ruff, formatting, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup ## mypy, strict
	$(BIN)/mypy

replay: setup ## play every fixture call through the line, faster than real time
	$(BIN)/loanline replay audio_fixtures

calls: setup ## ring every fixture caller over the wire, each into a running server of its own
	$(BIN)/loanline calls audio_fixtures

serve: setup ## run the line, the console and the API
	$(BIN)/loanline serve

fuzz: setup ## 10,000 random callers, 10,000 garbled tellings of a call by webhook, a minute of odd frames
	LOANLINE_RANDOM_CALLERS=10000 $(BIN)/python -m pytest -q tests/ivr/dialogue/test_random_callers.py
	$(BIN)/python -m scripts.line.shuffle
	$(BIN)/python -m scripts.line.frames --seconds 60

chaos: setup ## kill the line 1,000 times and at every commit of both databases, fill its disk, fail its fsyncs, hold it
	LOANLINE_KILLS=1000 LOANLINE_EVERY_COMMIT=1 LOANLINE_SYNC_RUNS=200 LOANLINE_LOCKED_SECONDS=30 \
	LOANLINE_SLOW_SOCKETS=1000 $(BIN)/python -m pytest -q -o log_cli=true --log-cli-level=INFO \
		--log-disable=alembic.runtime.migration --log-disable=alembic.runtime.plugins tests/chaos tests/ivr/test_edge.py

soak: setup ## 5,000 calls on eight telephones without a pause: memory, open files, forgotten errors (half an hour)
	LOANLINE_SOAK_CALLS=5000 $(BIN)/python -m pytest -q -o log_cli=true --log-cli-level=INFO \
		--log-disable=alembic.runtime.migration --log-disable=alembic.runtime.plugins tests/chaos/test_soak.py

bench-fraud: setup $(VOICES)/.ready ## measure the fraud signals (needs shared audio beside the project; espeak-ng, flite, festival)
	@test -f data/models/vosk-model-spk-0.4/final.ext.raw || $(BIN)/loanline models fetch speaker
	nice -n 10 $(BIN)/python -m scripts.antifraud.speak --audio ../shared/audio --out data/bench/spoken $(SPEAKERS)
	nice -n 10 $(BIN)/python -m scripts.antifraud.bench --audio ../shared/audio --network data/models/vosk-model-spk-0.4

bench-speech: setup ## measure hearing on human and synthetic speech (needs the shared audio beside the project)
	$(BIN)/python -m scripts.speech.bench

bench: setup ## how long a decision takes, alone and with the sandbox; 10,000 random ones keep the promises
	$(BIN)/python -m scripts.bench.decision --properties 10000

bench-console: setup ## how smooth the console is with fifty calls on the screen (needs chromium)
	$(BIN)/python -m scripts.bench.frames

screens: setup ## take the console's pictures in docs/screens anew (needs chromium)
	$(BIN)/python -m scripts.screens

ear: $(EAR)/.ready ## make the English telephone model anew: hours (needs recordings beside the project, libfst-tools)
	$(EAR)/bin/python -m speech.training all $(EAR_OPTIONS)

supply: build/supply/.ready ## pins, known vulnerabilities, bandit, bill of materials, CI workflows
	build/supply/bin/python -m scripts.supply

build/supply/.ready: scripts/supply/tools.lock
	@scripts/make-venv build/supply
	build/supply/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r scripts/supply/tools.lock
	@touch $@

$(VOICES)/.ready: scripts/antifraud/voices.lock
	@scripts/make-venv $(VOICES)
	@echo "Installing the synthesisers of the fraud bench into $(VOICES): some 250 MB, once." >&2
	$(VOICES)/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r scripts/antifraud/voices.lock
	@npm install --silent --ignore-scripts --no-audit --no-fund --prefix $(VOICES) @echogarden/gnuspeech-wasm@0.3.0 \
		|| echo "make: npm could not fetch GnuSpeech; its family is left out of the bench." >&2
	@touch $@

security: setup ## all roles x all routes, 1,000 ciphertext swaps, 1,050 tamperings, personal data after every fixture call, 100,000 keys rotated
	LOANLINE_SWAPS=1000 LOANLINE_TAMPERINGS=150 $(BIN)/python -m pytest -q tests/ivr/console/test_door.py \
		tests/core/usecases/test_roles.py tests/core/storage/test_tamper.py tests/core/storage/test_audit_log.py \
		tests/core/storage/test_plaintext.py tests/core/security tests/house/test_asvs.py
	$(BIN)/python -m scripts.security.canaries
	$(BIN)/python -m scripts.security.rotate_bench

lock: ## write requirements.lock anew from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "make: install uv first; it resolves requirements.lock." >&2; exit 3; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev --no-emit-index-url --no-header \
		pyproject.toml -o requirements.lock

fixtures: setup ## speak the fixture calls anew (needs flite and piper; see audio_fixtures/README.md)
	$(BIN)/python scripts/fixtures/make_audio.py --piper-python "$(PIPER)"

clean: ## remove .venv and every cache; data/ stays
	rm -rf $(VENV) build out *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. Two stamps: the packages change with the lock, our own metadata with pyproject.toml.
$(VENV)/.locked: requirements.lock | $(BIN)/python
	@echo "Installing the pinned packages into $(VENV); the first time takes a minute or two." >&2
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.ready: $(VENV)/.locked pyproject.toml
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	@# numba keeps compiled code beside librosa. Two processes that compile at once mix theirs there, and whoever loads the
	@# mixture crashes: so one process compiles, before anything can start.
	$(BIN)/python -c 'from antifraud.analysis import warm; warm()'
	@touch $@

# Torch and its like stay apart from the locked environment.
$(EAR)/.ready: pyproject.toml
	scripts/make-venv $(EAR)
	$(EAR)/bin/python -m pip install --disable-pip-version-check --quiet -e '.[train-ear]'
	@touch $@

$(BIN)/python:
	@scripts/make-venv $(VENV)
