//! Makes the sample company of `samples/company/`: its Domo accounts and its directory, with every situation seeded by hand.
//!
//! `SAMPLES=write cargo test --test it samples::` writes the files again; without it the same test compares. Nothing here knows how
//! the tool judges: what should be found is written down, by hand, in `samples/company/EXPECTED.md`.

mod domostats;
mod files;
mod places;

use chrono::{Days, NaiveDate};
use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization;

use places::{BERLIN, DENVER, FLOOR, KRAKOW, LONDON, OFFICE, OSAKA, PLACES, Place, SAO_PAULO, SINGAPORE};

/// The day the sample is made for.
pub const AS_OF: &str = "2026-11-23";

/// The ids of two roles of the instance's own.
const SUPER_ADMIN: u64 = 1_840_551_203;
const CONTENT_CURATOR: u64 = 1_840_551_204;

/// A row of the directory.
#[derive(Debug, Clone)]
pub struct Person {
    pub number: String,
    pub given: String,
    pub family: String,
    pub email: String,
    pub title: String,
    pub department: String,
    place: &'static Place,
    pub phone: String,
    pub status: String,
    pub hired: String,
    pub left: String,
}

/// A user of Domo.
#[derive(Debug, Clone)]
pub struct Account {
    id: u64,
    pub name: String,
    pub email: String,
    pub role: &'static str,
    title: String,
    department: String,
    location: String,
    phone: String,
    place: &'static Place,
    number: Value,
    active: bool,
    created: String,
    /// What only some instances or users have, and fields to leave out (`null`).
    extra: Map<String, Value>,
    stats: Stats,
}

/// What DomoStats tells of an account, and what it was a month before.
#[derive(Debug, Clone, Default)]
struct Stats {
    /// The last day it signed in, where that is not one of the last weeks.
    last_login: Option<&'static str>,
    single_factor: bool,
    locked: bool,
    datasets: &'static [&'static str],
    dataflows: &'static [&'static str],
    in_october: October,
}

/// What Domo's list of October says.
#[derive(Debug, Clone, Copy, Default)]
enum October {
    #[default]
    AsNow,
    Absent,
    Role(&'static str),
}

/// Both populations.
#[derive(Debug, Default)]
pub struct Company {
    pub people: Vec<Person>,
    pub accounts: Vec<Account>,
    hired: u32,
    accounts_made: u64,
    plain: usize,
}

/// The company, with every situation in it. The numbers in the comments are those of `EXPECTED.md`.
pub fn company() -> Company {
    let mut company = Company::default();
    company.agree();
    company.agree_but_look_different();
    company.drift();
    company.leave();
    company.have_no_person();
    company.point_at_several();
    company.are_not_people();
    company.are_switched_off();
    company.have_no_account();
    company.have_doubtful_rows();
    company.people.sort_by(|a, b| (a.number.is_empty(), &a.number, &a.email).cmp(&(b.number.is_empty(), &b.number, &b.email)));
    company.accounts.sort_by_key(|account| account.id);
    company
}

impl Company {
    /// 139 people with an account that says the same. Two of them have not signed in for long, one is an administrator without a
    /// second factor.
    fn agree(&mut self) {
        for _ in 0..139 {
            let person = self.next_plain(&OFFICE.map(|(department, titles)| (department, titles.to_vec())));
            let mut account = self.account(&person);
            // Three administrators and eight privileged accounts, none of them in Finance, whose role a rule fixes.
            match person.department.as_str() {
                "IT" if self.plain <= 36 => account.role = "Admin",
                "Data & Analytics" if self.plain <= 96 => account.role = "Privileged",
                _ => {}
            }
            account.stands_out(self.plain);
            self.add(person, account);
        }
    }

