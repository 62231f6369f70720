#!/usr/bin/env python3
"""Draws cells of a GeoJSON file as an SVG map, one panel per period: the picture of the README.

    scripts/draw_cells.py CELLS.geojson --property lst_c_mean --by year -o map.svg

Needs nothing but Python. Longitudes are shrunk by the cosine of the middle latitude, which is good enough for a
city. Cells without a value are grey.
"""
import argparse
import json
import math

# Nine stops of the inferno colour map (Smith and van der Walt, matplotlib, CC0), dark for cool.
STOPS = ["#000004", "#210c4a", "#57106e", "#8a226a", "#bc3754", "#e45a31", "#f98e09", "#f9cb35", "#fcffa4"]
PANEL, GAP, TOP, LEGEND = 420, 16, 34, 70


def colour(share):
    position = min(max(share, 0.0), 1.0) * (len(STOPS) - 1)
    k = min(int(position), len(STOPS) - 2)
    low, high = (tuple(int(STOPS[k + s][i:i + 2], 16) for i in (1, 3, 5)) for s in (0, 1))
    return "#" + "".join(f"{round(a + (b - a) * (position - k)):02x}" for a, b in zip(low, high))


def rings_of(feature):
    geometry = feature["geometry"]
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [ring for polygon in polygons for ring in polygon]


def projection(features):
    points = [point for feature in features for ring in rings_of(feature) for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = PANEL / max((east - west) * shrink, north - south)
    return lambda p: ((p[0] - west) * shrink * scale, (north - p[1]) * scale)


def panel(features, name, project, low, high, left, title):
    lines = [f'<g transform="translate({left},{TOP})">', f'<text x="0" y="-10" class="title">{title}</text>']
    for feature in features:
        value = feature["properties"][name]
        fill = "#d0d0d0" if value is None else colour((value - low) / (high - low))
        path = "".join("M" + "L".join("%.1f %.1f" % project(p) for p in ring[:-1]) + "Z" for ring in rings_of(feature))
        lines.append(f'<path d="{path}" fill="{fill}" stroke="{fill}"/>')
    return lines + ["</g>"]


def legend(low, high, width, unit):
    y = TOP + PANEL + 18
    lines = []
    for k in range(100):
        lines.append(f'<rect x="{k * 3}" y="{y}" width="3.2" height="14" fill="{colour(k / 99)}"/>')
    for k in range(5):
        value = low + (high - low) * k / 4
        lines.append(f'<text x="{k * 75}" y="{y + 30}" class="tick">{value:.1f}</text>')
    return lines + [f'<text x="{min(310, width - 90)}" y="{y + 12}" class="tick">{unit}</text>']


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells")
    parser.add_argument("--property", required=True)
    parser.add_argument("--by", help="property that parts the panels")
    parser.add_argument("--unit", default="")
    parser.add_argument("-o", "--output", required=True)
    options = parser.parse_args()
    with open(options.cells, encoding="utf-8") as file:
        features = json.load(file)["features"]
    periods = sorted({f["properties"][options.by] for f in features}) if options.by else [None]
    values = sorted(f["properties"][options.property] for f in features if f["properties"][options.property] is not None)
    low, high = values[len(values) // 100], values[-1 - len(values) // 100]  # the middle 98 percent
    project = projection(features)
    width = len(periods) * (PANEL + GAP)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{TOP + PANEL + LEGEND}">',
             "<style>text{font-family:DejaVu Sans,sans-serif;fill:#222}.title{font-size:17px}.tick{font-size:12px}"
             "path{stroke-width:.4}</style>", '<rect width="100%" height="100%" fill="white"/>']
    for k, period in enumerate(periods):
        chosen = [f for f in features if options.by is None or f["properties"][options.by] == period]
        lines += panel(chosen, options.property, project, low, high, k * (PANEL + GAP), "" if period is None else period)
    lines += legend(low, high, width, options.unit) + ["</svg>"]
    with open(options.output, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
