//! The layers: no module of `src` imports another one that the table of the architecture does not grant it.
//!
//! The rules are the table in section 2 of `contrib/docs/architecture.md` and stand nowhere else.

#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may fail in any way they like"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A row of the table.
#[derive(Debug, Clone)]
struct Layer {
    number: u32,
    grants: BTreeSet<String>,
}

/// The table: what each module may import, itself and `kernel` included.
type Table = BTreeMap<String, Layer>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn table() -> Table {
    parse_table(&fs::read_to_string(root().join("contrib/docs/architecture.md")).unwrap())
}

/// Reads the rows that begin with the number of a layer.
fn parse_table(document: &str) -> Table {
    let section = document.split("\n## ").find(|section| section.starts_with("2. ")).expect("section 2");
    let mut rows = Vec::new();
    for line in section.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let Ok(number) = cells[0].parse::<u32>() else { continue };
        for name in cells[1].split(", ") {
            let name = name.trim_matches('`').trim_end_matches('/').trim_end_matches(".rs");
            rows.push((number, name.to_owned(), cells[3].to_owned()));
        }
    }
    assert!(rows.len() > 10, "the table was not found");
    let up_to = |last: u32| rows.iter().filter(move |row| row.0 <= last).map(|row| row.1.clone());
    let layer_of = |name: &str| {
        rows.iter().find(|row| row.1 == name).unwrap_or_else(|| panic!("{name} has no row of its own")).0
    };
    let granted = |cell: &str| -> BTreeSet<String> {
        if cell == "everything" {
            return up_to(u32::MAX).collect();
        }
        if let Some((first, _)) = cell.split_once(" and below") {
            return up_to(layer_of(first)).collect();
        }
        if let Some(range) = cell.strip_prefix("all of 0–") {
            let last = range.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
            return up_to(last).collect();
        }
        let names = cell.split(", ").map(|name| name.split(" (").next().unwrap().trim().to_owned());
        names.filter(|name| name != "–").inspect(|name| assert!(layer_of(name) < 14)).collect()
    };
    let read = |(number, name, cell): &(u32, String, String)| {
        let mut grants = granted(cell);
        grants.extend(["kernel".to_owned(), name.clone()]);
        (name.clone(), Layer { number: *number, grants })
    };
    rows.iter().map(read).collect()
}

/// The edges of a file that the table does not grant, and the ways around it.
fn violations(table: &Table, file: &Path, text: &str) -> Vec<String> {
    let module = module_of(file);
    let Some(layer) = table.get(&module[0]) else {
        return vec![format!("{}: `{}` has no row in the table", file.display(), module[0])];
    };
    let code = code_of(text);
    let mut found = Vec::new();
    for target in targets(&code) {
        if !layer.grants.contains(&target) {
            found.push(format!("{}: {} may not use {target}", file.display(), module[0]));
        }
    }
    // A module's own path has one part for each `super` that stays below the root.
    let supers = code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    if supers.map(|path| path.matches("super::").count()).max().unwrap_or(0) >= module.len() {
        found.push(format!("{}: reaches the root of the crate by `super`", file.display()));
    }
    found
}

/// `src/web/reply/login.rs` is `[web, reply, login]`.
fn module_of(file: &Path) -> Vec<String> {
    let mut parts: Vec<String> =
        file.with_extension("").iter().skip(1).map(|part| part.to_str().unwrap().to_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// The text without comments, strings and what exists in tests only.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    for line in text.lines() {
        let mut quoted = false;
        let mut last = ' ';
        for (at, c) in line.char_indices() {
            match c {
                '"' if last != '\\' && last != '\'' => quoted = !quoted,
                '/' if !quoted && line[at..].starts_with("//") => break,
                _ if !quoted => code.push(c),
                _ => {}
            }
            last = c;
        }
        code.push('\n');
    }
    while let Some(at) = code.find("#[cfg(test)]") {
        let rest = &code[at..];
        let opened = rest.find('{').unwrap_or(usize::MAX);
        let length = match rest.find(';') {
            Some(end) if end < opened => end + 1,
            _ => opened + closing(&rest[opened..]) + 1,
        };
        code.replace_range(at..at + length, "");
    }
    code
}

/// Where the brace that opens `text` is closed.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len() - 1
}

