#!/usr/bin/env python3
"""Makes testdata/stac: STAC items in the shapes that services give, over the made sample city.

Run: scripts/make_stac_samples.py [output folder]

Nothing in them is recorded: names, members and asset keys follow the items of Earth Search, Planetary Computer and
LandsatLook; numbers come from the metadata of testdata/sample_city. "{url}" stands for the test server's address.
"""
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "testdata" / "sample_city"
CURRENT = {"blue": "SR_B2", "green": "SR_B3", "red": "SR_B4", "nir08": "SR_B5", "swir16": "SR_B6", "swir22": "SR_B7",
           "lwir11": "ST_B10", "qa": "ST_QA", "qa_pixel": "QA_PIXEL", "qa_radsat": "QA_RADSAT"}
ROW_24 = [7.0, 50.7, 9.9, 52.9]   # holds the city; so does its northern neighbour of the same pass
ROW_23 = [7.4, 51.3, 10.4, 54.3]


def ring(box):
    west, south, east, north = box
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def item(product, box=None, cloud=None, keys=None, drop=(), item_id=None, collection="landsat-c2-l2", sun=55.5):
    """An item of a product id, with the assets `keys` says (key: layer) but those of `drop`."""
    craft, correction, place, day, made, number, tier = product.split("_")
    box = box or ROW_24
    keys = {key: layer for key, layer in (keys or CURRENT).items() if key not in drop}
    folder = f"{{url}}/files/{product}/{product}"
    assets = {key: {"href": f"{folder}_{layer}.TIF", "type": "image/vnd.stac.geotiff; cloud-optimized=true",
                    "roles": ["data"]} for key, layer in keys.items()}
    assets["mtl.json"] = {"href": f"{folder}_MTL.json", "type": "application/json", "roles": ["metadata"]}
    assets["thumbnail"] = {"href": f"{folder}_thumb_small.jpeg", "type": "image/jpeg", "roles": ["thumbnail"]}
    date = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return {
        "type": "Feature", "stac_version": "1.0.0",
        "id": item_id or "_".join((craft, correction, place, day, number, tier)), "collection": collection,
        "stac_extensions": ["https://stac-extensions.github.io/eo/v1.0.0/schema.json"],
        "bbox": box, "geometry": {"type": "Polygon", "coordinates": [ring(box)]},
        "properties": {
            "datetime": f"{date}T10:21:46.732651Z", "platform": f"landsat-{int(craft[2:])}", "instruments": ["oli", "tirs"],
            "eo:cloud_cover": cloud, "view:sun_elevation": sun, "landsat:wrs_path": place[:3],
            "landsat:wrs_row": place[3:], "landsat:collection_category": tier, "landsat:collection_number": number,
            "landsat:correction": correction, "created": f"{made[:4]}-{made[4:6]}-{made[6:]}T01:02:03Z"},
        "links": [{"rel": "self", "href": f"{{url}}/stac/post/collections/{collection}/items/{item_id or product}"}],
        "assets": assets}


def sample_items():
    """The products of the sample city, with what their metadata says."""
    items = []
    for folder in sorted(SAMPLE.glob("LC0*")):
        told = json.loads((folder / f"{folder.name}_MTL.json").read_text())["LANDSAT_METADATA_FILE"]["IMAGE_ATTRIBUTES"]
        items.append(item(folder.name, cloud=float(told["CLOUD_COVER"]), sun=float(told["SUN_ELEVATION"])))
    return items


def current():
    """One collection for all, as Earth Search and Planetary Computer keep it, with what a search must sort out."""
    return sample_items() + [
        item("LC08_L2SP_196023_20210614_20210622_02_T1", box=ROW_23, cloud=12.5),        # neighbour of the same pass
        item("LC08_L2SP_196024_20210716_20210717_02_RT", cloud=3.0),                     # before the final version
        item("LC08_L2SP_196024_20220617_20220620_02_T1", cloud=4.0,
             item_id="LC08_L2SP_196024_20220617_20220620_02_T1"),                        # before it was made again
        item("LC08_L2SR_196024_20220703_20220711_02_T1", cloud=1.0, drop=("lwir11", "qa")),  # no temperature
        item("LC08_L2SP_196024_20210630_20210708_02_T1", cloud=88.25),
        item("LC09_L2SP_196024_20230613_20230615_02_T2", cloud=35.0),
        item("LC08_L2SP_084072_20210601_20210608_02_T1", cloud=9.0, box=[178.5, -18.6, -178.6, -16.4])
        | {"geometry": {"type": "MultiPolygon", "coordinates": [
            [ring([178.5, -18.6, 180, -16.4])], [ring([-180, -18.6, -178.6, -16.4])]]}}]  # across 180 degrees


def usgs():
    """Reflectance and temperature as items of their own."""
    reflectance = {"blue": "SR_B2", "green": "SR_B3", "red": "SR_B4", "nir08": "SR_B5", "swir16": "SR_B6",
                   "swir22": "SR_B7", "qa_pixel": "QA_PIXEL", "qa_radsat": "QA_RADSAT"}
    temperature = {"lwir11": "ST_B10", "qa": "ST_QA", "qa_pixel": "QA_PIXEL", "qa_radsat": "QA_RADSAT"}
    items = []
    for product in ("LC08_L2SP_196024_20210614_20210622_02_T1", "LC08_L2SP_196024_20230706_20230714_02_T1"):
        items.append(item(product, cloud=2.0, keys=reflectance, item_id=product + "_SR", collection="landsat-c2l2-sr"))
        items.append(item(product, cloud=2.0, keys=temperature, item_id=product + "_ST", collection="landsat-c2l2-st"))
    items.append(item("LC08_L2SR_196024_20220703_20220711_02_T1", cloud=1.0, keys=reflectance,
                      item_id="LC08_L2SR_196024_20220703_20220711_02_T1_SR", collection="landsat-c2l2-sr"))
    return items


def legacy():
    """Asset keys of earlier catalogues."""
    plain = {layer: layer for layer in CURRENT.values()}
    beta = {layer + ".TIF": layer for layer in CURRENT.values()}
    return [item("LC08_L2SP_196024_20210614_20210622_02_T1", cloud=2.0, keys=plain, collection="landsat-8-c2-l2"),
            item("LC08_L2SP_196024_20210716_20210724_02_T1", cloud=2.0, keys=beta, collection="landsat-8-c2-l2")]


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "testdata" / "stac"
    folder.mkdir(parents=True, exist_ok=True)
    for name, items in (("current", current()), ("usgs", usgs()), ("legacy", legacy())):
        (folder / name).mkdir(exist_ok=True)
        told = {"type": "FeatureCollection", "features": items}
        (folder / name / "items.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
