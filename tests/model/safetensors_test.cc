#include "model/safetensors.h"

#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "model/base/error.h"
#include "model/base/file.h"
#include "model/safetensors_writer.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

// A file written by hand from the format's description, not by our writer.
std::string Raw(const std::string& header, const std::string& data) {
  const uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

std::string FloatBytes(const std::vector<float>& values) {
  std::string bytes(4 * values.size(), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// Without the syncs of WriteFileAtomically, which are slow by the hundred.
void WriteQuickly(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// What opening these bytes says; "" when they are accepted.
std::string Refusal(const std::string& bytes) {
  const TemporaryDirectory folder;
  WriteQuickly(folder.Path("x.safetensors"), bytes);
  try {
    const SafetensorsFile file(folder.Path("x.safetensors"));
    return "";
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK_THAT(message, ContainsSubstring("x.safetensors: "));
    return message;
  }
}

const char* const kTwoTensors = R"({"b":{"dtype":"F32","shape":[2],"data_offsets":[16,24]},)"
                                R"("a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}})";

TEST_CASE("A safetensors file made by hand is read", "[safetensors]") {
  const TemporaryDirectory folder;
  const std::string path = folder.Path("hand.safetensors");
  WriteFileAtomically(path, Raw(kTwoTensors, FloatBytes({1, 2, 3, 4, -5, 0.5f})));
  const SafetensorsFile file(path);
  REQUIRE(file.Entries().size() == 2);
  CHECK(file.Entries()[0].name == "a");
  CHECK(file.Find("a").ShapeString() == "[2, 2]");
  std::vector<float> a(4), b(2);
  file.ReadFloats("a", a);
  file.ReadFloats("b", b);
  CHECK(a == std::vector<float>{1, 2, 3, 4});
  CHECK(b == std::vector<float>{-5, 0.5f});
  CHECK_THROWS_WITH(file.ReadFloats("c", b),
                    ContainsSubstring("hand.safetensors: expected a tensor c, found none"));
  CHECK_THROWS_WITH(file.ReadFloats("a", b),
                    ContainsSubstring("tensor a: expected 2 elements, found shape [2, 2]"));
}

TEST_CASE("Narrow floats widen exactly and integers are read", "[safetensors]") {
  const TemporaryDirectory folder;
  const std::string path = folder.Path("narrow.safetensors");
  // 1.5, the smallest subnormal, -65504 (the largest half); 1.5 and -2^-126 as bfloat16.
  const uint16_t halves[] = {0x3e00, 0x0001, 0xfbff, 0x3fc0, 0x8080};
  const int32_t narrow[] = {-7, 1 << 30};
  const int64_t wide[] = {-(int64_t{1} << 40)};
  std::string data(sizeof(halves) + sizeof(narrow) + sizeof(wide), '\0');
  std::memcpy(data.data(), halves, sizeof(halves));
  std::memcpy(data.data() + 10, narrow, 8);
  std::memcpy(data.data() + 18, wide, 8);
  WriteFileAtomically(path, Raw(R"({"h":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},)"
                                R"("bf":{"dtype":"BF16","shape":[2],"data_offsets":[6,10]},)"
                                R"("i":{"dtype":"I32","shape":[2],"data_offsets":[10,18]},)"
                                R"("l":{"dtype":"I64","shape":[],"data_offsets":[18,26]}})",
                                data));
  const SafetensorsFile file(path);
  std::vector<float> h(3), bf(2), wrong(2);
  file.ReadFloats("h", h);
  file.ReadFloats("bf", bf);
  CHECK(h == std::vector<float>{1.5f, 0x1p-24f, -65504.0f});
  CHECK(bf == std::vector<float>{1.5f, -0x1p-126f});
  CHECK(file.ReadIntegers("i") == std::vector<int64_t>{-7, 1 << 30});
  CHECK(file.ReadIntegers("l") == std::vector<int64_t>{-(int64_t{1} << 40)});
  CHECK_THROWS_WITH(file.ReadFloats("i", wrong),
                    ContainsSubstring("tensor i: expected dtype F32, F16 or BF16, found I32"));
}

TEST_CASE("A broken safetensors file is refused with the tensor's name", "[safetensors]") {
  const std::string data = FloatBytes({1, 2, 3, 4, 5, 6});
  const auto one = [&](const std::string& tensor) {
    return Refusal(Raw("{" + tensor + "}", data));
  };
  REQUIRE(Refusal(Raw(kTwoTensors, data)).empty());

  CHECK_THAT(Refusal("1234567"),
             ContainsSubstring("truncated: expected at least 8 bytes, found 7"));
  CHECK_THAT(Refusal(std::string(8, '\xff') + "{}"), ContainsSubstring("header of at most"));
  CHECK_THAT(Refusal(Raw(kTwoTensors, data).substr(0, 40)),
             ContainsSubstring("truncated: expected a header of"));
  CHECK_THAT(Refusal(Raw(kTwoTensors, data.substr(0, 23))),
             ContainsSubstring("truncated: tensor b ends at byte 24 of the data, found only 23"));
  CHECK_THAT(Refusal(Raw(kTwoTensors, data + "1234")),
             ContainsSubstring("expected 24 bytes of data, found 28"));
  CHECK_THAT(Refusal(Raw("[]", "")), ContainsSubstring("expected '{' first"));
  CHECK_THAT(Refusal(Raw("{\"a\":", "")), ContainsSubstring("expected JSON"));
  CHECK_THAT(Refusal(Raw("{\"a\":" + std::string(100000, '['), "")), ContainsSubstring("nested"));
  CHECK_THAT(Refusal(Raw(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},)"
                         R"("b":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}})",
                         data)),
             ContainsSubstring("tensor b: bytes [12, 24) overlap tensor a, which ends at 16"));
  CHECK_THAT(Refusal(Raw(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},)"
                         R"("b":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}})",
                         data)),
             ContainsSubstring("tensor b: expected to start at byte 12, found 16"));
  CHECK_THAT(Refusal(Raw(R"({"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]},)"
                         R"("a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}})",
                         data)),
             ContainsSubstring("found \"a\" twice"));
  CHECK_THAT(one(R"("a":{"dtype":"F32","shape":[5],"data_offsets":[0,24]})"),
             ContainsSubstring("tensor a: expected 20 bytes for F32 [5]"));
  CHECK_THAT(one(R"("a":{"dtype":"F33","shape":[6],"data_offsets":[0,24]})"),
             ContainsSubstring("tensor a: unknown dtype \"F33\""));
  CHECK_THAT(one(R"("a":{"dtype":"F32","shape":[-6],"data_offsets":[0,24]})"),
             ContainsSubstring("tensor a: shape: expected non-negative integers"));
  CHECK_THAT(one(R"("a":{"dtype":"F32","shape":[6],"data_offsets":[24,0]})"),
             ContainsSubstring("tensor a: data_offsets: expected [begin, end]"));
  CHECK_THAT(one(R"("a":{"dtype":"F32","shape":[6],"data_offsets":[0]})"),
             ContainsSubstring("tensor a: data_offsets"));
  CHECK_THAT(one(R"("a":{"dtype":"F32","shape":[6]})"), ContainsSubstring("tensor a"));
  // 2^62 * 4 floats: the product wraps to 0 in 64 bits.
  CHECK_THAT(one(R"("a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]})"),
             ContainsSubstring("larger than any file"));
  CHECK_THAT(one(R"("a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,0]})"),
             ContainsSubstring("tensor a: shape"));
  CHECK_THAT(one(R"("__metadata__":{"n":3})"), ContainsSubstring("__metadata__"));
}

