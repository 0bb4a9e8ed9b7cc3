//! Twenty-five people, and how every system and format writes them.

use domo_reconcile::terms::Status;

/// Somebody, in canonical fields.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub id: usize,
    pub email: String,
    pub number: String,
    pub given: &'static str,
    pub family: &'static str,
    pub title: &'static str,
    pub department: &'static str,
    pub location: &'static str,
    pub phone: String,
    pub status: Status,
    pub hired: String,
    pub left: Option<&'static str>,
    pub manager: Option<usize>,
}

impl Person {
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    pub fn last_first(&self) -> String {
        format!("{}, {}", self.family, self.given)
    }

    pub fn enabled(&self) -> bool {
        matches!(self.status, Status::Active | Status::Leave)
    }

    pub fn left(&self) -> &str {
        self.left.unwrap_or_default()
    }

    /// The system's own id, which is not the employee number.
    pub fn system_id(&self) -> String {
        format!("{}", 9000 + self.id)
    }

    pub fn dn(&self) -> String {
        format!("CN={}\\, {},OU=People,DC=acme,DC=com", self.family, self.given)
    }
}

/// The company.
pub(crate) fn company() -> Vec<Person> {
    const NAMES: [(&str, &str); 25] = [
        ("Ada", "Byron"),
        ("José", "Álvarez"),
        ("Zoë", "Müller"),
        ("Seán", "O’Neil"),
        ("Anne-Marie", "d'Arc"),
        ("Jan", "van der Berg"),
        ("Björn", "Ångström"),
        ("Thérèse", "Lefèvre"),
        ("Bob", "O'Brien"),
        ("Lucja", "Nowak"),
        ("Mary Jane", "Watson"),
        ("Ng", "Wei"),
        ("Ola", "Nordmann"),
        ("Kari", "Nordmann"),
        ("Iñigo", "Montoya"),
        ("Grace", "Hopper"),
        ("Alan", "Turing"),
        ("Edsger", "Dijkstra"),
        ("Barbara", "Liskov"),
        ("Donald", "Knuth"),
        ("Radia", "Perlman"),
        ("Leslie", "Lamport"),
        ("Frances", "Allen"),
        ("John", "Backus"),
        ("Margaret", "Hamilton"),
    ];
    const TITLES: [&str; 5] = ["Chief Executive", "Clerk, senior", "\"Lead\" engineer", "Analyst; finance", "Head of A|B tests"];
    const DEPARTMENTS: [&str; 4] = ["Finance", "Research & Development", "Sales EMEA", "Opérations"];
    const LOCATIONS: [&str; 3] = ["Denver", "São Paulo", "Köln"];
    let person = |(id, (given, family)): (usize, &(&'static str, &'static str))| {
        let (status, left) = match id {
            20 => (Status::Leave, None),
            21 => (Status::Terminated, Some("2026-10-31")),
            22 => (Status::Terminated, Some("2025-01-13")),
            23 => (Status::Suspended, None),
            24 => (Status::Prehire, None),
            _ => (Status::Active, None),
        };
        let hired =
            if id == 24 { "2027-01-15".into() } else { format!("20{:02}-{:02}-{:02}", 10 + id % 12, 1 + id % 12, 13 + id % 15) };
        Person {
            id,
            email: format!("person{id:02}@acme.com"),
            number: format!("{:05}", 100 + id * 7),
            given,
            family,
            title: TITLES[if id == 0 { 0 } else { 1 + id % 4 }],
            department: DEPARTMENTS[id % 4],
            location: LOCATIONS[id % 3],
            phone: format!("+1 303-555-{:04}", 100 + id),
            status,
            hired,
            left,
            manager: (id > 0).then_some(if id < 4 { 0 } else { id % 4 }),
        }
    };
    NAMES.iter().enumerate().map(person).collect()
}

