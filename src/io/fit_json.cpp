#include "isotherm/io/fit_json.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/core/rows.h"
#include "isotherm/core/text.h"
#include "isotherm/io/text_file.h"
#include "isotherm/model/model_formula.h"
#include "json_support.h"

namespace isotherm {

namespace {

using JsonValue = nlohmann::json;
using Kind = RecipePart::Kind;

struct KindRow {
  std::string_view name;
  Kind kind;
};
constexpr std::array<KindRow, 4> kKinds{{{"column", Kind::column},
                                         {"function", Kind::function},
                                         {"level", Kind::level},
                                         {"polynomial", Kind::polynomial}}};

constexpr std::size_t kMostColumns = 20000;
constexpr std::size_t kMostParts = 64;
constexpr std::size_t kMostPowers = 20;  // degree of poly()

void write_part(JsonWriter& json, const RecipePart& part) {
  json.begin_object().member("column", part.column);
  for (const KindRow& row : kKinds) {
    if (row.kind == part.kind) json.member("kind", row.name);
  }
  if (part.lagged) json.member("lagged", true);
  if (part.kind == Kind::function) json.member("function", part.function);
  if (part.kind == Kind::function) json.member("centre", part.centre).member("scale", part.scale);
  if (part.kind == Kind::level) json.member("level", part.level);
  if (part.kind == Kind::polynomial) {
    json.member("constant", part.scale).key("steps").begin_array();
    for (const PolynomialStep& step : part.steps)
      json.numbers(std::array<double, 3>{step.centre, step.previous, step.length});
    json.end();
  }
  json.end();
}

void write_effects(JsonWriter& json, const FittedEffects& effects) {
  json.begin_object().member("column", effects.column).member("mean", effects.mean);
  json.key("names").begin_array();
  for (const std::string& name : effects.names) json.value(name);
  json.end();
  json.key("values").numbers(effects.values).end();
}

/// Members of an object, checked; what is wrong is said with the way to it.
class Reader {
 public:
  Reader(const JsonValue& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object.is_object()) fail("is no object");
  }

  std::string text(const char* name) const {
    const JsonValue& value = member(name);
    if (!value.is_string()) fail(std::string(name) + " is no text");
    return value.get<std::string>();
  }
  double number(const char* name) const { return number_of(member(name), name); }
  bool flag(const char* name) const {
    const JsonValue& value = member(name);
    if (!value.is_boolean()) fail(std::string(name) + " is neither true nor false");
    return value.get<bool>();
  }
  bool has(const char* name) const { return object_.contains(name) && !object_[name].is_null(); }
  const JsonValue& list(const char* name, std::size_t most) const {
    const JsonValue& value = member(name);
    if (!value.is_array()) fail(std::string(name) + " is no array");
    if (value.size() > most) fail(std::string(name) + " has more than " + std::to_string(most) + " entries");
    return value;
  }
  std::vector<double> numbers(const char* name, std::size_t size) const {
    return numbers_of(list(name, size), name, size);
  }
  std::vector<double> numbers_of(const JsonValue& values, const std::string& name, std::size_t size) const {
    if (!values.is_array() || values.size() != size)
      fail(name + " should have " + std::to_string(size) + " numbers");
    std::vector<double> result;
    result.reserve(size);
    for (const JsonValue& value : values) result.push_back(number_of(value, name));
    return result;
  }
  std::vector<std::string> texts(const char* name, std::size_t most) const {
    std::vector<std::string> result;
    for (const JsonValue& value : list(name, most)) {
      if (!value.is_string()) fail(std::string(name) + " holds something that is no text");
      result.push_back(value.get<std::string>());
    }
    return result;
  }
  Reader object(const char* name) const { return {member(name), place_ + ", " + name}; }
  const std::string& place() const { return place_; }
  [[noreturn]] void fail(const std::string& why) const { throw Error(ErrorKind::input, place_ + ": " + why); }

 private:
  const JsonValue& member(const char* name) const {
    const auto found = object_.find(name);
    if (found == object_.end()) fail(std::string("lacks ") + name);
    return *found;
  }
  double number_of(const JsonValue& value, const std::string& name) const {
    if (!value.is_number()) fail(name + " is no number");
    const double number = value.get<double>();
    if (!std::isfinite(number)) fail(name + " is not finite");
    return number;
  }

