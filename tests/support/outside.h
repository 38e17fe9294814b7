// The same for tests: their framework is slow to compile.
#pragma once

#include "model/base/outside.h"
#include "tests/support/catch.h"
