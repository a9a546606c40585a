# Two commands for a newcomer: `make demo` and `make test`. `make help` lists the rest.
# Needs a Debian 12 with git and make; what else is missing, `deps` installs (root, or sudo).

BUILD ?= build
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
PACKAGES = cmake g++ ninja-build pkg-config libfmt-dev libcli11-dev nlohmann-json3-dev doctest-dev libcpp-httplib-dev \
  zlib1g-dev libsnappy-dev liblz4-dev libzstd-dev libpcre2-dev libssl-dev libkrb5-dev libzookeeper-mt-dev
LINT_PACKAGES = clang-format-16 clang-tidy-16 clang-16 libclang-rt-16-dev mandoc
SOURCES = $(shell git ls-files '*.cpp' '*.h')

.DEFAULT_GOAL := build
.PHONY: build demo test test-kafka torture-mirror bench bench-zero-copy lint format deps deps-lint sanitize fuzz man install package portable clean help

demo: deps  ## Show the main job on real data in the embedded sandbox
	@cmake -S . -B $(BUILD) -G Ninja >/dev/null
	@cmake --build $(BUILD) -j $(JOBS) --target kt
	@KT=$(BUILD)/cmd/kt sh tests/demo/demo.sh

test: build  ## Build and run all hermetic tests: no Kafka, no JVM
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS) $(CTEST_FLAGS)

test-kafka: build  ## The same cases on real releases; K=2.8.2 for one, K=all for nine (needs a JDK and Maven)
	BUILD=$(BUILD) tests/real/run.sh $(K)

torture-mirror: build  ## Mirror while clusters, connections and mirrors are killed, ROUNDS=100 times; KT_SEED=N repeats
	KT=$(BUILD)/cmd/kt tests/real/mirror/torture.sh $(ROUNDS)

bench: build portable  ## Measure kt beside kcat and the Java tools, as ratios in one run
	BUILD=$(BUILD) tests/bench/bench.sh

bench-zero-copy: deps  ## Ranges of files by sendfile and copied, beside the figures that made zero copy known
	@cmake -S . -B $(BUILD) -G Ninja >/dev/null
	@cmake --build $(BUILD) -j $(JOBS) --target zero-copy-bench >/dev/null
	@$(BUILD)/tests/zero-copy-bench

build: deps  ## Configure and build everything
	@cmake -S . -B $(BUILD) -G Ninja >/dev/null
	@cmake --build $(BUILD) -j $(JOBS)

# apt(PACKAGES): install those that are missing, and say nothing where none is.
define apt
missing=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
if [ -n "$$missing" ]; then \
  root=; [ "$$(id -u)" = 0 ] || root=sudo; \
  echo "installing:" $$missing; \
  export DEBIAN_FRONTEND=noninteractive; \
  $$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
fi
endef

deps:  ## Install what the build needs and the machine lacks (Debian's packages)
	@$(call apt,$(PACKAGES))

deps-lint:
	@$(call apt,$(LINT_PACKAGES))

lint: deps deps-lint  ## Formatting and static checks; every finding is an error
	@clang-format-16 --dry-run -Werror $(SOURCES)
	@CXX=clang++-16 cmake -S . -B $(BUILD)-lint -G Ninja >/dev/null
	@cmake --build $(BUILD)-lint --target lib/protocol/lists.cpp >/dev/null
	run-clang-tidy-16 -quiet -p $(BUILD)-lint -j $(JOBS) '$(CURDIR)/(cmd|lib)/.*\.cpp' >$(BUILD)-lint/tidy.log 2>&1 || \
	  { grep -A 5 ' error: ' $(BUILD)-lint/tidy.log || cat $(BUILD)-lint/tidy.log; exit 1; }

format: deps-lint  ## Put every source into the house's format
	clang-format-16 -i $(SOURCES)

sanitize: deps  ## The hermetic tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@cmake -S . -B $(BUILD)-sanitize -G Ninja -DKT_SANITIZE=ON >/dev/null
	@cmake --build $(BUILD)-sanitize -j $(JOBS)
	ctest --test-dir $(BUILD)-sanitize --output-on-failure -j $(JOBS)

man: build  ## Write man/ and completions/ anew from the commands
	@$(BUILD)/cmd/kt __manual .

install: build  ## Binary, manual and completions under $(DESTDIR)$(PREFIX), /usr/local unless said
	@PREFIX="$(PREFIX)" .packaging/install.sh $(BUILD)/cmd/kt "$(DESTDIR)$(PREFIX)"

package: build  ## A .deb in $(BUILD)/package
	@.packaging/deb.sh $(BUILD)/cmd/kt $(BUILD)/package

portable: deps  ## One file that needs only libc, in $(BUILD)-portable/kt
	@cmake -S . -B $(BUILD)-portable -G Ninja -DKT_PORTABLE=ON >/dev/null
	@cmake --build $(BUILD)-portable -j $(JOBS) --target kt
	@strip -o $(BUILD)-portable/kt $(BUILD)-portable/cmd/kt
	@ldd $(BUILD)-portable/kt | awk '$$3 ~ /^\// && $$1 !~ /^lib[cm]\.so/ {print "not portable: needs " $$1; bad = 1} END {exit bad}'
	@ls -l $(BUILD)-portable/kt

fuzz: deps deps-lint  ## Run every fuzz target for FUZZ_SECONDS under the sanitizers (F=NAME for one)
	@CC=clang-16 CXX=clang++-16 cmake -S . -B $(BUILD)-fuzz -G Ninja -DKT_FUZZ=ON >/dev/null
	@BUILD=$(BUILD)-fuzz JOBS=$(JOBS) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run.sh $(F)

clean:  ## Remove what was built
	rm -rf $(BUILD) $(BUILD)-*

help:  ## This list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | sort | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done
