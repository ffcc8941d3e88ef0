// Who may give us bundles. See runtime/bundles/loaded_bundle.hpp.
#include <gtest/gtest.h>

#include "compiler/lower/build_bundle.hpp"
#include "core/encoding.hpp"
#include "crypto/hash.hpp"
#include "tests/unit/bundle/bundle_samples.hpp"

namespace sentrail::support {
namespace {

using bundles::LoadedBundle;
using bundles::LoadOptions;
using crypto::NoteSigner;
using crypto::NoteVerifier;

NoteSigner signer(std::string_view name) {
  auto made = NoteSigner::generate(name);
  EXPECT_TRUE(made);
  return std::move(*made);
}

// A bundle signed by ci and by release, and their keys.
class SignedBundle : public testing::Test {
 protected:
  SignedBundle() {
    signers_.push_back(signer("ci.acme.example"));
    signers_.push_back(signer("release.acme.example"));
    bundle_ = full_bundle(signers_);
    for (const NoteSigner& one : signers_) keys_.push_back(one.verifier());
    stranger_.push_back(signer("stranger.example").verifier());
  }

  [[nodiscard]] static Errc refusal(std::string_view bundle, const LoadOptions& options) {
    const auto loaded = LoadedBundle::from_bytes(bundle, options);
    EXPECT_FALSE(loaded);
    return loaded ? Errc::timed_out : loaded.error().code;
  }

