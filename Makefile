# headscope: `make demo` shows what it does, `make test` shows that it does it right; `make help` lists the rest.

MODE ?= release
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += --jobs=$(shell nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2)
endif
BUILD := build/$(MODE)
CXX := $(if $(filter default,$(origin CXX)),g++,$(CXX))
PKG_CONFIG ?= pkg-config

# The same bits everywhere: no fast-math, no tuning for the machine at hand; contraction is always written out (MulAdd). Of the
# SIMD targets only those with fused multiply-add are built. On x86 Highway would also build its fallback for processors without
# AVX2, which are refused at start-up: it is what takes longest to compile.
NUMERIC := -ffp-contract=off '-DHWY_DISABLED_TARGETS=(HWY_SSE4|HWY_SSSE3|HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128)' \
           $(if $(filter x86_64-%,$(shell $(CXX) -dumpmachine 2>/dev/null)),-DHWY_BASELINE_TARGETS=HWY_AVX2)
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Werror
# The level of most files, of what is hot (HOT below), and of the tests.
OPTIMISE_release := -O1
HOT_release := -O2
TEST_release := -O1
FLAGS_release := -fno-math-errno -DNDEBUG
OPTIMISE_debug := -O0
HOT_debug := -O0
TEST_debug := -O0
FLAGS_debug := -g -D_GLIBCXX_ASSERTIONS
OPTIMISE_asan := -O0
HOT_asan := -O1
# Without the checks of every pointer that address sanitizing nearly covers: a third of what there is to compile.
FLAGS_asan := -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize=null,alignment,object-size,vptr,pointer-overflow \
              -fno-sanitize-recover=all -D_GLIBCXX_ASSERTIONS
OPTIMISE_tsan := -O1
HOT_tsan := -O1
TEST_tsan := -O0
FLAGS_tsan := -g1 -fsanitize=thread
ifeq ($(OPTIMISE_$(MODE)),)
$(error MODE=$(MODE) is unknown: use release, debug, asan or tsan)
endif
PACKAGES := libhwy openblas fmt libcrypto
OPTIMISE = $(OPTIMISE_$(MODE))
# Asked for when needed and not before: set-up may just have installed them.
CPPFLAGS = -I. $(shell $(PKG_CONFIG) --cflags $(PACKAGES))
CXXFLAGS = -std=c++20 -pthread $(NUMERIC) $(WARNINGS) $(OPTIMISE) $(FLAGS_$(MODE))
LDLIBS = $(shell $(PKG_CONFIG) --libs $(PACKAGES)) -lutf8proc -pthread

