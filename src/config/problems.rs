//! Values that parse and cannot be: what a policy may choose, what a rule needs, what an address holds.

use super::{Choice, Config, Content, environment, source};
use crate::http::Url;
use crate::terms::{Key, Role};

impl Config {
    /// What is wrong with values that parse: every problem, at once.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        self.problems_of_policy(&mut problems);
        self.problems_of_rules(&mut problems);
        self.problems_of_report(&mut problems);
        self.problems_of_instances(&mut problems);
        problems.extend(self.content.iter().flat_map(Content::problems));
        problems.extend((1..).zip(&self.directory).flat_map(|(number, directory)| source::problems(number, directory)));
        problems
    }

    fn problems_of_policy(&self, problems: &mut Vec<String>) {
        use Choice::{Create, Deactivate, Delete, Demote, Report, Update};
        let policy = &self.policy;
        for (key, choice, allowed) in [
            ("orphan", policy.orphan, &[Deactivate, Demote, Delete, Report][..]),
            ("leaver", policy.leaver, &[Deactivate, Demote, Delete, Report]),
            ("suspended", policy.suspended, &[Deactivate, Demote, Report]),
            ("revoked", policy.revoked, &[Deactivate, Demote, Delete]),
            ("dormant", policy.dormant, &[Deactivate, Demote, Report]),
            ("missing", policy.missing, &[Create, Report]),
            ("drift", policy.drift, &[Update, Report]),
        ] {
            if !allowed.contains(&choice) {
                problems.push(format!("[policy] {key} may be one of {allowed:?}, not {choice:?}").to_lowercase());
            }
        }
        let roles = self.role.iter().map(|rule| ("[[role]] role", &rule.role));
        for (place, role) in
            roles.chain([("[policy] default_role", &policy.default_role), ("[policy] demoted_role", &policy.demoted_role)])
        {
            if Role::from_word(role).is_none() {
                problems.push(format!("{place} is one of {}, exactly, not `{role}`", Role::ALL.map(Role::as_str).join(", ")));
            }
        }
        if Role::from_word(&policy.demoted_role).is_some_and(Role::may_administer) {
            problems.push(format!(
                "[policy] demoted_role is `{}`, which may administer: a demotion would take nothing away",
                policy.demoted_role
            ));
        }
    }

    fn problems_of_rules(&self, problems: &mut Vec<String>) {
        if self.matching.keys.is_empty() {
            problems.push("[match] keys needs at least one key".into());
        }
        if self.matching.keys.contains(&Key::Link) {
            problems.push("[match] keys cannot name `link`: [[link]] comes before every key".into());
        }
        for link in &self.link {
            if [&link.account, &link.person, &link.reason, &link.owner].iter().any(|text| text.trim().is_empty()) {
                problems.push(format!("[[link]] of `{}` needs an account, a person, a reason and an owner", link.account));
            }
        }
        for exclude in &self.exclude {
            if exclude.email.is_some() == exclude.id.is_some() {
                problems.push(format!("[[exclude]] `{}` needs either email or id", exclude.reason));
            }
        }
        for exception in &self.exception {
            if exception.kinds.is_empty() {
                problems.push(format!("[[exception]] for `{}` names no kinds", exception.account));
            }
            if exception.reason.trim().is_empty() || exception.owner.trim().is_empty() {
                problems.push(format!("[[exception]] for `{}` needs a reason and an owner", exception.account));
            }
            if let Some(name) = exception.instance.as_ref().filter(|name| self.instance_called(name).is_none()) {
                problems
                    .push(format!("[[exception]] for `{}` is of `{name}`, and no [[instance]] is called so", exception.account));
            }
        }
    }

    fn problems_of_report(&self, problems: &mut Vec<String>) {
        if let Some(zone) = &self.report.timezone
            && zone.parse::<chrono_tz::Tz>().is_err()
        {
            problems.push(format!("[report] timezone `{zone}` is not a zone such as `Europe/Berlin`"));
        }
        if let Some(url) = &self.report.url {
            // It stands in this file and is sent to a channel: an address that holds a secret belongs in neither.
            match Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https")) {
                None => problems.push("[report] url is no address such as `https://reports.acme.com/domo/`".into()),
                Some(url) if !url.username().is_empty() || url.password().is_some() || url.query().is_some() => {
                    problems.push("[report] url holds a user, a password or a query: the notice shows it to everybody".into());
                }
                Some(_) => {}
            }
        }
    }

    fn problems_of_instances(&self, problems: &mut Vec<String>) {
        for (index, one) in self.instance.iter().enumerate() {
            let before = self.instance.get(..index).unwrap_or_default();
            if before.iter().any(|other| other.name == one.name) {
                problems.push(format!("[[instance]] `{}` is there twice: their histories would be one", one.name));
            }
            // A client belongs to one Domo.
            if let Some(other) = before.iter().find(|other| other.client_id_env == one.client_id_env) {
                let variable = environment::client_id(Some(one));
                problems
                    .push(format!("[[instance]] `{}` and `{}` use the same API client, that of {variable}", other.name, one.name));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        crate::failure::paragraph(&Config::parse(text).unwrap_err())
    }

    #[test]
    fn every_wrong_value_is_said_at_once() {
        let refusal = refusal(
            "[domo]\npage_size = 501\n[policy]\norphan = \"create\"\ndefault_role = \"admin\"\n[expected]\ndepartement = [\"x\"]\n",
        );
        for part in ["page_size is 1 to 500", "[policy] orphan", "default_role", "did you mean `department`?"] {
            assert!(refusal.contains(part), "{part} is not in {refusal}");
        }
    }

    #[test]
    fn two_instances_are_two() {
        let refusal = refusal("[[instance]]\nname = \"acme\"\n[[instance]]\nname = \"Acme\"\n");
        assert!(
            refusal.contains("`acme` is there twice") && refusal.contains("use the same API client, that of DOMO_CLIENT_ID"),
            "{refusal}"
        );
        let own = "[[instance]]\nname = \"acme\"\n[[instance]]\nname = \"acme-eu\"\nclient_id_env = \"EU\"\n";
        assert_eq!(Config::parse(own).unwrap().problems(), [""; 0]);
    }
}
