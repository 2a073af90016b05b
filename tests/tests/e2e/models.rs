//! `model/list`, `aside models`, `aside doctor` and `server/status`: with no key, with a wrong
//! one, and with a server that works.
use aside_script::{Reply, Script};
use aside_tests::process::{Finished, run};
use aside_tests::rules::text;
use aside_tests::world::SECRET;
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, of_kind, say};

/// No key, no address, no model chosen.
fn bare() -> Stage {
    let mut stage = Stage::new([]);
    for name in ["OPENAI_API_KEY", "OPENAI_BASE_URL", "ASIDE_MODEL"] {
        stage.world.unset(name);
    }
    stage
}

/// The server refuses the key, wherever it is asked.
fn wrong_key() -> Stage {
    let refusal = || Reply::error(401, &format!("Incorrect API key provided: {SECRET}."));
    Stage::with_script(Script::answering(move |_, _| refusal()).models_reply(refusal()))
}

/// A server of the user's own, which wants no key.
fn local() -> Stage {
    let script = Script::answering(|_, _| say("Hello.")).models(["scripted", "other-7b"]);
    let mut stage = Stage::with_script(script);
    stage.world.unset("OPENAI_API_KEY");
    stage
}

async fn aside(stage: &Stage, arguments: &[&str]) -> Finished {
    run(&stage.world, arguments, "").await
}

/// What a person reads, standard output first.
fn said(done: &Finished) -> String {
    format!("{}{}", done.stdout, done.stderr)
}

/// The models of a list, by what is asked of them.
fn models(list: &Value, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    let models = list["models"].as_array().expect("a list of models");
    models
        .iter()
        .filter(|model| wanted(model))
        .cloned()
        .collect()
}

/// Asks an editor's server which models there are. Each is of the protocol's type, and says
/// why it cannot be used if it cannot.
async fn list(stage: &Stage) -> Value {
    let editor = stage.open().await;
    let list = editor.request("model/list", json!({})).await;
    let typed: Result<aside_protocol::ModelListResult, _> = serde_json::from_value(list.clone());
    typed.expect("the type of the protocol");
    for model in models(&list, |_| true) {
        let reason = model["reason"].as_str();
        assert_eq!(model["available"] == true, reason.is_none(), "{model:#}");
        reason.into_iter().for_each(check_sentence);
        assert_eq!(
            text(&model, "/id"),
            format!("{}/{}", text(&model, "/provider"), text(&model, "/name")),
        );
    }
    editor.close().await;
    list
}

/// Whether a model of that name can be used, and if not, why.
#[track_caller]
fn one(list: &Value, id: &str) -> Value {
    match models(list, |model| model["id"] == id).as_slice() {
        [one] => one.clone(),
        other => panic!("{id} is there {} times", other.len()),
    }
}

#[tokio::test]
async fn without_a_key_the_list_says_what_to_do_for_each() {
    let stage = bare();
    let list = list(&stage).await;
    for (id, hint) in [
        ("openai/gpt-5-mini", "OPENAI_API_KEY"),
        ("anthropic/claude-sonnet-4-5", "ANTHROPIC_API_KEY"),
        ("gemini/gemini-2.5-flash", "GEMINI_API_KEY"),
    ] {
        let model = one(&list, id);
        assert_eq!(model["available"], false, "{model:#}");
        assert!(text(&model, "/reason").contains(hint), "{model:#}");
        assert!(model["contextWindow"].as_u64().unwrap() > 100_000);
        assert_eq!(model["tools"], true);
    }
    let editor = stage.open().await;
    let status = editor.request("server/status", json!({})).await;
    let openai = &status["providers"][0];
    assert_eq!(
        (&openai["name"], &openai["available"]),
        (&json!("openai"), &json!(false))
    );
    assert!(
        text(openai, "/reason").contains("OPENAI_API_KEY"),
        "{status:#}"
    );
    editor.close().await;
}

