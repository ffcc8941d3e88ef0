// Writing rows. See row.hpp.
#include "bench/row.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "core/check.hpp"
#include "core/json_writer.hpp"

namespace sentrail::bench {
namespace {

// Three decimals; more for what is smaller than one, so that nothing measured becomes 0.
std::string plain(double value) {
  std::array<char, 64> out{};
  SENTRAIL_CHECK(std::isfinite(value));
  std::snprintf(out.data(), out.size(), std::abs(value) < 1 ? "%.6f" : "%.3f", value);
  return out.data();
}

}  // namespace

Row& Row::number(const std::string& name, double value) {
  numbers_.push_back({name, plain(value), value});
  return *this;
}

Row& Row::count(const std::string& name, std::uint64_t value) {
  numbers_.push_back({name, std::to_string(value), static_cast<double>(value)});
  return *this;
}

Row& Row::at_least(double bound) {
  SENTRAIL_CHECK(!numbers_.empty());
  ask(">=", bound, numbers_.back().exact >= bound);
  return *this;
}

Row& Row::at_most(double bound) {
  SENTRAIL_CHECK(!numbers_.empty());
  ask("<=", bound, numbers_.back().exact <= bound);
  return *this;
}

void Row::ask(const char* how, double bound, bool reached) {
  std::array<char, 32> number{};
  std::snprintf(number.data(), number.size(), "%.9g", bound);
  asked_ += asked_.empty() ? "" : ", ";
  asked_ += numbers_.back().name + " " + how + " " + number.data();
  reached_ = reached_ && reached;
}

std::string Row::text(bool json) const {
  std::string out;
  if (json) {
    JsonWriter writer(&out);
    writer.begin_object().key("step").string(step_);
    for (const Number& one : numbers_) writer.key(one.name).raw_number(one.value);
    if (!asked_.empty()) {
      writer.key("asked").string(asked_);
      writer.key("reached").boolean(reached_);
    }
    writer.end_object();
    return out;
  }
  out = step_ + std::string(step_.size() < 24 ? 24 - step_.size() : 1, ' ');
  for (const Number& one : numbers_) out += " " + one.name + "=" + one.value;
  if (!asked_.empty()) out += "  (" + asked_ + (reached_ ? ": yes)" : ": NO)");
  return out;
}

void Row::print(bool json) const {
  std::printf("%s\n", text(json).c_str());
  std::fflush(stdout);
}

}  // namespace sentrail::bench