/// How one kind of export writes a person: header and cell.
pub(crate) type Row = Vec<(&'static str, String)>;

/// `2026-10-31` as `10/31/2026`.
pub(crate) fn american(day: &str) -> String {
    match day.split('-').collect::<Vec<_>>().as_slice() {
        [year, month, day] => format!("{}/{}/{year}", month.trim_start_matches('0'), day.trim_start_matches('0')),
        _ => String::new(),
    }
}

/// `2026-10-31` as `31.10.2026`.
pub(crate) fn german(day: &str) -> String {
    match day.split('-').collect::<Vec<_>>().as_slice() {
        [year, month, day] => format!("{day}.{month}.{year}"),
        _ => String::new(),
    }
}

/// A system's export: its name as the loader recognises it, the canonical fields it carries, and its rows.
pub(crate) struct Style {
    pub file: &'static str,
    pub system: Option<&'static str>,
    /// `status` is compared as a word, `enabled` as a boolean.
    pub fields: &'static [&'static str],
    pub row: fn(&Person, &[Person]) -> Row,
}

fn word(person: &Person, words: [&str; 5]) -> String {
    let at = match person.status {
        Status::Active => 0,
        Status::Leave => 1,
        Status::Suspended => 2,
        Status::Terminated => 3,
        _ => 4,
    };
    words[at].into()
}

fn manager<'p>(person: &Person, all: &'p [Person]) -> Option<&'p Person> {
    person.manager.map(|manager| &all[manager])
}

fn boolean(flag: bool) -> String {
    if flag { "True".into() } else { "False".into() }
}

pub(crate) const FULL: &[&str] = &[
    "email",
    "employee_number",
    "name",
    "title",
    "department",
    "location",
    "phone",
    "status",
    "hire_date",
    "termination_date",
    "manager_email",
];

pub(crate) const WORKERS: Style = Style {
    file: "workers",
    system: None,
    fields: FULL,
    row: |person, all| {
        vec![
            ("Employee ID", person.number.clone()),
            ("First Name", person.given.into()),
            ("Last Name", person.family.into()),
            ("Work Email", person.email.clone()),
            ("Job Title", person.title.into()),
            ("Department", person.department.into()),
            ("Location", person.location.into()),
            ("Work Phone", person.phone.clone()),
            ("Employment Status", word(person, ["Active", "On Leave", "Suspended", "Terminated", "Pending"])),
            ("Hire Date", person.hired.clone()),
            ("Termination Date", person.left().into()),
            ("Manager Email", manager(person, all).map(|manager| manager.email.clone()).unwrap_or_default()),
            ("Birth Date", "1970-05-13".into()),
            ("Salary", "98765".into()),
        ]
    },
};

