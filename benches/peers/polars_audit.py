"""The comparison with Polars. Usage: polars_audit.py FOLDER OUT"""

import json
import sys

import polars as pl

folder, out = sys.argv[1:]
email = lambda name: pl.col(name).str.strip_chars().str.to_lowercase().str.replace("@old-acme.example", "@acme.example", literal=True)
loose = pl.col("number").str.replace("^[A-Za-z]+", "").str.strip_chars_start("0").alias("loose")
schema = {name: pl.String for name in ("name", "email", "role", "title", "department", "location", "phone")}
schema |= {"id": pl.UInt64, "active": pl.Boolean, "employeeNumber": pl.Int64}
a = (
    pl.scan_ndjson(f"{folder}/accounts.jsonl", schema=schema)
    .with_columns(
        excluded=pl.col("email").str.to_lowercase().str.contains(r"^svc-.*@acme\.example$"),
        email=email("email"),
        number=pl.col("employeeNumber").cast(pl.String),
    )
    .with_columns(loose, part=pl.col("active") & ~pl.col("excluded"))
)
p = (
    pl.scan_csv(f"{folder}/directory.csv", infer_schema=False)
    .rename({"Employee ID": "number", "Name": "name", "Work Email": "email", "Job Title": "title", "Department": "department",
             "Location": "location", "Work Phone": "phone", "Employment Status": "status"})
    .with_columns(email=email("email"))
    .with_columns(loose)
    .with_row_index("row")
    .collect()
)


def held(key, short):
    groups = p.lazy().filter(pl.col(key).is_not_null()).group_by(key)
    return groups.agg(pl.len().alias(f"{short}n"), pl.col("row").first().alias(f"{short}p"))


a = a.join(held("email", "e"), on="email", how="left").join(held("number", "n"), on="number", how="left")
a = a.join(held("loose", "l"), on="loose", how="left").collect()
mine = a.filter(pl.col("part") & pl.col("loose").is_not_null()).group_by("loose").agg(pl.len().alias("mine"))
a = a.join(mine, on="loose", how="left")
loosely = pl.col("nn").is_null() & (pl.col("ln") == 1) & (pl.col("mine") == 1)
a = a.with_columns(
    nn=pl.when(loosely).then(pl.lit(1)).otherwise(pl.col("nn")), np=pl.when(loosely).then(pl.col("lp")).otherwise(pl.col("np")))
keys = p.select("row", key_email="email", key_number="number")
a = a.join(keys.select(np="row", number_email="key_email"), on="np", how="left")
a = a.join(keys.select(ep="row", email_number="key_number"), on="ep", how="left")
en, nn = pl.col("en").fill_null(0), pl.col("nn").fill_null(0)
singled = ((en > 1) & (nn == 1) & (pl.col("number_email") == pl.col("email")).fill_null(False)) | (
    (nn > 1) & (en == 1) & (pl.col("email_number") == pl.col("number")).fill_null(False))
a = a.with_columns(
    verdict=pl.when((en == 0) & (nn == 0)).then(pl.lit("nobody"))
    .when(((en > 1) | (nn > 1)) & ~singled).then(pl.lit("ambiguous"))
    .when((en == 1) & (nn == 1) & (pl.col("ep") != pl.col("np"))).then(pl.lit("conflict"))
    .otherwise(pl.lit("one"))
).with_columns(person=pl.when(pl.col("verdict") == "one").then(pl.when(en == 1).then(pl.col("ep")).otherwise(pl.col("np"))))
holders = a.filter(pl.col("part") & pl.col("person").is_not_null()).group_by("person").agg(pl.len().alias("holders"))
a = a.join(holders, on="person", how="left").join(p.select(person="row", status="status"), on="person", how="left")
a = a.with_columns(
    situation=pl.when("excluded").then(pl.lit("excluded"))
    .when(~pl.col("active")).then(pl.lit("inactive"))
    .when(pl.col("verdict").is_in(["conflict", "ambiguous"])).then(pl.col("verdict"))
    .when(pl.col("verdict") == "nobody").then(pl.lit("orphan"))
    .when(pl.col("holders") > 1).then(pl.lit("duplicate"))
    .when(pl.col("status") == "Terminated").then(pl.lit("leaver"))
    .when(pl.col("status") == "Suspended").then(pl.lit("suspended"))
    .otherwise(pl.lit("matched")))

seen = a.filter(pl.col("person").is_not_null()).group_by(row="person").agg(any_part=pl.col("part").any(), any_active=pl.col("active").any())
conflicts = a.filter(pl.col("situation") == "conflict")
named = pl.concat([conflicts["ep"], conflicts["np"]]).unique()
people = p.join(seen, on="row", how="left")
repeated = (pl.col("email").is_duplicated() & pl.col("email").is_not_null()) | (
    pl.col("number").is_duplicated() & pl.col("number").is_not_null())
ended = pl.col("status") == "Terminated"
people = people.with_columns(
    situation=pl.when(repeated & ~pl.col("any_part").fill_null(False)).then(pl.lit("duplicate"))
    .when(pl.col("row").is_in(named.implode())).then(pl.lit("conflict"))
    .when(ended & ~pl.col("any_active").fill_null(True)).then(pl.lit("left"))
    .when(pl.col("any_active").is_not_null()).then(pl.lit("matched"))
    .when(ended).then(pl.lit("left"))
    .otherwise(pl.lit("missing")))

both = a.filter(pl.col("situation") == "matched").join(p, left_on="person", right_on="row", suffix="_p")
digits = lambda name: pl.col(name).str.replace_all("[^0-9+]", "")
drifts = []
for field in ("email", "name", "title", "department", "location", "phone", "loose"):
    ours, theirs = (digits(field), digits(f"{field}_p")) if field == "phone" else (pl.col(field), pl.col(f"{field}_p"))
    drifts.append(both.filter(ours.ne_missing(theirs)).select("id", pl.lit(field).alias("field"), domo=ours, directory=theirs))
drift = pl.concat(drifts)
a.filter(~pl.col("situation").is_in(["matched", "inactive", "excluded"])).write_csv(f"{out}/polars-findings.csv")
drift.write_csv(f"{out}/polars-drift.csv")
counts = {f"account_{key}": value for key, value in a["situation"].value_counts().iter_rows()}
counts |= {f"person_{key}": value for key, value in people["situation"].value_counts().iter_rows()}
print(json.dumps(counts | {"drift": drift["id"].n_unique()}))
