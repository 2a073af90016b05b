//! SQLite: a file opened for reading, its own tables of tables.
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Row, params};

use crate::fetch::{MAX_EXTRAS, MAX_NAMES};
use crate::schema::{clipped, listed};
use crate::{Column, Engine, Index, Key, KeyKind, Limits, Schema, SchemaError, Table, TableKind};

/// How long the file's lock is waited for before the time limit as a whole.
const BUSY: Duration = Duration::from_secs(2);

/// All tables that are not for SQLite itself.
const TABLES: &str = include_str!("sql/sqlite_tables.sql");
const COLUMNS: &str = include_str!("sql/sqlite_columns.sql");
const INDEXES: &str = include_str!("sql/sqlite_indexes.sql");
const INDEXED: &str = include_str!("sql/sqlite_indexed.sql");
const FOREIGN: &str = include_str!("sql/sqlite_foreign.sql");

/// Reads the file on a thread of its own, which ends when the time has passed.
pub(crate) async fn fetch(
    path: PathBuf,
    table: Option<String>,
    limits: Limits,
) -> Result<Schema, SchemaError> {
    let (opened, handle) = mpsc::channel();
    let work = tokio::task::spawn_blocking(move || {
        let connection = open(&path, limits.timeout)?;
        // Nobody waits for it where the time has passed already.
        let _ = opened.send(connection.get_interrupt_handle());
        read(&connection, table.as_deref(), &limits)
    });
    let limit = limits.timeout;
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(schema)) => schema,
        Ok(Err(_)) => Err(SchemaError::Failed("its reader broke off".to_owned())),
        Err(_elapsed) => {
            if let Ok(handle) = handle.try_recv() {
                handle.interrupt();
            }
            Err(SchemaError::Timeout { limit })
        }
    }
}

fn open(path: &Path, limit: Duration) -> Result<Connection, SchemaError> {
    let found = std::fs::metadata(path);
    let found = found.map_err(|error| SchemaError::Open(error.to_string()))?;
    // A pipe would hold us up.
    if !found.is_file() {
        return Err(SchemaError::Open("it is not a file".to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(opening)?;
    connection.busy_timeout(BUSY.min(limit)).map_err(opening)?;
    // What a stranger's file defines is neither run nor trusted.
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")
        .map_err(opening)?;
    Ok(connection)
}

fn opening(error: rusqlite::Error) -> SchemaError {
    SchemaError::Open(words(&error))
}

fn failed(error: rusqlite::Error) -> SchemaError {
    SchemaError::Failed(words(&error))
}

fn words(error: &rusqlite::Error) -> String {
    if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
        return "the file is not a database of SQLite".to_owned();
    }
    clipped(error.to_string().trim_end_matches('.'))
}

fn read(
    connection: &Connection,
    wanted: Option<&str>,
    limits: &Limits,
) -> Result<Schema, SchemaError> {
    // The schema as it is at one moment.
    connection.execute_batch("BEGIN").map_err(failed)?;
    let names = i64::try_from(MAX_NAMES).unwrap_or(i64::MAX);
    let mut tables = rows(connection, TABLES, params![names + 1], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, bool>(2)?,
        ))
    })
    .map_err(failed)?;
    let mut schema = Schema {
        engine: Engine::Sqlite,
        version: rusqlite::version().to_owned(),
        tables: Vec::new(),
        others: Vec::new(),
        is_cut: tables.len() > MAX_NAMES,
    };
    tables.truncate(MAX_NAMES);
    if let Some(wanted) = wanted {
        let there = tables.iter().map(|(name, ..)| name.clone()).collect();
        let bare = wanted.strip_prefix("main.").unwrap_or(wanted);
        // SQLite's names are alike in either case.
        tables.retain(|(name, ..)| {
            name.eq_ignore_ascii_case(wanted) || name.eq_ignore_ascii_case(bare)
        });
        if tables.is_empty() {
            return Err(SchemaError::no_table(wanted, there));
        }
        schema.is_cut = false;
    }
    let mut room = limits.columns;
    for (name, kind, has_rowid) in tables {
        if schema.tables.len() >= limits.tables || room == 0 {
            schema.others.push(clipped(&name));
            continue;
        }
        let kind = match kind.as_str() {
            "view" => TableKind::View,
            "virtual" => TableKind::Virtual,
            _ => TableKind::Table,
        };
        let table = described(connection, &name, kind, has_rowid, &mut room);
        schema.tables.push(match table {
            Ok((table, is_whole)) => {
                schema.is_cut |= !is_whole;
                table
            }
            // One broken view, or a module that is not here, leaves the others.
            Err(error) if error.sqlite_error_code() != Some(ErrorCode::OperationInterrupted) => {
                Table {
                    problem: words(&error),
                    ..Table::new(clipped(&name), kind)
                }
            }
            Err(error) => return Err(failed(error)),
        });
    }
    Ok(schema)
}

