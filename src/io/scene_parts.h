// Pieces that every way of opening a scene shares: grids, tags of files, notes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isotherm/io/scene_reader.h"
#include "isotherm/spectral/scene.h"
#include "scene_files.h"

namespace isotherm {

/// Adds a note once.
void add_note(Scene& scene, const std::string& text);

/// "blue, green and 2 others" of some names, at most `most` of them.
std::string some_of(const std::vector<std::string>& names, std::size_t most = 6);

/// Title of a canonical band name, empty when unknown.
std::string band_title(std::string_view name);

/// Joins a file's own nodata tag to a published decoding, which has a fill value of its own, and recognises
/// unsigned products kept in Int16. `unsigned16`: the product's numbers are unsigned 16-bit.
void join_file_tags(Decoding& decoding, const BandFacts& facts, bool unsigned16);

/// Forgets the valid range; nodata stays.
void drop_valid_range(Decoding& decoding);

/// Gives the scene its bands: those on the grid that most of them share become `bands` (first come wins a
/// tie), the others `other_bands` with a note. Quality layers on another grid are dropped with a note.
void settle_bands(Scene& scene, std::vector<Band> bands);

/// The same name twice becomes "name", "name_2", ...
void make_names_unique(std::vector<Band>& bands);

/// Supplies `crs` (any text; canonicalised) to a frame that has none.
void supply_crs(Frame& frame, const std::string& crs);

/// Last part of a path (of an address without its query), and the path before it ("." when there is none).
/// Virtual paths use '/' as well.
std::string file_name(std::string_view path);
std::string folder_of(std::string_view path);
/// File name without its last extension (and without ".tar" of ".tar.gz").
std::string stem_of(std::string_view path);

}  // namespace isotherm
