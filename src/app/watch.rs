//! Sees that files have changed.
//!
//! It looks at them again and again, at what they hold, instead of asking the system to be told: that is the
//! same for a file that is written, one that takes another's place, and the symbolic links of a Kubernetes
//! config map; network file systems, which tell nobody, are no exception, and there is nothing to lose when a
//! folder comes and goes. A few small files four times a second cost no time worth naming, and it takes no
//! library. What a file holds has to be the same twice before it counts, so nobody reads half of one.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read as _},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use sha2::{Digest as _, Sha256};

use crate::kernel::{Workers, WorkersConfig};

/// The pause from one look to the next.
pub const EVERY: Duration = Duration::from_millis(250);

/// Above whatever a file of a configuration may hold; of a larger one, the rest is not looked at.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// A look at a file waits this long at most for the one before it.
const PATIENCE: Duration = Duration::from_secs(5);

/// What some files were like when they were looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight(BTreeMap<PathBuf, Seen>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    /// There is none, or it cannot be read.
    Absent,
    /// A pipe or a device: reading it takes something away, or never ends.
    NoFile,
    /// Its time counts besides what it holds, so that touching a file makes everything be read again.
    File { modified: Option<SystemTime>, digest: [u8; 32] },
}

impl Sight {
    /// Looks at these files.
    pub fn of<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        Self(files.into_iter().map(|path| (path.clone(), Seen::look(path))).collect())
    }

    /// Takes in what other files were like.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The files that are not like they were `before`.
    pub fn changed<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = &'a Path> {
        self.0.iter().filter(|(path, seen)| before.0.get(*path) != Some(seen)).map(|(path, _)| path.as_path())
    }

    /// What cannot be watched.
    pub fn unwatchable(&self) -> Option<&Path> {
        self.0.iter().find(|(_, seen)| **seen == Seen::NoFile).map(|(path, _)| path.as_path())
    }
}

impl Seen {
    fn look(path: &Path) -> Self {
        match fs::metadata(path) {
            Ok(about) if about.is_file() => match digest(path) {
                Ok(digest) => Self::File { modified: about.modified().ok(), digest },
                Err(_) => Self::Absent,
            },
            Ok(about) if about.is_dir() => Self::Absent,
            Ok(_) => Self::NoFile,
            Err(_) => Self::Absent,
        }
    }
}

fn digest(path: &Path) -> io::Result<[u8; 32]> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(Sha256::digest(&bytes).into())
}

/// Looks at files on a thread of its own, for a file system that hangs keeps waiting whoever asks it.
pub struct Eyes(Workers<()>);

impl Eyes {
    /// Starts the thread.
    ///
    /// # Errors
    /// The operating system refused it.
    pub fn open() -> io::Result<Self> {
        let config =
            WorkersConfig { name: "watch", threads: NonZeroUsize::MIN, waiting_room: 1, patience: PATIENCE };
        Workers::start(config, || ()).map(Self)
    }

    /// What these files are like now; `None` when the file system gave no answer.
    pub async fn look(&self, files: Vec<PathBuf>) -> Option<Sight> {
        self.0.run(move |()| Sight::of(&files)).await.ok()
    }
}

/// Decides when what is seen is to be read.
pub struct Watch {
    /// What was read.
    read: Sight,
    /// What the last look has shown.
    last: Sight,
}

impl Watch {
    /// Begins with what has been read already.
    pub fn new(read: Sight) -> Self {
        Self { last: read.clone(), read }
    }

    /// Takes note of a look. The files to tell of when all is to be read anew: something is not as it was
    /// read, and has been at rest since the look before.
    pub fn notice(&mut self, now: Sight) -> Option<Vec<PathBuf>> {
        let changed: Vec<PathBuf> = now.changed(&self.read).map(Path::to_owned).collect();
        let is_due = !changed.is_empty() && now == self.last && now.unwatchable().is_none();
        if is_due {
            self.read = now.clone();
        }
        self.last = now;
        is_due.then_some(changed)
    }

