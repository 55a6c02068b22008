//! Identities in files.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::cli::CliError;

/// One identity of a file.
#[derive(Debug)]
pub struct Entry {
    /// The file; `-` for the standard input.
    pub file: String,
    /// Where in the file, from 0.
    pub index: usize,
    /// What stands there.
    pub body: Value,
}

/// The files to read: the standard input when none is named.
pub fn files(named: &[PathBuf]) -> Vec<PathBuf> {
    if named.is_empty() { vec![PathBuf::from("-")] } else { named.to_vec() }
}

/// Reads a file: an object, a list, or several of them in a row.
///
/// # Errors
/// It cannot be read, or holds something else.
pub fn read(path: &Path) -> Result<Vec<Entry>, CliError> {
    let file = path.display().to_string();
    let bytes = if file == "-" { standard_input() } else { fs::read(path) };
    let bytes = bytes.map_err(|error| CliError::because(&format!("read {file}"), &error))?;
    parse(&file, &bytes)
}

fn standard_input() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(file: &str, bytes: &[u8]) -> Result<Vec<Entry>, CliError> {
    let mut found = Vec::new();
    for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        match value.map_err(|error| CliError::new(format!("{file} is no JSON: {error}")))? {
            Value::Array(items) => found.extend(items),
            one => found.push(one),
        }
    }
    if found.is_empty() {
        return Err(CliError::new(format!("{file} holds no identity")));
    }
    let entry = |(index, body)| Entry { file: file.to_owned(), index, body };
    Ok(found.into_iter().enumerate().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(text: &str) -> Result<Vec<String>, String> {
        let entries = parse("f.json", text.as_bytes()).map_err(|error| error.to_string())?;
        Ok(entries.iter().map(|entry| format!("{} {}", entry.index, entry.body)).collect())
    }

    #[test]
    fn objects_lists_and_rows_of_them() {
        assert_eq!(bodies("{}").unwrap(), ["0 {}"]);
        assert_eq!(bodies("[{\"a\":1}, {}]").unwrap(), ["0 {\"a\":1}", "1 {}"]);
        assert_eq!(bodies("{}\n{\"a\":1}\n[{}]\n").unwrap(), ["0 {}", "1 {\"a\":1}", "2 {}"]);
    }

    #[test]
    fn what_holds_none_is_named() {
        assert_eq!(bodies("").unwrap_err(), "f.json holds no identity");
        assert_eq!(bodies("[]").unwrap_err(), "f.json holds no identity");
        assert!(bodies("{},").unwrap_err().starts_with("f.json is no JSON: "));
    }
}
