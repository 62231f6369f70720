#include "../../../src/io/mtl.h"

#include <gtest/gtest.h>

#include <fstream>

#include "../../../src/io/json_support.h"
#include "isotherm/core/error.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using namespace testing_support;

const std::string kData = std::string(ISOTHERM_SOURCE_DIR) + "/../shared/data";

const char* const kText =
    "GROUP = LANDSAT_METADATA_FILE\n"
    "  GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS\n"
    "    REFLECTANCE_MULT_BAND_4 = 2.75e-05\n"
    "  END_GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS\n"
    "  GROUP = LEVEL1_RADIOMETRIC_RESCALING\n"
    "    REFLECTANCE_MULT_BAND_4 = 2.0000E-05\n"
    "    NOTE = \"a = b, with blanks \"\n"
    "  END_GROUP = LEVEL1_RADIOMETRIC_RESCALING\n"
    "END_GROUP = LANDSAT_METADATA_FILE\n"
    "END\n";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string message_of(const std::string& text) {
  try {
    parse_mtl(text, "x_MTL.txt");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.what();
  }
  return "accepted";
}

TEST(Mtl, AKeyIsReadFromItsGroup) {
  const Mtl mtl = parse_mtl(kText, "x_MTL.txt");
  EXPECT_EQ(mtl.layout, "LANDSAT_METADATA_FILE");
  EXPECT_EQ(mtl.number({"LEVEL2_SURFACE_REFLECTANCE_PARAMETERS"}, "REFLECTANCE_MULT_BAND_4"), 2.75e-5);
  EXPECT_EQ(mtl.number({"LEVEL1_RADIOMETRIC_RESCALING"}, "REFLECTANCE_MULT_BAND_4"), 2e-5);
  EXPECT_EQ(mtl.number({"NO_SUCH", "LEVEL1_RADIOMETRIC_RESCALING"}, "REFLECTANCE_MULT_BAND_4"), 2e-5);
  EXPECT_EQ(mtl.number({"NO_SUCH"}, "REFLECTANCE_MULT_BAND_4"), std::nullopt);
  EXPECT_EQ(mtl.text({"LEVEL1_RADIOMETRIC_RESCALING"}, "NOTE"), "a = b, with blanks ");
}

TEST(Mtl, LineEndsByteOrderMarkAndAMissingEndDoNotMatter) {
  const auto expected = parse_mtl(kText, "x").groups;
  std::string windows, old_mac;
  for (const char c : std::string(kText)) {
    windows += c == '\n' ? "\r\n" : std::string(1, c);
    old_mac += c == '\n' ? '\r' : c;
  }
  EXPECT_EQ(parse_mtl(windows, "x").groups, expected);
  EXPECT_EQ(parse_mtl(old_mac, "x").groups, expected);
  EXPECT_EQ(parse_mtl(std::string("\xef\xbb\xbf") + kText, "x").groups, expected);
  EXPECT_EQ(parse_mtl(replaced(kText, "\nEND\n", "\n"), "x").groups, expected);
  EXPECT_EQ(parse_mtl(std::string(kText) + "what stands behind END is not looked at", "x").groups, expected);
}

TEST(Mtl, ThreeFormsGiveTheSameGroups) {
  const std::string json =
      R"({"LANDSAT_METADATA_FILE": {"LEVEL2_SURFACE_REFLECTANCE_PARAMETERS": {"REFLECTANCE_MULT_BAND_4": "2.75e-05"},
          "LEVEL1_RADIOMETRIC_RESCALING": {"REFLECTANCE_MULT_BAND_4": "2.0000E-05", "NOTE": "a = b, with blanks "}}})";
  const std::string xml =
      R"(<?xml version="1.0"?><LANDSAT_METADATA_FILE><LEVEL2_SURFACE_REFLECTANCE_PARAMETERS>
         <REFLECTANCE_MULT_BAND_4>2.75e-05</REFLECTANCE_MULT_BAND_4></LEVEL2_SURFACE_REFLECTANCE_PARAMETERS>
         <LEVEL1_RADIOMETRIC_RESCALING><REFLECTANCE_MULT_BAND_4>2.0000E-05</REFLECTANCE_MULT_BAND_4>
         <NOTE>a = b, with blanks </NOTE></LEVEL1_RADIOMETRIC_RESCALING></LANDSAT_METADATA_FILE>)";
  const auto expected = parse_mtl(kText, "x").groups;
  EXPECT_EQ(parse_mtl(json, "x").groups, expected);
  EXPECT_EQ(parse_mtl(xml, "x").groups, expected);
}

