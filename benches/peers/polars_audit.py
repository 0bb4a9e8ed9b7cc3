"""The comparison with Polars. Usage: polars_audit.py FOLDER OUT"""

import json
import os
import sys

import polars as pl

folder, out = sys.argv[1:]
when, col, lit = pl.when, pl.col, pl.lit
schema = {name: pl.String for name in ("name", "email", "role", "title", "department", "location", "phone")}
schema |= {"id": pl.UInt64, "active": pl.Boolean, "employeeNumber": pl.Int64}
p = pl.scan_csv(f"{folder}/directory.csv", infer_schema=False).rename({
    "Employee ID": "number", "Work Email": "email", "Job Title": "title", "Department": "department", "Work Phone": "phone"})
email = col("email").str.strip_chars().str.to_lowercase()
# With the benchmark's configuration, or two exports and none.
if os.path.exists(f"{folder}/domo-reconcile.toml"):
    a = pl.scan_ndjson(f"{folder}/accounts.jsonl", schema=schema)
    p = p.rename({"Name": "name", "Location": "location", "Employment Status": "status"})
    email, number = email.str.replace("@old-acme.example", "@acme.example", literal=True), pl.String
    excluded = email.str.starts_with("svc-") & email.str.ends_with("@acme.example")
else:
    a = pl.read_json(f"{folder}/domo-users.json", schema=schema).lazy()
    p = p.rename({"Office": "location", "Status": "status"}).with_columns(name=col("First Name") + " " + col("Last Name"))
    number, excluded = pl.Int64, lit(False)
a = a.with_columns(email=email, number=col("employeeNumber").cast(number), excluded=excluded, part=col("active") & ~excluded)
p = p.with_columns(email=email, number=col("number").cast(number))
a, p = pl.collect_all([a.with_row_index("a"), p.with_row_index("p")])
loosely = col("number").cast(pl.String).str.replace("^[A-Za-z]*0*", "").alias("loose")


def held(key, short):
    """Count and first row of the people with each key."""
    return p.lazy().filter(col(key).is_not_null()).group_by(key).agg(pl.len().alias(f"{short}n"), col("p").first().alias(f"{short}p"))


narrow = a.lazy().select("a", "active", "excluded", "part", "email", "number")
points = narrow.join(held("email", "e"), on="email", how="left").join(held("number", "n"), on="number", how="left").collect()
# A number that is only loosely somebody's counts where it is unique on both sides.
loose = points.filter(col("nn").is_null() & col("number").is_not_null()).select("a", loosely)
mine = a.lazy().filter("part").select(loosely).join(loose.lazy(), on="loose", how="semi").group_by("loose").len().filter(col("len") == 1)
theirs = p.lazy().select("p", loosely).join(loose.lazy(), on="loose", how="semi").group_by("loose").agg(pl.len(), col("p").first())
loose = loose.lazy().join(mine, on="loose").join(theirs.filter(col("len") == 1), on="loose").select("a", lp="p", ln=1).collect()
en, nn, ep, np = col("en"), col("nn"), col("ep"), col("np")
points = points.join(loose, on="a", how="left").with_columns(nn=pl.coalesce(nn, "ln"), np=pl.coalesce(np, "lp")).with_columns(
    p=when(en == 1).then(ep).otherwise(np))
# One key names several rows, the other one of them.
keys = p.select("p", "name", email_p="email", number_p="number")
singled = points.filter((en > 1) & (nn == 1) | (nn > 1) & (en == 1)).join(keys, on="p")
singled = singled.filter(when(en > 1).then(col("email") == col("email_p")).otherwise(col("number") == col("number_p")))
# One key agrees, the other does not, nor have the names a word in common: somebody else's key.
words = lambda name: (
    col(name).str.normalize("NFD").str.replace_all(r"\p{M}", "").str.to_lowercase().str.extract_all(r"\p{L}{3,}"))