    /// 14 people whose records look different and mean the same.
    fn agree_but_look_different(&mut self) {
        // Domo stores an integer: 00112 has become 112.
        for (number, stored, given, family) in [
            ("00112", json!(112), "Ingrid", "Solberg"),
            ("00118", json!(118), "Walter", "Petersen"),
            ("00125", json!("125"), "Mbali", "Dlamini"),
        ] {
            let mut person = self.hire(given, family, "Vice President", "Operations", LONDON);
            (person.number, person.hired) = (number.into(), "2009-02-02".into());
            let mut account = self.account(&person);
            account.number = stored;
            self.add(person, account);
        }
        // Addresses from before the domain changed.
        for (given, family) in [("Lucía", "Fernández"), ("Benedikt", "Halvorsen")] {
            let person = self.hire(given, family, "Account Executive", "Sales EMEA", BERLIN);
            let mut account = self.account(&person);
            account.email = account.email.replace("@acme.example", "@old-acme.example");
            self.add(person, account);
        }
        let steward = self.hire("Noor", "Haddad", "Data Steward", "Data & Analytics", LONDON);
        let mut account = self.account(&steward);
        account.custom("Data Steward", 2_097_317_660); // nothing says what it may do: kept as it is
        self.add(steward, account);

        let decomposed = self.hire("Zoë", "Brûlé", "UX Researcher", "Product", LONDON);
        let mut account = self.account(&decomposed);
        account.name = account.name.nfd().collect();
        self.add(decomposed, account);

        let family_first = self.hire("Yui", "Tanaka", "Sales Manager", "Sales APAC", OSAKA);
        let mut account = self.account(&family_first);
        account.name = "Tanaka Yui".into();
        self.add(family_first, account);

        let mut last_day = self.hire("Gareth", "Llewellyn", "Controller", "Finance", LONDON);
        last_day.left = AS_OF.into(); // still employed today
        let account = self.account(&last_day);
        self.add(last_day, account);

        for (given, family, status) in
            [("Marta", "Oliveira", "On Leave"), ("Henrik", "Dahl", "On Leave"), ("Simone", "Keller", "Garden leave")]
        {
            let mut person = self.hire(given, family, "Campaign Manager", "Marketing", BERLIN);
            person.status = status.into();
            let account = self.account(&person);
            self.add(person, account);
        }
        // Outside [expected], with an account: allowed.
        for (given, family, title, department) in
            [("Dwayne", "Pruitt", "Warehouse Manager", "Warehouse"), ("Ottilie", "Brandt", "Facilities Manager", "Facilities")]
        {
            let person = self.hire(given, family, title, department, DENVER);
            let account = self.account(&person);
            self.add(person, account);
        }
    }

    /// 29 accounts whose attributes differ.
    fn drift(&mut self) {
        // name: 2
        self.drifted("Anna-Lena", "Vogt", "Recruiter", "People", BERLIN, |account| account.name = "Anna Vogt".into());
        self.drifted("José", "Álvarez", "Sales Engineer", "Sales Americas", DENVER, |account| {
            account.name = "Jose Alvarez".into()
        });
        // title: 4, one of them in case only, one a formula
        self.drifted("Ngozi", "Eze", "Senior Data Analyst", "Data & Analytics", LONDON, |account| {
            account.title = "Data Analyst".into();
        });
        self.drifted("Pieter", "van Dijk", "Regional Sales Director", "Sales EMEA", LONDON, |account| {
            account.title = "Sales Manager".into();
        });
        self.drifted("Mónica", "Salas", "Payroll Specialist", "People", DENVER, |account| {
            account.title = "payroll specialist".into()
        });
        self.drifted("Devon", "Marsh", "Test Engineer", "Engineering", DENVER, |account| {
            account.title = "=cmd|' /C calc'!A0".into();
        });
        // department: 9; eight of them are one renamed department
        for (given, family, place) in [
            ("Laura", "Whitaker", DENVER),
            ("Samir", "Patel", LONDON),
            ("Ulrike", "Engel", BERLIN),
            ("Bartosz", "Nowicki", KRAKOW),
            ("Fernanda", "Dias", SAO_PAULO),
            ("Mei Yi", "Koh", SINGAPORE),
            ("Asuka", "Nakamura", OSAKA),
            ("Rowan", "Gallagher", LONDON),
        ] {
            self.drifted(given, family, "Support Specialist", "Customer Success", place, |account| {
                account.department = "Customer Support".into();
            });
        }
        self.drifted("Claire", "Beaumont", "Product Analyst", "Product", LONDON, |account| account.department = "Marketing".into());
        // location: 3
        self.drifted("Ravi", "Subramanian", "Software Engineer", "Engineering", BERLIN, |account| {
            account.location = "Singapore".into();
        });
        self.drifted("Elena", "Petrova", "Data Engineer", "Data & Analytics", KRAKOW, |account| account.location = "Berlin".into());
        self.drifted("Tadeo", "Quiroga", "Supply Planner", "Operations", SAO_PAULO, |account| account.location = "Denver".into());
        // phone: 2, one of them empty in Domo
        self.drifted("Freya", "Lindholm", "Brand Designer", "Marketing", LONDON, |account| {
            account.phone = "+44 20 7946 0999".into()
        });
        self.drifted("Abdul", "Karim", "Accountant", "Finance", SINGAPORE, |account| account.phone = String::new());
        // employee number: 2, matched by e-mail
        self.drifted("Saoirse", "Brennan", "Recruiter", "People", LONDON, |account| account.number = json!("90017"));
        self.drifted("Mateus", "Figueira", "Product Designer", "Product", SAO_PAULO, |account| account.number = json!(90023));
        // e-mail: 3, matched by number; the last one's number has lost its zeros
        self.drifted("Elizabeth", "Harmon", "Account Executive", "Sales Americas", DENVER, |account| {
            account.email = "liz.harmon@acme.example".into();
        });
        self.drifted("Christopher", "Nkemelu", "Renewals Manager", "Customer Success", LONDON, |account| {
            account.email = "cnkemelu@acme.example".into();
        });
        let mut robert = self.hire("Robert", "Okafor", "Vice President", "Operations", LONDON);
        (robert.number, robert.hired) = ("00131".into(), "2010-05-03".into());
        let mut account = self.account(&robert);
        (account.number, account.email) = (json!(131), "bob.okafor@acme.example".into());
        self.add(robert, account);
        // A marriage: name and e-mail, matched by number.
        self.drifted("Olivia", "Becker", "HR Business Partner", "People", BERLIN, |account| {
            (account.name, account.email) = ("Olivia Hartmann".into(), "olivia.hartmann@acme.example".into());
        });
        // Moved and promoted: title, department and location.
        self.drifted("Kwame", "Boateng", "Engineering Manager", "Engineering", BERLIN, |account| {
            account.title = "Support Specialist".into();
            account.department = "Customer Success".into();
            account.location = "London".into();
        });
        // The directory has no title: a difference, but nothing is ever cleared.
        let mut untitled = self.hire("Ines", "Cardoso", "Content Editor", "Marketing", SAO_PAULO);
        let account = self.account(&untitled);
        untitled.title = String::new();
        self.add(untitled, account);
        // A rule wants Editor in Finance.
        self.drifted("Giulia", "Marchetti", "Financial Analyst", "Finance", LONDON, |account| account.role = "Participant");
    }

