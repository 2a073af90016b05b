//! Files while a review works on them: as they are, and as they are to be.
//!
//! Everything is computed on a shelf first, and only then made, so that what cannot be done
//! whole is not begun.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aside_agent::host::{
    Document, FileChange, Files, Form, HostError, Stamp, Target, WorkspacePath,
};
use aside_edit::changes::Changes;
use aside_edit::diff::line_edits;

/// One place where a file is, was or is to be.
#[derive(Debug, Clone)]
struct Place {
    /// What is there.
    real: Document,
    /// What is to be there.
    planned: Option<Planned>,
}

/// A file that is to be.
#[derive(Debug, Clone)]
struct Planned {
    text: Arc<str>,
    form: Form,
    /// Where its present text is; `None` for a file that is to be made.
    origin: Option<PathBuf>,
    /// How its text is to change, one after the other.
    steps: Changes,
}

/// The files that a review works on.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    places: BTreeMap<PathBuf, Place>,
}

/// A step is not possible: what is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocked;

impl Shelf {
    /// Reads files. Those that cannot be read are an error.
    pub async fn open(
        files: &dyn Files,
        paths: impl IntoIterator<Item = &Path>,
    ) -> Result<Self, HostError> {
        let mut shelf = Self::default();
        for path in paths {
            if shelf.places.contains_key(path) {
                continue;
            }
            let resolved = resolve(files, path)?;
            let real = files.read_text(&resolved).await?;
            shelf.put(path, real);
        }
        Ok(shelf)
    }

    /// How much text the files have, together.
    pub fn bytes(&self) -> usize {
        let places = self.places.values();
        places.map(|place| place.real.text.len()).sum()
    }

    fn put(&mut self, path: &Path, real: Document) {
        let planned = match real.stamp {
            Stamp::Absent => None,
            Stamp::Open { .. } | Stamp::Disk => Some(Planned {
                text: Arc::clone(&real.text),
                form: real.form.clone(),
                origin: Some(path.to_owned()),
                steps: Changes::none(),
            }),
        };
        self.places.insert(path.to_owned(), Place { real, planned });
    }

    /// The document as it is, not as it is to be.
    pub fn real(&self, path: &Path) -> Option<&Document> {
        self.places.get(path).map(|place| &place.real)
    }

    /// The text that is to be at a path; `None` where no file is to be.
    pub fn text(&self, path: &Path) -> Option<Arc<str>> {
        let planned = self.places.get(path)?.planned.as_ref()?;
        Some(Arc::clone(&planned.text))
    }

    /// How what is to be at a path comes of a text that it once was.
    ///
    /// `since` is the document's revision that held this text, where it is known.
    pub fn changes(
        &self,
        files: &dyn Files,
        path: &Path,
        text: &str,
        since: Option<u64>,
    ) -> Changes {
        let Some(planned) = self
            .places
            .get(path)
            .and_then(|place| place.planned.as_ref())
        else {
            return Changes::between(text, "");
        };
        let exact = since
            .zip(planned.origin.as_deref())
            .and_then(|(from, origin)| {
                let real = self.real(origin)?;
                typed(files, real, from)
            });
        match exact {
            Some(mut changes) => {
                for block in planned.steps.blocks().iter().rev() {
                    changes.replace(block.old.clone(), block.new.len());
                }
                changes
            }
            None => Changes::between(text, &planned.text),
        }
    }

    /// Another text for a file.
    pub fn set_text(&mut self, path: &Path, text: &str) -> Result<(), Blocked> {
        let planned = self
            .places
            .get_mut(path)
            .and_then(|place| place.planned.as_mut())
            .ok_or(Blocked)?;
        for edit in line_edits(&planned.text, text).iter().rev() {
            planned
                .steps
                .replace(edit.bytes.clone(), edit.new_text.len());
        }
        planned.text = Arc::from(text);
        Ok(())
    }

    /// A file where there is none.
    pub fn create(&mut self, path: &Path, text: &str, form: Form) -> Result<(), Blocked> {
        let place = self.places.get_mut(path).ok_or(Blocked)?;
        if place.planned.is_some() {
            return Err(Blocked);
        }
        // A file that was only to be deleted stays, with another text.
        let origin = (place.real.stamp != Stamp::Absent).then(|| path.to_owned());
        let mut steps = Changes::none();
        if origin.is_some() {
            steps.replace(0..place.real.text.len(), text.len());
        }
        place.planned = Some(Planned {
            text: Arc::from(text),
            form,
            origin,
            steps,
        });
        Ok(())
    }

    /// No file.
    pub fn delete(&mut self, path: &Path) -> Result<(), Blocked> {
        let place = self.places.get_mut(path).ok_or(Blocked)?;
        place.planned.take().map(|_| ()).ok_or(Blocked)
    }

    /// A file at another place, where there is none.
    pub fn rename(&mut self, from: &Path, to: &Path) -> Result<(), Blocked> {
        let is_free = self
            .places
            .get(to)
            .is_some_and(|place| place.planned.is_none());
        if !is_free {
            return Err(Blocked);
        }
        let place = self.places.get_mut(from).ok_or(Blocked)?;
        let planned = place.planned.take().ok_or(Blocked)?;
        if let Some(place) = self.places.get_mut(to) {
            place.planned = Some(planned);
        }
        Ok(())
    }

