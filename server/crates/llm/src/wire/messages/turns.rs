//! The conversation as Anthropic wants it: turns of alternating roles, made of blocks.
use std::borrow::Cow;
use std::collections::HashSet;

use serde::Serialize;
use serde_json::value::RawValue;

use super::block::{Block, Fields, Kept, Source, title};
use super::ids::Ids;
use crate::wire::left_out::left_out;
use crate::{AssistantPart, Message, ModelRequest, UserPart};

/// What one side said.
#[derive(Debug, Serialize)]
pub(super) struct Turn<'a> {
    pub(super) role: Role,
    pub(super) content: Vec<Block<'a>>,
}

/// Whose turn it is. Results of tools are the user's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    User,
    Assistant,
}

/// The conversation. Of what is opaque only that of this origin is used.
pub(super) fn turns<'a>(request: &'a ModelRequest, origin: &str) -> Vec<Turn<'a>> {
    let mut ids = Ids::default();
    let mut turns = Vec::new();
    for message in &request.messages {
        turns.push(match message {
            Message::User(parts) => Turn {
                role: Role::User,
                content: parts
                    .iter()
                    .filter_map(|part| user_block(part, request))
                    .collect(),
            },
            Message::Assistant(parts) => Turn {
                role: Role::Assistant,
                content: answer(parts, origin, &mut ids),
            },
            Message::Tool {
                call_id,
                name: _,
                text,
                failed,
            } => Turn {
                role: Role::User,
                content: vec![Block::result(ids.of_result(call_id), text, *failed)],
            },
        });
    }
    merge(&mut turns);
    clean(&mut turns);
    merge(&mut turns);
    turns
}

