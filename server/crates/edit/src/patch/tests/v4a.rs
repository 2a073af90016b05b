//! Reading the `*** Begin Patch` envelope.
use super::shown;
use expect_test::{Expect, expect};

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&shown(text));
}

#[test]
fn all_operations_are_read() {
    check(
        "*** Begin Patch\n*** Add File: new/a.txt\n+one\n+\n++two\n*** Delete File: old.txt\n\
         *** Update File: b.rs\n*** Move to: c.rs\n@@ impl B\n@@     fn run() {\n \n-a\n+b\n@@\n \
         c\n+d\n*** End of File\n*** End Patch\n",
        expect![[r#"
            v4a
            add new/a.txt (line 2) "one\n\n+two\n"
            delete old.txt (line 6)
            update b.rs (line 7) -> c.rs
              @@ line 9 anchors ["impl B", "    fn run() {"]
              | 
              |-a
              |+b
              @@ line 14 end
              | c
              |+d
        "#]],
    );
}

#[test]
fn white_space_around_markers_and_other_wrapping_is_forgiven() {
    let plain = expect![[r#"
        v4a
        update a b.txt (line 3)
          @@ line 4
          |-x
          |+y
    "#]];
    for text in [
        "\n*** Begin Patch\n*** Update File: a b.txt\n@@\n-x\n+y\n*** End Patch",
        "\r\n *** Begin Patch \r\n*** Update File:  a b.txt \r\n@@ \r\n-x\r\n+y\r\n *** End Patch\r\n",
        "Here:\n*** Begin Patch\n*** update file: `a b.txt`\n@@\n-x\n+y\n***End Patch\nDone.",
        "```diff\n*** Begin Patch\n*** Update File: \"a b.txt\"\n@@ \n-x\n+y\n*** End Patch\n```\n",
        "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a b.txt\n@@  @@\n-x\n+y\nEOF\n",
        "\n  *** Begin Patch\n  *** Update File: a b.txt\n  @@\n  -x\n  +y\n  *** End Patch\n",
        "```\nDo this:\n*** Update File: a b.txt\n@@\n-x\n+y\n```\nThat is all.\n",
        "bash -c <<-\"END_1\"\n\n*** Update File: 'a b.txt'\n@@\n-x\n+y\nEND_1\n+z\n",
    ] {
        assert_eq!(
            shown(text).lines().skip(2).collect::<Vec<_>>().len(),
            plain.data().trim().lines().count() - 2,
            "{text}"
        );
    }
    check(
        "\n*** Begin Patch\n*** Update File: `a b.txt`\n@@\n-x\n+y\n *** End Patch \n+z",
        plain,
    );
}

#[test]
fn a_first_hunk_needs_no_header_and_headers_may_have_line_numbers() {
    check(
        "*** Begin Patch\n*** Update File: a/b/x\n a\n-b\n@@ -10,3 +12 @@ fn x()\n c\n+d\n\n@@\n\n@@ \
         fn y() @@\n-e\n*** End Patch",
        expect![[r#"
            v4a
            update a/b/x (line 2)
              @@ line 3
              | a
              |-b
              @@ line 5 hint 10
              | c
              |+d
              |
              @@ line 9 anchors ["fn y()"]
              |-e
        "#]],
    );
}

#[test]
fn lines_like_markers_are_text_inside_hunks() {
    check(
        "*** Begin Patch\n*** Update File: x\n@@\n@Component({\n *** Update File: y\n*** note\n*** \
         End of all files\n@@name\n-*** Delete File: z\n *** End Patch\n+@@\n*** End Patch",
        expect![[r#"
            v4a
            update x (line 2)
              @@ line 3
              |@Component({
              | *** Update File: y
              |*** note
              |*** End of all files
              |@@name
              |-*** Delete File: z
              | *** End Patch
              |+@@
        "#]],
    );
}

#[test]
fn several_envelopes_are_one_and_an_envelope_may_hold_a_diff() {
    check(
        "*** Begin Patch\n*** Delete File: a\n*** End Patch\n\n*** Begin Patch\n*** Delete File: \
         b\n*** End Patch\n",
        expect![[r#"
            v4a
            delete a (line 2)
            delete b (line 6)
        "#]],
    );
    check(
        "*** Begin Patch\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n*** End Patch\n",
        expect![[r#"
            unified
            update x (line 2)
              @@ line 4 hint 1
              |-a
              |+b
        "#]],
    );
}

#[test]
fn new_files_may_lack_signs_in_all_lines() {
    check(
        "*** Begin Patch\n*** Add File: a\nfn a() {\n\n}\n\n*** Add File: b\n+a\n\n+b\n*** Add \
         File: c\n*** End Patch",
        expect![[r#"
            v4a
            add a (line 2) "fn a() {\n\n}\n"
            add b (line 7) "a\n\nb\n"
            add c (line 11) ""
        "#]],
    );
}

#[test]
fn what_is_no_patch_is_refused_with_its_line() {
    check(
        "",
        expect![
            "empty: line 1 of the patch: The patch is empty. Name at least one file to add, update or delete.\n"
        ],
    );
    check(
        "\n\nhello\n",
        expect![
            "notAPatch: line 3 of the patch: This is no patch. Begin it with `*** Begin Patch` and a header such as `*** Update File: path`, or give a unified diff with `--- ` and `+++ ` lines.\n"
        ],
    );
    fn code(text: &str, expect: &str) {
        let got = shown(&format!("*** Begin Patch\n{text}\n*** End Patch\n"));
        let (code, rest) = got.split_once(": line ").unwrap_or((&got, ""));
        let line = rest.split(' ').next().unwrap_or_default();
        assert_eq!(format!("{code} {line}"), expect, "{text}");
    }
    code("", "empty 2");
    code("*** Update File: x", "noChange 2");
    code("*** Update File: x\n@@\n a\n b", "noChange 2");
    code(
        "*** Update File: x\n*** Move to: y\n@@\n a\n b",
        "noChange 2",
    );
    code("*** Update File: x\n@@\n-a\n*** Update File:  ", "noPath 5");
    code("*** Frobnicate File: x", "unknownHeader 2");
    code("*** Frobnicate", "unknownHeader 2");
    code(
        "*** Update File: x\n@@\n-a\n*** Rename File: y",
        "unknownHeader 5",
    );
    code("*** Add File: x\n+a\n*** Make File: y", "unknownHeader 4");
    code("*** Add File: x\n+a\nb", "notAdded 4");
    code("*** Delete File: x\n*** Move to: y", "strayMove 3");
    code("*** Update File: x\n@@\n-a\n*** Move to: y", "strayMove 5");
    code("*** Delete File: x\n-a", "noHeader 3");
    code("*** End of File", "noHeader 2");
    code(
        "*** Update File: x\n@@\n-a\n*** End of File\n b",
        "behindEnd 6",
    );
    code(
        "*** Update File: x\n@@\n-a\n*** End of File\n*** End of File",
        "behindEnd 6",
    );
    let anchors = "@@ a\n".repeat(super::super::MAX_ANCHORS + 1);
    code(
        &format!("*** Update File: x\n{anchors}-a"),
        "tooManyAnchors 19",
    );
}

#[test]
fn a_patch_is_bounded() {
    let files = "*** Delete File: x\n".repeat(super::super::MAX_FILES + 1);
    assert!(shown(&files).starts_with("tooManyFiles"));
    let hunks = "@@\n-a\n".repeat(super::super::MAX_HUNKS + 1);
    assert!(shown(&format!("*** Update File: x\n{hunks}")).starts_with("tooManyHunks"));
    let bytes = "x".repeat(super::super::MAX_PATCH_BYTES + 1);
    assert!(shown(&bytes).starts_with("tooLarge"));
}
