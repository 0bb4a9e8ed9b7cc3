//! The spellings of headers, as data. To teach the loader a header, add it to a line.
//!
//! A line is a slot, a rank and spellings separated by `|`. Headers are compared whole, by [`super::headers::key`]: case, spaces and
//! accents and `_ - . / : * ?` do not count. The lowest rank present wins; two columns of one rank that differ stop the load where it matters
//! ([`Slot::decides`]). Ranks above [`WEAK`] count only while no better column claims the field.

use super::slot::Slot::{self, *};

/// From this rank on a header is a makeshift.
pub(super) const WEAK: u8 = 50;

/// Slot, rank, spellings.
pub(super) const SYNONYMS: &[(Slot, u8, &str)] = &[
    (
        Email,
        10,
        "Work Email | Work E-mail | Email - Primary Work | Email - Work | Primary Work Email | Work Contact: Work Email | businessEmail | Business Email | Business Email Address | Company Email | Corporate Email | Work Email Address | emails[type eq work].value | emails[type=work].value | workAddress.emailAddress | Public Work Email Address",
    ),
    (
        Email,
        12,
        "primaryEmail | Primary Email | Primary e-mail | Primary Email Address | emails[primary].value | primarySmtpAddress | WindowsEmailAddress",
    ),
    (
        Email,
        15,
        "email | e-mail | Email Address | E-mail Address | emailAddress | mail | EMAIL_ADDR | E-Mail-Adresse | bestEmail | user_email | UserEmail | emails[0].value | emails.0.value | profile.email | businessCommunication.emails.0.emailUri | businessCommunication.emails[0].emailUri | Courriel | Adresse e-mail | Adresse électronique | E-Mail dienstlich | Correo | Indirizzo e-mail | Correo electrónico | Correo electronico | Adresse email | E-Mail Adresse | E-mailadres | メールアドレス | User Email | Employee Email",
    ),
    (Email, 18, "Proxy addresses | proxyAddresses"),
    (Email, 50, "userPrincipalName | User principal name | UPN"),
    (Email, 55, "login | profile.login | Okta username | Okta login"),
    (Email, 60, "userName | User Name"),
    (
        AlternateEmail,
        10,
        "alternateEmail | Alternate Email | Alternate e-mail | alternateEmailAddress | emailAddressAlternate | secondEmail | profile.secondEmail | Secondary Email | otherMails | Work Secondary Email | Additional_Email_Address | aliases | emailAliases | emails[type=other].value",
    ),
    (
        AlternateEmail,
        20,
        "Home Secondary Email | Recovery Email | personalEmail | Personal Email | Personal Contact: Personal Email | homeEmail | Home Email | emails[type=home].value | emails[type eq home].value | nonEditableAliases | authenticationEmail",
    ),
    (
        EmployeeNumber,
        10,
        "employeeId | Employee ID | Employee_ID | employeeNumber | Employee Number | Employee # | Employee No | Employee No. | Emp No | Emp ID | EMPID | EMPLID | Worker ID | workerID.idValue | Associate ID | Personnel Number | Pers. No. | Personnel No | Personalnummer | Matricola | Matricule | Numéro d'employé | Personalnr. | Personal-Nr. | Mitarbeiternummer | Número de empleado | eecode | Numero de empleado | Personeelsnummer | employeeIdentifier | employeeIdInCompany | work.employeeIdInCompany | externalIds[type=organization].value | 社員番号 | Staff ID | Staff Number | User.employeeNumber",
    ),
    (EmployeeNumber, 20, "Contingent Worker ID | personIdExternal"),
    (EmployeeNumber, 30, "File Number | File # | Payroll ID | Badge | eebadge | Clock | Badge Number | Payroll Number"),
    (EmployeeNumber, 40, "externalId | external_id"),
    (
        Name,
        10,
        "displayName | Display Name | name.fullName | Full Name | fullName | fullName1 | Employee Name | Worker Name | NAME | Nombre completo | Nom complet | Nom et prénom | Nome completo | Volledige naam | 氏名",
    ),
    (Name, 12, "formattedName | name.formatted"),
    (Name, 15, "Preferred Name"),
    (
        Name,
        20,
        "Worker | Associate | Legal Name | Payroll Name | cn | eename | User | person.legalName.formattedName | legalName.formattedName | Name and ID",
    ),
    (
        GivenName,
        10,
        "givenName | First Name | Forename | Vorname | Prénom | name.givenName | name.given | given_name | Prenom | Nome | Voornaam | Preferred First Name | Preferred Name - First Name | HR First Name Lower Case | Nombre | 名",
    ),
    (GivenName, 20, "Legal First Name | Legal Name - First Name | legalName.givenName | person.legalName.givenName"),
    (
        FamilyName,
        10,
        "surname | sn | Last Name | familyName | familyName1 | name.familyName | name.family | family_name | Nachname | Familienname | Nom | Nom de famille | Apellidos | Apellido | Cognome | Achternaam | Preferred Last Name | Preferred Name - Last Name | 姓",
    ),
    (
        FamilyName,
        20,
        "Legal Last Name | Legal Name - Last Name | legalName.familyName1 | person.legalName.familyName1 | person.legalName.familyName",
    ),
    (
        Title,
        10,
        "jobTitle | Job Title | Business Title | work.title | organizations[primary].title | organizations[0].title | organizations.0.title | jobs[primary].title | jobs[0].title | jobs.0.title | workAssignments[primary].jobTitle | workAssignments[0].jobTitle | 役職",
    ),
    (
        Title,
        20,
        "title | Position Title | Job Title Description | Employee Title | jobDescription | alternateJobTitle | Stellenbezeichnung | Funktion | Intitulé du poste | Poste | Puesto | Cargo | Qualifica | Mansione | Functie",
    ),
    (Title, 30, "Position | Job Profile | jobs[].title | Job"),
    (
        Department,
        10,
        "department | Department Name | departmentName | department.name | Home Department Description | Department Description | deptdesc | organizations[primary].department | organizations[0].department | organizations.0.department | work.department | Abteilung | Département | Departement | Dipartimento | Reparto | Afdeling | Departamento | 部署 | Dept | User.department",
    ),
    (
        Department,
        12,
        "workAssignments[primary].homeOrganizationalUnits[type=department].nameCode.shortName | workAssignments[0].homeOrganizationalUnits[type=department].nameCode.shortName",
    ),
    (
        Department,
        14,
        "workAssignments[primary].homeOrganizationalUnits[type=department].nameCode.longName | workAssignments[0].homeOrganizationalUnits[type=department].nameCode.longName",
    ),
    (Department, 20, "Supervisory Organization | Team | Division | User.division"),
    (Department, 30, "Cost Center | costCenter | orgLevel1Code | Org Level 1 | DEPTID"),
    (Department, 50, "Org Unit Path"),
    (
        Location,
        10,
        "officeLocation | physicalDeliveryOfficeName | Office | office.name | Work Location | workLocation.name | location | location.name | location.descriptor | Location Name | Location Description | work.site | Site | employeeLocation | primaryWorkLocationCode | Standort | Lieu de travail | Dienstort | Arbeitsort | Ubicación | Sede di lavoro | Werklocatie | 勤務地",
    ),
    (
        Location,
        12,
        "workAssignments[primary].homeWorkLocation.nameCode.shortName | workAssignments[0].homeWorkLocation.nameCode.shortName | workAssignments[primary].homeWorkLocation.nameCode.longName | workAssignments[0].homeWorkLocation.nameCode.longName",
    ),
    (
        Location,
        14,
        "organizations[primary].location | organizations[0].location | locations[type=desk].area | locations[type=desk].buildingId",
    ),
    (Location, 50, "City | l | Building ID | addresses[type=work].locality | addresses[primary].locality"),
    (
        Phone,
        10,
        "mobilePhone | mobile | Mobile Phone | Mobile No | Mobile Phone Number | profile.mobilePhone | phoneNumbers[type=mobile].value | phones[type=work_mobile].value | phones[type=mobile].value | work_mobile_number | mobile_number | Cell Phone | businessCommunication.mobiles[0].formattedNumber",
    ),
    (
        Phone,
        15,
        "phoneNumber | Phone Number | phone | Telephone | telephoneNumber | Telephone Number | Work Phone | workPhone | Work Contact: Work Phone | OfficePhone | businessPhones | BIZ_PHONE | primaryPhone | profile.primaryPhone | deskPhone | Desk Phone Number | deskPhoneNumber | work_number | phoneNumbers[type=work].value | phoneNumbers[0].value | phones[type=work].value | phones[primary].value | businessCommunication.landlines[0].formattedNumber | Telefon | Telefonnummer | Téléphone | Teléfono | Telefono | Telefoon",
    ),
    (Phone, 30, "Personal Contact: Personal Mobile | Home Phone | home_number"),
    (
        Status,
        10,
        "Worker Status | Employment Status | Position Status | employmentStatus | employmentHistoryStatus | EMPL_STATUS | emplStatus | employeeStatusCode | eestatus | Associate Status | Employee Status | lifecycleStatus | internal.lifecycleStatus | workerStatus.statusCode.codeValue | current_employment_status | roleState | Role State | HcmWorkerStatus | Account Status | accountStatus | Beschäftigungsstatus",
    ),
    (Status, 20, "Status | Active Status | internal.status | Okta user status | HR_STATUS | Statut | Estado | ステータス"),
    (
        Enabled,
        10,
        "accountEnabled | Enabled | active | isActive | workerActive | profile.active | Account Enabled | Is Active | Is Enabled | Still employed | Currently employed | Is employed | Current employee | Is current | 有効 | 在籍フラグ",
    ),
    (Disabled, 10, "Block credential | suspended | disabled | isSuspended"),
    (
        Ended,
        10,
        "terminated | isTerminated | archived | Leaver | Is leaver | Is a leaver | Leaver flag | Has left | Left company | Left the company | Has left the company | Departed | Has departed | Terminated flag | Termination flag | Is former | Former employee | Ex-employee | Offboarded | Is offboarded | Ist ausgeschieden | Hat das Unternehmen verlassen | A quitté l'entreprise | Ha causado baja | Desligado | Cessato | 退職フラグ | 退職済み | 退職済",
    ),
    (AccountControl, 40, "userAccountControl"),
    (
        HireDate,
        10,
        "Rehire Date | Hire/Rehire Date | lastHireDate | Last Hire Date | LAST_HIRE_DT | workerDates.rehireDate | workerDates.originalHireDate | Hire Date | hireDate | HIREDATE | HIRE_DT | employeeHireDate | Hired On | Einstellungsdatum | Eintrittsdatum | Eintritt | Date d'embauche | Date d'entrée | Fecha de alta | Fecha de ingreso | Fecha de contratación | Data di assunzione | Datum in dienst | Date of Joining | User.employeeHireDate | 入社日",
    ),
    (
        HireDate,
        20,
        "Start Date | startDate | work.startDate | employment_start_date | jobs[primary].hire_date | jobs[0].hire_date | Position Start Date | profile.startDate",
    ),
    (HireDate, 30, "Original Hire Date | originalHireDate | Continuous Service Date | Company Service Date"),
    (
        TerminationDate,
        10,
        "Termination Date | terminationDate | TERMINATION_DT | dateOfTermination | Date of Termination | internal.terminationDate | workerDates.terminationDate | terminations[0].effective_date | Austrittsdatum | Austritt | Date de sortie | Date de départ | Fecha de baja | Data di cessazione | Datum uit dienst | User.employeeLeaveDateTime | employeeLeaveDateTime | Last Day of Work | Last Day | Last Working Day | 退社日",
    ),
    (TerminationDate, 20, "End Date | endDate | employment_end_date"),
    (TerminationDate, 30, "Soft deletion time stamp | deletedDateTime | deletionTime"),
    (TerminationDate, 50, "contract_end_date | accountExpires | AccountExpirationDate"),
    (
        ManagerEmail,
        10,
        "Manager Email | Manager - Work email | Manager Work Email | supervisorEmail | Supervisor Email | Reports To Email | relations[type=manager].value | ManagersEmail | Manager's Email | reportsTo.email | work.reportsTo.email | manager.email | manager.mail | Manager Email Address",
    ),
    (ManagerEmail, 20, "Manager User Principal Name | manager.userPrincipalName"),
    (
        ManagerKey,
        10,
        "Manager ID | managerId | Supervisor ID | supervisorId | supervisorEId | SUPERVISOR_ID | Reports To Associate ID | manager_uuid | manager_user_id | manager.value | User.manager.value | manager.id | reportsTo.id | work.reportsTo.id | supervisor.id | Manager Employee ID | manager.attributes.id | supervisor.attributes.id | profile.managerId | workAssignments[primary].reportsTo[0].workerID.idValue | workAssignments[0].reportsTo[0].workerID.idValue",
    ),
    (
        ManagerName,
        10,
        "Manager | Worker's Manager | Manager Name | Supervisor | Supervisor Name | supervisorName | Reports To Name | Reporting to | Manager Display Name | Vorgesetzter | Führungskraft | Responsable | Responsabile | Leidinggevende | Jefe directo | Reports To | profile.manager | manager.displayName | workAssignments[primary].reportsTo[0].reportsToWorkerName.formattedName | workAssignments[0].reportsTo[0].reportsToWorkerName.formattedName",
    ),
    (
        PersonKey,
        10,
        "id | _id | objectId | Object Id | EEID | PersonID | associateOID | DistinguishedName | DN | uuid | sys_id | WID",
    ),
    (
        UserType,
        10,
        "userType | User Type | Employee Type | employeeType | Worker Type | Worker Category Description | Contract Type | Employment Type | hiring_type | REG_TEMP | organizations[primary].description | organizations[0].description | organizations.0.description | profile.userType",
    ),
    (UserType, 30, "PER_ORG | creationType"),
    (
        RecordKind,
        10,
        "objectClass | objectCategory | objectType | @odata.type | odata.type | RecipientTypeDetails | RecipientType | resourceType | meta.resourceType | kind | recordType | Record Type",
    ),
    (Groups, 10, "groups | memberOf | member_of | Security Group | Security Groups | groups[].display | Group Names"),
];

