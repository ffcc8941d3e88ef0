// `new`: a repository for a policy, with tests, continuous integration and a hook.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/json_writer.hpp"

namespace sentrail::compiler {
namespace {

namespace fs = std::filesystem;

// One file of the repository. `@NAME@` in its text stands for the policy's name.
struct ScaffoldFile {
  const char* path;
  const char* text;
  bool executable = false;
};

constexpr const char* kPolicy = R"(# Who may do what. `README.md` says how this is changed.
policy @NAME@
language 1

import sentrail.github

# Branches that nobody deletes or forces.
list protected = ["main", "release/**"]

guard tier safety {
  rule unregistered_agents: block
    when agent.registered != true
    because "agents without an owner do nothing here"

  rule history: block
    on github [ref.delete, ref.force_push]
    when resource.ref in protected
    because "{resource.ref} keeps its history"

  rule irreversible: block
    on github [repos.delete, repos.transfer, secret.*, hook.*]
    because "{action} is done by people"
}

tier everyday {
  rule reads: allow on github read

  rule conversation: allow on github [issues.create, issues.update, issues.comment.create]

  rule merges: require_approval
    on github pull_request.merge
    because "merging {resource.id} needs a reviewer"
}

default require_approval because "no rule matched"

# What holds of every request, whichever rules come later: `sentrailc prove` tries it.
prove "agents that nobody registered are never let through" never allow
  when agent.registered != true

prove "protected branches keep their history" never allow
  when tool == github and action in [ref.delete, ref.force_push] and resource.ref in protected

test "reading is free" {
  given github GET "/repos/acme/web/issues" with agent.registered = true
  expect allow by reads
}

test "but not for agents that nobody registered" {
  given github GET "/repos/acme/web/issues"
  expect block by unregistered_agents
}

test "an issue is opened" {
  given github POST "/repos/acme/web/issues" with agent.registered = true
  expect allow by conversation
}

test "release branches keep their history" {
  given github DELETE "/repos/acme/web/git/refs/heads/release/1.2" with agent.registered = true
  expect block by history
}

test "other branches ask" {
  given github DELETE "/repos/acme/web/git/refs/heads/topic" with agent.registered = true
  expect require_approval by default
}

test "a repository is not deleted" {
  given github DELETE "/repos/acme/web" with agent.registered = true
  expect block by irreversible
}

test "a merge asks" {
  given github PUT "/repos/acme/web/pulls/7/merge" with agent.registered = true
  expect require_approval by merges
}
)";

constexpr const char* kReadme = R"(# @NAME@

What agents may do, as policy that `sentrailc` checks, tests and builds.

| file | holds |
|---|---|
| `@NAME@.sentrail` | the policy and its tests |
| `.github/workflows/policy.yml` | checks every pull request |
| `hooks/pre-commit` | checks every commit; switch it on with `git config core.hooksPath hooks` |

To change the policy: write the test first, then the rule, then

```
sentrailc fmt
sentrailc check
sentrailc test --coverage
sentrailc prove
sentrailc diff HEAD .
```

`prove` tries the claims of the policy on all requests; `diff` shows the requests that are decided
differently than in the last commit.

`sentrailc explain REQUEST` says which test of which rule decides; with `--flip` also what would
change it. `sentrailc build -o @NAME@.bundle --sign KEY` makes what a gate runs.

The workflow needs two variables of the repository: `SENTRAILC_URL`, where it gets the program, and
`SENTRAILC_SHA256`, the hash of that file. Nobody should be able to merge a change of the policy
alone: protect the main branch, and ask for a review by those who answer for what agents do.
)";

constexpr const char* kWorkflow = R"(name: policy

on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

jobs:
  policy:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0  # `diff` reads the policy as it is on the base branch
          persist-credentials: false
      - name: Get sentrailc, as it was pinned
        env:
          SENTRAILC_URL: ${{ vars.SENTRAILC_URL }}
          SENTRAILC_SHA256: ${{ vars.SENTRAILC_SHA256 }}
        run: |
          mkdir -p "$RUNNER_TEMP/bin"
          curl -fsSL --proto '=https' -o "$RUNNER_TEMP/bin/sentrailc" "$SENTRAILC_URL"
          echo "$SENTRAILC_SHA256  $RUNNER_TEMP/bin/sentrailc" | sha256sum --check
          chmod +x "$RUNNER_TEMP/bin/sentrailc"
          echo "$RUNNER_TEMP/bin" >> "$GITHUB_PATH"
      - run: sentrailc check --format github
      - run: sentrailc fmt --check --format github
      - run: sentrailc test --min-rules 100 --format github
      - run: sentrailc prove
      # Shown beside the pull request; `--fail-on widening` without `||` would refuse what widens.
      - name: What the pull request decides differently
        if: github.event_name == 'pull_request'
        env:
          BASE: ${{ github.base_ref }}
        run: sentrailc diff "origin/$BASE" HEAD >> "$GITHUB_STEP_SUMMARY" || [ $? -eq 1 ]
)";

