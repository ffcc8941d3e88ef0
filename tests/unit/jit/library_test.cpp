// A library that is not there, or not ours, is refused with its remedy, and decisions go on without
// it. See runtime/jit/library.hpp.
#include "runtime/jit/library.hpp"

#include <gtest/gtest.h>

#include <string>

#include "runtime/decide/engine.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/interpreted_native.hpp"
#include "tests/unit/jit/trees.hpp"

namespace sentrail::support {
namespace {

using decide::Engine;
using decide::EngineKind;
using jit::Library;
using jit::LibraryOptions;

Library library_at(const char* path) {
  return Library(LibraryOptions{.path = path});
}

std::string complaint_of(const char* path) {
  const Status loaded = library_at(path).load();
  return loaded ? "" : loaded.error().message;
}

TEST(NativeLibrary, IsBesideTheProgram) {
  EXPECT_EQ(jit::library_path().front(), '/');
  EXPECT_TRUE(jit::library_path().ends_with("/libsentrail_jit.so"));
}

TEST(NativeLibrary, ThatIsNotThereIsNamedWithTheRemedy) {
  const std::string said = complaint_of("/nowhere/libsentrail_jit.so");
  EXPECT_NE(said.find("/nowhere/libsentrail_jit.so"), std::string::npos) << said;
  EXPECT_NE(said.find("-DSENTRAIL_JIT=ON"), std::string::npos) << said;
  EXPECT_NE(said.find("--engine=auto"), std::string::npos) << said;
}

TEST(NativeLibrary, IsNotSearchedFor) {
  const std::string said = complaint_of("libm.so.6");
  EXPECT_NE(said.find("is not a path"), std::string::npos) << said;
}

TEST(NativeLibrary, OfAnotherIsRefused) {
  EXPECT_NE(complaint_of(JIT_STRANGER).find("makes no native code"), std::string::npos);
  EXPECT_NE(complaint_of(JIT_OTHER_PROGRAM).find("of another program"), std::string::npos);
  EXPECT_NE(complaint_of(JIT_OTHER_INTERFACE).find("of another interface"), std::string::npos);
  EXPECT_NE(complaint_of(JIT_OTHER_VERSION).find("of another version"), std::string::npos);
}

TEST(NativeLibrary, IsNotLoadedWhereNothingIsGained) {
  const Library absent = library_at("/nowhere/libsentrail_jit.so");
  Book few;
  few.add(is("env", 1));
  const Compiled compiled(few.policy);
  const Engine engine(compiled.program(), EngineKind::automatic, &absent);
  EXPECT_EQ(engine.kind(), EngineKind::linear);
  EXPECT_FALSE(engine.native_report().chosen);
  EXPECT_EQ(engine.native_report().complaint, "");
  EXPECT_EQ(engine.description(), "linear");
}

TEST(NativeLibrary, ThatIsNotThereLeavesTheTable) {
  const Library absent = library_at("/nowhere/libsentrail_jit.so");
  Compiled compiled(trees(100));
  for (const EngineKind kind : {EngineKind::automatic, EngineKind::jit}) {
    const Engine engine(compiled.program(), kind, &absent);
    EXPECT_NE(engine.kind(), EngineKind::jit);
    EXPECT_TRUE(engine.native_report().chosen);
    EXPECT_NE(engine.description().find("; no native code: cannot load"), std::string::npos)
        << engine.description();
    decide::Scratch scratch = engine.make_scratch();
    const auto facts = OwnedFacts::of(trees_request(3));
    ASSERT_TRUE(facts.has_value());
    EXPECT_EQ(engine.decide(**facts, scratch), compiled.decide(**facts));
  }
  const Engine without(compiled.program(), EngineKind::jit);
  EXPECT_NE(without.kind(), EngineKind::jit);
  EXPECT_NE(without.description().find("no native code"), std::string::npos);
}

}  // namespace
}  // namespace sentrail::support
