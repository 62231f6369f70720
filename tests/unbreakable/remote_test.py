#!/usr/bin/env python3
"""Band files read over a network that is slow, resets, lies or is gone: the local numbers, or an error in words.

Run: [ISOTHERM=program] remote_test.py
"""
import json
import subprocess
import sys
import urllib.request

from harness import ROOT, SAMPLE, FolderTest, isotherm, main, visible

SCENE = "LC08_L2SP_196024_20210614_20210622_02_T1"
BANDS = {"red": "SR_B4", "nir08": "SR_B5", "qa_pixel": "QA_PIXEL"}
# As patient as needed here; a user's own settings of GDAL count in the same way.
IMPATIENT = {"GDAL_HTTP_LOW_SPEED_TIME": "2", "GDAL_HTTP_LOW_SPEED_LIMIT": "1000", "GDAL_HTTP_CONNECTTIMEOUT": "2",
             "GDAL_HTTP_MAX_RETRY": "2", "GDAL_HTTP_RETRY_DELAY": "0.1", "no_proxy": "*"}


class Remote(FolderTest):
    def setUp(self):
        super().setUp()
        self.server = subprocess.Popen([sys.executable, ROOT / "tests" / "fetch" / "server.py", "--files", SAMPLE],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.server.stdout.readline().strip()
        assets = {name: {"href": f"{self.url}/files/{SCENE}/{SCENE}_{layer}.TIF"} for name, layer in BANDS.items()}
        item = {"type": "Feature", "stac_version": "1.0.0", "id": SCENE, "geometry": None, "links": [], "assets": assets,
                "properties": {"datetime": "2021-06-14T10:28:00Z", "platform": "landsat-8", "proj:epsg": 32632}}
        (self.folder / "item.json").write_text(json.dumps(item))

    def tearDown(self):
        self.server.stdin.close()
        self.server.wait()
        self.server.stdout.close()
        super().tearDown()

    def rules(self, *rules):
        request = urllib.request.Request(f"{self.url}/_rules", json.dumps(rules).encode(), method="POST")
        urllib.request.urlopen(request).close()

    def zonal(self, scene="item.json"):
        return isotherm("zonal", scene, "--index", "ndvi", "--zones", "square:300", "-o", f"{len(visible(self.folder))}.csv",
                        cwd=self.folder, environment=IMPATIENT)

    def assert_local_numbers(self, run):
        self.assertEqual(run.returncode, 0, run.stderr)
        here = visible(self.folder)
        local = self.zonal(SAMPLE / SCENE)
        self.assertEqual(local.returncode, 0, local.stderr)
        first, second = ((self.folder / name).read_text() for name in (here[0], visible(self.folder)[1]))
        self.assertEqual(first, second)

    def test_a_sound_network(self):
        self.assert_local_numbers(self.zonal())

    def test_a_busy_server_is_asked_again(self):
        self.rules({"path": "SR_B5", "do": "status", "status": 503, "times": 1})
        self.assert_local_numbers(self.zonal())

    def test_faults_that_stay(self):
        for rule in ({"do": "status", "status": 404}, {"do": "status", "status": 403}, {"do": "status", "status": 500},
                     {"do": "reset", "bytes": 1000}, {"do": "silent", "seconds": 20}, {"do": "replace", "body": "<html>"},
                     {"do": "slow", "seconds": 0, "rate": 50}):
            with self.subTest(**rule):
                self.rules({"path": "SR_B5", "times": -1, **rule})
                run = self.zonal()
                self.assert_refused(run, "SR_B5")
                self.assertEqual(visible(self.folder), ["item.json"])

    def test_a_server_that_goes_away(self):
        self.server.kill()
        run = self.zonal()
        self.assert_refused(run, "SR_B4")
        self.assertEqual(visible(self.folder), ["item.json"])


if __name__ == "__main__":
    main()
