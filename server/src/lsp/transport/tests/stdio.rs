//! The threads behind standard input and output, over pipes of the operating system.

use std::fs::File;
use std::io::{PipeWriter, Read, Write};
#[cfg(unix)]
use std::os::fd::OwnedFd as Owned;
#[cfg(windows)]
use std::os::windows::io::OwnedHandle as Owned;
use std::thread;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::ExitReason;
use super::super::stdio::{Direct, Input, Output};
use super::peer::{backend, frame, receive, soon};

fn output(pipe: PipeWriter) -> Output {
    let file = File::from(Owned::from(pipe));
    let direct = Direct::new(&file);
    Output::new(file, direct).unwrap()
}

#[tokio::test]
async fn more_bytes_than_all_buffers_pass_unchanged_both_ways() {
    let (their_input, our_output) = std::io::pipe().unwrap();
    let (our_input, their_output) = std::io::pipe().unwrap();
    let mut input = Input::new(their_input).unwrap();
    let mut output = output(their_output);
    let bytes: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let expected = bytes.clone();
    let writer = thread::spawn(move || { &our_output }.write_all(&bytes).unwrap());
    let reader = thread::spawn(move || {
        let mut found = Vec::new();
        { &our_input }.read_to_end(&mut found).unwrap();
        found
    });
    soon("the copy", tokio::io::copy(&mut input, &mut output))
        .await
        .unwrap();
    soon("the last write", output.shutdown()).await.unwrap();
    drop(output);
    writer.join().unwrap();
    assert!(reader.join().unwrap() == expected);
    assert_eq!(
        input.read(&mut [0; 8]).await.unwrap(),
        0,
        "the end stays the end"
    );
}

#[tokio::test]
async fn a_reader_that_left_is_an_error() {
    let (their_end, our_output) = std::io::pipe().unwrap();
    let mut output = output(our_output);
    drop(their_end);
    let written = async {
        loop {
            if let Err(error) = output.write_all(&[0; 100]).await {
                return error;
            }
            tokio::task::yield_now().await;
        }
    };
    assert_eq!(
        soon("the error", written).await.kind(),
        std::io::ErrorKind::BrokenPipe
    );
    assert!(output.shutdown().await.is_err());
}

#[tokio::test]
async fn a_whole_session_over_pipes() {
    let (server_input, mut to_server) = std::io::pipe().unwrap();
    let (from_server, server_output) = std::io::pipe().unwrap();
    let (service, socket, options, _inside) = backend();
    let served = tokio::spawn(super::super::serve(
        Input::new(server_input).unwrap(),
        output(server_output),
        service,
        socket,
        options,
    ));
    let mut answers = Input::new(from_server).unwrap();
    let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } });
    to_server.write_all(&frame(hello.to_string())).unwrap();
    assert_eq!(
        soon("the answer", receive(&mut answers)).await.unwrap()["id"],
        1
    );
    for n in 0..200 {
        let echo =
            json!({ "jsonrpc": "2.0", "id": n, "method": "test/echo", "params": { "n": n } });
        to_server.write_all(&frame(echo.to_string())).unwrap();
    }
    to_server
        .write_all(&frame(r#"{"jsonrpc":"2.0","id":"s","method":"shutdown"}"#))
        .unwrap();
    to_server
        .write_all(&frame(r#"{"jsonrpc":"2.0","method":"exit"}"#))
        .unwrap();
    assert_eq!(
        soon("the end", served).await.unwrap(),
        ExitReason::Exit { code: 0 }
    );
    for n in 0..200 {
        assert_eq!(
            soon("an answer", receive(&mut answers)).await.unwrap()["result"],
            json!({ "n": n })
        );
    }
    assert_eq!(
        soon("an answer", receive(&mut answers)).await.unwrap()["id"],
        "s"
    );
    assert!(
        soon("the end of the output", receive(&mut answers))
            .await
            .is_none()
    );
}