/// Whether the model began the turn that goes on now without thinking, as another model does, or
/// the same one before it was told to think. It cannot be told to think in the middle of it.
pub(super) fn began_without_thinking(turns: &[Turn<'_>]) -> bool {
    let is_result = |block: &Block<'_>| matches!(block, Block::ToolResult { .. });
    let ends_turn =
        |turn: &Turn<'_>| turn.role == Role::User && !turn.content.iter().any(is_result);
    let begin = turns.iter().rposition(ends_turn).map_or(0, |at| at + 1);
    let first = turns[begin..]
        .iter()
        .find(|turn| turn.role == Role::Assistant)
        .and_then(|turn| turn.content.first());
    first.is_some_and(|block| !block.is_thinking())
}

/// Puts together what one side said in several messages.
fn merge(turns: &mut Vec<Turn<'_>>) {
    turns.retain(|turn| !turn.content.is_empty());
    turns.dedup_by(|later, turn| {
        let same = later.role == turn.role;
        if same {
            turn.content.append(&mut later.content);
        }
        same
    });
}

/// Takes out what an answer that broke off left behind and what would fail each later request.
fn clean(turns: &mut [Turn<'_>]) {
    let results: HashSet<String> = turns
        .iter()
        .flat_map(|turn| &turn.content)
        .filter_map(|block| Some(block.raw()?.result_of.as_deref()?.to_owned()))
        .collect();
    let last = turns.len().saturating_sub(1);
    for (at, turn) in turns.iter_mut().enumerate() {
        if turn.role == Role::User {
            continue;
        }
        let is_call = |block: &Block<'_>| matches!(block, Block::ToolUse { .. });
        // The provider's own tool may still be at work: it paused, or waits for one of ours.
        if at != last && !turn.content.iter().any(is_call) {
            turn.content.retain(|block| {
                let call = block.raw().and_then(|raw| raw.calls.as_deref());
                call.is_none_or(|id| results.contains(id))
            });
        }
        // An answer that ends with thinking is refused.
        while turn.content.last().is_some_and(Block::is_thinking) {
            turn.content.pop();
        }
        trim_end(&mut turn.content);
    }
}

/// Takes the white space from the end of an answer, since one that is to be continued is refused
/// with it. It goes from each answer, lest one change as soon as it is no longer the last.
fn trim_end(answer: &mut [Block<'_>]) {
    if let Some(Block::Text { text, .. }) = answer.last_mut() {
        let end = text.trim_end().len();
        match text {
            Cow::Borrowed(text) => *text = &text[..end],
            Cow::Owned(text) => text.truncate(end),
        }
    }
}

fn user_block<'a>(part: &'a UserPart, request: &ModelRequest) -> Option<Block<'a>> {
    if let Some(instead) = left_out(part, &request.facts) {
        return Block::text(instead);
    }
    match part {
        UserPart::Text(text) => Block::text(text.as_str()),
        UserPart::Image { mime_type, data } => Some(Block::Image {
            source: Source::Base64 {
                media_type: mime_type,
                data,
            },
            cache_control: None,
        }),
        UserPart::Document {
            mime_type,
            data,
            name,
        } => Some(Block::Document {
            source: Source::Base64 {
                media_type: mime_type,
                data,
            },
            title: name.as_deref().and_then(title),
            cache_control: None,
        }),
    }
}

fn answer<'a>(parts: &'a [AssistantPart], origin: &str, ids: &mut Ids<'a>) -> Vec<Block<'a>> {
    let mut blocks = assistant_blocks(parts, origin, ids);
    trim_end(&mut blocks);
    blocks
}

fn assistant_blocks<'a>(
    mut parts: &'a [AssistantPart],
    origin: &str,
    ids: &mut Ids<'a>,
) -> Vec<Block<'a>> {
    ids.begin_answer();
    let mut blocks = Vec::new();
    while let [part, rest @ ..] = parts {
        let attached = attached(rest);
        parts = &rest[attached.len()..];
        let (mut cited, mut fields) = (None, Fields::new());
        let mut beside = Vec::new();
        let kept = attached.iter().filter_map(|part| match part {
            AssistantPart::Attached(opaque) => Kept::of(opaque, origin),
            AssistantPart::Text(_)
            | AssistantPart::Reasoning(_)
            | AssistantPart::Opaque(_)
            | AssistantPart::ToolCall { .. } => None,
        });
        for kept in kept {
            match kept {
                Kept::Block(raw) => beside.push(Block::Raw(raw)),
                Kept::Citations { bytes, list } => cited = Some((bytes, list)),
                Kept::Call(of_call) => fields = of_call,
            }
        }
        match part {
            AssistantPart::Text(text) => text_blocks(text, cited, &mut blocks),
            // It goes back as the block beside it, and without one, unsigned, it is refused.
            AssistantPart::Reasoning(_) => {}
            AssistantPart::ToolCall {
                id,
                name,
                arguments,
            } => blocks.push(Block::tool_use(ids.of_call(id), name, arguments, fields)),
            AssistantPart::Opaque(opaque) | AssistantPart::Attached(opaque) => {
                if let Some(Kept::Block(raw)) = Kept::of(opaque, origin) {
                    blocks.push(Block::Raw(raw));
                }
            }
        }
        blocks.append(&mut beside);
    }
    blocks
}

/// The parts at the beginning that belong to the part before them.
fn attached(rest: &[AssistantPart]) -> &[AssistantPart] {
    let is_attached = |part: &AssistantPart| matches!(part, AssistantPart::Attached(_));
    let count = rest.iter().take_while(|part| is_attached(part)).count();
    &rest[..count]
}

/// The text, its end with the citations that came with it.
fn text_blocks<'a>(
    text: &'a str,
    cited: Option<(usize, &'a RawValue)>,
    blocks: &mut Vec<Block<'a>>,
) {
    let split = cited.and_then(|(bytes, list)| {
        let (before, end) = text.split_at_checked(text.len().checked_sub(bytes)?)?;
        Some((before, end, list))
    });
    let Some((before, end, list)) = split else {
        blocks.extend(Block::text(text));
        return;
    };
    blocks.extend(Block::text(before));
    blocks.extend(Block::text(end).map(|block| block.with_citations(list)));
}
