//! Further members of each kind of trouble that exports have, made by somebody who did not write what reads them: what HR systems
//! of several countries write, from the file to the judgement.

use serde_json::{Value, json};

use super::exports::{Company, Judged, PEOPLE};

/// The company's people with these headers, a line each by this function of given name, family name, address, number and whether
/// somebody has left: Mara.
fn table(headers: &str, line: impl Fn(&str, &str, &str, &str, bool) -> String) -> String {
    let lines = PEOPLE.iter().map(|(given, family, email, number)| line(given, family, email, number, *given == "Mara") + "\n");
    format!("{headers}\n") + &lines.collect::<String>()
}

fn plain() -> String {
    table("Employee ID,First Name,Last Name,Work Email,Employment Status", |given, family, email, number, left| {
        format!("{number},{given},{family},{email},{}", if left { "Terminated" } else { "Active" })
    })
}

#[track_caller]
fn judged(text: &str, code: i32) -> Judged {
    Company::new().with("export.csv", text).audit("export.csv", code)
}

/// Mara has left, the others are matched, and nothing is to be written.
#[track_caller]
fn assert_only_mara_has_left(case: &str, judged: &Judged) {
    let counts = (judged.accounts("matched"), judged.people("read"), judged.written());
    assert_eq!(counts, (3, 4, Vec::new()), "{case}: {:?}", judged.findings);
    assert_eq!(judged.of_kind("leaver"), ["mara.novak@acme.example"], "{case}");
}

#[test]
fn footers_in_many_languages_say_that_a_list_is_a_part() {
    for footer in [
        "Mostrando registros del 1 al 4 de un total de 57 registros",
        "Visar 1 till 4 av totalt 57 rader",
        "Näytetään rivit 1 - 4 (yhteensä 57 )",
        "57 件中 1 から 4 まで表示",
        "Die Ausgabe wurde auf 4 Zeilen begrenzt",
        "Résultats limités à 4 lignes",
        "※表示件数が上限を超えたため、先頭4件のみ表示しています",
        "... und 49 weitere",
        "… et 12 autres",
        "Total,57",
        "Summe,57",
    ] {
        let judged = judged(&format!("{}\n{footer}\n", plain()), 3);
        assert_eq!((judged.evidence(), judged.people("read")), ("incomplete", 4), "{footer}");
    }
}

#[test]
fn a_total_that_is_all_here_and_sums_of_other_columns_are_no_doubt() {
    let paid = plain().replace("Status\n", "Status,Salary\n").replace("Active\n", "Active,100\n");
    for text in [plain() + "Total,4\n", plain() + "Total,,,,4\n", paid + "Total,,,,,400\n"] {
        assert_eq!(judged(&text, 0).evidence(), "complete", "{text}");
    }
}

#[test]
fn ends_of_reports_and_vacancies_in_several_languages_are_nobody() {
    for row in [
        "4行が選択されました。",
        "TRAILER,4",
        "Yhteensä,4",
        "2101,VAGA,,,",
        "2101,Poste,vacant,,",
        "2101,N.,N.,,",
        "2101,,noch zu besetzen,,",
    ] {
        let judged = judged(&(plain() + row + "\n"), 0);
        assert_eq!(judged.evidence(), "complete", "{row}");
        assert_only_mara_has_left(row, &judged);
    }
    // A family may be called so.
    let judged = judged(&(plain() + "2101,Ana,Vaga,,Active\n"), 0);
    assert_eq!(judged.people("read"), 5);
}

