#include "isotherm/io/json.h"

#include <gtest/gtest.h>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

TEST(JsonValue, ReadsAndWritesTheSameText) {
  for (const char* text :
       {R"({"b":1,"a":[1.50,-0,1e40,12345678901234567890],"c":{"d":null,"e":true},"f":"\u00e9\n\"\\"})", "[]",
        "{}", "null", "\"x\"", "[[],{}]"}) {
    const std::string written = write_json(read_json(text, "t"));
    EXPECT_EQ(write_json(read_json(written, "t")), written);
  }
  EXPECT_EQ(write_json(read_json(R"({"b": 1.50, "a": "x", "z": 0.1})", "t")),
            R"({"b":1.50,"a":"x","z":0.1})");
  EXPECT_EQ(write_json(Json("tab\tbell\x07")), R"("tab\tbell\u0007")");
}

TEST(JsonValue, NumbersKeepTheirDigits) {
  const Json value = read_json("[0.10, 1e2, 18446744073709551615]", "t");
  EXPECT_EQ(value.items()[0].scalar(), "0.10");
  EXPECT_EQ(value.items()[1].number(), 100);
  EXPECT_EQ(value.items()[2].scalar(), "18446744073709551615");
}

TEST(JsonValue, MembersAreFoundReplacedAndErased) {
  Json value = read_json(R"({"a":1,"b":null,"path":"028"})", "t");
  EXPECT_EQ(value.find("b"), nullptr);
  EXPECT_EQ(value.number("path"), 28);
  value.set("a", "x");
  value.set("n", 2.5);
  value.erase("b");
  EXPECT_EQ(write_json(value), R"({"a":"x","path":"028","n":2.5})");
  EXPECT_EQ(Json(3).find("a"), nullptr);
  EXPECT_TRUE(Json("x").items().empty());
}

TEST(JsonValue, WhatIsNotFiniteIsNull) {
  EXPECT_TRUE(Json(std::numeric_limits<double>::quiet_NaN()).is_null());
  EXPECT_TRUE(Json(std::numeric_limits<double>::infinity()).is_null());
}

TEST(JsonValue, RefusesWhatIsNotJson) {
  for (const std::string& text :
       {std::string("{"), std::string("{\"a\":}"), std::string("[1,]"), std::string(""),
        std::string("\"\xff\""), std::string("nul"), std::string("[1e400]"), std::string("{}\0{}", 5)}) {
    EXPECT_THROW(read_json(text, "t"), Error) << text;
  }
}

TEST(JsonValue, DepthIsBounded) {
  EXPECT_NO_THROW(read_json(std::string(64, '[') + std::string(64, ']'), "t"));
  EXPECT_THROW(read_json(std::string(65, '[') + std::string(65, ']'), "t"), Error);
  EXPECT_THROW(read_json(std::string(10000000, '['), "t"), Error);
  std::string objects;
  for (int n = 0; n < 100000; ++n) objects += "{\"a\":";
  EXPECT_THROW(read_json(objects, "t"), Error);
}

TEST(JsonValue, IndentedForPeople) {
  EXPECT_EQ(write_json(read_json(R"({"a":[1,2],"b":{"c":[]}})", "t"), 2),
            "{\n  \"a\": [1, 2],\n  \"b\": {\n    \"c\": []\n  }\n}");
}

}  // namespace
}  // namespace isotherm
