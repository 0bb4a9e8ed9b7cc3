//! The same people as the APIs of several systems hand them out.

use serde_json::{Value, json};

use super::company::{FULL, Person};
use domo_reconcile::terms::Status;

/// One API: the file, the system the loader should see, the canonical fields it carries, and its document.
pub(crate) struct Api {
    pub file: &'static str,
    pub system: Option<&'static str>,
    pub fields: &'static [&'static str],
    pub document: fn(&[Person]) -> Value,
}

const WITHOUT_PHONE: &[&str] = &[
    "email",
    "employee_number",
    "name",
    "title",
    "department",
    "location",
    "status",
    "hire_date",
    "termination_date",
    "manager_email",
];

fn each(people: &[Person], one: impl Fn(&Person, Option<&Person>) -> Value) -> Value {
    people.iter().map(|person| one(person, person.manager.map(|manager| &people[manager]))).collect()
}

fn word(person: &Person, words: [&'static str; 5]) -> &'static str {
    match person.status {
        Status::Active => words[0],
        Status::Leave => words[1],
        Status::Suspended => words[2],
        Status::Terminated => words[3],
        _ => words[4],
    }
}

pub(crate) const APIS: &[Api] = &[
    Api {
        file: "graph_select.json",
        system: Some("Microsoft Graph"),
        fields: &[
            "email",
            "employee_number",
            "name",
            "title",
            "department",
            "location",
            "phone",
            "enabled",
            "hire_date",
            "manager_email",
        ],
        document: |people| {
            let users = each(people, |person, manager| {
                json!({"businessPhones": [person.phone], "displayName": person.name(), "givenName": person.given, "jobTitle": person.title,
                    "mail": person.email, "mobilePhone": null, "officeLocation": person.location, "surname": person.family,
                    "userPrincipalName": format!("u{}@acme.onmicrosoft.com", person.id), "id": person.system_id(),
                    "accountEnabled": person.enabled(), "employeeId": person.number, "employeeHireDate": format!("{}T00:00:00Z", person.hired),
                    "department": person.department, "userType": "Member",
                    "manager": manager.map(|manager| json!({"@odata.type": "#microsoft.graph.user", "id": manager.system_id(), "displayName": manager.name(), "mail": manager.email}))})
            });
            json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": users})
        },
    },
    Api {
        file: "okta_users.json",
        system: Some("Okta"),
        fields: &["email", "employee_number", "name", "title", "department", "phone", "manager_email"],
        document: |people| {
            each(people, |person, manager| {
                json!({"id": format!("00u{}", person.id), "status": word(person, ["ACTIVE", "ACTIVE", "SUSPENDED", "DEPROVISIONED", "STAGED"]),
                    "created": "2020-07-07T15:25:06.000Z", "type": {"id": "oty1"},
                    "profile": {"login": person.email, "email": person.email, "firstName": person.given, "lastName": person.family, "secondEmail": null,
                        "title": person.title, "department": person.department, "mobilePhone": person.phone, "employeeNumber": person.number,
                        "manager": manager.map(|manager| manager.email.clone())},
                    "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}}, "_links": {"self": {"href": "https://x"}}})
            })
        },
    },
    Api {
        file: "google_users.json",
        system: Some("Google Workspace"),
        fields: &["email", "employee_number", "name", "title", "department", "location", "phone", "manager_email"],
        document: |people| {
            let users = each(people, |person, manager| {
                json!({"kind": "admin#directory#user", "id": person.system_id(), "primaryEmail": person.email,
                    "name": {"givenName": person.given, "familyName": person.family, "fullName": person.name()},
                    "suspended": !person.enabled(), "archived": false, "orgUnitPath": "/Staff",
                    "emails": [{"address": person.email, "primary": true}],
                    "externalIds": [{"type": "custom", "value": "x"}, {"type": "organization", "value": person.number}],
                    "organizations": [{"title": "Former", "primary": false}, {"title": person.title, "department": person.department, "primary": true}],
                    "relations": manager.map(|manager| json!([{"type": "manager", "value": manager.email}])),
                    "phones": [{"type": "work", "value": "0"}], "mobilePhone": person.phone, "location": person.location,
                    "creationTime": "2020-01-01T00:00:00.000Z", "lastLoginTime": "1970-01-01T00:00:00.000Z"})
            });
            json!({"kind": "admin#directory#users", "users": users})
        },
    },
    Api {
        file: "scim.json",
        system: Some("SCIM"),
        fields: &["email", "employee_number", "name", "title", "department", "phone", "enabled", "manager_email"],
        document: |people| {
            let users = each(people, |person, manager| {
                json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": person.system_id(), "userName": person.email,
                    "name": {"formatted": person.name(), "familyName": person.family, "givenName": person.given}, "displayName": person.name(),
                    "emails": [{"value": format!("private{}@example.net", person.id), "type": "home"}, {"value": person.email, "type": "work", "primary": true}],
                    "phoneNumbers": [{"value": "0", "type": "fax"}, {"value": person.phone, "type": "work"}],
                    "title": person.title, "active": if person.enabled() { "True" } else { "False" },
                    "meta": {"resourceType": "User", "created": "2020-01-01T00:00:00Z"},
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": person.number, "department": person.department,
                        "manager": manager.map(|manager| json!({"value": manager.system_id(), "displayName": manager.name()}))}})
            });
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": people.len(), "itemsPerPage": 100, "startIndex": 1, "Resources": users})
        },
    },
    Api {
        file: "workday_report.json",
        system: Some("Workday"),
        fields: &[
            "email",
            "employee_number",
            "name",
            "title",
            "location",
            "status",
            "hire_date",
            "termination_date",
            "manager_email",
        ],
        document: |people| {
            let entries = each(people, |person, manager| {
                json!({"Employee_ID": person.number, "Full_Name": person.name(), "Email_Address": person.email, "Business_Title": person.title, "Location": person.location,
                    "Worker_Status": word(person, ["Active", "On Leave", "Suspended", "Terminated", "Future Hire"]),
                    "Manager_ID": manager.map(|manager| manager.number.clone()), "Start_Date": person.hired, "Termination_Date": person.left})
            });
            json!({"Report_Entry": entries})
        },
    },
    Api {
        file: "bamboo_report.json",
        system: Some("BambooHR"),
        fields: &["email", "employee_number", "name", "title", "department", "location", "phone", "hire_date", "termination_date"],
        document: |people| {
            let employees = each(people, |person, _| {
                json!({"id": person.system_id(), "employeeNumber": person.number, "firstName": person.given, "lastName": person.family, "jobTitle": person.title,
                    "workEmail": person.email, "department": person.department, "location": person.location, "workPhone": person.phone, "hireDate": person.hired,
                    "terminationDate": person.left.unwrap_or("0000-00-00"), "employmentHistoryStatus": word(person, ["Full-Time", "Leave of absence", "Suspended", "Terminated", "Pending"])})
            });
            json!({"title": "Report", "fields": [{"id": "id", "type": "int", "name": "EEID"}, {"id": "employeeNumber", "type": "text", "name": "Employee #"}], "employees": employees})
        },
    },
    Api {
        file: "personio_v1.json",
        system: Some("Personio"),
        fields: WITHOUT_PHONE,
        document: |people| {
            let wrapped =
                |label: &str, value: Value| json!({"label": label, "value": value, "type": "standard", "universal_id": label});
            let data = each(people, |person, manager| {
                let supervisor = manager.map(|manager| json!({"type": "Employee", "attributes": {"id": wrapped("ID", json!(manager.id + 9000)), "email": wrapped("Email", json!(manager.email))}}));
                json!({"type": "Employee", "attributes": {
                    "id": wrapped("ID", json!(person.id + 9000)), "employee_id": wrapped("No", json!(person.number)),
                    "first_name": wrapped("First name", json!(person.given)), "last_name": wrapped("Last name", json!(person.family)),
                    "email": wrapped("Email", json!(person.email)), "position": wrapped("Position", json!(person.title)),
                    "status": wrapped("Status", json!(word(person, ["active", "leave", "suspended", "inactive", "onboarding"]))),
                    "hire_date": wrapped("Hire date", json!(format!("{}T00:00:00+01:00", person.hired))),
                    "termination_date": wrapped("Termination date", json!(person.left.map(|day| format!("{day}T00:00:00+01:00")))),
                    "employment_type": wrapped("Employment type", json!("internal")), "fix_salary": wrapped("Salary", json!(98765)),
                    "office": wrapped("Office", json!({"type": "Office", "attributes": {"id": 1, "name": person.location}})),
                    "department": wrapped("Department", json!({"type": "Department", "attributes": {"id": 2, "name": person.department}})),
                    "supervisor": wrapped("Supervisor", json!(supervisor))}})
            });
            json!({"success": true, "data": data})
        },
    },
    Api {
        file: "sf_odata.json",
        system: Some("SuccessFactors"),
        fields: &["email", "employee_number", "name", "title", "department", "location", "status", "hire_date", "termination_date"],
        document: |people| {
            let ticks = |day: &str| {
                let day: chrono::NaiveDate = day.parse().unwrap();
                format!("/Date({}+0000)/", day.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_millis())
            };
            let results = each(people, |person, _| {
                json!({"__metadata": {"uri": "https://x", "type": "SFOData.User"}, "userId": person.system_id(), "personIdExternal": person.number,
                    "firstName": person.given, "lastName": person.family, "email": person.email, "title": person.title, "department": person.department,
                    "location": person.location, "emplStatus": word(person, ["A", "U", "S", "T", "Pending"]), "startDate": ticks(&person.hired),
                    "endDate": person.left.map_or("/Date(253402214400000)/".into(), ticks)})
            });
            json!({"d": {"results": results}})
        },
    },
    Api {
        file: "adp_workers.json",
        system: Some("ADP Workforce Now"),
        fields: FULL,
        document: |people| {
            let workers = each(people, |person, manager| {
                json!({"associateOID": format!("G{}", person.id), "workerID": {"idValue": person.number},
                    "person": {"legalName": {"givenName": person.given, "familyName1": person.family, "formattedName": person.last_first()}},
                    "workerDates": {"originalHireDate": person.hired, "terminationDate": person.left},
                    "workerStatus": {"statusCode": {"codeValue": word(person, ["Active", "Leave", "Suspended", "Terminated", "Pending"])}},
                    "workAssignments": [{"jobTitle": "Former", "primaryIndicator": false, "homeOrganizationalUnits": []}, {"jobTitle": person.title, "positionID": "POS1", "primaryIndicator": true,
                        "homeOrganizationalUnits": [{"nameCode": {"shortName": "B1"}, "typeCode": {"codeValue": "Business Unit"}}, {"nameCode": {"codeValue": "0042", "shortName": person.department}, "typeCode": {"codeValue": "Department"}}],
                        "homeWorkLocation": {"nameCode": {"codeValue": "L1", "shortName": person.location}, "address": {"cityName": "x"}},
                        "reportsTo": manager.map(|manager| json!([{"associateOID": format!("G{}", manager.id), "workerID": {"idValue": manager.number}, "reportsToWorkerName": {"formattedName": manager.last_first()}}]))}],
                    "businessCommunication": {"emails": [{"emailUri": person.email}], "mobiles": [{"formattedNumber": person.phone}], "landlines": [{"formattedNumber": "0"}]}})
            });
            json!({"workers": workers})
        },
    },
    Api {
        file: "hibob.json",
        system: Some("HiBob"),
        fields: WITHOUT_PHONE,
        document: |people| {
            let employees = each(people, |person, manager| {
                json!({"id": person.system_id(), "email": person.email, "firstName": person.given, "surname": person.family, "displayName": person.name(),
                    "work": {"title": person.title, "department": person.department, "site": person.location, "startDate": person.hired, "employeeIdInCompany": person.number,
                        "reportsTo": manager.map(|manager| json!({"id": manager.system_id(), "firstName": manager.given, "surname": manager.family, "email": manager.email}))},
                    "internal": {"status": word(person, ["Active", "garden leave", "suspended", "terminated", "hired"]), "lifecycleStatus": "x", "terminationDate": person.left}})
            });
            json!({"employees": employees})
        },
    },
    Api {
        file: "gusto.json",
        system: Some("Gusto"),
        fields: &["email", "name", "title", "department", "hire_date", "manager_email"],
        document: |people| {
            each(people, |person, manager| {
                json!({"uuid": person.system_id(), "first_name": person.given, "middle_initial": null, "last_name": person.family,
                    "email": format!("private{}@example.net", person.id), "work_email": person.email, "department": person.department,
                    "manager_uuid": manager.map(Person::system_id), "terminated": person.status == Status::Terminated, "onboarding_status": "onboarding_completed",
                    "onboarded": true, "jobs": [{"title": person.title, "hire_date": person.hired, "primary": true, "rate": "98765.00"}],
                    "terminations": person.left.map(|day| json!([{"effective_date": day}]))})
            })
        },
    },
    Api {
        file: "pingone.json",
        system: Some("PingOne"),
        fields: &["email", "name", "title", "enabled"],
        document: |people| {
            let users = each(people, |person, _| {
                json!({"id": person.system_id(), "username": format!("p{}", person.id), "email": person.email, "name": {"given": person.given, "family": person.family, "formatted": person.name()},
                    "enabled": person.enabled(), "account": {"canAuthenticate": true, "status": "OK"}, "lifecycle": {"status": "ACCOUNT_OK"}, "title": person.title, "population": {"id": "1"}})
            });
            json!({"_links": {"self": {"href": "https://x"}}, "_embedded": {"users": users}, "count": people.len(), "size": people.len()})
        },
    },
];
