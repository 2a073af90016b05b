//! Order and batching on the way out.

use serde_json::json;
use serde_json::value::RawValue;
use tokio::io::AsyncReadExt;

use super::peer::{Peer, backend, receive, soon};

#[tokio::test]
async fn both_ways_out_and_the_answer_keep_one_order() {
    let mut peer = Peer::ready().await;
    peer.request(json!(1), "test/tell", json!({ "count": 500 }))
        .await;
    for n in 0..500 {
        peer.expect(json!({ "jsonrpc": "2.0", "method": "client/tell", "params": { "n": n } }))
            .await;
    }
    peer.expect_result(json!(1), json!({ "count": 500 })).await;
}

#[tokio::test]
async fn raw_params_are_sent_as_they_are() {
    let mut peer = Peer::ready().await;
    let params = RawValue::from_string(r#"{"b":1.50,  "a":[]}"#.to_owned()).unwrap();
    peer.inside
        .outgoing
        .notify("chat/event", &*params)
        .await
        .unwrap();
    let expected = "Content-Length: 71\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"chat/event\",\"params\":{\"b\":1.50,  \"a\":[]}}";
    let mut found = vec![0; expected.len()];
    soon("the event", peer.output.read_exact(&mut found))
        .await
        .unwrap();
    assert_eq!(
        String::from_utf8(found).unwrap(),
        expected.replace("71", &(expected.len() - 22).to_string())
    );
}

#[tokio::test]
async fn messages_queued_together_are_written_together() {
    let (mut near, far) = tokio::io::duplex(1024 * 1024);
    let (_open, input) = tokio::io::duplex(64);
    let (service, socket, options, inside) = backend();
    for n in 0..200 {
        inside
            .outgoing
            .notify("client/tell", &json!({ "n": n }))
            .await
            .unwrap();
    }
    let queued = inside.outgoing.unwritten_bytes();
    let served = tokio::spawn(super::super::serve(input, far, service, socket, options));
    let mut first = vec![0; queued + 1];
    let length = soon("the first write", near.read(&mut first))
        .await
        .unwrap();
    assert_eq!(length, queued, "one write holds them all");
    let mut rest = &first[..length];
    for n in 0..200 {
        assert_eq!(
            receive(&mut rest).await.unwrap()["params"],
            json!({ "n": n })
        );
    }
    served.abort();
}
