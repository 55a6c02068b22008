//! Building a configuration and looking at what becomes of it.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zelos::config::{Config, Flags, LoadRequest, Problems, Warnings, load};

/// Holds a text against its golden file in `tests/golden/config`.
pub fn golden(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden/config");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// A configuration in the making.
pub struct Case {
    folder: TempDir,
    request: LoadRequest,
}

impl Case {
    /// A case without any file.
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), request: LoadRequest::default() }
    }

    /// A case with a small valid file under everything else.
    pub fn on_minimal() -> Self {
        Self::new().fixture("minimal.yml")
    }

    /// Adds a file from the folder of fixtures.
    pub fn fixture(mut self, name: &str) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config/fixtures");
        self.request.files.push(here.join(name));
        self
    }

    /// Adds a file with this text.
    pub fn file(mut self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path: PathBuf = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        self.request.files.push(path);
        self
    }

    /// Adds a file by its path.
    pub fn path(mut self, path: PathBuf) -> Self {
        self.request.files.push(path);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.request.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Gives the flag `--dev`.
    pub fn dev(mut self) -> Self {
        self.request.flags = Flags { dev: Some(true), ..Flags::default() };
        self
    }

    /// Makes warnings count.
    pub fn strict(mut self) -> Self {
        self.request.strict = true;
        self
    }

    /// What is asked for.
    pub fn request(&self) -> &LoadRequest {
        &self.request
    }

    /// Loads it.
    pub fn load(&self) -> Result<(Config, Warnings), Problems> {
        load(&self.request)
    }

    /// The configuration, which has to be valid.
    pub fn config(&self) -> Config {
        match self.load() {
            Ok((config, _)) => config,
            Err(problems) => panic!("{problems}"),
        }
    }

    /// What is said about a configuration that cannot be used, folders left out.
    pub fn problems(&self) -> String {
        match self.load() {
            Ok((_, warnings)) => panic!("it loads, with {warnings}"),
            Err(problems) => self.without_folders(&problems.to_string()),
        }
    }

    /// The keys and reasons of all warnings.
    pub fn warnings(&self) -> Vec<String> {
        let (_, warnings) = self.load().unwrap_or_else(|problems| panic!("{problems}"));
        warnings.iter().map(|warning| format!("{} {}", warning.key, warning.reason)).collect()
    }

    fn without_folders(&self, text: &str) -> String {
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/config/fixtures/");
        text.replace(&format!("{}/", self.folder.path().display()), "").replace(fixtures, "")
    }
}
