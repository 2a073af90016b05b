//! Commands: streamed, ended, in the background, and confined.
use std::path::Path;

use aside_script::{Gate, Reply};
use aside_tests::editor::Editor;
use aside_tests::rules::{kind, text};
use serde_json::{Value, json};

use crate::common::{Stage, call, output, patiently, read, say, tool_calls};

/// The model runs these commands, one after the other.
pub(crate) fn bash(id: &str, command: &str) -> Reply {
    call(id, "bash", json!({"command": command}))
}

/// A session in which commands are not asked about.
pub(crate) async fn free(editor: &Editor) -> String {
    editor.create(json!({"permissionMode": "full"})).await
}

/// Waits until a running tool call has put out this text.
pub(crate) async fn wait_output(editor: &Editor, wanted: &str) {
    editor
        .wait(wanted, |state| {
            let deltas = state.events.iter();
            let deltas = deltas.filter_map(|event| event["event"]["outputText"].as_str());
            deltas.collect::<String>().contains(wanted).then_some(())
        })
        .await;
}

/// A time for `sleep` by which a test knows its processes. Another run of the tests has others.
pub(crate) fn mark(number: u32) -> String {
    format!("{number}.{:08}", std::process::id())
}

/// The processes whose command lines have this in them.
pub(crate) fn processes(mark: &str) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = entries.filter_map(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        line.contains(mark).then_some(line)
    });
    lines.collect()
}

