//! Turns of two tools against `llmock`, whose events differ from those of `aimock`, and calls
//! that are not as they should be.
use serde_json::{Value, json};

use super::script::{AFTER, BEFORE, FILE, PROMPT, edit_call, llmock, read_call};
use super::{Format, Place};

in_each_format!(two_tools, super::check_two_tools);
in_each_format!(bad_calls, super::check_bad_calls);
in_each_format!(other_ends, super::check_other_ends);

/// Has the server do this with the requests to come, and forget what was.
pub(super) async fn behave(place: &Place, behaviors: &[Value]) {
    place.mock.post("/_llmock/reset", &json!({})).await;
    let scenario = json!({"behaviors": behaviors});
    place.mock.post("/_llmock/scenario", &scenario).await;
}

/// The model says this and makes these calls.
pub(super) fn reply(text: &str, calls: &[Value]) -> Value {
    json!({"type": "reply", "text": text, "tool_calls": calls})
}

async fn check_two_tools(format: Format, test: &str) {
    let Some(place) = llmock(format, test).await else {
        return;
    };
    let in_turn = [
        reply("I read it.", &[read_call()]),
        reply("", &[edit_call()]),
        reply("It is blue now.", &[]),
    ];
    let at_once = [
        reply("", &[read_call(), edit_call()]),
        reply("It is blue now.", &[]),
    ];
    let editor = place.open().await;
    for (behaviors, first) in [(&in_turn[..], Some("I read it.")), (&at_once[..], None)] {
        behave(&place, behaviors).await;
        let outcome = place.turn(&editor, PROMPT).await;
        outcome.expect_good(test);
        let mut story: Vec<String> = first
            .map(|text| format!("assistantMessage {text}"))
            .into_iter()
            .collect();
        story.extend(
            [
                "toolCall read_file",
                "toolCall edit_file",
                "assistantMessage It is blue now.",
            ]
            .map(str::to_owned),
        );
        assert_eq!(outcome.story(), story);
        assert_eq!(place.world.read(FILE), AFTER);
        let tokens = |name: &str| outcome.turn["usage"][name].as_u64().unwrap_or_default();
        assert!(
            tokens("inputTokens") > tokens("outputTokens"),
            "{:#}",
            outcome.turn
        );
        assert!(tokens("outputTokens") > 3, "{:#}", outcome.turn);
        let requests = place.mock.get("/_llmock/requests").await;
        assert_eq!(requests["count"], json!(behaviors.len()), "{requests:#}");
    }
    editor.close().await;
}

/// A call with half of its arguments, or of a tool that there is not: it does not run, the model
/// is told, and the turn goes on.
async fn check_bad_calls(format: Format, test: &str) {
    let Some(place) = llmock(format, test).await else {
        return;
    };
    let editor = place.open().await;
    for kind in ["malformed_arguments", "unknown_tool"] {
        let behaviors = [
            json!({"type": "tool_fault", "kind": kind}),
            reply("", &[edit_call()]),
            reply("I could not.", &[]),
        ];
        behave(&place, &behaviors).await;
        let outcome = place.turn(&editor, PROMPT).await;
        outcome.expect_good(kind);
        let story = outcome.story();
        assert_eq!(story.len(), 2, "{kind}: {story:#?}");
        assert!(story[0].ends_with(" (failed)"), "{kind}: {story:#?}");
        assert_eq!(story[1], "assistantMessage I could not.", "{kind}");
        assert_eq!(place.world.read(FILE), BEFORE, "{kind}");
        assert_eq!(outcome.retries(), 0, "{kind}");
    }
    editor.close().await;
}

/// An answer that was cut short by its limit or by a filter is told as such.
async fn check_other_ends(format: Format, test: &str) {
    let Some(place) = llmock(format, test).await else {
        return;
    };
    let editor = place.open().await;
    for (reason, told) in [("length", "maxTokens"), ("content_filter", "refusal")] {
        if (format, reason) == (Format::Responses, "content_filter") {
            // The server has no word for it in this format.
            continue;
        }
        let mut cut = reply("It is", &[]);
        cut["finish_reason"] = json!(reason);
        cut["times"] = json!(null);
        behave(&place, &[cut]).await;
        let outcome = place.turn(&editor, PROMPT).await;
        assert_eq!(
            outcome.turn["stopReason"], told,
            "{reason}: {:#}",
            outcome.turn
        );
        assert_eq!(outcome.story()[0], "assistantMessage It is", "{reason}");
    }
    editor.close().await;
}
