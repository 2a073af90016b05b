//! Commands at work, with programs that are pipes of the test's own.
use std::sync::Arc;
use std::time::Duration;

use aside_agent::tool::{Outcome, ToolContext};
use aside_sandbox::{Backend, Network};
use expect_test::{Expect, expect};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncWriteExt, DuplexStream};
use tokio::sync::oneshot;

use super::workspace::{Workspace, object, services};
use crate::command::explained::Confined;
use crate::command::follow::{Followed, Foreground};
use crate::command::told;
use crate::job_tools::{JobOutput, JobStop};
use crate::jobs::{Bounds, End, Job, MAX_ENDED_JOBS, Process, spool_name};
use crate::serviced;
use crate::services::Services;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A session with a private folder and the commands of its own.
struct Session {
    scratch: TempDir,
    services: Services,
    context: ToolContext,
}

/// The other side of a program.
struct Program {
    output: DuplexStream,
    end: oneshot::Sender<End>,
    stopped: oneshot::Receiver<()>,
    job: Arc<Job>,
}

impl Session {
    fn new() -> Self {
        let context = ToolContext {
            session_id: Arc::from("session"),
            ..Workspace::new(&[]).context()
        };
        Self {
            scratch: tempfile::tempdir().expect("a folder"),
            services: services(),
            context,
        }
    }

    fn start(&self, command: &str) -> Program {
        self.start_within(command, PATIENCE)
    }

    fn start_within(&self, command: &str, time: Duration) -> Program {
        let (output, read) = tokio::io::duplex(1024 * 1024);
        let (end, ended) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let process = Process {
            output: Box::new(read),
            ended: Box::pin(async move {
                let end = ended.await.unwrap_or(End::Stopped);
                (end, String::new())
            }),
            stop: Box::new(move || stop.send(()).unwrap_or_default()),
        };
        let jobs = self.services.jobs();
        let number = jobs.next_number(&self.context.session_id);
        let bounds = Bounds {
            time,
            scratch: self.scratch.path().to_owned(),
            spool: spool_name(number),
            shown: 100,
            confined: Confined {
                backend: Backend::Bubblewrap,
                network: Network::Off,
            },
        };
        let job = jobs.start(&self.context.session_id, number, command, process, bounds);
        Program {
            output,
            end,
            stopped,
            job,
        }
    }

    fn start_in_background(&self, command: &str) -> Program {
        let program = self.start(command);
        self.services.jobs().keep("session", &program.job);
        program
    }

    async fn call<T: serviced::Serviced>(&self, id: &str) -> String {
        let tool = serviced::tool::<T>(&self.services);
        let arguments = object(json!({"job_id": id}));
        match tool.call(arguments, self.context.clone()).await {
            Ok(Outcome::Done(output)) => untimed(&output.text),
            Ok(Outcome::Edit { .. }) => panic!("it edits"),
            Err(error) => format!("error: {error}"),
        }
    }

    /// The commands of the list, with their ends.
    fn list(&self) -> Vec<String> {
        let jobs = self.services.jobs().list("session").into_iter();
        jobs.map(|job| format!("{} {}: {:?}", job.id, job.command, job.end))
            .collect()
    }
}

impl Program {
    async fn print(&mut self, text: &str) {
        self.output
            .write_all(text.as_bytes())
            .await
            .expect("a pipe");
    }

    async fn end(self, end: End) -> Arc<Job> {
        drop(self.output);
        self.end.send(end).expect("somebody waits");
        self.job.ended().await;
        self.job
    }
}

/// A text without the times in it.
fn untimed(text: &str) -> String {
    let times = ["for ", "after "];
    let mut out = text.to_owned();
    for before in times {
        if let Some(at) = out.find(before) {
            let rest = &out[at + before.len()..];
            let end = rest.find(" s").map_or(0, |end| end + 2);
            out.replace_range(at + before.len()..at + before.len() + end, "a while");
        }
    }
    out
}

