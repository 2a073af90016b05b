//! Requests that change a session: prompts, cancels, updates, deletion.
use aside_agent::title::title_from;
use aside_protocol::{
    ChatCancelResult, ChatSendResult, ChatSendStatus, ErrorCode, Session, SessionUpdateParams,
};
use aside_store::{SessionPatch, StoreError, TurnRow, Write};

use super::{Actor, SendRequest};
use crate::clock;
use crate::engine::error::EngineError;
use crate::engine::limits::{MAX_CONTENT_BYTES, MAX_TITLE_CHARS};

impl Actor {
    /// Becomes the session's writer, after repairing what a dead server left.
    pub(super) async fn lease(&mut self) -> Result<(), EngineError> {
        if self.log.is_leased() {
            return Ok(());
        }
        match self.log.acquire().await {
            Err(StoreError::NeedsRepair { .. }) => {
                self.engine.repair().await?;
                self.log.acquire().await?;
            }
            other => other?,
        }
        let reloaded = self.reload().await;
        if reloaded.is_err() {
            self.unlease().await;
        }
        reloaded
    }

    /// What another server may have changed while it held the session.
    async fn reload(&mut self) -> Result<(), EngineError> {
        self.row = self.log.store().get_session(&*self.session_id).await?;
        self.usage = crate::wire::parse_usage(&self.row.usage);
        self.approver
            .set_mode(crate::wire::parse_mode(&self.row.permission_mode));
        self.approver.refresh().await?;
        self.queue = self
            .log
            .store()
            .queued_turns(&*self.session_id)
            .await?
            .into();
        self.load_notes().await
    }

    /// Lets other servers write, unless a turn runs or a review goes on.
    pub(super) async fn unlease(&mut self) {
        if self.running.is_some() || self.review.is_some() {
            return;
        }
        if let Err(error) = self.log.release().await {
            tracing::error!(session = &*self.session_id, %error, "the session is not released yet");
        }
    }

    pub(super) async fn send(
        &mut self,
        request: SendRequest,
    ) -> Result<ChatSendResult, EngineError> {
        check_content(&request)?;
        if let Some(sent) = self.already_sent(&request).await? {
            return Ok(sent);
        }
        if self.joins(request.delivery) {
            return self.steer(request).await;
        }
        self.check_not_held()?;
        self.lease().await?;
        let result = self.send_leased(request).await;
        self.unlease().await;
        result
    }

    async fn send_leased(&mut self, request: SendRequest) -> Result<ChatSendResult, EngineError> {
        let max_queued = self.engine.settings().turn.max_queued;
        if self.queue.len() >= max_queued {
            return Err(EngineError::new(
                ErrorCode::Busy,
                format!(
                    "{max_queued} prompts wait already (setting turn.max_queued); cancel one or wait for a turn to end"
                ),
            ));
        }
        let row = TurnRow {
            id: clock::new_id(),
            session_id: self.session_id.to_string(),
            status: "queued".to_owned(),
            stop_reason: None,
            error: None,
            created_at: clock::now(),
            started_at: None,
            completed_at: None,
            usage: crate::wire::model_usage(aside_llm::Usage::default()),
            client_message_id: request.client_message_id.clone(),
            prompt: Some(crate::wire::to_json(&request.content)),
        };
        let turn_id = row.id.clone();
        if self.running.is_none() && self.queue.is_empty() {
            let models = self.engine.models_of_turn(&self.row.model).await?;
            self.start_turn(row, models).await?;
        } else {
            self.log
                .record_or_undo(vec![Write::UpsertTurn(row.clone())], Vec::new())
                .await?;
            self.queue.push_back(row);
            self.start_next().await;
        }
        Ok(ChatSendResult {
            session_id: self.session_id.to_string(),
            status: self.status_of(&turn_id),
            turn_id,
        })
    }

    fn status_of(&self, turn_id: &str) -> ChatSendStatus {
        if self.queue.iter().any(|turn| turn.id == turn_id) {
            ChatSendStatus::Queued
        } else {
            ChatSendStatus::Running
        }
    }

    /// The same client message twice is one message.
    async fn already_sent(
        &self,
        request: &SendRequest,
    ) -> Result<Option<ChatSendResult>, EngineError> {
        let Some(id) = &request.client_message_id else {
            return Ok(None);
        };
        let found = self
            .log
            .store()
            .find_client_message(&*self.session_id, id)
            .await?;
        Ok(found.map(|found| ChatSendResult {
            session_id: self.session_id.to_string(),
            turn_id: found.turn_id,
            status: match found.status.as_str() {
                "queued" => ChatSendStatus::Queued,
                _ => ChatSendStatus::Running,
            },
        }))
    }

    pub(super) async fn cancel(
        &mut self,
        turn_id: Option<String>,
    ) -> Result<ChatCancelResult, EngineError> {
        if let Some(running) = &self.running
            && turn_id.as_ref().is_none_or(|id| *id == running.row.id)
        {
            running.cancel.cancel();
            return Ok(ChatCancelResult { cancelled: true });
        }
        let Some(turn_id) = turn_id else {
            return Ok(ChatCancelResult { cancelled: false });
        };
        self.lease().await?;
        let result = self.cancel_queued(&turn_id).await;
        self.unlease().await;
        result.map(|cancelled| ChatCancelResult { cancelled })
    }

    pub(super) async fn update(
        &mut self,
        params: SessionUpdateParams,
    ) -> Result<Session, EngineError> {
        check_title(params.title.as_deref())?;
        if let Some(model) = &params.model {
            self.engine.check_model(model)?;
        }
        self.engine.check_agent(params.agent.as_deref())?;
        self.lease().await?;
        let result = self.update_leased(params).await;
        self.unlease().await;
        result
    }

