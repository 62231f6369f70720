#!/usr/bin/python3
"""Makes testdata/sample_city: an invented city seen by an invented Landsat 8/9, for tests and demos.

THE DATA ARE MADE. Nothing here was observed; the place, its people and its weather do not exist.

Run:   /usr/bin/python3 scripts/make_sample_city.py [output folder]
Needs: Debian 12 packages python3-numpy and python3-gdal, nothing else.

The seed is fixed and every random field has a stream of its own (named, so that changing one
leaves the others alone); a second run writes the same bytes. README.md of the folder is written by
hand; the rows of its table are what this script prints.

How the scene is made:
 1. A land-cover map on a 10 m grid (centre, suburbs, industry, parks, river, lake, parcels of
    fields, forest, roads, roofs of the building footprints); three such cells make one pixel side,
    so pixels are mixed, as in life. An estate in the north-east exists only from 2022 on.
 2. Every class is a mixture of ten surface materials. The mixture of a field depends on its crop
    (rotated yearly) and on the day; grass yellows in a dry summer. Materials have a reflectance in
    six bands and an excess over the air temperature, so NDVI, NDBI and surface temperature agree.
 3. Surface temperature = air + material excess + heat island, blurred to about 100 m like TIRS.
 4. Clouds, their shadows along the sun's direction, cirrus, fill and saturation are laid on top and
    written into QA_PIXEL and QA_RADSAT with the Collection 2 bits.
 5. Values are coded as USGS codes them. Digital numbers are rounded to a step (SR_STEP, ST_STEP)
    below the noise of the sensor, only to keep the files small.

The dates are 16 (or 8) days apart as the orbit wants, but lie four days off the true cycle of
path 196 row 24: no real product has one of these names.
"""
import json
import math
import re
import sys
import zlib
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy
from osgeo import gdal, osr

gdal.UseExceptions()

SEED = 20240611
SIZE, PIXEL = 256, 30.0            # pixels a side, metres
SPLIT, CELL = 3, 10.0              # land-cover cells per pixel side, metres
LEFT, TOP = 458985.0, 5703015.0    # Landsat: pixel CENTRES are multiples of 30 m
CENTRE_X, CENTRE_Y = 3900.0, 3650.0  # town hall, metres right of and below the corner
BANDS = (2, 3, 4, 5, 6, 7)
SR_MULT, SR_ADD, SR_STEP = 0.0000275, -0.2, 24   # 24 DN = 0.00066 reflectance
ST_MULT, ST_ADD, ST_STEP = 0.00341802, 149.0, 8  # 8 DN = 0.027 K
PATH_ROW = "196024"

# Reflectance in bands 2..7 and surface minus air temperature (K) on a summer morning.
MATERIALS = {
    "leaf": (0.020, 0.043, 0.026, 0.390, 0.155, 0.065, 0.5),
    "grass": (0.034, 0.072, 0.050, 0.370, 0.220, 0.110, 4.5),
    "crop": (0.028, 0.065, 0.038, 0.450, 0.200, 0.090, 2.5),
    "straw": (0.080, 0.125, 0.175, 0.290, 0.340, 0.240, 10.5),
    "soil": (0.070, 0.100, 0.140, 0.200, 0.270, 0.230, 12.0),
    "tile": (0.070, 0.095, 0.145, 0.180, 0.235, 0.210, 13.0),
    "asphalt": (0.078, 0.090, 0.100, 0.116, 0.142, 0.132, 12.5),
    "flat": (0.170, 0.190, 0.205, 0.225, 0.255, 0.235, 14.0),
    "dark": (0.062, 0.072, 0.082, 0.095, 0.125, 0.120, 21.0),
    "water": (0.036, 0.046, 0.024, 0.007, 0.002, 0.001, -4.0),
}
GREEN = [list(MATERIALS).index(name) for name in ("leaf", "grass", "crop")]
SPECTRA = numpy.array(list(MATERIALS.values()))[:, :6]
EXCESS = numpy.array(list(MATERIALS.values()))[:, 6]

