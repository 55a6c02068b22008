//! Reads an operator's override directory (`courier.template_override_path`, 03 §8.6).

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
};

use tokio::fs;

use super::{GoFile, OverrideFile, TemplateProblem, compile::SOURCE_LIMIT, convert_files};
use crate::outbox::TemplateType;

/// Something in the override directory that its operator should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateWarning {
    /// The file.
    pub path: PathBuf,
    /// Whether it is used.
    used: bool,
}

impl fmt::Display for TemplateWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (go, handlebars) = (self.path.display(), self.path.with_extension("hbs"));
        match self.used {
            true => write!(
                f,
                "{go} is a Go template, which is converted each time it is loaded: `zelos templates convert` writes it down in Handlebars"
            ),
            false => write!(f, "{go} has no effect beside {}: remove it", handlebars.display()),
        }
    }
}

/// Reads every template below `root`, and converts those that were written for Go. Folders of templates that
/// we do not have are left alone.
///
/// # Errors
/// The directory, or what is in it, cannot be read, or not be converted.
pub async fn read_overrides(
    root: &Path,
) -> Result<(Vec<OverrideFile>, Vec<TemplateWarning>), Vec<TemplateProblem>> {
    let (mut files, mut warnings, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    match fs::metadata(root).await {
        Ok(found) if found.is_dir() => {}
        Ok(_) => problems.push(unusable(root, "is not a directory")),
        Err(error) => problems.push(unusable(root, &format!("cannot be opened ({error})"))),
    }
    for template in TemplateType::ALL {
        let found = read_folder(template, &root.join(template.folder()), &mut problems).await;
        let stems: BTreeSet<&str> = found.handlebars.iter().map(|file| file.stem.as_str()).collect();
        warnings.extend(found.go.iter().map(|file| TemplateWarning {
            path: PathBuf::from(&file.source_name),
            used: !stems.contains(file.stem.as_str()),
        }));
        let go: Vec<GoFile> =
            found.go.iter().filter(|file| !stems.contains(file.stem.as_str())).cloned().collect();
        match convert_files(template, &go) {
            Ok(converted) => {
                files.extend(converted.into_iter().map(|one| OverrideFile::converted(template, one)));
            }
            Err(refused) => problems.extend(refused),
        }
        files.extend(found.handlebars);
    }
    if problems.is_empty() { Ok((files, warnings)) } else { Err(problems) }
}

/// Reads the Go templates below `root`, each with its message.
///
/// # Errors
/// The directory, or what is in it, cannot be read.
pub async fn read_go(root: &Path) -> Result<Vec<(TemplateType, Vec<GoFile>)>, Vec<TemplateProblem>> {
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    if !fs::metadata(root).await.is_ok_and(|found| found.is_dir()) {
        let text = "is not a directory: name the one that courier.template_override_path names".to_owned();
        let source_name = root.display().to_string();
        return Err(vec![TemplateProblem { source_name, line: None, column: None, text }]);
    }
    for template in TemplateType::ALL {
        let found = read_folder(template, &root.join(template.folder()), &mut problems).await;
        if !found.go.is_empty() {
            all.push((template, found.go));
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

/// What is in the folder of a template.
#[derive(Default)]
struct Folder {
    handlebars: Vec<OverrideFile>,
    go: Vec<GoFile>,
}

async fn read_folder(template: TemplateType, folder: &Path, problems: &mut Vec<TemplateProblem>) -> Folder {
    let mut found = Folder::default();
    for path in list(folder).await {
        let (stem, ending) = (path.file_stem(), path.extension().and_then(|ending| ending.to_str()));
        let Some(stem) = stem.and_then(|stem| stem.to_str()).map(str::to_owned) else { continue };
        let Some(ending) = ending.filter(|ending| matches!(*ending, "gotmpl" | "hbs")) else { continue };
        let source_name = path.display().to_string();
        match read(&path).await {
            Ok(text) if ending == "gotmpl" => found.go.push(GoFile { stem, source_name, text }),
            Ok(text) => {
                found.handlebars.push(OverrideFile { template, stem, source_name, text, lines: Vec::new() });
            }
            Err(problem) => problems.push(problem),
        }
    }
    found
}

fn unusable(root: &Path, why: &str) -> TemplateProblem {
    let text = format!("{why}: mend `courier.template_override_path` or remove it");
    TemplateProblem { source_name: root.display().to_string(), line: None, column: None, text }
}

/// The entries of a folder, in a stable order; a folder that is not there has none.
async fn list(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    if let Ok(mut entries) = fs::read_dir(folder).await {
        while let Ok(Some(entry)) = entries.next_entry().await {
            paths.push(entry.path());
        }
    }
    paths.sort();
    paths
}

async fn read(path: &Path) -> Result<String, TemplateProblem> {
    let problem = |text: String| TemplateProblem {
        source_name: path.display().to_string(),
        line: None,
        column: None,
        text,
    };
    let size = fs::metadata(path).await.map_or(0, |found| found.len());
    if size > u64::try_from(SOURCE_LIMIT).unwrap_or(u64::MAX) {
        return Err(problem(format!("is larger than {SOURCE_LIMIT} bytes: shorten it or split it")));
    }
    fs::read_to_string(path).await.map_err(|error| {
        problem(format!("cannot be read as UTF-8 text ({error}): mend the file or its permissions"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn reads_known_folders_and_converts_go_templates() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("verification_code/valid");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::create_dir_all(root.path().join("unknown/valid")).unwrap();
        std::fs::write(folder.join("email.subject.hbs"), "S").unwrap();
        std::fs::write(folder.join("email.subject.gotmpl"), "{{ .To }}").unwrap();
        std::fs::write(folder.join("email.body.gotmpl"), "<p>{{ .To }}</p>").unwrap();
        std::fs::write(folder.join("notes.md"), "N").unwrap();
        let (files, warnings) = read_overrides(root.path()).await.unwrap();
        let seen: Vec<_> = files.iter().map(|file| (file.stem.as_str(), file.text.as_str())).collect();
        assert_eq!(seen, [("email.body", "<p>{{To}}</p>"), ("email.subject", "S")]);
        assert!(files.iter().all(|file| file.template == TemplateType::VerificationCodeValid));
        let said: Vec<_> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 2);
        assert!(
            said[0].contains("email.body.gotmpl is a Go template") && said[0].contains("templates convert")
        );
        assert!(said[1].contains("email.subject.gotmpl has no effect beside"), "{said:?}");
    }

    #[tokio::test]
    async fn go_templates_that_cannot_be_converted_are_problems_with_line_and_column() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("recovery_code/valid");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("email.body.gotmpl"), "a\nb {{ now }}").unwrap();
        let problems = read_overrides(root.path()).await.unwrap_err();
        assert_eq!((problems.len(), problems[0].line, problems[0].column), (1, Some(2), Some(6)));
        assert!(
            problems[0].to_string().contains("email.body.gotmpl:2:6: the function `now`"),
            "{problems:?}"
        );
    }

    #[tokio::test]
    async fn unreadable_things_are_problems_that_name_them() {
        let missing = read_overrides(Path::new("no/such/directory")).await.unwrap_err();
        assert!(missing[0].to_string().contains("courier.template_override_path"), "{}", missing[0]);

        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("verification/valid");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("email.body.hbs"), b"\xff\xfe").unwrap();
        std::fs::write(folder.join("email.subject.hbs"), "x".repeat(SOURCE_LIMIT + 1)).unwrap();
        let problems = read_overrides(root.path()).await.unwrap_err();
        assert_eq!(problems.len(), 2);
        assert!(problems[0].source_name.ends_with("email.body.hbs"));
    }
}
