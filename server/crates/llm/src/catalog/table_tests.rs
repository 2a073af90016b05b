//! The table says what it should, and what is wrong in its files is told.
use super::{provider, providers, table};

/// A file of a provider `x`, which these lines follow.
fn file(rest: &str) -> String {
    format!(
        "rank = 1\nid = \"x\"\nname = \"X\"\nwire = \"chat\"\nchecked = \"2026-11\"\n\
         sources = [\"https://x.invalid\"]\n{rest}"
    )
}

const MODEL: &str =
    "[[models]]\nname = \"m\"\nvision = true\npdf = false\ntools = true\nreasoning = \"none\"\n";

fn refused(text: &str, expect: &str) {
    let files = [("x.toml".to_owned(), text.to_owned())];
    let error = table::rust(&files).expect_err(expect);
    assert!(error.starts_with("catalog/x.toml"), "{error}");
    assert!(error.contains(expect), "{expect}: {error}");
}

#[test]
fn mistakes_name_the_file_and_the_key() {
    let files = [("x.toml".to_owned(), file(MODEL))];
    table::rust(&files).expect("a good file");
    refused(&file("colour = 1\n"), "colour");
    refused(&file(&format!("{MODEL}speed = 1\n")), "speed");
    refused(&file("[quirks]\nodd = true\n"), "odd");
    refused(&file("[[models]]\nname = \"m\"\n"), "vision");
    refused(&file(&MODEL.replace("none", "much")), "much");
    refused(
        &file(&format!("{MODEL}input = -1.0\noutput = 1.0\n")),
        "`input`",
    );
    refused(
        &file(&format!("{MODEL}input = nan\noutput = 1.0\n")),
        "`input`",
    );
    refused(
        &file(&format!("{MODEL}input = 1.0\n")),
        "`output` is missing",
    );
    refused(
        &file(&format!("{MODEL}cached_input = 1.0\n")),
        "`input` is missing",
    );
    refused(
        &file(&format!("{MODEL}context_window = 0\n")),
        "`context_window`",
    );
    refused(&file(&format!("{MODEL}{MODEL}")), "twice");
    refused(&file("path = \"chat\"\n"), "`path`");
    refused(&file("base_url = \"https://x.invalid/\"\n"), "`base_url`");
    refused(&file("").replace("2026-11", "lately"), "`checked`");
    refused(&file("").replace("\"https://x.invalid\"", ""), "`sources`");
    refused(&file("").replace("\"x\"", "\"y\""), "`id`");
    refused("rank =", "x.toml");
}

#[test]
fn two_of_one_rank_are_refused() {
    let two = file("").replace("\"x\"", "\"y\"");
    let files = [("x.toml".to_owned(), file("")), ("y.toml".to_owned(), two)];
    let error = table::rust(&files).expect_err("one rank");
    assert!(error.contains("`rank`"), "{error}");
}

#[test]
fn all_providers_are_there_in_order() {
    let ids: Vec<&str> = providers().iter().map(|spec| spec.id).collect();
    assert_eq!(
        ids,
        [
            "openai",
            "azure",
            "anthropic",
            "gemini",
            "vertex",
            "mistral",
            "github",
            "groq",
            "deepseek",
            "xai",
            "openrouter",
            "together",
            "fireworks",
            "cerebras",
            "ollama",
            "llamacpp",
            "vllm",
            "lmstudio"
        ]
    );
}

#[test]
fn what_the_table_says_is_usable() {
    for spec in providers() {
        let is_local = !spec.ports.is_empty();
        let id = spec.id;
        assert!(
            is_local || !spec.key_url.is_empty(),
            "{id} has no place for keys"
        );
        assert!(is_local || !spec.models.is_empty(), "{id} has no models");
        assert!(
            !spec.key_env.is_empty() && !spec.base_url_env.is_empty(),
            "{id}"
        );
        assert!(
            spec.base_url.is_empty() == (id == "azure"),
            "{id}: {}",
            spec.base_url
        );
        for port in spec.ports {
            assert!(spec.base_url.contains(&format!(":{port}/")), "{id}");
        }
        for model in spec.models {
            let facts = &model.facts;
            let name = model.name;
            if let Some((most, window)) = facts.max_output.zip(facts.context_window) {
                assert!(most < window, "{id}/{name} answers more than it holds");
            }
            let Some(prices) = facts.prices else { continue };
            assert!(prices.cached_input <= prices.input, "{id}/{name}");
            assert!(
                prices.output < 1000.0,
                "{id}/{name} costs too much to be true"
            );
            if let Some(long) = prices.long {
                assert!(
                    long.input >= prices.input && long.output >= prices.output,
                    "{id}/{name}"
                );
                assert!(
                    facts.context_window > Some(long.above_tokens),
                    "{id}/{name}"
                );
            }
        }
    }
}

#[test]
fn no_variable_means_two_things() {
    let mut seen = std::collections::BTreeMap::new();
    for spec in providers() {
        for variable in spec.key_env.iter().chain(spec.base_url_env) {
            let other = seen.insert(variable, spec.id);
            assert_eq!(other, None, "{variable} is of {} too", spec.id);
        }
    }
}

#[test]
fn the_table_can_be_asked() {
    let gemini = provider("gemini").expect("it is there");
    assert_eq!(gemini.name, "Google Gemini");
    assert_eq!(provider("nobody"), None);
}
