"""The comparison in SQL. Usage: duckdb_audit.py FOLDER OUT"""

import json
import os
import sys

import duckdb

folder, out = sys.argv[1:]
# With the benchmark's configuration, or two exports and none.
if os.path.exists(f"{folder}/domo-reconcile.toml"):
    users, name, place, status = "accounts.jsonl', format = 'newline_delimited", '"Name"', "Location", "Employment Status"
    number = "varchar"
    address = "replace(lower(trim({0})), '@old-acme.example', '@acme.example')"
    excluded = "starts_with(lower(email), 'svc-') and ends_with(lower(email), '@acme.example')"
else:
    users, name, place, status = "domo-users.json', format = 'array", "\"First Name\" || ' ' || \"Last Name\"", "Office", "Status"
    number = "bigint"
    address, excluded = "lower(trim({0}))", "false"
db = duckdb.connect()
db.execute(f"""
set preserve_insertion_order = false;
create macro loosely(number) as regexp_replace(number::varchar, '^[A-Za-z]*0*', '');
create macro digits(phone) as regexp_replace(phone, '[^0-9+]', '', 'g');
create macro words(name) as regexp_extract_all(lower(strip_accents(name)), '\\pL{{3,}}');
create temp table a as
  select id, name, role, title, department, location, phone, active, {address.format("email")} as email, "employeeNumber" as number,
         {excluded} as excluded, active and not excluded as part
  from read_json('{folder}/{users}', columns = {{id: 'UBIGINT', name: 'VARCHAR', email: 'VARCHAR', role: 'VARCHAR', title: 'VARCHAR',
       department: 'VARCHAR', location: 'VARCHAR', phone: 'VARCHAR', active: 'BOOLEAN', "employeeNumber": '{number}'}});
create temp table p as
  select {name} as name, {address.format('"Work Email"')} as email, nullif("Employee ID", '')::{number} as number, "Job Title" as title,
         "Department" as department, "{place}" as location, "Work Phone" as phone, "{status}" as status
  from read_csv('{folder}/directory.csv', all_varchar = true, header = true, delim = ',', quote = '"', escape = '"');
create temp table pe as select email, count(*) as n, min(rowid) as p from p where email <> '' group by 1;
create temp table pn as select number, count(*) as n, min(rowid) as p from p where number is not null group by 1;
create temp table exact as
  select a.rowid as a, active, excluded, part, pe.n as en, pe.p as ep, pn.n as nn, pn.p as np
  from a left join pe on a.email = pe.email left join pn on a.number = pn.number;
-- A number that is only loosely somebody's counts where it is unique on both sides.
create temp table loose as
  with open as (select a, loosely(number) as loose from exact join a on a.rowid = a where nn is null and number is not null),
       mine as (select loosely(number) as loose from a where part and loose in (select loose from open) group by 1 having count(*) = 1),
       theirs as (select loosely(number) as loose, min(rowid) as p from p where loose in (select loose from open)
                  group by 1 having count(*) = 1)
  select a, 1 as n, p from open join mine using (loose) join theirs using (loose);
create temp view points as
  select exact.* replace (coalesce(nn, n) as nn, coalesce(np, p) as np) from exact left join loose using (a);
-- One key names several rows, the other one of them.
create temp table singled as
  select points.a from points join a on a.rowid = points.a join p on p.rowid = case when en = 1 then ep else np end
  where en > 1 and nn = 1 and p.email = a.email or nn > 1 and en = 1 and p.number = a.number;
-- One key agrees, the other does not, nor have the names a word in common: somebody else's key.
create temp table strangers as
  select points.a from points join a on a.rowid = points.a join p on p.rowid = coalesce(ep, np)
  where (en is null and nn = 1 and a.email <> '' and p.email <> ''
      or nn is null and en = 1 and a.number is not null and p.number is not null)
    and not list_has_any(words(a.name), words(p.name)) and regexp_matches(a.name, '[A-Za-z]') and regexp_matches(p.name, '[A-Za-z]');
create temp table judged as
  select *, case when verdict = 'one' and en = 1 then ep when verdict = 'one' then np end as p
  from (select *, case
            when en is null and nn is null then 'orphan'
            when (en > 1 or nn > 1) and a not in (from singled) then 'ambiguous'
            when en = 1 and nn = 1 and ep <> np or a in (from strangers) then 'conflict' else 'one' end as verdict
        from points);
create temp table seen as
  select p, count(*) filter (part) as holders, bool_or(active) as active from judged where p is not null group by 1;
create temp table accounts as
  select *, case
      when excluded then 'excluded' when not active then 'inactive' when verdict <> 'one' then verdict
      when p in (select p from seen where holders > 1) then 'duplicate'
      when p in (select rowid from p where status = 'Terminated') then 'leaver'
      when p in (select rowid from p where status = 'Suspended') then 'suspended' else 'matched' end as situation
  from judged;
create temp table people as
  select p.rowid as p, case
      when coalesce(holders, 0) = 0 and (p.email in (select email from pe where n > 1) or number in (select number from pn where n > 1))
        then 'duplicate'
      when p.rowid in (select unnest([ep, np]) from accounts where situation = 'conflict') then 'conflict'
      when status = 'Terminated' and active is not true then 'left' when active is not null then 'matched'
      when status in ('On Leave', 'Suspended') then 'not_expected' else 'missing' end as situation
  from p left join seen on seen.p = p.rowid;
create temp table drift as
  select * from (
    select a.id, unnest([
        {{field: 'email', domo: a.email, directory: p.email}}, {{field: 'name', domo: a.name, directory: p.name}},
        {{field: 'title', domo: a.title, directory: p.title}}, {{field: 'department', domo: a.department, directory: p.department}},
        {{field: 'location', domo: a.location, directory: p.location}},
        {{field: 'phone', domo: digits(a.phone), directory: digits(p.phone)}},
        {{field: 'number', domo: loosely(a.number), directory: loosely(p.number)}}], recursive := true)
    from accounts join a on a.rowid = accounts.a join p on p.rowid = accounts.p
    where situation = 'matched' and (a.email <> p.email or a.name <> p.name or a.number is distinct from p.number
      or a.title is distinct from p.title or a.department is distinct from p.department or a.location is distinct from p.location
      or a.phone is distinct from p.phone)) where domo is distinct from directory;
copy (select a.*, situation, ep, np, accounts.p from accounts join a on a.rowid = accounts.a
      where situation not in ('matched', 'inactive', 'excluded')) to '{out}/duckdb-accounts.csv';
copy (select p.*, situation from people join p on p.rowid = people.p where situation not in ('matched', 'left')) to '{out}/duckdb-people.csv';
copy drift to '{out}/duckdb-drift.csv';
""")
counts = {f"account_{key}": value for key, value in db.execute("select situation, count(*) from accounts group by 1").fetchall()}
counts |= {f"person_{key}": value for key, value in db.execute("select situation, count(*) from people group by 1").fetchall()}
counts["drift"] = db.execute("select count(distinct id) from drift").fetchone()[0]
print(json.dumps(counts))
