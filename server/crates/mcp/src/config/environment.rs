//! References to the environment in the texts of a configuration: `${NAME}`,
//! `${NAME:-default}`, `${env:NAME}` and `${workspaceFolder}`.
use std::collections::BTreeMap;
use std::fmt;

/// Bytes of a text after its references are replaced.
pub(crate) const MAX_EXPANDED_BYTES: usize = 64 * 1024;

/// What references stand for. Its `Debug` output holds no values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    workspace: String,
}

impl Environment {
    /// These variables, and the path of the workspace's folder, empty if there is none.
    #[must_use]
    pub fn new(variables: BTreeMap<String, String>, workspace: impl Into<String>) -> Self {
        Self {
            variables,
            workspace: workspace.into(),
        }
    }

    /// The path of the workspace's folder, empty if there is none.
    #[must_use]
    pub fn workspace(&self) -> &str {
        &self.workspace
    }

    /// The text with its references replaced. What is replaced is not looked at again. A `${`
    /// that begins no reference stays as it is.
    pub(crate) fn expand(&self, text: &str) -> Result<String, Missing> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            expanded.push_str(before);
            let Some((reference, after)) = after.split_once('}') else {
                rest = &rest[before.len()..];
                break;
            };
            match self.value(reference)? {
                Some(value) => expanded.push_str(value),
                None => {
                    expanded.push_str("${");
                    expanded.push_str(reference);
                    expanded.push('}');
                }
            }
            rest = after;
            if expanded.len() > MAX_EXPANDED_BYTES {
                return Err(Missing::TooLong);
            }
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    /// What a reference stands for; none if it is not one.
    fn value<'a>(&'a self, reference: &'a str) -> Result<Option<&'a str>, Missing> {
        if matches!(reference, "workspaceFolder" | "workspaceRoot") {
            return Ok(Some(&self.workspace));
        }
        if reference.starts_with("input:") {
            return Err(Missing::Input);
        }
        let (name, default) = match reference.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (reference, None),
        };
        let name = name.strip_prefix("env:").unwrap_or(name);
        let is_name = name
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || char == '_')
            && !name.is_empty();
        if !is_name {
            return Ok(None);
        }
        match (self.variables.get(name), default) {
            // As in shells, `:-` also stands in for a variable that is empty.
            (Some(value), Some(default)) if value.is_empty() => Ok(Some(default)),
            (Some(value), _) => Ok(Some(value)),
            (None, Some(default)) => Ok(Some(default)),
            (None, None) => Err(Missing::Variable(name.to_owned())),
        }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Environment")
            .field("variables", &self.variables.len())
            .field("workspace", &self.workspace)
            .finish()
    }
}

/// Why a text cannot be expanded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// This variable is not set.
    Variable(String),
    /// It asks for something that only one editor can ask.
    Input,
    /// It would be too long.
    TooLong,
}