#[test]
fn whoever_left_is_heard_of_in_the_columns_of_further_systems() {
    let flag = |left: bool, yes: &'static str, no: &'static str| if left { yes } else { no };
    let systems = [
        (
            "SAP",
            table("PERNR;NACHN;VORNA;E-Mail;STAT2;ENDDA", |given, family, email, number, left| {
                format!("{number};{family};{given};{email};{};31.12.9999", flag(left, "0", "3"))
            }),
        ),
        (
            "Rexx",
            table(
                "Pers.Nr.;Name;Vorname;E-Mail-Adresse (geschäftl.);Beschäftigungsstatus",
                |given, family, email, number, left| {
                    format!("{number};{family};{given};{email};{}", flag(left, "Ausgeschieden", "Aktiv"))
                },
            ),
        ),
        (
            "OBIC",
            table("社員番号,社内メール,在籍区分", |_, _, email, number, left| {
                format!("{number},{email},{}", flag(left, "退職者", "在籍者"))
            }),
        ),
        (
            "Jobcan",
            table("社員コード,メールアドレス,入社日,退職日", |_, _, email, number, left| {
                format!("{number},{email},2019年4月1日,{}", flag(left, "令和8年10月31日", ""))
            }),
        ),
        (
            "Protheus",
            table("RA_MAT;RA_EMAIL;RA_ADMISSA;RA_DEMISSA", |_, _, email, number, left| {
                format!("{number};{email};01/03/2019;{}", flag(left, "31/10/2026", "  /  /    "))
            }),
        ),
        (
            "Zucchetti",
            table("Matricola;Cognome;Nome;Email;Dimesso", |given, family, email, number, left| {
                format!("{number};{family};{given};{email};{}", flag(left, "S", "N"))
            }),
        ),
        (
            "Optima",
            table("Akronim;Nazwisko;Imię;Adres e-mail służb.;Archiwalny", |given, family, email, number, left| {
                format!("{number};{family};{given};{email};{}", flag(left, "Tak", "Nie"))
            }),
        ),
        (
            "Buk",
            table("Código Ficha;Nombre Completo;Email empresa;Estado", |given, family, email, _, left| {
                format!(";{given} {family};{email};{}", flag(left, "Finiquitado", "Vigente"))
            }),
        ),
        (
            "Lucca",
            table("Matricule;Nom;Prénom(s);Mél pro;Fin de contrat", |given, family, email, number, left| {
                format!("{number};{family};{given};{email};{}", flag(left, "31/10/2026", "En cours"))
            }),
        ),
        (
            "Mepco",
            table("Henkilönumero;Sähköposti;Työsuhde päättyy", |_, _, email, number, left| {
                format!("{number};{email};{}", flag(left, "31. lokakuuta 2026", "toistaiseksi"))
            }),
        ),
        (
            "enova",
            table("Nr ewid.;E-mail;Data zwoln.", |_, _, email, number, left| {
                format!("{number};{email};{}", flag(left, "31 października 2026", ""))
            }),
        ),
    ];
    for (system, text) in systems {
        assert_only_mara_has_left(system, &judged(&text, 0));
    }
}

#[test]
fn whoever_left_is_heard_of_in_further_languages() {
    for (headers, active, left_word) in [
        ("Sicil No;Adı;Soyadı;E-posta Adresi;İşe Giriş Tarihi;İşten Çıkış Tarihi;Çalışma Durumu", "Çalışıyor", "İşten Ayrıldı"),
        ("Osobní číslo;Jméno;Příjmení;Pracovní e-mail;Datum nástupu;Datum výstupu;Stav", "aktivní", "ukončený"),
        ("Κωδικός Εργαζομένου;Όνομα;Επώνυμο;Email;Ημερομηνία πρόσληψης;Ημερομηνία αποχώρησης;Κατάσταση", "Ενεργός", "Αποχώρησε"),
        ("מספר עובד;שם פרטי;שם משפחה;דוא\"ל;תאריך תחילת עבודה;תאריך עזיבה;סטטוס", "פעיל", "סיים"),
        ("الرقم الوظيفي;الاسم الأول;اسم العائلة;البريد الإلكتروني;تاريخ التعيين;تاريخ انتهاء الخدمة;الحالة", "نشط", "منتهي الخدمة"),
        ("工号;名;姓氏;工作邮箱;入职日期;离职日期;员工状态", "在职", "已离职"),
        ("員工編號;名;姓氏;電子郵件;到職日;離職日;在職狀態", "在職", "離職"),
        ("사번;이름;성;이메일;입사일;퇴사일;재직상태", "재직", "퇴사"),
    ] {
        let text = table(headers, |given, family, email, number, left| {
            let (word, last_day) = if left { (left_word, "2026-10-31") } else { (active, "") };
            format!("{number};{given};{family};{email};2020-01-31;{last_day};{word}")
        });
        // A quote in a header is doubled, as it should be.
        let judged = judged(&text.replacen("דוא\"ל", "\"דוא\"\"ל\"", 1), 0);
        assert_eq!((judged.of_kind("leaver"), judged.evidence()), (vec!["mara.novak@acme.example"], "complete"), "{headers}");
    }
}