/// The modules that paths from the root of the crate lead to.
fn targets(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if !rest.starts_with('{') {
            found.insert(word(rest));
            continue;
        }
        let mut depth = 0_usize;
        let mut begins = false;
        for (at, c) in rest[..=closing(rest)].char_indices() {
            match c {
                '{' => {
                    depth += 1;
                    begins = depth == 1;
                }
                '}' => depth -= 1,
                ',' => begins = depth == 1,
                _ if begins && depth == 1 && !c.is_whitespace() => {
                    found.insert(word(&rest[at..]));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// All files below a folder, relative to the root, but those that exist in tests only.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let path = folder.join(entry.unwrap().file_name());
        if root().join(&path).is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    let only_tests: BTreeSet<PathBuf> = files.iter().flat_map(|file| test_modules(file)).collect();
    files.retain(|file| !only_tests.contains(file));
    files
}

/// The files that a file declares as `#[cfg(test)] mod name;`.
fn test_modules(file: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let own = file.file_stem().unwrap();
    let folder = if ["mod", "lib", "main"].iter().any(|root| own == *root) {
        file.parent().unwrap().to_owned()
    } else {
        file.with_extension("")
    };
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for (n, line) in lines.iter().enumerate() {
        let Some(name) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) else { continue };
        let attributes: Vec<&&str> =
            lines[..n].iter().rev().take_while(|line| line.starts_with('#')).collect();
        if attributes.iter().any(|line| **line == "#[cfg(test)]") {
            let path = attributes.iter().find_map(|line| line.split('"').nth(1));
            found.push(match path {
                Some(path) => file.parent().unwrap().join(path),
                None => folder.join(format!("{name}.rs")),
            });
        }
    }
    found
}

#[test]
fn every_import_is_granted_by_the_table() {
    let table = table();
    let read = |file: &PathBuf| fs::read_to_string(root().join(file)).unwrap();
    let found: Vec<String> =
        sources(Path::new("src")).iter().flat_map(|file| violations(&table, file, &read(file))).collect();
    assert!(found.is_empty(), "{} imports the table does not grant:\n{}", found.len(), found.join("\n"));
}

#[test]
fn the_table_points_down_only() {
    let table = table();
    for (name, layer) in &table {
        for target in layer.grants.iter().filter(|target| *target != name) {
            let above = table[target].number >= layer.number;
            assert!(
                !above || layer.grants.len() == table.len(),
                "{name} may use {target}, which does not stand below it"
            );
        }
    }
}

#[test]
fn the_library_lists_its_modules_from_the_bottom_to_the_top() {
    let (table, library) = (table(), fs::read_to_string(root().join("src/lib.rs")).unwrap());
    let listed = library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let numbers: Vec<u32> = listed.map(|name| table[name].number).collect();
    assert!(numbers.len() > 10 && numbers.is_sorted(), "{numbers:?}");
}

/// The test above can fail: each of these files breaks a rule, or keeps it.
#[test]
fn made_up_files_are_judged_as_the_table_says() {
    let table = table();
    let judged = |file: &str, text: &str| violations(&table, Path::new(file), text).len();
    assert_eq!(judged("src/text/made_up.rs", "use crate::store::Store;"), 1);
    assert_eq!(judged("src/text/made_up.rs", "use crate::kernel::Id;"), 0);
    assert_eq!(judged("src/text/made_up.rs", "fn f() { crate::web::g(); crate::text::h() }"), 1);
    let tree = "use crate::{\n    flow::{AnyFlow, Client},\n    store::Store, kernel, web,\n};";
    assert_eq!(judged("src/flow/made_up.rs", tree), 2);
    assert_eq!(judged("src/engine/made_up.rs", tree), 1);
    assert_eq!(judged("src/app.rs", tree), 0);
    assert_eq!(judged("src/nowhere/made_up.rs", ""), 1);
    assert_eq!(judged("src/text/made_up.rs", "use super::super::web;"), 1);
    assert_eq!(judged("src/text/deep/made_up.rs", "use super::super::label;"), 0);
    let harmless = "// crate::store\nconst A: &str = \"crate::store\"; // crate::web";
    assert_eq!(judged("src/text/made_up.rs", harmless), 0);
    let tested = "#[cfg(test)]\nmod tests {\n use crate::web; fn f() { }\n}\nuse crate::flow;";
    assert_eq!(judged("src/text/made_up.rs", tested), 1);
}
