//! From words to paths: tildes, the folder that the command is in, and what is done to a path.
use std::path::{Path, PathBuf};

use super::Walker;
use crate::danger::{of_opening, of_reading, of_removing, of_removing_some, of_writing};
use crate::effect::{Effect, Target};
use crate::place::normalise;
use crate::word::{Unit, Word};

/// How much of a path a program acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The path itself.
    Itself,
    /// The path and all beneath it.
    Beneath,
}

impl Walker<'_> {
    pub(crate) fn read(&mut self, word: &Word, reach: Reach) {
        for path in self.targets(word, reach) {
            if is_stream(&path) {
                continue;
            }
            if let Some(danger) = of_reading(&path, self.place) {
                self.danger(danger);
            }
            self.effect(Effect::Read { path });
        }
    }

    pub(crate) fn write(&mut self, word: &Word, reach: Reach) {
        for path in self.targets(word, reach) {
            self.write_target(path);
        }
    }

    /// Reading the names in a folder, and no contents.
    pub(crate) fn list(&mut self, word: &Word, reach: Reach) {
        for path in self.targets(word, reach) {
            self.effect(Effect::Read { path });
        }
    }

    /// Removing, emptying or moving away.
    pub(crate) fn remove(&mut self, word: &Word, reach: Reach) {
        let pattern = name_pattern(word);
        for path in self.targets(word, reach) {
            let danger = match (&pattern, &path) {
                (Some((start, end)), Target::Beneath(folder)) => {
                    of_removing_some(folder, start, end, self.place)
                }
                _ => of_removing(&path, self.place),
            };
            if let Some(danger) = danger {
                self.danger(danger);
            }
            self.write_target(path);
        }
    }

    /// Changing the mode or owner.
    pub(crate) fn open_up(&mut self, word: &Word, reach: Reach) {
        for path in self.targets(word, reach) {
            if let Some(danger) = of_opening(&path, self.place) {
                self.danger(danger);
            }
            self.effect(Effect::Write { path });
        }
    }

    /// Writing a file named like each of `sources` in the folder `word`: what that would be is
    /// looked at for dangers, and covered by the effect on the folder.
    pub(crate) fn write_into(&mut self, word: &Word, sources: &[&Word]) {
        for path in self.targets(word, Reach::Itself) {
            if of_writing(&path, self.place).is_some() {
                continue;
            }
            let (Target::At(folder) | Target::Beneath(folder)) = path else {
                continue;
            };
            for source in sources {
                let source = source.literal().unwrap_or_default();
                let name = source.trim_end_matches('/').rsplit('/').next();
                let inner = Target::At(normalise(&folder, name.unwrap_or_default()));
                if let Some(danger) = of_writing(&inner, self.place) {
                    self.danger(danger);
                }
            }
        }
    }

    /// The folders that a word may stand for.
    pub(crate) fn folders(&self, word: &Word) -> Vec<Option<PathBuf>> {
        self.targets(word, Reach::Itself)
            .into_iter()
            .map(|path| match path {
                Target::At(path) => Some(path),
                Target::Beneath(_) | Target::Unknown(_) => None,
            })
            .collect()
    }

    /// The folders that the command may be in.
    pub(crate) fn here(&self, reach: Reach) -> Vec<Target> {
        let folders = self.state.folders.iter();
        folders
            .map(|folder| match folder {
                Some(folder) => target(folder.clone(), reach),
                None => Target::Unknown(".".to_owned()),
            })
            .collect()
    }

    pub(crate) fn read_here(&mut self, reach: Reach) {
        for path in self.here(reach) {
            if let Some(danger) = of_reading(&path, self.place) {
                self.danger(danger);
            }
            self.effect(Effect::Read { path });
        }
    }

    pub(crate) fn write_here(&mut self, reach: Reach) {
        for path in self.here(reach) {
            self.write_target(path);
        }
    }

    pub(crate) fn write_target(&mut self, path: Target) {
        if is_stream(&path) {
            return;
        }
        if let Some(danger) = of_writing(&path, self.place) {
            self.danger(danger);
        }
        self.effect(Effect::Write { path });
    }

    /// The paths that a word may stand for: one for each folder that the command may be in.
    pub(crate) fn targets(&self, word: &Word, reach: Reach) -> Vec<Target> {
        let unknown = || vec![Target::Unknown(word.raw().to_owned())];
        if word.is_unknown() {
            return unknown();
        }
        let Some(text) = self.without_tilde(word) else {
            return unknown();
        };
        let is_glob = word.is_glob();
        let (text, reach) = match is_glob {
            false => (text, reach),
            true => match before_glob(&text) {
                Some(folder) => (folder, Reach::Beneath),
                None => return unknown(),
            },
        };
        if text.starts_with('/') {
            return vec![target(normalise(Path::new("/"), &text), reach)];
        }
        self.state
            .folders
            .iter()
            .map(|folder| match folder {
                Some(folder) => target(normalise(folder, &text), reach),
                None => Target::Unknown(word.raw().to_owned()),
            })
            .collect()
    }

    /// The text of a word whose tilde is expanded, globs as they are. `None` for the home folder
    /// of a user who is not known.
    fn without_tilde(&self, word: &Word) -> Option<String> {
        let text: String = word.units().iter().filter_map(|unit| unit.char()).collect();
        if word.units().first() != Some(&Unit::Bare('~')) {
            return Some(text);
        }
        let (user, rest) = match text.find('/') {
            Some(at) => text.split_at(at),
            None => (text.as_str(), ""),
        };
        let home = self.state.value("HOME");
        let folder = match user {
            "~" => home?,
            "~+" => self.state.value("PWD")?,
            "~root" => "/root".to_owned(),
            _ => {
                let home = self.place.home?;
                let name = home.file_name()?.to_str()?;
                (&user[1..] == name).then(|| home.to_string_lossy().into_owned())?
            }
        };
        Some(folder + rest)
    }

    /// The word with its tilde expanded, as text; for programs and options.
    pub(crate) fn text(&self, word: &Word) -> Option<String> {
        word.literal()?;
        self.without_tilde(word)
    }
}

