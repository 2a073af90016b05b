//! Which place is meant where the lines are in the file more than once.
use super::{check, refused};

const CLASSES: &str = "class A {\n  run() {\n    go();\n  }\n  end() {\n    go();\n  }\n}\nclass B \
                       {\n  run() {\n    go();\n  }\n}\n";

fn replaced(nth: usize) -> String {
    let at = CLASSES.match_indices("go").nth(nth).map(|(at, _)| at);
    let at = at.expect("three places");
    format!("{}went{}", &CLASSES[..at], &CLASSES[at + 2..])
}

#[test]
fn lines_behind_the_marker_narrow() {
    let hunk = "-    go();\n+    went();\n";
    check(&format!("@@ class B {{\n{hunk}"), CLASSES, &replaced(2));
    check(&format!("@@ class B\n{hunk}"), CLASSES, &replaced(2));
    check(&format!("@@   end() {{\n{hunk}"), CLASSES, &replaced(1));
    check(&format!("@@ end() {{ @@\n{hunk}"), CLASSES, &replaced(1));
    check(
        &format!("@@ class A {{\n@@   run() {{\n{hunk}"),
        CLASSES,
        &replaced(0),
    );
    check(
        &format!("@@ class B {{\n@@   run() {{\n{hunk}"),
        CLASSES,
        &replaced(2),
    );
    check(
        &format!("@@ class A {{\n@@ end()\n{hunk}"),
        CLASSES,
        &replaced(1),
    );
    // Several are left.
    refused(&format!("@@ class A {{\n{hunk}"), CLASSES, "ambiguous");
    refused(&format!("@@   run() {{\n{hunk}"), CLASSES, "ambiguous");
    refused(&format!("@@\n{hunk}"), CLASSES, "ambiguous");
    // None is.
    refused(&format!("@@ class C\n{hunk}"), CLASSES, "noAnchor");
    refused(
        &format!("@@ class B {{\n@@ end() {{\n{hunk}"),
        CLASSES,
        "notFound",
    );
}

#[test]
fn the_line_behind_the_marker_may_be_repeated_or_changed() {
    check("@@ a\n a\n-b\n+c\n", "b\na\nb\n", "b\na\nc\n");
    check("@@ a\n-a\n+c\n", "a\nb\n", "c\nb\n");
    check("@@ b\n a\n b\n-c\n+d\n", "a\nb\nc\n", "a\nb\nd\n");
}

#[test]
fn lines_that_say_enough_need_no_marker() {
    check(
        "@@ gone\n one\n-two\n+three\n",
        "one\ntwo\n",
        "one\nthree\n",
    );
    check(
        "@@ behind\n one\n-two\n+three\n",
        "one\ntwo\nbehind\n",
        "one\nthree\nbehind\n",
    );
    refused("@@ gone\n-two\n+three\n", "one\ntwo\n", "noAnchor");
    refused(
        "@@ gone\n one\n-two\n+three\n",
        "one\ntwo\none\ntwo\n",
        "noAnchor",
    );
    refused(
        "@@ gone\n  one\n-  two\n+  three\n",
        "one\ntwo\n",
        "noAnchor",
    );
}

#[test]
fn new_lines_alone_go_to_the_end_or_below_their_marker() {
    check("@@\n+c\n+\n+d\n", "a\nb\n", "a\nb\nc\n\nd\n");
    check("@@\n+c\n\n+d\n\n", "a\nb\n", "a\nb\nc\n\nd\n");
    check("@@ a\n+c\n", "a\nb\n", "a\nc\nb\n");
    check("@@ class B {\n@@   run() {\n+    x();\n", CLASSES, &{
        let at = CLASSES.rfind("    go").expect("there");
        format!("{}    x();\n{}", &CLASSES[..at], &CLASSES[at..])
    });
    check("@@ a\n+c\n*** End of File\n", "a\nb\n", "a\nb\nc\n");
    refused("@@ run() {\n+c\n", CLASSES, "ambiguous");
    refused("@@ clas\n+c\n", CLASSES, "noPlace");
    refused("@@ gone\n+c\n", "a\nb\n", "noAnchor");
    refused("@@\n\n+c\n", "a\n\nb\n", "noPlace");
}

#[test]
fn the_end_of_the_file_narrows() {
    check(
        "@@\n-a\n+b\n*** End of File\n",
        "a\nx\na\n\n",
        "a\nx\nb\n\n",
    );
    check("@@\n-a\n+b\n*** End of File\n", "a\nx\n", "b\nx\n");
    refused("@@\n-a\n+b\n*** End of File\n", "a\na\nx\n", "ambiguous");
}

#[test]
fn the_order_of_hunks_narrows() {
    // Each is ambiguous alone but for its neighbours.
    check("@@\n-1\n+x\n@@\n-a\n+b\n", "a\n1\na\n", "a\nx\nb\n");
    check("@@\n-a\n+b\n@@\n-1\n+x\n", "a\n1\na\n", "b\nx\na\n");
    check("@@\n-a\n+b\n@@\n-a\n+c\n", "a\n1\na\n", "b\n1\nc\n");
    refused("@@\n-a\n+b\n@@\n-a\n+c\n", "a\na\na\n", "ambiguous");
    refused("@@\n-a\n+b\n@@\n-1\n+x\n", "a\na\n1\n", "ambiguous");
}
