#include "forecast_details.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "isotherm/core/text.h"
#include "isotherm/io/json_writer.h"
#include "isotherm/model/ets_fit.h"

namespace isotherm {

namespace {

/// JSON text on one line: what breaks lines stands between members only.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (text[k] != '\n') {
      line += text[k];
      continue;
    }
    while (k + 1 < text.size() && text[k + 1] == ' ') ++k;
  }
  return line + '\n';
}

/// The fit's way through the series; what regressors explain is in its fitted values, not in its states.
EtsPath path_of(const ContinuedSeries& series) {
  std::vector<double> values(series.values.begin(), series.values.end());
  const std::vector<double>& explained = series.forecast.explained;
  for (std::size_t t = 0; t < explained.size(); ++t) values[t] -= explained[t];
  EtsPath path = ets_path(*series.forecast.fit, values);
  for (std::size_t t = 0; t < explained.size(); ++t) path.fitted[t] += explained[t];
  return path;
}

void write_fit(JsonWriter& json, const EtsFit& fit) {
  json.member("alpha", fit.weights.alpha);
  if (fit.form.has_trend()) json.member("beta", fit.weights.beta);
  if (fit.form.has_season()) json.member("gamma", fit.weights.gamma);
  if (fit.form.damped) json.member("phi", fit.weights.phi);
  json.member("level", fit.level);
  if (fit.form.has_trend()) json.member("trend", fit.trend);
  if (fit.form.has_season()) json.key("season").numbers(fit.season);
  json.member("parameters", static_cast<double>(fit.parameters));
  json.member("variance", fit.variance);
  json.member("log_likelihood", fit.log_likelihood);
  json.member("aicc", fit.aicc());
}

// --- the drawing

constexpr double kWidth = 720, kHeight = 400, kLeft = 64, kRight = 16, kTop = 36, kBottom = 40;
/// Width of a figure in the font used, and what stays free at the edge.
constexpr double kLetter = 7, kEdge = 8;

std::string place(double value) { return fixed_text(value, 1); }

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
    }
  }
  return out;
}

/// A step of 1, 2 or 5 times a power of ten that cuts the range into about five.
double tick_step(double range) {
  const double rough = range / 5;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}

class Drawing {
 public:
  explicit Drawing(const ContinuedSeries& series) : series_(series) {
    const SeriesForecast& forecast = series.forecast;
    history_ = series.values.size();
    steps_ = forecast.mean.size();
    if (forecast.fit) fitted_ = path_of(series).fitted;
    const std::size_t n = series.levels.size();
    for (std::size_t h = 0; h < steps_; ++h) {
      low_.push_back(n > 0 ? forecast.quantiles[h * n] : forecast.mean[h]);
      high_.push_back(n > 0 ? forecast.quantiles[h * n + n - 1] : forecast.mean[h]);
      const auto half = std::ranges::find(series.levels, 0.5);
      middle_.push_back(
          half == series.levels.end()
              ? forecast.mean[h]
              : forecast.quantiles[h * n + static_cast<std::size_t>(half - series.levels.begin())]);
    }
    double least = INFINITY, most = -INFINITY;
    const auto take = [&](std::span<const double> values) {
      for (const double value : values) {
        if (std::isfinite(value)) least = std::min(least, value), most = std::max(most, value);
      }
    };
    take(series.values);
    take(fitted_);
    take(low_);
    take(high_);
    if (!(least <= most)) least = 0, most = 1;
    if (least == most) least -= 0.5, most += 0.5;
    const double margin = 0.05 * (most - least);
    least_ = least - margin;
    most_ = most + margin;
  }

  std::string text() {
    out_ =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 400\" width=\"720\" height=\"400\" "
        "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"720\" height=\"400\" fill=\"white\"/>\n";
    const std::string name = series_.variable + (series_.cell.empty() ? "" : ", " + series_.cell);
    label(kLeft, 20, "start",
          name + (series_.unit.empty() || series_.unit == "1" ? "" : " (" + series_.unit + ")"));
    label(kWidth - kRight, 20, "end", series_.forecast.model);
    axes();
    band();
    line(fitted_, 0, "stroke=\"#888\" stroke-width=\"1\" stroke-dasharray=\"4 3\"");
    line(series_.values, 0, "stroke=\"#333\" stroke-width=\"1.5\"");
    line(middle_, history_, "stroke=\"#c0392b\" stroke-width=\"2\"");
    dots(series_.values, 0, "#333");
    dots(middle_, history_, "#c0392b");
    return out_ + "</svg>\n";
  }

