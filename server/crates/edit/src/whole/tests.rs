//! Answers, and the files in them.
use super::{Elision, MAX_FILES, WholeError, cut, elision, in_place_of, parse};
use crate::blocks::MAX_ANSWER_BYTES;

fn check(answer: &str, expect: &[(&str, &str, usize)]) {
    let parsed = parse(answer).unwrap_or_else(|error| panic!("{error}\n{answer}"));
    let files = parsed.files.iter();
    let files = files.map(|file| (file.path.as_str(), file.text.as_str(), file.line));
    assert_eq!(files.collect::<Vec<_>>(), expect, "{answer}");
}

fn refused(answer: &str, expect: &WholeError) {
    assert_eq!(parse(answer).as_ref(), Err(expect), "{answer}");
}

#[test]
fn a_path_stands_right_above() {
    fn check_path(above: &str, expect: &str) {
        let answer = format!("I mend it.\n\n{above}\nx = 1\n```\nDone.");
        let parsed = parse(&answer).unwrap();
        let paths = parsed.files.iter().map(|file| file.path.as_str());
        assert_eq!(paths.collect::<Vec<_>>(), [expect], "{above}");
        assert_eq!(parsed.files[0].text, "x = 1\n", "{above}");
    }
    check_path("a.py\n```", "a.py");
    check_path("a.py:\n```python", "a.py");
    check_path("a.py\n\n```python", "a.py");
    check_path("`a.py`\n```", "a.py");
    check_path("`a.py`:\n```", "a.py");
    check_path("**a.py**\n```", "a.py");
    check_path("**`src/a.py`:**\n\n```py", "src/a.py");
    check_path("### a.py\n```", "a.py");
    check_path("## `lib/a.py`\n```", "lib/a.py");
    check_path("File: a.py\n```", "a.py");
    check_path("- a.py\n```", "a.py");
    check_path("/project/a.py:\n```", "/project/a.py");
    check_path("C:\\project\\a.py\n```", "C:\\project\\a.py");
    check_path("Makefile\n```", "Makefile");
    check_path("### sub/Makefile\n```", "sub/Makefile");
    check_path("bin/run\n```", "bin/run");
    check_path("`docs/my file.txt`\n```", "docs/my file.txt");
    check_path(".gitignore\n```", ".gitignore");
    check_path("```python a.py", "a.py");
    check_path("```a.py", "a.py");
    check_path("```python:src/a.py", "src/a.py");
    check_path("```py title=\"a.py\"", "a.py");
    check_path("other.py\n```python a.py", "a.py");
}

#[test]
fn what_has_no_path_is_no_file() {
    for above in [
        "",
        "Run it:",
        "Here is the corrected `a.py`:",
        "Now a.py reads:",
        "a.py is as follows:",
        "a.py\n\n\n",
        "a.py\nNow:",
        "**Example**",
        "`example`",
        "### Usage",
        "### TCP/IP",
        "### Changes in main.py",
        "# Step 1.5",
        "https://example.com/a.py",
        "foo.bar()",
        "Done.",
    ] {
        for info in ["", "sh", "node.js", "{.python}", "python version=3.11"] {
            let answer = format!("Words.\n\n{above}\n```{info}\nx = 1\n```\n");
            let parsed = parse(&answer).unwrap();
            assert_eq!(parsed.files, [], "{above} {info}");
            assert_eq!(parsed.others, ["x = 1\n"], "{above} {info}");
        }
    }
    check("", &[]);
    check("No code at all.", &[]);
    check("a.py\nx = 1\n", &[]);
    check("a.py\n`x = 1`\n", &[]);
    // Nothing is changed by an example that does not end.
    check("For example:\n```\nx = 1\n", &[]);
}

#[test]
fn files_follow_each_other_and_the_last_of_a_path_counts() {
    check(
        "a.py\n```\n1\n```\n\nb.py\n~~~py\n2\n\n~~~\nRun it:\n```sh\npython a.py\n```\n",
        &[("a.py", "1\n", 2), ("b.py", "2\n\n", 7)],
    );
    check(
        "a.py\n```\n1\n```\nb.py\n```\n2\n```\na.py\n```\n3\n```\n",
        &[("b.py", "2\n", 6), ("a.py", "3\n", 10)],
    );
    check("a.py\n```\n```\n", &[("a.py", "", 2)]);
    check("a.py\r\n```\r\n1\r\n\r\n```\r\n", &[("a.py", "1\n\n", 2)]);
    check("\u{feff}a.py\n```\n1\n```", &[("a.py", "1\n", 2)]);
}