# Shares of materials per class. The four crops follow the season instead: see CROPS.
MIXTURES = {
    "cereal": {}, "maize": {}, "beet": {}, "meadow": {},
    "forest": {"leaf": 0.95, "grass": 0.05},
    "park": {"leaf": 0.42, "grass": 0.54, "asphalt": 0.04},
    "suburb": {"leaf": 0.28, "grass": 0.30, "tile": 0.22, "asphalt": 0.20},
    "urban": {"leaf": 0.12, "grass": 0.08, "tile": 0.32, "asphalt": 0.38, "flat": 0.10},
    "dense": {"leaf": 0.01, "grass": 0.01, "tile": 0.36, "asphalt": 0.42, "flat": 0.20},
    "industry": {"grass": 0.12, "soil": 0.18, "asphalt": 0.55, "flat": 0.15},
    "road": {"asphalt": 0.88, "grass": 0.12},
    "residential": {"tile": 0.90, "asphalt": 0.10},          # roofs, named like the building's use
    "office": {"flat": 0.60, "tile": 0.20, "asphalt": 0.20},
    "industrial": {"dark": 0.65, "flat": 0.35},
    "water": {"water": 1.0},
}
CLASSES = list(MIXTURES)
CROP_DAYS = (160, 200, 235)  # days of the year of the three shares below
CROPS = {  # material, its share over the season, and what makes up the rest
    "cereal": ("crop", (0.85, 0.12, 0.02), "straw"),
    "maize": ("crop", (0.25, 0.85, 0.95), "soil"),
    "beet": ("crop", (0.60, 0.92, 0.85), "soil"),
    "meadow": ("grass", (0.97, 0.88, 0.82), "straw"),
}
PLACES = {  # share of blocks with a mapped building, share of offices, lowest height and its spread (m)
    "dense": (1.00, 0.45, 15, 11), "urban": (0.80, 0.18, 10, 8), "suburb": (0.55, 0.03, 6, 4),
    "industry": (1.00, 0.08, 6.5, 7),
}
FIRST_BUILT = CLASSES.index("suburb")   # suburb, urban, dense and industry carry streets and houses
LAST_BUILT = CLASSES.index("industry")
STREET_ANGLES = (0.12, -0.30, 0.42, -0.08)  # one street grid per quarter of the city, radians
BLOCK_LONG, BLOCK_SHORT = 105.0, 80.0       # metres between streets


class Scene(NamedTuple):
    satellite: str
    day: date
    air: float      # deg C at the overpass
    dryness: float  # 0..1
    clouds: float   # share of the image
    cirrus: float   # share of the image
    flaw: str       # what is wrong with it: "", saturated, stripes, edge, no_emissivity


SCENES = (
    Scene("LC08", date(2021, 6, 14), 21.4, 0.00, 0.00, 0.00, ""),
    Scene("LC08", date(2021, 7, 16), 22.9, 0.10, 0.16, 0.00, ""),
    Scene("LC08", date(2022, 6, 17), 23.3, 0.15, 0.03, 0.00, "saturated"),
    Scene("LC09", date(2022, 7, 27), 24.6, 0.45, 0.00, 0.00, "stripes"),
    Scene("LC08", date(2022, 8, 20), 23.8, 0.60, 0.05, 0.00, "edge"),
    Scene("LC08", date(2023, 7, 6), 24.4, 0.20, 0.10, 0.14, "no_emissivity"),
    Scene("LC08", date(2023, 8, 7), 25.2, 0.30, 0.00, 0.00, "saturated"),
)
LAYER_KEYS = {**{f"BAND_{band}": f"SR_B{band}" for band in BANDS}, "BAND_ST_B10": "ST_B10",
              "QUALITY_L2_SURFACE_TEMPERATURE": "ST_QA", "QUALITY_L1_PIXEL": "QA_PIXEL",
              "QUALITY_L1_RADIOMETRIC_SATURATION": "QA_RADSAT"}  # the names that the MTL gives the layers
CLOUD_COLOUR = numpy.array((0.62, 0.62, 0.63, 0.66, 0.50, 0.38))
DISTRICTS = (  # name, sectors of 40 degrees clockwise from the north (none: the ring's inside), people
    ("Altstadt", (), 14200), ("Nordheide", (0, 2), 11800), ("Grünau", (1,), 6900),
    ("Oststadt", (3,), 8100), ("Werkhafen", (4,), 2400), ("Südfeld", (5,), 7700),
    ("Seeufer", (6,), 5200), ("Weißenbruch", (7,), 9300), ("Lindenhof", (8,), 8800),
)
ENCLAVE = {"name": "Klosterinsel", "sector": 7, "distance": 2050, "radius": 340, "people": 1500}


# ---------------------------------------------------------------- random fields

def stream(name):
    """A random stream of its own for every purpose. RandomState is frozen, so it never changes."""
    return numpy.random.RandomState([SEED, zlib.crc32(name.encode())])