/// The table, and whether all of it was read.
fn described(
    connection: &Connection,
    name: &str,
    kind: TableKind,
    has_rowid: bool,
    room: &mut usize,
) -> rusqlite::Result<(Table, bool)> {
    let mut table = Table::new(clipped(name), kind);
    let mut primary = Vec::new();
    let columns = rows(connection, COLUMNS, params![name], |row| {
        let key: i64 = row.get("pk")?;
        let column = column(row)?;
        Ok((column, key))
    })?;
    let mut is_whole = columns.len() <= *room;
    for (column, key) in columns {
        if key > 0 {
            primary.push((key, column.name.clone()));
        }
        if *room > 0 {
            *room -= 1;
            table.columns.push(column);
        }
    }
    primary.sort();
    let primary: Vec<String> = primary.into_iter().map(|(_, name)| name).collect();
    if !primary.is_empty() {
        table.keys.push(Key {
            kind: KeyKind::Primary,
            definition: listed(&primary),
        });
    }
    is_whole &= indexes(connection, name, &mut table)?;
    is_whole &= foreign(connection, name, &mut table)?;
    table.rows = match kind {
        TableKind::Table => estimate(connection, name, has_rowid),
        TableKind::Partitioned
        | TableKind::View
        | TableKind::MaterializedView
        | TableKind::Foreign
        | TableKind::Virtual => None,
    };
    Ok((table, is_whole))
}

fn column(row: &Row) -> rusqlite::Result<Column> {
    let hidden: i64 = row.get("hidden")?;
    let default: Option<String> = row.get("dflt_value")?;
    let is_key = row.get::<_, i64>("pk")? > 0;
    Ok(Column {
        name: clipped(&row.get::<_, String>("name")?),
        kind: clipped(&row.get::<_, Option<String>>("type")?.unwrap_or_default()),
        is_nullable: !row.get::<_, bool>("notnull")? && !is_key,
        default: match hidden {
            2 | 3 => "generated".to_owned(),
            _ => clipped(&default.unwrap_or_default()),
        },
        comment: String::new(),
    })
}

fn indexes(connection: &Connection, name: &str, table: &mut Table) -> rusqlite::Result<bool> {
    let found = rows(connection, INDEXES, params![name], |row| {
        Ok((
            row.get::<_, String>("name")?,
            row.get::<_, bool>("unique")?,
            row.get::<_, String>("origin")?,
            row.get::<_, bool>("partial")?,
        ))
    })?;
    let is_whole = found.len() < MAX_EXTRAS;
    for (index, is_unique, origin, is_partial) in found {
        let columns = rows(connection, INDEXED, params![index], |row| {
            let column: Option<String> = row.get("name")?;
            let is_descending: bool = row.get("desc")?;
            let name = column.unwrap_or_else(|| "an expression".to_owned());
            Ok(if is_descending {
                format!("{name} desc")
            } else {
                name
            })
        })?;
        let mut definition = listed(&columns);
        if is_partial {
            definition.push_str(" of some rows");
        }
        match origin.as_str() {
            "pk" => {}
            "u" => table.keys.push(Key {
                kind: KeyKind::Unique,
                definition,
            }),
            _ => table.indexes.push(Index {
                name: clipped(&index),
                is_unique,
                definition,
            }),
        }
    }
    Ok(is_whole)
}

fn foreign(connection: &Connection, name: &str, table: &mut Table) -> rusqlite::Result<bool> {
    let found = rows(connection, FOREIGN, params![name], |row| {
        Ok((
            row.get::<_, i64>("id")?,
            row.get::<_, String>("table")?,
            row.get::<_, String>("from")?,
            row.get::<_, Option<String>>("to")?,
            [
                ("update", row.get::<_, String>("on_update")?),
                ("delete", row.get::<_, String>("on_delete")?),
            ],
        ))
    })?;
    let is_whole = found.len() < MAX_EXTRAS;
    for key in found.chunk_by(|(one, ..), (other, ..)| one == other) {
        let [(_, target, _, _, rules), ..] = key else {
            continue;
        };
        let from: Vec<&str> = key.iter().map(|(_, _, from, ..)| from.as_str()).collect();
        // Without them the other table's primary key is meant.
        let to: Vec<&str> = key.iter().filter_map(|(.., to, _)| to.as_deref()).collect();
        let mut definition = format!("{} references {target}", listed(&from));
        if !to.is_empty() {
            definition.push_str(&format!(" {}", listed(&to)));
        }
        for (event, rule) in rules {
            if rule != "NO ACTION" {
                definition.push_str(&format!(" on {event} {}", rule.to_lowercase()));
            }
        }
        table.keys.push(Key {
            kind: KeyKind::Foreign,
            definition: clipped(&definition),
        });
    }
    Ok(is_whole)
}

/// What `ANALYZE` counted, else the highest row id: no row is counted here.
fn estimate(connection: &Connection, name: &str, has_rowid: bool) -> Option<u64> {
    let counted = connection.query_row(
        "SELECT stat FROM sqlite_stat1 WHERE tbl = ?1 LIMIT 1",
        [name],
        |row| row.get::<_, String>(0),
    );
    if let Ok(counted) = counted {
        return counted.split(' ').next()?.parse().ok();
    }
    if !has_rowid {
        return None;
    }
    let highest = format!("SELECT max(rowid) FROM \"{}\"", name.replace('"', "\"\""));
    let highest = connection.query_row(&highest, [], |row| row.get::<_, Option<i64>>(0));
    u64::try_from(highest.ok()?.unwrap_or(0)).ok()
}

/// The rows of a query, no more than a bound.
fn rows<T>(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnMut(&Row) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map(params, read)?;
    rows.take(MAX_EXTRAS).collect()
}