    /// 6 leavers, 2 suspended and 1 too early, all with an active account; 9 who left without one.
    fn leave(&mut self) {
        for (given, family, title, department, place, role, status, left) in [
            ("Victor", "Lindgren", "IT Manager", "IT", BERLIN, "Admin", "Terminated", "2026-10-31"),
            ("Hye-jin", "Park", "Marketing Analyst", "Marketing", SINGAPORE, "Editor", "Terminated", "2026-11-13"),
            ("Dominic", "Farrell", "Account Executive", "Sales EMEA", LONDON, "Participant", "Terminated", "2026-06-30"),
            ("Rosa", "Espinoza", "Process Manager", "Operations", DENVER, "Editor", "Terminated", ""),
            ("Stefan", "Kowalczyk", "Test Engineer", "Engineering", KRAKOW, "Participant", "", "2026-09-15"),
            ("Bianca", "Ferraz", "Product Manager", "Product", SAO_PAULO, "Social", "Terminated", "2026-11-20"),
        ] {
            let mut person = self.hire(given, family, title, department, place);
            (person.status, person.left) = (status.into(), left.into());
            let mut account = self.account(&person);
            account.role = role;
            match given {
                "Victor" => {
                    account.stats.last_login = Some("2026-11-14"); // after his last day
                    account.stats.datasets = &["Network inventory"];
                }
                "Hye-jin" => {
                    account.stats.last_login = Some("2026-11-12");
                    account.stats.datasets = &["Campaign results APAC", "Web traffic", "Leads by channel"];
                    account.stats.dataflows = &["Campaigns, joined", "Leads, cleaned"];
                }
                "Dominic" => {
                    account.title = "Business Developer".into(); // drifting too: the stronger finding speaks
                    (account.stats.last_login, account.stats.locked) = (Some("2026-06-29"), true);
                }
                "Stefan" => account.stats.last_login = Some("2026-09-15"),
                "Bianca" => account.stats.last_login = Some("2026-11-18"),
                _ => {}
            }
            self.add(person, account);
        }
        for (given, family, role) in [("Nadia", "Rahimi", "Participant"), ("Curtis", "Holloway", "Privileged")] {
            let mut person = self.hire(given, family, "Data Engineer", "Data & Analytics", DENVER);
            person.status = "Suspended".into();
            let mut account = self.account(&person);
            account.role = role;
            self.add(person, account);
        }
        let mut early = self.hire("Isabel", "Montero", "Campaign Manager", "Marketing", DENVER);
        (early.status, early.hired) = ("Pending".into(), "2026-12-01".into());
        let mut account = self.account(&early);
        account.created = "2026-11-16T09:12:44Z".into();
        account.stats.in_october = October::Absent;
        self.add(early, account);

        for (given, family, left) in [
            ("Harold", "Quimby", "2025-12-31"),
            ("Sunita", "Desai", "2026-01-31"),
            ("Anton", "Sokolov", "2026-03-15"),
            ("Marie", "Lefèvre", "2026-04-30"),
            ("Trevor", "Baines", "2026-05-29"),
            ("Chiara", "Bellini", "2026-07-31"),
            ("Obinna", "Uche", "2026-08-14"),
            ("Yuki", "Endo", "2026-09-30"),
            ("Karin", "Stromberg", "2026-10-16"),
        ] {
            let mut person = self.hire(given, family, "Account Executive", "Sales EMEA", LONDON);
            (person.status, person.left) = ("Terminated".into(), left.into());
            self.people.push(person);
        }
    }

