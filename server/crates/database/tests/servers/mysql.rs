//! A true MySQL or MariaDB.
use aside_database::{Limits, SchemaError, fetch_schema};
use expect_test::expect;
use sqlx::{Connection, MySqlConnection};

use super::{fetch, limits, run, server, shown};

const VARIABLE: &str = "ASIDE_TEST_MYSQL";

/// A new database of that name with this in it, and its URL.
async fn made(url: &str, name: &'static str, sql: &'static [&'static str]) -> String {
    let mut connection = MySqlConnection::connect(url).await.unwrap();
    for sql in [
        format!("DROP DATABASE IF EXISTS {name}"),
        format!("CREATE DATABASE {name}"),
    ] {
        let sql = sqlx::AssertSqlSafe(sql);
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    }
    let (start, _) = url.rsplit_once('/').unwrap();
    let url = format!("{start}/{name}");
    let mut connection = MySqlConnection::connect(&url).await.unwrap();
    for sql in sql {
        sqlx::raw_sql(*sql).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    url
}

const SHOP: &[&str] = &[
    "CREATE TABLE customers (
        id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
        name varchar(40) NOT NULL DEFAULT 'no|body', email varchar(200) UNIQUE,
        mood enum('good','bad'), data text COMMENT 'May be unknown.',
        changed timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
        twice int AS (id * 2) VIRTUAL, KEY by_data (data(10), name)) COMMENT 'Who buys.'",
    "CREATE TABLE orders (
        year int, number int, customer bigint unsigned, PRIMARY KEY (year, number),
        CONSTRAINT bought FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE)",
    "CREATE TABLE `lines` (
        year int, number int, `odd name` double,
        CONSTRAINT of_order FOREIGN KEY (year, number) REFERENCES orders (year, number))",
    "CREATE VIEW good AS SELECT id, name FROM customers WHERE mood = 'good'",
];

#[test]
fn everything_that_a_server_has() {
    let Some(url) = server(VARIABLE) else { return };
    run(async {
        let url = made(&url, "aside_shop", SHOP).await;
        expect![[r#"
            # MySQL

            ## aside_shop.customers (table, about 0 rows)

            Who buys.

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | id | bigint(20) unsigned | no | auto_increment |  |
            | name | varchar(40) | no | 'no\|body' |  |
            | email | varchar(200) | yes |  |  |
            | mood | enum('good','bad') | yes |  |  |
            | data | text | yes |  | May be unknown. |
            | changed | timestamp | no | current_timestamp() on update current_timestamp() |  |
            | twice | int(11) | yes | VIRTUAL GENERATED |  |

            - primary key (id)
            - index by_data (data(10), name)
            - unique index email (email)

            ## aside_shop.good (view)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | id | bigint(20) unsigned | no | 0 |  |
            | name | varchar(40) | no | 'no\|body' |  |

            ## aside_shop.lines (table, about 0 rows)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | year | int(11) | yes |  |  |
            | number | int(11) | yes |  |  |
            | odd name | double | yes |  |  |

            - foreign key (year, number) references orders (year, number)
            - index of_order (year, number)

            ## aside_shop.orders (table, about 0 rows)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | year | int(11) | no |  |  |
            | number | int(11) | no |  |  |
            | customer | bigint(20) unsigned | yes |  |  |

            - primary key (year, number)
            - foreign key (customer) references customers (id) on delete cascade
            - index bought (customer)
        "#]]
        .assert_eq(&shown(&url, None).await);
        for name in ["orders", "aside_shop.orders", "ORDERS"] {
            let schema = fetch(&url, Some(name)).await.unwrap();
            assert_eq!(schema.tables.len(), 1, "{name}");
            assert!(schema.version.starts_with(|c: char| c.is_ascii_digit()));
        }
        let error = fetch(&url, Some("order'; DROP TABLE orders -- ")).await;
        assert!(
            matches!(error, Err(SchemaError::NoTable { .. })),
            "{error:?}"
        );
        let error = fetch(&url, Some("customer")).await.unwrap_err();
        expect![[r#"There is no table "customer" in this database. These are there: aside_shop.customers, aside_shop.good, aside_shop.lines, aside_shop.orders."#]].assert_eq(&error.to_string());
        // Without a database in the URL, all are looked through.
        let (start, _) = url.rsplit_once('/').unwrap();
        let schema = fetch(start, Some("aside_shop.orders")).await.unwrap();
        assert_eq!(schema.tables[0].name, "aside_shop.orders");
        let limits = Limits {
            tables: 2,
            columns: 9,
            ..limits()
        };
        let schema = fetch_schema(&url, None, &limits).await.unwrap();
        let count = |place: usize| schema.tables[place].columns.len();
        assert_eq!((schema.tables.len(), count(0), count(1)), (2, 7, 2));
        assert!(!schema.is_cut && schema.others.len() == 2, "{schema:?}");
    });
}

#[test]
fn who_may_not_log_in_learns_no_password() {
    let Some(url) = server(VARIABLE) else { return };
    run(async {
        let wrong = url.replace("not-a-s%40cret", "wrong%40word");
        let error = fetch(&wrong, None).await.unwrap_err();
        assert!(matches!(error, SchemaError::Open(_)), "{error:?}");
        let shown = format!("{error:?} {error}");
        assert!(
            !shown.contains("wrong") && !shown.contains("word@"),
            "{shown}"
        );
    });
}

#[test]
fn an_empty_database() {
    let Some(url) = server(VARIABLE) else { return };
    run(async {
        let url = made(&url, "aside_empty", &[]).await;
        assert_eq!(shown(&url, None).await, "# MySQL\n\nThere are no tables.\n");
    });
}