#[test]
fn fences_are_those_of_markdown() {
    // A longer one holds shorter ones, and each mark only its own.
    check(
        "a.md\n````md\n```\n1\n```\n````\n```\nx\n```\n",
        &[("a.md", "```\n1\n```\n", 2)],
    );
    check("a.rs\n~~~\n```\n~~~\n", &[("a.rs", "```\n", 2)]);
    check("a.rs\n```\n1\n`````\n", &[("a.rs", "1\n", 2)]);
    check(
        "a.py\n```\n    ```\n    1\n    ```\n```\n",
        &[("a.py", "    ```\n    1\n    ```\n", 2)],
    );
    // What has an info string opens one inside.
    check(
        "a.md\n```\n# A\n```sh\nls\n```\nend\n```\n",
        &[("a.md", "# A\n```sh\nls\n```\nend\n", 2)],
    );
    // In a list the whole is indented; or only the fence is.
    check(
        "1. First:\n\n   a.py\n   ```\n   if x:\n\n       1\n   ```\n",
        &[("a.py", "if x:\n\n    1\n", 4)],
    );
    check(
        "a.py\n  ```\nif x:\n  1\n  ```\n",
        &[("a.py", "if x:\n  1\n", 2)],
    );
}

#[test]
fn what_is_cut_or_unclear_is_no_file() {
    let unterminated = |line| WholeError::Unterminated { line };
    refused("a.py\n```\n1\n", &unterminated(2));
    refused("a.py\n```", &unterminated(2));
    refused("a.py\n```\n1\n``", &unterminated(2));
    refused("a.py\n````\n1\n```\n", &unterminated(2));
    refused("a.py\n```\n1\n~~~\n", &unterminated(2));
    refused("a.py\n```\n1\n```\nThen:\n```\n2", &unterminated(6));
    refused("a.py\n```\n1\n\nb.py\n```py\n2\n```\n", &unterminated(2));
    // Its own fences may have closed it.
    let unclear = |path: &str| WholeError::Unclear {
        path: path.to_owned(),
    };
    refused(
        "README.md\n```\n# A\n```\nsrc/a.py\n```\nend\n```\n",
        &unclear("README.md"),
    );
    refused(
        "README\n```\n# A\n```\nls\n```\nend\n```\n",
        &unclear("README"),
    );
    check(
        "README.md\n```\n# A\n```\n\nsrc/a.py\n```py\n1\n```\n",
        &[("README.md", "# A\n", 2), ("src/a.py", "1\n", 7)],
    );
    let many = (0..=MAX_FILES).map(|n| format!("{n}.py\n```\n1\n```\n"));
    refused(&many.collect::<String>(), &WholeError::TooMany);
    refused(&"x".repeat(MAX_ANSWER_BYTES + 1), &WholeError::TooLarge);
}

#[test]
fn elisions_are_seen() {
    for line in [
        "// ...",
        "# ...",
        "# …",
        "...",
        "    ...",
        "…",
        "... rest of the code ...",
        "// ... existing code ...",
        "// ...existing code...",
        "# rest of the file",
        "# Rest of your code here",
        "// The rest of the file remains unchanged",
        "/* remaining methods */",
        "/* ... */",
        "{/* ... other components ... */}",
        "<!-- rest of the content stays the same -->",
        "<!-- ... -->",
        "-- existing code here",
        "; remaining lines unchanged",
        "% ... unchanged ...",
        "(* ... *)",
        "{- ... -}",
        "# (unchanged)",
        "# [unchanged]",
        "// code omitted for brevity",
        "# other functions",
        "# Keep the existing code",
        "// unchanged",
        "// no changes",
        "[rest of the file unchanged]",
        "(rest of the code)",
        "# --- rest of the code ---",
        "\"\"\"... rest of the class ...\"\"\"",
    ] {
        let new = format!("a\n  {line}\r\nb\n");
        let text = line.trim();
        let expect = Some(Elision { line: 2, text });
        assert_eq!(elision("a\nold\nb\n", &new), expect, "{line}");
        // What the file has already may stay, but not twice.
        assert_eq!(elision(&new, &new), None, "{line}");
        let twice = format!("{line}\n{new}");
        assert!(elision(&new, &twice).is_some(), "{line}");
    }
}

