#!/usr/bin/env python3
"""Fetching against a server on loopback that does everything that servers do wrong.

Run: fetch_test.py PROGRAM [name of a test]
Each test names a fault and says what has to come of it. Files are those of the made sample city.
"""
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import stores  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "testdata" / "sample_city"
PRODUCTS = sorted(path.name for path in SAMPLE.glob("LC0*"))
KEYS = {"red": "SR_B4", "nir08": "SR_B5", "swir16": "SR_B6", "lwir11": "ST_B10", "qa_pixel": "QA_PIXEL"}
PROGRAM = ""


def product_item(product, prefix):
    """A STAC item of a product of the sample city, its files under `prefix`."""
    day = product.split("_")[3]
    assets = {key: {"href": f"{prefix}/{product}/{product}_{suffix}.TIF", "type": "image/tiff; application=geotiff"}
              for key, suffix in KEYS.items()}
    assets["mtl.json"] = {"href": f"{prefix}/{product}/{product}_MTL.json", "type": "application/json"}
    box = [8.40, 51.40, 8.53, 51.48]
    ring = [[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]], [box[0], box[1]]]
    return {"type": "Feature", "stac_version": "1.0.0", "id": product, "collection": "landsat-c2-l2", "bbox": box,
            "geometry": {"type": "Polygon", "coordinates": [ring]}, "links": [], "assets": assets,
            "properties": {"datetime": f"{day[:4]}-{day[4:6]}-{day[6:]}T10:21:00Z", "platform": "landsat-" + product[3],
                           "instruments": ["oli", "tirs"], "eo:cloud_cover": 3, "landsat:wrs_path": "196",
                           "landsat:wrs_row": "024", "landsat:collection_category": "T1",
                           "landsat:collection_number": "02", "landsat:correction": "L2SP"}}


class FetchTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="isotherm-fetch-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = stores.start(SAMPLE)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url, self.out = self.server.url, self.folder / "scenes"

    # What tests do with it.

    def items(self, count=1, prefix="files", change=None):
        """An item collection file of the first products."""
        made = [product_item(product, f"{self.url}/{prefix}") for product in PRODUCTS[:count]]
        for item in made:
            if change:
                change(item)
        path = self.folder / "items.json"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": made}))
        return path

    def run_program(self, *words, env=None, **options):
        environment = {**os.environ, "no_proxy": "127.0.0.1", "LC_ALL": "C.UTF-8", "HOME": str(self.folder), **(env or {})}
        return subprocess.run([PROGRAM, *map(str, words)], env=environment, text=True, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=120, check=False, **options)

    def fetch(self, *words, count=1, prefix="files", change=None, assets="red", code=0, env=None):
        done = self.run_program("fetch", self.items(count, prefix, change), "--assets", assets, "-o", self.out,
                                "--rate", "10000", *words, env=env)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertNotIn("secret", done.stderr)
        self.check_no_secret()
        return done

    def check_no_secret(self):
        for path in self.out.rglob("*.json*"):
            self.assertNotIn("secret", path.read_text(errors="replace"), path)

    def rule(self, **rule):
        self.server.rules.add([rule])

    def log(self, part=""):
        return [line for line in map(json.loads, self.server.log.lines) if part in line["path"]]

    def manifest(self):
        return [json.loads(line) for line in (self.out / "manifest.jsonl").read_text().splitlines()]

    def done(self, key):
        return [line for line in self.manifest() if line["status"] == "done" and line["asset"] == key][-1]

    def original(self, suffix="SR_B4", product=PRODUCTS[0]):
        return (SAMPLE / product / f"{product}_{suffix}.TIF").read_bytes()

    def fetched(self, suffix="SR_B4", product=PRODUCTS[0]):
        return (self.out / product / f"{product}_{suffix}.TIF").read_bytes()

    def check_whole(self, suffix="SR_B4"):
        self.assertEqual(self.fetched(suffix), self.original(suffix))
        self.assertEqual(list(self.out.rglob("*.part")), [])
        self.assertEqual(json.loads((self.out / "collection.json").read_text())["type"], "Collection")

    # The way it should go.

    def test_fetched_files_are_the_servers(self):
        self.fetch(assets="red,nir08,swir16,lwir11", count=3)
        for product in PRODUCTS[:3]:
            for suffix in ("SR_B4", "SR_B5", "SR_B6", "ST_B10"):
                self.assertEqual(self.fetched(suffix, product), self.original(suffix, product))
            item = json.loads((self.out / product / f"{product}.json").read_text())
            self.assertEqual(item["assets"]["red"]["href"], f"./{product}_SR_B4.TIF")
            self.assertEqual(item["assets"]["red"]["file:checksum"],
                             "1220" + hashlib.sha256(self.original("SR_B4", product)).hexdigest())
            self.assertIn("mtl.json", item["assets"])
        links = json.loads((self.out / "collection.json").read_text())["links"]
        self.assertEqual(sum(link["rel"] == "item" for link in links), 3)

    def test_second_fetch_asks_for_nothing(self):
        self.fetch(count=2)
        before = len(self.log("/files/"))
        done = self.fetch(count=2)
        self.assertEqual(len(self.log("/files/")), before)
        self.assertIn("there already", done.stderr)

    def test_deleted_file_is_fetched_again_alone(self):
        self.fetch(assets="red,nir08")
        (self.out / PRODUCTS[0] / f"{PRODUCTS[0]}_SR_B4.TIF").unlink()
        before = len(self.log("/files/"))
        self.fetch(assets="red,nir08")
        self.assertEqual([line["path"] for line in self.log("/files/")[before:]],
                         [f"/files/{PRODUCTS[0]}/{PRODUCTS[0]}_SR_B4.TIF"])
        self.check_whole()

    # Bad networks.

    def test_reset_in_the_body_goes_on_where_it_was(self):
        self.rule(path="SR_B4", do="reset", bytes=20000)
        self.fetch()
        self.check_whole()
        first, second = self.log("SR_B4")
        self.assertEqual(second["range"][:6], "bytes=")
        self.assertGreater(int(second["range"][6:-1]), 0)
        self.assertLess(second["bytes"], len(self.original()))
        self.assertEqual(second["status"], 206)

    def test_cut_off_body_goes_on_where_it_was(self):
        self.rule(path="SR_B4", do="cut", bytes=30000, times=2)
        self.fetch()
        self.check_whole()
        self.assertEqual(self.log("SR_B4")[1]["range"], "bytes=30000-")
        self.assertEqual(self.done("red")["retries"], 2)

    def test_announced_longer_than_it_is(self):
        self.rule(path="SR_B4", do="length", add=10, times=-1)
        self.fetch("--retries", "1", code=8)
        self.assertFalse((self.out / PRODUCTS[0] / f"{PRODUCTS[0]}_SR_B4.TIF").exists())

    def test_busy_servers_are_waited_for(self):
        for wait in ("1", "date:1"):
            with self.subTest(wait=wait):
                shutil.rmtree(self.out, ignore_errors=True)
                self.rule(path="SR_B4", do="status", status=429, retry_after=wait)
                self.fetch()
                self.check_whole()

    def test_server_errors_are_tried_again(self):
        for status in (500, 502, 503, 504):
            self.rule(path="SR_B4", do="status", status=status)
        self.fetch()
        self.check_whole()

    def test_chunked_bodies(self):
        self.rule(path="SR_B4", do="chunked")
        self.fetch()
        self.check_whole()

    def test_no_network_is_told_apart(self):
        items = self.items()
        items.write_text(items.read_text().replace(self.url, "http://127.0.0.1:1"))
        done = self.run_program("fetch", items, "--assets", "red", "-o", self.out, "--retries", "0")
        self.assertEqual(done.returncode, 6, done.stderr)

    # Files that are not what they should be.

    def test_changed_between_two_runs(self):
        """The part of the old file is thrown away when the server has another by now."""
        changing = self.folder / "files"
        shutil.copytree(SAMPLE / PRODUCTS[0], changing / PRODUCTS[0])
        self.server.options.files = changing
        self.rule(path="SR_B4", do="cut", bytes=30000, times=-1)
        self.fetch("--retries", "0", code=8)
        self.assertEqual((self.out / PRODUCTS[0] / f"{PRODUCTS[0]}_SR_B4.TIF.part").stat().st_size, 30000)
        new = self.original("SR_B5")
        (changing / PRODUCTS[0] / f"{PRODUCTS[0]}_SR_B4.TIF").write_bytes(new)
        self.server.rules.clear()
        done = self.run_program("fetch", "--resume", self.out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.fetched(), new)
        self.assertEqual(self.log("SR_B4")[-1]["status"], 200, "If-Range made the server send all of it")

    def test_wrong_checksum_is_fetched_once_more_then_refused(self):
        def change(item):
            item["assets"]["red"]["file:checksum"] = "1220" + "00" * 32
        self.fetch(change=change, code=8, assets="red,nir08")
        self.assertEqual(len(self.log("SR_B4")), 2)
        self.assertFalse((self.out / PRODUCTS[0] / f"{PRODUCTS[0]}_SR_B4.TIF").exists())
        self.assertFalse((self.out / PRODUCTS[0] / f"{PRODUCTS[0]}.json").exists(), "half a scene is no scene")

    def test_bit_turned_on_the_way_is_found(self):
        def change(item):
            item["assets"]["red"]["file:checksum"] = "1220" + hashlib.sha256(self.original()).hexdigest()
        self.rule(path="SR_B4", do="corrupt", bytes=5000)
        self.fetch(change=change)
        self.check_whole()
        self.assertEqual(self.done("red")["verified"], "sha256")

    def test_wrong_size_is_refused(self):
        def change(item):
            item["assets"]["red"]["file:size"] = 17
        self.fetch(change=change, code=8)

    def test_too_large_is_refused_before_it_is_read(self):
        self.fetch("--max-file", "1000", code=9)
        self.assertEqual(list(self.out.rglob("*.TIF")), [])

    def test_web_page_in_place_of_a_file(self):
        done = self.fetch(prefix="login", code=9, assets="red")
        self.assertIn("log in", done.stderr)

    # Keys.

    def test_token_of_a_host(self):
        self.fetch(prefix="login", env={"ISOTHERM_TOKENS": self.url[7:] + "=opensesame"})
        self.check_whole()
        self.assertNotIn("opensesame", "".join(path.read_text() for path in self.out.rglob("*.json*")))

    def test_signature_service(self):
        self.fetch("--sign", "planetary-computer", prefix="signed", env={"PC_SDK_SAS_URL": self.url + "/sas"})
        self.check_whole()

    def test_signature_that_ends_during_the_fetch(self):
        self.server.stores.ends_after = 1
        self.rule(path="SR_B4.TIF.sig", do="cut", bytes=30000)
        self.fetch("--sign", "planetary-computer", prefix="signed", env={"PC_SDK_SAS_URL": self.url + "/sas"})
        self.check_whole()
        self.assertGreaterEqual(len(self.log("/sas/sign")), 2)

    def blob_fetch(self, *words, **more):
        """From a host of Azure's storage, which this server stands in for as a proxy."""
        def change(item):
            for asset in item["assets"].values():
                asset["href"] = asset["href"].replace(self.url, "http://account.blob.core.windows.net")
        self.fetch(*words, prefix="signed", change=change, env={"PC_SDK_SAS_URL": self.url + "/sas/token",
                                                                "http_proxy": self.url}, **more)
        self.check_whole()
        return len(self.log("/sas/token/account/signed"))

    def test_one_token_for_a_container(self):
        self.assertEqual(self.blob_fetch(assets="red,nir08,swir16", count=2), 1)

    def test_token_that_runs_out_is_asked_for_anew(self):
        self.server.stores.token_end = "2020-01-01T00:00:00Z"
        self.assertGreaterEqual(self.blob_fetch(assets="red,nir08,swir16"), 4)

    def test_token_that_is_refused_is_asked_for_anew(self):
        self.server.stores.ends_after = 2
        self.assertGreaterEqual(self.blob_fetch("--jobs", "1", assets="red,nir08,swir16"), 2)

    def test_resumed_with_the_same_signatures(self):
        self.rule(path="SR_B4", do="status", status=404)
        self.fetch("--sign", "planetary-computer", prefix="signed", env={"PC_SDK_SAS_URL": self.url + "/sas"}, code=8)
        done = self.run_program("fetch", "--resume", self.out, env={"PC_SDK_SAS_URL": self.url + "/sas"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_whole()

    def test_folder_from_elsewhere_names_no_command(self):
        self.rule(path="SR_B4", do="status", status=404)
        self.fetch(code=8)
        saved = json.loads((self.out / "fetch.json").read_text())
        saved["isotherm:sign"] = f"touch {self.folder}/run; echo"
        (self.out / "fetch.json").write_text(json.dumps(saved))
        done = self.run_program("fetch", "--resume", self.out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse((self.folder / "run").exists())

    def test_signature_in_the_item_is_not_stored(self):
        def change(item):
            for asset in item["assets"].values():
                asset["href"] += "?sig=secret1&se=2020-01-01"
        self.fetch(prefix="signed", change=change)
        self.check_whole()

    def test_signing_command(self):
        self.fetch("--sign", "printf '%s?sig=secret1\\n'", prefix="signed")
        self.check_whole()

    def s3_environment(self):
        return {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REQUEST_PAYER": "requester",
                "AWS_S3_ENDPOINT": self.url[7:], "AWS_HTTPS": "NO", "AWS_VIRTUAL_HOSTING": "FALSE"}

    @staticmethod
    def in_bucket(item):
        for asset in item["assets"].values():
            asset["href"] = "s3://bucket/" + asset["href"].split("/files/")[1]

    def test_bucket_whose_reader_pays(self):
        self.fetch(change=self.in_bucket, env=self.s3_environment())
        self.check_whole()
        self.assertEqual(self.done("red")["verified"], "etag")

    def test_bucket_in_another_region(self):
        self.fetch(change=self.in_bucket, env={**self.s3_environment(), "AWS_REGION": "eu-central-1"})
        self.check_whole()

    def test_bucket_without_a_key(self):
        done = self.fetch(change=self.in_bucket, code=9)
        self.assertIn("AWS_ACCESS_KEY_ID", done.stderr)

    def test_bucket_continues_a_part(self):
        self.rule(path="SR_B4", do="cut", bytes=30000)
        self.fetch(change=self.in_bucket, env=self.s3_environment())
        self.check_whole()
        self.assertEqual(self.log("SR_B4")[-1]["range"], "bytes=30000-")

    # Addresses.

    def test_alternates_in_the_order_of_preference(self):
        def change(item):
            for asset in item["assets"].values():
                asset["alternate"] = {"s3": {"href": "s3://bucket/" + asset["href"].split("/files/")[1]}}
        self.rule(path="^/bucket/", do="status", status=404, times=-1)
        self.fetch("--prefer", "s3,https", change=change, env=self.s3_environment())
        self.check_whole()
        self.assertEqual([line["path"][:4] for line in self.log("SR_B4")], ["/buc", "/fil"], "s3 first, then https")

    def test_files_of_this_machine_are_not_for_strangers(self):
        for href in ("file:///etc/passwd", "/etc/passwd", "/vsicurl/http://127.0.0.1/x.tif", "ftp://127.0.0.1/x.tif"):
            with self.subTest(href=href):
                shutil.rmtree(self.out, ignore_errors=True)
                self.fetch(change=lambda item: item["assets"]["red"].update(href=href), code=8)
                self.assertEqual([path for path in self.out.rglob("*") if "passwd" in path.name], [])

    def test_redirects_to_other_schemes_are_refused(self):
        for to in ("file:///etc/passwd", "ftp://127.0.0.1/x", "{url}{path}"):
            with self.subTest(to=to):
                shutil.rmtree(self.out, ignore_errors=True)
                self.server.rules.clear()
                self.rule(path="SR_B4", do="redirect", to=to, times=-1)
                self.fetch(code=8)

    def test_names_cannot_leave_the_folder(self):
        self.out = self.folder / "a" / "b" / "scenes"  # what climbs out of it still lies below self.folder
        self.out.parent.mkdir(parents=True)

        def change(item):
            item["id"] = "../../outside"
            item["assets"]["../../evil.tif"] = {"href": f"{self.url}/files/{PRODUCTS[0]}/..%2f..%2fevil.tif"}
            item["assets"]["red"]["href"] += "/../../../../escaped.tif?x=1"
        self.rule(path="evil|escaped", do="replace", body="x" * 50, times=-1)
        self.fetch(change=change, assets="all")
        inside = self.out.resolve()
        made = [path for path in self.folder.rglob("*") if path.is_file() and path.name != "items.json"]
        self.assertTrue(all(inside in path.resolve().parents for path in made), made)
        self.assertGreater(len(made), 6)

    def test_links_in_the_folder_are_not_followed(self):
        outside = self.folder / "outside"
        outside.mkdir()
        self.out.mkdir()
        (self.out / PRODUCTS[0]).symlink_to(outside)
        self.fetch("--overwrite", code=4)
        self.assertEqual(list(outside.iterdir()), [])

    def test_folder_of_someone_else_is_not_touched(self):
        self.out.mkdir()
        (self.out / "thesis.txt").write_text("mine")
        self.fetch(code=4)
        self.assertEqual([path.name for path in self.out.iterdir()], ["thesis.txt"])

    # Cutting.

    def area(self):
        path = self.folder / "area.geojson"
        ring = [[8.44, 51.43], [8.46, 51.43], [8.46, 51.44], [8.44, 51.44], [8.44, 51.43]]
        path.write_text(json.dumps({"type": "Feature", "properties": {},
                                    "geometry": {"type": "Polygon", "coordinates": [ring]}}))
        return path

    def test_cut_files_give_the_same_table(self):
        self.fetch("--aoi", self.area(), "--clip", count=2, assets="red,nir08,swir16,lwir11,qa_pixel")
        item = json.loads((self.out / PRODUCTS[0] / f"{PRODUCTS[0]}.json").read_text())
        height, width = item["properties"]["proj:shape"]
        self.assertLess(width, 60)
        self.assertEqual(item["assets"]["red"]["proj:shape"], [height, width])
        words = ("--index", "ndvi,ndbi,lst_c", "--zones", "hex:200", "--aoi", self.area(), "--aoi-rule", "full",
                 "--format", "CSV", "-o", "-")
        cut = self.run_program("zonal", self.out, *words)
        whole = self.run_program("zonal", *[SAMPLE / product for product in PRODUCTS[:2]], *words)
        self.assertEqual(cut.returncode, 0, cut.stderr)
        self.assertGreater(len(cut.stdout.splitlines()), 20)
        self.assertEqual(cut.stdout, whole.stdout)

    def test_cutting_over_a_bucket(self):
        self.fetch("--aoi", self.area(), "--clip", change=self.in_bucket, env=self.s3_environment())
        self.assertTrue(self.log("SR_B4"))
        self.assertTrue(all(line["range"] for line in self.log("SR_B4")))

    def test_cutting_with_a_signature_that_ends(self):
        self.server.stores.ends_after = 1
        self.fetch("--aoi", self.area(), "--clip", "--sign", "planetary-computer", prefix="signed",
                   env={"PC_SDK_SAS_URL": self.url + "/sas"})
        self.assertTrue(self.fetched())
        self.assertGreaterEqual(len(self.log("/sas/sign")), 2)

    def test_server_without_ranges_is_read_whole_and_cut(self):
        self.rule(path="SR_B4", do="chunked", times=-1)
        whole = (SAMPLE / PRODUCTS[0] / f"{PRODUCTS[0]}_SR_B4.TIF").read_bytes()
        original, stores.server.file_answer = stores.server.file_answer, lambda folder, name, headers: \
            stores.server.Answer(200, (folder / name).read_bytes())
        self.addCleanup(setattr, stores.server, "file_answer", original)
        self.fetch("--aoi", self.area(), "--clip")
        self.assertLess(len(self.fetched()), len(whole))
        self.assertEqual(list(self.out.rglob("*.part")), [])

    def test_another_area_is_not_mixed_in(self):
        self.fetch("--aoi", self.area(), "--clip")
        self.fetch(code=4)
        self.fetch("--overwrite")
        self.check_whole()

    def test_broken_image_is_refused(self):
        self.rule(path="SR_B4", do="replace", body="not an image", times=-1)
        self.fetch("--aoi", self.area(), "--clip", code=8)

    # Exit codes and interruption.

    def test_some_failed_and_which(self):
        self.rule(path="SR_B5", do="status", status=404, times=-1)
        done = self.fetch(assets="red,nir08", code=8)
        self.assertIn("nir08", done.stderr)
        self.server.rules.clear()
        done = self.run_program("fetch", "--resume", self.out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.fetched("SR_B5"), self.original("SR_B5"))

    def test_interrupted_fetch_goes_on(self):
        self.rule(path="SR_B", do="slow", seconds=0, rate=2000, times=-1)
        process = subprocess.Popen([PROGRAM, "fetch", str(self.items()), "--assets", "red,nir08", "-o", str(self.out)],
                                   env={**os.environ, "no_proxy": "127.0.0.1"}, stderr=subprocess.PIPE)
        deadline = time.time() + 30
        while not any(path.stat().st_size for path in self.out.rglob("*.part")) and time.time() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.server.rules.clear()
        done = self.run_program("fetch", "--resume", self.out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_whole()
        self.check_whole("SR_B5")
        self.assertTrue(any(line["status"] == 206 for line in self.log("/files/")))


def main():
    global PROGRAM
    PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    if len(sys.argv) == 2 and "." not in sys.argv[1]:
        sys.argv[1] = "FetchTest." + sys.argv[1]
    random.seed(1)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
