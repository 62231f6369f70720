#!/usr/bin/env python3
"""Prints what the fits of a result document report and what they lack, models that agree together.

Run: reported_items.py fit.json
"""
import json
import sys

NUMBERS = ["r2", "r2_adjusted", "pseudo_r2", "pseudo_r2_reduced", "log_likelihood", "aic", "aicc", "bic", "sigma2",
           "condition_number"]
with open(sys.argv[1], encoding="utf-8") as document:
    fits = json.load(document)["fits"]
models = {}
for fit in fits:
    lacks = [name for name in NUMBERS if fit[name] is None]
    if all(c["vif"] is None for c in fit["coefficients"]):
        lacks.append("vif")
    has = [d["name"] for d in fit["dependence"]] + ["impacts"] * bool(fit["impacts"]) + [t["name"] for t in fit["tests"]]
    same = models.setdefault((" ".join(has), " ".join(lacks) or "nothing"), [])
    if fit["model"] not in same:
        same.append(fit["model"])
for (has, lacks), names in models.items():
    print(", ".join(names))
    print("  has", has)
    print("  lacks", lacks)