def blur(field, sigma):
    radius = int(3 * sigma + 0.5)
    kernel = numpy.exp(-0.5 * (numpy.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    for _ in range(2):  # down the rows, turn, down the rows, turn back
        padded = numpy.pad(field, ((radius, radius), (0, 0)), mode="reflect")
        field = sum(weight * padded[k:k + len(field)] for k, weight in enumerate(kernel)).T
    return field


def noise(name, size, sigma):
    field = blur(stream(name).standard_normal((size, size)), sigma)
    return (field - field.mean()) / field.std()


# ---------------------------------------------------------------- the city

def rotated(x, y, angle):
    return (x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle))


def inside_box(x, y, middle, half_size, angle):
    along, across = rotated(x - middle[0], y - middle[1], angle)
    return (abs(along) < half_size[0]) & (abs(across) < half_size[1])


def quarter(x, y):
    return 2 * (x > CENTRE_X) + (y > CENTRE_Y)


def river_distance(x, y):
    middle = 4350 + 520 * numpy.sin(x / 1150 + 0.4) + 170 * numpy.sin(x / 420 + 1.0)
    slope = 520 / 1150 * numpy.cos(x / 1150 + 0.4) + 170 / 420 * numpy.cos(x / 420 + 1.0)
    return abs(y - middle) / numpy.hypot(1, slope)


def parcels(x, y):
    """A number for every field parcel: strips of differing length, in two directions."""
    turn = noise("parcel direction", x.shape[0], 70) > 0
    along = numpy.where(turn, rotated(x, y, 0.35)[0], rotated(x, y, -0.5)[0])
    across = numpy.where(turn, rotated(x, y, 0.35)[1], rotated(x, y, -0.5)[1])
    strip = numpy.floor(along / 240).astype(int) + 100 + 200 * turn
    random = stream("parcel sizes")
    length, start = 250 + 260 * random.rand(400), 400 * random.rand(400)
    return (strip * 61 + numpy.floor((across + start[strip]) / length[strip]).astype(int)) % 4096


def estate_area(x, y):
    return inside_box(x, y, (6250, 1750), (520, 330), 0.42)


def settlement(x, y):
    """Class map without crops: open land stays at 0, later replaced by one of the classes 0..3."""
    side = x.shape[0]
    wobble = noise("city outline", side, 28) + 0.22 * noise("ragged edge", side, 4)
    distance = numpy.hypot((x - CENTRE_X) / 1.18, y - CENTRE_Y) + 190 * wobble
    cover = numpy.zeros(x.shape, int)

    def paint(where, name):
        cover[where] = CLASSES.index(name)

    woods = noise("woods", side, 34) + 0.12 * noise("edge of the woods", side, 4)
    paint(woods - (y - 2200) / 9000 > 0.95, "forest")
    for village in ((850, 1500, 300), (6950, 6500, 360)):
        paint(numpy.hypot(x - village[0], y - village[1]) + 70 * wobble < village[2], "suburb")
    for limit, name in ((2330, "suburb"), (1480, "urban"), (760, "dense")):
        paint(distance < limit, name)
    paint(inside_box(x, y, (5900, 4950), (760, 420), 0.30), "industry")
    paint(inside_box(x, y, (3350, 6080), (560, 270), -0.15), "industry")
    paint(estate_area(x, y), "industry")
    green = noise("small parks", side, 11)
    paint((green > 2.0) & (cover >= FIRST_BUILT) & (cover < LAST_BUILT), "park")
    paint(numpy.hypot((x - 3050) / 1.7, y - 2850) + 45 * wobble < 300, "park")
    streets = numpy.zeros(x.shape, bool)
    for number, angle in enumerate(STREET_ANGLES):
        along, across = rotated(x, y, angle)
        grid = (along % BLOCK_LONG < 10) | (across % BLOCK_SHORT < 10)
        streets |= grid & (quarter(x, y) == number)
    paint(streets & (cover >= FIRST_BUILT) & (cover <= LAST_BUILT), "road")
    paint((river_distance(x, y) < 95) & (distance > 900), "park")  # green banks
    lake = numpy.hypot((x - 1800) / 1.55, y - 5650) + 60 * wobble
    paint(lake < 430, "park")
    paint((lake < 360) | (river_distance(x, y) < 48), "water")
    paint(roads(x, y), "road")
    return cover


def roads(x, y):
    """Avenues along the borders of the quarters, four curved radials, a ring and a motorway."""
    radius = numpy.hypot(x - CENTRE_X, y - CENTRE_Y)
    found = (abs(x - CENTRE_X) < 10) | (abs(y - CENTRE_Y) < 10) & (abs(x - CENTRE_X) < 2900)
    for angle in (0.75, 2.25, 3.85, 5.35):
        along, across = rotated(x - CENTRE_X, y - CENTRE_Y, angle)
        found |= (along > 0) & (abs(across + 90 * numpy.sin(along / 900)) < 8)
    found |= abs(radius - 1350 - 60 * numpy.sin(x / 700)) < 10
    found |= abs(numpy.hypot(x - 1500, y + 9000) - 15950) < 19
    return found


def building_shape(random, use, corner):
    """Corners in street coordinates, and sample points 4 m apart inside. Some are L-shaped."""
    longest = {"residential": 44, "office": 62, "industrial": 82}[use]
    length = longest * (0.65 + 0.35 * random.rand())
    width = min(length * (0.35 + 0.35 * random.rand()), BLOCK_SHORT - 22)
    left, top = corner[0] + 12 + 6 * random.rand(), corner[1] + 12 + 3 * random.rand()
    along, across = numpy.meshgrid(numpy.arange(2, length, 4), numpy.arange(2, width, 4))
    keep = numpy.ones(along.shape, bool)
    outline = [(0, 0), (length, 0), (length, width), (0, width)]
    if random.rand() < 0.35:
        step_x, step_y = 0.45 * length, 0.5 * width
        outline[2:3] = [(length, step_y), (step_x, step_y), (step_x, width)]
        keep = (along < step_x) | (across < step_y)
    return ([(left + a, top + b) for a, b in outline], left + along[keep], top + across[keep])


def building_properties(random, place, radius):
    _, offices, lowest, spread = PLACES[place]
    use = "office" if random.rand() < offices else "industrial" if place == "industry" else "residential"
    height = lowest + spread * random.rand() + 4 * math.exp(-(radius / 700) ** 2)
    if place == "dense" and random.rand() < 0.08:
        height += 24 * random.rand()
    floors = 1 + int(height > 10) if use == "industrial" else max(1, round(height / 3.2))
    unknown = random.rand()  # cadastres have gaps: no height, or neither height nor floors
    return {"use": use, "height": None if unknown < 0.07 else round(height, 1),
            "floors": None if unknown < 0.03 else floors}


def add_buildings(cover):
    """Footprints along the streets; their roofs are painted into the class map."""
    random, found, bare = stream("buildings"), [], cover.copy()
    reach = int(SIZE * PIXEL * 1.5 / BLOCK_SHORT)  # the grids are turned, so look beyond the image
    for number, i, j in product(range(4), range(-reach, reach), range(-reach, reach)):
        angle, corner = STREET_ANGLES[number], (i * BLOCK_LONG, j * BLOCK_SHORT)
        x, y = rotated(corner[0] + BLOCK_LONG / 2, corner[1] + BLOCK_SHORT / 2, -angle)
        if not (0 < x < SIZE * PIXEL and 0 < y < SIZE * PIXEL) or quarter(x, y) != number:
            continue
        place = CLASSES[bare[int(y / CELL), int(x / CELL)]]
        if place not in PLACES or random.rand() > PLACES[place][0]:
            continue
        properties = building_properties(random, place, math.hypot(x - CENTRE_X, y - CENTRE_Y))
        outline, along, across = building_shape(random, properties["use"], corner)
        x, y = rotated(along, across, -angle)
        row, column = (numpy.clip((value / CELL).astype(int), 0, SIZE * SPLIT - 1) for value in (y, x))
        # Not across a street, a park, the river or the border of two street grids.
        if (bare[row, column] == CLASSES.index(place)).all() and (quarter(x, y) == number).all():
            cover[row, column] = CLASSES.index(properties["use"])
            corners = [rotated(a, b, -angle) for a, b in outline]
            found.append(({"id": len(found) + 1, **properties}, [[corners]]))
    return found


def make_city():
    """Class shares per pixel for each year, the vigour of fields, and the buildings."""
    y, x = (numpy.mgrid[0:SIZE * SPLIT, 0:SIZE * SPLIT] + 0.5) * CELL
    cover = settlement(x, y)
    buildings = add_buildings(cover)
    parcel, shares = parcels(x, y), {}
    for year in sorted({scene.day.year for scene in SCENES}):
        crop = stream(f"crops {year}").choice(4, 4096, p=(0.36, 0.27, 0.15, 0.22))[parcel]
        here = numpy.where(estate_area(x, y), 0, cover) if year < 2022 else cover
        here = numpy.where(here == 0, crop, here)
        shares[year] = pixel_means(numpy.eye(len(CLASSES))[here])
    vigour = pixel_means(stream("vigour").standard_normal(4096)[parcel])
    return shares, vigour, buildings


def pixel_means(field):
    return field.reshape((SIZE, SPLIT, SIZE, SPLIT) + field.shape[2:]).mean(axis=(1, 3))


# ---------------------------------------------------------------- one scene

def sun_position(day):
    """Azimuth and elevation in degrees at 10:21 UTC, good to about a degree."""
    latitude, hour_angle = math.radians(51.45), math.radians(-16.0)
    tilt = math.radians(23.44) * math.sin(2 * math.pi * (day.timetuple().tm_yday - 81) / 365.25)
    height = math.asin(math.sin(latitude) * math.sin(tilt)
                       + math.cos(latitude) * math.cos(tilt) * math.cos(hour_angle))
    azimuth = math.atan2(-math.cos(tilt) * math.sin(hour_angle),
                         (math.sin(tilt) - math.sin(height) * math.sin(latitude)) / math.cos(latitude))
    return math.degrees(azimuth), math.degrees(height)


def material_shares(class_shares, vigour, scene, name):
    """What every pixel consists of on that day: class shares times the mixtures of the classes."""
    table = numpy.zeros((len(CLASSES), len(MATERIALS)))
    column = {material: k for k, material in enumerate(MATERIALS)}
    for row, (kind, mixture) in enumerate(MIXTURES.items()):
        for material, share in mixture.items():
            table[row, column[material]] = share
        if kind in CROPS:
            green, season, rest = CROPS[kind]
            share = numpy.interp(scene.day.timetuple().tm_yday, CROP_DAYS, season)
            table[row, column[green]] += share
            table[row, column[rest]] += 1 - share
    yellow = 0.55 * scene.dryness * table[:, column["grass"]]  # grass suffers first, trees have deep roots
    table[:, column["grass"]] -= yellow
    table[:, column["straw"]] += yellow
    shares = class_shares @ table
    # Patchy vegetation: green gives way to what else lies in the pixel, and back.
    patches = 0.10 * noise("patches", SIZE, 1.2) + 0.09 * noise("broad patches", SIZE, 6)
    patches = patches + 0.03 * noise(name + " patches", SIZE, 2) + 0.09 * vigour
    green = shares[..., GREEN].sum(axis=2)
    changed = numpy.clip(green * (1 + patches * (1 - green)), 0, 0.995)
    ratio = numpy.repeat(((1 - changed) / numpy.maximum(1 - green, 0.005))[..., None], len(MATERIALS), 2)
    ratio[..., GREEN] = (changed / numpy.maximum(green, 0.005))[..., None]
    return shares * ratio


def ground(class_shares, vigour, scene, name):
    """Reflectance and temperature of the ground without any sky in between."""
    shares = material_shares(class_shares, vigour, scene, name)
    bright = 1 + 0.035 * noise("brightness", SIZE, 1) + 0.02 * noise("broad brightness", SIZE, 5)
    reflectance = (shares @ SPECTRA) * bright[..., None]
    for k in range(len(BANDS)):
        reflectance[..., k] += 0.0012 * noise(f"{name} band {k}", SIZE, 0.6)
    y, x = (numpy.mgrid[0:SIZE, 0:SIZE] + 0.5) * PIXEL
    island = 2.2 * numpy.exp(-(numpy.hypot(x - CENTRE_X, y - CENTRE_Y) / 2100) ** 2)
    kelvin = 273.15 + scene.air + shares @ EXCESS * (1 + 0.15 * scene.dryness) + island
    kelvin = kelvin + 0.35 * noise("relief", SIZE, 22) + 0.25 * noise(name + " wind", SIZE, 14)
    kelvin = blur(kelvin + 0.9 * noise("roofs", SIZE, 1), 1.4)  # 100 m TIRS cells
    return reflectance, kelvin + 0.06 * noise(name + " thermal", SIZE, 1)


def sky(scene, name):
    """Opacity of clouds, depth of their shadows, and opacity of cirrus, each 0..1."""
    border = 40  # clouds beyond the image throw shadows into it
    side = SIZE + 2 * border
    opacity = numpy.zeros((side, side))
    if scene.clouds:
        field = noise(name + " clouds", side, 9) + 0.45 * noise(name + " cloud edges", side, 2.5)
        rim = numpy.quantile(field[border:-border, border:-border], 1 - scene.clouds)
        opacity = numpy.clip((field - rim) / 0.5 + 0.3, 0, 1)
    azimuth, elevation = (math.radians(angle) for angle in sun_position(scene.day))
    length = 950.0 / math.tan(elevation) / PIXEL  # cloud base at 950 m
    down, right = round(length * math.cos(azimuth)), round(-length * math.sin(azimuth))
    shadow = blur(numpy.roll(opacity, (down, right), (0, 1)), 0.8)
    middle = slice(border, -border)
    cirrus = numpy.zeros((SIZE, SIZE))
    if scene.cirrus:
        field = noise(name + " cirrus", SIZE, 20) + 0.2 * noise(name + " cirrus threads", SIZE, 4)
        cirrus = numpy.clip((field - numpy.quantile(field, 1 - scene.cirrus)) / 1.2 + 0.25, 0, 1)
    return opacity[middle, middle], shadow[middle, middle], cirrus


def missing(flaw):
    """Pixels of fill: lost lines across the image, or the land beyond the edge of the swath."""
    row, column = numpy.mgrid[0:SIZE, 0:SIZE]
    if flaw == "stripes":
        return (row + column // 6) % 37 < 2
    if flaw == "edge":
        return column + 0.55 * row > 330
    return numpy.zeros((SIZE, SIZE), bool)


def quality(cloud, dilated, shadow, cirrus, water, fill):
    """QA_PIXEL: bits 8, 10, 12 and 14 say 'low confidence' unless the pair is raised to 'high'."""
    bits = numpy.full(cloud.shape, 0x5500, numpy.uint16)
    for mask, value in ((dilated, 1 << 1), (cirrus, 1 << 2 | 1 << 15), (cloud, 1 << 3 | 1 << 9),
                        (shadow, 1 << 4 | 1 << 11), (~(cloud | dilated), 1 << 6), (water & ~cloud, 1 << 7)):
        bits[mask] |= value
    bits[fill] = 1
    return bits


def make_scene(scene, city):
    """All layers of one scene as arrays of digital numbers, and its figures for README.md."""
    name, flaw = product_name(scene), scene.flaw
    shares, vigour, _ = city
    class_shares = shares[scene.day.year]
    reflectance, kelvin = ground(class_shares, vigour, scene, name)
    opacity, shade, veil = sky(scene, name)
    cloud, fill = opacity > 0.3, missing(flaw)
    dilated = (blur(cloud.astype(float), 2) > 0.04) & ~cloud
    shadow = (shade > 0.25) & ~cloud
    cirrus = (veil > 0.25) & ~cloud
    reflectance = reflectance * (1 - shade[..., None] * (0.45, 0.48, 0.52, 0.55, 0.58, 0.60))
    reflectance = reflectance + veil[..., None] * (0.045, 0.042, 0.040, 0.038, 0.020, 0.012)
    reflectance += opacity[..., None] * (CLOUD_COLOUR - reflectance)
    reflectance *= 1 + 0.08 * (opacity * noise(name + " cloud light", SIZE, 3))[..., None]
    thick = blur(opacity, 1.4)
    kelvin = kelvin - 4.0 * blur(shade, 1.4) - 5.0 * blur(veil, 1.4)
    kelvin += thick * (276.0 + 3.0 * noise(name + " cloud tops", SIZE, 5) - kelvin)
    doubt = 1.7 + 0.15 * noise(name + " doubt", SIZE, 12) + 4.5 * blur(opacity, 7) + 1.2 * veil
    layers = {f"SR_B{band}": coded(reflectance[..., k], SR_MULT, SR_ADD, SR_STEP, fill)
              for k, band in enumerate(BANDS)}
    no_heat = fill.copy()
    if flaw == "no_emissivity":  # as where the emissivity map has a gap: QA_PIXEL does not tell
        no_heat[196:214, 30:52] = True
    layers["ST_B10"] = coded(kelvin, ST_MULT, ST_ADD, ST_STEP, no_heat)
    layers["ST_QA"] = numpy.where(no_heat, -9999, numpy.rint(doubt / 0.05) * 5).astype(numpy.int16)
    water = class_shares[..., CLASSES.index("water")] > 0.5
    layers["QA_PIXEL"] = quality(cloud, dilated, shadow, cirrus, water, fill)
    layers["QA_RADSAT"] = numpy.zeros((SIZE, SIZE), numpy.uint16)
    if flaw == "saturated":
        saturate(layers, class_shares)
    return layers, figures(layers, cloud, fill)


def figures(layers, cloud, fill):
    """Cloud, fill and clear share in percent, mean deg C and mean NDVI, from the coded layers."""
    clear = (layers["QA_PIXEL"] & 0b11111 == 0) & (layers["ST_B10"] > 0) & (layers["QA_RADSAT"] == 0)
    kelvin = layers["ST_B10"][clear] * ST_MULT + ST_ADD
    red, near = (layers[key][clear] * SR_MULT + SR_ADD for key in ("SR_B4", "SR_B5"))
    return (100 * cloud[~fill].mean(), 100 * fill.mean(), 100 * clear.mean(), kelvin.mean() - 273.15,
            ((near - red) / (near + red)).mean())


def saturate(layers, class_shares):
    """Sun glint on seven of the fullest hall roofs: top value, and bit (band - 1) in QA_RADSAT."""
    halls = class_shares[..., CLASSES.index("industrial")].ravel()
    for rank, place in enumerate(numpy.argsort(-halls, kind="stable")[:210:30]):
        for band in BANDS[:2 + rank % 4]:
            layers[f"SR_B{band}"].flat[place] = 65535
            layers["QA_RADSAT"].flat[place] |= 1 << (band - 1)


def coded(values, mult, add, step, fill):
    numbers = numpy.rint((values - add) / mult / step) * step
    return numpy.where(fill, 0, numpy.clip(numbers, 1, 65535)).astype(numpy.uint16)


# ---------------------------------------------------------------- files

def product_name(scene, level="L2SP"):
    made = scene.day + timedelta(days=8)
    return f"{scene.satellite}_{level}_{PATH_ROW}_{scene.day:%Y%m%d}_{made:%Y%m%d}_02_T1"


def transformer(source, target):
    systems = [osr.SpatialReference(), osr.SpatialReference()]
    for system, code in zip(systems, (source, target)):
        system.ImportFromEPSG(code)
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return osr.CoordinateTransformation(*systems)


def write_raster(path, array):
    kind = gdal.GDT_Int16 if array.dtype == numpy.int16 else gdal.GDT_UInt16
    options = ["TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "COMPRESS=DEFLATE", "PREDICTOR=2", "ZLEVEL=9"]
    raster = gdal.GetDriverByName("GTiff").Create(str(path), SIZE, SIZE, 1, kind, options)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32632)
    raster.SetMetadataItem("AREA_OR_POINT", "Point")  # as in the USGS files; GDAL moves the origin itself
    raster.SetProjection(reference.ExportToWkt())
    raster.SetGeoTransform((LEFT, PIXEL, 0, TOP, 0, -PIXEL))
    band = raster.GetRasterBand(1)
    if "QA_" not in path.name.replace("ST_QA", ""):  # bit fields carry no tag
        band.SetNoDataValue(-9999 if kind == gdal.GDT_Int16 else 0)
    band.WriteArray(array)
    raster = band = None


def per_band(key, values):
    values = [values] * len(BANDS) if isinstance(values, str) else values
    return {f"{key}_BAND_{band}": value for band, value in zip(BANDS, values)}


def metadata(scene, layers, cloud_cover):
    """The MTL groups, afresh. As in the real file the Level-1 groups repeat keys with other values."""
    name, level1 = product_name(scene), product_name(scene, "L1TP")
    azimuth, elevation = sun_position(scene.day)
    anomaly = math.radians(0.9856 * (scene.day.timetuple().tm_yday - 4))
    origin = {"ORIGIN": "Made by scripts/make_sample_city.py of isotherm; invented, not an observation"}
    tier = {"COLLECTION_CATEGORY": "T1", "OUTPUT_FORMAT": "GEOTIFF"}
    level2 = {"LANDSAT_PRODUCT_ID": name, "PROCESSING_LEVEL": "L2SP"}
    saturated = ["Y" if (layers["QA_RADSAT"] >> (band - 1) & 1).any() else "N" for band in BANDS]
    first, second = ("774.8853", "1321.0789") if scene.satellite == "LC08" else ("799.0284", "1329.2405")
    return {
        "PRODUCT_CONTENTS": {
            **origin, **level2, "COLLECTION_NUMBER": "02", **tier,
            **{f"FILE_NAME_{key}": f"{name}_{layer}.TIF" for key, layer in LAYER_KEYS.items()},
            "FILE_NAME_METADATA_ODL": f"{name}_MTL.txt",
            **{f"DATA_TYPE_{key}": layers[layer].dtype.name.upper() for key, layer in LAYER_KEYS.items()}},
        "IMAGE_ATTRIBUTES": {
            "SPACECRAFT_ID": f"LANDSAT_{int(scene.satellite[2:])}", "SENSOR_ID": "OLI_TIRS", "WRS_TYPE": "2",
            "WRS_PATH": "196", "WRS_ROW": "24", "DATE_ACQUIRED": str(scene.day),
            "SCENE_CENTER_TIME": "10:21:00.0000000Z", "CLOUD_COVER": f"{cloud_cover:.2f}",
            "CLOUD_COVER_LAND": f"{cloud_cover:.2f}", **per_band("SATURATION", saturated),
            "SUN_AZIMUTH": f"{azimuth:.8f}", "SUN_ELEVATION": f"{elevation:.8f}",
            "EARTH_SUN_DISTANCE": f"{1 - 0.01672 * math.cos(anomaly):.7f}"},
        "PROJECTION_ATTRIBUTES": projection_attributes(),
        "LEVEL2_PROCESSING_RECORD": {**origin, **level2, "PROCESSING_SOFTWARE_VERSION": "make_sample_city"},
        "LEVEL2_SURFACE_REFLECTANCE_PARAMETERS": {
            **per_band("REFLECTANCE_MAXIMUM", "1.602213"), **per_band("REFLECTANCE_MINIMUM", "-0.199972"),
            **per_band("QUANTIZE_CAL_MAX", "65535"), **per_band("QUANTIZE_CAL_MIN", "1"),
            **per_band("REFLECTANCE_MULT", "2.75e-05"), **per_band("REFLECTANCE_ADD", "-0.2")},
        "LEVEL2_SURFACE_TEMPERATURE_PARAMETERS": {
            "TEMPERATURE_MAXIMUM_BAND_ST_B10": "372.999941", "TEMPERATURE_MINIMUM_BAND_ST_B10": "149.003418",
            "QUANTIZE_CAL_MAXIMUM_BAND_ST_B10": "65535", "QUANTIZE_CAL_MINIMUM_BAND_ST_B10": "1",
            "TEMPERATURE_MULT_BAND_ST_B10": "0.00341802", "TEMPERATURE_ADD_BAND_ST_B10": "149.0"},
        "LEVEL1_PROCESSING_RECORD": {
            **origin, "LANDSAT_PRODUCT_ID": level1, "PROCESSING_LEVEL": "L1TP", **tier,
            **per_band("FILE_NAME", [f"{level1}_B{band}.TIF" for band in BANDS])},
        "LEVEL1_MIN_MAX_REFLECTANCE": {
            **per_band("REFLECTANCE_MAXIMUM", "1.210700"), **per_band("REFLECTANCE_MINIMUM", "-0.099980")},
        "LEVEL1_RADIOMETRIC_RESCALING": {
            "RADIANCE_MULT_BAND_10": "3.3420E-04" if scene.satellite == "LC08" else "3.8000E-04",
            "RADIANCE_ADD_BAND_10": "0.10000",
            **per_band("REFLECTANCE_MULT", "2.0000E-05"), **per_band("REFLECTANCE_ADD", "-0.100000")},
        "LEVEL1_THERMAL_CONSTANTS": {"K1_CONSTANT_BAND_10": first, "K2_CONSTANT_BAND_10": second},
    }


def projection_attributes():
    """Corners are the centres of the corner pixels, as in the real file."""
    to_degrees, span = transformer(32632, 4326), (SIZE - 1) * PIXEL
    found = {"MAP_PROJECTION": "UTM", "DATUM": "WGS84", "ELLIPSOID": "WGS84", "UTM_ZONE": "32"}
    for part in ("REFLECTIVE", "THERMAL"):
        found |= {f"GRID_CELL_SIZE_{part}": "30.00", f"{part}_LINES": str(SIZE), f"{part}_SAMPLES": str(SIZE)}
    found["ORIENTATION"] = "NORTH_UP"
    for corner in ("UL", "UR", "LL", "LR"):
        x = LEFT + PIXEL / 2 + span * (corner[1] == "R")
        y = TOP - PIXEL / 2 - span * (corner[0] == "L")
        longitude, latitude, _ = to_degrees.TransformPoint(x, y)
        for key, value in (("LAT", f"{latitude:.5f}"), ("LON", f"{longitude:.5f}"),
                           ("PROJECTION_X", f"{x:.3f}"), ("PROJECTION_Y", f"{y:.3f}")):
            found[f"CORNER_{corner}_{key}_PRODUCT"] = value
    return found


def write_metadata(stem, groups):
    Path(f"{stem}_MTL.json").write_text(json.dumps({"LANDSAT_METADATA_FILE": groups}))
    plain = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?|\d{4}-\d\d-\d\d(T[\d:]+Z)?")  # numbers and dates
    lines = ["GROUP = LANDSAT_METADATA_FILE"]
    for group, entries in groups.items():
        lines.append(f"  GROUP = {group}")
        for key, value in entries.items():
            lines.append(f"    {key} = {value}" if plain.fullmatch(value) else f'    {key} = "{value}"')
        lines.append(f"  END_GROUP = {group}")
    Path(f"{stem}_MTL.txt").write_text("\n".join(lines + ["END_GROUP = LANDSAT_METADATA_FILE", "END", ""]))


def ring_degrees(points, to_degrees, outer):
    """RFC 7946: closed, longitude first, outer rings counter-clockwise and holes clockwise."""
    degrees = [to_degrees.TransformPoint(LEFT + x, TOP - y)[:2] for x, y in points]
    ring = [[round(value, 6) for value in point] for point in degrees]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1]))
    ring = ring if (area > 0) == outer else ring[::-1]
    return ring + ring[:1]


