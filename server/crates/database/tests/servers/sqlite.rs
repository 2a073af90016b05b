//! Files of SQLite, good and bad.
#![allow(
    clippy::disallowed_methods,
    reason = "the tests write files of their own"
)]
use std::path::Path;

use aside_database::{Limits, SchemaError, fetch_schema};
use expect_test::expect;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{PATIENCE, fetch, limits, run, shown};

/// A database made by these statements, and its URL.
fn made(sql: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a b.db");
    Connection::open(&file).unwrap().execute_batch(sql).unwrap();
    (folder, url(&file))
}

fn url(file: &Path) -> String {
    format!("sqlite:{}", file.display()).replace(' ', "%20")
}

const SHOP: &str = "
    CREATE TABLE customers (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'no|body', email TEXT UNIQUE,
        born DATE, age INT GENERATED ALWAYS AS (2000 - born) VIRTUAL);
    CREATE TABLE orders (
        year INT, number INT, customer INT REFERENCES customers ON DELETE CASCADE, data,
        PRIMARY KEY (year, number)) WITHOUT ROWID;
    CREATE TABLE lines (
        year INT, number INT, \"odd \"\" name\n\" REAL,
        FOREIGN KEY (year, number) REFERENCES orders (year, number) ON UPDATE SET NULL);
    CREATE INDEX by_age ON customers (born DESC, lower(name)) WHERE name <> '';
    CREATE UNIQUE INDEX by_name ON customers (name, id);
    CREATE VIEW adults AS SELECT id, name FROM customers;
    CREATE VIEW broken AS SELECT missing FROM nowhere;
    CREATE VIRTUAL TABLE words USING fts5(text);
    INSERT INTO customers (id, name) VALUES (1, 'a'), (7, 'b');
    INSERT INTO lines VALUES (NULL, 1, 1), (NULL, 2, 1), (NULL, 3, 1);
    ANALYZE lines;
    DELETE FROM lines;";

