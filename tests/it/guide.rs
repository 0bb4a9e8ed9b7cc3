//! The guide's chapters, run as they are written: one walk in one folder, as somebody who reads them in order.

use std::path::{Path, PathBuf};

use super::local_domo::LocalDomo;
use super::readme::{shell, succeeded};
use super::support;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src")
}

fn read(chapter: &str) -> String {
    std::fs::read_to_string(source().join(chapter)).unwrap()
}

fn links(text: &str) -> Vec<String> {
    text.split("](").skip(1).map(|after| after.split(')').next().unwrap().to_owned()).collect()
}

/// The chapters in the order of the contents.
fn chapters() -> Vec<String> {
    links(&read("SUMMARY.md"))
}

/// The fenced blocks with their language, in order.
fn blocks(chapter: &str) -> Vec<(String, String)> {
    let text = read(chapter);
    let fenced = text.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).map(|(language, code)| (language.to_owned(), code.to_owned())).collect()
}

/// Only chapters are pages of the book, so a link leads to one of them or nowhere.
#[test]
fn every_chapter_stands_in_the_contents_and_every_link_leads_to_a_chapter() {
    let listed = chapters();
    for entry in std::fs::read_dir(source()).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        assert!(name == "SUMMARY.md" || listed.contains(&name), "{name} is not in SUMMARY.md");
        for link in links(&read(&name)) {
            assert!(listed.contains(&link), "{name} links to {link}, which is no chapter");
        }
    }
    assert!(source().join("../book.toml").exists());
}

#[test]
fn the_walk_works_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let company = support::samples().join("company");
    std::fs::copy(company.join("directory.csv"), folder.path().join("workers.csv")).unwrap();
    std::fs::copy(company.join("domo-users.json"), folder.path().join("people.json")).unwrap();
    let domo = LocalDomo::of_the_sample_company();
    let mut verbs = 0;
    for chapter in chapters() {
        for (language, code) in blocks(&chapter) {
            match language.as_str() {
                // What the reader adds to the configuration.
                "toml" => {
                    let path = folder.path().join("domo-reconcile.toml");
                    let before = std::fs::read_to_string(&path).unwrap();
                    std::fs::write(&path, format!("{before}\n{code}")).unwrap();
                }
                "sh" => {
                    verbs += code.matches("domo-reconcile ").count();
                    println!("{chapter}:\n{code}");
                    succeeded(&shell(folder.path(), &domo.env(), &code));
                }
                "text" => {}
                other => panic!("{chapter} has a block of `{other}`, which nobody runs"),
            }
        }
    }
    assert!(verbs >= 20, "only {verbs} commands");
    assert!(std::fs::read_to_string(folder.path().join("audit.json")).unwrap().contains("\"reasons\""));
}