    /// 9 orphans.
    fn have_no_person(&mut self) {
        for (name, email, role, title) in [
            ("Raymond Zeller", "rzeller@zeller-consulting.example", "Admin", "Consultant"),
            ("Patricia Voss", "patricia.voss@northpoint-agency.example", "Privileged", "Dashboard Designer"),
            ("Test User", "test.user@acme.example", "Participant", ""),
            ("Leo Andersson", "leo.andersson@acme.example", "Social", "Intern"),
            // Married and renamed in the directory, which knows no number of hers in Domo: suggested, never matched.
            ("Katarzyna Nowak", "katarzyna.nowak@acme.example", "Editor", "Data Analyst"),
            // In the configuration: accepted until 2027-03-31, and accepted until 2026-09-30.
            ("Priya Raman", "priya.raman@contractor.example", "Participant", "Contractor"),
            ("Tom Becker", "tom.becker@vendor.example", "Editor", "Implementation Partner"),
            ("<script>alert('domo')</script>", "qa.bot@tester.example", "Participant", "\"><img src=x onerror=alert(1)>"),
            ("Denise Faraday", "denise.faraday@acme.example", "Participant", "Sales Manager"),
        ] {
            let number = if name == "Denise Faraday" { json!("10999") } else { Value::Null };
            let department = if name == "Katarzyna Nowak" { "Data & Analytics" } else { "" };
            self.accounts_made += 1;
            self.accounts.push(Account {
                id: id(self.accounts_made),
                name: name.into(),
                email: email.into(),
                role,
                title: title.into(),
                department: department.into(),
                location: if department.is_empty() { String::new() } else { "Kraków".into() },
                phone: String::new(),
                place: &PLACES[KRAKOW],
                number,
                active: true,
                created: format!("2025-0{}-11T08:30:00Z", 1 + self.accounts_made % 9),
                extra: Map::new(),
                stats: Stats {
                    datasets: if role == "Admin" { &["Consultants' hours", "Migration log"] } else { &[] },
                    ..Stats::default()
                },
            });
        }
    }