#[test]
fn other_lines_are_none() {
    for line in [
        "",
        "x = 1",
        "x = [...a, ...b]",
        "...props,",
        "...args);",
        "f(...)",
        "# Loading the rest...",
        "# The items that are left go to the next page.",
        "# Other errors are told to the user",
        "// Returns the remaining items",
        "# Remaining items of the last page",
        "/* Keep going until nothing is left */",
        "# same size",
        "#",
        "//",
        "---",
        "# -----------------",
        "// ----",
        "* a",
        "[section]",
        "<div>",
        "(a, b)",
        "\"\"\"Return the rest of the division.\"\"\"",
        "# Existing sessions may still hold a lease on this file",
        "// See https://example.com/...",
        "#[derive(Debug)]",
        "#!/bin/sh",
        "#include <stdio.h>",
        "..",
        ".",
    ] {
        let new = format!("a\n{line}\nb\n");
        assert_eq!(elision("a\nb\n", &new), None, "{line}");
    }
    // Python's own: a body that is new, but not in the place of one.
    let stub = "class A(Protocol):\n    def b(self):\n        ...\n";
    assert_eq!(elision("x = 1\n", stub), None);
    assert!(
        elision(
            "class A(Protocol):\n    def b(self):\n        return 1\n",
            stub
        )
        .is_some()
    );
    // Of a file that is not there nothing is left out, unless its text says so.
    assert_eq!(elision("", "a\n# ...\n...\n"), None);
    assert!(elision("", "a\n# rest of the code\n").is_some());
}

#[test]
fn a_part_that_is_not_written_is_seen() {
    let old = "import x\n\ndef a():\n    return 1\n\ndef b():\n    return 2\n";
    fn check(old: &str, new: &str, expect: Option<(usize, usize)>) {
        let found = cut(old, new).map(|lines| (*lines.start(), *lines.end()));
        assert_eq!(found, expect, "{new}");
        let (old, new) = (old.replace('\n', "\r\n"), format!("{new}\n\n"));
        let found = cut(&old, &new).map(|lines| (*lines.start(), *lines.end()));
        assert_eq!(found, expect, "{new}");
    }
    check(old, "import x\n\ndef a():\n    return 3\n", Some((4, 7)));
    check(old, "def b():\n    return 3\n", Some((1, 5)));
    check(old, "def a():\n    return 3\n", Some((4, 7)));
    // What is only taken out is meant.
    check(old, "import x\n\ndef a():\n    return 1\n", None);
    check(old, "", None);
    // What is written shorter, or replaced, is there.
    check(old, &old.replace("return 2", "return 3"), None);
    check(old, "import x\n\ndef a():\n    return 1\n\nb = a\n", None);
    check(old, &old.replace("import x\n", "").replace("1", "3"), None);
    check(old, &format!("{old}\ndef c():\n    return 3\n"), None);
    check("", "x = 1\n", None);
    let long = "def a():\n    x = 1\n    y = 2\n    return x + y\n";
    check(long, "def a():\n    return 3\n", None);
}

#[test]
fn the_file_keeps_its_manner() {
    fn check(old: &str, new: &str, expect: &str) {
        assert_eq!(in_place_of(old, new), expect, "{old:?} {new:?}");
    }
    check("a\n", "b\n", "b\n");
    check("a\nb", "a\nc\n", "a\nc");
    check("a", "b\n", "b");
    check("a\n\n\n", "b\n", "b\n\n\n");
    check("a\n", "b\n\n\n", "b\n");
    check("a\r\nb\r\n", "a\nc\n", "a\r\nc\r\n");
    check("\u{feff}a\r\nb", "a\nc\nd\n", "\u{feff}a\r\nc\r\nd");
    check("\u{feff}a\n", "\u{feff}a\n", "\u{feff}a\n");
    check("a\r\nb\nc\r\n", "a\nx\nb\nc\n", "a\r\nx\r\nb\nc\r\n");
    check("a\r\nb\nc\r\n", "a\nb\nc\n", "a\r\nb\nc\r\n");
    check("a\nb\r\nc", "a\nB\nc\nd\n", "a\nB\nc\nd");
    check("a\r\r\nb\n", "a\nb\n", "a\nb\n");
    // What small models copy badly.
    check("a\n\n\nb\nc  \nd\n", "a\n\nb\nc\nD\n", "a\n\n\nb\nc  \nD\n");
    check("a\nb\n", "a\n\nB\n", "a\n\nB\n");
    check("a\r\n\r\nb\r\nc\r\n", "a\nb\nC\n", "a\r\n\r\nb\r\nC\r\n");
    check("a\n\n\nb\n", "a\n\nb\n", "a\n\nb\n");
    check("a  \n", "a\n", "a\n");
    check("", "b\n", "b\n");
    check("\n", "b\n", "b\n");
    check("a\n", "", "\n");
}