#[tokio::test]
async fn without_a_key_the_shell_says_what_to_do() {
    let stage = bare();
    // Servers on the usual ports of this machine are not looked for.
    let done = aside(&stage, &["models", "--offline"]).await.expect_code(0);
    let words = said(&done);
    for part in ["OPENAI_API_KEY", "aside auth add openai", "--all"] {
        assert!(words.contains(part), "{words}");
    }
    let done = aside(&stage, &["models", "--offline", "claude"]).await;
    assert!(said(&done).contains("ANTHROPIC_API_KEY"), "{done:?}");
    let done = aside(&stage, &["models", "--offline", "no-such-model"]).await;
    assert!(said(&done).contains("as it is"), "{done:?}");
    let done = aside(&stage, &["models", "--offline", "--all", "gpt-5-mini"]).await;
    assert!(done.stdout.contains("OPENAI_API_KEY"), "{done:?}");
    assert!(done.stdout.contains("openai/gpt-5-mini"), "{done:?}");
    let done = aside(&stage, &["doctor", "--offline"]).await.expect_code(1);
    let words = said(&done);
    assert!(
        words.contains("FIX") && words.contains("OPENAI_API_KEY"),
        "{words}"
    );
    let done = aside(&stage, &["run", "Hello."]).await.expect_code(1);
    assert!(done.stderr.contains("OPENAI_API_KEY"), "{done:?}");
    // What could not begin leaves nothing behind.
    let done = aside(&stage, &["sessions", "list", "--json"]).await;
    let sessions: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(sessions["sessions"], json!([]), "{sessions:#}");
}

#[tokio::test]
async fn a_wrong_key_is_named_and_not_shown() {
    let stage = wrong_key();
    let list = list(&stage).await;
    let model = one(&list, "openai/gpt-5-mini");
    assert!(
        text(&model, "/reason").contains("OPENAI_API_KEY"),
        "{model:#}"
    );
    assert!(text(&model, "/reason").contains("401"), "{model:#}");
    for arguments in [&["models"][..], &["models", "--all", "gpt-5-mini"]] {
        let done = aside(&stage, arguments).await.expect_code(0);
        let words = said(&done);
        assert!(words.contains("refuses the API key"), "{words}");
        assert!(!words.contains(SECRET), "{words}");
    }
    let done = aside(&stage, &["doctor"]).await.expect_code(1);
    let words = said(&done);
    for part in ["FIX", "refuses the API key", "OPENAI_API_KEY"] {
        assert!(words.contains(part), "{words}");
    }
    assert!(!words.contains(SECRET), "{words}");
    assert!(!words.contains("can be used now: openai"), "{words}");
    let editor = stage.open().await;
    editor.request("model/list", json!({})).await;
    let status = editor.request("server/status", json!({})).await;
    let openai = &status["providers"][0];
    assert_eq!(openai["available"], false, "{status:#}");
    assert!(!status.to_string().contains(SECRET), "{status:#}");
    editor.close().await;
}