 private:
  double x(std::size_t step) const {
    const double count = static_cast<double>(std::max<std::size_t>(history_ + steps_, 2) - 1);
    return kLeft + (kWidth - kLeft - kRight) * static_cast<double>(step) / count;
  }
  double y(double value) const {
    return kTop + (kHeight - kTop - kBottom) * (most_ - value) / (most_ - least_);
  }

  void label(double at_x, double at_y, const char* anchor, const std::string& words) {
    out_ += "<text x=\"" + place(at_x) + "\" y=\"" + place(at_y) + "\" text-anchor=\"" + anchor + "\">" +
            escaped(words) + "</text>\n";
  }

  void axes() {
    const double step = tick_step(most_ - least_);
    for (double tick = std::ceil(least_ / step) * step; tick <= most_; tick += step) {
      // The tick nearest 0 is 0.
      const double shown = std::fabs(tick) < 1e-9 * step ? 0 : tick;
      out_ += "<line x1=\"" + place(kLeft) + "\" x2=\"" + place(kWidth - kRight) + "\" y1=\"" +
              place(y(tick)) + "\" y2=\"" + place(y(tick)) + "\" stroke=\"#ddd\"/>\n";
      label(kLeft - 6, y(tick) + 4, "end", number_text(std::stod(fixed_text(shown, 12))));
    }
    const std::size_t all = history_ + steps_, every = std::max<std::size_t>(1, (all + 7) / 8);
    for (std::size_t k = 0; k < all && k < series_.labels.size(); k += every) {
      // A label at the edge moves inside.
      const double half = 0.5 * kLetter * static_cast<double>(series_.labels[k].size());
      label(std::clamp(x(k), half + kEdge, kWidth - kEdge - half), kHeight - 16, "middle", series_.labels[k]);
    }
  }

  void band() {
    std::string points;
    for (std::size_t h = 0; h < steps_; ++h) {
      if (std::isfinite(high_[h])) points += place(x(history_ + h)) + "," + place(y(high_[h])) + " ";
    }
    for (std::size_t h = steps_; h-- > 0;) {
      if (std::isfinite(low_[h])) points += place(x(history_ + h)) + "," + place(y(low_[h])) + " ";
    }
    if (!points.empty()) {
      out_ += "<polygon points=\"" + points +
              "\" fill=\"#c0392b\" fill-opacity=\"0.18\" stroke=\"#c0392b\" "
              "stroke-opacity=\"0.35\"/>\n";
    }
  }

  void line(std::span<const double> values, std::size_t first, const std::string& style) {
    std::string path;
    bool down = false;
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (!std::isfinite(values[k])) {
        down = false;
        continue;
      }
      path += (down ? "L" : "M") + place(x(first + k)) + " " + place(y(values[k]));
      down = true;
    }
    if (!path.empty()) out_ += "<path d=\"" + path + "\" fill=\"none\" " + style + "/>\n";
  }

  void dots(std::span<const double> values, std::size_t first, const std::string& colour) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (!std::isfinite(values[k])) continue;
      out_ += "<circle cx=\"" + place(x(first + k)) + "\" cy=\"" + place(y(values[k])) +
              "\" r=\"2.5\" fill=\"" + colour + "\"/>\n";
    }
  }

  const ContinuedSeries& series_;
  std::size_t history_ = 0, steps_ = 0;
  std::vector<double> fitted_, low_, high_, middle_;
  double least_ = 0, most_ = 1;
  std::string out_;
};

}  // namespace

std::string detail_line(const ContinuedSeries& series, bool components) {
  JsonWriter json;
  json.begin_object();
  json.member("cell", series.cell).member("variable", series.variable);
  json.member("first", series.labels.empty() ? std::string() : series.labels.front());
  json.member("observed", static_cast<double>(observed_count(series.values)));
  json.member("model", series.forecast.model).member("reason", series.forecast.reason);
  if (series.forecast.fit) {
    write_fit(json, *series.forecast.fit);
    const std::vector<double>& coefficients = series.forecast.coefficients;
    if (!coefficients.empty()) {
      json.key("regression").begin_object();
      for (std::size_t j = 0; j < coefficients.size(); ++j)
        json.member(series.regressors[j], coefficients[j]);
      json.end();
    }
    if (components) {
      const EtsPath path = path_of(series);
      json.key("fitted").numbers(path.fitted);
      json.key("levels").numbers(path.level);
      if (!path.trend.empty()) json.key("trends").numbers(path.trend);
      if (!path.season.empty()) json.key("seasons").numbers(path.season);
    }
  }
  json.end();
  return on_one_line(json.text());
}

std::string forecast_drawing(const ContinuedSeries& series) { return Drawing(series).text(); }

}  // namespace isotherm
