//! Azure OpenAI: Chat Completions with the deployment in the path.
//! <https://learn.microsoft.com/azure/ai-foundry/openai/reference>.
use aside_llm::{
    Chunk, KeyStyle, Model, ModelErrorKind, ModelRequest, ProviderConfig, Remote, StopReason,
};
use aside_script::{Reply, ScriptServer};
use serde_json::{Value, json};

use super::{KEY, answer, collect, config, request, run, serve, text};

fn azure(server: &ScriptServer, path: &str) -> Remote {
    Remote::new(ProviderConfig {
        base_url: server.url().replace("/v1", ""),
        path: Some(path.into()),
        query: vec![("api-version".into(), "2025-04-01-preview".into())],
        key_style: KeyStyle::Header("api-key"),
        ..config(server)
    })
}

#[test]
fn the_deployment_is_in_the_path_and_the_key_in_its_own_header() {
    run(async {
        let server = serve([Reply::say("ok"), Reply::say("ok")]);
        let fixed = azure(&server, "/openai/deployments/my-gpt/chat/completions");
        answer(&fixed).await.unwrap();
        let by_model = azure(&server, "/openai/deployments/{model}/chat/completions");
        let other = ModelRequest {
            model: "my gpt?x=1".into(),
            ..request()
        };
        let stream = by_model.stream(other).await.unwrap();
        assert!(collect(stream).await.1.is_none());
        let paths: Vec<String> = server
            .requests()
            .into_iter()
            .map(|sent| sent.path)
            .collect();
        assert_eq!(
            paths,
            [
                "/openai/deployments/my-gpt/chat/completions?api-version=2025-04-01-preview",
                "/openai/deployments/my%20gpt%3Fx%3D1/chat/completions\
                 ?api-version=2025-04-01-preview",
            ]
        );
        let sent = &server.requests()[0];
        assert_eq!(sent.header("api-key"), Some(KEY));
        assert_eq!(sent.header("authorization"), None);
        assert_eq!(sent.body["model"], "m");
        assert_eq!(sent.body["stream_options"], json!({"include_usage": true}));
        assert_eq!(sent.body["messages"][1]["content"], "Hi.");
    });
}

fn stream(events: &[Value]) -> Reply {
    events
        .iter()
        .fold(Reply::new(), |reply, event| reply.event(event))
}

#[test]
fn a_filter_is_told_before_and_in_the_answer() {
    run(async {
        let safe = json!({"hate": {"filtered": false, "severity": "safe"}});
        let found = json!({"hate": {"filtered": true, "severity": "medium"}});
        let refused = json!({"error": {
            "message": "The prompt was filtered.", "code": "content_filter", "status": 400,
            "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": found},
        }});
        let server = serve([
            stream(&[
                json!({"choices": [], "prompt_filter_results": [
                    {"prompt_index": 0, "content_filter_results": safe}]}),
                json!({"choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": null,
                    "content_filter_results": safe}]}),
                json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "content_filter",
                    "content_filter_results": found}]}),
            ]),
            Reply::json(400, &refused).header("apim-request-id", "req-8"),
        ]);
        let model = azure(&server, "/openai/deployments/my-gpt/chat/completions");
        let (chunks, error) = answer(&model).await.unwrap();
        assert!(error.is_none(), "{error:?}");
        assert_eq!(
            chunks,
            [
                text("a"),
                Chunk::Note("the filter found: hate".into()),
                Chunk::Stop(StopReason::Filtered),
            ]
        );
        let error = answer(&model).await.unwrap_err();
        assert_eq!(
            (error.kind, error.retryable),
            (ModelErrorKind::Rejected, false)
        );
        assert!(error.message.contains("It found: hate."), "{error}");
        assert!(error.message.ends_with("Request id: req-8."), "{error}");
    });
}