#[tokio::test]
async fn a_server_that_nobody_reaches_has_no_models() {
    let mut stage = Stage::new([]);
    stage.world.set("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
    stage
        .world
        .configure("[providers.second]\nbase_url = \"http://127.0.0.1:9/v2\"\n");
    let list = list(&stage).await;
    let usable = models(&list, |it| {
        it["available"] == true && it["provider"] == "openai"
    });
    assert!(usable.is_empty(), "{usable:#?}");
    let words = said(&aside(&stage, &["models"]).await.expect_code(0));
    for part in ["127.0.0.1:9/v1", "127.0.0.1:9/v2"] {
        assert!(words.contains(part), "{words}");
    }
    let words = said(&aside(&stage, &["doctor"]).await.expect_code(1));
    assert!(
        words.contains("127.0.0.1:9") && words.contains("OPENAI_BASE_URL"),
        "{words}"
    );
    assert!(!words.contains("can be used now: openai"), "{words}");
}

#[tokio::test]
async fn a_server_that_works_is_listed_as_it_says() {
    let stage = local();
    let list = list(&stage).await;
    let usable = models(&list, |it| {
        it["available"] == true && it["provider"] == "openai"
    });
    let ids: Vec<&str> = usable.iter().map(|model| text(model, "/id")).collect();
    assert_eq!(ids, ["openai/scripted", "openai/other-7b"]);
    let done = aside(&stage, &["models", "openai/"]).await.expect_code(0);
    let rows: Vec<&str> = done.stdout.lines().skip(1).collect();
    assert!(
        matches!(rows.as_slice(), [a, b]
            if a.starts_with("openai/scripted ") && b.starts_with("openai/other-7b ")),
        "{rows:#?}"
    );
    // Nobody knows what they can do.
    let words: Vec<&str> = rows[0].split_whitespace().collect();
    assert_eq!(words[1..], ["-"; 5], "{rows:#?}");
    let done = aside(&stage, &["models", "--json", "openai/"])
        .await
        .expect_code(0);
    let typed: aside_protocol::ModelListResult = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(typed.models.len(), 2);
    let words = said(&aside(&stage, &["doctor"]).await.expect_code(0));
    assert!(words.contains("has the model"), "{words}");
    let editor = stage.open().await;
    editor.request("model/list", json!({})).await;
    let status = editor.request("server/status", json!({})).await;
    let openai = &status["providers"][0];
    assert_eq!(
        (&openai["name"], &openai["available"]),
        (&json!("openai"), &json!(true)),
        "{status:#}"
    );
    editor.close().await;
}

#[tokio::test]
async fn the_doctor_names_a_model_that_the_server_has() {
    let mut stage = local();
    stage.world.unset("ASIDE_MODEL");
    let words = said(&aside(&stage, &["doctor"]).await.expect_code(0));
    assert!(words.contains("does not list gpt-5-mini"), "{words}");
    assert!(words.contains("ASIDE_MODEL=openai/scripted"), "{words}");
}

/// Whoever has a key for one provider and has not chosen a model is told that there are others.
#[tokio::test]
async fn a_key_for_another_provider_than_the_models() {
    let mut stage = bare();
    stage.world.set("ANTHROPIC_API_KEY", SECRET);
    let done = aside(&stage, &["run", "Hello."]).await.expect_code(1);
    for part in ["OPENAI_API_KEY", "`aside models`"] {
        assert!(done.stderr.contains(part), "{done:?}");
    }
    let done = aside(&stage, &["models", "--offline"]).await.expect_code(0);
    assert!(done.stdout.contains("anthropic/claude"), "{done:?}");
    let chosen = "openai/gpt-5-mini is the model in force. There is no key for OpenAI";
    assert!(done.stderr.contains(chosen), "{done:?}");
    let done = aside(&stage, &["doctor", "--offline"]).await.expect_code(1);
    assert!(
        done.stdout.contains("can be used now: anthropic/claude"),
        "{done:?}"
    );
}

/// Some servers have no list, and answer all the same.
#[tokio::test]
async fn a_server_without_a_list_is_no_failure() {
    let script = Script::answering(|_, _| say("Hello."))
        .models_reply(Reply::error(404, "There is no such page."));
    let stage = Stage::with_script(script);
    let words = said(&aside(&stage, &["doctor"]).await.expect_code(0));
    assert!(words.contains("does not list its models"), "{words}");
    aside(&stage, &["run", "Hello?"]).await.expect_code(0);
    let editor = stage.open().await;
    editor.request("model/list", json!({})).await;
    let status = editor.request("server/status", json!({})).await;
    assert_eq!(status["providers"][0]["available"], true, "{status:#}");
    editor.close().await;
}

/// What became of the last prompt is how a provider is.
#[tokio::test]
async fn the_status_says_whether_the_last_request_worked() {
    let script = Script::answering(|_, number| match number {
        0 => Reply::error(401, &format!("Incorrect API key provided: {SECRET}.")),
        1 => say("Hello."),
        2 => Reply::error(400, "The request is wrong."),
        _ => Reply::new().text("Half").close(),
    });
    let stage = Stage::with_script(script);
    let settings = json!({"providers": {"max_retries": 0}});
    let editor = stage.open_with(stage.client_with(settings)).await;
    let session = editor.create(json!({})).await;
    for reason in [Some("refuses the API key"), None, None, Some("broke")] {
        editor.turn(&session, "Talk.").await;
        let status = editor.request("server/status", json!({})).await;
        let openai = &status["providers"][0];
        assert_eq!(openai["available"] == true, reason.is_none(), "{status:#}");
        let told = openai["reason"].as_str().unwrap_or_default();
        assert!(told.contains(reason.unwrap_or_default()), "{status:#}");
        assert!(!told.contains(SECRET), "{status:#}");
    }
    editor.close().await;
}

#[tokio::test]
async fn a_list_that_makes_no_sense_is_survived() {
    for reply in [
        Reply::body(200, "text/html", "<html>hello</html>"),
        Reply::body(200, "application/json", "{\"data\": 7}"),
        Reply::body(200, "application/json", "[[[["),
        Reply::json(
            200,
            &json!({"data": [{"id": 7}, {}, null, "x", {"id": ""}]}),
        ),
        Reply::bare().close(),
    ] {
        let shown = format!("{reply:.300?}");
        let stage = Stage::with_script(Script::new([]).models_reply(reply));
        let list = list(&stage).await;
        let strange = models(&list, |it| it["name"] == "" || it["name"] == "7");
        assert!(strange.is_empty(), "{shown}: {strange:#?}");
        let done = aside(&stage, &["models"]).await;
        assert_eq!(done.code(), 0, "{shown}: {done:?}");
        let done = aside(&stage, &["doctor"]).await;
        assert!([0, 1].contains(&done.code()), "{shown}: {done:?}");
    }
}

#[tokio::test]
async fn what_settings_say_of_models_is_listed() {
    let mut stage = local();
    let url = stage.model.url();
    stage.world.unset("OPENAI_BASE_URL");
    stage.world.configure(&format!(
        "model = \"house/other-7b\"\n[providers.house]\nbase_url = \"{url}\"\n\
         [providers.house.models.\"other-7b\"]\ncontext_window = 32768\nmax_output = 4096\n\
         vision = true\ntools = true\ninput_price = 0.5\noutput_price = 1.5\n"
    ));
    stage.world.unset("ASIDE_MODEL");
    let list = list(&stage).await;
    let model = one(&list, "house/other-7b");
    for (name, value) in [
        ("available", json!(true)),
        ("contextWindow", json!(32768)),
        ("maxOutput", json!(4096)),
        ("vision", json!(true)),
        ("tools", json!(true)),
    ] {
        assert_eq!(model[name], value, "{name}: {model:#}");
    }
    let done = aside(&stage, &["models", "house"]).await.expect_code(0);
    let row = done.stdout.lines().find(|row| row.contains("other-7b"));
    let row = row.unwrap_or_else(|| panic!("{done:?}"));
    for part in ["tools vision", "32k", "4096", "0.5", "1.5"] {
        assert!(row.contains(part), "{part}: {row}");
    }
    let done = aside(&stage, &["models", "--providers"])
        .await
        .expect_code(0);
    let row = done.stdout.lines().find(|row| row.starts_with("house"));
    assert!(row.is_some_and(|row| row.contains(&url)), "{done:?}");
    aside(&stage, &["run", "Hello?"]).await.expect_code(0);
    assert_eq!(stage.requests()[0]["model"], "other-7b");
}

/// A price of the user's takes nothing away from what the server says of the model.
#[tokio::test]
async fn what_a_server_says_counts_beside_what_settings_say() {
    let list = json!({"data": [{"id": "other-7b", "max_model_len": 8192}]});
    let list = Reply::body(200, "application/json", list.to_string());
    let script = Script::answering(|_, _| say("Hello.")).models_reply(list);
    let mut stage = Stage::with_script(script);
    let url = stage.model.url();
    stage.world.configure(&format!(
        "model = \"house/other-7b\"\n[providers.house]\nbase_url = \"{url}\"\n\
         [providers.house.models.\"other-7b\"]\ninput_price = 0.5\noutput_price = 1.5\n"
    ));
    stage.world.unset("ASIDE_MODEL");
    let editor = stage.open().await;
    editor.request("model/list", json!({})).await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Hello?").await;
    assert!(turn["usage"]["costUsd"].is_number(), "{turn:#}");
    let used = of_kind(&editor.checked_events(&session), "usageUpdated");
    assert_eq!(used[0]["context"]["windowTokens"], 8192, "{used:#?}");
    editor.close().await;
}

#[tokio::test]
async fn providers_say_where_their_keys_come_from() {
    let mut stage = bare();
    stage.world.set("ANTHROPIC_API_KEY", SECRET);
    stage
        .world
        .configure(&format!("[providers.mistral]\napi_key = \"{SECRET}-2\"\n"));
    let done = aside(&stage, &["models", "--providers"])
        .await
        .expect_code(0);
    let row = |id: &str| {
        let row = done.stdout.lines().find(|row| row.starts_with(id));
        row.unwrap_or_else(|| panic!("no {id} in {done:?}"))
    };
    assert!(row("openai").contains("not set: OPENAI_API_KEY"));
    assert!(row("anthropic").contains(" ANTHROPIC_API_KEY"));
    assert!(!row("anthropic").contains("not set"));
    assert!(row("mistral").contains("config.toml"), "{}", row("mistral"));
    assert!(row("azure").contains("AZURE_OPENAI_ENDPOINT"));
    assert!(row("ollama").contains("needs none"));
    assert!(!said(&done).contains(SECRET));
    let done = aside(&stage, &["models", "--providers", "--json"])
        .await
        .expect_code(0);
    let all: Value = serde_json::from_str(&done.stdout).unwrap();
    let ids: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|provider| text(provider, "/id"))
        .collect();
    assert!(ids.len() >= 17 && ids.contains(&"github"), "{ids:?}");
    assert!(!done.stdout.contains(SECRET));
}