#[test]
fn everything_that_a_file_has() {
    run(async {
        let (_folder, url) = made(SHOP);
        expect![[r##"
            # SQLite

            ## adults (view)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | id | INTEGER | yes |  |  |
            | name | TEXT | yes |  |  |

            ## broken (view)

            It cannot be read: no such table: main.nowhere


            ## customers (table, about 7 rows)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | id | INTEGER | no |  |  |
            | name | TEXT | no | 'no\|body' |  |
            | email | TEXT | yes |  |  |
            | born | DATE | yes |  |  |
            | age | INT | yes | generated |  |

            - primary key (id)
            - unique (email)
            - index by_age (born desc, an expression) of some rows
            - unique index by_name (name, id)

            ## lines (table, about 3 rows)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | year | INT | yes |  |  |
            | number | INT | yes |  |  |
            | odd " name | REAL | yes |  |  |

            - foreign key (year, number) references orders (year, number) on update set null

            ## orders (table)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | year | INT | no |  |  |
            | number | INT | no |  |  |
            | customer | INT | yes |  |  |
            | data |  | yes |  |  |

            - primary key (year, number)
            - foreign key (customer) references customers on delete cascade

            ## words (virtual table)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | text |  | yes |  |  |
        "##]]
        .assert_eq(&shown(&url, None).await);
    });
}

#[test]
fn one_table() {
    run(async {
        let (_folder, url) = made(SHOP);
        for name in ["ORDERS", "main.orders", " orders "] {
            let schema = fetch(&url, Some(name)).await.unwrap();
            assert_eq!(schema.tables.len(), 1, "{name}");
            assert_eq!(schema.tables[0].name, "orders");
        }
        let error = fetch(&url, Some("order")).await.unwrap_err();
        expect![[r#"There is no table "order" in this database. These are there: orders, adults, broken, customers, lines, words."#]].assert_eq(&error.to_string());
        let (_folder, url) = made("");
        let error = fetch(&url, Some("a'; DROP TABLE b")).await.unwrap_err();
        expect![[r#"There is no table "a'; DROP TABLE b" in this database. It has none at all."#]]
            .assert_eq(&error.to_string());
        expect![[r#"
            # SQLite

            There are no tables.
        "#]]
        .assert_eq(&shown(&url, None).await);
    });
}

#[test]
fn more_than_is_wanted() {
    run(async {
        let sql: String = (100..150)
            .map(|number| format!("CREATE TABLE t{number} (a, b, c, d);"))
            .collect();
        let (_folder, url) = made(&sql);
        let check = async |tables, columns, expect| {
            let limits = Limits {
                tables,
                columns,
                ..limits()
            };
            let schema = fetch_schema(&url, None, &limits).await.unwrap();
            let read: usize = schema.tables.iter().map(|table| table.columns.len()).sum();
            let found = (
                schema.tables.len(),
                read,
                schema.others.len(),
                schema.is_cut,
            );
            assert_eq!(found, expect, "{tables} {columns}");
            schema
        };
        check(50, 200, (50, 200, 0, false)).await;
        check(20, 200, (20, 80, 30, false)).await;
        check(50, 40, (10, 40, 40, false)).await;
        check(50, 42, (11, 42, 39, true)).await;
        check(0, 0, (0, 0, 50, false)).await;
        let schema = check(3, 200, (3, 12, 47, false)).await;
        for max_bytes in [0, 1, 10, 100, 300, 1_000, 100_000] {
            let text = schema.to_markdown(max_bytes);
            assert!(text.len() <= max_bytes, "{max_bytes}: {text}");
        }
        let text = schema.to_markdown(600);
        assert!(
            text.contains("more, to be asked for by name: t10"),
            "{text}"
        );
        // Tables that are not even named.
        let sql: String = (0..2_001)
            .map(|number| format!("CREATE TABLE u{number} (a);"))
            .collect();
        let (_folder, url) = made(&format!("BEGIN; {sql} COMMIT;"));
        let schema = fetch(&url, None).await.unwrap();
        assert_eq!(
            (schema.tables.len(), schema.others.len(), schema.is_cut),
            (100, 1_900, true)
        );
        assert!(
            schema
                .to_markdown(100_000)
                .contains("There is more than is shown")
        );
    });
}

#[test]
fn nothing_is_written() {
    run(async {
        let (folder, url) = made(SHOP);
        let file = folder.path().join("a b.db");
        let before = std::fs::read(&file).unwrap();
        fetch(&url, None).await.unwrap();
        fetch(&format!("{url}?mode=rwc"), None).await.unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), before);
        // One that is not there is not made.
        let missing = folder.path().join("missing.db");
        let error = fetch(&self::url(&missing), None).await;
        assert!(matches!(error, Err(SchemaError::Open(_))), "{error:?}");
        assert!(!missing.exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    });
}

#[test]
fn a_database_in_use_is_read() {
    run(async {
        let (folder, url) = made("PRAGMA journal_mode = WAL; CREATE TABLE a (b);");
        let other = Connection::open(folder.path().join("a b.db")).unwrap();
        other
            .execute_batch("CREATE TABLE c (d); BEGIN IMMEDIATE; CREATE TABLE e (f);")
            .unwrap();
        let schema = fetch(&url, None).await.unwrap();
        let names: Vec<_> = schema
            .tables
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        assert_eq!(names, ["a", "c"]);
    });
}

#[test]
fn files_that_are_no_databases() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let (_other, whole) = made(SHOP);
        let whole = whole.trim_start_matches("sqlite:").replace("%20", " ");
        let whole = std::fs::read(whole).unwrap();
        std::fs::write(&file, "no database, but long enough to be looked at").unwrap();
        let error = fetch(&url(&file), None).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "The database failed: the file is not a database of SQLite."
        );
        // An empty file is an empty database.
        std::fs::write(&file, "").unwrap();
        assert_eq!(fetch(&url(&file), None).await.unwrap().tables, []);
        let error = fetch(&url(folder.path()), None).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "The database cannot be opened: it is not a file."
        );
        // Cut anywhere, and with any piece overwritten, it is read or refused.
        for at in (100..whole.len()).step_by(1_111) {
            std::fs::write(&file, &whole[..at]).unwrap();
            let _ = fetch(&url(&file), None).await;
            let mut broken = whole.clone();
            broken[at..]
                .iter_mut()
                .take(64)
                .for_each(|byte| *byte = 0xff);
            std::fs::write(&file, broken).unwrap();
            let _ = fetch(&url(&file), None).await;
        }
    });
}

#[test]
fn time_is_limited() {
    run(async {
        let (folder, url) = made("CREATE TABLE a (b);");
        let other = Connection::open(folder.path().join("a b.db")).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let limits = Limits {
            timeout: std::time::Duration::from_millis(50),
            ..limits()
        };
        let error = fetch_schema(&url, None, &limits).await.unwrap_err();
        let is_told = match &error {
            SchemaError::Timeout { limit } => *limit < PATIENCE,
            SchemaError::Failed(words) => words.contains("locked"),
            SchemaError::BadUrl(_) | SchemaError::Open(_) | SchemaError::NoTable { .. } => false,
        };
        assert!(is_told, "{error:?}");
    });
}
