//! The log as it ends up on disk.
use std::fs;
use std::path::Path;
use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::Value;

use super::*;

fn options(folder: &Path, filter: &str) -> LogOptions {
    LogOptions {
        path: folder.join("data/logs/aside.log"),
        filter: filter.to_owned(),
        max_bytes: 1024 * 1024,
        files: 3,
    }
}

/// The lines that `work` logs, their time left out.
fn logged(filter: &str, work: impl FnOnce()) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path(), filter);
    let (subscriber, problem) = subscriber(&options);
    assert_eq!(problem, None);
    tracing::subscriber::with_default(subscriber, work);
    let text = fs::read_to_string(&options.path).unwrap_or_default();
    let without_time = |line: &str| {
        let parsed: Value = serde_json::from_str(line).unwrap();
        let time = parsed["time"].as_str().unwrap();
        assert!(time.parse::<jiff::Timestamp>().is_ok(), "{line}");
        line.replace(&format!("\"time\":\"{time}\","), "")
    };
    text.lines().map(without_time).collect()
}

fn check(filter: &str, work: impl FnOnce(), expect: Expect) {
    let lines = logged(filter, work);
    expect.assert_eq(
        &lines
            .iter()
            .fold(String::new(), |text, line| text + line + "\n"),
    );
}

#[test]
fn an_event_is_a_line() {
    check(
        "info",
        || {
            tracing::info!(target: "t", count = 3_u64, ok = true, ratio = 0.5, "said {}", "so");
            tracing::warn!(target: "t", error = ?Some("x"), path = %"a\nb", "two\nlines \"q\" é");
            tracing::error!(target: "t", level = "mine", time = "mine", target = "mine", "m");
            tracing::info!(target: "t", bad = f64::NAN, minus = -1, "m");
            tracing::debug!(target: "t", "not logged");
        },
        expect![[r#"
            {"level":"INFO","target":"t","message":"said so","count":3,"ok":true,"ratio":0.5}
            {"level":"WARN","target":"t","message":"two\nlines \"q\" é","error":"Some(\"x\")","path":"a\nb"}
            {"level":"ERROR","target":"t","message":"m"}
            {"level":"INFO","target":"t","message":"m","bad":null,"minus":-1}
        "#]],
    );
}

#[test]
fn lines_carry_the_fields_of_all_spans_around_them() {
    check(
        "info",
        || {
            let session =
                tracing::info_span!("session", session = "s1", late = tracing::field::Empty);
            let _in_session = session.enter();
            tracing::info!(target: "t", "in session");
            session.record("late", "known now");
            let turn = tracing::info_span!("turn", turn = "t1");
            let _in_turn = turn.enter();
            let _in_nothing = tracing::info_span!("call").entered();
            tracing::info!(target: "t", "in call");
            tracing::info!(target: "t", turn = "own", "own fields win");
            tracing::info!(target: "t", parent: None, "outside");
        },
        expect![[r#"
            {"level":"INFO","target":"t","message":"in session","session":"s1"}
            {"level":"INFO","target":"t","message":"in call","late":"known now","session":"s1","turn":"t1"}
            {"level":"INFO","target":"t","message":"own fields win","late":"known now","session":"s1","turn":"own"}
            {"level":"INFO","target":"t","message":"outside"}
        "#]],
    );
}

#[test]
fn filters() {
    let work = || {
        tracing::info!(target: "aside::x", "1");
        tracing::debug!(target: "aside::x", "2");
        tracing::info!(target: "other", "3");
        tracing::warn!(target: "other", "4");
    };
    let messages = |filter: &str| -> String {
        let lines = logged(filter, work);
        let parsed = lines
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        parsed
            .map(|line| line["message"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(messages("info"), "134");
    assert_eq!(messages("aside=debug,warn"), "124");
    assert_eq!(messages("off"), "");
}

#[test]
fn a_filter_that_cannot_be_understood_is_named_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path(), "aside=loud");
    let (subscriber, problem) = subscriber(&options);
    expect![[r#"the log filter "aside=loud" (log.level, ASIDE_LOG) cannot be understood: error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5; info is used"#]].assert_eq(&problem.unwrap());
    tracing::subscriber::with_default(subscriber, || tracing::info!("still logged"));
    assert!(
        fs::read_to_string(&options.path)
            .unwrap()
            .contains("still logged")
    );
}

#[test]
fn secrets_do_not_reach_the_file() {
    let secret = "quote\"back\\slash-secret";
    crate::redact::register(secret);
    let body = serde_json::json!({ "key": secret }).to_string();
    check(
        "info",
        || {
            tracing::info!(target: "t", secret, debug = ?secret, body, "plain {secret}");
            tracing::info!(target: "t", header = "Authorization: Bearer abc.def-123456", "x");
            tracing::info!(target: "t", password = 12_345_678_u64, api_key = true, "unquoted");
            tracing::info!(target: "t", "sk-test-4f1c9a27e0b84d55");
            let _span = tracing::info_span!("s", api_key = "in-a-span").entered();
            tracing::info!(target: "t", "in span");
        },
        expect![[r#"
            {"level":"INFO","target":"t","message":"plain [redacted]","body":"{\"key\":\"[redacted]\"}","debug":"\"[redacted]\"","secret":"[redacted]"}
            {"level":"INFO","target":"t","message":"x","header":"Authorization: [redacted]"}
            {"level":"INFO","target":"t","message":"unquoted","api_key":"[redacted]","password":"[redacted]"}
            {"level":"INFO","target":"t","message":"[redacted]"}
            {"level":"INFO","target":"t","message":"in span","api_key":"[redacted]"}
        "#]],
    );
}

#[test]
fn long_fields_are_cut_without_leaving_part_of_a_secret() {
    let secret = "a-secret-of-some-length";
    crate::redact::register(secret);
    // The cut falls into the secret.
    let long = format!("{} {secret}{secret}", "x".repeat(MAX_FIELD_BYTES - 10));
    let lines = logged(
        "info",
        || tracing::info!(target: "t", long, debug = ?long, "m"),
    );
    let [line] = lines.as_slice() else {
        panic!("one line is expected: {lines:?}");
    };
    assert!(!line.contains("a-sec"));
    assert!(line.contains("x … (cut)"));
    let long = "é".repeat(10 * MAX_FIELD_BYTES);
    let lines = logged("info", || tracing::info!(target: "t", long, "m"));
    assert!(lines[0].len() < MAX_FIELD_BYTES + 100);
}

#[test]
fn nothing_is_created_before_the_first_line() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path(), "info");
    let (subscriber, _) = subscriber(&options);
    tracing::subscriber::with_default(subscriber, || {
        tracing::debug!("too fine");
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
        tracing::info!("now");
    });
    #[cfg(unix)]
    for (path, mode) in [
        ("data", 0o700),
        ("data/logs", 0o700),
        ("data/logs/aside.log", 0o600),
    ] {
        use std::os::unix::fs::PermissionsExt;

        let permissions = folder.path().join(path).metadata().unwrap().permissions();
        assert_eq!(permissions.mode() & 0o777, mode, "{path}");
    }
}

#[test]
fn a_log_that_cannot_be_written_stops_nothing_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path(), "info");
    // A file where the folder should be.
    let in_the_way = folder.path().join("data");
    fs::File::create_new(&in_the_way).unwrap();
    let (subscriber, _) = subscriber(&options);
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!("lost");
        #[allow(clippy::disallowed_methods, reason = "the test's own file")]
        fs::remove_file(&in_the_way).unwrap();
        tracing::info!("kept");
    });
    let text = fs::read_to_string(&options.path).unwrap();
    assert!(text.contains("kept") && !text.contains("lost"));
}

/// The files of the folder and the lines of each, newest first.
fn files(folder: &Path) -> Vec<(String, Vec<String>)> {
    let mut files: Vec<(String, Vec<String>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, text.lines().map(str::to_owned).collect())
        })
        .collect();
    files.sort();
    files
}

fn check_rotation(count: usize, expect: &[(&str, &[&str])]) {
    let folder = tempfile::tempdir().unwrap();
    let file = RotatedFile::new(folder.path().join("log"), 8, count);
    for line in [
        "1..\n",
        "2..\n",
        "3..\n",
        "long line\n",
        "5..\n",
        "6..\n",
        "7..\n",
    ] {
        file.append(line.as_bytes()).unwrap();
    }
    let expect: Vec<(String, Vec<String>)> = expect
        .iter()
        .map(|(name, lines)| {
            (
                (*name).to_owned(),
                lines.iter().map(|&l| l.to_owned()).collect(),
            )
        })
        .collect();
    assert_eq!(files(folder.path()), expect);
}

#[test]
fn full_files_are_rotated_and_the_oldest_dropped() {
    check_rotation(0, &[("log", &["7.."])]);
    check_rotation(1, &[("log", &["7.."])]);
    check_rotation(2, &[("log", &["7.."]), ("log.1", &["5..", "6.."])]);
    check_rotation(
        4,
        &[
            ("log", &["7.."]),
            ("log.1", &["5..", "6.."]),
            ("log.2", &["long line"]),
            ("log.3", &["3.."]),
        ],
    );
}

#[test]
fn several_writers_lose_no_line_and_tear_none() {
    const WRITERS: usize = 4;
    const LINES: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    let path = Arc::new(folder.path().join("log"));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let path = Arc::clone(&path);
            std::thread::spawn(move || {
                // Each has its own file handle, as processes have.
                let file = RotatedFile::new(path.to_path_buf(), 500, 1_000);
                for line in 0..LINES {
                    file.append(format!("writer {writer} line {line}\n").as_bytes())
                        .unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    let files = files(folder.path());
    // How often it is rotated depends on who gets to run; a full file never stays the only one.
    assert!(files.len() > 1, "{} files", files.len());
    let mut lines: Vec<String> = files.into_iter().flat_map(|(_, lines)| lines).collect();
    lines.sort();
    let mut expect: Vec<String> = (0..WRITERS)
        .flat_map(|writer| (0..LINES).map(move |line| format!("writer {writer} line {line}")))
        .collect();
    expect.sort();
    assert_eq!(lines, expect);
}

/// A pipe that nobody reads holds nobody up.
#[cfg(unix)]
#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the standard library makes no pipes with a name"
)]
fn what_is_no_file_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    for path in [path.as_path(), folder.path()] {
        let error = RotatedFile::new(path.to_owned(), 100, 2)
            .append(b"line\n")
            .unwrap_err();
        assert!(error.to_string().contains("not a file"), "{error}");
    }
}
