"""The comparison with pandas. Usage: pandas_audit.py FOLDER OUT"""

import json
import sys

import numpy as np
import pandas as pd

folder, out = sys.argv[1:]
a = pd.read_json(f"{folder}/accounts.jsonl", lines=True, dtype={"employeeNumber": str})
p = pd.read_csv(f"{folder}/directory.csv", dtype=str).rename(columns={
    "Employee ID": "number", "Name": "name", "Work Email": "email", "Job Title": "title", "Department": "department",
    "Location": "location", "Work Phone": "phone", "Employment Status": "status"})
a["number"] = a["employeeNumber"].astype(str).str.replace(r"\.0$", "", regex=True).where(a["employeeNumber"].notna())
a.loc[a["number"] == "nan", "number"] = None
a["excluded"] = a["email"].str.lower().str.match(r"svc-.*@acme\.example$")
for frame in (a, p):
    frame["email"] = frame["email"].str.strip().str.lower().str.replace("@old-acme.example", "@acme.example", regex=False)
    frame["loose"] = frame["number"].str.replace(r"^[A-Za-z]+0*|^0+", "", regex=True)
p["row"], a["part"] = np.arange(len(p)), a["active"] & ~a["excluded"]


def pointers(key, people=p):
    """Rows and count of the people with each key."""
    held = people[people[key].notna()].groupby(key)["row"].agg(["size", "first"])
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
    [repeated & (part != True), p["row"].isin(named), ended & (active == False), active.notna(), ended],  # noqa: E712
    ["duplicate", "conflict", "left", "matched", "left"], "missing")

both = a[a["situation"] == "matched"].merge(p, left_on="person", right_on="row", suffixes=("_a", "_p"))
drifts = []
for field in ("email", "name", "title", "department", "location", "phone", "loose"):
    ours, theirs = both[f"{field}_a"], both[f"{field}_p"]
    if field == "phone":
        ours, theirs = (side.str.replace(r"[^0-9+]", "", regex=True) for side in (ours, theirs))
    differs = (ours != theirs) & ~(ours.isna() & theirs.isna())
    drifts.append(pd.DataFrame({"id": both.loc[differs, "id"], "field": field, "domo": ours[differs], "directory": theirs[differs]}))
drift = pd.concat(drifts)
a[~a["situation"].isin(["matched", "inactive", "excluded"])].to_csv(f"{out}/pandas-findings.csv", index=False)
drift.to_csv(f"{out}/pandas-drift.csv", index=False)
counts = {f"account_{key}": int(value) for key, value in a["situation"].value_counts().items()}
counts |= {f"person_{key}": int(value) for key, value in p["situation"].value_counts().items()}
print(json.dumps(counts | {"drift": int(drift["id"].nunique())}))
