#include "isotherm/io/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace isotherm {
namespace {

TEST(JsonWriter, MembersInOrderNumbersExact) {
  JsonWriter json;
  json.begin_object().member("name", "a \"b\"\n").member("number", 0.1).member("none", std::nan(""));
  json.key("list").begin_array().value(1.0).value(true).begin_object().end().end();
  json.key("empty").begin_array().end().end();
  EXPECT_EQ(json.text(),
            "{\n  \"name\": \"a \\\"b\\\"\\u000a\",\n  \"number\": 0.1,\n  \"none\": null,\n  \"list\": [\n  "
            "  1,\n    "
            "true,\n    {}\n  ],\n  \"empty\": []\n}\n");
  EXPECT_EQ(nlohmann::json::parse(json.text())["number"], 0.1);
}

}  // namespace
}  // namespace isotherm