constexpr const char* kHook = R"(#!/bin/sh
# Refuses a commit whose policy does not check, is not laid out, fails its tests or its claims. It
# looks at what would be committed, not at what stands in the folder.
set -e
staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
trap 'exit 1' HUP INT TERM
git checkout-index --all --prefix="$staged/"
cd "$staged"
sentrailc check
sentrailc fmt --check
sentrailc test
sentrailc prove
)";

constexpr const char* kIgnore = R"(# What is built, and keys, which never belong into a repository.
*.bundle
*.key
*.pem
)";

std::string filled(std::string_view text, const std::string& name) {
  constexpr std::string_view kHole = "@NAME@";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t hole = std::min(text.find(kHole, at), text.size());
    out += text.substr(at, hole - at);
    if (hole == text.size()) break;
    out += name;
    at = hole + kHole.size();
  }
  return out;
}

// Whether a policy may have that name.
bool is_name(const std::string& name) {
  Sources sources;
  DiagnosticSink sink;
  const SourceId source = sources.add("name", "policy " + name + "\nlanguage 1\n");
  return parse(source, sources, sink).has_value();
}

// The name of a policy from that of a folder; nothing if there is none in it.
std::string policy_name(const std::string& folder) {
  std::string name;
  for (const char c : folder) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool digit = c >= '0' && c <= '9';
    if (letter || digit) {
      name += c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  while (name.ends_with('_')) name.pop_back();
  if (!name.empty() && name.front() >= '0' && name.front() <= '9') name.insert(0, "_");
  if (!name.empty() && !is_name(name)) name += "_policy";  // a keyword
  return name.empty() || !is_name(name) ? std::string() : name;
}

std::vector<ScaffoldFile> files_of() {
  return {{"@NAME@.sentrail", kPolicy},
          {"README.md", kReadme},
          {".github/workflows/policy.yml", kWorkflow},
          {"hooks/pre-commit", kHook, true},
          {".gitignore", kIgnore}};
}

Status write_all(const fs::path& folder, const std::string& name) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
    return fail(Errc::already_exists, folder.string() + " is there and no folder");
  }
  // All or nothing: look before the first is written.
  for (const ScaffoldFile& file : files_of()) {
    const fs::path path = folder / filled(file.path, name);
    if (fs::symlink_status(path, error).type() != fs::file_type::not_found) {
      return fail(Errc::already_exists, path.string() + " is there already; nothing was written");
    }
  }
  for (const ScaffoldFile& file : files_of()) {
    const fs::path path = folder / filled(file.path, name);
    fs::create_directories(path.parent_path(), error);
    if (error) {
      return fail(Errc::io, "cannot make " + path.parent_path().string() + ": " + error.message());
    }
    SENTRAIL_TRY(write_bytes(path.string(), filled(file.text, name)));
    if (!file.executable) continue;
    fs::permissions(path, fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
                    fs::perm_options::add, error);
    if (error) return fail(Errc::io, "cannot make " + path.string() + " executable");
  }
  return {};
}

int run(const std::string& folder, const OutputOptions& output) {
  const fs::path path = fs::path(folder).lexically_normal();
  const std::string name =
      policy_name((path.has_filename() ? path : path.parent_path()).filename().string());
  if (name.empty()) {
    return report(
        Error{Errc::invalid_argument,
              "`" + folder +
                  "` gives no name for a policy: use letters, digits and `_`, at most 128"},
        output);
  }
  if (const Status status = write_all(path, name); !status) return report(status.error(), output);
  if (output.json) {
    std::string out;
    JsonWriter json(&out);
    json.begin_object().key("ok").boolean(true).key("policy").string(name).key("files");
    json.begin_array();
    for (const ScaffoldFile& file : files_of()) {
      json.string((path / filled(file.path, name)).string());
    }
    json.end_array().end_object();
    std::printf("%s\n", out.c_str());
    return kFine;
  }
  for (const ScaffoldFile& file : files_of()) {
    std::printf("%s\n", (path / filled(file.path, name)).c_str());
  }
  std::printf("next: cd %s && git init && git config core.hooksPath hooks && sentrailc test\n",
              path.c_str());
  return kFine;
}

}  // namespace

void add_new(CLI::App& app, CommandLine& program) {
  auto folder = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("new", "a repository for a policy: tests, workflow, hook");
  command->add_option("name", *folder, "the folder to make; its name is the policy's")->required();
  command->callback([&program, folder] { program.exit_code = run(*folder, program.output()); });
}

}  // namespace sentrail::compiler
