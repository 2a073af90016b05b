//! A true PostgreSQL.
use aside_database::{Limits, SchemaError, TableKind, fetch_schema};
use expect_test::expect;
use sqlx::{Connection, PgConnection};

use super::{fetch, limits, run, server, shown};

const VARIABLE: &str = "ASIDE_TEST_POSTGRES";

/// A new database of that name with this in it, and its URL.
async fn made(url: &str, name: &'static str, sql: &'static str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    for sql in [
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        format!("CREATE DATABASE {name}"),
    ] {
        let sql = sqlx::AssertSqlSafe(sql);
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    }
    let (start, _) = url.rsplit_once('/').unwrap();
    let url = format!("{start}/{name}");
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    url
}

const SHOP: &str = r#"
    CREATE SCHEMA crm;
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE TABLE crm.customers (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name varchar(40) NOT NULL DEFAULT 'no|body', email text UNIQUE, mood mood,
        tags text[], born date, total numeric(10,2) CHECK (total > 0),
        upper_name text GENERATED ALWAYS AS (upper(name)) STORED);
    COMMENT ON TABLE crm.customers IS E'Who buys.\nAll of them.';
    COMMENT ON COLUMN crm.customers.born IS 'May be unknown.';
    CREATE TABLE orders (
        year int, number serial, customer bigint REFERENCES crm.customers ON DELETE CASCADE,
        dropped int, PRIMARY KEY (year, number));
    ALTER TABLE orders DROP COLUMN dropped;
    CREATE TABLE "Odd "" name" ("a b" int);
    CREATE INDEX by_born ON crm.customers (born DESC, lower(name)) WHERE name <> '';
    CREATE UNIQUE INDEX by_name ON crm.customers (name, id);
    CREATE VIEW good AS SELECT id, name FROM crm.customers WHERE mood = 'good';
    CREATE MATERIALIZED VIEW totals AS SELECT sum(total) AS all_of_it FROM crm.customers;
    CREATE TABLE events (at timestamptz NOT NULL, what jsonb) PARTITION BY RANGE (at);
    CREATE TABLE events_2026 PARTITION OF events
        FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    INSERT INTO crm.customers (name) SELECT 'n' FROM generate_series(1, 300);
    ANALYZE;
"#;

#[test]
fn everything_that_a_server_has() {
    let Some(url) = server(VARIABLE) else { return };
    run(async {
        let url = made(&url, "aside_shop", SHOP).await;
        expect![[r##"
            # PostgreSQL

            ## crm.customers (table, about 300 rows)

            Who buys. All of them.

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | id | bigint | no | generated as identity |  |
            | name | character varying(40) | no | 'no\|body'::character varying |  |
            | email | text | yes |  |  |
            | mood | mood ('good', 'bad') | yes |  |  |
            | tags | text[] | yes |  |  |
            | born | date | yes |  | May be unknown. |
            | total | numeric(10,2) | yes |  |  |
            | upper_name | text | yes | generated as upper((name)::text) |  |

            - primary key (id)
            - unique (email)
            - check ((total > (0)::numeric))
            - index by_born btree (born DESC, lower((name)::text)) WHERE ((name)::text <> ''::text)
            - unique index by_name btree (name, id)

            ## public.Odd " name (table, about 0 rows)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | a b | integer | yes |  |  |

            ## public.events (partitioned table, about 0 rows)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | at | timestamp with time zone | no |  |  |
            | what | jsonb | yes |  |  |

            ## public.good (view)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | id | bigint | yes |  |  |
            | name | character varying(40) | yes |  |  |

            ## public.orders (table, about 0 rows)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | year | integer | no |  |  |
            | number | integer | no | nextval('orders_number_seq'::regclass) |  |
            | customer | bigint | yes |  |  |

            - primary key (year, number)
            - foreign key (customer) REFERENCES crm.customers(id) ON DELETE CASCADE

            ## public.totals (materialized view, about 1 rows)

            | column | type | null | default | comment |
            | --- | --- | --- | --- | --- |
            | all_of_it | numeric | yes |  |  |
        "##]]
        .assert_eq(&shown(&url, None).await);
        for name in ["customers", "crm.customers", "CRM.Customers"] {
            let schema = fetch(&url, Some(name)).await.unwrap();
            assert_eq!(schema.tables.len(), 1, "{name}");
            assert!(schema.version.starts_with(|c: char| c.is_ascii_digit()));
        }
        // A part of a table is left out unless it is asked for.
        let schema = fetch(&url, Some("events_2026")).await.unwrap();
        assert_eq!(schema.tables[0].kind, TableKind::Table);
        let error = fetch(&url, Some("order'; DROP TABLE orders --")).await;
        assert!(
            matches!(error, Err(SchemaError::NoTable { .. })),
            "{error:?}"
        );
        let error = fetch(&url, Some("customer")).await.unwrap_err();
        expect![[r#"There is no table "customer" in this database. These are there: crm.customers, public.Odd " name, public.events, public.good, public.orders, public.totals."#]].assert_eq(&error.to_string());
        let limits = Limits {
            tables: 2,
            columns: 5,
            ..limits()
        };
        let schema = fetch_schema(&url, None, &limits).await.unwrap();
        let count = |place: usize| schema.tables[place].columns.len();
        assert_eq!((schema.tables.len(), count(0), count(1)), (2, 5, 0));
        assert!(schema.is_cut && schema.others.len() == 4, "{schema:?}");
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
        let (start, _) = url.rsplit_once('/').unwrap();
        let error = fetch(&format!("{start}/aside_missing"), None)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("aside_missing"), "{error}");
    });
}

#[test]
fn an_empty_database() {
    let Some(url) = server(VARIABLE) else { return };
    run(async {
        let url = made(&url, "aside_empty", "SELECT 1").await;
        assert_eq!(
            shown(&url, None).await,
            "# PostgreSQL\n\nThere are no tables.\n"
        );
    });
}
