"""The comparison in SQL. Usage: duckdb_audit.py FOLDER OUT"""

import json
import sys

import duckdb

folder, out = sys.argv[1:]
db = duckdb.connect()
email = "replace(lower(trim({0})), '@old-acme.example', '@acme.example')"
loose = "ltrim(regexp_replace({0}, '^[A-Za-z]+', ''), '0')"
db.execute(f"""
create table a as
  select row_number() over () as a, id, name, role, title, department, location, phone, active,
         {email.format('email')} as email, nullif(cast("employeeNumber" as varchar), '') as number,
         lower(email) like 'svc-%@acme.example' as excluded
  from read_json('{folder}/accounts.jsonl', format = 'newline_delimited', columns = {{id: 'UBIGINT', name: 'VARCHAR', email: 'VARCHAR',
       role: 'VARCHAR', title: 'VARCHAR', department: 'VARCHAR', location: 'VARCHAR', phone: 'VARCHAR', active: 'BOOLEAN',
       "employeeNumber": 'VARCHAR'}});
create table p as
  select row_number() over () as p, "Name" as name, {email.format('"Work Email"')} as email, nullif("Employee ID", '') as number,
         "Job Title" as title, "Department" as department, "Location" as location, "Work Phone" as phone,
         "Employment Status" as status
  from read_csv('{folder}/directory.csv', all_varchar = true, header = true);
create table pe as select email, count(*) as n, min(p) as p from p where email is not null group by email;
create table pn as select number, count(*) as n, min(p) as p from p where number is not null group by number;
create table exact as
  select a.*, pe.n as en, pe.p as ep, pn.n as nn, pn.p as np, active and not excluded as part
  from a left join pe using (email) left join pn using (number);
create table al as
  select {loose.format('number')} as loose, count(*) as n from exact where part and number is not null group by 1;
create table pl as
  select {loose.format('number')} as loose, count(*) as n, min(p) as p from p where number is not null group by 1;
create table points as
  select e.*, coalesce(e.np, case when al.n = 1 and pl.n = 1 then pl.p end) as num,
         coalesce(e.nn, case when al.n = 1 and pl.n = 1 then 1 end) as numn
  from exact e left join al on {loose.format('e.number')} = al.loose left join pl on {loose.format('e.number')} = pl.loose;
create table judged as
  select *, case
      when en is null and numn is null then 'nobody'
      when coalesce(en, 1) > 1 and numn is null or coalesce(numn, 1) > 1 and en is null or en > 1 and numn > 1 then 'ambiguous'
      when en > 1 then case when (select p.email from p where p.p = num) = points.email then 'one' else 'ambiguous' end
      when numn > 1 then case when (select p.number from p where p.p = ep) = points.number then 'one' else 'ambiguous' end
      when en = 1 and numn = 1 and ep <> num then 'conflict' else 'one' end as verdict
  from points;
create table matched as
  select *, case when verdict = 'one' then case when en = 1 then ep else num end end as person from judged;
create table holders as select person, count(*) as n from matched where part and person is not null group by person;
create table accounts as
  select m.*, p.status, case
      when excluded then 'excluded' when not active then 'inactive' when verdict = 'conflict' then 'conflict'
      when verdict = 'ambiguous' then 'ambiguous' when verdict = 'nobody' then 'orphan' when h.n > 1 then 'duplicate'
      when p.status = 'Terminated' then 'leaver' when p.status = 'Suspended' then 'suspended' else 'matched' end as situation
  from matched m left join p on p.p = m.person left join holders h on h.person = m.person;
create table seen as
  select person as p, max(part)::int as part, max(active)::int as active from accounts where person is not null group by 1;
create table named as
  select distinct unnest([ep, num]) as p from accounts where situation = 'conflict';
create table people as
  select p.p, case
      when (pe.n > 1 or pn.n > 1) and coalesce(seen.part, 0) = 0 then 'duplicate'
      when named.p is not null then 'conflict'
      when status = 'Terminated' and seen.p is not null and seen.active = 0 then 'left'
      when seen.p is not null then 'matched' when status = 'Terminated' then 'left' else 'missing' end as situation
  from p left join pe using (email) left join pn using (number) left join seen on seen.p = p.p left join named on named.p = p.p;
create table drift as
  select a.id, d.field, d.domo, d.directory
  from accounts a join p on p.p = a.person,
       lateral (values ('email', a.email, p.email), ('name', a.name, p.name), ('title', a.title, p.title),
                       ('department', a.department, p.department), ('location', a.location, p.location),
                       ('phone', regexp_replace(a.phone, '[^0-9+]', '', 'g'), regexp_replace(p.phone, '[^0-9+]', '', 'g')),
                       ('number', {loose.format('a.number')}, {loose.format('p.number')})) d(field, domo, directory)
  where a.situation = 'matched' and d.domo is distinct from d.directory;
copy (select * from accounts where situation not in ('matched', 'inactive', 'excluded')) to '{out}/duckdb-findings.csv';
copy drift to '{out}/duckdb-drift.csv';
""")
counts = {f"account_{key}": value for key, value in db.execute("select situation, count(*) from accounts group by 1").fetchall()}
counts |= {f"person_{key}": value for key, value in db.execute("select situation, count(*) from people group by 1").fetchall()}
counts["drift"] = db.execute("select count(distinct id) from drift").fetchone()[0]
print(json.dumps(counts))
