#!/usr/bin/python3
"""Makes a full-size synthetic Landsat 8 Level-2 scene for benchmarks.

    scripts/make_bench_scene.py FOLDER [--width 7600] [--height 7700] [--bands 4,5,10]

The files are stored as USGS stores them (UInt16, 256 x 256 tiles, DEFLATE level 6 with predictor 2); the values have
structure at every scale from the scene to the pixel, so that they compress like real bands (about 81 MB of 117 MB).
QA_PIXEL has clouds with dilated rims and shadows over a fifth of the scene, and fill in the corners outside a tilted
swath. Needs python3-numpy and python3-gdal. The seed is fixed.
"""
import argparse
from pathlib import Path

import numpy
from osgeo import gdal, osr

gdal.UseExceptions()

NAME = "LC08_L2SP_196024_20210614_20210622_02_T1"
WEST, NORTH, PIXEL = 389985.0, 5850015.0, 30.0
CLEAR, CLOUD, DILATED, SHADOW = 21824, 22280, 21762, 23888


def smooth(random, width, height, step):
    """Bilinear surface through random heights `step` pixels apart, in [0, 1)."""
    coarse = random.random((height // step + 2, width // step + 2), dtype=numpy.float32)
    y, x = numpy.arange(height) / step, numpy.arange(width) / step
    row, column = y.astype(int), x.astype(int)
    fy, fx = (y - row).astype(numpy.float32)[:, None], (x - column).astype(numpy.float32)[None, :]
    rows = coarse[row] * (1 - fy) + coarse[row + 1] * fy
    return rows[:, column] * (1 - fx) + rows[:, column + 1] * fx


def field(random, width, height):
    """Sum of surfaces of falling wavelength and height, plus noise of the sensor."""
    total = random.normal(0, 0.012, (height, width)).astype(numpy.float32)
    for step, weight in ((1800, 0.35), (400, 0.25), (90, 0.2), (20, 0.12), (5, 0.08)):
        total += weight * smooth(random, width, height, step)
    return total


def swath(width, height):
    """True inside the tilted picture that fills the frame of a Landsat scene."""
    y, x = numpy.arange(height)[:, None] / height, numpy.arange(width)[None, :] / width
    return (x + 0.22 * y > 0.2) & (x + 0.22 * y < 1.02) & (y - 0.2 * x < 0.82) & (y - 0.2 * x > -0.18)


def write(folder, suffix, array, nodata):
    path = folder / f"{NAME}_{suffix}.TIF"
    options = ["TILED=YES", "COMPRESS=DEFLATE", "PREDICTOR=2", "ZLEVEL=6", "NUM_THREADS=ALL_CPUS"]
    file = gdal.GetDriverByName("GTiff").Create(str(path), array.shape[1], array.shape[0], 1, gdal.GDT_UInt16, options)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32632)
    file.SetProjection(reference.ExportToWkt())
    file.SetGeoTransform((WEST, PIXEL, 0, NORTH, 0, -PIXEL))
    if nodata is not None:
        file.GetRasterBand(1).SetNoDataValue(nodata)
    file.GetRasterBand(1).WriteArray(array)
    file = None
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB of {array.nbytes / 1e6:.1f} MB")


def quality(random, inside):
    height, width = inside.shape
    cover = 0.6 * smooth(random, width, height, 700) + 0.4 * smooth(random, width, height, 120)
    cloud = cover > 0.68
    rim = (cover > 0.66) & ~cloud
    shadow = numpy.roll(cloud, (25, -18), (0, 1)) & ~cloud & ~rim
    values = numpy.full(inside.shape, CLEAR, numpy.uint16)
    values[shadow], values[rim], values[cloud], values[~inside] = SHADOW, DILATED, CLOUD, 1
    return values


def metadata(bands, width, height):
    files = "".join(f'    FILE_NAME_BAND_{"ST_B10" if b == 10 else b} = "{NAME}_{suffix(b)}.TIF"\n' for b in bands)
    scale = "".join(f"    REFLECTANCE_MULT_BAND_{b} = 2.75e-05\n    REFLECTANCE_ADD_BAND_{b} = -0.2\n" for b in bands if b < 10)
    return f"""GROUP = LANDSAT_METADATA_FILE
  GROUP = PRODUCT_CONTENTS
    ORIGIN = "Made for benchmarks; nothing here was observed"
    LANDSAT_PRODUCT_ID = "{NAME}"
    PROCESSING_LEVEL = "L2SP"
    COLLECTION_NUMBER = 02
    COLLECTION_CATEGORY = "T1"
{files}    FILE_NAME_QUALITY_L1_PIXEL = "{NAME}_QA_PIXEL.TIF"
  END_GROUP = PRODUCT_CONTENTS
  GROUP = IMAGE_ATTRIBUTES
    SPACECRAFT_ID = "LANDSAT_8"
    SENSOR_ID = "OLI_TIRS"
    WRS_PATH = 196
    WRS_ROW = 24
    DATE_ACQUIRED = 2021-06-14
    SUN_ELEVATION = 58.0
  END_GROUP = IMAGE_ATTRIBUTES
  GROUP = PROJECTION_ATTRIBUTES
    MAP_PROJECTION = "UTM"
    DATUM = "WGS84"
    UTM_ZONE = 32
    REFLECTIVE_LINES = {height}
    REFLECTIVE_SAMPLES = {width}
    THERMAL_LINES = {height}
    THERMAL_SAMPLES = {width}
  END_GROUP = PROJECTION_ATTRIBUTES
  GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
{scale}  END_GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
  GROUP = LEVEL2_SURFACE_TEMPERATURE_PARAMETERS
    TEMPERATURE_MULT_BAND_ST_B10 = 0.00341802
    TEMPERATURE_ADD_BAND_ST_B10 = 149.0
  END_GROUP = LEVEL2_SURFACE_TEMPERATURE_PARAMETERS
END_GROUP = LANDSAT_METADATA_FILE
END
"""


def suffix(band):
    return "ST_B10" if band == 10 else f"SR_B{band}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--width", type=int, default=7600)
    parser.add_argument("--height", type=int, default=7700)
    parser.add_argument("--bands", default="2,3,4,5,6,7,10")
    options = parser.parse_args()
    folder = options.folder / NAME
    folder.mkdir(parents=True, exist_ok=True)
    bands = [int(band) for band in options.bands.split(",")]
    inside = swath(options.width, options.height)
    for band in bands:
        random = numpy.random.default_rng([20210614, band])
        values = field(random, options.width, options.height)
        low, high = (38000, 50500) if band == 10 else (7600, 7600 + 3000 * band)
        coded = (low + values * (high - low)).clip(1, 65535).astype(numpy.uint16)
        coded[~inside] = 0
        write(folder, suffix(band), coded, 0)
    write(folder, "QA_PIXEL", quality(numpy.random.default_rng(7), inside), None)
    (folder / f"{NAME}_MTL.txt").write_text(metadata(bands, options.width, options.height), encoding="ascii")


if __name__ == "__main__":
    main()
