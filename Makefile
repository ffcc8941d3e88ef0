# The verbs of this repository; `make` alone lists them. Every verb sets up what it needs.
.DEFAULT_GOAL := help
.PHONY: help setup build run test fast asan tsan golden vscode fmt tidy fuzz fuzzcov clang mutants coverage faults bench clean
MAKEFLAGS += --no-print-directory
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
FUZZ_SEED ?= 0

help: ## list the verbs
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## install what a fresh Debian 12 machine lacks
	@tools/setup.sh

build: setup ## build everything (release)
	@cmake --preset release > build.log 2>&1 || { cat build.log; exit 1; }
	@rm -f build.log
	@cmake --build build/release -j$(JOBS)

run: build ## start the gate with a starter policy and say what to try
	@tools/run.sh

test: build ## build and run all tests but the long ones
	@ctest --test-dir build/release -LE long -j$(JOBS) --output-on-failure

fast: build ## only the fast suite, under a minute
	@ctest --test-dir build/release -L fast -j$(JOBS) --output-on-failure

asan: setup ## unit tests under AddressSanitizer and UBSan
	@cmake --preset asan > /dev/null && cmake --build build/asan -j$(JOBS) --target unit_tests
	@ctest --test-dir build/asan -L unit -LE long -j$(JOBS) --output-on-failure

tsan: setup ## tests of what has threads under ThreadSanitizer
	@cmake --preset tsan > /dev/null && cmake --build build/tsan -j$(JOBS) --target threaded_tests
	@ctest --test-dir build/tsan -L threads -j$(JOBS) --output-on-failure

golden: build ## rewrite the expectations of the golden tests from what the code says now
	@UPDATE=1 ctest --test-dir build/release -L golden --output-on-failure

vscode: build ## the extension in VS Code itself, which this installs (700 MB)
	@tools/setup_vscode.sh
	@ctest --test-dir build/release -R '^e2e_vscode$$' --output-on-failure

fmt: setup ## format the C++ sources
	@git ls-files '*.cpp' '*.hpp' | grep -v '^tests/corpora/' | xargs clang-format-19 -i

tidy: setup ## house rules and clang-tidy (FILES=… or all)
	@tools/tidy.sh $(FILES)

fuzz: setup ## every fuzz target for FUZZ_SECONDS (60), mutations by FUZZ_SEED
	@cmake --preset fuzz > /dev/null && cmake --build build/fuzz -j$(JOBS) --target fuzz_targets
	@tools/fuzz.sh $(FUZZ_SECONDS) $(FUZZ_SEED)

mutants: setup ## seeded mistakes in engine, oracle and classifier: all must be noticed
	@JOBS=$(JOBS) tools/mutants.py run && JOBS=$(JOBS) tools/mutants.py planted

clang: setup ## the fast suite as the second compiler builds it
	@cmake --preset clang > /dev/null && cmake --build build/clang -j$(JOBS)
	@ctest --test-dir build/clang -L fast -j$(JOBS) --output-on-failure

coverage: setup ## line coverage of compiler, decide and classify, by folder
	@JOBS=$(JOBS) tools/coverage.py

faults: build ## the long suites: kills, corruption, exhaustive worlds
	@ctest --test-dir build/release -L long --output-on-failure

fuzzcov: setup ## what each fuzz target reaches of its module, in lines
	@JOBS=$(JOBS) tools/fuzz_coverage.py $(FUZZ_SECONDS)

bench: build ## benchmarks against named baselines, as JSON
	@tools/bench.sh

clean: ## remove build output
	@rm -rf build