/// Exports that are tables, in the words of their systems.
pub(crate) const TABLES: &[Style] = &[
    WORKERS,
    Style {
        file: "entra_portal",
        system: Some("Entra ID portal"),
        fields: &["email", "name", "title", "department", "location", "phone", "enabled"],
        row: |person, _| {
            vec![
                ("userPrincipalName", format!("u{}@acme.onmicrosoft.com", person.id)),
                ("displayName", person.name()),
                ("surname", person.family.into()),
                ("mail", person.email.clone()),
                ("givenName", person.given.into()),
                ("id", format!("05f9eb61-470e-426c-b631-{:012}", person.id)),
                ("userType", "Member".into()),
                ("jobTitle", person.title.into()),
                ("department", person.department.into()),
                ("accountEnabled", boolean(person.enabled())),
                ("usageLocation", "US".into()),
                ("state", "CO".into()),
                ("officeLocation", person.location.into()),
                ("city", "Elsewhere".into()),
                ("telephoneNumber", "+1 303-555-9999".into()),
                ("mobilePhone", person.phone.clone()),
                ("alternateEmailAddress", String::new()),
                ("createdDateTime", "8/19/2021 3:02:10 PM".into()),
            ]
        },
    },
    Style {
        file: "m365_active_users",
        system: Some("Microsoft 365 admin centre"),
        fields: &["email", "name", "title", "department", "location", "phone", "enabled"],
        row: |person, _| {
            vec![
                ("Block credential", boolean(!person.enabled())),
                ("City", "Elsewhere".into()),
                ("Department", person.department.into()),
                ("Display name", person.name()),
                ("First name", person.given.into()),
                ("Last name", person.family.into()),
                ("Mobile Phone", person.phone.clone()),
                ("Object Id", person.system_id()),
                ("Office", person.location.into()),
                ("Proxy addresses", format!("SMTP:{}+smtp:p{}@acme.com", person.email, person.id)),
                ("Soft deletion time stamp", String::new()),
                ("State", "CO".into()),
                ("Title", person.title.into()),
                ("User principal name", format!("u{}@acme.onmicrosoft.com", person.id)),
                ("When created", "2021-08-19 15:02:10Z".into()),
            ]
        },
    },
    Style {
        file: "aduser",
        system: Some("Active Directory"),
        fields: &["email", "employee_number", "name", "title", "department", "location", "phone", "enabled", "manager_email"],
        row: |person, all| {
            vec![
                ("DistinguishedName", person.dn()),
                ("Enabled", boolean(person.enabled())),
                ("GivenName", person.given.into()),
                ("Name", person.name()),
                ("ObjectClass", "user".into()),
                ("ObjectGUID", format!("05f9eb61-470e-426c-b631-{:012}", person.id)),
                ("SamAccountName", format!("p{}", person.id)),
                ("SID", "S-1-5-21-1".into()),
                ("Surname", person.family.into()),
                ("UserPrincipalName", format!("p{}@acme.local", person.id)),
                ("EmailAddress", person.email.clone()),
                ("EmployeeID", person.number.clone()),
                ("Title", person.title.into()),
                ("Department", person.department.into()),
                ("Office", person.location.into()),
                ("OfficePhone", person.phone.clone()),
                ("Manager", manager(person, all).map(Person::dn).unwrap_or_default()),
                ("MemberOf", "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection".into()),
            ]
        },
    },
    Style {
        file: "okta_template",
        system: Some("Okta"),
        fields: &["email", "employee_number", "name", "title", "department", "phone", "manager_email"],
        row: |person, all| {
            vec![
                ("login", person.email.clone()),
                ("firstName", person.given.into()),
                ("lastName", person.family.into()),
                ("email", person.email.clone()),
                ("title", person.title.into()),
                ("displayName", person.name()),
                ("nickName", String::new()),
                ("secondEmail", String::new()),
                ("mobilePhone", person.phone.clone()),
                ("primaryPhone", String::new()),
                ("state", "CO".into()),
                ("userType", "Employee".into()),
                ("employeeNumber", person.number.clone()),
                ("costCenter", "CC1".into()),
                ("division", "West".into()),
                ("department", person.department.into()),
                ("managerId", manager(person, all).map(|manager| manager.number.clone()).unwrap_or_default()),
                ("manager", manager(person, all).map(|manager| manager.email.clone()).unwrap_or_default()),
            ]
        },
    },
    Style {
        file: "google_full",
        system: Some("Google Workspace"),
        fields: &["email", "employee_number", "name", "title", "department", "phone", "manager_email"],
        row: |person, all| {
            vec![
                ("First Name [Required]", person.given.into()),
                ("Last Name [Required]", person.family.into()),
                ("Email Address [Required]", person.email.clone()),
                ("Password [Required]", "****".into()),
                ("Org Unit Path [Required]", "/Staff".into()),
                ("New Primary Email [UPLOAD ONLY]", String::new()),
                ("Status [READ ONLY]", word(person, ["Active", "Active", "Suspended", "Suspended", "Suspended"])),
                ("Last Sign In [READ ONLY]", "Never logged in".into()),
                ("Recovery Email", String::new()),
                ("Recovery Phone [MUST BE IN THE E.164 FORMAT]", "+13035550000".into()),
                ("Mobile Phone", person.phone.clone()),
                ("Employee ID", person.number.clone()),
                ("Employee Type", "Staff".into()),
                ("Employee Title", person.title.into()),
                ("Manager Email", manager(person, all).map(|manager| manager.email.clone()).unwrap_or_default()),
                ("Department", person.department.into()),
                ("Cost Center", "CC1".into()),
                ("Email Usage [READ ONLY]", "0.02GB".into()),
                ("New Status [UPLOAD ONLY]", String::new()),
            ]
        },
    },
    Style {
        file: "workday",
        system: Some("Workday"),
        fields: FULL,
        row: |person, all| {
            vec![
                ("Worker", person.name()),
                ("Employee ID", person.number.clone()),
                ("Business Title", person.title.into()),
                ("Job Profile", "Generic".into()),
                ("Department", person.department.into()),
                ("Location", person.location.into()),
                ("Email - Primary Work", person.email.clone()),
                ("Work Phone", person.phone.clone()),
                ("Worker Type", "Employee".into()),
                ("Worker Status", word(person, ["Active", "On Leave", "Suspended", "Terminated", "Future Hire"])),
                ("Hire Date", person.hired.clone()),
                ("Original Hire Date", "2001-01-17".into()),
                ("Termination Date", person.left().into()),
                ("Manager", manager(person, all).map(Person::name).unwrap_or_default()),
                ("Annual Salary", "98765".into()),
            ]
        },
    },
    Style {
        file: "bamboo",
        system: Some("BambooHR"),
        fields: FULL,
        row: |person, all| {
            vec![
                ("EEID", person.system_id()),
                ("Employee #", person.number.clone()),
                ("First Name", person.given.into()),
                ("Last Name", person.family.into()),
                ("Birth Date", "1970-05-13".into()),
                ("Email", format!("private{}@example.net", person.id)),
                ("Work Email", person.email.clone()),
                ("Job Title", person.title.into()),
                ("Hire Date", person.hired.clone()),
                ("Termination Date", if person.left.is_none() { "0000-00-00".into() } else { person.left().into() }),
                ("Supervisor ID", manager(person, all).map(Person::system_id).unwrap_or_default()),
                ("Supervisor name", manager(person, all).map(Person::last_first).unwrap_or_default()),
                ("Department", person.department.into()),
                ("Division", "West".into()),
                ("Employment Status", word(person, ["Full-Time", "Leave of absence", "Suspended", "Terminated", "Pending"])),
                ("Location", person.location.into()),
                ("State", "CO".into()),
                ("Work Phone", person.phone.clone()),
            ]
        },
    },
    Style {
        file: "adp",
        system: Some("ADP Workforce Now"),
        fields: FULL,
        row: |person, all| {
            vec![
                ("Associate ID (Employment Profile)", person.number.clone()),
                ("File Number (Employment Profile)", person.system_id()),
                ("Position ID (Employment Profile)", format!("POS{}", person.id)),
                ("Legal First Name (Personal Profile)", person.given.into()),
                ("Legal Last Name (Personal Profile)", person.family.into()),
                ("Tax ID (SSN) (Personal Profile)", "078-05-1120".into()),
                ("Position Status (Employment Profile)", word(person, ["A", "L", "Suspended", "T", "Pending"])),
                ("Hire\u{a0}Date*", american(&person.hired)),
                ("Termination\nDate", american(person.left())),
                ("Job Title Description", person.title.into()),
                ("Job Title Description1", person.title.into()),
                ("Home Department Code", "0042".into()),
                ("Home Department Description", person.department.into()),
                ("Location Description", person.location.into()),
                ("Reports To Name", manager(person, all).map(Person::last_first).unwrap_or_default()),
                ("Reports To Associate ID", manager(person, all).map(|manager| manager.number.clone()).unwrap_or_default()),
                ("Work Contact: Work Email (Personal Profile)", person.email.clone()),
                ("Work Contact: Work Phone (Personal Profile)", person.phone.clone()),
                ("Personal Contact: Personal Email", format!("private{}@example.net", person.id)),
            ]
        },
    },
    Style {
        file: "ukg",
        system: Some("UKG"),
        fields: FULL,
        row: |person, all| {
            vec![
                ("employeeID (EEID)", format!("GUID{}", person.id)),
                ("employeeNumber", person.number.clone()),
                ("firstName", person.given.into()),
                ("formerLastName", "Maiden".into()),
                ("lastName", person.family.into()),
                ("emailAddress", person.email.clone()),
                ("emailAddressAlternate", String::new()),
                ("jobDescription", person.title.into()),
                ("department", person.department.into()),
                ("primaryWorkLocationCode", person.location.into()),
                ("workPhone", person.phone.clone()),
                ("supervisorID", manager(person, all).map(|manager| format!("GUID{}", manager.id)).unwrap_or_default()),
                ("lastHireDate", format!("{}T00:00:00", person.hired)),
                ("originalHireDate", "2001-01-17T00:00:00".into()),
                ("dateOfTermination", person.left.map(|day| format!("{day}T00:00:00")).unwrap_or_default()),
                ("employeeStatusCode", word(person, ["A", "L", "S", "T", "PENDING"])),
                ("isActive", boolean(person.enabled())),
            ]
        },
    },
    Style {
        file: "sf_udf",
        system: Some("SuccessFactors user data file"),
        fields: &["email", "employee_number", "name", "title", "department", "location", "phone", "hire_date", "manager_email"],
        row: |person, all| {
            vec![
                ("STATUS", word(person, ["active", "active", "inactive", "inactive", "active"])),
                ("USERID", person.system_id()),
                ("USERNAME", format!("p{}", person.id)),
                ("FIRSTNAME", person.given.into()),
                ("LASTNAME", person.family.into()),
                ("TITLE", person.title.into()),
                ("GENDER", "F".into()),
                ("EMAIL", person.email.clone()),
                ("MANAGER", manager(person, all).map(Person::system_id).unwrap_or_else(|| "NO_MANAGER".into())),
                ("HR", "NO_HR".into()),
                ("DEPARTMENT", person.department.into()),
                ("LOCATION", person.location.into()),
                ("HIREDATE", american(&person.hired)),
                ("EMPID", person.number.clone()),
                ("BIZ_PHONE", person.phone.clone()),
            ]
        },
    },
    Style {
        file: "peoplesoft",
        system: Some("PeopleSoft"),
        fields: FULL,
        row: |person, all| {
            vec![
                ("EMPLID", person.number.clone()),
                ("NAME", format!("{},{}", person.family, person.given)),
                ("DEPARTMENT", person.department.into()),
                ("BUSINESS_TITLE", person.title.into()),
                ("LOCATION", person.location.into()),
                ("EMPL_STATUS", word(person, ["A", "L", "S", "T", "Pending"])),
                ("HIRE_DT", german(&person.hired)),
                ("TERMINATION_DT", german(person.left())),
                ("EMAIL_ADDR", person.email.clone()),
                ("PHONE", person.phone.clone()),
                ("SUPERVISOR_ID", manager(person, all).map(|manager| manager.number.clone()).unwrap_or_default()),
                ("REPORTS_TO", "00009999".into()),
            ]
        },
    },
    Style {
        file: "onelogin",
        system: Some("OneLogin"),
        fields: &["email", "name", "title", "department", "phone", "manager_email"],
        row: |person, all| {
            vec![
                ("id", person.system_id()),
                ("username", format!("p{}", person.id)),
                ("email", person.email.clone()),
                ("firstname", person.given.into()),
                ("lastname", person.family.into()),
                ("title", person.title.into()),
                ("department", person.department.into()),
                ("phone", person.phone.clone()),
                ("status", word(person, ["1", "3", "2", "2", "7"])),
                ("state", "1".into()),
                ("directory_id", "4".into()),
                ("external_id", String::new()),
                ("manager_ad_id", "7".into()),
                ("manager_user_id", manager(person, all).map(Person::system_id).unwrap_or_default()),
            ]
        },
    },
    Style {
        file: "jumpcloud",
        system: Some("JumpCloud"),
        fields: &["email", "employee_number", "name", "title", "department", "location", "phone"],
        row: |person, _| {
            vec![
                ("FirstName", person.given.into()),
                ("LastName", person.family.into()),
                ("Username", format!("p{}", person.id)),
                ("Email", person.email.clone()),
                ("Password", String::new()),
                ("jobTitle", person.title.into()),
                ("employeeIdentifier", person.number.clone()),
                ("department", person.department.into()),
                ("costCenter", "CC1".into()),
                ("location", person.location.into()),
                ("work_mobile_number", person.phone.clone()),
            ]
        },
    },
    Style {
        file: "personio",
        system: Some("Personio"),
        fields: FULL,
        row: |person, all| {
            vec![
                ("Personalnummer", person.number.clone()),
                ("Vorname", person.given.into()),
                ("Nachname", person.family.into()),
                ("E-Mail", person.email.clone()),
                ("Status", word(person, ["Aktiv", "Elternzeit", "gesperrt", "ausgeschieden", "onboarding"])),
                ("Position", person.title.into()),
                ("Abteilung", person.department.into()),
                ("Standort", person.location.into()),
                ("Telefon", person.phone.clone()),
                ("Vorgesetzter", manager(person, all).map(Person::name).unwrap_or_default()),
                ("Einstellungsdatum", german(&person.hired)),
                ("Austrittsdatum", german(person.left())),
                ("Gehalt", "98765".into()),
            ]
        },
    },
];
