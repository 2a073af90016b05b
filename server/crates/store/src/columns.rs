//! From the columns of a query to rows. Each list of columns goes with the function below
//! it, which reads them by their order.
use rusqlite::{Result, Row};

use crate::edit_rows::{AttemptRow, EditRow, NoteRow, RewindRow};
use crate::rows::{EventRow, ItemRow, SessionRow, TurnRow};

macro_rules! session_columns {
    () => {
        "id, title, workspace_uri, created_at, updated_at, model, agent, permission_mode, status, \
         pinned, archived, parent_id, project_id, turn_count, usage, owner, last_seq, mcp_servers, \
         effort"
    };
}

macro_rules! turn_columns {
    () => {
        "position, id, session_id, status, stop_reason, error, created_at, started_at, \
         completed_at, usage, client_message_id, prompt"
    };
}

macro_rules! item_columns {
    () => {
        "position, id, session_id, turn_id, created_at, kind, status, json, replay, first_seq"
    };
}

macro_rules! event_columns {
    () => {
        "rowid, session_id, seq, turn_id, item_id, json"
    };
}

macro_rules! edit_columns {
    () => {
        "id, session_id, turn_id, item_id, created_at, path, new_path, kind, status, base_hash, \
         pre_image, post_image, json"
    };
}

macro_rules! rewind_columns {
    () => {
        "id, session_id, turn_id, created_at, json, state"
    };
}

macro_rules! note_columns {
    () => {
        "id, session_id, created_at, text"
    };
}

macro_rules! attempt_columns {
    () => {
        "position, id, session_id, turn_id, item_id, created_at, model, path, dialect, stage, \
         outcome, code, first_try, base_hash, result_hash, request"
    };
}

pub(crate) use {
    attempt_columns, edit_columns, event_columns, item_columns, note_columns, rewind_columns,
    session_columns, turn_columns,
};

pub(crate) fn session(row: &Row<'_>) -> Result<SessionRow> {
    Ok(SessionRow {
        id: row.get(0)?,
        title: row.get(1)?,
        workspace_uri: row.get(2)?,
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
        model: row.get(5)?,
        agent: row.get(6)?,
        permission_mode: row.get(7)?,
        status: row.get(8)?,
        pinned: row.get(9)?,
        archived: row.get(10)?,
        parent_id: row.get(11)?,
        project_id: row.get(12)?,
        turn_count: row.get(13)?,
        usage: row.get(14)?,
        owner: row.get(15)?,
        last_seq: row.get(16)?,
        mcp_servers: row.get(17)?,
        effort: row.get(18)?,
    })
}

/// A turn after its position.
pub(crate) fn turn(row: &Row<'_>) -> Result<(i64, TurnRow)> {
    let turn = TurnRow {
        id: row.get(1)?,
        session_id: row.get(2)?,
        status: row.get(3)?,
        stop_reason: row.get(4)?,
        error: row.get(5)?,
        created_at: row.get(6)?,
        started_at: row.get(7)?,
        completed_at: row.get(8)?,
        usage: row.get(9)?,
        client_message_id: row.get(10)?,
        prompt: row.get(11)?,
    };
    Ok((row.get(0)?, turn))
}

/// An item after its position.
pub(crate) fn item(row: &Row<'_>) -> Result<(i64, ItemRow)> {
    let item = ItemRow {
        id: row.get(1)?,
        session_id: row.get(2)?,
        turn_id: row.get(3)?,
        created_at: row.get(4)?,
        kind: row.get(5)?,
        status: row.get(6)?,
        json: row.get(7)?,
        replay: row.get(8)?,
        first_seq: row.get(9)?,
    };
    Ok((row.get(0)?, item))
}

/// An event after its row number.
pub(crate) fn event(row: &Row<'_>) -> Result<(i64, EventRow)> {
    let event = EventRow {
        session_id: row.get(1)?,
        seq: row.get(2)?,
        turn_id: row.get(3)?,
        item_id: row.get(4)?,
        json: row.get(5)?,
    };
    Ok((row.get(0)?, event))
}

pub(crate) fn edit(row: &Row<'_>) -> Result<EditRow> {
    Ok(EditRow {
        id: row.get(0)?,
        session_id: row.get(1)?,
        turn_id: row.get(2)?,
        item_id: row.get(3)?,
        created_at: row.get(4)?,
        path: row.get(5)?,
        new_path: row.get(6)?,
        kind: row.get(7)?,
        status: row.get(8)?,
        base_hash: row.get(9)?,
        pre_image: row.get(10)?,
        post_image: row.get(11)?,
        json: row.get(12)?,
    })
}

pub(crate) fn rewind(row: &Row<'_>) -> Result<RewindRow> {
    Ok(RewindRow {
        id: row.get(0)?,
        session_id: row.get(1)?,
        turn_id: row.get(2)?,
        created_at: row.get(3)?,
        json: row.get(4)?,
        state: row.get(5)?,
        blobs: Vec::new(),
    })
}

pub(crate) fn note(row: &Row<'_>) -> Result<NoteRow> {
    Ok(NoteRow {
        id: row.get(0)?,
        session_id: row.get(1)?,
        created_at: row.get(2)?,
        text: row.get(3)?,
    })
}

/// An attempt after its position.
pub(crate) fn attempt(row: &Row<'_>) -> Result<(i64, AttemptRow)> {
    let attempt = AttemptRow {
        id: row.get(1)?,
        session_id: row.get(2)?,
        turn_id: row.get(3)?,
        item_id: row.get(4)?,
        created_at: row.get(5)?,
        model: row.get(6)?,
        path: row.get(7)?,
        dialect: row.get(8)?,
        stage: row.get(9)?,
        outcome: row.get(10)?,
        code: row.get(11)?,
        first_try: row.get(12)?,
        base_hash: row.get(13)?,
        result_hash: row.get(14)?,
        request: row.get(15)?,
    };
    Ok((row.get(0)?, attempt))
}
