// Hexadecimal and base64: published vectors, every length, every wrong character.
#include "core/encoding.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sentrail {
namespace {

TEST(Hex, EncodesAndDecodesEveryByte) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string bytes(1, static_cast<char>(byte));
    const std::string text = hex_encode(bytes);
    ASSERT_EQ(text.size(), 2u);
    EXPECT_EQ(hex_decode(text), bytes);
  }
  EXPECT_EQ(hex_encode(std::string_view("\x00\xff\x10", 3)), "00ff10");
  EXPECT_EQ(hex_decode(""), "");
}

TEST(Hex, RefusesEverythingElse) {
  for (const char* text : {"0", "000", "AB", "aB", "0g", "g0", " 0", "0x"}) {
    EXPECT_FALSE(hex_decode(text)) << text;
  }
  EXPECT_EQ(hex_decode("00g0").error().message, "not a lower-case hexadecimal digit at offset 2");
  EXPECT_EQ(hex_decode("000g").error().message, "not a lower-case hexadecimal digit at offset 3");
}

// source: RFC 4648 §10.
TEST(Base64, TestVectors) {
  const std::pair<const char*, const char*> kVectors[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : kVectors) {
    EXPECT_EQ(base64_encode(std::string_view(bytes)), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
  EXPECT_EQ(base64_encode(std::string_view("\xfb\xff")), "+/8=");
  EXPECT_EQ(base64url_encode(std::string_view("\xfb\xff")), "-_8");
}

TEST(Base64, EncodeDecodeIdentity) {
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same bytes every time
  for (std::size_t length = 0; length < 200; ++length) {
    std::string bytes(length, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
  }
}

// What decodes is exactly what encodes: over all texts of up to 4 characters of a small alphabet.
TEST(Base64, OneSpellingForEveryValue) {
  const std::string_view kAlphabet = "AQgw9/=-_ \n";
  std::vector<std::string> texts = {""};
  std::size_t accepted = 0;
  for (std::size_t begin = 0, length = 0; length <= 4; ++length) {
    const std::size_t end = texts.size();
    for (std::size_t i = begin; i < end; ++i) {
      const std::string text = texts[i];
      if (const auto bytes = base64_decode(text)) {
        EXPECT_EQ(base64_encode(*bytes), text);
        ++accepted;
      }
      if (const auto bytes = base64url_decode(text)) {
        EXPECT_EQ(base64url_encode(*bytes), text);
        ++accepted;
      }
      for (const char next : kAlphabet) texts.push_back(text + next);
    }
    begin = end;
  }
  EXPECT_GT(accepted, 1000u);
}

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Z g=", "Zm9v\n",
                           "Zm9v=", "Zg==Zg==", "-_8=", "=Zg=", "Zm9\xff"}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
  for (const char* text : {"Z", "Zg==", "+/8", "Zh", "Zm9", "Zm9vY"}) {
    EXPECT_FALSE(base64url_decode(text)) << text;
  }
}

}  // namespace
}  // namespace sentrail