// Every prefix of a good file, and every good file with one byte of its header changed, is either
// refused or harmless.
TEST_CASE("No prefix and no changed byte of a file gets past the reader", "[safetensors]") {
  const TemporaryDirectory folder;
  const std::string path = folder.Path("x.safetensors");
  const std::string good = Raw(kTwoTensors, FloatBytes({1, 2, 3, 4, 5, 6}));
  for (size_t size = 0; size < good.size(); size += 3) CHECK(Refusal(good.substr(0, size)) != "");
  for (size_t i = 0; i < good.size() - 24; ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x11);
    WriteQuickly(path, bad);
    try {
      const SafetensorsFile file(path);
      for (const SafetensorsEntry& entry : file.Entries()) {
        CHECK(file.ReadBytes(entry.name).size() == entry.end - entry.begin);
      }
    } catch (const Error&) {
    }
  }
}

TEST_CASE("NaN and infinity are refused with tensor and index", "[safetensors]") {
  const TemporaryDirectory folder;
  const std::string path = folder.Path("nan.safetensors");
  std::vector<float> values{1, 2, 3, 4, std::numeric_limits<float>::quiet_NaN(), 6};
  std::vector<float> out(6);
  WriteSafetensors(path, std::vector{FloatTensor("w", {2, 3}, values)});
  CHECK_THROWS_WITH(SafetensorsFile(path).ReadFloats("w", out),
                    path + ": tensor w: expected finite numbers, found nan at [1, 1]");
  values[4] = -std::numeric_limits<float>::infinity();
  WriteSafetensors(path, std::vector{FloatTensor("w", {2, 3}, values)});
  CHECK_THROWS_WITH(SafetensorsFile(path).ReadFloats("w", out),
                    ContainsSubstring("tensor w: expected finite numbers, found -inf at [1, 1]"));
}

