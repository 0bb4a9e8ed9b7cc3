//! Who does something here, and on which machine: what the operating system says, before what the environment claims.

/// The user behind a file that this process has just made: the environment may say anything, its owner is a fact.
pub fn of_file(file: &std::fs::File) -> String {
    owner(file).map(|(uid, name)| name.or_else(environment_user).unwrap_or_else(|| format!("uid {uid}"))).unwrap_or_else(claimed)
}

/// The operating system's user whom this process runs as, without regard to the environment: a name where the machine's own list
/// has it, else `uid N`. Only where the system tells no owner of a file is the environment believed.
pub fn name() -> String {
    // What the process has just made is its own.
    let own = tempfile::tempfile().ok().and_then(|file| owner(&file));
    own.map(|(uid, name)| name.unwrap_or_else(|| format!("uid {uid}"))).unwrap_or_else(claimed)
}

#[cfg(unix)]
fn owner(file: &std::fs::File) -> Option<(u32, Option<String>)> {
    let uid = std::os::unix::fs::MetadataExt::uid(&file.metadata().ok()?);
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    Some((uid, name))
}

#[cfg(not(unix))]
fn owner(_: &std::fs::File) -> Option<(u32, Option<String>)> {
    None
}

fn claimed() -> String {
    environment_user().unwrap_or_else(|| "unknown".to_owned())
}

fn environment_user() -> Option<String> {
    ["LOGNAME", "USER", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok()).filter(|name| !name.is_empty())
}

/// The machine's name.
pub fn host() -> String {
    let files = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let from_file = files.into_iter().filter_map(|file| std::fs::read_to_string(file).ok());
    let from_environment = ["HOSTNAME", "COMPUTERNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
    let mut names = from_file.chain(from_environment).map(|name| name.trim().to_owned());
    names.find(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}