  const JsonValue& object_;
  std::string place_;
};

RecipePart read_part(const Reader& reader) {
  RecipePart part;
  part.column = reader.text("column");
  const std::string kind = reader.text("kind");
  const auto* row =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const KindRow& k) { return k.name == kind; });
  if (row == kKinds.end()) reader.fail("unknown kind '" + kind + "'");
  part.kind = row->kind;
  part.lagged = reader.has("lagged") && reader.flag("lagged");
  if (part.kind == Kind::function) {
    part.function = reader.text("function");
    const auto functions = column_functions();
    if (std::none_of(functions.begin(), functions.end(),
                     [&](const ColumnFunction& f) { return f.name == part.function; }))
      reader.fail("unknown function '" + part.function + "'");
    part.centre = reader.number("centre");
    part.scale = reader.number("scale");
    if (part.scale == 0) reader.fail("scale is 0");
  }
  if (part.kind == Kind::level) part.level = reader.text("level");
  if (part.kind == Kind::polynomial) {
    part.scale = reader.number("constant");
    for (const JsonValue& step : reader.list("steps", kMostPowers)) {
      const std::vector<double> numbers = reader.numbers_of(step, "steps", 3);
      if (numbers[2] == 0) reader.fail("a step of length 0");
      part.steps.push_back({numbers[0], numbers[1], numbers[2]});
    }
  }
  return part;
}

void read_columns(const Reader& reader, FittedModel& model) {
  for (const JsonValue& entry : reader.list("columns", kMostColumns)) {
    const Reader column(entry, reader.place() + ", column " + std::to_string(model.columns.size() + 1));
    model.names.push_back(column.text("name"));
    ColumnRecipe recipe;
    for (const JsonValue& part : column.list("parts", kMostParts))
      recipe.push_back(read_part({part, column.place()}));
    model.columns.push_back(std::move(recipe));
    model.coefficients.push_back(column.number("coefficient"));
  }
}

void read_covariance(const Reader& reader, FittedModel& model) {
  const std::size_t size = model.columns.size() + (model.rho ? 1 : 0);
  model.covariance = square_matrix(size);
  const JsonValue& rows = reader.list("covariance", size);
  if (rows.size() != size) reader.fail("covariance should have " + std::to_string(size) + " rows");
  for (std::size_t i = 0; i < size; ++i) {
    const std::vector<double> row = reader.numbers_of(rows[i], "covariance", size);
    std::copy(row.begin(), row.end(),
              model.covariance.values.begin() + static_cast<std::ptrdiff_t>(i * size));
  }
  model.covariance_kind = reader.text("covariance_kind");
}

void read_effects(const Reader& reader, FittedModel& model) {
  for (const JsonValue& entry : reader.list("effects", 8)) {
    const Reader effects(entry, reader.place() + ", effects");
    FittedEffects result;
    result.column = effects.text("column");
    result.mean = effects.number("mean");
    result.names = effects.texts("names", std::size_t{1} << 31);
    result.values = effects.numbers("values", result.names.size());
    model.effects.push_back(std::move(result));
  }
}

FittedModel read_fitted(const Reader& reader) {
  FittedModel model;
  model.model = reader.text("model");
  model.formula = reader.text("formula");
  model.by = reader.text("by");
  model.period = reader.text("period");
  const Reader response = reader.object("response");
  model.response = read_part(response);
  const Reader weights = reader.object("weights");
  model.weights = {weights.text("spec"), weights.flag("binary"), weights.flag("symmetric")};
  if (reader.has("rho")) model.rho = reader.number("rho");
  if (reader.has("lambda")) model.lambda = reader.number("lambda");
  read_columns(reader, model);
  read_covariance(reader, model);
  model.sigma2 = reader.number("sigma2");
  model.df_residual = reader.number("df_residual");
  model.rows = reader.number("rows");
  read_effects(reader, model);
  return model;
}

std::string title(const FittedModel& model) {
  return model.model + (model.by.empty() ? "" : " of " + model.period);
}

}  // namespace

