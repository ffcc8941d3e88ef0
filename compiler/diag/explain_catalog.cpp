// S04xx: catalogs, which docs/catalog_format.md describes, and what is said of locked tools,
// docs/mcp_lock.md. See explain.hpp.
#include <iterator>

#include "compiler/diag/explain.hpp"

namespace sentrail::compiler {
namespace {

using enum DiagnosticKind;

// The head of every example, and the smallest catalog that is right.
#define SENTRAIL_HEAD "catalog: acme.api\ntool: api\nversion: 1\nhosts: [api.example.com]\n"
#define SENTRAIL_ACTIONS "actions: {read: {risk: low, read: true}}\n"
#define SENTRAIL_RIGHT \
  SENTRAIL_HEAD SENTRAIL_ACTIONS "families: {things: {paths: {/things: {GET: read}}}}\n"

// clang-format off
// The lock of a server with one tool, which takes `amount`, a number, and nothing else.
#define SENTRAIL_LOCK \
  "#file catalogs/tools.lock.json\n" \
  "{\n" \
  "  \"mcp_lock\": 1,\n" \
  "  \"name\": \"acme.tools\",\n" \
  "  \"servers\": {\n" \
  "    \"bank\": {\n" \
  "      \"pay\": {\"sha256\": \"c1ca1bd095504bb92e5ea0594929de0d1" \
  "12b54e5c2bf5162c0721348a7a74341\", \"definition\": {\"inputSch" \
  "ema\":{\"additionalProperties\":false,\"properties\":{\"amount\":" \
  "{\"type\":\"number\"}},\"type\":\"object\"},\"name\":\"pay\"}}\n" \
  "    }\n" \
  "  }\n" \
  "}\n"
#define SENTRAIL_LOCKED "policy p\nlanguage 1\nimport acme.tools\n"

constexpr Explanation kTable[] = {
{catalog_not_yaml,
 "A catalog is plain YAML: repeated keys, anchors, aliases and tags would let a reader see "
 "something else than the compiler.",
 SENTRAIL_HEAD "actions: &a {read: low}\nfamilies: *a\n",
 SENTRAIL_RIGHT},
{catalog_wrong_shape,
 "Each key of a catalog holds a text, a sequence or a mapping, always the same.",
 SENTRAIL_HEAD "actions: [read]\nfamilies: {}\n",
 SENTRAIL_RIGHT},
{catalog_unknown_key,
 "A key that a catalog does not have was mistyped; it would otherwise be ignored in silence.",
 SENTRAIL_HEAD SENTRAIL_ACTIONS "famillies: {}\nfamilies: {}\n",
 SENTRAIL_RIGHT},
{catalog_missing_key,
 "The catalog says its name, its tool, its version, its hosts, its actions and its families.",
 "tool: api\nversion: 1\nhosts: [api.example.com]\n" SENTRAIL_ACTIONS "families: {}\n",
 SENTRAIL_RIGHT},
{catalog_bad_value,
 "The value is not one of those that the key takes.",
 SENTRAIL_HEAD SENTRAIL_ACTIONS "families: {things: {paths: {/things: {LIST: read}}}}\n",
 SENTRAIL_RIGHT},
{catalog_bad_risk,
 "A risk is `low`, `medium`, `high` or `critical`.",
 SENTRAIL_HEAD "actions: {read: {risk: severe, read: true}}\n"
 "families: {things: {paths: {/things: {GET: read}}}}\n",
 SENTRAIL_RIGHT},
{catalog_bad_template,
 "A template is a path of segments, each a literal or one `{parameter}`.",
 SENTRAIL_HEAD SENTRAIL_ACTIONS "families: {things: {paths: {things: {GET: read}}}}\n",
 SENTRAIL_RIGHT},
{catalog_unknown_parameter,
 "What stands in braces is declared under `parameters`.",
 SENTRAIL_HEAD "parameters: {name: string}\n" SENTRAIL_ACTIONS
 "families: {things: {paths: {\"/things/{nane}\": {GET: read}}}}\n",
 SENTRAIL_HEAD "parameters: {name: string}\n" SENTRAIL_ACTIONS
 "families: {things: {paths: {\"/things/{name}\": {GET: read}}}}\n"},
{catalog_unknown_action,
 "Operations are actions that the catalog declares, with their risk.",
 SENTRAIL_HEAD SENTRAIL_ACTIONS "families: {things: {paths: {/things: {GET: reed}}}}\n",
 SENTRAIL_RIGHT},
{catalog_duplicate_action,
 "An action is declared once, so that it has one risk.",
 SENTRAIL_HEAD SENTRAIL_ACTIONS
 "families: {things: {actions: {read: medium}, paths: {/things: {GET: read}}}}\n",
 SENTRAIL_RIGHT},
{catalog_duplicate_operation,
 "One method on one template is one operation. Names of parameters do not make templates differ.",
 SENTRAIL_HEAD "parameters: {id: string, name: string}\n" SENTRAIL_ACTIONS
 "families: {things: {paths: {\"/things/{id}\": {GET: read}, \"/things/{name}\": {GET: read}}}}\n",
 SENTRAIL_RIGHT},
{catalog_tied_templates,
 "A path that two templates can mean needs to mean the more particular one; where neither is, "
 "`choices` settles it.",
 SENTRAIL_HEAD "parameters: {x: {kind: enum, values: [red, blue]}, "
 "y: {kind: enum, values: [blue, plum]}, n: int}\n" SENTRAIL_ACTIONS
 "families: {things: {paths: {\"/{x}/{n}\": {GET: read}, \"/{y}/{n}\": {GET: read}}}}\n",
 SENTRAIL_RIGHT},
{catalog_unreachable_template,
 "Every path that the template takes means another one, so that it is never chosen.",
 SENTRAIL_HEAD "parameters: {x: {kind: enum, values: [red, blue]}}\n" SENTRAIL_ACTIONS
 "families: {things: {paths: {/red: {GET: read}, \"/{x}\": {GET: read}, /blue: {GET: read}}}}\n",
 SENTRAIL_RIGHT},
{catalog_bad_choice,
 "A choice names two templates that a path can mean, neither of which is more particular.",
 SENTRAIL_HEAD "parameters: {name: string}\n" SENTRAIL_ACTIONS
 "families: {things: {paths: {\"/{name}\": {GET: read}, /a: {GET: read}}}}\n"
 "choices: [{method: GET, take: /a, leave: \"/{name}\"}]\n",
 SENTRAIL_RIGHT},
{catalog_bad_refinement,
 "A refinement asks about the body, the query or the path of a request and then changes the action "
 "or the risk.",
 SENTRAIL_HEAD SENTRAIL_ACTIONS "families: {things: {paths: {/things: {GET: {action: read, "
 "refine: [{when: {head.a: 1}, risk: high}]}}}}}\n",
 SENTRAIL_HEAD SENTRAIL_ACTIONS "families: {things: {paths: {/things: {GET: {action: read, "
 "refine: [{when: {query.a: 1}, risk: high}]}}}}}\n"},
{catalog_unused,
 "A parameter or action that no operation uses is left over, or was forgotten in one.",
 SENTRAIL_HEAD "parameters: {id: int}\n" SENTRAIL_ACTIONS
 "families: {things: {paths: {/things: {GET: read}}}}\n",
 SENTRAIL_RIGHT},
{catalog_bad_default,
 "A member of the body has a type, and the value that the upstream takes where a request does not "
 "have the member: a bool or a number as it is, a text best in quotes. A GET has no body.",
 SENTRAIL_HEAD SENTRAIL_ACTIONS "families: {things: {paths: {/things: {POST: {action: read, "
 "body: {draft: {type: bool, default: \"false\"}}}}}}}\n",
 SENTRAIL_HEAD SENTRAIL_ACTIONS "families: {things: {paths: {/things: {POST: {action: read, "
 "body: {draft: {type: bool, default: false}}}}}}}\n"},
{lock_refused,
 "A lock file holds the definitions of tools with their digests, so that nobody edits one by hand. "
 "`sentrailc lock` writes it from a server's answer to `tools/list`.",
 "{\"mcp_lock\": 2, \"name\": \"acme.tools\", \"servers\": {}}\n",
 "{\"mcp_lock\": 1, \"name\": \"acme.tools\", \"servers\": {}}\n"},
{unknown_argument,
 "The input schemas of the tools that this is about refuse every argument that they do not list, "
 "and this is none of them: the test was mistyped and would never hold.",
 SENTRAIL_LOCKED
 "rule one: block when mcp.tool == \"pay\" and args.amont > 500\n"
 SENTRAIL_LOCK,
 SENTRAIL_LOCKED
 "rule one: block when mcp.tool == \"pay\" and args.amount > 500\n"
 SENTRAIL_LOCK},
{argument_type,
 "The input schema of the tool says which types the argument has, or which values, and the test "
 "holds of none of them.",
 SENTRAIL_LOCKED
 "rule one: block when mcp.tool == \"pay\" and args.amount == \"much\"\n"
 SENTRAIL_LOCK,
 SENTRAIL_LOCKED
 "rule one: block when mcp.tool == \"pay\" and args.amount > 500\n"
 SENTRAIL_LOCK},
{unlisted_argument,
 "No tool of the imported lock files lists such an argument. Tools may take it all the same where "
 "their schemas do not refuse it; often it was mistyped.",
 SENTRAIL_LOCKED
 "rule one: block when args.amont > 500\n"
 SENTRAIL_LOCK,
 SENTRAIL_LOCKED
 "rule one: block when args.amount > 500\n"
 SENTRAIL_LOCK},
{tool_matches_nothing,
 "The servers of the lock file have no such tool. A lock file is brought up to date with "
 "`sentrailc lock`.",
 SENTRAIL_LOCKED
 "rule one: block when mcp.tool == \"pya\"\n"
 SENTRAIL_LOCK,
 SENTRAIL_LOCKED
 "rule one: block when mcp.tool == \"pay\"\n"
 SENTRAIL_LOCK},
};
// clang-format on
#undef SENTRAIL_RIGHT
#undef SENTRAIL_ACTIONS
#undef SENTRAIL_HEAD

}  // namespace

std::span<const Explanation> catalog_explanations() noexcept {
  return kTable;
}

}  // namespace sentrail::compiler
