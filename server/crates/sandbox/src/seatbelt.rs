//! The profile for `sandbox-exec` of macOS, in its Scheme. Of rules that match, the last decides.
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::places::Places;
use crate::profile::Network;

/// The program that confines.
pub(crate) const PROGRAM: &str = "/usr/bin/sandbox-exec";

/// What holds for every command: it writes no file but devices that hold nothing, signals only
/// its own, and asks no service of the system to do things for it.
const ALWAYS: &str = include_str!("seatbelt.sb");

/// What is added when the network is off.
const NO_NETWORK: &str = "(deny network*)\n";

/// The profile's text.
pub(crate) fn profile(places: &Places, network: Network) -> String {
    let mut text = ALWAYS.to_owned();
    for path in places.all_writable() {
        rule(&mut text, "allow file-write*", "subpath", &path);
    }
    for path in &places.protected {
        // Also where nothing is yet. What is above it cannot be moved away with it.
        rule(&mut text, "deny file-write*", "subpath", path);
        for above in above(path, &places.writable) {
            rule(&mut text, "deny file-write-unlink", "literal", &above);
        }
    }
    for path in &places.hidden {
        rule(&mut text, "deny file-read* file-write*", "subpath", path);
    }
    // The scratch folder may be inside of what is hidden or protected.
    rule(
        &mut text,
        "allow file-read* file-write*",
        "subpath",
        &places.scratch,
    );
    match network {
        Network::Off => text.push_str(NO_NETWORK),
        Network::On => {}
    }
    text
}

fn rule(text: &mut String, action: &str, filter: &str, path: &Path) {
    let path = path.to_string_lossy();
    // Writing to a string does not fail.
    if writeln!(text, "({action} ({filter} {}))", quoted(&path)).is_err() {
        text.clear();
    }
}

/// A string of Scheme.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// The folders between a path and the writable folder around it, which itself is left out.
fn above(path: &Path, roots: &[PathBuf]) -> Vec<PathBuf> {
    path.ancestors()
        .skip(1)
        .take_while(|above| {
            let is_root = roots.iter().any(|root| root == above);
            !is_root && roots.iter().any(|root| above.starts_with(root))
        })
        .map(Path::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::{ALWAYS, profile};
    use crate::places::Places;
    use crate::profile::Network;

    fn check(root: &str, network: Network, expect: Expect) {
        let places = Places {
            writable: vec![root.into()],
            hidden: vec!["/Users/me/.ssh".into()],
            absent: Vec::new(),
            protected: vec![
                format!("{root}/.git/hooks").into(),
                format!("{root}/.aside").into(),
            ],
            scratch: "/private/tmp/scratch".into(),
            cwd: root.into(),
        };
        let text = profile(&places, network);
        expect.assert_eq(text.strip_prefix(ALWAYS).unwrap());
    }

    #[test]
    fn the_profile_of_a_workspace() {
        check(
            "/project",
            Network::Off,
            expect![[r#"
            (allow file-write* (subpath "/project"))
            (allow file-write* (subpath "/private/tmp/scratch"))
            (deny file-write* (subpath "/project/.git/hooks"))
            (deny file-write-unlink (literal "/project/.git"))
            (deny file-write* (subpath "/project/.aside"))
            (deny file-read* file-write* (subpath "/Users/me/.ssh"))
            (allow file-read* file-write* (subpath "/private/tmp/scratch"))
            (deny network*)
        "#]],
        );
    }

    #[test]
    fn paths_stay_strings() {
        check(
            "/a\"b\\c) (allow default",
            Network::On,
            expect![[r#"
            (allow file-write* (subpath "/a\"b\\c) (allow default"))
            (allow file-write* (subpath "/private/tmp/scratch"))
            (deny file-write* (subpath "/a\"b\\c) (allow default/.git/hooks"))
            (deny file-write-unlink (literal "/a\"b\\c) (allow default/.git"))
            (deny file-write* (subpath "/a\"b\\c) (allow default/.aside"))
            (deny file-read* file-write* (subpath "/Users/me/.ssh"))
            (allow file-read* file-write* (subpath "/private/tmp/scratch"))
        "#]],
        );
    }
}