#[test]
fn a_kind_of_employment_does_not_contradict_a_last_day() {
    let text = table(
        "Employee Id,First Name,Last Name,Work Email,Employment Status,Termination Date",
        |given, family, email, number, left| {
            format!("{number},{given},{family},{email},Full-Time Permanent,{}", if left { "2026-10-31" } else { "" })
        },
    );
    assert_only_mara_has_left("OrangeHRM", &judged(&text, 0));
    for (header, yes, no) in [("Left", "Yes", "No"), ("Employment Active", "No", "Yes")] {
        let text = table(&format!("Employee ID,Name,Email,{header}"), |given, family, email, number, left| {
            format!("{number},{given} {family},{email},{}", if left { yes } else { no })
        });
        let judged = judged(&text, 0);
        let gone = [judged.of_kind("leaver"), judged.of_kind("suspended")].concat();
        assert_eq!(gone, ["mara.novak@acme.example"], "{header}");
    }
}

#[test]
fn headers_may_carry_the_name_of_their_table_and_every_cell_single_quotes() {
    let row = |sign: &'static str, quote: &'static str| {
        move |given: &str, family: &str, email: &str, number: &str, left: bool| {
            [number, given, family, email, if left { "Terminated" } else { "Active" }]
                .map(|cell| format!("{quote}{cell}{quote}"))
                .join(sign)
        }
    };
    for (headers, quote) in [
        ("t.employee_id,t.first_name,t.last_name,t.email,t.status", ""),
        ("Employee - ID,Employee - First name,Employee - Last name,Employee - Work email,Employee - Employment status", ""),
        ("'Employee ID','First Name','Last Name','Email','Status'", "'"),
    ] {
        assert_only_mara_has_left(headers, &judged(&table(headers, row(",", quote)), 0));
    }
}

#[test]
fn a_dump_of_sql_statements_is_refused_by_name() {
    let rows = "INSERT INTO emp (employee_id, email, status) VALUES\n('2001', 'ines.duarte@acme.example', 'Active'),\n('2002', 'tom.becker@acme.example', 'Active');\n";
    let refused = Company::new().with("export.csv", rows).run("export.csv").code(2);
    assert!(refused.stdout.contains("SQL statements"), "{}", refused.stdout);
}

#[test]
fn a_page_header_with_another_number_is_nobody() {
    let text = plain();
    let (first, second) = text.split_at(text.match_indices('\n').nth(2).map_or(0, |(at, _)| at + 1));
    let title = |page: u32| format!("Acme Ltd,Employee list,,,Page {page} of 2\n");
    let judged = judged(&format!("{}{first}{}{second}", title(1), title(2)), 0);
    assert_only_mara_has_left("pages", &judged);
    assert_eq!((judged.evidence(), judged.people("rejected")), ("complete", 0));
}

#[test]
fn words_for_who_is_employed_in_a_column_that_nobody_knows_stop_the_load_by_name() {
    let text = |header: &str, words: [&str; 2]| {
        table(&format!("Matricule;Email;{header}"), |_, _, email, number, left| {
            format!("{number};{email};{}", words[usize::from(left)])
        })
    };
    let company = Company::new().with("export.csv", text("Présence au registre", ["Actif", "Archivé"]));
    let refused = company.run("export.csv").code(2);
    assert!(refused.stdout.contains("Présence au registre") && refused.stdout.contains("status = "), "{}", refused.stdout);
    // How somebody is employed says nothing of whether.
    assert_eq!(judged(&text("Régime", ["permanent", "contractor"]), 0).evidence(), "complete");
}

#[test]
fn letters_escaped_for_mail_addresses_or_programs_are_never_written() {
    for name in ["Jos=C3=A9", "Jos%C3%A9", "Jos\\u00e9", "Jos\\xc3\\xa9", "Jos_x00E9_", "Jos\\'e9", "Jos\u{82}", "譌･譛ｬ"] {
        let text = plain().replace("Work Email,", "Work Email,Job Title,").replace("example,", &format!("example,{name},"));
        assert_eq!(judged(&text, 0).written(), [""; 0], "{name}");
    }
}

#[test]
fn half_a_name_and_what_many_share_are_never_written() {
    let family = table("Employee ID,Last Name,Work Email,Employment Status", |_, family, email, number, left| {
        format!("{number},{family},{email},{}", if left { "Terminated" } else { "Active" })
    });
    let shared = plain().replace("2001", "99999").replace("2002", "99999").replace("2004", "99999");
    let phones = plain().replace("Work Email,", "Work Email,Phone,").replace("example,", "example,000-000,");
    for text in [family, phones] {
        assert_eq!(judged(&text, 0).written(), [""; 0], "{text}");
    }
    let judged = judged(&shared, 0);
    assert!(judged.findings.iter().all(|finding| finding["action"] != "update"), "{:?}", judged.findings);
}

