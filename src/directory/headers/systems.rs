//! The systems whose exports are recognised by their headers, as data. To teach the loader a system, add an entry.
//!
//! A system is recognised when all headers of one of its signatures are present (compared by [`super::key`]). What it then
//! says overrides the general synonyms: which header is which slot, and what its status words mean. One-letter codes mean opposite
//! things in different systems, so they are only ever decoded here.

use super::slot::Slot::{self, *};
use crate::terms::Status;

/// One system.
#[derive(Debug)]
pub(in crate::directory) struct System {
    /// As the report names it.
    pub(in crate::directory) name: &'static str,
    /// Whether it knows who may sign in, and not who is employed.
    is_identity_provider: bool,
    /// Header sets, each complete in itself, separated by `|`.
    pub(super) signatures: &'static [&'static str],
    /// Headers that mean something particular here; `None`: not read.
    pub(in crate::directory) columns: &'static [(&'static str, Option<Slot>)],
    /// Status words that mean something particular here, separated by `|`.
    pub(in crate::directory) words: &'static [(Status, &'static str)],
}

const ACTIVE: Status = Status::Active;
const LEAVE: Status = Status::Leave;
const SUSPENDED: Status = Status::Suspended;
const TERMINATED: Status = Status::Terminated;
const PREHIRE: Status = Status::Prehire;
const UNKNOWN: Status = Status::Unknown;

/// Domo's own exports, which are no directory.
pub(in crate::directory) const DOMO: &str = "Domo";

/// The user data file of SuccessFactors, whose second row is always one of labels, in whatever words a company chose.
pub(super) const USER_DATA_FILE: &str = "SuccessFactors user data file";

/// Whether the system of this name, as evidence keeps it, is an identity provider.
pub(in crate::directory) fn is_identity_provider(name: &str) -> bool {
    SYSTEMS.iter().any(|system| system.is_identity_provider && system.name == name)
}

