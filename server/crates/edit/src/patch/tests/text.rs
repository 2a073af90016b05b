//! What a patch leaves of a file: endings, marks, indentation.
use super::super::apply;
use super::{applied, check, hunks, refused};
use crate::Stage;
use expect_test::{Expect, expect};

#[test]
fn line_endings_are_the_files() {
    check(
        "@@\n-one\n+ONE\n two\n+more\n",
        "one\r\ntwo\r\n",
        "ONE\r\ntwo\r\nmore\r\n",
    );
    check("@@\r\n-one\r\n+ONE\r\n two\r\n", "one\ntwo\n", "ONE\ntwo\n");
    check(
        "@@\n a\n-b\n+B\n+C\n c\n",
        "a\r\nb\nc\r\n",
        "a\r\nB\nC\nc\r\n",
    );
    check("@@\n-a\n-b\n+A\n+B\n+C\n", "a\r\nb\rc\n", "A\r\nB\rC\rc\n");
    check("@@\n a\n+n\n b\n", "a\rb\r", "a\rn\rb\r");
    check("@@\n+n\n a\n", "a\r\n", "n\r\na\r\n");
}

#[test]
fn a_last_line_gets_an_ending_only_where_it_changes() {
    check("@@\n a\n-b\n+c\n", "a\nb", "a\nc\n");
    check("@@\n a\n-b\n+c\n", "a\r\nb", "a\r\nc\r\n");
    check("@@\n-a\n+c\n b\n", "a\nb", "c\nb");
    check("@@\n a\n-b\n", "a\nb", "a\n");
    check("@@\n a\n b\n+c\n", "a\r\nb", "a\r\nb\r\nc\r\n");
    check("@@\n+c\n", "a\nb", "a\nb\nc\n");
    check(
        "@@\n a\n-b\n+c\n\\ No newline at end of file\n",
        "a\nb\n",
        "a\nc",
    );
    check(
        "@@\n-a\n+c\n\\ No newline at end of file\n b\n",
        "a\nb\n",
        "c\nb\n",
    );
    check("@@\n+c\n", "", "c\n");
    check("@@\n-a\n", "a", "");
}

#[test]
fn a_byte_order_mark_stays() {
    check("@@\n-a\n+b\n", "\u{feff}a\nc\n", "\u{feff}b\nc\n");
    check("@@\n+b\n", "\u{feff}", "\u{feff}b\n");
}

#[test]
fn stages_are_tried_in_order() {
    fn check(body: &str, before: &str, after: &str, stage: Stage, is_lenient: bool) {
        let got = applied(body, before).unwrap_or_else(|refusal| panic!("{refusal}\n{body}"));
        assert_eq!(got.text, after);
        assert_eq!(
            (got.hunks[0].stage, got.hunks[0].is_lenient),
            (stage, is_lenient),
            "{body}"
        );
    }
    check("@@\n a\n-b\n+c\n", "a\nb\n", "a\nc\n", Stage::Exact, false);
    check(
        "@@\n a  \n-b\n+c\n",
        "a\t\nb \n",
        "a\t\nc\n",
        Stage::TrailingSpace,
        false,
    );
    check(
        "@@\n if x {\n-  y\n+  z\n+\n+  w\n",
        "\tif x {\n\t  y\n",
        "\tif x {\n\t  z\n\n\t  w\n",
        Stage::Indent,
        false,
    );
    check(
        "@@\n     if x {\n-        y\n+        z\n+q\n",
        "  if x {\n      y\n",
        "  if x {\n      z\nq\n",
        Stage::Indent,
        false,
    );
    check(
        "@@\n if x {\n-    y\n+    z\n+      w\n }\n",
        "if x {\n\ty\n}\n",
        "if x {\n\tz\n\t  w\n}\n",
        Stage::Indent,
        false,
    );
    check(
        "@@\n if x {\n-\ty\n+\tz\n }\n",
        "if x {\n  y\n}\n",
        "if x {\n  z\n}\n",
        Stage::Indent,
        false,
    );
    check(
        "@@\n a - b\n-\"c\"\n+d\n",
        "a \u{2013} b\n\u{201c}c\u{201d}\n",
        "a \u{2013} b\nd\n",
        Stage::Unicode,
        false,
    );
    check("@@\na\n-b\n+c\n", "a\nb\n", "a\nc\n", Stage::Exact, false);
    check(
        "@@\n  a\n-  b\n+  c\n",
        "  a\n  b\n",
        "  a\n  c\n",
        Stage::Exact,
        true,
    );
    check(
        "@@\n  a\n-  b\n+  c\n",
        "  a \n  b\n",
        "  a \n  c\n",
        Stage::TrailingSpace,
        true,
    );
    check(
        "@@\nx {\n  a\n-  b\n+  c\n",
        "  x {\n    a\n    b\n",
        "  x {\n    a\n    c\n",
        Stage::Indent,
        true,
    );
}

