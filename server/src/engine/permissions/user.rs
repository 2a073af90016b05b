//! The user's own rules: `permissions.json` in Aside's data directory, shared by all workspaces.
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aside_agent::permission::{Rule, RuleDecision, RuleScope};
use serde::{Deserialize, Serialize};

use crate::own_file;

/// How many rules of the user's are kept.
pub const MAX_USER_RULES: usize = 1000;
/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;
/// How long to wait for another process that changes the file.
const LOCK_WAIT: Duration = Duration::from_secs(5);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    rules: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    effect: String,
    pattern: String,
    decision: String,
}

/// Why the file could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum UserRulesError {
    /// Another process held it all the time.
    #[error("another program of Aside's is changing {0}; try again")]
    Busy(PathBuf),
    /// The rule to remove is not there.
    #[error("there is no rule `{0}` of the user's; `permission/list` lists those there are")]
    Missing(String),
    /// There would be too many.
    #[error("there may be {MAX_USER_RULES} rules of the user's; remove some first")]
    TooMany,
    /// It is not what Aside writes.
    #[error("{path} is damaged ({reason}); correct it, or remove it to begin anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The system did not let it be read or written.
    #[error("{path} cannot be read or written ({error})")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// The file in Aside's data directory.
pub fn file(data: &Path) -> PathBuf {
    data.join("permissions.json")
}

/// Which state of the file was read: a new one is a new file, so its time or its size differs.
pub type Stamp = (SystemTime, u64);

/// The state of the file now; none where there is no file.
pub fn stamp(data: &Path) -> Option<Stamp> {
    let known = fs::metadata(file(data)).ok()?;
    Some((known.modified().ok()?, known.len()))
}

/// The rules of the user; none where there is no file.
pub fn read(data: &Path) -> Result<Vec<Rule>, UserRulesError> {
    let path = file(data);
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| {
        file.take(MAX_FILE_BYTES.saturating_add(1))
            .read_to_end(&mut bytes)
    });
    match read {
        Ok(_) => parse(&bytes).map_err(|reason| UserRulesError::Damaged { path, reason }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(UserRulesError::Io { path, error }),
    }
}

fn parse(bytes: &[u8]) -> Result<Vec<Rule>, String> {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("it has more than {MAX_FILE_BYTES} bytes"));
    }
    let content: Content = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if content.rules.len() > MAX_USER_RULES {
        return Err(format!("it has more than {MAX_USER_RULES} rules"));
    }
    let rules = content.rules.iter().enumerate().map(|(at, entry)| {
        let decision = decision(&entry.decision)
            .ok_or_else(|| format!("`rules[{at}].decision` is not allow, ask or deny"))?;
        Rule::read(&entry.effect, &entry.pattern, decision, RuleScope::User)
            .map_err(|error| format!("`rules[{at}].{}` {}", error.field, error.message))
    });
    rules.collect()
}

/// The decision of a word.
pub fn decision(word: &str) -> Option<RuleDecision> {
    let mut words = RuleDecision::WORDS.iter();
    words
        .find(|(name, _)| *name == word)
        .map(|(_, decision)| *decision)
}

/// Removes rules and adds others, all or nothing; returns those that there are then.
pub fn change(data: &Path, remove: &[Rule], add: &[Rule]) -> Result<Vec<Rule>, UserRulesError> {
    let path = file(data);
    let failed = |error: io::Error| UserRulesError::Io {
        path: path.clone(),
        error,
    };
    own_file::make_private_folder(data).map_err(failed)?;
    let _lock = lock(data)?;
    let mut rules = read(data)?;
    for rule in remove {
        let at = rules.iter().position(|known| known == rule);
        rules.remove(at.ok_or_else(|| UserRulesError::Missing(rule.to_string()))?);
    }
    for rule in add {
        if !rules.contains(rule) {
            rules.push(rule.clone());
        }
    }
    if rules.len() > MAX_USER_RULES {
        return Err(UserRulesError::TooMany);
    }
    write(data, &path, &rules).map_err(failed)?;
    Ok(rules)
}

fn write(data: &Path, path: &Path, rules: &[Rule]) -> io::Result<()> {
    let entry = |rule: &Rule| Entry {
        effect: rule.effect.word().to_owned(),
        pattern: rule.pattern.clone(),
        decision: rule.decision.word().to_owned(),
    };
    let content = Content {
        rules: rules.iter().map(entry).collect(),
    };
    own_file::write(data, path, &serde_json::to_vec_pretty(&content)?)
}

/// The right to change the file, until it is dropped or the process ends.
fn lock(data: &Path) -> Result<File, UserRulesError> {
    let path = data.join("permissions.lock");
    match own_file::lock(&path, LOCK_WAIT) {
        Ok(Some(file)) => Ok(file),
        Ok(None) => Err(UserRulesError::Busy(self::file(data))),
        Err(error) => Err(UserRulesError::Io { path, error }),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn rule(pattern: &str) -> Rule {
        Rule::read("runProgram", pattern, RuleDecision::Ask, RuleScope::User).unwrap()
    }

    #[test]
    fn rules_are_kept_in_order_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert_eq!(read(&data).unwrap(), []);
        change(&data, &[], &[rule("b"), rule("a"), rule("b")]).unwrap();
        assert_eq!(read(&data).unwrap(), [rule("b"), rule("a")]);
        let left = change(&data, &[rule("b")], &[rule("c")]).unwrap();
        assert_eq!(left, [rule("a"), rule("c")]);
        let error = change(&data, &[rule("a"), rule("x")], &[]).unwrap_err();
        assert!(matches!(error, UserRulesError::Missing(_)), "{error}");
        assert_eq!(read(&data).unwrap(), left);
        let many: Vec<Rule> = (0..=MAX_USER_RULES).map(|n| rule(&n.to_string())).collect();
        let error = change(&data, &[], &many).unwrap_err();
        assert!(matches!(error, UserRulesError::TooMany), "{error}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(file(&data)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0);
        }
    }

    #[test]
    fn a_damaged_file_is_an_error_and_stays_as_it_is() {
        for content in [
            "",
            "{",
            "[]",
            r#"{"rules": [1]}"#,
            r#"{"rules": [{"effect": "x", "pattern": "y", "decision": "ask"}]}"#,
            r#"{"rules": [{"effect": "network", "pattern": "y", "decision": "maybe"}]}"#,
        ] {
            let folder = tempfile::tempdir().unwrap();
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .open(super::file(folder.path()))
                .unwrap();
            file.write_all(content.as_bytes()).unwrap();
            let error = change(folder.path(), &[], &[rule("a")]).unwrap_err();
            assert!(matches!(error, UserRulesError::Damaged { .. }), "{content}");
            let kept = fs::read_to_string(super::file(folder.path())).unwrap();
            assert_eq!(kept, content);
        }
    }
}
