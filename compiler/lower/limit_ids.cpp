// See limit_ids.hpp.
#include "compiler/lower/limit_ids.hpp"

#include <string>

#include "crypto/hash.hpp"

namespace sentrail::compiler {
namespace {

std::uint64_t hashed(const std::string& text) {
  const crypto::Digest digest = crypto::sha256(text);
  std::uint64_t id = 0;
  for (std::size_t i = 0; i < sizeof(id); ++i) id = id << 8 | digest[i];
  return id;
}

}  // namespace

LimitIds ids_of(const ir::Policy& policy, const ir::Rule& rule, const ir::Limit& limit) {
  ir::Limit counted = limit;
  counted.most = 0;
  const std::string what = to_string(counted);
  std::string condition = to_string(policy, rule.when);
  if (rule.unless) condition += " unless " + to_string(policy, *rule.unless);
  return {hashed("sentrail limit of rule\n" + rule.qualified_name + "\n" + what),
          hashed("sentrail limit of condition\n" + condition + "\n" + what)};
}

}  // namespace sentrail::compiler