/// Waits until so many `sleep` of this mark work; what starts them has it among its arguments too.
pub(crate) async fn wait_started(mark: &str, count: usize) {
    let is_sleep = |line: &&String| line.starts_with("sleep");
    patiently("the command", async {
        while processes(mark).iter().filter(is_sleep).count() < count {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Waits until no such process is left.
pub(crate) async fn wait_gone(mark: &str) {
    patiently("the end of all processes", async {
        while !processes(mark).is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// The results of commands that run one after the other in a session of their own.
pub(crate) async fn run<const N: usize>(commands: [&str; N]) -> [String; N] {
    run_in(&stage(commands)).await
}

/// A workspace whose model runs these commands.
pub(crate) fn stage(commands: impl IntoIterator<Item = impl AsRef<str>>) -> Stage {
    let calls = commands.into_iter().enumerate();
    let calls = calls.map(|(index, command)| bash(&format!("call-{index}"), command.as_ref()));
    Stage::new(calls.chain([say("Done.")]))
}

/// The results of the calls of a stage, named `call-0` and so on.
pub(crate) async fn run_in<const N: usize>(stage: &Stage) -> [String; N] {
    let editor = stage.open().await;
    let session = free(&editor).await;
    editor.turn(&session, "Run.").await;
    editor.checked_events(&session);
    editor.close().await;
    std::array::from_fn(|index| stage.tool_result(&format!("call-{index}")))
}

#[tokio::test]
async fn output_streams_while_the_command_works() {
    let stage = Stage::new([
        bash(
            "call-1",
            "echo one; echo err >&2; until [ -e go ]; do sleep 0.01; done; printf 'two\\n'; exit 3",
        ),
        say("Done."),
    ]);
    let editor = stage.open().await;
    let session = free(&editor).await;
    let sent = editor.prompt(Some(&session), "Run.").await;
    wait_output(&editor, "one\nerr\n").await;
    let is_over = |event: &Value| kind(event) == "turnCompleted";
    assert!(!editor.read(|state| state.events.iter().any(is_over)));
    stage.world.write("go", "");
    editor.completed(&sent.turn).await;
    assert_eq!(
        stage.tool_result("call-1"),
        "one\nerr\ntwo\n[Failed: exit code 3.]"
    );
    let items = editor.items(&session).await;
    let calls = tool_calls(&items);
    assert_eq!(text(&calls[0], "/status"), "completed");
    assert!(text(&calls[0], "/title").starts_with("echo one; echo err"));
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn a_cancel_ends_all_that_a_command_started() {
    let mark = &mark(77101);
    let command = format!("setsid sleep {mark} & (sleep {mark} &) ; echo started; sleep {mark}");
    let stage = Stage::new([bash("call-1", &command), say("Done.")]);
    let editor = stage.open().await;
    let session = free(&editor).await;
    let sent = editor.prompt(Some(&session), "Run.").await;
    wait_output(&editor, "started").await;
    assert!(!processes(mark).is_empty());
    editor
        .request("chat/cancel", json!({"sessionId": session}))
        .await;
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(turn["stopReason"], "cancelled");
    wait_gone(mark).await;
    editor.close().await;
}

#[tokio::test]
async fn a_command_ends_when_its_time_is_over() {
    let mark = &mark(77102);
    let command = format!("echo before; sleep {mark} & sleep {mark}");
    // Long enough for the command to begin on a machine that has much else to do.
    let arguments = json!({"command": command, "timeout_ms": 3_000});
    let stage = Stage::new([call("call-1", "bash", arguments), say("Done.")]);
    let editor = stage.open().await;
    let session = free(&editor).await;
    editor.turn(&session, "Run.").await;
    let result = stage.tool_result("call-1");
    assert!(
        result.starts_with("before\n[Failed: stopped after its time limit"),
        "{result}"
    );
    assert_eq!(processes(mark), Vec::<String>::new());
    editor.close().await;
}

#[tokio::test]
async fn jobs_are_read_listed_and_stopped() {
    let mark = &mark(77103);
    let command = format!("echo up; until [ -e go ]; do sleep 0.01; done; echo more; sleep {mark}");
    let background = json!({"command": command, "background": true});
    let gate = Gate::new();
    let job = json!({"job_id": "job-1"});
    let stage = Stage::new([
        call("call-1", "bash", background),
        call("call-2", "job_output", job.clone()),
        call("call-3", "job_output", job.clone()).gate_before_head(&gate),
        call("call-4", "job_stop", job.clone()),
        say("Done."),
    ]);
    let editor = stage.open().await;
    let session = free(&editor).await;
    let sent = editor.prompt(Some(&session), "Run.").await;
    patiently("the gate", gate.reached()).await;
    let list = editor
        .request("job/list", json!({"sessionId": session}))
        .await;
    assert_eq!(list["jobs"][0]["id"], "job-1");
    assert_eq!(list["jobs"][0]["status"], "running");
    assert_eq!(list["jobs"][0]["command"], *command);
    stage.world.write("go", "");
    gate.open();
    editor.completed(&sent.turn).await;
    let started = stage.tool_result("call-1");
    assert!(
        started.starts_with("Started in the background as job-1."),
        "{started}"
    );
    let first = stage.tool_result("call-2");
    assert!(first.starts_with("up\n[Still running, for "), "{first}");
    let second = stage.tool_result("call-3");
    assert!(second.starts_with("more\n[Still running, for "), "{second}");
    let last = stage.tool_result("call-4");
    assert!(
        last.starts_with("[Stopped, with all that it had started."),
        "{last}"
    );
    wait_gone(mark).await;
    let list = editor
        .request("job/list", json!({"sessionId": session}))
        .await;
    assert_eq!(list["jobs"][0]["status"], "stopped");
    // The tools for jobs are offered from then on.
    let offered = |body: &Value| {
        let mut tools = body["tools"].as_array().into_iter().flatten();
        tools.any(|tool| tool["function"]["name"] == "job_output")
    };
    let requests = stage.requests();
    assert!(!offered(&requests[0]) && offered(&requests[1]));
    editor.close().await;
}

#[tokio::test]
async fn a_client_stops_a_job() {
    let mark = &mark(77104);
    let background = json!({"command": format!("sleep {mark}"), "background": true});
    let stage = Stage::new([call("call-1", "bash", background), say("Done.")]);
    let editor = stage.open().await;
    let session = free(&editor).await;
    editor.turn(&session, "Run.").await;
    let job = json!({"sessionId": session, "jobId": "job-1"});
    editor.request("job/stop", job).await;
    wait_gone(mark).await;
    let unknown = json!({"sessionId": session, "jobId": "job-9"});
    let error = editor.fail("job/stop", unknown).await;
    assert!(error.message.contains("There are: job-1."), "{error:?}");
    editor.close().await;
}

#[tokio::test]
async fn a_long_command_goes_on_in_the_background() {
    let mark = &mark(77105);
    let stage = Stage::new([
        bash("call-1", &format!("echo early; sleep {mark}")),
        say("Done."),
    ]);
    // Long enough for the command to begin on a machine that has much else to do.
    stage.world.configure("[bash]\nbackground_after_s = 3\n");
    let editor = stage.open().await;
    let session = free(&editor).await;
    editor.turn(&session, "Run.").await;
    let result = stage.tool_result("call-1");
    assert!(
        result.starts_with("early\n[Still running after "),
        "{result}"
    );
    assert!(result.contains("in the background as job-1"), "{result}");
    assert!(!processes(mark).is_empty());
    // It ends with its session.
    editor
        .request("session/delete", json!({"sessionId": session}))
        .await;
    wait_gone(mark).await;
    editor.close().await;
}

#[tokio::test]
async fn jobs_end_with_the_server_however_it_ends() {
    for (number, is_killed) in [(77106, true), (77107, false)] {
        let mark = &mark(number);
        let command = format!("setsid sleep {mark} & sleep {mark}");
        let background = json!({"command": command, "background": true});
        let stage = Stage::new([call("call-1", "bash", background), say("Done.")]);
        let editor = stage.open().await;
        let session = free(&editor).await;
        editor.turn(&session, "Run.").await;
        wait_started(mark, 2).await;
        if is_killed {
            editor.kill9().await;
        } else {
            editor.close().await;
        }
        wait_gone(mark).await;
    }
}

#[tokio::test]
async fn permission_is_asked_for_what_a_command_does() {
    let stage = Stage::new([
        bash("call-1", "ls | wc -l"),
        bash("call-2", "mkdir made && make -n all > made/out.txt"),
        say("Done."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Run.").await;
    let asked = editor.asked("chat/requestPermission");
    assert_eq!(asked.len(), 1, "{asked:#?}");
    let effects = asked[0]["effects"].as_array().unwrap();
    let programs = effects
        .iter()
        .filter(|effect| effect["type"] == "runProgram");
    let programs = programs
        .map(|effect| text(effect, "/program"))
        .collect::<Vec<_>>();
    assert_eq!(programs, ["mkdir", "make"]);
    let writes = effects
        .iter()
        .filter(|effect| effect["type"] == "writePath");
    let writes = writes.map(|effect| Path::new(text(effect, "/path")).to_owned());
    let writes = writes.collect::<Vec<_>>();
    assert!(
        writes.contains(&stage.world.path("made/out.txt")),
        "{writes:?}"
    );
    editor.close().await;
}

#[tokio::test]
async fn a_read_only_session_runs_only_what_reads() {
    let stage = Stage::new([
        bash("call-1", "cat a.txt"),
        bash("call-2", "touch b.txt"),
        say("Done."),
    ]);
    stage.world.write("a.txt", "text\n");
    let editor = stage.open().await;
    let session = editor.create(json!({"permissionMode": "readOnly"})).await;
    editor.turn(&session, "Run.").await;
    assert_eq!(stage.tool_result("call-1"), "text\n[Done: exit code 0.]");
    let items = editor.items(&session).await;
    assert_eq!(text(&tool_calls(&items)[1], "/status"), "rejected");
    assert!(!stage.world.path("b.txt").exists());
    editor.close().await;
}

#[tokio::test]
async fn files_that_a_command_changed_are_named() {
    let stage = Stage::new([
        read("call-1", "a.txt"),
        bash("call-2", "echo more >> a.txt; echo other > b.txt"),
        say("Done."),
    ]);
    stage.world.write("a.txt", "text\n");
    let editor = stage.open().await;
    let session = free(&editor).await;
    editor.turn(&session, "Run.").await;
    assert_eq!(
        stage.tool_result("call-2"),
        "[Done: exit code 0.]\n[Changed on disk meanwhile: a.txt. Read again before you edit.]"
    );
    editor.close().await;
}

#[tokio::test]
async fn long_output_is_cut_and_kept_in_a_file() {
    let [long, part] = run([
        "for i in $(seq 20000); do echo line $i; done",
        "sed -n 10000p $TMPDIR/output-1.txt",
    ])
    .await;
    assert!(
        long.starts_with("line 1\nline 2\n") && long.contains("line 20000\n"),
        "{long}"
    );
    assert!(
        long.contains("All of it is in $TMPDIR/output-1.txt"),
        "{long}"
    );
    assert!(long.len() < 40_000, "{}", long.len());
    assert_eq!(part, "line 10000\n[Done: exit code 0.]");
}

#[tokio::test]
async fn nothing_is_typed_and_no_secret_is_passed_on() {
    let [input, environment, folder] = run([
        "read -r line || echo nobody; cat",
        "env | grep -c -e sk-test -e ASIDE_ || true",
        "cd \"$TMPDIR\" && echo x > private && cat private; pwd -P | grep -c scratch",
    ])
    .await;
    assert_eq!(input, "nobody\n[Done: exit code 0.]");
    assert_eq!(environment, "0\n[Done: exit code 0.]");
    assert!(folder.starts_with("x\n1\n"), "{folder}");
}

#[tokio::test]
async fn wrong_calls_say_what_is_wrong() {
    let stage = Stage::new([
        call("call-1", "bash", json!({"command": "  "})),
        call("call-2", "bash", json!({"command": "ls", "cwd": "nowhere"})),
        call("call-3", "bash", json!({"command": "ls", "cwd": "/etc"})),
        call("call-4", "job_output", json!({"job_id": "job-1"})),
        bash("call-5", "no-such-program-here"),
        bash("call-6", "kill -SEGV $$"),
        say("Done."),
    ]);
    let editor = stage.open().await;
    let session = free(&editor).await;
    editor.turn(&session, "Run.").await;
    let check = |id: &str, part: &str| {
        let result = stage.tool_result(id);
        assert!(result.contains(part), "{id}: {result}");
    };
    check("call-1", "command is empty");
    check("call-2", "cwd: nowhere is no folder");
    check("call-3", "outside the workspace");
    check(
        "call-4",
        "There is no job job-1: no command is in the background.",
    );
    check("call-5", "exit code 127; a program was not found.");
    check("call-6", "ended by signal 11 (segmentation fault)");
    let items = editor.items(&session).await;
    assert!(
        tool_calls(&items)
            .iter()
            .all(|call| !output(call).is_empty())
    );
    editor.close().await;
}
