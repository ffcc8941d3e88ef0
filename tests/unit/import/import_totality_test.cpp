// Every truncation and many changes of each sample are imported or refused, and what is imported is
// a policy that `fmt` leaves alone.
#include <random>

#include "compiler/format/format.hpp"
#include "compiler/syntax/parser.hpp"
#include "tests/unit/import/support.hpp"

namespace sentrail::compiler::import_ {
namespace {

using tests::sample;

struct Sample {
  ImportFormat format;
  const char* file;
  const char* map;
};

constexpr Sample kSamples[] = {
    {ImportFormat::sentrail, "hosted.json", nullptr},
    {ImportFormat::sentinelgate, "gate.yaml", nullptr},
    {ImportFormat::sentinelgate, "gate.json", nullptr},
    {ImportFormat::cedar, "photos.cedar", "photos_map.yaml"},
};

// Whether the text was imported; what was must be laid out.
bool try_import(ImportFormat source, std::string_view text, std::string_view map) {
  ImportRequest request{source, text, "sample", std::nullopt, std::nullopt};
  if (!map.empty()) request.map = map;
  const Result<ImportResult> result = import_policy(request);
  if (!result) {
    EXPECT_FALSE(result.error().message.empty());
    EXPECT_NE(result.error().code, Errc::unsupported) << result.error().message;
    return false;
  }
  Sources sources;
  DiagnosticSink sink;
  const SourceId id = sources.add("policy", result->policy);
  const std::optional<Ast> ast = parse(id, sources, sink);
  EXPECT_TRUE(ast) << result->policy;
  if (ast) {
    EXPECT_EQ(compiler::format(*ast, sources), result->policy);
  }
  return true;
}

class Totality : public testing::TestWithParam<Sample> {};

TEST_P(Totality, EveryTruncation) {
  const std::string text = sample(GetParam().file);
  const std::string map = GetParam().map == nullptr ? "" : sample(GetParam().map);
  EXPECT_TRUE(try_import(GetParam().format, text, map));
  std::size_t refused = 0;
  for (std::size_t size = 0; size < text.size(); ++size) {
    refused += try_import(GetParam().format, std::string_view(text).substr(0, size), map) ? 0u : 1u;
  }
  EXPECT_GT(refused, text.size() / 4);
}

TEST_P(Totality, ChangedBytes) {
  const std::string text = sample(GetParam().file);
  const std::string map = GetParam().map == nullptr ? "" : sample(GetParam().map);
  const std::uint64_t seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  constexpr std::string_view kBytes = "\"'{}[]()\\/*&|!=<>.,:;?@#\n \t0a_\xff\x01";
  for (int i = 0; i < 1'000; ++i) {
    std::string changed = text;
    for (std::uint64_t n = 1 + random() % 3; n > 0; --n) {
      changed[random() % changed.size()] = kBytes[random() % kBytes.size()];
    }
    (void)try_import(GetParam().format, changed, map);
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, Totality, testing::ValuesIn(kSamples),
                         [](const testing::TestParamInfo<Sample>& chosen) {
                           std::string name = chosen.param.file;
                           name[name.find('.')] = '_';
                           return name;
                         });

}  // namespace
}  // namespace sentrail::compiler::import_
