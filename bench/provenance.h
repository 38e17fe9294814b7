// What a measurement was made on and with: the head of every benchmark's table and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace headscope {

// "AMD EPYC, AVX2, 2 threads, g++ 12.2.0, commit 1567599".
std::string ProvenanceLine(size_t threads);
// cpu, simd_target, threads, compiler, commit.
nlohmann::ordered_json ProvenanceJson(size_t threads);
// The roofs measured beside everything else: median, lowest, highest, and how far the clock drifted
// (see Drift).
nlohmann::ordered_json RoofJson(const std::vector<double>& gflops);
std::string RoofLine(const std::vector<double>& gflops);

}  // namespace headscope
