// See diff_side.hpp.
#include "compiler/driver/diff_side.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "compiler/driver/revision.hpp"
#include "compiler/driver/roots.hpp"
#include "compiler/lower/raise.hpp"

namespace sentrail::compiler {
namespace {

namespace fs = std::filesystem;

bool is_there(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

Result<Place> on_disk(const std::string& path, const LoadOptions& options) {
  std::error_code error;
  Place place{from_disk(options), path, fs::is_directory(path, error), {}};
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<std::string> files, roots_of(path, options));
  for (const std::string& file : files) {
    const fs::path name =
        place.folder ? fs::path(file).lexically_relative(path) : fs::path(file).filename();
    place.policies.emplace(name.generic_string(), file);
  }
  return place;
}

Result<Place> in_revision(const std::string& name, const std::string& path,
                          const LoadOptions& options) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::shared_ptr<const Revision> revision, Revision::open(name));
  Place place{revision->from(options), path, fs::path(path).extension() != ".sentrail",
              revision->policies(path)};
  if (!place.folder) {
    if (!place.policies.empty()) return place;
    return fail(Errc::not_found, "there is no " + path + " in revision " + name);
  }
  std::vector<std::string> files;
  for (const auto& [below, file] : place.policies) files.push_back(file);
  const std::vector<std::string> roots = roots_among(files, place.from);
  std::erase_if(place.policies, [&](const auto& policy) {
    return std::ranges::find(roots, policy.second) == roots.end();
  });
  return place;
}

// in: `other`, what the other side is.
Result<Place> locate_one(const std::string& what, const std::string& other,
                         const LoadOptions& options) {
  if (is_there(what)) return on_disk(what, options);
  if (const std::size_t colon = what.find(':'); colon != std::string::npos) {
    const std::string path = what.substr(colon + 1);
    Result<Place> place = in_revision(what.substr(0, colon), path, options);
    if (!place || !place->policies.empty()) return place;
    return fail(Errc::not_found,
                "there is no policy at " + path + " in revision " + what.substr(0, colon));
  }
  Result<Place> place = in_revision(what, is_there(other) ? other : ".", options);
  if (place || place.error().code != Errc::not_found) return place;
  return fail(Errc::not_found, what + " is no file; and " + place.error().message);
}

// The policy of a bundle, whoever signed it.
Status load_bundle(const std::string& file, Side& side) {
  bundles::LoadOptions options;
  options.allow_unsigned = true;
  SENTRAIL_ASSIGN_OR_RETURN(side.bundle, bundles::LoadedBundle::from_file(file, options));
  SENTRAIL_ASSIGN_OR_RETURN(side.loaded.policy, raise(side.bundle->program()));
  return {};
}

bool is_bundle(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string first(bundle_magic().size(), '\0');
  in.read(first.data(), static_cast<std::streamsize>(first.size()));
  return in && first == bundle_magic();
}

}  // namespace

Result<Sides> locate(const std::string& before, const std::string& after,
                     const LoadOptions& options) {
  Sides sides;
  SENTRAIL_ASSIGN_OR_RETURN(sides.before, locate_one(before, after, options));
  SENTRAIL_ASSIGN_OR_RETURN(sides.after, locate_one(after, before, options));
  return sides;
}

Result<Sides> locate_revisions(const std::string& before, const std::string& after,
                               const std::string& path, const LoadOptions& options) {
  Sides sides;
  SENTRAIL_ASSIGN_OR_RETURN(sides.before, in_revision(before, path, options));
  SENTRAIL_ASSIGN_OR_RETURN(sides.after, in_revision(after, path, options));
  return sides;
}

Result<Pairs> pairs_of(const Sides& sides) {
  const auto& [before, after] = sides;
  Pairs pairs;
  const auto pair_named = [&](const std::string& name) -> Files& {
    return pairs.try_emplace(name, Files{{}, {}, &before.from, &after.from}).first->second;
  };
  const bool of_one_each = before.policies.size() == 1 && after.policies.size() == 1;
  if ((!before.folder || !after.folder) && of_one_each) {
    const auto& [name, file] = *after.policies.begin();
    Files& pair = pair_named(name);
    pair.before = before.policies.begin()->second;
    pair.after = file;
    return pairs;
  }
  for (const auto& [name, file] : before.policies) pair_named(name).before = file;
  for (const auto& [name, file] : after.policies) pair_named(name).after = file;
  if (pairs.empty()) return fail(Errc::not_found, "no .sentrail file in " + after.path);
  return pairs;
}

TrafficSide Side::traffic() const {
  if (bundle) return {Decider(bundle->engine()), bundle->catalogs()};
  return {Decider(compiled->engine()), compiled->catalogs()};
}

std::optional<int> load_side(const std::string& file, const LoadFrom& from, bool decides,
                             Side& side, const OutputOptions& output) {
  const bool bundle = is_bundle(file);
  const Status status = bundle ? load_bundle(file, side) : load_policy(file, from, side.loaded);
  if (!status) return report(status.error(), output);
  const Loaded& loaded = side.loaded;
  if (!loaded.policy) {
    (void)report(loaded.sink, loaded.sources, output);
    return kCouldNot;
  }
  if (bundle || !decides) return std::nullopt;
  auto compiled = Compiled::of(*loaded.policy, loaded.catalogs, loaded.sources);
  if (!compiled) return report(compiled.error(), output);
  side.compiled = *std::move(compiled);
  return std::nullopt;
}

}  // namespace sentrail::compiler