    /// 1 conflict, 2 ambiguous accounts, 2 pairs of duplicate accounts, 1 account that a number singles out.
    fn point_at_several(&mut self) {
        // A joiner has got the address of a leaver, whose account still stands under it.
        let mut gone = self.hire("James", "Murphy", "Business Developer", "Sales EMEA", LONDON);
        let account = self.account(&gone);
        let account = Account { email: "j.murphy@acme.example".into(), ..account };
        (gone.email, gone.status, gone.left) = (String::new(), "Terminated".into(), "2026-08-31".into());
        let mut joiner = self.hire("Julia", "Murphy", "Business Developer", "Sales EMEA", LONDON);
        (joiner.email, joiner.hired) = ("j.murphy@acme.example".into(), "2026-10-01".into());
        self.people.push(joiner);
        self.add(gone, account);

        // One person, two positions, two rows.
        let first = self.hire("Amina", "Diallo", "Learning Manager", "People", LONDON);
        let second = Person { title: "Works Council".into(), department: "Legal".into(), ..first.clone() };
        let account = self.account(&first);
        self.people.push(second);
        self.add(first, account);

        // Two people, one mailbox, and an account that has nothing else to go by.
        let mut morning = self.hire("Jonas", "Albrecht", "Test Engineer", "Engineering", BERLIN);
        let mut evening = self.hire("Frida", "Nyström", "Test Engineer", "Engineering", BERLIN);
        let mut account = self.account(&morning);
        (account.name, account.email, account.number) = ("Berlin Lab".into(), "lab.berlin@acme.example".into(), Value::Null);
        (morning.email, evening.email) = ("lab.berlin@acme.example".into(), "lab.berlin@acme.example".into());
        self.people.push(evening);
        self.add(morning, account);

        // Two accounts by number, two accounts by an old domain.
        let mei = self.hire("Mei", "Chen", "Product Manager", "Product", SINGAPORE);
        let account = self.account(&mei);
        let mut other = self.account(&mei);
        (other.email, other.role) = ("mchen@acme.example".into(), "Participant");
        self.accounts.push(other);
        self.add(mei, account);
        let rahul = self.hire("Rahul", "Iyer", "Supply Planner", "Operations", SINGAPORE);
        let account = self.account(&rahul);
        let mut other = self.account(&rahul);
        (other.email, other.number) = ("rahul.iyer@old-acme.example".into(), Value::Null);
        self.accounts.push(other);
        self.add(rahul, account);

        // Came with an acquisition: two rows, two numbers, one address; the account's number singles one out.
        let current = self.hire("Birgitta", "Ahlgren", "Renewals Manager", "Customer Success", LONDON);
        let acquired = Person { number: "SPK-4471".into(), hired: "2016-05-09".into(), ..current.clone() };
        let account = self.account(&current);
        self.people.push(acquired);
        self.add(current, account);
    }

    /// 7 accounts that are excluded.
    fn are_not_people(&mut self) {
        for (name, email, role) in [
            ("Data Platform Loader", "svc-loader@acme.example", "Admin"),
            ("Report Scheduler", "svc-scheduler@acme.example", "Privileged"),
            ("Backup Agent", "svc-backup@acme.example", "Editor"),
            ("Wallboard Berlin", "wallboard-berlin@acme.example", "Social"),
            ("Wallboard Denver", "wallboard-denver@acme.example", "Social"),
            ("ETL", "etl@acme.example", "Privileged"),
        ] {
            self.accounts_made += 1;
            self.accounts.push(Account::bare(id(self.accounts_made), name, email, role, "2021-03-01T07:00:00Z"));
        }
        let mut support = Account::bare(27, "DomoSupport", "support@domo.com", "Admin", "1970-01-17T14:46:50.566Z");
        support.extra.insert("roleId".into(), json!(1));
        self.accounts.push(support);
    }

    /// 5 inactive accounts: 2 of people who left, 1 of somebody who is still here, 2 of nobody.
    fn are_switched_off(&mut self) {
        for (given, family, left) in [("Mathilde", "Rousseau", "2026-02-27"), ("Ibrahim", "Sesay", "2026-06-12")] {
            let mut person = self.hire(given, family, "Sales Manager", "Sales EMEA", LONDON);
            (person.status, person.left) = ("Terminated".into(), left.into());
            let mut account = self.account(&person);
            account.active = false;
            self.add(person, account);
        }
        let still_here = self.hire("Eleni", "Papadakis", "Marketing Analyst", "Marketing", BERLIN);
        let mut account = self.account(&still_here);
        account.active = false;
        self.add(still_here, account);
        self.accounts_made += 2;
        let mut former =
            Account::bare(id(self.accounts_made - 1), "Gordon Pike", "gordon.pike@acme.example", "Editor", "2019-04-08T10:00:00Z");
        former.active = false;
        let mut deleted =
            Account::bare(id(self.accounts_made), "Wanda Fisk", "wanda.fisk@acme.example", "Participant", "2020-01-20T10:00:00Z");
        deleted.active = false;
        deleted.extra.insert("deleted".into(), json!(true));
        self.accounts.extend([former, deleted]);
    }

