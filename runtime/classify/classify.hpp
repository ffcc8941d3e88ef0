// From a call to its actions, resource and risk: the classifier.
//
// Neighbours: core/catalog.hpp (tables), target.hpp (path law); runtime/request makes Facts of the
// answer. Must not know: policy, identity, where the call comes from or goes to. What it answers is
// for judging; the raw target is what is forwarded.
// source: docs/catalog_format.md.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/catalog.hpp"
#include "core/decision.hpp"
#include "core/facts.hpp"
#include "core/result.hpp"
#include "runtime/classify/target.hpp"

namespace sentrail::classify {

// Gives the body when a catalog asks for it, and not before.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // The root value: absent, unreadable, or what the JSON says. The same answer every time.
  [[nodiscard]] virtual Fact body() = 0;
};

// What the classifier looks at. All of it is borrowed: `target` for the life of the answer, the
// rest for the time of the call.
struct Call {
  std::string_view tool;
  std::string_view method;     // as sent
  std::string_view target;     // raw path and query
  NamedTexts headers;          // names in lower case
  BodySource* body = nullptr;  // null: there is no body
};

// One thing that a request does.
struct ActionFound {
  std::string_view action;
  Risk risk = Risk::critical;
  bool read = false;  // a declared read

  friend bool operator==(const ActionFound&, const ActionFound&) = default;
};

// What a call is. Texts point into the catalog's tables, the call's target, the body's document and
// `texts`, which survives a move and not a copy.
struct Classified {
  Classified() = default;
  Classified(Classified&&) noexcept = default;
  Classified& operator=(Classified&&) noexcept = default;
  Classified(const Classified&) = delete;
  Classified& operator=(const Classified&) = delete;

  // What the request does, or may do where a refinement cannot be told: strictest risk first, no
  // repeats. A request is allowed only where every one of them is.
  std::vector<ActionFound> actions;
  // The catalog's row, or null where no template matched or the tool has no catalog.
  const CatalogOperationRow* operation = nullptr;

  Fact resource_type;
  Fact resource_id;
  Fact owner;
  Fact repo;
  Fact ref;
  Fact ref_type;
  Fact path;
  Fact name;

  Target target;
  TextStore texts;
};

// Classifies a call. A path that the catalog does not know is `unknown` with the risk of its method
// and an unreadable resource; a tool without a catalog has no resource. REQUIRES: verified
// catalogs, which like the target outlive the answer. cost: linear in the target, whatever the
// catalog's size; the body is read only where the operation asks. fails: what decode_target does;
// invalid_argument for a method override and for an encoded `/` or a closing `/` that no template
// takes (400); unsupported for methods other than GET, HEAD, POST, PUT, PATCH and DELETE (405).
// threads: any.
[[nodiscard]] Result<Classified> classify(const CatalogView& catalogs, const Call& call);

}  // namespace sentrail::classify
