//! report
use domo_reconcile::archive::RunFolder;
use domo_reconcile::report::example::Example;

#[test]
fn every_file_of_a_run_is_written() {
    let archive = tempfile::tempdir().unwrap();
    let example = Example::new(200, "").unwrap();
    let mut folder = RunFolder::create(archive.path(), example.run.started).unwrap();
    domo_reconcile::report::write(&example.inputs(), &mut folder).unwrap();
    let names: Vec<_> = folder.files().into_iter().map(|file| file.name).collect();
    assert_eq!(
        names,
        ["findings.json", "findings.csv", "drift.csv", "accounts.csv", "review.csv", "review.xlsx", "report.md", "report.html"]
    );
    if let Ok(keep) = std::env::var("KEEP") {
        for name in names {
            std::fs::copy(folder.path().join(&name), std::path::Path::new(&keep).join(&name)).unwrap();
        }
    }
}
