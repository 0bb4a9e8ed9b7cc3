//! Whether a list is all there is: what it says of itself, and whether its file is whole. Each kind with members nobody handed
//! over.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use domo_reconcile::config::Directory;
use serde_json::{Value, json};

use super::exports::{Company, object};
use super::loaded;
use super::writers::{gzip, inline_row, raw_ods, raw_xlsx};
use crate::support::run;

/// Why the list is not whole.
fn doubts(name: &str, bytes: impl AsRef<[u8]>) -> Vec<String> {
    loaded(name, bytes).sources[0].incomplete.clone()
}

fn three() -> Value {
    (0..3).map(object).collect()
}

#[test]
fn a_json_list_that_says_it_goes_on_is_a_part_however_it_says_so() {
    let u = three;
    for list in [
        json!({"employees": u(), "meta": {"page": {"current": 1, "total": 3, "size": 3}}, "totalRecords": 4}),
        json!({"employees": u(), "meta": {"page": {"current": 1, "total": 2}}}),
        json!({"employees": u(), "pagination": {"page": 1, "total": 4}}),
        json!({"list": u(), "page": {"hasNext": 1}}),
        json!({"list": u(), "pageInfo": {"hasNextPage": "yes"}}),
        json!({"status": "partial", "users": u()}),
        json!({"users": u(), "partialResults": true}),
        json!({"users": u(), "remaining": 1}),
        json!({"users": u(), "meta": {"remainingCount": "17"}}),
        json!({"users": u(), "contentRange": "users 0-2/4"}),
        json!({"users": u(), "message": "Results limited to the first 3 rows"}),
        json!({"users": u(), "warnings": ["result truncated"]}),
        json!({"members": u(), "response_metadata": {"next_cursor": "dXNlcg=="}}),
        json!({"records": u(), "done": false, "nextRecordsUrl": "/services/data/next"}),
        json!({"_embedded": {"users": u()}, "_links": {"next": {"href": "/users?page=2"}}}),
        json!({"from": 4, "to": 6, "users": u()}),
        json!({"meta": {"from": 4, "to": 6}, "users": u()}),
        json!({"offset": 3, "limit": 3, "users": u()}),
        json!({"page": 2, "users": u()}),
        json!({"page": "2 of 3", "users": u()}),
        json!({"showing": "1-3 of 5", "users": u()}),
        json!({"start": 50, "users": u()}),
        json!({"status": 206, "users": u()}),
        json!({"statusCode": 206, "body": {"value": u()}}),
        json!({"success": false, "users": u()}),
        json!({"isPreview": true, "users": u()}),
        json!({"maxResultsReached": true, "users": u()}),
        json!({"endOfData": false, "users": u()}),
        json!({"count": {"returned": 3, "total": 5}, "users": u()}),
        json!({"feed": {"openSearch$totalResults": {"$t": "5"}, "entry": u()}}),
        json!({"range": {"start": 0, "end": 2, "total": 5}, "users": u()}),
        json!({"responses": [{"status": 200, "body": {"value": u()}}, {"status": 429, "body": {"error": {"code": "busy"}}}]}),
        json!({"Response_Results": {"Total_Results": 5, "Total_Pages": 2, "Page": 1}, "Response_Data": {"Worker": u()}}),
        json!({"workers": u(), "meta": {"completeIndicator": false}}),
        json!({"users": u(), "end_of_stream": false}),
        json!({"value": u(), "@Microsoft.Dynamics.CRM.morerecords": true}),
        json!({"data": u(), "links": {"self": "/users?page[number]=1", "last": "/users?page[number]=2"}}),
        json!({"data": {"rows": u(), "rows_truncated": 2000}}),
        json!({"users": u(), "unreachable": ["europe-west1"]}),
        json!({"entities": u(), "links": [{"rel": ["next"], "href": "https://hr.example/users?page=2"}]}),
        json!({"data": {"people": u(), "people_aggregate": {"aggregate": {"count": 5}}}}),
        json!({"cursor": {"id": -4_503_599_627_370_497_i64, "ns": "hr.staff", "firstBatch": u()}, "ok": 1}),
        json!({"cursor": {"id": {"$numberLong": "123"}, "firstBatch": u()}, "ok": 1}),
    ] {
        assert!(!doubts("people.json", list.to_string()).is_empty(), "{list}");
    }
    for head in [
        "link: </users?page=2>; rel=\"next\"",
        "x-total-count: 4",
        "content-range: users 0-2/4",
        "x-next-page: 2",
        "x-page: 2",
        "X-WP-TotalPages: 2",
        "X-Pagination: {\"TotalCount\": 4, \"PageSize\": 3}",
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{}", three());
        assert!(!doubts("people.json", &answer).is_empty(), "{head}");
    }
    for status in ["206 Partial Content", "500 Internal Server Error", "429 Too Many Requests"] {
        let answer = format!("HTTP/1.1 {status}\r\nDate: Mon, 23 Nov 2026 06:00:00 GMT\r\n\r\n{}", three());
        assert!(!doubts("people.json", &answer).is_empty(), "{status}");
    }
}