#[test]
fn nobody_is_an_orphan_because_of_the_dot_that_japanese_keyboards_write() {
    let text = plain().replace("tom.becker@acme.example", "tom.becker@acme。example");
    let judged = judged(&text, 0);
    assert_eq!((judged.accounts("matched"), judged.of_kind("orphan")), (3, Vec::new()));
}

#[test]
fn lists_of_services_that_wrap_each_value_or_row_are_read() {
    let people = || {
        PEOPLE.iter().map(|(given, family, email, number)| {
        json!({"employeeId": number, "name": format!("{given} {family}"), "workEmail": email, "status": if *given == "Mara" { "Terminated" } else { "Active" }})
    })
    };
    let wrapped = |person: Value| {
        person.as_object().unwrap().iter().map(|(key, value)| (key.clone(), json!({"S": value}))).collect::<serde_json::Map<_, _>>()
    };
    let shapes = [
        ("DynamoDB", json!({"Items": people().map(wrapped).collect::<Vec<_>>(), "Count": 4, "ScannedCount": 4})),
        (
            "Firebase",
            json!({"users": people().enumerate().map(|(at, person)| (format!("uid{at}"), person)).collect::<serde_json::Map<_, _>>()}),
        ),
        (
            "Elasticsearch",
            json!({"hits": {"total": {"value": 4, "relation": "eq"}, "hits": people().map(|person| json!({"_source": person})).collect::<Vec<_>>()}}),
        ),
        ("Airtable", json!({"records": people().map(|person| json!({"id": "rec", "fields": person})).collect::<Vec<_>>()})),
    ];
    for (shape, list) in shapes {
        let judged = Company::new().with("export.json", list.to_string()).audit("export.json", 0);
        assert_only_mara_has_left(shape, &judged);
    }
}

#[test]
fn letters_are_yes_and_no_only_in_a_column_that_has_nothing_else() {
    let of = |answers: [&str; 2]| {
        table("Matricule;Email;Parti", |_, _, email, number, left| format!("{number};{email};{}", answers[usize::from(left)]))
    };
    for answers in [["N", "O"], ["n", "o"], ["N", "S"], ["N", "J"], ["F", "T"], ["N", "T"]] {
        assert_only_mara_has_left(&format!("{answers:?}"), &judged(&of(answers), 0));
    }
    // Nought by a slip of the hand; codes of a status.
    for answers in [["0", "O"], ["A", "T"], ["", "O"]] {
        assert_eq!(judged(&of(answers), 0).of_kind("leaver"), [""; 0], "{answers:?}");
    }
    let active = of(["T", "A"]).replace("Parti", "Actif");
    assert_eq!(judged(&active, 0).accounts("not_evaluable"), 4);
}

#[test]
fn whoever_gave_notice_works_until_the_last_day() {
    let of = |word: &str, last_day: &str| {
        table("Personalnummer;E-Mail;Status;Austrittsdatum", |_, _, email, number, left| {
            format!("{number};{email};{};{}", if left { word } else { "aktiv" }, if left { last_day } else { "" })
        })
    };
    for word in ["gekündigt", "démissionnaire", "uppsagd"] {
        assert_only_mara_has_left(word, &judged(&of(word, "31.10.2026"), 0));
        assert_eq!(judged(&of(word, "31.12.2026"), 0).accounts("matched"), 4, "{word}");
        assert_eq!(judged(&of(word, ""), 0).accounts("not_evaluable"), 1, "{word}");
    }
}

#[test]
fn lines_of_a_bulk_request_that_say_what_it_does_are_nobody() {
    let person = |(given, family, email, number): &(&str, &str, &str, &str)| json!({"employeeId": number, "name": format!("{given} {family}"), "workEmail": email, "status": if *given == "Mara" { "Terminated" } else { "Active" }});
    let lines = |action: &str, wrapped: bool| {
        let line = |at: &(&str, &str, &str, &str)| {
            let person = if wrapped { json!({"doc": person(at)}) } else { person(at) };
            format!("{}\n{person}\n", json!({action: {"_index": "people", "_id": at.3}}))
        };
        PEOPLE.iter().map(line).collect::<String>()
    };
    for (action, wrapped) in [("index", false), ("create", false), ("update", true)] {
        let company = Company::new().with("people.ndjson", lines(action, wrapped));
        assert_only_mara_has_left(action, &company.audit("people.ndjson", 0));
        assert!(company.check("people.ndjson").code(0).stdout.contains("skipped 4 lines such as"));
    }
}

