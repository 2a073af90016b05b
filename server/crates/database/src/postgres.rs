//! PostgreSQL: its catalogue, in a transaction that the server keeps from writing.
use std::collections::HashMap;

use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{PgConnection, Row};

use crate::fetch::{MAX_EXTRAS, MAX_NAMES};
use crate::schema::{MAX_TEXT, clipped};
use crate::served::{self, Failure};
use crate::target::Redactor;
use crate::{Column, Engine, Index, Key, KeyKind, Limits, Schema, SchemaError, Table, TableKind};

const TABLES: &str = include_str!("sql/postgres_tables.sql");
const COLUMNS: &str = include_str!("sql/postgres_columns.sql");
const KEYS: &str = include_str!("sql/postgres_keys.sql");
const INDEXES: &str = include_str!("sql/postgres_indexes.sql");

/// Reads the catalogue. The wait is bounded by the one who asks.
pub(crate) async fn fetch(
    options: PgConnectOptions,
    table: Option<String>,
    limits: Limits,
    redactor: Redactor,
) -> Result<Schema, SchemaError> {
    served::with(options, &redactor, async |connection: &mut PgConnection| {
        read(connection, table.as_deref(), &limits).await
    })
    .await
}

async fn read(
    connection: &mut PgConnection,
    table: Option<&str>,
    limits: &Limits,
) -> Result<Schema, Failure> {
    let millis = i64::try_from(limits.timeout.as_millis()).unwrap_or(i64::MAX);
    sqlx::raw_sql("SET default_transaction_read_only = on")
        .execute(&mut *connection)
        .await?;
    sqlx::raw_sql("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .execute(&mut *connection)
        .await?;
    // If we go away, the server does not work on for long.
    sqlx::query("SELECT set_config('statement_timeout', $1, true)")
        .bind(millis.min(i64::from(i32::MAX)).to_string())
        .execute(&mut *connection)
        .await?;
    let version = sqlx::query("SELECT current_setting('server_version')")
        .fetch_one(&mut *connection)
        .await?;
    let mut found = found(connection, table).await?;
    if let Some(wanted) = table
        && found.is_empty()
    {
        let there = self::found(connection, None).await?;
        let there = there.into_iter().map(|(_, table)| table.name).collect();
        return Err(Failure::Other(SchemaError::no_table(wanted, there)));
    }
    let mut schema = Schema {
        engine: Engine::Postgres,
        version: clipped(version.try_get(0)?),
        tables: Vec::new(),
        others: Vec::new(),
        is_cut: found.len() > MAX_NAMES,
    };
    found.truncate(MAX_NAMES);
    let others = found.split_off(limits.tables.min(found.len()));
    schema.others = others.into_iter().map(|(_, table)| table.name).collect();
    let mut tables = Tables::new(found);
    columns(connection, &mut tables, limits.columns).await?;
    keys(connection, &mut tables).await?;
    indexes(connection, &mut tables).await?;
    schema.is_cut |= tables.is_cut;
    schema.tables = tables.tables;
    Ok(schema)
}

/// The tables by the server's number of each.
struct Tables {
    ids: Vec<Oid>,
    places: HashMap<u32, usize>,
    tables: Vec<Table>,
    is_cut: bool,
}

impl Tables {
    fn new(found: Vec<(Oid, Table)>) -> Self {
        let (ids, tables): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let places = ids.iter().enumerate().map(|(place, id)| (id.0, place));
        Self {
            places: places.collect(),
            ids,
            tables,
            is_cut: false,
        }
    }

    fn get(&mut self, id: Oid) -> Option<&mut Table> {
        self.tables.get_mut(*self.places.get(&id.0)?)
    }

    /// Asks about all of them, for no more rows than `limit`.
    async fn ask(
        &mut self,
        connection: &mut PgConnection,
        sql: &'static str,
        limit: usize,
    ) -> sqlx::Result<Vec<PgRow>> {
        let mut rows = sqlx::query(sql)
            .bind(&self.ids)
            .bind(text_limit())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1))
            .fetch_all(connection)
            .await?;
        self.is_cut |= rows.len() > limit;
        rows.truncate(limit);
        Ok(rows)
    }
}

