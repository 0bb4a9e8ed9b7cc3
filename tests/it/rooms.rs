//! Each external crate has its rooms, and arrows between rooms point one way. Read from the source as it stands: whoever needs a
//! new crate or a new arrow changes a table here, and says so in the review.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Crates any room may use: errors, data, time, logging.
const EVERYWHERE: &[&str] = &["anyhow", "thiserror", "serde", "serde_json", "chrono", "tracing", "schemars"];

/// Named in Cargo.toml for their features only.
const NOWHERE: &[&str] = &["num_traits", "regex_automata", "stable_deref_trait"];

/// Packages whose library is called otherwise in the code.
const LIBRARIES: &[(&str, &str)] = &[("md_5", "md5")];

/// The rooms of every other dependency.
const HOMES: &[(&str, &[&str])] = &[
    // The network.
    ("reqwest", &["http"]),
    ("rustls", &["http", "source"]),
    ("rustls_native_certs", &["source"]),
    ("ring", &["source", "report"]),
    ("md5", &["source"]),
    ("ldap3", &["source"]),
    ("httpdate", &["http"]),
    ("percent_encoding", &["source"]),
    ("secrecy", &["http", "source", "domo", "commands"]),
    ("axum", &["sandbox"]),
    ("hyper", &["sandbox"]),
    ("hyper_util", &["sandbox"]),
    ("base64", &["directory", "source", "sandbox", "domo", "report"]),
    ("tokio", &["stop", "http", "source", "domo", "sandbox", "apply", "commands"]),
    ("fastrand", &["http", "archive", "sandbox"]),
    // The frames, and what judges or shows them.
    ("polars", &["domo", "directory", "reconcile", "plan", "report", "archive"]),
    ("rayon", &["rows", "domo", "directory", "plan", "reconcile", "report", "commands"]),
    // Files that come in.
    ("calamine", &["directory"]),
    ("encoding_rs", &["directory", "text"]),
    ("chardetng", &["directory"]),
    ("flate2", &["directory"]),
    ("quick_xml", &["text"]),
    ("memchr", &["domo", "directory", "source", "text", "report"]),
    ("toml", &["config", "report"]),
    // Text.
    ("unicode_normalization", &["text", "directory", "reconcile"]),
    ("idna", &["reconcile"]),
    ("strsim", &["config", "reconcile", "directory"]),
    // Files.
    ("sha2", &["digest"]),
    ("rustix", &["files"]),
    ("tera", &["report"]),
    ("rust_xlsxwriter", &["report"]),
    ("chrono_tz", &["config", "report"]),
    ("tempfile", &["files", "archive", "commands"]),
    // The terminal.
    ("clap", &["cli", "commands"]),
    ("clap_complete", &["cli", "commands"]),
    ("clap_mangen", &["commands"]),
    ("tracing_subscriber", &["commands"]),
    ("indicatif", &["commands"]),
    ("comfy_table", &["commands"]),
];

/// The vocabulary: every room may look into it.
const COMMON: &str = "terms";

/// What each room may look into beside that; `commands` (and `main` and `lib` around it) may look everywhere, and nobody looks into
/// `commands`.
const ARROWS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("terms", &["text"]),
    ("failure", &[]),
    // Bytes by their names, and files that are whole or not there.
    ("digest", &[]),
    ("files", &["digest", "stop", "failure"]),
    ("stop", &[]),
    ("stage", &[]),
    ("rows", &["text"]),
    ("config", &["http", "files", "failure"]),
    ("cli", &["config", "sandbox"]),
    ("http", &["files", "failure", "text"]),
    // Domo's own exports are tables like any other: `directory` knows how to read those.
    ("domo", &["digest", "files", "config", "failure", "text", "http", "directory"]),
    ("directory", &["digest", "files", "config", "failure", "text"]),
    ("source", &["digest", "files", "config", "failure", "text", "http", "directory"]),
    // Pure: the rules, and the schemas of the two frames.
    ("reconcile", &["digest", "config", "text", "domo", "directory"]),
    ("plan", &["rows", "digest", "config", "failure", "text", "domo", "directory", "reconcile"]),
    ("apply", &["files", "stop", "config", "failure", "text", "domo", "plan"]),
    ("archive", &["rows", "digest", "files", "stage", "config", "failure", "text", "domo", "directory", "reconcile", "plan"]),
    (
        "report",
        &["rows", "digest", "files", "stage", "config", "failure", "text", "domo", "directory", "reconcile", "plan", "archive"],
    ),
    ("sandbox", &["failure", "text", "domo"]),
];

