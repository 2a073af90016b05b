//! Model servers on this machine, found on their usual ports.
use std::time::Duration;

use futures_util::future::join_all;

use super::{ListedModel, ProviderSpec, providers};
use crate::{ProviderConfig, Remote};

/// The servers that answer with a list of models, in the table's order, all asked at once. The
/// limit is for the whole of it.
pub async fn local_servers(limit: Duration) -> Vec<(&'static ProviderSpec, Vec<ListedModel>)> {
    servers(providers(), limit).await
}

async fn servers(
    specs: &'static [ProviderSpec],
    limit: Duration,
) -> Vec<(&'static ProviderSpec, Vec<ListedModel>)> {
    let ask = |spec: &'static ProviderSpec| async move {
        // A server may be there without a model yet, and still be worth telling of.
        let models = at(spec, limit).listed(limit).await.ok()?;
        Some((spec, models))
    };
    let local = specs.iter().filter(|spec| !spec.ports.is_empty());
    let answers = join_all(local.map(ask)).await;
    answers.into_iter().flatten().collect()
}

fn at(spec: &ProviderSpec, limit: Duration) -> Remote {
    let mut config = ProviderConfig::new(spec.wire, spec.base_url, None);
    spec.id.clone_into(&mut config.id);
    config.connect_timeout = limit;
    Remote::new(config)
}

#[cfg(test)]
mod tests {
    use aside_script::{Script, ScriptServer};

    use super::*;
    use crate::catalog::provider;

    /// The table's Ollama, at another address.
    fn spec_at(base_url: String) -> ProviderSpec {
        let ollama = provider("ollama").unwrap();
        ProviderSpec {
            base_url: base_url.leak(),
            models: &[],
            quirks: ollama.quirks,
            ..*ollama
        }
    }

    #[test]
    fn who_answers_is_found() {
        let there = ScriptServer::start(Script::new([]).models(["a", "b"])).unwrap();
        let gone = {
            let server = ScriptServer::start(Script::new([])).unwrap();
            server.url()
        };
        let elsewhere = ProviderSpec {
            ports: &[],
            ..spec_at(there.url())
        };
        let specs = vec![spec_at(gone), spec_at(there.url()), elsewhere].leak();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let found = runtime.block_on(servers(specs, Duration::from_secs(30)));
        let found: Vec<(&str, Vec<&str>)> = found
            .iter()
            .map(|(spec, models)| {
                let ids = models.iter().map(|model| model.id.as_str());
                (spec.base_url, ids.collect())
            })
            .collect();
        assert_eq!(found, [(there.url().as_str(), vec!["a", "b"])]);
    }
}
