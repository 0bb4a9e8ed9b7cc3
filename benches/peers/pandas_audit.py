"""The comparison with pandas. Usage: pandas_audit.py FOLDER OUT"""

import json
import os
import sys

import numpy as np
import pandas as pd

folder, out = sys.argv[1:]
# With the benchmark's configuration, or two exports and none.
configured = os.path.exists(f"{folder}/domo-reconcile.toml")
a = pd.read_json(f"{folder}/accounts.jsonl", lines=True) if configured else pd.read_json(f"{folder}/domo-users.json")
a["number"] = a["employeeNumber"].astype("Int64").astype("str").where(a["employeeNumber"].notna())
p = pd.read_csv(f"{folder}/directory.csv", dtype=str).rename(columns={
    "Employee ID": "number", "Name": "name", "Work Email": "email", "Job Title": "title", "Department": "department",
    "Location": "location", "Office": "location", "Work Phone": "phone", "Employment Status": "status", "Status": "status"})
for frame in (a, p):
    frame["email"] = frame["email"].str.strip().str.lower()
    if configured:
        frame["email"] = frame["email"].str.replace("@old-acme.example", "@acme.example", regex=False)
    frame["loose"] = frame["number"].str.replace(r"^[A-Za-z]*0*", "", regex=True)
if configured:
    a["excluded"] = a["email"].str.startswith("svc-") & a["email"].str.endswith("@acme.example")
else:
    a["excluded"] = False
    p["name"] = p["First Name"] + " " + p["Last Name"]
p["row"], a["part"] = np.arange(len(p)), a["active"] & ~a["excluded"]


def pointers(key):
    """Rows and count of the people with each key."""
    held = p[p[key].notna()].groupby(key)["row"].agg(["size", "first"])
    return a[key].map(held["size"]), a[key].map(held["first"])


a["en"], a["ep"] = pointers("email")
a["nn"], a["np"] = pointers("number")
ln, lp = pointers("loose")
holders = a.loc[a["part"] & a["loose"].notna(), "loose"].value_counts()
loosely = a["nn"].isna() & (ln == 1) & (a["loose"].map(holders) == 1)
a["nn"] = a["nn"].mask(loosely, 1)
a["np"] = a["np"].mask(loosely, lp)

emails, numbers = p["email"].to_numpy(), p["number"].to_numpy()
by_number = a["np"].fillna(0).astype(int)
by_email = a["ep"].fillna(0).astype(int)
singled_by_number = (a["en"] > 1) & (a["nn"] == 1) & (emails[by_number] == a["email"])
singled_by_email = (a["nn"] > 1) & (a["en"] == 1) & (numbers[by_email] == a["number"])
several = (a["en"] > 1) | (a["nn"] > 1)
conflict = (a["en"] == 1) & (a["nn"] == 1) & (a["ep"] != a["np"])
# One key agrees, the other does not, nor have the names a word in common: somebody else's key.
odd = a["en"].isna() & (a["nn"] == 1) & a["email"].notna() | a["nn"].isna() & (a["en"] == 1) & a["number"].notna()
row, odd = a["ep"].fillna(a["np"])[odd], a[odd]
theirs = p.iloc[row.astype(int)].set_index(odd.index)
words = [side["name"].str.normalize("NFD").str.replace("[\u0300-\u036f]", "", regex=True).str.lower().str.findall(r"[^\W\d_]{3,}")
         for side in (odd, theirs)]
apart = np.array([set(ours).isdisjoint(of_row) for ours, of_row in zip(*words)], dtype=bool)
latin = odd["name"].str.contains("[A-Za-z]") & theirs["name"].str.contains("[A-Za-z]")
strangers = odd.index[apart & latin & theirs["email"].where(odd["en"].isna(), theirs["number"]).notna()]
conflict |= a.index.isin(strangers)
verdict = np.select(
    [a["en"].isna() & a["nn"].isna(), several & ~singled_by_number & ~singled_by_email, conflict], ["nobody", "ambiguous", "conflict"], "one")
a["person"] = np.where(verdict == "one", np.where(a["en"] == 1, a["ep"], a["np"]), np.nan)
several_accounts = a["person"].map(a.loc[a["part"]].groupby("person").size()) > 1
status = a["person"].map(p["status"])
a["situation"] = np.select(
    [a["excluded"], ~a["active"], verdict == "conflict", verdict == "ambiguous", verdict == "nobody", several_accounts,
     status == "Terminated", status == "Suspended"],
    ["excluded", "inactive", "conflict", "ambiguous", "orphan", "duplicate", "leaver", "suspended"], "matched")

seen = a[a["person"].notna()].groupby("person")[["part", "active"]].max()
part, active = p["row"].map(seen["part"]), p["row"].map(seen["active"])
named = a.loc[a["situation"] == "conflict", ["ep", "np"]].to_numpy().ravel()
repeated = p["email"].duplicated(keep=False) & p["email"].notna() | p["number"].duplicated(keep=False) & p["number"].notna()
ended = p["status"] == "Terminated"
p["situation"] = np.select(
    [repeated & (part != True), p["row"].isin(named), ended & (active == False), active.notna(), ended,  # noqa: E712
     p["status"].isin(["On Leave", "Suspended"])],
    ["duplicate", "conflict", "left", "matched", "left", "not_expected"], "missing")

both = a[a["situation"] == "matched"].merge(p, left_on="person", right_on="row", suffixes=("_a", "_p"))
drifts = []
for field in ("email", "name", "title", "department", "location", "phone", "loose"):
    one = pd.DataFrame({"id": both["id"], "field": field, "domo": both[f"{field}_a"], "directory": both[f"{field}_p"]})
    differing = lambda one: one[(one["domo"] != one["directory"]) & ~(one["domo"].isna() & one["directory"].isna())]
    one = differing(one)
    if field == "phone":
        one = differing(one.assign(**{side: one[side].str.replace("[^0-9+]", "", regex=True) for side in ("domo", "directory")}))
    drifts.append(one)
drift = pd.concat(drifts)
a[~a["situation"].isin(["matched", "inactive", "excluded"])].to_csv(f"{out}/pandas-accounts.csv", index=False)
p[~p["situation"].isin(["matched", "left"])].to_csv(f"{out}/pandas-people.csv", index=False)
drift.to_csv(f"{out}/pandas-drift.csv", index=False)
counts = {f"account_{key}": int(value) for key, value in a["situation"].value_counts().items()}
counts |= {f"person_{key}": int(value) for key, value in p["situation"].value_counts().items()}
print(json.dumps(counts | {"drift": int(drift["id"].nunique())}))