/// One source file: its path under `src/`, its room, its code without comments, texts and tests.
struct Source {
    path: String,
    room: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    assert!(files.len() > 20, "found only {files:?}");
    let source = |file: PathBuf| {
        let path = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let room = path.split(['/', '.']).next().unwrap().to_owned();
        let code = code_only(&std::fs::read_to_string(&file).unwrap());
        let code = code.split("#[cfg(test)]\nmod ").next().unwrap().to_owned();
        Source { path, room, code }
    };
    files.into_iter().filter(|file| !file.ends_with("tests.rs")).map(source).collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Rust without comments and without the inside of texts.
fn code_only(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let raw = rest.strip_prefix('r').map(|after| after.len() - after.trim_start_matches('#').len());
        let starts_word = !code.ends_with(|before: char| before.is_alphanumeric() || before == '_');
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(hashes) = raw.filter(|hashes| starts_word && rest[1 + hashes..].starts_with('"')) {
            let end = format!("\"{}", "#".repeat(hashes));
            rest[2 + hashes..].find(&end).map_or(rest.len(), |at| 2 + hashes + at + end.len())
        } else if first == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|letter: char| {
                let ends = letter == '"' && !escaped;
                escaped = letter == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        } else if let Some(quote) = ["'\"'", "'\\''"].into_iter().find(|quote| rest.starts_with(quote)) {
            quote.len()
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        rest = &rest[skipped..];
    }
    code
}

/// The first segments of every path in `code` that begins with `prefix` (`crate::` or nothing).
fn heads(code: &str) -> BTreeSet<&str> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let before_colons = code.match_indices("::").filter_map(|(at, _)| {
        let head = &code[..at];
        let start = head.rfind(|letter| !is_word(letter)).map_or(0, |place| place + 1);
        (!head[..start].ends_with(':')).then_some(&head[start..])
    });
    let used = code.split("use ").skip(1).filter_map(|after| after.split(|letter| !is_word(letter)).next());
    before_colons.chain(used).filter(|word| !word.is_empty()).collect()
}

/// The rooms mentioned as `crate::room` or inside `use crate::{room, …}`.
fn rooms_of(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let after = &code[at + "crate::".len()..];
        if let Some(group) = after.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for letter in group.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => rooms.extend(first_word(&std::mem::take(&mut word))),
                    _ => {}
                }
                if depth == 0 && letter != ',' {
                    word.push(letter);
                }
            }
            rooms.extend(first_word(&word));
        } else {
            rooms.extend(first_word(after));
        }
    }
    rooms
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    (!word.is_empty()).then_some(word)
}

#[test]
fn every_dependency_has_a_home() {
    let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
    let library = |package: String| {
        let other = LIBRARIES.iter().find(|(known, _)| *known == package);
        other.map_or(package, |(_, library)| (*library).to_owned())
    };
    let declared = manifest["dependencies"].as_table().unwrap().keys();
    let declared: BTreeSet<_> = declared.map(|name| library(name.replace('-', "_"))).collect();
    let known: BTreeSet<_> =
        EVERYWHERE.iter().chain(NOWHERE).copied().chain(HOMES.iter().map(|(name, _)| *name)).map(String::from).collect();
    assert_eq!(declared, known);
}

