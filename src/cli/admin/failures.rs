//! What did not work, gathered while the rest goes on.

use super::client::CallError;
use crate::cli::{CliError, Out};

/// Rows about what did not work.
pub struct Failures {
    rows: Vec<Vec<String>>,
}

impl Failures {
    /// About ids.
    pub fn of_ids() -> Self {
        Self { rows: vec![vec!["ID".to_owned(), "ERROR".to_owned()]] }
    }

    /// About places in files.
    pub fn of_files() -> Self {
        Self { rows: vec![vec!["FILE".to_owned(), "INDEX".to_owned(), "ERROR".to_owned()]] }
    }

    /// An id that did not work.
    pub fn id(&mut self, id: &str, error: &CallError) {
        self.rows.push(vec![id.to_owned(), error.what.clone()]);
    }

    /// A place in a file that did not work.
    pub fn place(&mut self, file: &str, index: &str, what: &str) {
        self.rows.push(vec![file.to_owned(), index.to_owned(), what.to_owned()]);
    }

    /// Prints them, and fails when there are some.
    ///
    /// # Errors
    /// Something did not work.
    pub fn end(self, out: &Out, what: &str) -> Result<(), CliError> {
        let count = self.rows.len().saturating_sub(1);
        if count == 0 {
            return Ok(());
        }
        out.note_table(&self.rows);
        Err(CliError::new(format!("{count} {what}.")))
    }
}