ROOMS := model/base model/ops model datasets train probe bench
LIBRARY_SOURCES := $(foreach room,$(ROOMS),$(wildcard $(room)/*.cc))
TEST_SOURCES := $(wildcard tests/*.cc tests/*/*.cc tests/*/*/*.cc)
FORMATTED := $(wildcard *.cc $(foreach room,$(ROOMS),$(room)/*.cc $(room)/*.h)) $(TEST_SOURCES) $(wildcard tests/*/*.h)

# How a file is compiled. What reads and writes command lines, JSON, TOML and reports is slow to compile and never hot; so is the
# test runner.
COMMANDS := main.cc tests/test_main.cc $(filter %command.cc %commands.cc,$(LIBRARY_SOURCES))
JSON := $(filter-out datasets/record_reader.cc,$(shell grep -lE 'nlohmann/json.hpp|strict_json.h' $(LIBRARY_SOURCES)))
TEXT := $(filter-out $(JSON),$(COMMANDS) $(addsuffix .cc,model/base/command_line datasets/corpora datasets/download \
        datasets/statistics_tables train/config_field train/config_file train/config_flags train/finetune_config \
        train/progress_line train/train_config train/version probe/example_sentences probe/head_tables probe/html_page \
        probe/capacity_figure probe/report probe/svg probe/svg_elements probe/probing_report probe/probing_tables probe/difference_plot probe/estimate_text \
        probe/experiment_report probe/suite_erasure probe/suite_heads probe/suite_progress \
        probe/suite_section))
# Arithmetic, and what visits every piece, word or draw. The rest compiles a quarter faster without the last level.
HOT := $(filter-out $(JSON) $(TEXT),$(filter model/%,$(LIBRARY_SOURCES)) \
       $(wildcard $(addprefix datasets/,bert_*.cc wordpiece*.cc masking.cc pretraining_*.cc sentence_ends.cc synthetic_*.cc \
       planted_*.cc word_rules.cc) $(addprefix train/,adamw.cc attention_looks.cc attention_reader.cc feature_scale.cc lbfgs.cc reader_network.cc reading.cc)) $(filter-out probe/experiment%,$(filter probe/%,$(LIBRARY_SOURCES))))
PLAIN := $(filter-out $(JSON) $(TEXT) $(HOT),$(LIBRARY_SOURCES))
TWINS := $(filter tests/model/ops/%,$(TEST_SOURCES))
TESTS := $(filter-out $(TWINS) $(COMMANDS),$(TEST_SOURCES))

# Several files of a room compile as one, so that what they share is read and generated once: a first build takes a third of the time. Not those that Highway includes once for each target, or that have flags of their own.
ALONE := main.cc tests/test_main.cc model/base/build_info.cc probe/experiment_catalogue.cc \
         $(shell grep -l HWY_TARGET_INCLUDE $(LIBRARY_SOURCES) $(TEST_SOURCES))
# $(call OBJECT,build folder,sources) and $(call OBJECTS,build folder,class,sources).
OBJECT = $(patsubst %.cc,$(1)/obj/%.o,$(patsubst $(1)/%,%,$(2)))
OBJECTS = $(call OBJECT,$(1),$(filter $(ALONE),$(3)) $(shell .ci/batches $(1) batch/$(2) $(filter-out $(ALONE),$(3))))
HOT_OBJECTS := $(call OBJECTS,$(BUILD),hot,$(HOT))
PLAIN_OBJECTS := $(call OBJECTS,$(BUILD),plain,$(PLAIN))
JSON_OBJECTS := $(call OBJECTS,$(BUILD),json,$(JSON))
TEXT_OBJECTS := $(call OBJECTS,$(BUILD),text,$(filter $(LIBRARY_SOURCES),$(TEXT)))
LIBRARY_OBJECTS := $(HOT_OBJECTS) $(PLAIN_OBJECTS) $(JSON_OBJECTS) $(TEXT_OBJECTS)
# Under address sanitizing the tests are those of the release build, without checks of their own: the library is what is checked,
# and it comes first where programs are linked, so that what both instantiate (and tests do not inline) is checked, too. To compile
# the tests once more took a third of CI.
TEST_BUILD := build/$(if $(filter asan,$(MODE)),release,$(MODE))
TWIN_OBJECTS := $(call OBJECTS,$(TEST_BUILD),twins,$(TWINS))
# Each test file compiles alone, so that names of texts and tables may repeat; only those of the operations are batched.
TEST_OBJECTS := $(TWIN_OBJECTS) $(call OBJECT,$(TEST_BUILD),$(TESTS))
MAIN_OBJECT := $(call OBJECT,$(BUILD),main.cc)
TEST_MAIN_OBJECT := $(call OBJECT,$(TEST_BUILD),tests/test_main.cc)
MAIN_OBJECTS := $(MAIN_OBJECT) $(filter $(BUILD)/%,$(TEST_MAIN_OBJECT))
# Tests that take long are tagged [.long]: CI runs them, `make test` does not.
TEST_ARGUMENTS ?=

.PHONY: all help demo test long-test test-objects bench data format format-check check-includes clean
all: build/headscope

help:
	@echo 'make                 build/headscope'
	@echo 'make demo            train on the embedded language, probe its heads, write demo/report/report.html'
	@echo 'make test            the tests;  make long-test: those that take minutes'
	@echo 'make bench           writes bench/RESULTS.md: products, training steps and reading against the machine and its peers'
	@echo 'make data            download the real corpora into data/'
	@echo 'make format          clang-format; make format-check and make check-includes: what CI checks'
	@echo 'MODE=debug|asan|tsan with any of them: another build in its own folder (asan: with the tests of the release build)'

# The program of the chosen mode, under the name everyone types.
build/headscope: $(BUILD)/headscope
	@ln -sf $(MODE)/headscope $@

$(BUILD)/headscope: $(MAIN_OBJECT) $(LIBRARY_OBJECTS)
	$(CXX) $(CXXFLAGS) $^ -o $@ $(LDLIBS)

$(BUILD)/tests: $(LIBRARY_OBJECTS) $(TEST_MAIN_OBJECT) $(TEST_OBJECTS)
	$(CXX) $(CXXFLAGS) $^ -o $@ $(LDLIBS)

ifeq ($(TEST_BUILD),$(BUILD))
test-objects: $(TEST_MAIN_OBJECT) $(TEST_OBJECTS)
else
$(TEST_MAIN_OBJECT) $(TEST_OBJECTS): test-objects ;
test-objects: | build/.setup
	@$(MAKE) MODE=release test-objects
endif

$(HOT_OBJECTS): OPTIMISE = $(HOT_$(MODE))
$(TEST_OBJECTS): OPTIMISE = $(TEST_$(MODE))
$(JSON_OBJECTS) $(TEXT_OBJECTS) $(MAIN_OBJECTS): OPTIMISE = -O0

# Installs missing packages once; see .ci/setup.
build/.setup: .ci/setup
	@mkdir -p build
	@CXX="$(CXX)" PKG_CONFIG="$(PKG_CONFIG)" .ci/setup
	@touch $@

define compile
@mkdir -p $(@D)
$(CXX) $(CPPFLAGS) $(CXXFLAGS) -include $(BUILD)/$(OUTSIDE)$(OPTIMISE).h -MD -MP -c $< -o $@
endef
$(BUILD)/obj/%.o: %.cc | build/.setup
	$(compile)
$(BUILD)/obj/batch/%.o: $(BUILD)/batch/%.cc | build/.setup
	$(compile)

# What many files include from outside the project is compiled once for each level of optimisation, and with the test framework.
OUTSIDE = outside
LEVELS := $(sort -O0 $(OPTIMISE_$(MODE)) $(HOT_$(MODE)))
$(JSON_OBJECTS): OUTSIDE = outside-json
$(JSON_OBJECTS): | $(BUILD)/outside-json-O0.h.gch
$(TEST_OBJECTS): OUTSIDE = tests-outside
$(LIBRARY_OBJECTS) $(MAIN_OBJECTS): | $(foreach level,$(LEVELS),$(BUILD)/outside$(level).h.gch)
$(filter $(BUILD)/%,$(TEST_OBJECTS)): | $(BUILD)/tests-outside$(TEST_$(MODE)).h.gch
$(BUILD)/outside%.h.gch: model/base/outside.h | build/.setup
	$(precompile)
$(BUILD)/outside-json%.h.gch: model/base/outside_json.h model/base/outside.h | build/.setup
	$(precompile)
$(BUILD)/tests-outside%.h.gch: tests/support/outside.h tests/support/catch.h model/base/outside.h | build/.setup
	$(precompile)
define precompile
@mkdir -p $(@D)
@echo '#include "$<"' > $(@:.gch=)
$(CXX) $(CPPFLAGS) $(filter-out -O%,$(CXXFLAGS)) $* -x c++-header -c $(@:.gch=) -o $@
endef

# The commit that results name, known to one file only; written anew only when it changed.
COMMIT := $(or $(shell git describe --always --dirty --abbrev=40 --exclude='*' 2>/dev/null),unknown)
$(BUILD)/commit: FORCE | build/.setup
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' > $@
FORCE:
$(BUILD)/obj/model/base/build_info.o: $(BUILD)/commit
$(BUILD)/obj/model/base/build_info.o: CPPFLAGS += '-DHEADSCOPE_COMMIT="$(COMMIT)"'

# The experiments that come with the program: "NAME.toml" and text of each file.
EXPERIMENTS := $(sort $(wildcard train/experiments/*.toml))
$(BUILD)/experiments.inc: $(EXPERIMENTS) Makefile
	@mkdir -p $(@D)
	@for file in $(EXPERIMENTS); do printf '{"%s", R"toml(' "$${file##*/}"; cat "$$file"; printf ')toml"},\n'; done > $@
$(BUILD)/obj/probe/experiment_catalogue.o: $(BUILD)/experiments.inc
$(BUILD)/obj/probe/experiment_catalogue.o: CPPFLAGS += -I$(BUILD)

test: $(BUILD)/tests
	$(BUILD)/tests $(TEST_ARGUMENTS)

long-test: $(BUILD)/tests
	$(BUILD)/tests '[.long]'

demo: build/headscope
	rm -rf demo && mkdir demo
	build/headscope train --config train/demo.toml --out demo/run --twin
	build/headscope data synth --documents 150 --seed 2 --out demo/dev.conllu
	build/headscope data synth --documents 150 --seed 3 --out demo/test.conllu
	build/headscope probe heads --model demo/run/model --dev demo/dev.conllu --test demo/test.conllu --segment 64 --out demo/report
	build/headscope probe heads --model demo/run/model --dev demo/dev.conllu --test demo/test.conllu --out demo/masks \
	    --read masks --coref gum --segment 64 --random-models 2 --importance-sentences 0
	@echo 'Open demo/report/report.html and demo/masks/report.html (attention read at masked words) in a browser.'

data: build/headscope
	build/headscope data fetch all --data data

bench: build/headscope
	bench/write_results

format:
	clang-format -i $(FORMATTED)

format-check:
	@clang-format --dry-run --Werror $(FORMATTED) && echo 'format holds'

check-includes:
	@.ci/check-includes

clean:
	rm -rf build

-include $(patsubst %.o,%.d,$(LIBRARY_OBJECTS) $(TEST_OBJECTS) $(MAIN_OBJECTS))