TEST_CASE("What is written is read again, and twice the same bytes", "[safetensors]") {
  const TemporaryDirectory folder;
  const std::string path = folder.Path("x.safetensors");
  const std::vector<float> a{1.0f, -0.0f, 1e-42f}, b;
  const std::vector<SafetensorsTensor> tensors{FloatTensor("z \"quoted\"", {3}, a),
                                               FloatTensor("empty", {0, 7}, b)};
  WriteSafetensors(path, tensors);
  const std::string first = ReadFile(path);
  WriteSafetensors(path, tensors);
  CHECK(ReadFile(path) == first);
  uint64_t header = 0;
  std::memcpy(&header, first.data(), 8);
  CHECK(header % 8 == 0);
  CHECK(first[8 + header - 1] != '\0');

  const SafetensorsFile file(path);
  CHECK(file.Metadata().at("format") == "pt");
  CHECK(file.Find("empty").shape == std::vector<size_t>{0, 7});
  std::vector<float> back(3);
  file.ReadFloats("z \"quoted\"", back);
  for (size_t i = 0; i < 3; ++i) {
    CHECK(std::bit_cast<uint32_t>(back[i]) == std::bit_cast<uint32_t>(a[i]));
  }
}

TEST_CASE("A streamed file equals one written at once, and an abandoned one leaves nothing",
          "[safetensors]") {
  const TemporaryDirectory folder;
  const std::vector<float> a{1, 2, 3}, b{4, 5};
  WriteSafetensors(folder.Path("once"),
                   std::vector{FloatTensor("a", {3}, a), FloatTensor("b", {1, 2}, b)});
  const std::vector<SafetensorsEntry> entries{{"a", "F32", {3}, 0, 0}, {"b", "F32", {1, 2}, 0, 0}};
  {
    SafetensorsStream stream(folder.Path("stream"), entries);
    stream.Write(FloatBytes({1}));
    stream.Write(FloatBytes({2, 3, 4, 5}));
    CHECK_FALSE(std::filesystem::exists(folder.Path("stream")));
    stream.Commit();
  }
  CHECK(ReadFile(folder.Path("stream")) == ReadFile(folder.Path("once")));
  {
    SafetensorsStream stream(folder.Path("once"), entries);
    stream.Write(FloatBytes({9}));
    CHECK_THROWS_WITH(stream.Commit(), ContainsSubstring("expected 20 bytes of tensors, found 4"));
  }
  CHECK(ReadFile(folder.Path("stream")) == ReadFile(folder.Path("once")));
  CHECK(ListFiles(folder.Root(), "").size() == 2);
  CHECK_THROWS_WITH(SafetensorsStream(folder.Path("twice"), {entries[0], entries[0]}),
                    ContainsSubstring("tensor a is given twice"));
}

}  // namespace
}  // namespace headscope