latin = lambda name: col(name).str.contains("[A-Za-z]")
strangers = points.filter(en.is_null() & (nn == 1) & col("email").is_not_null() | nn.is_null() & (en == 1) & col("number").is_not_null())
strangers = strangers.join(keys, on="p").filter(when(en.is_null()).then(col("email_p").is_not_null()).otherwise(
    col("number_p").is_not_null())).join(a.select("a", name_a="name"), on="a")
strangers = strangers.filter(
    words("name").list.set_intersection(words("name_a")).list.len() == 0, latin("name") & latin("name_a"))

verdict = (
    when(en.is_null() & nn.is_null()).then(lit("orphan"))
    .when(((en > 1) | (nn > 1)) & ~col("a").is_in(singled["a"].implode())).then(lit("ambiguous"))
    .when((en == 1) & (nn == 1) & (ep != np) | col("a").is_in(strangers["a"].implode())).then(lit("conflict"))
    .otherwise(lit("one")))
judged = points.with_columns(verdict=verdict).with_columns(p=when(col("verdict") == "one").then("p"))
seen = judged.filter(col("p").is_not_null()).group_by("p").agg(holders=col("part").sum(), seen=col("active").any())
judged = judged.join(seen.select("p", "holders"), on="p", how="left").join(p.select("p", "status"), on="p", how="left")
situation = (
    when("excluded").then(lit("excluded"))
    .when(~col("active")).then(lit("inactive"))
    .when(col("verdict") != "one").then("verdict")
    .when(col("holders") > 1).then(lit("duplicate"))
    .when(col("status") == "Terminated").then(lit("leaver"))
    .when(col("status") == "Suspended").then(lit("suspended"))
    .otherwise(lit("matched")))
accounts = judged.select("a", "p", "ep", "np", situation=situation)

named = accounts.filter(col("situation") == "conflict")
repeated = [held(key, "").filter(col("n") > 1).select(key).collect()[key].implode() for key in ("email", "number")]
ended, is_active = col("status") == "Terminated", col("seen").fill_null(False)
people = p.join(seen, on="p", how="left").with_columns(situation=(
    when((col("holders").fill_null(0) == 0) & (col("email").is_in(repeated[0]) | col("number").is_in(repeated[1]))).then(lit("duplicate"))
    .when(col("p").is_in(pl.concat([named["ep"], named["np"]]).implode())).then(lit("conflict"))
    .when(ended & ~is_active).then(lit("left"))
    .when(col("seen").is_not_null()).then(lit("matched"))
    .when(col("status").is_in(["On Leave", "Suspended"])).then(lit("not_expected"))
    .otherwise(lit("missing"))))

fields = ("email", "name", "title", "department", "location", "phone", "number")
both = accounts.lazy().filter(col("situation") == "matched").join(a.lazy(), on="a").join(p.lazy(), on="p", suffix="_p")
both = both.filter(pl.any_horizontal(col(field).ne_missing(col(f"{field}_p")) for field in fields)).collect()
digits = lambda phone: phone.str.replace_all("[^0-9+]", "")
alike = {"phone": digits, "number": lambda key: key.cast(pl.String).str.replace("^[A-Za-z]*0*", "")}
drift = pl.concat(
    both.select("id", field=lit(field), domo=compared(col(field)), directory=compared(col(f"{field}_p")))
    for field, compared in ((field, alike.get(field, lambda value: value)) for field in fields)
).filter(col("domo").ne_missing(col("directory")))
a.join(accounts.filter(~col("situation").is_in(["matched", "inactive", "excluded"])), on="a").write_csv(f"{out}/polars-accounts.csv")
people.filter(~col("situation").is_in(["matched", "left"])).write_csv(f"{out}/polars-people.csv")
drift.write_csv(f"{out}/polars-drift.csv")
counts = {f"account_{key}": value for key, value in accounts["situation"].value_counts().iter_rows()}
counts |= {f"person_{key}": value for key, value in people["situation"].value_counts().iter_rows()}
print(json.dumps(counts | {"drift": drift["id"].n_unique()}))
