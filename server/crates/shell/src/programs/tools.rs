//! Programs that keep the system running, and those that check and format code.
use crate::danger::Danger;
use crate::effect::Scope;
use crate::walk::{Reach, Walker};
use crate::word::Word;

/// What is dangerous about such a program; the rest of what it does is not known.
pub(super) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Option<Scope> {
    let is_asking = matches!(
        arguments.first().and_then(Word::literal).as_deref(),
        Some("-l" | "--list" | "list-units" | "status" | "is-active" | "--version" | "--help")
    );
    match name {
        "crontab" | "at" | "batch" | "systemctl" | "launchctl" | "chsh" | "visudo"
        | "update-rc.d"
            if !is_asking =>
        {
            let starts_later = !matches!(name, "systemctl" | "launchctl")
                || arguments.iter().any(|word| {
                    matches!(
                        word.literal().as_deref(),
                        Some(
                            "enable"
                                | "link"
                                | "edit"
                                | "load"
                                | "bootstrap"
                                | "set-property"
                                | "add-wants"
                        )
                    )
                });
            if starts_later {
                walker.danger(Danger::WritesStartup(format!("({name})").into()));
            }
        }
        "ssh-keygen" | "ssh-copy-id" | "ssh-add" | "gpg" | "gpg2" | "security" | "secret-tool"
        | "pass" | "op" | "keyctl" => {
            let exports = arguments.iter().any(|word| {
                let text = word.literal().unwrap_or_default();
                text.starts_with("--export-secret")
                    || text.starts_with("find-")
                    || text.starts_with("dump-")
                    || text == "lookup"
                    || text == "show"
            });
            if exports {
                walker.danger(Danger::ReadsCredentials(format!("({name})").into()));
            }
        }
        "vi" | "vim" | "nvim" | "nano" | "emacs" | "ed" | "ex" | "code" => {
            for word in arguments
                .iter()
                .filter(|word| !word.prefix().starts_with(['-', '+']))
            {
                walker.write(word, Reach::Itself);
            }
        }
        _ => {}
    }
    None
}
