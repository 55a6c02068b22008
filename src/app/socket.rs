//! Sockets in the file system: made with owner, group and permissions (03 §2.2).

use std::{
    fs,
    io::{self, ErrorKind},
    os::unix::{
        fs::{FileTypeExt as _, PermissionsExt as _, chown},
        net::{UnixListener, UnixStream},
    },
    path::Path,
};

/// Who may use a socket.
pub struct Access<'a> {
    /// The name of its owner; `None` for whoever runs the process.
    pub owner: Option<&'a str>,
    /// The name of its group; `None` for that of whoever runs the process.
    pub group: Option<&'a str>,
    /// Its permissions.
    pub mode: u32,
}

/// Listens at a socket in the file system. One that a process left behind when it was killed is replaced.
///
/// # Errors
/// Somebody listens there already, the path cannot be used, or there is no such user or group.
pub fn listen(path: &Path, access: &Access<'_>) -> io::Result<UnixListener> {
    let owner = access.owner.map(|name| id_of(name, "/etc/passwd")).transpose()?;
    let group = access.group.map(|name| id_of(name, "/etc/group")).transpose()?;
    if is_left_behind(path) {
        fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(access.mode))?;
    if owner.is_some() || group.is_some() {
        chown(path, owner, group)?;
    }
    Ok(listener)
}

/// Whether there is a socket at which nobody listens.
fn is_left_behind(path: &Path) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|about| about.file_type().is_socket());
    is_socket && UnixStream::connect(path).is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

/// The number of a user or group, which may be given as a number, too. The files have the same form.
fn id_of(name: &str, file: &str) -> io::Result<u32> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let text = fs::read_to_string(file)?;
    let found = text.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok()).flatten()
    });
    found.ok_or_else(|| io::Error::new(ErrorKind::NotFound, format!("there is no {name:?} in {file}")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    const ANYBODY: Access<'_> = Access { owner: None, group: None, mode: 0o640 };

    #[test]
    fn a_socket_has_the_permissions_that_were_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        let listener = listen(&path, &ANYBODY).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
        assert!(UnixStream::connect(&path).is_ok());
        drop(listener);
    }

    #[test]
    fn owner_and_group_are_found_by_name() {
        assert_eq!((id_of("root", "/etc/passwd").unwrap(), id_of("17", "/etc/passwd").unwrap()), (0, 17));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        let nobody = Access { owner: Some("no such person"), ..ANYBODY };
        assert_eq!(listen(&path, &nobody).map(drop).unwrap_err().kind(), ErrorKind::NotFound);
        assert!(!path.exists(), "it is not there half");
    }

    #[test]
    fn what_was_left_behind_is_replaced_and_what_is_in_use_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        drop(listen(&path, &ANYBODY).unwrap());
        assert!(path.exists(), "closing leaves the file");
        let listener = listen(&path, &ANYBODY).unwrap();
        assert_eq!(listen(&path, &ANYBODY).map(drop).unwrap_err().kind(), ErrorKind::AddrInUse);
        drop(listener);
        let file = folder.path().join("file");
        fs::write(&file, "kept").unwrap();
        assert!(listen(&file, &ANYBODY).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
    }
}
