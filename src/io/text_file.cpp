#include "isotherm/io/text_file.h"

#include "gdal_support.h"
#include "table_text.h"

namespace isotherm {

std::string read_text(const std::string& path) { return read_text_file(path, std::size_t{1} << 32); }

struct TextOutput::State {
  TextFile file;
};

TextOutput::TextOutput(const std::string& path, const RunContext& context)
    : state_(new State{TextFile(path, context.overwrite)}) {}
TextOutput::TextOutput(TextOutput&&) noexcept = default;
TextOutput::~TextOutput() = default;

void TextOutput::write(std::string_view text) { state_->file.write(text); }
void TextOutput::finish() { state_->file.finish(); }

}  // namespace isotherm
