// Signed notes: Go's published key and signatures, manglings, and what the page of C2SP demands.
#include "crypto/note.hpp"

#include <gtest/gtest.h>

#include <array>

#include "core/encoding.hpp"
#include "core/limits.hpp"

namespace sentrail::crypto {
namespace {

// source: documentation and tests of golang.org/x/mod/sumdb/note.
const std::string kPeterVerifier =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kPeterSigner =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const std::string kEnochVerifier =
    "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const std::string kText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string kPeterLine =
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6K"
    "E6RyyBwJnAM=\n";
const std::string kEnochLine =
    "— EnochRoot "
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd"
    "1RvMc+QQ=\n";

NoteVerifier peter() {
  return NoteVerifier::parse(kPeterVerifier).value();
}
NoteVerifier enoch() {
  return NoteVerifier::parse(kEnochVerifier).value();
}

TEST(NoteKeys, ReadAndWriteGosForm) {
  EXPECT_EQ(peter().name(), "PeterNeumann");
  EXPECT_EQ(peter().key_id(), 0xc74f20a3u);
  EXPECT_EQ(peter().to_string(), kPeterVerifier);
  EXPECT_EQ(NoteVerifier::from_key("PeterNeumann", peter().key())->to_string(), kPeterVerifier);
  const NoteSigner signer = NoteSigner::parse(kPeterSigner).value();
  EXPECT_EQ(signer.verifier().to_string(), kPeterVerifier);
  EXPECT_EQ(signer.to_secret_string(), kPeterSigner);
}

template <class Key>
void expect_no_mangling_parses(const std::string& good) {
  ASSERT_TRUE(Key::parse(good));
  for (std::size_t begin = 0; begin < good.size(); ++begin) {
    for (std::size_t size = 0; begin + size <= good.size(); ++size) {
      if (size == good.size()) continue;
      ASSERT_FALSE(Key::parse(good.substr(begin, size))) << begin << ' ' << size;
    }
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int step = 1; step < 256; ++step) {
      std::string other = good;
      other[i] = static_cast<char>(other[i] + step);
      ASSERT_FALSE(Key::parse(other)) << other;
    }
  }
  EXPECT_FALSE(Key::parse(good + "\n"));
  EXPECT_FALSE(Key::parse(good + "AAAA"));
}

TEST(NoteKeys, NoManglingOfAVerifierKeyParses) {
  expect_no_mangling_parses<NoteVerifier>(kPeterVerifier);
  // Both with the id that belongs to them.
  EXPECT_FALSE(NoteVerifier::parse(
      "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="));
  const auto other_type =
      NoteVerifier::parse("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  EXPECT_EQ(other_type.error().code, Errc::unsupported);
}

TEST(NoteKeys, NoManglingOfASignerKeyParses) {
  expect_no_mangling_parses<NoteSigner>(kPeterSigner);
}

TEST(NoteKeys, ErrorsOfSignerKeysDoNotRepeatThem) {
  for (std::size_t i = 0; i < kPeterSigner.size(); ++i) {
    std::string other = kPeterSigner;
    other[i] = static_cast<char>(other[i] ^ 1);
    const auto parsed = NoteSigner::parse(other);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().message.find("YEKFALVFGyNhP"), std::string::npos);
  }
}

TEST(NoteKeys, NamesAreChecked) {
  for (const char* name :
       {"", "a b", "a+b", "a\tb", "a\nb", "a\u00a0b", "a\u3000", "\xff", "a\x1f"}) {
    EXPECT_FALSE(is_note_key_name(name)) << name;
    EXPECT_EQ(NoteSigner::generate(name).error().code, Errc::invalid_argument);
    EXPECT_FALSE(NoteVerifier::from_key(name, {}));
  }
  EXPECT_TRUE(is_note_key_name("sentrail.example/bundle-signer"));
  EXPECT_TRUE(is_note_key_name("größe"));
}

TEST(Note, SignsAsGoDoes) {
  const std::array signers = {NoteSigner::parse(kPeterSigner).value()};
  EXPECT_EQ(sign_note(kText, signers), kText + "\n" + kPeterLine);
  EXPECT_EQ(signers[0].signature_line(kText), kPeterLine);
  for (const char* text : {"", "abc", "a\x01\n", "a\r\n", "\xff\n", "a\n\t"}) {
    EXPECT_EQ(sign_note(text, signers).error().code, Errc::invalid_argument) << text;
  }
  EXPECT_EQ(sign_note(std::string(limits::kNoteBytesMax, 'x') + "\n", signers).error().code,
            Errc::limit_exceeded);
}

TEST(Note, OpensWithKnownAndUnknownKeys) {
  const std::string note = kText + "\n" + kPeterLine + kEnochLine;
  const std::array one = {peter()};
  const auto with_one = open_note(note, one);
  ASSERT_TRUE(with_one) << with_one.error().message;
  EXPECT_EQ(with_one->text, kText);
  ASSERT_EQ(with_one->verified.size(), 1u);
  EXPECT_EQ(with_one->verified[0].name, "PeterNeumann");
  EXPECT_EQ(with_one->verified[0].key_id, 0xc74f20a3u);
  EXPECT_EQ(with_one->verified[0].signature.size(), 64u);
  ASSERT_EQ(with_one->unverified.size(), 1u);
  EXPECT_EQ(with_one->unverified[0].name, "EnochRoot");

  const std::array both = {peter(), enoch()};
  const auto with_both = open_note(note, both);
  ASSERT_TRUE(with_both);
  EXPECT_EQ(with_both->verified.size(), 2u);
  EXPECT_TRUE(with_both->unverified.empty());

  EXPECT_EQ(open_note(note, {}).error().code, Errc::permission_denied);
  const std::array other = {enoch()};
  EXPECT_EQ(open_note(kText + "\n" + kPeterLine, other).error().code, Errc::permission_denied);
}

TEST(Note, RepeatsCountOnce) {
  const std::array known = {peter()};
  const auto opened =
      open_note(kText + "\n" + kPeterLine + kPeterLine + kEnochLine + kEnochLine, known);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->verified.size(), 1u);
  EXPECT_EQ(opened->unverified.size(), 1u);
}

