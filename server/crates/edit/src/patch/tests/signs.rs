//! Context lines without their sign, and lines whose sign is text.
use super::{check, refused};

const CODE: &str = "/**\n * Adds.\n */\n@Component({\n  a: 1,\n\n  b: 2,\n})\nclass A {\n\tx = a\n+ \
                    b;\n- item\n--y;\n++z;\n}\n";

fn with(old: &str, new: &str) -> String {
    assert_eq!(CODE.matches(old).count(), 1);
    CODE.replace(old, new)
}

#[test]
fn context_may_lack_its_sign() {
    check(
        "@@\nclass A {\n\tx = a\n+// new\n",
        CODE,
        &with("x = a\n", "x = a\n// new\n"),
    );
    check(
        "@@\n/**\n * Adds.\n+ * More.\n */\n",
        CODE,
        &with("Adds.\n", "Adds.\n * More.\n"),
    );
    check(
        "@@\n@Component({\n  a: 1,\n\n-  b: 2,\n+  b: 3,\n})\n",
        CODE,
        &with("b: 2", "b: 3"),
    );
    // Some with it, some without.
    check(
        "@@\n @Component({\n  a: 1,\n \n   b: 2,\n+  c: 3,\n})\n",
        CODE,
        &with("b: 2,\n", "b: 2,\n  c: 3,\n"),
    );
}

#[test]
fn signs_may_be_text() {
    check(
        "@@\n\tx = a\n+ b;\n-- item\n+- thing\n",
        CODE,
        &with("- item", "- thing"),
    );
    check("@@\n- item\n---y;\n+--w;\n", CODE, &with("--y", "--w"));
    check(
        "@@\n--y;\n++z;\n+w;\n}\n",
        CODE,
        &with("++z;\n", "++z;\nw;\n"),
    );
    check(
        "@@\n- item\n--y;\n+x;\n++z;\n}\n",
        CODE,
        &with("--y;\n", "--y;\nx;\n"),
    );
}

#[test]
fn a_new_line_that_may_be_there_is_doubted() {
    // It may be new before the same one, or be that one.
    refused("@@\n-\tx = a\n+ b;\n", CODE, "unclear");
    refused("@@\n++z;\n }\n-x\n", "++z;\n}\nx\n", "unclear");
    refused("@@\n+a\n+a\n b\n-c\n", "+a\nb\nc\n", "unclear");
    // Here it can only be new.
    check(
        "@@\n \tx = a\n+ b;\n - item\n",
        "\tx = a\n- item\n",
        "\tx = a\n b;\n- item\n",
    );
}

#[test]
fn what_the_format_says_goes_first() {
    // As context without its sign the line would be elsewhere.
    check("@@\n  a\n-b\n+c\n", " a\nb\n  a\nb\n", " a\nc\n  a\nb\n");
    check("@@\n-- a\n+b\n", "- a\nx\n-- a\n", "b\nx\n-- a\n");
}

#[test]
fn empty_lines_may_be_context_or_nothing_or_new() {
    check("@@\n a\n\n-b\n+c\n", "a\n\nb\n", "a\n\nc\n");
    check("@@\n a\n\n-b\n+c\n", "a\n   \nb\n", "a\n   \nc\n");
    check("@@\n\n a\n-b\n+c\n\n\n", "a\nb\n", "a\nc\n");
    check("@@\n a\n+x\n\n+y\n b\n", "a\nb\n", "a\nx\n\ny\nb\n");
    check("@@\n a\n+x\n\n+y\n b\n", "a\n\nb\n", "a\nx\n\ny\nb\n");
    refused("@@\n a\n\n b\n-c\n", "a\nb\nc\n", "notFound");
}

#[test]
fn context_may_lack_its_sign_and_its_indentation() {
    let code = "class A {\n  f() {\n    if (a) {\n      one();\n    }\n  }\n  /**\n   * Two.\n   */\n  \
                g() {\n    two();\n  }\n}\n";
    let with = |old: &str, new: &str| code.replace(old, new);
    // Lines that go are as deep as in the file, so new ones are as they are written.
    check(
        "@@\nf() {\nif (a) {\n-      one();\n+      1();\n}\n}\n",
        code,
        &with("one", "1"),
    );
    check(
        "@@\nif (a) {\none();\n+      more();\n}\n",
        code,
        &with("one();\n", "one();\n      more();\n"),
    );
    check(
        "@@\n* Two.\n+   * More.\n*/\ng() {\n",
        code,
        &with("Two.\n", "Two.\n   * More.\n"),
    );
    // All lines may be indented less by as much: what is new says so.
    check(
        "@@\ng() {\n+  more();\n",
        code,
        &with("g() {\n", "g() {\n    more();\n"),
    );
    check(
        "@@\ng() {\n+    more();\n",
        code,
        &with("g() {\n", "g() {\n    more();\n"),
    );
    check(
        "@@\ntwo();\n+more();\n",
        code,
        &with("two();\n", "two();\n    more();\n"),
    );
    refused("@@\ntwo();\n+  more();\n", code, "unclear");
    // New lines may have lost their indentation too.
    refused("@@\nif (a) {\none();\n+more();\n}\n", code, "notFound");
    refused("@@\nclass A {\n+f0() {}\nf() {\n", code, "notFound");
    // What is not there is not there.
    refused("@@\nf() {\none();\n+      more();\n", code, "notFound");
    refused("@@\n}\n+      more();\n}\n", code, "ambiguous");
}

#[test]
fn a_line_at_the_margin_may_replace_one_without_its_indentation() {
    let code = "let x;\nfunction f() {\n  one();\n}\n";
    check(
        "@@\nlet x;\n-function f() {\n+function g() {\none();\n",
        code,
        "let x;\nfunction g() {\n  one();\n}\n",
    );
    refused(
        "@@\nlet x;\n-function f() {\n+function g() {\n+zero();\none();\n",
        code,
        "notFound",
    );
}
