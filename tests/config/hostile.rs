//! Files that want to do harm, or are simply broken.

use crate::case::{Case, golden};

#[test]
fn files_that_are_no_configuration_are_refused_by_name() {
    let huge = "#".repeat(3 * 1024 * 1024);
    let case = Case::new()
        .file("binary.yml", [0xff, 0xfe, 0x00, 0x41])
        .file("nul.yml", "dsn: memory\0\n")
        .file("huge.yml", huge)
        .file("list.yml", "- dsn\n- memory\n")
        .file("broken.toml", "dsn = 'memory'\n[serve\n")
        .file("settings.txt", "dsn: memory\n")
        .file("broken.json", "{\"dsn\": \"memory\",\n  \"serve\": {\n")
        .path("no-such-file.yml".into());
    golden("files_that_are_no_configuration_are_refused_by_name", &case.problems());
}

#[test]
fn bombs_and_towers_end_early() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..15 {
        bomb.push_str(&format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", ")));
    }
    let tower = format!("{{\"organizations\": {}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for (name, text) in [("bomb.yml", bomb), ("tower.json", tower)] {
        let problems = Case::on_minimal().dev().file(name, text).problems();
        assert!(problems.contains(name), "{problems}");
    }
}

/// Thousands of damaged copies of a real file: each is accepted or refused, none ends the process.
#[test]
fn damaged_files_never_panic() {
    let original = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/kratos-compat.yml")).unwrap();
    let spice = b"{}[]:,&*!|>'\"%@`#?-\n\t \\\0~<0a\xc3\xff";
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(bound).unwrap()).unwrap()
    };
    for _ in 0..400 {
        // A part of the file, so that a run is quick and breaks begin at every depth.
        let start = next(original.len() - 1500);
        let mut text = original[start..start + 1500].to_vec();
        for _ in 0..=next(6) {
            let at = next(text.len());
            match next(3) {
                0 => text[at] = spice[next(spice.len())],
                1 => text.insert(at, spice[next(spice.len())]),
                _ => drop(text.remove(at)),
            }
        }
        Case::new().dev().file("damaged.yml", &text).load().ok();
    }
}
