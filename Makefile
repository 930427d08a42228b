# Every target sets up what it needs in .venv. Extra words go through ARGS:
#   make train-ocr ARGS="experiment=ocr_cpu trainer.max_epochs=3"
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet --constraint constraints.txt
IMAGE ?=
VIDEO ?=
ARGS ?=
SPLIT ?= test
PEER ?=
# Paths reach the shell by the environment, letter by letter: quotes, blanks and dollar signs are part of some names.
override IMAGE := $(value IMAGE)
override VIDEO := $(value VIDEO)
override PEER := $(value PEER)
export IMAGE VIDEO PEER

.DEFAULT_GOAL := help
.PHONY: help setup infer evaluate-video evaluate-decisions watch fonts train-detector train-ocr export quantise calibrate evaluate robustness benchmark improve rollback notebooks test lint \
  format docs clean fuzz serve load-test soak

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-16s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "Python 3.11 to 3.13 is needed, name one with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) .
	@touch $@

$(VENV)/.video: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) '.[video]'
	@touch $(VENV)/.runtime $@

$(VENV)/.evaluate: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) '.[evaluate]'
	@touch $(VENV)/.runtime $@

$(VENV)/.peer: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) '.[evaluate,peer]'
	@touch $(VENV)/.runtime $(VENV)/.evaluate $@

$(VENV)/.service: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) '.[service,page,video,heif]'
	@touch $(VENV)/.runtime $@

$(VENV)/.docs: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) '.[docs]'
	@touch $(VENV)/.runtime $@

$(VENV)/.full: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) '.[train,evaluate,video,heif,service,page,triton,docs,dev]'
	@touch $(VENV)/.runtime $(VENV)/.video $(VENV)/.evaluate $(VENV)/.service $(VENV)/.docs $@

.fonts/.fetched: scripts/fetch_fonts.sh | $(VENV)/.evaluate
	PATH="$(abspath $(BIN)):$$PATH" scripts/fetch_fonts.sh .fonts
	@touch $@

.rtsp/.fetched: scripts/fetch_rtsp_server.sh # without the server the tests that need it say so, and are skipped
	@if scripts/fetch_rtsp_server.sh .rtsp; then touch $@; fi

.mosquitto/.fetched: scripts/fetch_mqtt_broker.sh # as without the server above
	@if scripts/fetch_mqtt_broker.sh .mosquitto; then touch $@; fi

setup: $(VENV)/.full ## install everything for training and development

infer: $(VENV)/.runtime ## read a photograph, a folder or a glob: IMAGE=gate.jpg [ARGS="--format json"]
	@test -n "$$IMAGE" || { echo 'usage: make infer IMAGE=path/to/photograph.jpg'; exit 2; }
	@$(BIN)/python -m src.infer $(ARGS) -- "$$IMAGE"

watch: $(VENV)/.video ## one answer for each vehicle of a video or camera: VIDEO=gate.mp4 [ARGS="--format jsonl"]
	@test -n "$$VIDEO" || { echo 'usage: make watch VIDEO=path/to/video.mp4, or rtsp://..., or a camera number'; exit 2; }
	@$(BIN)/python -m src.watch $(ARGS) -- "$$VIDEO"

fonts: .fonts/.fetched ## fetch the typefaces that synthetic plates are set in

train-detector: $(VENV)/.full .fonts/.fetched ## train the detector [ARGS="Hydra overrides"]
	$(BIN)/python -m src.train_detector $(ARGS)

train-ocr: $(VENV)/.full .fonts/.fetched ## train the reader [ARGS="Hydra overrides"]
	$(BIN)/python -m src.train_ocr $(ARGS)

export: $(VENV)/.full ## checkpoints to exports/ as ONNX, proven equal [ARGS="Hydra overrides"]
	$(BIN)/python -m src.export $(ARGS)

quantise: $(VENV)/.full ## an exported model in 8 bits: ARGS="exports/detector runs/8-bit/detector"
	$(BIN)/python -m src.quantise $(ARGS)

calibrate: $(VENV)/.evaluate .fonts/.fetched ## fit on val how sure the reader may be and how much formats count, into its card
	$(BIN)/python -m src.calibrate $(ARGS)

evaluate: $(VENV)/.evaluate $(if $(filter val,$(SPLIT)),.fonts/.fetched) ## accuracy of the exported models [SPLIT=val] [ARGS="--sets ..."]
	$(BIN)/python -m src.evaluate --split $(SPLIT) $(ARGS)

evaluate-video: $(VENV)/.evaluate $(VENV)/.video .fonts/.fetched $(if $(PEER),$(VENV)/.peer) ## passages of vehicles in rendered videos and real clips [PEER=folder of fast-alpr's weights] [ARGS="--passages 60"]
	$(BIN)/python -m src.evaluate_video $(if $(PEER),--peer "$$PEER") $(ARGS)

evaluate-decisions: $(VENV)/.evaluate ## residents that a list asks again, and strangers that it lets in [ARGS="--anew"]
	$(BIN)/python -m src.evaluate_decisions $(ARGS)

robustness: $(VENV)/.evaluate ## accuracy under rain, night, blur, ... [ARGS="--images 100"]
	$(BIN)/python -m src.robustness $(ARGS)

benchmark: $(VENV)/.evaluate $(if $(PEER),$(VENV)/.peer) ## milliseconds of every stage [PEER=folder of fast-alpr's weights]
	$(BIN)/python -m src.benchmark $(if $(PEER),--peer "$$PEER") $(ARGS)

improve: $(VENV)/.full .fonts/.fetched ## the reader learns from the service's corrections; promoted if it is better [ARGS="minutes=60"]
	$(BIN)/python -m src.service.export_training runs/corrections --accepted || [ $$? -eq 1 ]
	$(BIN)/python -m src.improve runs/corrections $(ARGS)

rollback: $(VENV)/.full ## the reader before the last promotion
	$(BIN)/python -m src.improve --rollback

notebooks: $(VENV)/.full .fonts/.fetched ## open the notebooks in JupyterLab
	$(PIP) '.[notebooks]'
	$(BIN)/python -m jupyterlab notebooks

serve: $(VENV)/.service ## the API and its page on this machine, with SQLite [ARGS="--port 8000 --page-port 8501"]
	@$(BIN)/python -m src.service.serve $(ARGS)

load-test: $(VENV)/.service ## 32 clients at once, then every answer against the database [ARGS="--seconds 60 --webhooks 2"]
	$(BIN)/python -m scripts.load_test $(ARGS)

fuzz: $(VENV)/.runtime ## feed 10,000 damaged pictures to the runtime [ARGS="--inputs 1000"]
	$(BIN)/python -m scripts.fuzz $(ARGS)

soak: $(VENV)/.full ## watch looped live video for an hour: memory must not grow [ARGS="--minutes 5"]
	$(BIN)/python -m scripts.soak_video $(ARGS)

# Each of the two processes computes with one thread: the threads of both would wait for each other on two cores.
test: $(VENV)/.full .rtsp/.fetched .mosquitto/.fetched ## run every test, in two processes [ARGS="--numprocesses 0 tests/core"]
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.full ## check format, style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.full ## format the code and sort its imports
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

docs: $(VENV)/.docs ## build the documentation, strictly; open docs/_build/html/index.html
	$(BIN)/python -m sphinx --builder html --conf-dir docs --fail-on-warning --keep-going --quiet . docs/_build/html

clean: ## remove caches and the virtual environment; runs/, exports/ and data/ stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build docs/_build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