TEST(Note, AKnownKeysWrongSignatureRejectsTheNote) {
  const std::array known = {peter(), enoch()};
  std::string wrong_line = kPeterLine;
  wrong_line[60] = wrong_line[60] == 'A' ? 'B' : 'A';
  // Also behind its own right signature, and behind another's.
  for (const std::string& lines :
       {wrong_line, kPeterLine + wrong_line, kEnochLine + wrong_line, wrong_line + kPeterLine}) {
    EXPECT_EQ(open_note(kText + "\n" + lines, known).error().code, Errc::corrupt) << lines;
  }
  const std::array only_enoch = {enoch()};
  EXPECT_TRUE(open_note(kText + "\n" + wrong_line + kEnochLine, only_enoch));
  EXPECT_FALSE(open_note("x" + kText + "\n" + kPeterLine, known));
}

TEST(Note, AKeyWithTheSameNameOrIdIsAnother) {
  const NoteSigner impostor = NoteSigner::generate("PeterNeumann").value();
  const std::array known = {peter()};
  const std::array only = {NoteSigner::parse(impostor.to_secret_string()).value()};
  const std::string note = sign_note(kText, only).value();
  EXPECT_EQ(open_note(note, known).error().code, Errc::permission_denied);
  const auto with_both = open_note(note + kPeterLine, known);
  ASSERT_TRUE(with_both);
  EXPECT_EQ(with_both->unverified.size(), 1u);
}

TEST(Note, RefusesMalformedNotes) {
  const std::array known = {peter()};
  const std::string good = kText + "\n" + kPeterLine;
  ASSERT_TRUE(open_note(good, known));
  for (std::size_t size = 0; size < good.size(); ++size) {
    ASSERT_FALSE(open_note(good.substr(0, size), known)) << size;
  }
  for (const std::string& note :
       {std::string(), kText, kText + "\n", kText + kPeterLine, "\x01" + good, "\xff" + good,
        good + "\n", good + "Unexpected line.\n", good + "— \n", good + "— x\n", good + "— x \n",
        good + "— x AAAA\n", good + "— x AAAAAA==\n", good + "- x AAAAAAAA\n",
        good + "— a b AAAAAAAA\n", good + "— x  AAAAAAAA\n", good + "— x AAAAAAAA \n",
        good + "— x AAAA\r\n"}) {
    const auto opened = open_note(note, known);
    ASSERT_FALSE(opened) << note;
    EXPECT_EQ(opened.error().code, Errc::corrupt) << note;
  }
}

TEST(Note, TextEndsAtTheLastEmptyLine) {
  const std::array signers = {NoteSigner::parse(kPeterSigner).value()};
  const std::array known = {peter()};
  for (const std::string& text : {std::string("\n"), std::string("\n\n\n"),
                                  std::string("a\n\nb\n\n"), kText + "\n" + kPeterLine}) {
    const auto opened = open_note(sign_note(text, signers).value(), known);
    ASSERT_TRUE(opened) << text;
    EXPECT_EQ(opened->text, text);
  }
}

TEST(Note, BoundsSizeAndSignatures) {
  const std::array known = {peter()};
  std::string note = kText + "\n";
  for (std::size_t i = 0; i < limits::kNoteSignaturesMax; ++i) note += kPeterLine;
  EXPECT_TRUE(open_note(note, known));
  EXPECT_EQ(open_note(note + kPeterLine, known).error().code, Errc::limit_exceeded);
  EXPECT_EQ(open_note(std::string(limits::kNoteBytesMax + 1, '\n'), known).error().code,
            Errc::limit_exceeded);
}

}  // namespace
}  // namespace sentrail::crypto
