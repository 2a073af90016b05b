//! What a model is asked beside turns, such as what an MCP server wants to know of it.
use std::sync::Arc;

use aside_llm::{Chunk, Message, ModelRequest, StopReason, Usage};
use aside_store::Write;
use futures_util::StreamExt;

use super::Engine;
use super::error::EngineError;

/// How many bytes of an answer are read.
pub const MAX_SIDE_ANSWER_BYTES: usize = 1024 * 1024;

/// A request beside a turn.
pub struct SideRequest {
    /// The session that it is made for, whose model is asked and whose usage it is.
    pub session_id: String,
    /// What it is for, in a word.
    pub purpose: &'static str,
    /// The system prompt.
    pub system: String,
    /// The conversation.
    pub messages: Vec<Message>,
    /// At most this many tokens.
    pub max_output_tokens: u32,
}

/// What the model said.
pub struct SideAnswer {
    /// The text.
    pub text: String,
    /// The model, as `provider/model`.
    pub model: String,
    /// Whether it was cut at the limit.
    pub is_cut: bool,
}

impl Engine {
    /// Asks the session's model once; no tools, no retries. What it cost is counted.
    pub async fn ask_beside(
        self: &Arc<Self>,
        asked: SideRequest,
    ) -> Result<SideAnswer, EngineError> {
        let store = self.store().await?;
        let session = store.get_session(&*asked.session_id).await?;
        let models = self.models_of_turn(&session.model).await?;
        let Some(model) = models.into_iter().next() else {
            return Err(EngineError::internal("a session has no model"));
        };
        let request = ModelRequest {
            system: asked.system,
            messages: asked.messages,
            max_output_tokens: Some(asked.max_output_tokens),
            facts: model.facts,
            thinking: model.thinking,
            ..ModelRequest::new(model.name.clone())
        };
        let failed = |error: aside_llm::ModelError| {
            EngineError::new(aside_protocol::ErrorCode::Provider, error.message)
        };
        let mut stream = model.model.stream(request).await.map_err(failed)?;
        let mut answer = SideAnswer {
            text: String::new(),
            model: model.id.clone(),
            is_cut: false,
        };
        let mut usage = Usage::default();
        while let Some(chunks) = stream.next().await {
            for chunk in chunks.map_err(failed)? {
                match chunk {
                    Chunk::Text(more) => answer.text.push_str(&more),
                    Chunk::Usage(said) => usage = said,
                    Chunk::Stop(StopReason::MaxTokens) => answer.is_cut = true,
                    _ => {}
                }
            }
            if answer.text.len() > MAX_SIDE_ANSWER_BYTES {
                answer.is_cut = true;
                break;
            }
        }
        if let Some(prices) = model.facts.prices {
            usage.cost_usd = usage.cost_usd.or(Some(prices.cost(&usage)));
        }
        let used = self.used_for(&asked.session_id, None, &model.id, &usage, asked.purpose);
        store.write(vec![Write::Usage(used)]).await?;
        Ok(answer)
    }
}
