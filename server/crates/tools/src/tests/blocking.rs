//! Work on another thread ends when nobody waits for it.
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use aside_agent::tool::ToolError;

use crate::blocking;

/// How long a thread may take to see that it is to stop, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// A call that works until it is told to stop, and then says so.
fn endless(cancel: &CancellationToken) -> (BoxFuture<'_, Result<(), ToolError>>, Receiver<()>) {
    let (stopped, told) = channel();
    let call = blocking::run(cancel, move |stop| {
        while !stop.is_set() {
            std::thread::yield_now();
        }
        stopped
            .send(())
            .map_err(|error| ToolError(error.to_string()))
    });
    (call.boxed(), told)
}

#[tokio::test]
async fn a_dropped_call_stops_its_thread() {
    let cancel = CancellationToken::new();
    let (mut call, told) = endless(&cancel);
    assert!((&mut call).now_or_never().is_none());
    drop(call);
    assert_eq!(told.recv_timeout(PATIENCE), Ok(()));
}

#[tokio::test]
async fn a_cancelled_call_ends_at_once_and_stops_its_thread() {
    let cancel = CancellationToken::new();
    let (mut call, told) = endless(&cancel);
    assert!((&mut call).now_or_never().is_none());
    cancel.cancel();
    let ended = call.await.map_err(|error| error.to_string());
    assert_eq!(ended, Err("The call was cancelled.".to_owned()));
    assert_eq!(told.recv_timeout(PATIENCE), Ok(()));
}

#[tokio::test]
async fn work_that_panics_is_an_error() {
    let cancel = CancellationToken::new();
    let ended = blocking::run::<()>(&cancel, |_| panic!("inside")).await;
    let message = ended.expect_err("it failed").to_string();
    assert!(message.starts_with("The tool failed inside: "), "{message}");
}
