//! Fifteen shapes: as a segment, and as SQL written by hand for each engine.

pub struct Shape {
    pub name: &'static str,
    pub rules: &'static str,
    pub duckdb: &'static str,
    /// PostgreSQL's, if another one is faster there.
    pub postgres: Option<&'static str>,
}

pub const SHAPES: [Shape; 15] = [
    Shape {
        name: "own_fields",
        rules: r#"where country in ("US", "DE") and plan != "free" and signed_up_at after 2025-01-01"#,
        duckdb: "SELECT customer_id FROM customers
            WHERE country IN ('US', 'DE') AND plan <> 'free' AND signed_up_at >= TIMESTAMPTZ '2025-01-02 00:00:00+00'",
        postgres: None,
    },
    Shape {
        name: "count_in_window",
        rules: r#"where count(orders during last 90 days where status = "paid") >= 3"#,
        duckdb: "SELECT c.customer_id FROM customers AS c JOIN (SELECT customer_id FROM orders
            WHERE ordered_at >= AS_OF - INTERVAL '2160' HOUR AND ordered_at < AS_OF AND status = 'paid'
            GROUP BY customer_id HAVING COUNT(*) >= 3) AS g ON g.customer_id = c.customer_id",
        postgres: None,
    },
    Shape {
        name: "ratio_of_windows",
        rules: "where sum(orders.total during last 30 days) < 0.5 * sum(orders.total during last 90 days)",
        duckdb: "SELECT c.customer_id FROM customers AS c JOIN (SELECT customer_id FROM orders
            WHERE ordered_at >= AS_OF - INTERVAL '2160' HOUR AND ordered_at < AS_OF
            GROUP BY customer_id HAVING COALESCE(SUM(total) FILTER (WHERE ordered_at >= AS_OF - INTERVAL '720' HOUR), 0) < 0.5 * SUM(total)) AS g ON g.customer_id = c.customer_id",
        postgres: None,
    },
    Shape {
        name: "last_value",
        rules: r#"where last(orders.status) = "refunded""#,
        duckdb: "SELECT c.customer_id FROM customers AS c JOIN (
              SELECT o.customer_id FROM orders AS o
              JOIN (SELECT customer_id, MAX(ordered_at) AS at FROM orders WHERE ordered_at < AS_OF GROUP BY customer_id) AS l
                ON l.customer_id = o.customer_id AND l.at = o.ordered_at
              GROUP BY o.customer_id HAVING ARG_MAX(o.status, o.order_id) = 'refunded'
            ) AS g ON g.customer_id = c.customer_id",
        postgres: Some(
            "SELECT c.customer_id FROM customers AS c
             CROSS JOIN LATERAL (
               SELECT o.status FROM orders AS o WHERE o.customer_id = c.customer_id AND o.ordered_at < AS_OF
               ORDER BY o.ordered_at DESC, o.order_id DESC LIMIT 1
             ) AS l WHERE l.status = 'refunded'",
        ),
    },
    Shape {
        name: "last_time",
        rules: "where last(orders.ordered_at) before 60 days ago",
        duckdb: "SELECT c.customer_id FROM customers AS c JOIN (SELECT customer_id FROM orders
            WHERE ordered_at < AS_OF
            GROUP BY customer_id HAVING MAX(ordered_at) < AS_OF - INTERVAL '1440' HOUR) AS g ON g.customer_id = c.customer_id",
        postgres: None,
    },
    Shape {
        name: "exists_recent",
        rules: r#"where exists(events["buy"] during last 7 days)"#,
        duckdb: "SELECT customer_id FROM customers WHERE customer_id IN (
              SELECT customer_id FROM events
              WHERE name = 'buy' AND happened_at >= AS_OF - INTERVAL '168' HOUR AND happened_at < AS_OF)",
        postgres: None,
    },
    Shape {
        name: "exists_not",
        rules: r#"where plan = "free" and not exists(events["support"] during last 180 days)"#,
        duckdb: "SELECT customer_id FROM customers AS c WHERE plan = 'free' AND NOT EXISTS (
              SELECT 1 FROM events AS e WHERE e.customer_id = c.customer_id
                AND name = 'support' AND happened_at >= AS_OF - INTERVAL '4320' HOUR AND happened_at < AS_OF)",
        postgres: None,
    },
    Shape {
        name: "every_row",
        rules: r#"where every(orders during last 90 days where status = "paid") and exists(orders during last 90 days)"#,
        duckdb: "SELECT c.customer_id FROM customers AS c JOIN (SELECT customer_id FROM orders
            WHERE ordered_at >= AS_OF - INTERVAL '2160' HOUR AND ordered_at < AS_OF
            GROUP BY customer_id HAVING MIN(CASE WHEN status = 'paid' THEN 1 ELSE 0 END) = 1) AS g ON g.customer_id = c.customer_id",
        postgres: None,
    },
    Shape {
        name: "latest_three",
        rules: "where avg(latest 3 orders.total) > 150",
        duckdb: "SELECT customer_id FROM (
              SELECT customer_id, total FROM orders WHERE ordered_at < AS_OF
              QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ordered_at DESC, order_id DESC) <= 3)
            WHERE customer_id IN (SELECT customer_id FROM customers)
            GROUP BY customer_id HAVING AVG(CAST(total AS DOUBLE)) > 150",
        postgres: Some(
            "SELECT c.customer_id FROM customers AS c
             CROSS JOIN LATERAL (
               SELECT AVG(CAST(n.total AS DOUBLE PRECISION)) AS mean FROM (
                 SELECT o.total FROM orders AS o WHERE o.customer_id = c.customer_id AND o.ordered_at < AS_OF
                 ORDER BY o.ordered_at DESC, o.order_id DESC LIMIT 3
               ) AS n
             ) AS l WHERE l.mean > 150",
        ),
    },
    Shape {
        name: "distinct_values",
        rules: "where count distinct(orders.lines.product during last 90 days) >= 8",
        duckdb: "SELECT c.customer_id FROM customers AS c JOIN (SELECT o.customer_id FROM orders AS o JOIN lines AS l ON l.order_id = o.order_id
            WHERE o.ordered_at >= AS_OF - INTERVAL '2160' HOUR AND o.ordered_at < AS_OF
            GROUP BY o.customer_id HAVING COUNT(DISTINCT l.product) >= 8) AS g ON g.customer_id = c.customer_id",
        postgres: None,
    },
    Shape {
        name: "nested_rows",
        rules: "where count(orders during last 90 days where sum(lines.quantity) >= 8) >= 2",
        duckdb: "SELECT c.customer_id FROM customers AS c JOIN (SELECT o.customer_id FROM orders AS o JOIN (
              SELECT l.order_id FROM lines AS l JOIN orders AS r ON r.order_id = l.order_id
              WHERE r.ordered_at >= AS_OF - INTERVAL '2160' HOUR AND r.ordered_at < AS_OF
              GROUP BY l.order_id HAVING SUM(l.quantity) >= 8
            ) AS b ON b.order_id = o.order_id
            GROUP BY o.customer_id HAVING COUNT(*) >= 2) AS g ON g.customer_id = c.customer_id",
        postgres: None,
    },
    Shape {
        name: "by_company",
        rules: r#"where company.industry = "retail" and sum(company.customers.orders.total during last 30 days) > 2500"#,
        duckdb: "SELECT c.customer_id FROM customers AS c JOIN companies AS m ON m.company_id = c.company_id
            WHERE m.industry = 'retail' AND m.company_id IN (
              SELECT d.company_id FROM customers AS d JOIN orders AS o ON o.customer_id = d.customer_id
              WHERE o.ordered_at >= AS_OF - INTERVAL '720' HOUR AND o.ordered_at < AS_OF
              GROUP BY d.company_id HAVING SUM(o.total) > 2500)",
        postgres: None,
    },
    Shape {
        name: "periods",
        rules: "where periods(orders during last 8 weeks each 1 week) >= 3",
        duckdb: "SELECT c.customer_id FROM customers AS c JOIN (SELECT customer_id FROM orders
            WHERE ordered_at >= AS_OF - INTERVAL '1344' HOUR AND ordered_at < AS_OF
            GROUP BY customer_id
            HAVING BIT_COUNT(BIT_OR(1 << CAST((EPOCH_US(ordered_at) - EPOCH_US(AS_OF - INTERVAL '1344' HOUR)) // 604800000000 AS INTEGER))) >= 3
            ) AS g ON g.customer_id = c.customer_id",
        postgres: Some(
            "SELECT c.customer_id FROM customers AS c JOIN (SELECT customer_id FROM orders
             WHERE ordered_at >= AS_OF - INTERVAL '1344' HOUR AND ordered_at < AS_OF
             GROUP BY customer_id
             HAVING COUNT(DISTINCT FLOOR(EXTRACT(EPOCH FROM ordered_at - (AS_OF - INTERVAL '1344' HOUR)) / 604800)) >= 3
             ) AS g ON g.customer_id = c.customer_id",
        ),
    },
    Shape {
        name: "abandoned_cart",
        rules: r#"where sequence(events["cart"] then not events["buy"] within 3 days during last 30 days)"#,
        duckdb: "SELECT customer_id FROM customers WHERE customer_id IN (
              SELECT customer_id FROM (
                SELECT customer_id, name, happened_at, LEAD(CASE WHEN name = 'buy' THEN happened_at END IGNORE NULLS)
                  OVER (PARTITION BY customer_id ORDER BY happened_at, name DESC) AS next_buy
                FROM events
                WHERE name IN ('cart', 'buy') AND happened_at >= AS_OF - INTERVAL '720' HOUR AND happened_at < AS_OF)
              WHERE name = 'cart' AND happened_at < AS_OF - INTERVAL '72' HOUR
                AND (next_buy IS NULL OR next_buy > happened_at + INTERVAL '72' HOUR))",
        postgres: Some(
            "SELECT c.customer_id FROM customers AS c WHERE c.customer_id IN (
               SELECT a.customer_id FROM events AS a
               WHERE a.name = 'cart' AND a.happened_at >= AS_OF - INTERVAL '720' HOUR AND a.happened_at < AS_OF - INTERVAL '72' HOUR
                 AND NOT EXISTS (
                   SELECT 1 FROM events AS b WHERE b.customer_id = a.customer_id AND b.name = 'buy'
                     AND b.happened_at > a.happened_at AND b.happened_at <= a.happened_at + INTERVAL '72' HOUR))",
        ),
    },
    Shape {
        name: "top_hundred",
        rules: r#"where country = "US" keep top 100 by sum(orders.total during last 90 days)"#,
        duckdb: "SELECT c.customer_id FROM customers AS c JOIN (
              SELECT customer_id, SUM(total) AS spent FROM orders
              WHERE ordered_at >= AS_OF - INTERVAL '2160' HOUR AND ordered_at < AS_OF GROUP BY customer_id
            ) AS o ON o.customer_id = c.customer_id
            WHERE c.country = 'US' ORDER BY o.spent DESC, c.customer_id LIMIT 100",
        postgres: None,
    },
];