    async fn update_leased(&mut self, params: SessionUpdateParams) -> Result<Session, EngineError> {
        let before = self.row.clone();
        let mode = params
            .permission_mode
            .map(|mode| crate::wire::name_of(&mode));
        let patch = SessionPatch {
            title: params.title,
            model: params.model,
            agent: params.agent,
            permission_mode: mode,
            pinned: params.pinned,
            archived: params.archived,
            project_id: params.project_id,
            mcp_servers: params.mcp_servers.as_ref().map(crate::wire::to_json),
            effort: params.effort.map(|effort| crate::wire::name_of(&effort)),
            updated_at: Some(clock::now()),
            ..SessionPatch::default()
        };
        self.patch(&patch);
        let write = Write::UpdateSession {
            id: self.session_id.to_string(),
            patch,
        };
        let entry = self.session_updated();
        if let Err(error) = self.log.record_or_undo(vec![write], vec![entry]).await {
            self.row = before;
            return Err(error.into());
        }
        self.approver
            .set_mode(crate::wire::parse_mode(&self.row.permission_mode));
        Ok(self.session())
    }

    /// Applies a patch to the row in memory.
    pub(super) fn patch(&mut self, patch: &SessionPatch) {
        let row = &mut self.row;
        let text = |from: &Option<String>, to: &mut String| {
            if let Some(new) = from {
                to.clone_from(new);
            }
        };
        text(&patch.title, &mut row.title);
        text(&patch.model, &mut row.model);
        text(&patch.agent, &mut row.agent);
        text(&patch.permission_mode, &mut row.permission_mode);
        text(&patch.status, &mut row.status);
        text(&patch.usage, &mut row.usage);
        text(&patch.updated_at, &mut row.updated_at);
        row.pinned = patch.pinned.unwrap_or(row.pinned);
        row.archived = patch.archived.unwrap_or(row.archived);
        row.turn_count = patch.turn_count.unwrap_or(row.turn_count);
        if patch.project_id.is_some() {
            row.project_id.clone_from(&patch.project_id);
        }
        if patch.effort.is_some() {
            row.effort.clone_from(&patch.effort);
        }
        if patch.mcp_servers.is_some() {
            row.mcp_servers.clone_from(&patch.mcp_servers);
        }
    }

    pub(super) async fn delete(&mut self) -> Result<(), EngineError> {
        if self.running.is_some() {
            return Err(EngineError::new(
                ErrorCode::Busy,
                "a turn runs in this session; cancel it with chat/cancel, then delete the session",
            ));
        }
        if self.review.is_some() {
            return Err(EngineError::new(
                ErrorCode::Busy,
                "edits of this session are being reviewed; delete it again in a moment",
            ));
        }
        self.log.flush().await?;
        self.log.store().delete_session(&*self.session_id).await?;
        self.is_deleted = true;
        self.engine
            .services()
            .delete_session(&self.session_id)
            .await;
        Ok(())
    }

    /// The first message names a session that has no title.
    pub(super) fn title_for(&self, content: &[aside_agent::item::ContentBlock]) -> Option<String> {
        let untitled = self.row.title.is_empty() || self.row.title == crate::engine::UNTITLED;
        (untitled && self.row.turn_count == 0).then(|| title_from(content))
    }
}

/// What may be sent as an `image` block.
const PICTURES: [&str; 5] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "application/pdf",
];

fn check_content(request: &SendRequest) -> Result<(), EngineError> {
    use aside_agent::item::ContentBlock;
    let mut bytes = 0usize;
    let mut is_empty = true;
    for (at, block) in request.content.iter().enumerate() {
        if let ContentBlock::Image { mime_type, data } = block {
            check_picture(at, mime_type, data)?;
        }
        let (size, has_something) = match block {
            ContentBlock::Text { text } => (text.len(), !text.trim().is_empty()),
            ContentBlock::Image { data, .. } => (data.len(), true),
            ContentBlock::Resource { text, .. } => (text.as_ref().map_or(0, String::len), true),
        };
        bytes = bytes.saturating_add(size);
        is_empty &= !has_something;
    }
    if is_empty {
        return Err(EngineError::invalid(
            "`content` is empty; send at least one block with text",
        ));
    }
    if bytes > MAX_CONTENT_BYTES {
        return Err(EngineError::invalid(format!(
            "`content` holds {bytes} bytes, more than the limit of {MAX_CONTENT_BYTES}; name files instead of pasting them"
        )));
    }
    Ok(())
}

/// Pictures and PDF files that models read; a provider would refuse others, and with them every
/// later request of the session.
fn check_picture(at: usize, mime_type: &str, data: &str) -> Result<(), EngineError> {
    if !PICTURES.contains(&mime_type) {
        return Err(EngineError::invalid(format!(
            "`content[{at}].mimeType` {mime_type:?} is none of {}",
            PICTURES.join(", ")
        )));
    }
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    if data.trim_end_matches('=').is_empty()
        || !data.len().is_multiple_of(4)
        || !data.bytes().all(is_base64)
    {
        return Err(EngineError::invalid(format!(
            "`content[{at}].data` is not base64"
        )));
    }
    Ok(())
}

/// A title must fit on one line.
pub fn check_title(title: Option<&str>) -> Result<(), EngineError> {
    let Some(title) = title else {
        return Ok(());
    };
    if title.chars().count() > MAX_TITLE_CHARS || title.contains(['\n', '\r']) {
        return Err(EngineError::invalid(format!(
            "`title` must be one line of at most {MAX_TITLE_CHARS} characters"
        )));
    }
    Ok(())
}
