//! A folder for a database that nobody wants to keep.

use std::{
    fs::{self, DirBuilder},
    io,
    path::{Path, PathBuf},
    process,
};

/// A folder that is removed with everything in it when this is dropped.
#[derive(Debug)]
pub(super) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// Makes a new one that only this user can read.
    pub(super) fn create() -> io::Result<Self> {
        let base = std::env::temp_dir();
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let mut n = 0_u32;
        loop {
            let path = base.join(format!("zelos-{}-{n}", process::id()));
            // SECURITY: making fails when the name is taken, so nobody can put a folder of their own in place.
            match builder.create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => n = n.saturating_add(1),
                Err(error) => return Err(error),
            }
        }
    }

    /// The path of a file in it.
    pub(super) fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system, which empties its folder of temporary files.
        fs::remove_dir_all(&self.0).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_is_new_and_goes_with_its_owner() {
        let (one, two) = (TemporaryFolder::create().unwrap(), TemporaryFolder::create().unwrap());
        let file = one.file("x");
        assert_ne!(file, two.file("x"));
        fs::write(&file, "x").unwrap();
        drop(one);
        assert!(!file.exists());
    }
}