/// Headers that look like data but are never read, whatever else they match.
pub(super) const NEVER: &str = "Password | Tax ID | Tax ID (SSN) | SSN | Social Security Number | Birth Date | Date of Birth | Salary | Annual Salary | Bank Account | IBAN | New Primary Email | New Status | authenticationPhoneNumber | formerLastName | account_locked | createdDateTime | whenCreated | When created | onboard_time";

/// Columns of days that say nothing of anybody's employment: nobody need be told that they are not read.
pub(super) const OTHER_DAYS: &str = "Last Login | Last Log In | Last Sign In | Last Sign-in | lastLogin | lastSignIn | LastLogonDate | lastLogon | lastLogonTimestamp | Last Seen | Last Active | Last Activity | Last activity date | lastUpdated | Last Updated | Updated | Updated At | updatedAt | Modified | Modified At | Last Modified | lastModifiedDateTime | whenChanged | modifyTimestamp | createTimestamp | Changed | Created | Created At | createdAt | Created On | Creation Date | Date Created | creationTime | Activated | statusChanged | Password Last Set | PasswordLastSet | Last Password Change | passwordChanged | Last password change time stamp | Last dirsync time | lastLoginTime | Birthday | Anniversary | Work Anniversary | Wedding Date | Marriage Date | Date of Marriage | Last Review | Last Review Date | Next Review | Next Review Date | Last Promotion Date | Last Raise | Probation End Date | Probation End | Confirmation Date | Position Start Date | Effective Date | Report Date | Visa Expiry | Visa Expiration | Passport Expiry | Seniority Date | Date of Seniority | Benefits Date | Vesting Date | Time Off Start | Vacation Start | Letzte Anmeldung | Dernière connexion | Último acceso | Último acesso | Ultimo accesso | Laatste aanmelding | Ostatnie logowanie | Senaste inloggning | 最終ログイン | 最終ログイン日時 | 更新日 | 更新日時 | 作成日 | 作成日時 | 登録日";

