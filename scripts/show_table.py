#!/usr/bin/env python3
"""Prints the first rows of a GeoJSON file as an aligned table.

Run: scripts/show_table.py FILE [rows [column,column,...]]
"""
import json
import sys


def shown(value):
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)[:24]


def main():
    rows_wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    with open(sys.argv[1], encoding="utf-8") as file:
        features = json.load(file)["features"]
    rows = [feature["properties"] for feature in features[:rows_wanted]]
    names = sys.argv[3].split(",") if len(sys.argv) > 3 else list(rows[0] if rows else {})
    lines = [names] + [[shown(row[name]) for name in names] for row in rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(names))]
    for line in lines:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths)))
    print(f"... {len(features)} rows")


if __name__ == "__main__":
    main()
