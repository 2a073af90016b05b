//! Anthropic, with a key or with an OAuth token.
//!
//! <https://platform.claude.com/docs/en/api/overview>
use super::Draft;

/// The header that lets what is new be used, a list.
const BETA: &str = "anthropic-beta";
/// What lets the API take an OAuth token in place of a key.
const OAUTH: &str = "oauth-2025-04-20";

/// A key is sent as `x-api-key`; where there is none, a token as what it is.
pub(super) fn adapt(draft: &mut Draft<'_>) {
    let own = draft.own;
    if own.key.is_some() {
        return;
    }
    let Some(token) = &own.token else {
        return;
    };
    draft.use_bearer(token);
    if draft.is_at_home {
        let headers = draft.config.headers.iter();
        let mut said = headers.filter(|(name, _)| name.eq_ignore_ascii_case(BETA));
        let all = match said.next() {
            Some((_, others)) => format!("{},{OAUTH}", others.expose()),
            None => OAUTH.to_owned(),
        };
        draft.set_plain_header(BETA, &all);
    }
}