/// The first whose signature is present wins: the more particular stand first.
pub(in crate::directory) const SYSTEMS: &[System] = &[
    System {
        name: DOMO,
        is_identity_provider: false,
        signatures: &[
            "id | name | email | role | createdAt | updatedAt",
            "id | email | role | roleId",
            "displayName | roleId | email | timeZone",
            "User ID | Role ID | Display Name | Email",
        ],
        columns: &[],
        words: &[],
    },
    System {
        name: "Microsoft 365 admin centre",
        is_identity_provider: true,
        signatures: &[
            "Block credential | User principal name | Proxy addresses",
            "Block credential | Display name | User principal name",
        ],
        columns: &[("Title", Some(Title)), ("State", None)],
        words: &[],
    },
    System {
        name: "Entra ID portal",
        is_identity_provider: true,
        signatures: &["userPrincipalName | displayName | accountEnabled | usageLocation | alternateEmailAddress"],
        columns: &[],
        words: &[],
    },
    System {
        name: "Microsoft Graph",
        is_identity_provider: true,
        signatures: &[
            "userPrincipalName | displayName | businessPhones",
            "userPrincipalName | displayName | accountEnabled",
            "userPrincipalName | displayName | givenName | mobilePhone",
        ],
        columns: &[],
        words: &[],
    },
    System {
        name: "OneLogin",
        is_identity_provider: true,
        signatures: &[
            "manager_ad_id | directory_id",
            "samaccountname | userprincipalname | manager_user_id",
            "username | directory_id | external_id",
        ],
        columns: &[("manager_user_id", Some(ManagerKey)), ("state", None), ("id", Some(PersonKey)), ("manager_ad_id", None)],
        words: &[(ACTIVE, "1 | 3 | 4 | 5 | 8"), (SUSPENDED, "2"), (PREHIRE, "0 | 7")],
    },
    System {
        name: "Active Directory",
        is_identity_provider: true,
        signatures: &[
            "DistinguishedName | SamAccountName",
            "DN | objectClass | sAMAccountName",
            "UserPrincipalName | SamAccountName",
            "dn | objectClass | userAccountControl",
        ],
        columns: &[
            ("Name", Some(Name)),
            ("Manager", Some(ManagerKey)),
            ("DN", Some(PersonKey)),
            ("DistinguishedName", Some(PersonKey)),
            ("ObjectGUID", None),
        ],
        words: &[],
    },
    System {
        name: "Okta",
        is_identity_provider: true,
        signatures: &[
            "login | firstName | lastName | secondEmail | nickName",
            "profile.login | profile.email | status",
            "Login | Status | Activation date | Authentication Source",
            "Okta username | Okta user status",
        ],
        columns: &[
            ("manager", Some(ManagerEmail)),
            ("profile.manager", Some(ManagerEmail)),
            ("managerId", Some(ManagerKey)),
            ("state", None),
            ("profile.state", None),
        ],
        words: &[
            (ACTIVE, "ACTIVE | RECOVERY | LOCKED_OUT | PASSWORD_EXPIRED"),
            (SUSPENDED, "SUSPENDED"),
            (TERMINATED, "DEPROVISIONED"),
            (PREHIRE, "STAGED | PROVISIONED"),
        ],
    },
    System {
        name: "Google Workspace",
        is_identity_provider: true,
        signatures: &[
            "First Name [Required] | Last Name [Required] | Email Address [Required]",
            "primaryEmail | name.givenName | name.familyName",
            "primaryEmail | name.fullName | suspended",
            "primaryEmail | suspended",
        ],
        columns: &[],
        words: &[(ACTIVE, "Active"), (SUSPENDED, "Suspended"), (TERMINATED, "Archived")],
    },
    System {
        name: USER_DATA_FILE,
        is_identity_provider: false,
        signatures: &["STATUS | USERID | USERNAME | FIRSTNAME | LASTNAME | MANAGER | HR"],
        columns: &[("USERID", Some(PersonKey)), ("MANAGER", Some(ManagerKey)), ("EMPID", Some(EmployeeNumber)), ("USERNAME", None)],
        words: &[(ACTIVE, "active | active_external_suite"), (UNKNOWN, "inactive")],
    },
    System {
        name: "SuccessFactors",
        is_identity_provider: false,
        signatures: &["personIdExternal | emplStatus", "userId | personIdExternal | startDate"],
        columns: &[("userId", Some(PersonKey))],
        words: &[(ACTIVE, "A | D"), (LEAVE, "U | P | F"), (SUSPENDED, "S"), (TERMINATED, "T | R | O | RNS")],
    },
    System {
        // Its users by OData: `status` is `t` or `f`.
        name: "SuccessFactors",
        is_identity_provider: false,
        signatures: &["userId | username | empId | status", "__metadata.uri | userId | username | status"],
        columns: &[
            ("userId", Some(PersonKey)),
            ("username", None),
            ("empId", Some(EmployeeNumber)),
            ("status", Some(Enabled)),
            ("manager.userId", Some(ManagerKey)),
        ],
        words: &[],
    },
    System {
        name: "PeopleSoft",
        is_identity_provider: false,
        signatures: &["EMPLID | EMPL_STATUS", "EMPLID | HR_STATUS", "EMPLID | EMPL_RCD"],
        columns: &[("SUPERVISOR_ID", Some(ManagerKey)), ("REPORTS_TO", None)],
        words: &[(ACTIVE, "A | W"), (LEAVE, "L | P"), (SUSPENDED, "S"), (TERMINATED, "T | U | R | Q | D | V | X"), (UNKNOWN, "I")],
    },
    // sapdatasheet.org (data element STAT2: 0 not with the company, 1 inactive, 2 retiree, 3 active); BEGDA and ENDDA bound the
    // record.
    System {
        name: "SAP HCM",
        is_identity_provider: false,
        signatures: &["PERNR | STAT2", "PERNR | NACHN | VORNA", "PERNR | ENAME"],
        columns: &[
            ("PERNR", Some(EmployeeNumber)),
            ("ENAME", Some(Name)),
            ("VORNA", Some(GivenName)),
            ("NACHN", Some(FamilyName)),
            ("STAT2", Some(Status)),
            ("BEGDA", None),
            ("ENDDA", None),
        ],
        words: &[(ACTIVE, "3"), (TERMINATED, "0 | 2"), (UNKNOWN, "1")],
    },
    System {
        name: "ADP Workforce Now",
        is_identity_provider: false,
        signatures: &[
            "Associate ID | Position Status",
            "Associate ID | Legal First Name | Legal Last Name",
            "associateOID | workerID.idValue",
            "Associate ID | Payroll Name",
        ],
        columns: &[
            ("Associate ID", Some(EmployeeNumber)),
            ("File Number", None),
            ("Position ID", None),
            ("Payroll Name", None),
            ("associateOID", Some(PersonKey)),
            ("Reports To Associate ID", Some(ManagerKey)),
            ("Reports To Position ID", None),
        ],
        words: &[
            (ACTIVE, "Active | A"),
            (LEAVE, "Leave | L | Leave of Absence"),
            (TERMINATED, "Terminated | T | Deceased"),
            (PREHIRE, "Pending"),
            (UNKNOWN, "Inactive | I"),
        ],
    },
    System {
        name: "UKG",
        is_identity_provider: false,
        signatures: &[
            "employeeStatusCode | supervisorID | lastHireDate",
            "employeeNumber | employeeStatusCode | primaryWorkLocationCode",
            "employeeNumber | emailAddressAlternate",
        ],
        columns: &[("employeeID", Some(PersonKey)), ("employeeNumber", Some(EmployeeNumber)), ("supervisorID", Some(ManagerKey))],
        words: &[
            (ACTIVE, "A | ACTIVE"),
            (LEAVE, "L | ON_LEAVE"),
            (SUSPENDED, "S | SUSPENDED"),
            (TERMINATED, "T | R | D | TERMINATED"),
            (PREHIRE, "PENDING"),
        ],
    },
    System {
        name: "BambooHR",
        is_identity_provider: false,
        signatures: &[
            "EEID | Employee #",
            "Employee # | Employment Status | Supervisor name",
            "workEmail | supervisor | division | displayName",
            "employeeNumber | employmentHistoryStatus",
            "employeeNumber | workEmail | supervisorEId",
        ],
        columns: &[
            ("id", Some(PersonKey)),
            ("EEID", Some(PersonKey)),
            ("Supervisor ID", Some(ManagerKey)),
            ("Email", Some(AlternateEmail)),
            ("State", None),
        ],
        words: &[],
    },
    System {
        name: "Gusto",
        is_identity_provider: false,
        signatures: &["uuid | onboarding_status | terminated", "work_email | manager_uuid"],
        columns: &[
            ("email", Some(AlternateEmail)),
            ("uuid", Some(PersonKey)),
            ("manager_uuid", Some(ManagerKey)),
            ("onboarding_status", None),
        ],
        words: &[],
    },
    System {
        name: "HiBob",
        is_identity_provider: false,
        signatures: &[
            "work.title | work.department | internal.status",
            "work.title | work.site",
            "internal.lifecycleStatus | work.department",
        ],
        columns: &[("id", Some(PersonKey)), ("internal.status", Some(Status))],
        words: &[
            (ACTIVE, "Active | employed"),
            (LEAVE, "leave | garden leave"),
            (TERMINATED, "terminated"),
            (PREHIRE, "hired"),
            (UNKNOWN, "Inactive"),
        ],
    },
    System {
        name: "Personio",
        is_identity_provider: false,
        signatures: &[
            "first_name | last_name | employment_type | supervisor",
            "first_name | last_name | hire_date | supervisor.id",
            // Version 2.
            "first_name | last_name | preferred_name | employments[0].id",
        ],
        columns: &[("id", Some(PersonKey)), ("supervisor.id", Some(ManagerKey)), ("employments[0].id", None)],
        words: &[(ACTIVE, "active"), (LEAVE, "leave"), (TERMINATED, "inactive"), (PREHIRE, "onboarding")],
    },
    System {
        // Its German list. Others write such headers too, so its `inactive` is not taken at its word.
        name: "Personio",
        is_identity_provider: false,
        signatures: &["Vorname | Nachname | E-Mail | Status | Position | Abteilung | Vorgesetzter | Einstellungsdatum"],
        columns: &[],
        words: &[],
    },
    System {
        name: "Rippling",
        is_identity_provider: false,
        signatures: &["workEmail | roleState", "Work email | Employment status | Manager - Work email", "work_email | role_state"],
        columns: &[],
        words: &[(PREHIRE, "Hired | Accepted | INIT")],
    },
    System {
        name: "Workday",
        is_identity_provider: false,
        signatures: &[
            "Worker | Employee ID",
            "Employee ID | Worker Status",
            "Employee_ID | Worker_Status",
            "Employee ID | Worker Type",
            "Employee_ID | Business_Title",
            "Employee ID | Supervisory Organization",
            "employeeID | workerActive",
        ],
        columns: &[("Worker", Some(Name)), ("Email - Primary Work", Some(Email)), ("Manager ID", Some(ManagerKey)), ("WID", None)],
        words: &[(ACTIVE, "Active | 1 | Yes"), (LEAVE, "On Leave"), (TERMINATED, "Terminated | Retired"), (PREHIRE, "Future Hire")],
    },
    System {
        name: "Deel",
        is_identity_provider: false,
        signatures: &["hiring_type | employment_status"],
        columns: &[("email", Some(AlternateEmail)), ("id", Some(PersonKey)), ("external_id", Some(EmployeeNumber))],
        words: &[(TERMINATED, "offboarded | terminated"), (PREHIRE, "onboarding")],
    },
    System {
        name: "JumpCloud",
        is_identity_provider: true,
        signatures: &[
            "employeeIdentifier | state | activated",
            "FirstName | LastName | Username | Email | employeeIdentifier",
            "username | employeeIdentifier | state",
        ],
        columns: &[("state", Some(Status)), ("Username", None), ("suspended", None)],
        words: &[(ACTIVE, "ACTIVATED"), (SUSPENDED, "SUSPENDED"), (PREHIRE, "STAGED")],
    },
    System {
        name: "PingOne",
        is_identity_provider: true,
        signatures: &["username | name.given | name.family | lifecycle.status", "username | name.given | population.id"],
        columns: &[("lifecycle.status", None), ("account.status", None)],
        words: &[],
    },
    System {
        name: "Oracle",
        is_identity_provider: false,
        signatures: &["User Name | Active | Work Email | Mobile No", "User Name | Work Email | Employee Number | Active"],
        columns: &[],
        words: &[],
    },
    System {
        name: "SCIM",
        is_identity_provider: true,
        signatures: &[
            "schemas | userName",
            "userName | meta.resourceType",
            "userName | name.givenName | active",
            "userName | emails[0].value",
        ],
        columns: &[("id", Some(PersonKey)), ("manager.value", Some(ManagerKey))],
        words: &[],
    },
    System {
        name: "Dynamics 365 HR",
        is_identity_provider: false,
        signatures: &["HcmWorkerStatus"],
        columns: &[],
        words: &[(ACTIVE, "Employed"), (TERMINATED, "Terminated"), (PREHIRE, "Pending")],
    },
];