#[test]
fn pages_one_after_another_are_whole_in_any_order_and_not_where_one_stands_twice() {
    let page = |number: usize, people: std::ops::Range<usize>| json!({"page": number, "total": 4, "users": people.map(object).collect::<Value>()});
    for whole in [[page(1, 0..2), page(2, 2..4)], [page(2, 2..4), page(1, 0..2)]] {
        assert_eq!(doubts("people.json", format!("{}\n{}", whole[0], whole[1])), [""; 0]);
    }
    for part in [[page(1, 0..3), page(1, 0..3)], [page(2, 0..2), page(3, 2..3)]] {
        assert!(!doubts("people.json", format!("{}\n{}", part[0], part[1])).is_empty(), "{part:?}");
    }
}

#[test]
fn a_json_list_that_was_filtered_is_a_selection() {
    let u = three;
    for list in [
        json!({"filters": {"country": "Germany"}, "users": u()}),
        json!({"filter": "department = Finance", "users": u()}),
        json!({"appliedFilters": ["Country is Germany"], "users": u()}),
        json!({"query": {"filter": "country eq 'DE'"}, "users": u()}),
        json!({"query": {"department": "Finance"}, "users": u()}),
        json!({"query": "department = 'Finance'", "users": u()}),
        json!({"sql": "SELECT * FROM people WHERE country = 'DE'", "users": u()}),
        json!({"request": {"q": "status:active"}, "users": u()}),
    ] {
        assert!(doubts("people.json", list.to_string()).join("").contains("selection"), "{list}");
    }
}

#[test]
fn a_json_list_beside_another_list_of_people_is_a_part_until_each_is_a_directory_of_its_own() {
    let more = json!([{"employeeId": "2004", "email": "x@acme.example"}, {"employeeId": "2005", "email": "y@acme.example"}]);
    let twice = format!("{{\"users\": {more}, \"users\": {}}}", three());
    let both = json!({"employees": three(), "contractors": more}).to_string();
    for (text, name) in [
        (both.clone(), "`contractors`"),
        (json!({"active": three(), "inactive": more}).to_string(), "`inactive`"),
        (json!({"data": {"users": three(), "deleted": more}}).to_string(), "`data.deleted`"),
        (twice, "`users`"),
    ] {
        let doubts = doubts("people.json", &text).join("\n");
        assert!(doubts.contains(name), "{text}: {doubts}");
    }
    let folder = super::folder();
    let one = super::file(folder.path(), "people.json", &both);
    let lists = ["employees", "contractors"].map(|list| Directory { sheet: Some(list.into()), ..one.clone() });
    let people = domo_reconcile::directory::load(&lists).unwrap();
    assert_eq!(people.sources.iter().map(|source| source.rows).collect::<Vec<_>>(), [3, 2]);
    assert!(people.sources.iter().all(|source| source.incomplete.is_empty()));
    let wrong = Directory { sheet: Some("interns".into()), ..one };
    let error = domo_reconcile::directory::load(&[wrong]).unwrap_err();
    assert!(format!("{error:?}").contains("no list `interns`"), "{error:?}");
}

#[test]
fn a_json_list_beside_lists_that_name_nobody_else_is_whole() {
    let few = json!([{"employeeId": "0", "email": object(0)["email"]}, {"employeeId": "1", "email": object(1)["email"]}]);
    let groups = json!([{"id": "7", "email": "all@acme.example"}, {"id": "8", "email": "board@acme.example"}]);
    let text = json!({"users": three(), "managers": few, "groups": groups, "departments": [{"id": 1, "name": "Finance"}]});
    assert_eq!(doubts("people.json", text.to_string()), [""; 0]);
}