  std::vector<NoteSigner> signers_;
  std::vector<NoteVerifier> keys_;
  std::vector<NoteVerifier> stranger_;
  std::string bundle_;
};

TEST_F(SignedBundle, IsAcceptedByAnyOfItsKeys) {
  const auto loaded = LoadedBundle::from_bytes(bundle_, {.trusted = keys_});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ((*loaded)->signed_by(),
            (std::vector<std::string>{"ci.acme.example", "release.acme.example"}));
  const auto one = LoadedBundle::from_bytes(bundle_, {.trusted = std::span(keys_).subspan(1)});
  ASSERT_TRUE(one);
  EXPECT_EQ((*one)->signed_by(), (std::vector<std::string>{"release.acme.example"}));
  EXPECT_EQ((*one)->digest(), crypto::sha256(content_of(bundle_)));
  EXPECT_EQ((*one)->digest_hex(), hex_encode((*one)->digest()));
  EXPECT_EQ((*one)->bytes(), bundle_);
}

TEST_F(SignedBundle, IsRefusedWhereNobodyTrustsItsKeys) {
  EXPECT_EQ(refusal(bundle_, {.trusted = stranger_}), Errc::permission_denied);
  EXPECT_EQ(refusal(bundle_, {}), Errc::permission_denied);
  const auto allowed =
      LoadedBundle::from_bytes(bundle_, {.trusted = stranger_, .allow_unsigned = true});
  ASSERT_TRUE(allowed) << allowed.error().message;
  EXPECT_TRUE((*allowed)->signed_by().empty());
}

TEST_F(SignedBundle, IsAcceptedBySoManyOfItsSigners) {
  const auto both = LoadedBundle::from_bytes(bundle_, {.trusted = keys_, .needed = 2});
  ASSERT_TRUE(both) << both.error().message;
  const auto two_of_three = [&] {
    std::vector<NoteVerifier> three = keys_;
    three.push_back(stranger_.front());
    return three;
  }();
  EXPECT_TRUE(LoadedBundle::from_bytes(bundle_, {.trusted = two_of_three, .needed = 2}));
  EXPECT_EQ(refusal(bundle_, {.trusted = two_of_three, .needed = 3}), Errc::permission_denied);
  EXPECT_EQ(refusal(bundle_, {.trusted = std::span(keys_).first(1), .needed = 2}),
            Errc::permission_denied);
}

TEST_F(SignedBundle, TwoKeysOfOneNameAreOneSigner) {
  std::vector<NoteSigner> twice;
  for (int i = 0; i < 2; ++i) twice.push_back(signer("ci.acme.example"));
  const std::vector<NoteVerifier> keys = {twice[0].verifier(), twice[1].verifier()};
  const std::string bundle = full_bundle(twice);
  const auto one = LoadedBundle::from_bytes(bundle, {.trusted = keys});
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ((*one)->signed_by(), std::vector<std::string>{"ci.acme.example"});
  EXPECT_EQ(refusal(bundle, {.trusted = keys, .needed = 2}), Errc::permission_denied);
}

TEST_F(SignedBundle, TakesMoreSignatures) {
  const std::string bare = full_bundle();
  const auto once = compiler::countersign(bare, std::span(signers_).first(1));
  ASSERT_TRUE(once) << once.error().message;
  const auto twice = compiler::countersign(*once, signers_);
  ASSERT_TRUE(twice) << twice.error().message;
  EXPECT_EQ(*twice, bundle_) << "signed at once or one by one: the same bytes";
  EXPECT_EQ(*compiler::countersign(*twice, signers_), *twice);
  EXPECT_FALSE(compiler::countersign(bare.substr(0, bare.size() - 1), signers_));
  EXPECT_FALSE(compiler::countersign("", signers_));
}

TEST_F(SignedBundle, WithoutSignatureIsAcceptedOnlyWhereAllowed) {
  const std::string bare = full_bundle();
  EXPECT_EQ(refusal(bare, {.trusted = keys_}), Errc::permission_denied);
  EXPECT_TRUE(LoadedBundle::from_bytes(bare, {.trusted = keys_, .allow_unsigned = true}));
}

TEST_F(SignedBundle, WithAWrongSignatureOfATrustedKeyIsAlwaysRefused) {
  // The last line is `— name base64`: a change inside the base64 spoils the signature.
  std::string changed = bundle_;
  char& byte = changed[changed.size() - 20];
  byte = byte == 'A' ? 'B' : 'A';
  EXPECT_EQ(refusal(changed, {.trusted = keys_}), Errc::corrupt);
  EXPECT_EQ(refusal(changed, {.trusted = keys_, .allow_unsigned = true}), Errc::corrupt);
}

TEST_F(SignedBundle, WithOtherContentIsRefused) {
  std::string content = content_of(bundle_);
  const std::string statement = bundle_.substr(content.size());
  content.back() = static_cast<char>(content.back() ^ 1);
  EXPECT_EQ(refusal(content + statement, {.trusted = keys_}), Errc::corrupt);
  EXPECT_EQ(refusal(content + statement, unsigned_allowed()), Errc::corrupt);
}

TEST_F(SignedBundle, WithTheSignatureOfAnotherBundleIsRefused) {
  const ProgramStorage other = [] {
    ProgramStorage program = full_program();
    program.rules[2].line = 77;
    return program;
  }();
  BundleWriter writer;
  writer.add_policy(other.view(), {});
  const std::string signatures = bundle_.substr(bundle_.find("\n\n"));
  const std::string forged = with_content(*writer.finish());
  EXPECT_TRUE(LoadedBundle::from_bytes(forged, unsigned_allowed()));
  EXPECT_EQ(refusal(forged + signatures.substr(1), {.trusted = keys_}), Errc::corrupt);
}

TEST_F(SignedBundle, WithMoreSaidThanItsStatementIsRefused) {
  const std::string content = content_of(bundle_);
  const std::string statement = with_content(content).substr(content.size());
  const auto note = crypto::sign_note(statement + "and more\n", signers_);
  ASSERT_TRUE(note);
  EXPECT_EQ(refusal(content + *note, {.trusted = keys_}), Errc::corrupt);
}

TEST_F(SignedBundle, CutAtEveryLengthIsRefused) {
  for (std::size_t length = content_of(bundle_).size(); length < bundle_.size(); ++length) {
    const auto loaded = LoadedBundle::from_bytes(std::string_view(bundle_).substr(0, length),
                                                 {.trusted = std::span(keys_).subspan(1)});
    ASSERT_FALSE(loaded) << length;
  }
}

}  // namespace
}  // namespace sentrail::support
