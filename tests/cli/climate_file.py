#!/usr/bin/env python3
"""Writes a small climate field (NetCDF, classic layout), so that what comes out of it can be worked out by hand.

Run: climate_file.py OUT.nc [NAME=VALUE]...

The temperature of a year, at column c of the grid, is 280 + rate * (c + 1) * (year - first year) in every step of it.
"""
import struct
import sys
from pathlib import Path

DEFAULTS = {
    "calendar": "standard",     # as the file names it
    "since": "1850-01-01",      # where times count from
    "years": "2021-2060",       # whole years, both included
    "step": "month",            # month, day, or year
    "rate": "0.02",             # degrees a year in column 0
    "lat": "-45,45", "lon": "0,90,180,270",
    "name": "tas", "unit": "K", "model": "A", "scenario": "", "time_unit": "days",
    "order": "time,lat,lon",    # of the variable's dimensions
    "bounds": "no",             # yes: steps say their ends, and times are the ends (as of CESM)
    "fill": "",                 # a column without values, by number
    "packed": "no",             # yes: short numbers of 0.01 degrees above 250
    "other": "",                # a further variable of the same dimensions, all zeros
    "without": "",              # a dimension to leave out
    "say_lon": "",              # number of longitudes that the header says (a lie)
}
MONTHS = {"360_day": [30] * 12, "noleap": [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]}
NUMBER, SHORT, TEXT = 6, 3, 2


def leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def months_of(year, calendar):
    lengths = list(MONTHS.get({"365_day": "noleap"}.get(calendar, calendar), MONTHS["noleap"]))
    if calendar in ("standard", "gregorian", "proleptic_gregorian") and leap(year):
        lengths[1] = 29
    return lengths


def steps_of(o):
    """(year, first day, last day) of every step; the count starts at 1 January of a year."""
    first, last = map(int, o["years"].split("-"))
    start = int(o["since"][:4])
    day = sum(sum(months_of(year, o["calendar"])) for year in range(start, first))
    steps = []
    for year in range(first, last + 1):
        lengths = months_of(year, o["calendar"])
        if o["step"] != "month":
            lengths = [sum(lengths)] if o["step"] == "year" else [1] * sum(lengths)
        for length in lengths:
            steps.append((year, day, day + length))
            day += length
    return steps


def text(name):
    raw = name.encode()
    return struct.pack(">i", len(raw)) + raw + b"\0" * (-len(raw) % 4)


def attributes(pairs):
    if not pairs:
        return struct.pack(">ii", 0, 0)
    out = struct.pack(">ii", 12, len(pairs))
    for name, value in pairs:
        out += text(name)
        if isinstance(value, str):
            out += struct.pack(">i", TEXT) + text(value)
        elif isinstance(value, int):
            out += struct.pack(">iih", SHORT, 1, value) + b"\0\0"
        else:
            out += struct.pack(">iid", NUMBER, 1, value)
    return out


def write(path, dimensions, everywhere, variables):
    """variables: (name, dimensions, attributes, kind, values)"""
    names = [name for name, _ in dimensions]
    head = b"CDF\x01" + struct.pack(">i", 0) + struct.pack(">ii", 10, len(dimensions))
    for name, size in dimensions:
        head += text(name) + struct.pack(">i", size)
    head += attributes(everywhere) + struct.pack(">ii", 11, len(variables))
    blobs, rows = [], []
    for name, of, pairs, kind, values in variables:
        blob = struct.pack(f">{len(values)}{'h' if kind == SHORT else 'd'}", *values)
        blobs.append(blob + b"\0" * (-len(blob) % 4))
        rows.append(text(name) + struct.pack(">i", len(of)) + b"".join(struct.pack(">i", names.index(d)) for d in of)
                    + attributes(pairs) + struct.pack(">ii", kind, len(blobs[-1])))
    at = len(head) + sum(len(row) + 4 for row in rows)
    for row, blob in zip(rows, blobs):
        head += row + struct.pack(">i", at)
        at += len(blob)
    Path(path).write_bytes(head + b"".join(blobs))


def main(path, *settings):
    o = DEFAULTS | dict(setting.split("=", 1) for setting in settings)
    if set(o) != set(DEFAULTS):
        sys.exit(f"unknown: {set(o) - set(DEFAULTS)}")
    lat, lon = ([float(x) for x in o[k].split(",")] for k in ("lat", "lon"))
    steps, first = steps_of(o), int(o["years"][:4])
    per_day = {"days": 1, "hours": 24}.get(o["time_unit"], 1)
    bounds = o["bounds"] == "yes"
    times = [per_day * (b if bounds else 0.5 * (a + b)) for _, a, b in steps]
    packed = o["packed"] == "yes"
    fill = -9999 if packed else 1e20

    def value(index):
        if o["fill"] and index.get("lon") == int(o["fill"]):
            return fill
        year = steps[index.get("time", 0)][0]
        kelvin = 280 + float(o["rate"]) * (index.get("lon", 0) + 1) * (year - first)
        return round((kelvin - 250) / 0.01) if packed else kelvin

    sizes = {"time": len(steps), "lat": len(lat), "lon": len(lon)}
    order = [d for d in o["order"].split(",") if d != o["without"]]
    values = [{}]
    for d in order:
        values = [v | {d: k} for v in values for k in range(sizes[d])]
    values = [value(v) for v in values]
    clock = [("units", f"{o['time_unit']} since {o['since']}"), ("calendar", o["calendar"])]
    variables = [("time", ["time"], clock + ([("bounds", "time_bnds")] if bounds else []), NUMBER, times),
                 ("lat", ["lat"], [("units", "degrees_north")], NUMBER, lat),
                 ("lon", ["lon"], [("units", "degrees_east")], NUMBER, lon)]
    pairs = [("units", o["unit"]), ("_FillValue", fill)] + (
        [("scale_factor", 0.01), ("add_offset", 250.0)] if packed else [])
    variables.append((o["name"], order, pairs, SHORT if packed else NUMBER, values))
    if bounds:
        ends = [per_day * end for _, a, b in steps for end in (a, b)]
        variables.append(("time_bnds", ["time", "ends"], [], NUMBER, ends))
    if o["other"]:
        variables.append((o["other"], order, [("units", "mm")], NUMBER, [0.0] * len(values)))
    dimensions = list(sizes.items()) + [("ends", 2)]
    if o["say_lon"]:
        dimensions[2] = ("lon", int(o["say_lon"]))
    named = [(k, v) for k, v in (("model_id", o["model"]), ("experiment_id", o["scenario"])) if v]
    write(path, dimensions, named, variables)


main(*sys.argv[1:])
