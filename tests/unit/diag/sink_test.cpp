// The sink keeps a bounded number, counts all, and gives them in order.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "compiler/diag/diagnostic.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler {
namespace {

Diagnostic at(std::uint32_t begin, DiagnosticKind kind = DiagnosticKind::expected_name) {
  return Diagnostic{kind, Span{SourceId{0}, begin, begin + 1}, "message", {}, ""};
}

TEST(DiagnosticSink, SortsByPlace) {
  DiagnosticSink sink;
  sink.report(at(5));
  sink.report(at(1));
  sink.report(at(3));
  const auto sorted = sink.sorted();
  ASSERT_EQ(sorted.size(), 3u);
  EXPECT_EQ(sorted[0].span.begin, 1u);
  EXPECT_EQ(sorted[2].span.begin, 5u);
  EXPECT_EQ(sink.error_count(), 3u);
  EXPECT_TRUE(sink.has_errors());
}

TEST(DiagnosticSink, CountsWhatItDrops) {
  DiagnosticSink sink;
  for (std::uint32_t i = 0; i < limits::kDiagnosticsMax + 7; ++i) sink.report(at(i));
  EXPECT_EQ(sink.sorted().size(), limits::kDiagnosticsMax);
  EXPECT_EQ(sink.error_count(), limits::kDiagnosticsMax + 7);
  EXPECT_EQ(sink.dropped_count(), 7u);
}

TEST(DiagnosticKinds, CodesAndNamesAreUniqueAndWellFormed) {
  std::set<std::string_view> codes;
  for (const KindRow& row : all_diagnostic_kinds()) {
    EXPECT_TRUE(codes.insert(row.code).second) << row.code;
    EXPECT_EQ(row.code.size(), 5u);
    EXPECT_EQ(row.code[0], 'S');
    EXPECT_FALSE(row.summary.empty());
    EXPECT_FALSE(row.summary.ends_with('.')) << row.summary;
  }
  EXPECT_EQ(row_of(DiagnosticKind::mixed_and_or).name, "mixed_and_or");
}

}  // namespace
}  // namespace sentrail::compiler