/// One more than is shown, so that it shows that there is more.
fn text_limit() -> i32 {
    i32::try_from(MAX_TEXT)
        .unwrap_or(i32::MAX)
        .saturating_add(1)
}

async fn found(
    connection: &mut PgConnection,
    table: Option<&str>,
) -> sqlx::Result<Vec<(Oid, Table)>> {
    let limit = i64::try_from(MAX_NAMES).unwrap_or(i64::MAX);
    let rows = sqlx::query(TABLES)
        .bind(table)
        .bind(text_limit())
        .bind(limit.saturating_add(1))
        .fetch_all(connection)
        .await?;
    let tables = rows.iter().map(|row| {
        let (schema, name): (&str, &str) = (row.try_get(1)?, row.try_get(2)?);
        let kind = match row.try_get(3)? {
            "p" => TableKind::Partitioned,
            "v" => TableKind::View,
            "m" => TableKind::MaterializedView,
            "f" => TableKind::Foreign,
            _ => TableKind::Table,
        };
        let rows: f64 = row.try_get(4)?;
        Ok((
            row.try_get(0)?,
            Table {
                // Where nobody looked yet it is negative.
                rows: (rows >= 0.0 && kind != TableKind::View).then_some(rows as u64),
                comment: clipped(row.try_get(5)?),
                ..Table::new(format!("{schema}.{name}"), kind)
            },
        ))
    });
    tables.collect()
}

async fn columns(
    connection: &mut PgConnection,
    tables: &mut Tables,
    limit: usize,
) -> sqlx::Result<()> {
    for row in tables.ask(connection, COLUMNS, limit).await? {
        let (identity, generated): (&str, &str) = (row.try_get(4)?, row.try_get(5)?);
        let default: &str = row.try_get(6)?;
        let default = match (identity, generated) {
            ("", "") => clipped(default),
            ("", _) => clipped(&format!("generated as {default}")),
            _ => "generated as identity".to_owned(),
        };
        let (kind, values): (&str, &str) = (row.try_get(2)?, row.try_get(8)?);
        let kind = match values {
            "" => clipped(kind),
            values => clipped(&format!("{kind} ({values})")),
        };
        let column = Column {
            name: clipped(row.try_get(1)?),
            kind,
            is_nullable: row.try_get(3)?,
            default,
            comment: clipped(row.try_get(7)?),
        };
        if let Some(table) = tables.get(row.try_get(0)?) {
            table.columns.push(column);
        }
    }
    Ok(())
}

async fn keys(connection: &mut PgConnection, tables: &mut Tables) -> sqlx::Result<()> {
    for row in tables.ask(connection, KEYS, MAX_EXTRAS).await? {
        let kind = match row.try_get(1)? {
            "p" => KeyKind::Primary,
            "u" => KeyKind::Unique,
            "f" => KeyKind::Foreign,
            _ => KeyKind::Check,
        };
        let whole: &str = row.try_get(2)?;
        let words = ["PRIMARY KEY ", "UNIQUE ", "FOREIGN KEY ", "CHECK "];
        let bare = words.iter().find_map(|word| whole.strip_prefix(word));
        let definition = clipped(bare.unwrap_or(whole));
        if let Some(table) = tables.get(row.try_get(0)?) {
            table.keys.push(Key { kind, definition });
        }
    }
    for table in &mut tables.tables {
        table.keys.sort_by_key(|key| key.kind);
    }
    Ok(())
}

async fn indexes(connection: &mut PgConnection, tables: &mut Tables) -> sqlx::Result<()> {
    for row in tables.ask(connection, INDEXES, MAX_EXTRAS).await? {
        let whole: &str = row.try_get(3)?;
        // The name and the table stand before it.
        let bare = whole.split_once(" USING ").map(|(_, bare)| bare);
        let index = Index {
            name: clipped(row.try_get(1)?),
            is_unique: row.try_get(2)?,
            definition: clipped(bare.unwrap_or(whole)),
        };
        if let Some(table) = tables.get(row.try_get(0)?) {
            table.indexes.push(index);
        }
    }
    Ok(())
}