#[test]
fn what_a_json_list_says_of_something_else_or_of_its_end_is_no_doubt() {
    let u = three;
    for list in [
        json!({"filters": {}, "users": u()}),
        json!({"filter": null, "users": u()}),
        json!({"filter": "all", "users": u()}),
        json!({"filters": {"includeTerminated": true, "limit": 100}, "users": u()}),
        json!({"page": {"current": 1, "total": 1}, "users": u()}),
        json!({"pagination": {"page": 1, "total": 3, "pages": 1}, "users": u()}),
        json!({"page": {"number": 0, "totalPages": 1, "totalElements": 3}, "users": u()}),
        json!({"users": u(), "rateLimit": {"remaining": 4999}}),
        json!({"users": u(), "remaining": 0}),
        json!({"status": "complete", "message": "3 users found", "users": u()}),
        json!({"licences": {"total": 50, "remaining": 44}, "users": u()}),
        json!({"groups": {"count": 9, "filter": "x"}, "users": u()}),
        json!({"pager": {"first": 0, "last": 0}, "users": u()}),
        json!({"range": "0-2/3", "users": u()}),
        json!({"from": 1, "to": 3, "users": u()}),
        json!({"from": "2026-01-01", "to": "2026-11-23", "users": u()}),
        json!({"from": "hr@acme.example", "users": u()}),
        json!({"status": 200, "code": 0, "success": true, "preview": false, "users": u()}),
        json!({"query": {"limit": 500, "offset": 0, "sort": "lastName", "fields": "id,email"}, "users": u()}),
        json!({"query": "limit=500&offset=0&sort=name", "users": u()}),
        json!({"request": {"method": "GET", "status": "ok"}, "users": u()}),
        json!({"@odata.deltaLink": "https://hr.example/delta", "users": u()}),
        json!({"showing": "1-3 of 3", "users": u()}),
        json!({"responseHeader": {"status": 0, "params": {"q": "*:*", "rows": "1000"}}, "response": {"numFound": 3, "docs": u()}}),
        json!({"workers": u(), "meta": {"completeIndicator": true, "totalNumber": 3}}),
        json!({"users": u(), "end_of_stream": true}),
        json!({"value": u(), "@Microsoft.Dynamics.CRM.totalrecordcount": -1, "@Microsoft.Dynamics.CRM.morerecords": false}),
        json!({"data": u(), "links": {"first": "/users?page=1", "last": "/users?page=1", "next": null}}),
        json!({"data": {"people": u(), "teams_aggregate": {"aggregate": {"count": 5}}}}),
        json!({"entities": u(), "links": [{"rel": ["self"], "href": "https://hr.example/users"}]}),
    ] {
        assert_eq!(doubts("people.json", list.to_string()), [""; 0], "{list}");
    }
}

/// A table of three with lines above or below it.
fn table(above: &str, below: &str) -> String {
    let rows = (0..3)
        .map(object)
        .map(|person| format!("{},{},Active\n", person["employeeId"].as_str().unwrap(), person["email"].as_str().unwrap()));
    format!("{above}Employee ID,Email,Status\n{}{below}", rows.collect::<String>())
}

#[test]
fn words_around_a_table_that_say_it_is_a_part_count_above_and_below() {
    for words in [
        "1-3 / 4",
        "Displaying 3 out of 4 records",
        "Next page: https://hr.example/people?page=2",
        "Load more",
        "Mehr anzeigen",
        "Top 3",
        "Showing the first 3 rows",
        "Export limit reached",
        "Limite atteinte",
        "Active employees only",
        "Excludes terminated employees",
        "Excluded: contractors",
        "Gefiltert: Land = Deutschland",
        "絞り込み: 国 = ドイツ",
        "WHERE country = 'DE'",
        "Query: status = Active",
        "View: Active employees",
        "全4件",
        "4件中1-3件を表示",
        "1/2ページ",
        "3/4 rows exported",
        "Total records: 4, exported: 3",
        "Selected: 3 of 4",
        "Part 1 of 2",
        "Teil 1/2",
        "2 weitere Zeilen",
        "...",
        "-- More --",
        "Fortsetzung folgt",
        "Continued on next page",
        "Partial export",
        "Teilexport",
        "Export abgebrochen",
        "Filtered list",
        "Scope: Global",
        "Population: Active and Terminated",
        "Liste filtrée",
        "Search results for finance",
        "Suchergebnisse für Finanzen",
        "Standort: alle; Filter: Abteilung = Finanzen",
        "Department = Finance",
        "Country: Germany only",
        "Nur Standort Berlin",
        "Somente ativos",
        "ohne Leiharbeiter",
        "Hors intérimaires",
        "共4条，显示3条",
        "Record count: 3 of 500",
        "Exported 3 out of 4 users",
        "Row limit: 3",
        "This report is limited to 3 rows",
        "Trefferanzahl auf 3 beschränkt",
        "SELECT TOP 3 * FROM hr.employees",
        "Limited to active employees",
        "Rows written: 3, rows rejected: 2",
        "3 rows loaded, 2 errors",
        "2 rows skipped",
        "Es wurden nicht alle Einträge selektiert",
        "Some records could not be exported",
        "Message clipped: view the entire message",
        "Sayfa 1 / 3",
        "4 kayıttan 3 tanesi gösteriliyor",
        "Strana 1 z 2",
        "Zobrazeno 3 z 4 záznamů",
        "Σελίδα 1 από 2",
        "עמוד 1 מתוך 2",
        "عرض 3 من 4",
        "1/2 페이지",
        "仅在职员工",
        "筛选条件：部门=财务",
        "필터: 부서 = 재무",
        "عوامل التصفية: القسم = المالية",
        "סינון: מחלקה = כספים",
        "Φίλτρο: Τμήμα = Οικονομικά",
        "Yalnızca aktif çalışanlar",
    ] {
        for (place, text) in [("above", table(&format!("{words}\n\n"), "")), ("below", table("", &format!("\n{words}\n")))] {
            let people = loaded("people.csv", text);
            assert!(!people.sources[0].incomplete.is_empty(), "{place}: {words}");
            assert_eq!((people.sources[0].rows, people.sources[0].rejected), (3, 0), "{place}: {words}");
        }
    }
}