fn target(path: PathBuf, reach: Reach) -> Target {
    match reach {
        Reach::Itself => Target::At(path),
        Reach::Beneath => Target::Beneath(path),
    }
}

/// The folder that all names of a glob are in. `None` where that is not known: after the glob
/// the path goes up again.
fn before_glob(text: &str) -> Option<String> {
    let at = text.find(['*', '?', '[', '(']).unwrap_or(text.len());
    let folder = &text[..text[..at].rfind('/').map_or(0, |slash| slash + 1)];
    let rest = &text[folder.len()..];
    if rest.split('/').any(|part| part == "..") {
        return None;
    }
    // `.*` stands for `..` too, in older shells.
    let goes_up = rest
        .split('/')
        .any(|part| part.starts_with('.') && part.len() > 1 && part.contains(['*', '?', '[', '(']));
    Some(if goes_up {
        format!("{folder}..")
    } else if folder.is_empty() {
        ".".to_owned()
    } else {
        folder.to_owned()
    })
}

/// How the names start and end that a glob in the last part of a path stands for. `None` where
/// that may be any names.
fn name_pattern(word: &Word) -> Option<(String, String)> {
    if !word.is_glob() {
        return None;
    }
    let text: String = word.units().iter().filter_map(|unit| unit.char()).collect();
    let last = text.trim_end_matches('/').rsplit('/').next()?;
    let is_glob = |c: char| "*?[]()!".contains(c);
    if !last.contains(|c: char| c.is_alphanumeric()) || last.contains(['[', '(']) {
        return None;
    }
    let Some((start, end)) = last.find(is_glob).zip(last.rfind(is_glob)) else {
        // A glob before the last part, which is known.
        return Some((last.to_owned(), last.to_owned()));
    };
    Some((last[..start].to_owned(), last[end + 1..].to_owned()))
}

/// Whether a path is a stream of the process, or nothing at all.
fn is_stream(path: &Target) -> bool {
    let Target::At(path) = path else {
        return false;
    };
    let names = [
        "/dev/null",
        "/dev/stdin",
        "/dev/stdout",
        "/dev/stderr",
        "/dev/tty",
        "/dev/zero",
        "/dev/full",
        "/dev/random",
        "/dev/urandom",
    ];
    names.iter().any(|name| path == Path::new(name)) || path.starts_with("/dev/fd")
}
