# Every target calls run.py, which works the same on Windows: `python run.py run`.
PYTHON ?= python3

.PHONY: run setup test lint ingest-sample bench-embedding bench-answers bench-page bench-reading measure-reading measure-decisions figures train

run:
	@$(PYTHON) run.py run

setup:
	@$(PYTHON) run.py setup

test:
	@$(PYTHON) run.py test

lint:
	@$(PYTHON) run.py lint

ingest-sample:
	@$(PYTHON) run.py ingest-sample

bench-embedding:
	@$(PYTHON) run.py python -m eval.bench_embedding

bench-reading:
	@$(PYTHON) run.py python -m eval.bench_reading

measure-reading:
	@$(PYTHON) run.py python -m eval.measure_reading

measure-decisions:
	@$(PYTHON) run.py python -m eval.measure_decisions

# The tables of README and docs/evaluation.md, and the runs that the tests compare with.
figures:
	@$(PYTHON) run.py python -m eval.figures

bench-answers:
	@$(PYTHON) run.py python -m eval.bench_answers

bench-page:
	@$(PYTHON) run.py python -m eval.bench_page

# Every model anew, from ../shared; hours, and from checkpoint to checkpoint.
train:
	@$(PYTHON) run.py python -m eval.train
