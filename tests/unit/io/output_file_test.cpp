#include "isotherm/io/output_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "isotherm/core/error.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using testing_support::read_file;
using testing_support::TemporaryFolder;
using Names = std::vector<std::string>;

void put(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

/// The text of the Error(output) that making the file throws; empty when it throws none.
std::string refused_output(const std::string& path, bool overwrite) {
  try {
    OutputFile file(path, overwrite);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::output);
    return error.what();
  }
  return {};
}

TEST(OutputFile, AppearsOnlyWhenCommitted) {
  const TemporaryFolder folder;
  OutputFile file(folder.file("cells.geojson"), false);
  put(file.path(), "{}");
  EXPECT_EQ(folder.names().size(), 1u);
  EXPECT_EQ(folder.names()[0].front(), '.') << "the unfinished file is hidden";
  EXPECT_TRUE(file.path().ends_with(".geojson")) << "drivers go by the extension";
  file.commit();
  EXPECT_EQ(folder.names(), Names{"cells.geojson"});
  EXPECT_EQ(read_file(folder.file("cells.geojson")), "{}");
}

TEST(OutputFile, WithoutCommitNothingIsLeft) {
  const TemporaryFolder folder;
  {
    OutputFile file(folder.file("cells.gpkg"), false);
    put(file.path(), "half");
    put(file.path() + "-journal", "half");
    put(file.path() + ".aux.xml", "half");
  }
  EXPECT_EQ(folder.names(), Names{});
}

TEST(OutputFile, AMovedOneCommitsOnce) {
  const TemporaryFolder folder;
  OutputFile first(folder.file("a.csv"), false);
  put(first.path(), "1");
  {
    OutputFile second(std::move(first));
    second.commit();
  }
  EXPECT_EQ(folder.names(), Names{"a.csv"});
}

TEST(OutputFile, SideFilesFollowTheName) {
  const TemporaryFolder folder;
  OutputFile file(folder.file("zones.shp"), false);
  put(file.path(), "shapes");
  put(file.path() + ".aux.xml", "side");
  put(file.path().substr(0, file.path().size() - 4) + ".dbf", "rows");
  file.commit();
  EXPECT_EQ(folder.names(), (Names{"zones.dbf", "zones.shp", "zones.shp.aux.xml"}));
}

TEST(OutputFile, SideFilesReplaceNothingUnasked) {
  const TemporaryFolder folder;
  put(folder.file("zones.dbf"), "the user's own");
  for (const bool overwrite : {false, true}) {
    OutputFile file(folder.file("zones.shp"), overwrite);
    put(file.path(), "shapes");
    put(file.path().substr(0, file.path().size() - 4) + ".dbf", "rows");
    if (overwrite) {
      file.commit();
    } else {
      EXPECT_THROW(file.commit(), Error);
    }
    EXPECT_EQ(read_file(folder.file("zones.dbf")), overwrite ? "rows" : "the user's own");
  }
  EXPECT_EQ(folder.names(), (Names{"zones.dbf", "zones.shp"}));
}

TEST(OutputFile, ReplacingTakesStaleSideFilesAway) {
  const TemporaryFolder folder;
  put(folder.file("n.tif"), "old");
  put(folder.file("n.tif.aux.xml"), "statistics of the old file");
  put(folder.file("n.tif.bak"), "the user's own");
  OutputFile file(folder.file("n.tif"), true);
  put(file.path(), "new");
  EXPECT_EQ(read_file(folder.file("n.tif")), "old") << "untouched until commit";
  file.commit();
  EXPECT_EQ(folder.names(), (Names{"n.tif", "n.tif.bak"}));
  EXPECT_EQ(read_file(folder.file("n.tif")), "new");
}

TEST(OutputFile, RefusesAtOnce) {
  const TemporaryFolder folder;
  put(folder.file("there.csv"), "old");
  EXPECT_EQ(refused_output(folder.file("there.csv"), false),
            folder.file("there.csv") + ": exists; give --overwrite to replace it");
  EXPECT_EQ(refused_output(folder.file("there.csv"), true), "");
  EXPECT_EQ(
      refused_output(folder.file("no/such/a.csv"), true),
      folder.file("no/such/a.csv") + ": folder " + folder.file("no/such") + " does not exist; create it");
  EXPECT_EQ(refused_output(folder.path(), true), folder.path() + ": is a folder; give a file name");
  EXPECT_EQ(refused_output(folder.file("there.csv/a.csv"), true),
            folder.file("there.csv/a.csv") + ": " + folder.file("there.csv") + " is not a folder");
  EXPECT_NE(refused_output("/dev/null", true).find("not a regular file"), std::string::npos);
  const std::string longest = folder.file(std::string(251, 'x') + ".csv");
  EXPECT_EQ(refused_output(longest, false), "");
  EXPECT_EQ(refused_output(longest + "x", false), longest + "x: cannot be written (File name too long)");
  EXPECT_EQ(folder.names(), Names{"there.csv"});
}

