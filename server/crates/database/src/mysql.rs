//! MySQL and MariaDB: their information schema, in a transaction that only reads.
use sqlx::mysql::{MySqlConnectOptions, MySqlRow};
use sqlx::{MySqlConnection, Row};

use crate::fetch::{MAX_EXTRAS, MAX_NAMES};
use crate::schema::{clipped, listed};
use crate::served::{self, Failure};
use crate::target::Redactor;
use crate::{Column, Engine, Index, Key, KeyKind, Limits, Schema, SchemaError, Table, TableKind};

const TABLES: &str = include_str!("sql/mysql_tables.sql");
const COLUMNS: &str = include_str!("sql/mysql_columns.sql");
const INDEXES: &str = include_str!("sql/mysql_indexes.sql");
const FOREIGN: &str = include_str!("sql/mysql_foreign.sql");

/// Reads the information schema. The wait is bounded by the one who asks.
pub(crate) async fn fetch(
    options: MySqlConnectOptions,
    table: Option<String>,
    limits: Limits,
    redactor: Redactor,
) -> Result<Schema, SchemaError> {
    served::with(
        options,
        &redactor,
        async |connection: &mut MySqlConnection| read(connection, table.as_deref(), &limits).await,
    )
    .await
}

/// A table by the names that the server knows it by.
struct Found {
    schema: String,
    name: String,
    table: Table,
}

async fn read(
    connection: &mut MySqlConnection,
    table: Option<&str>,
    limits: &Limits,
) -> Result<Schema, Failure> {
    sqlx::raw_sql("SET SESSION TRANSACTION READ ONLY")
        .execute(&mut *connection)
        .await?;
    sqlx::raw_sql("START TRANSACTION READ ONLY")
        .execute(&mut *connection)
        .await?;
    let version = sqlx::query("SELECT CAST(VERSION() AS CHAR)")
        .fetch_one(&mut *connection)
        .await?;
    let mut found = found(connection, table).await?;
    if let Some(wanted) = table
        && found.is_empty()
    {
        let there = self::found(connection, None).await?;
        let there = there.into_iter().map(|found| found.table.name).collect();
        return Err(Failure::Other(SchemaError::no_table(wanted, there)));
    }
    let mut schema = Schema {
        engine: Engine::MySql,
        version: clipped(version.try_get(0)?),
        tables: Vec::new(),
        others: Vec::new(),
        is_cut: found.len() > MAX_NAMES,
    };
    found.truncate(MAX_NAMES);
    let mut room = limits.columns;
    for mut found in found {
        if schema.tables.len() >= limits.tables || room == 0 {
            schema.others.push(found.table.name);
            continue;
        }
        schema.is_cut |= !columns(connection, &mut found, &mut room).await?;
        indexes(connection, &mut found).await?;
        foreign(connection, &mut found).await?;
        schema.tables.push(found.table);
    }
    Ok(schema)
}

