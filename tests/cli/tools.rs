//! What needs neither server nor database.

use std::{fs, process::Command};

use crate::program::{run, run_in};

#[test]
fn lint_names_file_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("good.jsonnet", "function(ctx) { a: ctx.x, b: std.extVar('claims') }");
    write("deep/er/unknown.jsonnet", "{\n  a: missing,\n}");
    write("deep/broken.jsonnet", "{ a: ");
    let lint = |arguments: &[&str]| run_in(folder.path(), &[], arguments, "");
    let good = lint(&["lint", "jsonnet", "good.jsonnet"]);
    assert_eq!((good.code, good.out.as_str(), good.err.as_str()), (0, "", ""));
    let all = lint(&["lint", "jsonnet", "**/*.jsonnet"]);
    assert_eq!((all.code, all.lines().len()), (1, 2), "{all:?}");
    assert!(all.out.contains("deep/er/unknown.jsonnet:2:6: ") && all.out.contains("deep/broken.jsonnet:1:"));
    assert_eq!(all.err, "2 of 3 files are wrong.\n");
    assert_eq!(lint(&["jsonnet", "lint", "deep/*.jsonnet"]).code, 1, "the older spelling");
    let none = lint(&["lint", "jsonnet", "*.nothing"]);
    assert_eq!((none.code, none.err.as_str()), (1, "No file is named *.nothing.\n"));
}

#[test]
fn formatting_is_refused_with_a_way_out() {
    for arguments in
        [&["format", "jsonnet", "-w", "a.jsonnet"][..], &["jsonnet", "format", "-w", "a.jsonnet"]]
    {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        assert!(ran.err.contains("jsonnetfmt -i a.jsonnet"), "{ran:?}");
    }
}

#[test]
fn hashes_are_measured() {
    let ran = run(&["hashers", "argon2", "hash", "one", "two", "-m", "1MB", "--parallel"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.lines()[0].starts_with("MEAN  ") && ran.lines()[1].ends_with("MB"), "{ran:?}");
    assert!(!ran.out.contains("argon2id"), "no hash is shown");
    let ran = run(&["hashers", "argon2", "load-test", "600", "--duration", "500ms", "-m", "1MB"]);
    assert_eq!((ran.code, ran.lines().len()), (0, 2), "{ran:?}");
    let search =
        ["hashers", "argon2", "calibrate", "60", "-q", "-m", "1MB", "--max-memory", "3MB", "-r", "1"];
    let wide = ["--adjust-memory-by", "1MB", "--min-duration", "1ms", "--expected-deviation", "1m"];
    let found = run(&[&search[..], &wide].concat());
    assert_eq!((found.code, found.lines().len(), found.err.as_str()), (0, 2, ""), "{found:?}");
    assert!(found.lines()[1].ends_with("yes"), "{found:?}");
    let narrow = ["--dedicated-memory", "1MB", "--max-memory", "3MB", "-m", "2MB"];
    let nothing = run(&[&["hashers", "argon2", "calibrate", "60", "-q"][..], &narrow].concat());
    assert_eq!(nothing.code, 0, "{nothing:?}");
    assert!(nothing.err.contains("Nothing fits") && nothing.lines()[1].ends_with("no"), "{nothing:?}");
    let absurd = run(&["hashers", "argon2", "hash", "x", "-m", "64GB"]);
    assert_eq!((absurd.code, absurd.out.as_str()), (1, ""), "{absurd:?}");
}

#[test]
fn parameters_are_recommended_for_both_algorithms() {
    let ran = run(&["hash", "calibrate", "--target", "1m", "--memory", "32MB"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.lines()[1].starts_with("argon2id   memory ") && ran.lines()[1].ends_with("yes"), "{ran:?}");
    assert!(ran.lines()[2].starts_with("bcrypt     cost 15") && ran.lines()[2].ends_with("yes"), "{ran:?}");
    assert!(ran.err.contains("algorithm: argon2\n") && ran.err.contains("dedicated_memory: 32MB"), "{ran:?}");
    let hurry = run(&["hash", "calibrate", "--target", "1ns", "--memory", "32MB"]);
    assert_eq!(hurry.code, 1, "{hurry:?}");
    assert!(hurry.err.contains("--target"), "{hurry:?}");
}

#[test]
fn shells_get_scripts_that_they_can_read() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(&["completion", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        for word in ["doctor", "identities", "json"] {
            assert!(ran.out.contains(word), "{shell}: {word}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    fs::write(&script, run(&["completion", "bash"]).out).unwrap();
    assert!(Command::new("bash").arg("-n").arg(&script).status().unwrap().success());
    assert_eq!(run(&["completion", "cobol"]).code, 1);
}
