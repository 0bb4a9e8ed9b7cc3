//! What DomoStats and Domo's own lists tell of the sample company's accounts, and the accounts as they were in October.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::{AS_OF, Account, CONTENT_CURATOR, Company, October, SUPER_ADMIN};

/// Whose DataSets the reports of DomoStats are.
const LOADER: &str = "svc-loader@acme.example";

impl Account {
    /// One of the last four weeks, unless something else is seeded; of a switched-off account long ago.
    fn last_login(&self, n: u64) -> String {
        let recent: NaiveDate = AS_OF.parse().unwrap();
        match (self.stats.last_login, self.active) {
            (Some(day), _) => day.into(),
            (None, true) => (recent - Days::new(n * 7 % 28)).to_string(),
            (None, false) => "2026-02-12".into(),
        }
    }
}

impl Company {
    /// `domostats-people.csv`
    pub fn stats_of_people(&self) -> Vec<u8> {
        let mut text = "User ID,Display Name,Last Login,Two Factor Enabled,Account Locked\n".to_owned();
        for (n, account) in (0..).zip(&self.accounts) {
            let (login, factor, locked) = (account.last_login(n), !account.stats.single_factor, account.stats.locked);
            let name = account.name.replace('"', "\"\"");
            text += &format!("{},\"{name}\",{login} 08:{:02}:00,{factor},{locked}\n", account.id, n % 60);
        }
        text.into_bytes()
    }

    /// `domostats-roles.csv`: the roles of the instance's own, but for one, which nobody has told the report of.
    pub fn stats_of_roles(&self) -> Vec<u8> {
        format!("ID,Name\n{SUPER_ADMIN},Super Admin\n{CONTENT_CURATOR},Content Curator\n").into_bytes()
    }

    /// `domostats-role-grants.csv`
    pub fn stats_of_role_grants(&self) -> Vec<u8> {
        let grants = [
            (SUPER_ADMIN, "Manage All Users", "Create, edit and delete people"),
            (SUPER_ADMIN, "Manage All Roles", "Create roles and assign them"),
            (CONTENT_CURATOR, "Manage All Cards and Pages", "Edit what others have made"),
        ];
        let lines = grants.iter().map(|(role, grant, what)| format!("{role},{grant},\"{what}\"\n"));
        (["Role ID,Grant Name,Grant Description\n".to_owned()].into_iter().chain(lines)).collect::<String>().into_bytes()
    }

    /// `content.json`: DataSets and DataFlows with their owners, one a line; the reports of DomoStats are DataSets too.
    pub fn content_json(&self) -> Vec<u8> {
        let reports =
            ["people", "roles", "role-grants"].map(|report| (format!("domostats-{report}"), format!("DomoStats {report}")));
        let loader = self.accounts.iter().find(|account| account.email == LOADER).unwrap().id;
        let mut datasets: Vec<Value> = reports.iter().map(|(id, name)| json!({"id": id, "name": name, "owner": loader})).collect();
        let mut dataflows: Vec<Value> = Vec::new();
        for account in &self.accounts {
            for name in account.stats.datasets {
                let id = format!("0f3c5c1e-9a1b-4c57-8f0e-{:012x}", 7_340_033 * (1 + datasets.len()));
                datasets.push(json!({"id": id, "name": name, "owner": account.id}));
            }
            for name in account.stats.dataflows {
                dataflows.push(json!({"id": 71 + dataflows.len(), "name": name, "owner": account.id}));
            }
        }
        let lines = |objects: Vec<Value>| objects.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n");
        format!("{{\"datasets\": [\n{}\n], \"dataflows\": [\n{}\n]}}\n", lines(datasets), lines(dataflows)).into_bytes()
    }

    /// `domo-users-october.json`: the accounts of 2026-10-26.
    pub fn users_of_october(&self) -> Vec<u8> {
        let mut october = Self { accounts: self.accounts.clone(), ..Self::default() };
        october.accounts.retain(|account| !matches!(account.stats.in_october, October::Absent));
        for account in &mut october.accounts {
            if let October::Role(role) = account.stats.in_october {
                account.role = role;
            }
        }
        october.users_json()
    }
}