async fn found(connection: &mut MySqlConnection, table: Option<&str>) -> sqlx::Result<Vec<Found>> {
    let mut query = sqlx::query(TABLES);
    for _ in 0..5 {
        query = query.bind(table);
    }
    let limit = u32::try_from(MAX_NAMES).unwrap_or(u32::MAX);
    let rows = query.bind(limit.saturating_add(1)).fetch_all(connection);
    let rows = rows.await?;
    let tables = rows.iter().map(|row| {
        let (schema, name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let kind = match row.try_get::<&str, _>(2)? {
            "VIEW" | "SYSTEM VIEW" => TableKind::View,
            _ => TableKind::Table,
        };
        let comment: Option<&str> = row.try_get(4)?;
        Ok(Found {
            table: Table {
                rows: row.try_get(3)?,
                // Views have no other comment.
                comment: clipped(comment.filter(|it| *it != "VIEW").unwrap_or_default()),
                ..Table::new(format!("{schema}.{name}"), kind)
            },
            schema,
            name,
        })
    });
    tables.collect()
}

async fn ask(
    connection: &mut MySqlConnection,
    sql: &'static str,
    found: &Found,
    limit: usize,
) -> sqlx::Result<Vec<MySqlRow>> {
    sqlx::query(sql)
        .bind(&found.schema)
        .bind(&found.name)
        .bind(u32::try_from(limit).unwrap_or(u32::MAX))
        .fetch_all(connection)
        .await
}

/// Adds the columns. Whether there was room for all of them.
async fn columns(
    connection: &mut MySqlConnection,
    found: &mut Found,
    room: &mut usize,
) -> sqlx::Result<bool> {
    let mut rows = ask(connection, COLUMNS, found, room.saturating_add(1)).await?;
    let is_whole = rows.len() <= *room;
    rows.truncate(*room);
    *room -= rows.len();
    for row in rows {
        let default: Option<&str> = row.try_get(3)?;
        let extra: Option<&str> = row.try_get(4)?;
        // MariaDB writes NULL where there is none.
        let words = [default.filter(|default| *default != "NULL"), extra];
        let words: Vec<&str> = words.into_iter().flatten().collect();
        let words = words.join(" ");
        let comment: Option<&str> = row.try_get(5)?;
        found.table.columns.push(Column {
            name: clipped(row.try_get(0)?),
            kind: clipped(row.try_get(1)?),
            is_nullable: row.try_get::<&str, _>(2)? == "YES",
            default: clipped(words.trim()),
            comment: clipped(comment.unwrap_or_default()),
        });
    }
    Ok(is_whole)
}

async fn indexes(connection: &mut MySqlConnection, found: &mut Found) -> sqlx::Result<()> {
    let rows = ask(connection, INDEXES, found, MAX_EXTRAS).await?;
    let mut entries: Vec<(String, bool, Vec<String>)> = Vec::new();
    for row in rows {
        let name: String = row.try_get(0)?;
        let is_unique = row.try_get::<i64, _>(1)? == 0;
        let column: String = row.try_get(2)?;
        let part: Option<i64> = row.try_get(3)?;
        let column = match part {
            Some(part) => format!("{column}({part})"),
            None => column,
        };
        match entries.last_mut() {
            Some((last, _, columns)) if *last == name => columns.push(column),
            _ => entries.push((name, is_unique, vec![column])),
        }
    }
    for (name, is_unique, columns) in entries {
        let definition = listed(&columns);
        if name == "PRIMARY" {
            found.table.keys.push(Key {
                kind: KeyKind::Primary,
                definition,
            });
        } else {
            found.table.indexes.push(Index {
                name: clipped(&name),
                is_unique,
                definition,
            });
        }
    }
    Ok(())
}

/// A foreign key as it is put together.
struct Foreign {
    name: String,
    from: Vec<String>,
    target: String,
    to: Vec<String>,
    rules: [(&'static str, String); 2],
}

async fn foreign(connection: &mut MySqlConnection, found: &mut Found) -> sqlx::Result<()> {
    let rows = ask(connection, FOREIGN, found, MAX_EXTRAS).await?;
    let mut keys: Vec<Foreign> = Vec::new();
    for row in rows {
        let name: String = row.try_get(0)?;
        let (from, to): (String, String) = (row.try_get(1)?, row.try_get(4)?);
        if let Some(last) = keys.last_mut()
            && last.name == name
        {
            last.from.push(from);
            last.to.push(to);
            continue;
        }
        let (schema, table): (String, String) = (row.try_get(2)?, row.try_get(3)?);
        keys.push(Foreign {
            name,
            from: vec![from],
            target: match schema == found.schema {
                true => table,
                false => format!("{schema}.{table}"),
            },
            to: vec![to],
            rules: [("update", row.try_get(5)?), ("delete", row.try_get(6)?)],
        });
    }
    for key in keys {
        let (from, to) = (listed(&key.from), listed(&key.to));
        let mut definition = format!("{from} references {} {to}", key.target);
        for (event, rule) in key.rules {
            if rule != "NO ACTION" && rule != "RESTRICT" {
                definition.push_str(&format!(" on {event} {}", rule.to_lowercase()));
            }
        }
        found.table.keys.push(Key {
            kind: KeyKind::Foreign,
            definition: clipped(&definition),
        });
    }
    Ok(())
}
