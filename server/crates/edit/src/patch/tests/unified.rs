//! Unified diffs: reading and applying them.
use super::super::{HunkRefusal, apply};
use super::{hunks, shown};
use crate::hunk::unified;
use expect_test::{Expect, expect};

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&shown(text));
}

#[test]
fn git_diffs_are_read() {
    check(
        "diff --git a/x.rs b/x.rs\nindex 1..2 100644\n--- a/x.rs\n+++ b/x.rs\n@@ -3,2 +3,2 @@ fn \
         x\n a\n-b\n+c\ndiff --git a/new b/new\nnew file mode 100644\nindex 0..1\n--- \
         /dev/null\n+++ b/new\n@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\ndiff --git \
         a/old b/old\ndeleted file mode 100644\n--- a/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\ndiff \
         --git a/e b/e\nnew file mode 100644\nindex 0..0\ndiff --git a/p b/q\nsimilarity index \
         100%\nrename from p\nrename to q\ndiff --git \"a/\\303\\251\" \"b/\\303\\251\"\n--- \
         \"a/\\303\\251\"\n+++ \"b/\\303\\251\"\n@@ -1 +1 @@\n-x\n+y\n-- \n2.39.5\n",
        expect![[r#"
            unified
            update x.rs (line 1)
              @@ line 5 hint 3
              | a
              |-b
              |+c
            add new (line 9) "a\nb"
            delete old (line 18)
            add e (line 24) ""
            update p (line 27) -> q
            update é (line 31)
              @@ line 34 hint 1
              |-x
              |+y
        "#]],
    );
}

#[test]
fn other_diffs_are_read() {
    check(
        "Some words.\n\n--- src/x.c.orig\t2020-01-01 00:00:00\n+++ src/x.c\t2020-01-01 \
         00:00:01\n@@\n-a\n+b\n--- y\n+++ y\n@@ -1,9 +1,9 @@\n--- not a header\n++++\n c\n",
        expect![[r#"
            unified
            update src/x.c (line 3)
              @@ line 5
              |-a
              |+b
            update y (line 8)
              @@ line 10 hint 1
              |--- not a header
              |++++
              | c
        "#]],
    );
    check(
        "```diff\n--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n-a\n+b\n```\nAll done.\n",
        expect![[r#"
            unified
            update x (line 2)
              @@ line 4 hint 1
              |-a
              |+b
        "#]],
    );
    check(
        "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n",
        expect![[r#"
            unified
            add x (line 1) "a\n"
        "#]],
    );
}

#[test]
fn lines_like_an_envelope_are_text() {
    check(
        "--- x\n+++ x\n@@ -1,3 +1,3 @@\n  *** End Patch\n *** Begin Patch\n-*** Update File: y\n+*** \
         Update File: z\n",
        expect![[r#"
            unified
            update x (line 1)
              @@ line 3 hint 1
              |  *** End Patch
              | *** Begin Patch
              |-*** Update File: y
              |+*** Update File: z
        "#]],
    );
}

#[test]
fn what_is_wrong_is_named() {
    fn code(text: &str, expect: &str) {
        let got = shown(text);
        assert_eq!(got.split(':').next(), Some(expect), "{text}\n{got}");
    }
    code("diff --git a/x b/x\nindex 1..1\n", "noChange");
    code(
        "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n",
        "noChange",
    );
    code(
        "diff --git a/x b/y\ncopy from x\ncopy to y\n",
        "unsupported",
    );
    code("diff --git a/x b/x\nGIT binary patch\n", "unsupported");
    code(
        "diff --git a/x b/x\nBinary files a/x and b/x differ\n",
        "unsupported",
    );
    code("diff --git a/x b/x\n@@ -1 +1 @@\n-a\n+b\n", "noFile");
    code(
        "diff --git a/x b/x\n--- a/x\n@@ -1 +1 @@\n-a\n",
        "halfHeader",
    );
    code(
        "diff --git a/x b/x\n+++ b/x\n@@ -1 +1 @@\n-a\n",
        "halfHeader",
    );
    code("--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", "namesDiffer");
    code("--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n", "noPath");
    code(
        "--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n b\n",
        "notAdded",
    );
    code("--- a/x\n+++ b/x\n", "noChange");
    code("--- \"a/\\377\"\n+++ b/x\n@@ -1 +1 @@\n-a\n", "noPath");
}

/// Our own diffs give back what they were made of.
#[test]
fn diffs_apply_to_what_they_were_made_from() {
    fn check(old: &str, new: &str) {
        let diff = unified(old, new, "a/x", "b/x");
        match apply(&hunks(&diff), old) {
            Ok(applied) => assert_eq!(applied.text, new, "{diff}"),
            Err(refusal) => panic!("{refusal}\n{diff}"),
        }
    }
    let old = (1..=30).map(|n| format!("line {n}\n")).collect::<String>();
    check(
        &old,
        &old.replace(" 4\n", " four\n")
            .replace(" 25\n", " 25\n25.5\n"),
    );
    check(&old, &old.replace("line 1\n", ""));
    check(&old, &format!("0\n{old}31"));
    check("a\nb", "a\nb\n");
    check("a\nb\n", "a\nb");
    check("a\nb\n", "a\nc");
    check("a\r\nb\r\n", "a\r\nc\r\nb\r\n");
    check("a\n\n\nb\n", "a\n\nb\n");
    check("x\n", "");
}

#[test]
fn wrong_numbers_are_forgiven_and_right_ones_choose() {
    fn check(header: &str, expect: Result<&str, &str>) {
        let diff = format!("--- a/x\n+++ b/x\n{header}\n x\n-a\n+b\n");
        let got = apply(&hunks(&diff), "x\na\nx\na\nx\nc\n");
        let got = got.map(|applied| applied.text);
        assert_eq!(
            got.as_deref().map_err(|refusal| refusal.reason.code()),
            expect,
            "{header}"
        );
    }
    check("@@ -1,2 +1,2 @@", Ok("x\nb\nx\na\nx\nc\n"));
    check("@@ -3,20 +1,1 @@", Ok("x\na\nx\nb\nx\nc\n"));
    check("@@ -2,2 +2,2 @@", Err("ambiguous"));
    check("@@", Err("ambiguous"));

    // Another hunk tells how far the numbers are off.
    let diff = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n x\n-a\n+b\n@@ -5,2 +5,2 @@\n x\n-c\n+d\n";
    let applied = apply(&hunks(diff), "0\nx\na\nx\na\nx\nc\n").expect("two from there");
    assert_eq!(
        applied.text,
        "0\nx\na\nx\nb\nx\nd\n"
            .replace("b", "a")
            .replacen("a", "b", 1)
    );
}

#[test]
fn lines_without_context_go_to_the_ends_only() {
    fn check(header: &str, before: &str, expect: Result<&str, HunkRefusal>) {
        let diff = format!("--- a/x\n+++ b/x\n{header}\n+n\n");
        let got = apply(&hunks(&diff), before).map(|applied| applied.text);
        assert_eq!(
            got.as_deref().map_err(|refusal| refusal.reason.clone()),
            expect.as_ref().map(|text| *text).map_err(Clone::clone),
            "{header}"
        );
    }
    check("@@ -0,0 +1 @@", "a\nb\n", Ok("n\na\nb\n"));
    check("@@ -2,0 +3 @@", "a\nb\n", Ok("a\nb\nn\n"));
    check("@@ -0,0 +1 @@", "", Ok("n\n"));
    check("@@ -1,0 +2 @@", "a\nb\n", Err(HunkRefusal::NoPlace));
}
