// A text that most values of its kind do not have.
//
// Neighbours: ir.hpp, whose conditions are kept by the hundred thousand. Must not know: what the
// text is.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sentrail::compiler::ir {

// A string that takes the room of a pointer while it is empty; it is read as a string.
class RareText {
 public:
  RareText() = default;
  // Implicit: a string is given for it.
  RareText(std::string text) { *this = std::move(text); }
  RareText(const RareText& other) : RareText(other.str()) {}
  RareText(RareText&&) noexcept = default;
  ~RareText() = default;

  RareText& operator=(const RareText& other) { return *this = std::string(other.str()); }
  RareText& operator=(RareText&&) noexcept = default;
  RareText& operator=(std::string text) {
    text_ = text.empty() ? nullptr : std::make_unique<std::string>(std::move(text));
    return *this;
  }

  [[nodiscard]] const std::string& str() const noexcept {
    static const std::string kEmpty;
    return text_ == nullptr ? kEmpty : *text_;
  }
  operator const std::string&() const noexcept { return str(); }
  operator std::string_view() const noexcept { return str(); }
  [[nodiscard]] bool empty() const noexcept { return text_ == nullptr; }

  friend bool operator==(const RareText& a, const RareText& b) { return a.str() == b.str(); }

 private:
  std::unique_ptr<std::string> text_;  // never to an empty one
};

}  // namespace sentrail::compiler::ir