#[test]
fn words_around_a_table_that_say_nothing_of_it_are_no_doubt() {
    for words in [
        "Top 100",
        "1-3 / 3",
        "全3件",
        "For authorised employees only",
        "For internal use only",
        "Population: 3",
        "View: All employees",
        "Excluded: none",
        "Scope: all",
        "Query: SELECT * FROM employees",
        "Next review: spring",
        "Showing 3 out of 3 records",
        "3/3 rows exported",
        "Total records: 3",
        "Unfiltered list",
        "Liste non filtrée",
        "Ohne Gewähr",
        "Sans filtre",
        "Department = all",
        "Confidential - HR only",
        "Nur zum internen Gebrauch",
        "Read only",
        "Exported 23/11/2026",
        "Part of the monthly audit",
        "Suchergebnisse: alle",
        "Row limit: 100000",
        "Limited to 500 rows",
        "Access limited to HR employees",
        "Run ID 2026-11-23/4",
        "Week 47 of 52",
        "3 rows written, 0 rejected",
        "2 blank rows skipped",
        "Exported 2026-11-23 by hr",
        "Filtre: yok",
        "Filtr: žádný",
        "筛选条件：无",
        "필터: 없음",
        "Sayfa 1 / 1",
        "共 3 条",
        "CN=All Staff,OU=Groups,DC=acme",
        "4 of 50 seats in use",
    ] {
        for text in [table(&format!("{words}\n\n"), ""), table("", &format!("\n{words}\n"))] {
            assert_eq!(doubts("people.csv", &text), [""; 0], "{words}");
        }
    }
}

fn entries(count: usize) -> String {
    let one = |at: usize| {
        let person = object(at);
        format!(
            "dn: uid=u{at},dc=acme\nuid: u{at}\nmail: {}\nemployeeNumber: {}\n\n",
            person["email"].as_str().unwrap(),
            person["employeeId"].as_str().unwrap()
        )
    };
    (0..count).map(one).collect()
}

#[test]
fn an_ldif_file_that_was_cut_is_a_part() {
    let head = "# extended LDIF\n#\n# LDAPv3\n# base <dc=acme> with scope subtree\n\n";
    let tail = "# search result\nsearch: 2\nresult: 0 Success\n\n# numResponses: 4\n# numEntries: 3\n";
    for whole in [format!("{head}{}{tail}", entries(3)), entries(3), format!("version: 1\n\n{}", entries(3))] {
        assert_eq!(doubts("people.ldif", &whole), [""; 0], "{whole}");
    }
    let all = entries(4);
    for cut in [
        format!("{head}{}", entries(3)),
        all[..all.len() - 3].to_owned(),
        all[..all.len() - 40].to_owned(),
        format!("{}dn:: dWlk", entries(3)),
    ] {
        assert!(!doubts("people.ldif", &cut).is_empty(), "{cut}");
    }
}

/// A page with a table of three.
fn page(before: &str, row: &str, after: &str) -> String {
    let line = |cells: [&str; 3]| format!("<tr{row}>{}</tr>", cells.map(|cell| format!("<td>{cell}</td>")).concat());
    let rows: String = (0..3)
        .map(object)
        .map(|person| line([person["employeeId"].as_str().unwrap(), person["email"].as_str().unwrap(), "Active"]))
        .collect();
    format!(
        "<html><head><title>People</title></head><body>{before}<table><tr><th>Employee ID</th><th>Email</th><th>Status</th></tr>{rows}{after}"
    )
}

#[test]
fn an_html_table_that_was_cut_or_says_around_it_that_it_is_a_part_is_one() {
    for whole in ["</table></body></html>", "</table>", "</body></html>"] {
        assert_eq!(doubts("people.xls", page("<h1>People</h1>", "", whole)), [""; 0], "{whole}");
    }
    for (before, after) in [
        ("", ""),
        ("", "<tr><td>2004</td><td>leo"),
        ("", "<tr><td>2004</td><t"),
        ("", "</table><p>Page <b>1</b> of <b>2</b></p></body></html>"),
        ("<div>Filtered by: Country = DE</div>", "</table></body></html>"),
        ("", "</table><a rel=\"next\" href=\"?page=2\">&raquo;</a></body></html>"),
    ] {
        assert!(!doubts("people.xls", page(before, "", after)).is_empty(), "{before} {after}");
    }
}

