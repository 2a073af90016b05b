//! Anthropic, with a key or with an OAuth token.
//!
//! <https://platform.claude.com/docs/en/api/overview>
use super::Draft;
use crate::Wire;
use crate::catalog::find;
use crate::catalog::resolve::ModelName;

/// The header that lets what is new be used, a list.
const BETA: &str = "anthropic-beta";
/// What lets the API take an OAuth token in place of a key.
const OAUTH: &str = "oauth-2025-04-20";
/// What lets a request say what becomes of thinking that no longer fits what is before it.
/// <https://platform.claude.com/docs/en/build-with-claude/preserved-thinking>.
const BOUND_THINKING: &str = "thinking-binding-controls-2026-08-01";

/// A key is sent as `x-api-key`; where there is none, a token as what it is.
pub(super) fn adapt(draft: &mut Draft<'_>, model: &ModelName<'_>) {
    let own = draft.own;
    let known = draft.spec.and_then(|spec| find::find(spec, model.name));
    if draft.is_at_home
        && draft.config.wire == Wire::Messages
        && known.is_some_and(|known| known.bound_thinking)
    {
        draft.config.quirks.bound_thinking = true;
        add_beta(draft, BOUND_THINKING);
    }
    if own.key.is_some() {
        return;
    }
    let Some(token) = &own.token else {
        return;
    };
    draft.use_bearer(token);
    if draft.is_at_home {
        add_beta(draft, OAUTH);
    }
}

/// Adds it to the list, which the user may have begun.
fn add_beta(draft: &mut Draft<'_>, beta: &str) {
    let headers = draft.config.headers.iter();
    let mut said = headers.filter(|(name, _)| name.eq_ignore_ascii_case(BETA));
    let all = match said.next() {
        Some((_, others)) => format!("{},{beta}", others.expose()),
        None => beta.to_owned(),
    };
    draft.set_plain_header(BETA, &all);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::Secret;
    use crate::catalog::ProviderSettings;
    use crate::catalog::resolve::resolve;

    #[test]
    fn thinking_that_is_bound_is_asked_for_where_it_is_known() {
        let with_key = ProviderSettings {
            key: Secret::new("k-1"),
            ..ProviderSettings::default()
        };
        let with_token = ProviderSettings {
            token: Secret::new("oat"),
            headers: BTreeMap::from([(
                "Anthropic-Beta".into(),
                Secret::new("other-1").expect("it is not empty"),
            )]),
            ..ProviderSettings::default()
        };
        let elsewhere = ProviderSettings {
            base_url: Some("https://gate.invalid".into()),
            ..with_key.clone()
        };
        let bound = "thinking-binding-controls-2026-08-01";
        let all = format!("other-1,{bound},oauth-2025-04-20");
        for (model, own, betas) in [
            ("claude-opus-5-5", &with_key, Some(bound)),
            ("claude-sonnet-5-5-20260901", &with_key, Some(bound)),
            ("claude-fable-5-1", &with_token, Some(all.as_str())),
            ("claude-mythos-5-1", &elsewhere, None),
            ("claude-opus-5", &with_key, None),
            ("claude-new", &with_key, None),
        ] {
            let settings = BTreeMap::from([("anthropic".to_owned(), own.clone())]);
            let found = resolve(&format!("anthropic/{model}"), &settings).expect("it can be asked");
            let headers: Vec<_> = found.config.headers.iter().collect();
            let said = headers.iter().map(|(_, value)| value.expose()).next();
            assert_eq!(said, betas, "{model}");
            assert!(headers.len() <= 1, "{model}");
            assert_eq!(found.config.quirks.bound_thinking, betas.is_some());
        }
    }
}