    /// Takes note of files that have come to be read, too.
    pub fn also(&mut self, files: Sight) {
        self.read.extend(files);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    struct Scene {
        folder: tempfile::TempDir,
        files: Vec<PathBuf>,
        watch: Watch,
    }

    fn scene() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<PathBuf> = ["a", "b"].iter().map(|name| folder.path().join(name)).collect();
        files.iter().for_each(|file| fs::write(file, "one").unwrap());
        let watch = Watch::new(Sight::of(&files));
        Scene { folder, files, watch }
    }

    impl Scene {
        fn look(&mut self) -> Option<Vec<PathBuf>> {
            self.watch.notice(Sight::of(&self.files))
        }

        /// Whether this file and no other is told of at the second look, once.
        fn tells(&mut self, n: usize) {
            assert_eq!(self.look(), None, "still moving");
            assert_eq!(self.look(), Some(vec![self.files[n].clone()]));
            assert_eq!(self.look(), None, "told already");
        }
    }

    #[test]
    fn files_at_rest_are_not_told_of() {
        let mut scene = scene();
        assert_eq!([scene.look(), scene.look(), scene.look()], [None, None, None]);
    }

    #[test]
    fn whatever_way_a_file_changes_it_is_told_of_once() {
        let mut scene = scene();
        fs::write(&scene.files[0], "two").unwrap();
        scene.tells(0);
        let beside = scene.folder.path().join("beside");
        fs::write(&beside, "six").unwrap();
        fs::rename(&beside, &scene.files[1]).unwrap();
        scene.tells(1);
        fs::remove_file(&scene.files[1]).unwrap();
        scene.tells(1);
        fs::write(&scene.files[1], "six").unwrap();
        scene.tells(1);
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
        File::options().append(true).open(&scene.files[0]).unwrap().set_modified(later).unwrap();
        scene.tells(0);
    }

    #[test]
    fn a_config_map_is_told_of_when_its_link_moves() {
        let mut scene = scene();
        let at = |name: &str| scene.folder.path().join(name);
        for (version, text) in [("v1", "one"), ("v2", "two")] {
            fs::create_dir(at(version)).unwrap();
            fs::write(at(version).join("kratos.yml"), text).unwrap();
        }
        symlink("v1", at("..data")).unwrap();
        symlink("..data/kratos.yml", at("kratos.yml")).unwrap();
        scene.files = vec![at("kratos.yml")];
        scene.watch = Watch::new(Sight::of(&scene.files));
        symlink("v2", scene.folder.path().join("..data_tmp")).unwrap();
        fs::rename(scene.folder.path().join("..data_tmp"), scene.folder.path().join("..data")).unwrap();
        scene.tells(0);
    }

    #[test]
    fn a_file_that_is_being_written_is_waited_for() {
        let mut scene = scene();
        for n in 0..5 {
            fs::write(&scene.files[0], format!("half {n}")).unwrap();
            assert_eq!(scene.look(), None);
        }
        assert!(scene.look().is_some());
    }

    #[test]
    fn what_has_come_to_be_read_counts_from_then_on() {
        let mut scene = scene();
        let new = scene.folder.path().join("c");
        fs::write(&new, "one").unwrap();
        scene.files.push(new);
        scene.watch.also(Sight::of(&scene.files));
        assert_eq!([scene.look(), scene.look()], [None, None]);
        fs::write(&scene.files[2], "two").unwrap();
        scene.tells(2);
    }

    #[test]
    fn what_is_no_file_is_never_read() {
        let path = PathBuf::from("/dev/null");
        let sight = Sight::of([&path]);
        assert_eq!(sight.unwatchable(), Some(path.as_path()));
        let mut watch = Watch::new(Sight::default());
        assert_eq!([watch.notice(sight.clone()), watch.notice(sight)], [None, None]);
    }
}