#[test]
fn indentation_that_is_off_in_part_is_refused() {
    refused("@@\n a\n-b\n+c\n", "  a\n    b\n", "notFound");
    refused("@@\n-    a\n-b\n+c\n", "\ta\n  b\n", "notFound");
}

#[test]
fn context_keeps_the_bytes_of_the_file() {
    check(
        "@@\n \"a\"\n-b\n+c\n \n",
        "\u{201c}a\u{201d} \r\nb\r\n\t\r\n",
        "\u{201c}a\u{201d} \r\nc\r\n\t\r\n",
    );
}

#[test]
fn hunks_may_share_lines_that_stay_and_come_in_any_order() {
    check(
        "@@\n a\n-b\n+B\n c\n@@\n c\n-d\n+D\n",
        "a\nb\nc\nd\n",
        "a\nB\nc\nD\n",
    );
    check("@@\n-d\n+D\n@@\n-a\n+A\n", "a\nb\nc\nd\n", "A\nb\nc\nD\n");
    check("@@\n a\n+1\n@@\n a\n+2\n", "a\nb\n", "a\n1\n2\nb\n");
    refused("@@\n-a\n-b\n+A\n@@\n-b\n+B\n", "a\nb\n", "overlap");
    refused("@@\n-a\n-b\n-c\n@@\n b\n+B\n c\n", "a\nb\nc\n", "overlap");
}

#[test]
fn a_hunk_may_build_on_one_before_it() {
    check(
        "@@\n a\n-b\n+c\n@@\n c\n+d\n e\n",
        "a\nb\ne\n",
        "a\nc\nd\ne\n",
    );
    refused("@@\n-b\n+c\n@@\n c\n+d\n f\n", "a\nb\ne\n", "notFound");
    refused(
        "@@\n-b\n+c\n@@\n c\n c\n-d\n+e\n@@\n c\n+x\n",
        "b\nc\nd\n",
        "notFound",
    );
}

#[test]
fn nothing_to_do_is_refused() {
    refused("@@\n-a\n+a\n", "a\nb\n", "noChange");
    refused("@@\n-a\n+a\n b\n@@\n-b\n+b\n", "a\nb\n", "noChange");
}

#[test]
fn many_hunks_on_a_large_file_are_made() {
    let line = |n: usize, name: &str| format!("{name} {n}\n");
    let before = (0..100_000).map(|n| line(n, "line")).collect::<String>();
    let mut patch = "*** Update File: x\n".to_owned();
    for n in (0..100_000).step_by(97) {
        patch.push_str(&format!("@@\nline {n}\n-line {}\n+new {}\n", n + 1, n + 1));
    }
    let is_new = |n: usize| n % 97 == 1;
    let after = (0..100_000).map(|n| line(n, if is_new(n) { "new" } else { "line" }));
    let applied = apply(&hunks(&patch), &before).expect("all are there");
    assert!(applied.text == after.collect::<String>());
    assert_eq!(applied.hunks.len(), 100_000_usize.div_ceil(97));
}

#[test]
fn lines_that_are_all_alike_are_refused_soon() {
    let before = "    item(),\n".repeat(200_000);
    refused(
        "@@\n     item(),\n     item(),\n+    new(),\n",
        &before,
        "tooManyPlaces",
    );
    let hunk = "     item(),\n".repeat(5_000);
    refused(
        &format!("@@\n{hunk}+    new(),\n"),
        &before,
        "tooManyPlaces",
    );
    let hunk = "+    item(),\n".repeat(2_000);
    refused(
        &format!("@@\n     item(),\n{hunk}     item(),\n"),
        &before,
        "tooManyPlaces",
    );
}

fn message(body: &str, before: &str, expect: Expect) {
    match applied(body, before) {
        Ok(applied) => panic!("made {:?}", applied.text),
        Err(refusal) => expect.assert_eq(&refusal.to_string()),
    }
}

#[test]
fn refusals_say_what_is_there() {
    message(
        "@@\n fn a() {\n-    old();\n+    new();\n }\n",
        "fn b() {}\nfn a() {\n    new();\n}\n",
        expect![[r#"
            Its lines are not in the file. What it makes is already there at line 2, so the patch may have been made before. The closest place is lines 2-4; the first difference is in line 3:
            file:      new();
            patch:     old();
            Read the file with read_file and copy the lines from there."#]],
    );
    message(
        "@@\n-a\n+b\n@@\n-x\n+y\n",
        "a\nx\n1\nx\n",
        expect![
            "Hunk 2 of 2 (line 6 of the patch): Its lines are in the file 2 times, at lines 2, 4. Give more lines around the change, or a line above it behind @@, so that there is only one place."
        ],
    );
    message(
        "@@ fn gone()\n-x\n+y\n",
        "x\n",
        expect![
            "The line `fn gone()` behind @@ is not in the file. Read the file with read_file and name a line that is there."
        ],
    );
    message(
        "@@\n-long enough\n-line\n+y\n",
        "nothing\nlike\nit\n",
        expect![
            "Its lines are not in the file. Read the file with read_file and copy the lines from there."
        ],
    );
}