#[test]
fn each_external_crate_stays_in_its_rooms() {
    let homes: BTreeMap<_, _> = HOMES.iter().copied().collect();
    let (mut strays, mut used) = (Vec::new(), BTreeSet::new());
    for source in sources() {
        for name in heads(&source.code) {
            if homes.get(name).is_some_and(|rooms| !rooms.contains(&source.room.as_str())) {
                strays.push(format!("src/{} uses {name}, whose home is {:?}", source.path, homes[name]));
            }
            used.insert((name.to_owned(), source.room.clone()));
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
    unused(HOMES, &used);
}

#[test]
fn arrows_between_rooms_point_one_way() {
    let arrows: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let (mut strays, mut used) = (Vec::new(), BTreeSet::new());
    for source in sources().iter().filter(|source| !["commands", "main", "lib"].contains(&source.room.as_str())) {
        let allowed = arrows.get(source.room.as_str()).unwrap_or_else(|| panic!("src/{}: a room without a place", source.path));
        for room in rooms_of(&source.code) {
            let is_room = arrows.contains_key(room.as_str()) || room == "commands";
            if is_room && room != source.room && room != COMMON && !allowed.contains(&room.as_str()) {
                strays.push(format!("src/{} looks into {room}", source.path));
            }
            used.insert((source.room.clone(), room));
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
    unused(ARROWS, &used);
}

/// The table of rooms names every arrow but those into the small rooms, and none that is not there.
#[test]
fn the_table_of_rooms_has_the_arrows() {
    const SMALL: [&str; 7] = ["digest", "failure", "files", "rows", "stage", "stop", "text"];
    let arrows: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let mut placed = BTreeSet::new();
    for row in include_str!("../../ARCHITECTURE.md").lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').collect();
        let named = |cell: usize| cells[cell].split('`').skip(1).step_by(2).collect::<BTreeSet<_>>();
        let (rooms, shown) = (named(1), named(3));
        placed.extend(rooms.clone());
        if cells[3].trim() == "everything" {
            continue;
        }
        let all: BTreeSet<&str> = rooms.iter().flat_map(|room| arrows[room]).copied().collect();
        assert!(shown.is_subset(&all) && (shown.is_empty() == all.is_empty()), "{row} but {all:?}");
        assert!(all.iter().all(|room| SMALL.contains(room) || shown.contains(room)), "{row} but {all:?}");
    }
    assert!(arrows.keys().all(|room| placed.contains(room)), "{placed:?}");
}

/// What a table allows and nobody does is no rule of ours any more.
fn unused(allowed: &[(&str, &[&str])], used: &BTreeSet<(String, String)>) {
    let all = allowed.iter().flat_map(|(one, others)| others.iter().map(move |other| ((*one).to_owned(), (*other).to_owned())));
    let unused: Vec<_> = all.filter(|pair| !used.contains(pair)).collect();
    assert!(unused.is_empty(), "allowed, and used by nobody: {unused:?}");
}

/// The judgement and the plan know only the frames' side of the rooms that know HTTP and files.
#[test]
fn the_judgement_knows_neither_clock_nor_files_nor_network() {
    let worldly = ["std::fs", "std::env", "std::net", "std::process", "SystemTime", "Instant::now", "Utc::now", "Local::now"];
    let mut strays = Vec::new();
    for source in sources().iter().filter(|source| ["reconcile", "plan"].contains(&source.room.as_str())) {
        let found = worldly.iter().filter(|word| source.code.contains(*word));
        strays.extend(found.map(|word| format!("src/{} mentions {word}", source.path)));
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn production_code_prints_only_at_the_terminal() {
    let loud = ["println!", "eprintln!", "print!", "eprint!", "dbg!", "io::stdout", "io::stderr", "unsafe "];
    let mut strays = Vec::new();
    for source in sources().iter().filter(|source| !["commands/terminal.rs", "commands/mod.rs"].contains(&source.path.as_str())) {
        let found = loud.iter().filter(|word| source.code.contains(*word));
        strays.extend(found.map(|word| format!("src/{} has {word}", source.path)));
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn comments_and_texts_are_not_code() {
    let code = code_only("use a::b; // reqwest::x\nlet t = \"tera::\\\" csv::\"; let r = r#\"axum::\"#; let q = '\"'; c::d();");
    assert_eq!(heads(&code), BTreeSet::from(["a", "c"]));
    let rooms: Vec<_> = rooms_of("use crate::{config::{Key, Rule}, text}; crate::plan::x()").into_iter().collect();
    assert_eq!(rooms, ["config", "plan", "text"]);
}

/// Rooms whose files import each other in a circle, each for the reason that ARCHITECTURE.md gives.
const CIRCLES: &[&str] = &["commands", "sandbox"];

/// A module by its path: `["plan", "journal"]`.
type Module = Vec<String>;

/// What one file mentions, each name as a path of its own: from `use` trees, and from paths in the code.
fn paths(code: &str) -> Vec<Module> {
    let mut paths = Vec::new();
    // A visibility is no import.
    let mut rest = code.replace("(in crate", "(in ");
    while let Some(at) = rest.find("use ") {
        let end = rest[at..].find(';').map_or(rest.len(), |end| at + end);
        let begins = !rest[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == '<');
        let public = rest[..at].trim_end().ends_with("pub") || rest[..at].trim_end().ends_with(')');
        if begins && !public {
            tree(&rest[at + 4..end], &[], &mut paths);
        }
        rest.replace_range(at..if begins { end } else { at + 4 }, " ");
    }
    let words = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':');
    let inline = words.filter(|word| word.contains("::")).map(|word| word.split("::").map(str::to_owned).collect());
    paths.into_iter().chain(inline).collect()
}

/// The names of a `use` tree.
fn tree(text: &str, before: &[String], paths: &mut Vec<Module>) {
    let (head, items) = text.split_once('{').unwrap_or((text, ""));
    let head = head.split("::").map(|part| part.split(" as ").next().unwrap().trim().to_owned()).filter(|part| !part.is_empty());
    let head: Vec<String> = before.iter().cloned().chain(head).collect();
    let Some((items, _)) = items.rsplit_once('}') else { return paths.push(head) };
    let (mut depth, mut start) = (0, 0);
    for (at, letter) in items.char_indices().chain([(items.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !items[start..at].trim().is_empty() {
                    tree(&items[start..at], &head, paths);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// The files of each room that reach each other, by the names they use. A `mod.rs` that only hands a name on is not its owner.
fn circles() -> BTreeMap<String, Vec<Vec<String>>> {
    let module = |source: &Source| -> Module {
        let path = source.path.trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').map(str::to_owned).collect()
    };
    let sources: BTreeMap<Module, Source> = sources().into_iter().map(|source| (module(&source), source)).collect();
    // The file that a path from here leads into, and the name that it takes from it.
    let resolve = |from: &Module, path: &[String]| -> Option<(Module, Option<String>)> {
        let mut place = from.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => (place, rest) = (Vec::new(), &rest[1..]),
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    place.pop();
                    rest = &rest[1..];
                }
            }
            first => sources.contains_key(&[&place[..], &[first.to_owned()]].concat()).then_some(())?,
        }
        while let Some(inner) =
            rest.first().map(|part| [&place[..], std::slice::from_ref(part)].concat()).filter(|inner| sources.contains_key(inner))
        {
            (place, rest) = (inner, &rest[1..]);
        }
        sources.contains_key(&place).then(|| (place, rest.first().cloned()))
    };
    let mut handed_on: BTreeMap<(Module, String), Module> = BTreeMap::new();
    for (from, source) in &sources {
        for (at, _) in source.code.match_indices("use ").filter(|(at, _)| source.code[..*at].trim_end().ends_with(['b', ')'])) {
            let mut names = Vec::new();
            tree(source.code[at + 4..].split(';').next().unwrap(), &[], &mut names);
            for path in names {
                let name = path.last().unwrap().clone();
                handed_on.extend(resolve(from, &path).map(|(owner, _)| ((from.clone(), name), owner)));
            }
        }
    }
    let mut reached: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (from, source) in &sources {
        for path in paths(&source.code) {
            let Some((mut owner, name)) = resolve(from, &path) else { continue };
            while let Some(next) =
                name.as_ref().and_then(|name| handed_on.get(&(owner.clone(), name.clone()))).filter(|next| **next != owner)
            {
                owner.clone_from(next);
            }
            if owner != *from && owner[0] == from[0] {
                reached.entry(from.clone()).or_default().insert(owner);
            }
        }
    }
    loop {
        let further =
            |known: &BTreeSet<Module>| known.iter().flat_map(|module| reached.get(module).into_iter().flatten()).cloned().collect();
        let next: BTreeMap<_, BTreeSet<Module>> =
            reached.iter().map(|(from, known)| (from.clone(), known | &further(known))).collect();
        if next == reached {
            break;
        }
        reached = next;
    }
    let mut circles: BTreeMap<String, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (from, known) in reached.iter().filter(|(from, known)| known.contains(*from)) {
        let together = known.iter().filter(|other| reached.get(*other).is_some_and(|back| back.contains(from)));
        circles.entry(from[0].clone()).or_default().insert(together.map(|module| module.join("::")).collect());
    }
    circles.into_iter().map(|(room, circles)| (room, circles.into_iter().collect())).collect()
}

#[test]
fn inside_a_room_files_import_each_other_in_one_direction() {
    let circles = circles();
    let rooms: Vec<&str> = circles.keys().map(String::as_str).collect();
    assert_eq!(rooms, CIRCLES, "{circles:#?}");
}