    /// 8 missing, 27 not expected, 2 before their first day.
    fn have_no_account(&mut self) {
        for (given, family, title, department, place) in [
            ("Katarzyna", "Wiśniewska", "Data Analyst", "Data & Analytics", KRAKOW),
            ("Arjun", "Kapoor", "Software Engineer", "Engineering", LONDON),
            ("Sarah", "Lindqvist", "Account Executive", "Sales EMEA", BERLIN),
            ("Tariq", "Mansour", "Financial Analyst", "Finance", LONDON),
            ("Bruna", "Azevedo", "Support Specialist", "Customer Success", SAO_PAULO),
            ("Colin", "Everett", "System Administrator", "IT", DENVER),
            ("Minh", "Tran", "Sales Engineer", "Sales APAC", SINGAPORE),
            ("Astrid", "Holm", "Product Designer", "Product", BERLIN),
        ] {
            let mut person = self.hire(given, family, title, department, place);
            person.hired = "2026-10-19".into();
            self.people.push(person);
        }
        for _ in 0..26 {
            let person = self.next_plain(&FLOOR.map(|(department, titles)| (department, titles.to_vec())));
            self.people.push(person);
        }
        let mut on_leave = self.hire("Paulina", "Grabowska", "Content Editor", "Marketing", KRAKOW);
        on_leave.status = "On Leave".into();
        self.people.push(on_leave);
        for (given, family, hired) in [("Nikhil", "Bose", "2026-12-07"), ("Charlotte", "Meunier", "2027-01-04")] {
            let mut person = self.hire(given, family, "Software Engineer", "Engineering", LONDON);
            (person.status, person.hired) = ("Pending".into(), hired.into());
            self.people.push(person);
        }
    }

    /// 1 rejected row, 1 damaged number, 2 contradictions, 1 status that says nothing.
    fn have_doubtful_rows(&mut self) {
        let mut keyless = self.hire("Agency", "Temp", "Receptionist", "Facilities", DENVER);
        (keyless.number, keyless.email) = (String::new(), String::new());
        self.people.push(keyless);

        let mut damaged = self.hire("Ruth", "Goldberg", "Treasury Manager", "Finance", DENVER);
        let mut account = self.account(&damaged);
        account.number = json!("100460000");
        damaged.number = "1.0046E+08".into();
        self.add(damaged, account);

        for (given, family, status, left) in
            [("Diego", "Santos", "Active", "2026-03-31"), ("Maeve", "O'Sullivan", "Terminated", "2026-12-31")]
        {
            let mut person = self.hire(given, family, "Service Desk Analyst", "IT", DENVER);
            (person.status, person.left) = (status.into(), left.into());
            let account = self.account(&person);
            self.add(person, account);
        }
        let mut inactive = self.hire("Petra", "Novotná", "Operations Analyst", "Operations", BERLIN);
        inactive.status = "Inactive".into(); // left, or on leave: the word does not say
        let account = self.account(&inactive);
        self.add(inactive, account);
    }

    fn drifted(
        &mut self,
        given: &str,
        family: &str,
        title: &str,
        department: &str,
        place: usize,
        change: impl FnOnce(&mut Account),
    ) {
        let person = self.hire(given, family, title, department, place);
        let mut account = self.account(&person);
        change(&mut account);
        self.add(person, account);
    }

    fn add(&mut self, person: Person, account: Account) {
        self.people.push(person);
        self.accounts.push(account);
    }

    /// The next person nobody thought up: departments, places, names and titles in turn.
    fn next_plain(&mut self, departments: &[(&str, Vec<&str>)]) -> Person {
        let turn = self.plain;
        self.plain += 1;
        let (department, titles) = &departments[turn % departments.len()];
        let place = turn % PLACES.len();
        let round = turn / PLACES.len();
        // 12 x 12 names a place, and no pair twice: the family name shifts by one with each round of given names.
        let (given, family) = (PLACES[place].given[round % 12], PLACES[place].family[(round + round / 12 * 5 + 3) % 12]);
        self.hire(given, family, titles[turn / departments.len() % titles.len()], department, place)
    }

    /// A person with the next number, an address made from the name, and a first day that follows the numbers.
    fn hire(&mut self, given: &str, family: &str, title: &str, department: &str, place: usize) -> Person {
        let n = self.hired;
        self.hired += 1;
        let first = NaiveDate::from_ymd_opt(2014, 1, 6).unwrap();
        Person {
            number: (10101 + n).to_string(),
            given: given.into(),
            family: family.into(),
            email: format!("{}.{}@acme.example", ascii(given), ascii(family)),
            title: title.into(),
            department: department.into(),
            place: &PLACES[place],
            phone: format!("{}{:04}", PLACES[place].phone, 100 + n),
            status: "Active".into(),
            hired: first.checked_add_days(Days::new(u64::from(n) * 16)).unwrap().to_string(),
            left: String::new(),
        }
    }

