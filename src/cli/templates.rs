//! `zelos templates convert`: writes down in Handlebars what was written for Go.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use tokio::fs;

use super::{CliError, Out};
use crate::courier::{
    Converted, OverrideFile, Overrides, TemplateProblem, Templates, convert_files, read_go,
};

/// Look after the wording of messages.
#[derive(Debug, Subcommand)]
pub enum TemplatesCommand {
    /// Convert the Go templates of a directory to Handlebars
    Convert(Convert),
}

/// Convert the Go templates of a directory.
#[derive(Debug, Args)]
pub struct Convert {
    /// The directory that courier.template_override_path names
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Where the converted files go; without it, beside the originals
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Converts every message of a directory, prints the files that it writes, and tells what it had to refuse.
/// A message is converted as a whole or not at all.
///
/// # Errors
/// Something could not be read, converted or written. What could be converted is written all the same.
pub async fn convert(out: &Out, asked: &Convert) -> Result<(), CliError> {
    let found = read_go(&asked.directory).await.map_err(|problems| CliError::new(lines(&problems)))?;
    if found.is_empty() {
        let text = format!("{}: there are no Go templates (.gotmpl) here", asked.directory.display());
        return Err(CliError::new(text));
    }
    let root = asked.out.as_deref().unwrap_or(&asked.directory);
    let (mut problems, mut unwritten, mut overrides) = (Vec::new(), Vec::new(), Overrides::default());
    for (template, files) in found {
        let converted = match convert_files(template, &files) {
            Ok(converted) => converted,
            Err(refused) => {
                problems.extend(refused);
                continue;
            }
        };
        for one in &converted {
            let path = root.join(template.folder()).join(format!("{}.hbs", one.stem));
            match write(&path, &one.text).await {
                Ok(()) => out.line(path.display()),
                Err(why) => unwritten.push(why),
            }
        }
        let of = |one: Converted| OverrideFile::converted(template, one);
        overrides.files.extend(converted.into_iter().map(of));
    }
    problems.extend(Templates::compile(&overrides).err().into_iter().flatten());
    if problems.is_empty() && unwritten.is_empty() {
        return Ok(());
    }
    unwritten.extend((!problems.is_empty()).then(|| lines(&problems)));
    Err(CliError::new(unwritten.join("\n")))
}

fn lines(problems: &[TemplateProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Writes a file that is not there yet, or that says the same already.
async fn write(path: &Path, text: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    match fs::read_to_string(path).await {
        Ok(there) if there == text => return Ok(()),
        Ok(_) => {
            return Err(format!(
                "{} is there already and says something else: move it away, or write elsewhere with --out",
                path.display()
            ));
        }
        Err(_) => {}
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).await.map_err(failed)?;
    }
    fs::write(path, text).await.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_can_be_converted_is_written_and_the_rest_is_told() {
        let root = tempfile::tempdir().unwrap();
        let put = |folder: &str, name: &str, text: &str| {
            let folder = root.path().join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(name), text).unwrap();
        };
        put("recovery_code/valid", "email.subject.gotmpl", "{{ .RecoveryCode }} for {{ .To }}");
        put(
            "recovery_code/valid",
            "email.body.gotmpl",
            "{{ define \"f\" }}x{{ end }}<p>{{ template \"f\" . }}</p>",
        );
        put("login_code/valid", "email.subject.gotmpl", "{{ env \"HOME\" }}");
        put("verification/valid", "email.subject.gotmpl", "\n{{ .NoSuchThing }}");
        let asked = Convert { directory: root.path().to_owned(), out: Some(root.path().join("new")) };
        for _twice in 0..2 {
            let told = convert(&Out, &asked).await.unwrap_err();
            assert_eq!(told.code(), 1);
            let told = told.to_string();
            assert!(told.contains("login_code/valid/email.subject.gotmpl:1:4: the function `env`"), "{told}");
            assert!(
                told.contains("verification/valid/email.subject.gotmpl:2: there is no variable"),
                "{told}"
            );
            assert_eq!(told.lines().count(), 2, "{told}");
        }
        let read = |name: &str| std::fs::read_to_string(root.path().join("new").join(name)).unwrap();
        assert_eq!(read("recovery_code/valid/email.subject.hbs"), "{{RecoveryCode}} for {{To}}");
        assert_eq!(read("recovery_code/valid/email.body.hbs"), "<p>{{> email.body--f}}</p>");
        assert_eq!(read("recovery_code/valid/email.body--f.hbs"), "x");

        std::fs::write(root.path().join("new/recovery_code/valid/email.subject.hbs"), "mine").unwrap();
        let told = convert(&Out, &asked).await.unwrap_err().to_string();
        assert!(told.contains("email.subject.hbs is there already"), "{told}");
        assert_eq!(read("recovery_code/valid/email.subject.hbs"), "mine");
    }

    #[tokio::test]
    async fn a_directory_without_go_templates_is_an_error_that_says_so() {
        let root = tempfile::tempdir().unwrap();
        let empty = Convert { directory: root.path().to_owned(), out: None };
        assert!(convert(&Out, &empty).await.unwrap_err().to_string().contains("no Go templates"));
        let missing = Convert { directory: root.path().join("x"), out: None };
        assert!(convert(&Out, &missing).await.unwrap_err().to_string().contains("not a directory"));
    }
}