#[tokio::test]
async fn what_a_command_printed_and_its_end_are_told() {
    async fn check(printed: &str, end: End, expect: Expect) {
        let session = Session::new();
        let mut program = session.start("x");
        program.print(printed).await;
        let job = program.end(end).await;
        expect.assert_eq(&told::ended(&job.take_news()));
    }
    check(
        "hello\n",
        End::Exited(0),
        expect![[r#"
        hello
        [Done: exit code 0.]"#]],
    )
    .await;
    check("", End::Exited(0), expect!["[Done: exit code 0.]"]).await;
    check(
        "a\r\x1b[31mb\x1b[0m\n\n",
        End::Exited(3),
        expect![[r#"
        b
        [Failed: exit code 3.]"#]],
    )
    .await;
    check(
        "",
        End::Exited(127),
        expect!["[Failed: exit code 127; a program was not found.]"],
    )
    .await;
    check(
        "x",
        End::Signaled(11),
        expect![[r#"
        x
        [Failed: ended by signal 11 (segmentation fault).]"#]],
    )
    .await;
    check(
        "",
        End::Ended("Failed: no sandbox.".to_owned()),
        expect!["[Failed: no sandbox.]"],
    )
    .await;
    check(&"0123456789abcdefgh\n".repeat(20), End::Exited(0), expect![[r#"
        0123456789abcdefgh
        0123456789abcdefgh
        0123456789ab
        [… 280 bytes left out here. All of it is in $TMPDIR/output-1.txt: look at parts of it with grep, head, tail or sed. …]
        789abcdefgh
        0123456789abcdefgh
        0123456789abcdefgh
        [Done: exit code 0.]"#]]).await;
}

#[tokio::test]
async fn all_of_a_long_output_is_in_a_file() {
    let session = Session::new();
    let mut program = session.start("x");
    let mut all = String::new();
    for number in 0..200 {
        let line = format!("line {number}\n");
        program.print(&line).await;
        all.push_str(&line);
    }
    program.end(End::Exited(0)).await;
    let file = session.scratch.path().join("output-1.txt");
    assert_eq!(std::fs::read_to_string(file).expect("the file"), all);
}

#[cfg(unix)]
#[tokio::test]
async fn no_link_is_followed_for_it() {
    let session = Session::new();
    let target = session.scratch.path().join("target");
    let link = session.scratch.path().join("output-1.txt");
    std::os::unix::fs::symlink(&target, link).expect("a link");
    let mut program = session.start("x");
    program.print(&"long line\n".repeat(100)).await;
    let job = program.end(End::Exited(0)).await;
    assert!(!target.exists());
    let told = told::ended(&job.take_news());
    assert!(
        told.contains("All of it is in $TMPDIR/output-1.txt"),
        "{told}"
    );

    // Where there can be no file, there is none.
    std::fs::create_dir(session.scratch.path().join("output-2.txt")).expect("a folder");
    let mut program = session.start("y");
    program.print(&"long line\n".repeat(100)).await;
    let job = program.end(End::Exited(0)).await;
    let told = told::ended(&job.take_news());
    assert!(
        told.contains("Run it with less output to see more."),
        "{told}"
    );
}

#[tokio::test]
async fn a_command_that_is_told_to_end_says_why() {
    let session = Session::new();
    let program = session.start_within("x", Duration::from_millis(20));
    program.stopped.await.expect("it is told");
    program.end.send(End::Stopped).expect("somebody waits");
    assert_eq!(program.job.ended().await, End::TimedOut(0));

    // It has closed its output before, and is still told.
    let program = session.start("x");
    drop(program.output);
    program.job.stop();
    program.stopped.await.expect("it is told");
    program.end.send(End::Stopped).expect("somebody waits");
    assert_eq!(program.job.ended().await, End::Stopped);

    // One that ended by itself meanwhile did that.
    let program = session.start("x");
    program.job.stop();
    program.stopped.await.expect("it is told");
    drop(program.output);
    program.end.send(End::Exited(4)).expect("somebody waits");
    assert_eq!(program.job.ended().await, End::Exited(4));
}

#[tokio::test]
async fn a_command_nobody_waits_for_ends() {
    let session = Session::new();
    let program = session.start("x");
    drop(Foreground::new(Arc::clone(&program.job)));
    program.stopped.await.expect("it is told");

    let mut program = session.start("y");
    let foreground = Foreground::new(Arc::clone(&program.job));
    program.print("so far\n").await;
    let followed = foreground.follow(&session.context, Duration::from_millis(20));
    assert_eq!(followed.await.expect("no cancel"), Followed::Working);
    drop(foreground.keep());
    assert!(program.stopped.try_recv().is_err());

    let program = session.start("z");
    let foreground = Foreground::new(Arc::clone(&program.job));
    session.context.cancel.cancel();
    let followed = foreground.follow(&session.context, PATIENCE);
    let (followed, ()) = tokio::join!(followed, async {
        program.stopped.await.expect("it is told");
        program.end.send(End::Stopped).expect("somebody waits");
        drop(program.output);
    });
    assert!(followed.is_err());
}

#[tokio::test]
async fn job_output_tells_what_is_new() {
    let session = Session::new();
    let mut program = session.start_in_background("serve");
    program.print("listening\n").await;
    assert_eq!(
        session.call::<JobOutput>("job-1").await,
        "listening\n[Still running, for a while.]"
    );
    program.print("request\n").await;
    assert_eq!(
        session.call::<JobOutput>("1").await,
        "request\n[Still running, for a while.]"
    );
    program.print("bye\n").await;
    program.end(End::Exited(1)).await;
    let last = "bye\n[Failed: exit code 1. It ran for a while.]";
    assert_eq!(session.call::<JobOutput>("job-1").await, last);
    let again = "[Failed: exit code 1. It ran for a while.]";
    assert_eq!(session.call::<JobOutput>("job-1").await, again);
    assert_eq!(session.list(), ["job-1 serve: Some(Exited(1))"]);
}

#[tokio::test]
async fn job_stop_ends_a_command() {
    let session = Session::new();
    let program = session.start_in_background("serve");
    let (told, ()) = tokio::join!(session.call::<JobStop>("job-1"), async {
        program.stopped.await.expect("it is told");
        program.end.send(End::Stopped).expect("somebody waits");
        drop(program.output);
    });
    assert_eq!(
        told,
        "[Stopped, with all that it had started. It ran for a while.]"
    );
}

#[tokio::test]
async fn unknown_jobs_are_named_as_such() {
    let session = Session::new();
    let unknown = "error: There is no job job-7: no command is in the background.";
    assert_eq!(session.call::<JobOutput>("job-7").await, unknown);
    let _one = session.start_in_background("a");
    let _foreground = session.start("b");
    let _two = session.start_in_background("c");
    let unknown = "error: There is no job x. There are: job-1, job-3.";
    assert_eq!(session.call::<JobStop>("x").await, unknown);
    let full = session.services.jobs().check_room("session", 2);
    assert_eq!(
        full.map_err(|error| error.to_string()),
        Err("2 commands work in the background already (job-1, job-3), and the setting bash.max_jobs allows no more. Stop one with job_stop.".to_owned())
    );
    assert!(session.services.jobs().check_room("other", 2).is_ok());
}

#[tokio::test]
async fn commands_that_ended_are_forgotten_in_time() {
    let session = Session::new();
    for number in 0..MAX_ENDED_JOBS + 5 {
        let program = session.start_in_background(&number.to_string());
        program.end(End::Exited(0)).await;
    }
    let _last = session.start_in_background("last");
    let list = session.list();
    assert_eq!(list.len(), MAX_ENDED_JOBS + 1);
    assert_eq!(list[0], "job-6 5: Some(Exited(0))");
}

#[tokio::test]
async fn commands_end_with_their_session() {
    let session = Session::new();
    let one = session.start_in_background("a");
    let two = session.start("b");
    let jobs = session.services.jobs().clone();
    tokio::join!(jobs.end_session("session"), async {
        for program in [one, two] {
            program.stopped.await.expect("it is told");
            program.end.send(End::Stopped).expect("somebody waits");
        }
    });
    assert!(session.list().is_empty());
    let three = session.start_in_background("c");
    tokio::join!(jobs.end_all(), async {
        three.stopped.await.expect("it is told");
        drop((three.end, three.output));
    });
    assert!(session.list().is_empty());
}
