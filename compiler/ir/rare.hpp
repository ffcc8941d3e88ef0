// A part that most values of its kind do not have.
//
// Neighbours: ir.hpp, whose conditions are kept by the hundred thousand; rare_text.hpp is the same
// of texts. Must not know: what the part is.
#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace sentrail::compiler::ir {

// An optional value that takes the room of a pointer while there is none. Copies are deep.
template <class T>
class Rare {
 public:
  Rare() = default;
  // Implicit, as of std::optional.
  Rare(T value) : value_(std::make_unique<T>(std::move(value))) {}
  Rare(std::optional<T> value) {
    if (value) value_ = std::make_unique<T>(*std::move(value));
  }
  Rare(const Rare& from) : value_(from ? std::make_unique<T>(*from) : nullptr) {}
  Rare(Rare&&) noexcept = default;
  ~Rare() = default;

  Rare& operator=(const Rare& from) { return *this = Rare(from); }
  Rare& operator=(Rare&&) noexcept = default;

  [[nodiscard]] bool has_value() const noexcept { return value_ != nullptr; }
  explicit operator bool() const noexcept { return has_value(); }
  // REQUIRES: has_value().
  [[nodiscard]] T& operator*() noexcept { return *value_; }
  [[nodiscard]] const T& operator*() const noexcept { return *value_; }
  [[nodiscard]] T* operator->() noexcept { return value_.get(); }
  [[nodiscard]] const T* operator->() const noexcept { return value_.get(); }

  friend bool operator==(const Rare& a, const Rare& b) {
    return a && b ? *a == *b : a.has_value() == b.has_value();
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace sentrail::compiler::ir
