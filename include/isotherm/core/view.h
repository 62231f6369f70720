// Borrowed and owned planes of float32 pixels over one window. Missing is NaN.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

/// Borrowed plane, row-major, rows `stride` values apart. Trivially copyable, so it crosses to a device.
template <class T>
struct View {
  T* data = nullptr;
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t stride = 0;

  T* row(std::int64_t r) const { return data + r * stride; }
  T& at(std::int64_t c, std::int64_t r) const { return data[r * stride + c]; }
};

/// Owned planes of one window, one plane after the other, each row-major without padding.
class Tile {
 public:
  Tile() = default;
  Tile(Window window, std::size_t planes) { reset(window, planes); }

  /// Takes another shape; values are undefined afterwards. Keeps its memory where it can.
  void reset(Window window, std::size_t planes) {
    window_ = window;
    planes_ = planes;
    values_.resize(static_cast<std::size_t>(window.pixels()) * planes);
  }
  /// The same pixels under other coordinates; the window must have the same width and height.
  void relabel(Window window) { window_ = window; }
  const Window& window() const { return window_; }
  std::size_t planes() const { return planes_; }
  std::size_t plane_size() const { return static_cast<std::size_t>(window_.pixels()); }
  std::span<float> plane(std::size_t k) { return std::span(values_).subspan(k * plane_size(), plane_size()); }
  std::span<const float> plane(std::size_t k) const {
    return std::span(values_).subspan(k * plane_size(), plane_size());
  }
  View<const float> view(std::size_t k) const {
    return {plane(k).data(), window_.width, window_.height, window_.width};
  }

 private:
  Window window_;
  std::size_t planes_ = 0;
  std::vector<float> values_;
};

}  // namespace isotherm