#[test]
fn workbooks_and_packed_files_that_were_cut_are_refused_or_a_part() {
    let sheet: String =
        [["Employee ID", "Email"], ["1", "a@acme.example"], ["2", "b@acme.example"]].iter().map(|row| inline_row(row)).collect();
    let book = raw_xlsx(&sheet);
    let packed = gzip(table("", "").as_bytes());
    let xml = "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"S\"><Table><Row><Cell><Data>Employee ID</Data></Cell><Cell><Data>Email</Data></Cell></Row><Row><Cell><Data>1</Data></Cell><Cell><Data>a@acme.example</Data></Cell></Row><Row><Ce";
    for (name, bytes) in
        [("people.xlsx", &book[..book.len() - 30]), ("people.csv.gz", &packed[..packed.len() - 12]), ("people.xls", xml.as_bytes())]
    {
        let folder = super::folder();
        let file = super::file(folder.path(), name, bytes);
        let read = domo_reconcile::directory::load(std::slice::from_ref(&file));
        assert!(read.is_err() || !read.unwrap().sources[0].incomplete.is_empty(), "{name}");
    }
}

#[test]
fn a_filter_in_two_cells_counts_above_the_table_and_on_another_sheet() {
    for (label, value, doubts) in [
        ("Filter", "Country = Germany", 1),
        ("Filter criteria", "Included apps: Wiki", 1),
        ("Angewendete Filter:", "Land ist Deutschland", 1),
        ("应用的筛选器:", "国家 是 中国", 1),
        ("已套用的篩選", "國家 是 台灣", 1),
        ("적용된 필터:", "국가", 1),
        ("Примененные фильтры:", "Страна", 1),
        ("Uygulanan filtreler:", "Ülke", 1),
        ("Použité filtry:", "Země", 1),
        ("Alkalmazott szűrők:", "Ország", 1),
        ("Käytetyt suodattimet:", "Maa", 1),
        ("Använda filter:", "Land", 1),
        ("Filtre aplicate:", "Țara", 1),
        ("Εφαρμοσμένα φίλτρα:", "Χώρα", 1),
        ("Примененные фильтры:", "нет", 0),
        ("How to filter", "click the arrow", 0),
        ("Filtration Systems Ltd", "Staff", 0),
        ("Filter", "none", 0),
        ("Filter criteria", "(all)", 0),
        ("Users exported", "3", 0),
        ("Users exported", "2 of 6", 1),
        ("Only", "fill in the yellow cells", 0),
    ] {
        let csv = table(&format!("{label},{value}\n\n"), "");
        assert_eq!(self::doubts("people.csv", csv).len(), doubts, "{label}: {value}");
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write_row(0, 0, [label, value]).unwrap();
        let people = book.add_worksheet();
        for (row, cells) in (0..).zip([["Employee ID", "Email"], ["1", "a@acme.example"], ["2", "b@acme.example"]]) {
            people.write_row(row, 0, cells).unwrap();
        }
        assert_eq!(self::doubts("people.xlsx", book.save_to_buffer().unwrap()).len(), doubts, "{label}: {value}");
    }
}

#[test]
fn what_a_sheet_of_parameters_says_of_people_is_a_filter() {
    for (sheet, status, doubts) in
        [("Parameters", "Active", 1), ("Prompts", "Active", 1), ("Filters", "(All)", 0), ("Legend", "Active", 0)]
    {
        let mut book = rust_xlsxwriter::Workbook::new();
        let people = book.add_worksheet();
        for (row, cells) in (0..).zip([["Employee ID", "Email"], ["1", "a@acme.example"], ["2", "b@acme.example"]]) {
            people.write_row(row, 0, cells).unwrap();
        }
        book.add_worksheet().set_name(sheet).unwrap().write_row(0, 0, ["Status", status]).unwrap();
        assert_eq!(self::doubts("people.xlsx", book.save_to_buffer().unwrap()).len(), doubts, "{sheet}: {status}");
    }
}

#[test]
fn the_record_that_closes_a_file_counts_what_stands_before_it() {
    for (trailer, doubts) in [("TRL,000003", 0), ("TRAILER,3,20261123", 0), ("TRAILER,5,20261123", 1), ("EOF,5", 1)] {
        let people = loaded("people.csv", table("", &format!("{trailer}\n")));
        assert_eq!((people.sources[0].incomplete.len(), people.sources[0].rejected), (doubts, 0), "{trailer}");
    }
}

