//! Data goes to standard output, all else to standard error; a failure ends with exit code 1.

use std::{
    fmt,
    io::{self, Write},
};

/// Why a command failed, in words for whoever typed it.
#[derive(Debug)]
pub struct CliError {
    text: String,
    code: u8,
}

impl CliError {
    /// A failure with exit code 1.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), code: 1 }
    }

    /// A failure with an exit code of its own.
    pub fn with_code(text: impl Into<String>, code: u8) -> Self {
        Self { text: text.into(), code }
    }

    /// The exit code.
    pub const fn code(&self) -> u8 {
        self.code
    }

    /// A failure of something that was tried, with all its causes.
    pub fn because(doing: &str, error: &dyn std::error::Error) -> Self {
        let mut text = format!("{doing}: {error}");
        let mut cause = error.source();
        while let Some(next) = cause {
            text.push_str(": ");
            text.push_str(&next.to_string());
            cause = next.source();
        }
        Self::new(text)
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Where a command writes to. A reader that has gone, such as `head`, is no failure.
#[derive(Debug, Default)]
pub struct Out;

impl Out {
    /// A line of data.
    pub fn line(&self, text: impl fmt::Display) {
        writeln!(io::stdout().lock(), "{text}").ok();
    }

    /// A line for people.
    pub fn note(&self, text: impl fmt::Display) {
        writeln!(io::stderr().lock(), "{text}").ok();
    }

    /// Rows in columns that line up; the last column is as wide as it likes.
    pub fn table(&self, rows: &[Vec<String>]) {
        aligned(rows).iter().for_each(|line| self.line(line));
    }

    /// As [`Out::table`], for people.
    pub fn note_table(&self, rows: &[Vec<String>]) {
        aligned(rows).iter().for_each(|line| self.note(line));
    }
}

fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    rows.iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}", width = *width))
                .collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect()
}
