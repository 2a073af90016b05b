//! How much a session's model is to think, and which agents there are.
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, say};

#[tokio::test]
async fn the_model_is_told_the_sessions_effort() {
    let stage = Stage::new([say("One."), say("Two."), say("Three."), say("Four.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({"effort": "low"})).await;
    let get = || editor.request("session/get", json!({"sessionId": session}));
    assert_eq!(get().await["effort"], "low");
    editor.turn(&session, "First.").await;
    let update = |effort: &str| {
        let params = json!({"sessionId": session, "effort": effort});
        editor.request("session/update", params)
    };
    assert_eq!(update("high").await["effort"], "high");
    editor.turn(&session, "Second.").await;
    let copy = editor
        .request("session/fork", json!({"sessionId": session}))
        .await;
    assert_eq!(copy["effort"], "high");
    // The model's own setting again; what is not named stays.
    assert_eq!(update("default").await.get("effort"), None);
    let params = json!({"sessionId": session, "title": "Other"});
    editor.request("session/update", params).await;
    editor.turn(&session, "Third.").await;
    editor.close().await;

    let editor = stage.open().await;
    let params = json!({"sessionId": session, "effort": "minimal"});
    editor.request("session/update", params).await;
    editor.turn(&session, "Fourth.").await;
    let told: Vec<Value> = stage
        .requests()
        .iter()
        .map(|body| body["reasoning_effort"].clone())
        .collect();
    assert_eq!(json!(told), json!(["low", "high", null, "minimal"]));
    editor.close().await;
}

#[tokio::test]
async fn an_effort_that_is_none_is_refused() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    let session = editor.create(json!({"effort": "default"})).await;
    for effort in [json!("much"), json!(1), json!(["low"]), json!("")] {
        let error = editor
            .fail("session/create", json!({"effort": effort}))
            .await;
        assert_eq!(error.kind(), "invalid", "{error:?}");
        check_sentence(&error.message);
        let params = json!({"sessionId": session, "effort": effort});
        let error = editor.fail("session/update", params).await;
        assert_eq!(error.kind(), "invalid", "{error:?}");
    }
    let listed = editor.request("model/list", json!({})).await;
    let models = listed["models"].as_array().unwrap();
    let all = json!(["minimal", "low", "medium", "high"]);
    assert!(models.iter().any(|model| model["efforts"] == all));
    for model in models {
        let is_known = model
            .get("efforts")
            .is_none_or(|it| *it == all || *it == json!([]));
        assert!(is_known, "{model:#}");
    }
    editor.close().await;
}

#[tokio::test]
async fn there_is_one_agent() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    let listed = editor.request("agent/list", json!({})).await;
    let agents = listed["agents"].as_array().unwrap();
    assert_eq!(agents.len(), 1);
    assert_eq!(agents[0]["name"], "default");
    assert_eq!(agents[0]["source"], "builtin");
    check_sentence(agents[0]["description"].as_str().unwrap());
    let session = editor.create(json!({"agent": agents[0]["name"]})).await;
    let params = json!({"sessionId": session, "agent": "other"});
    assert_eq!(
        editor.fail("session/update", params).await.kind(),
        "invalid"
    );
    editor.close().await;
}
