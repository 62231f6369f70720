#include "isotherm/job/catalog.h"

#include <gtest/gtest.h>

namespace isotherm {
namespace {

TEST(DateInName, InTheThreeUsualForms) {
  EXPECT_EQ(date_in_name("city_2021-06-14.tif"), "2021-06-14");
  EXPECT_EQ(date_in_name("city_2021_06_14_ndvi.tif"), "2021-06-14");
  EXPECT_EQ(date_in_name("20210614.tif"), "2021-06-14");
  EXPECT_EQ(date_in_name("LC08_L2SP_196024_20210614_20210622_02_T1_ndvi.tif"), "2021-06-14") << "the first";
}

TEST(DateInName, NothingWhereThereIsNone) {
  for (const char* name : {"dem.tif", "2021.tif", "120210614.tif", "202106140.tif", "2021-0614.tif",
                           "20211314.tif", "20210231.tif", "18991231.tif"}) {
    EXPECT_EQ(date_in_name(name), "") << name;
  }
}

}  // namespace
}  // namespace isotherm