#[test]
fn rows_that_a_spreadsheet_hides_are_read_and_their_number_is_said() {
    let row = |at: usize, attributes: &str, cells: [&str; 3]| {
        let cells: String = cells.iter().map(|cell| format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>")).collect();
        format!("<row r=\"{at}\"{attributes}>{cells}</row>")
    };
    let sheet = row(1, "", ["Employee ID", "Email", "Status"])
        + &row(2, " ht=\"15\" hidden=\"1\"", ["1", "a@acme.example", "Active"])
        + &row(3, "", ["2", "b@acme.example", "Active"])
        + &row(4, " hidden=\"true\"", ["3", "c@acme.example", "Terminated"]);
    let line = |attributes: &str, cells: [&str; 3]| {
        let cells: String = cells
            .iter()
            .map(|cell| format!("<table:table-cell office:value-type=\"string\"><text:p>{cell}</text:p></table:table-cell>"))
            .collect();
        format!("<table:table-row{attributes}>{cells}</table:table-row>")
    };
    let ods = line("", ["Employee ID", "Email", "Status"])
        + &line(" table:visibility=\"filter\"", ["1", "a@acme.example", "Active"])
        + &line(" table:visibility=\"collapse\"", ["2", "b@acme.example", "Active"]);
    let xml = format!(
        "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"S\"><Table>{}{}{}</Table></Worksheet></Workbook>",
        "<Row><Cell><Data>Employee ID</Data></Cell><Cell><Data>Email</Data></Cell></Row>",
        "<Row ss:Hidden=\"1\"><Cell><Data>1</Data></Cell><Cell><Data>a@acme.example</Data></Cell></Row>",
        "<Row ss:Index=\"5\" ss:Hidden=\"1\"><Cell><Data>2</Data></Cell><Cell><Data>b@acme.example</Data></Cell></Row>"
    );
    for (name, bytes, rows, hidden) in [
        ("people.xlsx", raw_xlsx(&sheet), 3, "2 rows are hidden"),
        ("people.ods", raw_ods(&ods), 2, "2 rows are hidden"),
        ("people.xls", xml.into_bytes(), 2, "2 rows are hidden"),
        // As LibreOffice writes a hidden row and a filtered one.
        ("excel97.xls", include_bytes!("fixtures/hidden.xls").to_vec(), 3, "2 rows are hidden"),
        ("page.xls", page("", " style=\"Display: none\"", "</table></body></html>").into_bytes(), 3, "3 rows are hidden"),
    ] {
        let people = loaded(name, bytes);
        let notes: Vec<String> = people.sources[0].notes().collect();
        assert!(notes.iter().any(|note| note.contains(hidden)), "{name}: {notes:?}");
        assert_eq!((people.sources[0].rows, people.sources[0].incomplete.len()), (rows, 0), "{name}");
    }
}

#[test]
fn a_workbook_whose_hidden_rows_cannot_be_seen_says_so() {
    let row = vec![("Email", "a@acme.example".to_owned()), ("Employee ID", "1".to_owned())];
    let people = loaded("staff.xlsb", super::writers::xlsb(&[row]));
    assert!(people.sources[0].notes.iter().any(|note| note.contains("cannot be seen")), "{:?}", people.sources[0].notes);
}

#[test]
fn a_table_that_ends_within_quotes_was_cut_wherever_its_last_line_ends() {
    let whole = table("", "4,\"dora, a@acme.example\",Active\n5,\"e@acme.example\",\"On\nleave\n\"\n");
    assert_eq!(doubts("people.csv", &whole), [""; 0]);
    for end in ["5,\"e@acme.example\",\"On\nleave", "5,\"e@acme.example\",\"On\n", "5,\"e@acme.example\",\"", "\"5\n"] {
        let cut = table("", &format!("4,\"d@acme.example\",\"Active\"\n{end}"));
        assert_eq!(doubts("people.csv", &cut).len(), 1, "{end:?}");
    }
    // A stray quote before rows that are whole is a stray quote.
    assert_eq!(doubts("people.csv", table("", "4,d@acme.example,\"Active\n5,e@acme.example,Active\n")), [""; 0]);
}

#[test]
fn a_table_whose_last_cell_is_but_the_beginning_of_one_may_have_been_cut() {
    for (header, cells, begun, another) in [
        (
            "Email",
            ["a@acme.example", "b@acme.example", "c@acme.example"],
            &["d", "d@", "d@acme", "d@acme.exam", ""][..],
            "d@b.test",
        ),
        ("Status", ["Active", "On Leave", "Terminated"], &["Act", "Termin", ""], "Active"),
        ("Employee ID", ["10001", "10002", "10003"], &["10", "1000", ""], "10004"),
        ("Hire Date", ["2020-01-01", "2021-02-03", "2022-03-04"], &["2023-0"], "2023-04-05"),
        ("Hire Date", ["13/12/2020", "14/12/2020", "15/12/2020"], &["16/12/202"], "1/5/2021"),
        ("Employee ID", ["1001", "1002", "1003"], &["100"], "905"),
        ("Status", ["Active", "On Leave", "Terminated"], &["Te"], "Parental"),
        ("Department", ["Sales", "Sales", "Finance"], &[], ""),
    ] {
        let people = |last: &str, end: &str| {
            let mails = if header == "Email" { "Work Mobile" } else { "Email" };
            let row = |(n, cell): (usize, &&str)| format!("Person {n},{n},p{n}@acme.example,{cell}");
            let keys = if header == "Employee ID" { "Work Phone" } else { "Employee ID" };
            let rows: Vec<String> = cells.iter().chain([&last]).enumerate().map(row).collect();
            format!("Name,{keys},{mails},{header}\n{}{end}", rows.join("\n"))
        };
        for cut in begun {
            let doubts = doubts("people.csv", people(cut, ""));
            assert!(doubts.len() == 1 && doubts[0].contains("may have been cut off there"), "{header} {cut:?} {doubts:?}");
            assert_eq!(super::whole::doubts("people.csv", people(cut, "\n")), [""; 0], "{header} {cut:?}");
        }
        assert_eq!(doubts("people.csv", people(another, "")), [""; 0], "{header} {another:?}");
    }
    // Not everybody has a last day, and numbers and words differ in length.
    for (header, cells) in [("Last Day", ["", "2026-01-31", "2026-02-28", ""]), ("Department", ["Finance", "Sales", "", ""])] {
        let rows: Vec<String> = cells.iter().enumerate().map(|(n, cell)| format!("{n},p{n}@acme.example,{cell}")).collect();
        assert_eq!(doubts("people.csv", format!("Employee ID,Email,{header}\n{}", rows.join("\n"))), [""; 0]);
    }
}

#[test]
fn an_export_of_accounts_that_was_cut_in_its_last_record_is_a_part_too() {
    let company = Company::new().with(
        "staff.csv",
        "Employee ID,Name,Email\n2001,Ines Duarte,ines.duarte@acme.example\n2002,Tom Becker,tom.becker@acme.example\n",
    );
    let whole =
        "displayName,email,employeeNumber\nInes Duarte,ines.duarte@acme.example,2001\nTom Becker,tom.becker@acme.example,2002";
    for (accounts, code) in [(whole, 0), (&whole[..whole.len() - 9], 3), (&whole[..whole.len() - 30], 3)] {
        std::fs::write(company.path().join("people.csv"), accounts).unwrap();
        let args = ["audit", "--accounts", "people.csv", "--directory", "staff.csv", "--as-of", "2026-11-23", "--json"];
        let audit = run(company.path(), args).code(code).json();
        assert_eq!(audit["evidence"] == "incomplete", code == 3, "{audit}");
    }
}

#[test]
fn a_list_of_accounts_that_names_one_twice_may_have_lost_another() {
    let company = Company::new().with("staff.csv", "Employee ID,Name,Email\n2001,Ines Duarte,ines.duarte@acme.example\n");
    let account =
        json!({"id": 1, "name": "Ines Duarte", "email": "ines.duarte@acme.example", "role": "Participant", "active": true});
    std::fs::write(company.path().join("users.json"), json!([account, account]).to_string()).unwrap();
    let args = ["audit", "--accounts", "users.json", "--directory", "staff.csv", "--as-of", "2026-11-23", "--json"];
    let audit = run(company.path(), args).code(3).json();
    assert!(audit["reasons"].to_string().contains("as many accounts may be missing"), "{audit}");
    assert_eq!((audit["accounts"]["read"].as_u64(), audit["plan"].is_null()), (Some(1), true), "{audit}");
}

#[test]
fn a_file_that_is_written_while_it_is_read_is_a_part() {
    let folder = super::folder();
    let path = folder.path().join("people.csv");
    // Long enough that its reading takes a while, and no more to parse than two rows.
    let long = "x".repeat(4 << 20);
    let file = super::file(
        folder.path(),
        "people.csv",
        format!("Email,Status,Remarks\na@acme.example,Active,{long}\nb@acme.example,Active,\n"),
    );
    let done = AtomicBool::new(false);
    let people = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
            while !done.load(Ordering::Relaxed) {
                writer.write_all(b"\n").unwrap();
                std::thread::sleep(std::time::Duration::from_micros(10));
            }
        });
        let people = domo_reconcile::directory::load(std::slice::from_ref(&file));
        // Before anything may fail: the writer goes on until it is told.
        done.store(true, Ordering::Relaxed);
        people.unwrap()
    });
    assert!(people.sources[0].incomplete.join("").contains("changed while it was read"), "{:?}", people.sources[0].incomplete);
}