void write_fitted(JsonWriter& json, const FittedModel& model) {
  json.begin_object().member("model", model.model).member("formula", model.formula);
  json.member("by", model.by).member("period", model.period);
  json.key("response");
  write_part(json, model.response);
  json.key("weights").begin_object().member("spec", model.weights.spec);
  json.member("binary", model.weights.binary).member("symmetric", model.weights.symmetric).end();
  if (model.rho) json.member("rho", *model.rho);
  if (model.lambda) json.member("lambda", *model.lambda);
  json.key("columns").begin_array();
  for (std::size_t j = 0; j < model.columns.size(); ++j) {
    json.begin_object().member("name", model.names[j]).member("coefficient", model.coefficients[j]);
    json.key("parts").begin_array();
    for (const RecipePart& part : model.columns[j]) write_part(json, part);
    json.end().end();
  }
  json.end();
  json.key("covariance").begin_array();
  const std::size_t size = model.covariance.size;
  for (std::size_t i = 0; i < size; ++i)
    json.numbers(std::span(model.covariance.values).subspan(i * size, size));
  json.end().member("covariance_kind", model.covariance_kind);
  json.member("sigma2", model.sigma2).member("df_residual", model.df_residual).member("rows", model.rows);
  json.key("effects").begin_array();
  for (const FittedEffects& effects : model.effects) write_effects(json, effects);
  json.end().end();
}

FitDocument read_fits(const std::string& path) {
  const JsonValue content = parse_json(read_text(path), path);
  const Reader document(content, path);
  if (!document.has("layout") || document.text("layout") != kFitLayout) {
    document.fail("is no result of 'isotherm regress' (its member layout should be " +
                  std::string(kFitLayout) + ")");
  }
  FitDocument result{document.text("formula"), document.text("by"), document.text("id"), {}, {}};
  for (const JsonValue& entry : document.list("fits", 1000000)) {
    const Reader fit(entry, path + ", fit " + std::to_string(result.fits.size() + 1));
    if (!fit.has("apply") && fit.has("local")) {
      const std::string model = fit.text("model");
      if (std::find(result.local.begin(), result.local.end(), model) == result.local.end())
        result.local.push_back(model);
      continue;
    }
    result.fits.push_back(read_fitted(fit.object("apply")));
  }
  return result;
}

const FittedModel& fit_named(const FitDocument& document, const std::string& model,
                             const std::string& period) {
  const bool only_local = model.empty() && document.fits.empty() && !document.local.empty();
  if (only_local || std::find(document.local.begin(), document.local.end(), model) != document.local.end()) {
    throw Error(ErrorKind::usage, "model " + (only_local ? document.local.front() : model) +
                                      " has coefficients of its own for every cell of the fit and cannot be "
                                      "applied to others; they stand in the table that --residuals wrote");
  }
  std::vector<const FittedModel*> found;
  std::vector<std::string> titles, names;
  for (const FittedModel& fit : document.fits) {
    titles.push_back(title(fit));
    names.push_back(fit.model);
    const bool named = model.empty() || fit.model == model;
    const bool served = period.empty() || fit.period == "all" || fit.period == period;
    if (named && served) found.push_back(&fit);
  }
  if (found.size() == 1) return *found.front();
  const std::string name = model.empty() ? "a model" : "'" + model + "'";
  const bool known = std::find(names.begin(), names.end(), model) != names.end();
  const std::string what =
      found.empty() ? "there is no fit of " + name + (period.empty() ? "" : " to " + period)
                    : name + (period.empty() ? "" : " of " + period) + " could be several fits; say which";
  throw Error(ErrorKind::usage,
              what + "; there are " + join(titles, ", ") + (known ? "" : suggestion(model, names)));
}

const FittedModel& fit_asked(const FitDocument& document, const std::string& model, const std::string& asked,
                             const std::string& served) {
  const FittedModel& fit = fit_named(document, model, asked.empty() ? served : asked);
  if (!asked.empty() && fit.period == "all") {
    throw Error(ErrorKind::usage, "--period " + asked + ": model " + fit.model +
                                      " was fitted to all periods together; leave --period out");
  }
  return fit;
}

}  // namespace isotherm
