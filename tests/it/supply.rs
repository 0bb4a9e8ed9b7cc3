//! What comes into the program is what Cargo.lock names, from one registry, wherever it is built. `cargo deny` in .ci/run holds
//! licences and copies.

use super::support::samples;

#[test]
fn every_crate_is_locked_to_its_digest_in_the_public_registry() {
    let lock: toml::Table = include_str!("../../Cargo.lock").parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    assert!(packages.len() > 100);
    for package in packages.iter().filter(|package| package["name"].as_str() != Some("domo-reconcile")) {
        let text = |key: &str| package.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        assert_eq!(text("source"), "registry+https://github.com/rust-lang/crates.io-index", "{package}");
        assert_eq!(text("checksum").len(), 64, "{package}");
    }
}

#[test]
fn whoever_builds_the_program_is_told_to_take_what_is_locked() {
    let read = |path: &str| std::fs::read_to_string(samples().parent().unwrap().join(path)).unwrap();
    let (readme, build) = (read("README.md"), read("packaging/build.sh"));
    let installs: Vec<_> =
        readme.lines().chain(build.lines()).filter(|line| line.contains("cargo install") || line.contains("cargo build")).collect();
    assert!(installs.iter().any(|line| line.contains("cargo install")), "{installs:?}");
    for line in installs.iter().filter(|line| line.contains("install --") || line.starts_with("cargo build")) {
        assert!(line.contains("--locked"), "{line}");
    }
    assert!(!readme.contains("cargo install --path"));
    for path in ["samples/schedule/Dockerfile", ".github/workflows/release.yml"] {
        assert!(read(path).contains("packaging/build.sh"), "{path}: the program is built one way");
    }
}