#[test]
fn what_a_program_said_when_it_broke_off_makes_the_list_a_part() {
    for tail in [
        "ORA-01555: snapshot too old: rollback segment number 3",
        "ERROR:  canceling statement due to statement timeout",
        "Get-ADUser : The operation returned because the timeout limit was exceeded.",
        "java.net.SocketTimeoutException: Read timed out",
        "Dsquery has reached the specified limit on number of results to display; use a different value for the -limit option",
        "Maximale Trefferzahl 3 erreicht",
        "504 Gateway Time-out",
        "Fatal error: Allowed memory size of 134217728 bytes exhausted",
        "Traceback (most recent call last):",
        "Query cancelled by user",
        "... (3 more rows)",
        "More than 3 records found",
        "EOF,6",
        "Showing 4 to 6 of 6 entries",
    ] {
        assert_eq!(doubts("staff.csv", table("", &format!("{tail}\n"))).len(), 1, "{tail}");
    }
    for tail in ["Errors: 0", "EOF,3", "Showing 1 to 3 of 3 entries", "Error report of our HR team, for internal use"] {
        assert_eq!(doubts("staff.csv", table("", &format!("{tail}\n"))), [""; 0], "{tail}");
    }
}

#[test]
fn the_last_page_alone_is_a_part_and_so_is_an_answer_with_errors() {
    let u = three;
    for list in [
        json!({"results": u(), "next": null, "previous": "https://x/users?page=1"}),
        json!({"page": 2, "per_page": 100, "data": u()}),
        json!({"content": u(), "first": false, "last": true, "number": 1}),
        json!({"data": {"users": {"nodes": u(), "pageInfo": {"hasNextPage": false, "hasPreviousPage": true}}}}),
        json!({"users": u(), "offset": 3, "limit": 100}),
        json!({"data": {"users": u()}, "errors": [{"message": "Cannot return null", "path": ["users", 3]}]}),
        json!({"users": u(), "timed_out": true}),
        json!({"_shards": {"total": 5, "successful": 3, "failed": 2}, "hits": {"hits": [{"_source": object(0)}]}}),
    ] {
        assert_eq!(doubts("people.json", list.to_string()).len(), 1, "{list}");
    }
    for list in [
        json!({"results": u(), "next": null, "previous": null}),
        json!({"page": 0, "size": 100, "content": u(), "first": true, "last": true}),
        json!({"users": u(), "errors": [], "failed": 0, "timed_out": false}),
        // All pages, in the envelope of the last.
        json!({"results": u(), "next": null, "previous": "https://x/users?page=1", "count": 3}),
    ] {
        assert_eq!(doubts("people.json", list.to_string()), [""; 0], "{list}");
    }
}