#[test]
fn what_a_program_wrote_in_place_of_a_value_is_never_written() {
    let with = |header: &str, value: &str| {
        plain().replace("Work Email,", &format!("Work Email,{header},")).replace("example,", &format!("example,{value},"))
    };
    for value in [
        "########",
        "[object Object]",
        "undefined",
        "NaN",
        "<NA>",
        "12;#Finance",
        "@{Name=Sales; Id=3}",
        "['Sales']",
        "Sales<br>EMEA",
        "<b>Sales</b>",
        "Sales\\nEMEA",
        "${department}",
        "=VLOOKUP(A2)",
        "#BEZUG!",
        "#¡REF!",
        "(Leer)",
        "(en blanco)",
        "k.A.",
        "S*** M***",
    ] {
        let judged = judged(&with("Department", value), 0);
        assert_eq!((judged.written(), judged.accounts("matched")), (Vec::new(), 3), "{value}");
    }
    for value in ["########", "see HR", "+1", "-104", "000"] {
        assert_eq!(judged(&with("Phone", value), 0).written(), [""; 0], "{value}");
    }
    // A department may be called so.
    for value in ["R&D [EMEA]", "Finance #2", "Sales | EMEA", "Assets = Liabilities"] {
        assert_eq!(judged(&with("Department", value), 0).written().len(), 3, "{value}");
    }
}

#[test]
fn families_that_are_called_as_footers_begin_are_not_skipped() {
    let lines = table("Name,Department,Employee ID,Work Email,Employment Status", |given, family, email, number, left| {
        format!("{given} {family},Finance,{number},{email},{}", if left { "Terminated" } else { "Active" })
    });
    let among = |line: &str| lines.replacen('\n', &format!("\n{line}\n"), 1);
    let behind = |line: &str| format!("{lines}{line}\n");
    for name in
        ["\"Page, Larry\"", "Page", "Side Berg", "Seite", "Summa Karl", "Fine", "\"Total, Marie\"", "Confidential", "Source"]
    {
        let line = format!("{name},,,,Active");
        for text in [among(&line), behind(&line)] {
            assert_eq!(judged(&text, 0).people("rejected"), 1, "{text}");
        }
    }
    // Whoever stands among others is no total for want of other cells, and not where a list would say something of itself.
    for line in ["Total Recall,,,,", "Subtotal Sales,Finance,,,", "Total,,,,Active", "Page 1,,,,Active"] {
        assert_eq!(judged(&among(line), 0).people("rejected"), 1, "{line}");
    }
    assert_eq!(judged(&among("Sem Jansen,,,,Active"), 3).people("rejected"), 1);
    for line in ["Page 1,,,,", "Total,,,,4", "Grand total,,,,", "Subtotal: 4,,,,", "Seite 3,,,,", "Report generated 2026-11-23,,,,"]
    {
        for text in [among(line), behind(line)] {
            assert_eq!(judged(&text, 0).people("rejected"), 0, "{text}");
        }
    }
    for line in ["Total Recall,,,,", "Confidential,HR,,,", "Finance Total,,,,\"1,234\"", "Summe,,,,\"1.234\""] {
        assert_eq!(judged(&behind(line), 0).people("rejected"), 0, "{line}");
    }
    // A phone is no sum.
    for line in
        ["\"Page, Lena\",,,,555 1234", "Lena Summe,,,,(030) 5551234", "Lena Total,,,,555-1234", "Lena Gesamt,,,,+1 303 555 123"]
    {
        assert_eq!(judged(&behind(line), 0).people("rejected"), 1, "{line}");
    }
}

#[test]
fn a_list_for_each_column_is_a_table() {
    let column =
        |at: usize| -> Vec<&str> { PEOPLE.iter().map(|(given, _, email, number)| [number, given, email][at]).copied().collect() };
    let status: Vec<&str> = PEOPLE.iter().map(|(given, ..)| if *given == "Mara" { "Terminated" } else { "Active" }).collect();
    let list = json!({"employeeId": column(0), "firstName": column(1), "workEmail": column(2), "status": status});
    let judged = Company::new().with("people.json", list.to_string()).audit("people.json", 0);
    assert_only_mara_has_left("columns", &judged);
}
