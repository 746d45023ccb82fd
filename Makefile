# `make` lists the targets.

VENV      := .venv
HEADLESS  := .venv-headless
PYTHON    ?= $(shell scripts/find-python)
BIN       := $(VENV)/bin
ARGS      ?=

.DEFAULT_GOAL := help
.PHONY: help run test check format clean

help: ## Print this help
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-9s %s\n", $$1, $$2 }'

# Without a display only --headless works; it needs neither PyQt6 nor system libraries.
ifeq (,$(DISPLAY)$(WAYLAND_DISPLAY)$(filter-out Linux,$(shell uname)))
RUN_HEADLESS := yes
endif
ifneq (,$(findstring --headless,$(ARGS))$(RUN_HEADLESS))
run: $(HEADLESS)/.app
	@$(HEADLESS)/bin/python -m app.launch $(ARGS)
else
run: $(VENV)/.app $(if $(findstring --control,$(ARGS)),$(VENV)/.control) ## Install, then recognise gestures on camera 0; ARGS="--camera clip.mp4 --headless" passes through
	@$(BIN)/python -m app.launch $(ARGS)
endif

test: $(VENV)/.dev check ## Install, check, then run all tests
	$(BIN)/pytest

check: $(VENV)/.dev ## Lint, types, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Format and fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove environments and caches
	rm -rf $(VENV) $(HEADLESS) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.app: requirements.txt | $(VENV)/bin/python
	@scripts/system-libraries window
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/.control: requirements-control.txt $(VENV)/.app
	$(BIN)/python -m pip install --quiet -r requirements-control.txt
	@touch $@

$(VENV)/.dev: $(wildcard requirements*.txt) $(VENV)/.app
	@scripts/system-libraries tests $(PYTHON)
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $@

$(HEADLESS)/.app: requirements-headless.txt | $(HEADLESS)/bin/python
	$(HEADLESS)/bin/python -m pip install --quiet -r requirements-headless.txt
	@touch $@

$(VENV)/bin/python $(HEADLESS)/bin/python:
	@scripts/system-libraries python $(PYTHON)
	@# An incomplete environment, left by a Python without ensurepip, would break every later make.
	$(PYTHON) -m venv $(@D:/bin=) || { rm -rf $(@D:/bin=); exit 1; }
