// The same for files that read or write JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "model/base/outside.h"
