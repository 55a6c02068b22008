//! Reads an operator's override directory (`courier.template_override_path`, 03 §8.6).

use std::{
    fmt,
    path::{Path, PathBuf},
};

use tokio::fs;

use super::{OverrideFile, TemplateProblem, compile::SOURCE_LIMIT, part};
use crate::outbox::TemplateType;

/// Something in the override directory that has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateWarning {
    /// The file.
    pub path: PathBuf,
}

impl fmt::Display for TemplateWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handlebars = self.path.with_extension("hbs");
        write!(
            f,
            "{}: Go templates are not used, so the built-in text is sent: write it in Handlebars as {}",
            self.path.display(),
            handlebars.display()
        )
    }
}

/// Reads every template below `root`. Folders of templates that we do not have are left alone.
///
/// # Errors
/// The directory, or what is in it, cannot be read.
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
        for path in list(&root.join(part::folder(template))).await {
            let (stem, ending) = (path.file_stem(), path.extension().and_then(|ending| ending.to_str()));
            let Some(stem) = stem.and_then(|stem| stem.to_str()) else { continue };
            match ending {
                Some("gotmpl") => warnings.push(TemplateWarning { path }),
                Some("hbs") => match read(&path).await {
                    Ok(text) => files.push(OverrideFile {
                        template,
                        stem: stem.to_owned(),
                        source_name: path.display().to_string(),
                        text,
                    }),
                    Err(problem) => problems.push(problem),
                },
                _ => {}
            }
        }
    }
    if problems.is_empty() { Ok((files, warnings)) } else { Err(problems) }
}

fn unusable(root: &Path, why: &str) -> TemplateProblem {
    let text = format!("{why}: mend `courier.template_override_path` or remove it");
    TemplateProblem { source_name: root.display().to_string(), line: None, text }
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
    let problem =
        |text: String| TemplateProblem { source_name: path.display().to_string(), line: None, text };
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
    async fn reads_known_folders_and_warns_about_go_templates() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("verification_code/valid");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::create_dir_all(root.path().join("unknown/valid")).unwrap();
        std::fs::write(folder.join("email.subject.hbs"), "S").unwrap();
        std::fs::write(folder.join("email.body.gotmpl"), "G").unwrap();
        std::fs::write(folder.join("notes.md"), "N").unwrap();
        let (files, warnings) = read_overrides(root.path()).await.unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!((files[0].stem.as_str(), files[0].text.as_str()), ("email.subject", "S"));
        assert_eq!(files[0].template, TemplateType::VerificationCodeValid);
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].to_string().contains("email.body.hbs"), "{}", warnings[0]);
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