    /// What is to be done, in an order in which it can be: files go before others come to their
    /// places.
    pub fn plan(&self, label: &str) -> Vec<FileChange> {
        let mut gone = Vec::new();
        let mut moved = Vec::new();
        let mut texts = Vec::new();
        for (path, place) in &self.places {
            let is_there = place.real.stamp != Stamp::Absent;
            if is_there && !self.is_origin(path) {
                gone.push(change(place.real.clone(), Target::Deleted, label));
            }
            let Some(planned) = &place.planned else {
                continue;
            };
            let text = Arc::clone(&planned.text);
            match &planned.origin {
                None => {
                    let mut base = Document::absent(place.real.path.clone());
                    base.form = planned.form.clone();
                    texts.push(change(base, Target::Text(text), label));
                }
                Some(origin) if origin == path => {
                    if text != place.real.text {
                        texts.push(change(place.real.clone(), Target::Text(text), label));
                    }
                }
                Some(origin) => {
                    if let Some(from) = self.real(origin) {
                        let to = place.real.path.clone();
                        moved.push(change(from.clone(), Target::Moved { to, text }, label));
                    }
                }
            }
        }
        gone.extend(moved);
        gone.extend(texts);
        gone
    }

    fn is_origin(&self, path: &Path) -> bool {
        self.places
            .values()
            .filter_map(|place| place.planned.as_ref())
            .any(|planned| planned.origin.as_deref() == Some(path))
    }
}

/// The path of a stored edit, checked again by the host.
pub fn resolve(files: &dyn Files, path: &Path) -> Result<WorkspacePath, HostError> {
    let text = path
        .to_str()
        .ok_or_else(|| HostError::Denied(format!("{} is not UTF-8.", path.display())))?;
    files.resolve(text)
}

/// How an open document became what it is, exactly.
pub fn typed(files: &dyn Files, now: &Document, since: u64) -> Option<Changes> {
    let Stamp::Open { revision, .. } = now.stamp else {
        return None;
    };
    let replaced = files.changes_between(&now.path, since, revision)?;
    let mut changes = Changes::none();
    for one in replaced {
        changes.replace(one.bytes, one.len);
    }
    Some(changes)
}

fn change(base: Document, target: Target, label: &str) -> FileChange {
    let meant = match &target {
        Target::Text(text) | Target::Moved { text, .. } => Arc::clone(text),
        Target::Deleted => Arc::from(""),
    };
    FileChange {
        base,
        target,
        meant,
        label: label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use super::*;

    /// Files `a`, `b` and `c`; each holds its name where it is one of `there`.
    fn shelf(there: &str) -> Shelf {
        let mut shelf = Shelf::default();
        for name in ["a", "b", "c"] {
            let path = PathBuf::from("/project").join(name);
            let mut real = Document::absent(WorkspacePath::new_checked(path.clone(), name.into()));
            if there.contains(name) {
                real.text = Arc::from(format!("{name}\n"));
                real.stamp = Stamp::Disk;
            }
            shelf.put(&path, real);
        }
        shelf
    }

    fn at(name: &str) -> PathBuf {
        PathBuf::from("/project").join(name)
    }

    fn check(shelf: &Shelf, expect: Expect) {
        let mut out = String::new();
        for change in shelf.plan("undo") {
            let name = change.base.path.display();
            let _ = match &change.target {
                Target::Text(text) => writeln!(out, "{name} = {text:?}"),
                Target::Deleted => writeln!(out, "{name} goes"),
                Target::Moved { to, text } => {
                    writeln!(out, "{name} -> {} = {text:?}", to.display())
                }
            };
        }
        expect.assert_eq(&out);
    }

    #[test]
    fn what_is_as_it_was_is_left_alone() {
        let mut shelf = shelf("ab");
        check(&shelf, expect![""]);
        assert_eq!(shelf.set_text(&at("a"), "x\n"), Ok(()));
        check(
            &shelf,
            expect![[r#"
            a = "x\n"
        "#]],
        );
        assert_eq!(shelf.set_text(&at("a"), "a\n"), Ok(()));
        check(&shelf, expect![""]);
        assert_eq!(shelf.rename(&at("a"), &at("c")), Ok(()));
        assert_eq!(shelf.rename(&at("c"), &at("a")), Ok(()));
        check(&shelf, expect![""]);
    }

    #[test]
    fn files_come_go_and_move() {
        let mut shelf = shelf("ab");
        assert_eq!(shelf.delete(&at("b")), Ok(()));
        assert_eq!(shelf.rename(&at("a"), &at("b")), Ok(()));
        assert_eq!(shelf.set_text(&at("b"), "x\n"), Ok(()));
        assert_eq!(shelf.create(&at("c"), "c\n", Form::default()), Ok(()));
        check(
            &shelf,
            expect![[r#"
            b goes
            a -> b = "x\n"
            c = "c\n"
        "#]],
        );
    }

    #[test]
    fn what_is_in_the_way_stays() {
        let mut shelf = shelf("ab");
        assert_eq!(shelf.rename(&at("a"), &at("b")), Err(Blocked));
        assert_eq!(shelf.rename(&at("c"), &at("a")), Err(Blocked));
        assert_eq!(shelf.create(&at("a"), "", Form::default()), Err(Blocked));
        assert_eq!(shelf.delete(&at("c")), Err(Blocked));
        assert_eq!(shelf.set_text(&at("c"), ""), Err(Blocked));
        check(&shelf, expect![""]);
    }
}
