// Runs the phases one after the other. See compiled.hpp.
#include "tests/support/compiled.hpp"

#include <cstring>

#include "compiler/lower/lower.hpp"
#include "compiler/simplify/simplify.hpp"
#include "core/bundle.hpp"
#include "core/check.hpp"
#include "runtime/decide/approval.hpp"

namespace sentrail::support {
namespace {

// The value, or an end with its error.
template <class T>
T must(Result<T> result) {
  SENTRAIL_CHECK_NOTE(result.has_value(), result ? "" : result.error().message.c_str());
  return std::move(*result);
}

}  // namespace

Compiled::Compiled(const compiler::ir::Policy& policy, Phases phases) {
  const ProgramStorage tables =
      must(compiler::lower(phases == Phases::all ? compiler::simplify(policy) : policy));
  BundleWriter writer;
  writer.add_program(tables.view());
  const std::string content = must(writer.finish());
  bundle_.resize((content.size() + 7) / 8);
  std::memcpy(bundle_.data(), content.data(), content.size());
  const auto reader =
      must(BundleReader::open({reinterpret_cast<const char*>(bundle_.data()), content.size()}));
  engine_ = std::make_unique<decide::LinearEngine>(must(reader.program()));
  zones_ = std::make_unique<wire::ZoneClocks>(zone_names_of(engine_->program()));
  scratch_.fit(engine_->bound());
}

Decision Compiled::decide(const Facts& facts) {
  if (engine_->program().zones.empty() || !facts.zones.empty()) {
    return engine_->decide(facts, scratch_);
  }
  const auto zones = zones_->at(facts.now_ms);
  Facts timed = facts;
  timed.zones = *zones;
  return engine_->decide(timed, scratch_);
}

std::string Compiled::approval(const Decision& decision, const Facts& facts) {
  const auto approval = decide::approval_of(*engine_, decision, facts, scratch_);
  if (!approval) return "nobody";
  std::string out;
  for (const std::string& quorum : approval->quorums) out += quorum + "; ";
  if (approval->within_ms) out += "within " + std::to_string(*approval->within_ms);
  return out + (approval->usual_time ? " or as usual" : "");
}

}  // namespace sentrail::support
