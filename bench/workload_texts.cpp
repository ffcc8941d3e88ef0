// Workloads of long texts: many globs on paths, many regular expressions. See workload_kinds.hpp.
#include "bench/draw.hpp"
#include "bench/workload_kinds.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::bench {
namespace {

constexpr std::array<std::string_view, 6> kAreas = {"issues",  "pulls",   "contents",
                                                    "actions", "members", "settings"};
constexpr std::array<std::string_view, 4> kMethods = {"GET", "POST", "PUT", "DELETE"};

// One glob in one of five shapes: how many names it fixes, and whether `*` or `**` stands before
// them.
std::string drawn_glob(Random& random, std::size_t names) {
  const std::string org = drawn_name(random, "org-", names);
  const std::string svc = drawn_name(random, "svc-", names);
  const std::string item = drawn_name(random, "item-", names * 4);
  const std::string area(pick(random, kAreas));
  switch (below(random, 10)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return "/repos/" + org + "/" + area + "/**";
    case 4:
    case 5:
      return "/repos/org-*/" + svc + "/**";
    case 6:
      return "/repos/" + org + "*/" + svc + "/" + area + "/*";
    case 7:
      return "/repos/*/" + svc + "/" + area + "/**/*.yaml";
    case 8:
      return "/repos/**/" + area + "/" + item;
    default:
      return "/repos/" + org + "/" + svc + "/" + area;
  }
}

std::string drawn_path(Random& random, std::size_t names, std::size_t number) {
  std::string path = "/repos/" + drawn_name(random, "org-", names);
  if (below(random, 4) > 0) path += "/" + drawn_name(random, "svc-", names);
  path += "/" + std::string(pick(random, kAreas));
  for (std::size_t more = below(random, 3); more > 0; --more) path += "/" + numbered("d", more);
  if (below(random, 2) == 0) return path + numbered("/values-", number) + ".yaml";
  return path + "/" + drawn_name(random, "item-", names * 4);
}

// One expression in one of five shapes; each holds one name.
std::string drawn_regex(Random& random, std::size_t names) {
  const std::string name = drawn_name(random, "svc-", names);
  switch (below(random, 5)) {
    case 0:
      return "/^" + name + "-v[0-9]+\\.[0-9]+$/";
    case 1:
      return "/\\b" + name + "\\b.*(drop|truncate)/i";
    case 2:
      return "/(feat|fix|chore)\\(" + name + "\\): [a-z ]{4,40}/";
    case 3:
      return "/" + name + "_(access|secret)_key[=:]\\s*[A-Za-z0-9+\\/]{8,}/";
    default:
      return "/^(rm|mv)\\s+-[a-z]*f[a-z]*\\s.*\\/" + name + "(\\/|$)/";
  }
}

std::string drawn_sentence(Random& random, std::size_t names, std::size_t number) {
  const std::string name = drawn_name(random, "svc-", names);
  switch (below(random, 6)) {
    case 0:
      return name + numbered("-v", number) + ".7";
    case 1:
      return "please look at " + name + numbered(" table ", number) + " and DROP it";
    case 2:
      return "fix(" + name + "): handle the empty answer of upstream" + std::to_string(number);
    case 3:
      return "export " + name + "_secret_key=abcDEF" + std::to_string(number + 10'000'000);
    case 4:
      return "rm -rf /srv/data/" + name + numbered("/", number);
    default:
      return "nothing in here is what any rule looks for, number " + std::to_string(number);
  }
}

}  // namespace

void fill_paths(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  const std::size_t names = names_for(workload.rule_count);
  std::string& text = workload.policy_text;
  text = "policy bench.paths\nlanguage 1\ntier team {\n";
  for (std::size_t i = 0; i < workload.rule_count; ++i) {
    const bool blocks = below(random, 3) == 0;
    text += "  rule r" + std::to_string(i) + (blocks ? ": block" : ": allow") +
            " when http.path ~ \"" + drawn_glob(random, names) + "\"";
    if (below(random, 2) == 0) {
      text += " and http.method == \"" + std::string(pick(random, kMethods)) + "\"";
    }
    text += "\n";
  }
  text += "}\ndefault block\n";
  for (std::size_t i = 0; i < request_count; ++i) {
    auto& values = workload.requests.emplace_back().values;
    values["http.method"] = support::string_value(std::string(pick(random, kMethods)));
    values["http.path"] = support::string_value(drawn_path(random, names, i));
  }
}

void fill_regex_heavy(Workload& workload, std::uint64_t seed, std::size_t request_count) {
  Random random(seed);
  const std::size_t names = names_for(workload.rule_count);
  constexpr std::array<std::string_view, 3> kLooked = {"body.title", "body.text", "resource.name"};
  std::string& text = workload.policy_text;
  text = "policy bench.regex_heavy\nlanguage 1\ntier team {\n";
  for (std::size_t i = 0; i < workload.rule_count; ++i) {
    const std::string tool(pick(random, kTools));
    const std::string action = drawn_action(random);
    const std::string looked(pick(random, kLooked));
    text += "  rule r" + std::to_string(i) + ": block on " + tool + " " + action + " when " +
            looked + " =~ " + drawn_regex(random, names) + "\n";
  }
  text += "}\ndefault allow\n";
  for (std::size_t i = 0; i < request_count; ++i) {
    auto& values = workload.requests.emplace_back().values;
    values["tool"] = support::string_value(std::string(pick(random, kTools)));
    values["action"] = support::string_value(drawn_action(random));
    values["resource.name"] = support::string_value(drawn_sentence(random, names, i));
    const std::string title = drawn_sentence(random, names, i);
    const std::string body = drawn_sentence(random, names, i);
    values["body"] = support::object_value(
        {{"title", support::string_value(title)}, {"text", support::string_value(body)}});
  }
}

}  // namespace sentrail::bench