/// The last parenthesis of a header is dropped when it names an area like these.
pub(super) const AREAS: &str = "Employment Profile | Personal Profile | Work Profile | Payroll Profile | Position Profile | Employment | Personal | EEID | Required | Optional | Read Only";

/// What wraps each item of some lists: GraphQL, Elasticsearch, FHIR.
pub(super) const WRAPPERS: [&str; 3] = ["node", "_source", "resource"];

/// Parents in a dotted path that say nothing about the leaf: `profile.email` is `email`, `manager.email` is not.
pub(super) const CONTAINERS: &str = "profile | attributes | fields | user | value | properties | root | employee | worker | person | personal | personalInfo | work | employment | internal | account | basic | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User | urn:scim:schemas:extension:enterprise:1.0 | urn:ietf:params:scim:schemas:core:2.0:User | urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Directory;
    use crate::directory::headers::split;
    use crate::directory::load;

    const CELLS: [(Slot, &str, &str, &str); 12] = [
        (Email, "Work Email", "a@b.com", "b@b.com"),
        (AlternateEmail, "Alternate Email", "c@b.com", ""),
        (EmployeeNumber, "Employee ID", "001", "002"),
        (Name, "Display Name", "Ada Byron", "Bob King"),
        (Title, "Job Title", "Clerk", ""),
        (Department, "Department", "Finance", "Sales"),
        (Location, "Office", "Denver", "Bonn"),
        (Phone, "Mobile Phone", "+1 303", "+49 228"),
        (Status, "Employment Status", "Active", "Terminated"),
        (HireDate, "Hire Date", "2020-01-31", "2021-02-28"),
        (TerminationDate, "Termination Date", "", "2026-10-31"),
        (ManagerEmail, "Manager Email", "", "a@b.com"),
    ];

    /// What is understood of two people when one header is another.
    fn understood(folder: &std::path::Path, slot: Slot, header: &str) -> String {
        let line = |cells: [String; CELLS.len()]| cells.join(",") + "\n";
        let headers = CELLS.map(|cell| format!("\"{}\"", if cell.0 == slot { header } else { cell.1 }));
        let text = line(headers) + &line(CELLS.map(|cell| cell.2.to_owned())) + &line(CELLS.map(|cell| cell.3.to_owned()));
        let path = folder.join("people.csv");
        std::fs::write(&path, text).unwrap();
        let people = load(&[Directory { path, ..Directory::default() }]).unwrap_or_else(|error| panic!("{header}: {error:#}"));
        format!("{:?}{:?}{:?}", people.frame.columns(), people.rejected, people.doubts)
    }

    #[test]
    fn a_header_may_be_any_spelling_of_its_field_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        for (slot, header, ..) in CELLS {
            let expected = understood(folder.path(), slot, header);
            let spellings = SYNONYMS.iter().filter(|(of, ..)| *of == slot).flat_map(|(_, _, line)| split(line));
            for (at, spelling) in spellings.enumerate() {
                let written = match at % 5 {
                    // A dot in a path means something, other signs do not.
                    _ if spelling.contains(['.', '[']) => spelling.to_lowercase(),
                    0 => spelling.to_uppercase(),
                    1 => format!("\u{feff}{} ", spelling.to_lowercase()),
                    2 => spelling.replace(' ', "_"),
                    3 => spelling.replace(' ', "\u{a0}") + "*",
                    _ => spelling.replace(' ', "\n"),
                };
                assert_eq!(understood(folder.path(), slot, &written), expected, "{spelling} as {written:?}");
            }
        }
    }
}
