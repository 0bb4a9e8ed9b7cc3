//! Round numbers of people at which lists stop by themselves, as data: a list that has exactly so many and does not say that it
//! ends there may be the first part of a longer one.

/// Where a list may stop.
struct Cap {
    /// Of this system, as its headers tell; any where empty.
    system: &'static str,
    /// In these formats; any where empty.
    formats: &'static [&'static str],
    /// At these numbers.
    numbers: &'static [u64],
    /// What stops there, to follow "where".
    stops: &'static str,
}

const JSON: &[&str] = &["json"];
const TABLES: &[&str] = &["csv", "xlsx", "xls", "xlsb", "ods", "html", "spreadsheetml"];

/// The first that fits is named. Sources: learn.microsoft.com (Get-MgUser, Graph paging, Active Directory MaxPageSize, Power BI
/// export limits, SQL Server Management Studio), developer.okta.com (List Users), developers.google.com (Directory API users.list),
/// RFC 2696 and the OpenLDAP guide (`sizelimit`), developers.onelogin.com, docs.jumpcloud.com, developer.personio.de,
/// help.salesforce.com (report exports), ServiceNow product documentation (export limits).
const CAPS: &[Cap] = &[
    Cap { system: "Microsoft Graph", formats: TABLES, numbers: &[100], stops: "Get-MgUser and Get-AzureADUser stop without -All" },
    Cap { system: "Entra ID portal", formats: TABLES, numbers: &[100], stops: "Get-MgUser and Get-AzureADUser stop without -All" },
    Cap { system: "Microsoft Graph", formats: JSON, numbers: &[100, 999], stops: "a page of Microsoft Graph ends" },
    Cap {
        system: "Active Directory",
        formats: &[],
        numbers: &[100, 1000, 1500, 2000],
        stops: "Active Directory stops (MaxPageSize, MaxValRange)",
    },
    Cap { system: "", formats: &["ldif"], numbers: &[500, 1000, 1500, 2000], stops: "LDAP servers stop (sizelimit, MaxPageSize)" },
    Cap { system: "Okta", formats: JSON, numbers: &[200, 1000, 10_000], stops: "a page of Okta's users ends" },
    Cap { system: "Google Workspace", formats: JSON, numbers: &[100, 500], stops: "a page of Google's users ends" },
    Cap { system: "OneLogin", formats: JSON, numbers: &[50, 100, 1000], stops: "a page of OneLogin's users ends" },
    Cap { system: "JumpCloud", formats: JSON, numbers: &[10, 100], stops: "a page of JumpCloud's users ends" },
    Cap { system: "Personio", formats: JSON, numbers: &[10, 50, 200], stops: "a page of Personio's employees ends" },
    Cap {
        system: "",
        formats: JSON,
        numbers: &[20, 25, 50, 100, 200, 250, 500, 1000],
        stops: "pages of REST lists end by default",
    },
    Cap { system: "", formats: TABLES, numbers: &[100], stops: "Graph PowerShell (Get-MgUser without -All) and many lists stop" },
    Cap { system: "", formats: TABLES, numbers: &[500, 1000, 2000], stops: "LDAP, database tools and reports stop by default" },
    Cap {
        system: "",
        formats: TABLES,
        numbers: &[10_000, 30_000, 50_000, 150_000],
        stops: "exports of ServiceNow, Power BI and others stop",
    },
    Cap { system: "", formats: TABLES, numbers: &[65_535, 1_048_575], stops: "a sheet of Excel is full" },
];

/// What to say of a list of so many that does not say that it ends. `limit` is the most that it says it was to hold.
pub(super) fn warning(format: &str, system: Option<&str>, people: u64, limit: Option<u64>) -> Option<String> {
    if people > 1 && limit == Some(people) {
        return Some(format!(
            "it has exactly {people} people, the most it says it was to hold, and does not say that there are no more"
        ));
    }
    let fits = |cap: &&Cap| {
        (cap.system.is_empty() || Some(cap.system) == system)
            && (cap.formats.is_empty() || cap.formats.contains(&format))
            && cap.numbers.contains(&people)
    };
    let cap = CAPS.iter().find(fits)?;
    Some(format!("it has exactly {people} people, which is where {}: is that everybody?", cap.stops))
}
