#include "isotherm/io/file_record.h"

#include <gtest/gtest.h>

namespace isotherm {
namespace {

TEST(WithoutCredentials, CutsThemFromAddressesWithinATextOnly) {
  const auto shown = [](const std::string& text) { return without_credentials(text); };
  EXPECT_EQ(shown("red=https://me:pw@h/x.tif?sig=abc,nodata=0"), "red=https://h/x.tif?sig=...");
  EXPECT_EQ(shown("HTTPS://me:pw@h/x.tif"), "HTTPS://h/x.tif");
  EXPECT_EQ(shown("https://a/x,https://u:pw@b/y"), "https://a/x,https://b/y");
  EXPECT_EQ(shown("/vsicurl/https://me:pw@h/x.tif"), "/vsicurl/https://h/x.tif");
  EXPECT_EQ(shown("/vsicurl?header.Authorization=Bearer%20abc&url=http%3A%2F%2Fh"), "/vsicurl?...");
  EXPECT_EQ(shown("/vsicurl?header.X=abc&url=http://me:pw@h/x"), "/vsicurl?...");
  EXPECT_EQ(shown("https://h/x?token=abc: cannot be opened: `https://me:pw@h/y' is gone"),
            "https://h/x?token=...: cannot be opened: `https://h/y' is gone");
  EXPECT_EQ(shown("a=1?b=2#c and ://"), "a=1?b=2#c and ://");
  EXPECT_EQ(shown(""), "");
}

TEST(WithoutCredentials, CutsPasswordsOfDatabases) {
  EXPECT_EQ(without_credentials("PG:host=h password=abc dbname=d"), "PG:host=h password=... dbname=d");
  EXPECT_EQ(without_credentials("MSSQL:server=h;PWD=abc;database=d"), "MSSQL:server=h;PWD=...;database=d");
  EXPECT_EQ(without_credentials("PG:password='a b' user=u"), "PG:password=... user=u");
  EXPECT_EQ(without_credentials("PG:password="), "PG:password=...");
}

}  // namespace
}  // namespace isotherm