TEST(OutputFile, RefusesAFolderThatCannotBeWritten) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  const TemporaryFolder folder;
  ::chmod(folder.path().c_str(), 0500);
  EXPECT_NE(refused_output(folder.file("a.csv"), false).find("cannot be written (Permission denied)"),
            std::string::npos);
  ::chmod(folder.path().c_str(), 0700);
}

TEST(OutputFile, AFileThatAppearedMeanwhileIsNotReplaced) {
  const TemporaryFolder folder;
  OutputFile file(folder.file("a.csv"), false);
  put(file.path(), "mine");
  put(folder.file("a.csv"), "someone's");
  EXPECT_THROW(file.commit(), Error);
  EXPECT_EQ(read_file(folder.file("a.csv")), "someone's");
}

TEST(OutputFile, ALinkIsFollowed) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.file("disk"));
  put(folder.file("disk/real.csv"), "old");
  std::filesystem::create_symlink("disk/real.csv", folder.file("link.csv"));
  OutputFile file(folder.file("link.csv"), true);
  put(file.path(), "new");
  file.commit();
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("link.csv")));
  EXPECT_EQ(read_file(folder.file("disk/real.csv")), "new");
  // Also one that leads to another one, and from there to nothing yet.
  std::filesystem::create_symlink("fresh.csv", folder.file("disk/second.csv"));
  std::filesystem::create_symlink("disk/second.csv", folder.file("first.csv"));
  OutputFile fresh(folder.file("first.csv"), false);
  put(fresh.path(), "made");
  fresh.commit();
  EXPECT_EQ(read_file(folder.file("disk/fresh.csv")), "made");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("first.csv")));
  std::filesystem::create_symlink("loop", folder.file("loop"));
  EXPECT_EQ(refused_output(folder.file("loop"), true),
            folder.file("loop") + ": is a link that leads to itself");
}

TEST(OutputFile, TwoOfOneNameDoNotMeet) {
  const TemporaryFolder folder;
  OutputFile first(folder.file("a.csv"), true), second(folder.file("a.csv"), true);
  EXPECT_NE(first.path(), second.path());
}

TEST(OutputFile, StandardOutput) {
  OutputFile file("-", false);
  EXPECT_TRUE(file.is_stdout());
  file.commit();
}

TEST(OutputFile, ASignalHandlerCanCleanUp) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    OutputFile file(folder.file("a.gpkg"), false);
    put(file.path(), "half");
    put(file.path() + "-journal", "half");
    ::signal(SIGTERM, [](int) {
      remove_unfinished_outputs();
      ::_exit(7);
    });
    ::raise(SIGTERM);
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(folder.names(), Names{});
}

TEST(OutputFile, AKilledRunLeavesOnlyAHiddenFileAndTheNextRunRemovesIt) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    OutputFile file(folder.file("a.csv"), false);
    put(file.path(), "half");
    put(file.path() + "-journal", "half");
    ::raise(SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(folder.names().size(), 2u);
  EXPECT_EQ(folder.names()[0].front(), '.');
  OutputFile other(folder.file("a.b.csv"), false);
  EXPECT_EQ(folder.names().size(), 2u) << "leavings of another result are not its business";
  OutputFile again(folder.file("a.csv"), false);
  put(again.path(), "whole");
  again.commit();
  EXPECT_EQ(folder.names(), Names{"a.csv"});
  EXPECT_EQ(read_file(folder.file("a.csv")), "whole");
}

TEST(OutputFile, AFileOfALivingProcessIsNoLeaving) {
  const TemporaryFolder folder;
  OutputFile first(folder.file("a.csv"), false);
  put(first.path(), "mine");
  OutputFile second(folder.file("a.csv"), false);
  EXPECT_EQ(read_file(first.path()), "mine");
}

TEST(FillTemplate, FillsParts) {
  EXPECT_EQ(fill_template("out/{scene}_{index}.tif", {{"scene", "LC08"}, {"index", "ndvi"}}),
            "out/LC08_ndvi.tif");
  EXPECT_EQ(fill_template("plain.tif", {{"scene", "LC08"}}), "plain.tif");
}

TEST(FillTemplate, ValuesCannotLeaveTheFolder) {
  EXPECT_EQ(fill_template("{scene}.tif", {{"scene", "../a\tb"}}), ".._a_b.tif");
}

TEST(FillTemplate, RefusesUnknownAndUnclosedParts) {
  const auto message = [](const char* pattern) -> std::string {
    try {
      fill_template(pattern, {{"scene", "s"}, {"date", "d"}});
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return error.what();
    }
    return {};
  };
  EXPECT_EQ(message("{year}.tif"), "'{year}.tif': unknown part {year}; known here: {scene}, {date}");
  EXPECT_EQ(message("{date.tif"), "'{date.tif': '{' is not closed");
}

TEST(FillTemplate, TellsWhetherAPartIsThere) {
  EXPECT_TRUE(has_template("a_{date}.tif", "date"));
  EXPECT_FALSE(has_template("a_date.tif", "date"));
}

}  // namespace
}  // namespace isotherm
