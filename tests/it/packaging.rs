//! The Debian package, made from the program that the tests drive, and what is in it once it is unpacked.

use std::path::Path;
use std::process::Command;

use super::support;

/// Whether the tool is here. Where CI runs it has to be.
fn has_cargo_deb() -> bool {
    let there = Command::new("cargo").args(["deb", "--version"]).output().is_ok_and(|asked| asked.status.success());
    assert!(there || std::env::var_os("CI").is_none(), "cargo-deb is missing: cargo install --locked cargo-deb");
    there
}

#[test]
fn the_debian_package_holds_a_program_that_runs_its_manual_and_its_units() {
    if !has_cargo_deb() {
        eprintln!("skipped: no cargo-deb here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("package.deb");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/deb.sh");
    let made =
        Command::new("sh").arg(script).arg(env!("CARGO_BIN_EXE_domo-reconcile")).arg(&package).arg("--fast").output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let unpacked = folder.path().join("root");
    let control = folder.path().join("control");
    assert!(Command::new("dpkg-deb").arg("-x").args([&package, &unpacked]).status().unwrap().success());
    assert!(Command::new("dpkg-deb").arg("-e").args([&package, &control]).status().unwrap().success());
    for file in [
        "usr/bin/domo-reconcile",
        "usr/share/man/man1/domo-reconcile.1.gz",
        "usr/share/man/man1/domo-reconcile-audit.1.gz",
        "usr/share/bash-completion/completions/domo-reconcile",
        "usr/lib/systemd/system/domo-reconcile.service",
        "usr/lib/systemd/system/domo-reconcile.timer",
        "usr/lib/systemd/system/domo-reconcile-publish.service",
        "usr/lib/systemd/system/domo-reconcile-mail@.service",
        "usr/lib/systemd/system/domo-reconcile-remind.timer",
        "usr/lib/domo-reconcile/publish.sh",
        "usr/lib/domo-reconcile/mail.sh",
        "usr/lib/domo-reconcile/by-hand.sh",
        "usr/share/doc/domo-reconcile/examples/domo-reconcile.toml",
    ] {
        assert!(unpacked.join(file).is_file(), "the package has no {file}");
    }
    // What the README leads to is beside it, but for what builds and measures the program.
    let docs = unpacked.join("usr/share/doc/domo-reconcile");
    let links = include_str!("../../README.md").split("](").skip(1).map(|after| after.split([')', '#']).next().unwrap().trim());
    for link in links.filter(|link| !link.is_empty() && !link.starts_with("benches/")) {
        assert!(docs.join(link).is_file(), "the package's README leads to {link}, which is not there");
    }
    let service = std::fs::read_to_string(unpacked.join("usr/lib/systemd/system/domo-reconcile.service")).unwrap();
    assert!(service.contains("ExecStart=/usr/bin/domo-reconcile "), "the unit starts what the package installs: {service}");
    let postinst = std::fs::read_to_string(control.join("postinst")).unwrap();
    assert!(postinst.contains("useradd --system") && !postinst.contains("#DEBHELPER#"), "{postinst}");
    for script in ["postinst", "postrm", "prerm"] {
        assert!(Command::new("sh").arg("-n").arg(control.join(script)).status().unwrap().success(), "{script}");
    }
    let disturbs = postinst.contains("deb-systemd-invoke");
    assert!(!disturbs && postinst.contains("daemon-reload"), "an upgrade disturbs no audit that is under way: {postinst}");
    let described = std::fs::read_to_string(control.join("control")).unwrap();
    assert!(described.len() < 2_000 && !described.contains("cargo"), "a description is a paragraph, not the README: {described}");

    let demo = Command::new(unpacked.join("usr/bin/domo-reconcile")).current_dir(folder.path()).env_clear().arg("demo").output();
    let demo = demo.unwrap();
    assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));
}

/// `postrm` as dpkg calls it, on folders elsewhere.
#[test]
fn purged_the_package_takes_the_secret_along_and_leaves_the_archive() {
    let root = tempfile::tempdir().unwrap();
    let (etc, var) = (root.path().join("etc/domo-reconcile"), root.path().join("var/lib/domo-reconcile"));
    std::fs::create_dir_all(&etc).unwrap();
    std::fs::create_dir_all(var.join("audits")).unwrap();
    for file in ["domo-reconcile.toml", "environment", "client-secret"] {
        std::fs::write(etc.join(file), "").unwrap();
    }
    let script = include_str!("../../packaging/debian/postrm").replace(" /etc/", &format!(" {}/etc/", root.path().display()));
    let script = script.replace(" /var/", &format!(" {}/var/", root.path().display()));
    let run = |why: &str| Command::new("sh").args(["-c", &script, "postrm", why]).output().unwrap();
    assert!(run("remove").status.success() && etc.join("client-secret").exists());
    let purged = run("purge");
    assert!(purged.status.success() && !etc.exists() && var.join("audits").is_dir(), "{purged:?}");
    assert!(String::from_utf8_lossy(&purged.stdout).contains("var/lib/domo-reconcile is not empty: it is kept"), "{purged:?}");
}

#[test]
fn the_release_workflow_names_its_archives_as_the_installer_looks_for_them() {
    let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
    let wanted = manifest["package"]["metadata"]["binstall"]["pkg-url"].as_str().unwrap();
    let workflow = std::fs::read_to_string(support::samples().join("../.github/workflows/release.yml")).unwrap();
    assert!(wanted.ends_with("/domo-reconcile-{ version }-{ target }.tar.gz"), "{wanted}");
    assert!(workflow.contains("name=domo-reconcile-$version-x86_64-unknown-linux-gnu"), "{workflow}");
    assert!(workflow.contains("run: packaging/build.sh"), "{workflow}");
}