#[test]
fn people_within_people_are_not_read_and_said() {
    let mut root = object(0);
    root["directReports"] = json!([object(1), object(2)]);
    for list in [json!(root), json!([root]), json!({"data": [root]})] {
        assert!(doubts("people.json", list.to_string()).join("").contains("`directReports`"), "{list}");
    }
    // Who reports to somebody stands in the list, too.
    assert_eq!(doubts("people.json", json!([root, object(1), object(2)]).to_string()), [""; 0]);
}

#[test]
fn a_file_that_is_called_a_part_is_whole_with_the_others_only() {
    let folder = super::folder();
    let part = |name: &str, at: usize| {
        let (given, family, email, number) = super::exports::PEOPLE[at];
        let text = format!("Employee ID,Name,Work Email,Status\n{number},{given} {family},{email},Active\n");
        super::file(folder.path(), name, text)
    };
    let (first, second) = (part("staff_part1of2.csv", 0), part("staff_part2of2.csv", 1));
    let doubts = |files: &[Directory]| domo_reconcile::directory::load(files).unwrap().sources[0].incomplete.clone();
    assert_eq!(doubts(std::slice::from_ref(&first)), ["it is one part of 2, by its name, and not all of them are given"]);
    assert_eq!(doubts(&[first, second]), [""; 0]);
}

#[test]
fn a_search_that_ends_with_a_cookie_has_further_pages() {
    let end = |cookie: &str| {
        format!("# extended LDIF\n\n{}# search result\nsearch: 2\nresult: 0 Success\npagedresults: cookie={cookie}\n", entries(3))
    };
    assert_eq!(doubts("people.ldif", end("")), [""; 0]);
    assert_eq!(doubts("people.ldif", end("eHh4eHg=")).len(), 1);
    assert_eq!(doubts("people.ldif", end("") + "\nPress [size] Enter for the next {3|size} entries.\n").len(), 1);
}
