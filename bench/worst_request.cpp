// A hill climb over requests. See worst_request.hpp.
#include "bench/worst_request.hpp"

#include <algorithm>
#include <chrono>

#include "bench/draw.hpp"
#include "bench/measure.hpp"

namespace sentrail::bench {
namespace {

using compiler::oracle::Request;
using compiler::oracle::Value;
using compiler::oracle::ValueKind;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kStarts = 8;       // slow requests that are climbed from
constexpr std::size_t kLookedAt = 4096;  // requests among which they are looked for
constexpr std::size_t kCallsOfATry = 7;  // of which the median counts
constexpr std::size_t kCallsAtTheEnd = 101;
// A branch predictor learns one request that is asked again and again: others are asked between.
constexpr std::size_t kOthersBetween = 3;

// Cuts a text to its most bytes, between characters.
void cut(std::string& text) {
  if (text.size() <= kWorstStringBytesMax) return;
  std::size_t end = kWorstStringBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
}

class Climb {
 public:
  Climb(EngineRun& engine, const std::vector<Request>& requests,
        const std::vector<support::OwnedFacts>& facts, std::uint64_t seed)
      : engine_(engine), requests_(requests), facts_(facts), random_(seed) {}

  WorstRequest run(double seconds, std::size_t tries_max) {
    const auto begin = Clock::now();
    const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
    WorstRequest worst;
    const std::vector<std::size_t> starts = slowest([&] { return passed() < seconds / 4; });
    for (std::size_t i = 0; i < starts.size(); ++i) {
      // Each start has its share of the time.
      const double share = static_cast<double>(i + 1) / static_cast<double>(starts.size());
      const double until = seconds / 4 + seconds * 3 / 4 * share;
      WorstRequest at{.ns = 0, .tried = 0, .request = requests_[starts[i]]};
      at.ns = time(at.request, kCallsOfATry).value_or(0);
      while (passed() < until && worst.tried < tries_max) {
        Request changed = at.request;
        change(changed);
        ++worst.tried;
        const std::optional<double> ns = time(changed, kCallsOfATry);
        if (ns && *ns > at.ns * 1.01) at = {*ns, 0, std::move(changed)};
      }
      at.ns = time(at.request, kCallsAtTheEnd).value_or(0);
      if (at.ns > worst.ns) worst = {at.ns, worst.tried, std::move(at.request)};
    }
    return worst;
  }

 private:
  // The slowest of those that there is time to look at.
  template <class HasTime>
  std::vector<std::size_t> slowest(const HasTime& has_time) {
    std::vector<std::pair<double, std::size_t>> timed;
    const std::size_t looked_at = std::min(facts_.size(), kLookedAt);
    for (std::size_t i = 0; i < looked_at && (i == 0 || has_time()); ++i) {
      std::vector<double> ns;
      for (int call = 0; call < 3; ++call) ns.push_back(time_once(*facts_[i]));
      timed.emplace_back(quantile(ns, 0.5), i);
    }
    std::ranges::sort(timed, std::greater<>{});
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < std::min(timed.size(), kStarts); ++i) {
      out.push_back(timed[i].second);
    }
    return out;
  }

  double time_once(const Facts& facts) {
    for (std::size_t i = 0; i < kOthersBetween; ++i) {
      sum_ += engine_.decide(*facts_[below(random_, facts_.size())]).rule;
    }
    return clock_.time([&] { sum_ += engine_.decide(facts).rule; });
  }

  // Nothing if facts have no words for the request.
  std::optional<double> time(const Request& request, std::size_t calls) {
    std::optional<support::OwnedFacts> owned = support::OwnedFacts::of(request);
    if (!owned) return std::nullopt;
    std::vector<double> ns;
    for (std::size_t i = 0; i < calls; ++i) ns.push_back(time_once(**owned));
    return std::max(0.0, quantile(ns, 0.5) - clock_.empty_pair());
  }

  void change(Request& request) {
    const Request& other = requests_[below(random_, requests_.size())];
    if (other.values.empty()) return;
    const auto& [name, theirs] = *std::next(
        other.values.begin(), static_cast<std::ptrdiff_t>(below(random_, other.values.size())));
    if (name == "time") return;  // an instant has one form
    Value& ours = request.values[name];
    const std::size_t what = below(random_, 8);
    if (what == 0) {
      request.values.erase(name);
    } else if (what == 1 || ours.kind != theirs.kind) {
      ours = theirs;
    } else {
      change(ours, theirs);
    }
  }

  void change(Value& ours, const Value& theirs) {
    switch (ours.kind) {
      case ValueKind::string:
        change(ours.text, theirs.text);
        break;
      case ValueKind::list:
        if (theirs.elements.empty() || ours.elements.size() >= kWorstElementsMax) break;
        if (!ours.elements.empty() && below(random_, 2) == 0) {
          change(ours.elements[below(random_, ours.elements.size())], theirs.elements.front());
        } else {
          ours.elements.push_back(theirs.elements[below(random_, theirs.elements.size())]);
        }
        break;
      case ValueKind::object: {
        if (ours.elements.empty()) break;
        const std::size_t member = below(random_, ours.elements.size());
        const auto named = std::ranges::find(theirs.names, ours.names[member]);
        if (named == theirs.names.end()) break;
        const Value& value =
            theirs.elements[static_cast<std::size_t>(named - theirs.names.begin())];
        if (value.kind == ours.elements[member].kind) change(ours.elements[member], value);
        break;
      }
      default:
        ours = theirs;
    }
  }

  void change(std::string& ours, const std::string& theirs) {
    const std::size_t at = ours.empty() ? 0 : below(random_, ours.size());
    switch (below(random_, 6)) {
      case 0:
        ours += ours;
        break;
      case 1:
        ours.insert(at, theirs);
        break;
      case 2:
        ours += theirs;
        break;
      case 3:
        ours = theirs;
        break;
      case 4:  // once more what stands behind some place
        ours += ours.substr(at);
        break;
      default:
        ours += below(random_, 2) == 0 ? "/a" : "-";
    }
    cut(ours);
  }

  EngineRun& engine_;
  const std::vector<Request>& requests_;
  const std::vector<support::OwnedFacts>& facts_;
  Random random_;
  Ticks clock_;
  std::uint32_t sum_ = 0;
};

}  // namespace

WorstRequest find_worst(EngineRun& engine, const std::vector<Request>& requests,
                        const std::vector<support::OwnedFacts>& facts, std::uint64_t seed,
                        double seconds, std::size_t tries_max) {
  return Climb(engine, requests, facts, seed).run(seconds, tries_max);
}

}  // namespace sentrail::bench
