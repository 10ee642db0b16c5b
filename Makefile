# `make book` and `make test` set everything up; `make help` lists the verbs.
PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin
PY = $(BIN)/python
READY = $(VENV)/.ready
JAX = $(VENV)/.jax
PYTEST = $(PY) -m pytest -q -n $(or $(JOBS),auto) --dist loadscope
BUILD = $(BIN)/jupyter-book build book --config _config.yml --path-output .
INDEX = _build/html/index.html

.DEFAULT_GOAL := help
export PIP_DISABLE_PIP_VERSION_CHECK = 1

help:            ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*##/\1\t/p' Makefile | expand -t 12

book: $(READY) drift  ## render the book; prints where
	$(BUILD) -W -n --keep-going -q
	@echo $(CURDIR)/$(INDEX)

book-now: $(READY)  ## the same, of whatever notebooks there are
	$(BUILD) -q
	@echo $(CURDIR)/$(INDEX)

test: $(JAX) lint drift quotes hygiene matrix answers growth  ## all the checks, then every test and every cell
	$(PYTEST) --nbval tests book exercises solutions --ignore=tests/oracle

notebooks: $(JAX)  ## run the chapters and exercises that changed
	$(PY) tools/weave.py

exercises: notebooks  ## the exercises' notebooks (woven with the chapters)

serve: book      ## read the book at http://127.0.0.1:8000
	$(PY) -m http.server 8000 --bind 127.0.0.1 --directory _build/html

live: $(READY)   ## fetch Python for the pages, to run cells without the network
	$(PY) tools/pyodide_copy.py

live-test: live book  ## run every cell of every page in a browser
	$(PY) -m pytest -q tests/pages/live_chapters.py

lab: $(READY)    ## chapters and exercises in Jupyter Lab
	$(PY) -m pip install -q -c constraints.txt -e ".[test,lab]"
	$(BIN)/jupyter lab

learn: $(READY)  ## the exercises, one by one, in this terminal (FAST=1: one a chapter)
	@$(PY) tools/learn.py $(if $(FAST),--fast)

check-jax: $(JAX)  ## compare with JAX itself
	$(PYTEST) tests/oracle

misuse: $(READY) ## what minijax says to misuse, as a score beside JAX's
	$(PY) tools/misuse.py $(ONLY)

bench: $(READY)  ## speed, beside those of autograd, JAX and torch that are there
	$(PY) benchmarks/bench.py $(ONLY)

lint: $(READY)   ## ruff and codespell
	$(BIN)/ruff check .
	$(BIN)/codespell

quotes: $(READY) ## is every statement of minijax quoted, once, in order?
	$(PY) tools/quotes.py

drift: $(READY)  ## do the notebooks agree with their texts?
	$(PY) tools/weave.py --check

hygiene: $(READY)  ## can every cell of the notebooks fail?
	$(PY) tools/hygiene.py

matrix: $(READY) ## has every primitive a rule in every transformation?
	$(PY) tools/matrix.py

answers: $(READY)  ## do the exercises' checks know right from wrong?
	$(PY) tools/answers.py

growth: $(JAX) ## does the package of each chapter stand alone?
	$(PY) tools/growth.py

nbval: $(JAX)  ## does every cell still print what is stored?
	$(PYTEST) --nbval book exercises solutions

clean:           ## remove what was built
	rm -rf _build build .pytest_cache .ruff_cache .hypothesis *.egg-info

$(READY): pyproject.toml constraints.txt
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install -q -c constraints.txt -e ".[test]"
	echo $(CURDIR)/exercises > $$($(PY) -c \
		'import sysconfig; print(sysconfig.get_path("purelib"))')/checks.pth
	touch $@

# Chapter 21 hands programs to JAX, so its cells need it, and they alone.
$(JAX): $(READY)
	$(PY) -m pip install -q -c constraints.txt -e ".[test,jax]"
	touch $@

.PHONY: help book book-now test notebooks exercises serve live live-test lab learn check-jax misuse bench lint \
	quotes drift hygiene matrix answers growth nbval clean
