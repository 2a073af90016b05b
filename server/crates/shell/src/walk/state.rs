//! What a script has set so far: variables, functions, and the folder it is in.
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::bounds::MAX_FOLDERS;
use crate::place::Place;
use crate::programs::environment::changes_programs;

/// What is known of the shell at some point of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// Variables that the script or the place sets; `None` where the value is not known. All
    /// others are not known either.
    variables: BTreeMap<String, Option<String>>,
    /// Variables that hold the name of a file, of which only the pattern is known that it matches.
    names: BTreeMap<String, String>,
    /// Variables that may change at any time: loops and functions set them.
    unsteady: BTreeSet<String>,
    /// Nothing is known of any variable any more.
    is_lost: bool,
    /// The source of each function.
    pub(crate) functions: BTreeMap<String, String>,
    /// `$1` and on, where they are known.
    pub(crate) positional: Option<Vec<Option<String>>>,
    /// The folders that the shell may be in; `None` is any.
    pub(crate) folders: Vec<Option<PathBuf>>,
    /// The folders that it is in as well once it is not known that `cd` succeeded.
    pub(crate) failed: Vec<Option<PathBuf>>,
    /// Whether `IFS` is as it was.
    pub(crate) splits_at_blanks: bool,
    /// Programs get variables of the script's own.
    pub(crate) has_own_environment: bool,
    /// Some variable has a value that is not known, that names a subscript, or that as an
    /// expression sets what changes programs.
    has_command_values: bool,
}

impl State {
    pub(crate) fn new(place: &Place<'_>) -> Self {
        let mut variables = BTreeMap::new();
        if let Some(home) = place.home {
            let home = home.to_string_lossy().into_owned();
            variables.insert("HOME".to_owned(), Some(home));
        }
        Self {
            variables,
            names: BTreeMap::new(),
            unsteady: BTreeSet::new(),
            is_lost: false,
            functions: BTreeMap::new(),
            positional: None,
            folders: vec![Some(place.cwd.to_path_buf())],
            failed: Vec::new(),
            splits_at_blanks: true,
            has_own_environment: false,
            has_command_values: false,
        }
    }

    /// The value of a variable, where it is known.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        if self.is_lost || self.unsteady.contains(name) {
            return None;
        }
        match self.variables.get(name) {
            Some(value) => value.clone(),
            None if name == "PWD" => self.folder(),
            None => None,
        }
    }

    /// The folder that the shell is in, where that is one for sure.
    pub(crate) fn folder(&self) -> Option<String> {
        match self.folders.as_slice() {
            [Some(folder)] if self.failed.is_empty() => folder.to_str().map(str::to_owned),
            _ => None,
        }
    }

    /// The pattern that the value of a variable matches, where it is the name of a file.
    pub(crate) fn name_of_file(&self, name: &str) -> Option<&str> {
        if self.is_lost || self.unsteady.contains(name) {
            return None;
        }
        self.names.get(name).map(String::as_str)
    }

    /// A variable holds the name of a file that a pattern matches.
    pub(crate) fn set_name_of_file(&mut self, name: &str, pattern: String) {
        self.set(name, None);
        self.names.insert(name.to_owned(), pattern);
    }

    /// Whether the script itself sets the variable, to whatever.
    pub(crate) fn is_set_here(&self, name: &str) -> bool {
        self.is_lost || self.unsteady.contains(name) || self.variables.contains_key(name)
    }

    /// Notes a value that some variable or argument gets, where it is known.
    pub(crate) fn note_value(&mut self, value: Option<&str>) {
        self.has_command_values |= value.is_none_or(|value| {
            let names = value.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            value.contains('[') || value.contains('=') && names.into_iter().any(changes_programs)
        });
    }

    /// Whether a variable may have a value that runs something once arithmetic evaluates it.
    pub(crate) fn has_command_values(&self) -> bool {
        self.is_lost || self.has_command_values
    }

    pub(crate) fn set(&mut self, name: &str, value: Option<String>) {
        if name == "IFS" {
            self.splits_at_blanks = false;
        }
        self.names.remove(name);
        self.variables.insert(name.to_owned(), value);
    }

    /// A variable may have any value from now on, and at any time.
    pub(crate) fn unsettle(&mut self, name: &str) {
        if name == "IFS" {
            self.splits_at_blanks = false;
        }
        self.unsteady.insert(name.to_owned());
    }

    /// Something that is not known ran in this shell.
    pub(crate) fn lose(&mut self) {
        self.is_lost = true;
        self.splits_at_blanks = false;
        self.positional = None;
        self.lose_folder();
    }

    pub(crate) fn lose_folder(&mut self) {
        add(&mut self.folders, None);
    }

    /// `cd` to `folders`; it may fail.
    pub(crate) fn enter(&mut self, folders: Vec<Option<PathBuf>>) {
        let before = std::mem::take(&mut self.folders);
        for folder in before {
            add(&mut self.failed, folder);
        }
        for folder in folders {
            add(&mut self.folders, folder);
        }
    }

    /// What comes next also runs where `cd` has failed.
    pub(crate) fn settle(&mut self) {
        for folder in std::mem::take(&mut self.failed) {
            add(&mut self.folders, folder);
        }
    }

    /// What comes next runs after this or after `other`.
    pub(crate) fn merge(&mut self, other: State) {
        for folder in other.folders {
            add(&mut self.folders, folder);
        }
        for folder in other.failed {
            add(&mut self.failed, folder);
        }
        let names: BTreeSet<String> = self
            .variables
            .keys()
            .chain(other.variables.keys())
            .cloned()
            .collect();
        for name in names {
            if self.variables.get(&name) != other.variables.get(&name) {
                self.variables.insert(name, None);
            }
        }
        self.names
            .retain(|name, pattern| other.names.get(name) == Some(pattern));
        self.unsteady.extend(other.unsteady);
        self.is_lost |= other.is_lost;
        self.has_command_values |= other.has_command_values;
        self.has_own_environment |= other.has_own_environment;
        self.splits_at_blanks &= other.splits_at_blanks;
        if self.positional != other.positional {
            self.positional = None;
        }
        for (name, body) in other.functions {
            self.functions.entry(name).or_insert(body);
        }
    }
}

/// Adds a folder unless it is there. Too many are any.
fn add(folders: &mut Vec<Option<PathBuf>>, folder: Option<PathBuf>) {
    if folders.contains(&folder) {
        return;
    }
    if folders.len() >= MAX_FOLDERS {
        folders.truncate(MAX_FOLDERS - 1);
        add(folders, None);
        return;
    }
    folders.push(folder);
}