    /// An account that agrees with this person, in Domo's ways: some phones without spaces, some numbers as JSON numbers, some
    /// dates in 1970.
    fn account(&mut self, person: &Person) -> Account {
        self.accounts_made += 1;
        let n = self.accounts_made;
        let spaced = !n.is_multiple_of(3);
        let role = match (person.department.as_str(), n % 5) {
            ("Finance", _) | (_, 0) => "Editor",
            (_, 4) if n % 10 == 4 => "Social",
            _ => "Participant",
        };
        let number = if n % 4 == 1 { json!(person.number.parse::<u64>().unwrap()) } else { json!(person.number) };
        let first_day: NaiveDate = person.hired.parse().unwrap();
        let created =
            first_day.checked_add_days(Days::new(1 + n % 9)).unwrap().and_hms_opt(8, (n % 60) as u32, (n * 7 % 60) as u32).unwrap();
        let created = match n {
            // Recorded from live instances: seconds written as if they were milliseconds.
            11 | 47 | 83 => chrono::DateTime::from_timestamp_millis(created.and_utc().timestamp())
                .unwrap()
                .to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            _ => created.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        };
        let mut extra = Map::new();
        if n % 6 == 2 {
            extra.insert("alternateEmail".into(), json!(person.email.replace("@acme.example", "@mail.example")));
        }
        Account {
            id: id(n),
            name: format!("{} {}", person.given, person.family),
            email: person.email.clone(),
            role,
            title: person.title.clone(),
            department: person.department.clone(),
            location: person.place.name.into(),
            phone: if spaced { person.phone.clone() } else { person.phone.replace([' ', '-'], "") },
            place: person.place,
            number,
            active: true,
            created,
            extra,
            stats: Stats::default(),
        }
    }
}

impl Account {
    /// What makes some of the plain accounts stand out.
    fn stands_out(&mut self, plain: usize) {
        match plain {
            12 => self.stats.in_october = October::Role("Editor"), // raised by hand since
            20 => {
                (self.created, self.stats.in_october) = ("2026-11-09T14:03:21Z".into(), October::Absent);
                self.stats.datasets = &["Customer master"];
            }
            24 => self.stats.last_login = Some("2026-05-04"),
            29 => self.stats.last_login = Some("2026-06-30"),
            32 => (self.stats.datasets, self.stats.dataflows) = (&["Revenue by region", "Pipeline"], &["Revenue, nightly"]),
            36 => self.stats.single_factor = true,
            // The instance's own roles: one that may administer, by its grants, and one that may not.
            48 => self.custom("Super Admin", SUPER_ADMIN),
            55 => self.custom("Content Curator", CONTENT_CURATOR),
            _ => {}
        }
    }

    fn custom(&mut self, role: &'static str, id: u64) {
        self.role = role;
        self.extra.insert("roleId".into(), json!(id));
    }

    /// An account that says nothing but who it is.
    fn bare(id: u64, name: &str, email: &str, role: &'static str, created: &str) -> Self {
        Self {
            id,
            name: name.into(),
            email: email.into(),
            role,
            title: String::new(),
            department: String::new(),
            location: String::new(),
            phone: String::new(),
            place: &PLACES[DENVER],
            number: Value::Null,
            active: true,
            created: created.into(),
            extra: Map::new(),
            stats: Stats::default(),
        }
    }
}

/// Nine or ten digits, scattered, never twice: the factor and the modulus have no common divisor.
fn id(n: u64) -> u64 {
    100_000_000 + n * 1_103_515_245 % 2_000_000_011
}

/// The local part HR would make of a name.
fn ascii(name: &str) -> String {
    let mut local = String::new();
    for letter in name.to_lowercase().nfd() {
        match letter {
            'ß' => local.push_str("ss"),
            'ø' => local.push('o'),
            'ł' => local.push('l'),
            'ı' => local.push('i'),
            'æ' => local.push_str("ae"),
            ' ' => local.push('-'),
            'a'..='z' | '-' => local.push(letter),
            _ => {}
        }
    }
    local
}
