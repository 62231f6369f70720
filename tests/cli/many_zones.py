#!/usr/bin/env python3
"""Zones at the limit over the sample city: one outline of a million vertices, a hundred thousand zones in a pile.

Run: many_zones.py FOLDER
"""
import math
import random
import sys

EAST, NORTH = 462825, 5699175  # the middle of the sample city, in EPSG:32632


def ring(points):
    return ", ".join(f"{x:.3f} {y:.3f}" for x, y in points + points[:1])


with open(f"{sys.argv[1]}/continent.geojson", "w", encoding="ascii") as out:
    # A wriggling coast about a circle: 10^6 vertices. Coordinates are metres, as --zones-crs says.
    count = 1_000_000
    coast = []
    for k in range(count):
        angle = 2 * math.pi * k / count
        radius = 2_000_000 * (1 + 0.2 * math.sin(5 * angle) + 0.001 * math.sin(40_000 * angle))
        coast.append((EAST + radius * math.cos(angle), NORTH + radius * math.sin(angle)))
    places = ",".join(f"[{x:.3f},{y:.3f}]" for x, y in coast + coast[:1])
    out.write('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
              f'"geometry":{{"type":"Polygon","coordinates":[[{places}]]}}}}]}}\n')

with open(f"{sys.argv[1]}/pile.csv", "w", encoding="ascii") as out:
    chance = random.Random(1)
    out.write("id,wkt\n")
    for k in range(100_000):
        x, y = EAST + chance.uniform(-3000, 3000), NORTH + chance.uniform(-3000, 3000)
        corners = [(x + chance.uniform(500, 2000) * math.cos(a), y + chance.uniform(500, 2000) * math.sin(a))
                   for a in (0.1, 1.5, 2.9, 4.2, 5.3)]
        out.write(f'{k},"POLYGON(({ring(corners)}))"\n')
