// Calls for the classifier's tests: a line of text instead of a struct.
//
// Neighbours: the tests of this folder. Must not know: what they expect.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "runtime/classify/classify.hpp"
#include "tests/support/catalogs.hpp"
#include "wire/json.hpp"

namespace sentrail::classify {

// A body from JSON text; `unreadable` and no text are what they say.
class TextBody final : public BodySource {
 public:
  explicit TextBody(std::string_view text) {
    if (text == "unreadable") {
      fact_ = Fact::unreadable();
    } else if (!text.empty()) {
      auto document = wire::parse_json(text);
      EXPECT_TRUE(document.has_value()) << text;
      if (document.has_value()) document_ = *std::move(document);
      if (document_.nodes().size() > 0) fact_ = Fact::of(document_.root());
    }
  }
  [[nodiscard]] Fact body() override {
    ++asked;
    return fact_;
  }

  int asked = 0;

 private:
  JsonDocument document_;
  Fact fact_;
};

// Classifies a GitHub call. The body must live as long as the answer is looked at.
inline Result<Classified> github(std::string_view method, std::string_view target,
                                 BodySource* body = nullptr) {
  static const CatalogView view = tests::github_tables().view();
  Call call;
  call.tool = "github";
  call.method = method;
  call.target = target;
  call.body = body;
  return classify(view, call);
}

// `read low`, or several joined by ` + `, or `refused: …`.
inline std::string actions_of(const Result<Classified>& classified) {
  if (!classified.has_value()) return "refused: " + classified.error().message;
  std::string out;
  for (const ActionFound& found : classified->actions) {
    if (!out.empty()) out += " + ";
    out += std::string(found.action) + " " + std::string(name_of(found.risk));
  }
  return out;
}

inline std::string github_actions(std::string_view method, std::string_view target,
                                  std::string_view body = "") {
  TextBody source(body);
  return actions_of(github(method, target, &source));
}

// A fact for comparing: its text, or `absent`, `unreadable`.
inline std::string shown(const Fact& fact) {
  switch (fact.kind) {
    case FactKind::absent:
      return "absent";
    case FactKind::unreadable:
      return "unreadable";
    case FactKind::string:
      return "'" + std::string(fact.text) + "'";
    default:
      return "of another kind";
  }
}

}  // namespace sentrail::classify
