#include "isotherm/job/doctor.h"

#include <algorithm>
#include <iostream>
#include <optional>

#include "isotherm/backend/cuda.h"
#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"
#include "isotherm/core/version.h"
#include "isotherm/io/json_writer.h"

namespace isotherm {

namespace {

constexpr double kGibibyte = 1024.0 * 1024 * 1024;

/// A card and how fast it copies, or why there is no reading.
struct CardFinding {
  GpuCard card;
  std::optional<double> bytes_per_second;
  std::string trouble;
};

std::vector<CardFinding> read_cards(const GpuReport& report, std::size_t copied) {
  std::vector<CardFinding> findings;
  for (const GpuCard& card : report.cards) {
    CardFinding& finding = findings.emplace_back(CardFinding{card, {}, {}});
    const std::size_t bytes = std::min(copied, card.free_memory / 8);  // a source and a target of that size
    try {
      if (bytes == 0) throw Error(ErrorKind::no_data, "no free memory to copy");
      finding.bytes_per_second = gpu_copy_bandwidth(card.number, bytes);
    } catch (const Error& error) {
      finding.trouble = error.what();
    }
  }
  return findings;
}

std::string as_text(const GpuReport& report, const std::vector<CardFinding>& cards,
                    const RunContext& context) {
  const auto gib = [](double bytes) { return fixed_text(bytes / kGibibyte, 1) + " GiB"; };
  std::string text = "isotherm " + std::string(version()) + "\n";
  text += "processor: " + std::to_string(context.threads) + " threads, " +
          gib(static_cast<double>(context.memory)) + " of memory for pixels, coverage and caches\n";
  text += "GPU: " +
          (report.trouble.empty() ? "CUDA " + report.runtime + ", driver for CUDA " + report.driver
                                  : "none; " + report.trouble) +
          "\n";
  for (const CardFinding& finding : cards) {
    const GpuCard& card = finding.card;
    text += "  --gpu " + std::to_string(card.number) + ": " + card.name + ", compute capability " +
            card.capability + ", " + gib(static_cast<double>(card.memory)) + ", " +
            gib(static_cast<double>(card.free_memory)) + " free, " +
            (finding.bytes_per_second
                 ? "copies within its memory at " + fixed_text(*finding.bytes_per_second / 1e9, 0) +
                       " GB/s (read and written)"
                 : finding.trouble) +
            "\n";
  }
  for (const BackendRow& row : backends()) {
    const std::string trouble = row.trouble();
    text += "--backend " + std::string(row.name) + ": " +
            (trouble.empty() ? "can be used" : "cannot be used here") + "\n";
  }
  return text;
}

std::string as_json(const GpuReport& report, const std::vector<CardFinding>& cards,
                    const RunContext& context) {
  JsonWriter json;
  json.begin_object().member("version", version()).member("threads", static_cast<double>(context.threads));
  json.member("memory_bytes", static_cast<double>(context.memory));
  json.key("gpu").begin_object().member("cuda", std::string_view(report.runtime));
  json.member("driver_cuda", std::string_view(report.driver))
      .member("trouble", std::string_view(report.trouble));
  json.key("cards").begin_array();
  for (const CardFinding& finding : cards) {
    const GpuCard& card = finding.card;
    json.begin_object()
        .member("number", static_cast<double>(card.number))
        .member("name", std::string_view(card.name));
    json.member("compute_capability", std::string_view(card.capability));
    json.member("memory_bytes", static_cast<double>(card.memory));
    json.member("free_bytes", static_cast<double>(card.free_memory));
    json.member("copy_bytes_per_second", finding.bytes_per_second.value_or(kMissing));
    json.member("trouble", std::string_view(finding.trouble)).end();
  }
  json.end().end().key("backends").begin_array();
  for (const BackendRow& row : backends()) {
    json.begin_object().member("name", row.name).member("available", row.trouble().empty()).end();
  }
  json.end().end();
  return json.text();
}

}  // namespace

void run(const DoctorJob& job, const RunContext& context) {
  const GpuReport report = gpu_report();
  const std::vector<CardFinding> cards = read_cards(report, job.copied);
  std::cout << (job.json ? as_json(report, cards, context) : as_text(report, cards, context)) << std::flush;
  if (!std::cout) throw Error(ErrorKind::output, "doctor: standard output cannot be written");
}

}  // namespace isotherm