TEST(Mtl, RefusesWhatIsBrokenAndSaysWhere) {
  EXPECT_NE(message_of(replaced(kText, "END_GROUP = LANDSAT_METADATA_FILE\nEND\n", "")).find("cut off"),
            std::string::npos);
  EXPECT_EQ(
      message_of(replaced(kText, "REFLECTANCE_MULT_BAND_4 = 2.75e-05", "REFLECTANCE_MULT_BAND_4 2.75e-05")),
      "x_MTL.txt: line 3: expected 'KEY = VALUE'");
  EXPECT_EQ(message_of(replaced(kText, "2.75e-05\n", "2.75e-05\n    REFLECTANCE_MULT_BAND_4 = 1\n")),
            "x_MTL.txt: line 4: REFLECTANCE_MULT_BAND_4 is given twice in one group, with different values");
  EXPECT_EQ(message_of(replaced(kText, "END_GROUP = LEVEL1_RADIOMETRIC_RESCALING", "END_GROUP = OTHER")),
            "x_MTL.txt: line 8: END_GROUP = OTHER does not close LEVEL1_RADIOMETRIC_RESCALING");
  EXPECT_EQ(message_of(replaced(kText, "with blanks \"", "with blanks")),
            "x_MTL.txt: line 7: a quoted value is not closed");
  EXPECT_EQ(message_of("A = 1\n"), "x_MTL.txt: line 1: A stands outside all groups");
  EXPECT_EQ(message_of("  \n"), "x_MTL.txt: is empty");
  EXPECT_EQ(
      message_of("GROUP = SOMETHING_ELSE\nEND_GROUP = SOMETHING_ELSE\nEND\n"),
      "x_MTL.txt: outermost group is 'SOMETHING_ELSE'; expected LANDSAT_METADATA_FILE or L1_METADATA_FILE");
  EXPECT_NE(message_of(std::string("II*\0\0\0", 6)).find("binary"), std::string::npos);
  EXPECT_NE(message_of("\xff\xfeG\0R\0").find("UTF-16"), std::string::npos);
  EXPECT_NE(message_of("{\"LANDSAT_METADATA_FILE\": {\"A\": {\"B\": [1]}}}").find("neither text nor number"),
            std::string::npos);
  EXPECT_NE(message_of("{\"LANDSAT_METADATA_FILE\": 3}").find("this is not"), std::string::npos);
  EXPECT_NE(message_of("{\"LANDSAT_METADATA_FILE\"").find("not valid JSON"), std::string::npos);
  EXPECT_NE(message_of("<LANDSAT_METADATA_FILE><A>").find("not valid XML"), std::string::npos);
}

TEST(Mtl, NestingAndSizeAreBounded) {
  std::string deep;
  for (int k = 0; k < 100000; ++k) deep += "GROUP = LANDSAT_METADATA_FILE\n";
  EXPECT_NE(message_of(deep).find("nested deeper"), std::string::npos);
  EXPECT_NE(message_of("{\"LANDSAT_METADATA_FILE\":" + std::string(100000, '[')).find("nested deeper"),
            std::string::npos);
  EXPECT_NE(message_of("<A>" + std::string(100000, '<')).find("not valid XML"), std::string::npos);
  std::string tower;
  for (int k = 0; k < 100000; ++k) tower += "<A>";
  EXPECT_NE(message_of(tower).find("XML"), std::string::npos);

  const TemporaryFolder folder;
  std::ofstream(folder.file("big_MTL.txt")) << std::string(2 << 20, 'A');
  EXPECT_THROW(read_mtl(folder.file("big_MTL.txt")), Error);
  EXPECT_THROW(read_mtl(folder.file("absent_MTL.txt")), Error);
  EXPECT_THROW(read_mtl(folder.path()), Error);
}

TEST(Mtl, ANumberThatIsNoneIsAnError) {
  const Mtl mtl = parse_mtl(replaced(kText, "2.75e-05", "2,75e-05"), "x_MTL.txt");
  EXPECT_THROW(mtl.number({"LEVEL2_SURFACE_REFLECTANCE_PARAMETERS"}, "REFLECTANCE_MULT_BAND_4"), Error);
}

// Every prefix of a real file is refused or, once the outer group is closed, read; nothing crashes or hangs.
TEST(MtlData, NoPrefixOfARealFileIsTakenForAWholeOne) {
  const std::string path =
      kData + "/landsat/mtl_samples/c2_level1/LC08_L1TP_193024_20180824_20200831_02_T1_MTL.txt";
  const std::string whole = read_file(path);
  if (whole.empty()) GTEST_SKIP() << "no sample metadata at " << path;
  const std::size_t closed = whole.rfind("END_GROUP = LANDSAT_METADATA_FILE");
  for (std::size_t length = 1; length < closed; length += 61) {
    EXPECT_NE(message_of(whole.substr(0, length)), "accepted") << "prefix of " << length << " bytes";
  }
  EXPECT_EQ(message_of(whole), "accepted");
}

TEST(JsonData, SuiteOfValidAndInvalidJson) {
  const fs::path folder = kData + "/hostile/json";
  if (!fs::exists(folder)) GTEST_SKIP() << "no JSON suite at " << folder;
  int valid = 0, invalid = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    bool accepted = true;
    try {
      parse_json(read_file(entry.path().string()), name);
    } catch (const Error&) {
      accepted = false;
    }
    if (name.starts_with("y_")) {
      ++valid;
      EXPECT_TRUE(accepted) << name;
    } else if (name.starts_with("n_")) {
      ++invalid;
      EXPECT_FALSE(accepted) << name;
    }
  }
  EXPECT_GT(valid, 50);
  EXPECT_GT(invalid, 50);
}

}  // namespace
}  // namespace isotherm
