//! What a provider wants to see again goes back to it exactly as it came.
use serde_json::{Value, json};

use super::Format;
use super::script::{PROMPT, aimock, answers, edit_call, good, read_call};

/// Thinks in both answers that call a tool.
fn turn() -> Vec<Vec<Value>> {
    vec![
        vec![good(json!({
            "reasoning": "I should look at it first.", "reasoningSignature": "c2lnbmVkIDE=+/",
            "redactedThinking": ["cmVkYWN0ZWQ=", "AAEC"],
            "content": "I read it.", "toolCalls": [read_call()],
        }))],
        vec![good(json!({
            "reasoning": "It is red.", "reasoningSignature": "c2lnbmVkIDI=",
            "toolCalls": [edit_call()],
        }))],
        vec![good(json!({"content": "It is blue now."}))],
    ]
}

#[tokio::test]
async fn thinking_of_messages_goes_back_with_its_signatures() {
    let Some(place) = aimock(Format::Messages, "thinking_of_messages").await else {
        return;
    };
    // Then the server itself insists on the blocks that begin an answer with calls.
    place.world.configure("reasoning_effort = \"low\"\n");
    answers(&place, Format::Messages, &turn()).await;
    place.run(PROMPT).await.expect_good("a turn that thinks");
    let asked = place.tap.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0].body()["thinking"]["type"], "enabled");
    let answers: Vec<Value> = asked[2].body()["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|message| message["role"] == "assistant")
        .map(|message| message["content"].clone())
        .collect();
    let is_thought = |block: &&Value| {
        block["type"]
            .as_str()
            .is_some_and(|kind| kind.ends_with("thinking"))
    };
    let thoughts = |content: &Value| -> Vec<Value> {
        let blocks = content.as_array().unwrap().iter();
        blocks.take_while(is_thought).cloned().collect()
    };
    let thinking = |text: &str, signature: &str| json!({"type": "thinking", "thinking": text, "signature": signature});
    let redacted = |data: &str| json!({"type": "redacted_thinking", "data": data});
    // In the order in which they came, whatever that is.
    let first = thoughts(&answers[0]);
    for block in [
        thinking("I should look at it first.", "c2lnbmVkIDE=+/"),
        redacted("cmVkYWN0ZWQ="),
        redacted("AAEC"),
    ] {
        assert!(first.contains(&block), "{block} in {first:#?}");
    }
    assert_eq!(first.len(), 3, "{first:#?}");
    let data = |block: &Value| block["data"].as_str().map(str::to_owned);
    let in_order: Vec<String> = first.iter().filter_map(data).collect();
    assert_eq!(in_order, ["cmVkYWN0ZWQ=", "AAEC"]);
    assert_eq!(
        thoughts(&answers[1]),
        [thinking("It is red.", "c2lnbmVkIDI=")]
    );
}

#[tokio::test]
async fn encrypted_reasoning_of_responses_goes_back_with_its_id() {
    let Some(place) = aimock(Format::Responses, "encrypted_reasoning_of_responses").await else {
        return;
    };
    place.world.configure("reasoning_effort = \"low\"\n");
    answers(&place, Format::Responses, &turn()).await;
    place.run(PROMPT).await.expect_good("a turn that reasons");
    let asked = place.tap.asked();
    assert_eq!(asked.len(), 3);
    let input = asked[2].body()["input"].as_array().unwrap().clone();
    let sent: Vec<&Value> = input
        .iter()
        .filter(|item| item["type"] == "reasoning")
        .collect();
    assert_eq!(sent.len(), 2, "{input:#?}");
    for (request, item) in asked.iter().zip(sent) {
        let came = reasoning(&request.answer);
        assert_eq!(
            came["encrypted_content"], item["encrypted_content"],
            "{came:#}"
        );
        assert_eq!(
            (&came["id"], &came["summary"]),
            (&item["id"], &item["summary"])
        );
        assert!(item["encrypted_content"].is_string(), "{item:#}");
    }
    // Each stands before the call that it led to.
    let kinds: Vec<&str> = input
        .iter()
        .filter_map(|item| item["type"].as_str())
        .collect();
    let at = |kind: &str| kinds.iter().position(|known| *known == kind).unwrap();
    assert!(at("reasoning") < at("function_call"), "{kinds:?}");
}

/// The finished item of reasoning in an answer.
#[track_caller]
fn reasoning(answer: &[u8]) -> Value {
    let text = String::from_utf8_lossy(answer);
    text.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("data: ")?).ok())
        .filter(|event| event["type"] == "response.output_item.done")
        .map(|event| event["item"].clone())
        .find(|item| item["type"] == "reasoning")
        .unwrap_or_else(|| panic!("no reasoning in {text}"))
}
