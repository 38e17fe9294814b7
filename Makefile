# headscope: `make demo` shows what it does, `make test` shows that it does it right. `make help` lists the rest.
#
# MODE=release (default), debug, asan (address and undefined-behaviour sanitizers) or tsan: each builds in its own folder.

MODE ?= release
CXX ?= g++
BUILD := build/$(MODE)

# The same bits everywhere: never -ffast-math, -Ofast or -march=native; contraction is always written out (MulAdd).
# Only targets with fused multiply-add are built; the scalar fallback exists but is refused at start-up.
NUMERIC := -ffp-contract=off '-DHWY_DISABLED_TARGETS=(HWY_SSE4|HWY_SSSE3|HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128)'
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Werror
CXXFLAGS_release := -O2 -g1 -fno-math-errno -DNDEBUG
CXXFLAGS_debug := -O0 -g -D_GLIBCXX_ASSERTIONS
CXXFLAGS_asan := -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -D_GLIBCXX_ASSERTIONS
CXXFLAGS_tsan := -O1 -g1 -fsanitize=thread
ifeq ($(CXXFLAGS_$(MODE)),)
$(error MODE=$(MODE) is unknown: use release, debug, asan or tsan)
endif
PACKAGES := libhwy openblas fmt libcrypto
CPPFLAGS := -I. $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
CXXFLAGS := -std=c++20 -pthread $(NUMERIC) $(WARNINGS) $(CXXFLAGS_$(MODE))
LDLIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lutf8proc -pthread

ROOMS := model/base model/ops model datasets train probe bench
LIBRARY_SOURCES := $(foreach room,$(ROOMS),$(wildcard $(room)/*.cc))
TEST_SOURCES := $(wildcard tests/*.cc tests/*/*.cc tests/*/*/*.cc)
OBJECT = $(patsubst %.cc,$(BUILD)/obj/%.o,$(1))
LIBRARY_OBJECTS := $(call OBJECT,$(LIBRARY_SOURCES))
TEST_OBJECTS := $(call OBJECT,$(TEST_SOURCES))

.PHONY: all test clean
all: build/headscope

# The program of the chosen mode, and the name everyone types.
build/headscope: $(BUILD)/headscope
	ln -sf $(MODE)/headscope $@

$(BUILD)/headscope: $(call OBJECT,main.cc) $(LIBRARY_OBJECTS)
	$(CXX) $(CXXFLAGS) $^ -o $@ $(LDLIBS)

$(BUILD)/tests: $(TEST_OBJECTS) $(LIBRARY_OBJECTS)
	$(CXX) $(CXXFLAGS) $^ -o $@ $(LDLIBS)

test: $(BUILD)/tests
	$(BUILD)/tests

$(BUILD)/obj/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c $< -o $@

clean:
	rm -rf build

-include $(patsubst %.o,%.d,$(LIBRARY_OBJECTS) $(TEST_OBJECTS) $(call OBJECT,main.cc))
