//! What checkers print, and what is read of it.
use expect_test::{Expect, expect};

use super::parse;

fn check(printed: &str, expect: Expect) {
    let lines = parse(printed).into_iter().map(|one| {
        let path = one.path.to_string_lossy().into_owned();
        format!("{} -{}\n", one.shown(&path), one.end_line)
    });
    expect.assert_eq(&lines.collect::<String>());
}

/// A line of cargo's, about `message`.
fn cargo(reason: &str, message: &str) -> String {
    format!("{{\"reason\":\"{reason}\",\"package_id\":\"x\",\"message\":{message}}}\n")
}

#[test]
fn cargos_messages() {
    let span = |file: &str, line: u32, is_primary: bool, expansion: &str| {
        format!(
            "{{\"file_name\":\"{file}\",\"line_start\":{line},\"line_end\":{},\"column_start\":1,\"is_primary\":{is_primary},\"expansion\":{expansion}}}",
            line + 1
        )
    };
    let message = |level: &str, code: &str, spans: &[String]| {
        let spans = spans.join(",");
        let text = format!(
            "{{\"message\":\"mismatched\\ntypes\",\"level\":\"{level}\",\"code\":{code},\"spans\":[{spans}],\"children\":[],\"rendered\":\"x\"}}"
        );
        cargo("compiler-message", &text)
    };
    let both = [
        span("src/b.rs", 9, false, "null"),
        span("src/a.rs", 3, true, "null"),
    ];
    let inner = span("src/a.rs", 20, true, "null");
    let outer = format!("{{\"span\":{inner},\"macro_decl_name\":\"m!\"}}");
    let mut printed = String::from("{\"reason\":\"compiler-artifact\",\"fresh\":true}\n");
    printed += &message("error", "{\"code\":\"E0308\",\"explanation\":null}", &both);
    printed += &message("warning", "null", &both[..1]);
    printed += &message("note", "null", &[span("/rustc/macros.rs", 1, true, &outer)]);
    printed += &message("help", "null", &[]);
    printed += &cargo("compiler-message", "null");
    printed += &cargo("compiler-message", "{\"message\":7}");
    printed += &cargo(
        "other",
        "{\"message\":\"x\",\"level\":\"error\",\"spans\":[]}",
    );
    printed += "{\"reason\":\"build-finished\",\"success\":false}\n{ broken\n{}\n";
    check(
        &printed,
        expect![[r#"
        src/a.rs:3: error: mismatched types [rustc E0308] -4
        src/b.rs:9: warning: mismatched types [rustc] -10
        src/a.rs:20: information: mismatched types [rustc] -21
    "#]],
    );
}

#[test]
fn tscs_lines() {
    check(
        "src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.\n  \
         The types differ.\n\
         src/b (old).ts(10,1): error TS1005: ';' expected.\n\
         error TS18003: No inputs were found.\n\
         a.ts(x,1): error TS1: no\n\
         a.ts(1): error TS1: no\n\
         (1,1): error TS1: no\n\
         a.ts(1,1): error: no\n\
         a.ts(99999999999,1): warning TS6133: far\n",
        expect![[r#"
            src/a.ts:3: error: Type 'string' is not assignable to type 'number'. The types differ. [tsc TS2322] -3
            src/b (old).ts:10: error: ';' expected. [tsc TS1005] -10
            a.ts:4294967295: warning: far [tsc TS6133] -4294967295
        "#]],
    );
}

#[test]
fn ruffs_array() {
    check(
        r#"[
          {"code": "F401", "message": "`os` imported but unused", "filename": "/p/a.py",
           "location": {"row": 1, "column": 8}, "end_location": {"row": 2, "column": 10}, "fix": null},
          {"code": null, "message": "SyntaxError: no", "filename": "/p/b.py",
           "location": {"row": 0, "column": 0}, "end_location": null},
          {"code": "E1"}, 7, null
        ]"#,
        expect![[r#"
            /p/a.py:1: warning: `os` imported but unused [ruff F401] -2
            /p/b.py:1: error: SyntaxError: no [ruff] -1
        "#]],
    );
    check("[]", expect![""]);
    check("[1, 2", expect![""]);
    check("[broken]", expect![""]);
}

#[test]
fn lines_of_other_programs() {
    check(
        "a.c:3:5: error: no such thing\n\
         a.c:4: warning: hm [-Wunused]\n\
         b.py:5: error: Bad type  [arg-type]\n\
         c.go:6:2: declared and not used: x\n\
         vet: ./d.go:7:2: undefined: y\n\
         C:\\src\\e.c:8:1: fatal error: z\n\
         f.sh:9:1: note: [SC1] reads\n\
         g.js:10:1: info : spaced\n",
        expect![[r#"
            a.c:3: error: no such thing -3
            a.c:4: warning: hm [-Wunused] -4
            b.py:5: error: Bad type [arg-type] -5
            c.go:6: warning: declared and not used: x -6
            ./d.go:7: error: undefined: y -7
            C:\src\e.c:8: error: z -8
            f.sh:9: information: [SC1] reads -9
            g.js:10: information: spaced -10
        "#]],
    );
}

#[test]
fn what_is_no_diagnostic_is_left_out() {
    for printed in [
        "",
        ":",
        "::",
        ":1:2: x",
        "a:b:c: x",
        "a:1:2:",
        "a:1:2: ",
        "a:-1: x",
        "http://example.com:80/x",
        "warning: unused",
        "   a.c:3:5: error: quoted",
        "{\"reason\":\"compiler-message\"}",
        "a.ts(1,1): ",
        "\u{0}\u{1b}[31m",
    ] {
        check(printed, expect![""]);
    }
}

#[test]
fn what_is_read_is_bounded() {
    let many = "a.c:1:1: error: x\n".repeat(super::MAX_READ + 5);
    assert_eq!(parse(&many).len(), super::MAX_READ);
    let long = format!("a.c:1:1: error: {}", "é".repeat(100_000));
    assert!(parse(&long)[0].message.len() < 10_000);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(parse(&deep).is_empty());
    let lines = format!("a.ts(1,1): error TS1: x\n{}", "  more\n".repeat(100_000));
    assert!(parse(&lines)[0].message.len() < 10_000);
}