def write_features(path, features):
    """features: properties and a list of polygons, each a list of rings in city metres."""
    to_degrees, lines = transformer(32632, 4326), []
    for properties, polygons in features:
        shape = [[ring_degrees(ring, to_degrees, ring is rings[0]) for ring in rings] for rings in polygons]
        single = len(shape) == 1
        kind = "Polygon" if single else "MultiPolygon"
        geometry = {"type": kind, "coordinates": shape[0] if single else shape}
        feature = {"type": "Feature", "properties": properties, "geometry": geometry}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    head = f'{{"type":"FeatureCollection","name":"{path.stem}","features":[\n'
    path.write_text(head + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def polar(degrees, radius):
    angle = math.radians(degrees)  # clockwise from the north
    return (CENTRE_X + radius * math.sin(angle), CENTRE_Y - radius * math.cos(angle))


def limit_point(degrees):
    stretch = 300 * math.cos(2 * math.radians(degrees - 48)) + 45 * math.sin(11 * math.radians(degrees))
    return polar(degrees, 3250 + stretch)  # long enough to hold the lake and the estate


def ring_point(degrees):
    return polar(degrees, 1120 + 80 * math.sin(3 * math.radians(degrees)))


def enclave_ring():
    (x, y), radius = polar(40 * ENCLAVE["sector"], ENCLAVE["distance"]), ENCLAVE["radius"]
    turns = [k * math.pi / 8 for k in range(16)]
    return [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]


def district_polygons(sectors):
    """Sectors between the inner ring and the city limits; without sectors the inside of the ring."""
    found = [] if sectors else [[[ring_point(angle) for angle in range(0, 360, 5)]]]
    for sector in sectors:
        angles = [angle % 360 for angle in range(40 * sector - 20, 40 * sector + 21, 5)]
        outline = [limit_point(angle) for angle in angles] + [ring_point(angle) for angle in reversed(angles)]
        found.append([outline, enclave_ring()] if sector == ENCLAVE["sector"] else [outline])
    return found


def write_vectors(folder, buildings):
    shapes = [(name, people, district_polygons(sectors)) for name, sectors, people in DISTRICTS]
    shapes.append((ENCLAVE["name"], ENCLAVE["people"], [[enclave_ring()]]))
    districts = [({"id": k + 1, "name": name, "population": people}, polygons)
                 for k, (name, people, polygons) in enumerate(shapes)]
    limits = [[[limit_point(angle) for angle in range(0, 360, 5)]]]
    write_features(folder / "buildings.geojson", buildings)
    write_features(folder / "districts.geojson", districts)
    write_features(folder / "boundary.geojson", [({"name": "Wärmingen"}, limits)])


def main():
    folder = Path(__file__).resolve().parent.parent / "testdata" / "sample_city"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else folder
    city = make_city()
    for scene in SCENES:
        layers, numbers = make_scene(scene, city)
        name = product_name(scene)
        (folder / name).mkdir(parents=True, exist_ok=True)
        for layer, array in layers.items():
            write_raster(folder / name / f"{name}_{layer}.TIF", array)
        write_metadata(folder / name / name, metadata(scene, layers, numbers[0]))
        # The table of README.md: folder, date, cloud %, fill %, clear %, mean deg C, mean NDVI.
        print("|", " | ".join([name, str(scene.day)] + [f"{number:.2f}" for number in numbers]), "|")
    write_vectors(folder, city[2])


if __name__ == "__main__":
    main()
