# Two commands for a newcomer: `make demo` and `make test`. `make help` lists the rest.
BUILD ?= build
JOBS ?= $(shell nproc)

.DEFAULT_GOAL := build
build:  ## Configure and build kt and its tests
	cmake -S . -B $(BUILD) -G Ninja >/dev/null
	cmake --build $(BUILD) -j $(JOBS)
.PHONY: build
